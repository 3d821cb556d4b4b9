//! `cargo xtask diff`: what changed between two states of `openapi/`, for the API and for the Rust crates.

mod access;
mod bump;
mod change;
mod changelog;
mod checks;
mod choices;
mod compare;
#[cfg(test)]
mod editor;
mod fields;
mod generated;
mod items;
mod join;
mod label;
mod messages;
mod operations;
mod parameters;
#[cfg(test)]
mod property;
mod render;
#[cfg(test)]
mod runs;
mod scalars;
mod schemas;
mod shape;
mod similar;
mod state;
mod surface;
mod types;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use dintero_codegen::APIS;
use serde_json::json;

use crate::report::Report;
use bump::Bump;
use change::Class;
use compare::Compared;
use render::Outcome;
use state::State;

/// Tell what changed between two states of openapi/: for the API, for the Rust crates, and the versions that follow.
///
/// Exit code 0: nothing changed, or nothing that breaks anyone; 1: something breaks, or could not be judged; 2: an error.
///
/// Examples:
///   cargo xtask diff                                     the last commit and the working tree
///   cargo xtask diff --from v0.1.0 --to HEAD --markdown  for a pull request
///   cargo xtask diff --api checkout --changelog          also writes the entry in CHANGELOG.md
///   cargo xtask diff --from-dir ../old/openapi           without git
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Diff {
    /// The old state: a revision.
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    from: String,
    /// The new state: a revision, instead of the working tree.
    #[arg(long, value_name = "REV", conflicts_with = "to_dir")]
    to: Option<String>,
    /// The old state: a folder like openapi/, which may hold one document only.
    #[arg(long, value_name = "DIR", conflicts_with = "from")]
    from_dir: Option<PathBuf>,
    /// The new state: a folder like openapi/.
    #[arg(long, value_name = "DIR")]
    to_dir: Option<PathBuf>,
    /// Only this API; may be given more than once.
    #[arg(long, value_name = "NAME", value_parser = APIS)]
    api: Vec<String>,
    /// Print Markdown for a pull request.
    #[arg(long)]
    markdown: bool,
    /// Write the changes of the API into CHANGELOG.md, under the heading for what is not released yet.
    #[arg(long)]
    changelog: bool,
    /// Judge the crates by `cargo semver-checks` too, where it is installed and the old state is a revision; slow.
    #[arg(long)]
    semver_checks: bool,
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
        let mut notes = Vec::new();
        let mut apis = Vec::new();
        for api in APIS {
            if !self.api.is_empty() && !self.api.iter().any(|wanted| wanted == api) {
                continue;
            }
            match Compared::of(root, &from, &to, api)? {
                Some(compared) => apis.push(compared),
                None if !self.api.is_empty() => {
                    return Err(format!("not both states have the document of {api}").into());
                }
                None => notes.push(format!(
                    "{api}: not compared, since not both states have its document"
                )),
            }
        }
        if apis.is_empty() {
            return Err(format!(
                "{} and {} have no document in common",
                from.label(),
                to.label()
            )
            .into());
        }
        if self.semver_checks {
            self.check(root, &mut apis, &mut notes);
        }
        let bumps = bumps(root, &from, &apis)?;
        let outcome = Outcome {
            states: (from.label(), to.label()),
            apis,
            bumps,
            notes,
        };
        let mut text = if self.markdown {
            render::markdown(&outcome)
        } else {
            render::text(&outcome)
        };
        if self.changelog {
            let line = self.write_changelog(root, &from, &outcome)?;
            if !self.markdown {
                text.push_str(&line);
            }
        }
        let breaks = |api: &Compared| {
            api.class() == Class::Breaking
                || api.crate_class == Class::Breaking
                || api.unjudged.is_some()
        };
        Ok(Report {
            text,
            json: json!({
                "from": outcome.states.0,
                "to": outcome.states.1,
                "apis": outcome.apis.iter().map(Compared::json).collect::<Vec<_>>(),
                "bumps": outcome.bumps,
                "notes": outcome.notes,
            }),
            found: outcome.apis.iter().any(breaks),
        })
    }

    /// What `cargo semver-checks` says can make the verdict on a crate worse, not better.
    fn check(&self, root: &Path, apis: &mut [Compared], notes: &mut Vec<String>) {
        if self.from_dir.is_some() || self.to_dir.is_some() || self.to.is_some() {
            notes.push(
                "cargo semver-checks compares a revision with the working tree only; not run"
                    .to_owned(),
            );
            return;
        }
        for api in apis.iter_mut().filter(|api| api.differs()) {
            match checks::run(root, &format!("dintero-{}", api.api), &self.from) {
                Ok(class) => {
                    api.notes
                        .push(format!("cargo semver-checks judges: {}", class.name()));
                    api.crate_class = api.crate_class.max(class);
                }
                Err(error) => notes.push(error),
            }
        }
    }

    fn write_changelog(
        &self,
        root: &Path,
        from: &State,
        outcome: &Outcome,
    ) -> Result<String, Box<dyn Error>> {
        let path = root.join("CHANGELOG.md");
        let before = fs::read_to_string(&path).map_err(|error| format!("CHANGELOG.md: {error}"))?;
        let mut after = before.clone();
        for api in &outcome.apis {
            let name = format!("dintero-{}", api.api);
            let bump = outcome.bumps.iter().find(|bump| bump.name == name);
            if let Some(entry) = changelog::entry(api, bump) {
                let key = format!("{}, from {}", api.api, from.id().unwrap_or(&api.versions.0));
                after = changelog::insert(&after, &key, &entry)?;
            }
        }
        if after == before {
            return Ok("CHANGELOG.md is up to date\n".to_owned());
        }
        fs::write(&path, after).map_err(|error| format!("CHANGELOG.md: {error}"))?;
        Ok("CHANGELOG.md is written\n".to_owned())
    }
}

/// A version for each crate, and for the one that re-exports them.
fn bumps(root: &Path, from: &State, apis: &[Compared]) -> Result<Vec<Bump>, String> {
    let mut bumps = Vec::new();
    for api in apis {
        bumps.push(bump::bump(
            root,
            from,
            &format!("dintero-{}", api.api),
            api.crate_class,
        )?);
    }
    let worst = apis
        .iter()
        .map(|api| api.crate_class)
        .max()
        .unwrap_or_default();
    bumps.push(bump::bump(root, from, "dintero", worst)?);
    Ok(bumps)
}
