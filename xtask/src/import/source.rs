//! What upstream published, read: a file or URL, YAML, JSON or a page of the reference with YAML in it.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;
use std::{fs, path::Path};

use reqwest::{Client, Url, redirect};
use saphyr::{Scalar, ScanError, Yaml, YamlLoader};
use serde_json::{Map, Number, Value};

/// Largest document that is read; upstream's are below 2 MB.
const LIMIT: usize = 32 << 20;

/// A document as its authors wrote it.
#[derive(Debug)]
pub struct Source {
    /// Its content.
    pub root: Value,
    /// Was it embedded in a page of the reference, so that it is only a part?
    pub page: bool,
    /// What was read otherwise than a strict reader would.
    pub notes: Vec<String>,
}

/// Reads a file, or fetches a URL.
///
/// # Errors
/// It cannot be read, is too large, or is no OpenAPI 3.0 document. The message says what to do.
pub fn read(location: &str) -> Result<Source, Box<dyn Error>> {
    let bytes = if location.contains("://") {
        fetch(location)?
    } else {
        local(Path::new(location)).map_err(|error| format!("{location} cannot be read: {error}"))?
    };
    let name = location.split(['?', '#']).next().unwrap_or(location);
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("{name} is no UTF-8 text; save it as UTF-8"))?;
    let (text, page) = match embedded(&text).map_err(|error| format!("{name} {error}"))? {
        Some(block) => (block, true),
        None => (text.as_str(), false),
    };
    let mut source = parse(text).map_err(|error| format!("{name} {error}"))?;
    source.page = page;
    check(&mut source.root).map_err(|error| format!("{name} {error}"))?;
    Ok(source)
}

fn local(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.len() > LIMIT as u64 {
        return Err(too_large());
    }
    fs::read(path).map_err(|error| error.to_string())
}

fn too_large() -> String {
    format!(
        "it is larger than {} MB, so it is no API document",
        LIMIT >> 20
    )
}

fn safe(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

#[tokio::main(flavor = "current_thread")]
async fn fetch(location: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let url = Url::parse(location).map_err(|error| format!("the URL is not valid: {error}"))?;
    if !safe(&url) {
        return Err(
            "the document is fetched over https only; or download it and give the file".into(),
        );
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let failed = |error: reqwest::Error| {
        let mut cause: &dyn Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        format!(
            "the document cannot be fetched from {host}: {cause}; download it and give the file"
        )
    };
    let client = Client::builder()
        .user_agent(concat!("dintero-xtask/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .redirect(redirect::Policy::custom(|attempt| {
            if attempt.previous().len() > 5 {
                attempt.error("too many redirects")
            } else if safe(attempt.url()) {
                attempt.follow()
            } else {
                attempt.error("it redirects away from https")
            }
        }))
        .build()
        .map_err(failed)?;
    let mut response = client.get(url).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(format!(
            "{host} answered {} instead of a document",
            response.status()
        )
        .into());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LIMIT {
            return Err(format!("the document at {host} cannot be read: {}", too_large()).into());
        }
    }
    Ok(bytes)
}

/// The fenced block of a page that holds an OpenAPI document. A YAML or JSON file has no fence in its first column.
fn embedded(text: &str) -> Result<Option<&str>, String> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, usize, bool)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        let fence = &line[..line.len() - line.trim_start_matches(['`', '~']).len()];
        let info = line[fence.len()..].trim();
        match open {
            None if fence.len() >= 3 && (fence.starts_with("```") || fence.starts_with("~~~")) => {
                let language = info.split_whitespace().next().unwrap_or_default();
                let data =
                    ["yaml", "yml", "json", "openapi"].contains(&language.to_lowercase().as_str());
                open = Some((fence, at, data));
            }
            Some((opening, content, data)) if info.is_empty() && fence.starts_with(opening) => {
                let block = &text[content..start];
                if data && has_version(block) {
                    blocks.push(block);
                }
                open = None;
            }
            _ => {}
        }
    }
    match blocks.as_slice() {
        [] => match open {
            Some((_, content, true)) if has_version(&text[content..]) => {
                Err("ends within its OpenAPI block; save the whole page".to_owned())
            }
            _ => Ok(None),
        },
        [block] => Ok(Some(block)),
        _ => Err(format!(
            "holds {} OpenAPI blocks; save each as a file and import them with --page",
            blocks.len()
        )),
    }
}

fn has_version(block: &str) -> bool {
    let json = block.trim_start().starts_with('{');
    block.lines().any(|line| {
        let key = if json {
            line.trim_start_matches(['{', ' ', '\t'])
        } else {
            line
        };
        ["openapi:", "swagger:", "\"openapi\"", "\"swagger\""]
            .iter()
            .any(|version| key.starts_with(version))
    })
}

/// Reads YAML or JSON. Of a key that stands twice, the last one counts, as for JSON.
///
/// # Errors
/// The text is neither.
pub fn parse(text: &str) -> Result<Source, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut notes = Vec::new();
    // JSON has escapes that a YAML reader refuses.
    let root = if text.trim_start().starts_with('{')
        && let Ok(mut root) = serde_json::from_str::<Value>(text)
    {
        plain_numbers(&mut root);
        root
    } else {
        let wrong = |error: &ScanError| {
            format!(
                "is not valid YAML in line {}: {}",
                error.marker().line(),
                error.info()
            )
        };
        let documents = load(text, false).or_else(|error| {
            let documents = load(text, true).map_err(|_| wrong(&error))?;
            notes.push(format!(
                "line {} repeats a key; the last value of it counts, as in JSON",
                error.marker().line()
            ));
            Ok::<_, String>(documents)
        })?;
        match documents.as_slice() {
            [document] => value(document)?,
            documents => {
                return Err(format!(
                    "holds {} YAML documents; keep one",
                    documents.len()
                ));
            }
        }
    };
    if root.is_object() {
        Ok(Source {
            root,
            page: false,
            notes,
        })
    } else {
        Err(
            "is no OpenAPI document; give its YAML or JSON, or a Markdown page that holds it"
                .to_owned(),
        )
    }
}

/// Scalars keep their text here, so that one whose tag says what it is not, such as `!!binary`, is not lost.
fn load(text: &str, repeated: bool) -> Result<Vec<Yaml<'_>>, ScanError> {
    let mut loader = YamlLoader::default();
    loader.early_parse(false);
    loader.allow_duplicate_keys(repeated);
    let mut parser = saphyr_parser::Parser::new_from_str(text);
    parser.load(&mut loader, true)?;
    match loader.error() {
        Some(error) => Err(error.clone()),
        None => Ok(loader.into_documents()),
    }
}

/// A scalar by YAML's core schema, or else its text.
fn scalar<'y>(yaml: &'y Yaml<'_>) -> Option<Scalar<'y>> {
    match yaml {
        Yaml::Value(scalar) => Some(scalar.clone()),
        Yaml::Representation(text, style, tag) => {
            let text: &str = text;
            let scalar = Scalar::parse_from_cow_and_metadata(text.into(), *style, tag.as_ref());
            Some(scalar.unwrap_or_else(|| Scalar::String(text.into())))
        }
        _ => None,
    }
}

/// Integers beyond 64 bits are read as YAML reads them.
fn plain_numbers(value: &mut Value) {
    match value {
        Value::Number(number) if !number.is_i64() => {
            *value = number
                .as_f64()
                .and_then(Number::from_f64)
                .map_or(Value::Null, Value::Number);
        }
        Value::Array(list) => list.iter_mut().for_each(plain_numbers),
        Value::Object(object) => object.values_mut().for_each(plain_numbers),
        _ => {}
    }
}

/// A key as text.
fn name(scalar: Scalar<'_>) -> String {
    match scalar {
        Scalar::String(key) => key.into_owned(),
        Scalar::Integer(key) => key.to_string(),
        Scalar::FloatingPoint(key) => key.to_string(),
        Scalar::Boolean(key) => key.to_string(),
        Scalar::Null => "null".to_owned(),
    }
}

fn value(yaml: &Yaml<'_>) -> Result<Value, String> {
    if let Some(scalar) = scalar(yaml) {
        return Ok(match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => Value::Bool(value),
            Scalar::Integer(value) => Value::from(value),
            Scalar::FloatingPoint(value) => {
                Number::from_f64(value.into_inner()).map_or(Value::Null, Value::Number)
            }
            Scalar::String(text) => Value::String(text.into_owned()),
        });
    }
    Ok(match yaml {
        Yaml::Sequence(list) => Value::Array(list.iter().map(value).collect::<Result<_, _>>()?),
        Yaml::Mapping(mapping) => {
            let mut object = Map::new();
            let mut merged = Vec::new();
            for (key, below) in mapping {
                let below = value(below)?;
                let Some(key) = scalar(key).map(name) else {
                    return Err(
                        "has a key that is neither text nor a number; write it as text".to_owned(),
                    );
                };
                match below {
                    Value::Array(list) if key == "<<" => merged.extend(list),
                    one if key == "<<" && !one.is_string() => merged.push(one),
                    below => drop(object.insert(key, below)),
                }
            }
            // What the mapping says itself goes before what it takes over, and an earlier one before a later one.
            for (key, below) in merged
                .into_iter()
                .filter_map(|value| match value {
                    Value::Object(object) => Some(object),
                    _ => None,
                })
                .flatten()
            {
                object.entry(key).or_insert(below);
            }
            Value::Object(object)
        }
        Yaml::Tagged(_, inner) => value(inner)?,
        _ => {
            return Err(
                "uses a YAML feature that no OpenAPI document needs; write the value out"
                    .to_owned(),
            );
        }
    })
}

/// Only OpenAPI 3.0 is read.
fn check(root: &mut Value) -> Result<(), String> {
    if !root["swagger"].is_null() {
        return Err(
            "is Swagger 2; convert it to OpenAPI 3.0 first, for example with swagger2openapi"
                .to_owned(),
        );
    }
    let version = match &root["openapi"] {
        Value::String(version) => version.clone(),
        Value::Null => {
            return Err(
                "says no `openapi` version; give a complete OpenAPI 3.0 document".to_owned(),
            );
        }
        other => other.to_string(),
    };
    if version != "3.0" && !version.starts_with("3.0.") {
        return Err(format!(
            "is OpenAPI {version}; import its 3.0 form: `nullable: true` instead of the type null, one `example` instead of a list"
        ));
    }
    if !root["paths"].is_object() {
        return Err("has no `paths`; give a complete OpenAPI 3.0 document".to_owned());
    }
    // A version written without quotes, which OpenAPI does not allow and many do.
    if let version @ Value::Number(_) = &mut root["info"]["version"] {
        *version = Value::String(version.to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check, embedded, parse, safe};

    #[test]
    fn anchors_merge_keys_and_repeated_keys_are_written_out() {
        let text = "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\ne: *x\ne: 4\n200: ok\n";
        let source = parse(text).unwrap();
        assert_eq!(
            source.root,
            json!({"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}, "e": 4, "200": "ok"})
        );
        assert_eq!(source.notes.len(), 1);
    }

    #[test]
    fn what_a_tag_does_not_fit_stays_text() {
        let text = "a: !!binary aGk=\nb: !!timestamp 2020-01-01\nc: !!int 7\nd: !!bool yes\ne: !own 1\n!!str 5: ~\n";
        assert_eq!(
            parse(text).unwrap().root,
            json!({"a": "aGk=", "b": "2020-01-01", "c": 7, "d": "yes", "e": 1, "5": null})
        );
    }

    #[test]
    fn byte_order_marks_line_ends_and_json_escapes_are_read() {
        let json = parse("\u{feff}{\r\n\t\"a\": \"\\ud83d\\ude00 \\/\"\r\n}\r\n").unwrap();
        assert_eq!(json.root, json!({"a": "😀 /"}));
        let yaml = parse("\u{feff}a: |\r\n  b\r\n  c\r\n").unwrap();
        assert_eq!(yaml.root, json!({"a": "b\nc\n"}));
    }

    #[test]
    fn the_block_of_a_page_is_the_one_with_a_version() {
        let page = "# T\n\n```json\n{\"feedback\": 1}\n```\n\n````yaml a.yaml get /a\nopenapi: 3.0.0\nx: |\n  ```\n````\n";
        assert_eq!(
            embedded(page).unwrap(),
            Some("openapi: 3.0.0\nx: |\n  ```\n")
        );
        assert_eq!(
            embedded("openapi: 3.0.0\nx: |\n  ```yaml\n  openapi:\n  ```\n").unwrap(),
            None
        );
        let twice = format!("{page}{page}");
        assert!(embedded(&twice).unwrap_err().contains("2 OpenAPI blocks"));
        assert!(
            embedded("```yaml\nopenapi: 3.0.0\n")
                .unwrap_err()
                .contains("whole page")
        );
    }

    #[test]
    fn other_versions_are_refused_with_what_to_do() {
        for (text, said) in [
            ("swagger: '2.0'", "convert it to OpenAPI 3.0"),
            ("openapi: 3.1.0", "import its 3.0 form"),
            ("a: 1", "says no `openapi` version"),
            ("openapi: 3.0.3", "has no `paths`"),
        ] {
            let error = check(&mut parse(text).unwrap().root).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        for (text, said) in [
            ("- 1", "is no OpenAPI document"),
            ("a: [", "is not valid YAML in line"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn only_https_and_this_machine_are_asked() {
        let is_safe = |url: &str| safe(&url.parse().unwrap());
        assert!(is_safe("https://docs.example/a.yaml"));
        assert!(
            is_safe("http://127.0.0.1:80/a")
                && is_safe("http://[::1]/a")
                && is_safe("http://localhost/a")
        );
        assert!(
            !is_safe("http://docs.example/a.yaml") && !is_safe("http://127.0.0.1.docs.example/")
        );
        assert!(!is_safe("file:///a.yaml"));
    }
}
