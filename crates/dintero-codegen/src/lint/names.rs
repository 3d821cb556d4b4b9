//! Names of methods: ours, from the overlay, or made of upstream's operationId.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Value, json};

use super::{Action, Lint};
use crate::finding::Rule;
use crate::lower::operations::{RESERVED, method_name};

/// Name of each method, and the operation that has it.
pub(super) type Names = BTreeMap<String, String>;

impl Lint<'_> {
    pub(super) fn names(&mut self, operations: &[(String, &str, &str, &Value, &Value)]) -> Names {
        let mut names = Names::new();
        let mut types: BTreeMap<String, String> = BTreeMap::new();
        for (pointer, path, method, _, operation) in operations {
            let name = method_name(operation, method, path);
            if !is_snake_case(&name) {
                self.misnamed(
                    Rule::InvalidMethodName,
                    (pointer, method, path),
                    &names,
                    format!("{name:?} is no name for a Rust method"),
                    "Give it an x-dintero-method in snake_case in the overlay",
                );
            }
            if is_taken(&name) {
                self.misnamed(
                    Rule::ReservedMethodName,
                    (pointer, method, path),
                    &names,
                    format!("the method name {name} is taken by Rust or by the client itself"),
                    "Give it an x-dintero-method in the overlay",
                );
            }
            if let Some(other) = types
                .insert(name.to_upper_camel_case(), name.clone())
                .filter(|other| *other != name)
            {
                self.misnamed(
                    Rule::SimilarMethodNames,
                    (pointer, method, path),
                    &names,
                    format!("the method names {name} and {other} differ too little"),
                    "Give one of them another x-dintero-method in the overlay",
                );
            }
            let this = format!("{} {path}", method.to_uppercase());
            if let Some(other) = names.insert(name.clone(), this) {
                self.misnamed(
                    Rule::DuplicateMethodName,
                    (pointer, method, path),
                    &names,
                    format!("the method name {name} is that of {other} too"),
                    "Give one of them another x-dintero-method in the overlay",
                );
            }
        }
        names
    }

    fn misnamed(
        &mut self,
        rule: Rule,
        (pointer, method, path): (&str, &str, &str),
        names: &Names,
        problem: String,
        help: &str,
    ) {
        let free = free_name(method, path, names);
        let action = Action::update(
            self.root(),
            pointer,
            "A name that no other method has",
            json!({"x-dintero-method": free}),
        );
        self.error(rule, pointer, problem, help, [action]);
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

/// Returns a name made of method and path that no other method has.
fn free_name(method: &str, path: &str, names: &Names) -> String {
    let plain = format!("{method} {path}").to_snake_case();
    let free = |name: &String| {
        !is_taken(name)
            && !names
                .keys()
                .any(|other| other.to_upper_camel_case() == name.to_upper_camel_case())
    };
    if free(&plain) {
        return plain;
    }
    // One of that many differs from all of them.
    (2..names.len() + 3)
        .map(|number| format!("{plain}_{number}"))
        .find(free)
        .unwrap_or(plain)
}
