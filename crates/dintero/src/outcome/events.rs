//! Which events of a transaction belong to a call, and what they say.

use dintero_checkout::types::{
    Transaction, TransactionEvent, TransactionEventKind, TransactionStatus,
};

use super::Declined;

/// How the events of a call are known.
pub(super) struct Wanted<'a> {
    pub(super) done: TransactionEventKind,
    pub(super) begun: TransactionEventKind,
    /// None for a void, which has none.
    pub(super) reference: Option<&'a str>,
    /// The id of the event that a 202 announced.
    pub(super) taken: Option<&'a str>,
    /// How many events with the reference were there before.
    pub(super) before: usize,
}

/// What the events say, with the amount where one is given.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// It was carried out.
    Done(Option<i64>),
    /// It was taken and has not ended.
    Pending(Option<i64>),
    Declined(Declined),
    Unclear,
    Nothing,
}

impl Wanted<'_> {
    fn begins<'t>(&self, transaction: &'t Transaction) -> Vec<&'t TransactionEvent> {
        let begun = events(transaction).filter(|event| event.event.as_ref() == Some(&self.begun));
        begun
            .filter(|event| {
                self.reference.is_none() || event.event_reference.as_deref() == self.reference
            })
            .collect()
    }

    /// The events that end the call, oldest first.
    fn ends<'t>(&self, transaction: &'t Transaction) -> Vec<&'t TransactionEvent> {
        let begun = self.begins(transaction);
        let ids: Vec<String> = begun
            .iter()
            .filter_map(|event| opens(event))
            .chain(self.taken.map(plain))
            .collect();
        let ends = events(transaction).filter(|event| event.event.as_ref() == Some(&self.done));
        ends.filter(|event| match self.reference {
            None => true,
            Some(reference) => {
                event.event_reference.as_deref() == Some(reference)
                    || closes(event).is_some_and(|id| ids.contains(&id))
            }
        })
        .collect()
    }

    /// How many calls of the kind have ended.
    pub(super) fn count(&self, transaction: &Transaction) -> usize {
        self.ends(transaction).len()
    }

    /// What a reading says.
    pub(super) fn judge(&self, transaction: &Transaction) -> Verdict {
        let voided = transaction.status == Some(TransactionStatus::AuthorizationVoided);
        if voided && self.done == TransactionEventKind::Void {
            return Verdict::Done(None);
        }
        if transaction.events.is_none() {
            return Verdict::Unclear;
        }
        let all = self.ends(transaction);
        let ends = all.get(self.before..).unwrap_or_default();
        let unclear =
            |event: &&TransactionEvent| event.correction.is_some() || event.success.is_none();
        if ends.iter().any(unclear) {
            return Verdict::Unclear;
        }
        let mut done = ends.iter().filter(|event| event.success == Some(true));
        match (done.next(), done.next()) {
            (Some(_), Some(_)) if self.reference.is_some() => return Verdict::Unclear,
            (Some(event), _) => return Verdict::Done(amount(event)),
            (None, _) => {}
        }
        if let Some(begun) = self.open(transaction, &all) {
            return Verdict::Pending(amount(begun));
        }
        // A void has no reference, so one that failed is known as this one by the id of its 202 alone.
        let own = ends.iter().rfind(|event| {
            self.reference.is_some()
                || closes(event).is_some_and(|id| self.taken.map(plain) == Some(id))
        });
        match own {
            Some(event) => Verdict::Declined(declined(event)),
            None if transaction.status == Some(TransactionStatus::LiteralUnknown) => {
                Verdict::Unclear
            }
            None => Verdict::Nothing,
        }
    }

    /// One that was begun and has no end.
    fn open<'t>(
        &self,
        transaction: &'t Transaction,
        ends: &[&TransactionEvent],
    ) -> Option<&'t TransactionEvent> {
        let ended: Vec<String> = ends.iter().filter_map(|event| closes(event)).collect();
        // An end that does not say whose it is may be that of any.
        let loose = ends.len() - ended.len();
        let begun = self.begins(transaction).into_iter().filter(|event| {
            event.success != Some(false) && opens(event).is_none_or(|id| !ended.contains(&id))
        });
        begun.skip(loose).last()
    }

    /// What a 200 says: it is a success unless the last event is a failure of its kind.
    pub(super) fn judge_answer(&self, transaction: &Transaction) -> Verdict {
        let last = events(transaction).last();
        let own = |event: &&TransactionEvent| {
            event.event.as_ref() == Some(&self.done)
                && (self.reference.is_none()
                    || event.event_reference.is_none()
                    || event.event_reference.as_deref() == self.reference)
        };
        if let Some(last) = last.filter(own)
            && last.success == Some(false)
            && last.correction.is_none()
        {
            return Verdict::Declined(declined(last));
        }
        match self.judge(transaction) {
            Verdict::Nothing => Verdict::Done(None),
            Verdict::Unclear if transaction.events.is_none() => Verdict::Done(None),
            verdict => verdict,
        }
    }
}

fn events(transaction: &Transaction) -> impl DoubleEndedIterator<Item = &TransactionEvent> {
    transaction.events.iter().flatten()
}

fn amount(event: &TransactionEvent) -> Option<i64> {
    event.amount.as_ref().and_then(|amount| amount.as_i64())
}

fn declined(event: &TransactionEvent) -> Declined {
    Declined::new(event.error.clone())
}

/// The id that the end of what this event began will name.
fn opens(event: &TransactionEvent) -> Option<String> {
    event.request_id.as_ref().map(|id| plain(id.as_str()))
}

/// The id of what this event ends.
fn closes(event: &TransactionEvent) -> Option<String> {
    let id = event.correlation_request_id.as_ref();
    id.map(|id| plain(id.as_str()))
}

/// Ids come with and without dashes.
fn plain(id: &str) -> String {
    id.replace('-', "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use dintero_checkout::types::{Transaction, TransactionEventKind};
    use serde_json::{Value, json};

    use super::{Verdict, Wanted};
    use crate::outcome::RetryAdvice;

    const ID: &str = "8f2c1a4e-0000-4000-8000-000000000001";

    fn transaction(status: &str, events: Value) -> Transaction {
        serde_json::from_value(json!({
            "amount": 100, "currency": "NOK", "payment_product": "vipps", "payment_product_type": "vipps",
            "status": status, "events": events,
        }))
        .expect("a transaction")
    }

    fn capture(before: usize) -> Wanted<'static> {
        Wanted {
            done: TransactionEventKind::Capture,
            begun: TransactionEventKind::InitiateCapture,
            reference: Some("mine"),
            taken: None,
            before,
        }
    }

    fn void() -> Wanted<'static> {
        Wanted {
            done: TransactionEventKind::Void,
            begun: TransactionEventKind::InitiateVoid,
            reference: None,
            taken: Some(ID),
            before: 0,
        }
    }

    #[test]
    fn only_events_with_the_reference_count() {
        let mine =
            json!({"event": "CAPTURE", "success": true, "amount": 40.0, "event_reference": "mine"});
        let other =
            json!({"event": "CAPTURE", "success": true, "amount": 10, "event_reference": "other"});
        let refund =
            json!({"event": "REFUND", "success": true, "amount": 10, "event_reference": "mine"});
        let begun = json!({"event": "INITIATE_CAPTURE", "success": true, "event_reference": "mine", "request_id": ID});
        let end = json!({"event": "CAPTURE", "success": true, "amount": 40, "correlation_request_id": ID.replace('-', "")});
        let cases = [
            (json!([]), Verdict::Nothing),
            (json!([other, refund]), Verdict::Nothing),
            (json!([other, mine]), Verdict::Done(Some(40))),
            (json!([mine, mine]), Verdict::Unclear),
            (json!([begun]), Verdict::Pending(None)),
            (json!([begun, other]), Verdict::Pending(None)),
            (json!([begun, end]), Verdict::Done(Some(40))),
            (
                json!([{"event": "CAPTURE", "event_reference": "mine"}]),
                Verdict::Unclear,
            ),
        ];
        for (events, verdict) in cases {
            let shown = events.to_string();
            assert_eq!(
                capture(0).judge(&transaction("AUTHORIZED", events)),
                verdict,
                "{shown}"
            );
        }
        let declined = json!({"event": "CAPTURE", "success": false, "event_reference": "mine", "correlation_request_id": ID});
        let again = transaction("AUTHORIZED", json!([begun, declined]));
        assert!(matches!(capture(0).judge(&again), Verdict::Declined(_)));
        assert_eq!(capture(1).judge(&again), Verdict::Nothing);
        let loose = json!({"event": "CAPTURE", "success": false, "event_reference": "mine"});
        let loose = transaction("AUTHORIZED", json!([begun, loose]));
        assert!(matches!(capture(0).judge(&loose), Verdict::Declined(_)));
        let again = transaction("AUTHORIZED", json!([mine]));
        assert_eq!(capture(1).judge(&again), Verdict::Nothing);
        assert_eq!(capture(0).count(&again), 1);
    }

    #[test]
    fn a_correction_or_an_unknown_status_is_not_decided_here() {
        let corrected = json!([{
            "event": "CAPTURE", "success": false, "event_reference": "mine",
            "correction": {"status": "x", "remaining_capture_amount": 0, "remaining_refund_amount": 0, "remaining_void_amount": 0},
        }]);
        assert_eq!(
            capture(0).judge(&transaction("AUTHORIZED", corrected)),
            Verdict::Unclear
        );
        assert_eq!(
            capture(0).judge(&transaction("UNKNOWN", json!([]))),
            Verdict::Unclear
        );
        assert_eq!(
            capture(0).judge(&transaction("AUTHORIZED", json!(null))),
            Verdict::Unclear,
            "no events are not the same as none of ours"
        );
    }

    #[test]
    fn a_200_with_a_failed_event_is_declined_with_the_advice_of_the_scheme() {
        for (code, advice) in [
            ("DO_NOT_RETRY", RetryAdvice::Never),
            ("RETRY_IMMEDIATELY", RetryAdvice::Now),
            (
                "RETRY_AFTER_DELAY",
                RetryAdvice::Later(Some("2026-01-02T00:00:00Z".to_owned())),
            ),
        ] {
            let error = json!({"message": "m", "retry_policy": {"retry_codes": [code], "retry_after": "2026-01-02T00:00:00Z"}});
            let failed = json!([{"event": "CAPTURE", "success": false, "error": error}]);
            let Verdict::Declined(declined) =
                capture(0).judge_answer(&transaction("AUTHORIZED", failed))
            else {
                panic!("declined");
            };
            assert_eq!(declined.retry(), advice);
            assert!(declined.error().is_some_and(|error| error.message == "m"));
        }
        assert_eq!(
            capture(0).judge_answer(&transaction("CAPTURED", json!([]))),
            Verdict::Done(None)
        );
        let other = json!([{"event": "CAPTURE", "success": false, "event_reference": "other"}]);
        assert_eq!(
            capture(0).judge_answer(&transaction("CAPTURED", other)),
            Verdict::Done(None)
        );
    }

    #[test]
    fn a_void_is_known_by_its_kind_and_a_failed_one_by_its_202() {
        let ok = json!({"event": "VOID", "success": true, "amount": 100});
        let old = json!({"event": "VOID", "success": false});
        let mine = json!({"event": "VOID", "success": false, "correlation_request_id": ID});
        let begun = json!({"event": "INITIATE_VOID", "success": true, "request_id": ID});
        assert_eq!(
            void().judge(&transaction("AUTHORIZATION_VOIDED", json!([]))),
            Verdict::Done(None)
        );
        assert_eq!(
            void().judge(&transaction("PARTIALLY_CAPTURED", json!([ok]))),
            Verdict::Done(Some(100))
        );
        assert_eq!(
            void().judge(&transaction("AUTHORIZED", json!([old]))),
            Verdict::Nothing
        );
        assert_eq!(
            void().judge(&transaction("AUTHORIZED", json!([begun]))),
            Verdict::Pending(None)
        );
        assert!(matches!(
            void().judge(&transaction("AUTHORIZED", json!([begun, mine]))),
            Verdict::Declined(_)
        ));
    }
}
