//! The rows of the operation table.

use http::Method;

use crate::confirm::Confirm;
use crate::macros::debug;

/// An operation of one of the APIs: a row of the operation table.
///
/// Every method refers to one of these, and every [`Error`](crate::Error) of a call carries it, so that a job queue or
/// a log can decide by facts. A queue that stores the name of an operation finds the row with [`Operation::find`] in the table
/// of the API, `operations::ALL`.
pub struct Operation {
    pub(crate) facts: OperationFacts,
}

macro_rules! facts {
    ($($(#[$meta:meta])* $name:ident: $type:ty,)*) => {
        /// The facts of an [`Operation`].
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct OperationFacts {
            $(pub $name: $type,)*
            pub method: Method,
            pub paging: Option<Paging>,
            pub confirm: Option<Confirm>,
            pub content_type: &'static str,
            pub accept: &'static str,
        }

        impl Operation {
            $(
                $(#[$meta])*
                pub const fn $name(&self) -> $type {
                    self.facts.$name
                }
            )*
        }
    };
}

facts! {
    /// Returns the API that the operation belongs to: `shopping`, `checkout` or `wallets`.
    api: &'static str,
    /// Returns the operationId of the public reference.
    id: &'static str,
    /// Returns the name of the client method, for example `capture_transaction`.
    name: &'static str,
    /// Returns the path template of the public reference, for example `/accounts/{aid}/shopping/orders/{order_id}`.
    path: &'static str,
    /// Returns the host that serves the operation.
    server: Server,
    /// Returns the prefix between host and path, for example `/v1`. It may be empty.
    base: &'static str,
    /// Returns the path variable that holds the account, `aid` or `oid`. The handle provides its value.
    account: Option<&'static str>,
    /// Returns the scopes that permit the operation. One of them is enough.
    scopes: &'static [&'static str],
    /// Returns the retry class: whether a request may be sent again when its outcome is unknown.
    retry_class: RetryClass,
    /// Returns the method that reads whether a call with an unknown outcome took effect.
    read_back: Option<&'static str>,
    /// Returns how the operation is authenticated.
    auth: Auth,
    /// Returns the statuses that the public reference documents.
    statuses: &'static [u16],
    /// Returns how much of the operation was seen in public sources.
    evidence: Evidence,
    /// Returns `true` if the public reference marks the operation as deprecated.
    deprecated: bool,
}

impl Operation {
    /// Creates a row of the table.
    #[doc(hidden)]
    pub const fn new(facts: OperationFacts) -> Self {
        Self { facts }
    }

    /// Returns the row of `table` with this method name (`capture_transaction`) or operationId of the public reference
    /// (`transactions_id_capture_post`).
    pub fn find(
        table: impl IntoIterator<Item = &'static &'static Self>,
        name: &str,
    ) -> Option<&'static Self> {
        let mut rows = table.into_iter().copied();
        rows.find(|row| row.name() == name || row.id() == name)
    }

    /// Returns the HTTP method.
    pub const fn method(&self) -> &Method {
        &self.facts.method
    }

    /// Returns how the operation is confirmed, for programs that call operations by their rows with
    /// [`Confirmation::new`](crate::confirm::Confirmation::new); `None` if it cannot be.
    #[doc(hidden)]
    pub const fn confirm(&self) -> Option<&Confirm> {
        self.facts.confirm.as_ref()
    }

    /// Returns how the pages of the list follow each other, or `None` for operations without paging.
    pub const fn paging(&self) -> Option<&Paging> {
        self.facts.paging.as_ref()
    }
}

debug! {
    Operation(self) {
        api: self.facts.api,
        id: self.facts.id,
        name: self.facts.name,
        method: self.facts.method,
        path: self.facts.path,
        retry_class: self.facts.retry_class,
    }
}

impl PartialEq for Operation {
    /// Operations are equal if API and operationId are.
    fn eq(&self, other: &Self) -> bool {
        self.api() == other.api() && self.id() == other.id()
    }
}

impl Eq for Operation {}

/// The host that serves an operation. It depends on the operation only, not on test or production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Server {
    /// `https://api.dintero.com` unless configured otherwise.
    Api,
    /// `https://checkout.dintero.com` unless configured otherwise.
    Checkout,
}

/// Whether a request may be sent again when its outcome is unknown.
///
/// A request of any class is retried when the server provably did not handle it: no connection was established, an HTTP/2 server
/// refused the stream or ended the connection before it (GOAWAY), the response was 429, or, once, 401. Whether a response belongs to a
/// request is provable over HTTP/2, and over HTTP/1.1 on a new connection only, which each non-idempotent call therefore opens there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Sending the request twice has the effect of sending it once (RFC 9110, 9.2.2): reads, and writes with an id of the
    /// caller. Retried also after a timeout, a broken connection, 408, 500, 502, 503, 504, 520 to 530, 598 and 599.
    Idempotent,
    /// A second request may create a duplicate that has no cost, such as a session that is never used. Retried once after an
    /// unknown outcome.
    DuplicateTolerated,
    /// A second request may move money twice. Never retried after an unknown outcome, which the caller reads back instead.
    NonIdempotent,
}

/// How an operation is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Auth {
    /// The access token or API key of the handle.
    Bearer,
    /// Public: no credentials are sent.
    None,
    /// Client id and secret where the handle has them, as the token operation requires; otherwise like [`Auth::Bearer`].
    Basic,
}

/// How much of an operation was seen in public sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// All of it.
    Seen,
    /// A part of it; the rest was completed from similar operations.
    Partial,
    /// None of it: its existence or its form is inferred.
    Inferred,
}

/// How the pages of a list follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// JSON pointer of the array in the body; empty when the body is the array.
    pub items: &'static str,
    /// The query parameters of the next page.
    pub cursor: &'static [Cursor],
}

/// A query parameter of the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Name of the query parameter.
    pub parameter: &'static str,
    /// Where the current page holds the value.
    pub source: CursorSource,
    /// Where it holds the value if certain parameters are sent.
    pub alternative: Option<AlternativeSource>,
}

/// Another source of the value of a [`Cursor`], used if one of these query parameters is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlternativeSource {
    /// The names of the query parameters.
    pub parameters: &'static [&'static str],
    /// Where the current page then holds the value.
    pub source: CursorSource,
}

/// Where a page holds the value of a [`Cursor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorSource {
    /// JSON pointer within the last item of the page.
    LastItem(&'static str),
    /// JSON pointer within the body.
    Body(&'static str),
}

#[cfg(test)]
pub(crate) mod tests;
