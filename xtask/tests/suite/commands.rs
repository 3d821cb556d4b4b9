//! The commands as they are run: exit codes, what they print, and what they leave in the folder.

use std::fs;
use std::process::Command;

use crate::common::{Ran, Root};

#[test]
fn what_is_committed_is_up_to_date() {
    let root = Root::new();
    let ran = root.run(&["regen", "--check"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
}

#[test]
fn regen_twice_gives_the_same_bytes() {
    let root = Root::new();
    for file in [
        "generated.lock",
        "surface/shopping.txt",
        "surface/wallets.txt",
    ] {
        fs::remove_file(root.path(file)).unwrap();
    }
    let first = root.run(&["regen", "--json"]);
    let written = serde_json::json!([
        "openapi/generated.lock",
        "openapi/surface/shopping.txt",
        "openapi/surface/wallets.txt"
    ]);
    assert_eq!((first.code, &first.json()["written"]), (0, &written));
    let files = root.files();
    let second = root.run(&["regen", "--json"]);
    assert_eq!(
        (second.code, &second.json()["written"]),
        (0, &serde_json::json!([]))
    );
    assert_eq!(root.files(), files);
}

#[test]
fn check_says_which_part_drifted_and_changes_nothing() {
    let overlay = "overlays/wallets.yaml";
    let cases: [(&str, &str, &str, &str, &str); 6] = [
        (
            "wallets.yaml",
            "openapi: ",
            "# new\nopenapi: ",
            "wallets drifted: document\n",
            "-document = ",
        ),
        (
            overlay,
            "overlay: ",
            "# new\noverlay: ",
            "wallets drifted: overlay\n",
            "+overlay = ",
        ),
        (
            overlay,
            "x-dintero-method: create_cards",
            "x-dintero-method: make_cards",
            "wallets drifted: overlay, generated source, surface\n",
            "+operation make_cards POST /accounts/{aid}/wallets/cards/batch",
        ),
        (
            "generated.lock",
            "[wallets]",
            "[wallets]\n# by hand",
            "openapi/generated.lock is not up to date",
            "-# by hand",
        ),
        (
            "surface/wallets.txt",
            "operation activate_card",
            "operation activate",
            "wallets drifted: surface\n",
            "-operation activate POST",
        ),
        (
            "generated.lock",
            "",
            "",
            "wallets drifted: generator version\n",
            "+progenitor = ",
        ),
    ];
    for (file, from, to, drifted, line) in cases {
        let root = Root::new();
        if from.is_empty() {
            let text = fs::read_to_string(root.path(file)).unwrap();
            let text = text.replace("progenitor = \"", "progenitor = \"9.");
            fs::write(root.path(file), text).unwrap();
        } else {
            root.edit(file, from, to);
        }
        let before = root.files();
        let ran = root.run(&["regen", "--check", "--api", "wallets"]);
        assert_eq!(ran.code, 1, "{file}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(drifted), "{}\nnot {drifted}", ran.out);
        assert!(ran.out.contains(line), "{}\nnot {line}", ran.out);
        assert!(ran.out.contains("+++ b/openapi/"), "{}", ran.out);
        assert_eq!(root.files(), before, "{file}");
    }
}

#[test]
fn one_api_leaves_the_others_as_they_are() {
    let root = Root::new();
    for file in ["wallets.yaml", "shopping.yaml"] {
        root.edit(file, "openapi: ", "# new\nopenapi: ");
    }
    assert_eq!(root.run(&["regen", "--api", "wallets"]).code, 0);
    let wallets = root.run(&["regen", "--check", "--api", "wallets"]);
    assert_eq!(wallets.code, 0, "{}", wallets.out);
    let shopping = root.run(&["regen", "--check", "--api", "shopping", "--json"]);
    assert_eq!(shopping.code, 1);
    let json = shopping.json();
    assert_eq!(json["drifted"], true);
    assert_eq!(json["apis"][0]["api"], "shopping");
    assert_eq!(json["apis"][0]["changed"], serde_json::json!(["document"]));
    assert_eq!(json["diffs"][0]["file"], "openapi/generated.lock");
    assert!(json["diffs"][0]["diff"].as_str().unwrap().contains("@@"));
}

#[test]
fn where_one_api_fails_nothing_is_written() {
    let root = Root::new();
    root.edit("wallets.yaml", "openapi: ", "# new\nopenapi: ");
    root.edit(
        "shopping.yaml",
        "#/components/schemas/",
        "#/components/schemas/No",
    );
    let before = root.files();
    let ran = root.run(&["regen", "--json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(root.files(), before);
    assert!(
        ran.err.starts_with("error: openapi/shopping.yaml:"),
        "{}",
        ran.err
    );
    let finding = &ran.json()["findings"][0];
    assert_eq!(finding["rule"], "missing-reference");
    assert!(finding["line"].is_u64() && finding["pointer"].is_string());
}

#[test]
fn what_cannot_be_read_is_one_clear_sentence() {
    let root = Root::new();
    root.edit("wallets.yaml", "paths:", "paths: [");
    let broken = root.run(&["regen", "--api", "wallets"]);
    assert_eq!(broken.code, 2);
    assert!(
        broken.err.starts_with("error: openapi/wallets.yaml:")
            && broken.err.contains(" is not valid YAML")
            && broken.err.lines().count() == 1,
        "{}",
        broken.err
    );
    fs::remove_file(root.path("overlays/wallets.yaml")).unwrap();
    fs::write(root.path("generated.lock"), "[wallets").unwrap();
    let lock = root.run(&["regen"]);
    assert_eq!(lock.code, 2);
    assert!(
        lock.err.contains("openapi/generated.lock: is no lock file"),
        "{}",
        lock.err
    );
    fs::remove_dir_all(root.path("")).unwrap();
    for command in ["regen", "lint"] {
        let gone = root.run(&[command]);
        assert_eq!(gone.code, 2);
        assert_eq!(gone.err.lines().count(), 1, "{}", gone.err);
        assert!(
            gone.err
                .contains("Give the root of the workspace with --root")
        );
    }
}

#[test]
fn usage_errors_exit_with_2_and_help_has_examples() {
    let root = Root::new();
    for arguments in [&["regen", "--api", "payments"][..], &["lint", "--no"], &[]] {
        assert_eq!(root.run(arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(root.run(&["lint", "/dev/null/nothing"]).code, 2);
    for command in ["regen", "lint"] {
        let help = root.run(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(
            help.out.contains("Examples:\n  cargo xtask "),
            "{}",
            help.out
        );
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_want_them() {
    let root = Root::new();
    root.edit("wallets.yaml", "openapi: ", "# new\nopenapi: ");
    let run = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .envs(variables.iter().copied())
            .arg("--root")
            .arg(root.0.path())
            .args(["regen", "--check", "--api", "wallets"]);
        Ran::new(&mut command).out
    };
    assert!(!run(&[]).contains('\x1b'));
    assert!(run(&[("CLICOLOR_FORCE", "1")]).contains("\x1b[32m+document"));
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\x1b'));
}

#[test]
fn the_version_of_progenitor_is_the_one_that_is_built() {
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
    let lock: toml::Table = toml::from_str(&std::fs::read_to_string(lock).unwrap()).unwrap();
    let versions: Vec<&str> = lock["package"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package["name"].as_str() == Some("progenitor"))
        .filter_map(|package| package["version"].as_str())
        .collect();
    assert_eq!(versions, [dintero_codegen::PROGENITOR]);
}

/// The stack is that of a thread.
#[cfg(unix)]
#[test]
fn a_document_nested_too_deep_is_one_error_of_lint_and_import() {
    use crate::common::Ran;
    use std::process::Command;

    let root = Root::new();
    let file = root.path("deep.yaml");
    let count = 3_000;
    let block: String = (0..count)
        .map(|level| format!("{:1$}a:\n", "", level + 1))
        .collect();
    for text in [
        format!("x-a:\n{block}"),
        format!("x-a:\n  {}1\n", "- ".repeat(count)),
        format!("x-a:\n  {}1\n", "? ".repeat(count)),
        format!("x-a: {}\n", "[".repeat(count)),
        format!(
            "{{\"x-a\": {}1{}}}",
            "{\"a\": ".repeat(count),
            "}".repeat(count)
        ),
    ] {
        fs::write(&file, text).unwrap();
        for command in ["lint", "import --api wallets"] {
            let (program, folder) = (env!("CARGO_BIN_EXE_xtask"), root.0.path().display());
            let file = file.display();
            let line = format!("ulimit -s 2048; exec {program} --root {folder} {command} {file}");
            let ran = Ran::new(Command::new("sh").args(["-c", &line]));
            assert_eq!(ran.code, 2, "{}", ran.err);
            assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
            assert!(ran.err.contains("deep.yaml:"), "{}", ran.err);
        }
    }
}
