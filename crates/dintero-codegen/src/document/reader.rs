//! The events of a YAML or JSON parser, made into JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr::{Scalar, ScalarStyle};
use saphyr_parser::{Event, Parser, StrInput, Tag};
use serde_json::{Map, Number, Value};

use super::json::Json;
use super::{elements, escape};
use crate::finding::{Errors, Finding};

/// How deep nodes may be nested; serde_json has the same limit.
const DEPTH: usize = 128;

pub enum Events<'t> {
    Yaml(Box<Parser<'t, StrInput<'t>>>),
    Json(Json<'t>),
}

/// Reads one text.
pub struct Reader<'t> {
    name: &'t str,
    events: Events<'t>,
    anchors: BTreeMap<usize, Value>,
    /// Numbers that JSON writes otherwise than this text, by JSON pointer.
    written: BTreeMap<String, String>,
    /// The line of each node, by its JSON pointer.
    pub lines: BTreeMap<String, usize>,
}

impl<'t> Reader<'t> {
    /// Creates a reader, whose name stands in errors.
    pub fn new(name: &'t str, events: Events<'t>) -> Self {
        Self {
            name,
            events,
            anchors: BTreeMap::new(),
            written: BTreeMap::new(),
            lines: BTreeMap::new(),
        }
    }

    /// Reads the only document of the text.
    pub fn read(&mut self) -> Result<Value, Errors> {
        let mut documents = usize::from(matches!(self.events, Events::Json(_)));
        let mut root = None;
        loop {
            let (event, line) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(_) => documents += 1,
                event if root.is_none() => root = Some(self.node(event, line, "", 0)?),
                // Other documents are only counted.
                _ => {}
            }
        }
        match documents {
            1 => {
                let mut root = root.unwrap_or_default();
                self.part_values(&mut root);
                Ok(root)
            }
            count => {
                let problem = format!("holds {count} YAML documents");
                Err(Finding::of_file(self.name, problem, "Keep exactly one").into())
            }
        }
    }

    /// Returns the next event and its line.
    fn next(&mut self) -> Result<(Event<'t>, usize), Errors> {
        let parser = match &mut self.events {
            Events::Json(json) => return Ok(json.next()),
            Events::Yaml(parser) => parser,
        };
        match parser.next() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err(self.error(
                "",
                error.marker().line(),
                format!("is not valid YAML: {}", error.info()),
                "Correct the syntax on or before this line",
            )),
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    fn node(
        &mut self,
        event: Event<'t>,
        line: usize,
        pointer: &str,
        depth: usize,
    ) -> Result<Value, Errors> {
        self.lines.insert(pointer.to_owned(), line);
        if depth > DEPTH {
            let problem = format!("has nodes nested deeper than {DEPTH}");
            return Err(self.error(pointer, line, problem, "Move the inner ones to components"));
        }
        let (value, anchor) = match event {
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let problem = "has an alias of a node that it is part of";
                let error = || self.error(pointer, line, problem, "Refer to it by `$ref`");
                return value.ok_or_else(error);
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_ref());
                if value.is_number() && ["/openapi", "/info/version"].contains(&pointer) {
                    // OpenAPI wants a text; many forget the quotes.
                    return Ok(Value::String(text.into_owned()));
                }
                let in_part = pointer.contains("/allOf/");
                if value.is_number() && (in_part || value.to_string() != text) {
                    self.written.insert(pointer.to_owned(), text.into_owned());
                }
                (value, anchor)
            }
            Event::SequenceStart(anchor, _) => (self.list(pointer, depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.object(pointer, line, depth)?, anchor),
            _ => (Value::Null, 0),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn list(&mut self, pointer: &str, depth: usize) -> Result<Value, Errors> {
        let mut list = Vec::new();
        loop {
            let (event, line) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(list));
            }
            let item = format!("{pointer}/{}", list.len());
            list.push(self.node(event, line, &item, depth + 1)?);
        }
    }

    fn object(&mut self, pointer: &str, line: usize, depth: usize) -> Result<Value, Errors> {
        let mut object = Map::new();
        let mut merged = Vec::new();
        loop {
            let (event, key_line) = self.next()?;
            let (key, style) = match event {
                Event::MappingEnd => break,
                Event::Scalar(key, style, ..) => (key.into_owned(), style),
                Event::Alias(anchor) if self.anchors.get(&anchor).is_some_and(Value::is_string) => {
                    let key = self.anchors[&anchor].as_str().unwrap_or_default();
                    (key.to_owned(), ScalarStyle::Plain)
                }
                _ => {
                    let problem = "has a key that is neither text nor a number";
                    return Err(self.error(pointer, line, problem, "Write the key as text"));
                }
            };
            let below = format!("{pointer}/{}", escape(&key));
            let is_merge = key == "<<" && style == ScalarStyle::Plain;
            if let Some(first) = self.lines.get(&below).filter(|_| object.contains_key(&key)) {
                let problem = format!("the key {key:?} stands on line {first} already");
                let help = "Keep one of the two; 200 and \"200\" are the same key";
                return Err(self.error(&below, key_line, problem, help));
            }
            let (event, line) = self.next()?;
            let value = self.node(event, line, &below, depth + 1)?;
            if is_merge && (value.is_object() || value.is_array()) {
                merged.push(value);
            } else {
                object.insert(key, value);
            }
        }
        // What a mapping says itself goes before what it merges in, and the first of several before the next.
        for other in merged {
            let others = match other {
                Value::Array(list) => list,
                other => vec![other],
            };
            for (key, value) in others.iter().filter_map(Value::as_object).flatten() {
                object.entry(key).or_insert_with(|| value.clone());
            }
        }
        let written = |below: &str| self.written.get(&format!("{pointer}/{below}")).cloned();
        string_values(&mut object, &written);
        Ok(Value::Object(object))
    }

    /// Makes texts of the numbers in a part of an `allOf` that another part says to be a string.
    fn part_values(&self, root: &mut Value) {
        for (pointer, written) in &self.written {
            let Some((whole, below)) = pointer.rsplit_once("/allOf/") else {
                continue;
            };
            let (index, key) = below.split_once('/').unwrap_or_default();
            let is_value = match key.split_once('/') {
                Some((key, index)) => key == "enum" && !index.contains('/'),
                None => key == "default" || key == "example",
            };
            let node = |pointer: &str| root.pointer(pointer).unwrap_or(&Value::Null);
            let untyped = node(&format!("{whole}/allOf/{index}"))["type"].is_null();
            if is_value
                && untyped
                && is_string(root, node(whole), 0)
                && let Some(value) = root.pointer_mut(pointer)
            {
                *value = Value::from(written.as_str());
            }
        }
    }

    fn error(&self, pointer: &str, line: usize, problem: impl Into<String>, help: &str) -> Errors {
        Errors(vec![Finding {
            pointer: pointer.to_owned(),
            line: Some(line),
            ..Finding::of_file(self.name, problem, help)
        }])
    }
}

/// Returns the value of a scalar by YAML's core schema, or its text where the tag does not fit it, as in `!!binary`.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Cow<'_, Tag>>) -> Value {
    let plain = style == ScalarStyle::Plain && tag.is_none();
    let digits = text.trim_start_matches(['-', '+']);
    if plain && digits.starts_with('0') && digits[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return Value::from(text);
    }
    if plain && let Ok(number) = text.parse::<u64>() {
        return Value::from(number);
    }
    match Scalar::parse_from_cow_and_metadata(text.into(), style, tag) {
        Some(Scalar::Null) => Value::Null,
        Some(Scalar::Boolean(value)) => Value::Bool(value),
        Some(Scalar::Integer(value)) => Value::from(value),
        Some(Scalar::FloatingPoint(value)) => {
            Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
        }
        Some(Scalar::String(text)) => Value::String(text.into_owned()),
        None => Value::from(text),
    }
}

/// Returns `true` if a schema, a part of it or what it refers to has the type of texts.
fn is_string(root: &Value, schema: &Value, depth: usize) -> bool {
    let target = schema["$ref"].as_str();
    let target = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
    let mut parts = elements(&schema["allOf"]).chain(target);
    schema["type"] == "string" || depth < 16 && parts.any(|part| is_string(root, part, depth + 1))
}

/// Makes texts of the numbers among the values of a schema of strings: as written, such as `1.10`, `0x1F` and `1e3`.
fn string_values(schema: &mut Map<String, Value>, written: &dyn Fn(&str) -> Option<String>) {
    if schema.get("type").is_none_or(|kind| kind != "string") {
        return;
    }
    let text = |value: &mut Value, below: &str| {
        if value.is_number() {
            *value = Value::String(written(below).unwrap_or_else(|| value.to_string()));
        }
    };
    for key in ["default", "example"] {
        if let Some(value) = schema.get_mut(key) {
            text(value, key);
        }
    }
    let values = schema.get_mut("enum").and_then(Value::as_array_mut);
    for (index, value) in values.into_iter().flatten().enumerate() {
        text(value, &format!("enum/{index}"));
    }
}
