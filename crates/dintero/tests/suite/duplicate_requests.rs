//! Nothing is charged twice: how often requests reach the server under faults.

use dintero::checkout::types::CaptureOptions;
use dintero::wallets::types::TransactionInput;
use dintero::{Dintero, WasSent};
use dintero_sandbox::{Fault, Sandbox};

use crate::support::shop::{PRICE, client, paid};

/// A client, its sandbox, and an authorized transaction.
async fn authorized() -> (Dintero, Sandbox, String) {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let transaction = paid(&dintero, &sandbox).await;
    (dintero, sandbox, transaction)
}

async fn capture(dintero: &Dintero, transaction: &str) -> Result<String, dintero::Error> {
    let body = CaptureOptions::builder()
        .amount(PRICE)
        .capture_reference("parcel-1");
    let captured = dintero
        .checkout()
        .capture_transaction(transaction)
        .body(body)
        .send()
        .await?;
    Ok(captured
        .status
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default())
}

const CAPTURE: &str = "transactions_id_capture_post";

#[tokio::test]
async fn a_capture_whose_response_is_lost_is_sent_once_and_the_error_names_the_read() {
    for (fault, handled) in [
        (Fault::CloseBeforeWork, false),
        (Fault::CloseAfterWork, true),
        (Fault::Status(503), false),
    ] {
        let (dintero, sandbox, transaction) = authorized().await;
        sandbox.fail_next(CAPTURE, fault);
        let error = capture(&dintero, &transaction).await.unwrap_err();
        assert_eq!(error.was_sent(), WasSent::Maybe, "{error}");
        assert!(error.to_string().contains("get_transaction"), "{error}");
        assert_eq!(sandbox.count(CAPTURE), 1, "{error}");
        let read = dintero
            .checkout()
            .get_transaction(&transaction)
            .send()
            .await
            .unwrap();
        let status = read.status.as_ref().map(|status| status.as_str());
        assert_eq!(
            status,
            Some(if handled { "CAPTURED" } else { "AUTHORIZED" })
        );
    }
}

#[tokio::test]
async fn a_capture_that_was_not_handled_is_sent_again() {
    let (dintero, sandbox, transaction) = authorized().await;
    sandbox.fail_next(CAPTURE, Fault::Status(429));
    assert_eq!(capture(&dintero, &transaction).await.unwrap(), "CAPTURED");
    assert_eq!(sandbox.count(CAPTURE), 2);
}

#[tokio::test]
async fn a_revoked_token_is_renewed_once_and_the_capture_carried_out_once() {
    let (dintero, sandbox, transaction) = authorized().await;
    sandbox.revoke_tokens();
    assert_eq!(capture(&dintero, &transaction).await.unwrap(), "CAPTURED");
    let statuses: Vec<Option<u16>> = sandbox
        .requests()
        .iter()
        .filter(|request| request.operation_id.as_deref() == Some(CAPTURE))
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [Some(401), Some(200)]);
}

#[tokio::test]
async fn a_read_is_retried() {
    let (dintero, sandbox, transaction) = authorized().await;
    sandbox.fail_next("transactions_id_get", Fault::Status(503));
    dintero
        .checkout()
        .get_transaction(&transaction)
        .send()
        .await
        .unwrap();
    assert_eq!(sandbox.count("transactions_id_get"), 2);
}

#[tokio::test]
async fn a_value_beyond_a_limit_is_never_sent() {
    let (dintero, sandbox, _) = authorized().await;
    sandbox.clear_requests();
    let checkout = dintero.checkout();
    let mut broken = TransactionInput::builder()
        .ref_id("r")
        .amount(1)
        .currency("NOK")
        .build()
        .unwrap();
    // Built within the limits, changed afterwards.
    broken.amount = -1;
    broken.originated_by = Some("x".repeat(256));
    let error = dintero
        .wallets()
        .create_transaction()
        .body(broken)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(
        error.to_string().contains("`amount` must be at least 1"),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("`originated_by` must have at most 255 characters (it has 256)"),
        "{error}"
    );
    let error = checkout.capture_transaction("..").send().await.unwrap_err();
    assert!(
        error.to_string().contains("`id`") && error.to_string().contains("`body` is required"),
        "{error}"
    );
    let error = checkout
        .list_transactions()
        .limit(1000)
        .send()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("`limit` must be at most 100"),
        "{error}"
    );
    assert!(sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_thousand_first_calls_fetch_one_token() {
    let (_, sandbox, transaction) = authorized().await;
    let dintero = client(&sandbox);
    sandbox.clear_requests();
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let (dintero, transaction) = (dintero.clone(), transaction.clone());
            tokio::spawn(async move {
                dintero
                    .checkout()
                    .get_transaction(&transaction)
                    .send()
                    .await
                    .map(|_| ())
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(sandbox.count("aid_auths_oauth_token_post"), 1);
}
