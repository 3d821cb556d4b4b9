//! A request on its way to a handler, and the response on its way back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::{Map, Value};

use crate::api::checkout::payment::express::Question;
use crate::builder::SandboxBuilder;
use crate::clients::Grant;
use crate::clock::text;
use crate::documents::{Operation, Params};
use crate::errors::{ApiError, ApiResult};
use crate::query::Query;
use crate::shared::Shared;
use crate::state::checkout::Cause;

pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) params: Params,
    pub(crate) query: Query,
    pub(crate) headers: &'a HeaderMap,
    /// The JSON body: an object, or null where none was sent.
    pub(crate) body: Value,
    pub(crate) grant: Grant,
    pub(crate) now: DateTime<Utc>,
    pub(crate) base_url: &'a str,
    pub(crate) settings: &'a SandboxBuilder,
    pub(crate) request_id: &'a str,
    /// The operation, unless the payer acts outside of any request.
    pub(crate) operation: Option<&'static Operation>,
    /// The response is a 202, and the request is carried out that much later.
    pub(crate) pending: Option<Duration>,
}

impl<'a> Call<'a> {
    /// A call of the payer's, who needs no token.
    pub(crate) fn new(
        shared: &'a Shared,
        headers: &'a HeaderMap,
        params: Params,
        request_id: &'a str,
    ) -> Self {
        Self {
            method: "POST",
            path: "",
            params,
            query: Query::default(),
            headers,
            body: Value::Null,
            grant: Grant::public(&shared.settings.account),
            now: shared.settings.clock.now(),
            base_url: &shared.base_url,
            settings: &shared.settings,
            request_id,
            operation: None,
            pending: None,
        }
    }

    /// A parameter of the path; the operation's path guarantees that it is there.
    pub(crate) fn param(&self, name: &str) -> &str {
        let mut params = self.params.iter();
        params.find(|(n, _)| *n == name).map_or("", |(_, v)| v)
    }

    /// The page size: `limit`, which is as documented, or its default. Without one the list is whole.
    pub(crate) fn limit(&self) -> usize {
        let sent = self.query.first("limit");
        let sent = sent.and_then(|limit| limit.parse().ok());
        let default = || self.parameter("limit")?["schema"]["default"].as_u64();
        let limit = sent.or_else(default);
        limit.map_or(usize::MAX, |limit| limit as usize)
    }

    fn parameter(&self, name: &str) -> Option<&'static Value> {
        let mut all = self.operation?.parameters();
        all.find(|p| p["in"] == "query" && p["name"] == name)
    }

    pub(crate) fn takes(&self, parameter: &str) -> bool {
        self.parameter(parameter).is_some()
    }

    /// The values of a query parameter, which some lists separate by commas.
    pub(crate) fn values(&self, parameter: &str) -> Vec<&str> {
        let all = self.query.all(parameter);
        match self.parameter(parameter) {
            Some(of) if of["explode"] == false => all.iter().flat_map(|v| v.split(',')).collect(),
            _ => all,
        }
    }

    pub(crate) fn cause(&self) -> Cause<'_> {
        (self.now, self.request_id)
    }

    pub(crate) fn now_text(&self) -> String {
        text(self.now)
    }

    /// A comma-separated feature toggle of `Dintero-Feature-Toggles`.
    pub(crate) fn toggle(&self, name: &str) -> bool {
        let values = self.headers.get_all("dintero-feature-toggles").iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        let mut toggles = texts.flat_map(|text| text.split(','));
        toggles.any(|toggle| toggle.trim() == name)
    }

    /// The headers that say who integrates, with lower-case keys as Dintero gives them back.
    pub(crate) fn system_headers(&self) -> Value {
        #[rustfmt::skip]
        const NAMES: [&str; 5] = [
            "dintero-system-name", "dintero-system-version", "dintero-system-plugin-name",
            "dintero-system-plugin-version", "user-agent",
        ];
        let mut headers = Map::new();
        for name in NAMES {
            if let Some(value) = self.headers.get(name).and_then(|v| v.to_str().ok()) {
                let value: String = value.chars().take(120).collect();
                headers.insert(name.to_owned(), value.into());
            }
        }
        Value::Object(headers)
    }
}

pub(crate) type HandlerResult = ApiResult<ApiResponse>;

pub(crate) struct ApiResponse {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// What is sent instead of JSON: its content type and its text.
    pub(crate) file: Option<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What the shop is asked first; then there is another response.
    pub(crate) question: Option<Box<Question>>,
}

impl ApiResponse {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            file: None,
            headers: Vec::new(),
            question: None,
        }
    }

    pub(crate) fn ok(body: Value) -> ApiResult<Self> {
        Ok(Self::new(200, body))
    }

    pub(crate) fn file(content_type: &'static str, text: String) -> Self {
        Self {
            file: Some((content_type, text)),
            ..Self::new(200, Value::Null)
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn into_http(self) -> Response<Bytes> {
        let (content_type, text) = match self.file {
            Some((content_type, text)) => (Some(content_type), text),
            None if self.body.is_null() => (None, String::new()),
            None => (Some("application/json"), self.body.to_string()),
        };
        let mut response = Response::new(Bytes::from(text));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(content_type) = content_type {
            let content_type = HeaderValue::from_static(content_type);
            response.headers_mut().insert(CONTENT_TYPE, content_type);
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl From<ApiError> for ApiResponse {
    fn from(error: ApiError) -> Self {
        let mut response = Self::new(error.status, error.body());
        response.headers = error.headers;
        response
    }
}
