//! A plain HTTP client for the sandbox; deliberately nothing of the client crates.

pub mod browser;
pub mod documented;
pub mod receiver;
pub mod shopping;
pub mod transactions;
pub mod wallets;

use dintero_sandbox::{Clock, Sandbox, SandboxBuilder};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

pub struct Api {
    pub sandbox: Sandbox,
    pub http: Client,
    pub token: String,
}

/// Status and JSON body of a response.
pub type ApiResponse = (u16, Value);

/// On a clock that stands still, so that a slow machine changes nothing.
pub async fn start() -> Api {
    let time = "2026-01-01T00:00:00Z".parse().expect("a time");
    start_with(Sandbox::builder().clock(Clock::standing_at(time))).await
}

pub async fn start_with(builder: SandboxBuilder) -> Api {
    let sandbox = builder.start().await.expect("a free port");
    let http = Client::builder().no_proxy().build().expect("a client");
    let mut api = Api {
        sandbox,
        http,
        token: String::new(),
    };
    api.log_in().await;
    api
}

impl Api {
    /// Fetches a token for the sandbox's account.
    pub async fn log_in(&mut self) {
        let (status, body) = self
            .token_call(
                self.sandbox.client_id(),
                self.sandbox.client_secret(),
                &self.audience(),
            )
            .await;
        assert_eq!(status, 200, "{body}");
        self.token = body["access_token"].as_str().expect("a token").to_owned();
    }

    pub fn audience(&self) -> Value {
        let audience = format!(
            "https://api.dintero.com/v1/accounts/{}",
            self.sandbox.account()
        );
        json!({"grant_type": "client_credentials", "audience": audience})
    }

    pub async fn token_call(&self, id: &str, secret: &str, body: &Value) -> ApiResponse {
        // Not the public URL, which may lead nowhere.
        let url = format!(
            "http://127.0.0.1:{}/v1/accounts/{}/auth/token",
            self.sandbox.port(),
            self.sandbox.account()
        );
        read_response(
            self.http
                .post(url)
                .basic_auth(id, Some(secret))
                .json(body)
                .send()
                .await
                .expect("a response"),
        )
        .await
    }

    /// A request with the token; `path` begins with `/v1`, `{aid}` stands for the account.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = path.replace("{aid}", self.sandbox.account());
        self.http
            .request(
                method,
                format!("http://127.0.0.1:{}{path}", self.sandbox.port()),
            )
            .bearer_auth(&self.token)
    }

    /// Sends a request, and validates the response against the documents unless a fault is injected.
    pub async fn send(&self, request: RequestBuilder) -> ApiResponse {
        let response = request.send().await.expect("a response");
        let header = |name: &str| response.headers().get(name).cloned();
        let (id, kind) = (header("request-id"), header("content-type"));
        let found = read_response(response).await;
        if kind.is_none_or(|kind| kind == "application/json") {
            let id = id
                .as_ref()
                .and_then(|id| id.to_str().ok())
                .unwrap_or_default();
            let violations = documented::violations_of(&self.sandbox, id, &found.1);
            assert!(
                violations.is_empty(),
                "{} {}: {violations:#?}",
                found.0,
                found.1
            );
        }
        found
    }

    pub async fn get(&self, path: &str) -> ApiResponse {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> ApiResponse {
        self.send(self.request(Method::POST, path).json(&body))
            .await
    }

    pub async fn post_nothing(&self, path: &str) -> ApiResponse {
        self.send(self.request(Method::POST, path)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> ApiResponse {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> ApiResponse {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A session of 500.00 NOK in two lines and shipping; gives its id.
    pub async fn session(&self) -> String {
        let (status, body) = self.post("/v1/sessions-profile", session_body()).await;
        assert_eq!(status, 200, "{body}");
        body["id"].as_str().expect("an id").to_owned()
    }

    /// Pays a session with the approved card; gives the transaction's id.
    pub fn pay(&self, session: &str) -> String {
        let paid = self.sandbox.pay(session, dintero_sandbox::Card::approved());
        paid.expect("paid")
    }

    /// A card that was kept; gives its token as it is listed.
    pub async fn card_token(&self) -> Value {
        let (_, body) = self
            .post("/v1/sessions/payment-token", token_session_body())
            .await;
        self.pay(body["id"].as_str().expect("an id"));
        ok(self.get("/v1/card-tokens").await)[0].clone()
    }

    /// The same session, paid; gives the transaction's id.
    pub async fn transaction(&self) -> String {
        let session = self.session().await;
        self.sandbox
            .pay(&session, dintero_sandbox::Card::approved())
            .expect("paid")
    }
}

pub async fn read_response(response: Response) -> ApiResponse {
    let status = response.status().as_u16();
    assert!(
        response.headers().contains_key("request-id"),
        "every response has a request-id"
    );
    // No body is null, and what is not JSON is text.
    let text = response.text().await.expect("a whole response");
    let body = match text.as_str() {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
    };
    (status, body)
}

/// A good response's body.
pub fn ok((status, body): ApiResponse) -> Value {
    assert_eq!(status, 200, "{body}");
    body
}

/// Checks a refusal: the status, and the error form with a message.
pub fn refused(found: &ApiResponse, status: u16) {
    assert_eq!(found.0, status, "{}", found.1);
    assert!(
        found.1["error"]["message"]
            .as_str()
            .is_some_and(|m| !m.is_empty()),
        "{}",
        found.1
    );
    assert!(
        found.1["error"]["code"].is_string() && found.1["error"]["errors"].is_array(),
        "{}",
        found.1
    );
}

/// Checks a 400 that names exactly these fields, in any order.
pub fn refused_fields(found: &ApiResponse, fields: &[&str]) {
    refused(found, 400);
    let errors = found.1["error"]["errors"]
        .as_array()
        .expect("checked")
        .iter();
    let mut named: Vec<_> = errors
        .map(|e| e["field"].as_str().unwrap_or_default())
        .collect();
    let mut fields = fields.to_vec();
    named.sort_unstable();
    fields.sort_unstable();
    assert_eq!(named, fields, "{}", found.1);
}

pub fn session_body() -> Value {
    json!({
        "profile_id": "default",
        "url": {"return_url": "https://shop.example/done", "callback_url": "https://shop.example/callback"},
        "order": {
            "amount": 50_000, "currency": "NOK", "merchant_reference": "order-1",
            "items": [
                {"id": "chair", "line_id": "1", "description": "Chair", "quantity": 2.5, "amount": 30_000, "vat": 25},
                {"id": "lamp", "line_id": "2", "description": "Lamp", "quantity": 1, "amount": 15_100, "vat": 25},
            ],
            "shipping_option": {"id": "post", "line_id": "post", "amount": 4_900, "title": "Post", "operator": "Post"},
        },
    })
}

pub fn token_session_body() -> Value {
    json!({
        "session": {
            "order": {"currency": "NOK", "merchant_reference": "card-1"},
            "url": {"return_url": "https://shop.example/done"},
            "customer": {"customer_id": "customer-1"},
        },
        "token_provider": {"payment_product_type": "dintero_psp.creditcard", "token_types": ["payment_token"]},
    })
}

/// A charge of a kept card.
pub fn charge(token: &Value, reference: &str) -> Value {
    json!({
        "session": {
            "order": {"amount": 9_900, "currency": "NOK", "merchant_reference": reference},
            "customer": {"tokens": {"dintero_psp.creditcard": {"payment_token": token}}},
        },
        "payment": {"payment_product_type": "dintero_psp.creditcard", "operation": "recurring_purchase"},
    })
}

/// A session that can be paid by invoice, delivered through a channel.
pub fn invoice_session_body(channel: Option<&str>) -> Value {
    let mut invoice = json!({
        "type": "payment_product_type", "enabled": true, "require_identity_verification": false,
    });
    if let Some(channel) = channel {
        invoice["invoice_channel"] = json!(channel);
    }
    let mut body = session_body();
    body["configuration"] = json!({"kravia": {
        "type": "payment_type", "invoice_b2b": invoice, "invoice_b2c": invoice,
    }});
    body
}

/// The body that pays a session by invoice.
pub fn invoice_body(product: &str) -> Value {
    json!({"payment_product_type": product, "billing_address": billing_address()})
}

pub fn billing_address() -> Value {
    json!({
        "first_name": "Ola", "last_name": "Testesen", "business_name": "Test AS",
        "organization_number": "999999999", "email": "ola@shop.example", "phone_number": "+4740000000",
        "address_line": "Storgata 1", "postal_code": "0151", "postal_place": "Oslo", "country": "NO",
    })
}

pub fn draft_body() -> Value {
    json!({
        "order": {
            "currency": "NOK",
            "customer": {"id": "customer-1"},
            "store": {"id": "store-1"},
            "items": [
                {"id": "a", "line_id": 1, "gross_amount": 70_000, "tax_lines": [{"percentage": 25, "amount": 14_000}]},
                {"id": "b", "line_id": 2, "gross_amount": 30_000, "tax_lines": [{"percentage": 25, "amount": 6_000}]},
            ],
        },
        "options": {"generate_order_id": "ALPHANUMERIC_9"},
    })
}
