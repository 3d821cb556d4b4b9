//! Session callbacks.

use dintero_core::{DateTime, is_account};
use serde::{Deserialize, Serialize};

use super::CallbackError;
use super::signature::Parameters;

dintero_core::open_enum! {
    /// The error of a payment.
    pub enum PaymentError {
        /// The payer or the merchant cancelled the payment.
        Cancelled = "cancelled",
        /// The payment was not authorized.
        Authorization = "authorization",
        /// The payment failed.
        Failed = "failed",
        /// The capture failed. No longer documented, but known from older integrations.
        Capture = "capture",
    }
}

dintero_core::open_enum! {
    /// An event of a transaction.
    pub enum ReportedEvent {
        /// A capture.
        Capture = "CAPTURE",
        /// A refund.
        Refund = "REFUND",
        /// A void.
        Void = "VOID",
    }
}

/// The request that Dintero sends to a session's `callback_url`.
///
/// It reports that something happened, not the state of the payment: read the transaction, or the session if there is none, before
/// you act. The payer's return to your site may come before, after or at the same time, and the callback may be retried: take a lock, or
/// update the order in one step. The body of a callback with `method=POST` is not signed.
///
/// Dintero sends it for payments that are authorized, on hold or captured; with `report_error=true` in your URL also for failed ones, and
/// with `report_event=CAPTURE` (or `REFUND`, `VOID`) for these events. Your URL should not have parameters that Dintero adds, and the
/// builders of sessions refuse it: where a name occurs twice, the value that has the expected form is taken, or else the last, and
/// [`parameters`](Self::parameters) has the other.
///
/// It can be put into a queue with serde; [`Verifier::as_of`](super::Verifier::as_of) is for queues of requests. What is deserialized is
/// not verified again, so only your own code may write to that queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionCallback {
    /// The id of the transaction; `None` for a payment that failed before it was initiated.
    pub transaction_id: Option<String>,
    /// The id of the session, sent as `session_id`, or as `sid` if your URL has `sid_parameter_name=sid`.
    pub session_id: Option<String>,
    /// Your reference from the order; empty if it is empty there or was not sent.
    pub merchant_reference: String,
    /// The creation time of the transaction, in UTC; an empty text if it was not sent.
    pub time: DateTime,
    /// The error, if the payment failed.
    pub error: Option<PaymentError>,
    /// The reported event, with `report_event`.
    pub event: Option<ReportedEvent>,
    /// The id of that event in the transaction.
    pub event_id: Option<String>,
    /// The id of the delivery; retries have the same. It is not signed.
    pub delivery: Option<String>,
    own: Parameters,
}

impl SessionCallback {
    pub(super) fn from_parameters(
        mut parameters: Parameters,
        delivery: Option<String>,
    ) -> Result<Self, CallbackError> {
        const NAMES: [&str; 4] = ["transaction_id", "session_id", "sid", "merchant_reference"];
        if !parameters.iter().any(|(name, _)| NAMES.contains(&name)) {
            return Err(CallbackError::Missing("transaction_id"));
        }
        let renames = |parameter| parameter == ("sid_parameter_name", "sid");
        let session_names = match parameters.iter().any(renames) {
            true => ["sid", "session_id"],
            false => ["session_id", "sid"],
        };
        let session_id = parameters.take(&session_names, is_id);
        let transaction_id = parameters.take(&["transaction_id"], is_id);
        let time = parameters.take(&["time"], |text| text.parse::<DateTime>().is_ok());
        // Preserves the text even if it is no time.
        let time = DateTime::deserialize(serde_json::Value::from(time.unwrap_or_default()))
            .map_err(|_| CallbackError::MalformedRequest)?;
        let mut take = |name| parameters.take(&[name], |_| true);
        let merchant_reference = take("merchant_reference");
        let (error, event, event_id) = (take("error"), take("event"), take("event_id"));
        Ok(Self {
            transaction_id,
            session_id,
            merchant_reference: merchant_reference.unwrap_or_default(),
            time,
            error: error.map(PaymentError::from),
            event: event.map(ReportedEvent::from),
            event_id,
            delivery,
            own: parameters,
        })
    }

    /// Returns all other parameters in the order they were sent: those of your own URL.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.own.iter()
    }

    /// Returns the first value of a parameter of your own URL.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .find_map(|(other, value)| (other == name).then_some(value))
    }
}

/// Ids of sessions and transactions begin with the account.
fn is_id(text: &str) -> bool {
    text.split_once('.')
        .is_some_and(|(account, id)| is_account(account) && !id.is_empty())
}

#[cfg(test)]
mod tests;
