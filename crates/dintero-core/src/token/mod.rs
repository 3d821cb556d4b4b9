//! The token of one account: kept, renewed early, fetched once however many callers wait.

mod fetch;

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderValue;
use tokio::sync::watch;

pub(crate) use fetch::ClientCredentialsSource;

use crate::audience::Foreign;
use crate::clock::{Clock, before, later};
use crate::credentials::{AccessToken, TokenRequest, TokenSource, bearer};
use crate::error::Kind;
use crate::{Error, WasSent};

/// A token is renewed this long before its end, or at half its life if that is shorter: enough for any request under way to
/// arrive with a valid token and for some failing refreshes.
const MARGIN: Duration = Duration::from_secs(600);

/// After a failed fetch nobody asks again for this long; doubled with each further failure up to the cap.
const FIRST_REST: Duration = Duration::from_millis(500);
const LONGEST_REST: Duration = Duration::from_secs(10);
/// A `Retry-After` of the token call makes that rest longer, up to here.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// A source that has not answered by then is given up, or it would block every later call: the default deadline of calls.
const LONGEST_FETCH: Duration = Duration::from_secs(90);

/// A token in use. Which one it is, is a matter of identity.
pub(crate) struct Token {
    pub(crate) header: HeaderValue,
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl Token {
    /// `asked` is the time before the request: the life time is counted from there, to be on the safe side. None when the token
    /// cannot stand in a header.
    fn new(token: &AccessToken, asked: Instant) -> Option<Self> {
        let life = token.expires_in;
        let margin = life.map(|life| MARGIN.min(life / 2));
        // Up to a tenth earlier, so that the instances of a shop do not all renew in the same second.
        let early = margin.map(|margin| margin.mul_f64(1.0 + fastrand::f64() * 0.1));
        let expires_at = life.and_then(|life| asked.checked_add(life));
        let renew_at = expires_at
            .zip(early)
            .and_then(|(end, early)| end.checked_sub(early));
        Some(Self {
            header: bearer(&token.secret)?,
            renew_at,
            expires_at,
        })
    }
}

type Outcome = Result<Arc<Token>, Error>;
type Flight = watch::Receiver<Option<Outcome>>;

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    flight: Option<Flight>,
    failure: Option<Failure>,
}

/// The last fetch failed; until then nobody asks again.
struct Failure {
    error: Error,
    until: Instant,
    in_a_row: u32,
}

/// The place of one account's token in the cache.
pub(crate) struct Slot {
    request: TokenRequest,
    source: Arc<dyn TokenSource>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

enum Step {
    Use(Arc<Token>),
    Fail(Error),
    Wait(Flight),
}

impl Slot {
    pub(crate) fn new(
        request: TokenRequest,
        source: Arc<dyn TokenSource>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            request,
            source,
            clock,
            state: Mutex::default(),
        }
    }

    /// The token, if there is one that is valid. May start a renewal behind the scenes.
    pub(crate) fn ready(self: &Arc<Self>) -> Option<Arc<Token>> {
        match self.step() {
            Step::Use(token) => Some(token),
            Step::Fail(_) | Step::Wait(_) => None,
        }
    }

    /// The token; waits for it when there is none.
    ///
    /// The fetch runs in a task of its own, so a caller that gives up does not take it away from the others.
    pub(crate) async fn token(self: &Arc<Self>) -> Outcome {
        // A fetch ends without a word when its runtime is shut down or a source panics; then this caller starts its own, once.
        for _ in 0..2 {
            let mut flight = match self.step() {
                Step::Use(token) => return Ok(token),
                Step::Fail(error) => return Err(error),
                Step::Wait(flight) => flight,
            };
            if let Ok(outcome) = flight.wait_for(Option::is_some).await
                && let Some(outcome) = outcome.as_ref()
            {
                return outcome.as_ref().map(Arc::clone).map_err(Error::share);
            }
        }
        Err(Error::new(Kind::TokenSource).of_token_call(self.request.account.clone()))
    }

    /// Drops a token that the API refused, unless it has been replaced already.
    pub(crate) fn drop_refused(&self, refused: &Arc<Token>) {
        let mut state = self.lock();
        if state
            .current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, refused))
        {
            state.current = None;
        }
    }

    fn step(self: &Arc<Self>) -> Step {
        let mut state = self.lock();
        let now = self.clock.now();
        // A flight whose task is gone will never land.
        if state
            .flight
            .as_ref()
            .is_some_and(|flight| flight.has_changed().is_err())
        {
            state.flight = None;
        }
        let resting = state
            .failure
            .as_ref()
            .filter(|failure| now < failure.until)
            .map(|failure| failure.error.share());
        if let Some(token) = state
            .current
            .as_ref()
            .filter(|token| token.expires_at.is_none_or(|end| now < end))
            .cloned()
        {
            let due = token.renew_at.is_some_and(|at| now >= at);
            if due && state.flight.is_none() && resting.is_none() {
                state.flight = Some(self.take_off());
            }
            return Step::Use(token);
        }
        if let Some(flight) = &state.flight {
            return Step::Wait(flight.clone());
        }
        if let Some(error) = resting {
            return Step::Fail(error);
        }
        let flight = self.take_off();
        state.flight = Some(flight.clone());
        Step::Wait(flight)
    }

    /// Starts the one fetch.
    fn take_off(self: &Arc<Self>) -> Flight {
        let (land, flight) = watch::channel(None);
        let slot = Arc::clone(self);
        tokio::spawn(async move {
            let asked = slot.clock.now();
            let fetch = pin!(slot.source.token(slot.request.clone()));
            let answer = before(slot.clock.alarm(later(asked, LONGEST_FETCH)), fetch)
                .await
                .unwrap_or_else(|| Err(Error::new(Kind::Timeout(LONGEST_FETCH))));
            let outcome = slot.landed(answer, asked);
            land.send_replace(Some(outcome));
        });
        flight
    }

    fn landed(&self, answer: Result<AccessToken, Error>, asked: Instant) -> Outcome {
        let outcome = answer.and_then(|token| {
            Token::new(&token, asked).map(Arc::new).ok_or_else(|| {
                Error::from_token_source("the token has characters that no header may have")
            })
        });
        let mut state = self.lock();
        state.flight = None;
        match outcome {
            Ok(token) => {
                state.failure = None;
                state.current = Some(Arc::clone(&token));
                Ok(token)
            }
            Err(error) => {
                let error = error
                    .of_token_call(self.request.account.clone())
                    .sent(WasSent::No);
                let environment = Foreign::environment(&self.request.owner, &self.request.account);
                let refused = error.is_authentication() && error.status().is_some();
                let error = error.foreign(environment.filter(|_| refused));
                let in_a_row = state.failure.as_ref().map_or(0, |failure| failure.in_a_row);
                let rest = FIRST_REST
                    .saturating_mul(1 << in_a_row.min(10))
                    .min(LONGEST_REST);
                let rest = rest.max(
                    error
                        .retry_after()
                        .unwrap_or_default()
                        .min(LONGEST_RETRY_AFTER),
                );
                let until = self.clock.now() + rest;
                state.failure = Some(Failure {
                    error: error.share(),
                    until,
                    in_a_row: in_a_row + 1,
                });
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
