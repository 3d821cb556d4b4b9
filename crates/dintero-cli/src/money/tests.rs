use super::*;

#[test]
fn only_a_yes_sends() {
    for (line, sends) in [
        ("y\n", true),
        ("YES\n", true),
        ("n\n", false),
        ("\n", false),
        ("", false),
        ("ye\n", false),
    ] {
        let mut asked = Vec::new();
        let answer = ask(
            "capture transaction X: 1.00 NOK",
            &mut line.as_bytes(),
            &mut asked,
        );
        assert_eq!(answer.is_ok(), sends, "{line:?}");
        let asked = String::from_utf8(asked).unwrap();
        assert!(
            asked.contains("capture transaction X: 1.00 NOK\nSend it? [y/N]"),
            "{asked}"
        );
    }
}
