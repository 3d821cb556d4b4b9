//! What an import did, for people and for programs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use dintero_codegen::action::Action;
use dintero_codegen::document::{Document, members};
use dintero_codegen::finding::{Finding, Rule};
use dintero_codegen::lower::operations::{Found, all};
use serde_json::{Value, json};

use super::overlay::{Fewer, Unmatched};
use super::upstream::Upstream;
use crate::report::Report;
use crate::state;

/// What the sections of a report list.
const TITLES: [&str; 5] = [
    "overlay actions removed, which have nothing to act on",
    "overlay actions added for what cannot be generated; review each",
    "used by crates/dintero and not in the document, so that all that it lacks stays",
    "overlay actions that hide personal data and match less than before; review whether the data has another name now",
    "operations that the overlay does not name; correct these actions and add them to the overlay",
];

/// An import that went well.
pub struct Outcome<'a> {
    pub api: &'a str,
    pub upstream: &'a Upstream,
    pub check: bool,
    pub ours: &'a Document,
    pub new: &'a Document,
    pub overlay: &'a Document,
    pub pruned: &'a Unmatched,
    pub fixes: &'a [Action],
    pub kept: &'a [String],
    pub fewer: Vec<Fewer>,
    pub findings: &'a [Finding],
    pub files: &'a [PathBuf],
}

fn operations(document: &Document) -> BTreeSet<String> {
    all(document).iter().map(Found::route).collect()
}

fn schemas(document: &Document) -> BTreeSet<String> {
    let schemas = members(&document.root["components"]["schemas"]);
    schemas.map(|(name, _)| name.clone()).collect()
}

pub fn is_personal(action: &Value) -> bool {
    action["update"]["x-dintero-personal"] == true
}

/// Returns the target of an overlay action, with a note if the action hides personal data.
pub fn described(action: &Value) -> String {
    let target = action["target"].as_str().unwrap_or_default();
    match is_personal(action) {
        true => format!("{target} (hides personal data)"),
        false => target.to_owned(),
    }
}

/// Returns what was added and removed, in words and for programs.
fn compared(old: &BTreeSet<String>, new: &BTreeSet<String>) -> (String, Value) {
    let added: Vec<&String> = new.difference(old).collect();
    let removed: Vec<&String> = old.difference(new).collect();
    let (before, now) = (old.len(), new.len());
    let (more, fewer) = (added.len(), removed.len());
    let text = format!("{before} -> {now}, {more} added, {fewer} removed");
    let json = json!({"before": before, "now": now, "added": added, "removed": removed});
    (text, json)
}

impl Outcome<'_> {
    pub fn report(&self) -> Report {
        let operations = compared(&operations(self.ours), &operations(self.new));
        let schemas = compared(&schemas(self.ours), &schemas(self.new));
        let unnamed = self.findings.iter();
        let unnamed = unnamed.filter(|finding| finding.rule == Rule::UnnamedOperation);
        let unnamed: Vec<&Action> = unnamed.flat_map(|finding| &finding.actions).collect();
        let files: Vec<String> = self.files.iter().map(|path| state::name(path)).collect();
        let action = |index: usize| &self.overlay.root["actions"][index];
        let target = |index: usize| described(action(index));
        let pruned = self.pruned.iter().map(|(index, problem)| {
            let (action, text) = (action(*index), format!("{} {problem}", target(*index)));
            let personal = is_personal(action);
            let json =
                json!({"target": action["target"], "problem": problem, "personal": personal});
            (text, json)
        });
        let fewer = self.fewer.iter().map(|(index, before, now)| {
            let text = format!("{}: {before} -> {now}", target(*index));
            let target = &action(*index)["target"];
            (
                text,
                json!({"target": target, "before": before, "now": now}),
            )
        });
        let shown = |action: &Action| (action.to_string(), action.to_value());
        let kept = self.kept.iter().map(|kept| (kept.clone(), json!(kept)));
        let sections: [Vec<(String, Value)>; 5] = [
            pruned.collect(),
            self.fixes.iter().map(shown).collect(),
            kept.collect(),
            fewer.collect(),
            unnamed.into_iter().map(shown).collect(),
        ];
        let mut lines = vec![
            format!("operations: {}", operations.0),
            format!("schemas: {}", schemas.0),
        ];
        let titled = TITLES.iter().zip(&sections);
        for (title, items) in titled.filter(|(_, items)| !items.is_empty()) {
            lines.push(format!("{title}: {}", items.len()));
            let items = items.iter().map(|(item, _)| item.replace('\n', "\n  "));
            lines.extend(items.map(|item| format!("  {item}")));
        }
        lines.push(match (files.is_empty(), self.check) {
            (true, _) => "nothing to do: openapi/ is what the import would write".to_owned(),
            (false, true) => format!("would be written: {}", files.join(", ")),
            (false, false) => format!(
                "written: {}\nnext: `cargo xtask diff` tells what that means for users of the API and of the crates",
                files.join(", ")
            ),
        });
        let [removed, added, kept, fewer, unnamed] = sections.map(|items| {
            let items = items.into_iter().map(|(_, json)| json);
            items.collect::<Value>()
        });
        let json = json!({
            "api": self.api,
            "page": self.upstream.page,
            "operations": operations.1,
            "schemas": schemas.1,
            "overlay": {"removed": removed, "added": added, "personal_fewer": fewer},
            "kept": kept,
            "unnamed": unnamed,
            "files": files,
            "written": !self.check,
        });
        Report {
            text: lines.join("\n"),
            json,
            found: self.check && !self.files.is_empty(),
        }
    }
}
