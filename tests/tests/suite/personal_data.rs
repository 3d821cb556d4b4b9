//! Debug shows fields that the overlays mark as personal as `[redacted]`, in every type.

use dintero_tests::{apis, fields};
use serde_json::json;

const SECRET: &str = "ola.nordmann";

#[test]
fn every_personal_field_is_redacted() {
    let mut tried = 0;
    for api in apis() {
        for (name, fields) in fields(&api) {
            if fields
                .values()
                .any(|field| field.required && !field.personal)
            {
                continue;
            }
            for (wire, _) in fields.iter().filter(|(_, field)| field.personal) {
                // A personal field may be a string, a map, a list or an object: one of these fits.
                let shapes = [
                    json!(SECRET),
                    json!({ SECRET: SECRET }),
                    json!([SECRET]),
                    json!([{ SECRET: SECRET }]),
                    json!(424_242.5),
                ];
                let printed = shapes.iter().find_map(|value| {
                    let mut body = json!({});
                    for required in fields.iter().filter(|(_, field)| field.required) {
                        body[required.0] = value.clone();
                    }
                    body[wire] = value.clone();
                    api.debug[name.as_str()](body.to_string().as_bytes()).ok()
                });
                let Some(printed) = printed else { continue };
                assert!(
                    printed.contains("[redacted]"),
                    "{} {name}.{wire}: {printed}",
                    api.name
                );
                assert!(
                    !printed.contains(SECRET) && !printed.contains("424242"),
                    "{} {name}.{wire}: {printed}",
                    api.name
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "only {tried} fields were tried");
}

#[test]
fn fields_with_personal_data_are_marked() {
    for (api, name, wire) in [
        ("checkout", "OrderAddress", "email"),
        ("checkout", "OrderAddress", "first_name"),
        ("checkout", "OrderAddress", "phone_number"),
        ("checkout", "Transaction", "customer_ip"),
        ("checkout", "AccessToken", "access_token"),
        ("checkout", "Card", "masked_pan"),
        ("checkout", "Card", "payment_token"),
        ("checkout", "Card", "issuer_authorization_code"),
        ("checkout", "CustomerToken", "payment_token"),
        ("checkout", "PaymentResult", "redirect_url"),
        ("checkout", "PaymentResult", "poll_url"),
        ("checkout", "PaymentResult", "approval_url"),
        ("checkout", "PaymentResult", "qr_code"),
        ("checkout", "AuthenticationOperation", "href"),
        ("checkout", "WebhookConfig", "secret"),
        ("checkout", "WebhookSecret", "value"),
        ("checkout", "WebhookSecret", "aws_access_key_id"),
        ("checkout", "WebhookSecret", "aws_secret_access_key"),
        ("checkout", "AccountStoreEvent", "store"),
        ("checkout", "Session", "metadata"),
        ("shopping", "OrderAddress", "address_line"),
        ("wallets", "TransactionInput", "pin"),
        ("wallets", "TransactionInput", "token"),
    ] {
        let apis = apis();
        let known = apis
            .iter()
            .find(|known| known.name == api)
            .map(fields)
            .unwrap_or_default();
        let found = known
            .iter()
            .find(|(known, _)| known == name)
            .and_then(|(_, fields)| fields.get(wire));
        assert!(
            found.is_some_and(|field| field.personal),
            "{api} {name}.{wire}"
        );
    }
}

/// Returns `true` for names that no document has to mark: credentials, who the customer is, texts of providers, and URLs whose query
/// belongs to the merchant.
fn is_sensitive(wire: &str) -> bool {
    let last = wire.rsplit(['_', ':', '.', '-']).next().unwrap_or_default();
    let credentials = [
        "token", "secret", "pin", "pan", "cvc", "cvv", "password", "iban", "email", "ssn", "nonce",
    ];
    let names = ["customer_id", "card_id", "phone_number"];
    credentials.contains(&last)
        || names.iter().any(|name| wire.ends_with(name))
        || ["message", "errorMessage", "transactionText"].contains(&last)
        || wire.ends_with("callback_url")
        || wire.ends_with("return_url")
}

#[test]
fn no_sensitive_field_of_any_type_is_printed() {
    let (mut tried, mut lost) = (0, Vec::new());
    for api in apis() {
        for (name, fields) in fields(&api) {
            for wire in fields.keys().filter(|wire| is_sensitive(wire)) {
                // What else the type requires is of one of these shapes.
                for other in [json!("x"), json!(1), json!(true), json!({}), json!([])] {
                    let required = fields.iter().filter(|(_, field)| field.required);
                    let mut body: serde_json::Map<_, _> = required
                        .map(|(required, _)| (required.clone(), other.clone()))
                        .collect();
                    body.insert(wire.clone(), json!(SECRET));
                    let body = serde_json::Value::from(body).to_string();
                    let Ok(printed) = api.debug[name.as_str()](body.as_bytes()) else {
                        continue;
                    };
                    tried += 1;
                    if printed.contains(SECRET) {
                        lost.push(format!("{} {name}.{wire}", api.name));
                    }
                }
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(tried > 50, "only {tried} fields were tried");
}

#[test]
fn no_secret_below_a_free_form_or_unknown_field_is_printed() {
    let keys = ["token", "secret", "pin", "pan", "cvc", "password", "x"];
    let secrets: serde_json::Map<_, _> = keys
        .iter()
        .map(|key| ((*key).to_owned(), json!(SECRET)))
        .collect();
    let secrets = serde_json::Value::from(secrets);
    let shapes = [
        secrets.clone(),
        json!([secrets]),
        json!({"a": secrets}),
        json!({"a": [{"b": [secrets]}]}),
        json!({ SECRET: {} }),
        json!({ SECRET: "x" }),
        json!({ SECRET: [] }),
    ];
    let (mut tried, mut lost) = (0, Vec::new());
    for api in apis() {
        for (name, fields) in fields(&api) {
            for wire in fields.keys().map(String::as_str).chain(["not_known"]) {
                for shape in &shapes {
                    let body = json!({ wire: shape }).to_string();
                    let Ok(printed) = api.debug[name.as_str()](body.as_bytes()) else {
                        continue;
                    };
                    tried += 1;
                    if printed.contains(SECRET) {
                        lost.push(format!("{} {name}.{wire}: {printed}", api.name));
                    }
                }
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(tried > 1_000, "only {tried} bodies were tried");
}
