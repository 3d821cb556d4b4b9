//! How deep schemas are nested, counted through references: what follows walks them by recursion.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Lint;
use crate::document::elements;
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

/// What was measured.
#[derive(Default)]
pub(super) struct Depths {
    /// Depths of components, by name.
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
        // References of schemas that lead back to themselves are read as any JSON.
        let target = resolve(self.root(), node)["$ref"].as_str();
        let endless = target.and_then(|target| target.strip_prefix('#'));
        let endless = endless.filter(|target| !target.starts_with("/components/schemas/"));
        let problem = if endless.is_some_and(|target| self.root().pointer(target).is_some()) {
            "refers to a reference, and so on more than 16 times".to_owned()
        } else if let Err(problem) = self.measure(node, (0, 0), false) {
            format!("has {problem}, counted through references")
        } else {
            return;
        };
        self.depths.reported = true;
        self.report(Rule::DeepNesting, pointer, problem, []);
    }

    /// Returns the depth of a schema at a depth, or what is too deep. One that leads back counts once.
    fn measure(&mut self, schema: &Value, at: Depth, is_part: bool) -> Result<Depth, String> {
        let mut depth = checked(at, Depth::default())?;
        if let Some(name) = reference(schema) {
            // A keyword around a reference is the same level.
            let level = usize::from(!is_part);
            let known = self.depths.known.get(&name).copied();
            let below = match known {
                Some(known) => known,
                None => {
                    self.depths.known.insert(name.clone(), Depth::default());
                    let target = &self.root()["components"]["schemas"][name.as_str()];
                    let below = self.measure(target, (at.0 + level, at.1), false)?;
                    self.depths.known.insert(name, below);
                    below
                }
            };
            depth = (below.0 + level, below.1);
        }
        for key in PARTS {
            let (level, list) = (1, usize::from(!key.ends_with("Of")));
            let part = Some(&schema[key]).filter(|part| part.is_object());
            for part in elements(&schema[key]).chain(part) {
                let below = self.measure(part, (at.0 + level, at.1 + list), true)?;
                depth = (depth.0.max(below.0 + level), depth.1.max(below.1 + list));
            }
        }
        checked(at, depth)
    }
}

/// Checks that a depth below another one is not too deep.
fn checked(at: Depth, below: Depth) -> Result<Depth, String> {
    match (at.0 + below.0 > LEVELS, at.1 + below.1 > LISTS) {
        (_, true) => Err(format!("lists or maps nested deeper than {LISTS}")),
        (true, _) => Err(format!("schemas nested deeper than {LEVELS}")),
        _ => Ok(below),
    }
}
