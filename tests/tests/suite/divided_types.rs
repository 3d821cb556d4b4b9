//! A type that an overlay names once for several places may become two when one of the places changes.

use dintero_codegen::document::Document;
use dintero_codegen::generate_from;
use dintero_codegen::kept::KeptNames;

#[test]
fn a_type_that_becomes_two_keeps_its_name_once() {
    let text = |more: &str| {
        format!(
            "openapi: 3.0.3
info: {{title: t, version: '1'}}
servers: [{{url: 'https://a.example/v1'}}]
x-dintero-servers: {{'https://a.example': api}}
paths: {{/a: {{get: {{operationId: a, responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/T'}}}}}}}}}}}}}}}}
components:
  schemas:
    T: {{type: object, properties: {{one: {{type: object, properties: {{a: {{type: string}}}}}}, two: {{type: object, properties: {{a: {{type: string}}{more}}}}}}}}}
"
        )
    };
    let overlay = "overlay: 1.0.0\nactions:\n  - {target: $.components.schemas.T.properties.*, description: why, update: {x-dintero-name: Given}}\n";
    let generated = |text: &str, names: KeptNames| {
        let mut document = Document::parse("x.yaml", text)?;
        document.names = names;
        let overlay = Document::parse("o.yaml", overlay)?;
        generate_from("x", document, Some(&overlay))
    };
    let old = generated(&text(""), KeptNames::default()).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        old.surface.contains("struct T two: Given"),
        "{}",
        old.surface
    );
    for more in [", b: {type: integer}", ", a_b: {type: string}"] {
        let kept = KeptNames::of_surface(&old.surface);
        let new = generated(&text(more), kept).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            new.surface.contains("struct T one: Given\n"),
            "{}",
            new.surface
        );
        assert!(
            new.surface.contains("struct T two: Given2\n"),
            "{}",
            new.surface
        );
        let said: Vec<String> = new.findings.iter().map(ToString::to_string).collect();
        let expected = "o.yaml:3 #/actions/0/update/x-dintero-name: x-dintero-name Given is the name of another type already. This one is called Given2; give it a name of its own in the overlay";
        assert!(said.iter().any(|said| said == expected), "{said:#?}");
        // Whoever gives the name for the first time gives it to one type.
        let error = generated(&text(more), KeptNames::default()).expect_err("two types");
        assert!(
            error
                .to_string()
                .contains("is the name of another type already"),
            "{error}"
        );
    }
    // `null` belongs to the place, and makes no type of its own.
    let nullable = text("").replace("two: {type", "two: {nullable: true, type");
    let kept = KeptNames::of_surface(&old.surface);
    let new = generated(&nullable, kept).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        new.surface.contains("struct T two: Given nullable"),
        "{}",
        new.surface
    );
}
