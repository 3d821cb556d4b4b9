use super::{DateTime, Text, Uuid};

#[test]
fn a_time_keeps_its_fraction_and_its_zone() {
    for text in [
        "\"2023-11-14T22:13:20.120Z\"",
        "\"2023-11-14T22:13:20+01:00\"",
        "\"2023-11-14\"",
    ] {
        let time: DateTime = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), text);
    }
}

#[test]
fn a_time_without_zone_is_utc() {
    let with: DateTime = "2023-11-14T22:13:20Z".parse().unwrap();
    let without: DateTime = "2023-11-14T22:13:20".parse().unwrap();
    assert_eq!(with.get(), without.get());
    assert!(with.get().is_some());
}

#[test]
fn a_malformed_time_is_kept_in_a_response_and_refused_in_a_request() {
    let time: DateTime = serde_json::from_str("\"yesterday\"").unwrap();
    assert_eq!(time.get(), None);
    assert_eq!(time.as_str(), "yesterday");
    assert!(DateTime::try_from("yesterday").is_err());
}

#[test]
fn a_uuid_without_dashes_stays_without_dashes() {
    let id: Uuid = serde_json::from_str("\"67e5504410b1426f9247bb680e5fe0c8\"").unwrap();
    assert_eq!(
        serde_json::to_string(&id).unwrap(),
        "\"67e5504410b1426f9247bb680e5fe0c8\""
    );
    assert_eq!(
        id.get().unwrap().to_string(),
        "67e55044-10b1-426f-9247-bb680e5fe0c8"
    );
}

#[test]
fn a_value_becomes_its_usual_text() {
    let id = uuid::Uuid::nil();
    assert_eq!(
        Text::from(id).as_str(),
        "00000000-0000-0000-0000-000000000000"
    );
}
