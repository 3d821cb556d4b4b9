//! Step 5a: progenitor, in the style whose output is the smallest to read: one method with all arguments for each
//! operation, plain structs. The refinement makes builders of them.

use std::panic::{self, AssertUnwindSafe};

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use serde_json::Value;

use crate::document::Document;
use crate::finding::{Errors, Level};
use crate::lower::Lowered;
use crate::lower::SCALARS;

/// Runs progenitor over a lowered document.
///
/// # Errors
/// progenitor refuses the document or panics. The lint exists so that this does not happen; when it does, the error
/// names the document and what progenitor said.
pub fn generate(document: &Document, lowered: &Lowered) -> Result<syn::File, Errors> {
    let refused = |said: String| refused(document, &said);
    let spec: openapiv3::OpenAPI = parse(&lowered.openapi).map_err(refused)?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_map_type("::std::collections::BTreeMap");
    for (name, path) in SCALARS {
        settings.with_replacement(name, path, [TypeImpl::Display].into_iter());
    }
    let tokens = caught(|| {
        Generator::new(&settings)
            .generate_tokens(&spec)
            .map_err(|error| error.to_string())
    });
    tokens
        .and_then(|tokens| syn::parse2(tokens).map_err(|error| error.to_string()))
        .map_err(refused)
}

/// What the lint should have found.
pub(crate) fn refused(document: &Document, said: &str) -> Errors {
    let problem = format!("progenitor cannot generate from the lowered document: {said}");
    let help = "Please report it with the document; removing the problem with an overlay action helps until then";
    Errors(vec![document.finding(Level::Error, "", problem, help)])
}

fn parse(openapi: &Value) -> Result<openapiv3::OpenAPI, String> {
    serde_json::from_value(openapi.clone()).map_err(|error| error.to_string())
}

/// progenitor and typify panic on constructs they do not know; a build script must not.
fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(hook);
    result.unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        Err(text
            .or_else(|| {
                payload
                    .downcast_ref::<&str>()
                    .map(|text| (*text).to_owned())
            })
            .unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::caught;

    #[test]
    fn a_panic_is_an_error_with_its_message() {
        assert_eq!(
            caught::<()>(|| panic!("assertion failed: {}", 1)),
            Err("assertion failed: 1".to_owned())
        );
        assert_eq!(
            caught::<()>(|| panic!("not yet")),
            Err("not yet".to_owned())
        );
    }
}
