//! The callback of a session, read from its query.

use std::fmt;

use dintero_core::DateTime;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as Unreadable;

use super::Refusal;
use super::canonical::Pairs;

dintero_core::open_enum! {
    /// How a payment ended that came to nothing.
    pub enum PaymentError {
        /// The payer, or you, cancelled it.
        Cancelled = "cancelled",
        /// It was not authorized.
        Authorization = "authorization",
        /// Something failed.
        Failed = "failed",
        /// The capture failed. No longer documented; older integrations still know it.
        Capture = "capture",
    }
}

dintero_core::open_enum! {
    /// An event of a transaction that a callback reports.
    pub enum ReportedEvent {
        /// A capture.
        Capture = "CAPTURE",
        /// A refund.
        Refund = "REFUND",
        /// A void.
        Void = "VOID",
    }
}

/// What Dintero tells a session's `callback_url`.
///
/// It says that something happened, not what the payment's state is: read the transaction (or the session, if there is none) before you act.
/// The payer's return to your site comes before, after, or at the same time, and the callback may come again: take a lock, or change the
/// order's state in one step. A callback body (with `method=POST`) is not signed.
///
/// Sent for payments that are authorized, on hold or captured; with `report_error=true` in your URL also for those that failed, with
/// `report_event=CAPTURE` (or `REFUND`, `VOID`) for these events. Your URL must have none of the parameters that Dintero adds: twice there,
/// they are refused as [`Refusal::Doubled`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionCallback {
    /// Id of the transaction. None for a payment that failed before it began.
    pub transaction_id: Option<String>,
    /// Id of the session, sent as `session_id`, or as `sid` if your URL says `sid_parameter_name=sid`.
    pub session_id: Option<String>,
    /// Your reference from the order; empty if you gave an empty one.
    pub merchant_reference: String,
    /// When the transaction was created.
    pub time: DateTime,
    /// How the payment ended if it failed.
    pub error: Option<PaymentError>,
    /// The event that is reported, with `report_event`.
    pub event: Option<ReportedEvent>,
    /// Id of that event in the transaction.
    pub event_id: Option<String>,
    /// Id of the delivery, the same when Dintero repeats. Not signed.
    pub delivery: Option<String>,
    echoed: Pairs,
}

impl SessionCallback {
    pub(super) fn read(pairs: Pairs, delivery: Option<String>) -> Result<Self, Refusal> {
        let mut fields: [(&'static str, Option<String>); 7] = [
            ("transaction_id", None),
            ("session_id", None),
            ("merchant_reference", None),
            ("time", None),
            ("error", None),
            ("event", None),
            ("event_id", None),
        ];
        let renamed = pairs
            .iter()
            .any(|(name, value)| name == "sid_parameter_name" && value == "sid");
        let sid = renamed || !pairs.iter().any(|(name, _)| name == "session_id");
        let mut echoed = Pairs::new();
        for (name, value) in pairs {
            let wanted = if sid && name == "sid" {
                "session_id"
            } else {
                name.as_str()
            };
            match fields.iter_mut().find(|(field, _)| *field == wanted) {
                Some((field, Some(_))) => return Err(Refusal::Doubled(field)),
                Some((_, slot)) => *slot = Some(value),
                None => echoed.push((name, value)),
            }
        }
        let [
            transaction_id,
            session_id,
            merchant_reference,
            time,
            error,
            event,
            event_id,
        ] = fields.map(|(field, value)| {
            let told = |value: &String| !value.is_empty() || field == "merchant_reference";
            (field, value.filter(told))
        });
        let required =
            |(field, value): (&'static str, Option<String>)| value.ok_or(Refusal::Missing(field));
        Ok(Self {
            transaction_id: transaction_id.1,
            session_id: session_id.1,
            merchant_reference: required(merchant_reference)?,
            time: text(required(time)?)?,
            error: error.1.map(PaymentError::from),
            event: event.1.map(ReportedEvent::from),
            event_id: event_id.1,
            delivery,
            echoed,
        })
    }

    /// All other parameters, in the order they came: those of your own URL.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.echoed
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first value of a parameter of your own URL.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .find_map(|(other, value)| (other == name).then_some(value))
    }

    /// Did the payment fail?
    pub fn is_error(&self) -> bool {
        self.error.is_some()
    }
}

/// Keeps the text, even if it is no time.
fn text(text: String) -> Result<DateTime, Refusal> {
    let text = IntoDeserializer::<Unreadable>::into_deserializer(text);
    DateTime::deserialize(text).map_err(|_| Refusal::MalformedRequest)
}

/// Without what your own URL carries.
impl fmt::Debug for SessionCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCallback")
            .field("transaction_id", &self.transaction_id)
            .field("session_id", &self.session_id)
            .field("merchant_reference", &self.merchant_reference)
            .field("time", &self.time)
            .field("error", &self.error)
            .field("event", &self.event)
            .field("event_id", &self.event_id)
            .field("delivery", &self.delivery)
            .field("parameters", &self.echoed.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{PaymentError, Refusal, ReportedEvent, SessionCallback};
    use crate::callback::canonical::pairs;

    fn read(query: &str) -> Result<SessionCallback, Refusal> {
        SessionCallback::read(pairs(query), Some("d1".to_owned()))
    }

    const PAID: &str =
        "merchant_reference=order-1&time=2023-11-14T22%3A13%3A20.123Z&transaction_id=T12345678.a";

    #[test]
    fn a_paid_session_has_its_ids_and_the_parameters_of_the_merchant() {
        let callback = read(&format!(
            "{PAID}&session_id=T12345678.s&method=POST&shop=oslo+1&report_event=CAPTURE&report_event=VOID"
        ))
        .unwrap();
        assert_eq!(callback.transaction_id.as_deref(), Some("T12345678.a"));
        assert_eq!(callback.session_id.as_deref(), Some("T12345678.s"));
        assert_eq!(callback.merchant_reference, "order-1");
        assert_eq!(callback.time.as_str(), "2023-11-14T22:13:20.123Z");
        assert!(!callback.is_error() && callback.event.is_none());
        assert_eq!(callback.parameter("shop"), Some("oslo 1"));
        assert_eq!(callback.parameters().count(), 4);
        assert!(!format!("{callback:?}").contains("oslo"));
    }

    #[test]
    fn a_session_id_is_read_under_both_its_names() {
        for (query, session, sid) in [
            ("session_id=A", Some("A"), None),
            ("sid=A&sid_parameter_name=sid", Some("A"), None),
            ("sid=A", Some("A"), None),
            ("session_id=A&sid=mine", Some("A"), Some("mine")),
            ("", None, None),
        ] {
            let callback = read(&format!("{PAID}&{query}")).unwrap();
            assert_eq!(callback.session_id.as_deref(), session, "{query}");
            assert_eq!(callback.parameter("sid"), sid, "{query}");
        }
    }

    #[test]
    fn errors_and_events_are_read_and_unknown_ones_kept() {
        let callback =
            read("merchant_reference=1&time=now&error=cancelled&event=REFUND&event_id=3").unwrap();
        assert_eq!(callback.error, Some(PaymentError::Cancelled));
        assert_eq!(callback.event, Some(ReportedEvent::Refund));
        assert_eq!(callback.event_id.as_deref(), Some("3"));
        assert_eq!(callback.transaction_id, None);
        assert_eq!(callback.time.get(), None);
        let callback = read("merchant_reference=&time=now&error=weather&event=SNOW").unwrap();
        assert_eq!(callback.merchant_reference, "");
        assert_eq!(callback.error.unwrap().as_str(), "weather");
        assert_eq!(callback.event.unwrap().as_str(), "SNOW");
    }

    #[test]
    fn what_is_missing_or_doubled_is_named() {
        for (query, refusal) in [
            ("", Refusal::Missing("merchant_reference")),
            ("merchant_reference=1", Refusal::Missing("time")),
            ("merchant_reference=1&time=", Refusal::Missing("time")),
            (
                "merchant_reference=1&merchant_reference=2",
                Refusal::Doubled("merchant_reference"),
            ),
            (
                "transaction_id=&transaction_id=2",
                Refusal::Doubled("transaction_id"),
            ),
            ("sid=1&sid=2", Refusal::Doubled("session_id")),
            (
                "sid=1&session_id=2&sid_parameter_name=sid",
                Refusal::Doubled("session_id"),
            ),
        ] {
            assert_eq!(read(query), Err(refusal), "{query}");
        }
    }
}
