use super::{CallbackError, Parameters, PaymentError, ReportedEvent, SessionCallback};

fn read(query: &str) -> Result<SessionCallback, CallbackError> {
    SessionCallback::from_parameters(Parameters::parse(query), Some("d1".to_owned()))
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
fn errors_and_events_are_parsed_and_unknown_values_preserved() {
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
fn a_missing_or_duplicate_parameter_is_named() {
    for (query, error) in [
        ("", CallbackError::Missing("merchant_reference")),
        ("merchant_reference=1", CallbackError::Missing("time")),
        ("merchant_reference=1&time=", CallbackError::Missing("time")),
        (
            "merchant_reference=1&merchant_reference=2",
            CallbackError::Duplicate("merchant_reference"),
        ),
        (
            "transaction_id=&transaction_id=2",
            CallbackError::Duplicate("transaction_id"),
        ),
        ("sid=1&sid=2", CallbackError::Duplicate("session_id")),
        (
            "sid=1&session_id=2&sid_parameter_name=sid",
            CallbackError::Duplicate("session_id"),
        ),
    ] {
        assert_eq!(read(query), Err(error), "{query}");
    }
}
