//! A change, what it means, and how changes are reported.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;

use super::surface::Facts;

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

impl Class {
    /// The class as reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The item is new.
    Added,
    /// The item does not exist any more.
    Removed,
    /// The item has another name.
    Renamed,
    /// The item is there before and after.
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
    /// The sort of the item.
    pub what: ItemKind,
    /// `list_cards()`, `list_cards() query limit`, `Card`, `Card.amount`, `CardStatus::Active`
    pub item: String,
    /// What happened to the item.
    pub kind: Kind,
    /// What happened, in words.
    pub text: String,
}

impl Change {
    /// Returns a change of the generated source that is no change of an item of the surface.
    pub fn of_source(rust: Class, text: &str) -> Self {
        Self {
            api: Class::None,
            rust,
            what: ItemKind::Type,
            item: "generated source".to_owned(),
            kind: Kind::Changed,
            text: text.to_owned(),
        }
    }
}

/// Which way values travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Direction {
    /// To the API.
    pub request: bool,
    /// From the API.
    pub response: bool,
}

impl Direction {
    /// In requests only.
    pub const REQUEST: Self = Self {
        request: true,
        response: false,
    };
    /// In responses only.
    pub const RESPONSE: Self = Self {
        request: false,
        response: true,
    };

    /// The ways that a type travels before and after; all of them where it has turned.
    pub fn of(old: &Facts, new: &Facts) -> Self {
        let both = |key| (old.contains_key(key), new.contains_key(key));
        let (request, response) = (both("request"), both("response"));
        let common = Self {
            request: request.0 && request.1,
            response: response.0 && response.1,
        };
        if common.request || common.response {
            common
        } else {
            Self {
                request: request.0 || request.1,
                response: response.0 || response.1,
            }
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
    /// The sort of the item.
    pub what: ItemKind,
    /// Its name in the report.
    pub item: String,
    /// Which way its values travel.
    pub direction: Direction,
}

/// The changes of one API, as reports tell them.
pub struct ApiReport<'c> {
    /// Name of the API.
    pub api: &'c str,
    /// What changed.
    pub changes: &'c [Change],
}

impl ApiReport<'_> {
    /// The rows of a table: name of the API, sort of the items, and how many were added, removed, renamed and changed.
    pub fn counts(&self) -> Vec<[String; 6]> {
        let mut rows = Vec::new();
        for (what, plural) in ITEM_KINDS {
            let count = |kind| {
                let of = |change: &&Change| change.what == what && change.kind == kind;
                match self.changes.iter().filter(of).count() {
                    0 => "-".to_owned(),
                    count => count.to_string(),
                }
            };
            let [added, removed, renamed, changed] = KINDS.map(|(kind, _)| count(kind));
            let counts = [&added, &removed, &renamed, &changed];
            if counts.iter().any(|count| *count != "-") {
                let [api, plural] = [self.api, plural].map(str::to_owned);
                rows.push([api, plural, added, removed, renamed, changed]);
            }
        }
        rows
    }

    /// Classes and text of each line; changes that read the same are one line.
    pub fn lines(&self) -> Vec<(Classes, String)> {
        let mut lines: Vec<(&Change, Vec<&str>)> = Vec::new();
        let key = |change: &Change| (change.api, change.rust, change.kind, change.what);
        for change in self.changes {
            let same = |(known, _): &&mut (&Change, _)| {
                key(known) == key(change) && known.text == change.text
            };
            match lines.iter_mut().find(same) {
                Some((_, items)) => items.push(&change.item),
                None => lines.push((change, vec![&change.item])),
            }
        }
        let lines = lines.into_iter();
        lines
            .map(|(change, items)| {
                let text = match items.as_slice() {
                    [item] => format!("{item}: {}", change.text),
                    items => format!("{}: {}", change.text, items.join(", ")),
                };
                ((change.api, change.rust), text)
            })
            .collect()
    }

    /// The lines of a changelog entry; none where nothing changed.
    pub fn entry(&self) -> String {
        let mut out = String::new();
        for ((what, plural), (kind, verb)) in ITEM_KINDS
            .iter()
            .flat_map(|what| KINDS.map(|kind| (what, kind)))
        {
            let of = |change: &&Change| change.what == *what && change.kind == kind;
            let changes: Vec<&Change> = self.changes.iter().filter(of).collect();
            let names: BTreeSet<String> = changes
                .iter()
                .map(|change| match kind {
                    Kind::Renamed => format!("`{}` ({})", change.item, change.text),
                    _ => format!("`{}`", change.item),
                })
                .collect();
            let breaks = |change: &&Change| change.api.max(change.rust) == Class::Breaking;
            let breaking = if changes.iter().any(breaks) {
                ", breaking"
            } else {
                ""
            };
            let mut shown = names
                .iter()
                .take(MOST)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            if names.len() > MOST {
                shown.push_str(&format!(" and {} more", names.len() - MOST));
            }
            if !shown.is_empty() {
                put(
                    &mut out,
                    &format!("  - {plural} {verb}{breaking}: {shown}."),
                );
            }
        }
        out
    }
}

/// Everything that was compared.
pub struct Overview<'c> {
    /// The states before and after.
    pub states: (&'c str, &'c str),
    /// The APIs.
    pub apis: Vec<ApiReport<'c>>,
    /// Names of the crates, classes of their changes, and versions.
    pub crates: Vec<[String; 3]>,
    /// What else to know.
    pub notes: &'c [String],
}

impl Overview<'_> {
    /// Returns the report for a terminal.
    pub fn plain(&self) -> String {
        let (old, new) = self.states;
        let mut out = format!("{old} -> {new}\n");
        if self.apis.iter().all(|api| api.changes.is_empty()) {
            out.push_str("no changes\n");
        } else {
            put(
                &mut out,
                &row(["api", "what", "added", "removed", "renamed", "changed"].map(str::to_owned)),
            );
            for counts in self.apis.iter().flat_map(|api| api.counts()) {
                put(&mut out, &row(counts));
            }
            for api in self.apis.iter().filter(|api| !api.changes.is_empty()) {
                put(
                    &mut out,
                    &format!("\n{}\n  {:<10}{:<10}change", api.api, "API", "crate"),
                );
                for ((api, rust), line) in api.lines() {
                    put(
                        &mut out,
                        &format!("  {:<10}{:<10}{line}", api.name(), rust.name()),
                    );
                }
            }
            out.push_str("\nversions\n");
            for [name, class, version] in &self.crates {
                put(&mut out, &format!("  {name:<18}{class:<10}{version}"));
            }
        }
        for note in self.notes {
            put(&mut out, &format!("note: {note}"));
        }
        out
    }

    /// Returns the report for a pull request.
    pub fn markdown(&self) -> String {
        let (old, new) = self.states;
        let mut out = format!("## API changes: {old} to {new}\n\n");
        if self.apis.iter().all(|api| api.changes.is_empty()) {
            out.push_str("None.\n");
        } else {
            out.push_str("| api | what | added | removed | renamed | changed |\n| --- | --- | ---: | ---: | ---: | ---: |\n");
            for counts in self.apis.iter().flat_map(|api| api.counts()) {
                put(&mut out, &format!("| {} |", counts.join(" | ")));
            }
            out.push_str("\n| crate | for programs | version |\n| --- | --- | --- |\n");
            for [name, class, version] in &self.crates {
                put(&mut out, &format!("| `{name}` | {class} | {version} |"));
            }
            for (title, breaking) in [("Breaking", true), ("Other changes", false)] {
                let mut lines = Vec::new();
                for api in &self.apis {
                    for ((class, rust), line) in api.lines() {
                        if (class.max(rust) == Class::Breaking) == breaking {
                            let (class, rust) = (class.name(), rust.name());
                            lines.push(format!(
                                "- {}: {} (API {class}, crate {rust})",
                                api.api,
                                escaped(&line)
                            ));
                        }
                    }
                }
                if lines.is_empty() {
                    continue;
                }
                let (open, close) = if !breaking || lines.len() > 40 {
                    (
                        format!("<details><summary>{} entries</summary>\n\n", lines.len()),
                        "\n\n</details>",
                    )
                } else {
                    (String::new(), "")
                };
                put(
                    &mut out,
                    &format!("\n### {title}\n\n{open}{}{close}", lines.join("\n")),
                );
            }
        }
        for note in self.notes {
            put(&mut out, &format!("\n> {}", note.replace('\n', "\n> ")));
        }
        out
    }
}

fn row([api, what, added, removed, renamed, changed]: [String; 6]) -> String {
    format!("{api:<10}{what:<12}{added:>7}{removed:>9}{renamed:>9}{changed:>9}")
}

/// Writing to a String cannot fail.
fn put(out: &mut String, line: &str) {
    let _ = writeln!(out, "{line}");
}

/// How many names an entry of the changelog lists.
const MOST: usize = 12;

const ITEM_KINDS: [(ItemKind, &str); 5] = [
    (ItemKind::Operation, "operations"),
    (ItemKind::Parameter, "parameters"),
    (ItemKind::Type, "types"),
    (ItemKind::Field, "fields"),
    (ItemKind::Value, "values"),
];

const KINDS: [(Kind, &str); 4] = [
    (Kind::Added, "added"),
    (Kind::Removed, "removed"),
    (Kind::Renamed, "renamed"),
    (Kind::Changed, "changed"),
];

/// A text without meaning to Markdown. What stands in backticks is shown as it is, backslashes too.
fn escaped(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    let parts = text.split('`').enumerate().map(|(index, part)| {
        if paired && index % 2 == 1 {
            part.to_owned()
        } else {
            part.replace('|', "\\|")
                .replace('<', "&lt;")
                .replace('*', "\\*")
                .replace('_', "\\_")
        }
    });
    parts.collect::<Vec<_>>().join("`")
}
