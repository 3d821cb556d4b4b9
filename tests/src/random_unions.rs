//! Random unions: how kinds are told, of which type the tag is, where the kinds stand. The build script generates their
//! client and the code that builds each kind; the tests read and write the samples.
#![allow(
    dead_code,
    reason = "The build script and the tests use different parts."
)]

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// A kind of a union.
pub struct Kind {
    /// The union.
    pub union: String,
    /// The component that it is, unless it is inline.
    pub component: Option<String>,
    /// A value of it.
    pub sample: Value,
    /// The setters that make the sample, as Rust.
    pub setters: String,
}

/// How the kinds of a union are told.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Mapping,
    MappingOfNames,
    Names,
    Listed,
    ListedByReference,
    ListedByWrappedReference,
    Constant,
    /// Listed values without a discriminator.
    Common,
    /// A tag whose values all kinds share.
    Shared,
    Fields,
    Required,
    Types,
}

/// Where the kinds stand.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    OneOf,
    AnyOf,
    /// Kinds are built on the base of a discriminator.
    Base,
    /// The base lists its kinds, which are built on it.
    Circle,
}

const TOLD: [Told; 12] = [
    Told::Mapping,
    Told::MappingOfNames,
    Told::Names,
    Told::Listed,
    Told::ListedByReference,
    Told::ListedByWrappedReference,
    Told::Constant,
    Told::Common,
    Told::Shared,
    Told::Fields,
    Told::Required,
    Told::Types,
];
const FORMS: [Form; 4] = [Form::OneOf, Form::AnyOf, Form::Base, Form::Circle];
const TAGS: [&str; 6] = ["string", "integer", "number", "boolean", "date", "uuid"];

/// What the tests are generated from.
pub const SEED: u64 = 12;
/// How many unions the tests are about.
pub const COUNT: usize = 60;

/// Returns a document with a number of unions, and their kinds.
pub fn generate(seed: u64, count: usize) -> (Value, Vec<Kind>) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut schemas, mut kinds, mut all) = (Map::new(), Vec::new(), Map::new());
    for index in 0..count {
        let name = format!("U{index}");
        all.insert(name.to_lowercase(), reference(&name));
        // Every way to tell kinds comes up, and everything else at random.
        union(
            &name,
            TOLD[index % TOLD.len()],
            &mut random,
            &mut schemas,
            &mut kinds,
        );
    }
    schemas.insert(
        "All".to_owned(),
        json!({"type": "object", "properties": all}),
    );
    let json = json!({"application/json": {"schema": reference("All")}});
    let operation = json!({
        "operationId": "everything",
        "x-dintero-retry": "idempotent",
        "requestBody": {"required": true, "content": json},
        "responses": {"200": {"description": "ok", "content": json}},
    });
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "random", "version": "1"},
        "servers": [{"url": "https://a.example/v1"}],
        "x-dintero-servers": {"https://a.example": "api"},
        "paths": {"/all": {"post": operation}},
        "components": {"schemas": schemas},
    });
    (document, kinds)
}

fn union(
    name: &str,
    told: Told,
    random: &mut fastrand::Rng,
    schemas: &mut Map<String, Value>,
    kinds: &mut Vec<Kind>,
) {
    let by_name = matches!(told, Told::Mapping | Told::MappingOfNames | Told::Names);
    let tag_type = match told {
        Told::Names => "string",
        Told::Constant | Told::Mapping | Told::MappingOfNames => TAGS[random.usize(..TAGS.len())],
        _ => TAGS[random.usize(..2)],
    };
    let form = FORMS[random.usize(..if by_name { 4 } else { 2 })];
    let count = if tag_type == "boolean" {
        2
    } else {
        random.usize(2..4)
    };
    let tagged = !matches!(told, Told::Fields | Told::Required | Told::Types);
    let mut parts = Vec::new();
    let mut mapping = Map::new();
    let values: Vec<Value> = (0..count).map(|index| tag_value(tag_type, index)).collect();
    for index in 0..count {
        let component = format!("{name}K{index}");
        let value = match told {
            Told::Names => json!(component),
            _ => values[index].clone(),
        };
        let mut properties = json!({"common": {"type": "string"}});
        let mut required = Vec::new();
        let mut sample = json!({"common": "c"});
        let mut setters = ".common(\"c\")".to_owned();
        if tagged {
            let listed = |values: &[Value]| json!({"type": type_of(tag_type), "enum": values});
            let by_reference = format!("{component}Tag");
            let tag = match told {
                Told::Listed | Told::Common => listed(&values[index..=index]),
                Told::Shared => listed(&values),
                Told::Constant => json!({"type": type_of(tag_type), "const": value}),
                Told::ListedByReference | Told::ListedByWrappedReference => {
                    schemas.insert(by_reference.clone(), listed(&values[index..=index]));
                    let reference = reference(&by_reference);
                    match told {
                        Told::ListedByReference => reference,
                        _ => json!({"description": "d", "allOf": [reference]}),
                    }
                }
                _ => json!({"type": type_of(tag_type), "format": format_of(tag_type)}),
            };
            // What is built on a base has the tag from there.
            if matches!(form, Form::OneOf | Form::AnyOf) {
                properties["kind"] = tag;
                required.push("kind".to_owned());
            }
            sample["kind"] = value.clone();
            if told == Told::Shared {
                let value = if value.is_i64() {
                    format!("{value}i64")
                } else {
                    format!("{value}")
                };
                let _ = write!(setters, ".kind({value})");
            }
        }
        let empty = matches!(form, Form::Base | Form::Circle) && random.bool();
        match told {
            _ if empty => {}
            Told::Required => {
                for other in 0..count {
                    properties[format!("p{other}")] = json!({"type": "string"});
                }
                required.push(format!("p{index}"));
                sample[format!("p{index}")] = json!("v");
                let _ = write!(setters, ".p{index}(\"v\")");
            }
            Told::Types => {
                let (kind, value) = [
                    ("integer", json!(7)),
                    ("boolean", json!(true)),
                    ("string", json!("v")),
                ][index]
                    .clone();
                properties["p"] = json!({ "type": kind });
                required.push("p".to_owned());
                let _ = write!(setters, ".p({value})");
                sample["p"] = value;
            }
            _ => {
                let own = format!("p{index}");
                properties[&own] = json!({"type": "string"});
                if random.bool() {
                    required.push(own.clone());
                }
                let _ = write!(setters, ".{own}(\"v\")");
                sample[own] = json!("v");
            }
        }
        if random.u8(..3) == 0 {
            properties[format!("next{index}")] = reference(name);
        }
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        if required.is_empty() {
            schema["required"].take();
        }
        if matches!(form, Form::Base | Form::Circle) {
            schema = match empty {
                true => json!({"allOf": [reference(name)]}),
                false => json!({"allOf": [reference(name), schema]}),
            };
            if empty {
                sample["common"] = json!("c");
            }
        }
        let inline = matches!(form, Form::OneOf | Form::AnyOf) && !by_name && random.u8(..3) == 0;
        let part = match random.u8(..3) {
            0 if form != Form::Circle => {
                json!({"description": "d", "allOf": [reference(&component)]})
            }
            1 if form != Form::Circle && !by_name && !inline => {
                schemas.insert(format!("{component}Alias"), reference(&component));
                reference(&format!("{component}Alias"))
            }
            _ => reference(&component),
        };
        parts.push(if inline { schema.clone() } else { part });
        if !inline {
            schemas.insert(component.clone(), schema);
        }
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let target = match told {
            Told::Mapping => format!("#/components/schemas/{component}"),
            _ => component.clone(),
        };
        mapping.insert(text, json!(target));
        kinds.push(Kind {
            union: name.to_owned(),
            component: (!inline).then_some(component),
            sample,
            setters,
        });
    }
    let mut schema = json!({});
    if matches!(form, Form::Base | Form::Circle) {
        let tag = json!({"type": type_of(tag_type), "format": format_of(tag_type)});
        schema = json!({"type": "object", "required": ["kind"], "properties": {"kind": tag, "common": {"type": "string"}}});
    }
    match form {
        Form::AnyOf => schema["anyOf"] = json!(parts),
        Form::OneOf | Form::Circle => schema["oneOf"] = json!(parts),
        Form::Base => {}
    }
    if tagged && told != Told::Common {
        schema["discriminator"] = json!({"propertyName": "kind"});
        if matches!(told, Told::Mapping | Told::MappingOfNames) {
            schema["discriminator"]["mapping"] = json!(mapping);
        }
    }
    schemas.insert(name.to_owned(), schema);
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn type_of(tag: &str) -> &str {
    if matches!(tag, "date" | "uuid") {
        "string"
    } else {
        tag
    }
}

fn format_of(tag: &str) -> &str {
    if matches!(tag, "date" | "uuid") {
        tag
    } else {
        "any"
    }
}

fn tag_value(tag: &str, index: usize) -> Value {
    match tag {
        "integer" => json!(index as i64 - 1),
        "number" => json!(index as f64 + 0.5),
        "boolean" => json!(index == 0),
        "date" => json!(format!("2026-01-0{}", index + 1)),
        "uuid" => json!(format!("67e55044-10b1-426f-9247-bb680e5fe0c{index}")),
        _ => json!(["a.b", "", "Kind 3"][index]),
    }
}

/// Returns the Rust code that reads values of the unions and builds their kinds.
pub fn code(kinds: &[Kind]) -> String {
    let mut reads = String::new();
    let mut builds = String::new();
    for (index, kind) in kinds.iter().enumerate() {
        let union = &kind.union;
        if !kinds[..index].iter().any(|before| before.union == *union) {
            let _ = writeln!(reads, "{union:?} => read_as::<types::{union}>(value),");
        }
        if let Some(component) = &kind.component {
            let (rust, setters) = (component.replace('K', "k"), &kind.setters);
            let build = format!("types::{union}::try_from(types::{rust}::builder(){setters})");
            let _ = writeln!(
                builds,
                "{component:?} => {build}.map(::serde_json::to_value),"
            );
        }
    }
    format!(
        "/// Reads a value of a union.
pub fn read(union: &str, value: &::serde_json::Value) -> Result<(String, ::serde_json::Value), String> {{
    match union {{ {reads} _ => Err(\"no union\".to_owned()) }}
}}
/// Builds a kind as a value of its union.
pub fn build(kind: &str) -> Result<::serde_json::Value, String> {{
    let built = match kind {{ {builds} _ => return Err(\"no kind\".to_owned()) }};
    built.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}}
"
    )
}
