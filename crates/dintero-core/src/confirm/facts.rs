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
    /// The members of an effect that hold its kind, of which the first that is present counts. Without, all effects are of one kind.
    pub kind: &'static [&'static str],
    /// The kind of an effect.
    pub effect: Option<&'static str>,
    /// The kind of what an accepted request (202) leaves before its effect.
    pub begin: Option<&'static str>,
    /// The member of an effect that holds the reference, and the member of the request that gives it.
    pub reference: Option<(&'static str, &'static str)>,
    /// Other members of an effect that equal a part of the request.
    pub same: &'static [(&'static str, Source)],
    /// Members of an effect: success, error, later correction, the id of a begin, the id of the begin that it ends. Without, what
    /// exists has succeeded.
    pub result: Option<[&'static str; 5]>,
    /// A member of what is read, and the value that it has once the request was carried out.
    pub done: Option<(&'static str, &'static str)>,
    /// A member of what is read, and the value with which nothing is certain.
    pub undecided: Option<(&'static str, &'static str)>,
    /// Whether a success can occur only once, so that any success is that of this request.
    pub unique: bool,
    /// Whether a request may have an effect that the list does not show.
    pub invisible: bool,
    /// Whether the response is the effect, not what is read.
    pub is_effect: bool,
    /// The documented values of members: any other value proves nothing.
    pub known: &'static [(&'static str, &'static [&'static str])],
}

/// A part of a request.
#[derive(Debug)]
pub enum Source {
    /// A member of the body; `*` stands for every element of a list, whose integers are added.
    Body(&'static str),
    /// The value of a path variable.
    Path(&'static str),
    /// An argument of `confirm`.
    Argument,
    /// The first value whose condition holds: a member of the body has this text.
    Choice(&'static [(&'static str, Option<(&'static str, &'static str)>)]),
}

impl Confirm {
    pub(super) fn known(&self, member: &str) -> &'static [&'static str] {
        let known = self.known.iter().find(|(known, _)| *known == member);
        known.map_or(&[], |(_, values)| values)
    }
}
