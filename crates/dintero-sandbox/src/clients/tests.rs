use chrono::TimeDelta;

use super::*;

#[test]
fn account_ids_are_a_letter_and_eight_digits() {
    for (id, account, either) in [
        ("T12345678", true, true),
        ("P123", false, true),
        ("X12345678", false, false),
        ("T1234567é", false, false),
    ] {
        assert_eq!(
            (is_account(id), is_account_or_owner(id)),
            (account, either),
            "{id}"
        );
    }
}

#[test]
fn debug_of_a_client_does_not_show_its_secret() {
    assert!(!format!("{:?}", Client::new("id", "hush-hush")).contains("hush-hush"));
}

#[test]
fn tokens_are_bounded() {
    let mut tokens = Tokens::default();
    let mut issue = |seconds| {
        let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        tokens.issue(Grant::public("T12345678"), Duration::from_secs(60), now);
        tokens.iter().count()
    };
    let counts: Vec<_> = (0..TOKENS + 5).map(|_| issue(0)).collect();
    assert_eq!(counts.last(), Some(&TOKENS));
}
