//! Express callbacks: the payer gives an address or discount codes, and the shop says what becomes of the order.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::browser::{location, read_page, send, session};
use crate::support::receiver::standing;
use crate::support::{
    Api, ApiResponse, charge, ok, read_response, refused, refused_fields, start_with,
};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use dintero_sandbox::{CallbackResponse, CallbackState, SandboxBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A shop that responds with one status and body, and keeps what it was asked.
#[derive(Clone)]
struct Shop {
    response: Arc<Mutex<(u16, String)>>,
    asked: Arc<Mutex<Vec<(Uri, HeaderMap, Value)>>>,
}

impl Shop {
    async fn open(response: Value) -> (Self, String) {
        let shop = Self {
            response: Arc::new(Mutex::new((200, response.to_string()))),
            asked: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let at = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new()
            .fallback(Self::respond)
            .with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (shop, at)
    }

    async fn respond(
        State(shop): State<Self>,
        uri: Uri,
        headers: HeaderMap,
        body: String,
    ) -> (StatusCode, String) {
        let body = serde_json::from_str(&body).expect("JSON");
        shop.asked
            .lock()
            .expect("no panic")
            .push((uri, headers, body));
        let (status, body) = shop.response.lock().expect("no panic").clone();
        (StatusCode::from_u16(status).expect("a status"), body)
    }

    fn responds(&self, status: u16, body: impl ToString) {
        *self.response.lock().expect("no panic") = (status, body.to_string());
    }

    fn asked(&self) -> Vec<(Uri, HeaderMap, Value)> {
        self.asked.lock().expect("no panic").clone()
    }
}

fn option(id: &str, amount: i64) -> Value {
    json!({"id": id, "line_id": id, "amount": amount, "title": id, "operator": "Post"})
}

fn options(options: &[Value]) -> Value {
    json!({"shipping_options": options})
}

fn address() -> Value {
    json!({"action": "set_shipping_address", "shipping_address": {"country": "NO", "postal_code": "0150"}})
}

async fn express(builder: SandboxBuilder, shop: &str) -> (Api, String) {
    let api = start_with(builder).await;
    let (_, url) = session(&api, |body| {
        let order = body["order"].as_object_mut().expect("an order");
        order.remove("shipping_option");
        body["order"]["amount"] = json!(45_100);
        body["express"] = json!({
            "shipping_options": [], "shipping_address_callback_url": format!("{shop}/ship?shop=1"),
            "discount_codes": {"callback_url": format!("{shop}/codes"), "max_count": 2},
        });
    })
    .await;
    (api, url)
}

async fn give(api: &Api, url: &str, body: Value) -> ApiResponse {
    read_response(
        api.http
            .post(url)
            .json(&body)
            .send()
            .await
            .expect("a response"),
    )
    .await
}

async fn read(api: &Api, url: &str) -> Value {
    let id = url.rsplit('/').next().expect("an id");
    ok(api.get(&format!("/v1/sessions/{id}")).await)
}

#[tokio::test]
async fn an_address_is_priced_by_the_shop_and_paid_with_the_chosen_shipping() {
    let (shop, at) = Shop::open(options(&[option("post", 4_900), option("bike", 0)])).await;
    let (api, url) = express(standing(), &at).await;
    let secret = ok(api.post_nothing("/v1/admin/signature").await);
    assert!(secret["signature"]["secret"].is_string());
    let unpayable = async |needs: &str| {
        for body in [json!({}), json!({"action": "hold"})] {
            let found = give(&api, &url, body).await;
            refused(&found, 400);
            assert!(found.1.to_string().contains(needs), "{}", found.1);
        }
        assert_eq!(read(&api, &url).await["transaction_id"], Value::Null);
    };
    unpayable("needs order.shipping_address first").await;
    let given = ok(give(&api, &url, address()).await);
    assert_eq!(given["shipping_options"][1]["id"], "bike");
    let [(uri, headers, body)] = &shop.asked()[..] else {
        panic!("asked once")
    };
    assert_eq!(uri.to_string(), "/ship?shop=1");
    assert!(headers.contains_key("dintero-signature") && headers.contains_key("event-delivery"));
    assert_eq!(body["order"]["shipping_address"]["postal_code"], "0150");
    assert_eq!(body["id"], given["session_id"]);

    unpayable("needs order.shipping_option first").await;
    let chosen = json!({"action": "set_shipping_option", "shipping_option": "post"});
    let given = ok(give(&api, &url, chosen).await);
    assert_eq!(given["order"]["amount"], 50_000);
    let session = read(&api, &url).await;
    let events = session["events"].as_array().expect("events").iter();
    let events: Vec<_> = events.map(|event| event["name"].clone()).collect();
    assert_eq!(
        events,
        ["INITIATED", "SET_SHIPPING_ADDRESS", "SET_SHIPPING_OPTION"]
    );
    let transaction = api.pay(session["id"].as_str().expect("an id"));
    let transaction = ok(api.get(&format!("/v1/transactions/{transaction}")).await);
    assert_eq!(transaction["amount"], 50_000);
    assert_eq!(transaction["items"][2]["id"], "post");
    assert_eq!(transaction["shipping_address"]["postal_code"], "0150");
    let first = &api.sandbox.callbacks()[0];
    assert_eq!(first.event.as_deref(), Some("shipping_address"));
    assert_eq!(first.state, CallbackState::Delivered);
}

#[tokio::test]
async fn the_amount_is_the_shops_and_a_correction_makes_up_for_the_rest() {
    let mut response = options(&[option("post", 4_900)]);
    response["order"] = json!({"amount": 40_000, "discount_codes": ["TEN"]});
    let (shop, at) = Shop::open(response.clone()).await;
    let (api, url) = express(standing(), &at).await;
    let codes = |codes: Value| json!({"action": "set_discount_codes", "discount_codes": codes});
    for _ in 0..2 {
        let given = ok(give(&api, &url, codes(json!(["TEN"]))).await);
        assert_eq!(given["order"]["amount"], 40_000);
        let lines = given["order"]["items"].as_array().expect("items");
        assert_eq!(lines.len(), 3, "one correction however often");
        assert_eq!(lines[2]["amount"], -5_100);
        assert!(
            lines[2]["id"]
                .as_str()
                .expect("an id")
                .starts_with("correction-")
        );
    }
    // As a released integration responds: decimals, noise of floating-point arithmetic, more than is documented.
    response["order"] =
        json!({"amount": 45_100.0, "vat_amount": 780.000_000_000_000_1, "discount_lines": []});
    shop.responds(200, &response);
    let given = ok(give(&api, &url, address()).await);
    assert_eq!(given["order"]["items"].as_array().map(Vec::len), Some(2));
    let asked = shop.asked();
    assert_eq!(asked[0].0.path(), "/codes");
    assert_eq!(asked[0].2["order"]["discount_codes"], json!(["TEN"]));
    refused_fields(
        &give(&api, &url, codes(json!(["A", "B", "C"]))).await,
        &["discount_codes"],
    );
    refused_fields(
        &give(&api, &url, codes(json!([7]))).await,
        &["discount_codes"],
    );
    assert_eq!(shop.asked().len(), asked.len());
}

#[tokio::test]
async fn a_refusal_is_told_once_and_changes_nothing() {
    let (shop, at) = Shop::open(Value::Null).await;
    let (api, url) = express(standing(), &at).await;
    let before = read(&api, &url).await;
    let wrong = json!({"shipping_options": [{"id": "a", "amount": "free"}]});
    for (status, body, says) in [
        (
            200,
            options(&[]).to_string(),
            "does not ship to this address",
        ),
        (204, String::new(), "another status than 200"),
        (400, String::new(), "another status than 200"),
        (503, String::new(), "another status than 200"),
        (200, "<html>".to_owned(), "not valid JSON"),
        (200, "{}".to_owned(), "shipping_options is required"),
        (
            200,
            wrong.to_string(),
            "shipping_options[0].title is required",
        ),
    ] {
        let asked = shop.asked().len();
        shop.responds(status, body);
        let found = give(&api, &url, address()).await;
        refused(&found, 400);
        assert!(found.1.to_string().contains(says), "{says}: {}", found.1);
        api.sandbox.advance(Duration::from_secs(120));
        api.sandbox.callbacks_sent().await;
        assert_eq!(shop.asked().len(), asked + 1, "it is not repeated");
        assert_eq!(read(&api, &url).await, before, "{says}");
    }
    let ends = api.sandbox.callbacks();
    assert!(ends.iter().all(|end| end.attempts.len() == 1));
    assert_eq!(ends[2].state, CallbackState::Refused);
}

#[tokio::test]
async fn a_shop_that_is_away_slow_or_elsewhere_is_told_to_the_payer() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent_at = format!("http://{}", silent.local_addr().expect("bound"));
    let closed_at = {
        let closed = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        format!("http://{}", closed.local_addr().expect("bound"))
    };
    for (at, says, response) in [
        (
            silent_at.as_str(),
            "did not respond in time",
            Some(CallbackResponse::TimedOut),
        ),
        (
            &closed_at,
            "did not respond in time",
            Some(CallbackResponse::Unreachable),
        ),
        ("https://shop.example", "its host was not allowed", None),
    ] {
        let builder = standing().callback_time_limit(Duration::from_millis(20));
        let (api, url) = express(builder, at).await;
        let before = read(&api, &url).await;
        let found = give(&api, &url, address()).await;
        refused(&found, 400);
        assert!(found.1.to_string().contains(says), "{}", found.1);
        assert_eq!(read(&api, &url).await, before);
        let attempts = api.sandbox.callbacks()[0].attempts.clone();
        assert_eq!(attempts.first().map(|attempt| attempt.response), response);
    }
}

#[tokio::test]
async fn the_shop_is_not_asked_once_the_merchant_has_set_the_options() {
    let (shop, at) = Shop::open(options(&[option("post", 4_900)])).await;
    let (api, url) = express(standing(), &at).await;
    let id = url.rsplit('/').next().expect("an id");
    let update = |more: &str| format!("/v1/sessions/{id}?update_without_lock=true{more}");
    let own = json!({"express": options(&[option("own", 100)]), "order": {"amount": 45_100, "currency": "NOK"}});
    ok(api.put(&update(""), own.clone()).await);
    ok(give(&api, &url, address()).await);
    assert_eq!(shop.asked().len(), 0);
    ok(api
        .put(&update("&force_shipping_address_callback=true"), own)
        .await);
    ok(give(&api, &url, address()).await);
    assert_eq!(shop.asked().len(), 1);
}

#[tokio::test]
async fn the_page_asks_for_the_same_and_shows_what_the_shop_says() {
    let (shop, at) = Shop::open(options(&[option("post", 4_900)])).await;
    let (api, url) = express(standing(), &at).await;
    let form = [
        ("action", "set_shipping_address"),
        ("country", "NO"),
        ("postal_code", "0150"),
        ("email", ""),
    ];
    let back = send(&url, &form).await;
    let at = url.strip_prefix(api.sandbox.url()).expect("a path");
    assert_eq!(location(&back), at, "back to the page");
    // As the Web SDK opened it.
    let (base, id) = url.split_once("/v1/view/").expect("the page");
    let query = format!("sid={id}&sdk=0.8.30&client_side_validation=true");
    let back = send(&format!("{base}/?{query}"), &form).await;
    assert_eq!(location(&back), format!("/v1/view/{id}?{query}"));
    let (_, page) = read_page(&format!("{base}{}", location(&back))).await;
    assert!(page.contains("data-sdk"), "{page}");
    let (_, page) = read_page(&url).await;
    assert!(page.contains("0150") && page.contains("49.00"), "{page}");
    let form = [
        ("action", "set_shipping_option"),
        ("shipping_option", "post"),
    ];
    send(&url, &form).await;
    assert!(read_page(&url).await.1.contains("500.00"));
    shop.responds(200, options(&[]));
    let form = [
        ("action", "set_shipping_address"),
        ("country", "SE"),
        ("postal_code", "111 29"),
    ];
    let page = send(&url, &form).await;
    assert_eq!(page.status(), 400);
    let page = page.text().await.expect("text");
    assert!(
        page.contains("Nothing was done: the shop does not ship to this address."),
        "{page}"
    );
    send(
        &url,
        &[("action", "set_discount_codes"), ("discount_codes", "A, B")],
    )
    .await;
    assert_eq!(
        shop.asked()[3].2["order"]["discount_codes"],
        json!(["A", "B"])
    );
    assert_eq!(
        read(&api, &url).await["order"]["shipping_address"]["country"],
        "NO"
    );
}

#[tokio::test]
async fn a_charge_of_a_kept_card_needs_no_payer_who_chooses() {
    let api = start_with(standing()).await;
    let mut body = charge(&api.card_token().await["token"], "charge-1");
    body["session"]["express"] = options(&[option("post", 4_900)]);
    assert_eq!(
        ok(api.post("/v1/sessions/pay", body).await)["success"],
        true
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_field() {
    let (_, at) = Shop::open(Value::Null).await;
    let (api, url) = express(standing(), &at).await;
    let with = |name: &str, value: Value| json!({"action": format!("set_{name}"), name: value});
    for (body, fields) in [
        (
            with("shipping_address", json!({})),
            &["shipping_address.country", "shipping_address.postal_code"][..],
        ),
        (
            with(
                "shipping_address",
                json!({"country": 7, "postal_code": "1"}),
            ),
            &["shipping_address.country"],
        ),
        (
            with("shipping_address", json!("Oslo")),
            &["shipping_address"],
        ),
        (with("shipping_option", json!("bike")), &["shipping_option"]),
        (with("shipping_option", Value::Null), &["shipping_option"]),
        (with("everything", Value::Null), &["action"]),
    ] {
        refused_fields(&give(&api, &url, body).await, fields);
    }
    let plain = session(&api, |_| {}).await.1;
    let found = give(&api, &plain, address()).await;
    refused(&found, 400);
    api.sandbox
        .payer(url.rsplit('/').next().expect("an id"))
        .cancel()
        .expect("open");
    refused(&give(&api, &url, address()).await, 400);
    assert_eq!(api.sandbox.callbacks().len(), 0);
}
