//! The document of a plan.

use serde_json::{Map, Value, json};

use super::{Form, Node, Object, Plan, Shape, Told};

/// Keywords of limits.
const LIMITS: [&str; 12] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
];

#[derive(Default)]
struct Writer {
    schemas: Map<String, Value>,
}

/// Writes the document of a plan.
pub fn document(plan: &Plan) -> Value {
    let mut writer = Writer::default();
    let mut paths = json!({});
    for (index, operation) in plan.operations.iter().enumerate() {
        let parameters: Vec<Value> = operation
            .parameters
            .iter()
            .map(|it| {
                let schema = writer.schema(&it.node);
                json!({"name": it.name, "in": it.place, "required": it.required, "explode": it.explode, "schema": schema})
            })
            .collect();
        let mut written = json!({"operationId": format!("op{index}"), "parameters": parameters});
        if let Some(body) = &operation.body {
            let schema = writer.schema(body);
            written["requestBody"] =
                json!({"required": true, "content": {operation.media: {"schema": schema}}});
        }
        written["responses"] = match &operation.success {
            Some(success) => {
                let schema = writer.schema(success);
                json!({"200": {"description": "ok", "content": {operation.accept: {"schema": schema}}}})
            }
            None => json!({"204": {"description": "nothing"}}),
        };
        if operation.public {
            written["security"] = json!([]);
        }
        paths[&operation.path] = json!({operation.method: written});
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Plan", "version": "1"},
        "servers": [{"url": "https://a.example/v1"}],
        "x-dintero-servers": {"https://a.example": "api"},
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": writer.schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

impl Writer {
    fn component(&mut self, schema: Value) -> Value {
        let name = format!("Schema{}", self.schemas.len());
        self.schemas.insert(name.clone(), schema);
        reference(&name)
    }

    fn schema(&mut self, node: &Node) -> Value {
        let mut full = self.inline(&node.shape);
        let nullable = |mut schema: Value| {
            if node.nullable {
                schema["nullable"] = json!(true);
            }
            schema
        };
        let form = match node.form {
            // Beside a reference OpenAPI has everything ignored, but limits are met there.
            Form::BesideReference if node.nullable => Form::Beside,
            // A component that is the base and nothing else would be one of its kinds.
            _ if node.nullable && matches!(node.shape, Shape::Union { .. }) => Form::Wrapped,
            form => form,
        };
        match form {
            Form::Inline if node.nullable => json!({"oneOf": [full, {"enum": [null]}]}),
            Form::Inline => full,
            Form::Component => self.component(nullable(full)),
            Form::Alias => {
                let target = self.component(nullable(full));
                self.component(target)
            }
            Form::Wrapped => {
                let is_reference = full.get("$ref").is_some();
                let target = if is_reference {
                    full
                } else {
                    self.component(full)
                };
                nullable(json!({"description": "Wrapped.", "allOf": [target]}))
            }
            Form::Split => {
                let Some((properties, required)) = halves(&full) else {
                    let limits = tightened(&mut full, false);
                    return nullable(json!({"allOf": [full, limits]}));
                };
                full["properties"] = properties;
                let limits = tightened(&mut full, false);
                let base = self.component(full);
                let mut whole =
                    json!({"allOf": [base, {"type": "object", "properties": required}]});
                merge(&mut whole, limits);
                nullable(whole)
            }
            Form::Tightened | Form::Beside | Form::BesideReference => {
                let limits = tightened(&mut full, true);
                let target = self.component(full);
                match form {
                    Form::Tightened => nullable(json!({"allOf": [limits, target]})),
                    Form::Beside => {
                        let mut whole = json!({"allOf": [target]});
                        merge(&mut whole, limits);
                        nullable(whole)
                    }
                    _ => {
                        let mut whole = target;
                        merge(&mut whole, limits);
                        whole
                    }
                }
            }
        }
    }

    fn inline(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text { min, max, pattern } => {
                let mut schema = json!({"type": "string", "minLength": min, "maxLength": max});
                if *pattern {
                    schema["pattern"] = json!("^[a-zé]*$");
                }
                schema
            }
            Shape::Format(format) => json!({"type": "string", "format": format}),
            Shape::Number {
                integer,
                min,
                max,
                exclusive,
                step,
            } => {
                let kind = if *integer { "integer" } else { "number" };
                let of = |value: i64| super::values::number(*integer, value);
                let mut schema = json!({"type": kind, "minimum": of(*min), "maximum": of(*max), "multipleOf": of(*step)});
                for (key, set) in ["exclusiveMinimum", "exclusiveMaximum"]
                    .iter()
                    .zip(exclusive)
                {
                    if *set {
                        schema[*key] = json!(true);
                    }
                }
                schema
            }
            Shape::Boolean => json!({"type": "boolean"}),
            Shape::Words { values, max } => {
                json!({"type": "string", "enum": values, "maxLength": max})
            }
            Shape::Integers { values, max } => {
                json!({"type": "integer", "enum": values, "maximum": max})
            }
            Shape::List {
                items,
                min,
                max,
                unique,
            } => {
                let items = self.schema(items);
                let mut schema =
                    json!({"type": "array", "items": items, "minItems": min, "maxItems": max});
                if *unique {
                    schema["uniqueItems"] = json!(true);
                }
                schema
            }
            Shape::Map { values, min, max } => {
                let values = self.schema(values);
                json!({"type": "object", "additionalProperties": values, "minProperties": min, "maxProperties": max})
            }
            Shape::Object(object) => self.object(object),
            Shape::Union {
                tag,
                told,
                kinds,
                number,
            } => self.union(tag, *told, kinds, *number),
        }
    }

    fn object(&mut self, object: &Object) -> Value {
        let mut properties = Map::new();
        for field in &object.fields {
            let mut schema = self.schema(&field.node);
            if field.read_only {
                schema = json!({"allOf": [schema], "readOnly": true});
                if field.node.nullable {
                    schema["nullable"] = json!(true);
                }
            }
            properties.insert(field.name.clone(), schema);
        }
        let mut schema = json!({"type": "object", "properties": properties});
        let required = object.fields.iter().filter(|field| field.required);
        let required: Vec<&str> = required.map(|field| field.name.as_str()).collect();
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if let Some((min, max)) = object.bounds {
            schema["minProperties"] = json!(min);
            schema["maxProperties"] = json!(max);
        }
        schema
    }

    fn union(&mut self, tag: &str, told: Told, kinds: &[(String, Object)], number: usize) -> Value {
        let base = format!("Union{number}");
        let (mut parts, mut mapping) = (Vec::new(), Map::new());
        for (index, (value, object)) in kinds.iter().enumerate() {
            let name = format!("Kind{number}{}", ["x", "y", "z"][index]);
            let mut schema = self.object(object);
            let kind = match told {
                Told::Listed => json!({"type": "string", "enum": [value]}),
                _ => json!({"type": "string"}),
            };
            if told == Told::Base {
                schema = json!({"allOf": [reference(&base), schema]});
            } else {
                schema["properties"][tag] = kind;
                let mut required = vec![json!(tag)];
                required.extend(schema["required"].as_array().into_iter().flatten().cloned());
                schema["required"] = json!(required);
            }
            self.schemas.insert(name.clone(), schema);
            mapping.insert(value.clone(), reference(&name)["$ref"].clone());
            parts.push(reference(&name));
        }
        let schema = match told {
            Told::Mapping => {
                json!({"oneOf": parts, "discriminator": {"propertyName": tag, "mapping": mapping}})
            }
            Told::Names => json!({"anyOf": parts, "discriminator": {"propertyName": tag}}),
            Told::Listed => json!({"oneOf": parts}),
            Told::Base => {
                json!({"type": "object", "required": [tag], "properties": {tag: {"type": "string"}}, "discriminator": {"propertyName": tag, "mapping": mapping}})
            }
        };
        self.schemas.insert(base.clone(), schema);
        reference(&base)
    }
}

/// Returns the properties of an object, half of them in each of two.
fn halves(schema: &Value) -> Option<(Value, Value)> {
    let properties = schema["properties"].as_object()?;
    let (mut one, mut two) = (Map::new(), Map::new());
    for (index, (name, schema)) in properties.iter().enumerate() {
        let half = if index % 2 == 0 { &mut one } else { &mut two };
        half.insert(name.clone(), schema.clone());
    }
    Some((one.into(), two.into()))
}

/// Takes the limits out of a schema, and leaves looser ones if that is wanted.
fn tightened(schema: &mut Value, looser: bool) -> Value {
    let mut limits = Map::new();
    let Some(schema) = schema.as_object_mut() else {
        return limits.into();
    };
    for key in LIMITS {
        let Some(limit) = schema.remove(key) else {
            continue;
        };
        let loose = match (key, limit.as_f64()) {
            ("maximum" | "maxLength" | "maxItems" | "maxProperties", Some(limit)) => {
                Some(json!(limit + 100.0))
            }
            ("minimum", Some(limit)) => Some(json!(limit - 100.0)),
            ("minLength" | "minItems" | "minProperties", _) => Some(json!(0)),
            _ => None,
        };
        if let Some(loose) = loose.filter(|_| looser) {
            schema.insert(key.to_owned(), loose);
        }
        limits.insert(key.to_owned(), limit);
    }
    limits.into()
}

fn merge(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}
