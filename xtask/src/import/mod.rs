//! `cargo xtask import`: an upstream document goes in, and generation says what it needs.

mod fix;
mod keep;
mod layout;
mod overlay;
mod page;
mod report;
mod upstream;

use std::error::Error;
use std::path::Path;

use clap::Args;
use dintero_codegen::action::Action;
use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding, Level, Rule};
use dintero_codegen::lower::operations::all;
use dintero_codegen::{APIS, inputs};

use crate::regen::chosen;
use crate::report::Report;
use crate::state::{self, Sources, State};
use crate::write::write_all;
use report::Outcome;
use upstream::Upstream;

/// More rounds of fixes than any document has needed.
const ROUNDS: usize = 20;

/// Import an upstream OpenAPI 3.0 document: YAML, JSON, or a page of the reference with YAML in it.
///
/// The document is written in one layout, so that a diff shows only what it says. Then the client is generated. The import
/// stops and lists the errors: overlay actions that match nothing in the document (--prune removes them), and what
/// cannot be generated, with the overlay actions that resolve it (--fix appends them). Document, overlay, surface and lock
/// file are written together once all is generated, or not at all. Works offline, unless given a URL.
///
/// Examples:
///   cargo xtask import --api checkout spec-checkout.yaml        the whole document
///   cargo xtask import --api checkout https://.../spec.yaml     fetched over https
///   cargo xtask import --api shopping create-a-capture.md       one page, merged into the whole
///   cargo xtask import --api checkout spec.yaml --prune --fix   whatever the overlay needs
///   cargo xtask import --api checkout spec.yaml --check         changes nothing, exit code 1 if it would
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Import {
    /// The API that the document describes.
    #[arg(long, value_name = "NAME", value_parser = APIS)]
    api: String,
    /// The document: a file or URL.
    #[arg(value_name = "FILE|URL")]
    from: String,
    /// Replace only the operations and components that the document has; always set for a Markdown page.
    #[arg(long)]
    page: bool,
    /// Remove overlay actions that match nothing in the document.
    #[arg(long)]
    prune: bool,
    /// Append overlay actions that resolve what cannot be generated, or leave it out.
    #[arg(long)]
    fix: bool,
    /// Change nothing; exit with 1 if the import would.
    #[arg(long)]
    check: bool,
}

impl Import {
    pub fn run(&self, root: &Path) -> Result<Report, Box<dyn Error>> {
        let [api] = *chosen(std::slice::from_ref(&self.api)) else {
            return Err(format!("there is no API {}", self.api).into());
        };
        let openapi = root.join("openapi");
        let mut sources = Sources::new(&openapi);
        let [document_path, overlay_path] = inputs(Path::new(""), api);
        let ours = sources.document(&document_path)?;
        let mut upstream = upstream::read(&self.from)?;
        upstream.page |= self.page;
        check_size(&upstream, &ours)?;

        let mut merged = match upstream.page {
            true => page::merge(&ours.root, upstream.document.root.clone()),
            false => upstream.document.root.clone(),
        };
        let head = sources.text(&document_path)?;
        let surface = sources.optional(&state::surface(api))?.unwrap_or_default();
        let old_overlay = sources.text(&overlay_path)?;
        let base = match self.fix {
            true => overlay::unfixed(&old_overlay),
            false => &old_overlay,
        };
        let before = Document::parse(&state::name(&overlay_path), base)?;
        let mut kept = Vec::new();
        let (text, new, unmatched, (mut state, overlay_text, fixes)) = loop {
            let text = layout::write(&ours.name, &merged, layout::head(&head));
            let text = text.map_err(|errors| located(errors, &ours.name, &upstream))?;
            let new = Document::parse(&ours.name, &text)?;
            sources.replace(&document_path, &text);
            let unmatched = overlay::unmatched(&new, &before)?;
            let pruned = overlay::without(&before, base, &unmatched)?;
            let generated = self.generate(api, &mut sources, &overlay_path, &new, &pruned);
            let generated = match unmatched.is_empty() || self.prune {
                true => generated,
                false => Err(unmatched_findings(&before, &unmatched, generated.err())),
            };
            let generated = generated.map_err(|errors| located(errors, &ours.name, &upstream))?;
            let lost = keep::lost(root, &surface, &generated.0.apis[api].generation.surface);
            match (lost.is_empty(), self.fix && kept.is_empty()) {
                (true, _) => break (text, new, unmatched, generated),
                (false, true) => keep::add_all(&mut merged, &ours.root),
                (false, false) => return Err(needed(&lost, self.fix).into()),
            }
            kept = lost;
        };

        let mut files = std::mem::take(&mut state.files);
        files.insert(document_path, text);
        files.insert(overlay_path.clone(), overlay_text);
        let written = match self.check {
            true => {
                let changed = Sources::new(&openapi).changed(&files)?.into_iter();
                changed.map(|(path, _)| path).collect()
            }
            false => write_all(&openapi, &files)?,
        };
        let outcome = Outcome {
            api,
            upstream: &upstream,
            check: self.check,
            ours: &ours,
            new: &new,
            overlay: &before,
            pruned: &unmatched,
            fixes: &fixes,
            kept: &kept,
            fewer: overlay::personal_with_fewer_places(&ours, &new, &before)?,
            findings: &state.apis[api].generation.findings,
            files: &written,
        };
        Ok(outcome.report())
    }

    /// Generates the client, with `--fix` under an overlay to which is added what lets it be generated.
    fn generate(
        &self,
        api: &'static str,
        sources: &mut Sources,
        overlay_path: &Path,
        document: &Document,
        base: &str,
    ) -> Result<(State, String, Vec<Action>), Errors> {
        let name = state::name(overlay_path);
        let mut fixes: Vec<Action> = Vec::new();
        let mut rounds = 0;
        loop {
            let text = overlay::fixed(&name, base, &fixes)
                .map_err(|problem| Finding::of_file(&name, problem, "Then import again"))?;
            sources.replace(overlay_path, &text);
            let mut errors = match sources.generate(&[api]) {
                Ok(state) => return Ok((state, text, fixes)),
                Err(errors) => errors,
            };
            let mut laid = document.clone();
            let overlay = Document::parse(&name, &text)?;
            dintero_codegen::overlay::places(&mut laid, &overlay)?;
            let added = fix::fixes(&laid, &errors, &fixes);
            if self.fix && !added.is_empty() && rounds < ROUNDS {
                rounds += 1;
                fixes.extend(added);
                continue;
            }
            let unresolved = errors.0.iter_mut();
            for error in unresolved.filter(|error| error.level == Level::Error) {
                error.actions = fix::fix(&laid, error, &fixes);
                if !self.fix && !added.is_empty() {
                    let hint = ". Or import with --fix, which appends the action";
                    error.help.push_str(hint);
                }
            }
            return Err(errors);
        }
    }
}

/// Returns the error for what the document lacks.
fn needed(lost: &[String], fix: bool) -> String {
    let help = match fix {
        true => "correct the overlay, or crates/dintero",
        false => "import with --fix, which keeps what the document lacks",
    };
    let lost = lost.join(", ");
    format!("crates/dintero uses what the document lacks: {lost}; {help}")
}

/// Refuses a page that is taken for the whole document, since it would throw everything else away.
fn check_size(upstream: &Upstream, ours: &Document) -> Result<(), String> {
    let count = |document: &Document| all(document).len();
    let (new, old) = (count(&upstream.document), count(ours));
    let name = &upstream.document.name;
    if new == 0 {
        return Err(format!("{name} has no operation"));
    }
    if !upstream.page && new * 10 < old {
        return Err(format!(
            "{name} has {new} operations and {} has {old}: if it is a page of the reference, import it with --page",
            ours.name
        ));
    }
    Ok(())
}

/// Returns the errors of an import without `--prune`: the actions that match nothing, and what else was found.
fn unmatched_findings(
    overlay: &Document,
    unmatched: &overlay::Unmatched,
    others: Option<Errors>,
) -> Errors {
    let help = "Adapt it to the document, or import with --prune, which removes it";
    let findings = unmatched.iter().map(|(index, problem)| {
        let action = report::described(&overlay.root["actions"][*index]);
        let problem = format!("the action on {action} {problem}");
        let pointer = format!("/actions/{index}");
        let finding = overlay.finding(Rule::Overlay, &pointer, problem);
        finding.with_help(help)
    });
    let others = others.into_iter().flat_map(|Errors(others)| others);
    Errors(findings.chain(others).collect())
}

/// Places errors about the document, which was not written, in what was read.
fn located(mut errors: Errors, document: &str, upstream: &Upstream) -> Errors {
    let read = &upstream.document;
    let findings = errors.0.iter_mut();
    for finding in findings.filter(|finding| finding.document == document) {
        if !upstream.page || read.root.pointer(&finding.pointer).is_some() {
            finding.document.clone_from(&read.name);
            finding.line = read.line(&finding.pointer);
        } else {
            finding.line = None;
        }
    }
    errors
}
