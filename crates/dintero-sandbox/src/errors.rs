//! Error responses, all in Dintero's form: `{"error": {"code", "message", "errors"}}`.
//!
//! Dintero publishes no list of codes. `NOT FOUND` (with the space) and `INVALID_REQUEST_PARAMETER` have been seen
//! from Dintero itself; the others are the sandbox's own. No message repeats a value of the request, since a value may
//! be personal or secret; it names the field instead.

use serde_json::{Value, json};

/// A refused request: the status, the body and the headers of its response.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// The invalid fields, from [`field_error`].
    pub(crate) errors: Vec<Value>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_REQUEST", message)
    }

    pub(crate) fn invalid(errors: Vec<Value>) -> Self {
        let message = "the request has invalid fields, see errors";
        Self {
            errors,
            ..Self::new(400, "INVALID_REQUEST_PARAMETER", message)
        }
    }

    pub(crate) fn invalid_field(field: &str, reason: &str) -> Self {
        Self::invalid(vec![field_error(field, reason)])
    }

    /// 400: the request is well formed, but the object's state does not allow it.
    pub(crate) fn wrong_state(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_STATE", message)
    }

    /// 401: no token, an unknown one or an expired one; or a wrong client id or secret.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "UNAUTHORIZED", message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "FORBIDDEN", message)
    }

    /// 404: no such path or object. `what` is a kind of object, never an id.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "NOT FOUND", format!("no such {what}"))
    }

    pub(crate) fn method_not_allowed(allow: String) -> Self {
        let message = format!("this path allows {allow} only");
        Self::new(405, "METHOD_NOT_ALLOWED", message).with_header("allow", allow)
    }

    /// 409: the object's state leaves no room for the request.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "CONFLICT", message)
    }

    /// The status of an injected fault; a 429 has a `Retry-After` of 1 second, unless another is set.
    pub(crate) fn on_demand(status: u16) -> Self {
        let message = "this response is an injected fault; the request was not carried out";
        let error = Self::new(status, "SANDBOX_FAULT", message);
        match status {
            429 => error.retry_after(1),
            _ => error,
        }
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with_header("retry-after", seconds.to_string())
    }

    fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn body(&self) -> Value {
        let error = json!({"code": self.code, "message": self.message, "errors": self.errors});
        json!({"error": error})
    }
}

pub(crate) fn field_error(field: &str, reason: &str) -> Value {
    json!({"code": "INVALID_REQUEST_PARAMETER", "field": field, "message": format!("{field} {reason}")})
}

pub(crate) fn ensure_state(allowed: bool, reason: &str) -> ApiResult<()> {
    let allowed = allowed.then_some(());
    allowed.ok_or_else(|| ApiError::wrong_state(reason))
}

pub(crate) fn ensure_field(valid: bool, field: &str, reason: &str) -> ApiResult<()> {
    let valid = valid.then_some(());
    valid.ok_or_else(|| ApiError::invalid_field(field, reason))
}
