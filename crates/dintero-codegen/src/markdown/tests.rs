use super::{clean, code, visible};

#[test]
fn nothing_becomes_a_link_a_tag_or_a_doctest() {
    for (text, expected) in [
        (
            "see https://a.example/b, or <b> [x]",
            r"see <https://a.example/b>, or \<b> \[x\]",
        ),
        ("    indented\n```\ncode\n", "indented\n```text\ncode\n```"),
        (
            "`a[0]` and <https://x.example>.",
            "`a[0]` and <https://x.example>.",
        ),
        ("it`s [a]", r"it's \[a\]"),
        (r"\[a\] \<b> \\[c]", r"\\\[a\\\] \\\<b> \\\\\[c\]"),
        ("`` [a] ` [b] ```", r"'' \[a\] ` [b] ''`"),
        ("- ```rust", "- '''rust"),
        (r"\`[a]`", r"\\`[a]`"),
        ("-\tlet x", "- let x"),
        ("~~~\n[a]", "```text\n[a]\n```"),
    ] {
        assert_eq!(clean(text), expected, "{text}");
    }
}

#[test]
fn code_is_one_span_whatever_is_in_it() {
    for (text, expected) in [
        ("a", "`a`"),
        ("a`b", "``a`b``"),
        ("```\nfn", "```` ``` fn ````"),
        ("a\nb\u{7}", "`a b `"),
        ("", "\"\""),
        (" ", "\" \""),
    ] {
        assert_eq!(code(text), expected, "{text}");
    }
}

#[test]
fn nothing_invisible_is_left() {
    let text = "a\r\nb\rc\u{2028}d\u{202e}e\u{0}f\tg";
    assert_eq!(visible(text), "a\nb\nc\ndef\tg");
}
