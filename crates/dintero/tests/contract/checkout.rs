//! The Checkout API.
