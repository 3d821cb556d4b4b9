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
    let clients = [Client::new("id", "secret")];
    let mut headers = HeaderMap::new();
    let basic = format!("Basic {}", BASE64_STANDARD.encode("id:secret"));
    headers.insert(AUTHORIZATION, basic.parse().expect("header"));
    let body =
        json!({"grant_type": "client_credentials", "audience": format!("{AUDIENCE}T12345678")});
    let request = TokenRequest {
        headers: &headers,
        owner: "T12345678",
        body: &body,
        clients: &clients,
        own_account: "T12345678",
        life: Duration::from_secs(60),
        now: DateTime::UNIX_EPOCH,
    };
    for _ in 0..TOKENS + 5 {
        tokens.issue(&request).expect("token");
    }
    assert_eq!(tokens.0.len(), TOKENS);
    let later = TokenRequest {
        now: DateTime::UNIX_EPOCH + TimeDelta::seconds(61),
        ..request
    };
    tokens.issue(&later).expect("token");
    assert_eq!(tokens.0.len(), 1);
}
