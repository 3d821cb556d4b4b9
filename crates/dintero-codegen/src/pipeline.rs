//! All steps in their order.

use std::path::Path;

use crate::document::Document;
use crate::finding::{Errors, Finding, Level};
use crate::ir::Api;
use crate::{emit, generate as progenitor, inputs, lint, lower, overlay, paging, surface};

/// A generated client.
#[derive(Clone, Debug)]
pub struct Generation {
    /// Rust source of the client crate.
    pub source: String,
    /// Macros that list everything in the source; one crate can hold one of them.
    pub registry: String,
    /// What the crate offers, as sorted text.
    pub surface: String,
    /// Operations and types, with everything that the document says about them.
    pub api: Api,
    /// Warnings: what was read more loosely than written.
    pub findings: Vec<Finding>,
}

/// Generates the client of an API from its files below the folder `openapi`.
///
/// # Errors
/// A file cannot be read, an overlay action matches nothing, or the lint finds what cannot be generated: each with
/// document, line, JSON pointer, problem and help.
pub fn generate(openapi: &Path, api: &str) -> Result<Generation, Errors> {
    let [document, overlay] = inputs(openapi, api);
    let overlay = Document::read(&overlay)?;
    generate_from(api, Document::read(&document)?, Some(&overlay))
}

/// Generates a client from any document.
///
/// # Errors
/// As for [`generate()`].
pub fn generate_from(
    api: &str,
    mut document: Document,
    overlay: Option<&Document>,
) -> Result<Generation, Errors> {
    let mut findings = std::mem::take(&mut document.findings);
    if let Some(overlay) = overlay {
        findings.extend(overlay.findings.iter().cloned());
        findings.extend(overlay::apply(&mut document, overlay, true)?);
    }
    findings.extend(lint::lint(&document));
    stop_at_errors(&findings)?;
    let lowered = lower::lower(&document, &mut findings)?;
    let file = progenitor::generate(&document, &lowered)?;
    let output = emit::Output::of(&file, &lowered)
        .map_err(|missing| progenitor::refused(&document, &missing))?;
    findings.extend(paging::check(&document, overlay, (&lowered, &output)));
    stop_at_errors(&findings)?;
    Ok(Generation {
        source: emit::emit(api, &lowered, &output),
        registry: emit::registry(&lowered, &output),
        surface: surface::write(&lowered, &output),
        api: lowered,
        findings,
    })
}

fn stop_at_errors(findings: &[Finding]) -> Result<(), Errors> {
    match findings.iter().any(|finding| finding.level == Level::Error) {
        true => Err(Errors(findings.to_vec())),
        false => Ok(()),
    }
}
