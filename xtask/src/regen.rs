//! `cargo xtask regen`: documents -> overlays -> lint -> generation -> surface and lock file.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use anstyle::AnsiColor;
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use dintero_codegen::APIS;
use dintero_codegen::kept::{Line, lines};
use serde_json::{Value, json};

use crate::lock;
use crate::report::{Report, coloured, painted, unified};
use crate::state::{self, Sources};
use crate::write::write_all;

/// Generate all clients from openapi/, and write their public surface and the digests of inputs and outputs.
///
/// Writes openapi/surface/*.txt, which is reviewed as a diff, and openapi/generated.lock, all of them or none.
///
/// Examples:
///   cargo xtask regen                  after a change of a document or overlay
///   cargo xtask regen --check          as `.ci/run` does: changes nothing, exit code 1 and a diff on drift
///   cargo xtask regen --api checkout   one API only
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub struct Regen {
    /// Change nothing; exit with 1 and show what drifted if a file is not up to date.
    #[arg(long)]
    check: bool,
    /// Only this API; may be given more than once.
    #[arg(long, value_name = "NAME", value_parser = APIS)]
    api: Vec<String>,
}

/// Returns these APIs, or all if none is named.
pub fn chosen(names: &[String]) -> Vec<&'static str> {
    APIS.into_iter()
        .filter(|api| names.is_empty() || names.iter().any(|name| name == api))
        .collect()
}

impl Regen {
    pub fn run(&self, root: &Path) -> Result<Report, Box<dyn Error>> {
        let openapi = root.join("openapi");
        let sources = Sources::new(&openapi);
        let state = sources.generate(&chosen(&self.api))?;
        let (before, changed) = (sources.lock()?, sources.changed(&state.files)?);
        let mut rows = Vec::new();
        for (api, generated) in &state.apis {
            let mut parts = match before.0.get(*api) {
                Some(before) => lock::differences(&generated.entry, before),
                None => vec!["lock file"],
            };
            let surface = state::surface(api);
            if changed.iter().any(|it| it.0 == surface) && !parts.contains(&"surface") {
                parts.push("surface");
            }
            let generation = &generated.generation;
            let count = |kinds: &str, first: bool| {
                let of =
                    |line: &Line<'_>| kinds.contains(line.kind) && line.part.is_empty() == first;
                lines(&generation.surface).filter(of).count()
            };
            rows.push(json!({
                "api": api,
                "operations": count("operation", true),
                "types": count("struct enum union", true),
                "fields": count("struct", false),
                "values": count("enum", false),
                "lines": generation.source.lines().count(),
                "findings": generation.findings.len(),
                "milliseconds": generated.took.as_millis(),
                "changed": parts,
            }));
        }
        let files: Vec<String> = changed.iter().map(|it| state::name(&it.0)).collect();
        let mut text = String::new();
        if !self.check {
            write_all(&openapi, &state.files)?;
            text += &table(&rows);
            for file in &files {
                let _ = writeln!(text, "wrote {file}");
            }
            let json = json!({"apis": rows, "written": files});
            let found = false;
            return Ok(Report { text, json, found });
        }
        let mut diffs = Vec::new();
        for (file, (path, before)) in files.iter().zip(&changed) {
            let diff = unified(file, before, &state.files[path]);
            text += &coloured(&diff);
            diffs.push(json!({"file": file, "diff": diff}));
        }
        text += &table(&rows);
        let found = !diffs.is_empty();
        if found {
            text.push('\n');
            for row in rows.iter().filter(|row| row["changed"] != json!([])) {
                let api = row["api"].as_str().unwrap_or_default();
                let _ = writeln!(text, "{api} drifted: {}", cell(&row["changed"]));
            }
            let are = if files.len() == 1 { "is" } else { "are" };
            let files = files.join(", ");
            let help = "run `cargo xtask regen` and commit what it writes";
            let _ = writeln!(text, "{files} {are} not up to date: {help}");
        }
        let json = json!({"apis": rows, "diffs": diffs, "drifted": found});
        Ok(Report { text, json, found })
    }
}

const COLUMNS: &str = "api operations types fields values lines findings milliseconds changed";

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "nothing".to_owned(),
        Value::Array(list) => list.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn table(rows: &[Value]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(COLUMNS.split(' '));
    for row in rows {
        table.add_row(COLUMNS.split(' ').map(|column| cell(&row[column])));
    }
    for column in table.column_iter_mut().skip(1).take(7) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{table}\n");
    let findings: u64 = rows.iter().filter_map(|row| row["findings"].as_u64()).sum();
    if findings > 0 {
        let hint = format!("`cargo xtask lint` shows the findings ({findings})");
        let _ = writeln!(text, "{}", painted(AnsiColor::Yellow.on_default(), &hint));
    }
    text
}
