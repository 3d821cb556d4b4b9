//! Values of path, query and header parameters.

use super::{Number, StringOrNumber};

/// A path, query or header parameter, which has any number of values.
pub trait Param {
    /// Calls `out` once for each value, unencoded.
    fn write(&self, out: &mut dyn FnMut(&str));
}

impl Param for str {
    fn write(&self, out: &mut dyn FnMut(&str)) {
        out(self);
    }
}

impl Param for String {
    fn write(&self, out: &mut dyn FnMut(&str)) {
        out(self);
    }
}

macro_rules! display_param {
    ($($kind:ty),*) => {$(
        impl Param for $kind {
            fn write(&self, out: &mut dyn FnMut(&str)) {
                out(&self.to_string());
            }
        }
    )*};
}

display_param!(bool, i32, i64, u32, u64, Number, StringOrNumber);

/// Strings and numbers as they are, each element of a list, an object as JSON.
impl Param for serde_json::Value {
    fn write(&self, out: &mut dyn FnMut(&str)) {
        match self {
            Self::Null => {}
            Self::String(text) => out(text),
            Self::Array(values) => values.iter().for_each(|value| value.write(out)),
            value => out(&value.to_string()),
        }
    }
}

macro_rules! each_param {
    ($($many:ident),*) => {$(
        impl<T: Param> Param for $many<T> {
            fn write(&self, out: &mut dyn FnMut(&str)) {
                self.iter().for_each(|value| value.write(out));
            }
        }
    )*};
}

each_param!(Option, Vec);

impl<T: Param + ?Sized> Param for &T {
    fn write(&self, out: &mut dyn FnMut(&str)) {
        (**self).write(out);
    }
}

#[cfg(test)]
mod tests;
