//! `cargo xtask import`: an upstream document goes in, with our words and choices kept.

mod dormant;
mod keep;
mod layout;
mod mend;
mod page;
mod report;
mod shape;
mod source;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use dintero_codegen::document::Document;
use dintero_codegen::finding::Errors;
use dintero_codegen::{APIS, inputs, overlay};
use serde_json::Value;

use crate::diff;
use crate::report::Report;
use crate::state::{self, Sources, State};
use report::Outcome;

/// Commits of our document that are searched for the words of what was gone and comes back.
const PAST: usize = 5;

/// Take over an upstream OpenAPI 3.0 document: YAML, JSON, or a page of the reference with YAML in it.
///
/// The document is written in one layout, so that only what it says makes a difference. Our descriptions and x- facts stay
/// where upstream has none; what was gone and comes back gets those of the last commits. Overlay actions that the document
/// has nothing for are put to sleep, others wake up. What the generator cannot do is mended or left out by actions at the
/// overlay's end. Document, overlay, surface and lock file are written together once all is generated, or not at all.
/// Offline, unless given a URL.
///
/// Examples:
///   cargo xtask import --api checkout spec-checkout.yaml        the whole document
///   cargo xtask import --api checkout https://.../spec.yaml     fetched over https
///   cargo xtask import --api shopping create-a-capture.md       one page, merged into the whole
///   cargo xtask import --api checkout spec.yaml --check         changes nothing, exit code 1 if it would
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Import {
    /// The API that the document describes.
    #[arg(long, value_name = "NAME", value_parser = APIS)]
    api: String,
    /// The file or URL.
    #[arg(value_name = "FILE|URL")]
    from: String,
    /// It is a part: replace the operations and components it has and leave the others. Always so for a Markdown page.
    #[arg(long)]
    page: bool,
    /// Change nothing; exit with 1 if the import would.
    #[arg(long)]
    check: bool,
}

impl Import {
    pub fn run(&self, root: &Path) -> Result<Report, Box<dyn Error>> {
        let api = APIS.into_iter().find(|api| *api == self.api);
        let api = api.ok_or_else(|| format!("there is no API {}", self.api))?;
        let openapi = root.join("openapi");
        let mut sources = Sources::new(&openapi);
        let [document, overlay] = inputs(Path::new(""), api);
        let [document_text, overlay_text] = [sources.text(&document)?, sources.text(&overlay)?];
        let [document_name, overlay_name] = [&document, &overlay].map(|path| state::name(path));
        let ours = source::parse(&document_text)
            .map_err(|error| format!("{document_name} {error}"))?
            .root;

        let source = source::read(&self.from)?;
        let page = self.page || source.page;
        let mut new = source.root;
        whole_enough(&new, &ours, page)?;
        let mut kept = keep::keep(&mut new, &ours);
        for text in diff::past(root, &document_name, PAST) {
            if let Ok(past) = source::parse(&text) {
                kept += keep::keep(&mut new, &past.root);
            }
        }
        if page {
            new = page::merge(&ours, new);
        }
        let text = layout::write(&new, layout::head(&document_text))?;
        sources.replace(&document, &text);

        let parsed = Document::parse(&document_name, &text)?;
        let mut generated: Option<State> = None;
        let base = mend::without(&overlay_text);
        let mut mended = Vec::new();
        let mut tried = base.to_owned();
        let (overlay_new, marks) = loop {
            let settled = dormant::settle(&parsed, &overlay_name, &tried, &mut |text| {
                sources.replace(&overlay, text);
                generated = Some(sources.generate(&[api])?);
                Ok(())
            });
            let errors = match settled {
                Ok(settled) => break settled,
                Err(errors) => errors,
            };
            let added = mend::actions(&parsed, &errors, &mended);
            mended.extend(added.iter().cloned());
            tried = mend::with(&overlay_name, base, &mended)
                .filter(|_| !added.is_empty())
                .ok_or_else(|| self.placed(errors, &document_name, page))?;
        };
        let generated = generated.ok_or("nothing was generated")?;
        let findings = generated.apis.get(api).map(|api| &api.generation.findings);
        let findings = findings.cloned().unwrap_or_default();
        let mut files = generated.files;
        files.insert(document, text);
        files.insert(overlay, overlay_new.clone());

        let written = if self.check {
            changed(&Sources::new(&openapi), &files)?
        } else {
            state::write_all(&openapi, &files)?
        };
        let before = Document::parse(&overlay_name, base)?;
        let outcome = Outcome {
            api,
            page,
            check: self.check,
            notes: source.notes,
            kept,
            ours: &ours,
            new: &new,
            overlay: &Document::parse(&overlay_name, &overlay_new)?,
            before: &dormant::marks(&before),
            marks: &marks,
            mended: &mended,
            fewer: &fewer(
                &Document::parse(&document_name, &document_text)?,
                &parsed,
                &before,
            )?,
            findings: &findings,
            files: &written,
        };
        Ok(outcome.report())
    }
}

impl Import {
    /// Errors of what was not written, told of what was read: the same pointers, but our lines are nowhere to be seen.
    fn placed(&self, mut errors: Errors, document: &str, page: bool) -> Errors {
        let from = self.from.split(['?', '#']).next().unwrap_or_default();
        for finding in errors
            .0
            .iter_mut()
            .filter(|finding| finding.document == document)
        {
            finding.line = None;
            if !page {
                finding.document = from.to_owned();
            }
        }
        errors
    }
}

/// A page that is taken for the whole document would throw everything else away.
fn whole_enough(new: &Value, ours: &Value, page: bool) -> Result<(), String> {
    let [new, ours] = [new, ours].map(|root| shape::operations(root).len());
    if new == 0 {
        return Err("the document has no operation".to_owned());
    }
    if !page && new * 10 < ours {
        return Err(format!(
            "the document has {new} operations and ours {ours}: if it is a page of the reference, import it with --page"
        ));
    }
    Ok(())
}

fn changed(
    sources: &Sources,
    files: &BTreeMap<PathBuf, String>,
) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut changed = Vec::new();
    for (path, text) in files {
        if sources.optional(path)?.as_ref() != Some(text) {
            changed.push(path.clone());
        }
    }
    Ok(changed)
}

/// Actions that hide personal data and match fewer places than before, with both numbers.
fn fewer(
    ours: &Document,
    new: &Document,
    actions: &Document,
) -> Result<Vec<report::Fewer>, Box<dyn Error>> {
    let [before, after] =
        [ours, new].map(|document| overlay::places(&mut document.clone(), actions));
    let (before, after) = (before?, after?);
    let counts = before.iter().zip(&after).enumerate();
    Ok(counts
        .map(|(index, (before, after))| (index, before.len(), after.len()))
        .filter(|(index, before, after)| {
            after < before && report::personal(&actions.root["actions"][*index])
        })
        .collect())
}
