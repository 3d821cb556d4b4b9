//! The request builder that generated code and raw calls use.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data::{Param, Validate, Violations};
use crate::macros::debug;
use crate::options::set_header;
use crate::path;
use crate::response::{Called, RawResponse, decoded};
use crate::transport::{BodyKind, PreparedRequest};
use crate::{Auth, CallOptions, Error, Handle, Operation, Response, RetryClass, Server};

const JSON: &str = "application/json";

/// A builder of a request: a call of an [`Operation`], or a raw call of [`Handle::request`].
///
/// The setters record violations instead of failing. Sending then returns one error that names all of them
/// ([`is_invalid_request`](Error::is_invalid_request)), and nothing is sent.
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    pub(crate) handle: Handle,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) method: Method,
    server: Server,
    pub(crate) path: String,
    pub(crate) class: RetryClass,
    pub(crate) auth: Auth,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) violations: Violations,
    pub(crate) options: CallOptions,
}

impl Handle {
    /// Starts a call of an operation.
    pub fn call(&self, operation: &'static Operation) -> Call {
        let mut path = [operation.base(), operation.path()].concat();
        if let Some(variable) = operation.account() {
            path::expand(&mut path, variable, self.account());
        }
        Call {
            operation: Some(operation),
            server: operation.server(),
            class: operation.retry_class(),
            auth: operation.auth(),
            ..Call::new(self.clone(), operation.method().clone(), path)
        }
    }

    /// Starts a call of an endpoint that has no method, with the same authentication, retries and errors.
    ///
    /// `path` is the whole path with its version, such as `/v1/accounts/{aid}/hooks/subscriptions`. [`Call::path`] sets variables,
    /// and `{aid}` is the account. Any method but GET and HEAD counts as non-idempotent and is not retried after an unknown outcome,
    /// unless [`Call::retry_class`] tells otherwise: this API has a `PUT` that makes orders.
    pub fn request(&self, method: Method, path: &str) -> Call {
        let mut expanded = path.to_owned();
        path::expand(&mut expanded, "aid", self.account());
        let mut call = Call::new(self.clone(), method, expanded);
        let invalid = |c: char| c.is_control() || matches!(c, '?' | '#' | '\\' | ' ');
        if !path.starts_with('/') || path.contains(invalid) {
            let rule = "must begin with `/`, and have no query, fragment, space or backslash";
            call.violations.push("path", rule);
        }
        let decoded = path.to_ascii_lowercase().replace("%2e", ".");
        let is_relative = |segment: &str| matches!(segment, "." | "..");
        if decoded.split('/').any(is_relative) {
            let rule = "must not have segments `.` or `..`";
            call.violations.push("path", rule);
        }
        if matches!(call.method, Method::GET | Method::HEAD) {
            call.class = RetryClass::Idempotent;
        }
        if !path.contains("/accounts/") {
            call.server = Server::Checkout;
        }
        call
    }
}

impl Call {
    fn new(handle: Handle, method: Method, path: String) -> Self {
        Self {
            operation: None,
            method,
            server: Server::Api,
            path,
            class: RetryClass::NonIdempotent,
            auth: Auth::Bearer,
            query: String::new(),
            headers: HeaderMap::new(),
            body: None,
            violations: Violations::default(),
            options: CallOptions::default(),
            handle,
        }
    }

    /// Sets the path variable `{name}`. The value is percent-encoded. Empty values, `.`, `..`, more than 512 bytes and control
    /// characters are violations.
    pub fn path(mut self, name: &str, value: &dyn Param) -> Self {
        let mut written = None;
        value.write(&mut |text| written = Some(path::segment(text)));
        // Without a value, sending reports the variable as required.
        if let Some(segment) = written {
            let encoded = segment.unwrap_or_else(|rule| {
                self.violations.push(name, rule);
                "_".to_owned()
            });
            path::expand(&mut self.path, name, &encoded);
        }
        self
    }

    /// Adds a query parameter. Several values repeat the key, an absent value adds nothing.
    pub fn query(mut self, name: &str, value: &dyn Param) -> Self {
        value.write(&mut |text| path::push_query(&mut self.query, name, text));
        self
    }

    /// Adds a query parameter whose values are joined with commas. An absent value adds nothing.
    pub fn query_joined(mut self, name: &str, value: &dyn Param) -> Self {
        if let Some(joined) = join(value) {
            path::push_query(&mut self.query, name, &joined);
        }
        self
    }

    /// Sets a header, which replaces a header of the client. Several values are joined with commas, an absent value sets nothing.
    pub fn header(mut self, name: &str, value: &dyn Param) -> Self {
        if let Some(joined) = join(value) {
            set_header(&mut self.headers, name, &joined, &mut self.violations);
        }
        self
    }

    /// Sets a JSON body, which is checked against the limits of the API.
    pub fn json<T: Serialize + Validate + ?Sized>(mut self, body: &T) -> Self {
        body.validate(&mut self.violations);
        self.json_unchecked(body)
    }

    /// Sets a JSON body of any type without checking it, for raw calls.
    pub fn json_unchecked<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => {
                let media = self.operation.map_or(JSON, |row| row.facts.content_type);
                self.bytes(media, bytes)
            }
            // The error of serde may quote a value.
            Err(_) => {
                let rule = "the body cannot be serialized as JSON";
                self.violations.push("", rule);
                self
            }
        }
    }

    /// Sets a body of bytes and its media type, in the place of an earlier body.
    pub fn bytes(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        let content_type = HeaderValue::from_static(content_type);
        self.headers.insert(CONTENT_TYPE, content_type);
        self
    }

    /// Adds violations that a builder recorded.
    pub fn violations(mut self, violations: Violations) -> Self {
        self.violations.extend(violations);
        self
    }

    /// Sets options. Options that were set before stay unless they are set again.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options.merge(options);
        self
    }

    /// Sets the retry class of a raw call. Default: idempotent for GET and HEAD, non-idempotent for any other method. Has no effect on the call of an operation.
    pub fn retry_class(mut self, class: RetryClass) -> Self {
        if self.operation.is_none() {
            self.class = class;
        }
        self
    }

    /// Sets the host of a raw call. Default: the API host for a path with `/accounts/`, the Checkout host for any other. Has no effect
    /// on the call of an operation.
    pub fn server(mut self, server: Server) -> Self {
        if self.operation.is_none() {
            self.server = server;
        }
        self
    }

    /// Sends the request and decodes the JSON body of the response.
    ///
    /// # Errors
    /// The request is invalid or failed, or the body could not be decoded; see the predicates of [`Error`].
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let (called, response) = self.run(BodyKind::Json).await?;
        decoded(called, response)
    }

    /// Sends the request and decodes the JSON body of the response, or returns `None` if the body is empty.
    ///
    /// # Errors
    /// The request is invalid or failed, or the body could not be decoded; see the predicates of [`Error`].
    pub async fn send_optional<T: DeserializeOwned>(self) -> Result<Response<Option<T>>, Error> {
        let (called, response) = self.run(BodyKind::Json).await?;
        if response.body.is_empty() {
            return Ok(Response::of(response.head, None));
        }
        decoded(called, response)
    }

    /// Sends the request and returns the body of the response as it is, for files and raw calls.
    ///
    /// # Errors
    /// The request is invalid or failed; see the predicates of [`Error`].
    pub async fn send_bytes(self) -> Result<Response<Bytes>, Error> {
        let (_, response) = self.run(BodyKind::Bytes).await?;
        Ok(Response::of(response.head, response.body).raw())
    }

    /// Sends the request and ignores the body of the response.
    ///
    /// # Errors
    /// The request is invalid or failed; see the predicates of [`Error`].
    pub async fn send_empty(self) -> Result<Response<()>, Error> {
        let (_, response) = self.run(BodyKind::Ignored).await?;
        Ok(Response::of(response.head, ()))
    }

    /// The part of sending that no type parameter changes. Boxed, so that the futures of callers stay small.
    pub(crate) fn run(self, body_kind: BodyKind) -> RunFuture {
        Box::pin(async move {
            let call = (self.operation, self.class);
            let response = self.finish(body_kind)?.run().await?;
            Ok((call, response))
        })
    }

    pub(crate) fn finish(mut self, body_kind: BodyKind) -> Result<PreparedRequest, Error> {
        let of_options = std::mem::take(&mut self.options.violations);
        self.violations.extend(of_options);
        for variable in path::unexpanded(&self.path) {
            self.violations.push(variable, "is required");
        }
        let CallOptions {
            timeout, deadline, ..
        } = self.options;
        for (name, limit) in [("timeout", timeout), ("deadline", deadline)] {
            if limit == Some(Duration::ZERO) {
                self.violations.push(name, "must be more than 0");
            }
        }
        let url = self.handle.url(self.server, &self.path, &self.query);
        if url.is_none() {
            self.violations.push("path", "does not give a valid URL");
        }
        let url = match url {
            Some(url) if self.violations.is_empty() => url,
            _ => return Err(Error::from(self.violations).of_call(self.operation, self.class)),
        };
        let accept = match self.operation {
            Some(operation) => operation.facts.accept,
            None if body_kind == BodyKind::Json => JSON,
            None => "application/json, */*;q=0.8",
        };
        let accept = HeaderValue::from_static(accept);
        self.headers.entry(ACCEPT).or_insert(accept);
        for (name, value) in &self.options.headers {
            self.headers.insert(name, value.clone());
        }
        Ok(PreparedRequest {
            url,
            body_kind,
            call: self,
        })
    }
}

pub(crate) type RunFuture =
    std::pin::Pin<Box<dyn Future<Output = Result<(Called, RawResponse), Error>> + Send>>;

fn join(value: &dyn Param) -> Option<String> {
    let mut values = Vec::new();
    value.write(&mut |text| values.push(text.to_owned()));
    (!values.is_empty()).then(|| values.join(","))
}

debug! {
    Call(self) {
        operation: self.operation.map(Operation::name),
        method: self.method,
        server: self.server,
        retry_class: self.class,
        options: self.options,
    }
}
