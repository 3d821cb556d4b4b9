//! One request from its arrival to its answer: the route, the fault it runs into, the work, the log.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, Response};

use crate::api::checkout::pay;
use crate::body;
use crate::call::ApiResponse;
use crate::errors::{ApiError, ApiResult};
use crate::faults::Fault;
use crate::log::LoggedRequest;
use crate::routes::{self, Handler, Operation, Params, Route};
use crate::server::{Incoming, Shared, hang_up, work};
use crate::state::uuid;
use crate::{corrupt, pages, redact, schema};

/// The header by which a client of any language asks for a fault.
const FAULT: &str = "sandbox-fault";

pub(crate) async fn respond(
    State(shared): State<Arc<Shared>>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    if let Some(page) = pages::find(&shared, method, path, parts.uri.query().unwrap_or_default()) {
        return page;
    }
    let request_id = uuid();
    let mut entry = LoggedRequest {
        at: shared.clock.now(),
        method: method.chars().take(16).collect(),
        path: String::new(),
        operation_id: None,
        status: None,
        handled: false,
        refusal: None,
        fault: None,
        request_id: request_id.clone(),
    };
    let route = routes::find(method, path);
    let found = match &route {
        Route::Found(operation, _) => Some(*operation),
        Route::OtherMethods(_) | Route::Unknown => None,
    };
    entry.path = redact::path(found, path);
    entry.operation_id = found.map(|operation| operation.id.to_owned());
    let fault = found.map_or(Ok(None), |operation| {
        fault(&shared, operation, &parts.headers)
    });
    entry.fault = fault.as_ref().ok().copied().flatten();

    let bytes = body::collect(body, shared.body_limit).await;
    if let Some(Fault::Delay(time)) = entry.fault {
        tokio::time::sleep(time).await;
    }
    let outcome = match (fault, route) {
        (Err(error), _) => Err(error),
        (_, Route::Unknown) => Err(ApiError::not_found("path")),
        (_, Route::OtherMethods(methods)) => Err(ApiError::method_not_allowed(methods)),
        (Ok(Some(Fault::CloseBeforeWork)), _) => {
            shared.log.push(entry);
            return hang_up();
        }
        (Ok(fault), Route::Found(operation, params)) => {
            let incoming = Incoming {
                method,
                path,
                query: parts.uri.query().unwrap_or_default(),
                headers: &parts.headers,
                bytes,
                request_id: &request_id,
                fault,
            };
            let outcome = done(&shared, operation, params, incoming, &mut entry.handled);
            if shared.check_responses {
                checked(operation, outcome)
            } else {
                outcome
            }
        }
    };
    if let Err(error) = &outcome {
        entry.refuse(error);
    }
    finish(&shared, outcome, entry, &parts).await
}

/// What the request runs into: what its header says, else what was queued or chance will have.
fn fault(shared: &Shared, operation: &Operation, headers: &HeaderMap) -> ApiResult<Option<Fault>> {
    let Some(value) = headers.get(FAULT) else {
        return Ok(shared.faults.next(operation.id));
    };
    let fault = value.to_str().unwrap_or_default().parse::<Fault>();
    fault
        .map(Some)
        .map_err(|error| ApiError::invalid_field(FAULT, &error.to_string()))
}

/// The work, unless a fault stands before it.
fn done(
    shared: &Shared,
    operation: &'static Operation,
    params: Params,
    incoming: Incoming<'_>,
    handled: &mut bool,
) -> ApiResult<ApiResponse> {
    let fault = incoming.fault;
    match fault {
        Some(Fault::Status(status)) => return Err(ApiError::on_demand(status)),
        Some(Fault::StatusRetryAfter(status, wait)) => {
            return Err(ApiError::on_demand(status).retry_after(wait.as_secs()));
        }
        Some(Fault::StaleToken) if !matches!(operation.handler, Handler::Token) => {
            shared.state().tokens.forget(incoming.headers);
            shared.changed();
        }
        _ => {}
    }
    let outcome = work(shared, operation, params, incoming, handled);
    if let (Some(Fault::StaleToken), Handler::Token, Ok(response)) =
        (fault, operation.handler, &outcome)
    {
        shared.state().tokens.take_back(&response.body);
        shared.changed();
    }
    let outcome = outcome.map_err(|error| described(operation, error));
    match operation.id {
        pay::OPERATION => outcome.map_err(ApiError::of_payment),
        _ => outcome,
    }
}

/// What is not there is a 400 where the documents describe that and no 404.
fn described(operation: &'static Operation, mut error: ApiError) -> ApiError {
    let knows = |status| schema::knows_status(operation, status);
    if error.status == 404 && knows(400) && !knows(404) {
        error.status = 400;
    }
    error
}

/// The outcome, if its body is what the documents say; else an error that names what is not.
fn checked(
    operation: &'static Operation,
    outcome: ApiResult<ApiResponse>,
) -> ApiResult<ApiResponse> {
    let faults = match &outcome {
        Ok(response) if response.file.is_some() => Vec::new(),
        Ok(response) => schema::check_response(operation, response.status, &response.body),
        Err(error) => schema::check_response(operation, error.status, &error.body()),
    };
    if faults.is_empty() {
        outcome
    } else {
        Err(ApiError::invalid_response(faults))
    }
}

/// The response to the outcome, spoilt as the fault says; and the request goes into the log.
async fn finish(
    shared: &Shared,
    outcome: ApiResult<ApiResponse>,
    mut entry: LoggedRequest,
    parts: &Parts,
) -> Response<Body> {
    let fault = entry.fault;
    if fault == Some(Fault::CloseAfterWork) {
        shared.log.push(entry);
        return hang_up();
    }
    let mut response = match outcome {
        Ok(mut response) => {
            corrupt::body(fault, &mut response.body);
            response.into_response()
        }
        Err(error) => error.into_response(),
    };
    if fault == Some(Fault::TruncatedBody) && parts.method != "HEAD" {
        response = corrupt::truncate(response).await;
    }
    entry.status = Some(response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(&entry.request_id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("request-id"), id);
    }
    shared.log.push(entry);
    response
}
