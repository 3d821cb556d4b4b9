//! The inspector: its events are what the log has, it opens to request and response, and how it looks in Chromium.
//!
//! `SANDBOX_PICTURES=docs cargo test -p dintero-sandbox --test suite inspector` renews its picture.

use crate::chromium::{click, in_browser, is_wide, picture, resize, run, until};
use crate::support::receiver::{Receiver, session, standing};
use crate::support::{Api, ok, refused, session_body, start, start_with};
use dintero_sandbox::{CallbackState, Fault};
use fantoccini::{Client, Locator};
use reqwest::{Method, Response};
use serde_json::{Value, json};

async fn text(api: &Api, path: &str) -> (u16, String) {
    let url = format!("{}{path}", api.sandbox.url());
    let response = api.http.get(url).send().await.expect("a response");
    (
        response.status().as_u16(),
        response.text().await.expect("text"),
    )
}

async fn json_of(api: &Api, path: &str) -> Value {
    let (status, text) = text(api, path).await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).expect("JSON")
}

async fn log(api: &Api) -> Vec<Value> {
    let (_, text) = text(api, "/_sandbox/log.jsonl").await;
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The server-sent events, each a list of rows.
struct Events(Response, String);

impl Events {
    async fn open(api: &Api) -> Self {
        let url = format!("{}/_sandbox/events", api.sandbox.url());
        let response = api.http.get(url).send().await.expect("a response");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response, String::new())
    }

    async fn next(&mut self) -> Vec<Value> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let data = event.strip_prefix("data: ").expect("data");
                let mut rows: Vec<Value> = serde_json::from_str(data).expect("a list");
                rows.retain(|row| row["id"] != "failures");
                self.1 = rest.to_owned();
                return rows;
            }
            let chunk = self.0.chunk().await.expect("bytes").expect("no end");
            self.1 += std::str::from_utf8(&chunk).expect("UTF-8");
        }
    }
}

#[tokio::test]
async fn the_events_are_what_the_log_has_and_what_is_new_in_it() {
    let api = start().await;
    api.session().await;
    refused(&api.get("/v1/nowhere").await, 404);
    let mut events = Events::open(&api).await;
    let mut told = events.next().await;
    assert_eq!(told, log(&api).await);
    refused(&api.get("/v1/transactions/T12345678.gone").await, 404);
    api.sandbox
        .fail_next("transactions_get", Fault::Status(503));
    refused(&api.get("/v1/transactions").await, 503);
    while told.len() < 5 {
        told.extend(events.next().await);
    }
    assert_eq!(told, log(&api).await);
    let verdicts: Vec<_> = told
        .iter()
        .map(|row| row["verdict"].as_str().expect("a verdict"))
        .collect();
    assert_eq!(
        verdicts,
        ["accepted", "accepted", "refused", "refused", "fault"]
    );
    assert!(
        told.iter().all(|row| row["duration_ms"].is_f64()),
        "{told:?}"
    );
    // Another page gets all of it, too.
    assert_eq!(Events::open(&api).await.next().await, told);
}

#[tokio::test]
async fn a_delivery_is_told_with_each_attempt_and_why_it_was_not_sent() {
    let (receiver, at) = Receiver::start(&[503, 200]).await;
    let lines = vec![json!({"id": "chair", "amount": 1}); 100];
    let body = json!({"token": "hidden", "items": lines}).to_string();
    *receiver.body.lock().expect("no panic") = Some(body);
    let api = start_with(standing()).await;
    let told = session(&api, &format!("{at}/cb?key=hidden"), json!({})).await;
    let mut events = Events::open(&api).await;
    let mut rows = events.next().await;
    api.pay(&told);
    let unsent = session(&api, "https://shop.example/cb", json!({})).await;
    api.pay(&unsent);
    api.sandbox.callbacks_sent().await;
    api.sandbox.advance(std::time::Duration::from_secs(60));
    api.sandbox.callbacks_sent().await;
    assert!(
        api.sandbox
            .callbacks()
            .iter()
            .any(|callback| callback.state == CallbackState::Delivered)
    );
    let is_end = |row: &Value| {
        row["state"] == "delivered" && row["attempts"][1]["response"]["status"] == 200
    };
    while !rows.iter().any(is_end) {
        rows.extend(events.next().await);
    }
    let last = rows.iter().rev().find(|row| is_end(row)).expect("found");
    assert_eq!(last["attempts"][0]["response"]["status"], 503);
    let unsent = rows
        .iter()
        .find(|row| row["state"]["not_sent"].is_string())
        .expect("a row");
    assert!(
        unsent["state"]["not_sent"]
            .as_str()
            .is_some_and(|reason| reason.contains("its host was not allowed"))
    );
    assert!(!json!(rows).to_string().contains("hidden"));
    let id = last["delivery_id"].as_str().expect("an id");
    let opened = json_of(&api, &format!("/_sandbox/requests/{id}")).await;
    let texts = opened["responses"].as_array().expect("a list").iter();
    let texts: Vec<_> = texts.map(|text| text.as_str().expect("a text")).collect();
    let [first, second] = texts[..] else {
        panic!("{texts:?}")
    };
    assert!(first.starts_with("503\n") && first.contains("\nlocation: ***"));
    assert!(first.contains("chair") && !first.contains("hidden"));
    assert!(first.ends_with("\n(cut here)"), "{first}");
    assert_eq!(first.chars().count(), 2_000 + "\n(cut here)".len());
    assert!(second.starts_with("200\n"), "{second}");
    assert!(second.ends_with("\n\n(204800 bytes that are not JSON)"));
    // What the events ended with is what a new page gets.
    let now = Events::open(&api).await.next().await;
    let deliveries = json_of(&api, "/_sandbox/deliveries").await;
    for delivery in deliveries.as_array().expect("a list") {
        assert!(
            now.contains(delivery) && rows.contains(delivery),
            "{delivery}"
        );
    }
}

#[tokio::test]
async fn a_row_opens_to_its_request_and_response() {
    let api = start().await;
    let mut body = session_body();
    body["customer"] = json!({"email": "ola@shop.example", "phone_number": "+4790000000"});
    body["metadata"] = json!({"ola": "nordmann"});
    let request = api
        .request(Method::POST, "/v1/sessions-profile?search=ola&sid=1")
        .json(&body);
    let created = ok(api.send(request.header("x-shop", "ola")).await);
    let entry = log(&api).await.pop().expect("logged");
    let path = format!(
        "/_sandbox/requests/{}",
        entry["request_id"].as_str().expect("an id")
    );
    let shown = json_of(&api, &path).await;
    let (sent, answered) = (
        shown["request"].as_str().expect("text"),
        shown["response"].as_str().expect("text"),
    );
    for part in [
        "POST http://",
        "/v1/sessions-profile?",
        "authorization: Bearer ***",
        "content-type: application/json",
        "\"description\": \"Chair\"",
        "\"amount\": 50000",
        "x-shop: ***",
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
    for part in [
        "200\n",
        "request-id: ",
        created["id"].as_str().expect("an id"),
    ] {
        assert!(answered.contains(part), "{part} in {answered}");
    }
    for hidden in [
        "ola",
        "nordmann",
        "+47",
        &api.token,
        "return_url\": \"https",
    ] {
        assert!(!shown.to_string().contains(hidden), "{hidden} in {shown}");
    }
    refused(&api.get("/v1/nowhere").await, 404);
    let entry = log(&api).await.pop().expect("logged");
    let path = format!(
        "/_sandbox/requests/{}",
        entry["request_id"].as_str().expect("an id")
    );
    assert!(
        json_of(&api, &path).await["response"]
            .as_str()
            .is_some_and(|text| text.contains("no such path"))
    );
    for unknown in ["gone", "%3Cscript%3E", "", "../health"] {
        assert_eq!(
            text(&api, &format!("/_sandbox/requests/{unknown}?"))
                .await
                .0
                == 200,
            unknown == "../health"
        );
    }
}

#[tokio::test]
async fn a_token_and_a_secret_are_in_no_row() {
    let api = start().await;
    for entry in log(&api).await {
        let path = format!(
            "/_sandbox/requests/{}",
            entry["request_id"].as_str().expect("an id")
        );
        let shown = json_of(&api, &path).await.to_string();
        assert!(shown.contains("client_credentials"), "{shown}");
        assert!(
            !shown.contains(&api.token) && !shown.contains(api.sandbox.client_secret()),
            "{shown}"
        );
    }
}

async fn rows(browser: &Client) -> Vec<String> {
    let script = "return [...document.querySelectorAll('#rows summary')].map(row => row.innerText.replaceAll('\\n', ' '))";
    let rows = run(browser, script).await;
    rows.as_array()
        .expect("rows")
        .iter()
        .map(|row| row.as_str().expect("text").to_owned())
        .collect()
}

/// What a shop does: pays, captures, and makes mistakes.
async fn traffic(api: &Api) {
    let id = api.transaction().await;
    let path = format!("/v1/transactions/{id}/capture");
    ok(api.post(&path, json!({"amount": 50_000})).await);
    refused(&api.post(&path, json!({"amount": 1})).await, 400);
    api.sandbox
        .fail_next("transactions_get", Fault::Status(503));
    refused(&api.get("/v1/transactions").await, 503);
    refused(
        &api.get(&format!("/v1/nowhere/{}", "Dampfschiff".repeat(2)))
            .await,
        404,
    );
    ok(api.get(&format!("/v1/transactions/{id}")).await);
    refused(&api.get("/v1/sessions/T12345678.gone").await, 404);
    let mut body = session_body();
    body["order"] = json!({"amount": "500.00", "currency": "NOK", "note": "x"});
    refused(&api.post("/v1/sessions-profile", body).await, 400);
    api.sandbox.callbacks_sent().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_live_and_filtered_and_fits_a_phone() {
    in_browser(|browser| async move {
        let api = start().await;
        browser.goto(&format!("{}/_sandbox", api.sandbox.url())).await.expect("the page");
        until(&browser, "return document.querySelectorAll('#rows li').length === 1").await;
        traffic(&api).await;
        until(&browser, "return document.querySelectorAll('#rows li').length === 10").await;
        let found = rows(&browser).await;
        assert!(found[0].contains("checkout_session_profile_post") || found[0].contains("callback"), "{found:?}");
        for (name, value, count) in [
            ("text", "NOWHERE", 1),
            ("text", "order.amount must be", 1),
            ("text", "<script>\\'\"%", 0),
            ("text", ".*", 0),
            ("verdict", "refused", 4),
            ("verdict", "fault", 1),
            ("verdict", "not sent", 1),
            ("operation", "capture_post", 2),
            ("operation", "callback", 1),
        ] {
            let script = "
                const [name, value] = arguments, form = document.querySelector('form');
                form.reset();
                form.elements[name].value = value;
                form.dispatchEvent(new Event('input'));
                return [document.querySelectorAll('#rows li').length, new URLSearchParams(location.search).get(name)]";
            let found = browser.execute(script, vec![json!(name), json!(value)]).await.expect("rows");
            assert_eq!(found, json!([count, value]), "{name}");
        }
        // The address is the filter.
        browser.goto(&format!("{}/_sandbox?verdict=refused&text=order.amount&odd=%00", api.sandbox.url())).await.expect("the page");
        until(&browser, "return document.querySelectorAll('#rows li').length === 1").await;
        click(&browser, "#rows summary").await;
        until(&browser, "return document.querySelectorAll('article pre').length === 2").await;
        let opened = browser.find(Locator::Css("#rows details")).await.expect("a row").text().await.expect("text");
        for part in ["order.amount must be an integer", "authorization: Bearer ***", "INVALID_REQUEST_PARAMETER"] {
            assert!(opened.contains(part), "{part} in {opened}");
        }
        run(&browser, "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async text => { window.copied = text } } })").await;
        click(&browser, "article button").await;
        let curl = until(&browser, "return window.copied").await;
        let curl = curl.as_str().expect("text");
        let start = format!("curl -X POST '{}/v1/sessions-profile'", api.sandbox.url());
        assert!(curl.starts_with(&start) && curl.contains("-H 'authorization: Bearer ***'") && curl.contains("-d '{"), "{curl}");
        for (width, height) in [(320, 568), (390, 844), (1_280, 900)] {
            resize(&browser, width, height).await;
            assert!(!is_wide(&browser).await, "{width}");
        }
        // A row that is open stays so while others come.
        refused(&api.post("/v1/sessions-profile", json!({"order": {"amount": "1"}})).await, 400);
        until(&browser, "return document.querySelectorAll('#rows li').length === 2").await;
        assert_eq!(run(&browser, "return document.querySelectorAll('#rows details[open] article').length").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_picture_is_in_the_readme() {
    in_browser(|browser| async move {
        let api = start().await;
        traffic(&api).await;
        resize(&browser, 1_120, 860).await;
        browser.goto(&format!("{}/_sandbox", api.sandbox.url())).await.expect("the page");
        until(&browser, "return document.querySelectorAll('#rows li').length === 10").await;
        let script = "[...document.querySelectorAll('#rows summary')].find(row => row.innerText.includes('400 refused')).click()";
        run(&browser, script).await;
        until(&browser, "return document.querySelectorAll('article pre').length === 2").await;
        picture(&browser, "inspector.png").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_callback_opens_to_the_response_to_each_attempt() {
    in_browser(|browser| async move {
        let (_, at) = Receiver::start(&[503, 200]).await;
        let api = start_with(standing()).await;
        let told = session(&api, &format!("{at}/cb"), json!({})).await;
        api.pay(&told);
        api.sandbox.callbacks_sent().await;
        api.sandbox.advance(std::time::Duration::from_secs(60));
        api.sandbox.callbacks_sent().await;
        let page = format!("{}/_sandbox?verdict=delivered", api.sandbox.url());
        browser.goto(&page).await.expect("the page");
        until(
            &browser,
            "return document.querySelectorAll('#rows li').length === 1",
        )
        .await;
        click(&browser, "#rows summary").await;
        until(
            &browser,
            "return document.querySelectorAll('article pre').length === 2",
        )
        .await;
        let first = "part => part.textContent.split('\\n')[0]";
        let parts = "[...document.querySelectorAll('article h2, article pre, article button')]";
        let shown = run(&browser, &format!("return {parts}.map({first})")).await;
        assert_eq!(shown, json!(["Response 1", "503", "Response 2", "200"]));
    })
    .await;
}
