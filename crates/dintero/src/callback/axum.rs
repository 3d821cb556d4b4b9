//! Extractors for axum, and what is answered when they refuse.

use axum::extract::{FromRef, FromRequest, FromRequestParts, OriginalUri, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;

use super::{Refusal, Reply, SessionCallback, Verified, Verifier, Webhook, WebhookVerifier};

/// The status of [`Refusal::status`], without a body: why is for your logs, not for whoever sent it.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

fn verify<S>(parts: &Parts, state: &S) -> Result<Verified, Refusal>
where
    Verifier: FromRef<S>,
{
    // A nested router has taken its prefix off the URI of the request.
    let uri = match parts.extensions.get::<OriginalUri>() {
        Some(OriginalUri(uri)) => uri,
        None => &parts.uri,
    };
    Verifier::from_ref(state).verify_parts(&parts.method, uri, &parts.headers)
}

/// Takes only what Dintero signed. The state has to hold a [`Verifier`].
impl<S: Send + Sync> FromRequestParts<S> for Verified
where
    Verifier: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        verify(parts, state)
    }
}

/// Takes only session callbacks that Dintero signed. The state has to hold a [`Verifier`].
impl<S: Send + Sync> FromRequestParts<S> for SessionCallback
where
    Verifier: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        verify(parts, state)?.session_callback()
    }
}

/// Takes only webhooks that a secret of yours signed. The state has to hold a [`WebhookVerifier`]. A body larger than axum's limit is
/// answered with 503, and never read in full.
impl<S: Send + Sync> FromRequest<S> for Webhook
where
    WebhookVerifier: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let headers = request.headers().clone();
        WebhookVerifier::from_ref(state).verify(&headers, body(request, state).await?)
    }
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, state)
        .await
        .map_err(|_| Refusal::UnreadBody)
}

/// A question of an express callback that Dintero asked; see [`Verified::express`]. The state has to hold a [`Verifier`].
#[cfg(feature = "checkout")]
#[derive(Clone, Debug, PartialEq)]
pub struct Express<Q>(pub Q);

#[cfg(feature = "checkout")]
impl<Q: super::ExpressQuestion, S: Send + Sync> FromRequest<S> for Express<Q>
where
    Verifier: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let verified = verify(&parts, state)?;
        let body = self::body(Request::from_parts(parts, body), state).await?;
        verified.express(&body).map(Self)
    }
}
