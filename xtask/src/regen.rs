//! `cargo xtask regen`: documents -> overlays -> lint -> generation -> surface and lock file.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use dintero_codegen::{APIS, surface};
use serde_json::{Value, json};

use crate::report::{Report, coloured, painted, unified};
use crate::state::{self, Sources, State};
use crate::write::write_all;

/// Generate all clients from openapi/, and write down what they offer and what they were made of.
///
/// Writes openapi/surface/*.txt, which is reviewed as a diff, and openapi/generated.lock, all of them or none.
///
/// Examples:
///   cargo xtask regen                  after a change of a document or overlay
///   cargo xtask regen --check          as CI does: changes nothing, exit code 1 and a diff on drift
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

/// These APIs, or all where none is named.
pub fn chosen(names: &[String]) -> Vec<&'static str> {
    APIS.into_iter()
        .filter(|api| names.is_empty() || names.iter().any(|name| name == api))
        .collect()
}

impl Regen {
    pub fn run(&self, root: &Path) -> Result<Report, Box<dyn Error>> {
        let openapi = root.join("openapi");
        let sources = Sources::new(&openapi);
        let apis = chosen(&self.api);
        let state = sources.generate(&apis)?;
        let before = sources.lock()?;
        let mut rows = Vec::new();
        for api in apis {
            let mut drift = match (before.0.get(api), state.lock.0.get(api)) {
                (Some(before), Some(now)) => now.differences(before),
                _ => vec!["lock file"],
            };
            let path = state::surface(api);
            if sources.optional(&path)?.as_ref() != state.files.get(&path)
                && !drift.contains(&"surface")
            {
                drift.push("surface");
            }
            rows.push((api, drift));
        }
        let mut diffs = Vec::new();
        for (path, now) in &state.files {
            let before = sources.optional(path)?.unwrap_or_default();
            if before != *now {
                diffs.push((state::name(path), unified(&state::name(path), &before, now)));
            }
        }
        if self.check {
            Ok(checked(&state, &rows, &diffs))
        } else {
            let written = write_all(&openapi, &state.files)?;
            Ok(wrote(&state, &rows, &written))
        }
    }
}

fn checked(
    state: &State,
    rows: &[(&str, Vec<&'static str>)],
    diffs: &[(String, String)],
) -> Report {
    let mut text = String::new();
    for (_, diff) in diffs {
        text.push_str(&coloured(diff));
    }
    text.push_str(&table(state, rows));
    let found = !diffs.is_empty();
    if found {
        text.push('\n');
        for (api, drift) in rows.iter().filter(|(_, drift)| !drift.is_empty()) {
            let _ = writeln!(text, "{api} drifted: {}", drift.join(", "));
        }
        let names: Vec<&str> = diffs.iter().map(|(name, _)| name.as_str()).collect();
        let _ = writeln!(
            text,
            "{} {} not up to date: run `cargo xtask regen` and commit what it writes",
            names.join(", "),
            if names.len() == 1 { "is" } else { "are" }
        );
    }
    let diffs: Value = diffs
        .iter()
        .map(|(file, diff)| json!({"file": file, "diff": diff}))
        .collect();
    Report {
        text,
        json: json!({"apis": apis_json(state, rows), "diffs": diffs, "drifted": found}),
        found,
    }
}

fn wrote(state: &State, rows: &[(&str, Vec<&'static str>)], written: &[PathBuf]) -> Report {
    let written: Vec<String> = written.iter().map(|path| state::name(path)).collect();
    let mut text = table(state, rows);
    for file in &written {
        let _ = writeln!(text, "wrote {file}");
    }
    Report {
        text,
        json: json!({"apis": apis_json(state, rows), "written": written}),
        found: false,
    }
}

fn table(state: &State, rows: &[(&str, Vec<&'static str>)]) -> String {
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
        "changed",
    ]);
    for (api, drift) in rows {
        let Some(generated) = state.apis.get(api) else {
            continue;
        };
        let generation = &generated.generation;
        let counts = surface::counts(&generation.api);
        table.add_row([
            (*api).to_owned(),
            counts.operations.to_string(),
            counts.types.to_string(),
            counts.fields.to_string(),
            counts.values.to_string(),
            generation.source.lines().count().to_string(),
            generation.findings.len().to_string(),
            generated.took.as_millis().to_string(),
            if drift.is_empty() {
                "nothing".to_owned()
            } else {
                drift.join(", ")
            },
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(7) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = format!("{table}\n");
    let findings: usize = state
        .apis
        .values()
        .map(|generated| generated.generation.findings.len())
        .sum();
    if findings > 0 {
        let hint = format!("`cargo xtask lint` shows the findings ({findings})");
        let _ = writeln!(text, "{}", painted(AnsiColor::Yellow.on_default(), &hint));
    }
    text
}

fn apis_json(state: &State, rows: &[(&str, Vec<&'static str>)]) -> Value {
    rows.iter()
        .filter_map(|(api, drift)| {
            let generated = state.apis.get(api)?;
            let counts = surface::counts(&generated.generation.api);
            Some(json!({
                "api": api,
                "operations": counts.operations,
                "types": counts.types,
                "fields": counts.fields,
                "values": counts.values,
                "findings": generated.generation.findings.len(),
                "milliseconds": u64::try_from(generated.took.as_millis()).unwrap_or(u64::MAX),
                "changed": drift,
            }))
        })
        .collect()
}
