//! The error responses, all in Dintero's form: `{"error": {"code", "message", "errors"}}`.
//!
//! Dintero publishes no list of codes. `NOT FOUND` (with the space) and `INVALID_REQUEST_PARAMETER` have been seen
//! from Dintero itself; the others are the sandbox's own. No message repeats a value of the request, since a value may
//! be personal or secret; it names the field instead.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

/// One refused request: the status and what the body says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    code: &'static str,
    message: String,
    errors: Vec<Value>,
    allow: Option<String>,
    retry_after: Option<u64>,
    pays: bool,
}

/// What a handler gives back.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            errors: Vec::new(),
            allow: None,
            retry_after: None,
            pays: false,
        }
    }

    /// 400: the request as a whole is wrong.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_REQUEST", message)
    }

    /// 400: these fields are wrong, each with a path and a reason.
    pub(crate) fn invalid(errors: Vec<Value>) -> Self {
        let mut error = Self::new(
            400,
            "INVALID_REQUEST_PARAMETER",
            "the request has invalid fields, see errors",
        );
        error.errors = errors;
        error
    }

    /// 400: one field is wrong.
    pub(crate) fn invalid_field(field: &str, reason: &str) -> Self {
        Self::invalid(vec![field_error(field, reason)])
    }

    /// 400: the request is well formed, but the object's state does not allow it.
    pub(crate) fn wrong_state(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_STATE", message)
    }

    /// 503: the payment provider did not answer in time.
    pub(crate) fn provider_timeout() -> Self {
        let message =
            "the payment provider did not answer in time; read the transaction before you repeat";
        Self::new(503, "PROVIDER_TIMEOUT", message)
    }

    /// 401: no token, an unknown one or an expired one; or a wrong client id or secret.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "UNAUTHORIZED", message)
    }

    /// 403: known, but not allowed.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "FORBIDDEN", message)
    }

    /// 404: no such path or object. `what` is a kind of object, never an id.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(404, "NOT FOUND", format!("no such {what}"))
    }

    /// 405: the path exists with other methods.
    pub(crate) fn method_not_allowed(allow: String) -> Self {
        let mut error = Self::new(
            405,
            "METHOD_NOT_ALLOWED",
            format!("this path answers {allow} only"),
        );
        error.allow = Some(allow);
        error
    }

    /// 409: what is asked for is no longer there to be had.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "CONFLICT", message)
    }

    /// With the header `Retry-After`.
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// With `success: false`, as a charge of a kept card says it.
    pub(crate) fn of_payment(mut self) -> Self {
        self.pays = true;
        self
    }

    /// 413: the body is over the limit.
    pub(crate) fn too_large(limit: usize) -> Self {
        Self::new(
            413,
            "PAYLOAD_TOO_LARGE",
            format!("the body is larger than {limit} bytes"),
        )
    }

    /// 415: the body is not declared as JSON.
    pub(crate) fn unsupported_media_type() -> Self {
        Self::new(
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "the body must be sent as application/json",
        )
    }

    /// 500: the sandbox holds as much as it may.
    pub(crate) fn full(what: &str) -> Self {
        Self::new(
            500,
            "SANDBOX_FULL",
            format!("the sandbox holds as many {what} as it may; start a new one"),
        )
    }

    /// 500: the response would not have been what the documents say; a mistake of the sandbox.
    pub(crate) fn invalid_response(errors: Vec<Value>) -> Self {
        let mut error = Self::new(
            500,
            "SANDBOX_INVALID_RESPONSE",
            "the work was done, but the sandbox's response is not as documented, see errors",
        );
        error.errors = errors;
        error
    }

    /// The status a test asked for with a fault.
    pub(crate) fn on_demand(status: u16) -> Self {
        Self::new(
            status,
            "SANDBOX_FAULT",
            "this answer was asked for as a fault; nothing was done",
        )
    }

    /// The code, such as `NOT FOUND`.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// What is wrong with which field.
    pub(crate) fn errors(&self) -> &[Value] {
        &self.errors
    }

    /// The sentence of the error.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The JSON body.
    pub(crate) fn body(&self) -> Value {
        let error = json!({"code": self.code, "message": self.message, "errors": self.errors});
        if self.pays {
            json!({"error": error, "success": false})
        } else {
            json!({"error": error})
        }
    }

    /// The whole response.
    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = json_response(self.status, &self.body());
        let wait = self.retry_after.or((self.status == 429).then_some(1));
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self
            .allow
            .as_deref()
            .and_then(|a| HeaderValue::from_str(a).ok())
        {
            response.headers_mut().insert(ALLOW, allow);
        }
        response
    }
}

/// One entry of `errors`: where and why.
pub(crate) fn field_error(field: &str, reason: &str) -> Value {
    json!({"code": "INVALID_REQUEST_PARAMETER", "field": field, "message": format!("{field} {reason}")})
}

/// A JSON response with a status.
pub(crate) fn json_response(status: u16, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_has_code_message_and_errors() {
        let body = ApiError::invalid_field("order.amount", "must be an integer").body();
        assert_eq!(body["error"]["code"], "INVALID_REQUEST_PARAMETER");
        assert_eq!(body["error"]["errors"][0]["field"], "order.amount");
        assert_eq!(
            body["error"]["errors"][0]["message"],
            "order.amount must be an integer"
        );
    }

    #[test]
    fn a_429_says_when_to_come_back() {
        let response = ApiError::on_demand(429).into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "1");
        assert_eq!(response.status(), 429);
    }

    #[test]
    fn a_405_names_the_methods_that_work() {
        let response = ApiError::method_not_allowed("GET, PUT".into()).into_response();
        assert_eq!(response.headers()[ALLOW], "GET, PUT");
    }
}
