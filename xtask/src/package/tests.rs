use super::without_build_script;

#[test]
fn the_source_of_a_build_script_is_a_file_beside_the_crate() {
    for env in [
        "env!(\"OUT_DIR\")",
        "env!(\n        \"OUT_DIR\",\n        \"no documents; depend on the package\"\n    )",
    ] {
        let include = |folder: &str| {
            let version = "env!(\"CARGO_PKG_VERSION\")";
            format!("include!(concat!({folder}, \"/client.rs\"));\nconst A: &str = {version};\n")
        };
        assert_eq!(without_build_script(&include(env)), include("\".\""));
    }
}
