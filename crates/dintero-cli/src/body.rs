//! The body of a request, from a file, standard input and `--set`.

use std::io::Read;
use std::{fs, io};

use clap::ArgMatches;
use dintero::{Operation, Violations};
use serde_json::{Map, Value};

use crate::documents::{Api, Member};
use crate::failure::Failure;
use crate::table::{self, Described, Kind, Schema};

/// Reads and checks the body; `None` if the operation has none, or none is given and none is required.
pub fn read(
    row: &Operation,
    described: &Described,
    matches: &ArgMatches,
) -> Result<Option<Value>, Failure> {
    let Some(body) = &described.body else {
        return Ok(None);
    };
    let table = Api::of(row).table();
    let undocumented = matches.get_flag("undocumented");
    let file = matches.get_one::<String>("body");
    let mut value = file.map(|file| from_file(file)).transpose()?;
    for set in matches.get_many::<String>("set").into_iter().flatten() {
        let whole = value.get_or_insert_with(|| Value::Object(Map::new()));
        self::set(table, &body.schema, whole, (set, undocumented)).map_err(Failure::Usage)?;
    }
    let value = match value {
        Some(value) => value,
        None if is_optional(table, body) => return Ok(None),
        None => {
            let help = "the body is required: give --body FILE, or --body - for standard input, or --set for each field. --help lists the fields";
            return Err(Failure::Usage(help.to_owned()));
        }
    };
    let mut violations = Violations::default();
    let table = (table, undocumented);
    check(table, &body.schema, &value, "", &mut violations);
    if let (true, Some(typed)) = (violations.is_empty(), Api::of(row).typed(row)) {
        (typed.check)(value.to_string().as_bytes(), &mut violations);
    }
    if violations.is_empty() {
        return Ok(Some(value));
    }
    let lines: Vec<_> = violations.iter().map(|one| format!("\n  {one}")).collect();
    Err(Failure::Usage(format!(
        "the body breaks what is documented, and was not sent:{}",
        lines.concat()
    )))
}

fn is_optional(table: &table::Api, body: &table::Body) -> bool {
    let fields = table.properties(&body.schema);
    !body.required && !fields.iter().any(|(.., required)| *required)
}

fn from_file(file: &str) -> Result<Value, Failure> {
    let (name, text) = match file {
        "-" => {
            let mut text = String::new();
            (
                "standard input",
                io::stdin().read_to_string(&mut text).map(|_| text),
            )
        }
        file => (file, fs::read_to_string(file)),
    };
    let text = text.map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or_default();
        let (line, column) = (error.line(), error.column());
        Failure::Usage(format!(
            "{name} is no JSON: line {line}, column {column}: {said}"
        ))
    })
}

/// A step of a path such as `items[0].amount`.
enum Step<'a> {
    Field(&'a str),
    Element(usize),
}

fn steps(path: &str) -> Option<Vec<(Step<'_>, &str)>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, left) = match rest.strip_prefix('[') {
            Some(index) => {
                let (index, left) = index.split_once(']')?;
                (Step::Element(index.parse().ok()?), left)
            }
            None => {
                let rest = rest
                    .strip_prefix('.')
                    .filter(|_| !steps.is_empty())
                    .unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                (
                    Step::Field(Some(&rest[..end]).filter(|name| !name.is_empty())?),
                    &rest[end..],
                )
            }
        };
        rest = left;
        steps.push((step, &path[..path.len() - rest.len()]));
    }
    Some(steps).filter(|steps| !steps.is_empty())
}

/// Sets one field, given as `path=value`.
fn set<'a>(
    table: &'a table::Api,
    schema: &'a Schema,
    body: &mut Value,
    (set, undocumented): (&str, bool),
) -> Result<(), String> {
    let form = || format!("--set {set}: must be PATH=VALUE, such as items[0].amount=29990");
    let (path, text) = set.split_once('=').ok_or_else(form)?;
    let mut schemas = Some(vec![schema]);
    let mut place = body;
    for (step, so_far) in steps(path).ok_or_else(form)? {
        let member = |schema: &'a Schema| match &step {
            Step::Field(name) => table.member(schema, name),
            Step::Element(_) => table.element(schema),
        };
        schemas = match schemas.into_iter().flatten().map(member).reduce(Member::or) {
            Some(Member::Known(found)) => Some(found),
            Some(Member::Free) | None => None,
            Some(Member::Unknown(_)) if undocumented => None,
            Some(Member::Unknown(names)) => return Err(unknown(so_far, &step, &names)),
        };
        place = match step {
            Step::Field(name) => {
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                let fields = place.as_object_mut();
                let fields = fields
                    .ok_or_else(|| format!("--set {so_far}: the body has no object there"))?;
                fields.entry(name).or_insert(Value::Null)
            }
            Step::Element(index) => {
                if place.is_null() {
                    *place = Value::Array(Vec::new());
                }
                let list = place.as_array_mut();
                let list =
                    list.ok_or_else(|| format!("--set {so_far}: the body has no list there"))?;
                if index > list.len() {
                    return Err(format!(
                        "--set {so_far}: the next element is [{}]",
                        list.len()
                    ));
                }
                if index == list.len() {
                    list.push(Value::Null);
                }
                &mut list[index]
            }
        };
    }
    let free = Schema {
        kind: Kind::Any,
        doc: String::new(),
        limits: Vec::new(),
        notes: Vec::new(),
        minor: false,
    };
    let all = schemas.unwrap_or_else(|| vec![&free]);
    let mut parsed = all.iter().map(|schema| schema.parse(table, text));
    let first = parsed.next().unwrap_or_else(|| Ok(Value::from(text)));
    *place = parsed
        .fold(first, Result::or)
        .map_err(|wrong| format!("--set {path}: {wrong}"))?;
    Ok(())
}

impl<'a> Member<'a> {
    /// The member in one schema or another.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(mut one), Self::Known(two)) => {
                one.extend(two);
                Self::Known(one)
            }
            (Self::Unknown(mut one), Self::Unknown(two)) => {
                one.extend(two);
                Self::Unknown(one)
            }
            (Self::Unknown(_), known) | (known, _) => known,
        }
    }
}

fn unknown(path: &str, step: &Step<'_>, names: &[&str]) -> String {
    match step {
        Step::Field(name) => match nearest(name, names.iter().copied()) {
            Some(near) => {
                format!("--set {path}: there is no field `{name}`; did you mean `{near}`?")
            }
            None if names.is_empty() => {
                format!("--set {path}: the value around `{name}` has no fields")
            }
            None => format!(
                "--set {path}: there is no field `{name}`, but {}",
                names.join(", ")
            ),
        },
        Step::Element(_) => format!("--set {path}: the value is no list"),
    }
}

/// Returns the name that is most like another, if one is like it.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = names.map(|other| (strsim::jaro_winkler(name, other), other));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(score, _)| *score > 0.8).map(|(_, name)| name)
}

/// Records fields that are missing, not documented, or of another kind. Limits are left to the types.
fn check(
    (table, undocumented): (&table::Api, bool),
    schema: &Schema,
    value: &Value,
    path: &str,
    violations: &mut Violations,
) {
    let at = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    let kind = &table.resolve(schema).kind;
    let fits = match kind {
        _ if value.is_null() => !path.is_empty(),
        Kind::Object { .. } | Kind::Map(_) => value.is_object(),
        Kind::Union(_) => true,
        Kind::List(_) => value.is_array() || !path.is_empty(),
        Kind::Text | Kind::Enum(false, _) => value.is_string(),
        Kind::Integer | Kind::Enum(true, _) | Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Any | Kind::Ref(_) => true,
    };
    if !fits {
        violations.push(path, format_args!("must be a {}", schema.words(table)));
        return;
    }
    match (kind, value) {
        (Kind::Object { required, .. }, Value::Object(fields)) => {
            for name in required.iter().filter(|name| !fields.contains_key(*name)) {
                violations.push(&at(name), "is required");
            }
            for (name, value) in fields {
                match table.member(schema, name) {
                    Member::Known(found) => check(
                        (table, undocumented),
                        found[0],
                        value,
                        &at(name),
                        violations,
                    ),
                    Member::Free => {}
                    Member::Unknown(_) if undocumented => {}
                    Member::Unknown(names) => {
                        let near = nearest(name, names.into_iter());
                        let near = near.map(|near| format!("; did you mean `{near}`?"));
                        violations.push(
                            &at(name),
                            format_args!("is not documented{}", near.unwrap_or_default()),
                        );
                    }
                }
            }
        }
        (Kind::List(inner), Value::Array(list)) => {
            for (index, value) in list.iter().enumerate() {
                check(
                    (table, undocumented),
                    inner,
                    value,
                    &format!("{path}[{index}]"),
                    violations,
                );
            }
        }
        _ => {}
    }
}
