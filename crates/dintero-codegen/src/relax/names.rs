//! Names of operations: each gets one that Rust takes and no other operation has.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::json;

use super::Relaxed;
use crate::lower::operations::{all, is_method_name, method_name};

impl Relaxed<'_> {
    pub(super) fn names(&mut self) {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut renamed: Vec<(String, String, String, String, String)> = Vec::new();
        let mut operations = all(self.document);
        // A name of ours stays with the operation it was given to.
        operations.sort_by_key(|(.., operation)| operation["x-dintero-method"].is_null());
        for (pointer, path, method, _, operation) in operations {
            let wanted = method_name(operation, method, path);
            let whole = format!("{method} {path}").to_snake_case();
            let plain: String = wanted.chars().filter(char::is_ascii).collect();
            let candidates = [
                wanted.clone(),
                plain.to_snake_case(),
                format!("{method}_{wanted}"),
                whole.clone(),
            ];
            let numbered = (2..).map(|count| format!("{wanted}_{count}"));
            let counted = (2..).map(|count| format!("{method}_operation_{count}"));
            let endless = numbered.take(1000).chain(counted);
            let Some(name) = candidates
                .into_iter()
                .chain(endless)
                .find(|name| is_method_name(name) && !taken.contains(&name.to_upper_camel_case()))
            else {
                continue;
            };
            taken.insert(name.to_upper_camel_case());
            if name != wanted {
                renamed.push((pointer, path.to_owned(), method.to_owned(), wanted, name));
            }
        }
        for (pointer, path, method, wanted, name) in renamed {
            if let Some(operation) = self.operation(&path, &method) {
                operation.insert("x-dintero-method".to_owned(), json!(name));
            }
            let problem = format!(
                "the method name {wanted} is taken or no name for Rust; this one is called {name}"
            );
            let help = "Give it an x-dintero-method in the overlay";
            self.warn(&pointer, problem, help);
        }
        self.read_backs();
    }

    /// An older or newer document need not have every method that the overlay names.
    pub(super) fn read_backs(&mut self) {
        let operations = all(self.document);
        let names: BTreeSet<String> = operations
            .iter()
            .map(|(_, path, method, _, operation)| method_name(operation, method, path))
            .collect();
        let missing: Vec<(String, String, String, String)> = operations
            .iter()
            .filter_map(|(pointer, path, method, _, operation)| {
                let read_back = operation["x-dintero-read-back"].as_str()?;
                (!names.contains(read_back)).then(|| {
                    (
                        pointer.clone(),
                        (*path).to_owned(),
                        (*method).to_owned(),
                        read_back.to_owned(),
                    )
                })
            })
            .collect();
        for (pointer, path, method, read_back) in missing {
            if let Some(operation) = self.operation(&path, &method) {
                operation.remove("x-dintero-read-back");
            }
            self.warn(
                &pointer,
                format!("is read back by {read_back}, which is no method"),
                "Nothing is named to read its outcome back",
            );
        }
    }
}
