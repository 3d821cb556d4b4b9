//! The outcomes of requests that move or record money: sent once, and confirmed by reading.
//!
//! A capture whose response is lost may have been carried out. The calls of captures, refunds, voids, changes of an authorization,
//! payment records of an order and gift card transactions therefore have a method `confirm`, which reads what became of the request:
//!
//! ```no_run
//! # #[cfg(feature = "checkout")] {
//! use dintero::checkout::types::CaptureOptions;
//! use dintero::outcome::Outcome;
//! use std::time::Duration;
//!
//! # async fn run(dintero: dintero::Dintero) {
//! let options = CaptureOptions::builder().amount(29_990).capture_reference("parcel-1");
//! let checkout = dintero.checkout();
//! let mut outcome = checkout.capture_transaction("T12345678.abc").body(options).confirm().repeat_if_not_applied(2).await;
//! if let Outcome::Pending(pending) = outcome {
//!     outcome = pending.wait(Duration::from_secs(300)).await;
//! }
//! match outcome {
//!     Outcome::Applied(transaction) => println!("captured, {:?}", transaction.status),
//!     Outcome::Pending(_) => println!("in progress: wait again, or for the callback"),
//!     Outcome::NotApplied(reason) => println!("nothing moved: {reason}"),
//!     Outcome::Unknown(unknown) => println!("check again later: {unknown}"),
//! }
//! # }
//! # }
//! ```
//!
//! # References
//!
//! A capture is recognized by its `capture_reference`, a refund by its `refund_reference`, a gift card transaction by its `ref_id`, a
//! record of an order by the `reference` in its metadata. With a reference of your own, new for each request, the call can be made again
//! after a crash: an effect that the API already shows is not sent again. Without one, `confirm` adds a random reference. A void needs
//! none: any success counts. Of calls with the same reference that a client and its clones make at the same time, one is sent, and the
//! others wait and read.
//!
//! # What is proven
//!
//! The outcome is definitive only if the API proves it. What is missing, unreadable or corrected proves nothing: an event of the same
//! kind without a reference, or a second one with the same reference, leads to [`Outcome::Unknown`].
//!
//! A rejection is conclusive if it is the API's own (4xx), but for 408, 425 and 429; so is a failed event with the reference. After any
//! other response or none, the API may still be processing the request, for an undocumented time. The state is then read repeatedly
//! during the confirmation timeout, 30 s by default, before the outcome is [`NotApplied::Lost`]. Only then, and only with
//! [`repeat_if_not_applied`](Confirmation::repeat_if_not_applied), is the request sent again. If the first one is carried out after all,
//! the outcome is [`Outcome::Unknown`] and must be examined by a person; a full amount cannot be captured twice.
//!
//! Dropping the future of a [`Confirmation`] leaves the outcome unknown: make the same call again, with the same reference.

pub use dintero_core::confirm::{
    Confirmation, Declined, NotApplied, Outcome, Pending, RetryAdvice, Unknown,
};
