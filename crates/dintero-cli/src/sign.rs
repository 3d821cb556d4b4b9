//! `dintero sign`: signed callbacks and webhooks, to try an endpoint with.

use std::io::Read;
use std::{fs, io};

use clap::{Args, Subcommand};
use dintero::callback::{Signer, sign_webhook};
use dintero::http::Method;
use dintero::{Clock as _, SystemClock};
use reqwest::{Client, redirect};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::config::{self, Options, Settings};
use crate::failure::Failure;
use crate::print::{note, put};

/// Sign a callback or webhook as Dintero does, and print it as a command of curl
#[derive(Args)]
pub struct Sign {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// The callback of a session; its secret is DINTERO_CALLBACK_SECRET
    Callback {
        /// The callback URL of the session
        url: String,
        /// A parameter that Dintero adds, such as transaction_id=T12345678.abc
        #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
        parameters: Vec<(String, String)>,
        /// Send it, too
        #[arg(long)]
        send: bool,
    },
    /// The delivery of a webhook subscription; its secret is DINTERO_WEBHOOK_SECRET
    Webhook {
        /// The URL of the subscription
        url: String,
        /// The event
        #[arg(long, default_value = "ping")]
        event: String,
        /// The body; - is standard input [default: the event and the account]
        #[arg(long, value_name = "FILE")]
        body: Option<String>,
        /// Send it, too
        #[arg(long)]
        send: bool,
    },
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A signed request.
struct Signed {
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Sign {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let settings = Settings::read(options)?;
        let account = settings.required(config::ACCOUNT)?;
        let (signed, send) = match &self.what {
            What::Callback {
                url,
                parameters,
                send,
            } => (callback(&settings, account, url, parameters)?, send),
            What::Webhook {
                url,
                event,
                body,
                send,
            } => (
                webhook(&settings, account, (url, event), body.as_deref())?,
                send,
            ),
        };
        put(&format!(
            "{}\n",
            if options.json {
                signed.json().to_string()
            } else {
                signed.curl()
            }
        ))?;
        match send {
            true => signed.send().await,
            false => Ok(()),
        }
    }
}

fn callback(
    settings: &Settings,
    account: &str,
    url: &str,
    parameters: &[(String, String)],
) -> Result<Signed, Failure> {
    let signer = Signer::new(account, settings.required(config::CALLBACK_SECRET)?);
    let now = SystemClock.wall();
    let time = httpdate::fmt_http_date(now);
    let defaults = [
        ("merchant_reference", "order-1".to_owned()),
        ("transaction_id", format!("{account}.example")),
    ];
    let mut all = parameters.to_vec();
    for (name, value) in defaults {
        if !parameters.iter().any(|(other, _)| other == name) {
            all.push((name.to_owned(), value));
        }
    }
    let all: Vec<(&str, &str)> = all
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let request = signer.session_callback(url, &all, now);
    let request =
        request.map_err(|error| Failure::Usage(format!("{url}: {error} (signed at {time})")))?;
    let header = request
        .headers()
        .get("dintero-signature")
        .and_then(|value| value.to_str().ok());
    Ok(Signed {
        method: request.method().clone(),
        url: request.uri().to_string(),
        headers: vec![
            ("dintero-signature", header.unwrap_or_default().to_owned()),
            ("event-delivery", Uuid::new_v4().to_string()),
        ],
        body: None,
    })
}

fn webhook(
    settings: &Settings,
    account: &str,
    (url, event): (&str, &str),
    body: Option<&str>,
) -> Result<Signed, Failure> {
    let secret = settings.required(config::WEBHOOK_SECRET)?;
    let delivery = Uuid::new_v4().to_string();
    let body =
        match body {
            None => json!({"account_id": account, "event": event, "event_delivery": delivery})
                .to_string(),
            Some("-") => {
                let mut text = String::new();
                io::stdin().read_to_string(&mut text)?;
                text
            }
            Some(file) => fs::read_to_string(file)
                .map_err(|error| Failure::Usage(format!("{file}: {error}")))?,
        };
    Ok(Signed {
        method: Method::POST,
        url: url.to_owned(),
        headers: vec![
            ("event-signature", sign_webhook(secret, body.as_bytes())),
            ("event", event.to_owned()),
            ("event-delivery", delivery),
            ("content-type", "application/json".to_owned()),
        ],
        body: Some(body),
    })
}

impl Signed {
    fn json(&self) -> Value {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
        json!({"method": self.method.as_str(), "url": self.url, "headers": Map::from_iter(headers), "body": self.body})
    }

    fn curl(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| format!(" -H {}", quoted(&format!("{name}: {value}"))));
        let body = self
            .body
            .iter()
            .map(|body| format!(" --data-binary {}", quoted(body)));
        let options: String = headers.chain(body).collect();
        format!("curl -i -X {}{options} {}", self.method, quoted(&self.url))
    }

    async fn send(&self) -> Result<(), Failure> {
        let failed = |error: reqwest::Error| {
            Failure::Refused(format!("it could not be sent: {}", error.without_url()))
        };
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .build()
            .map_err(failed)?;
        let mut request = client.request(self.method.clone(), &self.url);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request
            .body(self.body.clone().unwrap_or_default())
            .send()
            .await
            .map_err(failed)?;
        let status = response.status();
        match status.is_success() {
            true => note(&format!("The endpoint responded with {status}.")),
            false => {
                return Err(Failure::Refused(format!(
                    "the endpoint responded with {status}"
                )));
            }
        }
        Ok(())
    }
}
