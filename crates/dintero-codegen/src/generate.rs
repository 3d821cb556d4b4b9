//! Step 5: progenitor, for the names and types of operations and fields.
//!
//! progenitor runs in every build, over a document that the module `openapi` makes from the [`Api`]. **Taken from its output**, and
//! decided by it alone, are the Rust name and the Rust type of every field, the Rust name, type and place of every argument,
//! and the type of every success: [`crate::emit`] reads them from the source that it generates. **Not taken** are its
//! structs, its client and its methods, which know nothing of limits, unknown values, retries or errors with structure: those
//! are written from the `Api` as calls of the macros in `dintero-core`. Enums and unions are opaque to it, since it
//! would make closed types of them.
//!
//! It runs in the style whose output is the smallest to read: one method with all arguments for each operation, plain
//! structs.

mod openapi;

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};

use crate::document::{Document, escape};
use crate::finding::{Errors, Rule};
use crate::ir::{Api, Operation, Schema};
use crate::lower::{INPUT, pointer_of};

/// Scalars that are types of `dintero-core`: the name progenitor sees, and the type that takes its place.
pub const SCALARS: [(&str, &str); 5] = [
    ("DinteroNumber", "::dintero_core::data::Number"),
    (
        "DinteroStringOrNumber",
        "::dintero_core::data::StringOrNumber",
    ),
    ("DinteroDateTime", "::dintero_core::data::DateTime"),
    ("DinteroDate", "::dintero_core::data::Date"),
    ("DinteroUuid", "::dintero_core::data::Uuid"),
];

/// Runs progenitor over an API.
///
/// # Errors
/// progenitor refuses the API or panics. The lint exists so that this does not happen; when it does, the error names the
/// operation or type and what progenitor said.
pub fn generate(document: &Document, api: &Api) -> Result<syn::File, Errors> {
    output(api).map_err(|said| refused(document, api, &said))
}

fn output(api: &Api) -> Result<syn::File, String> {
    let spec = openapi::of(api);
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_map_type("::std::collections::BTreeMap");
    for (name, path) in SCALARS {
        settings.with_replacement(name, path, [TypeImpl::Display].into_iter());
    }
    let tokens = caught(|| {
        let tokens = Generator::new(&settings).generate_tokens(&spec);
        tokens.map_err(|error| error.to_string())
    });
    syn::parse2(tokens?).map_err(|error| error.to_string())
}

/// Returns the error at the operation or type that cannot be generated, found by leaving out the others.
fn refused(document: &Document, api: &Api, said: &str) -> Errors {
    let fails = |operation: &str, kind: &str| {
        let mut part = api.clone();
        part.operations.retain(|name, _| name == operation);
        for (_, other) in part.types.iter_mut().filter(|(name, _)| *name != kind) {
            other.schema = Schema::default();
        }
        output(&part).is_err()
    };
    let operation = api.operations.values().find(|it| fails(&it.name, ""));
    let place = operation.map(place_of_operation).unwrap_or_else(|| {
        let name = api.types.keys().find(|name| fails("", name));
        place_of_type(api, name.map_or("", String::as_str))
    });
    missing(document, &place, said)
}

/// Returns the place of an operation in the document.
pub fn place_of_operation(operation: &Operation) -> String {
    let Operation { path, method, .. } = operation;
    format!("/paths/{}/{}", escape(path), method.to_lowercase())
}

/// Returns the place of the component that a type is, or of all components.
pub fn place_of_type(api: &Api, name: &str) -> String {
    let component = api.types.get(name).and_then(|kind| kind.component.as_ref());
    component.map_or("/components/schemas".to_owned(), |name| {
        pointer_of(name.strip_suffix(INPUT).unwrap_or(name))
    })
}

/// Returns the error for what cannot be generated.
pub fn missing(document: &Document, place: &str, said: &str) -> Errors {
    let problem = format!("no Rust can be generated for it: {said}");
    document.finding(Rule::Generator, place, problem).into()
}

thread_local! {
    static CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// progenitor and typify panic on constructs they do not know; a build script must not. Their panics are not printed, those of
/// other threads are.
fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !CAUGHT.get() {
                hook(panic);
            }
        }));
    });
    CAUGHT.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    CAUGHT.set(false);
    result.unwrap_or_else(|payload| {
        let fixed = payload.downcast_ref::<&str>().copied();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        Err(text.or(fixed).unwrap_or_default().to_owned())
    })
}

#[cfg(test)]
mod tests;
