//! The program that tries the client of a plan: each try of each operation, with what must come of it.

use std::fmt::Write as _;

use dintero_codegen::Generation;
use serde_json::{Value, json};

use super::values::{Try, kind_of, tries, valid};
use super::{Node, Object, Operation, Parameter, Plan, Shape};

/// Runs in the program: a server that records requests, and the comparisons.
pub const DRIVER: &str = include_str!("driver.rs");

/// Returns the module that tries a client.
pub fn module(seed: u64, plan: &Plan, generation: &Generation) -> String {
    let mut out = generation.source.clone();
    let _ = write!(
        out,
        "pub async fn run(server: &mut crate::driver::Server) {{\n    let client = server.client(Client::new);\n"
    );
    for (index, operation) in plan.operations.iter().enumerate() {
        let _ = writeln!(
            out,
            "    server.begin(\"seed {seed}, {} {}\");",
            operation.method, operation.path
        );
        self::operation(&mut out, index, operation, &generation.registry);
        for (node, request) in [(&operation.body, true), (&operation.success, false)] {
            node.iter().for_each(|node| kinds(&mut out, node, request));
        }
    }
    out.push_str("}\n");
    out
}

/// Returns the types of the body and the success, as the registry has them.
fn types(index: usize, registry: &str) -> (String, String) {
    let line = registry
        .lines()
        .find_map(|line| line.trim().strip_prefix(&format!("op{index}: (")));
    let line = line.unwrap_or_default().replace("$crate::types", "types");
    let (body, success) = line.split_once(") -> (").unwrap_or_default();
    (body.to_owned(), success.trim_end_matches(");").to_owned())
}

fn operation(out: &mut String, index: usize, operation: &Operation, registry: &str) {
    let (body, success) = types(index, registry);
    let usual: Vec<Value> = operation
        .parameters
        .iter()
        .map(|it| valid(&it.node, true))
        .collect();
    let own = operation.body.as_ref();
    let bodies: Vec<Try> = own.map_or_else(Vec::new, |node| tries(node, false, true));
    let sent = own.map(|node| valid(node, true));
    let answer = operation.success.as_ref();
    let answers: Vec<Value> = answer.map_or_else(Vec::new, |node| {
        let mut answers: Vec<Value> = tries(node, false, false)
            .into_iter()
            .map(|it| it.value)
            .collect();
        answers.push(valid(node, false));
        answers
    });
    let respond = match answers.last() {
        Some(answer) => format!(
            "server.respond(200, {:?}, {:?});",
            operation.accept,
            answer.to_string()
        ),
        None => "server.respond(204, \"\", \"\");".to_owned(),
    };
    let _ = writeln!(out, "    {respond}");
    // What is in the whole request, from values that break nothing.
    let wire = wire(operation, &usual).to_string();
    let call = call(index, operation, &usual, None);
    let read = match operation.success {
        Some(_) => format!("|it: {success}| ::serde_json::to_value(it).unwrap()"),
        None => "|()| ::serde_json::Value::Null".to_owned(),
    };
    let send = format!(".send().await.map(|it| ({read})(it.into_inner()))");
    let with_body = |text: &str| match own {
        Some(_) => format!(".body(::serde_json::from_str::<{body}>({text}).expect({text}))"),
        None => String::new(),
    };
    let _ = writeln!(
        out,
        "    let call = async |body: &str| client{call}{}{send};",
        with_body("body")
    );
    let sent = sent.map_or_else(|| "null".to_owned(), |sent| sent.to_string());
    for Try { value, broken } in &bodies {
        let _ = writeln!(
            out,
            "    let got = call({0:?}).await; server.sent(got, {wire:?}, {0:?}, {broken:?}, {1:?});",
            value.to_string(),
            answers.last().map(Value::to_string),
        );
    }
    for answer in &answers {
        let text = answer.to_string();
        let _ = writeln!(
            out,
            "    server.respond(200, {:?}, {text:?}); let got = call({sent:?}).await; server.read(got, {text:?});",
            operation.accept
        );
    }
    let _ = writeln!(out, "    {respond}");
    for (place, parameter) in operation.parameters.iter().enumerate() {
        let mut all = tries(&parameter.node, false, true);
        if parameter.place == "path" {
            all.retain(|it| it.value != json!(""));
        }
        // Of nothing, the type of an element is not known.
        all.retain(|it| it.value != json!([]));
        for Try { value, broken } in all {
            let mut values = usual.clone();
            values[place] = value;
            let call = self::call(index, operation, &values, None);
            let wire = self::wire(operation, &values).to_string();
            let broken = broken.map(|path| match path.as_str() {
                "" => name(parameter),
                path if path.starts_with('[') => format!("{}{path}", name(parameter)),
                path => format!("{}.{path}", name(parameter)),
            });
            let _ = writeln!(
                out,
                "    let got = client{call}{}{send}; server.sent(got, {wire:?}, {sent:?}, {broken:?}, {:?});",
                with_body(&format!("{sent:?}")),
                answers.last().map(Value::to_string),
            );
        }
    }
    for (place, parameter) in operation.parameters.iter().enumerate() {
        if parameter.required && parameter.place != "path" {
            let call = self::call(index, operation, &usual, Some(place));
            let _ = writeln!(
                out,
                "    let got = client{call}{}{send}; server.sent(got, {wire:?}, {sent:?}, Some({:?}), None);",
                with_body(&format!("{sent:?}")),
                name(parameter),
            );
        }
    }
}

/// Returns the name of a parameter in violations: headers are written in lower case.
fn name(parameter: &Parameter) -> String {
    match parameter.place {
        "header" => parameter.name.to_lowercase(),
        _ => parameter.name.clone(),
    }
}

/// Returns the call with its parameters, as Rust.
fn call(index: usize, operation: &Operation, values: &[Value], without: Option<usize>) -> String {
    let with_values = || operation.parameters.iter().zip(values);
    let in_path = with_values().filter(|(parameter, _)| parameter.place == "path");
    let arguments: Vec<String> = in_path.map(|(_, value)| literal(value)).collect();
    let mut call = format!(".op{index}({})", arguments.join(", "));
    for (place, (parameter, value)) in with_values().enumerate() {
        if parameter.place != "path" && Some(place) != without {
            let setter = parameter
                .name
                .to_lowercase()
                .replace(['[', '-'], "_")
                .replace(']', "");
            let _ = write!(call, ".{setter}({})", literal(value));
        }
    }
    call
}

fn literal(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{number}i64"),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(literal).collect();
            format!("vec![{}]", values.join(", "))
        }
        other => other.to_string().replace("\\u", "\\\\u"),
    }
}

/// Returns what must be on the wire, but for the body.
fn wire(operation: &Operation, values: &[Value]) -> Value {
    let (mut path, mut query, mut headers) = (operation.path.clone(), Vec::new(), json!({}));
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    for (parameter, value) in operation.parameters.iter().zip(values) {
        let list = value
            .as_array()
            .map(|list| list.iter().map(text).collect::<Vec<_>>());
        let joined = || {
            list.as_ref()
                .map_or_else(|| text(value), |list| list.join(","))
        };
        match parameter.place {
            "path" => path = path.replace(&format!("{{{}}}", parameter.name), &text(value)),
            "header" => headers[name(parameter)] = json!(joined()),
            _ => match &list {
                Some(list) if parameter.explode => {
                    query.extend(list.iter().map(|value| json!([parameter.name, value])));
                }
                _ => query.push(json!([parameter.name, joined()])),
            },
        }
    }
    query.sort_by_key(ToString::to_string);
    if operation.body.is_some() {
        headers["content-type"] = json!(operation.media);
    }
    if operation.success.is_some() {
        headers["accept"] = json!(operation.accept);
    }
    headers["authorization"] = match operation.public {
        true => Value::Null,
        false => json!("Bearer token"),
    };
    json!({"method": operation.method.to_uppercase(), "path": format!("/v1{path}"), "query": query, "headers": headers})
}

/// Tries that each kind of the unions in a node is read as itself, and built with its tag.
fn kinds(out: &mut String, node: &Node, request: bool) {
    let mut fields = |object: &Object| {
        // No request has what is read-only.
        let fields = object.fields.iter();
        let fields = fields.filter(|field| !request || !field.read_only);
        fields.for_each(|field| kinds(out, &field.node, request));
    };
    match &node.shape {
        Shape::List { items: inner, .. } | Shape::Map { values: inner, .. } => {
            kinds(out, inner, request);
        }
        Shape::Object(object) => fields(object),
        Shape::Union {
            tag, kinds, number, ..
        } => {
            kinds.iter().for_each(|(_, object)| fields(object));
            for (index, kind) in kinds.iter().enumerate() {
                let name = format!("Kind{number}{}", ["x", "y", "z"][index]);
                let text = kind_of(tag, kind, request).to_string();
                let _ = writeln!(
                    out,
                    "    server.kind(::serde_json::from_str::<types::Union{number}>({text:?}), \"{name}\");"
                );
                let mut kind = kind.clone();
                kind.1.fields.retain(|field| field.required);
                let scalar = |shape: &Shape| match shape {
                    Shape::Number { integer, .. } => *integer,
                    Shape::Object(_) | Shape::List { .. } => false,
                    Shape::Map { .. } | Shape::Union { .. } => false,
                    _ => true,
                };
                let mut setters = String::new();
                for field in &kind.1.fields {
                    let value = literal(&valid(&field.node, request));
                    let _ = write!(setters, ".{}({value})", field.name);
                }
                if request && kind.1.fields.iter().all(|field| scalar(&field.node.shape)) {
                    let text = kind_of(tag, &kind, request).to_string();
                    let _ = writeln!(
                        out,
                        "    server.built(types::Union{number}::try_from(types::{name}::builder(){setters}), {text:?});"
                    );
                }
            }
        }
        _ => {}
    }
}
