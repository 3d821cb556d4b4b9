//! Debug output that names fields but not people.

use std::cell::Cell;
use std::fmt;

thread_local! {
    static REVEALED: Cell<bool> = const { Cell::new(false) };
}

/// Prints what [`reveal`] was given, personal data included.
pub struct Revealed<'a, T: ?Sized>(&'a T);

/// Opts in to personal data for one `{:?}`: names, addresses, e-mail, phone, card data and tokens print as they are.
///
/// Everywhere else the Debug output of the API's types shows `[redacted]` in their place, so that a log line or a panic
/// message cannot leak them.
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
        struct Restore(bool);
        impl Drop for Restore {
            fn drop(&mut self) {
                REVEALED.set(self.0);
            }
        }
        let _restore = Restore(REVEALED.replace(true));
        self.0.fmt(f)
    }
}

/// A personal field on its way into a Debug output.
#[doc(hidden)]
pub struct Personal<'a>(pub &'a dyn fmt::Debug);

impl fmt::Debug for Personal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if REVEALED.get() {
            self.0.fmt(f)
        } else {
            f.write_str("[redacted]")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Personal, reveal};

    #[test]
    fn personal_data_is_shown_only_to_who_asks() {
        let personal = Personal(&"ola@nordmann.example");
        assert_eq!(format!("{personal:?}"), "[redacted]");
        assert_eq!(
            format!("{:?}", reveal(&personal)),
            "\"ola@nordmann.example\""
        );
        assert_eq!(format!("{personal:?}"), "[redacted]");
    }
}
