//! The wire: connections, limits, authentication, faults and the log around the handlers.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::{HeaderMap, Request, Response};
use chrono::{DateTime, Utc};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::api::checkout::{operations, pay};
use crate::auth::{Client, Grant, TokenCall, is_account_or_owner};
use crate::body;
use crate::call::{Call, Query, Reply};
use crate::clock::Clock;
use crate::errors::{ApiError, Outcome};
use crate::faults::{Fault, Faults};
use crate::log::{Log, LoggedRequest};
use crate::routes::{self, Handler, Operation, Params, Route};
use crate::schema;
use crate::state::{Account, World, uuid, weight};

/// Everything that one running sandbox shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) base_url: String,
    pub(crate) account: String,
    pub(crate) clients: Vec<Client>,
    pub(crate) token_life: Duration,
    pub(crate) body_limit: usize,
    pub(crate) check_responses: bool,
    pub(crate) clock: Clock,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) world: Mutex<World>,
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks an answer that must not be sent: the connection is closed instead.
#[derive(Debug, Clone, Copy)]
struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was closed on demand")
    }
}

impl std::error::Error for HangUp {}

/// Accepts connections until the task is aborted; its connections end with it.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let router = Router::new().fallback(answer).with_state(shared);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone()));
                }
                // Out of file descriptors, most likely: wait until a connection has ended.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let router = router.clone();
        async move {
            let response = router
                .oneshot(request.map(Body::new))
                .await
                .unwrap_or_else(|never: Infallible| match never {});
            if response.extensions().get::<HangUp>().is_some() {
                Err(HangUp)
            } else {
                Ok(response)
            }
        }
    });
    // An error here is the caller's connection breaking, or a hang-up on demand: both are what the caller sees too.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let request_id = uuid();
    let mut entry = LoggedRequest {
        at: shared.clock.now(),
        method: method.to_owned(),
        path: path.to_owned(),
        operation_id: None,
        status: None,
        handled: false,
        request_id: request_id.clone(),
    };
    let route = routes::find(method, path);
    let fault = match &route {
        Route::Found(operation, _) => {
            entry.operation_id = Some(operation.id.to_owned());
            shared.faults.next(operation.id)
        }
        Route::OtherMethods(_) | Route::Unknown => None,
    };
    let bytes = body::collect(body, shared.body_limit).await;
    if let Some(Fault::Delay(time)) = fault {
        tokio::time::sleep(time).await;
    }
    let mut found = None;
    let outcome = match (route, fault) {
        (Route::Unknown, _) => Err(ApiError::not_found("path")),
        (Route::OtherMethods(methods), _) => Err(ApiError::method_not_allowed(methods)),
        (Route::Found(..), Some(Fault::CloseBeforeWork)) => {
            shared.log.push(entry);
            return hang_up();
        }
        (Route::Found(..), Some(Fault::Status(status))) => Err(ApiError::on_demand(status)),
        (Route::Found(operation, params), _) => {
            found = Some(operation);
            let incoming = Incoming {
                method,
                path,
                query: parts.uri.query().unwrap_or_default(),
                headers: &parts.headers,
                bytes,
                request_id: &request_id,
                pending: match fault {
                    Some(Fault::Pending(time)) => Some(time),
                    _ => None,
                },
            };
            let outcome = work(&shared, operation, params, incoming, &mut entry.handled);
            match operation.id {
                pay::OPERATION => outcome.map_err(ApiError::of_payment),
                _ => outcome,
            }
        }
    };
    let outcome = match found.filter(|_| shared.check_responses) {
        Some(operation) => checked(operation, outcome),
        None => outcome,
    };
    let mut response = outcome.map_or_else(ApiError::into_response, Reply::into_response);
    if fault == Some(Fault::CloseAfterWork) {
        shared.log.push(entry);
        return hang_up();
    }
    entry.status = Some(response.status().as_u16());
    shared.log.push(entry);
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("request-id"), id);
    }
    response
}

/// The outcome, if its body is what the documents say; else an error that names what is not.
fn checked(operation: &'static Operation, outcome: Outcome<Reply>) -> Outcome<Reply> {
    let faults = match &outcome {
        Ok(reply) if reply.file.is_some() => Vec::new(),
        Ok(reply) => schema::check_response(operation, reply.status, &reply.body),
        Err(error) => schema::check_response(operation, error.status, &error.body()),
    };
    if faults.is_empty() {
        outcome
    } else {
        Err(ApiError::invalid_response(faults))
    }
}

fn hang_up() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(HangUp);
    response
}

/// A request as it came in.
struct Incoming<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a HeaderMap,
    bytes: Outcome<Vec<u8>>,
    request_id: &'a str,
    pending: Option<Duration>,
}

/// Authentication, then the body, then the operation itself.
fn work(
    shared: &Shared,
    operation: &'static Operation,
    params: Params,
    incoming: Incoming<'_>,
    handled: &mut bool,
) -> Outcome<Reply> {
    let now = shared.clock.now();
    let param = |name: &str| {
        params
            .iter()
            .find(|(n, _)| *n == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let grant = match operation.handler {
        Handler::Token => Grant::public(&shared.account),
        Handler::Payer(_) => {
            Grant::public(param("session_id").split_once('.').unwrap_or_default().0)
        }
        Handler::Api(_) => grant(shared, operation, &incoming, now, param("aid"))?,
    };
    let body = body::parse(operation.body, incoming.headers, incoming.bytes)?;
    let call = Call {
        method: incoming.method,
        path: incoming.path,
        params,
        query: Query::parse(incoming.query),
        headers: incoming.headers,
        body,
        grant,
        now,
        base_url: &shared.base_url,
        request_id: incoming.request_id,
        pending: incoming.pending,
    };
    if matches!(operation.handler, Handler::Api(_)) {
        schema::check_request(operation, &call)?;
    }
    // One lock for check and change: no two requests can both take what is left.
    let mut world = shared.world();
    let function = match operation.handler {
        Handler::Token => {
            let owner = call.param("oid");
            if !is_account_or_owner(owner) {
                return Err(ApiError::invalid_field(
                    "oid",
                    "must be T or P and 3 or 8 digits",
                ));
            }
            *handled = true;
            let ask = TokenCall {
                headers: incoming.headers,
                owner,
                body: &call.body,
                clients: &shared.clients,
                own_account: &shared.account,
                life: shared.token_life,
                now,
            };
            return world.tokens.issue(&ask).and_then(Reply::ok);
        }
        Handler::Api(function) | Handler::Payer(function) => function,
    };
    let writes = incoming.method != "GET";
    let weight = if writes { weight(&call.body) } else { 0 };
    world.check_room(weight)?;
    let account = world
        .accounts
        .get_mut(&call.grant.account)
        .ok_or_else(|| ApiError::not_found("session"))?;
    *handled = true;
    operations::complete_pending(account, now, false);
    let reply = function(&call, account)?;
    world.take_room(weight + reply.kept);
    Ok(reply)
}

/// Who calls, by token or by API key, and whether the scopes and the account in the path are right.
fn grant(
    shared: &Shared,
    operation: &Operation,
    incoming: &Incoming<'_>,
    now: DateTime<Utc>,
    account: &str,
) -> Outcome<Grant> {
    let world = shared.world();
    let grant = match incoming.headers.get("x-api-key") {
        Some(key) if operation.takes_api_key() => world.grant_of_key(key.as_bytes())?,
        _ => world.tokens.grant(incoming.headers, now)?,
    };
    if !grant.allows(operation.scopes) {
        let scopes = operation.scopes.join(", ");
        return Err(ApiError::forbidden(format!(
            "the token has none of the scopes {scopes}"
        )));
    }
    if !account.is_empty() && account != grant.account {
        return Err(ApiError::forbidden("the token is for another account"));
    }
    Ok(grant)
}

/// Runs a payer's action for the library, outside of any request.
pub(crate) fn act<T>(
    shared: &Shared,
    session_id: &str,
    run: impl FnOnce(&Call<'_>, &mut Account) -> Outcome<T>,
) -> Outcome<T> {
    let request_id = uuid();
    let account_id = session_id.split_once('.').unwrap_or_default().0;
    let call = Call {
        method: "POST",
        path: "",
        params: vec![("session_id", session_id.to_owned())],
        query: Query::default(),
        headers: &HeaderMap::new(),
        body: Value::Null,
        grant: Grant::public(account_id),
        now: shared.clock.now(),
        base_url: &shared.base_url,
        request_id: &request_id,
        pending: None,
    };
    let mut world = shared.world();
    let weight = weight(&Value::Null);
    world.check_room(weight)?;
    let account = world
        .accounts
        .get_mut(account_id)
        .ok_or_else(|| ApiError::not_found("session"))?;
    let done = run(&call, account)?;
    world.take_room(weight);
    Ok(done)
}
