use super::*;

#[test]
fn the_shops_own_query_and_fragment_stay() {
    for (url, whole) in [
        ("https://a.example/done", "https://a.example/done?x=1"),
        ("https://a.example/done?", "https://a.example/done?x=1"),
        (
            "https://a.example/?o=%C3%A6&",
            "https://a.example/?o=%C3%A6&x=1",
        ),
        (
            "https://a.example/?o=7#top",
            "https://a.example/?o=7&x=1#top",
        ),
        ("shop://done", "shop://done?x=1"),
        (
            "https://a.example/\u{e6}\n",
            "https://a.example/%C3%A6%0A?x=1",
        ),
    ] {
        assert_eq!(with_query(url, "x=1"), whole);
    }
}
