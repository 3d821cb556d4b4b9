//! A change, what it means, and how changes are reported.

use std::collections::BTreeSet;
use std::{fmt, iter};

use serde::Serialize;

use super::surface::Facts;

macro_rules! put {
    ($out:expr, $($line:tt)*) => {{
        $out.push_str(&format!($($line)*));
        $out.push('\n');
    }};
}

/// What a change means to those who relied on what was there before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Nothing.
    #[default]
    None,
    /// Everything keeps working.
    Additive,
    /// Something may fail.
    Breaking,
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Added,
    Removed,
    Renamed,
    Changed,
}

/// The sort of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// An operation and what is said about it as a whole.
    Operation,
    /// A parameter or a request body.
    Parameter,
    /// A struct, an enum or a union.
    Type,
    /// A field of a struct.
    Field,
    /// A value of an enum, or a variant of a union.
    Value,
}

/// The classes of a change: for the API, and for the Rust crate.
pub type Classes = (Class, Class);

/// A change. The order of its fields is that of the reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What the change means to other users of the API.
    pub api: Class,
    /// What the change means to programs that use the Rust crate.
    #[serde(rename = "crate")]
    pub rust: Class,
    pub what: ItemKind,
    /// `list_cards()`, `list_cards() query limit`, `Card`, `Card.amount`, `CardStatus::Active`
    pub item: String,
    pub kind: Kind,
    /// What happened, in words.
    pub text: String,
}

impl Change {
    /// Returns `true` if the change breaks anyone.
    pub fn breaks(&self) -> bool {
        self.api.max(self.rust) == Class::Breaking
    }
}

/// Which way values travel: to the API, and from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Direction {
    pub request: bool,
    pub response: bool,
}

impl Direction {
    pub const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    pub const RESPONSE: Self = Self {
        request: false,
        response: true,
    };

    /// The ways that a type travels before and after; all of them where it has turned.
    pub fn of(old: &Facts, new: &Facts) -> Self {
        let states = [old, new];
        let both = |key| states.iter().all(|facts| facts.contains_key(key));
        let either = |key| states.iter().any(|facts| facts.contains_key(key));
        let turned = !both("request") && !both("response");
        let travels = |key| both(key) || turned && either(key);
        Self {
            request: travels("request"),
            response: travels("response"),
        }
    }

    /// The class of a change whose meaning depends on the direction.
    pub fn class(self, request: Class, response: Class) -> Class {
        let request = if self.request { request } else { Class::None };
        request.max(if self.response { response } else { Class::None })
    }
}

/// An item that is compared.
pub struct Place {
    pub what: ItemKind,
    /// Its name in the report.
    pub item: String,
    pub direction: Direction,
}

/// The rows of a table: name of the API, sort of the items, and how many were added, removed, renamed and changed.
fn counts(api: &str, changes: &[Change]) -> Vec<[String; 6]> {
    let count = |what, kind| {
        let of = |change: &&Change| (change.what, change.kind) == (what, kind);
        match changes.iter().filter(of).count() {
            0 => "-".to_owned(),
            count => count.to_string(),
        }
    };
    let rows = ITEM_KINDS.map(|what| {
        let [added, removed, renamed, changed] = KINDS.map(|kind| count(what, kind));
        let plural = name(what) + "s";
        [api.to_owned(), plural, added, removed, renamed, changed]
    });
    let mut rows = rows.to_vec();
    rows.retain(|row| row[2..].iter().any(|count| count != "-"));
    rows
}

/// Classes and text of each line; changes that read the same are one line.
fn lines(changes: &[Change]) -> Vec<(Classes, String)> {
    let mut lines: Vec<(&Change, Vec<&str>)> = Vec::new();
    fn key(change: &Change) -> (Class, Class, Kind, ItemKind, &str) {
        let Change { api, rust, .. } = *change;
        (api, rust, change.kind, change.what, &change.text)
    }
    for change in changes {
        let same = |(known, _): &&mut (&Change, _)| key(known) == key(change);
        match lines.iter_mut().find(same) {
            Some((_, items)) => items.push(&change.item),
            None => lines.push((change, vec![&change.item])),
        }
    }
    let lines = lines.into_iter().map(|(change, items)| {
        let text = match items.as_slice() {
            [item] => format!("{item}: {}", change.text),
            items => format!("{}: {}", change.text, items.join(", ")),
        };
        ((change.api, change.rust), text)
    });
    lines.collect()
}

/// The lines of a changelog entry; none where nothing changed.
pub fn entry(all: &[Change]) -> String {
    let mut out = String::new();
    for what in ITEM_KINDS {
        for kind in KINDS {
            let of = |change: &&Change| (change.what, change.kind) == (what, kind);
            let changes = || all.iter().filter(of);
            let names = changes().map(|change| match kind {
                Kind::Renamed => format!("`{}` ({})", change.item, change.text),
                _ => format!("`{}`", change.item),
            });
            let names: Vec<String> = names.collect::<BTreeSet<_>>().into_iter().collect();
            let breaking = match changes().any(Change::breaks) {
                true => ", breaking",
                false => "",
            };
            let shown = names[..names.len().min(MOST)].join(", ");
            let more = match names.len().saturating_sub(MOST) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            if !shown.is_empty() {
                let (what, verb) = (name(what), name(kind));
                put!(out, "  - {what}s {verb}{breaking}: {shown}{more}.");
            }
        }
    }
    out
}

/// Everything that was compared.
pub struct Overview<'c> {
    /// The states before and after.
    pub states: (&'c str, &'c str),
    /// Names of the APIs and what changed.
    pub apis: Vec<(&'c str, &'c [Change])>,
    /// Names of the crates, classes of their changes, and versions.
    pub crates: Vec<[String; 3]>,
    /// What else to know.
    pub notes: &'c [String],
}

impl Overview<'_> {
    fn unchanged(&self) -> bool {
        self.apis.iter().all(|(_, changes)| changes.is_empty())
    }

    fn counts(&self) -> Vec<[String; 6]> {
        let apis = self.apis.iter();
        apis.flat_map(|(api, changes)| counts(api, changes))
            .collect()
    }

    /// Returns the report for a terminal.
    pub fn plain(&self) -> String {
        let (old, new) = self.states;
        let mut out = format!("{old} -> {new}\n");
        if self.unchanged() {
            out.push_str("no changes\n");
        } else {
            let head = HEAD.map(str::to_owned);
            for [api, what, counts @ ..] in iter::once(head).chain(self.counts()) {
                let [added, removed, renamed, changed] = counts;
                let counts = format!("{added:>7}{removed:>9}{renamed:>9}{changed:>9}");
                put!(out, "{api:<10}{what:<12}{counts}");
            }
            for (name, changes) in self.apis.iter().filter(|api| !api.1.is_empty()) {
                put!(out, "\n{name}\n  {:<10}{:<10}change", "API", "crate");
                for ((api, rust), line) in lines(changes) {
                    put!(
                        out,
                        "  {:<10}{:<10}{line}",
                        self::name(api),
                        self::name(rust)
                    );
                }
            }
            out.push_str("\nversions\n");
            for [name, class, version] in &self.crates {
                put!(out, "  {name:<18}{class:<10}{version}");
            }
        }
        for note in self.notes {
            put!(out, "note: {note}");
        }
        out
    }

    /// Returns the report for a pull request.
    pub fn markdown(&self) -> String {
        let (old, new) = self.states;
        let mut out = format!("## API changes: {old} to {new}\n\n");
        if self.unchanged() {
            out.push_str("None.\n");
        } else {
            put!(out, "| {} |", HEAD.join(" | "));
            out.push_str("| --- | --- | ---: | ---: | ---: | ---: |\n");
            for counts in self.counts() {
                put!(out, "| {} |", counts.join(" | "));
            }
            out.push_str("\n| crate | for programs | version |\n| --- | --- | --- |\n");
            for [name, class, version] in &self.crates {
                put!(out, "| `{name}` | {class} | {version} |");
            }
            let (mut breaking, mut other) = (Vec::new(), Vec::new());
            for (api, changes) in &self.apis {
                for ((class, rust), line) in lines(changes) {
                    let list = match class.max(rust) {
                        Class::Breaking => &mut breaking,
                        _ => &mut other,
                    };
                    let (line, class, rust) = (escaped(&line), self::name(class), self::name(rust));
                    list.push(format!("- {api}: {line} (API {class}, crate {rust})"));
                }
            }
            for (title, lines, most) in [("Breaking", breaking, 40), ("Other changes", other, 0)] {
                let (count, lines) = (lines.len(), lines.join("\n"));
                if count > most {
                    put!(
                        out,
                        "\n### {title}\n\n<details><summary>{count} entries</summary>\n\n{lines}\n\n</details>"
                    );
                } else if count > 0 {
                    put!(out, "\n### {title}\n\n{lines}");
                }
            }
        }
        for note in self.notes {
            put!(out, "\n> {}", note.replace('\n', "\n> "));
        }
        out
    }
}

/// How many names an entry of the changelog lists.
const MOST: usize = 12;

const HEAD: [&str; 6] = ["api", "what", "added", "removed", "renamed", "changed"];

const ITEM_KINDS: [ItemKind; 5] = {
    use ItemKind::{Field, Operation, Parameter, Type, Value};
    [Operation, Parameter, Type, Field, Value]
};

const KINDS: [Kind; 4] = [Kind::Added, Kind::Removed, Kind::Renamed, Kind::Changed];

/// Returns the name of a kind or class.
pub fn name(kind: impl fmt::Debug) -> String {
    format!("{kind:?}").to_lowercase()
}

/// A text without meaning to Markdown. What stands in backticks is shown as it is, backslashes too.
fn escaped(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut out = String::new();
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '`' && paired;
        match c {
            '|' | '*' | '_' if !quoted => out.extend(['\\', c]),
            '<' if !quoted => out.push_str("&lt;"),
            _ => out.push(c),
        }
    }
    out
}
