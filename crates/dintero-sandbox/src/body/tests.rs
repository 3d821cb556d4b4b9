use super::*;
use serde_json::json;

fn json_headers() -> HeaderMap {
    HeaderMap::from_iter([(
        CONTENT_TYPE,
        "Application/JSON; charset=utf-8".parse().expect("a header"),
    )])
}

#[test]
fn the_rule_of_the_operation_decides_about_an_empty_body() {
    let status = |rule| parse(rule, &HeaderMap::new(), b"").map_err(|e| e.status);
    assert_eq!(status(RequestBody::None), Ok(Value::Null));
    assert_eq!(status(RequestBody::Optional), Ok(Value::Null));
    assert_eq!(status(RequestBody::Required), Err(400));
}

#[test]
fn only_a_json_object_declared_as_json_is_taken() {
    let parsed = parse(RequestBody::Required, &json_headers(), br#"{"a":1}"#);
    assert_eq!(parsed, Ok(json!({"a": 1})));
    let status = |headers: &HeaderMap, body: &str| {
        parse(RequestBody::Required, headers, body.as_bytes()).map_err(|e| e.status)
    };
    assert_eq!(status(&HeaderMap::new(), "{}"), Err(415));
    assert_eq!(status(&json_headers(), "[]"), Err(400));
    assert_eq!(status(&json_headers(), "{"), Err(400));
}

#[test]
fn a_form_is_taken_only_where_a_browser_may_send_one() {
    let headers = HeaderMap::from_iter([(
        CONTENT_TYPE,
        "application/x-www-form-urlencoded"
            .parse()
            .expect("a header"),
    )]);
    let form = |rule| parse(rule, &headers, b"a=b+c&d").map_err(|e| e.status);
    assert_eq!(
        form(RequestBody::OptionalForm),
        Ok(json!({"a": "b c", "d": ""}))
    );
    assert_eq!(form(RequestBody::Optional), Err(415));
}

#[tokio::test]
async fn a_body_is_taken_up_to_the_limit() {
    let taken = async |len| collect(Full::<Bytes>::from(vec![b' '; len])).await;
    assert_eq!(taken(LIMIT).await.map(|body| body.len()), Ok(LIMIT));
    assert_eq!(taken(LIMIT + 1).await.map_err(|e| e.status), Err(413));
}

#[test]
fn a_number_beyond_64_bits_is_refused_at_every_depth() {
    let parse = |text: &str| parse(RequestBody::Required, &json_headers(), text.as_bytes());
    assert!(parse(r#"{"a": [{"b": 9223372036854770000}, -1.5]}"#).is_ok());
    for number in ["1042539542970322700000000000000000000", "-1e19", "1e300"] {
        let error = parse(&format!(r#"{{"a": [{{"b": {number}}}]}}"#)).expect_err(number);
        assert_eq!(error.status, 400);
    }
}
