//! Which actions of an overlay sleep for a document, and the marks in the overlay's text that say so.

use std::collections::BTreeMap;
use std::fmt;

use dintero_codegen::document::Document;
use dintero_codegen::finding::{Errors, Finding, Level, Rule};
use dintero_codegen::overlay::{self, DORMANT};
use serde_json::Value;

/// What may sleep alone because it breaks generation: names that are taken and names of what is gone. Never what keeps
/// a call from being repeated or data from being shown.
const MAY_SLEEP: [&str; 4] = [
    "x-dintero-read-back",
    "x-dintero-paging",
    "x-dintero-method",
    "x-dintero-name",
];

/// How an action sleeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Its target is not there.
    Whole,
    /// These keys of its update do not fit.
    Keys(Vec<String>),
}

impl Mark {
    fn of(action: &Value) -> Option<Self> {
        match &action[DORMANT] {
            Value::Bool(true) => Some(Self::Whole),
            Value::Array(keys) => {
                let keys = keys.iter().filter_map(Value::as_str);
                Some(Self::Keys(keys.map(str::to_owned).collect()))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("true"),
            Self::Keys(keys) => write!(f, "[{}]", keys.join(", ")),
        }
    }
}

/// The sleeping actions by index.
pub type Marks = BTreeMap<usize, Mark>;

/// The marks that an overlay has.
pub fn marks(overlay: &Document) -> Marks {
    let actions = overlay.root["actions"].as_array().into_iter().flatten();
    let marks = actions.enumerate();
    marks
        .filter_map(|(index, action)| Some((index, Mark::of(action)?)))
        .collect()
}

/// The text of an overlay with these marks and no others; all else of it stays as it is.
///
/// # Errors
/// The text is written so that a line cannot be added or taken out; the finding says how to write it.
pub fn marked(name: &str, text: &str, marks: &Marks) -> Result<String, Errors> {
    let bare = without(name, text)?;
    let document = Document::parse(name, &bare)?;
    let mut wanted = document.root.clone();
    let mut lines: Vec<String> = bare.split_inclusive('\n').map(str::to_owned).collect();
    for (index, mark) in marks {
        let pointer = format!("/actions/{index}");
        let action = wanted.pointer_mut(&pointer).and_then(Value::as_object_mut);
        let line = document
            .line(&format!("{pointer}/target"))
            .unwrap_or_default();
        let (Some(action), Some(text)) = (action, lines.get_mut(line.wrapping_sub(1))) else {
            continue;
        };
        let value = match mark {
            Mark::Whole => Value::Bool(true),
            Mark::Keys(keys) => Value::from(keys.clone()),
        };
        action.insert(DORMANT.to_owned(), value);
        let key = text.trim_start_matches([' ', '-']);
        if key.starts_with('{') {
            let at = text.len() - key.len() + 1;
            text.insert_str(at, &format!("{DORMANT}: {mark}, "));
        } else {
            let indent = " ".repeat(text.len() - key.len());
            let end = if text.ends_with("\r\n") { "\r\n" } else { "\n" };
            let start = if text.ends_with('\n') { "" } else { end };
            text.push_str(&format!("{start}{indent}{DORMANT}: {mark}{end}"));
        }
    }
    let text = lines.concat();
    same(name, &text, &wanted).map(|()| text)
}

/// The text without any mark.
fn without(name: &str, text: &str) -> Result<String, Errors> {
    let document = Document::parse(name, text)?;
    let mut wanted = document.root.clone();
    for action in wanted["actions"].as_array_mut().into_iter().flatten() {
        if let Some(action) = action.as_object_mut() {
            action.remove(DORMANT);
        }
    }
    let mut bare = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let key = line.trim_start_matches([' ', '-', '{']);
        if !key.starts_with(DORMANT) {
            bare.push_str(line);
        } else if line.trim_start_matches([' ', '-']).starts_with('{') {
            let end = ["true, ", "], "]
                .iter()
                .filter_map(|end| Some(key.find(end)? + end.len()))
                .min();
            bare.push_str(&line[..line.len() - key.len()]);
            bare.push_str(&key[end.unwrap_or(0)..]);
        }
    }
    same(name, &bare, &wanted).map(|()| bare)
}

fn same(name: &str, text: &str, wanted: &Value) -> Result<(), Errors> {
    if Document::parse(name, text).is_ok_and(|document| document.root == *wanted) {
        Ok(())
    } else {
        Err(Errors(vec![Finding::of_file(
            name,
            "has an action in which x-dintero-dormant cannot be changed as a line of its own",
            "Write the `target` of each action in one line, and the mark in a line below it",
        )]))
    }
}

/// Finds out which actions have to sleep for a document. Begins with all of them awake, so that it does not matter what
/// slept before. `generate` tries an overlay's text.
///
/// # Errors
/// What the generator cannot do, whatever sleeps.
pub fn settle(
    document: &Document,
    name: &str,
    text: &str,
    generate: &mut dyn FnMut(&str) -> Result<(), Errors>,
) -> Result<(String, Marks), Errors> {
    let bare = without(name, text)?;
    let overlay = Document::parse(name, &bare)?;
    let mut marks = Marks::new();
    let mut places = Vec::new();
    // What sleeps can take from others what they need, in the order of the actions, so this ends.
    for _ in 0..=overlay.root["actions"].as_array().map_or(0, Vec::len) {
        let marked = Document::parse(name, &marked(name, &bare, &marks)?)?;
        let mut changed = document.clone();
        places = overlay::places(&mut changed, &marked)?;
        let before = marks.clone();
        unfitting(&overlay, &changed.root, &places, &mut marks);
        if marks == before {
            break;
        }
    }
    let text = marked(name, &bare, &marks)?;
    let mut errors = match generate(&text) {
        Ok(()) => return Ok((text, marks)),
        Err(errors) => errors,
    };
    // Each round puts at least one key to sleep, so this ends.
    'rounds: loop {
        let suspects = suspects(&errors, &overlay, &places, &marks);
        let singles = suspects.iter().map(|suspect| vec![suspect.clone()]);
        // One name for several places may fit none of them.
        let groups = MAY_SLEEP.iter().map(|key| {
            let group = suspects.iter().filter(|(_, suspect)| suspect == key);
            group.cloned().collect::<Vec<_>>()
        });
        for group in singles.chain(groups.filter(|group| group.len() > 1)) {
            let mut tried = marks.clone();
            for (index, key) in group {
                if let Mark::Keys(keys) =
                    tried.entry(index).or_insert_with(|| Mark::Keys(Vec::new()))
                {
                    keys.push(key);
                }
            }
            let tried_text = marked(name, &bare, &tried)?;
            match generate(&tried_text) {
                Ok(()) => return Ok((tried_text, tried)),
                Err(left) if better(&left, &errors) => {
                    (marks, errors) = (tried, left);
                    continue 'rounds;
                }
                Err(_) => {}
            }
        }
        return Err(errors);
    }
}

/// Marks what matches nothing, what refers to components that are not there, and the other half of each replacement of
/// which one half does not fit: `remove` of a part and the `update` that puts another in its place.
fn unfitting(overlay: &Document, root: &Value, places: &[Vec<String>], marks: &mut Marks) {
    let empty = Vec::new();
    let actions = overlay.root["actions"].as_array().unwrap_or(&empty);
    for (index, (action, places_here)) in actions.iter().zip(places).enumerate() {
        if places_here.is_empty() {
            marks.insert(index, Mark::Whole);
            continue;
        }
        let whole = |keys: &Value| {
            let keys = keys.as_object().into_iter().flatten();
            Mark::Keys(keys.map(|(key, _)| key.clone()).collect())
        };
        let replaced = actions[..index]
            .iter()
            .enumerate()
            .any(|(earlier, removal)| {
                let target = removal["target"]
                    .as_str()
                    .and_then(|target| target.strip_suffix("['$ref']"));
                target.is_some()
                    && target == action["target"].as_str()
                    && marks.get(&earlier) == Some(&Mark::Whole)
            });
        if action["update"].is_object() && (replaced || leads_nowhere(&action["update"], root)) {
            marks.insert(index, whole(&action["update"]));
            for (earlier, removal) in actions[..index].iter().enumerate() {
                let inside = |place: &String| {
                    let parent = place.rsplit_once('/').map(|(parent, _)| parent);
                    places_here.iter().any(|here| Some(here.as_str()) == parent)
                };
                if removal["remove"] == true
                    && !places[earlier].is_empty()
                    && places[earlier].iter().all(inside)
                {
                    marks.insert(earlier, Mark::Keys(vec!["remove".to_owned()]));
                }
            }
        } else if marks.get(&index) == Some(&Mark::Whole) {
            marks.remove(&index);
        }
    }
}

/// Does a value refer to a component that the document does not have?
fn leads_nowhere(value: &Value, root: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(
                |(key, below)| match below.as_str().filter(|_| key == "$ref") {
                    Some(target) => target
                        .strip_prefix('#')
                        .is_some_and(|pointer| root.pointer(pointer).is_none()),
                    None => leads_nowhere(below, root),
                },
            )
        }
        Value::Array(list) => list.iter().any(|below| leads_nowhere(below, root)),
        _ => false,
    }
}

/// Keys that may cause one of the errors: those of actions on the place of the error, or whose value it names.
fn suspects(
    errors: &Errors,
    overlay: &Document,
    places: &[Vec<String>],
    marks: &Marks,
) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for error in errors
        .0
        .iter()
        .filter(|finding| finding.level == Level::Error)
    {
        let around = |place: &String| {
            let below = error.pointer.strip_prefix(place.as_str());
            !place.is_empty() && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        for key in MAY_SLEEP {
            for (index, places) in places.iter().enumerate() {
                let value = &overlay.root["actions"][index]["update"][key];
                let awake = match marks.get(&index) {
                    Some(Mark::Whole) => false,
                    Some(Mark::Keys(keys)) => keys.iter().all(|asleep| asleep != key),
                    None => true,
                };
                let suspect =
                    !value.is_null() && awake && (places.iter().any(around) || says(error, value));
                let pair = (index, key.to_owned());
                if suspect && !found.contains(&pair) {
                    found.push(pair);
                }
            }
        }
    }
    found
}

/// Does an error name this value, such as a method?
fn says(error: &Finding, value: &Value) -> bool {
    value.as_str().is_some_and(|name| {
        error
            .problem
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    })
}

/// Is at least one error gone, and either none new or all that there were, so that a later step found more?
fn better(left: &Errors, before: &Errors) -> bool {
    let of = |errors: &Errors| -> Vec<(Rule, String, String)> {
        let errors = errors
            .0
            .iter()
            .filter(|finding| finding.level == Level::Error);
        errors
            .map(|finding| {
                (
                    finding.rule,
                    finding.pointer.clone(),
                    finding.problem.clone(),
                )
            })
            .collect()
    };
    let (left, before) = (of(left), of(before));
    if left.iter().any(|(rule, ..)| *rule == Rule::Overlay) {
        return false;
    }
    let count = |errors: &[(Rule, String, String)], error| {
        errors.iter().filter(|other| *other == error).count()
    };
    let fewer = |error| count(&left, error) < count(&before, error);
    let no_more = left
        .iter()
        .all(|error| count(&left, error) <= count(&before, error));
    let none_left = before.iter().all(|error| count(&left, error) == 0);
    before.iter().any(fewer) && (no_more || none_left)
}

#[cfg(test)]
mod tests {
    use dintero_codegen::document::Document;
    use dintero_codegen::generate_from;

    use super::{Mark, Marks, marked, marks, settle};

    const OVERLAY: &str = "# Ours\noverlay: 1.0.0\nactions:\n  - target: \"$\"\n    description: d\n    update: {x-dintero-servers: {\"https://a.example\": api}}\n  - target: $.paths['/a'].post # pay\n    description: d\n    update: {x-dintero-method: pay, x-dintero-retry: non-idempotent, x-dintero-read-back: look}\n  - {target: \"$.paths['/a'].get\", description: d, update: {x-dintero-method: look}}\n  - target: $.paths[?(@['x-added'])]\n    description: d\n    update: {x-more: 1}\n";

    fn settled(methods: &[&str], overlay: &str) -> Result<(String, Marks), String> {
        let operations: Vec<String> = methods
            .iter()
            .map(|method| format!("{method}: {{operationId: {method}_a, responses: {{'200': {{description: ok}}}}}}"))
            .collect();
        let text = format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\nservers: [{{url: 'https://a.example'}}]\npaths: {{/a: {{{}}}}}\n",
            operations.join(", ")
        );
        let document = Document::parse("a.yaml", &text).unwrap();
        let mut generate = |overlay: &str| {
            let overlay = Document::parse("o.yaml", overlay)?;
            generate_from("a", document.clone(), Some(&overlay), true).map(drop)
        };
        settle(&document, "o.yaml", overlay, &mut generate).map_err(|errors| errors.to_string())
    }

    #[test]
    fn marks_are_lines_of_their_own_and_go_without_a_trace() {
        let wanted: Marks = [
            (1, Mark::Keys(vec!["x-dintero-read-back".into()])),
            (2, Mark::Whole),
            (3, Mark::Whole),
        ]
        .into();
        for text in [OVERLAY.to_owned(), OVERLAY.replace('\n', "\r\n")] {
            let marked_text = marked("o.yaml", &text, &wanted).unwrap();
            assert!(marked_text.contains("post # pay"), "{marked_text}");
            assert!(
                marked_text.contains("    x-dintero-dormant: [x-dintero-read-back]"),
                "{marked_text}"
            );
            assert!(
                marked_text.contains("- {x-dintero-dormant: true, target:"),
                "{marked_text}"
            );
            assert_eq!(
                marks(&Document::parse("o.yaml", &marked_text).unwrap()),
                wanted
            );
            assert_eq!(
                marked("o.yaml", &marked_text, &wanted).unwrap(),
                marked_text
            );
            assert_eq!(marked("o.yaml", &marked_text, &Marks::new()).unwrap(), text);
        }
    }

    #[test]
    fn a_target_over_several_lines_is_refused_with_what_to_do() {
        let text = OVERLAY.replace("$.paths['/a'].post # pay", ">-\n      $.paths['/a'].post");
        let error = marked("o.yaml", &text, &[(1, Mark::Whole)].into()).unwrap_err();
        assert!(error.to_string().contains("in one line"), "{error}");
    }

    #[test]
    fn what_the_document_lacks_sleeps_and_wakes() {
        let (all, found) = settled(&["get", "post"], OVERLAY).unwrap();
        assert_eq!(found, [(3, Mark::Whole)].into(), "no path has x-added");
        let (less, found) = settled(&["post"], &all).unwrap();
        let keys = Mark::Keys(vec!["x-dintero-read-back".into()]);
        assert_eq!(
            found,
            [(1, keys), (2, Mark::Whole), (3, Mark::Whole)].into(),
            "look is gone"
        );
        assert_eq!(
            settled(&["post"], &less).unwrap().0,
            less,
            "twice is as once"
        );
        assert_eq!(settled(&["get", "post"], &less).unwrap().0, all);
    }

    #[test]
    fn an_action_may_match_what_an_earlier_one_adds() {
        let overlay = OVERLAY
            .replace(
                "update: {x-dintero-method: look}",
                "update: {x-dintero-method: look, x-added: 1}",
            )
            .replace("$.paths[?(@['x-added'])]", "$.paths['/a'][?(@['x-added'])]");
        assert_eq!(settled(&["get", "post"], &overlay).unwrap().1, Marks::new());
        let (_, found) = settled(&["post"], &overlay).unwrap();
        assert_eq!(found.into_keys().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn both_halves_of_a_replacement_sleep_where_its_component_is_missing() {
        let schema = "$.paths['/a'].get.responses['200']";
        let overlay = OVERLAY.to_owned()
            + &format!(
                "  - target: {schema}.description\n    description: d\n    remove: true\n  - target: {schema}\n    description: d\n    update: {{$ref: '#/components/responses/A', x-a: 1}}\n"
            );
        let (text, found) = settled(&["get", "post"], &overlay).unwrap();
        let keys = |keys: &[&str]| {
            Some(Mark::Keys(
                keys.iter().map(|key| (*key).to_owned()).collect(),
            ))
        };
        assert_eq!(found.get(&4).cloned(), keys(&["remove"]));
        assert_eq!(found.get(&5).cloned(), keys(&["$ref", "x-a"]));
        assert_eq!(settled(&["get", "post"], &text).unwrap().0, text);
    }

    #[test]
    fn a_name_that_another_operation_has_sleeps() {
        let overlay = OVERLAY
            .replace("x-dintero-method: look", "x-dintero-method: put_a")
            .replace("back: look", "back: put_a");
        let (_, found) = settled(&["get", "post", "put"], &overlay).unwrap();
        assert_eq!(
            found.get(&2),
            Some(&Mark::Keys(vec!["x-dintero-method".into()]))
        );
        assert_eq!(found.get(&1), None);
    }

    #[test]
    fn what_no_sleep_helps_against_is_the_lints_finding() {
        let overlay = OVERLAY.replace("https://a.example", "https://b.example");
        let error = settled(&["get"], &overlay).unwrap_err();
        assert!(
            error.contains("is on the unknown server https://a.example"),
            "{error}"
        );
    }
}
