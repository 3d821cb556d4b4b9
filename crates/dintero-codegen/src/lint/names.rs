//! Names of methods: ours, from the overlay, or made of upstream's operationId.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::json;

use super::{Action, Lint};
use crate::finding::Rule;
use crate::kept::{OPERATIONS, word};
use crate::lower::operations::{Found, RESERVED};
use crate::names::numbered;

/// Name of each method, and the operation that has it.
pub(super) type Names = BTreeMap<String, String>;

impl Lint<'_> {
    pub(super) fn names(&mut self, operations: &[Found<'_>]) -> Names {
        let mut names = Names::new();
        let mut types: BTreeMap<String, String> = BTreeMap::new();
        // What is wrong with two names is said about the new one.
        let kept = |found: &Found<'_>| {
            let route = format!("{} {}", found.method.to_uppercase(), word(found.path));
            self.document.names.name_of(OPERATIONS, route) == Some(found.name())
        };
        let mut operations: Vec<_> = operations.iter().collect();
        operations.sort_by_key(|found| !kept(found));
        for found in operations {
            let name = found.name();
            let similar = types.insert(name.to_upper_camel_case(), name.clone());
            let similar = similar.filter(|other| *other != name);
            let problems = [
                if !is_snake_case(&name) {
                    let problem = format!("{name:?} is no name for a Rust method");
                    Some((Rule::InvalidMethodName, problem))
                } else if is_taken(&name) {
                    let by = "Rust or by the client itself";
                    let problem = format!("the method name {name} is taken by {by}");
                    Some((Rule::ReservedMethodName, problem))
                } else {
                    None
                },
                similar.map(|other| {
                    let problem = format!("the method names {name} and {other} differ too little");
                    (Rule::SimilarMethodNames, problem)
                }),
                names.get(&name).map(|other| {
                    let problem = format!("the method name {name} is that of {other} too");
                    (Rule::DuplicateMethodName, problem)
                }),
            ];
            for (rule, problem) in problems.into_iter().flatten() {
                let update = json!({"x-dintero-method": free_name(found.plain_name(), &names)});
                let why = "A name that no other method has";
                let action = Action::update(self.root(), &found.pointer, why, update);
                self.report(rule, &found.pointer, problem, [action]);
            }
            names.insert(name, found.route());
        }
        names
    }
}

fn is_snake_case(name: &str) -> bool {
    !name.is_empty()
        && name == name.to_snake_case()
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

fn is_taken(name: &str) -> bool {
    RESERVED.contains(&name) || syn::parse_str::<syn::Ident>(name).is_err()
}

/// Returns a name that no other method has.
fn free_name(plain: String, names: &Names) -> String {
    let free = |name: &String| {
        let same = |other: &String| other.to_upper_camel_case() == name.to_upper_camel_case();
        !is_taken(name) && !names.keys().any(same)
    };
    // One of that many differs from all of them.
    let mut numbers = (1..names.len() + 3).map(|count| numbered(&plain, "_", count));
    numbers.find(free).unwrap_or_default()
}
