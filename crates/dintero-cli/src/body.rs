//! The body of a request, from a file, standard input and `--set`.

use std::io::Read;
use std::{fs, io};

use clap::Args;
use dintero::Violations;
use serde_json::{Value, json};

use crate::documents::Described;
use crate::failure::Failure;
use crate::schema::Schema;

const REQUIRED: &str = "a body is required: give --body FILE, --body - or --set for each field; --help lists the fields";

/// The options of operations with a body.
#[derive(Args)]
#[group(skip)]
pub struct Options {
    /// The body as JSON; - is standard input
    #[arg(long, value_name = "FILE")]
    body: Option<String>,
    /// Set a field of the body, such as items[0].amount=29990
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
}

impl Options {
    /// Reads and checks the body; `None` if none is given and none is required.
    pub fn read(
        &self,
        operation: &Described,
        (schema, is_required): (Schema, bool),
    ) -> Result<Option<Value>, Failure> {
        let mut body = self.body.as_deref().map(parse).transpose()?;
        for one in &self.set {
            let set = set(schema.clone(), body.get_or_insert(Value::Null), one);
            set.map_err(|problem| Failure::Usage(format!("--set {problem}")))?;
        }
        let body = match body {
            Some(body) => body,
            None if is_required => return Err(Failure::Usage(REQUIRED.to_owned())),
            None => return Ok(None),
        };
        let mut violations = Violations::default();
        check(&schema, &body, "", &mut violations);
        if violations.is_empty() {
            (operation.typed.check)(body.to_string().as_bytes(), &mut violations);
        }
        if violations.is_empty() {
            return Ok(Some(body));
        }
        let all: String = violations.iter().map(|one| format!("\n  {one}")).collect();
        let problem = "the body breaks what is documented, and was not sent:";
        Err(Failure::Usage(format!("{problem}{all}")))
    }
}

/// Sets one field, given as `path=value`. Whether it is documented is checked with the whole body.
fn set(mut schema: Schema, mut place: &mut Value, set: &str) -> Result<(), String> {
    let form = || format!("{set}: must be PATH=VALUE, such as items[0].amount=29990");
    let (path, text) = set.split_once('=').ok_or_else(form)?;
    for step in steps(path).ok_or_else(form)? {
        let other = || format!("{path}: the body has another value there");
        if place.is_null() {
            *place = step.map_or_else(|_| json!([]), |_| json!({}));
        }
        place = match step {
            Ok(name) => {
                schema = schema.member(name).unwrap_or(schema.at(name));
                let fields = place.as_object_mut().ok_or_else(other)?;
                fields.entry(name).or_insert(Value::Null)
            }
            Err(index) => {
                schema = schema.at("-");
                let list = place.as_array_mut().ok_or_else(other)?;
                if index > list.len() {
                    return Err(format!("{path}: the next element is [{}]", list.len()));
                }
                list.resize(list.len().max(index + 1), Value::Null);
                &mut list[index]
            }
        };
    }
    let value = schema.parse(text);
    *place = value.map_err(|wrong| format!("{path}: {wrong}"))?;
    Ok(())
}

/// Records fields that are missing, not documented, or of another type. Limits are left to the generated types.
fn check(schema: &Schema, value: &Value, path: &str, violations: &mut Violations) {
    let at = |name: &str| format!("{path}.{name}").trim_start_matches('.').to_owned();
    if !schema.fits(value) && (path.is_empty() || !value.is_null()) {
        return violations.push(path, format_args!("must be: {}", schema.words()));
    }
    if let (Value::Array(list), Some(element)) = (value, schema.element()) {
        for (index, value) in list.iter().enumerate() {
            check(&element, value, &format!("{path}[{index}]"), violations);
        }
    }
    let Value::Object(fields) = value else {
        return;
    };
    let mut missing = schema.required();
    missing.retain(|name| !fields.contains_key(*name));
    for name in missing {
        violations.push(&at(name), "is required");
    }
    for (name, value) in fields {
        match schema.member(name) {
            Some(found) => check(&found, value, &at(name), violations),
            None => violations.push(&at(name), unknown(name, schema)),
        }
    }
}

fn parse(file: &str) -> Result<Value, Failure> {
    let text = read(file)?;
    serde_json::from_str(&text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        Failure::Usage(format!("{file} is no JSON: {place}: {said}"))
    })
}

/// Reads a file, or standard input for `-`.
pub fn read(file: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match file {
        "-" => io::stdin().read_to_string(&mut text).map(|_| text),
        file => fs::read_to_string(file),
    };
    read.map_err(|error| Failure::Usage(format!("{file}: {error}")))
}

/// A step of a path such as `items[0].amount`: a field, or the index of an element.
type Step<'a> = Result<&'a str, usize>;

fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, indices) = part.split_at(part.find('[').unwrap_or(part.len()));
        steps.push(Ok(Some(name).filter(|name| !name.is_empty())?));
        for index in indices.split_terminator(']') {
            steps.push(Err(index.strip_prefix('[')?.parse().ok()?));
        }
    }
    Some(steps)
}

fn unknown(name: &str, schema: &Schema) -> String {
    let names: Vec<_> = schema.properties().into_keys().collect();
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("is not documented; did you mean `{near}`?"),
        None => format!("is not documented, but {}", names.join(", ")),
    }
}

/// Returns the name that is most like another, if one is like it.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = names.map(|other| (strsim::jaro_winkler(name, other), other));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(score, _)| *score > 0.8).map(|(_, name)| name)
}
