//! Successful responses before and while their bodies are decoded.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use crate::drift::Drifts;
use crate::error::{DecodeError, Kind};
use crate::exchange::Head;
use crate::{Error, Operation, Response, RetryClass, trace};

/// A successful response whose body is not decoded yet.
pub(crate) struct RawResponse {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) drifts: Arc<Drifts>,
}

/// The operation that was called, if any, and the retry class of the call.
pub(crate) type Called = (Option<&'static Operation>, RetryClass);

pub(crate) fn decoded<T: DeserializeOwned>(
    called: Called,
    response: RawResponse,
) -> Result<Response<T>, Error> {
    match response.drifts.read::<T>(called.0, &response.body) {
        Ok((value, set_aside)) => {
            trace::set_aside(called.0, &set_aside);
            Ok(Response::of(response.head, value).with_set_aside(set_aside))
        }
        Err(error) => Err(response_error(called, response, error)),
    }
}

/// Keeps what the transport knows, so that the error of a failed decoding has attempts, request id and body.
pub(crate) fn response_error(
    (operation, class): Called,
    response: RawResponse,
    error: DecodeError,
) -> Error {
    Error::new(Kind::Decode(error))
        .with_response(response.head, response.body)
        .of_call(operation, class)
        .with_attempts(response.attempts, response.elapsed)
}
