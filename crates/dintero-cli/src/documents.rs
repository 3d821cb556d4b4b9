//! The three APIs: their operation tables, and what the documents say about them.

use std::sync::OnceLock;

use dintero::Operation;
use dintero_typed::Typed;
use serde_json::Value;

use crate::table::{self, Described, Kind, Schema};

/// An API as a command.
pub struct Api {
    pub name: &'static str,
    pub about: &'static str,
    rows: &'static [&'static Operation],
    json: &'static str,
    document: &'static str,
    pub typed: &'static [(&'static str, Typed)],
    parsed: OnceLock<table::Api>,
}

macro_rules! api {
    ($name:literal, $client:ident, $operations:literal, $document:literal, $about:literal) => {
        Api {
            name: $name,
            about: $about,
            rows: &dintero::$client::operations::ALL,
            json: include_str!(concat!(env!("OUT_DIR"), $operations)),
            document: include_str!(concat!(env!("OUT_DIR"), $document)),
            typed: dintero_typed::$client,
            parsed: OnceLock::new(),
        }
    };
}

pub static APIS: [Api; 3] = [
    api!(
        "checkout",
        checkout,
        "/checkout.operations.json",
        "/checkout.document.json",
        "Sessions, transactions, payment tokens, settlements"
    ),
    api!(
        "shopping",
        shopping,
        "/shopping.operations.json",
        "/shopping.document.json",
        "Draft orders, orders and the records of their payments"
    ),
    api!(
        "wallets",
        wallets,
        "/wallets.operations.json",
        "/wallets.document.json",
        "Gift cards, their balances and transactions"
    ),
];

impl Api {
    /// Returns the API of an operation.
    pub fn of(row: &Operation) -> &'static Self {
        let mut apis = APIS.iter();
        apis.find(|api| api.name == row.api()).unwrap_or(&APIS[0])
    }

    /// Returns what the document says. It is parsed once, and only if it is needed.
    pub fn table(&'static self) -> &'static table::Api {
        self.parsed.get_or_init(|| {
            // The build script wrote it with the same types.
            serde_json::from_str(self.json).unwrap_or_else(|error| panic!("{}: {error}", self.name))
        })
    }

    /// Returns the document without its prose.
    pub fn document(&self) -> Value {
        serde_json::from_str(self.document).unwrap_or_default()
    }

    /// Returns the operations with their descriptions.
    pub fn operations(
        &'static self,
    ) -> impl Iterator<Item = (&'static Operation, &'static Described)> {
        let table = self.table();
        let rows = self.rows.iter().copied();
        rows.filter_map(|row| Some((row, table.operations.get(row.name())?)))
    }

    /// Returns the operation of this method name.
    pub fn operation(
        &'static self,
        name: &str,
    ) -> Option<(&'static Operation, &'static Described)> {
        self.operations().find(|(row, _)| row.name() == name)
    }

    pub fn typed(&self, row: &Operation) -> Option<&Typed> {
        let mut all = self.typed.iter();
        all.find(|(name, _)| *name == row.name())
            .map(|(_, typed)| typed)
    }
}

/// A member of an object, or an element of a list.
pub enum Member<'a> {
    /// What it may be; more than one in a union.
    Known(Vec<&'a Schema>),
    /// Nothing is documented: any value is allowed.
    Free,
    /// The documented names, if there are any.
    Unknown(Vec<&'a str>),
}

impl table::Api {
    /// Returns the schema that a reference leads to.
    pub fn resolve<'a>(&'a self, schema: &'a Schema) -> &'a Schema {
        match &schema.kind {
            Kind::Ref(name) => match self.types.get(name) {
                Some(of) => self.resolve(&of.schema),
                None => schema,
            },
            _ => schema,
        }
    }

    /// Returns the object's properties, those of all variants of a union.
    pub fn properties<'a>(&'a self, schema: &'a Schema) -> Vec<(&'a str, &'a Schema, bool)> {
        match &self.resolve(schema).kind {
            Kind::Object {
                properties,
                required,
            } => {
                let all = properties.iter();
                all.map(|(name, one)| (name.as_str(), one, required.contains(name)))
                    .collect()
            }
            Kind::Union(variants) => variants
                .iter()
                .flat_map(|one| self.properties(one))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub fn member<'a>(&'a self, schema: &'a Schema, name: &str) -> Member<'a> {
        match &self.resolve(schema).kind {
            Kind::Any => Member::Free,
            Kind::Map(inner) => Member::Known(vec![inner]),
            _ => {
                let all = self.properties(schema);
                let found = all.iter().filter(|(other, ..)| *other == name);
                let found: Vec<_> = found.map(|(_, one, _)| *one).collect();
                match found.is_empty() {
                    false => Member::Known(found),
                    true => Member::Unknown(all.into_iter().map(|(name, ..)| name).collect()),
                }
            }
        }
    }

    pub fn element<'a>(&'a self, schema: &'a Schema) -> Member<'a> {
        match &self.resolve(schema).kind {
            Kind::Any => Member::Free,
            Kind::List(inner) => Member::Known(vec![inner]),
            _ => Member::Unknown(Vec::new()),
        }
    }

    /// Returns the schema at a JSON pointer of a value, if it is documented.
    pub fn at<'a>(&'a self, schema: &'a Schema, pointer: &str) -> Option<&'a Schema> {
        let mut steps = pointer.split('/').skip(1);
        steps.try_fold(schema, |schema, step| match self.member(schema, step) {
            Member::Known(found) => found.first().copied(),
            _ => None,
        })
    }
}

impl Schema {
    /// Returns the words for a value of this kind.
    pub fn words(&self, api: &table::Api) -> String {
        match &api.resolve(self).kind {
            Kind::Any | Kind::Ref(_) => "any value".to_owned(),
            Kind::Object { .. } | Kind::Union(_) => "object".to_owned(),
            Kind::Map(_) => "object of any names".to_owned(),
            Kind::List(inner) => format!("list of {}", inner.words(api)),
            Kind::Enum(..) | Kind::Text => "text".to_owned(),
            Kind::Integer if self.minor => {
                "whole number in minor units (29990 is 299.90)".to_owned()
            }
            Kind::Integer => "whole number".to_owned(),
            Kind::Number => "number".to_owned(),
            Kind::Boolean => "true or false".to_owned(),
        }
    }

    /// Returns everything that limits or marks the values, such as `maxLength 50`.
    pub fn facts(&self, api: &table::Api) -> Vec<String> {
        let limits = self.limits.iter();
        let mut facts: Vec<_> = limits
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        if let Kind::List(inner) = &self.kind {
            facts.extend(inner.facts(api));
        }
        if let Kind::Enum(_, values) = &api.resolve(self).kind {
            facts.push(format!("one of {}", values.join(", ")));
        }
        facts.extend(self.notes.iter().cloned());
        if let Kind::Ref(name) = &self.kind
            && let Some(of) = api.types.get(name)
        {
            facts.extend(
                of.schema
                    .notes
                    .iter()
                    .filter(|note| !self.notes.contains(note))
                    .cloned(),
            );
        }
        facts
    }

    /// Reads a value of this kind from the command line.
    pub fn parse(&self, api: &table::Api, text: &str) -> Result<Value, String> {
        let kind = &api.resolve(self).kind;
        let wanted = || format!("must be a {}", self.words(api));
        let json = || serde_json::from_str::<Value>(text).ok();
        let value = match kind {
            Kind::Text | Kind::Enum(false, _) => Value::from(text),
            Kind::Integer | Kind::Enum(true, _) => {
                Value::from(text.parse::<i64>().map_err(|_| wanted())?)
            }
            Kind::Number => json().filter(Value::is_number).ok_or_else(wanted)?,
            Kind::Boolean => json().filter(Value::is_boolean).ok_or_else(wanted)?,
            Kind::Any | Kind::Ref(_) => json().unwrap_or_else(|| Value::from(text)),
            Kind::Object { .. } | Kind::Map(_) | Kind::List(_) | Kind::Union(_) => {
                serde_json::from_str(text)
                    .map_err(|error| format!("must be a {} in JSON: {error}", self.words(api)))?
            }
        };
        for (limit, bound) in &self.limits {
            let length = value.as_str().map(|text| text.chars().count() as f64);
            let number = value.as_f64();
            let broken = match limit.as_str() {
                "minimum" => number.is_some_and(|number| number < *bound),
                "maximum" => number.is_some_and(|number| number > *bound),
                "minLength" => length.is_some_and(|length| length < *bound),
                "maxLength" => length.is_some_and(|length| length > *bound),
                _ => false,
            };
            if broken {
                return Err(format!("breaks the limit {limit} {bound}"));
            }
        }
        Ok(value)
    }
}
