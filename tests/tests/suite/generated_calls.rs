//! Generated calls send every parameter under its own name, and decode every success.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use dintero_core::Handle;
use dintero_tests::constructs::{Client, types};
use serde_json::json;

/// Serves one call with `status` and `body`, and returns the request.
fn server(status: &str, body: &'static str) -> (Client, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n");
    let length = if status.starts_with("204") {
        String::new()
    } else {
        format!("content-length: {}\r\n", body.len())
    };
    let response = format!("{head}{length}\r\n{body}");
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a call");
        let mut seen = Vec::new();
        let mut part = [0; 4096];
        loop {
            let count = stream.read(&mut part).expect("a request");
            seen.extend_from_slice(&part[..count]);
            let text = String::from_utf8_lossy(&seen).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                });
                if count == 0 || body.len() >= length.unwrap_or(0) {
                    stream.write_all(response.as_bytes()).expect("a response");
                    return text;
                }
            }
        }
    });
    let builder = Handle::builder()
        .account("T12345678")
        .bearer_token("token")
        .api_url(&url)
        .checkout_url(url);
    (Client::new(builder.build().expect("a client")), served)
}

fn thing() -> types::Thing {
    serde_json::from_value(json!({"id": "1", "name": "a", "memo": null})).expect("a thing")
}

/// The request of `get_thing` with these parameters.
async fn sent(
    set: impl FnOnce(
        dintero_tests::constructs::calls::GetThing,
    ) -> dintero_tests::constructs::calls::GetThing,
) -> String {
    let (client, served) = server("200 OK", r#"{"id":"1","name":"a","memo":null}"#);
    let response = set(client.get_thing("7").value("v"))
        .send()
        .await
        .expect("a thing");
    assert_eq!(response.into_inner(), thing());
    served.join().expect("the server")
}

fn target(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn parameters_named_like_methods_of_a_call_are_sent_under_their_names() {
    let request = sent(|call| {
        call.body("1")
            .send_("2")
            .new_("3")
            .with_options_("4")
            .client("5")
            .options("6")
            .type_("7")
    })
    .await;
    assert_eq!(
        target(&request),
        "/v1/things/7?body=1&client=5&new=3&options=6&send=2&type=7&with_options=4"
    );
}

#[tokio::test]
async fn parameters_that_are_equal_in_snake_case_are_distinct() {
    let request = sent(|call| call.a_b("1").a_b_query("2")).await;
    assert_eq!(target(&request), "/v1/things/7?aB=1&a_b=2");
}

#[tokio::test]
async fn a_query_parameter_named_like_a_path_parameter_is_sent_as_well() {
    let request = sent(|call| call.thing_id_query("8")).await;
    assert_eq!(target(&request), "/v1/things/7?thing_id=8");
}

#[tokio::test]
async fn a_query_parameter_named_body_is_sent_as_well_as_the_body() {
    let (client, served) = server("200 OK", r#"{"id":"1","name":"ab","memo":null}"#);
    let body = types::ThingInput::builder().name("ab").password("secret");
    client
        .put_thing("7")
        .body_query("x")
        .body(body)
        .send()
        .await
        .expect("a thing");
    let request = served.join().expect("the server");
    assert_eq!(target(&request), "/v1/things/7?body=x");
    assert!(
        request.ends_with(r#"{"name":"ab","password":"secret"}"#),
        "{request}"
    );
}

#[tokio::test]
async fn a_list_in_a_header_is_joined_with_commas() {
    let request = sent(|call| call.x_feature_toggles(["a", "b"])).await;
    assert!(
        request.contains("\r\nx-feature-toggles: a,b\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn a_required_header_named_value_is_a_header() {
    let request = sent(|call| call).await;
    assert!(request.contains("\r\nvalue: v\r\n"), "{request}");
}

#[tokio::test]
async fn a_list_without_explode_is_one_parameter_even_behind_a_reference() {
    let request = sent(|call| call.joined(["a", "b"])).await;
    assert_eq!(target(&request), "/v1/things/7?joined=a%2Cb");
}

#[tokio::test]
async fn a_list_with_explode_repeats_the_parameter_with_wire_values() {
    let request =
        sent(|call| call.repeated([types::Collide::AB2, types::Collide::CreditCard])).await;
    assert_eq!(
        target(&request),
        "/v1/things/7?repeated=a_b&repeated=Credit%20Card"
    );
}

#[tokio::test]
async fn a_parameter_without_a_type_takes_any_value() {
    let request = sent(|call| call.anything(json!(["a", 2]))).await;
    assert_eq!(target(&request), "/v1/things/7?anything=a&anything=2");
}

#[tokio::test]
async fn component_parameters_whose_keys_differ_by_case_are_distinct() {
    let request = sent(|call| call.limit(5).page_limit(6).amount_gte(7)).await;
    assert_eq!(
        target(&request),
        "/v1/things/7?amount.gte=7&limit=5&page_limit=6"
    );
}

#[tokio::test]
async fn limits_of_parameters_are_checked_even_behind_a_reference() {
    let (client, _served) = server("200 OK", "{}");
    let error = client
        .get_thing("7")
        .value("v")
        .limit(0)
        .owner("X1")
        .send()
        .await
        .expect_err("nothing was sent");
    assert!(error.is_invalid_request(), "{error}");
    let text = error.to_string();
    assert!(
        text.contains("`limit` must be at least 1")
            && text.contains("`owner` must match the pattern"),
        "{text}"
    );
}

#[tokio::test]
async fn path_variables_have_their_order_and_their_names() {
    let (client, served) = server("200 OK", "plain text");
    let response = client
        .get_text("first", "second")
        .send()
        .await
        .expect("a text");
    assert_eq!(&response.into_inner()[..], b"plain text");
    assert_eq!(
        target(&served.join().expect("the server")),
        "/v1/text/first/second"
    );
}

#[tokio::test]
async fn a_file_that_is_declared_as_json_comes_as_bytes() {
    let (client, served) = server("200 OK", "%PDF, no JSON");
    let response = client.get_file("a/b").send().await.expect("a file");
    assert_eq!(&response.into_inner()[..], b"%PDF, no JSON");
    assert_eq!(
        target(&served.join().expect("the server")),
        "/v1/accounts/T12345678/file/a%2Fb"
    );
}

#[tokio::test]
async fn two_statuses_of_one_type_are_both_decoded() {
    for status in ["200 OK", "202 Accepted"] {
        let (client, _served) = server(status, r#"{"id":"1","name":"a","memo":null}"#);
        let response = client
            .get_thing("7")
            .value("v")
            .send()
            .await
            .expect("a thing");
        assert_eq!(response.status().to_string(), status);
        assert_eq!(response.into_inner(), thing());
    }
}

#[tokio::test]
async fn where_a_success_may_be_empty_both_are_successes() {
    let body = || types::ThingInput::builder().name("ab").password("secret");
    let (client, _served) = server("200 OK", r#"{"id":"1","name":"a","memo":null}"#);
    assert_eq!(
        client
            .put_thing("7")
            .body(body())
            .send()
            .await
            .expect("a thing")
            .into_inner(),
        Some(thing())
    );
    let (client, _served) = server("204 No Content", "");
    assert_eq!(
        client
            .put_thing("7")
            .body(body())
            .send()
            .await
            .expect("nothing")
            .into_inner(),
        None
    );
}

#[tokio::test]
async fn two_types_of_success_become_a_union() {
    for (status, body) in [
        ("200 OK", r#"{"id":"1","one":"a"}"#),
        ("201 Created", r#"{"id":"1","two":2}"#),
    ] {
        let (client, _served) = server(status, body);
        let body_sent = types::CreateThingBody::builder().name("a");
        let response = client
            .create_thing()
            .body(body_sent)
            .send()
            .await
            .expect("either");
        assert_eq!(
            serde_json::to_string(&response.into_inner()).expect("json"),
            body
        );
    }
}

#[tokio::test]
async fn a_success_that_is_documented_as_default_is_decoded() {
    let (client, _served) = server("200 OK", r#"[["a"],[]]"#);
    let response = client
        .get_default()
        .send()
        .await
        .expect("lists")
        .into_inner();
    assert_eq!(response, Some(vec![vec!["a".to_owned()], Vec::new()]));
    let (client, _served) = server("200 OK", "null");
    assert_eq!(
        client
            .get_default()
            .send()
            .await
            .expect("null")
            .into_inner(),
        None
    );
}

#[tokio::test]
async fn errors_of_different_kinds_are_one_error() {
    for (status, body) in [
        ("400 Bad Request", r#"{"err":"x"}"#),
        ("404 Not Found", ""),
        ("409 Conflict", r#"{"express":{}}"#),
    ] {
        let (client, _served) = server(status, body);
        let error = client
            .get_thing("7")
            .value("v")
            .send()
            .await
            .expect_err("an error");
        assert_eq!(
            error.status().map(|status| status.to_string()),
            Some(status.to_owned())
        );
    }
}

#[tokio::test]
async fn an_empty_list_is_sent_and_an_absent_one_is_not() {
    for (clear, expected) in [
        (false, r#"{"name":"a"}"#),
        (true, r#"{"clear":[],"name":"a"}"#),
    ] {
        let (client, served) = server("200 OK", r#"{"id":"1"}"#);
        let mut body = types::CreateThingBody::builder().name("a");
        if clear {
            body = body.clear(Vec::<String>::new());
        }
        client
            .create_thing()
            .body(body)
            .send()
            .await
            .expect("a thing");
        let request = served.join().expect("the server");
        assert!(
            request.ends_with(&format!("\r\n\r\n{expected}")),
            "{request}"
        );
    }
}

#[test]
#[expect(deprecated, reason = "that it is marked is what is tested")]
fn a_deprecated_operation_is_marked_and_can_be_called() {
    let (client, _served) = server("204 No Content", "");
    let _call = client.delete_thing("7");
    assert!(dintero_tests::constructs::operations::DELETE_THING.deprecated());
}
