//! `cargo xtask lint`: what the generator cannot do, or does otherwise than written.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use clap::Args;
use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding, Level};
use dintero_codegen::{APIS, generate_loosely, inputs};
use serde_json::{Value, json};

use crate::regen::chosen;
use crate::report::{Report, actions, finding_json, level, painted};
use crate::sarif;
use crate::state::Sources;

/// Show what the generator cannot do in a document, or does otherwise than written.
///
/// Each finding has file, line, JSON pointer and help, and often an action to copy into openapi/overlays. The document is
/// taken through all steps of generation; nothing is written. Errors keep a document out of openapi/ and make the exit
/// code 1; warnings alone only with --deny-warnings.
///
/// Examples:
///   cargo xtask lint                             the three documents with their overlays
///   cargo xtask lint new.yaml                    any OpenAPI document, without an overlay
///   cargo xtask lint new.yaml --api checkout     a new document under our overlay, whose actions need not all match
///   cargo xtask lint --sarif > lint.sarif        for code review tools
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Lint {
    /// The document, in YAML or JSON; without it, those in openapi/.
    file: Option<PathBuf>,
    /// Only this API, or with FILE: the API whose overlay is applied to it.
    #[arg(long, value_name = "NAME", value_parser = APIS)]
    api: Vec<String>,
    /// Print SARIF 2.1.0.
    #[arg(long)]
    sarif: bool,
    /// Exit with 1 on warnings too.
    #[arg(long)]
    deny_warnings: bool,
}

impl Lint {
    pub fn run(&self, root: &Path) -> Result<Report, Box<dyn Error>> {
        let sources = Sources::new(&root.join("openapi"));
        let (checked, mut findings) = match &self.file {
            Some(file) => (vec![file.display().to_string()], self.file(file, &sources)?),
            None => {
                let apis = chosen(&self.api);
                let mut checked = Vec::new();
                for api in &apis {
                    let [document, overlay] = inputs(Path::new(""), api);
                    checked.push(sources.document(&document)?.name);
                    sources.document(&overlay)?;
                }
                let results = sources.generate_each(&apis).into_iter();
                let findings = results.flat_map(|result| match result {
                    Ok(generated) => generated.generation.findings,
                    Err(Errors(findings)) => findings,
                });
                (checked, findings.collect())
            }
        };
        findings.sort_by_cached_key(|finding| {
            let (document, pointer) = (finding.document.clone(), finding.pointer.clone());
            (document, finding.line, pointer, finding.rule)
        });
        Ok(self.report(&checked, &findings))
    }

    /// Takes a document through generation, under an overlay that was written for another one.
    fn file(&self, file: &Path, sources: &Sources) -> Result<Vec<Finding>, Box<dyn Error>> {
        let mut document = Document::read(file)?;
        let (api, overlay) = match self.api.as_slice() {
            [] => ("client", None),
            [api] => {
                let ours = sources.inputs(api)?;
                let (ours, overlay) =
                    ours.ok_or_else(|| format!("there is no document of {api}"))?;
                document.names = ours.names;
                (api.as_str(), overlay)
            }
            _ => return Err("a FILE takes the overlay of one API: give --api once".into()),
        };
        Ok(match generate_loosely(api, document, overlay.as_ref()) {
            Ok(generation) => generation.findings,
            Err(Errors(findings)) => findings,
        })
    }

    fn report(&self, checked: &[String], findings: &[Finding]) -> Report {
        let count = |level| findings.iter().filter(|it| it.level == level).count();
        let (errors, warnings) = (count(Level::Error), count(Level::Warning));
        let found = errors > 0 || (self.deny_warnings && warnings > 0);
        if self.sarif {
            let json = sarif::log(findings);
            let text = format!("{json:#}");
            return Report { text, json, found };
        }
        let mut text: String = findings.iter().map(shown).collect();
        let names = checked.join(", ");
        let _ = writeln!(text, "{names}: {errors} errors, {warnings} warnings");
        if errors > 0 {
            text.push_str("errors stop the generator, so that later steps may find more\n");
        }
        let findings: Value = findings.iter().map(finding_json).collect();
        let json =
            json!({"findings": findings, "errors": errors, "warnings": warnings, "files": checked});
        Report { text, json, found }
    }
}

fn shown(finding: &Finding) -> String {
    let colour = match finding.level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
    };
    let label = painted(colour.on_default().bold(), &level(finding.level));
    let rule = finding.rule.id();
    format!("{label}[{rule}]: {finding}\n{}", actions(finding))
}
