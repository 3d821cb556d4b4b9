//! All steps in their order.

use std::path::Path;

use serde_json_path::JsonPath;

use crate::action::quoted;
use crate::document::Document;
use crate::finding::{Errors, Finding, Rule};
use crate::ir::Api;
use crate::kept::KeptNames;
use crate::{
    emit, generate as progenitor, inputs, lint, lower, overlay, paging, surface, surface_path,
};

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
    document: Document,
    overlay: Option<&Document>,
) -> Result<Generation, Errors> {
    run(api, document, overlay, true)
}

/// Generates a client under an overlay that was written for another document: what does not fit is a warning.
///
/// # Errors
/// As for [`generate()`], but for overlay actions that match nothing.
pub fn generate_loosely(
    api: &str,
    document: Document,
    overlay: Option<&Document>,
) -> Result<Generation, Errors> {
    run(api, document, overlay, false)
}

fn run(
    api: &str,
    mut document: Document,
    overlay: Option<&Document>,
    strict: bool,
) -> Result<Generation, Errors> {
    let mut findings = match overlay {
        Some(overlay) => overlay::apply(&mut document, overlay, strict)?,
        None => Vec::new(),
    };
    let at_overlay = |mut findings: Vec<Finding>| {
        let errors = findings.iter_mut();
        errors.for_each(|finding| place_at_overlay(finding, &document, overlay));
        findings
    };
    findings.extend(at_overlay(lint::lint(&document)));
    Errors::check(&findings)?;
    let lowered = lower::lower(&document, &mut findings);
    let lowered = lowered.map_err(|Errors(errors)| Errors(at_overlay(errors)))?;
    findings = at_overlay(findings);
    let file = progenitor::generate(&document, &lowered)?;
    let output = emit::Output::of(&file, &lowered, &document.names)
        .map_err(|(place, said)| progenitor::missing(&document, &place, &said))?;
    findings.extend(paging::check(&document, overlay, (&lowered, &output)));
    Errors::check(&findings)?;
    let source = emit::emit(api, &lowered, &output);
    emit::check(&source, &lowered).map_err(|found| {
        let problem = format!("its source would have {found}, which the document does not name");
        let help = "Report this document, or replace what it is made from in the overlay";
        document
            .finding(Rule::Generator, "", problem)
            .with_help(help)
    })?;
    Ok(Generation {
        source,
        registry: emit::registry(&lowered, &output),
        surface: surface::write(&lowered, &output),
        api: lowered,
        findings,
    })
}

/// Places an error about a name that the overlay gives at the action that gives it.
fn place_at_overlay(finding: &mut Finding, document: &Document, overlay: Option<&Document>) {
    let at = |mark: &str| Some(format!("{}/x-dintero-{mark}", finding.pointer));
    let node = match finding.rule {
        Rule::InvalidMark => Some(finding.pointer.clone()),
        Rule::InvalidMethodName | Rule::ReservedMethodName => at("method"),
        Rule::SimilarMethodNames | Rule::DuplicateMethodName => at("method"),
        Rule::UnknownRetryClass | Rule::MissingReadBack => at("retry"),
        Rule::UnknownReadBack => at("read-back"),
        _ => None,
    };
    let (file, place) = match (node, finding.rule, overlay) {
        (Some(node), ..) => paging::origin(document, overlay, &node),
        (_, Rule::DuplicateTypeName, Some(overlay)) => {
            let name = quoted(finding.problem.split(' ').nth(1).unwrap_or_default());
            let path = JsonPath::parse(&format!("$..[?@['x-dintero-name']=={name}]"));
            let places = path.map(|path| path.query_located(&overlay.root["actions"]).into_iter());
            let Some(place) = places.ok().and_then(Iterator::last) else {
                return;
            };
            let place = place.location().to_json_pointer();
            (overlay, format!("/actions{place}/x-dintero-name"))
        }
        _ => return,
    };
    if file.name != document.name {
        finding.document.clone_from(&file.name);
        finding.line = file.line(&place);
        finding.pointer = place;
    }
}
