//! The values of a plan: valid ones, those at a limit, and those that break one.

use serde_json::{Map, Value, json};

use super::{Node, Object, Shape};

/// A value of a whole node, and the path of the one field that breaks a limit, if one does.
pub struct Try {
    pub value: Value,
    pub broken: Option<String>,
}

fn fine(value: Value) -> Try {
    Try {
        value,
        broken: None,
    }
}

fn broken(value: Value) -> Try {
    Try {
        value,
        broken: Some(String::new()),
    }
}

/// Returns a number, which is counted in quarters unless it is an integer.
pub fn number(integer: bool, value: i64) -> Value {
    match integer || value % 4 == 0 {
        true => json!(if integer { value } else { value / 4 }),
        false => json!(value as f64 / 4.0),
    }
}

/// Returns a valid value. `request` leaves out what is read-only.
pub fn valid(node: &Node, request: bool) -> Value {
    match &node.shape {
        Shape::Text { min, .. } => json!("é".repeat((*min).max(1))),
        Shape::Format("date-time") => json!("2026-07-01T10:20:30.5+02:00"),
        Shape::Format("date") => json!("2026-07-01"),
        Shape::Format(_) => json!("67e55044-10b1-426f-9247-bb680e5fe0c8"),
        Shape::Number { integer, .. } => number(*integer, ends(&node.shape).0),
        Shape::Boolean => json!(true),
        Shape::Words { values, .. } => json!(values[values.len() - 1]),
        Shape::Integers { values, .. } => json!(values[0]),
        Shape::List { items, min, .. } => {
            json!(vec![valid(items, request); (*min).max(1)])
        }
        Shape::Map { values, min, .. } => entries(values, (*min).max(1), request),
        Shape::Object(object) => object_of(object, request, usize::MAX),
        Shape::Union { tag, kinds, .. } => kind_of(tag, &kinds[0], request),
    }
}

fn entries(values: &Node, count: usize, request: bool) -> Value {
    let entries = (0..count).map(|index| (format!("k{index}"), valid(values, request)));
    entries.collect::<Map<_, _>>().into()
}

/// Returns an object with its required fields and so many others as are allowed.
fn object_of(object: &Object, request: bool, others: usize) -> Value {
    let required = object.fields.iter().filter(|field| field.required).count();
    let allowed = object.bounds.map_or(usize::MAX, |(_, max)| max - required);
    let mut others = others.min(allowed);
    let mut value = Map::new();
    for field in &object.fields {
        let there = field.required || others > 0;
        others -= usize::from(!field.required && others > 0);
        if there && !(request && field.read_only) {
            value.insert(field.name.clone(), valid(&field.node, request));
        }
    }
    value.into()
}

pub fn kind_of(tag: &str, (told, object): &(String, Object), request: bool) -> Value {
    let mut value = object_of(object, request, usize::MAX);
    value[tag] = json!(told);
    value
}

/// Returns the lowest and the highest number that keep all limits.
fn ends(shape: &Shape) -> (i64, i64) {
    let Shape::Number {
        min,
        max,
        exclusive,
        step,
        ..
    } = shape
    else {
        return (0, 0);
    };
    let fits = |value: &i64| {
        let low = *value > *min || *value == *min && !exclusive[0];
        let high = *value < *max || *value == *max && !exclusive[1];
        low && high && value % step == 0
    };
    let mut fitting = (*min..=*max).filter(fits);
    let first = fitting.next().unwrap_or_default();
    (first, fitting.next_back().unwrap_or(first))
}

/// Returns values at each limit, and values that break one, of the node and of all that is in it.
pub fn tries(node: &Node, nested: bool, request: bool) -> Vec<Try> {
    let mut tries = vec![fine(valid(node, request))];
    if node.nullable && nested {
        tries.push(fine(Value::Null));
    }
    match &node.shape {
        Shape::Text { min, max, pattern } => {
            let text = |count| json!("é".repeat(count));
            tries.extend([fine(text(*min)), fine(text(*max)), broken(text(max + 1))]);
            if *min > 0 {
                tries.push(broken(text(min - 1)));
            }
            if *pattern {
                tries.push(broken(json!("A".repeat(*max))));
            }
        }
        Shape::Number {
            integer,
            min,
            max,
            exclusive,
            step,
        } => {
            let of = |value| number(*integer, value);
            let (first, last) = ends(&node.shape);
            tries.extend([fine(of(first)), fine(of(last))]);
            let below = if exclusive[0] { *min } else { min - 1 };
            let above = if exclusive[1] { *max } else { max + 1 };
            tries.extend([broken(of(below)), broken(of(above))]);
            if *step > 1 {
                tries.push(broken(of(first + 1)));
            }
        }
        Shape::Words { values, max } => {
            tries.extend(values.iter().map(|value| fine(json!(value))));
            tries.extend([
                fine(json!("l".repeat(*max))),
                broken(json!("l".repeat(max + 1))),
            ]);
        }
        Shape::Integers { values, max } => {
            tries.extend(values.iter().map(|value| fine(json!(value))));
            tries.extend([fine(json!(max)), broken(json!(max + 1))]);
        }
        Shape::List {
            items,
            min,
            max,
            unique,
        } => {
            let list = |count| json!(vec![valid(items, request); count]);
            tries.push(fine(list(*min)));
            if *unique {
                tries.push(broken(list(2)));
            } else {
                tries.extend([fine(list(*max)), broken(list(max + 1))]);
            }
            if *min > 0 {
                tries.push(broken(list(min - 1)));
            }
            let count = (*min).max(1);
            tries.extend(self::tries(items, true, request).into_iter().map(|inner| {
                let mut whole = list(count);
                whole[0] = inner.value;
                within(whole, inner.broken, "[0]")
            }));
        }
        Shape::Map { values, min, max } => {
            let map = |count| entries(values, count, request);
            tries.extend([fine(map(*min)), fine(map(*max)), broken(map(max + 1))]);
            if *min > 0 {
                tries.push(broken(map(min - 1)));
            }
            tries.extend(self::tries(values, true, request).into_iter().map(|inner| {
                let mut whole = map((*min).max(1));
                whole["k0"] = inner.value;
                within(whole, inner.broken, "[0]")
            }));
        }
        Shape::Object(object) => tries.extend(of_object(object, &valid(node, request), request)),
        Shape::Union { tag, kinds, .. } => {
            for kind in kinds {
                let base = kind_of(tag, kind, request);
                tries.extend(of_object(&kind.1, &base, request));
                tries.push(fine(base));
            }
            tries.push(fine(json!({*tag: "later", "deep": [{"more": null}]})));
        }
        Shape::Format(_) | Shape::Boolean => {}
    }
    tries
}

fn of_object(object: &Object, base: &Value, request: bool) -> Vec<Try> {
    let mut tries = Vec::new();
    if let Some((min, max)) = object.bounds {
        let all = object.fields.iter();
        let all = all.map(|field| (field.name.clone(), valid(&field.node, request)));
        tries.push(broken(all.collect::<Map<_, _>>().into()));
        tries.push(broken(object_of(object, request, 0)));
        let required = min - 1;
        tries.push(fine(object_of(object, request, 1)));
        tries.push(fine(object_of(object, request, max - required)));
    }
    for field in &object.fields {
        if base.get(&field.name).is_some() {
            tries.extend(
                self::tries(&field.node, true, request)
                    .into_iter()
                    .map(|inner| {
                        let mut whole = base.clone();
                        whole[&field.name] = inner.value;
                        within(whole, inner.broken, &field.name)
                    }),
            );
        }
    }
    // What the document does not know is kept.
    let mut more = base.clone();
    if object.bounds.is_none() {
        more["later"] = json!([1, {"a": null}]);
        tries.push(fine(more));
    }
    tries
}

fn within(value: Value, path: Option<String>, part: &str) -> Try {
    let broken = path.map(|path| match path.as_str() {
        "" => part.to_owned(),
        path if path.starts_with('[') => format!("{part}{path}"),
        path => format!("{part}.{path}"),
    });
    Try { value, broken }
}
