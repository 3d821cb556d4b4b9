//! What is nested thousands of levels deep is one error, on the stack that threads have.

use std::fs;
use std::path::Path;

use dintero_tests::documents::generated;

/// A chain of components, each of which refers to the next by a schema with `NEXT` in it.
fn chain(length: usize, schema: &str) -> String {
    let components: Vec<String> = (0..length)
        .map(|index| {
            let next = format!("{{$ref: '#/components/schemas/S{}'}}", index + 1);
            let schema = schema.replace("NEXT", &next);
            format!(
                "  S{index}: {}\n",
                schema.replace("OWN", &format!("own{index}"))
            )
        })
        .collect();
    let json = "content: {application/json: {schema: {$ref: '#/components/schemas/S0'}}}";
    format!(
        "paths: {{/a: {{post: {{requestBody: {{{json}}}, responses: {{'200': {{description: ok, {json}}}}}}}}}}}
components:
 schemas:
{}  S{length}: {{type: object, properties: {{end: {{type: string}}}}}}
",
        components.concat()
    )
}

/// Runs on the stack that threads have.
fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic")
}

#[test]
fn schemas_nested_too_deep_are_one_error_on_a_small_stack() {
    let own = "{type: object, properties: {OWN: {type: string}}}";
    for (schema, fits, expected) in [
        ("NEXT".to_owned(), 60, "schemas"),
        (format!("{{allOf: [NEXT, {own}]}}"), 60, "schemas"),
        (
            format!("{{allOf: [{own}, {{oneOf: [NEXT, {own}]}}]}}"),
            30,
            "schemas",
        ),
        (format!("{{oneOf: [NEXT, {own}]}}"), 60, "schemas"),
        (format!("{{anyOf: [NEXT, {own}]}}"), 60, "schemas"),
        ("{nullable: true, allOf: [NEXT]}".to_owned(), 60, "schemas"),
        ("{type: array, items: NEXT}".to_owned(), 15, "lists or maps"),
        (
            "{type: object, additionalProperties: NEXT}".to_owned(),
            15,
            "lists or maps",
        ),
    ] {
        let [short, long] = [fits, 10_000].map(|length| chain(length, &schema));
        let fits = on_a_small_stack(move || generated(&short).map(|generation| generation.surface));
        assert!(fits.is_ok(), "{schema}: {fits:?}");
        let error = on_a_small_stack(move || generated(&long).map(|generation| generation.surface));
        let error = error.expect_err(&schema);
        assert_eq!(error.lines().count(), 1, "{schema}: {error}");
        let expected = format!("#/components/schemas/S0: has {expected} nested deeper than");
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn objects_nested_by_reference_are_types_however_deep() {
    for schema in [
        "{type: object, properties: {a: NEXT}}",
        "{type: object, required: [a], properties: {a: NEXT}}",
    ] {
        let text = chain(1_000, schema);
        let types = on_a_small_stack(move || generated(&text).map(|made| made.api.types.len()));
        assert_eq!(types, Ok(1_001), "{schema}");
    }
}

#[test]
fn properties_merged_too_deep_are_an_error_on_a_small_stack() {
    let text = |length| {
        let both = chain(
            length,
            "{type: object, properties: {OWN: {type: string}, a: NEXT}}",
        );
        let second = both.split("schemas:\n").nth(1).unwrap_or_default();
        let second = second
            .replace("  S", "  T")
            .replace("schemas/S", "schemas/T");
        let both = both.replacen("schemas/S0'", "schemas/Both'", 2);
        let parts = "[{$ref: '#/components/schemas/S0'}, {$ref: '#/components/schemas/T0'}]";
        format!("{both}{second}  Both: {{allOf: {parts}}}\n")
    };
    let [short, long] = [30, 3_000].map(text);
    let fits = on_a_small_stack(move || generated(&short).map(|generation| generation.surface));
    assert!(fits.is_ok(), "{fits:?}");
    let error = on_a_small_stack(move || generated(&long).map(|generation| generation.surface));
    let error = error.expect_err("too deep");
    assert!(
        error.contains(
            "#/components/schemas/Both: has schemas merged within each other, 40 levels deep"
        ),
        "{error}"
    );
}

#[test]
fn nodes_nested_too_deep_are_one_error_of_a_build_script_on_a_small_stack() {
    let count = 3_000;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nested");
    fs::create_dir_all(folder.join("overlays")).expect("a folder");
    fs::write(folder.join("overlays/x.yaml"), "overlay: 1.0.0\n").expect("an overlay");
    let block: String = (0..count)
        .map(|level| format!("{:1$}a:\n", "", level + 1))
        .collect();
    for text in [
        format!("x-a:\n{block}"),
        format!("x-a:\n  {}1\n", "- ".repeat(count)),
        format!("x-a:\n  {}1\n", "? ".repeat(count)),
        format!("x-a: {}{}\n", "[".repeat(count), "]".repeat(count)),
        format!("x-a: {}\n", "[".repeat(count)),
        format!(
            "{{\"x-a\": {}1{}}}",
            "{\"a\": ".repeat(count),
            "}".repeat(count)
        ),
        format!("{{\"x-a\": {}", "[".repeat(count)),
    ] {
        let here = folder.clone();
        let error = on_a_small_stack(move || {
            fs::write(here.join("x.yaml"), text).expect("a file");
            dintero_codegen::generate(&here, "x").map(|generation| generation.surface)
        });
        let error = error.expect_err("too deep").to_string();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.contains("x.yaml:"), "{error}");
    }
}
