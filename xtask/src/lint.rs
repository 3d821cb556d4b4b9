//! `cargo xtask lint`: what the generator cannot do, or does otherwise than written.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use clap::Args;
use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding, Level, Rule};
use dintero_codegen::{APIS, generate_from, inputs, lint_under};
use serde_json::{Value, json};

use crate::regen::chosen;
use crate::report::{Progress, Report, actions, finding_json, level, painted};
use crate::sarif;
use crate::state::{Sources, name};

/// Show what the generator cannot do in a document, or does otherwise than written.
///
/// Each finding has file, line, JSON pointer and help, and often an action to copy into openapi/overlays. The
/// document is taken through all steps of generation; nothing is written. Errors keep a document out of openapi/ and
/// make the exit code 1; warnings alone only with --deny-warnings. Of a FILE, warnings of the rule `relaxed` say what
/// a client generated without mending it does instead.
///
/// Examples:
///   cargo xtask lint                             the three documents with their overlays
///   cargo xtask lint new.yaml                    any OpenAPI document, without an overlay
///   cargo xtask lint new.yaml --api checkout     a new document under our overlay, whose actions need not all apply
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
        let mut findings = Vec::new();
        let mut checked = Vec::new();
        if let Some(file) = &self.file {
            let overlay = match self.api.as_slice() {
                [] => None,
                [api] => Some(read(&sources, &inputs(Path::new(""), api)[1])?),
                _ => return Err("a FILE takes the overlay of one API: give --api once".into()),
            };
            let shown = file.display().to_string();
            let text = fs::read_to_string(file)
                .map_err(|error| format!("{shown} cannot be read: {error}"))?;
            let document = Document::parse(&shown, &text)?;
            let _progress = Progress::new(&format!("looking through {shown}"));
            let api = self.api.first().map_or("client", String::as_str);
            findings = all(lint_under(document.clone(), overlay.as_ref()));
            let generated = generate_from(api, document, overlay.as_ref(), false);
            for finding in all(generated.map(|generation| generation.findings)) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
            checked.push(shown);
        } else {
            for api in chosen(&self.api) {
                let [document, overlay] = inputs(Path::new(""), api);
                let _progress = Progress::new(&format!("looking through {}", name(&document)));
                checked.push(name(&document));
                let (document, overlay) = (read(&sources, &document)?, read(&sources, &overlay)?);
                let generated = generate_from(api, document, Some(&overlay), true);
                findings.extend(all(generated.map(|generation| generation.findings)));
            }
        }
        findings.sort_by(|one, two| {
            (&one.document, one.line, &one.pointer, one.rule).cmp(&(
                &two.document,
                two.line,
                &two.pointer,
                two.rule,
            ))
        });
        Ok(self.report(&checked, &findings))
    }

    fn report(&self, checked: &[String], findings: &[Finding]) -> Report {
        let errors = count(findings, Level::Error);
        let warnings = count(findings, Level::Warning);
        let found = errors > 0 || (self.deny_warnings && warnings > 0);
        if self.sarif {
            let sarif = sarif::log(findings);
            let text = format!("{sarif:#}");
            return Report {
                text,
                json: sarif,
                found,
            };
        }
        let mut text: String = findings.iter().map(shown).collect();
        let _ = writeln!(
            text,
            "{}: {errors} errors, {warnings} warnings",
            checked.join(", ")
        );
        if errors > 0 {
            text.push_str("errors stop the generator, so that later steps may find more\n");
        }
        let findings: Value = findings.iter().map(finding_json).collect();
        let json =
            json!({"findings": findings, "errors": errors, "warnings": warnings, "files": checked});
        Report { text, json, found }
    }
}

fn read(sources: &Sources, path: &Path) -> Result<Document, Errors> {
    Document::parse(&name(path), &sources.text(path)?)
}

/// What was found, whether it went through or not.
fn all(result: Result<Vec<Finding>, Errors>) -> Vec<Finding> {
    result.unwrap_or_else(|Errors(findings)| findings)
}

fn count(findings: &[Finding], level: Level) -> usize {
    findings
        .iter()
        .filter(|finding| finding.level == level)
        .count()
}

fn shown(finding: &Finding) -> String {
    let style = match finding.level {
        Level::Error => AnsiColor::Red.on_default().bold(),
        Level::Warning => AnsiColor::Yellow.on_default().bold(),
    };
    let label = painted(style, level(finding.level));
    let rule: Rule = finding.rule;
    format!("{label}[{}]: {finding}\n{}", rule.id(), actions(finding))
}
