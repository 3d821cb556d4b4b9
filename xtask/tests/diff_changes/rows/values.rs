//! Changes of formats, limits, values, unions and marks.

use crate::Row;

pub const ROWS: &[Row] = &[
    (
        "a format that is a type",
        &[(
            "created: {type: string, format: date-time}",
            "created: {type: string}",
        )],
        &["breaking breaking Thing.created: type changed from `DateTime` to `String`"],
    ),
    (
        "a format",
        &[(
            "note: {type: string}",
            "note: {type: string, format: email}",
        )],
        &["breaking additive Draft.note: format `email` added"],
    ),
    (
        "a default",
        &[(
            "note: {type: string}",
            "note: {type: string, default: none}",
        )],
        &["additive additive Draft.note: default `none` added"],
    ),
    (
        "a constant",
        &[
            (
                "mode: {type: string, enum: [fast, slow]}",
                "mode: {type: string, const: fast}",
            ),
            ("required: [title]", "required: [title, mode]"),
        ],
        &[
            "breaking breaking Draft.mode: constant `fast` added",
            "breaking breaking Draft.mode: now required",
            "breaking breaking DraftMode::Slow: removed",
        ],
    ),
    (
        "a limit of a request is tightened",
        &[(
            "title: {type: string, maxLength: 10}",
            "title: {type: string, maxLength: 5}",
        )],
        &["breaking additive Draft.title: max_length lowered from `10` to `5`"],
    ),
    (
        "a limit of a request is loosened",
        &[(
            "title: {type: string, maxLength: 10}",
            "title: {type: string, maxLength: 15}",
        )],
        &["additive additive Draft.title: max_length raised from `10` to `15`"],
    ),
    (
        "a limit is added",
        &[("minimum: 1", "minimum: 1, maximum: 9")],
        &["breaking additive Draft.amount: max `9` added"],
    ),
    (
        "a limit is removed",
        &[(
            "amount: {type: integer, minimum: 1}",
            "amount: {type: integer}",
        )],
        &["additive additive Draft.amount: min `1` removed"],
    ),
    (
        "a lower limit is raised",
        &[("minimum: 1", "minimum: 2")],
        &["breaking additive Draft.amount: min raised from `1` to `2`"],
    ),
    (
        "a limit of a response",
        &[(
            "name: {type: string, maxLength: 10}",
            "name: {type: string, maxLength: 15}",
        )],
        &["breaking none Thing.name: max_length raised from `10` to `15`"],
    ),
    (
        "limits of a list and its elements",
        &[(
            "minItems: 1, items: {type: string, maxLength: 5}",
            "minItems: 2, uniqueItems: true, items: {type: string, maxLength: 4}",
        )],
        &[
            "breaking additive Draft.tags: each.max_length lowered from `5` to `4`",
            "breaking additive Draft.tags: min_items raised from `1` to `2`",
            "breaking additive Draft.tags: unique_items `true` added",
        ],
    ),
    (
        "a pattern",
        &[("'^a$'", "'^b$'")],
        &["breaking additive Draft.code: pattern changed from `^a$` to `^b$`"],
    ),
    (
        "a value is added",
        &[("[ON, OFF]", "[ON, OFF, BROKEN]")],
        &["additive additive ThingState::Broken: added"],
    ),
    (
        "a value of a response is removed",
        &[("[ON, OFF]", "[ON]")],
        &["additive breaking ThingState::Off: removed"],
    ),
    (
        "a value of a request is removed",
        &[("[fast, slow]", "[fast]")],
        &["breaking breaking DraftMode::Slow: removed"],
    ),
    (
        "a value is renamed",
        &[("[fast, slow]", "[fast, SLOW]")],
        &["breaking additive DraftMode::Slow: value changed from `slow` to `SLOW`"],
    ),
    (
        "the property of a discriminator",
        &[("propertyName: kind", "propertyName: sort")],
        &[
            "breaking additive ThingPet: discriminator changed from `kind` to `sort`",
            "breaking none Cat.kind: constant `cat` removed",
            "breaking none Cat.sort: constant `cat` added",
            "breaking none Dog.kind: constant `dog` removed",
            "breaking none Dog.sort: constant `dog` added",
        ],
    ),
    (
        "a value of a discriminator",
        &[(
            "cat: '#/components/schemas/Cat'",
            "tiger: '#/components/schemas/Cat'",
        )],
        &[
            "breaking additive ThingPet::Cat: value `cat` removed",
            "breaking none Cat.kind: constant changed from `cat` to `tiger`",
            "additive additive ThingPet::Cat: value `tiger` added",
        ],
    ),
    (
        "a variant of a union is added",
        &[
            (
                "{$ref: '#/components/schemas/Dog'}]",
                "{$ref: '#/components/schemas/Dog'}, {$ref: '#/components/schemas/Part'}]",
            ),
            (
                "dog: '#/components/schemas/Dog'",
                "dog: '#/components/schemas/Dog', part: '#/components/schemas/Part'",
            ),
        ],
        &[
            "additive additive Part.kind: added",
            "additive additive ThingPet::Part: added",
        ],
    ),
    (
        "a variant of a union is removed",
        &[
            (", {$ref: '#/components/schemas/Dog'}]", "]"),
            (", dog: '#/components/schemas/Dog'", ""),
        ],
        &[
            "breaking breaking ThingPet::Dog: removed",
            "none breaking Dog: struct removed",
        ],
    ),
    (
        "a field through allOf",
        &[(
            "properties: {base: {type: string}}",
            "properties: {base: {type: string}, more: {type: string}}",
        )],
        &["additive additive Thing.more: added"],
    ),
    (
        "a base is removed",
        &[("        - {$ref: '#/components/schemas/Base'}\n", "")],
        &["breaking breaking Thing.base: removed"],
    ),
    (
        "a field of both directions is read-only",
        &[("{id: {type: string}", "{id: {type: string, readOnly: true}")],
        &[
            "breaking none BothInput.id: removed",
            "none breaking add_thing() body: type changed from `Both` to `BothInput`",
            "none breaking Both: no longer in requests",
            "none additive BothInput: struct added",
            "none none Both.id: now read-only",
        ],
    ),
    (
        "a field of a response is read-only",
        &[(
            "count: {type: integer}",
            "count: {type: integer, readOnly: true}",
        )],
        &["none none Thing.count: now read-only"],
    ),
    (
        "a field is write-only",
        &[(
            "remark: {type: string}",
            "remark: {type: string, writeOnly: true}",
        )],
        &["breaking none Both.remark: now write-only"],
    ),
    (
        "a deprecated field",
        &[(
            "note: {type: string}",
            "note: {type: string, deprecated: true}",
        )],
        &["additive additive Draft.note: now deprecated"],
    ),
    (
        "personal data",
        &[(
            "note: {type: string}",
            "note: {type: string, x-dintero-personal: true}",
        )],
        &["none additive Draft.note: now hidden in Debug output"],
    ),
    (
        "one or many",
        &[(
            "parts: {type: array,",
            "parts: {type: array, x-dintero-one-or-many: true,",
        )],
        &["none additive Thing.parts: now read from a single value"],
    ),
];
