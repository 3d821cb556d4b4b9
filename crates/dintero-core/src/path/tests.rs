use super::{expand, push_query, segment, unexpanded};

#[test]
fn a_segment_is_encoded_so_that_it_stays_one_segment() {
    assert_eq!(
        segment("T12345678.465UfB-_~").as_deref(),
        Ok("T12345678.465UfB-_~")
    );
    assert_eq!(
        segment("a/b?c#d%2e;æ +{id}").as_deref(),
        Ok("a%2Fb%3Fc%23d%252e%3B%C3%A6%20%2B%7Bid%7D")
    );
    assert_eq!(segment("...").as_deref(), Ok("..."));
    assert_eq!(segment(&"x".repeat(512)).map(|text| text.len()), Ok(512));
}

#[test]
fn a_segment_that_could_change_the_path_is_refused() {
    for refused in ["", ".", "..", "a\nb", "\0", "\u{85}", &"x".repeat(513)] {
        assert!(segment(refused).is_err(), "{refused:.10?}");
    }
}

#[test]
fn variables_are_expanded_by_name_in_any_order() {
    let mut path = "/accounts/{aid}/orders/{id}/captures/{capture_id}".to_owned();
    expand(&mut path, "capture_id", "3");
    expand(&mut path, "id", "%7Baid%7D");
    expand(&mut path, "other", "x");
    assert_eq!(unexpanded(&path).collect::<Vec<_>>(), ["aid"]);
    expand(&mut path, "aid", "T1");
    assert_eq!(path, "/accounts/T1/orders/%7Baid%7D/captures/3");
}

#[test]
fn a_query_keeps_order_and_repeats() {
    let mut query = String::new();
    push_query(&mut query, "status", "A B");
    push_query(&mut query, "status", "C&d=e");
    push_query(&mut query, "created_at.gte", "2026-01-01T00:00:00+01:00");
    assert_eq!(
        query,
        "status=A%20B&status=C%26d%3De&created_at.gte=2026-01-01T00%3A00%3A00%2B01%3A00"
    );
}
