//! Debug output without personal data.

use std::cell::Cell;
use std::fmt;

use super::lenient::Within;

thread_local! {
    static REVEALED: Cell<bool> = const { Cell::new(false) };
}

/// The return type of [`reveal`], whose Debug output includes personal data.
pub struct Revealed<'a, T: ?Sized>(&'a T);

/// Includes personal data in one `{:?}`: names, addresses, e-mail, phone, card data and tokens.
///
/// Otherwise the Debug output of the API's types shows `[redacted]` in their place, so that a log line or a panic message
/// cannot leak them.
///
/// ```
/// # let customer = ["anything"];
/// println!("{:?}", dintero_core::reveal(&customer));
/// ```
pub fn reveal<T: ?Sized>(value: &T) -> Revealed<'_, T> {
    Revealed(value)
}

impl<T: fmt::Debug + ?Sized> fmt::Debug for Revealed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _revealed = Within::new(&REVEALED, true);
        self.0.fmt(f)
    }
}

/// The Debug output of a field with personal data.
#[doc(hidden)]
pub struct Personal<'a>(pub &'a dyn fmt::Debug);

impl fmt::Debug for Personal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match REVEALED.get() {
            true => self.0.fmt(f),
            false => f.write_str("[redacted]"),
        }
    }
}

#[cfg(test)]
mod tests;
