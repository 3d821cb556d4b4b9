//! Path variables, query parameters and headers against their schemas.

use serde_json::{Number, Value};

use super::Schema;
use crate::call::Call;
use crate::documents::resolve;
use crate::errors::field_error;
use crate::state::json::text_of;

#[derive(Debug)]
pub(crate) struct Parameter {
    name: String,
    place: String,
    required: bool,
    /// The type of its values: of each item, where it is a list.
    kind: String,
    is_list: bool,
    schema: Schema,
}

impl Parameter {
    pub(crate) fn new(document: &Value, parameter: &Value) -> Option<Self> {
        let place = parameter["in"].as_str()?;
        let schema = resolve(document, &parameter["schema"]);
        let is_list = schema["type"] == "array";
        let mut values = match is_list {
            true => resolve(document, &schema["items"]).clone(),
            false => schema.clone(),
        };
        // A malformed id in a path is an object that does not exist, and dates in filters may come without a zone or a
        // time: both are for the handlers.
        let is_time = text_of(&values["format"]).starts_with("date");
        if let (true, Some(values)) = (is_time || place == "path", values.as_object_mut()) {
            values.remove("format");
        }
        Some(Self {
            name: parameter["name"].as_str()?.to_owned(),
            place: place.to_owned(),
            required: parameter["required"] == true,
            kind: text_of(&values["type"]).to_owned(),
            is_list,
            schema: Schema::compile(document, &values),
        })
    }

    pub(crate) fn check(&self, call: &Call<'_>, violations: &mut Vec<Value>) {
        let texts: Vec<&str> = match self.place.as_str() {
            "path" => vec![call.param(&self.name)],
            "query" => call.query.all(&self.name),
            _ => {
                let values = call.headers.get_all(&self.name).iter();
                let values = values.filter_map(|v| v.to_str().ok());
                if self.is_list {
                    let lists = values.filter(|v| !v.trim().is_empty());
                    lists.flat_map(|v| v.split(',').map(str::trim)).collect()
                } else {
                    values.collect()
                }
            }
        };
        if texts.is_empty() && self.required {
            violations.push(field_error(&self.name, "is required"));
        }
        if texts.len() > 1 && !self.is_list {
            violations.push(field_error(&self.name, "can be given once only"));
        }
        for text in texts {
            violations.extend(self.schema.violations(&self.value(text), &self.name, true));
        }
    }

    fn value(&self, text: &str) -> Value {
        let number = |text: &str| text.parse::<f64>().ok().and_then(Number::from_f64);
        let found = match self.kind.as_str() {
            "integer" => text.parse::<i64>().ok().map(Value::from),
            "number" => number(text).map(Value::Number),
            "boolean" => text.parse::<bool>().ok().map(Value::Bool),
            _ => None,
        };
        found.unwrap_or_else(|| Value::from(text))
    }
}
