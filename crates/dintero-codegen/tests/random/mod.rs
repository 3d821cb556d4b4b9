//! OpenAPI documents made at random, of every construct there is.

mod schemas;

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
}
