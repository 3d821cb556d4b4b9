//! `cargo xtask diff`: what changed between two states of `openapi/`, for the API and for the Rust crates.

mod change;
mod compare;
mod rules;
mod state;
pub mod surface;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use dintero_codegen::APIS;
use semver::Version;
use serde::Serialize;
use serde_json::{Value, json};

use crate::report::Report;
use change::{Change, Class, Overview};
use state::{Inputs, Parsed, State};

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
            Some(folder) => State::folder(folder)?,
            None => State::revision(root, &self.from)?,
        };
        let to = match (&self.to_dir, &self.to) {
            (Some(folder), _) => State::folder(folder)?,
            (None, Some(revision)) => State::revision(root, revision)?,
            (None, None) => State::tree(root),
        };
        let (mut apis, mut notes) = (Vec::new(), Vec::new());
        let wanted = |api: &&str| self.api.is_empty() || self.api.iter().any(|name| name == *api);
        for api in APIS.iter().filter(|api| wanted(api)) {
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
            bumps.push(Bump::of(
                root,
                &from,
                &format!("dintero-{}", api.api),
                class,
            )?);
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
    fn of(root: &Path, from: &State, to: &State, api: &str) -> Result<Option<Self>, String> {
        let (mut old, mut new) = (Inputs::of(from, api)?, Inputs::of(to, api)?);
        let missing = |state: &State, inputs: &Inputs| state.partial() && inputs.document.is_none();
        let neither = old.document.is_none() && new.document.is_none();
        if neither || missing(from, &old) || missing(to, &new) {
            return Ok(None);
        }
        // A folder with nothing but a document is compared under the overlay of the other state, or of the working tree,
        // and with the names that are given there.
        let tree = Inputs::of(&State::tree(root), api)?;
        let known = [&new, &old, &tree];
        let overlay = known.iter().find_map(|inputs| inputs.overlay.clone());
        for (state, inputs) in [(from, &mut old), (to, &mut new)] {
            if state.partial() && inputs.overlay.is_none() {
                inputs.overlay.clone_from(&overlay);
            }
        }
        old.surface = old.surface.or(new.surface.clone()).or(tree.surface);
        let mut compared = Self {
            api: api.to_owned(),
            ..Self::default()
        };
        if (&old.document, &old.overlay) == (&new.document, &new.overlay) {
            return Ok(Some(compared));
        }
        let (old, new) = (old.parse(api)?, new.parse(api)?);
        compared.versions = (old.version(), new.version());
        compared.failed = compared.judge(old, new).err();
        Ok(Some(compared))
    }

    /// Generates both states and compares them. A new state without a surface has the names of the old one.
    fn judge(&mut self, old: Parsed, mut new: Parsed) -> Result<(), String> {
        let cannot = |state, reason| format!("the {state} state cannot be generated: {reason}");
        let old = old.generate(&self.api);
        let old = old.map_err(|reason| cannot("old", reason))?;
        new.surface.get_or_insert_with(|| old.surface.clone());
        let new = new.generate(&self.api);
        let new = new.map_err(|reason| cannot("new", reason))?;
        let unmatched = "overlay actions match nothing in the document";
        let counts = [("old", old.unmatched), ("new", new.unmatched)].into_iter();
        let counts = counts.filter(|(_, count)| *count > 0);
        let notes = counts.map(|(state, count)| format!("the {state} state: {unmatched}: {count}"));
        self.notes.extend(notes);
        self.changes = compare::compare(&old.surface, &new.surface);
        if self.class(|change| change.rust) == Class::None && old.source != new.source {
            self.untold(&old.source, &new.source);
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
            let (class, text) = match old == new {
                true => (Class::Additive, "in another order"),
                false => (Class::Breaking, "changed beyond the surface; review it"),
            };
            self.changes.push(Change::of_source(class, text));
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
    from: &State,
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
            let (name, class) = (&api.api, api.class(|change| change.api).name());
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
    fn of(root: &Path, from: &State, name: &str, class: Class) -> Result<Self, String> {
        let now = state::version(name, |file| state::read(&root.join(file)))?;
        let before = state::version(name, |file| from.committed(file))?.or_else(|| now.clone());
        let (bump, to) = state::next(before.as_ref().unwrap_or(&Version::new(1, 0, 0)), class);
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
        let class = self.class.name().to_owned();
        [self.name.clone(), class, self.text()]
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
