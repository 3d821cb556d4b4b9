//! All steps in their order.

use std::path::Path;

use crate::document::{Document, escape};
use crate::finding::{Errors, Finding, Level, Rule};
use crate::ir::Api;
use crate::kept::KeptNames;
use crate::{emit, generate as progenitor, inputs, lint, lower, overlay, surface, surface_path};

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
    let mut document = Document::read(&document)?;
    // The first generation of a client has no surface yet.
    if let Ok(surface) = std::fs::read_to_string(surface_path(openapi, api)) {
        document.names = KeptNames::of_surface(&surface);
    }
    generate_from(api, document, Some(&overlay))
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
    let output = emit::Output::of(&file, &lowered, &document.names)
        .map_err(|missing| progenitor::refused(&document, &missing))?;
    findings.extend(output.without_list(&lowered).map(|operation| {
        let method = operation.method.to_lowercase();
        let pointer = format!("/paths/{}/{method}", escape(&operation.path));
        let problem = "the response has no list where x-dintero-paging says";
        let help = "Correct the paging in the overlay, or remove it there";
        let finding = document.finding(Level::Error, &pointer, problem, help);
        finding.with_rule(Rule::UnknownPaging)
    }));
    stop_at_errors(&findings)?;
    let source = emit::emit(api, &lowered, &output);
    emit::check(&source, &lowered)
        .map_err(|found| progenitor::refused(&document, &format!("its source has {found}")))?;
    Ok(Generation {
        source,
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
