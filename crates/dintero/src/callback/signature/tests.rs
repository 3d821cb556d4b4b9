use super::Parameters;

#[test]
fn a_query_is_form_encoded_and_sorted_by_utf_16_code_units_with_equal_names_in_order() {
    for (query, sorted) in [
        ("", ""),
        ("b=2&a=1&b=1&flag&&=x", "=x&a=1&b=2&b=1&flag="),
        ("a=~*-._!'()%20+", "a=%7E*-._%21%27%28%29++"),
        // U+FF5E is above the surrogates of U+1F600 in UTF-8's order, below in UTF-16's.
        ("%EF%BD%9E=1&%F0%9F%98%80=2", "%F0%9F%98%80=2&%EF%BD%9E=1"),
    ] {
        assert_eq!(Parameters::parse(query).to_sorted_query(), sorted);
    }
}
