//! Every operation has a help text that says what the documents say; completions and man pages have all of them.

use std::collections::BTreeMap;
use std::fs;

use dintero::{Evidence, Operation};

use crate::support::run;

fn tables() -> [(&'static str, &'static [&'static Operation]); 3] {
    [
        ("checkout", &dintero::checkout::operations::ALL),
        ("shopping", &dintero::shopping::operations::ALL),
        ("wallets", &dintero::wallets::operations::ALL),
    ]
}

/// Parameters with their places, and fields of the body.
type Described = (Vec<(String, String)>, Vec<String>);

/// The parameters and the body's fields of each operation, as the surface of the client lists them.
fn surface(api: &str) -> BTreeMap<String, Described> {
    let path = format!(
        "{}/../../openapi/surface/{api}.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(path).unwrap();
    let lines = || {
        text.lines().map(|line| {
            line.split([' ', ':'])
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
        })
    };
    let mut all: BTreeMap<String, Described> = BTreeMap::new();
    for line in lines() {
        match line.as_slice() {
            [
                "operation",
                name,
                place @ ("path" | "query" | "header"),
                parameter,
                ..,
            ] => {
                all.entry((*name).to_owned()).or_default().0.push((
                    (*place).to_owned(),
                    parameter.trim_end_matches(':').to_owned(),
                ));
            }
            ["operation", name, "body:", of, ..] => {
                let fields = lines().filter(|line| {
                    line.len() > 3 && line[..2] == ["struct", of] && line[2].ends_with(':')
                });
                let fields = fields
                    .map(|line| line[2].trim_end_matches(':').to_owned())
                    .collect();
                all.entry((*name).to_owned()).or_default().1 = fields;
            }
            _ => {}
        }
    }
    all
}

#[test]
fn every_operation_says_summary_parameters_fields_and_scopes() {
    let mut count = 0;
    for (api, table) in tables() {
        let surface = surface(api);
        for row in table {
            count += 1;
            let name = row.name().replace('_', "-");
            let ran = run(&[api, &name, "--help"], "", &[("COLUMNS", "200")]);
            let help = &ran.out;
            assert_eq!(ran.code, 0, "{api} {name}: {ran:?}");
            let summary = help.lines().next().unwrap_or_default();
            assert!(
                summary.len() > 8 && !summary.starts_with("Usage"),
                "{api} {name}: {summary}"
            );
            assert!(
                help.contains(&format!("{} {}{}", row.method(), row.base(), row.path())),
                "{help}"
            );
            let scopes = row.scopes().join(" or ");
            assert!(
                help.contains(&format!("Scopes: {scopes}"))
                    || scopes.is_empty() && help.contains("Scopes: not documented"),
                "{help}"
            );
            assert_eq!(
                help.contains("\nEvidence: "),
                row.evidence() != Evidence::Seen,
                "{help}"
            );
            let (parameters, fields) = surface.get(row.name()).cloned().unwrap_or_default();
            for (place, parameter) in parameters {
                let long = format!("--{}", parameter.replace('_', "-").to_lowercase());
                let prefixed = format!("--{place}-{}", &long[2..]);
                let shown = match place.as_str() {
                    "path" => help.contains(&format!("<{}>", parameter.to_uppercase())),
                    _ => {
                        help.contains(&format!("{long} <"))
                            || help.contains(&format!("{prefixed} <"))
                    }
                };
                assert!(shown, "{api} {name} hides {place} {parameter}: {help}");
            }
            for field in fields {
                assert!(
                    help.contains(&format!("\n  {field}  [")),
                    "{api} {name} hides {field}: {help}"
                );
            }
        }
    }
    assert_eq!(count, 104);
}

#[test]
fn limits_and_evidence_of_fields_are_shown() {
    let help = run(&["wallets", "create-card", "--help"], "", &[]).out;
    assert!(help.contains("maxLength 255"), "{help}");
    assert!(help.contains("minor units"), "{help}");
    let help = run(&["checkout", "list-transactions", "--help"], "", &[]).out;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        help.contains("minimum 1; maximum 100; default 10"),
        "{help}"
    );
    assert!(help.contains("evidence: inferred"), "{help}");
}

#[test]
fn completions_and_man_pages_have_every_operation() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(&["man", folder.path().to_str().unwrap()], "", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for shell in ["bash", "zsh", "fish"] {
        let completions = run(&["completions", shell], "", &[]).out;
        for (_, row) in tables()
            .iter()
            .flat_map(|(api, table)| table.iter().map(move |row| (api, row)))
        {
            assert!(
                completions.contains(&row.name().replace('_', "-")),
                "{shell} lacks {}",
                row.name()
            );
        }
    }
    for (api, table) in tables() {
        for row in table {
            let page = folder
                .path()
                .join(format!("dintero-{api}-{}.1", row.name().replace('_', "-")));
            assert!(
                fs::read_to_string(&page).unwrap().contains("Scopes"),
                "{}",
                page.display()
            );
        }
    }
}
