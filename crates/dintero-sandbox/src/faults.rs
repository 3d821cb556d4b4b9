//! Faults that tests inject: by operation, by chance or by a header of the request.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::Duration;

use crate::shared::lock;

const LIMIT: usize = 1_000;
/// The longest time that the header can ask for: ten minutes.
const LONGEST: u64 = 600;

/// A fault that a request runs into.
///
/// Its text stands in the header `Sandbox-Fault` and in the log; times are at most 600 s.
///
/// ```
/// use std::time::Duration;
/// use dintero_sandbox::Fault;
///
/// let fault: Fault = "status=503; retry-after=2".parse()?;
/// assert_eq!(fault, Fault::StatusRetryAfter(503, Duration::from_secs(2)));
/// # Ok::<(), dintero_sandbox::FaultError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Responds with this status and an error body; nothing is done. A 429 has `Retry-After: 1` (seconds).
    /// Text: `status=503` (400 to 599).
    Status(u16),
    /// Responds with this status and with `Retry-After` in whole seconds. Text: `status=503; retry-after=2`.
    StatusRetryAfter(u16, Duration),
    /// Reads the request, does nothing and closes the connection without a response. Text: `close-before-work`.
    CloseBeforeWork,
    /// Carries the request out and closes the connection without a response: the caller cannot know that it was done.
    /// Text: `close-after-work`.
    CloseAfterWork,
    /// Waits this long (on tokio's clock) before the request is carried out. Text: `delay=1500ms`, `delay=2s`.
    Delay(Duration),
    /// Lets capture, refund and void respond with 202; they are carried out when the sandbox's clock has moved this far,
    /// or at [`Sandbox::complete_pending`](crate::Sandbox::complete_pending). Does nothing to other operations.
    /// Text: `pending=30s`.
    Pending(Duration),
    /// Revokes the token of the request: a 401, for this and all later requests with it. The token request responds
    /// with a token that is not valid. Does nothing to requests with an API key. Text: `stale-token`.
    StaleToken,
    /// Carries the request out, sends the head of the response and half of its body, and closes the connection. A
    /// response without a body is not altered, here and by the next two. Text: `truncated-body`.
    TruncatedBody,
    /// Carries the request out and responds with statuses (`status`, `event` and the like) that no document knows.
    /// Text: `unknown-enum-value`.
    UnknownEnumValue,
    /// Carries the request out and adds a property that no document knows, `sandbox_extra_field`. Text: `extra-field`.
    ExtraField,
}

/// The error of a text that names no [`Fault`]; it lists the faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError(());

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "must be one of status=503 (400 to 599), status=429; retry-after=2, close-before-work, close-after-work, \
             delay=1500ms, delay=2s, pending=30s, stale-token, truncated-body, unknown-enum-value, extra-field; times \
             are at most {LONGEST}s"
        )
    }
}

impl std::error::Error for FaultError {}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        parse(text).ok_or(FaultError(()))
    }
}

const PLAIN: [(&str, Fault); 6] = [
    ("close-before-work", Fault::CloseBeforeWork),
    ("close-after-work", Fault::CloseAfterWork),
    ("stale-token", Fault::StaleToken),
    ("truncated-body", Fault::TruncatedBody),
    ("unknown-enum-value", Fault::UnknownEnumValue),
    ("extra-field", Fault::ExtraField),
];

/// Reads a fault: `name`, `name=value` or, for a status, `name=value; retry-after=seconds`.
fn parse(text: &str) -> Option<Fault> {
    let parts: Vec<_> = text.split(';').map(pair).collect();
    Some(match parts[..] {
        [(name, None)] => PLAIN.iter().find(|(plain, _)| *plain == name)?.1,
        [("delay", Some(time))] => Fault::Delay(duration(time)?),
        [("pending", Some(time))] => Fault::Pending(duration(time)?),
        [("status", Some(code))] => Fault::Status(status(code)?),
        [("status", Some(code)), ("retry-after", Some(seconds))] => {
            let seconds = seconds.parse().ok().filter(|s| *s <= LONGEST)?;
            Fault::StatusRetryAfter(status(code)?, Duration::from_secs(seconds))
        }
        _ => return None,
    })
}

fn pair(text: &str) -> (&str, Option<&str>) {
    match text.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (text.trim(), None),
    }
}

fn status(text: &str) -> Option<u16> {
    let status = text.parse().ok()?;
    (400..=599).contains(&status).then_some(status)
}

fn duration(text: &str) -> Option<Duration> {
    let time = match text.strip_suffix("ms") {
        Some(number) => Duration::from_millis(number.parse().ok()?),
        None => Duration::from_secs(text.strip_suffix('s')?.parse().ok()?),
    };
    (time <= Duration::from_secs(LONGEST)).then_some(time)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "status={status}"),
            Self::StatusRetryAfter(status, wait) => {
                write!(f, "status={status}; retry-after={}", wait.as_secs())
            }
            Self::Delay(time) => write!(f, "delay={}ms", time.as_millis()),
            Self::Pending(time) => write!(f, "pending={}ms", time.as_millis()),
            plain => {
                let row = PLAIN.iter().find(|(_, fault)| fault == plain);
                f.write_str(row.map_or("", |(name, _)| name))
            }
        }
    }
}

/// What chance injects, each as likely as any other.
const AT_RANDOM: [Fault; 10] = [
    Fault::StatusRetryAfter(429, Duration::from_secs(1)),
    Fault::StatusRetryAfter(503, Duration::from_secs(1)),
    Fault::Status(500),
    Fault::CloseBeforeWork,
    Fault::CloseAfterWork,
    Fault::Delay(Duration::from_millis(100)),
    Fault::StaleToken,
    Fault::TruncatedBody,
    Fault::UnknownEnumValue,
    Fault::ExtraField,
];

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    queues: BTreeMap<String, VecDeque<Fault>>,
    /// The dice, and the part of the requests that a fault is injected into.
    random: Option<(fastrand::Rng, f64)>,
}

impl Faults {
    /// Queues a fault; returns `false` if the queue of the operation is full.
    pub(crate) fn push(&self, operation_id: &str, fault: Fault) -> bool {
        let mut waiting = lock(&self.0);
        let queue = waiting.queues.entry(operation_id.to_owned()).or_default();
        let room = queue.len() < LIMIT;
        if room {
            queue.push_back(fault);
        }
        room
    }

    pub(crate) fn at_random(&self, seed: u64, rate: f64) {
        lock(&self.0).random = Some((fastrand::Rng::with_seed(seed), rate));
    }

    pub(crate) fn next(&self, operation_id: &str) -> Option<Fault> {
        let mut waiting = lock(&self.0);
        let queued = waiting.queues.get_mut(operation_id);
        if let Some(fault) = queued.and_then(VecDeque::pop_front) {
            return Some(fault);
        }
        let (dice, rate) = waiting.random.as_mut()?;
        (dice.f64() < *rate).then(|| dice.choice(AT_RANDOM))?
    }
}

#[cfg(test)]
mod tests;
