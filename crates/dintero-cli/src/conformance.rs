//! `dintero conformance`: what responses have that the documents do not know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use dintero::{Dintero, Drift, DriftKind, Operation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::{Options, Settings};
use crate::documents::{APIS, Api};
use crate::failure::Failure;
use crate::print::{note, put, table};
use crate::table::Described;

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
    read: usize,
    /// Operations with nothing to read, as far as is known.
    skipped: Vec<&'static str>,
    refused: Vec<String>,
    /// Whether a response is none that the documents describe.
    failed: bool,
}

impl Conformance {
    pub async fn run(&self, options: &Options) -> Result<(), Failure> {
        let settings = Settings::read(options)?;
        let found = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&found);
        let listener = move |drift: &Drift| {
            told.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(drift.clone())
        };
        let dintero = settings.builder().on_drift(listener).build()?;
        if dintero.is_production() {
            let refused = "conformance calls test accounts only, and sent nothing";
            return Err(Failure::Usage(format!(
                "{} is a production account: {refused}",
                dintero.account()
            )));
        }
        let mut run = Run::default();
        if self.write {
            run.write(&dintero).await?;
        }
        for api in &APIS {
            let mut reads: Vec<_> = api
                .operations()
                .filter(|(row, _)| row.method().is_safe())
                .collect();
            // Lists come before what their elements lead to.
            reads.sort_by_key(|(row, _)| (row.path().matches('{').count(), row.paging().is_none()));
            for (row, described) in reads {
                run.read(api, &dintero, row, described).await;
            }
        }
        let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        report(&found, &run, options.json)?;
        match found.is_empty() && !run.failed {
            true => Ok(()),
            false => Err(Failure::Refused(
                "the responses and the documents differ".to_owned(),
            )),
        }
    }
}

impl Run {
    async fn read(
        &mut self,
        api: &'static Api,
        dintero: &Dintero,
        row: &'static Operation,
        described: &'static Described,
    ) {
        let Some(typed) = api.typed(row) else {
            return;
        };
        let mut call = dintero.handle().call(row);
        for parameter in &described.parameters {
            match parameter.place.as_str() {
                "path" => {
                    let variable = format!("{{{}}}", parameter.name);
                    let before = row.path().split(&variable).next().unwrap_or_default();
                    let element = self.first.get(before.trim_end_matches('/'));
                    let id = element.and_then(|element| id(element, &parameter.name));
                    let Some(id) = id else {
                        return self.skipped.push(row.name());
                    };
                    call = call.path(&parameter.name, &id);
                }
                "query" if parameter.name == "limit" => call = call.query("limit", &10_i64),
                _ if parameter.required => return self.skipped.push(row.name()),
                _ => {}
            }
        }
        self.read += 1;
        match (typed.probe)(call).await {
            Ok(body) => {
                let pointer = row.paging().map_or("", |paging| paging.items);
                let list = body.pointer(pointer).and_then(Value::as_array);
                if let Some(first) = list.and_then(|list| list.first()) {
                    self.first.insert(row.path().to_owned(), first.clone());
                }
            }
            Err(error) => {
                let status = error.status().map(|status| status.as_u16());
                // The account may lack the scope, or what is read; both are documented.
                self.failed |= error.is_decode()
                    || !status.is_some_and(|status| row.statuses().contains(&status));
                self.refused.push(format!("{}: {error}", row.name()));
            }
        }
    }

    /// Makes what there is to read: the calls of the quickstart that no payer has to take part in.
    async fn write(&mut self, dintero: &Dintero) -> Result<(), Failure> {
        let fresh = |what: &str| format!("{what}-{}", Uuid::new_v4().simple());
        let items = json!([{"id": "chair", "line_id": "1", "description": "chair", "quantity": 1, "amount": 29_990, "vat": 25}]);
        let order = json!({"amount": 29_990, "currency": "NOK", "merchant_reference": fresh("order"), "items": items});
        let session = json!({"profile_id": "default", "url": {"return_url": "https://shop.example/thanks"}, "order": order});
        self.send(
            dintero,
            &APIS[0],
            "create_session_from_profile",
            None,
            session,
        )
        .await?;
        let taxes = json!([{"tax_code": "25", "percentage": 25, "amount": 5_998}]);
        let line = json!({"line_id": 1, "id": "chair", "description": "chair", "quantity": 1, "gross_amount": 29_990, "tax_lines": taxes});
        let draft = json!({"order": {"currency": "NOK", "items": [line]}, "options": {"generate_order_id": "ALPHANUMERIC_9"}});
        let draft = self
            .send(dintero, &APIS[1], "create_draft_order", None, draft)
            .await?;
        self.send(
            dintero,
            &APIS[1],
            "complete_draft_order",
            Some(&draft),
            json!({}),
        )
        .await?;
        let card = json!({"card_id": fresh("card"), "amount": 50_000, "currency": "NOK"});
        let card = self
            .send(dintero, &APIS[2], "create_card", None, card)
            .await?;
        let hold = json!({"card_id": card["card_id"], "amount": 20_000, "currency": "NOK", "pending": true, "ref_id": fresh("hold"), "type": "drawdown"});
        self.send(dintero, &APIS[2], "create_transaction", None, hold)
            .await
            .map(drop)
    }

    /// Sends one call, whose path variables are taken from an earlier response.
    async fn send(
        &mut self,
        dintero: &Dintero,
        api: &'static Api,
        name: &str,
        from: Option<&Value>,
        body: Value,
    ) -> Result<Value, Failure> {
        let missing = || Failure::Refused(format!("there is no operation {name}"));
        let (row, described) = api.operation(name).ok_or_else(missing)?;
        let typed = api.typed(row).ok_or_else(missing)?;
        let mut call = dintero.handle().call(row).json_unchecked(&body);
        for parameter in described
            .parameters
            .iter()
            .filter(|parameter| parameter.place == "path")
        {
            call = call.path(
                &parameter.name,
                &from.and_then(|from| id(from, &parameter.name)),
            );
        }
        self.read += 1;
        Ok((typed.probe)(call).await?)
    }
}

/// Returns the value for a path variable from an element of a list.
fn id(element: &Value, variable: &str) -> Option<String> {
    let known = |name: &str| {
        element[name]
            .as_str()
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
    };
    known(variable).or_else(|| known("id"))
}

fn report(found: &[Drift], run: &Run, json: bool) -> Result<(), Failure> {
    let kind = |drift: &Drift| match drift.kind() {
        DriftKind::Field => "unknown field",
        DriftKind::Value => "unknown value",
        DriftKind::SetAside => "misfit",
        DriftKind::Status => "undocumented status",
        _ => "other",
    };
    if json {
        for drift in found {
            let line = json!({"operation": drift.operation(), "kind": kind(drift), "path": drift.path(), "value": drift.value()});
            put(&format!("{line}\n"))?;
        }
        for refused in &run.refused {
            put(&format!("{}\n", json!({"refused": refused})))?;
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
    };
    if !found.is_empty() {
        put(&table(
            ["OPERATION", "KIND", "PATH", "VALUE"],
            found.iter().map(row),
        ))?;
    }
    for refused in &run.refused {
        put(&format!("refused: {refused}\n"))?;
    }
    let skipped = match run.skipped.as_slice() {
        [] => String::new(),
        names => format!("; nothing to read for {}", names.join(", ")),
    };
    note(&format!(
        "{} calls, {} differences{skipped}",
        run.read,
        found.len()
    ));
    for api in &APIS {
        put(&overlay(api, found))?;
    }
    Ok(())
}

/// Returns an overlay that adds what was found to the document of an API, or nothing.
fn overlay(api: &'static Api, found: &[Drift]) -> String {
    let (mut actions, document) = (String::new(), api.document());
    for drift in found {
        let mut rows = api.operations();
        let Some((row, _)) = rows.find(|(row, _)| row.id() == drift.operation()) else {
            continue;
        };
        let method = row.method().as_str().to_lowercase();
        let node = &document["paths"][row.path()][&method]["responses"]["200"];
        let responses = format!("$.paths[{}].{method}.responses", json!(row.path()));
        let place = |path: &str| {
            let path = path.replace("[]", ".[]");
            let steps: Vec<_> = path.split('.').filter(|step| !step.is_empty()).collect();
            let content = "content.application/json.schema"
                .split('.')
                .fold(resolve(&document, node), |node, key| &node[key]);
            let start = format!("{responses}['200'].content['application/json'].schema");
            locate(&document, content, start, &steps, 0)
        };
        let (target, update) = match drift.kind() {
            DriftKind::Field => {
                let (around, name) = drift.path().rsplit_once('.').unwrap_or(("", drift.path()));
                let field = json!({"description": "Seen in responses, not documented.", "x-evidence": "partial"});
                (place(around), json!({"properties": {name: field}}))
            }
            DriftKind::Value => match drift.value() {
                Some(value) => (place(drift.path()), json!({"enum": [value]})),
                None => continue,
            },
            DriftKind::Status => {
                let response = json!({"description": "Seen, not documented."});
                (
                    Some(responses.clone()),
                    json!({drift.value().unwrap_or_default(): response}),
                )
            }
            _ => {
                actions += &format!(
                    "  # `{}` of {} does not fit its type: correct the type.\n",
                    drift.path(),
                    row.name()
                );
                continue;
            }
        };
        // A field in what is free-form, or in a response that another status has.
        let Some(target) = target.map(Value::from) else {
            actions += &format!(
                "  # `{}` of {}: no schema describes what is around it.\n",
                drift.path(),
                row.name()
            );
            continue;
        };
        actions += &format!(
            "  - target: {target}\n    description: Seen in responses of the test environment\n    update: {update}\n"
        );
    }
    match actions.is_empty() {
        true => actions,
        false => format!(
            "\n# An overlay for openapi/{}.yaml\noverlay: 1.0.0\ninfo: {{title: Seen in responses, version: 1.0.0}}\nactions:\n{actions}",
            api.name
        ),
    }
}

fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    let pointer = node["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'));
    pointer
        .and_then(|pointer| document.pointer(pointer))
        .unwrap_or(node)
}

/// Finds the schema at these steps, fields and `[]` for elements. Returns its JSONPath.
fn locate(
    document: &Value,
    node: &Value,
    place: String,
    steps: &[&str],
    depth: usize,
) -> Option<String> {
    // Parts may refer to each other in a circle.
    if depth > 50 {
        return None;
    }
    let next = |node: &Value, place: String, steps: &[&str]| {
        locate(document, node, place, steps, depth + 1)
    };
    if let Some(pointer) = node["$ref"]
        .as_str()
        .and_then(|reference| reference.strip_prefix('#'))
    {
        let names = pointer.split('/').skip(1);
        let place =
            names.map(|name| format!("[{}]", json!(name.replace("~1", "/").replace("~0", "~"))));
        return next(
            document.pointer(pointer)?,
            format!("${}", place.collect::<String>()),
            steps,
        );
    }
    let Some((step, rest)) = steps.split_first() else {
        return Some(place);
    };
    let found = match *step {
        "[]" => node
            .get("items")
            .and_then(|items| next(items, format!("{place}.items"), rest)),
        name => {
            let property = node["properties"].get(name);
            property.and_then(|property| {
                next(
                    property,
                    format!("{place}.properties[{}]", json!(name)),
                    rest,
                )
            })
        }
    };
    let part = |key: &str| {
        let mut parts = node[key].as_array()?.iter().enumerate();
        parts.find_map(|(index, part)| next(part, format!("{place}.{key}[{index}]"), steps))
    };
    found.or_else(|| ["allOf", "oneOf", "anyOf"].into_iter().find_map(part))
}
