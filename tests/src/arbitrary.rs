//! Arbitrary JSON that is valid against a schema of a document.

use dintero_codegen::document::Document;
use serde_json::{Map, Value, json};

/// Generates values for the schemas of one document.
pub struct Arbitrary<'a> {
    document: &'a Document,
    random: fastrand::Rng,
    seed: u64,
    /// The `required` lists beside and in an `allOf`, which apply to all of its parts.
    required: Vec<Value>,
    /// Also generates values of a future document: unknown enum values and unknown fields.
    pub future: bool,
    /// Generates `null` for half of the optional fields that are absent.
    pub nulls: bool,
    /// Omits all optional fields.
    pub minimal: bool,
}

const DEPTH: usize = 12;

impl<'a> Arbitrary<'a> {
    /// Creates a generator; the same seed generates the same values.
    pub fn new(document: &'a Document, seed: u64) -> Self {
        Self {
            document,
            random: fastrand::Rng::with_seed(seed),
            seed,
            required: Vec::new(),
            future: false,
            nulls: false,
            minimal: false,
        }
    }

    /// Resolves references.
    pub fn resolve<'v>(&self, mut node: &'v Value) -> &'v Value
    where
        'a: 'v,
    {
        while let Some(target) = node["$ref"].as_str() {
            let target = target
                .trim_start_matches('#')
                .replace("%20", " ")
                .replace("%25", "%");
            node = self.document.root.pointer(&target).unwrap_or(&Value::Null);
        }
        node
    }

    /// Generates a value of a schema.
    pub fn value(&mut self, schema: &Value) -> Value {
        self.at(schema, "", 0)
    }

    /// A choice that is the same for every part of an `allOf` with a property of this name, so that the parts match.
    fn choice(&self, name: &str, count: u64) -> u64 {
        let mixed = name.bytes().fold(self.seed, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        fastrand::Rng::with_seed(mixed).u64(..count)
    }

    fn at(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        // A reference to the base of a discriminator is one of its children.
        if let Some(mapping) = self.resolve(schema).clone()["discriminator"]["mapping"].as_object()
        {
            let children: Vec<&Value> = mapping.values().collect();
            let index = self.random.usize(..children.len());
            let (tag, child) = mapping
                .iter()
                .nth(index)
                .map(|(tag, child)| (tag.clone(), child.clone()))
                .unwrap_or_default();
            let property = self.resolve(schema)["discriminator"]["propertyName"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let child = child.as_str().unwrap_or_default();
            let child = match child.starts_with('#') {
                true => child.to_owned(),
                false => format!("#/components/schemas/{child}"),
            };
            let mut value = self.plain(&json!({"$ref": child}), name, depth + 1);
            if value.is_object() {
                value[property] = json!(tag);
            }
            return value;
        }
        self.plain(schema, name, depth)
    }

    fn plain(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let schema = self.resolve(schema).clone();
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = json!({});
            let before = self.required.len();
            for part in parts.iter().chain([&schema]) {
                let required = part["required"].as_array();
                self.required.extend(required.cloned().unwrap_or_default());
            }
            let shapes = [
                "$ref",
                "type",
                "properties",
                "allOf",
                "oneOf",
                "anyOf",
                "enum",
                "items",
            ];
            let shaping = |part: &&Value| shapes.iter().any(|key| part.get(key).is_some());
            for part in parts
                .iter()
                .filter(shaping)
                .chain([&without(&schema, "allOf")])
            {
                let made = self.plain(part, name, depth + 1);
                combine(&mut whole, made);
            }
            self.required.truncate(before);
            return whole;
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(parts) = schema[key].as_array().filter(|parts| !parts.is_empty()) {
                let deep = depth > DEPTH;
                let index = self.random.usize(..if deep { 1 } else { parts.len() });
                return self.at(&parts[index], name, depth + 1);
            }
        }
        if schema["nullable"] == true && self.random.u8(..4) == 0 {
            return Value::Null;
        }
        if let Some(values) = schema["enum"]
            .as_array()
            .filter(|values| !values.is_empty())
        {
            let grows = matches!(schema["type"].as_str(), None | Some("string" | "integer"));
            if self.future && grows && self.random.u8(..4) == 0 {
                return if schema["type"] == "integer" {
                    json!(self.random.i64(1000..2000))
                } else {
                    json!(format!("later.{}", self.word()))
                };
            }
            let value = &values[self.random.usize(..values.len())];
            // YAML parses `2` as a number whatever the type is.
            return match schema["type"].as_str() {
                Some("string") if !value.is_string() && !value.is_null() => {
                    json!(value.to_string())
                }
                _ => value.clone(),
            };
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds[self.random.usize(..kinds.len())].as_str(),
            kind if kind.is_null() && schema["items"].is_object() => Some("array"),
            kind => kind.as_str(),
        };
        match kind {
            Some("null") => Value::Null,
            Some("string") => json!(self.text(&schema)),
            Some("integer") => json!(self.random.i64(-5..5_000_000)),
            Some("number") => {
                if self.random.bool() {
                    json!(self.random.i64(0..5_000_000))
                } else {
                    json!(f64::from(self.random.i32(1..999)) / 8.0)
                }
            }
            Some("boolean") => json!(self.random.bool()),
            Some("array") => {
                let count = if self.minimal || depth > DEPTH {
                    0
                } else {
                    self.choice(name, 3)
                };
                (0..count)
                    .map(|_| self.at(&schema["items"], "", depth + 1))
                    .collect()
            }
            None if schema["properties"].is_null() && schema["additionalProperties"].is_null() => {
                self.anything()
            }
            _ => self.object(&schema, depth),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        let outer = std::mem::take(&mut self.required);
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default()
        {
            let wanted = !self.minimal && depth <= DEPTH && self.choice(&name, 3) > 0;
            if wanted || required.contains(&json!(name)) || outer.contains(&json!(name)) {
                let value = self.at(&property, &name, depth + 1);
                object.insert(name, value);
            } else if self.nulls && self.random.bool() {
                object.insert(name, Value::Null);
            }
        }
        if schema["additionalProperties"].is_object() && !self.minimal {
            let value = self.at(&schema["additionalProperties"], "", depth + 1);
            object.insert(self.word(), value);
        } else if schema["properties"].is_null() && !self.minimal {
            let value = self.anything();
            object.insert(self.word(), value);
        }
        // The values of a map have one type, in future documents too.
        let map = schema["additionalProperties"].is_object() && schema["properties"].is_null();
        if self.future && !map && self.random.u8(..3) == 0 {
            let value = self.anything();
            object.insert(format!("future_{}", self.word()), value);
        }
        self.required = outer;
        Value::Object(object)
    }

    fn anything(&mut self) -> Value {
        let word = self.word();
        match self.random.u8(..5) {
            0 => json!({ word: [1, 2.5, null, {"deep": true}] }),
            1 => json!(word),
            2 => json!([]),
            3 => json!({}),
            _ => json!(self.random.i64(..)),
        }
    }

    fn text(&mut self, schema: &Value) -> String {
        let day = self.random.u8(1..29);
        match schema["format"].as_str() {
            Some("date-time") if self.random.bool() => {
                format!("2026-07-{day:02}T10:20:30.{:03}Z", self.random.u16(..1000))
            }
            Some("date-time") => format!("2026-07-{day:02}T10:20:30+02:00"),
            Some("date") => format!("2026-07-{day:02}"),
            Some("uuid") if self.random.bool() => format!("{:032x}", self.random.u128(..)),
            Some("uuid") => format!(
                "{:08x}-0000-4000-8000-{:012x}",
                self.random.u32(..),
                self.random.u32(..)
            ),
            _ if self.random.u8(..8) == 0 => String::new(),
            _ => format!("{} æ\"\n{}", self.word(), self.word()),
        }
    }

    fn word(&mut self) -> String {
        let length = self.random.usize(1..9);
        (0..length).map(|_| self.random.lowercase()).collect()
    }
}

fn without(schema: &Value, key: &str) -> Value {
    let mut rest = schema.clone();
    if let Some(rest) = rest.as_object_mut() {
        rest.remove(key);
        if !rest.contains_key("properties") {
            return json!({"type": "object", "properties": {}});
        }
    }
    rest
}

/// Merges the values of two parts of an `allOf`, level by level.
fn combine(one: &mut Value, two: Value) {
    match (one, two) {
        (Value::Object(one), Value::Object(two)) => {
            for (key, value) in two {
                match one.get_mut(&key) {
                    Some(before) if before.is_object() && value.is_object() => {
                        combine(before, value)
                    }
                    Some(Value::Array(before)) => {
                        let more = value.as_array().cloned().unwrap_or_default();
                        before
                            .iter_mut()
                            .zip(more)
                            .for_each(|(one, two)| combine(one, two));
                    }
                    Some(before) if before.is_null() => *before = value,
                    // Of two scalars, the first wins.
                    Some(_) => {}
                    None => {
                        one.insert(key, value);
                    }
                }
            }
        }
        (one, two) => {
            if one.as_object().is_some_and(Map::is_empty) {
                *one = two;
            }
        }
    }
}
