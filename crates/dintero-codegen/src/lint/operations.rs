//! Operations: servers, retry classes, bodies.

use serde_json::{Value, json};

use super::names::Names;
use super::{Action, Lint, paths};
use crate::document::members;
use crate::finding::Rule;
use crate::ir::Auth;
use crate::lower::operations::{
    Found, all, auth, json_content, known_server, media, resolve, server_url, split_origin,
};

impl<'a> Lint<'a> {
    pub(super) fn operations(&mut self) {
        let refused = self.paths();
        let mut operations = all(self.document);
        operations.retain(|found| !refused.contains(found.path));
        let names = self.names(&operations);
        for found in &operations {
            let (pointer, operation) = (found.pointer.as_str(), found.operation);
            if operation["x-dintero-method"].is_null() {
                self.unnamed(found);
            }
            self.server(found);
            self.retry(pointer, operation, &names);
            self.parameters(found);
            self.bodies(pointer, operation);
            self.security(pointer, operation);
        }
    }

    fn unnamed(&mut self, found: &Found<'_>) {
        let (name, pointer) = (found.name(), &found.pointer);
        let retry = match found.method {
            "get" | "head" => "idempotent",
            _ => "non-idempotent",
        };
        let problem = format!("operation has no method name of ours and is called {name}");
        let why = "Our name; what may be done after an unknown outcome";
        let update = json!({"x-dintero-method": name, "x-dintero-retry": retry});
        let action = Action::update(self.root(), pointer, why, update);
        self.report(Rule::UnnamedOperation, pointer, problem, [action]);
    }

    fn server(&mut self, found: &Found<'_>) {
        let (root, pointer) = (self.root(), &found.pointer);
        let Some(url) = server_url(root, found) else {
            // One action fixes all operations without a server.
            if self.servers.insert(String::new()) {
                // An API that knows the checkout host has most of its operations there.
                let mut known = members(&root["x-dintero-servers"]);
                let origin = known.find(|(_, server)| **server == "checkout");
                let origin = origin.map_or("https://api.dintero.com", |(origin, _)| origin);
                let update = json!({"servers": [{"url": format!("{origin}/v1")}]});
                let problem = "has no server, nor has the document";
                let help = format!(
                    "Add `servers` in the overlay: {{target: \"$\", update: {{servers: [{{url: \"{origin}/v1\"}}]}}}}, or the other host"
                );
                let why = "The document does not say where the API is";
                let action = Action::update(root, "", why, update);
                self.report(Rule::MissingServer, pointer, problem, [action])
                    .help = help;
            }
            return;
        };
        let (origin, base) = split_origin(&url);
        let unfilled = base
            .contains(['{', '}'])
            .then(|| "has a variable without a default".to_owned());
        let problem = paths::problem(base.trim_end_matches('/')).filter(|_| base.len() > 1);
        if let Some(problem) = unfilled.or(problem)
            && self.servers.insert(url.clone())
        {
            let problem = format!("is on the server {url}, whose path {problem}");
            self.report(Rule::InvalidServer, pointer, problem, []);
        }
        // One action fixes all operations on it.
        if known_server(root, origin).is_some() || !self.servers.insert(origin.to_owned()) {
            return;
        }
        let which = match origin.contains("checkout") {
            true => "checkout",
            false => "api",
        };
        let problem = match origin {
            "" => format!("is on the server {url}, which names no host"),
            _ => format!("is on the unknown server {origin}"),
        };
        let help = format!(
            "Say in the overlay which server it is: {{target: \"$\", update: {{x-dintero-servers: {{\"{origin}\": api}}}}}}, or checkout"
        );
        let why = "Which of our two servers an origin is";
        let update = json!({"x-dintero-servers": {origin: which}});
        let action = Action::update(root, "", why, update);
        self.report(Rule::UnknownServer, pointer, problem, [action])
            .help = help;
    }

    fn retry(&mut self, pointer: &str, operation: &Value, names: &Names) {
        let read_back = &operation["x-dintero-read-back"];
        match operation["x-dintero-retry"].as_str() {
            None | Some("idempotent" | "duplicate-tolerated") => {}
            Some("non-idempotent") if read_back.is_null() => {
                let problem = "moves money and names no method to read the outcome back";
                self.report(Rule::MissingReadBack, pointer, problem, []);
            }
            Some("non-idempotent") => {}
            Some(other) => {
                let problem = format!("has the retry class {other}");
                self.report(Rule::UnknownRetryClass, pointer, problem, []);
            }
        }
        let unknown = read_back.as_str().filter(|name| !names.contains_key(*name));
        if let Some(read_back) = unknown {
            let problem = format!("is read back by {read_back}, which is no method");
            let action = self.remove(
                &format!("{pointer}/x-dintero-read-back"),
                "There is no such method",
            );
            self.report(Rule::UnknownReadBack, pointer, problem, [action]);
        }
    }

    fn bodies(&mut self, pointer: &str, operation: &Value) {
        let root = self.root();
        let body = resolve(root, &operation["requestBody"]);
        if body.is_object() && json_content(body).is_none() {
            let media: Vec<String> = media(body).collect();
            let problem = format!("takes no JSON but {media:?}");
            let why = "Its body is not JSON, and nothing else can be sent";
            let action = self.remove(pointer, why);
            let place = format!("{pointer}/requestBody");
            self.report(Rule::UnsupportedBody, &place, problem, [action]);
        }
        let kind = |response| {
            let content = json_content(resolve(root, response));
            content.map_or(&Value::Null, |(_, content)| &content["schema"])
        };
        let successes = members(&operation["responses"]).filter(|(code, _)| code.starts_with('2'));
        let mut kinds: Vec<&Value> = successes.map(|(_, response)| kind(response)).collect();
        kinds.dedup();
        if kinds.len() > 1 {
            let problem = "has success bodies of several kinds";
            self.report(Rule::SeveralSuccessBodies, pointer, problem, []);
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
        let problem = format!(
            "requires {names}, which is no security scheme that the client can send by itself"
        );
        let finding = self.report(Rule::UnsupportedSecurity, pointer, problem, []);
        finding.help = format!(
            "{sent}; set what is missing as a header of the call, or another `security` in the overlay"
        );
    }
}

/// Returns `true` if a text can be the name of a header.
pub(super) fn is_token(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}
