//! The token cache: one token for each account, renewed early, fetched once for any number of callers.

mod fetch;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderValue;
use tokio::sync::watch;

pub(crate) use fetch::ClientCredentialsSource;

use crate::audience::AudienceMismatch;
use crate::clock::{Clock, before, later};
use crate::credentials::{AccessToken, TokenRequest, TokenSource, bearer};
use crate::error::Kind;
use crate::{Error, WasSent};

/// A token is renewed this long before it expires, or at half its lifetime if that is shorter: enough for a request to arrive
/// with a valid token, and for some failed renewals.
const RENEW_MARGIN: Duration = Duration::from_secs(600);

/// The delay before the next fetch after a failed one. It doubles with each further failure up to the maximum.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
const MAX_BACKOFF: Duration = Duration::from_secs(10);
/// A `Retry-After` of the token call prolongs the backoff up to this.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// A source that takes longer is abandoned, or it would block every later call: the default deadline of calls.
const FETCH_TIMEOUT: Duration = Duration::from_secs(90);

/// The tokens of all accounts. Host, client and source belong to the handle; the request names owner and account, and hence the
/// audience.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<HashMap<TokenRequest, Arc<CachedToken>>>);

impl TokenCache {
    /// Returns the entry of an account.
    pub(crate) fn entry(
        &self,
        request: TokenRequest,
        source: &Arc<dyn TokenSource>,
        clock: &Arc<dyn Clock>,
    ) -> Arc<CachedToken> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl Token {
    /// The lifetime counts from `requested`, the time before the token call. Returns `None` if a header cannot hold the token.
    fn new(token: &AccessToken, requested: Instant) -> Option<Self> {
        let lifetime = token.expires_in;
        let margin = lifetime.map(|lifetime| RENEW_MARGIN.min(lifetime / 2));
        // Up to a tenth earlier, so that the instances of a shop do not all renew in the same second.
        let margin = margin.map(|margin| margin.mul_f64(1.0 + fastrand::f64() * 0.1));
        let expires_at = lifetime.and_then(|lifetime| requested.checked_add(lifetime));
        let times = expires_at.zip(margin);
        Some(Self {
            header: bearer(&token.secret)?,
            renew_at: times.and_then(|(end, margin)| end.checked_sub(margin)),
            expires_at,
        })
    }
}

type TokenResult = Result<Arc<Token>, Error>;
type Fetch = watch::Receiver<Option<TokenResult>>;

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    fetch: Option<Fetch>,
    failure: Option<Failure>,
}

/// The failure of the last fetch, which callers receive until the backoff ends.
struct Failure {
    error: Error,
    until: Instant,
    count: u32,
}

/// The entry of an account in the token cache.
pub(crate) struct CachedToken {
    request: TokenRequest,
    source: Arc<dyn TokenSource>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

enum Lookup {
    Valid(Arc<Token>),
    Failed(Error),
    Pending(Fetch),
}

impl CachedToken {
    /// Returns the token if it is valid. May start a renewal in the background.
    pub(crate) fn current(self: &Arc<Self>) -> Option<Arc<Token>> {
        match self.look_up() {
            Lookup::Valid(token) => Some(token),
            Lookup::Failed(_) | Lookup::Pending(_) => None,
        }
    }

    /// Returns the token, or waits for one if there is none.
    ///
    /// The fetch runs in a task of its own, so that a caller that is dropped does not cancel it for the others.
    pub(crate) async fn get(self: &Arc<Self>) -> TokenResult {
        // A fetch ends without a result if its runtime shuts down or its source panics. The caller then starts another, once.
        for _ in 0..2 {
            let mut fetch = match self.look_up() {
                Lookup::Valid(token) => return Ok(token),
                Lookup::Failed(error) => return Err(error),
                Lookup::Pending(fetch) => fetch,
            };
            if let Ok(result) = fetch.wait_for(Option::is_some).await
                && let Some(result) = result.as_ref()
            {
                return result.as_ref().map(Arc::clone).map_err(Error::share);
            }
        }
        Err(Error::new(Kind::TokenSource).of_token_call(self.request.account.clone()))
    }

    /// Drops a token that the API refused, unless it has been replaced already.
    pub(crate) fn invalidate(&self, refused: &Arc<Token>) {
        self.lock()
            .current
            .take_if(|current| Arc::ptr_eq(current, refused));
    }

    fn look_up(self: &Arc<Self>) -> Lookup {
        let mut state = self.lock();
        let now = self.clock.now();
        // A fetch whose task is gone never completes.
        state.fetch.take_if(|fetch| fetch.has_changed().is_err());
        let failure = state.failure.as_ref();
        let failure = failure.filter(|failure| now < failure.until);
        let failed = failure.map(|failure| failure.error.share());
        let is_valid = |token: &&Arc<Token>| token.expires_at.is_none_or(|end| now < end);
        if let Some(token) = state.current.as_ref().filter(is_valid).cloned() {
            let due = token.renew_at.is_some_and(|at| now >= at);
            if due && state.fetch.is_none() && failed.is_none() {
                state.fetch = Some(self.start_fetch());
            }
            return Lookup::Valid(token);
        }
        if let Some(fetch) = &state.fetch {
            return Lookup::Pending(fetch.clone());
        }
        if let Some(error) = failed {
            return Lookup::Failed(error);
        }
        let fetch = self.start_fetch();
        state.fetch = Some(fetch.clone());
        Lookup::Pending(fetch)
    }

    fn start_fetch(self: &Arc<Self>) -> Fetch {
        let (sender, fetch) = watch::channel(None);
        let entry = Arc::clone(self);
        tokio::spawn(async move {
            let requested = entry.clock.now();
            let end = entry.clock.sleep_until(later(requested, FETCH_TIMEOUT));
            let response = before(end, pin!(entry.source.token(entry.request.clone())))
                .await
                .unwrap_or_else(|| Err(Error::new(Kind::Timeout(FETCH_TIMEOUT))));
            sender.send_replace(Some(entry.store(response, requested)));
        });
        fetch
    }

    fn store(&self, response: Result<AccessToken, Error>, requested: Instant) -> TokenResult {
        let result = response.and_then(|token| {
            let token = Token::new(&token, requested).map(Arc::new);
            token.ok_or_else(|| {
                Error::from_token_source("the token has characters that no header may have")
            })
        });
        let mut state = self.lock();
        state.fetch = None;
        match result {
            Ok(token) => {
                state.failure = None;
                state.current = Some(Arc::clone(&token));
                Ok(token)
            }
            Err(error) => {
                let error = self.in_context(error);
                let count = state.failure.as_ref().map_or(0, |failure| failure.count);
                let retry_after = error.retry_after().unwrap_or_default();
                let backoff = FIRST_BACKOFF
                    .saturating_mul(1 << count.min(10))
                    .min(MAX_BACKOFF)
                    .max(retry_after.min(MAX_RETRY_AFTER));
                state.failure = Some(Failure {
                    error: error.share(),
                    until: self.clock.now() + backoff,
                    count: count + 1,
                });
                Err(error)
            }
        }
    }

    fn in_context(&self, error: Error) -> Error {
        let error = error
            .of_token_call(self.request.account.clone())
            .with_sent(WasSent::No);
        let refused = error.is_authentication() && error.status().is_some();
        let mismatch = AudienceMismatch::environment(&self.request.owner, &self.request.account);
        error.with_audience_mismatch(mismatch.filter(|_| refused))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
