//! Faults on demand: what the next call of an operation runs into.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many faults can wait for one operation.
const LIMIT: usize = 1_000;
/// The longest time that the header can ask for: ten minutes.
const LONGEST: u64 = 600;

/// What goes wrong with one request.
///
/// As text, for the header `Sandbox-Fault` and in the log, it is what stands with each; times are at most 600 s.
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
    /// Answer with this status and an error body; nothing is done. A 429 says `Retry-After: 1` (seconds).
    /// Text: `status=503` (400 to 599).
    Status(u16),
    /// The same, with `Retry-After` in whole seconds. Text: `status=503; retry-after=2`.
    StatusRetryAfter(u16, Duration),
    /// Read the request, do nothing and close the connection without a response. Text: `close-before-work`.
    CloseBeforeWork,
    /// Do the work and close the connection without a response: the caller cannot know that it was done.
    /// Text: `close-after-work`.
    CloseAfterWork,
    /// Wait this long (on tokio's clock) before the work, then do and answer as usual. Text: `delay=1500ms`, `delay=2s`.
    Delay(Duration),
    /// Capture, refund and void answer 202; the work is done when the sandbox's clock has moved this far, or at
    /// [`Sandbox::complete_pending`](crate::Sandbox::complete_pending). Other operations do as usual. Text: `pending=30s`.
    Pending(Duration),
    /// The call's token is no longer valid: a 401, for this and all later calls with it. The token call answers with a
    /// token that is not valid. Calls with an API key do as usual. Text: `stale-token`.
    StaleToken,
    /// Do the work, send the response's head and half of its body, and close the connection. A response without a body is
    /// sent as usual, as it is by the next two. Text: `truncated-body`.
    TruncatedBody,
    /// Do the work and answer with statuses (`status`, `event` and the like) that no document knows.
    /// Text: `unknown-enum-value`.
    UnknownEnumValue,
    /// Do the work and answer with a further property, `sandbox_extra_field`, that no document knows. Text: `extra-field`.
    ExtraField,
}

/// A text that names no [`Fault`]; says which there are.
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
        Self::read(text).ok_or(FaultError(()))
    }
}

impl Fault {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (first, second) = (parts.next()?, parts.next());
        if parts.next().is_some() {
            return None;
        }
        let (name, value) = match first.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (first, None),
        };
        let wait = match second {
            Some(text) => {
                let (name, value) = text.split_once('=')?;
                (name.trim() == "retry-after").then_some(())?;
                let seconds = value.trim().parse().ok().filter(|s| *s <= LONGEST)?;
                Some(Duration::from_secs(seconds))
            }
            None => None,
        };
        Some(match (name, value, wait) {
            ("status", Some(status), wait) => {
                let status = status.parse().ok().filter(|s| (400..=599).contains(s))?;
                match wait {
                    Some(wait) => Self::StatusRetryAfter(status, wait),
                    None => Self::Status(status),
                }
            }
            ("close-before-work", None, None) => Self::CloseBeforeWork,
            ("close-after-work", None, None) => Self::CloseAfterWork,
            ("delay", Some(time), None) => Self::Delay(duration(time)?),
            ("pending", Some(time), None) => Self::Pending(duration(time)?),
            ("stale-token", None, None) => Self::StaleToken,
            ("truncated-body", None, None) => Self::TruncatedBody,
            ("unknown-enum-value", None, None) => Self::UnknownEnumValue,
            ("extra-field", None, None) => Self::ExtraField,
            _ => return None,
        })
    }
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
            Self::CloseBeforeWork => f.write_str("close-before-work"),
            Self::CloseAfterWork => f.write_str("close-after-work"),
            Self::Delay(time) => write!(f, "delay={}ms", time.as_millis()),
            Self::Pending(time) => write!(f, "pending={}ms", time.as_millis()),
            Self::StaleToken => f.write_str("stale-token"),
            Self::TruncatedBody => f.write_str("truncated-body"),
            Self::UnknownEnumValue => f.write_str("unknown-enum-value"),
            Self::ExtraField => f.write_str("extra-field"),
        }
    }
}

/// Faults by chance, the same ones in each run with the same seed and the same order of requests.
///
/// ```
/// # use dintero_sandbox::{Fault, RandomFaults, Sandbox};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let sandbox = Sandbox::start().await?;
/// let captures = RandomFaults::new(7, 0.5)
///     .with_faults([Fault::CloseAfterWork, Fault::Status(503)])
///     .with_operation("transactions_id_capture_post");
/// sandbox.fail_at_random(captures);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct RandomFaults {
    dice: fastrand::Rng,
    rate: f64,
    faults: Vec<Fault>,
    operations: Vec<String>,
}

impl RandomFaults {
    /// For about `rate` of all requests (0 for none, 1 for each), the token call included. Each fault is as likely as
    /// any other: 429 and 503 with `Retry-After: 1`, 500, a connection closed before or after the work, 100 ms of delay,
    /// a stale token, a truncated body, an unknown value, a further field.
    pub fn new(seed: u64, rate: f64) -> Self {
        let second = Duration::from_secs(1);
        Self {
            dice: fastrand::Rng::with_seed(seed),
            rate,
            faults: vec![
                Fault::StatusRetryAfter(429, second),
                Fault::StatusRetryAfter(503, second),
                Fault::Status(500),
                Fault::CloseBeforeWork,
                Fault::CloseAfterWork,
                Fault::Delay(Duration::from_millis(100)),
                Fault::StaleToken,
                Fault::TruncatedBody,
                Fault::UnknownEnumValue,
                Fault::ExtraField,
            ],
            operations: Vec::new(),
        }
    }

    /// Only these faults; one that is listed twice is twice as likely. None of them: no faults.
    pub fn with_faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        self
    }

    /// Only this operation, and others added likewise. Without any: all.
    pub fn with_operation(mut self, operation_id: impl Into<String>) -> Self {
        self.operations.push(operation_id.into());
        self
    }

    pub(crate) fn operations(&self) -> &[String] {
        &self.operations
    }

    fn next(&mut self, operation_id: &str) -> Option<Fault> {
        if !self.operations.is_empty() && !self.operations.iter().any(|o| o == operation_id) {
            return None;
        }
        let met = self.dice.f64() < self.rate;
        let fault = met.then(|| self.dice.choice(&self.faults).copied());
        fault.flatten()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    queues: BTreeMap<String, VecDeque<Fault>>,
    random: Option<RandomFaults>,
}

impl Faults {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a fault; false when the queue of the operation is full.
    pub(crate) fn push(&self, operation_id: &str, fault: Fault) -> bool {
        let mut waiting = self.waiting();
        let queue = waiting.queues.entry(operation_id.to_owned()).or_default();
        let room = queue.len() < LIMIT;
        if room {
            queue.push_back(fault);
        }
        room
    }

    pub(crate) fn at_random(&self, faults: RandomFaults) {
        self.waiting().random = Some(faults);
    }

    /// What was queued, else what chance says.
    pub(crate) fn next(&self, operation_id: &str) -> Option<Fault> {
        let mut waiting = self.waiting();
        let queued = waiting.queues.get_mut(operation_id);
        if let Some(fault) = queued.and_then(VecDeque::pop_front) {
            return Some(fault);
        }
        waiting.random.as_mut()?.next(operation_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_is_met_once_and_in_order() {
        let faults = Faults::default();
        assert!(faults.push("a", Fault::Status(500)));
        assert!(faults.push("a", Fault::CloseAfterWork));
        assert_eq!(faults.next("b"), None);
        assert_eq!(faults.next("a"), Some(Fault::Status(500)));
        assert_eq!(faults.next("a"), Some(Fault::CloseAfterWork));
        assert_eq!(faults.next("a"), None);
    }

    #[test]
    fn a_full_queue_takes_no_more() {
        let faults = Faults::default();
        assert!((0..LIMIT).all(|_| faults.push("a", Fault::CloseBeforeWork)));
        assert!(!faults.push("a", Fault::CloseBeforeWork));
    }

    #[test]
    fn every_fault_is_read_back_from_its_text() {
        let mut faults = RandomFaults::new(0, 1.0).faults;
        faults.push(Fault::Pending(Duration::from_secs(30)));
        for fault in faults {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        let fault = " status = 429 ;retry-after= 7 ".parse();
        assert_eq!(
            fault,
            Ok(Fault::StatusRetryAfter(429, Duration::from_secs(7)))
        );
        assert_eq!("delay=2s".parse(), Ok(Fault::Delay(Duration::from_secs(2))));
    }

    #[test]
    fn other_texts_are_refused_with_the_choices() {
        for text in [
            "",
            "status",
            "status=200",
            "status=999999",
            "status=503; retry-after=601",
            "status=503; after=1",
            "status=503; retry-after=1; x",
            "delay=5",
            "delay=11m",
            "delay=601s",
            "delay=1s; retry-after=1",
            "stale-token=1",
            "extra-field; retry-after=1",
            "Extra-Field",
            "delay=-1s",
        ] {
            let error = text.parse::<Fault>().expect_err(text);
            assert!(error.to_string().contains("truncated-body"), "{error}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_faults_again_at_about_the_rate() {
        let run = |seed| {
            let faults = Faults::default();
            faults.at_random(RandomFaults::new(seed, 0.2));
            (0..1_000).map(|_| faults.next("a")).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let met = run(7).iter().flatten().count();
        assert!((120..280).contains(&met), "{met}");
    }

    #[test]
    fn only_the_named_operations_and_faults_are_met() {
        let faults = Faults::default();
        let random = RandomFaults::new(1, 1.0).with_operation("a");
        faults.at_random(random.with_faults([Fault::StaleToken]));
        assert_eq!(
            (faults.next("b"), faults.next("a")),
            (None, Some(Fault::StaleToken))
        );
        faults.at_random(RandomFaults::new(1, 1.0).with_faults([]));
        assert_eq!(faults.next("a"), None);
    }
}
