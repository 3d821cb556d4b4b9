//! Validates responses against the documents: OpenAPI 3.0 schemas of responses as JSON Schema 2020-12.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use dintero_sandbox::{DOCUMENTS, Sandbox};
use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value, json};

/// What is documented about a response.
#[derive(Clone)]
enum Documented {
    Nothing,
    NoBody,
    Body(Arc<Validator>),
}

/// Returns what is not as documented in the response to a request that the sandbox has logged; nothing if a fault was
/// injected.
pub fn violations_of(sandbox: &Sandbox, request_id: &str, body: &Value) -> Vec<String> {
    let requests = sandbox.requests();
    let logged = requests
        .iter()
        .rfind(|entry| entry.request_id == request_id);
    let logged = logged.filter(|entry| entry.fault.is_none());
    let Some((operation_id, status)) =
        logged.and_then(|e| Some((e.operation_id.as_ref()?, e.status?)))
    else {
        return Vec::new();
    };
    violations(operation_id, status, body)
}

/// Returns what is not as documented in a response. A status that is not documented is right only where every server may
/// send it (405, 413, 415, 5xx).
fn violations(operation_id: &str, status: u16, body: &Value) -> Vec<String> {
    static KNOWN: Mutex<BTreeMap<(String, u16), Documented>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().expect("no test panics here");
    let documented = known
        .entry((operation_id.to_owned(), status))
        .or_insert_with(|| documented(operation_id, status))
        .clone();
    drop(known);
    match documented {
        Documented::Body(validator) => {
            let errors = validator.iter_errors(body);
            errors
                .map(|e| format!("{}: {e}", e.instance_path()))
                .collect()
        }
        Documented::NoBody if !body.is_null() => vec!["a body where none is documented".into()],
        Documented::Nothing if status < 300 => vec!["a status that is not documented".into()],
        _ => Vec::new(),
    }
}

fn documented(operation_id: &str, status: u16) -> Documented {
    let operations = DOCUMENTS.iter().flat_map(|document| {
        let paths = document["paths"].as_object().expect("paths").values();
        let all = paths.flat_map(|item| item.as_object().expect("a path").values());
        all.map(move |operation| (document, operation))
    });
    let (document, operation) = operations
        .into_iter()
        .find(|(_, operation)| operation["operationId"] == operation_id)
        .expect("an operation");
    let responses = &operation["responses"];
    let response = responses
        .get(status.to_string())
        .or_else(|| responses.get(format!("{}XX", status / 100)));
    let Some(response) = response.map(|response| resolve(document, response)) else {
        return Documented::Nothing;
    };
    match response["content"]["application/json"].get("schema") {
        Some(schema) => Documented::Body(Arc::new(compile(document, schema))),
        None => Documented::NoBody,
    }
}

fn compile(document: &Value, schema: &Value) -> Validator {
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex())
        .build(&convert(document, schema))
        .expect("a schema")
}

/// The formats that are validated; the documents also have names such as `iso4217-code`, which define nothing.
const FORMATS: [&str; 5] = ["date", "date-time", "email", "uri", "uuid"];
const COMPONENTS: &str = "#/components/schemas/";

/// Returns the JSON Schema of one OpenAPI schema, with all that it refers to.
fn convert(document: &Value, schema: &Value) -> Value {
    let mut converter = Converter {
        document,
        known: BTreeSet::new(),
        waiting: Vec::new(),
    };
    let root = converter.schema(schema, false);
    let mut definitions = Map::new();
    while let Some((name, variant)) = converter.waiting.pop() {
        let component = &document["components"]["schemas"][name];
        let converted = match variant {
            Variant::Children => converter.children(name, component),
            variant => converter.schema(component, variant == Variant::Lenient),
        };
        definitions.insert(key(name, variant), converted);
    }
    json!({"allOf": [root], "$defs": definitions})
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Variant {
    Strict,
    /// The component without lists of values.
    Lenient,
    /// The component and whichever of its discriminated children a value names.
    Children,
}

fn key(name: &str, variant: Variant) -> String {
    format!("{name}.{variant:?}")
}

struct Converter<'a> {
    document: &'a Value,
    known: BTreeSet<(&'a str, Variant)>,
    waiting: Vec<(&'a str, Variant)>,
}

impl<'a> Converter<'a> {
    fn refer(&mut self, name: &'a str, variant: Variant) -> Value {
        if self.known.insert((name, variant)) {
            self.waiting.push((name, variant));
        }
        json!({"$ref": format!("#/$defs/{}", key(name, variant))})
    }

    /// Converts a schema, without its lists of values if it is `lenient`.
    fn schema(&mut self, schema: &'a Value, lenient: bool) -> Value {
        if let Some(name) = component(schema) {
            // In OpenAPI 3.0 what stands beside a reference is ignored.
            let is_base = resolve(self.document, schema)["discriminator"]["mapping"].is_object();
            let variant = match (lenient, is_base) {
                (true, _) => Variant::Lenient,
                (false, true) => Variant::Children,
                (false, false) => Variant::Strict,
            };
            return self.refer(name, variant);
        }
        let Value::Object(object) = schema else {
            return schema.clone();
        };
        let mut out = object.clone();
        // A flag in OpenAPI 3.0, a limit of its own in JSON Schema.
        for (exclusive, limit) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            if out.remove(exclusive) == Some(Value::Bool(true))
                && let Some(value) = out.remove(limit)
            {
                out.insert(exclusive.into(), value);
            }
        }
        match schema["format"].as_str() {
            Some("int32") => {
                out.entry("minimum").or_insert(i32::MIN.into());
                out.entry("maximum").or_insert(i32::MAX.into());
            }
            Some(format) if !FORMATS.contains(&format) => {
                out.remove("format");
            }
            _ => {}
        }
        if lenient {
            out.remove("enum");
        } else if let Some(Value::Array(values)) = out.get_mut("enum") {
            // Values that upstream's own examples use although its list lacks them.
            let more = schema["x-values-in-examples"].as_array();
            values.extend(more.into_iter().flatten().cloned());
        }
        self.properties(schema, lenient, &BTreeSet::new(), &mut out);
        for name in ["items", "additionalProperties"] {
            if let Some(below) = object.get(name) {
                out.insert(name.into(), self.schema(below, lenient));
            }
        }
        if let Some(branches) = schema["allOf"].as_array() {
            out.insert("allOf".into(), self.all_of(branches, lenient));
        }
        // The choices of a oneOf overlap, since none of them forbids further properties: one that fits is enough.
        out.remove("oneOf");
        for name in ["oneOf", "anyOf"] {
            if let Some(branches) = schema[name].as_array() {
                let branches: Value = branches.iter().map(|b| self.schema(b, lenient)).collect();
                out.insert("anyOf".into(), branches);
            }
        }
        match schema["nullable"] == true {
            true => json!({"anyOf": [{"type": "null"}, out]}),
            false => Value::Object(out),
        }
    }

    /// Converts the properties, those in `lenient_names` without their lists of values.
    fn properties(
        &mut self,
        schema: &'a Value,
        lenient: bool,
        lenient_names: &BTreeSet<&'a str>,
        out: &mut Map<String, Value>,
    ) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        let mut converted = Map::new();
        for (name, below) in properties {
            let value = match self.is_foreign(below) {
                true => Value::Bool(false),
                false => self.schema(below, lenient || lenient_names.contains(name.as_str())),
            };
            converted.insert(name.clone(), value);
        }
        out.insert("properties".into(), Value::Object(converted));
        if let Some(Value::Array(required)) = out.get_mut("required") {
            required.retain(|name| is_demanded(schema, name));
        }
    }

    /// Whether the property belongs into requests only.
    fn is_foreign(&self, property: &Value) -> bool {
        property["writeOnly"] == true || resolve(self.document, property)["writeOnly"] == true
    }

    /// Converts the branches of an `allOf`. Branches that repeat a property narrow its list of values to what all of
    /// them have. Checkout's per-provider parts of a transaction do so with lists that lag behind (no
    /// `PARTIALLY_CAPTURED_REFUNDED`), so that the first branch that has a property decides about its values.
    fn all_of(&mut self, branches: &'a [Value], lenient: bool) -> Value {
        let mut seen = BTreeSet::new();
        let mut converted = Vec::new();
        for branch in branches {
            let names = self.names(branch);
            let repeats = !names.is_disjoint(&seen);
            let target = resolve(self.document, branch);
            converted.push(match (component(branch), lenient || repeats) {
                // The component itself, not one of its children.
                (Some(name), false) => self.refer(name, Variant::Strict),
                (_, true) if !lenient && target["allOf"].is_null() => {
                    let required = target.get("required").cloned();
                    let mut out =
                        Map::from_iter(required.map(|names| ("required".to_owned(), names)));
                    self.properties(target, false, &seen, &mut out);
                    Value::Object(out)
                }
                (_, lenient) => self.schema(branch, lenient),
            });
            seen.extend(names);
        }
        Value::Array(converted)
    }

    /// Returns the names of all properties, those of `allOf` branches too.
    fn names(&self, schema: &'a Value) -> BTreeSet<&'a str> {
        let schema = resolve(self.document, schema);
        let own = schema["properties"].as_object().into_iter().flatten();
        let mut names: BTreeSet<_> = own.map(|(name, _)| name.as_str()).collect();
        for branch in schema["allOf"].as_array().into_iter().flatten() {
            names.extend(self.names(branch));
        }
        names
    }

    /// Converts a base with a discriminator: the property has one of the mapped values, and the child of that value fits.
    fn children(&mut self, name: &'a str, base: &'a Value) -> Value {
        let discriminator = &base["discriminator"];
        let property = discriminator["propertyName"].as_str().unwrap_or_default();
        let mapping = discriminator["mapping"].as_object().into_iter().flatten();
        let mut values = Vec::new();
        let mut all = vec![self.refer(name, Variant::Strict)];
        for (value, target) in mapping {
            let target = target.as_str().and_then(|at| at.strip_prefix(COMPONENTS));
            let child = self.refer(target.unwrap_or_default(), Variant::Strict);
            let is_it = json!({"properties": {property: {"const": value}}, "required": [property]});
            all.push(json!({"if": is_it, "then": child}));
            values.push(value);
        }
        all.push(json!({"properties": {property: {"enum": values}}}));
        json!({"allOf": all})
    }
}

fn component(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(COMPONENTS)
}

/// Whether `required` applies to a property: an inferred one is no reason to refuse a response.
fn is_demanded(schema: &Value, name: &Value) -> bool {
    let property = &schema["properties"][name.as_str().unwrap_or_default()];
    schema["x-evidence-required"].is_null()
        && schema["x-required-evidence"].is_null()
        && property["x-evidence"].is_null()
}

fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    match node["$ref"].as_str().and_then(|at| at.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).expect("a component"),
        None => node,
    }
}

#[test]
fn a_response_that_is_not_as_documented_is_found() {
    let transaction = |status: &str| {
        json!({
            "payment_product": "dintero_psp", "payment_product_type": "dintero_psp.creditcard", "amount": 1,
            "currency": "NOK", "status": status, "events": [{"transaction_status": status}],
        })
    };
    let found = |status, body| violations("transactions_id_get", status, &body).len();
    // A status that the lists of some providers lack, and one that no list has.
    assert_eq!(found(200, transaction("PARTIALLY_CAPTURED_REFUNDED")), 0);
    assert_eq!(found(200, transaction("ODD")), 2);
    assert_eq!(found(200, Value::Null), 1);
    assert_eq!(found(299, transaction("CAPTURED")), 1);
}

fn fits(schema: Value, response: Value) -> bool {
    let document = json!({"components": {"schemas": {
        "Narrow": {"type": "object", "properties": {"status": {"type": "string", "enum": ["A"]}}},
        "Time": {"type": "string", "readOnly": true},
    }}});
    compile(&document, &schema).is_valid(&response)
}

#[test]
fn read_only_members_are_for_responses_and_inferred_ones_not_required() {
    let time = json!({"$ref": "#/components/schemas/Time"});
    let mut schema = json!({"type": "object", "required": ["at"], "properties": {"at": time}});
    assert!(fits(schema.clone(), json!({"at": "now"})));
    assert!(!fits(schema.clone(), json!({})));
    schema["properties"]["at"] = json!({"type": "string", "x-evidence": "inferred"});
    assert!(fits(schema, json!({})));
}

#[test]
fn the_first_branch_decides_about_the_values_of_a_response() {
    let wide =
        json!({"type": "object", "properties": {"status": {"type": "string", "enum": ["A", "B"]}}});
    let both = json!({"allOf": [wide, {"$ref": "#/components/schemas/Narrow"}]});
    assert!(fits(both.clone(), json!({"status": "B"})));
    assert!(!fits(both, json!({"status": "C"})));
}
