//! A request from its arrival to its response: the route, the injected fault, the handler, the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::body::{Bytes, Incoming};
use hyper::{HeaderMap, Request, Response};

use crate::api::checkout::payment::express::{self, Question};
use crate::api::checkout::{pay, transaction_operations};
use crate::body::{self, ResponseBody};
use crate::call::{ApiResponse, Call, HandlerResult};
use crate::clients::{Grant, bearer};
use crate::clock::stopwatch;
use crate::delivery::Dispatcher;
use crate::documents::{self, Operation, RequestBody, Route};
use crate::errors::{ApiError, ApiResult};
use crate::faults::{Fault, Faults};
use crate::handlers::{self, Handler};
use crate::log::{Log, LoggedRequest, feed};
use crate::query::Query;
use crate::shared::Shared;
use crate::state::{Account, uuid};
use crate::{access, auth, corrupt, pages, redact, schema};

const FAULT_HEADER: &str = "sandbox-fault";
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// How many bytes the bodies of all writes and of their responses may have, so that nobody can fill the memory.
const WRITTEN_LIMIT: usize = 128 << 20;

pub(crate) struct Server {
    pub(crate) shared: Arc<Shared>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) written: AtomicUsize,
}

impl Server {
    /// Responds to a request; `None` when the connection is to be closed instead.
    pub(crate) async fn respond(
        self: &Arc<Self>,
        request: Request<Incoming>,
    ) -> Option<Response<ResponseBody>> {
        let duration = stopwatch();
        let (parts, body) = request.into_parts();
        // A HEAD is a GET whose body is not sent, which the wire sees to.
        let method = match parts.method.as_str() {
            "HEAD" => "GET",
            method => method,
        };
        let query = parts.uri.query().unwrap_or_default();
        // What the Web SDK opens is the payment page, also where it shows how the payment ended.
        let pairs = Query::parse(query);
        let embedded = pairs.first("sid").map(|id| format!("/v1/view/{id}"));
        let path = match (parts.uri.path(), &embedded) {
            ("/" | "/embedResult/", Some(page)) => page,
            (path, _) => path,
        };
        let access = access::check(&self.shared, &parts);
        let origin = access.as_ref().ok().cloned().flatten();
        let respond = |response: ApiResponse| {
            let mut response = response.into_http();
            access::share(response.headers_mut(), origin.clone());
            response
        };
        let page = || {
            let page = pages::find(self, (method, path));
            page.or_else(|| access::options(&parts))
        };
        if access.is_ok() && (method, path) == ("GET", "/_sandbox/events") {
            let head = ApiResponse::file("text/event-stream", String::new());
            let head = respond(head.with_header("cache-control", "no-store"));
            return Some(head.map(|_| feed::body(Arc::clone(self))));
        }
        if let Some(page) = access.is_ok().then(page).flatten() {
            return Some(respond(page).map(body::whole));
        }
        let route = documents::find(method, path);
        let operation = match &route {
            Route::Found(operation, _) if access.is_ok() => Some(*operation),
            _ => None,
        };
        let fault = operation.map_or(Ok(None), |operation| self.fault(operation, &parts.headers));
        let mut entry = LoggedRequest {
            at: self.shared.settings.clock.now(),
            method: parts.method.as_str().chars().take(16).collect(),
            path: redact::path(operation, path),
            operation_id: operation.map(|operation| operation.id.to_owned()),
            fault: fault.as_ref().ok().copied().flatten(),
            request_id: uuid(),
            ..LoggedRequest::default()
        };
        entry.exchange.query = query.to_owned();
        entry.exchange.request.0 = parts.headers.clone();
        let request_id = entry.request_id.clone();
        let body = body::collect(body).await.map(Bytes::from);
        if let Ok(body) = &body {
            entry.exchange.request.1 = body.clone();
        }
        match entry.fault {
            Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
            Some(Fault::CloseBeforeWork) => {
                self.log.push(entry);
                return None;
            }
            _ => {}
        }
        let result = match (access, fault, route) {
            (Err(error), ..) | (_, Err(error), _) => Err(error),
            (.., Route::Unknown) => Err(ApiError::not_found("path")),
            (.., Route::OtherMethods(methods)) => Err(ApiError::method_not_allowed(methods)),
            (_, Ok(fault), Route::Found(operation, params)) => {
                let call = Call {
                    method,
                    path,
                    query: pairs,
                    operation: Some(operation),
                    pending: match fault {
                        Some(Fault::Pending(time)) => Some(time),
                        _ => None,
                    },
                    ..Call::new(&self.shared, &parts.headers, params, &request_id)
                };
                let result = self.with_fault(operation, call, body, &mut entry);
                match result {
                    Ok(ApiResponse {
                        question: Some(question),
                        ..
                    }) => self.ask(*question, (path, query)).await,
                    result => result,
                }
            }
        };
        if let Err(error) = &result {
            entry.refuse(error);
        }
        self.shared.flush_together().await;
        entry.duration = duration();
        self.finish(result, entry, respond)
    }

    /// Asks the shop what the response to a request at `place` depends on.
    async fn ask(&self, question: Question, place: (&str, &str)) -> HandlerResult {
        let (callback, dispatcher) = (&question.callback, &self.dispatcher);
        let session_id = &callback.session_id;
        let answer = dispatcher.ask(account_of(session_id), callback).await;
        self.act(session_id, place, |call, account| {
            express::answered(call, account, &question, answer)
        })
    }

    /// Returns the fault that the request asks for, else the one that was queued or comes by chance.
    fn fault(&self, operation: &Operation, headers: &HeaderMap) -> ApiResult<Option<Fault>> {
        let Some(value) = headers.get(FAULT_HEADER) else {
            return Ok(self.faults.next(operation.id));
        };
        let fault = value.to_str().unwrap_or_default().parse::<Fault>();
        let invalid = |error| ApiError::invalid_field(FAULT_HEADER, &format!("{error}"));
        fault.map(Some).map_err(invalid)
    }

    fn revoke(&self, token: &str) {
        self.shared.change(|state| state.tokens.remove(token).ok());
    }

    fn with_fault(
        &self,
        operation: &'static Operation,
        call: Call<'_>,
        body: ApiResult<Bytes>,
        entry: &mut LoggedRequest,
    ) -> HandlerResult {
        match entry.fault {
            Some(Fault::Status(status)) => return Err(ApiError::on_demand(status)),
            Some(Fault::StatusRetryAfter(status, wait)) => {
                return Err(ApiError::on_demand(status).retry_after(wait.as_secs()));
            }
            // The request that issues a token has none; the one that it issues is revoked below.
            Some(Fault::StaleToken) => self.revoke(bearer(call.headers).unwrap_or_default()),
            _ => {}
        }
        let result = self.handle(operation, call, body, entry);
        if let (Some(Fault::StaleToken), Ok(response)) = (entry.fault, &result) {
            self.revoke(response.body["access_token"].as_str().unwrap_or_default());
        }
        result.map_err(|mut error| {
            // What does not exist is a 400 where the documents describe that and no 404.
            if error.status == 404 && operation.has_status(400) && !operation.has_status(404) {
                error.status = 400;
            }
            error
        })
    }

    fn handle(
        &self,
        operation: &'static Operation,
        mut call: Call<'_>,
        body: ApiResult<Bytes>,
        entry: &mut LoggedRequest,
    ) -> HandlerResult {
        let handler = handlers::find(operation);
        call.grant = match handler {
            Handler::Token => call.grant,
            Handler::Payer(_) => {
                let account = account_of(call.param("session_id"));
                let is_known = self.shared.state().accounts.contains_key(account);
                let own = &self.shared.settings.account;
                Grant::public(if is_known { account } else { own })
            }
            Handler::Api(_) => auth::grant(&self.shared, operation, &call)?,
        };
        let sent = body?;
        let body = sent.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&sent);
        call.body = body::parse(operation.body, call.headers, body)?;
        let mut tolerate = |field, reason| match call.settings.strict {
            true => Err(ApiError::bad_request(reason)),
            false => {
                entry.note(field);
                Ok(())
            }
        };
        if body.len() < sent.len() {
            tolerate("byte_order_mark", "the body begins with a byte order mark")?;
        }
        if operation.body == RequestBody::None && !body.trim_ascii().is_empty() {
            tolerate("body", "this operation takes no body")?;
        }
        let function = match handler {
            Handler::Token => return auth::issue_token(&self.shared, &call, &mut entry.handled),
            Handler::Payer(function) => function,
            Handler::Api(function) => {
                let unknown = schema::check_request(operation, &mut call)?;
                unknown.iter().for_each(|field| entry.note(field));
                function
            }
        };
        self.with_account(&call, |account| {
            entry.handled = true;
            function(&call, account)
        })
    }

    /// Acts as the payer of a session, at a path with a query.
    pub(crate) fn act<T>(
        &self,
        session_id: &str,
        (path, query): (&str, &str),
        action: impl FnOnce(&Call<'_>, &mut Account) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let params = vec![("session_id", session_id.to_owned())];
        let (headers, request_id) = (HeaderMap::new(), uuid());
        let call = Call {
            path,
            query: Query::parse(query),
            grant: Grant::public(account_of(session_id)),
            ..Call::new(&self.shared, &headers, params, &request_id)
        };
        let done = self.with_account(&call, |account| action(&call, account));
        self.shared.flush();
        done
    }

    /// Runs `work` on the caller's account. One lock holds for its checks and its changes: no two requests can both take
    /// what is left.
    fn with_account<T>(
        &self,
        call: &Call<'_>,
        work: impl FnOnce(&mut Account) -> ApiResult<T>,
    ) -> ApiResult<T> {
        let writes = call.method != "GET";
        if writes && self.written.load(Ordering::Relaxed) > WRITTEN_LIMIT {
            let message = "the sandbox holds as much as it may; start a new one";
            return Err(ApiError::new(500, "SANDBOX_FULL", message));
        }
        let mut state = self.shared.state();
        let account = state.accounts.get_mut(&call.grant.account);
        let account = account.ok_or_else(|| ApiError::not_found("session"))?;
        transaction_operations::complete_pending(account, call.now, false);
        let result = work(account);
        self.dispatcher.notify(account);
        if writes && result.is_ok() {
            self.shared.changed(&mut state);
        }
        result
    }

    fn finish(
        &self,
        mut result: HandlerResult,
        mut entry: LoggedRequest,
        respond: impl FnOnce(ApiResponse) -> Response<Bytes>,
    ) -> Option<Response<ResponseBody>> {
        let fault = entry.fault;
        if let Ok(response) = &mut result {
            corrupt::json(fault, &mut response.body);
        }
        let mut response = result.unwrap_or_else(ApiResponse::from);
        let operation_id = entry.operation_id.as_deref();
        if entry.refusal.is_some() && operation_id == Some(pay::OPERATION) {
            response.body["success"] = false.into();
        }
        let response = respond(response.with_header("request-id", &*entry.request_id));
        // Tokens have a limit of their own.
        let is_token = operation_id == Some("aid_auths_oauth_token_post");
        if entry.handled && !is_token && !["GET", "HEAD"].contains(&&*entry.method) {
            let bytes = entry.exchange.request.1.len() + response.body().len();
            self.written.fetch_add(bytes, Ordering::Relaxed);
        }
        if fault == Some(Fault::CloseAfterWork) {
            self.log.push(entry);
            return None;
        }
        entry.status = Some(response.status().as_u16());
        entry.exchange.response = (response.headers().clone(), response.body().clone());
        self.log.push(entry);
        Some(match fault {
            Some(Fault::TruncatedBody) => corrupt::truncated(response),
            _ => response.map(body::whole),
        })
    }
}

fn account_of(id: &str) -> &str {
    id.split_once('.').unwrap_or_default().0
}
