//! Express callbacks: Dintero requests the shipping options of an address, or the value of discount codes, while the payer waits.

use dintero_core::{Validate, Violations};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{CallbackError, Verified};
use crate::checkout::types::{
    DiscountCodesCallbackRequest, DiscountCodesCallbackResponse, ShippingAddressCallbackRequest,
    ShippingAddressCallbackResponse,
};

/// The body of an express callback: [`ShippingAddressCallbackRequest`] or [`DiscountCodesCallbackRequest`], each with the current session.
/// The address may consist of country and postal code only.
pub trait ExpressRequest: DeserializeOwned {
    /// The type of the response.
    type Response: ExpressResponse;
}

/// The response to an express callback. An empty list of shipping options means that you do not ship there. The total of an `order` must
/// include the selected shipping option; see [`check_amounts_with_shipping`](crate::check_amounts_with_shipping).
pub trait ExpressResponse: Serialize + Validate {
    /// Converts it into an HTTP response: JSON with status 200, since Dintero accepts no other. Dintero waits for 60 seconds and does not
    /// retry.
    ///
    /// # Errors
    /// All violations for which Dintero would reject the response.
    fn to_response(&self) -> Result<Response<Vec<u8>>, Violations> {
        let mut violations = Violations::default();
        self.validate(&mut violations);
        let body = serde_json::to_vec(self).unwrap_or_default();
        if body.is_empty() {
            violations.push("", "cannot be serialized to JSON");
        }
        if !violations.is_empty() {
            return Err(violations);
        }
        let mut response = Response::new(body);
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Ok(response)
    }
}

macro_rules! callbacks {
    ($($request:ident => $response:ident),*) => {$(
        impl ExpressResponse for $response {}
        impl ExpressRequest for $request {
            type Response = $response;
        }
    )*};
}

callbacks! {
    ShippingAddressCallbackRequest => ShippingAddressCallbackResponse,
    DiscountCodesCallbackRequest => DiscountCodesCallbackResponse
}

impl Verified {
    /// Parses the body of an express callback. The request is verified, but its body is not signed: use it to quote prices, not to move
    /// money or goods.
    ///
    /// ```
    /// use std::error::Error;
    ///
    /// use dintero::callback::{ExpressResponse, Verifier};
    /// use dintero::checkout::types::{ShippingAddressCallbackRequest, ShippingAddressCallbackResponse, ShippingOption};
    ///
    /// fn respond(verifier: &Verifier, request: &http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Box<dyn Error>> {
    ///     let callback: ShippingAddressCallbackRequest = verifier.verify(request)?.express(request.body())?;
    ///     println!("an order of {:?}", callback.order.as_ref().map(|order| order.amount));
    ///     let nowhere = ShippingAddressCallbackResponse::builder().shipping_options(Vec::<ShippingOption>::new()).build()?;
    ///     Ok(nowhere.to_response()?)
    /// }
    /// ```
    ///
    /// # Errors
    /// [`CallbackError::MalformedBody`] if the body does not fit the type.
    pub fn express<Q: ExpressRequest>(&self, body: &[u8]) -> Result<Q, CallbackError> {
        super::webhook::read(body).map(|(request, _)| request)
    }
}
