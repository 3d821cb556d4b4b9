//! The three APIs: their operation tables, and the documents, which describe parameters and bodies.

use std::sync::OnceLock;

use dintero::Operation;
use dintero_typed::Typed;
use serde_json::Value;

use crate::schema::Schema;

/// An API as a command.
pub struct Api {
    pub name: &'static str,
    pub about: &'static str,
    rows: &'static [&'static Operation],
    json: &'static str,
    parsed: OnceLock<Value>,
}

macro_rules! api {
    ($client:ident, $about:literal) => {
        Api {
            name: stringify!($client),
            about: $about,
            rows: &dintero::$client::operations::ALL,
            json: include_str!(concat!(env!("OUT_DIR"), "/", stringify!($client), ".json")),
            parsed: OnceLock::new(),
        }
    };
}

pub static APIS: [Api; 3] = [
    api!(checkout, "Sessions, transactions, tokens, settlements"),
    api!(shopping, "Draft orders, orders, records of payments"),
    api!(wallets, "Gift cards, their balances and transactions"),
];

/// An operation with what the document says about it.
#[derive(Clone)]
pub struct Described {
    pub api: &'static Api,
    pub row: &'static Operation,
    pub typed: &'static Typed,
    item: Schema,
    at: Schema,
}

impl Api {
    /// Returns the document. It is parsed only if it is needed.
    pub fn document(&self) -> &Value {
        let parse = || serde_json::from_str(self.json).unwrap_or_default();
        self.parsed.get_or_init(parse)
    }

    pub fn operations(&'static self) -> impl Iterator<Item = Described> {
        let paths = Schema::root(self.document()).get("paths");
        let typed = dintero_typed::rows(self.name).iter();
        self.rows.iter().copied().filter_map(move |row| {
            let (_, typed) = { typed.clone() }.find(|(name, _)| *name == row.name())?;
            let item = paths.get(row.path());
            let at = item.get(&row.method().as_str().to_lowercase());
            Some(Described {
                api: self,
                row,
                typed,
                item,
                at,
            })
        })
    }

    /// Returns the operation of this method name or operationId.
    pub fn operation(&'static self, name: &str) -> Option<Described> {
        let mut all = self.operations();
        all.find(|one| one.row.name() == name || one.row.id() == name)
    }
}

impl Described {
    /// Returns the name as a command, such as `capture-transaction`.
    pub fn command(&self) -> String {
        self.row.name().replace('_', "-")
    }

    pub fn doc(&self) -> String {
        let texts = [self.at.text("summary"), self.at.text("description")];
        texts.join("\n\n").trim().to_owned()
    }

    /// Returns the parameters, first those of the path, in its order.
    pub fn parameters(&self) -> Vec<Schema> {
        let all = [&self.item, &self.at].map(|node| node.get("parameters").elements());
        let own = |one: &Schema| Some(one.text("name")) != self.row.account();
        let mut all: Vec<_> = all.concat().into_iter().filter(own).collect();
        let path = self.row.path();
        all.sort_by_key(|one| match one.text("in") {
            "path" => path.find(&format!("{{{}}}", one.text("name"))),
            _ => Some(usize::MAX),
        });
        all
    }

    /// Returns the body's schema, and whether the body is required.
    pub fn body(&self) -> Option<(Schema, bool)> {
        let body = self.at.get("requestBody");
        let schema = json_of(&body.get("content"))?;
        let is_required = body.node()["required"] == true || !schema.required().is_empty();
        Some((schema, is_required))
    }

    pub fn responses(&self) -> Schema {
        self.at.get("responses")
    }

    /// Returns the content of a success, by media type; it describes nothing if there is none.
    fn success(&self) -> Schema {
        let mut all = self.responses().members().into_iter();
        let success = all.find(|(status, _)| status.starts_with('2'));
        success.map_or_else(|| self.at.at(""), |(_, response)| response.get("content"))
    }

    /// Returns the schema of a success. It describes nothing if that is no JSON.
    pub fn response(&self) -> Schema {
        json_of(&self.success()).unwrap_or_else(|| self.at.at(""))
    }

    /// Returns `true` if a success is a file: its media type is another than JSON, or its text is binary.
    pub fn is_file(&self) -> bool {
        let content = self.success();
        let is_file = json_of(&content).is_none_or(|json| json.text("format") == "binary");
        is_file && !content.members().is_empty()
    }
}

fn json_of(content: &Schema) -> Option<Schema> {
    let mut all = content.members().into_iter();
    let json = all.find(|(media, _)| media.contains("json"));
    json.map(|(_, media)| media.get("schema"))
}
