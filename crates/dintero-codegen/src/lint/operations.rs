//! Operations: servers, retry classes, bodies.

use serde_json::{Value, json};

use super::names::Names;
use super::{Action, Lint};
use crate::finding::Rule;
use crate::ir::Auth;
use crate::lower::operations::{
    all, auth, json_content, known_server, method_name, resolve, server_url, split_origin,
};

impl<'a> Lint<'a> {
    pub(super) fn operations(&mut self) {
        let refused = self.paths();
        let mut operations = all(self.document);
        operations.retain(|(_, path, ..)| !refused.contains(*path));
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
                // An API that knows the checkout host has most of its operations there.
                let known = root["x-dintero-servers"].as_object().into_iter().flatten();
                let mut known = known.filter(|(_, server)| **server == "checkout");
                let origin = known.next().map(|(origin, _)| origin.as_str());
                let url = format!("{}/v1", origin.unwrap_or("https://api.dintero.com"));
                self.error(
                    Rule::MissingServer,
                    pointer,
                    "has no server, nor has the document",
                    format!("Add `servers` in the overlay: {{target: \"$\", update: {{servers: [{{url: \"{url}\"}}]}}}}, or the other host"),
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
        let (auth, others) = auth(self.root(), operation);
        if others.is_empty() {
            return;
        }
        let sent = match auth {
            Auth::None => "Its requests carry no credentials",
            Auth::Bearer => "Its requests carry the access token only",
            Auth::Basic => "Its requests carry client id and secret only",
        };
        let names = others.join(" and ");
        self.warn(
            Rule::UnsupportedSecurity,
            pointer,
            format!("requires {names}, which is no security scheme that the client can send by itself"),
            format!("{sent}; set what is missing as a header of the call, or another `security` in the overlay"),
            [],
        );
    }
}

/// Returns `true` if a text can be the name of a header.
pub(super) fn is_token(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}
