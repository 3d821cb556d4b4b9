//! The rows: a name, edits of the document, and the changes that are told.

use super::Row;

pub const ROWS: &[Row] = &[
    (
        "a description says nothing",
        &[("{description: none}", "{description: not found}")],
        &[],
    ),
    (
        "an operation is removed",
        &[(
            "    post:\n      operationId: add_thing\n      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}}\n      responses:\n        '201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}}\n",
            "",
        )],
        &[
            "breaking breaking add_thing(): removed (`POST /things`)",
            "none breaking Both: struct removed",
        ],
    ),
    (
        "an operation is renamed",
        &[("operationId: get_thing", "operationId: read_thing")],
        &[
            "none breaking read_thing(): renamed from `get_thing()`",
            "none none read_thing(): operationId changed from `get_thing` to `read_thing`",
        ],
    ),
    (
        "another operation has the same method name",
        &[(
            "operationId: get_thing",
            "operationId: read_thing\n      x-dintero-method: get_thing",
        )],
        &["none none get_thing(): operationId changed from `get_thing` to `read_thing`"],
    ),
    (
        "a path changes",
        &[("  /things:", "  /items:")],
        &[
            "breaking additive add_thing(): path changed from `/things` to `/items`",
            "breaking additive list_things(): path changed from `/things` to `/items`",
        ],
    ),
    (
        "the variable of a path is renamed",
        &[
            ("/things/{id}:", "/things/{thing_id}:"),
            ("name: id, required: true", "name: thing_id, required: true"),
        ],
        &[
            "none none get_thing() path thing_id: renamed from `path id`",
            "none none put_thing() path thing_id: renamed from `path id`",
        ],
    ),
    (
        "a method changes",
        &[("    put:", "    patch:")],
        &[
            "breaking additive put_thing(): method changed from `PUT` to `PATCH`",
            "none additive put_thing(): retry class changed from `Idempotent` to `NonIdempotent`",
        ],
    ),
    (
        "a status",
        &[("'404': {description: none}", "'403': {description: none}")],
        &[
            "additive additive get_thing(): status `403` added",
            "additive additive get_thing(): status `404` removed",
        ],
    ),
    (
        "a successful status",
        &[("'204': {description: ok}", "'202': {description: ok}")],
        &[
            "breaking additive put_thing(): status `204` removed",
            "additive additive put_thing(): status `202` added",
        ],
    ),
    (
        "a response without a body",
        &[(
            "'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}}",
            "'201': {description: ok}",
        )],
        &[
            "breaking breaking add_thing(): response type changed from `Both` to `()`",
            "breaking additive add_thing(): media type `application/json` removed",
            "none none Both: no longer in responses",
        ],
    ),
    (
        "a response that may be empty",
        &[(
            "'404': {description: none}",
            "'404': {description: none}\n        '204': {description: empty}",
        )],
        &[
            "breaking breaking get_thing(): response may now be empty",
            "additive additive get_thing(): status `204` added",
        ],
    ),
    (
        "a scope is removed",
        &[("x-scopes: [read, admin]", "x-scopes: [admin]")],
        &["breaking additive get_thing(): scope `read` removed"],
    ),
    (
        "a scope is added",
        &[("x-scopes: [read, admin]", "x-scopes: [read, write, admin]")],
        &["additive additive get_thing(): scope `write` added"],
    ),
    (
        "no scope is required",
        &[("      x-scopes: [read, admin]\n", "")],
        &["additive additive get_thing(): no longer requires scope `read admin`"],
    ),
    (
        "authentication is replaced",
        &[(
            "operationId: get_thing",
            "operationId: get_thing\n      security: [{password: []}]",
        )],
        &[
            "breaking additive get_thing(): authentication `bearer` removed",
            "additive additive get_thing(): authentication `basic` added",
        ],
    ),
    (
        "no authentication is required",
        &[(
            "operationId: get_thing",
            "operationId: get_thing\n      security: []",
        )],
        &["additive additive get_thing(): no longer requires authentication `bearer`"],
    ),
    (
        "a base path",
        &[("https://api.dintero.com/v1", "https://api.dintero.com/v2")],
        &[
            "breaking additive add_thing(): server changed from `Api https://api.dintero.com/v1` to `Api https://api.dintero.com/v2`",
            "breaking additive get_thing(): server changed from `Api https://api.dintero.com/v1` to `Api https://api.dintero.com/v2`",
            "breaking additive list_things(): server changed from `Api https://api.dintero.com/v1` to `Api https://api.dintero.com/v2`",
            "breaking additive put_thing(): server changed from `Api https://api.dintero.com/v1` to `Api https://api.dintero.com/v2`",
        ],
    ),
    (
        "a server",
        &[(
            "https://api.dintero.com/v1",
            "https://checkout.dintero.com/v1",
        )],
        &[
            "breaking additive add_thing(): server changed from `Api https://api.dintero.com/v1` to `Checkout https://checkout.dintero.com/v1`",
            "breaking additive get_thing(): server changed from `Api https://api.dintero.com/v1` to `Checkout https://checkout.dintero.com/v1`",
            "breaking additive list_things(): server changed from `Api https://api.dintero.com/v1` to `Checkout https://checkout.dintero.com/v1`",
            "breaking additive put_thing(): server changed from `Api https://api.dintero.com/v1` to `Checkout https://checkout.dintero.com/v1`",
        ],
    ),
    (
        "a media type of a response",
        &[(
            "'201': {description: ok, content: {application/json:",
            "'201': {description: ok, content: {application/hal+json:",
        )],
        &[
            "breaking additive add_thing(): media type `application/json` removed",
            "additive additive add_thing(): media type `application/hal+json` added",
        ],
    ),
    (
        "a media type of a request",
        &[(
            "requestBody: {content: {application/json:",
            "requestBody: {content: {application/hal+json:",
        )],
        &[
            "breaking additive add_thing() body: media type `application/json` removed",
            "additive additive add_thing() body: media type `application/hal+json` added",
        ],
    ),
    (
        "a retry class",
        &[(
            "operationId: put_thing",
            "operationId: put_thing\n      x-dintero-retry: non-idempotent",
        )],
        &["none additive put_thing(): retry class changed from `Idempotent` to `NonIdempotent`"],
    ),
    (
        "a deprecated operation",
        &[(
            "operationId: put_thing",
            "operationId: put_thing\n      deprecated: true",
        )],
        &["additive additive put_thing(): now deprecated"],
    ),
    (
        "an evidence mark",
        &[(
            "operationId: put_thing",
            "operationId: put_thing\n      x-evidence: inferred",
        )],
        &["none none put_thing(): evidence `inferred` added"],
    ),
    (
        "paging is removed",
        &[(
            "      x-dintero-paging: {items: '', cursor: [{parameter: after, last_item: /name}]}\n",
            "",
        )],
        &[
            "none breaking list_things(): no longer paging",
            "none additive list_things() paging after: removed",
        ],
    ),
    (
        "a cursor",
        &[("last_item: /name", "last_item: /base")],
        &["none additive list_things() paging after: cursor changed from `/name` to `/base`"],
    ),
    (
        "an optional parameter is added",
        &[(
            "      parameters:\n        - {in: query, name: after",
            "      parameters:\n        - {in: header, name: trace, schema: {type: string}}\n        - {in: query, name: after",
        )],
        &["additive additive list_things() header trace: added"],
    ),
    (
        "a required parameter is added",
        &[(
            "      parameters:\n        - {in: query, name: after",
            "      parameters:\n        - {in: header, name: trace, required: true, schema: {type: string}}\n        - {in: query, name: after",
        )],
        &["breaking breaking list_things() header trace: added, required"],
    ),
    (
        "a parameter is removed",
        &[(
            "        - {in: query, name: limit, schema: {type: integer, maximum: 100, default: 10}}\n",
            "",
        )],
        &["breaking breaking list_things() query limit: removed"],
    ),
    (
        "a parameter is renamed",
        &[("name: order_by", "name: orderBy")],
        &["breaking breaking list_things() query orderBy: renamed from `query order_by`"],
    ),
    (
        "a parameter moves",
        &[("in: query, name: limit", "in: header, name: limit")],
        &["breaking additive list_things() header limit: moved from query to header"],
    ),
    (
        "a parameter is required",
        &[("name: limit,", "name: limit, required: true,")],
        &["breaking breaking list_things() query limit: now required"],
    ),
    (
        "the default of a parameter",
        &[("default: 10", "default: 20")],
        &["breaking additive list_things() query limit: default changed from `10` to `20`"],
    ),
    (
        "the type of a parameter",
        &[(
            "name: after, schema: {type: string}",
            "name: after, schema: {type: integer}",
        )],
        &["breaking breaking list_things() query after: type changed from `String` to `i64`"],
    ),
    (
        "a list becomes a single value",
        &[(
            "name: order_by, schema: {type: array, items: {type: string}}",
            "name: order_by, schema: {type: string}",
        )],
        &[
            "breaking breaking list_things() query order_by: type changed from `[String]` to `String`",
        ],
    ),
    (
        "how a list is joined",
        &[(
            "name: order_by, schema",
            "name: order_by, explode: false, schema",
        )],
        &["breaking additive list_things() query order_by: now joined by commas"],
    ),
    (
        "a body is required",
        &[(
            "requestBody: {content",
            "requestBody: {required: true, content",
        )],
        &["breaking breaking add_thing() body: now required"],
    ),
    (
        "a body is removed",
        &[(
            "      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Both'}}}}\n",
            "",
        )],
        &[
            "breaking breaking add_thing() body: removed",
            "none breaking Both: no longer in requests",
        ],
    ),
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
