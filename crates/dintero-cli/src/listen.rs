//! `dintero listen`: shows the callbacks and webhooks that arrive, verifies them, and passes them on.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
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
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await;
        let listener =
            listener.map_err(|error| Failure::Usage(format!("port {}: {error}", self.port)))?;
        let local = format!("http://{}", listener.local_addr()?);
        let public = self.public_url.as_deref().unwrap_or(&local);
        let usage = |violations: dintero::Violations| Failure::Usage(violations.to_string());
        let account = settings.required(config::ACCOUNT)?;
        let callbacks = settings.get(config::CALLBACK_SECRET).map(|secret| {
            Verifier::builder(account)
                .secret(secret)
                .public_url(public)
                .build()
        });
        let webhooks = settings
            .get(config::WEBHOOK_SECRET)
            .map(|secret| WebhookVerifier::new([secret]));
        if callbacks.is_none() && webhooks.is_none() {
            let (one, other) = (config::CALLBACK_SECRET, config::WEBHOOK_SECRET);
            return Err(Failure::Usage(format!(
                "{one} or {other} is required; {} has neither",
                settings.source
            )));
        }
        let client = Client::builder().redirect(redirect::Policy::none()).build();
        let state = Arc::new(Listener {
            callbacks: callbacks.transpose().map_err(usage)?,
            webhooks: webhooks.transpose().map_err(usage)?,
            forward_to: self.forward_to.clone(),
            client: client.map_err(|error| Failure::Refused(error.to_string()))?,
            json: options.json,
        });
        note(&format!(
            "Listening on {local} for requests to {public}. Stop it with Ctrl-C."
        ));
        let router = Router::new().fallback(receive).with_state(state);
        let stopped = async {
            let _ = tokio::signal::ctrl_c().await;
        };
        Ok(axum::serve(listener, router)
            .with_graceful_shutdown(stopped)
            .await?)
    }
}

async fn receive(State(listener): State<Arc<Listener>>, parts: Parts, body: Bytes) -> Response {
    let Parts {
        method,
        uri,
        headers,
        ..
    } = parts;
    let verified = listener.verify(&method, &uri, &headers, &body);
    let (response, passed) = match &verified {
        Err(error) => (error.status().into_response(), None),
        Ok(_) => match listener.forward(&method, &uri, &headers, body).await {
            None => (StatusCode::OK.into_response(), None),
            Some(Ok((status, body))) => ((status, body).into_response(), Some(status.to_string())),
            // Dintero sends it again.
            Some(Err(error)) => (
                StatusCode::BAD_GATEWAY.into_response(),
                Some(format!("not passed on: {error}")),
            ),
        },
    };
    let is_verified = verified.is_ok();
    let what = verified.unwrap_or_else(|error| error.to_string());
    let line = match listener.json {
        true => json!({"method": method.as_str(), "path": uri.path(), "verified": is_verified, "what": what, "passed_on": passed}).to_string(),
        false => {
            let word = if is_verified { "verified" } else { "REFUSED" };
            let passed = passed.map(|passed| format!(" -> {passed}")).unwrap_or_default();
            format!("{word:8}  {method} {}  {}{passed}", uri.path(), clean(&what))
        }
    };
    // The request is handled even if nobody reads about it.
    let _ = put(&format!("{line}\n"));
    response
}

impl Listener {
    /// Returns what was verified, in words.
    fn verify(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<String, CallbackError> {
        if let Some(webhooks) = self
            .webhooks
            .as_ref()
            .filter(|_| headers.contains_key("event-signature"))
        {
            let webhook = webhooks.verify(headers, body.clone())?;
            return Ok(format!("webhook {}", webhook.event().as_str()));
        }
        let callbacks = self
            .callbacks
            .as_ref()
            .ok_or(CallbackError::MissingHeader)?;
        let verified = callbacks.verify_parts(method, uri, headers)?;
        let parameters = verified.parameters().filter(|(name, _)| {
            [
                "transaction_id",
                "session_id",
                "merchant_reference",
                "error",
                "event",
            ]
            .contains(name)
        });
        let words: Vec<_> = parameters
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Ok(format!("callback {}", words.join(" ")))
    }

    async fn forward(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Option<Result<(StatusCode, Bytes), reqwest::Error>> {
        let mut url = self.forward_to.clone()?;
        let path = format!("{}{}", url.path().trim_end_matches('/'), uri.path());
        url.set_path(&path);
        url.set_query(uri.query());
        let mut headers = headers.clone();
        // These are of one connection.
        for name in [
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "keep-alive",
            "upgrade",
            "te",
            "trailer",
        ] {
            headers.remove(name);
        }
        let request = self
            .client
            .request(method.clone(), url)
            .headers(headers)
            .body(body);
        Some(
            async {
                let response = request.send().await?;
                Ok((response.status(), response.bytes().await?))
            }
            .await
            .map_err(|error: reqwest::Error| error.without_url()),
        )
    }
}
