//! Requests that move or record money, sent once and confirmed by reading.

mod evidence;
mod facts;
mod locks;
mod outcome;
mod run;

use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use evidence::Evidence;
#[doc(hidden)]
pub use evidence::normalized;
#[doc(hidden)]
pub use facts::{Confirm, Source};
pub(crate) use locks::Locks;
pub use outcome::{Declined, NotApplied, Outcome, Pending, RetryAdvice, Unknown};
use run::{InFlight, Progress};

use crate::{Call, Error, Violations, path};

const CONFIRMATION_TIMEOUT: Duration = Duration::from_secs(30);

/// A call whose outcome will be confirmed: awaiting it sends the request once and returns an [`Outcome`].
///
/// The state is read before the request is sent, after a response that is lost or does not show the effect, and after a rejection that
/// may be due to an earlier request. The options of the call apply to sending and reading.
#[must_use = "nothing is sent before it is awaited"]
pub struct Confirmation<T> {
    request: Result<InFlight, Error>,
    of: PhantomData<fn() -> T>,
}

impl<T> Confirmation<T> {
    /// Confirms a call; generated code uses this. `arguments` are the path variables of the read that the request does not have.
    #[doc(hidden)]
    pub fn new(mut call: Call, arguments: &[(&'static str, String)]) -> Self {
        let request = in_flight(&mut call, arguments);
        let rejected = |violations| Error::from(violations).of_call(call.operation, call.class);
        let request = request.map_err(rejected);
        Self {
            request,
            of: PhantomData,
        }
    }

    /// Sets how often the request is sent again after it provably had no effect, or after its response was lost and the confirmation
    /// timeout passed without a visible effect. The default is never. Rejected and declined requests are not sent again, nor those with
    /// a `Retry-After` of more than 60 s.
    pub fn repeat_if_not_applied(mut self, times: u32) -> Self {
        if let Ok(request) = &mut self.request {
            request.repeats = times;
        }
        self
    }

    /// Sets the confirmation timeout: for how long the effect of a request is looked for after its response was lost. The default is
    /// 30 s, the request timeout of the client; the maximum processing time of the API is not documented.
    pub fn confirm_within(mut self, timeout: Duration) -> Self {
        if let Ok(request) = &mut self.request {
            request.timeout = timeout;
        }
        self
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Confirmation<T> {
    type Output = Outcome<T>;
    type IntoFuture = Pin<Box<dyn Future<Output = Outcome<T>> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            match self.request {
                Ok(mut request) => Outcome::of(request.run().await, request),
                Err(error) => Outcome::NotApplied(NotApplied::Rejected(error)),
            }
        })
    }
}

impl<T> fmt::Debug for Confirmation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Confirmation").field(&self.request).finish()
    }
}

fn in_flight(call: &mut Call, arguments: &[(&str, String)]) -> Result<InFlight, Violations> {
    let operation = call.operation;
    let facts = operation.and_then(|operation| operation.facts.confirm.as_ref());
    let (Some(facts), Some(operation)) = (facts, operation) else {
        return Err(Violations::of("", "cannot be confirmed"));
    };
    let template = [operation.base(), operation.path()].concat();
    let segments: Vec<_> = template.split('/').zip(call.path.split('/')).collect();
    let variable = |name: &str| {
        let mut segments = segments.iter();
        let found = segments.find(|(variable, _)| *variable == format!("{{{name}}}"));
        found.map(|(_, value)| (*value).to_owned())
    };
    let body = call.body.as_deref().unwrap_or_default();
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    let member = facts.reference.map(|(_, member)| member);
    let given = member.and_then(|member| body.pointer(member)?.as_str().map(str::to_owned));
    if given.as_deref() == Some("") {
        let field = member.unwrap_or_default().replace('/', ".");
        let rule = "must not be empty: it identifies this request";
        return Err(Violations::of(&field[1..], rule));
    }
    let is_repeatable = facts.unique || given.is_some();
    let reference = given.or_else(|| {
        let reference = uuid::Uuid::new_v4().to_string();
        put(&mut body, member?, &reference);
        call.body = Some(Bytes::from(body.to_string()));
        Some(reference)
    });
    let part = |source: &Source| match source {
        Source::Path(name) => variable(name).map(Value::String),
        Source::Body(member) => member_of(&body, member),
        Source::Argument => None,
        Source::Choice(choices) => {
            let holds = |(member, text): (&str, &str)| match body.pointer(member) {
                Some(Value::String(found)) => found == text,
                found => serde_json::to_string(&found).is_ok_and(|found| found == text),
            };
            let mut choices = choices.iter();
            let choice = choices.find(|(_, condition)| condition.is_none_or(holds));
            choice.map(|(value, _)| json!(value))
        }
    };
    let given = |(member, source): &(&'static str, Source)| Some((*member, part(source)?));
    let same = facts.same.iter().filter_map(given).collect();
    let mut read = call
        .handle
        .call(facts.read)
        .with_options(call.options.clone());
    let mut is_readable = true;
    let mut object = Vec::new();
    for (name, source) in facts.with {
        let argument = arguments.iter().find(|(argument, _)| argument == name);
        let argument = argument.map(|(_, value)| Value::from(value.as_str()));
        let Some(Value::String(value)) = argument.or_else(|| part(source)) else {
            is_readable = false;
            continue;
        };
        match source {
            // It is encoded already.
            Source::Path(_) => path::expand(&mut read.path, name, &value),
            _ => read = read.path(name, &value),
        }
        let value = percent_decode_str(&value).decode_utf8_lossy();
        object.push((*name, normalized(&value)));
    }
    let (account, from, to) = (call.handle.account(), &read.path, &call.path);
    let key = format!("{account} {operation:?} {to} {from} {reference:?}");
    Ok(InFlight {
        key,
        read: is_readable.then_some(read),
        evidence: Evidence {
            facts,
            reference,
            is_repeatable,
            same,
            object,
            announced: None,
            sent: 0,
            seen: HashMap::new(),
        },
        repeats: 0,
        timeout: CONFIRMATION_TIMEOUT,
        progress: Progress::default(),
        call: call.clone(),
    })
}

fn put(mut body: &mut Value, member: &str, value: &str) {
    for name in member.split('/').skip(1) {
        if !body.is_object() {
            *body = json!({});
        }
        body = &mut body[name];
    }
    *body = json!(value);
}

/// Returns a member of a body; `*` stands for every element of a list, whose integers are added.
fn member_of(body: &Value, member: &str) -> Option<Value> {
    match member.split_once("/*") {
        None => body
            .pointer(member)
            .filter(|found| !found.is_null())
            .cloned(),
        Some((list, member)) => {
            let mut items = body.pointer(list)?.as_array()?.iter();
            let integer = |item: &Value| item.pointer(member)?.as_i64();
            let sum = items.try_fold(0_i64, |sum, item| sum.checked_add(integer(item)?));
            sum.map(Value::from)
        }
    }
}
