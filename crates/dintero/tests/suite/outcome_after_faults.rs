//! After every fault, the requested amount is moved once or not at all, as the outcome states.

use dintero::Dintero;
use std::time::Duration;

use crate::support::shop::{PRICE, client, executions, moved, paid, sequences};
use dintero::checkout::types::{CaptureOptions, RefundOptions, Transaction};
use dintero::outcome::{Confirmation, NotApplied, Outcome};
use dintero_sandbox::{Fault, Sandbox};

const READ: &str = "transactions_id_get";
const CAPTURE: &str = "transactions_id_capture_post";

#[derive(Clone, Copy, Debug)]
enum Call {
    CaptureWithReference,
    PartialCapture,
    Refund,
    Void,
}

impl Call {
    const ALL: [Self; 4] = [
        Self::CaptureWithReference,
        Self::PartialCapture,
        Self::Refund,
        Self::Void,
    ];

    fn operation(self) -> &'static str {
        match self {
            Self::CaptureWithReference | Self::PartialCapture => CAPTURE,
            Self::Refund => "transactions_id_refund_post",
            Self::Void => "transactions_id_void_post",
        }
    }

    fn amount(self) -> i64 {
        match self {
            Self::CaptureWithReference | Self::Void => PRICE,
            Self::PartialCapture => 10_000,
            Self::Refund => 9_990,
        }
    }

    fn attempt(self, dintero: &Dintero, id: &str) -> Confirmation<Transaction> {
        let checkout = dintero.checkout();
        let amount = self.amount();
        match self {
            Self::CaptureWithReference => {
                let options = CaptureOptions::builder().amount(amount);
                let options = options.capture_reference("parcel");
                checkout.capture_transaction(id).body(options).confirm()
            }
            Self::PartialCapture => {
                let options = CaptureOptions::builder().amount(amount);
                checkout.capture_transaction(id).body(options).confirm()
            }
            Self::Refund => {
                let options = RefundOptions::builder().amount(amount);
                let options = options.refund_reference("return");
                checkout.refund_transaction(id).body(options).confirm()
            }
            Self::Void => checkout.void_transaction(id).confirm(),
        }
    }

    async fn prepared(self, dintero: &Dintero, sandbox: &Sandbox) -> String {
        let id = paid(dintero, sandbox).await;
        if matches!(self, Self::Refund) {
            let all = CaptureOptions::builder().amount(PRICE);
            dintero
                .checkout()
                .capture_transaction(&id)
                .body(all)
                .send()
                .await
                .unwrap();
        }
        id
    }

    async fn moved(self, dintero: &Dintero, id: &str) -> i64 {
        let (captured, refunded, voided) = moved(dintero, id).await;
        match self {
            Self::CaptureWithReference | Self::PartialCapture => captured,
            Self::Refund => refunded,
            Self::Void => voided,
        }
    }
}

/// Whether the request is carried out under these faults, and how often it is sent.
fn expected(faults: &[Fault], mut repeats: u32) -> (bool, usize) {
    for (sent, fault) in faults.iter().enumerate() {
        let sent = sent + 1;
        match fault {
            // It was carried out, and the read shows it.
            Fault::CloseAfterWork => return (true, sent),
            // The client retries it, since it was not handled.
            Fault::Status(429) => {}
            Fault::Status(400 | 409) => return (false, sent),
            _ if repeats == 0 => return (false, sent),
            _ => repeats -= 1,
        }
    }
    (true, faults.len() + 1)
}

#[tokio::test]
async fn the_amount_is_moved_once_or_not_at_all_as_the_outcome_states() {
    let sandbox = Sandbox::start().await.unwrap();
    for call in Call::ALL {
        let dintero = client(&sandbox);
        for (faults, repeats) in
            sequences().flat_map(|faults| [0, 2].map(|repeats| (faults.clone(), repeats)))
        {
            let (applied, sent) = expected(&faults, repeats);
            if sent < faults.len() {
                continue; // the remaining faults would not occur
            }
            let id = call.prepared(&dintero, &sandbox).await;
            sandbox.clear_requests();
            for fault in &faults {
                sandbox.fail_next(call.operation(), *fault);
            }
            let outcome = call
                .attempt(&dintero, &id)
                .repeat_if_not_applied(repeats)
                .await;
            let case = format!("{call:?} {faults:?} with {repeats} repeats: {outcome:?}");
            assert_eq!(sandbox.count(call.operation()), sent, "{case}");
            assert_eq!(outcome.is_applied(), applied, "{case}");
            assert!(
                applied || matches!(outcome, Outcome::NotApplied(_)),
                "{case}"
            );
            assert_eq!(
                executions(&sandbox, call.operation()),
                usize::from(applied),
                "{case}"
            );
            if faults.is_empty() {
                assert_eq!(sandbox.count(READ), 1, "{case}");
            }
            let amount = if applied { call.amount() } else { 0 };
            assert_eq!(call.moved(&dintero, &id).await, amount, "{case}");
        }
    }
}

#[tokio::test]
async fn after_a_crash_the_same_call_finds_its_effect() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    for call in [Call::CaptureWithReference, Call::Refund, Call::Void] {
        let id = call.prepared(&dintero, &sandbox).await;
        sandbox.clear_requests();
        for _ in 0..3 {
            assert!(call.attempt(&dintero, &id).await.is_applied(), "{call:?}");
        }
        assert_eq!(executions(&sandbox, call.operation()), 1, "{call:?}");
        assert_eq!(call.moved(&dintero, &id).await, call.amount());
    }
}

#[tokio::test]
async fn a_request_with_a_reference_is_not_sent_while_its_transaction_cannot_be_read() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let id = paid(&dintero, &sandbox).await;
    sandbox.fail_next(READ, Fault::Status(403));
    let Outcome::Unknown(unknown) = Call::CaptureWithReference.attempt(&dintero, &id).await else {
        panic!("an earlier request with that reference may have been carried out");
    };
    assert!(!unknown.was_sent() && unknown.error().is_some_and(dintero::Error::is_forbidden));
    let missing = Call::CaptureWithReference
        .attempt(&dintero, "T12345678.none")
        .await;
    assert!(
        matches!(missing, Outcome::NotApplied(NotApplied::Rejected(error)) if error.is_not_found())
    );
    assert_eq!(sandbox.count(CAPTURE), 0);
}

#[tokio::test]
async fn a_reference_belongs_to_one_amount() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    let id = paid(&dintero, &sandbox).await;
    let capture = |amount| {
        let options = CaptureOptions::builder()
            .amount(amount)
            .capture_reference("parcel-1");
        let checkout = dintero.checkout();
        checkout.capture_transaction(&id).body(options).confirm()
    };
    assert!(capture(10_000).await.is_applied());
    assert!(matches!(
        capture(5_000).await,
        Outcome::NotApplied(NotApplied::ReferenceTaken)
    ));
    assert_eq!(moved(&dintero, &id).await, (10_000, 0, 0));
}

#[tokio::test]
async fn invalid_input_is_rejected_and_nothing_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let dintero = client(&sandbox);
    for wrong in [
        CaptureOptions::builder().amount(1).capture_reference(""),
        CaptureOptions::builder().capture_reference("amount is missing"),
    ] {
        let checkout = dintero.checkout();
        let call = checkout.capture_transaction("T12345678.a").body(wrong);
        let attempt = call.confirm();
        let attempt = attempt
            .repeat_if_not_applied(3)
            .confirm_within(Duration::from_secs(1));
        let Outcome::NotApplied(NotApplied::Rejected(error)) = attempt.await else {
            panic!("the input is invalid");
        };
        assert!(
            error.is_invalid_request() && !error.violations().is_empty(),
            "{error}"
        );
    }
    assert!(sandbox.requests().is_empty());
}
