//! Random schemas.

use serde_json::{Map, Value, json};

use super::{Maker, PROPERTIES, TAGS};

impl Maker {
    pub(super) fn reference(&mut self) -> Value {
        let index = self.random.below(self.names.len());
        let name = self.names[index];
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// A schema of any kind.
    pub(super) fn schema(&mut self, depth: usize) -> Value {
        if depth > 3 {
            return self.scalar();
        }
        let mut schema = match self.random.below(14) {
            0..4 => self.scalar(),
            4 | 5 => self.reference(),
            6 | 7 => self.object(depth),
            8 => {
                json!({"type": "array", "items": self.schema(depth + 1), "minItems": 1, "uniqueItems": true})
            }
            9 => {
                json!({"type": "object", "additionalProperties": self.schema(depth + 1), "maxProperties": 9})
            }
            10 => self.all_of(depth),
            11 | 12 => self.choice(depth),
            _ => json!({}),
        };
        if schema["$ref"].is_null() {
            if self.random.one_in(6) {
                schema["nullable"] = true.into();
            }
            if self.random.one_in(5) {
                schema["description"] = "Text */ with \"quotes\", `code`, <tags> and\nlines".into();
            }
        }
        schema
    }

    pub(super) fn all_of(&mut self, depth: usize) -> Value {
        let mut parts = vec![self.reference()];
        for _ in 0..self.random.below(3) {
            let part = match self.random.below(3) {
                0 => self.reference(),
                1 => json!({"description": "said here", "nullable": true}),
                _ => self.object(depth + 1),
            };
            parts.push(part);
        }
        let mut schema = json!({"allOf": parts});
        if self.random.one_in(3) {
            schema["properties"] =
                json!({"beside": {"type": "integer", "exclusiveMinimum": true, "minimum": 0}});
            schema["required"] = json!(["beside"]);
        }
        schema
    }

    pub(super) fn choice(&mut self, depth: usize) -> Value {
        let key = self.random.pick(&["oneOf", "anyOf"]);
        let tag = self.random.pick(&TAGS);
        let style = self.random.below(5);
        let mut parts = Vec::new();
        for index in 0..=self.random.below(4) {
            parts.push(match style {
                0 => self.reference(),
                1 => self.schema(depth + 1),
                2 => json!({"type": "object", "required": [tag], "properties": {tag: {"type": "string", "enum": [format!("v{index}")]}, format!("f{index}"): self.schema(depth + 2)}}),
                3 => json!({"type": "object", "properties": {tag: {"type": "integer", "enum": [index]}, "same": {"type": "string"}}}),
                _ => self.scalar(),
            });
        }
        let mut schema = json!({key: parts});
        if style == 0 && self.random.one_in(2) {
            schema["discriminator"] = json!({"propertyName": tag});
        }
        schema
    }

    pub(super) fn object(&mut self, depth: usize) -> Value {
        let mut properties = Map::new();
        for _ in 0..self.random.below(6) {
            let name = self.random.pick(&PROPERTIES);
            let mut property = self.schema(depth + 1);
            if property["$ref"].is_null() {
                match self.random.below(8) {
                    0 => property["readOnly"] = true.into(),
                    1 => property["writeOnly"] = true.into(),
                    2 => property["deprecated"] = true.into(),
                    _ => {}
                }
            }
            properties.insert(name.into(), property);
        }
        let required: Vec<&String> = properties
            .keys()
            .filter(|_| self.random.one_in(3))
            .collect();
        let mut object = json!({"type": "object", "properties": properties, "required": required});
        match self.random.below(8) {
            0 => object["additionalProperties"] = false.into(),
            1 => object["additionalProperties"] = self.scalar(),
            _ => {}
        }
        if required.is_empty() {
            object
                .as_object_mut()
                .map(|object| object.remove("required"));
        }
        object
    }

    pub(super) fn scalar(&mut self) -> Value {
        match self.random.below(14) {
            0 => {
                json!({"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[a-z\"\\\\]+$"})
            }
            1 => {
                json!({"type": "string", "format": self.random.pick(&["date-time", "date", "uuid", "uri", "byte", "^[A-Z]$"])})
            }
            2 => {
                json!({"type": "string", "enum": ["a", "A", "b c", "", "self", "é", "1.10", "007", "Unknown"], "default": "a"})
            }
            3 => json!({"type": "string", "enum": ["only"]}),
            4 => {
                json!({"type": "integer", "format": self.random.pick(&["int32", "int64", "uint64"]), "minimum": -5, "maximum": 500, "multipleOf": 5})
            }
            5 => json!({"type": "integer", "enum": [1, -1, 0, 42], "default": 1}),
            6 => {
                json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1.5e9})
            }
            7 => json!({"type": "boolean", "default": true}),
            8 => json!({"type": "number", "enum": [1.5, 2]}),
            9 => json!({"enum": ["x", 1, null, true]}),
            10 => json!({"type": "boolean", "enum": [true]}),
            _ => json!({"type": "string", "example": "```\nfn main() {}"}),
        }
    }
}
