//! What the state of the API proves about a request. What is missing or unreadable proves nothing.

use std::collections::HashMap;

use serde_json::Value;

use super::Declined;
use super::facts::Confirm;
use crate::data::Number;

#[derive(Debug)]
pub(super) enum Observation {
    /// The request was carried out: by the effect of this index, or as the whole state shows.
    Applied(Option<usize>),
    Pending,
    Declined(Declined),
    /// The reference belongs to another request.
    Conflict,
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

#[derive(Debug)]
pub(super) struct Evidence {
    pub(super) facts: &'static Confirm,
    pub(super) reference: Option<String>,
    /// Whether an earlier call may have sent this request, since the caller gave its reference or it needs none.
    pub(super) is_repeatable: bool,
    pub(super) same: Vec<(&'static str, Value)>,
    /// The ids of what is read, normalized, by the names that its body has for them.
    pub(super) object: Vec<(&'static str, String)>,
    pub(super) announced: Option<String>,
    /// How many requests were sent that may have an effect.
    pub(super) sent: usize,
    /// How often each effect of other requests was seen before this one was sent.
    pub(super) seen: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Effect,
    Begin,
    Other,
    Undocumented,
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

impl Evidence {
    pub(super) fn observe(&self, body: &Value, phase: Phase) -> Observation {
        let facts = self.facts;
        // An id may come with or without its account.
        let is_other = |(name, own): &(&str, String)| {
            let found = body[*name].as_str().map(normalized);
            found.is_some_and(|found| !found.ends_with(own) && !own.ends_with(&found))
        };
        if self.object.iter().any(is_other) {
            return Inconclusive("what was read is of another object");
        }
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
        let undecided = |(member, value)| text(member).is_none_or(|text| text == value);
        match self.of_effects(&effects, phase) {
            Absent if facts.undecided.is_some_and(undecided) => {
                Inconclusive("the state is not decided")
            }
            observation => observation,
        }
    }

    pub(super) fn remember(&mut self, body: &Value) {
        for effect in self.effects(body).unwrap_or_default() {
            let identity = self.identity(effect.value);
            *self.seen.entry(identity).or_default() += 1;
        }
    }

    fn of_effects(&self, effects: &[Effect<'_>], phase: Phase) -> Observation {
        let new = || effects.iter().filter(|effect| effect.is_new);
        let begun = new().filter(|effect| effect.role == Role::Begin && self.is_named(effect));
        let begun = begun.filter_map(|effect| effect.request_id.clone());
        let ids: Vec<String> = begun.chain(self.announced.clone()).collect();
        let ends_own = |effect: &Effect<'_>| {
            let id = effect.correlation_id.as_ref();
            effect.role == Role::Effect && id.is_some_and(|id| ids.contains(id))
        };
        let is_own = |effect: &Effect<'_>| {
            // Where requests have no reference, a new effect in the response is that of the request.
            let in_response = phase == Phase::Response && self.facts.reference.is_none();
            let is_effect = effect.role == Role::Effect;
            let has_role = is_effect || effect.role == Role::Begin;
            has_role && (self.is_named(effect) || in_response && is_effect || ends_own(effect))
        };
        let is_contradictory = |effect: &Effect<'_>| {
            matches!(effect.role, Role::Unclear | Role::Undocumented)
                && effect.has_reference == Some(true)
                || effect.has_reference == Some(false) && ends_own(effect)
                || effect.is_corrected && (phase != Phase::Before || is_own(effect))
        };
        let own = new().filter(|effect| is_own(effect));
        let (begins, ends): (Vec<_>, Vec<_>) = own.partition(|own| own.role == Role::Begin);
        if new().any(is_contradictory)
            || ends.iter().any(|end| end.success.is_none())
            || begins.iter().any(|begin| begin.success == Some(false))
        {
            return Inconclusive("an effect of it is unreadable or was corrected");
        }
        let pairs = |begin: &Effect<'_>, end: &Effect<'_>| {
            begin.request_id.is_some() && begin.request_id == end.correlation_id
        };
        let mut open = begins.clone();
        open.retain(|begin| !ends.iter().any(|end| pairs(begin, end)));
        // An end that refers to no begin may belong to any of them.
        let is_loose = |end: &&Effect<'_>| !begins.iter().any(|begin| pairs(begin, end));
        let mut successes = ends.iter().filter(|end| end.success == Some(true));
        if successes.clone().count() + open.len() > 1 && !self.facts.unique {
            return Inconclusive("several effects have its reference");
        }
        let is_foreign = |effect: &Effect<'_>| {
            let mut others = effects.iter().filter(|it| it.has_reference == Some(false));
            effect.has_reference == Some(false) || others.any(|begin| pairs(begin, effect))
        };
        let may_be_own = |effect: &Effect<'_>| match (phase, effect.role) {
            (_, Role::Other) => false,
            (Phase::Response | Phase::After, _) => !is_own(effect),
            _ if !self.is_repeatable || is_own(effect) => false,
            (_, Role::Undocumented) => self.reference.is_some() && effect.is_same == Some(true),
            _ => {
                let is_failure = effect.success == Some(false) && open.is_empty();
                effect.is_same != Some(false) && !is_failure
            }
        };
        let is_unclear = new().any(|effect| may_be_own(effect) && !is_foreign(effect));
        let differs = match phase {
            Phase::Before if !is_unclear => Conflict,
            _ => Inconclusive("an effect with its reference differs from it"),
        };
        match successes
            .next()
            .map(|success| (success.is_same, success.index))
        {
            Some((Some(true), index)) => return Applied(Some(index)),
            Some((Some(false), _)) => return differs,
            Some((None, _)) => return Inconclusive("an effect with its reference is incomplete"),
            None => {}
        }
        if is_unclear {
            return Inconclusive("an effect without a readable reference may be its own");
        }
        let is_announced =
            |end: &&Effect<'_>| self.announced.is_some() && end.correlation_id == self.announced;
        match (open.last(), ends.last()) {
            (Some(_), _) if ends.iter().any(is_loose) => Inconclusive("it may have ended or not"),
            (Some(begin), _) => match begin.is_same {
                Some(false) => differs,
                _ if begin.request_id.is_some() || self.announced.is_some() => Pending,
                _ => Inconclusive("it was begun without an id to wait for"),
            },
            // Another of the requests that were sent may have been declined.
            _ if phase == Phase::After
                && ends.len() < self.sent
                && !ends.iter().any(is_announced) =>
            {
                Absent
            }
            (_, Some(end)) => {
                let error = self
                    .facts
                    .result
                    .and_then(|[_, error, ..]| end.value.pointer(error));
                Observation::Declined(Declined::new(error.cloned().unwrap_or_default()))
            }
            _ => Absent,
        }
    }

    /// Whether an effect is this request's by its reference; where a success is unique, by its kind.
    fn is_named(&self, effect: &Effect<'_>) -> bool {
        match self.facts.reference {
            Some(_) => effect.has_reference == Some(true),
            None => self.facts.unique && effect.success != Some(false),
        }
    }

    fn effects<'e>(&self, body: &'e Value) -> Option<Vec<Effect<'e>>> {
        let list = body.pointer(self.facts.list)?.as_array()?;
        let mut seen = self.seen.clone();
        let effects = list.iter().enumerate().map(|(index, value)| {
            let left = seen
                .get_mut(&self.identity(value))
                .filter(|left| **left > 0);
            let is_new = left.map(|left| *left -= 1).is_none();
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
        let kind = facts.kind.iter().find_map(|member| present(member));
        let role = match kind.and_then(Value::as_str) {
            _ if !value.is_object() => Role::Unclear,
            _ if facts.kind.is_empty() => Role::Effect,
            kind @ Some(_) if kind == facts.effect => Role::Effect,
            kind @ Some(_) if kind == facts.begin => Role::Begin,
            Some(kind) if facts.known(facts.kind[0]).contains(&kind) => Role::Other,
            Some(_) => Role::Undocumented,
            None => Role::Unclear,
        };
        let expected = self.reference.as_deref().zip(facts.reference);
        let has_reference = expected.and_then(|(expected, (member, _))| {
            let found = value.pointer(member)?.as_str()?;
            let is_alike = normalized(expected.trim()) == normalized(found.trim());
            // What differs in case alone may be a different writing of it.
            (expected == found || !is_alike).then_some(expected == found)
        });
        let same = |(member, expected): &(&str, Value)| {
            equals(expected, value.pointer(member), facts.known(member))
        };
        let same: Vec<Option<bool>> = self.same.iter().map(same).collect();
        let is_same = match same.contains(&Some(false)) {
            true => Some(false),
            false => (!same.contains(&None)).then_some(true),
        };
        let result = |index: usize| facts.result.and_then(|members| present(members[index]));
        let id = |index| Some(normalized(result(index)?.as_str()?));
        Effect {
            value,
            index,
            role,
            is_new,
            success: match facts.result {
                Some(_) => result(0).and_then(Value::as_bool),
                None => Some(true),
            },
            request_id: id(3),
            correlation_id: id(4),
            has_reference,
            is_same,
            is_corrected: result(2).is_some(),
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

/// Returns an id, which comes with and without dashes, without them.
pub fn normalized(id: &str) -> String {
    id.replace('-', "").to_lowercase()
}

#[cfg(test)]
mod tests;
