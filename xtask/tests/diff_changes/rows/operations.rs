//! Changes of operations, parameters and bodies.

use crate::Row;

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
];
