//! Operations: servers, retry classes, bodies.

use serde_json::{Value, json};

use super::names::Names;
use super::{Action, Lint};
use crate::finding::Rule;
use crate::ir::Auth;
use crate::lower::operations::{
    all, auth, json_content, known_server, media, method_name, requirements, resolve, server_url,
    split_origin,
};

impl<'a> Lint<'a> {
    pub(super) fn operations(&mut self) {
        let operations = all(self.document);
        let names = self.names(&operations);
        for (pointer, path, method, item, operation) in &operations {
            self.unnamed(pointer, path, method, operation);
            self.server(pointer, item, operation);
            self.retry(pointer, operation, &names);
            self.parameters(pointer, path, item, operation);
            self.bodies(pointer, operation);
            self.security(pointer, operation);
        }
    }

    fn unnamed(&mut self, pointer: &str, path: &str, method: &str, operation: &Value) {
        if !operation["x-dintero-method"].is_null() {
            return;
        }
        let name = method_name(operation, method, path);
        let retry = if method == "post" || method == "patch" {
            "non-idempotent"
        } else {
            "idempotent"
        };
        self.warn(
            Rule::UnnamedOperation,
            pointer,
            format!("operation has no method name of ours and is called {name}"),
            "Name it in the overlay, and say what may be done after an unknown outcome: idempotent, duplicate-tolerated or non-idempotent",
            [Action::update(
                self.root(),
                pointer,
                "Our name; what may be done after an unknown outcome",
                json!({"x-dintero-method": name, "x-dintero-retry": retry}),
            )],
        );
    }

    fn server(&mut self, pointer: &str, item: &Value, operation: &Value) {
        let root = self.root();
        let Some(url) = server_url(root, item, operation) else {
            // One action fixes all operations without a server.
            if self.servers.insert(String::new()) {
                let url = "https://api.dintero.com/v1";
                self.error(
                    Rule::MissingServer,
                    pointer,
                    "has no server, nor has the document",
                    format!("Add `servers` in the overlay: {{target: \"$\", update: {{servers: [{{url: \"{url}\"}}]}}}}, or the checkout host"),
                    [Action::update(
                        root,
                        "",
                        "The document does not say where the API is",
                        json!({"servers": [{"url": url}]}),
                    )],
                );
            }
            return;
        };
        let (origin, _) = split_origin(&url);
        // One action fixes all operations on it.
        if known_server(root, origin).is_some() || !self.servers.insert(origin.to_owned()) {
            return;
        }
        let which = if origin.contains("checkout") {
            "checkout"
        } else {
            "api"
        };
        self.error(
            Rule::UnknownServer,
            pointer,
            match origin {
                "" => format!("is on the server {url}, which names no host"),
                _ => format!("is on the unknown server {origin}"),
            },
            format!(
                "Say in the overlay which server it is: {{target: \"$\", update: {{x-dintero-servers: {{\"{origin}\": api}}}}}}, or checkout"
            ),
            [Action::update(
                root,
                "",
                "Which of our two servers an origin is",
                json!({"x-dintero-servers": {origin: which}}),
            )],
        );
    }

    fn retry(&mut self, pointer: &str, operation: &Value, names: &Names) {
        match operation["x-dintero-retry"].as_str() {
            None | Some("idempotent" | "duplicate-tolerated") => {}
            Some("non-idempotent") if operation["x-dintero-read-back"].is_null() => self.warn(
                Rule::MissingReadBack,
                pointer,
                "moves money and names no method to read the outcome back",
                "Add x-dintero-read-back in the overlay",
                [],
            ),
            Some("non-idempotent") => {}
            Some(other) => self.error(
                Rule::UnknownRetryClass,
                pointer,
                format!("has the retry class {other}"),
                "Use idempotent, duplicate-tolerated or non-idempotent",
                [],
            ),
        }
        if let Some(read_back) = operation["x-dintero-read-back"].as_str()
            && !names.contains_key(read_back)
        {
            self.error(
                Rule::UnknownReadBack,
                pointer,
                format!("is read back by {read_back}, which is no method"),
                "Name a method of this API",
                [],
            );
        }
    }

    fn bodies(&mut self, pointer: &str, operation: &Value) {
        let root = self.root();
        let body = resolve(root, &operation["requestBody"]);
        if body.is_object() && json_content(body).is_none() {
            let media: Vec<&String> = body["content"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(media, _)| media)
                .collect();
            self.error(
                Rule::UnsupportedBody,
                &format!("{pointer}/requestBody"),
                format!("takes no JSON but {media:?}"),
                "Only JSON bodies can be sent; remove the operation with an overlay action until this is supported",
                [self.remove(pointer, "Its body is not JSON, and nothing else can be sent")],
            );
        }
        let responses = operation["responses"].as_object().into_iter().flatten();
        let messages = responses.map(|(_, response)| resolve(root, response));
        for media in messages.chain([body]).flat_map(media) {
            if !is_media_type(&media) {
                self.error(
                    Rule::UnsupportedBody,
                    pointer,
                    format!("has the media type {media:?}, which cannot be one"),
                    "Correct it with an overlay action",
                    [],
                );
            }
        }
        let mut kinds: Vec<&Value> = operation["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(code, _)| code.starts_with('2'))
            .map(|(_, response)| {
                json_content(resolve(root, response))
                    .map_or(&Value::Null, |(_, content)| &content["schema"])
            })
            .collect();
        kinds.dedup();
        if kinds.len() > 1 {
            self.warn(
                Rule::SeveralSuccessBodies,
                pointer,
                "has success bodies of several kinds",
                "One type with the fields of all of them stands for each",
                [],
            );
        }
    }

    /// Reports security schemes that do not exist, or that the client has no credentials for.
    fn security(&mut self, pointer: &str, operation: &Value) {
        let root = self.root();
        let schemes = &root["components"]["securitySchemes"];
        let place = match operation["security"].is_array() {
            true => format!("{pointer}/security"),
            false => "/security".to_owned(),
        };
        let names = requirements(root, operation).flat_map(serde_json::Map::keys);
        for name in names.filter(|name| schemes[*name].is_null()) {
            let problem = format!("requires the security scheme {name}, which does not exist");
            if self
                .findings
                .iter()
                .any(|found| found.pointer == place && found.problem == problem)
            {
                continue;
            }
            let scheme = json!({"components": {"securitySchemes": {name: {"type": "http", "scheme": "bearer"}}}});
            let why =
                format!("The document requires {name} and lacks it; taken for the access token");
            self.error(
                Rule::MissingReference,
                &place,
                problem,
                "Add it below components/securitySchemes, or fix the name",
                [Action::update(root, "", why, scheme)],
            );
        }
        let (auth, others) = auth(root, operation);
        let others: Vec<&str> = others
            .into_iter()
            .filter(|name| !schemes[*name].is_null())
            .collect();
        if !others.is_empty() {
            let sent = match auth {
                Auth::None => "Its requests carry no credentials",
                Auth::Bearer => "Its requests carry the access token only",
                Auth::Basic => "Its requests carry client id and secret only",
            };
            self.warn(
                Rule::UnsupportedSecurity,
                pointer,
                format!("requires {}, which the client cannot send by itself", others.join(" and ")),
                format!("{sent}; set what is missing as a header of the call, or another `security` in the overlay"),
                [],
            );
        }
    }
}

/// Returns `true` if a text can be the name of a header, or a part of a media type.
pub(super) fn is_token(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

fn is_media_type(text: &str) -> bool {
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let parts = essence.trim().split_once('/');
    parts.is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
        && parameters.chars().all(|c| c == ' ' || c.is_ascii_graphic())
}
