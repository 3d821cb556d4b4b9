//! OpenAPI 3.0 schemas of requests as JSON Schema 2020-12.

use serde_json::{Map, Value, json};

use crate::documents::resolve;
use crate::state::json::{items, text_of};

/// The formats that are validated; the documents also have names such as `iso4217-code`, which define nothing.
const FORMATS: [&str; 5] = ["date", "date-time", "email", "uri", "uuid"];

/// Returns the JSON Schema of one OpenAPI schema, with all that it refers to.
pub(crate) fn convert(document: &Value, schema: &Value) -> Value {
    let mut converter = Converter {
        document,
        definitions: Map::new(),
    };
    let root = converter.schema(schema, false);
    json!({"allOf": [root], "$defs": converter.definitions})
}

struct Converter<'a> {
    document: &'a Value,
    definitions: Map<String, Value>,
}

impl Converter<'_> {
    /// Refers to a component; where it has a discriminator, and is no `part` of a child, to the child that a value names.
    fn refer(&mut self, name: &str, is_part: bool) -> Value {
        let component = &self.document["components"]["schemas"][name];
        let has_children = !is_part && component["discriminator"]["mapping"].is_object();
        let key = format!("{name}{}", if has_children { ".children" } else { "" });
        if !self.definitions.contains_key(&key) {
            // A component may refer to itself.
            self.definitions.insert(key.clone(), Value::Null);
            let converted = match has_children {
                true => self.children(name, &component["discriminator"]),
                false => self.schema(component, false),
            };
            self.definitions.insert(key.clone(), converted);
        }
        json!({"$ref": format!("#/$defs/{key}")})
    }

    /// Converts a base with a discriminator: the property has one of the mapped values, and the child of that value fits.
    fn children(&mut self, name: &str, discriminator: &Value) -> Value {
        let property = text_of(&discriminator["propertyName"]);
        let mapping = discriminator["mapping"].as_object().into_iter().flatten();
        let (values, targets): (Vec<_>, Vec<_>) = mapping.unzip();
        let is_mapped = json!({"properties": {property: {"enum": values}}});
        let mut all = vec![self.refer(name, true), is_mapped];
        for (value, target) in values.iter().zip(targets) {
            let child = self.schema(&json!({"$ref": target}), true);
            let is_it = json!({"properties": {property: {"const": value}}, "required": [property]});
            all.push(json!({"if": is_it, "then": child}));
        }
        json!({"allOf": all})
    }

    fn schema(&mut self, schema: &Value, is_part: bool) -> Value {
        // In OpenAPI 3.0 what stands beside a reference is ignored.
        let component = text_of(&schema["$ref"]).strip_prefix("#/components/schemas/");
        if let Some(name) = component {
            return self.refer(name, is_part);
        }
        let Value::Object(mut out) = schema.clone() else {
            return schema.clone();
        };
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
        if let Some(Value::Array(values)) = out.get_mut("enum") {
            // Values that upstream's own examples use although its list lacks them.
            values.extend_from_slice(items(&schema["x-values-in-examples"]));
        }
        let is_read_only = |of: &Value| of["readOnly"] == true;
        if let Some(Value::Object(properties)) = out.get_mut("properties") {
            for below in properties.values_mut() {
                *below = match is_read_only(below) || is_read_only(resolve(self.document, below)) {
                    true => Value::Bool(false),
                    false => self.schema(below, false),
                };
            }
        }
        if let Some(Value::Array(required)) = out.get_mut("required") {
            required.retain(|name| !is_read_only(&schema["properties"][text_of(name)]));
        }
        for name in ["items", "additionalProperties"] {
            if let Some(below) = out.get_mut(name) {
                *below = self.schema(below, false);
            }
        }
        // The choices of a oneOf overlap, since none of them forbids further properties: one that fits is enough.
        for (name, to) in [("allOf", "allOf"), ("oneOf", "anyOf"), ("anyOf", "anyOf")] {
            if let Some(Value::Array(branches)) = out.remove(name) {
                let branches = branches.iter().map(|b| self.schema(b, name == "allOf"));
                out.insert(to.into(), branches.collect());
            }
        }
        match schema["nullable"] == true {
            true => json!({"anyOf": [{"type": "null"}, out]}),
            false => Value::Object(out),
        }
    }
}
