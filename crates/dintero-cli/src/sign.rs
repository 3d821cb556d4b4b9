//! `dintero sign`: signed callbacks and webhooks, to try an endpoint with.

use std::collections::BTreeMap;

use clap::Subcommand;
use dintero::callback::{Signer, sign_webhook};
use dintero::http::{HeaderValue, Request};
use dintero::{Clock as _, SystemClock};
use reqwest::Url;
use serde_json::json;
use uuid::Uuid;

use crate::body;
use crate::config::{self, Options, Settings};
use crate::failure::Failure;
use crate::print::put;

/// Sign a callback or webhook as Dintero does, and print it as a command of curl
#[derive(Subcommand)]
pub enum Sign {
    /// Sign a callback with the secret DINTERO_CALLBACK_SECRET
    Callback {
        /// The callback URL of the session
        url: Url,
        /// Parameter that Dintero adds, such as transaction_id=T12345678.abc
        #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
        param: Vec<(String, String)>,
    },
    /// Sign a webhook with the secret DINTERO_WEBHOOK_SECRET
    Webhook {
        /// The URL of the subscription
        url: Url,
        /// The event
        #[arg(long, default_value = "ping")]
        event: String,
        /// The body; - is standard input [default: account and event]
        #[arg(long, value_name = "FILE")]
        body: Option<String>,
    },
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Sign {
    pub fn run(&self, options: &Options) -> Result<(), Failure> {
        let settings = Settings::read(options)?;
        let account = settings.required(config::ACCOUNT)?;
        let mut request = match self {
            Self::Callback { url, param } => {
                let signer = Signer::new(account, settings.required(config::CALLBACK_SECRET)?);
                let transaction = format!("{account}.example");
                let mut all = BTreeMap::from([("merchant_reference", "order-1")]);
                all.insert("transaction_id", &transaction);
                all.extend(param.iter().map(|(name, value)| (&**name, &**value)));
                let all: Vec<_> = all.into_iter().collect();
                let signed = signer.session_callback(url.as_str(), &all, SystemClock.wall());
                let signed = signed.map_err(|error| Failure::Usage(format!("{url}: {error}")))?;
                signed.map(|()| String::new())
            }
            Self::Webhook { url, event, body } => {
                let secret = settings.required(config::WEBHOOK_SECRET)?;
                let default = json!({"account_id": account, "event": event}).to_string();
                let body = body.as_deref().map_or(Ok(default), body::read)?;
                let request = Request::post(url.as_str())
                    .header("event-signature", sign_webhook(secret, body.as_bytes()))
                    .header("event", event)
                    .header("content-type", "application/json");
                let request = request.body(body);
                request.map_err(|error| Failure::Usage(error.to_string()))?
            }
        };
        if let Ok(delivery) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
            request.headers_mut().insert("event-delivery", delivery);
        }
        let line = match options.json {
            true => json(&request),
            false => curl(&request),
        };
        Ok(put(&format!("{line}\n"))?)
    }
}

fn headers(request: &Request<String>) -> BTreeMap<&str, &str> {
    let headers = request.headers().iter();
    let texts = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()));
    texts.collect()
}

fn json(request: &Request<String>) -> String {
    let (method, url) = (request.method().as_str(), request.uri().to_string());
    let (headers, body) = (headers(request), request.body());
    json!({"method": method, "url": url, "headers": headers, "body": body}).to_string()
}

fn curl(request: &Request<String>) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut line = format!("curl -i -X {}", request.method());
    for (name, value) in headers(request) {
        line += &format!(" -H {}", quoted(&format!("{name}: {value}")));
    }
    if !request.body().is_empty() {
        line += &format!(" --data-binary {}", quoted(request.body()));
    }
    format!("{line} {}", quoted(&request.uri().to_string()))
}
