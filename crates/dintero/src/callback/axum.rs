//! Extractors for axum, and their rejections.

use axum::extract::{FromRef, FromRequest, FromRequestParts, OriginalUri, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;

use super::{
    CallbackError, CallbackResponse, SessionCallback, Verified, Verifier, Webhook, WebhookVerifier,
};

/// Responds with [`CallbackError::status`] and no body: the reason is for your logs, not for the sender.
impl IntoResponse for CallbackError {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

impl IntoResponse for CallbackResponse {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

fn verify<S>(parts: &Parts, state: &S) -> Result<Verified, CallbackError>
where
    Verifier: FromRef<S>,
{
    // A nested router strips its prefix from the URI of the request.
    let uri = match parts.extensions.get::<OriginalUri>() {
        Some(OriginalUri(uri)) => uri,
        None => &parts.uri,
    };
    Verifier::from_ref(state).verify_parts(&parts.method, uri, &parts.headers)
}

/// Extracts requests that Dintero signed. The state must contain a [`Verifier`].
impl<S: Send + Sync> FromRequestParts<S> for Verified
where
    Verifier: FromRef<S>,
{
    type Rejection = CallbackError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, CallbackError> {
        verify(parts, state)
    }
}

/// Extracts session callbacks that Dintero signed. The state must contain a [`Verifier`].
impl<S: Send + Sync> FromRequestParts<S> for SessionCallback
where
    Verifier: FromRef<S>,
{
    type Rejection = CallbackError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, CallbackError> {
        verify(parts, state)?.session_callback()
    }
}

/// Extracts webhooks with a valid signature. The state must contain a [`WebhookVerifier`]. A body larger than axum's limit is rejected
/// with 503, and not read in full.
impl<S: Send + Sync> FromRequest<S> for Webhook
where
    WebhookVerifier: FromRef<S>,
{
    type Rejection = CallbackError;

    async fn from_request(request: Request, state: &S) -> Result<Self, CallbackError> {
        let headers = request.headers().clone();
        WebhookVerifier::from_ref(state).verify(&headers, body(request, state).await?)
    }
}

async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, CallbackError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|_| CallbackError::UnreadableBody)
}

/// Extracts express callbacks that Dintero signed; see [`Verified::express`]. The state must contain a [`Verifier`].
#[cfg(feature = "checkout")]
#[derive(Clone, Debug, PartialEq)]
pub struct Express<R>(pub R);

#[cfg(feature = "checkout")]
impl<R: super::ExpressRequest, S: Send + Sync> FromRequest<S> for Express<R>
where
    Verifier: FromRef<S>,
{
    type Rejection = CallbackError;

    async fn from_request(request: Request, state: &S) -> Result<Self, CallbackError> {
        let (parts, body) = request.into_parts();
        let verified = verify(&parts, state)?;
        let body = self::body(Request::from_parts(parts, body), state).await?;
        verified.express(&body).map(Self)
    }
}
