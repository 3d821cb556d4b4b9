//! What is known about an operation before it is called: the generated operation table is made of these.

use std::fmt;

use http::Method;

/// One operation of one API, as a row of the generated operation table.
///
/// Every generated method refers to exactly one of these, and every [`Error`](crate::Error) of a call carries it, so that
/// a job queue or a log can decide by facts. A queue that knows no more than a name finds the row with [`Operation::find`] in
/// the table of the API, `operations::ALL`.
pub struct Operation {
    facts: OperationFacts,
}

/// The facts of an [`Operation`], written by the code generator.
#[doc(hidden)]
#[derive(Debug)]
pub struct OperationFacts {
    pub api: &'static str,
    pub id: &'static str,
    pub name: &'static str,
    pub method: Method,
    pub path: &'static str,
    pub server: Server,
    pub base: &'static str,
    pub account: Option<&'static str>,
    pub scopes: &'static [&'static str],
    pub retry_class: RetryClass,
    pub read_back: Option<&'static str>,
    pub paging: Option<Paging>,
    pub auth: Auth,
    pub statuses: &'static [u16],
    pub evidence: Evidence,
    pub deprecated: bool,
}

impl Operation {
    /// Makes a row of the table. Generated code calls this.
    #[doc(hidden)]
    pub const fn new(facts: OperationFacts) -> Self {
        Self { facts }
    }

    /// The row of a table with this method name (`capture_transaction`) or operationId of the public reference
    /// (`transactions_id_capture_post`).
    pub fn find(
        table: impl IntoIterator<Item = &'static &'static Self>,
        name: &str,
    ) -> Option<&'static Self> {
        let mut rows = table.into_iter().copied();
        rows.find(|row| row.name() == name || row.id() == name)
    }

    /// The API it belongs to: `shopping`, `checkout` or `wallets`.
    pub const fn api(&self) -> &'static str {
        self.facts.api
    }

    /// The operationId of the public reference.
    pub const fn id(&self) -> &'static str {
        self.facts.id
    }

    /// The name of the method of our client, for example `capture_transaction`.
    pub const fn name(&self) -> &'static str {
        self.facts.name
    }

    /// The HTTP method.
    pub const fn method(&self) -> &Method {
        &self.facts.method
    }

    /// The path template of the public reference, for example `/accounts/{aid}/shopping/orders/{order_id}`.
    pub const fn path(&self) -> &'static str {
        self.facts.path
    }

    /// The host it lives on.
    pub const fn server(&self) -> Server {
        self.facts.server
    }

    /// What stands between the host and the path, for example `/v1`; may be empty.
    pub const fn base(&self) -> &'static str {
        self.facts.base
    }

    /// The path variable that holds the account, `aid` or `oid`. It is filled from the handle.
    pub const fn account(&self) -> Option<&'static str> {
        self.facts.account
    }

    /// The scopes that permit it; one of them is enough.
    pub const fn scopes(&self) -> &'static [&'static str] {
        self.facts.scopes
    }

    /// Whether it may be sent again when its outcome is unknown.
    pub const fn retry_class(&self) -> RetryClass {
        self.facts.retry_class
    }

    /// The method that shows whether a call with an unknown outcome took effect.
    pub const fn read_back(&self) -> Option<&'static str> {
        self.facts.read_back
    }

    /// How its list goes on, for operations that answer in pages.
    pub const fn paging(&self) -> Option<&Paging> {
        self.facts.paging.as_ref()
    }

    /// How it is authenticated.
    pub const fn auth(&self) -> Auth {
        self.facts.auth
    }

    /// The statuses the public reference documents.
    pub const fn statuses(&self) -> &'static [u16] {
        self.facts.statuses
    }

    /// How much of it was seen in public sources.
    pub const fn evidence(&self) -> Evidence {
        self.facts.evidence
    }

    /// Whether the public reference marks it as deprecated.
    pub const fn deprecated(&self) -> bool {
        self.facts.deprecated
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation")
            .field("api", &self.facts.api)
            .field("id", &self.facts.id)
            .field("name", &self.facts.name)
            .field("method", &self.facts.method)
            .field("path", &self.facts.path)
            .field("retry_class", &self.facts.retry_class)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Operation {
    /// Two operations are the same when API and operationId are.
    fn eq(&self, other: &Self) -> bool {
        self.api() == other.api() && self.id() == other.id()
    }
}

impl Eq for Operation {}

/// The host an operation lives on. Which one is a matter of the operation, never of test or production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Server {
    /// `https://api.dintero.com` unless configured otherwise.
    Api,
    /// `https://checkout.dintero.com` unless configured otherwise.
    Checkout,
}

/// What a second sending of the same request would do, and hence when a call is repeated.
///
/// Whatever the class, a request that provably was not handled is sent again: no connection was made, an HTTP/2 server refused
/// the stream, the server answered 429, or once after a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Sending it twice is the same as sending it once: reads, and writes that are idempotent by an id. Repeated also after
    /// a time-out, a broken connection, 408, 500, 502, 503 and 504.
    Idempotent,
    /// A duplicate costs nothing (a session that nobody uses). Repeated once after an unknown outcome.
    DuplicateTolerated,
    /// It moves money. Never repeated when the outcome is unknown: the outcome is read back instead.
    NonIdempotent,
}

/// How an operation is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Auth {
    /// With the token (or API key) of the handle.
    Bearer,
    /// With client id and secret where the handle has them, as the token operation asks; else like [`Auth::Bearer`].
    Basic,
}

/// How much of an operation was seen in public sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// All of it.
    Seen,
    /// Some of it; the rest was filled in by likeness.
    Partial,
    /// None of it: its existence or shape is inferred.
    Inferred,
}

/// How the pages of a list follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// JSON pointer of the array in the body; empty when the body is the array.
    pub items: &'static str,
    /// The query parameters to send for the next page, and where their values come from.
    pub cursor: &'static [Cursor],
}

/// One query parameter that leads to the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Name of the query parameter.
    pub parameter: &'static str,
    /// Where its value stands in the page at hand.
    pub source: CursorSource,
    /// Where it stands instead when the list is asked for in a certain way.
    pub instead: Option<Instead>,
}

/// Another place for the value of a [`Cursor`], when one of these query parameters is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instead {
    /// Names of query parameters.
    pub given: &'static [&'static str],
    /// Where the value stands then.
    pub source: CursorSource,
}

/// Where the value of a [`Cursor`] stands in the page at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorSource {
    /// JSON pointer within the last item of the page.
    LastItem(&'static str),
    /// JSON pointer within the body.
    Body(&'static str),
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{Auth, Evidence, Operation, OperationFacts, RetryClass, Server};

    static CAPTURE: Operation = operation("capture_transaction", "transactions_id_capture_post");
    static READ: Operation = operation("get_transaction", "transactions_id_get");
    static ALL: [&Operation; 2] = [&CAPTURE, &READ];

    const fn operation(name: &'static str, id: &'static str) -> Operation {
        Operation::new(OperationFacts {
            api: "checkout",
            id,
            name,
            method: Method::POST,
            path: "/",
            server: Server::Checkout,
            base: "/v1",
            account: None,
            scopes: &[],
            retry_class: RetryClass::NonIdempotent,
            read_back: None,
            paging: None,
            auth: Auth::Bearer,
            statuses: &[200],
            evidence: Evidence::Seen,
            deprecated: false,
        })
    }

    #[test]
    fn an_operation_is_found_by_our_name_and_by_the_one_of_the_reference() {
        for name in ["capture_transaction", "transactions_id_capture_post"] {
            assert_eq!(Operation::find(&ALL, name), Some(&CAPTURE));
        }
        assert_eq!(Operation::find(&ALL, "transactions_id_get"), Some(&READ));
        assert_eq!(Operation::find(&ALL, "capture"), None);
    }
}
