//! What an import did, for people and for programs.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Finding, Rule};
use dintero_codegen::lint::Action;
use serde_json::{Value, json};

use super::dormant::{Mark, Marks};
use super::keep::Kept;
use super::shape::operations;
use crate::report::Report;
use crate::state;

/// An action that hides personal data and matches fewer places: index, number before, number now.
pub type Fewer = (usize, usize, usize);

/// An import that went well.
pub struct Outcome<'a> {
    pub api: &'a str,
    pub page: bool,
    pub check: bool,
    pub notes: Vec<String>,
    pub kept: Kept,
    pub ours: &'a Value,
    pub new: &'a Value,
    pub overlay: &'a Document,
    pub before: &'a Marks,
    pub marks: &'a Marks,
    pub mended: &'a [Action],
    pub fewer: &'a [Fewer],
    pub findings: &'a [Finding],
    pub files: &'a [PathBuf],
}

/// Does an action of an overlay hide something from Debug output?
pub fn personal(action: &Value) -> bool {
    action["update"]["x-dintero-personal"] == true
}

impl Outcome<'_> {
    pub fn report(&self) -> Report {
        let (asleep, woken) = (
            self.changes(self.marks, self.before),
            self.changes(self.before, self.marks),
        );
        let slept_before: Vec<usize> = self
            .marks
            .keys()
            .copied()
            .filter(|index| !asleep.contains(index))
            .collect();
        let unnamed: Vec<&Finding> = self
            .findings
            .iter()
            .filter(|finding| finding.rule == Rule::UnnamedOperation)
            .collect();
        let files: Vec<String> = self.files.iter().map(|path| state::name(path)).collect();
        let [old, new] = [self.ours, self.new].map(operations);
        let [old_schemas, new_schemas] = [self.ours, self.new].map(|root| {
            let schemas = root["components"]["schemas"]
                .as_object()
                .into_iter()
                .flatten();
            schemas.map(|(name, _)| name.clone()).collect()
        });
        let [operations, schemas] = [(&old, &new), (&old_schemas, &new_schemas)].map(|(old, new)| {
            let only = |one: &BTreeSet<String>, two| one.difference(two).cloned().collect::<Vec<_>>();
            json!({"before": old.len(), "now": new.len(), "added": only(new, old), "removed": only(old, new)})
        });

        let mut text = String::new();
        for note in &self.notes {
            let _ = writeln!(text, "note: {note}");
        }
        for (name, counts) in [("operations", &operations), ("schemas", &schemas)] {
            let length = |key: &str| counts[key].as_array().map_or(0, Vec::len);
            let _ = writeln!(
                text,
                "{name}: {} -> {}, {} added, {} removed",
                counts["before"],
                counts["now"],
                length("added"),
                length("removed")
            );
        }
        let Kept {
            words,
            facts,
            renamed,
        } = self.kept;
        let _ = writeln!(
            text,
            "kept where upstream has none: {words} descriptions, {facts} facts; {renamed} components were found under another name"
        );
        for (title, indices) in [
            ("put to sleep", &asleep),
            ("woken", &woken),
            ("still asleep", &slept_before),
        ] {
            if !indices.is_empty() {
                let _ = writeln!(text, "overlay actions {title}: {}", indices.len());
            }
            for index in indices {
                let _ = writeln!(text, "  {}", self.action(*index));
            }
        }
        if !self.mended.is_empty() {
            let _ = writeln!(
                text,
                "overlay actions added for what cannot be generated; look at each: {}",
                self.mended.len()
            );
            for action in self.mended {
                let _ = writeln!(text, "  {}", action.to_string().replace('\n', "\n  "));
            }
        }
        if !self.fewer.is_empty() {
            let _ = writeln!(
                text,
                "overlay actions that hide personal data and match less than before; look whether the data has another name now: {}",
                self.fewer.len()
            );
            for (index, before, now) in self.fewer {
                let _ = writeln!(text, "  {}: {before} -> {now}", self.action(*index));
            }
        }
        if !unnamed.is_empty() {
            let _ = writeln!(
                text,
                "operations without a name of ours: {}; correct these actions, say why in `description`, and add them to the overlay",
                unnamed.len()
            );
            for action in unnamed.iter().flat_map(|finding| &finding.actions) {
                let _ = writeln!(text, "  {}", action.to_string().replace('\n', "\n  "));
            }
        }
        if files.is_empty() {
            let _ = writeln!(
                text,
                "nothing to do: openapi/ is what the import would write"
            );
        } else if self.check {
            let _ = writeln!(text, "would be written: {}", files.join(", "));
        } else {
            let _ = writeln!(text, "written: {}", files.join(", "));
            let _ = writeln!(
                text,
                "next: `cargo xtask diff` says what that means for users of the API and of the crates"
            );
        }

        let listed = |indices: &[usize]| {
            indices
                .iter()
                .map(|index| self.action_json(*index))
                .collect::<Value>()
        };
        let fewer = self.fewer.iter().map(|(index, before, now)| {
            let mut action = self.action_json(*index);
            action["places"] = json!({"before": before, "now": now});
            action
        });
        let json = json!({
            "api": self.api,
            "page": self.page,
            "notes": self.notes,
            "operations": operations,
            "schemas": schemas,
            "kept": {"descriptions": words, "facts": facts, "renamed": renamed},
            "overlay": {"asleep": listed(&asleep), "woken": listed(&woken), "still_asleep": listed(&slept_before),
                "personal_fewer": fewer.collect::<Value>(),
                "added": self.mended.iter().map(Action::to_value).collect::<Value>()},
            "unnamed": unnamed.iter().flat_map(|finding| &finding.actions).map(|action| action.to_value()).collect::<Value>(),
            "files": files,
            "written": !self.check,
        });
        Report {
            text,
            json,
            found: self.check && !self.files.is_empty(),
        }
    }

    /// Actions that sleep in one state, and less or not in the other.
    fn changes(&self, marks: &Marks, others: &Marks) -> Vec<usize> {
        let more = |mark: &Mark, other: Option<&Mark>| match (mark, other) {
            (_, None) => true,
            (_, Some(Mark::Whole)) => false,
            (Mark::Whole, Some(Mark::Keys(_))) => true,
            (Mark::Keys(keys), Some(Mark::Keys(others))) => {
                keys.iter().any(|key| !others.contains(key))
            }
        };
        let marks = marks
            .iter()
            .filter(|(index, mark)| more(mark, others.get(index)));
        marks.map(|(index, _)| *index).collect()
    }

    fn action(&self, index: usize) -> String {
        let action = &self.overlay.root["actions"][index];
        let mut text = String::new();
        if let Some(line) = self.overlay.line(&format!("/actions/{index}")) {
            let _ = write!(text, "{}:{line} ", self.overlay.name);
        }
        text.push_str(action["target"].as_str().unwrap_or_default());
        if let Some(Mark::Keys(keys)) = self.marks.get(&index) {
            let _ = write!(text, " (only {})", keys.join(", "));
        }
        if personal(action) {
            text.push_str(" (hides personal data)");
        }
        text
    }

    fn action_json(&self, index: usize) -> Value {
        let action = &self.overlay.root["actions"][index];
        let keys = match self.marks.get(&index) {
            Some(Mark::Keys(keys)) => json!(keys),
            _ => Value::Null,
        };
        json!({
            "target": action["target"],
            "line": self.overlay.line(&format!("/actions/{index}")),
            "keys": keys,
            "personal": personal(action),
        })
    }
}
