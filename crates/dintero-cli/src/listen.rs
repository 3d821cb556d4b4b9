//! `dintero listen`: shows the callbacks and webhooks that arrive, verifies them, and passes them on.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use clap::Args;
use dintero::callback::{CallbackError, Verifier, WebhookVerifier};
use reqwest::{Client, Url, redirect};
use serde_json::json;
use tokio::net::TcpListener;

use crate::config::{self, Options, Settings};
use crate::failure::Failure;
use crate::print::{clean, note, put};

/// Show the callbacks and webhooks that arrive on a local port, verify them and pass them on
///
/// Their secrets are DINTERO_CALLBACK_SECRET and DINTERO_WEBHOOK_SECRET. What cannot be verified is not passed on.
#[derive(Args)]
pub struct Listen {
    /// Where to pass them on; the path of the request is appended
    #[arg(long, value_name = "URL")]
    forward_to: Option<Url>,
    /// Port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 8500)]
    port: u16,
    /// The URL that Dintero sends them to, such as that of a tunnel: the signature covers its host [default: the local one]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

struct Listener {
    callbacks: Option<Verifier>,
    webhooks: Option<WebhookVerifier>,
    forward_to: Option<Url>,
    client: Client,
    json: bool,
}

impl Listen {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let settings = Settings::read(options)?;
        let secrets = [config::CALLBACK_SECRET, config::WEBHOOK_SECRET];
        let [callback, webhook] = secrets.map(|name| settings.get(name));
        if (callback, webhook) == (None, None) {
            let names = secrets.join(" or ");
            return Err(Failure::Usage(format!("{names} is required")));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let local = format!("http://{}", listener.local_addr()?);
        let public = self.public_url.as_deref().unwrap_or(&local);
        let account = settings.required(config::ACCOUNT)?;
        let callbacks = callback.map(|secret| Verifier::new(account, [secret], public));
        let webhooks = webhook.map(|secret| WebhookVerifier::new([secret]));
        let client = Client::builder().redirect(redirect::Policy::none());
        let state = Listener {
            callbacks: callbacks.transpose().map_err(dintero::Error::from)?,
            webhooks: webhooks.transpose().map_err(dintero::Error::from)?,
            forward_to: self.forward_to.clone(),
            client: client.build()?,
            json: options.json,
        };
        note(&format!(
            "Listening on {local} for requests to {public}. Stop it with Ctrl-C."
        ));
        let router = Router::new().fallback(receive).with_state(Arc::new(state));
        let served = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        });
        Ok(served.await?)
    }
}

async fn receive(State(listener): State<Arc<Listener>>, parts: Parts, body: Bytes) -> Response {
    let verified = listener.verify(&parts, &body);
    let (response, passed) = match &verified {
        Err(error) => (error.status().into_response(), None),
        Ok(_) => listener.forward(&parts, body).await,
    };
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let is_verified = verified.is_ok();
    let what = clean(&verified.unwrap_or_else(|error| error.to_string()));
    let line = match listener.json {
        true => json!({"method": method, "path": path, "verified": is_verified, "what": what, "passed_on": passed}).to_string(),
        false if is_verified => format!("verified  {method} {path}  {what}  {}", passed.unwrap_or_default()),
        false => format!("REFUSED   {method} {path}  {what}"),
    };
    // The request is handled even if nobody reads about it.
    let _ = put(&format!("{}\n", line.trim_end()));
    response
}

impl Listener {
    /// Returns what was verified, in words.
    fn verify(&self, parts: &Parts, body: &Bytes) -> Result<String, CallbackError> {
        let is_webhook = parts.headers.contains_key("event-signature");
        if let Some(webhooks) = self.webhooks.as_ref().filter(|_| is_webhook) {
            let webhook = webhooks.verify(&parts.headers, body.clone())?;
            return Ok(format!("webhook {}", webhook.event().as_str()));
        }
        let callbacks = self.callbacks.as_ref();
        let callbacks = callbacks.ok_or(CallbackError::MissingHeader)?;
        let verified = callbacks.verify_parts(&parts.method, &parts.uri, &parts.headers)?;
        let words = verified.parameters();
        let words = words.map(|(name, value)| format!(" {name}={value}"));
        Ok(format!("callback{}", words.collect::<String>()))
    }

    /// Returns the response, and what came of passing the request on.
    async fn forward(&self, parts: &Parts, body: Bytes) -> (Response, Option<String>) {
        let Some(mut url) = self.forward_to.clone() else {
            return (StatusCode::OK.into_response(), None);
        };
        let base = url.path().trim_end_matches('/');
        url.set_path(&format!("{base}{}", parts.uri.path()));
        url.set_query(parts.uri.query());
        let mut headers = parts.headers.clone();
        // These are of one connection.
        for name in [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE] {
            headers.remove(name);
        }
        let request = self.client.request(parts.method.clone(), url);
        let request = request.headers(headers).body(body);
        let passed = async {
            let response = request.send().await?;
            Ok::<_, reqwest::Error>((response.status(), response.bytes().await?))
        };
        match passed.await {
            Ok((status, body)) => ((status, body).into_response(), Some(status.to_string())),
            Err(error) => {
                // Dintero sends it again.
                let response = StatusCode::BAD_GATEWAY.into_response();
                (response, Some(error.without_url().to_string()))
            }
        }
    }
}
