//! How deep schemas are nested, counted through references: what follows walks them by recursion.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Lint;
use crate::finding::Rule;
use crate::lower::operations::resolve;
use crate::lower::reference;

/// Most levels of `allOf`, `oneOf`, `anyOf` and lists. A debug build needs up to 8 KiB of stack for each, and
/// threads have 2 MiB; documents in use have below ten.
const LEVELS: usize = 64;

/// Most lists and maps within each other. A debug build of progenitor needs up to 64 KiB for each.
const LISTS: usize = 16;

/// Keywords whose schemas are part of the same type.
const PARTS: [&str; 5] = ["allOf", "oneOf", "anyOf", "items", "additionalProperties"];

/// Levels of schemas, and lists and maps among them.
type Depth = (usize, usize);

fn plus(one: Depth, two: Depth) -> Depth {
    (one.0 + two.0, one.1 + two.1)
}

fn max(one: Depth, two: Depth) -> Depth {
    (one.0.max(two.0), one.1.max(two.1))
}

/// Depths of components, by name.
#[derive(Default)]
pub(super) struct Depths {
    known: BTreeMap<String, Depth>,
    /// Whether one is too deep.
    pub reported: bool,
}

impl Lint<'_> {
    /// Reports the first schema that is nested too deep.
    pub(super) fn depth(&mut self, node: &Value, pointer: &str) {
        let mut tokens = pointer.rsplit('/');
        let within = |token: Option<&str>| token.is_some_and(|token| PARTS.contains(&token));
        // A part was counted with what it is part of.
        if self.depths.reported || within(tokens.next()) || within(tokens.next()) {
            return;
        }
        let (levels, lists) = measured(self.root(), node, &mut self.depths.known);
        // References of schemas that lead back to themselves are read as any JSON.
        let target = resolve(self.root(), node)["$ref"].as_str();
        let endless = target.and_then(|target| target.strip_prefix('#'));
        let endless = endless.filter(|target| !target.starts_with("/components/schemas/"));
        let problem = if endless.is_some_and(|target| self.root().pointer(target).is_some()) {
            "refers to a reference, and so on more than 16 times".to_owned()
        } else if lists > LISTS {
            format!("has lists or maps nested deeper than {LISTS}, counted through references")
        } else if levels > LEVELS {
            format!("has schemas nested deeper than {LEVELS}, counted through references")
        } else {
            return;
        };
        self.depths.reported = true;
        let help = "Merge schemas in the document, or replace one by {} in the overlay";
        self.error(Rule::DeepNesting, pointer, problem, help, []);
    }
}

/// A schema whose references are being measured.
struct Open {
    name: Option<String>,
    depth: Depth,
    references: Vec<(Depth, String)>,
}

impl Open {
    fn new(name: Option<String>, schema: &Value) -> Self {
        let (depth, references) = (Depth::default(), Vec::new());
        let mut open = Self {
            name,
            depth,
            references,
        };
        open.add(schema, depth);
        open
    }

    fn add(&mut self, schema: &Value, depth: Depth) {
        self.depth = max(self.depth, depth);
        // A keyword around a reference is the same level.
        let name = reference(schema);
        let place = (depth.0.max(1), depth.1);
        self.references.extend(name.map(|name| (place, name)));
        for key in PARTS {
            let below = plus(depth, (1, usize::from(!key.ends_with("Of"))));
            match &schema[key] {
                Value::Array(parts) => parts.iter().for_each(|part| self.add(part, below)),
                part @ Value::Object(_) => self.add(part, below),
                _ => {}
            }
        }
    }
}

/// Returns the depth of a schema, without recursion through references. One that leads back counts once.
fn measured(root: &Value, schema: &Value, known: &mut BTreeMap<String, Depth>) -> Depth {
    let mut stack = vec![Open::new(None, schema)];
    loop {
        let Some(open) = stack.last_mut() else {
            return Depth::default();
        };
        if let Some((at, name)) = open.references.pop() {
            match known.get(&name) {
                Some(depth) => open.depth = max(open.depth, plus(at, *depth)),
                None => {
                    open.references.push((at, name.clone()));
                    known.insert(name.clone(), Depth::default());
                    let target = &root["components"]["schemas"][name.as_str()];
                    stack.push(Open::new(Some(name), target));
                }
            }
            continue;
        }
        let Some(Open { name, depth, .. }) = stack.pop() else {
            return Depth::default();
        };
        match name {
            Some(name) => known.insert(name, depth),
            None => return depth,
        };
    }
}
