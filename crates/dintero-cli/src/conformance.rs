//! `dintero conformance`: what responses have that the documents do not know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use dintero::{Dintero, Drift, DriftKind};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::{Options, Settings};
use crate::documents::{APIS, Api, Described};
use crate::failure::Failure;
use crate::print::{note, put, table};
use crate::schema::{PARTS, follow};

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
    first: BTreeMap<String, Value>,
    calls: usize,
    /// Operations with nothing to read, as far as is known.
    skipped: Vec<&'static str>,
    refused: Vec<String>,
    /// Whether a response is none that the documents describe.
    failed: bool,
}

impl Conformance {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let found = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&found);
        let listener = move |drift: &Drift| lock(&told).push(drift.clone());
        let dintero = Settings::read(options)?
            .builder()
            .on_drift(listener)
            .build()?;
        if dintero.is_production() {
            let account = dintero.account();
            return Err(Failure::Usage(format!(
                "{account} is a production account; only test accounts are called"
            )));
        }
        let mut run = Run::default();
        if self.write {
            run.write(&dintero).await?;
        }
        let mut reads: Vec<_> = APIS
            .iter()
            .flat_map(Api::operations)
            .filter(|one| one.row.method().is_safe())
            .collect();
        // Lists come before what their elements lead to.
        reads.sort_by_key(|one| {
            (
                one.row.path().matches('{').count(),
                one.row.paging().is_none(),
            )
        });
        for read in reads {
            run.read(&dintero, read).await;
        }
        let found = std::mem::take(&mut *lock(&found));
        report(&found, &run, options.json)?;
        match found.is_empty() && !run.failed {
            true => Ok(()),
            false => Err(Failure::Refused(
                "the responses and the documents differ".to_owned(),
            )),
        }
    }
}

fn lock(found: &Mutex<Vec<Drift>>) -> std::sync::MutexGuard<'_, Vec<Drift>> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Run {
    async fn read(&mut self, dintero: &Dintero, operation: Described) {
        let row = operation.row;
        let mut call = dintero.handle().call(row);
        for parameter in operation.parameters() {
            let name = parameter.text("name");
            if parameter.text("in") == "path" {
                let before = row
                    .path()
                    .split(&format!("/{{{name}}}"))
                    .next()
                    .unwrap_or_default();
                let id = self.first.get(before).and_then(|element| id(element, name));
                let Some(id) = id else {
                    return self.skipped.push(row.name());
                };
                call = call.path(name, &id);
            } else if name == "limit" {
                call = call.query(name, &10_i64);
            } else if parameter.is_required() {
                return self.skipped.push(row.name());
            }
        }
        let Some(typed) = operation.typed() else {
            return;
        };
        self.calls += 1;
        match (typed.probe)(call).await {
            Ok(body) => {
                let list = body.pointer(row.paging().map_or("", |paging| paging.items));
                let first = list.and_then(|list| list.get(0)).cloned();
                self.first
                    .extend(first.map(|first| (row.path().to_owned(), first)));
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
        let fresh = |what: &str| format!("{what}-{}", Uuid::new_v4().simple());
        let (reference, card) = (fresh("order"), fresh("card"));
        let calls = [
            (
                &APIS[0],
                "create_session_from_profile",
                json!({
                    "profile_id": "default",
                    "url": {"return_url": "https://shop.example/thanks"},
                    "order": {"amount": 29_990, "currency": "NOK", "merchant_reference": reference, "items": [
                        {"id": "chair", "line_id": "1", "description": "chair", "quantity": 1, "amount": 29_990, "vat": 25}
                    ]},
                }),
            ),
            (
                &APIS[1],
                "create_draft_order",
                json!({
                    "order": {"currency": "NOK", "items": [{
                        "line_id": 1, "id": "chair", "description": "chair", "quantity": 1, "gross_amount": 29_990,
                        "tax_lines": [{"tax_code": "25", "percentage": 25, "amount": 5_998}],
                    }]},
                    "options": {"generate_order_id": "ALPHANUMERIC_9"},
                }),
            ),
            (&APIS[1], "complete_draft_order", json!({})),
            (
                &APIS[2],
                "create_card",
                json!({"card_id": card, "amount": 50_000, "currency": "NOK"}),
            ),
            (
                &APIS[2],
                "create_transaction",
                json!({
                    "card_id": card, "amount": 20_000, "currency": "NOK", "pending": true, "ref_id": fresh("hold"),
                }),
            ),
        ];
        let mut last = Value::Null;
        for (api, name, body) in calls {
            let operation = api.operation(name);
            let Some((typed, operation)) = operation.and_then(|one| Some((one.typed()?, one)))
            else {
                return Err(Failure::Refused(format!("there is no operation {name}")));
            };
            let call = dintero.handle().call(operation.row).json_unchecked(&body);
            let paths = operation
                .parameters()
                .into_iter()
                .filter(|one| one.text("in") == "path");
            let call = paths.fold(call, |call, one| {
                call.path(one.text("name"), &id(&last, one.text("name")))
            });
            last = (typed.probe)(call).await?;
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
    match drift.kind() {
        DriftKind::Field => "unknown field",
        DriftKind::Value => "unknown value",
        DriftKind::Status => "undocumented status",
        _ => "misfit",
    }
}

fn report(found: &[Drift], run: &Run, json: bool) -> Result<(), Failure> {
    if json {
        for drift in found {
            let (operation, path, value) = (drift.operation(), drift.path(), drift.value());
            put(&format!(
                "{}\n",
                json!({"operation": operation, "kind": kind(drift), "path": path, "value": value})
            ))?;
        }
        return Ok(());
    }
    let row = |drift: &Drift| {
        [
            drift.operation(),
            kind(drift),
            drift.path(),
            drift.value().unwrap_or_default(),
        ]
        .map(str::to_owned)
        .into()
    };
    let header = ["OPERATION", "KIND", "PATH", "VALUE"]
        .map(str::to_owned)
        .into();
    if !found.is_empty() {
        put(&table(std::iter::once(header).chain(found.iter().map(row))))?;
    }
    for api in &APIS {
        put(&overlay(api, found))?;
    }
    for refused in &run.refused {
        note(&format!("Refused: {refused}"));
    }
    if !run.skipped.is_empty() {
        note(&format!("Nothing to read for {}.", run.skipped.join(", ")));
    }
    note(&format!(
        "{} calls, {} differences.",
        run.calls,
        found.len()
    ));
    Ok(())
}

/// Returns an overlay that adds what was found to the document of an API, or nothing.
fn overlay(api: &'static Api, found: &[Drift]) -> String {
    let (mut actions, document) = (String::new(), api.document());
    for drift in found {
        let Some(operation) = api.operation(drift.operation()) else {
            continue;
        };
        let row = operation.row;
        let responses = format!(
            "$.paths[{}].{}.responses",
            json!(row.path()),
            row.method().as_str().to_lowercase()
        );
        let place = |path: &str| {
            let path = format!("200.content.application/json.schema.{path}").replace("[]", ".-");
            let steps: Vec<_> = path.split('.').filter(|step| !step.is_empty()).collect();
            let method = row.method().as_str().to_lowercase();
            locate(
                document,
                &document["paths"][row.path()][method]["responses"],
                responses.clone(),
                &steps,
            )
        };
        let (target, update) = match (drift.kind(), drift.value()) {
            (DriftKind::Field, _) => {
                let (around, name) = drift.path().rsplit_once('.').unwrap_or(("", drift.path()));
                let field = json!({"description": "Seen in responses, not documented.", "x-evidence": "partial"});
                (place(around), json!({"properties": {name: field}}))
            }
            (DriftKind::Value, Some(value)) => (place(drift.path()), json!({"enum": [value]})),
            (DriftKind::Status, Some(status)) => (
                Some(responses.clone()),
                json!({status: {"description": "Seen, not documented."}}),
            ),
            _ => (None, Value::Null),
        };
        actions += &match target {
            Some(target) => format!(
                "  - target: {}\n    description: Seen in responses of the test environment\n    update: {update}\n",
                json!(target)
            ),
            None => format!(
                "  # {} of {}, {}: correct it by hand\n",
                drift.path(),
                row.name(),
                kind(drift)
            ),
        };
    }
    let head = "overlay: 1.0.0\ninfo: {title: Seen in responses, version: 1.0.0}\nactions:\n";
    match actions.is_empty() {
        true => actions,
        false => format!(
            "\n# An overlay for openapi/{}.yaml\n{head}{actions}",
            api.name
        ),
    }
}

/// Returns the JSONPath of the node at these steps: properties, `-` for elements, or other keys. Backtracks, since several parts of a schema
/// may have a property.
fn locate(
    root: &'static Value,
    node: &'static Value,
    place: String,
    steps: &[&str],
) -> Option<String> {
    let (node, own) = follow(root, node);
    let place = own.unwrap_or(place);
    let Some((step, rest)) = steps.split_first() else {
        return Some(place);
    };
    let (below, at) = match *step {
        "-" => (node.get("items"), format!("{place}.items")),
        name if node.get(name).is_some() && node.get("type").is_none() => {
            (node.get(name), format!("{place}[{}]", json!(name)))
        }
        name => (
            node["properties"].get(name),
            format!("{place}.properties[{}]", json!(name)),
        ),
    };
    let found = below.and_then(|below| locate(root, below, at, rest));
    found.or_else(|| {
        let parts = PARTS
            .iter()
            .filter_map(|keyword| Some((keyword, node[*keyword].as_array()?)));
        let mut parts = parts.flat_map(|(keyword, parts)| {
            parts
                .iter()
                .enumerate()
                .map(move |(index, part)| (keyword, index, part))
        });
        parts.find_map(|(keyword, index, part)| {
            locate(root, part, format!("{place}.{keyword}[{index}]"), steps)
        })
    })
}
