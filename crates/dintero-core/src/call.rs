//! One call, put together by a generated builder or by hand.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data::{Param, Validate, Violations, decode};
use crate::error::{DecodeFault, Kind};
use crate::options::set_header;
use crate::path;
use crate::transport::{Answer, Outgoing, Want};
use crate::{
    Auth, CallOptions, Error, Handle, Operation, Response, Retry, RetryClass, RetryPolicy, Server,
};

/// A call that is being put together: of an [`Operation`], or raw by [`Handle::request`].
///
/// Nothing goes wrong before it is sent: what is wrong with a value is noted, and sending answers one error that names
/// everything ([`is_invalid_request`](Error::is_invalid_request)) without having sent anything.
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct Call {
    handle: Handle,
    pub(crate) operation: Option<&'static Operation>,
    method: Method,
    server: Server,
    path: String,
    class: RetryClass,
    auth: Auth,
    pub(crate) query: String,
    headers: HeaderMap,
    body: Option<Bytes>,
    pub(crate) violations: Violations,
    options: CallOptions,
}

impl Call {
    pub(crate) fn operation(handle: Handle, operation: &'static Operation) -> Self {
        let mut path = [operation.base(), operation.path()].concat();
        if let Some(variable) = operation.account() {
            path::fill(&mut path, variable, handle.account());
        }
        Self {
            operation: Some(operation),
            method: operation.method().clone(),
            server: operation.server(),
            path,
            class: operation.retry_class(),
            auth: operation.auth(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: None,
            violations: Violations::default(),
            options: CallOptions::default(),
            handle,
        }
    }

    pub(crate) fn raw(handle: Handle, method: Method, path: &str) -> Self {
        let mut violations = Violations::default();
        if !path.starts_with('/')
            || path
                .chars()
                .any(|c| c.is_control() || matches!(c, '?' | '#' | '\\' | ' '))
        {
            violations.push(
                "path",
                "must begin with `/`, and have no query, fragment, space or backslash",
            );
        }
        let dots = |segment: &str| {
            matches!(
                segment.to_ascii_lowercase().replace("%2e", ".").as_str(),
                "." | ".."
            )
        };
        if path.split('/').any(dots) {
            violations.push("path", "must not have segments `.` or `..`");
        }
        let safe = method.is_safe() || method == Method::PUT || method == Method::DELETE;
        let server = if path.contains("/accounts/") {
            Server::Api
        } else {
            Server::Checkout
        };
        let mut path = path.to_owned();
        path::fill(&mut path, "aid", handle.account());
        Self {
            operation: None,
            method,
            server,
            path,
            class: if safe {
                RetryClass::Idempotent
            } else {
                RetryClass::NonIdempotent
            },
            auth: Auth::Bearer,
            query: String::new(),
            headers: HeaderMap::new(),
            body: None,
            violations,
            options: CallOptions::default(),
            handle,
        }
    }

    /// Fills the path variable `{name}`; the order does not matter. The value is encoded whole. Empty, `.`, `..`, more than 512
    /// bytes and control characters are refused.
    pub fn path(mut self, name: &str, value: &dyn Param) -> Self {
        let mut written = None;
        value.write(&mut |text| written = Some(path::segment(text)));
        match written {
            Some(Ok(encoded)) => {
                path::fill(&mut self.path, name, &encoded);
            }
            Some(Err(rule)) => {
                self.violations.push(name, rule);
                path::fill(&mut self.path, name, "_");
            }
            // The variable stays open, which sending complains about.
            None => {}
        }
        self
    }

    /// Adds a query parameter; several values repeat the key, an absent value adds nothing.
    pub fn query(mut self, name: &str, value: &dyn Param) -> Self {
        value.write(&mut |text| path::push_query(&mut self.query, name, text));
        self
    }

    /// Adds a query parameter whose values are joined with commas; an absent value adds nothing.
    pub fn query_joined(mut self, name: &str, value: &dyn Param) -> Self {
        if let Some(joined) = join(value) {
            path::push_query(&mut self.query, name, &joined);
        }
        self
    }

    /// Sets a header; several values are joined with commas, an absent value sets nothing. It replaces a header of the client.
    pub fn header(mut self, name: &str, value: &dyn Param) -> Self {
        if let Some(joined) = join(value) {
            set_header(&mut self.headers, name, &joined, &mut self.violations);
        }
        self
    }

    /// Gives it a JSON body, checked against the limits of the API.
    pub fn json<T: Serialize + Validate + ?Sized>(mut self, body: &T) -> Self {
        body.validate(&mut self.violations);
        self.json_unchecked(body)
    }

    /// Gives it a JSON body of any type, unchecked; for raw calls.
    pub fn json_unchecked<T: Serialize + ?Sized>(self, body: &T) -> Self {
        let written = serde_json::to_vec(body);
        self.json_bytes(written)
    }

    fn json_bytes(mut self, written: serde_json::Result<Vec<u8>>) -> Self {
        match written {
            Ok(bytes) => self.bytes("application/json", bytes),
            // The reason may quote a value.
            Err(_) => {
                self.violations
                    .push("", "the body cannot be written as JSON");
                self
            }
        }
    }

    /// Gives it a body of bytes.
    pub fn bytes(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self.headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(content_type));
        self
    }

    /// Adds what a builder found wrong with its values.
    pub fn violations(mut self, found: Violations) -> Self {
        self.violations.extend(found);
        self
    }

    /// Sets several options at once; those set before stay unless they are set again.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options.merge(options);
        self
    }

    /// How long one attempt may take. See [`CallOptions::with_timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// How long the whole call may take. See [`CallOptions::with_deadline`].
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// How this call is repeated: a [`RetryPolicy`], or a [`Retry`] of your own.
    pub fn retry(mut self, policy: impl Retry) -> Self {
        self.options = self.options.with_retry(policy);
        self
    }

    /// Sends it once, whatever happens.
    pub fn no_retry(self) -> Self {
        self.retry(RetryPolicy::off())
    }

    /// What a second sending of a raw call would do. Unset, a raw GET, HEAD, OPTIONS, PUT or DELETE is safe and anything else is
    /// taken to move money. A call of an operation keeps the class of its operation.
    pub fn class(mut self, class: RetryClass) -> Self {
        if self.operation.is_none() {
            self.class = class;
        }
        self
    }

    /// The host of a raw call. Unset, a path with `/accounts/` goes to the API host and any other to the Checkout host. A call
    /// of an operation keeps the host of its operation.
    pub fn server(mut self, server: Server) -> Self {
        if self.operation.is_none() {
            self.server = server;
        }
        self
    }

    /// Sends it and decodes the JSON of the answer.
    ///
    /// # Errors
    /// Whatever keeps it from a decoded answer; see the predicates of [`Error`].
    pub async fn send<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let (call, answer) = self.run(Want::Json).await?;
        match decode(&answer.body) {
            Ok(value) => Ok(Response::new(answer.status, answer.headers, value)),
            Err(error) => Err(undecoded(call, answer, &error)),
        }
    }

    /// Sends it and decodes the JSON of the answer, if there is a body at all.
    ///
    /// # Errors
    /// Whatever keeps it from a decoded answer; see the predicates of [`Error`].
    pub async fn send_optional<T: DeserializeOwned>(self) -> Result<Response<Option<T>>, Error> {
        let (call, answer) = self.run(Want::Json).await?;
        if answer.body.is_empty() {
            return Ok(Response::new(answer.status, answer.headers, None));
        }
        match decode(&answer.body) {
            Ok(value) => Ok(Response::new(answer.status, answer.headers, value)),
            Err(error) => Err(undecoded(call, answer, &error)),
        }
    }

    /// Sends it and gives the body as it is; for files, and for raw access.
    ///
    /// # Errors
    /// Whatever keeps it from a complete answer; see the predicates of [`Error`].
    pub async fn send_bytes(self) -> Result<Response<Bytes>, Error> {
        let (_, answer) = self.run(Want::Bytes).await?;
        Ok(Response::raw(answer.status, answer.headers, answer.body))
    }

    /// Sends it; a body of the answer does not matter.
    ///
    /// # Errors
    /// Whatever keeps it from success; see the predicates of [`Error`].
    pub async fn send_empty(self) -> Result<Response<()>, Error> {
        let (_, answer) = self.run(Want::Nothing).await?;
        Ok(Response::new(answer.status, answer.headers, ()))
    }

    /// The part that is the same for every type: boxed, so that it is compiled once and the futures of callers stay small.
    pub(crate) fn run(self, want: Want) -> RunFuture {
        Box::pin(async move {
            let call = (self.operation, self.class);
            let answer = self.finish(want)?.run().await?;
            Ok((call, answer))
        })
    }

    fn finish(mut self, want: Want) -> Result<Outgoing, Error> {
        self.violations
            .extend(std::mem::take(&mut self.options.violations));
        for variable in path::open_variables(&self.path) {
            self.violations.push(variable, "is required");
        }
        for (name, limit) in [
            ("timeout", self.options.timeout),
            ("deadline", self.options.deadline),
        ] {
            if limit.is_some_and(|limit| limit.is_zero()) {
                self.violations.push(name, "must be more than 0");
            }
        }
        let url = self.handle.url(self.server, &self.path, &self.query);
        if url.is_none() {
            self.violations.push("path", "does not make a URL");
        }
        let url = match url {
            Some(url) if self.violations.is_empty() => url,
            _ => return Err(Error::from(self.violations).of_call(self.operation, self.class)),
        };
        let accept = if want == Want::Json {
            "application/json"
        } else {
            "application/json, */*;q=0.8"
        };
        let mut headers = self.headers;
        let accept = HeaderValue::from_static(accept);
        headers.entry(ACCEPT).or_insert(accept);
        for (name, value) in &self.options.headers {
            headers.insert(name, value.clone());
        }
        Ok(Outgoing {
            operation: self.operation,
            method: self.method,
            url,
            headers,
            body: self.body,
            class: self.class,
            auth: self.auth,
            options: self.options,
            want,
            handle: self.handle,
        })
    }
}

pub(crate) type RunFuture =
    std::pin::Pin<Box<dyn Future<Output = Result<(Called, Answer), Error>> + Send>>;

/// What was called.
pub(crate) type Called = (Option<&'static Operation>, RetryClass);

pub(crate) fn undecoded(called: Called, answer: Answer, error: &serde_json::Error) -> Error {
    let fault = DecodeFault::new(error, &answer.body);
    faulty(called, answer, fault)
}

/// What the transport knows is kept, so that a failed decoding still names attempts, request id and body.
pub(crate) fn faulty((operation, class): Called, answer: Answer, fault: DecodeFault) -> Error {
    Error::new(Kind::Decode(fault))
        .answered(answer.status, answer.headers, answer.body)
        .of_call(operation, class)
        .counted(answer.attempts, answer.elapsed)
}

fn join(value: &dyn Param) -> Option<String> {
    let mut joined: Option<String> = None;
    value.write(&mut |text| match &mut joined {
        Some(before) => {
            before.push(',');
            before.push_str(text);
        }
        None => joined = Some(text.to_owned()),
    });
    joined
}

impl fmt::Debug for Call {
    /// Shows neither values of parameters nor headers nor the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.map(Operation::name))
            .field("method", &self.method)
            .field("server", &self.server)
            .field("class", &self.class)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
