//! The example in the documentation of a method: the smallest valid request, and one use of its response.

use serde_json::Value;

use super::calls::rows;
use super::read::{Method, Output};
use crate::confirm::confirmed;
use crate::ir::{Api, Kind, Object, Operation, Place, Scalar, Schema, Success};
use crate::kept::escaped;
use crate::lower::{is_credential, literal};

/// An example as far as it is written.
struct Example<'a> {
    api: &'a Api,
    output: &'a Output,
    code: String,
    /// The types that are being built.
    open: Vec<&'a str>,
}

/// Returns the example of an operation of the client that `dintero` has under this name.
pub fn of_method(
    client: &str,
    (api, output): (&Api, &Output),
    operation: &Operation,
    method: &Method,
) -> String {
    let (code, open) = (String::new(), Vec::new());
    let mut example = Example {
        api,
        output,
        code,
        open,
    };
    let (mut path, mut setters) = (Vec::new(), String::new());
    for argument in &method.arguments {
        let key = (argument.place, argument.wire.clone());
        let body = operation.body.as_ref().filter(|_| key.0 == Place::Body);
        let given = match (operation.parameters.get(&key), body) {
            (Some(one), _) if one.required => example.value(&one.schema, &key.1),
            (None, Some(body)) if body.required => example.value(&body.schema, "body"),
            _ => None,
        };
        match given {
            Some(value) if key.0 == Place::Path => path.push(value),
            Some(value) => put!(setters, "\n    .{}({value})", argument.ident),
            None => {}
        }
    }
    let (name, path) = (&operation.name, path.join(", "));
    let call = format!("dintero\n    .{client}()\n    .{name}({path}){setters}");
    let (statement, used) = if let Some(confirmed) = confirmed(api, operation).ok().flatten() {
        let arguments = confirmed.arguments.values();
        let arguments: Vec<String> = arguments.map(|wire| escaped(&named(wire))).collect();
        let arguments = arguments.join(", ");
        let outcome = format!("let outcome = {call}\n    .confirm({arguments})\n    .await;");
        (outcome, MATCH.to_owned())
    } else if rows(operation, method, output).is_some() {
        let items = format!("let mut items = {call}\n    .items();");
        (items, LOOP.to_owned())
    } else {
        let used = match &operation.success {
            Success::Json(value) => {
                let name = value.as_reference().unwrap_or_default();
                let known = ["id", "status", "url"].map(|wire| output.field(name, wire).0);
                let known = known.into_iter().find(|ident| !ident.is_empty());
                let known = known.map(|ident| format!("\"{{:?}}\", response.{ident}"));
                known.unwrap_or_else(|| "\"{response:?}\"".to_owned())
            }
            Success::Bytes => "\"{} bytes\", response.len()".to_owned(),
            Success::JsonOrEmpty(_) | Success::Empty => "\"{}\", response.status()".to_owned(),
        };
        let response = format!("let response = {call}\n    .send()\n    .await?;");
        (response, format!("println!({used});"))
    };
    let code = format!("{}{}{used}", example.code, joined(&statement));
    let mut imports = String::new();
    if code.contains("types::") {
        put!(imports, "use dintero::{client}::types;\n");
    }
    if code.contains("Outcome::") {
        imports += "use dintero::outcome::Outcome;\n";
    }
    imports += if imports.is_empty() { "" } else { "\n" };
    format!(
        "# Examples\n\n```\n# dintero::run_example(async |dintero: dintero::Dintero| {{\n\
         {imports}{code}\n# Ok(())\n# }});\n```"
    )
}

const MATCH: &str = "match outcome {
    Outcome::Applied(applied) => println!(\"{applied:?}\"),
    other => println!(\"{other}\"),
}";

const LOOP: &str = "while let Some(item) = items.next().await {
    println!(\"{:?}\", item?);
}";

/// Returns a statement as a line, or a line for each call if that is too long.
fn joined(statement: &str) -> String {
    let one = statement.replace("\n    ", "");
    let chosen = if one.len() < 90 { &one } else { statement };
    format!("{chosen}\n")
}

impl<'a> Example<'a> {
    /// Returns an expression of a valid value, and declares the variables that it uses.
    fn value(&mut self, schema: &'a Schema, wire: &str) -> Option<String> {
        if let Some(only) = literal(schema, &self.api.types) {
            return Some(only);
        }
        let name = schema.as_reference();
        let named = name.and_then(|name| self.api.types.get_key_value(name));
        let schema = named.map_or(schema, |(_, kind)| &kind.schema);
        Some(match (&schema.kind, named) {
            (Kind::Object(object), Some((name, _))) => self.object(name, object, wire)?,
            (Kind::Enum(listed), Some((name, kind))) => {
                let (variant, _) = kind.named(&listed.values).next()?;
                format!("types::{name}::{variant}")
            }
            (Kind::Union(union), _) => {
                let mut variants = union.variants.iter();
                variants.find_map(|variant| self.value(&variant.schema, wire))?
            }
            (Kind::List(inner), _) => {
                let one = wire.strip_suffix('s').unwrap_or(wire);
                format!("[{}]", self.value(inner, one)?)
            }
            (Kind::Map(inner), _) => format!("[(\"key\", {})]", self.value(inner, "value")?),
            (Kind::Scalar(kind), _) => scalar(schema, *kind, wire),
            _ => return None,
        })
    }

    /// Declares a variable with the builder of an object, the required fields set or else one, and returns its name.
    fn object(&mut self, name: &'a str, object: &'a Object, wire: &str) -> Option<String> {
        if self.open.contains(&name) {
            return None;
        }
        self.open.push(name);
        let open = object.properties.iter();
        let open = open.filter(|(_, property)| literal(property, &self.api.types).is_none());
        let sets = [&object.required, &object.required_in_requests];
        let is_needed = |wire| sets.iter().any(|set| set.contains(wire));
        let mut set: Vec<_> = open.clone().filter(|(wire, _)| is_needed(*wire)).collect();
        if set.is_empty() {
            set.extend(open.min_by_key(|(_, property)| !matches!(property.kind, Kind::Scalar(_))));
        }
        let mut setters = String::new();
        for (wire, property) in set {
            let ident = self.output.field(name, wire).0;
            if let Some(value) = self.value(property, wire) {
                put!(setters, "\n    .{ident}({value})");
            }
        }
        self.open.pop();
        let mut variable = heck::AsSnakeCase(wire).to_string();
        let is_taken = self.code.contains(&format!("let {variable} "));
        if is_taken || syn::parse_str::<syn::Ident>(&variable).is_err() {
            put!(variable, "_{}", self.code.lines().count());
        }
        let built = format!("let {variable} = types::{name}::builder(){setters};");
        self.code += &joined(&built);
        Some(variable)
    }
}

/// Returns a literal for a text, a number or a boolean.
fn scalar(schema: &Schema, kind: Scalar, wire: &str) -> String {
    let meta = &schema.meta;
    let example = meta.example.as_ref().or(meta.default.as_ref());
    let number = example.and_then(Value::as_f64);
    let text = example.and_then(Value::as_str).unwrap_or_default();
    let is_shown = text.chars().all(|c| matches!(c, ' '..='~' if c != '`'));
    match (kind, schema.format.as_deref()) {
        (Scalar::Boolean, _) => "true".to_owned(),
        (Scalar::Integer | Scalar::Number, _) => {
            let usual = if wire.contains("amount") { 29e3 } else { 1.0 };
            number.unwrap_or(usual).to_string()
        }
        _ if is_shown && !text.is_empty() && !is_credential(wire) => escaped(text),
        (_, Some("date-time")) => escaped("2026-11-30T12:00:00Z"),
        (_, Some("uuid")) => escaped("1a8e5524-60d2-48b9-bbcb-6f4c9eeff017"),
        (_, Some("checkout-id")) => escaped("T12345678.5cyWnV68vzJ1kYjZPrKWWm"),
        _ if wire.ends_with("url") => escaped("https://shop.example/thanks"),
        _ if wire.contains("currency") => escaped("NOK"),
        _ => escaped(&named(wire)),
    }
}

/// Returns a value of a text that has no format: `order-1` for `order_id`.
fn named(wire: &str) -> String {
    let words = wire.strip_suffix("_id").unwrap_or(wire);
    words.replace(|c: char| !c.is_ascii_alphanumeric(), "-") + "-1"
}
