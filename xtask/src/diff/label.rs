//! JSON pointers, and how a person calls the places they point to.

use serde_json::Value;

/// A pointer one step deeper.
pub fn below(pointer: &str, key: &str) -> String {
    if key.contains(['~', '/']) {
        format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{pointer}/{key}")
    }
}

/// The steps of a pointer.
pub fn steps(pointer: &str) -> Vec<String> {
    let steps = pointer.split('/').skip(1);
    steps
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// Follows `$ref` within the document; a reference that leads nowhere or in a circle stays.
pub fn follow(root: &Value, pointer: &str) -> String {
    let mut pointer = pointer.to_owned();
    for _ in 0..32 {
        let target = root
            .pointer(&pointer)
            .and_then(|node| node["$ref"].as_str());
        let Some(target) = target.and_then(local) else {
            break;
        };
        if root.pointer(&target).is_none() {
            break;
        }
        pointer = target;
    }
    pointer
}

/// The pointer in `#/...`, with its `%` escapes read.
pub fn local(reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#')?;
    if !pointer.contains('%') {
        return Some(pointer.to_owned());
    }
    let mut bytes = Vec::new();
    let mut rest = pointer.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) if *byte == b'%' => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// The component schema that a pointer is in.
pub fn component(pointer: &str) -> Option<String> {
    let rest = pointer.strip_prefix("/components/schemas/")?;
    steps(&format!("/{}", rest.split('/').next()?)).pop()
}

/// The name of a place: `Session.order.items[]`, `POST /sessions body.order`, `query parameter limit`.
pub fn label(root: &Value, pointer: &str) -> String {
    let steps = steps(pointer);
    let all: Vec<&str> = steps.iter().map(String::as_str).collect();
    match all.as_slice() {
        ["components", "schemas", name, rest @ ..] => format!("{name}{}", within(rest)),
        ["components", "parameters", name, rest @ ..] => {
            let parameter = &root["components"]["parameters"][*name];
            format!("{}{}", parameter_name(parameter), content(rest))
        }
        ["components", "responses", name, rest @ ..] => {
            format!("response {name}{}", message(rest))
        }
        ["components", "requestBodies", name, rest @ ..] => {
            format!("body {name}{}", content(rest))
        }
        ["components", "headers", name, rest @ ..] => format!("header {name}{}", content(rest)),
        ["paths", path, "parameters", index, rest @ ..] => {
            let parameter = &root["paths"][*path]["parameters"];
            let parameter = index
                .parse()
                .ok()
                .and_then(|index: usize| parameter.get(index));
            let name = parameter_name(parameter.unwrap_or(&Value::Null));
            format!("{path} {name}{}", content(rest))
        }
        ["paths", path, method, rest @ ..] => {
            let operation = format!("{} {path}", method.to_uppercase());
            match rest {
                ["parameters", index, rest @ ..] => {
                    let parameter = &root["paths"][*path][*method]["parameters"];
                    let parameter = index
                        .parse()
                        .ok()
                        .and_then(|index: usize| parameter.get(index));
                    let name = parameter_name(parameter.unwrap_or(&Value::Null));
                    format!("{operation} {name}{}", content(rest))
                }
                ["requestBody", rest @ ..] => format!("{operation} body{}", content(rest)),
                ["responses", status, rest @ ..] => {
                    format!("{operation} {status}{}", message(rest))
                }
                _ => operation,
            }
        }
        _ => pointer.to_owned(),
    }
}

/// `query parameter limit`
pub fn parameter_name(parameter: &Value) -> String {
    format!(
        "{} parameter {}",
        parameter["in"].as_str().unwrap_or("?"),
        parameter["name"].as_str().unwrap_or("?")
    )
}

fn message(steps: &[&str]) -> String {
    match steps {
        ["headers", name, rest @ ..] => format!(" header {name}{}", content(rest)),
        _ => content(steps),
    }
}

/// Below a parameter, header or body: the media type says nothing, since nearly all is JSON.
fn content(steps: &[&str]) -> String {
    match steps {
        ["content", _, "schema", rest @ ..] | ["schema", rest @ ..] => within(rest),
        _ => String::new(),
    }
}

/// Below a schema.
fn within(steps: &[&str]) -> String {
    match steps {
        ["properties", name, rest @ ..] => format!(".{name}{}", within(rest)),
        ["items", rest @ ..] => format!("[]{}", within(rest)),
        ["additionalProperties", rest @ ..] => format!("{{}}{}", within(rest)),
        ["allOf", _, rest @ ..] => within(rest),
        ["oneOf" | "anyOf", index, rest @ ..] => format!("|{index}{}", within(rest)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{below, component, follow, label, local};

    #[test]
    fn places_have_names() {
        let root = json!({
            "paths": {"/a/{id}": {"get": {"parameters": [{"in": "query", "name": "limit"}]}}},
            "components": {"parameters": {"P": {"in": "header", "name": "x-id"}}}
        });
        for (pointer, name) in [
            (
                "/components/schemas/A/allOf/1/properties/b/items/properties/c",
                "A.b[].c",
            ),
            (
                "/components/schemas/A/additionalProperties/oneOf/1",
                "A{}|1",
            ),
            (
                "/components/parameters/P/schema/items",
                "header parameter x-id[]",
            ),
            (
                "/paths/~1a~1{id}/get/parameters/0/schema",
                "GET /a/{id} query parameter limit",
            ),
            (
                "/paths/~1a~1{id}/get/responses/200/content/application~1json/schema/properties/x",
                "GET /a/{id} 200.x",
            ),
            (
                "/paths/~1a~1{id}/get/responses/200/headers/Link/schema",
                "GET /a/{id} 200 header Link",
            ),
            ("/components/responses/R/content/x/schema", "response R"),
        ] {
            assert_eq!(label(&root, pointer), name);
        }
    }

    #[test]
    fn references_are_followed_until_they_lead_nowhere() {
        let root =
            json!({"a": {"$ref": "#/b~1%63"}, "b/c": {"$ref": "#/none"}, "c": {"$ref": "#/c"}});
        assert_eq!(follow(&root, "/a"), "/b~1c");
        assert_eq!(follow(&root, "/c"), "/c");
        assert_eq!(local("other.yaml#/a"), None);
    }

    #[test]
    fn names_are_escaped_and_read_back() {
        let pointer = below("/components/schemas", "a/b~c");
        assert_eq!(
            component(&below(&pointer, "properties")).as_deref(),
            Some("a/b~c")
        );
    }
}
