//! Successful responses.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::data::{SetAside, Violation};
use crate::drift::Drifts;
use crate::error::{Kind, identifier};
use crate::exchange::Head;
use crate::{Error, Operation, RetryClass, trace};

/// A successful response: any status of 2xx, documented or not.
///
/// Dereferences to the value, so `response.id` works; [`into_inner`](Self::into_inner) returns it.
///
/// ```
/// # fn show(response: dintero_core::Response<Vec<u32>>) {
/// if response.is_pending() {
///     println!("accepted, its result will refer to {:?}", response.event_request_id());
/// }
/// println!("{} items, request {:?}", response.len(), response.request_id());
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    raw: bool,
    set_aside: Vec<SetAside>,
}

impl<T> Response<T> {
    /// Creates a response of this status and value, for tests of code that handles responses.
    pub fn new(status: StatusCode, headers: HeaderMap, value: T) -> Self {
        Self {
            value,
            status,
            headers,
            raw: false,
            set_aside: Vec::new(),
        }
    }

    pub(crate) fn of(head: Head, value: T) -> Self {
        Self::new(head.status, head.headers, value)
    }

    pub(crate) fn raw(self) -> Self {
        Self { raw: true, ..self }
    }

    pub(crate) fn with_set_aside(mut self, set_aside: Vec<SetAside>) -> Self {
        self.set_aside = set_aside;
        self
    }

    /// Returns the fields that do not fit their types, at most the first 1,000. Empty for nearly every response.
    ///
    /// Each is set aside in the nearest object around it to which it is optional: it is `None` there, is among the unknown fields under its
    /// own name, and is serialized again as it was received. A required field takes its object along, an element its list. Where that
    /// would be the response, as in a list of its own or in that of a page, an element that is no object stays in its place, as an object
    /// whose only unknown field is the element. Keys of maps show as `*` in paths.
    ///
    /// What is required at the top of a response has nowhere to go: a response without it is an error
    /// ([`Error::is_decode`](crate::Error::is_decode)). That are the id, amount and currency of a wallet's card, the amount, currency and
    /// `ref_id` of each of its transactions, `success` and `actions` of a payment, an access token, and the list of a page.
    ///
    /// Not set aside are whole numbers written as decimals, half a surrogate pair, which reads as U+FFFD, the earlier ones of several
    /// fields of one name, and a byte order mark. UTF-16 and text after the JSON are errors.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the status, always 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the id that Dintero gave the request (header `request-id`). Support asks for it.
    pub fn request_id(&self) -> Option<&str> {
        self.header("request-id")
    }

    /// Returns `true` if the request was accepted but not yet carried out (202). The value shows the state before, and an
    /// `INITIATE_…` event. The result is a later event whose `correlation_request_id` is
    /// [`event_request_id`](Self::event_request_id).
    pub fn is_pending(&self) -> bool {
        self.status == StatusCode::ACCEPTED
    }

    /// Returns the id of the accepted event (header `event-request-id`), which comes with 202.
    pub fn event_request_id(&self) -> Option<&str> {
        self.header("event-request-id")
    }

    /// Maps the value, and keeps status and headers.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            raw: self.raw,
            set_aside: self.set_aside,
            ..Response::new(self.status, self.headers, map(self.value))
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(feature = "test-util")]
impl<T: DeserializeOwned> Response<T> {
    /// Reads the response of a call from its JSON, as the call would, with status 200 and no headers: types of responses have no
    /// builders.
    ///
    /// # Errors
    /// [`Error::is_decode`] if a required field is missing, or the text is no JSON.
    pub fn from_json(json: impl Into<Bytes>) -> Result<Self, Error> {
        let read = Drifts::new(None).read(None, &json.into());
        let (value, set_aside) = read.map_err(|error| Error::new(Kind::Decode(error)))?;
        Ok(Self::new(StatusCode::OK, HeaderMap::new(), value).with_set_aside(set_aside))
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    /// Shows no headers, and no body of bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Response");
        debug
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id().and_then(identifier));
        if self.raw {
            debug.finish_non_exhaustive()
        } else {
            debug.field("value", &self.value).finish()
        }
    }
}

pub(crate) struct RawResponse {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) drifts: Arc<Drifts>,
}

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
    error: Violation,
) -> Error {
    Error::new(Kind::Decode(error))
        .with_response(response.head, response.body)
        .of_call(operation, class)
        .with_attempts(response.attempts, response.elapsed)
}

#[cfg(test)]
mod tests;
