//! What an overlay says about confirming an operation, as a part of the operation table.

use crate::Operation;

/// How a request is confirmed: what is read, and how its effect is recognized there. All members are JSON pointers.
#[derive(Debug)]
pub struct Confirm {
    /// The operation that is read.
    pub read: &'static Operation,
    /// The path variables of that operation, and where the request has their values.
    pub with: &'static [(&'static str, Source)],
    /// The list of effects in what is read; empty if the body is the list.
    pub list: &'static str,
    /// The member of an effect that holds its id.
    pub id: &'static str,
    /// `None` if every element of the list is an effect of this operation.
    pub kind: Option<EffectKind>,
    /// The member of an effect that holds the reference, and the member of the request that gives it.
    pub reference: Option<(&'static str, &'static str)>,
    /// What else of an effect equals a part of the request.
    pub same: &'static [Same],
    /// `None` if an effect has no result, since it exists only after a success.
    pub result: Option<EffectResult>,
    /// A member of what is read, and the value that it has once the request was carried out.
    pub done: Option<(&'static str, &'static str)>,
    /// A member of what is read, and the value with which nothing is certain.
    pub undecided: Option<(&'static str, &'static str)>,
    /// Whether a success can occur only once, so that any success is that of this request.
    pub unique: bool,
    /// Whether a request has no effect if none is visible.
    pub visible: bool,
    /// Whether the response is the effect, not what is read.
    pub is_effect: bool,
}

/// How the effects of an operation are told from those of others.
#[derive(Debug)]
pub struct EffectKind {
    /// The members that hold the kind; the first that is present counts.
    pub members: &'static [&'static str],
    /// The kind of an effect.
    pub effect: &'static str,
    /// The kind of what an accepted request (202) leaves before its effect.
    pub begin: Option<&'static str>,
    /// The documented kinds.
    pub known: &'static [&'static str],
}

/// The members of an effect that tell its result.
#[derive(Debug)]
pub struct EffectResult {
    /// Whether it succeeded.
    pub success: &'static str,
    /// Why it failed.
    pub error: &'static str,
    /// What was found out later.
    pub correction: &'static str,
    /// The id of a begin.
    pub request_id: &'static str,
    /// The id of the begin that it ends.
    pub correlation_id: &'static str,
}

/// A member of an effect that equals a part of the request.
#[derive(Debug)]
pub struct Same {
    /// The member of the effect.
    pub member: &'static str,
    /// The part of the request.
    pub source: Source,
    /// The documented values, if they are listed: any other value proves nothing.
    pub known: &'static [&'static str],
}

/// A part of a request.
#[derive(Debug)]
pub enum Source {
    /// The value of a path variable.
    Path(&'static str),
    /// A member of the body; `*` stands for every element of a list, whose integers are added.
    Body(&'static str),
    /// An argument of `confirm`.
    Argument,
    /// The first value whose condition the body meets: a member and its JSON.
    Value(&'static [(&'static str, Option<(&'static str, &'static str)>)]),
}
