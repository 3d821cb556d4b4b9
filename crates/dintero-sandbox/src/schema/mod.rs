//! Validates requests against the OpenAPI documents.
//!
//! The schemas of an operation are compiled when they are first needed, so that the sandbox starts at once.

mod convert;
mod params;
mod report;
pub(crate) mod tidy;

use std::sync::OnceLock;

use jsonschema::{PatternOptions, Validator};
use serde_json::{Value, json};

use crate::call::Call;
use crate::documents::{Operation, checkout_schema};
use crate::errors::{ApiError, ApiResult, field_error};
use convert::convert;
use params::Parameter;

/// What the documents say about the body and the parameters of an operation's requests.
#[derive(Debug, Default)]
pub(crate) struct Contract(OnceLock<(Option<Schema>, Vec<Parameter>)>);

impl Contract {
    fn of(operation: &Operation) -> &(Option<Schema>, Vec<Parameter>) {
        operation.contract.0.get_or_init(|| {
            let document = operation.document;
            let body = json_schema(operation.request_body());
            let body = body.map(|schema| Schema::compile(document, schema));
            let parameters = operation.parameters();
            let parameters = parameters.filter_map(|p| Parameter::new(document, p));
            (body, parameters.collect())
        })
    }
}

/// Returns the fields of the body that are not in the documents, and removes what counts as not sent. Returns an error
/// that names every violation in path, query, headers and body, if there is any; read `strict`ly, such a field is one.
pub(crate) fn check_request(operation: &Operation, call: &mut Call<'_>) -> ApiResult<Vec<String>> {
    let (body, parameters) = Contract::of(operation);
    let strict = call.settings.strict;
    let described = json_schema(operation.request_body());
    let tidy = |schema| tidy::tidy(operation.document, schema, &mut call.body, strict, 0.0);
    let mut unknown = described.map(tidy).unwrap_or_default();
    // Guides leave the profile out, and plugins send an empty one.
    let profile = &call.body["profile_id"];
    let takes_profile = operation.id == "checkout_session_profile_post";
    if takes_profile && call.body.is_object() && (profile.is_null() || *profile == "") && !strict {
        call.body["profile_id"] = json!("default");
    }
    unknown.truncate(report::MOST);
    let undocumented = |field: &String| field_error(field, "is not in the documents");
    let mut violations: Vec<_> = match strict {
        true => unknown.iter().map(undocumented).collect(),
        false => Vec::new(),
    };
    for parameter in parameters {
        parameter.check(call, &mut violations);
    }
    if let (Some(schema), false) = (body, call.body.is_null()) {
        violations.extend(schema.violations(&call.body, "", strict));
    }
    match violations.is_empty() {
        true => Ok(unknown),
        false => Err(ApiError::invalid(violations)),
    }
}

/// Checks what a request consists of in part, or what a shop responds, by a schema of Checkout; reads it as a request.
pub(crate) fn check_answer(name: &str, within: &str, value: &mut Value) -> ApiResult<()> {
    let (document, schema) = checkout_schema(name);
    // What floating-point arithmetic makes of whole numbers, such as 780.0000000000001.
    tidy::tidy(document, schema, value, false, 1e-6);
    let schema = Schema::compile(document, schema);
    let violations = schema.violations(value, within, false);
    match violations.is_empty() {
        true => Ok(()),
        false => Err(ApiError::invalid(violations)),
    }
}

pub(crate) fn json_schema(content: &Value) -> Option<&Value> {
    content["content"]["application/json"].get("schema")
}

/// A compiled schema. One that cannot be compiled would accept everything; a test compiles all of the documents.
#[derive(Debug)]
struct Schema(Option<Validator>);

impl Schema {
    fn compile(document: &Value, schema: &Value) -> Self {
        let compiled = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::regex())
            .build(&convert(document, schema));
        debug_assert!(compiled.is_ok(), "{:?}", compiled.err());
        Self(compiled.ok())
    }

    fn violations(&self, value: &Value, within: &str, strict: bool) -> Vec<Value> {
        let found = |validator| report::of(validator, value, within, strict);
        self.0.as_ref().map(found).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
