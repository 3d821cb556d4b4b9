//! What an import did, for people and for programs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use dintero_codegen::action::Action;
use dintero_codegen::document::{Document, members};
use dintero_codegen::finding::{Finding, Rule};
use dintero_codegen::lower::operations::all;
use serde_json::{Value, json};

use super::overlay::{Fewer, Unmatched};
use super::upstream::Upstream;
use crate::report::Report;
use crate::state;

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
    let operations = all(document).into_iter();
    let routes =
        operations.map(|(_, path, method, ..)| format!("{} {path}", method.to_uppercase()));
    routes.collect()
}

fn schemas(document: &Document) -> BTreeSet<String> {
    let schemas = members(&document.root["components"]["schemas"]);
    schemas.map(|(name, _)| name.clone()).collect()
}

/// Returns the target of an overlay action, with a note if the action hides personal data.
pub fn described(action: &Value) -> String {
    let target = action["target"].as_str().unwrap_or_default();
    match action["update"]["x-dintero-personal"] == true {
        true => format!("{target} (hides personal data)"),
        false => target.to_owned(),
    }
}

impl Outcome<'_> {
    pub fn report(&self) -> Report {
        let compared = |names: fn(&Document) -> BTreeSet<String>| {
            let (old, new) = (names(self.ours), names(self.new));
            let added: Vec<&String> = new.difference(&old).collect();
            let removed: Vec<&String> = old.difference(&new).collect();
            let (before, now) = (old.len(), new.len());
            let text = format!(
                "{before} -> {now}, {} added, {} removed",
                added.len(),
                removed.len()
            );
            (
                text,
                json!({"before": before, "now": now, "added": added, "removed": removed}),
            )
        };
        let (operations_text, operations) = compared(operations);
        let (schemas_text, schemas) = compared(schemas);
        let unnamed = self.findings.iter();
        let unnamed = unnamed.filter(|finding| finding.rule == Rule::UnnamedOperation);
        let unnamed: Vec<&Action> = unnamed.flat_map(|finding| &finding.actions).collect();
        let files: Vec<String> = self.files.iter().map(|path| state::name(path)).collect();
        let action = |index: usize| &self.overlay.root["actions"][index];

        let mut lines = vec![
            format!("operations: {operations_text}"),
            format!("schemas: {schemas_text}"),
        ];
        let pruned = self.pruned.iter();
        let pruned =
            pruned.map(|(index, problem)| format!("{} {problem}", described(action(*index))));
        let fewer = self.fewer.iter().map(
            |Fewer {
                 action: index,
                 before,
                 now,
             }| { format!("{}: {before} -> {now}", described(action(*index))) },
        );
        for (title, items) in [
            (
                "overlay actions removed, which have nothing to act on",
                pruned.collect(),
            ),
            (
                "overlay actions added for what cannot be generated; review each",
                self.fixes.iter().map(ToString::to_string).collect(),
            ),
            (
                "used by crates/dintero and not in the document, so that all that it lacks stays",
                self.kept.to_vec(),
            ),
            (
                "overlay actions that hide personal data and match less than before; review whether the data has another name now",
                fewer.collect(),
            ),
            (
                "operations that the overlay does not name; correct these actions and add them to the overlay",
                unnamed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ),
        ] {
            if !items.is_empty() {
                lines.push(format!("{title}: {}", items.len()));
                let items = items.iter().map(|item| item.replace('\n', "\n  "));
                lines.extend(items.map(|item| format!("  {item}")));
            }
        }
        lines.push(match (files.is_empty(), self.check) {
            (true, _) => "nothing to do: openapi/ is what the import would write".to_owned(),
            (false, true) => format!("would be written: {}", files.join(", ")),
            (false, false) => format!(
                "written: {}\nnext: `cargo xtask diff` tells what that means for users of the API and of the crates",
                files.join(", ")
            ),
        });

        let fewer = self.fewer.iter().map(|fewer| {
            let target = &action(fewer.action)["target"];
            json!({"target": target, "before": fewer.before, "now": fewer.now})
        });
        let pruned = self.pruned.iter().map(|(index, problem)| {
            let personal = action(*index)["update"]["x-dintero-personal"] == true;
            json!({"target": action(*index)["target"], "problem": problem, "personal": personal})
        });
        let json = json!({
            "api": self.api,
            "page": self.upstream.page,
            "operations": operations,
            "schemas": schemas,
            "overlay": {
                "removed": pruned.collect::<Value>(),
                "added": self.fixes.iter().map(Action::to_value).collect::<Value>(),
                "personal_fewer": fewer.collect::<Value>(),
            },
            "kept": self.kept,
            "unnamed": unnamed.iter().map(|action| action.to_value()).collect::<Value>(),
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
