//! OpenAPI 3.0 schemas into JSON Schema 2020-12, once for requests and once for responses.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Which way a body goes; it decides about read-only and write-only properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// What is taken over as it stands.
const PLAIN: [&str; 12] = [
    "type",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];
/// Formats that are formats; the documents also have names such as `iso4217-code`, which say nothing checkable.
const FORMATS: [&str; 5] = ["date", "date-time", "email", "uri", "uuid"];
const COMPONENTS: &str = "#/components/schemas/";

/// The JSON Schema of one OpenAPI schema, complete with all that it refers to.
pub(crate) fn convert(document: &Value, schema: &Value, direction: Direction) -> Value {
    let mut converter = Converter {
        document,
        direction,
        known: BTreeSet::new(),
        waiting: Vec::new(),
    };
    let root = converter.schema(schema, false);
    let mut definitions = Map::new();
    while let Some((name, variant)) = converter.waiting.pop() {
        let component = &document["components"]["schemas"][&name];
        let converted = match variant {
            Variant::Strict => converter.schema(component, false),
            Variant::Loose => converter.schema(component, true),
            Variant::Children => converter.children(&name, component),
        };
        definitions.insert(key(&name, variant), converted);
    }
    json!({"allOf": [root], "$defs": definitions})
}

/// The forms in which a component can be referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Variant {
    Strict,
    /// Without value lists.
    Loose,
    /// The component and whichever of its discriminated children a value names.
    Children,
}

fn key(name: &str, variant: Variant) -> String {
    match variant {
        Variant::Strict => name.to_owned(),
        Variant::Loose => format!("{name}.loose"),
        Variant::Children => format!("{name}.children"),
    }
}

struct Converter<'a> {
    document: &'a Value,
    direction: Direction,
    known: BTreeSet<(String, Variant)>,
    waiting: Vec<(String, Variant)>,
}

impl<'a> Converter<'a> {
    fn refer(&mut self, name: &str, variant: Variant) -> Value {
        if self.known.insert((name.to_owned(), variant)) {
            self.waiting.push((name.to_owned(), variant));
        }
        json!({"$ref": format!("#/$defs/{}", key(name, variant))})
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        match component(schema) {
            Some(name) => self.resolve(&self.document["components"]["schemas"][name]),
            None => schema,
        }
    }

    /// `loose` leaves value lists out.
    fn schema(&mut self, schema: &'a Value, loose: bool) -> Value {
        if let Some(name) = component(schema) {
            // In OpenAPI 3.0 what stands beside a reference is ignored.
            let target = &self.document["components"]["schemas"][name];
            let variant = match (target["discriminator"]["mapping"].is_object(), loose) {
                (true, false) => Variant::Children,
                (_, true) => Variant::Loose,
                (false, false) => Variant::Strict,
            };
            return self.refer(name, variant);
        }
        let mut out = Map::new();
        for name in PLAIN {
            if let Some(value) = schema.get(name) {
                out.insert(name.into(), value.clone());
            }
        }
        for (flag, limit) in [
            ("exclusiveMinimum", "minimum"),
            ("exclusiveMaximum", "maximum"),
        ] {
            if schema[flag] == true
                && let Some(value) = out.remove(limit)
            {
                out.insert(flag.into(), value);
            }
        }
        match schema["format"].as_str() {
            Some(format) if FORMATS.contains(&format) => {
                out.insert("format".into(), json!(format));
            }
            Some("int32") => {
                out.entry("minimum").or_insert_with(|| json!(i32::MIN));
                out.entry("maximum").or_insert_with(|| json!(i32::MAX));
            }
            _ => {}
        }
        if let (Some(values), false) = (schema["enum"].as_array(), loose) {
            let mut values = values.clone();
            // Values that upstream's own examples use although its list lacks them.
            values.extend(
                schema["x-values-in-examples"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default(),
            );
            out.insert("enum".into(), json!(values));
        }
        self.object(schema, loose, &BTreeSet::new(), &mut out);
        if let Some(items) = schema.get("items") {
            out.insert("items".into(), self.schema(items, loose));
        }
        match schema.get("additionalProperties") {
            Some(Value::Bool(allowed)) => {
                out.insert("additionalProperties".into(), json!(allowed));
            }
            Some(below) => {
                out.insert("additionalProperties".into(), self.schema(below, loose));
            }
            None => {}
        }
        if let Some(branches) = schema["allOf"].as_array() {
            out.insert("allOf".into(), self.all_of(branches, loose));
        }
        // The choices of a oneOf overlap, since none of them forbids further properties: one that fits is enough.
        for name in ["oneOf", "anyOf"] {
            if let Some(branches) = schema[name].as_array() {
                let branches: Value = branches.iter().map(|b| self.schema(b, loose)).collect();
                out.insert("anyOf".into(), branches);
            }
        }
        if schema["nullable"] == true {
            return json!({"anyOf": [{"type": "null"}, out]});
        }
        Value::Object(out)
    }

    /// The properties; those in `loosened` without value lists.
    fn object(
        &mut self,
        schema: &'a Value,
        loose: bool,
        loosened: &BTreeSet<&'a str>,
        out: &mut Map<String, Value>,
    ) {
        let Some(properties) = schema["properties"].as_object() else {
            if let Some(required) = schema.get("required") {
                out.insert("required".into(), required.clone());
            }
            return;
        };
        let mut converted = Map::new();
        for (name, below) in properties {
            let value = if self.is_foreign(below) {
                Value::Bool(false)
            } else {
                self.schema(below, loose || loosened.contains(name.as_str()))
            };
            converted.insert(name.clone(), value);
        }
        out.insert("properties".into(), Value::Object(converted));
        let required = schema["required"].as_array().into_iter().flatten();
        let required: Vec<_> = required
            .filter_map(Value::as_str)
            .filter(|name| self.is_demanded(schema, name))
            .collect();
        if !required.is_empty() {
            out.insert("required".into(), json!(required));
        }
    }

    /// Whether the property belongs into bodies of the other direction only.
    fn is_foreign(&self, property: &'a Value) -> bool {
        let mark = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        property[mark] == true || self.resolve(property)[mark] == true
    }

    /// Whether `required` is to be believed: an inferred one is no reason to refuse a response.
    fn is_demanded(&self, schema: &Value, name: &str) -> bool {
        let property = &schema["properties"][name];
        if self.direction == Direction::Request {
            return property.is_null() || property["readOnly"] != true;
        }
        let marks = ["x-evidence-required", "x-required-evidence"];
        marks.iter().all(|mark| schema[*mark].is_null()) && property["x-evidence"].is_null()
    }

    /// Branches that repeat a property narrow its value lists to what all of them have. Checkout's per-provider parts of
    /// a transaction do so with lists that lag behind (no `PARTIALLY_CAPTURED_REFUNDED`), so that in a response the
    /// first branch that has a property decides about its values.
    fn all_of(&mut self, branches: &'a [Value], loose: bool) -> Value {
        let mut seen: BTreeSet<&'a str> = BTreeSet::new();
        let mut converted = Vec::new();
        for branch in branches {
            let target = self.resolve(branch);
            let names = self.names(target);
            let repeats = self.direction == Direction::Response
                && !loose
                && names.iter().any(|name| seen.contains(name));
            converted.push(match (component(branch), repeats) {
                // A part in its own right, not "one of the children".
                (Some(name), false) => self.refer(
                    name,
                    if loose {
                        Variant::Loose
                    } else {
                        Variant::Strict
                    },
                ),
                (None, false) => self.schema(branch, loose),
                (_, true) if target.get("allOf").is_none() => {
                    let mut out = Map::new();
                    self.object(target, loose, &seen, &mut out);
                    Value::Object(out)
                }
                (_, true) => self.schema(target, true),
            });
            seen.extend(names);
        }
        Value::Array(converted)
    }

    /// The names of all properties, those of `allOf` branches too.
    fn names(&self, schema: &'a Value) -> BTreeSet<&'a str> {
        let own = schema["properties"].as_object().into_iter().flatten();
        let mut names: BTreeSet<_> = own.map(|(name, _)| name.as_str()).collect();
        for branch in schema["allOf"].as_array().into_iter().flatten() {
            names.extend(self.names(self.resolve(branch)));
        }
        names
    }

    /// A base with a discriminator: the property has one of the mapped values, and the child of that value fits.
    fn children(&mut self, name: &str, base: &'a Value) -> Value {
        let property = base["discriminator"]["propertyName"]
            .as_str()
            .unwrap_or_default();
        let mapping = base["discriminator"]["mapping"]
            .as_object()
            .into_iter()
            .flatten();
        let mapping: Vec<_> = mapping
            .filter_map(|(value, target)| Some((value, target.as_str()?.strip_prefix(COMPONENTS)?)))
            .collect();
        let values: Vec<_> = mapping.iter().map(|(value, _)| value).collect();
        let mut all = vec![
            self.refer(name, Variant::Strict),
            json!({"properties": {property: {"enum": values}}}),
        ];
        for (value, child) in mapping {
            let is_it = json!({"properties": {property: {"const": value}}, "required": [property]});
            let child = self.refer(child, Variant::Strict);
            all.push(json!({"if": is_it, "then": child}));
        }
        json!({"allOf": all})
    }
}

fn component(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(COMPONENTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(schema: Value, direction: Direction, instance: Value) -> bool {
        let document = json!({"components": {"schemas": {
            "Time": {"type": "string", "readOnly": true},
            "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
                "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}}},
            "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"},
                {"type": "object", "required": ["lives"], "properties": {"lives": {"type": "integer"}}}]},
            "Narrow": {"type": "object", "properties": {"status": {"type": "string", "enum": ["A"]}}},
        }}});
        let schema = convert(&document, &schema, direction);
        jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .expect("a schema")
            .is_valid(&instance)
    }

    use Direction::{Request, Response};

    #[test]
    fn null_is_a_value_only_where_the_document_says_so() {
        let nullable = json!({"type": "string", "enum": ["a"], "nullable": true});
        assert!(fits(nullable.clone(), Request, json!(null)));
        assert!(!fits(nullable, Request, json!("b")));
        assert!(!fits(json!({"type": "string"}), Request, json!(null)));
    }

    #[test]
    fn an_exclusive_limit_is_a_flag_in_openapi() {
        let schema = json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true});
        assert!(!fits(schema.clone(), Request, json!(1)));
        assert!(fits(schema, Request, json!(2)));
    }

    #[test]
    fn read_only_members_are_for_responses_only() {
        let time = json!({"$ref": "#/components/schemas/Time"});
        let schema = json!({"type": "object", "required": ["at"], "properties": {"at": time}});
        assert!(!fits(schema.clone(), Request, json!({"at": "now"})));
        assert!(fits(schema.clone(), Response, json!({"at": "now"})));
        assert!(!fits(schema, Response, json!({})));
    }

    #[test]
    fn an_inferred_property_is_not_demanded_of_a_response() {
        let at = json!({"type": "string", "x-evidence": "inferred"});
        let schema = json!({"type": "object", "required": ["at"], "properties": {"at": at}});
        assert!(fits(schema.clone(), Response, json!({})));
        assert!(!fits(schema, Request, json!({})));
    }

    #[test]
    fn a_discriminator_leads_to_the_child() {
        let pet = json!({"$ref": "#/components/schemas/Pet"});
        assert!(fits(
            pet.clone(),
            Request,
            json!({"kind": "cat", "lives": 9})
        ));
        assert!(!fits(pet.clone(), Request, json!({"kind": "cat"})));
        assert!(!fits(pet, Request, json!({"kind": "dog"})));
    }

    #[test]
    fn the_first_branch_decides_about_the_values_of_a_response() {
        let wide = json!({"type": "object", "properties": {"status": {"type": "string", "enum": ["A", "B"]}}});
        let both = json!({"allOf": [wide, {"$ref": "#/components/schemas/Narrow"}]});
        assert!(fits(both.clone(), Response, json!({"status": "B"})));
        assert!(!fits(both.clone(), Response, json!({"status": "C"})));
        assert!(!fits(both, Request, json!({"status": "B"})));
    }

    #[test]
    fn a_format_that_is_none_is_passed_over() {
        assert!(fits(
            json!({"type": "string", "format": "iso4217-code"}),
            Request,
            json!("?")
        ));
        assert!(!fits(
            json!({"type": "string", "format": "date-time"}),
            Request,
            json!("?")
        ));
        assert!(!fits(
            json!({"type": "integer", "format": "int32"}),
            Request,
            json!(1_u64 << 31)
        ));
    }
}
