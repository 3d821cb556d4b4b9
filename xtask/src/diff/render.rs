//! The comparison for people: text for a terminal, Markdown for a pull request, an entry for the changelog.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::bump::Bump;
use super::change::{Class, Kind, What};
use super::compare::Compared;

/// The rows of a table, in this order.
pub const WHATS: [What; 7] = [
    What::Operation,
    What::Parameter,
    What::Message,
    What::Type,
    What::Field,
    What::Value,
    What::Access,
];
/// Its columns.
pub const KINDS: [Kind; 4] = [Kind::Added, Kind::Removed, Kind::Renamed, Kind::Changed];

/// All of it.
pub struct Outcome {
    /// What was compared.
    pub states: (String, String),
    /// The APIs.
    pub apis: Vec<Compared>,
    /// The crates.
    pub bumps: Vec<Bump>,
    /// What to know.
    pub notes: Vec<String>,
}

/// For a terminal.
pub fn text(outcome: &Outcome) -> String {
    let mut out = format!("{} -> {}\n", outcome.states.0, outcome.states.1);
    if outcome.apis.iter().all(|api| !api.differs()) {
        out.push_str("no changes\n");
    } else {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["api", "what", "added", "removed", "renamed", "changed"]);
        for row in rows(&outcome.apis) {
            table.add_row(row);
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let table = table.to_string();
        for line in table.lines() {
            put(&mut out, line.trim_end());
        }
        for class in [Class::Breaking, Class::Additive, Class::None] {
            for api in &outcome.apis {
                section(&mut out, api, class);
            }
        }
        for api in &outcome.apis {
            crate_section(&mut out, api);
        }
        put(&mut out, "\nversions");
        for bump in &outcome.bumps {
            put(
                &mut out,
                &format!(
                    "  {:<17} {:<9} {}",
                    bump.name,
                    bump.class.name(),
                    bump.text()
                ),
            );
        }
    }
    for note in notes(outcome) {
        put(&mut out, &format!("note: {note}"));
    }
    out
}

/// For a pull request.
pub fn markdown(outcome: &Outcome) -> String {
    let mut out = format!(
        "## API changes: {} to {}\n\n",
        outcome.states.0, outcome.states.1
    );
    if outcome.apis.iter().all(|api| !api.differs()) {
        out.push_str("None.\n");
    } else {
        out.push_str("| api | what | added | removed | renamed | changed |\n| --- | --- | ---: | ---: | ---: | ---: |\n");
        for row in rows(&outcome.apis) {
            put(&mut out, &format!("| {} |", row.join(" | ")));
        }
        out.push_str("\n| crate | for programs | version |\n| --- | --- | --- |\n");
        for bump in &outcome.bumps {
            put(
                &mut out,
                &format!(
                    "| `{}` | {} | {} |",
                    bump.name,
                    bump.class.name(),
                    bump.text()
                ),
            );
        }
        for (class, title) in [
            (Class::Breaking, "Breaking for the API"),
            (Class::Additive, "Additive"),
            (Class::None, "Not on the wire"),
        ] {
            let lists: Vec<(&str, Vec<Line<'_>>)> = outcome
                .apis
                .iter()
                .map(|api| (api.api.as_str(), lines(api, class)))
                .collect();
            let count: usize = lists.iter().map(|(_, lines)| lines.len()).sum();
            if count == 0 {
                continue;
            }
            let folded = class != Class::Breaking || count > 40;
            put(&mut out, &format!("\n### {title}\n"));
            if folded {
                put(
                    &mut out,
                    &format!("<details><summary>{count} entries</summary>\n"),
                );
            }
            for (api, lines) in lists {
                for line in lines {
                    put(
                        &mut out,
                        &format!("- {api}: {} (`{}`)", escaped(&line.text(10)), line.rule),
                    );
                }
            }
            if folded {
                put(&mut out, "\n</details>");
            }
        }
        for api in outcome
            .apis
            .iter()
            .filter(|api| !api.crate_changes.is_empty())
        {
            let count = api.crate_changes.len();
            put(
                &mut out,
                &format!(
                    "\n### `dintero-{}`\n\n<details><summary>{count} changes for programs</summary>\n",
                    api.api
                ),
            );
            for change in &api.crate_changes {
                let note = change
                    .note
                    .map(|note| format!(" {note}"))
                    .unwrap_or_default();
                put(
                    &mut out,
                    &format!(
                        "- {}: `{}` {}.{note}",
                        change.class.name(),
                        change.item,
                        change.text
                    ),
                );
            }
            put(&mut out, "\n</details>");
        }
    }
    for note in notes(outcome) {
        put(&mut out, &format!("\n> {}", note.replace('\n', "\n> ")));
    }
    out
}

fn rows(apis: &[Compared]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for api in apis {
        for what in WHATS {
            let counts = KINDS.map(|kind| api.count(what, kind));
            if counts.iter().any(|count| *count > 0) {
                let mut row = vec![api.api.clone(), what.plural().to_owned()];
                row.extend(counts.iter().map(|count| {
                    if *count == 0 {
                        "-".to_owned()
                    } else {
                        count.to_string()
                    }
                }));
                rows.push(row);
            }
        }
    }
    rows
}

fn section(out: &mut String, api: &Compared, class: Class) {
    let lines = lines(api, class);
    let title = match class {
        Class::Breaking => "breaking for the API",
        Class::Additive => "additive",
        Class::None => "not on the wire",
    };
    if !lines.is_empty() {
        put(out, &format!("\n{}: {title}", api.api));
    }
    for line in lines {
        put(out, &format!("  {} [{}]", line.text(3), line.rule));
    }
}

fn crate_section(out: &mut String, api: &Compared) {
    for class in [Class::Breaking, Class::Additive] {
        let changes: Vec<_> = api
            .crate_changes
            .iter()
            .filter(|change| change.class == class)
            .collect();
        if changes.is_empty() {
            continue;
        }
        put(
            out,
            &format!("\ndintero-{}: {} for programs", api.api, class.name()),
        );
        // Lines that say the same are one line.
        let mut merged: Vec<(&str, Option<&str>, Vec<String>)> = Vec::new();
        for change in changes {
            let item = change.item.clone();
            match merged.iter_mut().find(|(text, ..)| *text == change.text) {
                Some((.., items)) => items.push(item),
                None => merged.push((&change.text, change.note, vec![item])),
            }
        }
        for (text, note, items) in merged {
            let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
            put(out, &format!("  {}: {text}{note}", items.join(", ")));
        }
    }
}

/// Changes that read the same, but for their names or their places.
struct Line<'a> {
    rule: &'a str,
    kind: Kind,
    text: &'a str,
    subjects: Vec<&'a str>,
    names: Vec<&'a str>,
}

impl Line<'_> {
    fn text(&self, places: usize) -> String {
        let subjects: Vec<String> = self
            .subjects
            .iter()
            .map(|subject| (*subject).to_owned())
            .collect();
        let (subjects, names) = (some(&subjects, places), self.names.join(", "));
        match (names.is_empty(), self.kind) {
            (true, _) => format!("{subjects}: {}", self.text),
            (false, Kind::Added | Kind::Removed) => format!("{subjects}: {}: {names}", self.text),
            (false, _) => format!("{subjects}: {names} {}", self.text),
        }
    }
}

/// The changes of a class; changed descriptions are only counted, in the notes.
fn lines(api: &Compared, class: Class) -> Vec<Line<'_>> {
    let mut by_subject: Vec<Line<'_>> = Vec::new();
    for change in api
        .changes
        .iter()
        .filter(|change| change.class == class && change.what != What::Text)
    {
        let same = |line: &&mut Line<'_>| {
            line.rule == change.rule
                && line.text == change.text
                && line.subjects == [change.subject.as_str()]
        };
        match by_subject.iter_mut().find(same) {
            Some(line) if !change.name.is_empty() => line.names.push(&change.name),
            _ => by_subject.push(Line {
                rule: &change.rule,
                kind: change.kind,
                text: &change.text,
                subjects: vec![&change.subject],
                names: Some(change.name.as_str())
                    .filter(|name| !name.is_empty())
                    .into_iter()
                    .collect(),
            }),
        }
    }
    let mut lines: Vec<Line<'_>> = Vec::new();
    for line in by_subject {
        let same = |known: &&mut Line<'_>| {
            known.rule == line.rule && known.text == line.text && known.names == line.names
        };
        match lines.iter_mut().find(same) {
            Some(known) => known.subjects.extend(line.subjects),
            None => lines.push(line),
        }
    }
    lines.sort_by(|one, two| (&one.subjects, one.rule).cmp(&(&two.subjects, two.rule)));
    lines
}

fn notes(outcome: &Outcome) -> Vec<String> {
    let mut notes = outcome.notes.clone();
    for api in &outcome.apis {
        let texts = api.count(What::Text, Kind::Changed);
        if texts > 0 {
            notes.push(format!("{}: {texts} descriptions differ", api.api));
        }
        let own = api.notes.iter().chain(&api.unjudged);
        notes.extend(own.map(|note| format!("{}: {note}", api.api)));
    }
    notes
}

/// The first of them, and how many more.
pub fn some(names: &[String], most: usize) -> String {
    if names.len() <= most {
        names.join(", ")
    } else {
        format!(
            "{} and {} more",
            names[..most].join(", "),
            names.len() - most
        )
    }
}

/// Without meaning to Markdown. What stands in backticks is shown as it is, backslashes too.
fn escaped(text: &str) -> String {
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut code = false;
    let parts = text.split('`').map(|part| {
        let shown = if code && paired {
            part.to_owned()
        } else {
            part.replace('|', "\\|")
                .replace('<', "&lt;")
                .replace('*', "\\*")
                .replace('_', "\\_")
        };
        code = !code;
        shown
    });
    parts.collect::<Vec<_>>().join("`")
}

/// Writing to a String cannot fail.
pub fn put(out: &mut String, line: &str) {
    let _ = writeln!(out, "{line}");
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_stands_in_backticks_is_shown_as_it_is() {
        assert_eq!(escaped("a_b: was `c_d<e>`, *"), "a\\_b: was `c_d<e>`, \\*");
        assert_eq!(escaped("a_b ` c_d"), "a\\_b ` c\\_d");
    }
}
