//! Turns the OpenAPI documents into JSON without their prose, so that a starting sandbox parses no YAML.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Number, Value};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    for api in ["checkout", "shopping", "wallets"] {
        if let Err(problem) = convert(api) {
            println!("cargo::error=openapi/{api}.yaml: {problem}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn convert(api: &str) -> Result<(), String> {
    let input = format!("openapi/{api}.yaml");
    println!("cargo::rerun-if-changed={input}");
    let text = fs::read_to_string(&input).map_err(|error| error.to_string())?;
    let documents = Yaml::load_from_str(&text).map_err(|error| error.to_string())?;
    let [document] = documents.as_slice() else {
        return Err("holds not exactly one document".into());
    };
    let json = value(document, "")?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    fs::write(
        Path::new(&out).join(format!("{api}.json")),
        json.to_string(),
    )
    .map_err(|error| error.to_string())
}

/// `within` is the key above: below `properties`, `description` is a name and no prose.
fn value(yaml: &Yaml<'_>, within: &str) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => Value::Bool(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::from(*value),
        Yaml::Value(Scalar::FloatingPoint(value)) => {
            Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
        }
        Yaml::Value(Scalar::String(text)) => Value::String(text.to_string()),
        Yaml::Sequence(items) => items
            .iter()
            .map(|item| value(item, ""))
            .collect::<Result<_, _>>()?,
        Yaml::Mapping(mapping) => {
            const PROSE: [&str; 5] = [
                "description",
                "summary",
                "example",
                "examples",
                "externalDocs",
            ];
            let mut object = Map::new();
            for (key, below) in mapping {
                let key = match key {
                    Yaml::Value(Scalar::String(text)) => text.to_string(),
                    Yaml::Value(Scalar::Integer(number)) => number.to_string(),
                    other => return Err(format!("{other:?} is no key")),
                };
                if within == "properties" || !PROSE.contains(&key.as_str()) {
                    let below = value(below, &key)?;
                    object.insert(key, below);
                }
            }
            Value::Object(object)
        }
        other => return Err(format!("{other:?} is not supported")),
    })
}
