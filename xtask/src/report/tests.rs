use super::{coloured, unified};

#[test]
fn a_diff_names_the_file_and_colours_change_no_text() {
    let diff = unified("openapi/x", "a\nb\n", "a\nc\n");
    assert!(
        diff.starts_with("--- a/openapi/x\n+++ b/openapi/x\n@@"),
        "{diff}"
    );
    let plain = anstream::adapter::strip_str(&coloured(&diff)).to_string();
    assert_eq!(plain, diff);
    assert_eq!(unified("x", "a", "a"), "");
}
