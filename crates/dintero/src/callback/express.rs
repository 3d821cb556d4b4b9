//! Express callbacks: Dintero asks how an address can be shipped to, or what discount codes are worth, while the payer waits.

use dintero_core::{Validate, Violations};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Refusal, Verified};
use crate::checkout::types::{
    DiscountCodesCallbackRequest, DiscountCodesCallbackResponse, ShippingAddressCallbackRequest,
    ShippingAddressCallbackResponse,
};

/// A question that an express callback asks: [`ShippingAddressCallbackRequest`] or [`DiscountCodesCallbackRequest`], each the session as it
/// stands. The address may be no more than country and postal code.
pub trait ExpressQuestion: DeserializeOwned + sealed::Sealed {
    /// What it is answered with.
    type Answer: ExpressAnswer;
}

/// What an express callback is answered with. No shipping options mean that you cannot ship there. The total of an `order` has to hold the
/// chosen shipping; see [`check_amounts_with_shipping`](crate::check_amounts_with_shipping).
pub trait ExpressAnswer: Serialize + Validate + sealed::Sealed {
    /// The answer as it has to go out: JSON, and 200, since no other status counts. Dintero waits for 60 seconds and does not ask again.
    ///
    /// # Errors
    /// All that Dintero would refuse in it.
    fn to_response(&self) -> Result<Response<Vec<u8>>, Violations> {
        let mut violations = Violations::default();
        self.validate(&mut violations);
        match serde_json::to_vec(self) {
            Ok(body) if violations.is_empty() => {
                let mut response = Response::new(body);
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(CONTENT_TYPE, json);
                Ok(response)
            }
            Ok(_) => Err(violations),
            Err(_) => {
                violations.push("", "cannot be written as JSON");
                Err(violations)
            }
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! express {
    ($($question:ty => $answer:ty;)*) => {$(
        impl sealed::Sealed for $question {}
        impl sealed::Sealed for $answer {}
        impl ExpressQuestion for $question {
            type Answer = $answer;
        }
        impl ExpressAnswer for $answer {}
    )*};
}

express! {
    ShippingAddressCallbackRequest => ShippingAddressCallbackResponse;
    DiscountCodesCallbackRequest => DiscountCodesCallbackResponse;
}

impl Verified {
    /// The question in the body of an express callback. That Dintero asked is verified, the body itself is not signed: good enough to
    /// show prices, not to move money or goods.
    ///
    /// ```
    /// use std::error::Error;
    ///
    /// use dintero::callback::{ExpressAnswer, Verifier};
    /// use dintero::checkout::types::{ShippingAddressCallbackRequest, ShippingAddressCallbackResponse, ShippingOption};
    ///
    /// fn answer(verifier: &Verifier, request: &http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Box<dyn Error>> {
    ///     let question: ShippingAddressCallbackRequest = verifier.verify(request)?.express(request.body())?;
    ///     println!("an order of {}", question.order.amount);
    ///     let nowhere = ShippingAddressCallbackResponse::builder().shipping_options(Vec::<ShippingOption>::new()).build()?;
    ///     Ok(nowhere.to_response()?)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Refusal::MalformedBody`] when the body is none.
    pub fn express<Q: ExpressQuestion>(&self, body: &[u8]) -> Result<Q, Refusal> {
        serde_json::from_slice(body).map_err(|_| Refusal::MalformedBody)
    }
}
