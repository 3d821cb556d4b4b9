//! What the state of the API proves about a request. What is missing or unreadable proves nothing.

use std::collections::HashMap;

use serde_json::Value;

use super::Declined;
use super::facts::{Confirm, Same};
use crate::data::Number;

/// What a response or a read shows of a request.
#[derive(Debug)]
pub(super) enum Observation {
    /// The request was carried out: by the effect of this index, or as the whole state shows.
    Applied(Option<usize>),
    Pending,
    Declined(Declined),
    /// The reference belongs to another request.
    Conflict,
    /// The state proves nothing, for this reason.
    Inconclusive(&'static str),
    /// The request has no visible effect.
    Absent,
}

use Observation::{Absent, Applied, Conflict, Inconclusive, Pending};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing was sent yet: what is visible is of earlier requests.
    Before,
    /// The body of a success.
    Response,
    After,
}

/// What of a request its effect must have.
#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) facts: &'static Confirm,
    pub(super) reference: Option<String>,
    /// Whether an earlier call may have sent this request, since the caller gave its reference or it needs none.
    pub(super) is_repeatable: bool,
    pub(super) same: Vec<(&'static Same, Value)>,
    /// The id of the begin that a 202 announced.
    pub(super) announced: Option<String>,
    /// How often each effect of other requests was seen before this one was sent.
    pub(super) seen: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Effect,
    Begin,
    Other,
    Unclear,
}

/// An element of the list; `None` is what it does not tell.
#[derive(Debug)]
struct Effect<'e> {
    value: &'e Value,
    index: usize,
    role: Role,
    is_new: bool,
    success: Option<bool>,
    request_id: Option<String>,
    correlation_id: Option<String>,
    has_reference: Option<bool>,
    is_same: Option<bool>,
    is_corrected: bool,
}

impl Effect<'_> {
    fn may_be_effect(&self) -> bool {
        matches!(self.role, Role::Effect | Role::Begin)
    }
}

impl Evidence {
    /// Returns what the body of a response or of a read shows.
    pub(super) fn observe(&self, body: &Value, phase: Phase) -> Observation {
        let facts = self.facts;
        if facts.is_effect && phase == Phase::Response {
            let effect = self.effect(0, body, true);
            let is_own = effect.has_reference == Some(true) && effect.is_same == Some(true);
            return match is_own && effect.role == Role::Effect {
                true => Applied(None),
                false => Inconclusive("the response differs from the request"),
            };
        }
        let text = |member| body.pointer(member).and_then(Value::as_str);
        if (facts.done).is_some_and(|(member, value)| text(member) == Some(value)) {
            return Applied(None);
        }
        let Some(effects) = self.effects(body) else {
            return Inconclusive("the list of effects is missing");
        };
        match self.of_effects(&effects, phase) {
            Absent => match facts.undecided {
                Some((member, value)) if text(member).is_none_or(|text| text == value) => {
                    Inconclusive("the state is not decided")
                }
                _ => Absent,
            },
            observation => observation,
        }
    }

    /// Remembers what the state before the request shows of others; if the request is sent, everything is of others.
    pub(super) fn remember(&mut self, body: &Value, is_sent: bool) {
        let effects = self.effects(body).unwrap_or_default();
        let others = effects
            .iter()
            .filter(|effect| is_sent || !self.is_named(effect));
        let others = others.map(|effect| self.identity(effect.value));
        let mut seen = HashMap::new();
        others.for_each(|identity| *seen.entry(identity).or_default() += 1);
        self.seen = seen;
    }

    fn of_effects(&self, effects: &[Effect<'_>], phase: Phase) -> Observation {
        let of_response = phase == Phase::Response && self.reference.is_none();
        let begun = effects.iter().filter(|effect| effect.role == Role::Begin);
        let begun = begun.filter(|effect| effect.is_new && self.is_named(effect));
        let begun = begun.filter_map(|effect| effect.request_id.clone());
        let ids: Vec<String> = begun.chain(self.announced.clone()).collect();
        let is_correlated = |effect: &Effect<'_>| {
            effect.role == Role::Effect
                && (effect.correlation_id.as_ref()).is_some_and(|id| ids.contains(id))
        };
        let is_own = |effect: &&Effect<'_>| {
            let in_response = of_response && effect.role == Role::Effect;
            effect.is_new
                && effect.may_be_effect()
                && (self.is_named(effect) || in_response || is_correlated(effect))
        };
        let own: Vec<&Effect<'_>> = effects.iter().filter(is_own).collect();
        let contradicts = |effect: &&Effect<'_>| {
            let unclear = effect.role == Role::Unclear && effect.has_reference == Some(true);
            let other = effect.has_reference == Some(false) && is_correlated(effect);
            let corrected = effect.is_corrected && (phase != Phase::Before || is_own(effect));
            effect.is_new && (unclear || other || corrected)
        };
        let (begins, ends): (Vec<_>, Vec<_>) = own
            .into_iter()
            .partition(|effect| effect.role == Role::Begin);
        let has_no_result = ends.iter().any(|effect| effect.success.is_none())
            || begins.iter().any(|effect| effect.success == Some(false));
        if has_no_result || effects.iter().any(|effect| contradicts(&effect)) {
            return Inconclusive("an effect of it is unreadable or was corrected");
        }
        let is_ended = |begin: &Effect<'_>| {
            let mut ids = ends.iter().filter_map(|end| end.correlation_id.as_ref());
            ids.any(|id| begin.request_id.as_ref() == Some(id))
        };
        let open: Vec<_> = begins.iter().filter(|begin| !is_ended(begin)).collect();
        // An end that refers to no begin may belong to any of them.
        let ends_one = |end: &&&Effect<'_>| {
            let mut ids = begins.iter().filter_map(|begin| begin.request_id.as_ref());
            !ids.any(|id| end.correlation_id.as_ref() == Some(id))
        };
        let waiting = open
            .len()
            .saturating_sub(ends.iter().filter(ends_one).count());
        let mut successes = ends.iter().filter(|end| end.success == Some(true));
        if successes.clone().count() + waiting > 1 && !self.facts.unique {
            return Inconclusive("several effects have its reference");
        }
        let differs = match phase {
            Phase::Before => Conflict,
            _ => Inconclusive("an effect with its reference differs from it"),
        };
        if let Some(success) = successes.next() {
            return match success.is_same {
                Some(true) => Applied(Some(success.index)),
                Some(false) => differs,
                None => Inconclusive("an effect with its reference is incomplete"),
            };
        }
        let is_foreign = |effect: &Effect<'_>| {
            let mut others = effects
                .iter()
                .filter(|other| other.has_reference == Some(false));
            effect.has_reference == Some(false)
                || effect.correlation_id.is_some()
                    && others.any(|other| other.request_id == effect.correlation_id)
        };
        let may_be_own = |effect: &&Effect<'_>| match phase {
            Phase::Before => {
                let fits = match effect.role {
                    Role::Unclear => effect.is_same == Some(true),
                    _ => effect.is_same != Some(false) && effect.success != Some(false),
                };
                self.is_repeatable && self.reference.is_some() && fits
            }
            _ => !is_own(effect),
        };
        let mut unclear = effects
            .iter()
            .filter(|effect| effect.is_new && effect.role != Role::Other && !self.is_named(effect));
        if unclear.any(|effect| !is_foreign(effect) && may_be_own(&effect)) {
            return Inconclusive("an effect without a readable reference may be its own");
        }
        match (&open[..], ends.last()) {
            ([.., begin], _) if waiting > 0 => match begin.is_same {
                Some(false) => differs,
                _ if begin.request_id.is_none() && self.announced.is_none() => {
                    Inconclusive("it was begun without an id to wait for")
                }
                _ => Pending,
            },
            (_, Some(end)) => {
                let error = self.facts.result.as_ref().map(|result| result.error);
                let error = error.and_then(|member| end.value.pointer(member));
                Observation::Declined(Declined::new(error.cloned().unwrap_or_default()))
            }
            _ => Absent,
        }
    }

    /// Whether an effect is this request's by its reference; where a success is unique, by its kind.
    fn is_named(&self, effect: &Effect<'_>) -> bool {
        match self.facts.reference {
            Some(_) => effect.has_reference == Some(true),
            None => self.facts.unique && effect.may_be_effect() && effect.success != Some(false),
        }
    }

    fn effects<'e>(&self, body: &'e Value) -> Option<Vec<Effect<'e>>> {
        let list = body.pointer(self.facts.list)?.as_array()?;
        let mut seen: HashMap<&str, usize> = self
            .seen
            .iter()
            .map(|(identity, count)| (identity.as_str(), *count))
            .collect();
        let effects = list.iter().enumerate().map(|(index, value)| {
            let left = seen.get_mut(self.identity(value).as_str());
            let left = left.filter(|left| **left > 0);
            let is_new = left.is_none();
            left.into_iter().for_each(|left| *left -= 1);
            self.effect(index, value, is_new)
        });
        Some(effects.collect())
    }

    /// The id of an effect, or all of it if it has none: lists may be in any order.
    fn identity(&self, value: &Value) -> String {
        let id = value.pointer(self.facts.id).and_then(Value::as_str);
        id.map_or_else(|| value.to_string(), str::to_owned)
    }

    fn effect<'e>(&self, index: usize, value: &'e Value, is_new: bool) -> Effect<'e> {
        let facts = self.facts;
        let present = |member: &str| value.pointer(member).filter(|found| !found.is_null());
        let role = match &facts.kind {
            _ if !value.is_object() => Role::Unclear,
            None => Role::Effect,
            Some(kind) => {
                let found = kind.members.iter().find_map(|member| present(member));
                match found.and_then(Value::as_str) {
                    Some(found) if found == kind.effect => Role::Effect,
                    Some(found) if Some(found) == kind.begin => Role::Begin,
                    Some(found) if kind.known.contains(&found) => Role::Other,
                    _ => Role::Unclear,
                }
            }
        };
        let expected = self.reference.as_deref().zip(facts.reference);
        let has_reference = expected.and_then(|(expected, (member, _))| {
            let found = value.pointer(member)?.as_str()?;
            let is_alike = normalized(expected.trim()) == normalized(found.trim());
            // What differs in case alone may be a different writing of it.
            (expected == found || !is_alike).then_some(expected == found)
        });
        let same = self
            .same
            .iter()
            .map(|(same, expected)| equals(expected, value.pointer(same.member), same.known));
        let is_same = same.fold(Some(true), |all, one| match (all, one) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        });
        let result = facts.result.as_ref();
        let id = |member: &str| present(member)?.as_str().map(normalized);
        Effect {
            value,
            index,
            role,
            is_new,
            success: result.map_or(Some(true), |result| present(result.success)?.as_bool()),
            request_id: result.and_then(|result| id(result.request_id)),
            correlation_id: result.and_then(|result| id(result.correlation_id)),
            has_reference,
            is_same,
            is_corrected: result.is_some_and(|result| present(result.correction).is_some()),
        }
    }
}

/// Compares a member with what is expected, or returns `None` if it is missing, unreadable, or none of the documented values.
fn equals(expected: &Value, found: Option<&Value>, known: &[&str]) -> Option<bool> {
    match (expected, found?) {
        (Value::Number(expected), Value::Number(found)) => {
            let [expected, found] = [expected, found].map(|it| Number::new(it.clone()).as_i64());
            Some(expected? == found?)
        }
        (Value::String(expected), Value::String(found)) => {
            let [expected_id, found_id] = [expected, found].map(|it| it.parse::<uuid::Uuid>().ok());
            match (expected_id, found_id) {
                _ if expected == found => Some(true),
                (Some(expected), found) => Some(expected == found?),
                _ => known.contains(&found.as_str()).then_some(false),
            }
        }
        _ => None,
    }
}

/// Ids come with and without dashes.
pub(super) fn normalized(id: &str) -> String {
    id.replace('-', "").to_lowercase()
}
