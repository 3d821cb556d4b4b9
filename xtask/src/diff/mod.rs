//! `cargo xtask diff`: what changed between two states of `openapi/`, for the API and for the Rust crates.

mod change;
mod compare;
mod rules;
pub mod surface;
mod version;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Rule};
use dintero_codegen::kept::KeptNames;
use dintero_codegen::lower::text;
use dintero_codegen::{APIS, generate_loosely, inputs};
use semver::Version;
use serde::Serialize;
use serde_json::{Value, json};

use crate::regen::chosen;
use crate::report::{Report, first};
use crate::state::{self, Sources};
use change::{Change, Class, ItemKind, Kind, Overview};

/// Compare two states of openapi/: what changed for users of the API and of the Rust crates, and which versions follow.
///
/// Each change is none, additive or breaking for other users of the API, and for programs that use the crate.
///
/// Exit code 0: nothing changed, or nothing that breaks anyone; 1: something breaks, or a state cannot be generated; 2: an error.
///
/// Examples:
///   cargo xtask diff                                     the last commit and the working tree
///   cargo xtask diff --from v0.1.0 --to HEAD --markdown  for a pull request
///   cargo xtask diff --api checkout --changelog          also writes the entry in CHANGELOG.md
///   cargo xtask diff --from-dir ../old/openapi           without git
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Diff {
    /// Revision to compare from.
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    from: String,
    /// Revision to compare to, instead of the working tree.
    #[arg(long, value_name = "REV", conflicts_with = "to_dir")]
    to: Option<String>,
    /// Folder like openapi/ to compare from; it may hold one document only.
    #[arg(long, value_name = "DIR", conflicts_with = "from")]
    from_dir: Option<PathBuf>,
    /// Folder like openapi/ to compare to.
    #[arg(long, value_name = "DIR")]
    to_dir: Option<PathBuf>,
    /// API to compare; may be given more than once.
    #[arg(long, value_name = "NAME", value_parser = APIS)]
    api: Vec<String>,
    /// Print Markdown for a pull request.
    #[arg(long)]
    markdown: bool,
    /// Write the changes to CHANGELOG.md, under the heading for what is not released yet.
    #[arg(long)]
    changelog: bool,
}

/// What differs in one API.
#[derive(Default)]
struct Compared {
    api: String,
    /// `info.version` before and after.
    versions: (String, String),
    changes: Vec<Change>,
    notes: Vec<String>,
    /// Why there is nothing to compare.
    failed: Option<String>,
}

type Inputs = Option<(Document, Option<Document>)>;

/// A crate and its next version.
#[derive(Serialize)]
struct Bump {
    #[serde(rename = "crate")]
    name: String,
    class: Class,
    /// The version before the changes; absent where there is no manifest.
    from: Option<Version>,
    /// `major`, `minor`, `patch` or `none`.
    bump: &'static str,
    /// The least version that may hold the changes.
    to: Option<Version>,
    /// Whether the working tree has that version already, or a higher one.
    done: bool,
}

impl Diff {
    pub fn run(&self, root: &Path) -> Result<Report, Box<dyn Error>> {
        let from = match &self.from_dir {
            Some(folder) => Sources::folder(folder)?,
            None => Sources::revision(root, &self.from)?,
        };
        let to = match (&self.to_dir, &self.to) {
            (Some(folder), _) => Sources::folder(folder)?,
            (None, Some(revision)) => Sources::revision(root, revision)?,
            (None, None) => Sources::new(&root.join("openapi")),
        };
        let (mut apis, mut notes) = (Vec::new(), Vec::new());
        for api in chosen(&self.api) {
            let missing = "not compared, since not both states have its document";
            match Compared::of(root, &from, &to, api)? {
                Some(compared) => apis.push(compared),
                None if self.api.is_empty() => notes.push(format!("{api}: {missing}")),
                None => return Err(format!("not both states have the document of {api}").into()),
            }
        }
        let (old, new) = (from.label(), to.label());
        if apis.is_empty() {
            return Err(format!("{old} and {new} have no document in common").into());
        }
        let (mut bumps, mut worst) = (Vec::new(), Class::None);
        for api in &apis {
            let own = api.notes.iter().chain(&api.failed);
            notes.extend(own.map(|note| format!("{}: {note}", api.api)));
            let class = api.class(|change| change.rust);
            let name = format!("dintero-{}", api.api);
            bumps.push(Bump::of(root, &from, &name, class)?);
            worst = worst.max(class);
        }
        bumps.push(Bump::of(root, &from, "dintero", worst)?);
        let overview = Overview {
            states: (&old, &new),
            apis: apis
                .iter()
                .map(|api| (api.api.as_str(), api.changes.as_slice()))
                .collect(),
            crates: bumps.iter().map(Bump::row).collect(),
            notes: &notes,
        };
        let mut text = match self.markdown {
            true => overview.markdown(),
            false => overview.plain(),
        };
        if self.changelog {
            let written = write_changelog(root, &from, &apis, &bumps)?;
            if !self.markdown {
                text.push_str(written);
            }
        }
        let breaks =
            |api: &Compared| api.failed.is_some() || api.changes.iter().any(Change::breaks);
        Ok(Report {
            text,
            found: apis.iter().any(breaks),
            json: json!({
                "from": old,
                "to": new,
                "apis": apis.iter().map(Compared::json).collect::<Vec<_>>(),
                "bumps": bumps,
                "notes": notes,
            }),
        })
    }
}

impl Compared {
    /// Compares two states of an API; nothing where a partial state does not have it.
    fn of(root: &Path, from: &Sources, to: &Sources, api: &str) -> Result<Option<Self>, Errors> {
        let [document, overlay] = inputs(Path::new(""), api);
        let surface = state::surface(api);
        let tree = Sources::new(&root.join("openapi"));
        let (mut old, mut new) = (from.clone(), to.clone());
        let [before, after] = [old.optional(&document)?, new.optional(&document)?];
        let neither = before.is_none() && after.is_none();
        let missing = |state: &Sources, text: &Option<String>| state.is_partial && text.is_none();
        if neither || missing(from, &before) || missing(to, &after) {
            return Ok(None);
        }
        // A folder with nothing but a document is compared under the overlay of the other state, or of the working tree,
        // and with the names that are given there.
        let first = |path: &Path, states: [&Sources; 3]| {
            let mut states = states.into_iter();
            let text = states.find_map(|state| state.optional(path).transpose());
            text.transpose()
        };
        let known = first(&overlay, [to, from, &tree])?;
        for state in [&mut old, &mut new]
            .into_iter()
            .filter(|state| state.is_partial)
        {
            if let (None, Some(known)) = (state.optional(&overlay)?, &known) {
                state.replace(&overlay, known);
            }
        }
        if let Some(known) = first(&surface, [from, to, &tree])? {
            old.replace(&surface, known);
        }
        let mut compared = Self {
            api: api.to_owned(),
            ..Self::default()
        };
        if before == after && old.optional(&overlay)? == new.optional(&overlay)? {
            return Ok(Some(compared));
        }
        let inputs = (old.inputs(api)?, new.inputs(api)?);
        let version = |inputs: &Inputs| {
            let document = inputs.as_ref().map(|(document, _)| document);
            document.map_or_else(String::new, |it| text(&it.root["info"]["version"]))
        };
        compared.versions = (version(&inputs.0), version(&inputs.1));
        let named = new.optional(&surface)?.is_some();
        compared.failed = compared.judge(inputs.0, inputs.1, named).err();
        Ok(Some(compared))
    }

    /// Generates both states and compares them. A new state without a surface has the names of the old one.
    fn judge(&mut self, old: Inputs, mut new: Inputs, named: bool) -> Result<(), String> {
        let mut generated = |state: &str, inputs: Inputs| -> Result<(String, String), String> {
            // Without a document, an API offers nothing.
            let Some((document, overlay)) = inputs else {
                return Ok(Default::default());
            };
            let generation = generate_loosely(&self.api, document, overlay.as_ref());
            let generation = generation.map_err(|errors| {
                let reason = first(&errors);
                format!("the {state} state cannot be generated: {reason}")
            })?;
            let unmatched = generation.findings.iter();
            let unmatched = unmatched.filter(|finding| finding.rule == Rule::Overlay);
            let count = unmatched.count();
            if count > 0 {
                let problem = "overlay actions match nothing in the document";
                self.notes
                    .push(format!("the {state} state: {problem}: {count}"));
            }
            Ok((generation.surface, generation.source))
        };
        let (old_surface, old_source) = generated("old", old)?;
        if let Some((document, _)) = new.as_mut().filter(|_| !named) {
            document.names = KeptNames::of_surface(&old_surface);
        }
        let (new_surface, new_source) = generated("new", new)?;
        self.changes = compare::compare(&old_surface, &new_surface);
        if self.class(|change| change.rust) == Class::None && old_source != new_source {
            self.untold(&old_source, &new_source);
        }
        Ok(())
    }

    /// Tells that the generated sources differ although nothing that was told changes them.
    fn untold(&mut self, old: &str, new: &str) {
        let [old, new] = [old, new].map(|source| -> Vec<&str> {
            let lines = source.lines().map(str::trim);
            lines.filter(|line| !line.starts_with("//")).collect()
        });
        if old != new {
            let [old, new] = [old, new].map(|lines| {
                let sorted = |line: &str| {
                    let mut words: Vec<&str> = line.split([' ', ',']).collect();
                    words.sort_unstable();
                    words.concat()
                };
                let mut lines: Vec<String> = lines.into_iter().map(sorted).collect();
                lines.sort_unstable();
                lines
            });
            let (rust, text) = match old == new {
                true => (Class::Additive, "in another order"),
                false => (Class::Breaking, "changed beyond the surface; review it"),
            };
            self.changes.push(Change {
                api: Class::None,
                rust,
                what: ItemKind::Type,
                item: "generated source".to_owned(),
                kind: Kind::Changed,
                text: text.to_owned(),
            });
        } else if self.changes.is_empty() {
            self.notes.push("only descriptions differ".to_owned());
        }
    }

    /// The worst class of all changes.
    fn class(&self, of: impl Fn(&Change) -> Class) -> Class {
        self.changes.iter().map(of).max().unwrap_or_default()
    }

    fn json(&self) -> Value {
        json!({
            "api": self.api,
            "from_version": self.versions.0,
            "to_version": self.versions.1,
            "class": self.class(|change| change.api),
            "crate": {
                "name": format!("dintero-{}", self.api),
                "class": self.class(|change| change.rust),
            },
            "changes": self.changes,
            "failed": self.failed,
            "notes": self.notes,
        })
    }
}

fn write_changelog(
    root: &Path,
    from: &Sources,
    apis: &[Compared],
    bumps: &[Bump],
) -> Result<&'static str, String> {
    let path = root.join("CHANGELOG.md");
    let failed = |error| format!("CHANGELOG.md: {error}");
    let before = fs::read_to_string(&path).map_err(failed)?;
    let mut after = before.clone();
    // The crates are in the order of the APIs.
    for (api, bump) in apis.iter().zip(bumps) {
        let entry = change::entry(&api.changes);
        if !entry.is_empty() {
            let (old, new) = &api.versions;
            let versions = match old == new {
                true => new.clone(),
                false => format!("{old} to {new}"),
            };
            let (name, class) = (&api.api, change::name(api.class(|change| change.api)));
            let head = format!("- API `{name}`, document {versions}: {class}");
            let head = format!("{head}. `{}` {}.", bump.name, bump.text());
            let key = format!("{name}, from {}", from.id().unwrap_or(old));
            after = insert(&after, &key, &format!("{head}\n{entry}"))?;
        }
    }
    if after == before {
        return Ok("CHANGELOG.md is up to date\n");
    }
    fs::write(&path, after).map_err(failed)?;
    Ok("wrote CHANGELOG.md\n")
}

/// Puts an entry of the changelog under the heading for what is not released yet, in the place of the one with the same
/// key: the same comparison run again replaces its entry. What stands outside of the two marks is hand-written and stays.
fn insert(changelog: &str, key: &str, entry: &str) -> Result<String, String> {
    let (start, end) = (
        format!("<!-- cargo xtask diff: {key} -->"),
        "<!-- end -->\n",
    );
    let block = format!("{start}\n{}\n{end}", entry.trim_end());
    if let Some((before, rest)) = changelog.split_once(&start) {
        let after = rest.split_once(end).map(|(_, after)| after);
        let after = after.ok_or(format!("CHANGELOG.md: {start} has no {}", end.trim_end()))?;
        return Ok(format!("{before}{block}{after}"));
    }
    let lower = changelog.to_lowercase();
    let is_heading = |line: &&str| line.starts_with("## ") && line.contains("unreleased");
    let heading = lower.lines().find(is_heading);
    let heading = heading.ok_or("CHANGELOG.md has no heading `## Unreleased`")?;
    let start = lower.find(heading).unwrap_or_default() + heading.len();
    let (before, section) = changelog.split_at(start);
    let (section, rest) = section.split_at(section.find("\n## ").unwrap_or(section.len()));
    let gap = match section.trim() {
        "" => "\n\n",
        _ => "\n",
    };
    Ok(format!("{before}{}{gap}{block}{rest}", section.trim_end()))
}

impl Bump {
    /// The next version of a crate.
    fn of(root: &Path, from: &Sources, name: &str, class: Class) -> Result<Self, String> {
        let now = version::of(name, |file| state::read(&root.join(file)))?;
        let before = version::of(name, |file| from.committed(file))?.or_else(|| now.clone());
        let (bump, to) = version::next(before.as_ref().unwrap_or(&Version::new(1, 0, 0)), class);
        let to = before.is_some().then_some(to);
        Ok(Self {
            name: name.to_owned(),
            class,
            done: bump != "none" && matches!((&now, &to), (Some(now), Some(to)) if now >= to),
            from: before,
            bump,
            to,
        })
    }

    /// Name of the crate, class of its changes, and version.
    fn row(&self) -> [String; 3] {
        [self.name.clone(), change::name(self.class), self.text()]
    }

    /// `0.1.0 -> 0.2.0 (minor)`
    fn text(&self) -> String {
        match (&self.from, &self.to) {
            _ if self.bump == "none" => "no release needed".to_owned(),
            (Some(from), Some(to)) => {
                let done = if self.done { ", done" } else { "" };
                format!("{from} -> {to} ({}{done})", self.bump)
            }
            _ => self.bump.to_owned(),
        }
    }
}
