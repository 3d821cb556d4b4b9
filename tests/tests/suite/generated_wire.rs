//! Requests carry the media types, credentials and headers that the document names.

use dintero_core::{Error, Handle, Response};
use dintero_tests::wire::{Client, types};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Calls a server that accepts everything, and returns its request.
async fn sent<T>(call: impl AsyncFnOnce(Client) -> Result<Response<T>, Error>) -> Request {
    let server = MockServer::start().await;
    let response = ResponseTemplate::new(200).set_body_json(serde_json::json!({}));
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    let handle = Handle::builder()
        .account("T12345678")
        .bearer_token("token")
        .api_url(server.uri())
        .checkout_url(server.uri());
    let client = Client::new(handle.build().expect("a client"));
    call(client).await.map(drop).expect("a success");
    let requests = server.received_requests().await.expect("requests");
    let [request] = <[Request; 1]>::try_from(requests).expect("one request");
    request
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let value = request.headers.get(name)?;
    Some(value.to_str().expect("a text"))
}

#[tokio::test]
async fn the_media_types_of_the_document_are_sent_and_asked_for() {
    let part = || types::Part::builder().a("1");
    for (request, content_type, accept) in [
        (
            sent(async |client| client.merge().body(part()).send().await).await,
            Some("application/merge-patch+json"),
            "application/vnd.api+json; version=2",
        ),
        (
            sent(async |client| client.plain().body(part()).send().await).await,
            Some("application/json"),
            "application/json, application/aaa+json",
        ),
        (
            sent(async |client| client.ranged().body(part()).send().await).await,
            Some("application/json; charset=utf-8"),
            "application/json",
        ),
        (
            sent(async |client| client.lines().send().await).await,
            None,
            "application/json-seq, application/jsonl, application/x-ndjson, */*;q=0.8",
        ),
        (
            sent(async |client| client.nothing().send().await).await,
            None,
            "application/json, */*;q=0.8",
        ),
    ] {
        assert_eq!(header(&request, "content-type"), content_type);
        assert_eq!(header(&request, "accept"), Some(accept));
        if content_type.is_some() {
            assert_eq!(request.body, br#"{"a":"1"}"#);
        }
    }
}

macro_rules! authorizations {
    ($($method:ident: $expected:expr;)*) => {
        [$((
            stringify!($method),
            sent(async |client| client.$method().send().await).await,
            $expected,
        )),*]
    };
}

#[tokio::test]
async fn the_token_is_sent_where_the_document_takes_it_and_nowhere_else() {
    const TOKEN: Option<&str> = Some("Bearer token");
    for (method, request, expected) in authorizations! {
        token: TOKEN;
        oauth: TOKEN;
        basic: TOKEN;
        optional: TOKEN;
        own_key: TOKEN;
        both: TOKEN;
        either: TOKEN;
        public: None;
        anonymous: None;
        key: None;
        query_key: None;
        digest: None;
        mutual: None;
    } {
        assert_eq!(header(&request, "authorization"), expected, "{method}");
        assert_eq!(header(&request, "x-api-key"), None, "{method}");
    }
}

#[tokio::test]
async fn required_headers_and_queries_with_brackets_are_sent_under_their_names() {
    let request = sent(async |client| {
        let call = client.headers().x_required("1").filter_name("a");
        call.ids([1, 2]).send().await
    })
    .await;
    assert_eq!(header(&request, "x-required"), Some("1"));
    let query: Vec<_> = request.url.query_pairs().into_owned().collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        query,
        [
            pair("filter[name]", "a"),
            pair("ids[]", "1"),
            pair("ids[]", "2")
        ]
    );
}

/// Returns what is wrong with a call that must not be sent.
async fn refused<T>(call: impl AsyncFnOnce(Client) -> Result<Response<T>, Error>) -> String {
    let handle = Handle::builder().account("T12345678").bearer_token("token");
    let nobody = "http://127.0.0.1:9";
    let handle = handle.api_url(nobody).checkout_url(nobody);
    let client = Client::new(handle.build().expect("a client"));
    let error = call(client).await.map(drop).expect_err("a violation");
    assert!(error.is_invalid_request(), "{error}");
    error.to_string()
}

#[tokio::test]
async fn limits_of_whole_bodies_paths_queries_and_headers_are_checked() {
    for (found, expected) in [
        (
            refused(async |client| client.list().body(vec!["a".to_owned()]).send().await).await,
            "must have at least 2 elements (it has 1)",
        ),
        (
            refused(async |client| {
                let codes = ["a", "abcde"].map(str::to_owned);
                client.list().body(codes.to_vec()).send().await
            })
            .await,
            "`[1]` must have at most 4 characters (it has 5)",
        ),
        (
            refused(async |client| {
                let entries = ["a", "b"].map(|key| (key.to_owned(), "1".to_owned()));
                let entries = std::collections::BTreeMap::from(entries);
                client.map().body(entries).send().await
            })
            .await,
            "must have at most 1 properties (it has 2)",
        ),
        (
            refused(async |client| client.limits("abcde").send().await).await,
            "`code` must have at most 4 characters (it has 5)",
        ),
        (
            refused(async |client| client.limits("a").step(7).send().await).await,
            "`step` must be a multiple of 5",
        ),
        (
            refused(async |client| client.limits("a").x_step([5, 7]).send().await).await,
            "`x-step[1]` must be a multiple of 5",
        ),
    ] {
        assert!(found.contains(expected), "{found}\nnot\n{expected}");
    }
}
