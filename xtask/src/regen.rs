//! `cargo xtask regen`: runs the generation of all clients and writes down what they offer.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use dintero_codegen::{APIS, surface};
use serde_json::json;
use similar::TextDiff;

use crate::report::Report;

/// Generate all clients from openapi/ and rewrite openapi/surface/*.txt, which is reviewed as a diff.
///
/// Examples:
///   cargo xtask regen                  after a change of a document or overlay
///   cargo xtask regen --check          as CI does: changes nothing, exit code 1 and a diff on drift
///   cargo xtask regen --api checkout   one API only
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Regen {
    /// Change nothing; exit with 1 and show a diff if a surface file is not up to date.
    #[arg(long)]
    check: bool,
    /// Only this API; may be given more than once.
    #[arg(long, value_name = "NAME", value_parser = APIS)]
    api: Vec<String>,
    /// Also show what the generator reads more loosely than written.
    #[arg(long)]
    findings: bool,
}

impl Regen {
    // Times what it did for the table; nothing depends on it.
    #[allow(clippy::disallowed_methods)]
    pub fn run(&self, root: &Path) -> Result<Report, Box<dyn Error>> {
        let openapi = root.join("openapi");
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header([
            "api",
            "operations",
            "types",
            "fields",
            "values",
            "lines",
            "findings",
            "ms",
            "surface",
        ]);
        let mut text = String::new();
        let mut apis = Vec::new();
        let mut drifted = false;
        let mut failed = Vec::new();
        for api in APIS
            .into_iter()
            .filter(|api| self.api.is_empty() || self.api.iter().any(|wanted| wanted == api))
        {
            let start = Instant::now();
            let generation = match dintero_codegen::generate(&openapi, api) {
                Ok(generation) => generation,
                Err(errors) => {
                    failed.push(errors.to_string());
                    continue;
                }
            };
            let elapsed = start.elapsed();
            if self.findings {
                for finding in &generation.findings {
                    text.push_str(&format!("{finding}\n"));
                }
            }
            let file = openapi.join("surface").join(format!("{api}.txt"));
            let before = match fs::read_to_string(&file) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
                Err(error) => return Err(format!("{}: {error}", file.display()).into()),
            };
            let same = before == generation.surface;
            if !same && self.check {
                drifted = true;
                let name = format!("openapi/surface/{api}.txt");
                text.push_str(
                    &TextDiff::from_lines(&before, &generation.surface)
                        .unified_diff()
                        .header(&name, &name)
                        .to_string(),
                );
            } else if !same {
                fs::create_dir_all(openapi.join("surface"))?;
                fs::write(&file, &generation.surface)
                    .map_err(|error| format!("{}: {error}", file.display()))?;
            }
            let counts = surface::counts(&generation.plan);
            apis.push(json!({"api": api, "operations": counts.operations, "drifted": !same && self.check}));
            table.add_row([
                api.to_owned(),
                counts.operations.to_string(),
                counts.types.to_string(),
                counts.fields.to_string(),
                counts.values.to_string(),
                generation.source.lines().count().to_string(),
                generation.findings.len().to_string(),
                elapsed.as_millis().to_string(),
                if same {
                    "unchanged"
                } else if self.check {
                    "DRIFTED"
                } else {
                    "written"
                }
                .to_owned(),
            ]);
        }
        for column in table.column_iter_mut().skip(1).take(7) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        text.push_str(&format!("{table}\n"));
        if !failed.is_empty() {
            return Err(failed.join("\nerror: ").into());
        }
        if drifted {
            text.push_str(
                "openapi/surface is not up to date: run `cargo xtask regen` and commit what it writes\n",
            );
        }
        Ok(Report {
            text,
            json: json!({"apis": apis}),
            found: drifted,
        })
    }
}
