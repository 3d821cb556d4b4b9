use super::*;

/// Secret, time, account, method, URL, query line and digest. The first is Dintero's own, the others were computed with
/// two independent programs.
type Vector = (
    &'static str,
    i64,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const VECTORS: [Vector; 6] = [
    ("123", 1_582_236_537, "P00000000", "GET", "https://example.com/callback?B=123&A=992", "A=992&B=123",
     "6bed2ab1b919d460ef7465a20dc6c97260dca73fab6647106ca525f0908df64a"),
    ("apikeysecret", 1_700_000_000, "T12345678", "GET", "https://shop.example.com/callback", "",
     "8ed76d6adbb5e0fc0c6329478c551b324644933e2533b232fec1fd16b57ae745"),
    ("apikeysecret", 1_700_000_000, "T12345678", "GET",
     "https://shop.example.com/cb?transaction_id=T12345678.465UfBENeLpkBvwmqfTC4k&session_id=T12345678.465U8CUzaPVpneu1wt8Wei&merchant_reference=ORDER-123&time=2023-11-14T22:13:20.123Z",
     "merchant_reference=ORDER-123&session_id=T12345678.465U8CUzaPVpneu1wt8Wei&time=2023-11-14T22%3A13%3A20.123Z&transaction_id=T12345678.465UfBENeLpkBvwmqfTC4k",
     "cb166ea8a4fd1037efce4f234b18e64599a2fc0d8767cc9dcf971392e24e6545"),
    ("apikeysecret", 1_700_000_000, "T12345678", "GET",
     "https://shop.example.com/cb?report_event=REFUND&report_event=CAPTURE&merchant_reference=Ordre%20nr%2042&a=~*-._!'()",
     "a=%7E*-._%21%27%28%29&merchant_reference=Ordre+nr+42&report_event=REFUND&report_event=CAPTURE",
     "b7c7f54dda9fe351353ec618bd39998a71776edf208a4df60883aec35f14fcb0"),
    ("apikeysecret", 1_700_000_000, "T12345678", "POST",
     "https://Shop.Example.com:8443/a/b%20c/?method=POST&z=%C3%A6%C3%B8%C3%A5&empty=&flag",
     "empty=&flag=&method=POST&z=%C3%A6%C3%B8%C3%A5",
     "43fedc503227ee1aacc5a592a2a96cadfc0bc09557d233cdb93b64cba3bd6695"),
    ("apikeysecret", 1_700_000_000, "T12345678", "GET", "https://shop.example.com?x=1+2&x=1%2B2", "x=1+2&x=1%2B2",
     "2dbb788a27696322fd7819388701a740799b4da89e3eeed140e5b2fa42ec5cfa"),
];

#[test]
fn every_vector_is_signed_as_it_says() {
    for (secret, time, account, method, url, query, digest) in VECTORS {
        let url = Url::parse(url).expect("a URL");
        let text = canonical(time, account, method, &url);
        assert_eq!(text.rsplit('\n').next(), Some(query), "{url}");
        let expected = format!("t={time},v0-hmac-sha256={digest}");
        assert_eq!(
            header(secret, time, account, method, &url),
            expected,
            "{url}"
        );
    }
}

#[test]
fn the_host_is_signed_lower_case_in_punycode_and_without_port() {
    let url = Url::parse("http://user:word@BL\u{c5}B\u{c6}R.example:81").expect("a URL");
    assert_eq!(
        canonical(7, "T1", "GET", &url),
        "7\nT1\nGET\nxn--blbr-roah.example\n/\n"
    );
}
