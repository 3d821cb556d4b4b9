use super::without_build_script;

#[test]
fn the_source_of_a_build_script_is_a_file_beside_the_crate() {
    let include =
        |path: &str| format!("include!({path});\nconst A: &str = concat!(\"a\", \"b\");\n");
    for path in [
        "concat!(env!(\"OUT_DIR\"), \"/client.rs\")",
        "concat!(\n    env!(\n        \"OUT_DIR\",\n        \"no documents; depend on the package\"\n    ),\n    \"/client.rs\"\n)",
        "concat!(env!(\"OUT_DIR\"), \"/client.rs\",)",
    ] {
        let staged = without_build_script(&include(path)).unwrap();
        assert_eq!(staged, include("\"client.rs\""));
    }
}
