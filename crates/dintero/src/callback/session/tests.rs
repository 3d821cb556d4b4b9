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
    assert!(callback.error.is_none() && callback.event.is_none());
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
fn a_missing_parameter_leaves_the_others() {
    for (query, transaction, session, reference, time) in [
        (
            "transaction_id=T12345678.a",
            Some("T12345678.a"),
            None,
            "",
            "",
        ),
        ("sid=1&time=", None, Some("1"), "", ""),
        ("merchant_reference=1&time=", None, None, "1", ""),
        (
            "session_id=s&time=now&error=cancelled",
            None,
            Some("s"),
            "",
            "now",
        ),
    ] {
        let callback = read(query).unwrap();
        assert_eq!(callback.transaction_id.as_deref(), transaction, "{query}");
        assert_eq!(callback.session_id.as_deref(), session, "{query}");
        assert_eq!(callback.merchant_reference, reference, "{query}");
        assert_eq!(callback.time.as_str(), time, "{query}");
        assert_eq!(callback.time.get(), None, "{query}");
    }
    for query in ["", "shop=oslo", "time=2023-11-14T22:13:20Z&error=failed"] {
        let error = read(query).unwrap_err();
        assert_eq!(error, CallbackError::Missing("transaction_id"), "{query}");
        assert!(error.is_retried());
    }
}

#[test]
fn of_two_parameters_of_one_name_the_one_that_dintero_added_counts() {
    const ID: &str = "T12345678.s";
    for (query, field, expected, own) in [
        (
            "session_id=php-sess&session_id=T12345678.s",
            "session",
            ID,
            "php-sess",
        ),
        (
            "session_id=T12345678.s&session_id=php-sess",
            "session",
            ID,
            "php-sess",
        ),
        (
            "session_id=mine&sid=T12345678.s&sid_parameter_name=sid",
            "session",
            ID,
            "mine",
        ),
        ("sid=mine&session_id=T12345678.s", "session", ID, "mine"),
        ("sid=1&sid=2", "session", "2", "1"),
        (
            "sid=1&session_id=2&sid_parameter_name=sid",
            "session",
            "1",
            "2",
        ),
        (
            "transaction_id=7&transaction_id=T12345678.s",
            "transaction",
            ID,
            "7",
        ),
        (
            "transaction_id=T12345678.s&transaction_id=",
            "transaction",
            ID,
            "",
        ),
        (
            "time=now&time=2023-11-14T22%3A13%3A20Z&sid=1",
            "time",
            "2023-11-14T22:13:20Z",
            "now",
        ),
        (
            "merchant_reference=1&merchant_reference=2",
            "reference",
            "2",
            "1",
        ),
        ("event=fair&event=CAPTURE&sid=1", "event", "CAPTURE", "fair"),
    ] {
        let callback = read(query).unwrap();
        let found = match field {
            "session" => callback.session_id.as_deref(),
            "transaction" => callback.transaction_id.as_deref(),
            "time" => Some(callback.time.as_str()),
            "event" => callback.event.as_ref().map(ReportedEvent::as_str),
            _ => Some(callback.merchant_reference.as_str()),
        };
        assert_eq!(found, Some(expected), "{query}");
        assert!(
            callback.parameters().any(|(_, value)| value == own),
            "{query}"
        );
    }
}
