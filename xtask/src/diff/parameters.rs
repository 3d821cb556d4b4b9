//! Parameters of an operation, by place and name; variables of the path by their order.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Class::{Additive, Breaking, None as Nothing};
use super::change::{Class, Direction, Fact, Kind, Rule, Sink, Site, Use, What};
use super::label::{below, follow, label, parameter_name};
use super::operations::{Both, Operation};
use super::schemas::Walk;
use super::shape::{Node, Shape};
use super::{scalars, similar};

struct Parameter<'a> {
    pointer: String,
    node: &'a Value,
    place: String,
    name: String,
    schema: Option<Node>,
}

impl Parameter<'_> {
    fn required(&self) -> bool {
        self.node["required"] == true || self.place == "path"
    }

    fn title(&self) -> String {
        parameter_name(self.node)
    }

    /// How a list or an object is written.
    fn style(&self, root: &Value) -> Option<(String, bool)> {
        let shape = Shape::of(root, self.schema.as_ref()?);
        shape
            .kind
            .filter(|kind| kind == "array" || kind == "object")?;
        let usual = if self.place == "query" || self.place == "cookie" {
            "form"
        } else {
            "simple"
        };
        let style = self.node["style"].as_str().unwrap_or(usual).to_owned();
        let explode = self.node["explode"].as_bool().unwrap_or(style == "form");
        Some((style, explode))
    }
}

/// Compares the parameters.
pub fn compare(both: &Both<'_, '_>, walk: &mut Walk<'_>, sink: &mut Sink) {
    let (olds, news) = (parameters(both.old), parameters(both.new));
    let uses = BTreeSet::from([Use {
        operation: both.operation,
        direction: Direction::Request,
        site: Site::Parameter,
    }]);
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (one, old) in olds.iter().enumerate() {
        let same = |new: &Parameter<'_>| {
            if old.place == "path" {
                new.place == "path" && order(both.old, old) == order(both.new, new)
            } else {
                new.place == old.place && new.name == old.name
            }
        };
        pairs.extend(news.iter().position(same).map(|two| (one, two)));
    }
    let gone: Vec<usize> = (0..olds.len())
        .filter(|one| !pairs.iter().any(|(used, _)| used == one))
        .collect();
    let come: Vec<usize> = (0..news.len())
        .filter(|two| !pairs.iter().any(|(_, used)| used == two))
        .collect();
    let names = |list: &[usize], of: &[Parameter<'_>]| -> Vec<String> {
        list.iter().map(|index| of[*index].name.clone()).collect()
    };
    let renamed = similar::renames(&names(&gone, &olds), &names(&come, &news), |one, two| {
        let (one, two) = (&olds[gone[one]], &news[come[two]]);
        let shape = |root, parameter: &Parameter<'_>| {
            let node = parameter.schema.as_ref();
            node.map(|node| Shape::of(root, node)).unwrap_or_default()
        };
        let strangers = scalars::strangers(&shape(both.old.root, one), &shape(both.new.root, two));
        (one.place == two.place && !strangers).then_some(0.0)
    });
    for (index, one) in gone.iter().enumerate() {
        if !renamed.iter().any(|(used, _)| *used == index) {
            let mut fact = both.fact(
                "request-parameter-removed",
                Breaking,
                Kind::Removed,
                What::Parameter,
            );
            fact.name = olds[*one].title();
            fact.old = Some(olds[*one].pointer.clone());
            fact.new = None;
            fact.text = "removed".to_owned();
            sink.add(fact, &uses);
        }
    }
    for (index, two) in come.iter().enumerate() {
        if !renamed.iter().any(|(_, used)| *used == index) {
            let new = &news[*two];
            let (rule, class, text) = if new.required() {
                (
                    "new-required-request-parameter",
                    Breaking,
                    "added, required",
                )
            } else {
                ("new-optional-request-parameter", Additive, "added")
            };
            let mut fact = both.fact(rule, class, Kind::Added, What::Parameter);
            fact.name = new.title();
            fact.old = None;
            fact.new = Some(new.pointer.clone());
            fact.text = text.to_owned();
            sink.add(fact, &uses);
        }
    }
    let renamed = renamed.iter().map(|(one, two)| (gone[*one], come[*two]));
    let pairs: Vec<(usize, usize)> = pairs.iter().copied().chain(renamed).collect();
    for (one, two) in pairs {
        pair(both, &olds[one], &news[two], &uses, sink);
        if let (Some(old), Some(new)) = (&olds[one].schema, &news[two].schema) {
            walk.visit(old, new, &uses);
        }
    }
}

fn pair(
    both: &Both<'_, '_>,
    old: &Parameter<'_>,
    new: &Parameter<'_>,
    uses: &BTreeSet<Use>,
    sink: &mut Sink,
) {
    let shared =
        new.pointer.starts_with("/components/") || !old.pointer.starts_with("/components/");
    let subject = if shared {
        label(both.new.root, &new.pointer)
    } else {
        label(both.old.root, &old.pointer)
    };
    let mut add = |rule, class: Class, kind, what, text: String| {
        let places = (Some(old.pointer.clone()), Some(new.pointer.clone()));
        let fact = Fact::new(Rule::Fixed(rule), (class, class), kind, what);
        let mut fact = fact.at(subject.as_str(), "", places.0, places.1, text);
        if kind == Kind::Renamed {
            fact.former = Some(old.title());
        }
        sink.add(fact, uses);
    };
    if old.name != new.name {
        let text = format!("seems to be what was `{}`", old.title());
        let (rule, class) = if new.place == "path" {
            ("path-parameter-renamed", Nothing)
        } else {
            ("request-parameter-renamed", Breaking)
        };
        add(rule, class, Kind::Renamed, What::Parameter, text);
    }
    match (old.required(), new.required()) {
        (false, true) => add(
            "request-parameter-became-required",
            Breaking,
            Kind::Changed,
            What::Parameter,
            "is required now".to_owned(),
        ),
        (true, false) => add(
            "request-parameter-became-optional",
            Additive,
            Kind::Changed,
            What::Parameter,
            "is optional now".to_owned(),
        ),
        _ => {}
    }
    match (
        old.node["deprecated"] == true,
        new.node["deprecated"] == true,
    ) {
        (false, true) => add(
            "request-parameter-deprecated",
            Additive,
            Kind::Changed,
            What::Parameter,
            "is deprecated now".to_owned(),
        ),
        (true, false) => add(
            "request-parameter-reactivated",
            Additive,
            Kind::Changed,
            What::Parameter,
            "is no longer deprecated".to_owned(),
        ),
        _ => {}
    }
    if let (Some(was), Some(is)) = (old.style(both.old.root), new.style(both.new.root))
        && was != is
    {
        let words = |(style, explode): (String, bool)| {
            if explode {
                format!("`{style}`, one by one")
            } else {
                format!("`{style}`, joined")
            }
        };
        let text = format!(
            "was written as {}, is written as {} now",
            words(was),
            words(is)
        );
        add(
            "request-parameter-style-changed",
            Breaking,
            Kind::Changed,
            What::Parameter,
            text,
        );
    }
    if old.node["description"] != new.node["description"] {
        add(
            "description-changed",
            Nothing,
            Kind::Changed,
            What::Text,
            "is described in other words".to_owned(),
        );
    }
}

/// The parameters of an operation and of its path, references followed.
fn parameters<'a>(operation: &Operation<'a>) -> Vec<Parameter<'a>> {
    let mut list: Vec<Parameter<'a>> = Vec::new();
    for owner in [&operation.pointer, &operation.item] {
        let place = below(owner, "parameters");
        let count = operation
            .root
            .pointer(&place)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..count {
            let pointer = follow(operation.root, &below(&place, &index.to_string()));
            let Some(node) = operation.root.pointer(&pointer) else {
                continue;
            };
            let place = node["in"].as_str().unwrap_or_default().to_owned();
            let name = node["name"].as_str().unwrap_or_default();
            let name = if place == "header" {
                name.to_lowercase()
            } else {
                name.to_owned()
            };
            if list
                .iter()
                .any(|known| known.place == place && known.name == name)
            {
                continue;
            }
            let schema = schema(&pointer, node);
            list.push(Parameter {
                pointer,
                node,
                place,
                name,
                schema,
            });
        }
    }
    list
}

/// The schema of a parameter or header, which may be below a media type.
pub fn schema(pointer: &str, node: &Value) -> Option<Node> {
    if node.get("schema").is_some() {
        return Some(Node::at(below(pointer, "schema")));
    }
    let (media, content) = node.get("content")?.as_object()?.iter().next()?;
    content.get("schema")?;
    Some(Node::at(below(
        &below(&below(pointer, "content"), media),
        "schema",
    )))
}

/// Which of the variables of its path a parameter is.
fn order(operation: &Operation<'_>, parameter: &Parameter<'_>) -> Option<usize> {
    let mut variables = operation
        .path
        .split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next());
    variables.position(|name| name == parameter.name)
}
