//! `cargo xtask import` as it is run: what it reads, what it refuses, and that nothing is half written.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::common::Root;
use crate::common::small::{OLD, PAGE, PRESENT, import, imported, read, small};
use serde_json::Value;

#[test]
fn our_documents_over_themselves_change_no_byte() {
    let root = Root::new();
    let before = root.files();
    for api in ["shopping", "checkout", "wallets"] {
        let file = root.path(&format!("{api}.yaml"));
        let ran = root.run(&["import", "--api", api, file.to_str().unwrap(), "--check"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("nothing to do"), "{}", ran.out);
    }
    assert_eq!(root.files(), before);
}

#[test]
fn key_order_and_format_of_the_input_do_not_matter() {
    let root = small();
    imported(&root, OLD);
    let before = root.files();
    let shuffled = {
        let head = OLD.find("components:").unwrap();
        let paths = OLD.find("paths:").unwrap();
        // The anchor has to come before its use; components may come last.
        format!("{}{}{}", &OLD[..head], &OLD[paths..], &OLD[head..paths])
    };
    for text in [
        shuffled,
        OLD.replace('\n', "\r\n"),
        format!("\u{feff}{OLD}"),
        format!("---\n{OLD}"),
    ] {
        let report = imported(&root, &text);
        assert_eq!(report["files"], Value::Array(Vec::new()), "{text}");
    }
    assert_eq!(root.files(), before);
}

#[test]
fn a_page_replaces_what_it_has_and_leaves_the_rest() {
    let root = small();
    let report = imported(&root, PAGE);
    assert_eq!(report["page"], true);
    assert_eq!(
        report["operations"]["removed"][0],
        "DELETE /accounts/{aid}/payments/{id}"
    );
    let document = read(&root, "wallets.yaml");
    for there in [
        "description: Ours of the whole\n",
        "x-evidence: inferred\n",
        "  - name: refunds\n",
        "brand:\n",
        "maxLength: 9\n",
    ] {
        assert!(document.contains(there), "{there:?} is not in\n{document}");
    }
    for gone in ["A long change log", "feedback", "payments/{id}", "debit"] {
        assert!(!document.contains(gone), "{gone:?} is in\n{document}");
    }
    assert_eq!(
        imported(&root, PAGE)["files"],
        Value::Array(Vec::new()),
        "twice is as once"
    );
}

#[test]
fn a_check_writes_nothing_and_says_what_would_be() {
    let root = small();
    let before = root.files();
    let ran = import(&root, OLD, &["--check", "--prune", "--fix"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let files = ran.json()["files"].clone();
    assert_eq!(
        files,
        serde_json::json!([
            "openapi/generated.lock",
            "openapi/overlays/wallets.yaml",
            "openapi/surface/wallets.txt",
            "openapi/wallets.yaml"
        ])
    );
    assert_eq!(root.files(), before);
}

#[test]
fn a_failed_import_changes_nothing_and_says_what_to_do() {
    let root = small();
    let before = root.files();
    for (text, said) in [
        (
            OLD.replace("openapi: 3.0.0", "openapi: 3.1.0"),
            "upstream:3 #/openapi: is OpenAPI 3.1.0. Convert it to 3.0",
        ),
        (
            OLD.replace("openapi: 3.0.0", "swagger: '2.0'"),
            "upstream:3 #/swagger: is Swagger 2. Convert it to OpenAPI 3.0",
        ),
        (
            OLD.replace("schemas/error'", "schemas/none'"),
            "which does not exist. Add it, or ",
        ),
        (
            OLD.replace("https://api.", "https://other."),
            "is on the unknown server",
        ),
        (
            OLD.replace("https://api.dintero.com/v1", "/v1"),
            "is on the server /v1, which names no host. Say in the overlay",
        ),
        (
            OLD.replace("servers: [{url: https://api.dintero.com/v1}]\n", ""),
            "has no server, nor has the document. Add `servers` in the overlay: {target: \"$\", update: {servers: ",
        ),
        (OLD.replace("paths:", "path:"), "has no operation"),
        ("[".to_owned(), "upstream:2: is not valid YAML: "),
        (PAGE.replace("\n````\n", "\n"), "save the whole page"),
    ] {
        let ran = import(&root, &text, &["--prune", "--fix"]);
        assert_eq!(ran.code, 2, "{said}");
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
        assert_eq!(root.files(), before, "{said}");
    }
    let text = OLD.replace("https://api.", "https://other.");
    let ran = import(&root, &text, &["--prune", "--fix"]);
    let findings = ran.json()["findings"].clone();
    let rules: Vec<&Value> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["rule"])
        .collect();
    assert!(rules.contains(&&Value::from("unknown-server")), "{rules:?}");
}

#[test]
fn a_repeated_key_is_an_error_where_it_stands() {
    let root = small();
    let twice = PRESENT.replace("  title: Payments\n", "  title: Other\n  title: Payments\n");
    let before = root.files();
    let ran = import(&root, &twice, &[]);
    assert_eq!(ran.code, 2);
    let expected = "upstream:5 #/info/title: the key \"title\" stands on line 4 already";
    assert!(ran.err.contains(expected), "{}", ran.err);
    assert_eq!(root.files(), before);
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_old_state() {
    let root = small();
    // A folder stands where the surface has to go.
    fs::remove_file(root.path("surface/wallets.txt")).unwrap();
    fs::create_dir(root.path("surface/wallets.txt")).unwrap();
    let before = root.files();
    let ran = import(&root, OLD, &["--prune", "--fix"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("surface/wallets.txt"), "{}", ran.err);
    assert_eq!(root.files(), before);
}

#[test]
fn a_page_is_not_taken_for_the_whole_checkout() {
    let root = Root::new();
    let ours = root.files();
    let file = root.0.path().join("page.yaml");
    fs::write(&file, OLD).unwrap();
    let ran = root.run(&["import", "--api", "checkout", file.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("import it with --page"), "{}", ran.err);
    assert_eq!(root.files(), ours);
}

#[test]
fn a_document_is_fetched_from_a_url() {
    let root = small();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/spec.yaml?token=hidden",
        listener.local_addr().unwrap()
    );
    let server = thread::spawn(move || {
        for (status, body) in [("200 OK", OLD), ("404 Not Found", "")] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).unwrap() > 0);
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream
                .write_all(format!("{head}{body}").as_bytes())
                .unwrap();
        }
    });
    let ran = root.run(&["import", "--api", "wallets", &url, "--prune", "--fix"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("cargo xtask diff"), "{}", ran.out);
    let ran = root.run(&["import", "--api", "wallets", &url]);
    server.join().unwrap();
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("responded with 404 Not Found") && !ran.err.contains("hidden"),
        "{}",
        ran.err
    );
    let ran = root.run(&[
        "import",
        "--api",
        "wallets",
        "http://docs.example/spec.yaml",
    ]);
    assert!(ran.err.contains("over https only"), "{}", ran.err);
}
