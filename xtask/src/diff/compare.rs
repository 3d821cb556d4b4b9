//! The comparison of one API: its document for the API, its surface for the client crate.

use std::path::Path;

use dintero_codegen::document::Document;
use serde::Serialize;
use serde_json::{Value, json};

use super::change::{Change, Class, Kind, What};
use super::generated::{Outcome, generated};
use super::operations;
use super::state::State;
use super::surface::{self, CrateChange};

/// What differs in one API.
#[derive(Serialize)]
pub struct Compared {
    /// Name of the API.
    pub api: String,
    /// `info.version` before and after.
    pub versions: (String, String),
    /// Changes of the API.
    pub changes: Vec<Change>,
    /// Changes of the crate.
    pub crate_changes: Vec<CrateChange>,
    /// What they mean to programs; also additive where only limits or texts of the generated code differ.
    pub crate_class: Class,
    /// What to know about the judgement.
    pub notes: Vec<String>,
    /// Why the crate could not be judged.
    pub unjudged: Option<String>,
}

/// The files of an API in one state.
struct Inputs {
    document: Option<String>,
    overlay: Option<String>,
    surface: Option<String>,
}

impl Inputs {
    fn of(state: &State, api: &str) -> Result<Self, String> {
        Ok(Self {
            document: state.read(&format!("{api}.yaml"))?,
            overlay: state.read(&format!("overlays/{api}.yaml"))?,
            surface: state.read(&format!("surface/{api}.txt"))?,
        })
    }
}

impl Compared {
    /// Compares two states of an API; nothing where a partial state does not have it.
    pub fn of(root: &Path, from: &State, to: &State, api: &str) -> Result<Option<Self>, String> {
        let (mut old, mut new) = (Inputs::of(from, api)?, Inputs::of(to, api)?);
        let missing = |state: &State, inputs: &Inputs| state.partial() && inputs.document.is_none();
        if missing(from, &old)
            || missing(to, &new)
            || (old.document.is_none() && new.document.is_none())
        {
            return Ok(None);
        }
        // A folder with nothing but a document is compared under the overlay of the other state, or of the working tree.
        let overlay = match new.overlay.clone().or(old.overlay.clone()) {
            None => Inputs::of(&State::tree(root), api)?.overlay,
            overlay => overlay,
        };
        for (state, inputs) in [(from, &mut old), (to, &mut new)] {
            if state.partial() && inputs.overlay.is_none() {
                inputs.overlay.clone_from(&overlay);
            }
        }
        let mut compared = Self {
            api: api.to_owned(),
            versions: Default::default(),
            changes: Vec::new(),
            crate_changes: Vec::new(),
            crate_class: Class::None,
            notes: Vec::new(),
            unjudged: None,
        };
        if old.document == new.document && old.overlay == new.overlay {
            compared.same_inputs(&old, &new);
            return Ok(Some(compared));
        }
        let name = |state: &State, file: &str| format!("{}: {file}", state.label());
        let read =
            |state: &State, inputs: &Inputs| -> Result<(Document, Option<Document>), String> {
                let empty = "{}".to_owned();
                let text = inputs.document.as_ref().unwrap_or(&empty);
                let document = Document::parse(&name(state, &format!("{api}.yaml")), text)
                    .map_err(|error| error.to_string())?;
                let overlay = inputs.overlay.as_ref().map(|text| {
                    Document::parse(&name(state, &format!("overlays/{api}.yaml")), text)
                        .map_err(|error| error.to_string())
                });
                Ok((document, overlay.transpose()?))
            };
        let ((old_document, old_overlay), (new_document, new_overlay)) =
            (read(from, &old)?, read(to, &new)?);
        compared.versions = (version(&old_document.root), version(&new_document.root));
        let ((old_root, old_outcome), (new_root, new_outcome)) = std::thread::scope(|scope| {
            let older = scope.spawn(|| {
                generated(
                    api,
                    &old_document,
                    old_overlay.as_ref(),
                    old.document.is_some(),
                )
            });
            let newer = generated(
                api,
                &new_document,
                new_overlay.as_ref(),
                new.document.is_some(),
            );
            let broken = |_| {
                (
                    old_document.root.clone(),
                    Err("the generator failed".to_owned()),
                )
            };
            (older.join().unwrap_or_else(broken), newer)
        });
        compared.changes = operations::compare(&old_root, &new_root);
        compared.judge(old_outcome, new_outcome, &old, &new);
        Ok(Some(compared))
    }

    /// The documents are the same: then only the generator can have changed what the crate offers.
    fn same_inputs(&mut self, old: &Inputs, new: &Inputs) {
        if let (Some(before), Some(after)) = (&old.surface, &new.surface)
            && before != after
        {
            self.surfaces(before, after);
            self.notes.push(
                "The document is the same; the generator makes another surface of it.".to_owned(),
            );
        }
    }

    fn surfaces(&mut self, before: &str, after: &str) {
        self.crate_changes = surface::compare(before, after);
        let classes = self.crate_changes.iter().map(|change| change.class);
        self.crate_class = classes.max().unwrap_or_default();
    }

    fn judge(&mut self, old: Outcome, new: Outcome, olds: &Inputs, news: &Inputs) {
        let fallback =
            |outcome: Outcome, inputs: &Inputs, which: &str, notes: &mut Vec<String>| match outcome
            {
                Ok((surface, source, warnings)) => {
                    notes.extend(
                        warnings
                            .into_iter()
                            .map(|warning| format!("{which}: {warning}")),
                    );
                    Ok((surface, source))
                }
                Err(error) => match &inputs.surface {
                    Some(surface) => {
                        notes.push(format!(
                            "{which} cannot be generated, its written surface is used: {error}"
                        ));
                        Ok((surface.clone(), String::new()))
                    }
                    None => Err(format!("{which} cannot be generated: {error}")),
                },
            };
        let old = fallback(old, olds, "the old state", &mut self.notes);
        // The surface that is written down need not be that of a new document.
        let new = match new {
            Err(error) => Err(format!("the new state cannot be generated: {error}")),
            new => fallback(new, news, "the new state", &mut self.notes),
        };
        match (old, new) {
            (Ok((old_surface, old_source)), Ok((new_surface, new_source))) => {
                self.surfaces(&old_surface, &new_surface);
                if self.crate_class == Class::None && old_source != new_source {
                    self.crate_class = Class::Additive;
                    self.notes.push("The crate offers the same; limits in its builders, or its documentation, differ.".to_owned());
                }
            }
            (Err(error), _) | (_, Err(error)) => {
                self.crate_class = self
                    .changes
                    .iter()
                    .map(|change| change.class)
                    .max()
                    .unwrap_or_default();
                self.unjudged = Some(format!(
                    "{error}\nUntil then the crate is taken to change as the API does."
                ));
            }
        }
    }

    /// Does anything differ?
    pub fn differs(&self) -> bool {
        !self.changes.is_empty()
            || !self.crate_changes.is_empty()
            || self.crate_class != Class::None
    }

    /// The worst that happens to the API.
    pub fn class(&self) -> Class {
        self.changes
            .iter()
            .map(|change| change.class)
            .max()
            .unwrap_or_default()
    }

    /// How many of a thing, text excepted, became what.
    pub fn count(&self, what: What, kind: Kind) -> usize {
        let of = |change: &&Change| change.what == what && change.kind == kind;
        self.changes.iter().filter(of).count()
    }

    /// Everything, for programs.
    pub fn json(&self) -> Value {
        let classes = |class| {
            self.changes
                .iter()
                .filter(|change| change.class == class)
                .count()
        };
        json!({
            "api": self.api,
            "from_version": self.versions.0,
            "to_version": self.versions.1,
            "class": self.class(),
            "counts": {
                "breaking": classes(Class::Breaking),
                "additive": classes(Class::Additive),
                "none": classes(Class::None),
            },
            "changes": self.changes,
            "crate": {
                "name": format!("dintero-{}", self.api),
                "class": self.crate_class,
                "judged_by": if self.unjudged.is_some() { "api" } else { "surface" },
                "changes": self.crate_changes,
            },
            "unjudged": self.unjudged,
            "notes": self.notes,
        })
    }
}

fn version(root: &Value) -> String {
    match &root["info"]["version"] {
        Value::String(version) => version.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
