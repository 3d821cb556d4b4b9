//! OpenAPI documents made at random, of every construct there is.

use serde_json::{Map, Value, json};

/// The same numbers for the same seed.
pub struct Random(pub u64);

impl Random {
    /// Returns a number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap_or_default()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Names of schemas: plain ones, and those that Rust, the macros or the generator use.
const SCHEMAS: [&str; 40] = [
    "Pet",
    "Order",
    "OrderLine",
    "order_line",
    "order-line",
    "Payment",
    "Card",
    "Invoice",
    "A",
    "D",
    "V",
    "K",
    "S",
    "T",
    "Self",
    "Option",
    "String",
    "Vec",
    "Box",
    "Result",
    "Ok",
    "None",
    "Value",
    "Text",
    "Number",
    "Fields",
    "Unknown",
    "type",
    "user.v1",
    "1st",
    "Émile",
    "PetBuilder",
    "PetInput",
    "Client",
    "Error",
    "Debug",
    "u64",
    "Kind",
    "Map",
    "Default",
];

const PROPERTIES: [&str; 30] = [
    "id",
    "name",
    "kind",
    "type",
    "amount",
    "currency",
    "self",
    "Self",
    "fn",
    "async",
    "build",
    "clone",
    "unknown_field",
    "created-at",
    "created_at",
    "createdAt",
    "x",
    "X",
    "item.created_at.gte",
    "2fa",
    "$ref_",
    "",
    "naïve",
    "r#type",
    "match",
    "value",
    "new",
    "default",
    "status",
    "items",
];

const TAGS: [&str; 6] = [
    "kind",
    "type",
    "object",
    "@type",
    "payment.product-type",
    "t",
];

/// Makes one document.
pub struct Maker {
    random: Random,
    names: Vec<&'static str>,
    /// Whether it may have what the client cannot do.
    hostile: bool,
}

/// Returns a document; of four, one may have what the client cannot do.
pub fn document(seed: u64) -> Value {
    let mut random = Random(seed);
    let mut names: Vec<&str> = SCHEMAS.to_vec();
    let count = 4 + random.below(9);
    while names.len() > count {
        let index = random.below(names.len());
        names.swap_remove(index);
    }
    let hostile = seed % 4 == 3;
    Maker {
        random,
        names,
        hostile,
    }
    .document()
}

impl Maker {
    fn document(mut self) -> Value {
        let mut schemas = Map::new();
        for name in self.names.clone() {
            let schema = if self.random.one_in(2) {
                self.object(0)
            } else {
                self.schema(0)
            };
            schemas.insert(name.to_owned(), schema);
        }
        self.family(&mut schemas);
        let mut paths = Map::new();
        for index in 0..=self.random.below(4) {
            let variable = self.random.one_in(2);
            let path = match variable {
                true => format!("/r{index}/{{id}}"),
                false => format!("/r{index}"),
            };
            let mut item = Map::new();
            if variable {
                let schema = self.scalar();
                let id = json!({"in": "path", "name": "id", "required": true, "schema": schema});
                item.insert("parameters".into(), json!([id]));
            }
            for method in ["get", "post", "put", "patch", "delete"] {
                if self.random.one_in(3) || method == "post" {
                    item.insert(method.into(), self.operation(&format!("{method}R{index}")));
                }
            }
            paths.insert(path, item.into());
        }
        let shared = self.schema(1);
        json!({
            "openapi": "3.0.3",
            "info": {"title": "Random\n```\nfn", "version": "1"},
            "servers": [{"url": "https://a.example/v1"}],
            "x-dintero-servers": {"https://a.example": "api"},
            "security": [{"bearer": []}],
            "paths": paths,
            "components": {
                "schemas": schemas,
                "parameters": {"Limit": {"in": "query", "name": "limit", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}}},
                "responses": {"Shared": {"description": "shared", "content": {"application/json": {"schema": shared}}}},
                "requestBodies": {"Body": {"content": {"application/json": {"schema": self.reference()}}}},
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"}},
            },
        })
    }

    /// Adds a base with a discriminator and its kinds, some of which add nothing or are bases themselves.
    fn family(&mut self, schemas: &mut Map<String, Value>) {
        let tag = self.random.pick(&TAGS);
        let mut mapping = Map::new();
        for index in 0..self.random.below(4) {
            let name = format!("Kind{index}");
            let base = json!({"$ref": "#/components/schemas/Base"});
            let own = self.object(1);
            let parts = match self.random.below(3) {
                0 => vec![base],
                1 => vec![
                    base,
                    json!({"type": "object", "properties": {format!("only{index}"): {"type": "string"}}}),
                ],
                _ => vec![own, base],
            };
            schemas.insert(name.clone(), json!({"allOf": parts}));
            if !self.random.one_in(4) {
                mapping.insert(
                    format!("k-{index}"),
                    format!("#/components/schemas/{name}").into(),
                );
            }
        }
        let mut base = json!({"type": "object", "required": [tag], "properties": {tag: {"type": "string"}, "note": {"type": "string"}},
            "discriminator": {"propertyName": tag}});
        if !mapping.is_empty() && !self.random.one_in(4) {
            base["discriminator"]["mapping"] = mapping.into();
        }
        schemas.insert("Base".into(), base);
        self.names.push("Base");
    }

    fn operation(&mut self, id: &str) -> Value {
        let mut parameters = vec![];
        for index in 0..self.random.below(4) {
            let name = match self.random.below(5) {
                0 => "send".to_owned(),
                1 => format!("filter[{index}]"),
                2 => format!("X-H-{index}"),
                _ => format!("p_{index}"),
            };
            let place = self.random.pick(&["query", "query", "header"]);
            let mut schema = self.scalar();
            if self.random.one_in(3) {
                schema = json!({"type": "array", "items": schema, "maxItems": 5});
            }
            let mut parameter = json!({"in": place, "name": name, "schema": schema, "required": self.random.one_in(3),
                "description": "One `of` [them]"});
            if place == "header" {
                parameter["name"] = format!("X-H-{index}").into();
            }
            match self.random.below(if self.hostile { 6 } else { 3 }) {
                0 => parameter["explode"] = self.random.one_in(2).into(),
                4 => {
                    parameter["style"] = self
                        .random
                        .pick(&["deepObject", "spaceDelimited", "matrix", "form"])
                        .into()
                }
                5 => parameter["in"] = "cookie".into(),
                _ => {}
            }
            parameters.push(parameter);
        }
        if self.random.one_in(3) {
            parameters.push(json!({"$ref": "#/components/parameters/Limit"}));
        }
        let success = match self.random.below(6) {
            0 => json!({"204": {"description": "nothing"}}),
            1 => json!({"200": {"$ref": "#/components/responses/Shared"}}),
            2 => {
                json!({"201": {"description": "one", "content": {"application/vnd.x+json": {"schema": self.schema(1)}}}, "404": {"description": "none"}})
            }
            3 => {
                json!({"200": {"description": "a file", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}})
            }
            4 => {
                json!({"2XX": {"description": "any", "content": {"application/json": {"schema": self.reference()}}}, "default": {"description": "error"}})
            }
            _ => {
                json!({"200": {"description": "two", "content": {"application/json": {"schema": self.reference()}}}})
            }
        };
        let mut operation = json!({"operationId": id, "description": "Does `it`.\n\n```json\n{}\n```", "parameters": parameters, "responses": success});
        if !id.starts_with("get") && !id.starts_with("delete") {
            let media = match self.random.below(if self.hostile { 6 } else { 4 }) {
                0 => "application/merge-patch+json",
                4 => "multipart/form-data",
                5 => "text/plain",
                _ => "application/json",
            };
            operation["requestBody"] = match self.random.below(3) {
                0 => json!({"$ref": "#/components/requestBodies/Body"}),
                1 => json!({"required": true, "content": {media: {"schema": self.schema(1)}}}),
                _ => json!({"content": {media: {"schema": self.reference()}}}),
            };
        }
        if self.random.one_in(4) {
            operation["security"] = json!([{"basic": []}]);
        }
        operation
    }

    fn reference(&mut self) -> Value {
        let index = self.random.below(self.names.len());
        let name = self.names[index];
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// A schema of any kind.
    fn schema(&mut self, depth: usize) -> Value {
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

    fn all_of(&mut self, depth: usize) -> Value {
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

    fn choice(&mut self, depth: usize) -> Value {
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

    fn object(&mut self, depth: usize) -> Value {
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

    fn scalar(&mut self) -> Value {
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
