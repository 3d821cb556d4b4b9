//! The wire and the lock: connections, authentication, and the work of an operation.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use chrono::{DateTime, Utc};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::api::checkout::transaction_operations;
use crate::auth::{Client, Grant, TokenCall, is_account_or_owner};
use crate::body;
use crate::call::{ApiResponse, Call, Query};
use crate::callbacks::dispatcher::Dispatcher;
use crate::clock::Clock;
use crate::dispatch::respond;
use crate::errors::{ApiError, ApiResult};
use crate::faults::{Fault, Faults};
use crate::log::Log;
use crate::persistence::StateFile;
use crate::routes::{Handler, Operation, Params};
use crate::schema;
use crate::state::{Account, SandboxState, uuid, weight};

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
    pub(crate) dispatcher: Dispatcher,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    /// Where the state is kept between runs, if it is.
    pub(crate) state_file: Option<StateFile>,
    pub(crate) state: Mutex<SandboxState>,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, SandboxState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called after each change of the state.
    pub(crate) fn changed(&self) {
        if let Some(state_file) = &self.state_file {
            state_file.change();
        }
    }
}

/// Marks a response that must not be sent: the connection is closed instead.
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
    let router = Router::new().fallback(respond).with_state(shared);
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
    // Small answers at once; where that cannot be set they come a little later.
    let _ = stream.set_nodelay(true);
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

pub(crate) fn hang_up() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(HangUp);
    response
}

/// A request as it came in.
pub(crate) struct Incoming<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) bytes: ApiResult<Vec<u8>>,
    pub(crate) request_id: &'a str,
    pub(crate) fault: Option<Fault>,
}

/// Authentication, then the body, then the operation itself.
pub(crate) fn work(
    shared: &Shared,
    operation: &'static Operation,
    params: Params,
    incoming: Incoming<'_>,
    handled: &mut bool,
) -> ApiResult<ApiResponse> {
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
        pending: match incoming.fault {
            Some(Fault::Pending(time)) => Some(time),
            _ => None,
        },
    };
    if matches!(operation.handler, Handler::Api(_)) {
        schema::check_request(operation, &call)?;
    }
    // One lock for check and change: no two requests can both take what is left.
    let mut state = shared.state();
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
            let issued = state.tokens.issue(&ask).and_then(ApiResponse::ok);
            shared.changed();
            return issued;
        }
        Handler::Api(function) | Handler::Payer(function) => function,
    };
    let writes = incoming.method != "GET";
    let weight = if writes { weight(&call.body) } else { 0 };
    state.check_quota(weight)?;
    let account = state
        .accounts
        .get_mut(&call.grant.account)
        .ok_or_else(|| ApiError::not_found("session"))?;
    *handled = true;
    transaction_operations::complete_pending(account, now, false);
    let response = function(&call, account);
    if writes {
        shared.dispatcher.look_at(account);
    }
    let response = response?;
    state.use_quota(weight + response.kept);
    if writes {
        shared.changed();
    }
    Ok(response)
}

/// Who calls, by token or by API key, and whether the scopes and the account in the path are right.
fn grant(
    shared: &Shared,
    operation: &Operation,
    incoming: &Incoming<'_>,
    now: DateTime<Utc>,
    account: &str,
) -> ApiResult<Grant> {
    let state = shared.state();
    let grant = match incoming.headers.get("x-api-key") {
        Some(key) if operation.takes_api_key() => state.grant_of_key(key.as_bytes())?,
        _ => state.tokens.grant(incoming.headers, now)?,
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
    run: impl FnOnce(&Call<'_>, &mut Account) -> ApiResult<T>,
) -> ApiResult<T> {
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
    let mut state = shared.state();
    let weight = weight(&Value::Null);
    state.check_quota(weight)?;
    let account = state
        .accounts
        .get_mut(account_id)
        .ok_or_else(|| ApiError::not_found("session"))?;
    let done = run(&call, account)?;
    shared.dispatcher.look_at(account);
    state.use_quota(weight);
    shared.changed();
    Ok(done)
}
