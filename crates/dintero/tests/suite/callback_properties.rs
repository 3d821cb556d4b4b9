//! Only what Dintero signs is verified, and nothing panics.

use dintero::callback::{CallbackError, Signer, WebhookVerifier, sign_webhook};
use dintero::http::{HeaderMap, HeaderValue, Method, Request, Uri};
use dintero::{Clock, ManualClock};
use proptest::prelude::*;
use url::form_urlencoded;

use crate::support::callback::{ACCOUNT, SIGNATURE, error_of, signed, verifier};

/// The decoded parameters, sorted by name.
fn decoded(query: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    pairs.sort_by(|one, two| one.0.cmp(&two.0));
    pairs
}

fn line() -> impl Strategy<Value = String> {
    let path = "(/[A-Za-z0-9_~!$()*,;:@%-]{1,6}){1,3}/?";
    let query = "([a-zA-Z0-9%+.~!()*_-]{0,5}(=[a-zA-Z0-9%+.~!'()*_:/-]{0,5})?&?){0,6}";
    (path, query).prop_map(|(path, query)| format!("{path}?{query}"))
}

proptest! {
    #[test]
    fn every_signed_url_verifies(line in line(), method in "GET|POST|PUT") {
        let clock = ManualClock::new();
        let url = format!("https://shop.example.com{line}");
        let method: Method = method.parse().unwrap();
        let request = Signer::new(ACCOUNT, "s3cret").request(method, &url, clock.wall()).unwrap();
        let verified = verifier(&clock).verify(&request);
        prop_assert!(verified.is_ok());
        let pairs: Vec<_> = verified.unwrap().parameters().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let sent: Vec<_> = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect();
        prop_assert_eq!(pairs, sent);
    }

    #[test]
    fn no_change_of_one_byte_verifies(line in line(), place: prop::sample::Index, byte in 0x21_u8..0x7f) {
        let clock = ManualClock::new();
        let request = signed(&clock, &format!("https://shop.example.com{line}"));
        let before = request.uri().path_and_query().unwrap().as_str().to_owned();
        let mut changed = before.clone().into_bytes();
        let at = place.index(changed.len());
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        let Ok(after) = Uri::try_from(changed) else { return Ok(()); };
        // The same parameters have several encodings: %c3 and %C3.
        let same = after.path() == request.uri().path()
            && decoded(after.query().unwrap_or_default()) == decoded(request.uri().query().unwrap_or_default());
        let mut forged = request.clone();
        *forged.uri_mut() = after;
        prop_assert_eq!(error_of(&clock, &forged), (!same).then_some(CallbackError::WrongSignature));
    }

    #[test]
    fn no_other_method_verifies(method in "[A-Z]{1,7}") {
        let clock = ManualClock::new();
        let mut forged = signed(&clock, "https://shop.example.com/cb?a=1");
        prop_assume!(method != "GET");
        *forged.method_mut() = method.parse().unwrap();
        prop_assert_eq!(error_of(&clock, &forged), Some(CallbackError::WrongSignature));
    }

    #[test]
    fn no_changed_header_verifies(place: prop::sample::Index, byte in 0x20_u8..0x7f) {
        let clock = ManualClock::new();
        let request = signed(&clock, "https://shop.example.com/cb?a=1");
        let mut header = request.headers()[SIGNATURE].as_bytes().to_vec();
        let at = place.index(header.len());
        prop_assume!(header[at] != byte);
        header[at] = byte;
        let mut forged = request.clone();
        forged.headers_mut().insert(SIGNATURE, HeaderValue::from_bytes(&header).unwrap());
        prop_assert!(error_of(&clock, &forged).is_some());
    }

    #[test]
    fn no_changed_body_verifies(body in prop::collection::vec(any::<u8>(), 1..64), place: prop::sample::Index, flip in 1_u8..=255) {
        let mut headers = HeaderMap::new();
        headers.insert("event-signature", sign_webhook("s3cret", &body).parse().unwrap());
        let verifier = WebhookVerifier::new(["s3cret"]).unwrap();
        prop_assert_ne!(verifier.verify(&headers, body.clone()).err(), Some(CallbackError::WrongSignature));
        let mut changed = body;
        let at = place.index(changed.len());
        changed[at] ^= flip;
        prop_assert_eq!(verifier.verify(&headers, changed).err(), Some(CallbackError::WrongSignature));
    }

    #[test]
    fn no_header_and_no_query_panics(header in prop::collection::vec(any::<u8>(), 0..96), scheme in "t=[0-9]{0,22},v0-hmac-sha256=[0-9a-f]{0,66}", query in "[!-~]{0,48}", url in "\\PC{0,48}") {
        let clock = ManualClock::new();
        for value in [HeaderValue::from_bytes(&header), HeaderValue::from_str(&scheme)].into_iter().flatten() {
            let mut request = Request::new(());
            if let Ok(uri) = Uri::try_from(format!("/cb?{query}")) {
                *request.uri_mut() = uri;
            }
            request.headers_mut().insert("host", value.clone());
            request.headers_mut().insert(SIGNATURE, value.clone());
            request.headers_mut().insert("event-signature", value);
            prop_assert!(error_of(&clock, &request).is_some());
            prop_assert!(verifier(&clock).verify_url(&Method::GET, &url, request.headers()).is_err());
            prop_assert!(WebhookVerifier::new(["s"]).unwrap().verify(request.headers(), header.clone()).is_err());
        }
        // Signed by us, so that the query is read.
        if let Ok(request) = Signer::new(ACCOUNT, "s3cret").request(Method::GET, &format!("https://shop.example.com/?{query}"), clock.wall()) {
            let _ = verifier(&clock).verify(&request).unwrap().session_callback();
        }
    }
}
