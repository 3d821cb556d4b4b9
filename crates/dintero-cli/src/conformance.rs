//! `dintero conformance`: what responses have that the documents do not know.

use std::collections::BTreeMap;
use std::sync::mpsc;

use clap::Args;
use dintero::{Dintero, Drift, DriftKind};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::{Options, Settings};
use crate::documents::{APIS, Api, Described};
use crate::failure::Failure;
use crate::print::{note, put, table};

/// Compare the responses of Dintero's test environment with the documents
///
/// Reads all that can be read, and reports fields, enum values, misfits and statuses that the documents do not know: names and paths, and no
/// values of fields. Refuses production accounts.
#[derive(Args)]
pub struct Conformance {
    /// Create a session, an order and a gift card first
    #[arg(long)]
    write: bool,
}

/// What was called.
#[derive(Default)]
struct Run {
    /// The first element of each list, by the list's path.
    first: BTreeMap<&'static str, Value>,
    calls: usize,
    /// Operations with nothing to read, as far as is known.
    skipped: Vec<&'static str>,
    refused: Vec<String>,
    /// Whether a response is none that the documents describe.
    failed: bool,
}

impl Conformance {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let (tell, found) = mpsc::channel();
        // The receiver lives as long as the client.
        let listener = move |drift: &Drift| drop(tell.send(drift.clone()));
        let builder = Settings::read(options)?.builder();
        let dintero = builder.on_drift(listener).build()?;
        if dintero.is_production() {
            let account = dintero.account();
            let problem = "is a production account; only test accounts are called";
            return Err(Failure::Usage(format!("{account} {problem}")));
        }
        let mut run = Run::default();
        if self.write {
            run.write(&dintero).await?;
        }
        let reads = APIS.iter().flat_map(Api::operations);
        let mut reads: Vec<_> = reads.filter(|one| one.row.method().is_safe()).collect();
        // Lists come before what their elements lead to.
        let variables = |one: &Described| one.row.path().matches('{').count();
        reads.sort_by_key(|one| (variables(one), one.row.paging().is_none()));
        for read in reads {
            run.read(&dintero, read).await;
        }
        let found: Vec<Drift> = found.try_iter().collect();
        report(&found, &run, options.json)?;
        if found.is_empty() && !run.failed {
            return Ok(());
        }
        let problem = "the responses and the documents differ";
        Err(Failure::Refused(problem.to_owned()))
    }
}

impl Run {
    async fn read(&mut self, dintero: &Dintero, operation: Described) {
        let row = operation.row;
        let mut call = dintero.handle().call(row);
        for parameter in operation.parameters() {
            let name = parameter.text("name");
            if parameter.text("in") == "path" {
                let list = row.path().split_once(&format!("/{{{name}}}"));
                let first = list.and_then(|(list, _)| self.first.get(list));
                let Some(id) = first.and_then(|element| id(element, name)) else {
                    return self.skipped.push(row.name());
                };
                call = call.path(name, &id);
            } else if name == "limit" {
                call = call.query(name, &10_i64);
            } else if parameter.is_required() {
                return self.skipped.push(row.name());
            }
        }
        self.calls += 1;
        match (operation.typed.probe)(call).await {
            Ok(body) => {
                let list = body.pointer(row.paging().map_or("", |paging| paging.items));
                if let Some(first) = list.and_then(|list| list.get(0)) {
                    self.first.insert(row.path(), first.clone());
                }
            }
            Err(error) => {
                // The account may lack the scope, or what is read; both are documented.
                let status = error.status().map_or(0, |status| status.as_u16());
                self.failed |= error.is_decode() || !row.statuses().contains(&status);
                self.refused.push(format!("{}: {error}", row.name()));
            }
        }
    }

    /// Makes what there is to read: the calls of the quickstart that no payer takes part in.
    async fn write(&mut self, dintero: &Dintero) -> Result<(), Failure> {
        let new = Uuid::new_v4().simple().to_string();
        let calls = include_str!("quickstart.json").replace("NEW", &new);
        let calls: Vec<(String, String, Value)> = serde_json::from_str(&calls).unwrap_or_default();
        let mut last = Value::Null;
        for (api, name, body) in calls {
            let api = APIS.iter().find(|known| known.name == api);
            let Some(operation) = api.and_then(|api| api.operation(&name)) else {
                return Err(Failure::Refused(format!("there is no operation {name}")));
            };
            let mut call = dintero.handle().call(operation.row).json_unchecked(&body);
            for name in operation.parameters().iter().map(|one| one.text("name")) {
                if let Some(value) = id(&last, name) {
                    call = call.path(name, &value);
                }
            }
            last = (operation.typed.probe)(call).await?;
            self.calls += 1;
        }
        Ok(())
    }
}

/// Returns the value for a path variable from an element of a list.
fn id(element: &Value, variable: &str) -> Option<String> {
    let known = |name: &str| element[name].as_str().map(str::to_owned);
    known(variable).or_else(|| known("id"))
}

fn kind(drift: &Drift) -> &'static str {
    match drift.kind {
        DriftKind::Field => "unknown field",
        DriftKind::Value => "unknown value",
        DriftKind::Status => "undocumented status",
        _ => "misfit",
    }
}

fn row(drift: &Drift) -> [&str; 4] {
    let value = drift.value.as_deref().unwrap_or_default();
    [drift.operation, kind(drift), &drift.path, value]
}

fn report(found: &[Drift], run: &Run, json: bool) -> Result<(), Failure> {
    let mut rows = vec![["OPERATION", "KIND", "PATH", "VALUE"]];
    rows.extend(found.iter().map(row));
    if json {
        for [operation, kind, path, value] in &rows[1..] {
            let line = json!({"operation": operation, "kind": kind, "path": path, "value": value});
            put(&format!("{line}\n"))?;
        }
    } else if !found.is_empty() {
        put(&table(rows.iter().map(|row| row.map(str::to_owned).into())))?;
        APIS.iter().try_for_each(|api| put(&overlay(api, found)))?;
    }
    for refused in &run.refused {
        note(&format!("Refused: {refused}"));
    }
    note(&format!("Nothing to read for: {}.", run.skipped.join(", ")));
    let (calls, differences) = (run.calls, found.len());
    note(&format!("{calls} calls, {differences} differences."));
    Ok(())
}

/// Returns an overlay that adds what was found to the document of an API, or nothing.
fn overlay(api: &'static Api, found: &[Drift]) -> String {
    let mut actions = String::new();
    for drift in found {
        let Some(operation) = api.operation(drift.operation) else {
            continue;
        };
        let (response, path) = (operation.response(), drift.path.replace("[]", ".-"));
        let at = |path: &str| {
            let steps = path.split('.').filter(|step| !step.is_empty());
            steps.fold(response.clone(), |at, step| at.at(step))
        };
        let (around, name) = path.rsplit_once('.').unwrap_or(("", &path));
        let (target, update) = match (drift.kind, drift.value.as_deref()) {
            (DriftKind::Field, _) => {
                let field = json!({"description": "Seen in responses, not documented.", "x-evidence": "partial"});
                (at(around).place(), json!({"properties": {name: field}}))
            }
            (DriftKind::Value, Some(value)) => (at(&path).place(), json!({"enum": [value]})),
            (DriftKind::Status, Some(status)) => {
                let response = json!({"description": "Seen, not documented."});
                (operation.responses().place(), json!({status: response}))
            }
            _ => (None, Value::Null),
        };
        let (path, name, kind) = (&drift.path, operation.row.name(), kind(drift));
        let description = "description: Seen in responses of the test environment";
        actions += &match target.map(Value::from) {
            Some(target) => {
                format!("  - target: {target}\n    {description}\n    update: {update}\n")
            }
            None => format!("  # {path} of {name}, {kind}: correct it by hand\n"),
        };
    }
    if actions.is_empty() {
        return actions;
    }
    let head = "overlay: 1.0.0\ninfo: {title: Seen in responses, version: 1.0.0}\nactions:";
    let document = format!("openapi/{}.yaml", api.name);
    format!("\n# An overlay for {document}\n{head}\n{actions}")
}
