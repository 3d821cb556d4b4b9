//! `dintero sign`: signed callbacks and webhooks, to try an endpoint with.

use clap::{Args, ValueEnum};
use dintero::callback::{Signer, sign_webhook};
use dintero::{Clock as _, SystemClock};
use reqwest::{Client, redirect};
use serde_json::{Map, Value, json};
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

/// A signed request: method, URL, headers and body.
type Signed = (String, String, Vec<(&'static str, String)>, String);

impl Sign {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let settings = Settings::read(options)?;
        let signed = match self.what {
            What::Callback => self.callback(&settings)?,
            What::Webhook => self.webhook(&settings)?,
        };
        let line = if options.json {
            json(&signed)
        } else {
            curl(&signed)
        };
        put(&format!("{line}\n"))?;
        if self.send {
            send(signed).await
        } else {
            Ok(())
        }
    }

    fn callback(&self, settings: &Settings) -> Result<Signed, Failure> {
        let account = settings.required(config::ACCOUNT)?;
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
        let signature = request
            .headers()
            .values()
            .next()
            .and_then(|value| value.to_str().ok());
        let headers = vec![
            (
                "dintero-signature",
                signature.unwrap_or_default().to_owned(),
            ),
            ("event-delivery", Uuid::new_v4().to_string()),
        ];
        Ok((
            request.method().to_string(),
            request.uri().to_string(),
            headers,
            String::new(),
        ))
    }

    fn webhook(&self, settings: &Settings) -> Result<Signed, Failure> {
        let delivery = Uuid::new_v4().to_string();
        let account = settings.required(config::ACCOUNT)?;
        let default =
            json!({"account_id": account, "event": self.event, "event_delivery": delivery});
        let body = self.body.as_deref().map(body::read).transpose()?;
        let body = body.unwrap_or_else(|| default.to_string());
        let secret = settings.required(config::WEBHOOK_SECRET)?;
        let headers = vec![
            ("event-signature", sign_webhook(secret, body.as_bytes())),
            ("event", self.event.clone()),
            ("event-delivery", delivery),
            ("content-type", "application/json".to_owned()),
        ];
        Ok(("POST".to_owned(), self.url.clone(), headers, body))
    }
}

fn json((method, url, headers, body): &Signed) -> String {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(&**value)));
    let headers = Map::from_iter(headers);
    json!({"method": method, "url": url, "headers": headers, "body": body}).to_string()
}

fn curl((method, url, headers, body): &Signed) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let headers = headers
        .iter()
        .map(|(name, value)| format!(" -H {}", quoted(&format!("{name}: {value}"))));
    let data = Some(format!(" --data-binary {}", quoted(body))).filter(|_| !body.is_empty());
    let options: String = headers.chain(data).collect();
    format!("curl -i -X {method}{options} {}", quoted(url))
}

async fn send((method, url, headers, body): Signed) -> Result<(), Failure> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .build()?;
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap_or_default();
    let request = headers
        .into_iter()
        .fold(client.request(method, url), |request, (name, value)| {
            request.header(name, value)
        });
    let status = request.body(body).send().await?.status();
    let words = format!("the endpoint responded with {status}");
    match status.is_success() {
        true => note(&words),
        false => return Err(Failure::Refused(words)),
    }
    Ok(())
}
