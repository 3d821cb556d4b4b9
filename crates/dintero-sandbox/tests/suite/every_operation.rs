//! Every operation of the documents works, and refuses what it must without leaving a trace.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::shopping::{DRAFTS, ORDERS, id, items, order};
use crate::support::wallets::{CARDS, INFO, MOVES, card};
use crate::support::{
    Api, ApiResponse, charge, draft_body, invoice_body, invoice_session_body, ok, refused,
    session_body, start_with, token_session_body,
};
use dintero_sandbox::{Client, Sandbox};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Method, path and body of one call; in the order in which they are possible.
type Calls = Vec<(Method, String, Option<Value>)>;

fn lines(text: &str, ids: &BTreeMap<&str, String>) -> Calls {
    let mut calls = Calls::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut line = line.to_owned();
        for (name, id) in ids {
            line = line.replace(&format!("<{name}>"), id);
        }
        let mut parts = line.splitn(3, ' ');
        let method = parts.next().and_then(|m| m.parse().ok()).expect("a method");
        let path = parts.next().expect("a path").to_owned();
        let body = parts
            .next()
            .map(|body| serde_json::from_str(body).expect("JSON"));
        calls.push((method, path, body));
    }
    calls
}

async fn text_id(api: &Api, path: &str, body: Value) -> String {
    id(&ok(api.post(path, body).await))
}

/// What the calls need to be there.
async fn prepare(api: &Api) -> BTreeMap<&'static str, String> {
    let mut ids = BTreeMap::new();
    ids.insert("session", api.session().await);
    ids.insert("shown", api.session().await);
    ids.insert(
        "invoiced",
        text_id(api, "/v1/sessions-profile", invoice_session_body(None)).await,
    );
    ids.insert("invoice", invoice_body("kravia.invoice_b2b").to_string());
    for name in ["paid", "voided", "read"] {
        ids.insert(name, api.transaction().await);
    }
    let token = api.card_token().await;
    ids.insert("token", id(&token));
    let mut body = charge(&token["token"], "reserved");
    body["session"]["configuration"] = json!({"pre_authorization": true});
    ids.insert("reserved", text_id(api, "/v1/sessions/pay", body).await);
    ids.insert("charge", charge(&token["token"], "charged").to_string());
    ids.insert("order", order(api, draft_body()).await);
    ids.insert("cancelled", order(api, draft_body()).await);
    let path = ids["order"].clone();
    let number = path.rsplit('/').next().expect("an id").to_owned();
    ids.insert("number", number);
    for (name, kind, amount) in [
        ("auth", "authorizations", 900),
        ("cap", "captures", 500),
        ("ref", "refunds", 1),
        ("can", "cancellations", 1),
    ] {
        let part = items(&[(1, amount)]);
        ids.insert(name, text_id(api, &format!("{path}/{kind}"), part).await);
    }
    let body = ok(api
        .post(&format!("{path}/comments"), json!({"comment": "gift"}))
        .await);
    ids.insert("comment", id(&body["comments"][0]));
    for name in ["draft", "dropped"] {
        ids.insert(name, text_id(api, DRAFTS, draft_body()).await);
    }
    let card = card(api, "card-1").await;
    ids.insert(
        "code",
        card["card_token"]["token"]["value"]
            .as_str()
            .expect("a token")
            .to_owned(),
    );
    for name in ["held", "let"] {
        let hold = json!({"card_id": "card-1", "ref_id": name, "amount": 9, "currency": "NOK", "pending": true});
        ids.insert(name, text_id(api, MOVES, hold).await);
    }
    let settlements = ok(api.get("/v1/accounts/{aid}/settlements").await);
    ids.insert("settlement", id(&settlements["items"][0]));
    ids.insert("file", id(&settlements["items"][0]["attachments"][0]));
    for name in ["seller-1", "seller-2"] {
        ok(api.post(SELLERS, seller(name)).await);
    }
    api.sandbox.advance(std::time::Duration::from_secs(3_600));
    ids.insert(
        "key",
        text_id(api, "/v1/admin/api-keys", json!({"name": "till"})).await,
    );
    let report = json!({"filetypes": ["csv"], "destinations": [], "providers": []});
    ids.insert(
        "report",
        text_id(
            api,
            "/v1/accounts/{aid}/settlements/reports/configuration",
            report,
        )
        .await,
    );
    ids.insert("sessionbody", session_body().to_string());
    ids.insert("draftbody", draft_body().to_string());
    ids.insert("tokensession", token_session_body().to_string());
    ids.insert("seller", seller("seller-3").to_string());
    let session = json!({"items": [{"line_id": "1"}], "profile_id": "default", "url": {"return_url": "https://shop.example/"}});
    ids.insert(
        "osession",
        text_id(api, &format!("{path}/sessions"), session.clone()).await,
    );
    ids.insert("osessionbody", session.to_string());
    for (name, value) in [
        ("drafts", DRAFTS),
        ("orders", ORDERS),
        ("cards", CARDS),
        ("moves", MOVES),
        ("info", INFO),
    ] {
        ids.insert(name, value.to_owned());
    }
    ids
}

const SELLERS: &str = "/v1/accounts/{aid}/management/settings/approvals/payout-destinations";

fn seller(id: &str) -> Value {
    let account = json!({"bank_account_currency": "NOK", "payout_currency": "NOK"});
    json!({"payout_destination_id": id, "payout_reference": id, "bank_accounts": [account]})
}

const CALLS: &str = r#"
    GET /v1/sessions
    POST /v1/sessions {"configuration": {"channel": "ecommerce"}, "url": {"return_url": "https://shop.example/"}, "order": {"amount": 1, "currency": "NOK", "merchant_reference": "m"}}
    POST /v1/sessions-profile <sessionbody>
    POST /v1/sessions/pay <charge>
    POST /v1/sessions/payment-token <tokensession>
    POST /v1/sessions/<invoiced>/pay <invoice>
    GET /v1/sessions/<session>
    PUT /v1/sessions/<session>?update_without_lock=true {"order": {"merchant_reference_2": "m2"}}
    POST /v1/sessions/<session>/qr {"format": "png", "size": 300}
    POST /v1/locations/till/checkout/<shown>
    POST /v1/locations/till/qr {}
    DELETE /v1/locations/till/checkout/<shown>
    POST /v1/sessions/<session>/cancel
    GET /v1/transactions
    GET /v1/transactions/<read>?includes=session
    PUT /v1/transactions/<read> {"merchant_reference_2": "m2"}
    POST /v1/transactions/<reserved>/authorization {"amount": 12000, "final_authorization": true}
    POST /v1/transactions/<paid>/capture {"amount": 30000}
    POST /v1/transactions/<paid>/refund {"amount": 10000, "reason": "broken"}
    POST /v1/transactions/<voided>/void
    GET /v1/card-tokens
    GET /v1/card-tokens/<token>
    DELETE /v1/card-tokens/<token> {"reason": "asked for"}
    POST /v1/creditchecks {"credit_providers": ["collector"], "amount": 100, "currency": "NOK", "applicant": {}}
    GET /v1/admin/session/profiles
    POST /v1/admin/session/profiles {"profile_id": "mine", "description": "Mine", "configuration": {"channel": "ecommerce"}}
    GET /v1/admin/session/profiles/mine
    PUT /v1/admin/session/profiles/mine {"description": "Mine", "configuration": {"channel": "in_app"}}
    DELETE /v1/admin/session/profiles/mine
    POST /v1/admin/signature
    GET /v1/admin/signature
    GET /v1/admin/api-keys
    POST /v1/admin/api-keys {"name": "second till"}
    POST /v1/admin/api-keys/<key>/rotate-api-key
    DELETE /v1/admin/api-keys/<key>
    GET /v1/admin/terminals/operations
    POST /v1/admin/terminals/operations {"terminal_id": "t1", "operation": "end_of_day"}
    GET /v1/accounts/{aid}/settlements
    GET /v1/accounts/{aid}/settlements/<settlement>/attachments/<file>
    GET /v1/accounts/{aid}/settlements/reports/configuration
    POST /v1/accounts/{aid}/settlements/reports/configuration {"filetypes": ["csv"], "destinations": [{"destination_type": "email"}], "providers": ["dintero_psp"]}
    GET /v1/accounts/{aid}/settlements/reports/configuration/<report>
    PUT /v1/accounts/{aid}/settlements/reports/configuration/<report> {"filetypes": ["pdf"], "destinations": [], "providers": []}
    DELETE /v1/accounts/{aid}/settlements/reports/configuration/<report>
    POST /v1/accounts/{aid}/settlements/reports/generate-test-report {}
    GET /v1/accounts/{aid}/reports/metadata
    GET /v1/accounts/{aid}/management/settings/approvals/payout-destinations
    POST /v1/accounts/{aid}/management/settings/approvals/payout-destinations <seller>
    POST /v2/accounts/{aid}/payout/fund-transfers {"fund_transfer_id": "f", "type": "payout-destination", "source_payout_destination_id": "seller-1", "destination_payout_destination_id": "seller-2", "amount": 1, "currency": "NOK", "reference": "r"}
    GET /v2/accounts/{aid}/payout/payout-destinations/seller-1/balances
    GET /v2/accounts/{aid}/payout/payout-destinations/seller-1/transfers
    GET <drafts>
    POST <drafts> <draftbody>
    GET <drafts>/<draft>
    PUT <drafts>/<draft> <draftbody>
    POST <drafts>/<draft>/items {"id": "c", "line_id": 3, "gross_amount": 100, "tax_lines": []}
    PUT <drafts>/<draft>/items/3 {"id": "c", "line_id": 3, "gross_amount": 200, "tax_lines": []}
    DELETE <drafts>/<draft>/items/3
    PUT <drafts>/<draft>/complete {}
    DELETE <drafts>/<dropped>
    GET <orders>
    GET <order>
    PUT <order> {"courier_id": "c"}
    POST <order>/comments {"comment": "hello"}
    DELETE <order>/comments/<comment>
    GET <order>/events
    POST <order>/events {"state": "success", "service": "pick", "service_status": "PICKED"}
    GET <order>/authorizations
    POST <order>/authorizations {"items": [{"line_id": 2, "amount": 5}], "payment_details": {"payment_id": "p"}}
    GET <order>/authorizations/<auth>
    GET <order>/captures
    POST <order>/captures {"items": [{"line_id": 1, "amount": 5}], "payment_details": {"payment_id": "p"}}
    GET <order>/captures/<cap>
    GET <order>/refunds
    POST <order>/refunds {"items": [{"line_id": 1, "amount": 5}], "payment_details": {"payment_id": "p"}}
    GET <order>/refunds/<ref>
    GET <order>/cancellations
    POST <order>/cancellations {"items": [{"line_id": 2, "amount": 5}], "payment_details": {"payment_id": "p"}}
    GET <order>/cancellations/<can>
    GET <order>/sessions
    POST <order>/sessions <osessionbody>
    GET <order>/sessions/<osession>
    POST <order>/close
    POST <order>/open
    POST <cancelled>/cancel {"cancelled_reason": "sold out"}
    GET /v1/accounts/{aid}/shopping/customers/customer-1/orders
    GET /v1/accounts/{aid}/shopping/customers/customer-1/orders/<number>
    GET /v1/accounts/{aid}/shopping/stores/store-1/orders
    GET /v1/accounts/{aid}/shopping/stores/store-1/orders/<number>
    GET <cards>
    POST <cards> {"card_id": "card-2", "amount": 100, "currency": "NOK"}
    POST <cards>/batch {"cards": [{"card_id": "batch-1"}], "options": {"card_token": {}}}
    GET <cards>/card-1
    POST <cards>/batch-1/activate {"amount": 100, "currency": "NOK"}
    POST <cards>/card-1/rotate-pin {"pin": {"format": {"length": 4}}}
    POST <cards>/card-1/tokens {"ref_id": "t", "expires_in": 60, "format": {"length": 16, "barcode": true}}
    GET <cards>/card-1/transactions
    GET /v1/accounts/{aid}/wallets/customers/customer-1/cards
    GET /v1/accounts/{aid}/wallets/customers/customer-1/cards/card-1
    POST <info> {"token": "<code>"}
    POST <moves> {"card_id": "card-1", "ref_id": "x", "amount": 5, "currency": "NOK"}
    POST <moves>/<held>/capture {"ref_id": "c"}
    POST <moves>/<let>/void {"ref_id": "v"}
"#;

fn sandbox() -> dintero_sandbox::SandboxBuilder {
    Sandbox::builder()
        .client(Client::new("all", "secret"))
        .client(Client::new("none", "secret").with_scopes(["read:nothing"]))
        .client(Client::new("other", "secret").with_account("T00000002"))
        .strict(true)
}

async fn token(api: &Api, client: &str, account: &str) -> String {
    let audience = format!("https://api.dintero.com/v1/accounts/{account}");
    let body = json!({"grant_type": "client_credentials", "audience": audience});
    let url = format!("{}/v1/accounts/{account}/auth/token", api.sandbox.url());
    let request = api
        .http
        .post(url)
        .basic_auth(client, Some("secret"))
        .json(&body);
    ok(api.send(request).await)["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

#[tokio::test]
async fn every_operation_responds_as_documented() {
    let api = start_with(sandbox()).await;
    let ids = prepare(&api).await;
    api.sandbox.clear_requests();
    for (method, path, body) in lines(CALLS, &ids) {
        let request = api.request(method.clone(), &path);
        let (status, response) = match body {
            Some(body) => api.send(request.json(&body)).await,
            None => api.send(request).await,
        };
        assert!(status < 300, "{method} {path}: {status} {response}");
    }
    token(&api, "all", api.sandbox.account()).await;
    let done = api.sandbox.requests();
    let done: BTreeSet<_> = done
        .iter()
        .filter_map(|r| r.operation_id.as_deref())
        .collect();
    assert_eq!(done.len(), 104, "{done:?}");
}

#[tokio::test]
async fn what_every_operation_left_behind_is_the_same_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = || sandbox().state_file(folder.path().join("state.json"));
    let api = start_with(kept()).await;
    let ids = prepare(&api).await;
    for (method, path, body) in lines(CALLS, &ids) {
        let request = api.request(method, &path);
        api.send(body.iter().fold(request, RequestBuilder::json))
            .await;
    }
    let (before, token) = (api.sandbox.state_digest(), api.token.clone());
    drop(api);
    let mut api = start_with(kept()).await;
    assert_eq!(api.sandbox.state_digest(), before);
    api.token = token;
    ok(api.get("/v1/transactions").await);
}

#[tokio::test]
async fn a_refused_request_changes_nothing() {
    let api = start_with(sandbox()).await;
    let ids = prepare(&api).await;
    let none = token(&api, "none", api.sandbox.account()).await;
    let other = token(&api, "other", "T00000002").await;
    let before = api.sandbox.state_digest();
    let same = |what: &str, found: &ApiResponse, status: u16| {
        assert_eq!(found.0, status, "{what}: {}", found.1);
        refused(found, status);
        assert_eq!(
            api.sandbox.state_digest(),
            before,
            "{what} changed something"
        );
    };
    for (method, path, body) in lines(CALLS, &ids) {
        let what = format!("{method} {path}");
        let with = |token: &str| {
            let path = path.replace("{aid}", api.sandbox.account());
            let url = format!("{}{path}", api.sandbox.url());
            let request = api.http.request(method.clone(), url).bearer_auth(token);
            match &body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        same(&what, &api.send(with(&none)).await, 403);
        same(&what, &api.send(with("stale")).await, 401);
        if path.contains("{aid}") {
            same(&what, &api.send(with(&other)).await, 403);
        } else if ["/v1/transactions/", "/v1/card-tokens/"]
            .iter()
            .any(|p| path.starts_with(p))
        {
            same(&what, &api.send(with(&other)).await, 404);
        }
        if body.is_some() {
            let send = |kind: &'static str, text: String| {
                api.send(
                    api.request(method.clone(), &path)
                        .header("content-type", kind)
                        .body(text),
                )
            };
            same(
                &what,
                &send("application/json", "{\"a\":".into()).await,
                400,
            );
            same(&what, &send("application/json", "[]".into()).await, 400);
            same(&what, &send("text/plain", "{}".into()).await, 415);
            let large = format!("{{\"a\": \"{}\"}}", "x".repeat(1 << 20));
            same(&what, &send("application/json", large).await, 413);
        } else {
            let request = api.request(method.clone(), &path).json(&json!({"a": 1}));
            same(&what, &api.send(request).await, 400);
        }
    }
}

#[tokio::test]
async fn a_status_that_was_asked_for_comes_out_of_every_operation() {
    let api = start_with(sandbox()).await;
    let ids = prepare(&api).await;
    for (method, path, body) in lines(CALLS, &ids) {
        for status in [400_u16, 404, 409, 500, 503] {
            let request = api.request(method.clone(), &path);
            let request = request.header("sandbox-fault", format!("status={status}"));
            let found = api
                .send(body.iter().fold(request, RequestBuilder::json))
                .await;
            assert_eq!(found.0, status, "{method} {path}: {}", found.1);
        }
    }
}
