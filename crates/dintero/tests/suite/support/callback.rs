//! Signed requests and their verifier.

use dintero::callback::{CallbackError, Signer, Verifier};
use dintero::http::{Method, Request};
use dintero::{Clock, ManualClock};

pub const ACCOUNT: &str = "T12345678";
pub const SIGNATURE: &str = "Dintero-Signature";

pub fn verifier(clock: &ManualClock) -> Verifier {
    Verifier::new(ACCOUNT, ["s3cret"], "https://shop.example.com")
        .unwrap()
        .clock(clock.clone())
}

pub fn signed(clock: &ManualClock, url: &str) -> Request<()> {
    Signer::new(ACCOUNT, "s3cret")
        .request(Method::GET, url, clock.wall())
        .unwrap()
}

pub fn error_of(clock: &ManualClock, request: &Request<()>) -> Option<CallbackError> {
    verifier(clock).verify(request).err()
}
