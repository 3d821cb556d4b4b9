//! `dintero sign`: signed callbacks and webhooks, to try an endpoint with.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use dintero::callback::{Signer, sign_webhook};
use dintero::{Clock as _, SystemClock};
use reqwest::{Body, Client, Request, RequestBuilder, redirect};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::body;
use crate::config::{self, Options, Settings};
use crate::failure::Failure;
use crate::print::{note, put};

/// Sign a callback or webhook as Dintero does, and print it as a command of curl
///
/// Its secret is DINTERO_CALLBACK_SECRET or DINTERO_WEBHOOK_SECRET.
#[derive(Args)]
pub struct Sign {
    what: What,
    /// The callback URL of the session, or the URL of the subscription
    url: String,
    /// Parameter that Dintero adds to a callback, such as transaction_id=T12345678.abc
    #[arg(long, value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// Event of a webhook
    #[arg(long, default_value = "ping")]
    event: String,
    /// Body of a webhook; - is standard input [default: account and event]
    #[arg(long, value_name = "FILE")]
    body: Option<String>,
    /// Send it, too
    #[arg(long)]
    send: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    Callback,
    Webhook,
}

impl Sign {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let settings = Settings::read(options)?;
        let account = settings.required(config::ACCOUNT)?;
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .build()?;
        let request = match self.what {
            What::Callback => self.callback(&settings, account, &client)?,
            What::Webhook => self.webhook(&settings, account, &client)?,
        };
        let request = request
            .header("event-delivery", Uuid::new_v4().to_string())
            .build()?;
        let line = if options.json {
            json(&request).to_string()
        } else {
            curl(&request)
        };
        put(&format!("{line}\n"))?;
        if !self.send {
            return Ok(());
        }
        let status = client.execute(request).await?.status();
        let words = format!("the endpoint responded with {status}");
        status
            .is_success()
            .then(|| note(&words))
            .ok_or(Failure::Refused(words))
    }

    fn callback(
        &self,
        settings: &Settings,
        account: &str,
        client: &Client,
    ) -> Result<RequestBuilder, Failure> {
        let transaction = format!("{account}.example");
        let given = self.param.iter().filter_map(|pair| pair.split_once('='));
        let mut parameters: Vec<_> = given.collect();
        for (name, value) in [
            ("merchant_reference", "order-1"),
            ("transaction_id", &transaction),
        ] {
            if !parameters.iter().any(|(given, _)| *given == name) {
                parameters.push((name, value));
            }
        }
        let signer = Signer::new(account, settings.required(config::CALLBACK_SECRET)?);
        let request = signer.session_callback(&self.url, &parameters, SystemClock.wall());
        let request = request.map_err(|error| Failure::Usage(format!("{}: {error}", self.url)))?;
        let (parts, ()) = request.into_parts();
        Ok(client
            .request(parts.method, parts.uri.to_string())
            .headers(parts.headers))
    }

    fn webhook(
        &self,
        settings: &Settings,
        account: &str,
        client: &Client,
    ) -> Result<RequestBuilder, Failure> {
        let default = json!({"account_id": account, "event": self.event}).to_string();
        let body = self.body.as_deref().map_or(Ok(default), body::read)?;
        let signature = sign_webhook(settings.required(config::WEBHOOK_SECRET)?, body.as_bytes());
        let request = client.post(&self.url).header("event-signature", signature);
        Ok(request
            .header("event", &self.event)
            .header("content-type", "application/json")
            .body(body))
    }
}

/// Returns the headers and the body as texts.
fn texts(request: &Request) -> (Vec<(&str, &str)>, &str) {
    let text = |bytes| str::from_utf8(bytes).unwrap_or_default();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), text(value.as_bytes())));
    (
        headers.collect(),
        request.body().and_then(Body::as_bytes).map_or("", text),
    )
}

fn json(request: &Request) -> Value {
    let (headers, body) = texts(request);
    let headers: BTreeMap<_, _> = headers.into_iter().collect();
    json!({"method": request.method().as_str(), "url": request.url().as_str(), "headers": headers, "body": body})
}

fn curl(request: &Request) -> String {
    let (headers, body) = texts(request);
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let header = |(name, value)| format!(" -H {}", quoted(&format!("{name}: {value}")));
    let data = Some(format!(" --data-binary {}", quoted(body))).filter(|_| !body.is_empty());
    let options: String = headers.into_iter().map(header).chain(data).collect();
    format!(
        "curl -i -X {}{options} {}",
        request.method(),
        quoted(request.url().as_str())
    )
}
