//! OpenAPI document in, Rust client out: [`document`] -> [`overlay`] -> [`lint`] -> [`lower`] -> [`mod@generate`] -> [`emit`].
//!
//! The build script of the client crates and the maintainers' commands call [`Generation`]; see ARCHITECTURE.md for why
//! there is a layer around progenitor.

mod action;
pub mod document;
pub mod emit;
pub mod finding;
pub mod generate;
pub mod ir;
pub mod lint;
pub mod lower;
mod markdown;
mod names;
pub mod overlay;
mod relax;
pub mod surface;

use std::path::{Path, PathBuf};

use document::Document;
use finding::{Errors, Finding, Level, Rule};
use ir::Api;

/// The APIs that have a client crate.
pub const APIS: [&str; 3] = ["shopping", "checkout", "wallets"];

/// Version of this generator.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Version of progenitor that it runs; pinned in the workspace, and a test compares the two.
pub const PROGENITOR: &str = "0.15.1";

/// A client, generated.
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
    /// What was read more loosely than written.
    pub findings: Vec<Finding>,
}

/// The document and the overlay of an API below the folder `openapi`.
pub fn inputs(openapi: &Path, api: &str) -> [PathBuf; 2] {
    [
        openapi.join(format!("{api}.yaml")),
        openapi.join("overlays").join(format!("{api}.yaml")),
    ]
}

/// Generates the client of an API from its files below the folder `openapi`.
///
/// # Errors
/// A file cannot be read, an overlay action matches nothing, or the lint finds what cannot be generated: each with
/// document, JSON pointer, problem and help.
pub fn generate(openapi: &Path, api: &str) -> Result<Generation, Errors> {
    let [document, overlay] = inputs(openapi, api);
    generate_from(
        api,
        Document::read(&document)?,
        Some(&Document::read(&overlay)?),
        true,
    )
}

/// Generates a client from any document.
///
/// Where not `strict`, overlay actions may match nothing, and what would be refused is said in other words or left out,
/// each with a warning: a document that nobody prepared an overlay for gives a client of all that can be called.
///
/// # Errors
/// As for [`generate()`].
pub fn generate_from(
    api: &str,
    mut document: Document,
    overlay: Option<&Document>,
    strict: bool,
) -> Result<Generation, Errors> {
    let mut findings = under(&mut document, overlay, strict)?;
    if strict {
        return attempt(api, &document, true, findings);
    }
    findings.extend(relax::relax(&mut document));
    loop {
        let errors = match attempt(api, &document, false, findings.clone()) {
            Ok(generation) => return Ok(generation),
            Err(errors) => errors,
        };
        match relax::leave_out(&mut document, &errors) {
            Some(left_out) => findings.extend(left_out),
            None => return Err(errors),
        }
    }
}

/// What the lint says about any document under an overlay, whose actions may match nothing.
///
/// # Errors
/// The overlay is no overlay.
pub fn lint_under(
    mut document: Document,
    overlay: Option<&Document>,
) -> Result<Vec<Finding>, Errors> {
    let mut findings = under(&mut document, overlay, false)?;
    findings.extend(lint::lint(&document));
    Ok(findings)
}

fn under(
    document: &mut Document,
    overlay: Option<&Document>,
    strict: bool,
) -> Result<Vec<Finding>, Errors> {
    match overlay {
        Some(overlay) => overlay::apply(document, overlay, strict)
            .map(of_overlay)
            .map_err(|Errors(findings)| Errors(of_overlay(findings))),
        None => Ok(Vec::new()),
    }
}

fn attempt(
    api: &str,
    document: &Document,
    strict: bool,
    mut findings: Vec<Finding>,
) -> Result<Generation, Errors> {
    findings.extend(lint::lint(document));
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Err(Errors(findings));
    }
    let lowered = lower::lower(document, strict, &mut findings)?;
    let file = generate::generate(document, &lowered)?;
    let output = emit::Output::of(&file, &lowered)
        .map_err(|missing| generate::refused(document, &missing))?;
    findings.extend(output.without_list(&lowered).map(|operation| {
        let method = operation.method.to_lowercase();
        let pointer = format!("/paths/{}/{method}", document::escape(&operation.path));
        let problem = "its response has no list where x-dintero-paging says";
        let help = "Correct the paging in the overlay, or take it out";
        let finding = document.finding(Level::Error, &pointer, problem, help);
        finding.with_rule(Rule::UnknownPaging)
    }));
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Err(Errors(findings));
    }
    Ok(Generation {
        source: emit::emit(api, &lowered, &output),
        registry: emit::registry(&lowered, &output),
        surface: surface::write(&lowered, &output),
        api: lowered,
        findings,
    })
}

fn of_overlay(findings: Vec<Finding>) -> Vec<Finding> {
    let of_overlay = |finding: Finding| finding.with_rule(Rule::Overlay);
    findings.into_iter().map(of_overlay).collect()
}
