//! Money moves once, after a yes, and the outcome is told by words and exit codes.

use std::time::Duration;

use dintero_sandbox::Fault;

use crate::operations::requests;
use crate::support::{Ran, Shop};

const READ: &str = "transactions_id_get";
const CAPTURE: &str = "transactions_id_capture_post";

fn capture(shop: &Shop, payment: &str, more: &[&str]) -> Ran {
    let arguments = [
        "checkout",
        "capture-transaction",
        payment,
        "--set",
        "amount=29990",
    ];
    shop.run(&[&arguments, more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_yes_nothing_is_sent_and_amount_and_account_are_said() {
    let shop = Shop::start().await;
    let payment = shop.payment();
    let ran = capture(&shop, &payment, &[]);
    assert_eq!((ran.code, shop.sandbox.count(CAPTURE)), (2, 0), "{ran:?}");
    for words in [
        "capture transaction",
        &payment,
        "299.90 NOK",
        "test account T12345678",
        "--yes",
    ] {
        assert!(ran.err.contains(words), "{words}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_is_applied_once() {
    let shop = Shop::start().await;
    let payment = shop.payment();
    let ran = capture(&shop, &payment, &["--yes", "--json"]);
    assert_eq!((ran.code, shop.sandbox.count(CAPTURE)), (0, 1), "{ran:?}");
    assert_eq!(ran.lines()[0]["status"], "CAPTURED");
    assert!(ran.err.contains("Applied"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_response_is_read_back_and_not_sent_again() {
    let shop = Shop::start().await;
    let payment = shop.payment();
    shop.sandbox.fail_next(CAPTURE, Fault::CloseAfterWork);
    let ran = capture(&shop, &payment, &["--yes"]);
    assert_eq!((ran.code, shop.sandbox.count(CAPTURE)), (0, 1), "{ran:?}");
    assert!(ran.err.contains("Applied"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_capture_is_not_applied() {
    let shop = Shop::start().await;
    let payment = shop.payment();
    let ran = shop.run(&[
        "checkout",
        "capture-transaction",
        &payment,
        "--set",
        "amount=99999999",
        "--yes",
    ]);
    assert_eq!((ran.code, shop.sandbox.count(CAPTURE)), (1, 1), "{ran:?}");
    assert!(ran.err.contains("NotApplied"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_that_cannot_be_read_is_unknown() {
    let shop = Shop::start().await;
    let payment = shop.payment();
    shop.sandbox.fail_next(CAPTURE, Fault::CloseAfterWork);
    // The read before the capture succeeds, those after it do not.
    shop.sandbox.fail_next(READ, Fault::Delay(Duration::ZERO));
    for _ in 0..50 {
        shop.sandbox.fail_next(READ, Fault::Status(403));
    }
    let ran = capture(&shop, &payment, &["--yes", "--confirm-within", "1"]);
    assert_eq!((ran.code, shop.sandbox.count(CAPTURE)), (3, 1), "{ran:?}");
    assert!(
        ran.err.contains("Unknown") && ran.err.contains("get-transaction"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_is_pending_and_not_yet_done() {
    let shop = Shop::start().await;
    let payment = shop.payment();
    shop.sandbox
        .fail_next(CAPTURE, Fault::Pending(Duration::from_secs(30)));
    let ran = capture(&shop, &payment, &["--yes"]);
    assert_eq!((ran.code, shop.sandbox.count(CAPTURE)), (3, 1), "{ran:?}");
    assert!(
        ran.err.contains("Pending") && ran.err.contains("get-transaction"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_confirmation_is_unknown_after_a_lost_response() {
    let shop = Shop::start().await;
    let session = shop.session("order-1");
    shop.sandbox
        .fail_next("checkout_session_cancel_post", Fault::CloseAfterWork);
    let ran = shop.run(&["checkout", "cancel-session", &session, "--yes"]);
    assert_eq!(
        (ran.code, shop.sandbox.count("checkout_session_cancel_post")),
        (3, 1),
        "{ran:?}"
    );
    assert!(ran.err.contains("get-session"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_card_is_drawn_from_in_the_confirmed_way() {
    let shop = Shop::start().await;
    let card = [
        "--set",
        "card_id=card-1",
        "--set",
        "amount=50000",
        "--set",
        "currency=NOK",
    ];
    let ran = shop.run(&[&["wallets", "create-card", "--yes"], &card[..]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let hold = [
        &card[..2],
        &[
            "--set",
            "amount=20000",
            "--set",
            "currency=NOK",
            "--set",
            "pending=true",
            "--set",
            "ref_id=hold-1",
            "--json",
        ],
    ]
    .concat();
    let ran = shop.run(&[&["wallets", "create-transaction", "--yes"], &hold[..]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let id = ran.lines()[0]["id"].as_str().unwrap().to_owned();
    let ran = shop.run(&[
        "wallets",
        "capture-transaction",
        &id,
        "--set",
        "ref_id=draw-1",
        "--card-id",
        "card-1",
        "--yes",
    ]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("Applied"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_production_account_needs_a_flag() {
    let shop = Shop::start().await;
    let production = [("DINTERO_ACCOUNT_ID", "P12345678")];
    let list = ["checkout", "list-sessions"];
    let ran = shop.run_with(&list, "", &production);
    assert_eq!((ran.code, shop.sandbox.requests().len()), (2, 0), "{ran:?}");
    assert!(
        ran.err.contains("P12345678") && ran.err.contains("--production"),
        "{ran:?}"
    );
    shop.run_with(&[&list[..], &["--production"]].concat(), "", &production);
    assert!(!shop.sandbox.requests().is_empty());
    assert_eq!(
        requests(&shop, "/v1/sessions"),
        0,
        "the sandbox has no such account"
    );
}
