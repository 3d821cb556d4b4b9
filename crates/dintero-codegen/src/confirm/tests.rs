use serde::Deserialize;
use serde_json::json;
use syn::visit::Visit;

use super::{Confirm, List};
use crate::document::Document;
use crate::generate_from;

const DOCUMENT: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://a.example/v1'}]
x-dintero-servers: {'https://a.example': api}
paths:
  /a/{id}:
    get:
      operationId: read
      x-dintero-method: get_thing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
  /b/{other}:
    get:
      operationId: other
      x-dintero-method: get_other
      parameters: [{name: other, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
  /a/{id}/move:
    post:
      operationId: move
      x-dintero-method: move_thing
      x-dintero-retry: non-idempotent
      x-dintero-read-back: get_thing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Move'}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
components:
  schemas:
    Move: {type: object, properties: {amount: {type: integer}, reference: {type: string}, items: {type: array, items: {type: object, properties: {amount: {type: integer}}}}}}
    Thing: {type: object, properties: {status: {type: string, enum: [OPEN, DONE]}, events: {type: array, items: {$ref: '#/components/schemas/Event'}}}}
    Event: {type: object, properties: {id: {type: string}, kind: {type: string, enum: [MOVE, BEGIN]}, amount: {type: integer}, reference: {type: string}}}
";

/// Returns what generation says about a mark that an overlay gives, or the source.
fn generated(mark: &str) -> Result<String, String> {
    let overlay = format!(
        "overlay: 1.0.0
actions:
  - {{target: $, description: d, update: {{x-other: 1}}}}
  - {{target: $.paths.*.post, description: d, update: {{x-dintero-confirm: {mark}}}}}"
    );
    let overlay = Document::parse("o.yaml", &overlay).unwrap();
    let document = Document::parse("d.yaml", DOCUMENT).unwrap();
    let generation = generate_from("x", document, Some(&overlay));
    generation
        .map(|generation| generation.source + &generation.surface)
        .map_err(|errors| errors.to_string())
}

const FITTING: &str = "read: read, list: /events, id: /id, kind: [/kind], effect: MOVE, begin: BEGIN, reference: [/reference, /reference], same: [[/amount, /amount]]";

#[test]
fn a_mark_that_fits_gives_the_call_a_confirmation() {
    for more in ["", ", done: [/status, DONE]", ", unique: true"] {
        let source = generated(&format!("{{{FITTING}{more}}}")).unwrap();
        assert!(
            source.contains("MOVE_THING confirmed \"get_thing\" [] ->"),
            "{source}"
        );
        assert!(
            source.contains("confirm: Some(Confirm { read: &GET_THING"),
            "{source}"
        );
        assert!(
            source.contains("operation move_thing confirm: "),
            "{source}"
        );
    }
    let sum = FITTING.replace("[/amount, /amount]", "[/amount, /items/*/amount]");
    assert!(generated(&format!("{{{sum}}}")).is_ok());
    let argument = FITTING.replace("read: read", "read: other, with: [[other, argument]]");
    let source = generated(&format!("{{{argument}}}")).unwrap();
    assert!(
        source.contains("confirmed \"get_other\" [other \"other\"] ->"),
        "{source}"
    );
}

#[test]
fn a_mark_that_does_not_fit_is_an_error_at_the_action_that_gives_it() {
    for (part, instead, problem) in [
        (
            "read: read",
            "read: nothing",
            "no GET with JSON has the operationId nothing",
        ),
        (
            "read: read",
            "read: move",
            "no GET with JSON has the operationId move",
        ),
        (
            "read: read",
            "read: other",
            "the request has nothing that is the path variable other of other",
        ),
        (
            "read: read",
            "read: read, with: [[id, /nothing]]",
            "the request has nothing that is the path variable id of read",
        ),
        (
            "list: /events",
            "list: /status",
            "read has no list at \"/status\"",
        ),
        (
            "list: /events",
            "list: /nothing",
            "read has no list at \"/nothing\"",
        ),
        (
            "id: /id",
            "id: /nothing",
            "an effect has nothing at \"/nothing\"",
        ),
        (
            "kind: [/kind]",
            "kind: [/kind, /nothing]",
            "an effect has nothing at \"/nothing\"",
        ),
        (
            "effect: MOVE",
            "effect: NOTHING",
            "an effect is of no kind NOTHING",
        ),
        (
            "begin: BEGIN",
            "begin: NOTHING",
            "an effect is of no kind NOTHING",
        ),
        (
            "effect: MOVE, begin: BEGIN,",
            "",
            "`kind` and `effect` belong together",
        ),
        (
            "[/reference, /reference]",
            "[/nothing, /reference]",
            "an effect has nothing at \"/nothing\"",
        ),
        (
            "[/reference, /reference]",
            "[/reference, /nothing]",
            "the request has no text at \"/nothing\"",
        ),
        (
            "[/reference, /reference]",
            "[/reference]",
            "invalid length 1, expected a tuple of size 2",
        ),
        (
            "[/amount, /amount]",
            "[/nothing, /amount]",
            "an effect has nothing at \"/nothing\"",
        ),
        (
            "[/amount, /amount]",
            "[/amount, /nothing]",
            "the request has nothing that is /amount of an effect",
        ),
        (
            "[/amount, /amount]",
            "[/amount, \"{nothing}\"]",
            "the request has nothing that is /amount of an effect",
        ),
        (
            "[/amount, /amount]",
            "[/kind, [[NOTHING, null]]]",
            "the request has nothing that is /kind of an effect",
        ),
        (
            "id: /id",
            "id: /id, done: [/status, NOTHING]",
            "read has no NOTHING at \"/status\"",
        ),
        (
            "id: /id",
            "id: /id, undecided: [/nothing, OPEN]",
            "read has no OPEN at \"/nothing\"",
        ),
        ("id: /id", "id: /id, other: 1", "unknown field `other`"),
        ("id: /id,", "", "missing field `id`"),
    ] {
        assert!(FITTING.contains(part), "{part}");
        let mark = FITTING.replacen(part, instead, 1);
        let errors = generated(&format!("{{{mark}}}")).unwrap_err();
        let begin = "o.yaml:4 #/actions/1/update/x-dintero-confirm";
        let said = "POST /a/{id}/move is confirmed otherwise than x-dintero-confirm says: ";
        assert!(
            errors.starts_with(begin) && errors.contains(said),
            "{mark}\n{errors}"
        );
        assert!(errors.contains(problem), "{mark}\n{errors}");
    }
}

#[test]
fn every_text_of_a_mark_is_one_literal_of_the_same_value() {
    #[derive(Default)]
    struct Texts(Vec<String>);
    impl Visit<'_> for Texts {
        fn visit_lit_str(&mut self, text: &syn::LitStr) {
            self.0.push(text.value());
        }
    }

    for text in [
        "\"",
        "\\",
        "a\", is_effect: true, b: \"",
        "{x}",
        "\u{202e}",
        "\u{1f600}\u{ad}",
    ] {
        let pair = json!([text, text]);
        let mark = json!({
            "read": "r", "with": [pair], "list": text, "id": text, "kind": [text], "effect": text, "begin": text,
            "reference": pair, "same": [[text, [[text, pair]]]], "result": [text, text, text, text, text],
            "done": pair, "undecided": pair,
        });
        let mut mark = Confirm::deserialize(mark).unwrap();
        mark.known = List(vec![(text.to_owned(), List(vec![text.to_owned()]))]);
        let fact = mark.fact("read");
        let parsed = syn::parse_str(&fact).unwrap_or_else(|error| panic!("{error}: {fact}"));
        let mut texts = Texts::default();
        texts.visit_expr(&parsed);
        assert_eq!(texts.0, vec![text; 24], "{fact}");
    }
}
