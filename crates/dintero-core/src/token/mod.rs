//! The token cache: one token for each account, renewed early, fetched once for any number of callers.

mod fetch;
mod trial;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use http::HeaderValue;
use secrecy::ExposeSecret;
use tokio::runtime::{Handle, Id};
use tokio::sync::watch;

pub(crate) use fetch::ClientCredentialsSource;
use trial::Trial;

use crate::clock::{Clock, before, later};
use crate::credentials::{AccessToken, TokenRequest, TokenSource, sensitive};
use crate::error::Kind;
use crate::{Error, WasSent, lock};

/// A token is renewed this long before it expires, or at half its lifetime if that is shorter: enough for a request to arrive
/// with a valid token, and for some failed renewals.
const RENEW_MARGIN: Duration = Duration::from_secs(600);

/// The delay before the next fetch after a failed one. It doubles with each further failure up to the maximum.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// A `Retry-After` of the token call prolongs the backoff up to this.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// A token that replaced a refused one and is refused itself is not replaced for this long. It doubles with each further refusal up to
/// the maximum, so that an API that refuses every token receives each call once, and few token calls.
const FIRST_REST: Duration = Duration::from_secs(15);
const MAX_REST: Duration = Duration::from_secs(600);

/// A source that takes longer is abandoned, or it would block every later call: the default deadline of calls.
const FETCH_TIMEOUT: Duration = Duration::from_secs(90);

/// The tokens of all accounts. Host, client and source belong to the handle; the request names owner and account, and hence the
/// audience.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<HashMap<TokenRequest, Arc<CachedToken>>>);

impl TokenCache {
    pub(crate) fn entry(
        &self,
        request: TokenRequest,
        source: &Arc<dyn TokenSource>,
        clock: &Arc<dyn Clock>,
    ) -> Arc<CachedToken> {
        let mut entries = lock(&self.0);
        let entry = entries.entry(request).or_insert_with_key(|request| {
            Arc::new(CachedToken {
                request: request.clone(),
                source: source.clone(),
                clock: clock.clone(),
                state: Mutex::default(),
            })
        });
        Arc::clone(entry)
    }
}

/// A token in use, compared by identity.
pub(crate) struct Token {
    pub(crate) header: HeaderValue,
    /// The time before the token call, from which lifetimes count.
    requested: Times,
    lifetime: Duration,
    renew_after: Duration,
    /// How many tokens before it were refused in a row.
    refusals: u32,
    trial: Trial,
}

/// The same time on the monotonic and the wall clock.
type Times = (Instant, SystemTime);

impl Token {
    /// Returns `None` if a header cannot hold the token.
    fn new(token: &AccessToken, requested: Times, refusals: u32) -> Option<Self> {
        let lifetime = token.expires_in.unwrap_or(Duration::MAX);
        // Up to a tenth earlier, so that the instances of a shop do not all renew in the same second.
        let margin = RENEW_MARGIN.min(lifetime / 2);
        let margin = margin.mul_f64(1.0 + fastrand::f64() * 0.1);
        Some(Self {
            header: sensitive("Bearer ", token.secret.expose_secret())?,
            requested,
            lifetime,
            renew_after: lifetime.saturating_sub(margin),
            refusals,
            trial: Trial::default(),
        })
    }

    /// Returns the age by the clock that says more: the monotonic clock may stand still while a computer sleeps, and the wall clock may be
    /// set back.
    fn age(&self, (now, wall): Times) -> Duration {
        let by_wall = wall.duration_since(self.requested.1).unwrap_or_default();
        now.saturating_duration_since(self.requested.0).max(by_wall)
    }
}

type TokenResult = Result<Arc<Token>, Error>;
type Fetch = watch::Receiver<Option<TokenResult>>;

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    /// One for each runtime that waits for a token, since a runtime that rests would hold up the others.
    fetches: Vec<(Id, Fetch)>,
    failure: Option<Failure>,
    refusals: u32,
}

/// The failure of the last fetch, which callers receive until the backoff ends.
struct Failure {
    error: Error,
    until: Instant,
    count: u32,
}

pub(crate) struct CachedToken {
    request: TokenRequest,
    source: Arc<dyn TokenSource>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl CachedToken {
    /// Returns the token if it is valid. May start a renewal in the background.
    pub(crate) fn current(self: &Arc<Self>) -> Option<Arc<Token>> {
        self.look_up().ok()?.ok()
    }

    /// Returns the token, or waits for one if there is none.
    ///
    /// The fetch runs in a task of its own, so that a caller that is dropped does not cancel it for the others, and in the runtime of
    /// the caller, so that no caller depends on a runtime that may not run.
    pub(crate) async fn get(self: &Arc<Self>) -> TokenResult {
        // A fetch ends without a result if its runtime shuts down or its source panics. The caller then starts another, once.
        for _ in 0..2 {
            let mut fetch = match self.look_up() {
                Ok(known) => return known,
                Err(fetch) => fetch,
            };
            if let Ok(result) = fetch.wait_for(Option::is_some).await
                && let Some(result) = result.as_ref()
            {
                return result.as_ref().map(Arc::clone).map_err(Error::clone);
            }
        }
        Err(Error::new(Kind::TokenSource).of_token_call(self.request.account.clone()))
    }

    /// Drops a token that the API refused, unless it has been replaced already. Returns `false` if another one is not worth a try yet.
    pub(crate) fn refuse(&self, refused: &Arc<Token>) -> bool {
        let mut state = lock(&self.state);
        let is_current = |current: &mut Arc<Token>| Arc::ptr_eq(current, refused);
        let age = refused.age(self.times());
        let rest = FIRST_REST.saturating_mul(1 << refused.refusals.saturating_sub(1).min(10));
        if refused.refusals > 0 && age < rest.min(MAX_REST) {
            let mut current = state.current.as_mut();
            return current.as_mut().is_some_and(|current| !is_current(current));
        }
        if state.current.take_if(is_current).is_some() {
            state.refusals = 1 + if age < MAX_REST { refused.refusals } else { 0 };
        }
        true
    }

    fn times(&self) -> Times {
        (self.clock.now(), self.clock.wall())
    }

    /// Returns what is known at once, or else the fetch to wait for.
    fn look_up(self: &Arc<Self>) -> Result<TokenResult, Fetch> {
        let mut state = lock(&self.state);
        let times = self.times();
        // A fetch whose task is gone never completes.
        let fetches = &mut state.fetches;
        fetches.retain(|(_, fetch)| fetch.has_changed().is_ok());
        let failure = state.failure.as_ref();
        let failure = failure.filter(|failure| times.0 < failure.until);
        let failed = failure.map(|failure| failure.error.clone());
        if let Some(token) = state.current.clone()
            && token.age(times) < token.lifetime
        {
            let due = token.age(times) >= token.renew_after;
            if due && state.fetches.is_empty() && failed.is_none() {
                self.start_fetch(&mut state);
            }
            return Ok(Ok(token));
        }
        let runtime = Handle::current().id();
        let own = state.fetches.iter().find(|(id, _)| *id == runtime);
        match (own, failed) {
            (Some((_, fetch)), _) => Err(fetch.clone()),
            (None, Some(error)) => Ok(Err(error)),
            (None, None) => Err(self.start_fetch(&mut state)),
        }
    }

    fn start_fetch(self: &Arc<Self>, state: &mut State) -> Fetch {
        let (sender, fetch) = watch::channel(None);
        let entry = Arc::clone(self);
        let runtime = Handle::current().id();
        tokio::spawn(async move {
            let requested = entry.times();
            let end = entry.clock.sleep_until(later(requested.0, FETCH_TIMEOUT));
            let response = before(end, pin!(entry.source.token(entry.request.clone())))
                .await
                .unwrap_or_else(|| Err(Error::new(Kind::Timeout(FETCH_TIMEOUT))));
            sender.send_replace(Some(entry.store(response, requested, runtime)));
        });
        state.fetches.push((runtime, fetch.clone()));
        fetch
    }

    fn store(
        &self,
        response: Result<AccessToken, Error>,
        requested: Times,
        runtime: Id,
    ) -> TokenResult {
        let mut state = lock(&self.state);
        state.fetches.retain(|(id, _)| *id != runtime);
        // The runtime rested meanwhile, and another one has fetched a token.
        let newer = state.current.as_ref();
        if let Some(newer) = newer.filter(|current| current.requested.0 > requested.0) {
            return Ok(Arc::clone(newer));
        }
        let refusals = state.refusals;
        let result = response.and_then(|token| {
            let token = Token::new(&token, requested, refusals).map(Arc::new);
            token.ok_or_else(|| {
                Error::from_token_source("the token has characters that no header may have")
            })
        });
        match result {
            Ok(token) => {
                state.failure = None;
                state.refusals = 0;
                state.current = Some(Arc::clone(&token));
                Ok(token)
            }
            Err(error) => {
                let error = error
                    .of_token_call(self.request.account.clone())
                    .with_sent(WasSent::No);
                let count = state.failure.as_ref().map_or(0, |failure| failure.count);
                let retry_after = error.retry_after().unwrap_or_default();
                let backoff = FIRST_BACKOFF
                    .saturating_mul(1 << count.min(10))
                    .min(MAX_BACKOFF)
                    .max(retry_after.min(MAX_RETRY_AFTER));
                state.failure = Some(Failure {
                    error: error.clone(),
                    until: self.clock.now() + backoff,
                    count: count + 1,
                });
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests;
