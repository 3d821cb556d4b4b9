//! Changes of types and their fields.

use crate::Row;

pub const ROWS: &[Row] = &[
    (
        "a type is renamed",
        &[
            (
                "schema: {$ref: '#/components/schemas/Draft'}",
                "schema: {$ref: '#/components/schemas/Template'}",
            ),
            ("    Draft:", "    Template:"),
        ],
        &[
            "none breaking Template: renamed from `Draft`",
            "none breaking TemplateMode: renamed from `DraftMode`",
        ],
    ),
    (
        "a field of a request is removed",
        &[("        note: {type: string}\n", "")],
        &["breaking breaking Draft.note: removed"],
    ),
    (
        "a field of a response is removed",
        &[("            count: {type: integer}\n", "")],
        &["breaking breaking Thing.count: removed"],
    ),
    (
        "an optional field is added",
        &[(
            "        note: {type: string}\n",
            "        note: {type: string}\n        extra: {type: string}\n",
        )],
        &["additive additive Draft.extra: added"],
    ),
    (
        "a required field is added to a request",
        &[
            (
                "        note: {type: string}\n",
                "        note: {type: string}\n        extra: {type: string}\n",
            ),
            ("required: [title]", "required: [title, extra]"),
        ],
        &["breaking breaking Draft.extra: added, required"],
    ),
    (
        "a required field is added to a response",
        &[
            (
                "            count: {type: integer}\n",
                "            count: {type: integer}\n            extra: {type: integer}\n",
            ),
            ("required: [name]", "required: [name, extra]"),
        ],
        &["additive additive Thing.extra: added"],
    ),
    (
        "a field is renamed",
        &[("part_number", "partNumber")],
        &["breaking breaking Part.partNumber: renamed from `Part.part_number`"],
    ),
    (
        "a Rust name of a field",
        &[(
            "remark: {type: string}, ",
            "remark: {type: string}, level: {type: string}, ",
        )],
        &[
            "additive additive Both.level: added",
            "none breaking Both.Level: Rust name changed from `level` to `level_2`",
        ],
    ),
    (
        "a struct becomes a list of values",
        &[(
            "    Part: {type: object, properties: {part_number: {type: string}, size: {type: integer}, weight: {type: number}}}",
            "    Part: {type: string, enum: [big, small]}",
        )],
        &["breaking breaking Part: changed from struct to enum"],
    ),
    (
        "a field of a request is required",
        &[("required: [title]", "required: [title, note]")],
        &["breaking breaking Draft.note: now required"],
    ),
    (
        "a field of a request is optional",
        &[("      required: [title]\n", "")],
        &["additive breaking Draft.title: no longer required"],
    ),
    (
        "a field of a response is required",
        &[("required: [name]", "required: [name, count]")],
        &["additive breaking Thing.count: now required"],
    ),
    (
        "a field of a response is optional",
        &[("          required: [name]\n", "")],
        &["breaking breaking Thing.name: no longer required"],
    ),
    (
        "a field of both directions is required",
        &[(
            "Both: {type: object,",
            "Both: {type: object, required: [remark],",
        )],
        &["breaking breaking Both.remark: now required"],
    ),
    (
        "a required field that responses may lack",
        &[(
            "Both: {type: object,",
            "Both: {type: object, required: [remark], x-evidence: inferred,",
        )],
        &[
            "breaking breaking Both.remark: now required in requests",
            "none none Both: evidence `inferred` added",
        ],
    ),
    (
        "null in a response",
        &[(
            "count: {type: integer}",
            "count: {type: integer, nullable: true}",
        )],
        &["breaking breaking Thing.count: now nullable"],
    ),
    (
        "null in a request",
        &[(
            "note: {type: string}",
            "note: {type: string, nullable: true}",
        )],
        &["additive breaking Draft.note: now nullable"],
    ),
    (
        "the type of a field",
        &[("note: {type: string}", "note: {type: boolean}")],
        &["breaking breaking Draft.note: type changed from `String` to `bool`"],
    ),
    (
        "a wider type in a response",
        &[("count: {type: integer}", "count: {type: number}")],
        &["breaking breaking Thing.count: type changed from `i64` to `Number`"],
    ),
    (
        "a wider type in a request",
        &[(
            "amount: {type: integer, minimum: 1}",
            "amount: {type: number, minimum: 1}",
        )],
        &["additive breaking Draft.amount: type changed from `i64` to `Number`"],
    ),
    (
        "a list of values in a request",
        &[("note: {type: string}", "note: {type: string, enum: [a, b]}")],
        &[
            "breaking breaking Draft.note: type changed from `String` to `DraftNote`",
            "none additive DraftNote: enum added",
        ],
    ),
    (
        "a field becomes a list",
        &[(
            "count: {type: integer}",
            "count: {type: array, items: {type: integer}}",
        )],
        &["breaking breaking Thing.count: type changed from `i64` to `[i64]`"],
    ),
    (
        "an object at another place",
        &[(
            "items: {$ref: '#/components/schemas/Part'}",
            "items: {$ref: '#/components/schemas/Cat'}",
        )],
        &[
            "breaking none Cat.part_number: removed",
            "breaking none Cat.size: removed",
            "breaking none Cat.weight: removed",
            "additive none Cat.kind: added",
            "additive none Cat.lives: added",
            "additive none Cat.sort: added",
            "none breaking Part: struct removed",
            "none breaking Thing.parts: type changed from `[Part]` to `[Cat]`",
        ],
    ),
];
