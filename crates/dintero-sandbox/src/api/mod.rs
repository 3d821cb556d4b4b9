//! The operations: one function each, called with a checked token, a request that is as documented, and under the
//! sandbox's lock. Every function checks first and changes afterwards, so that a refused request changes nothing.

pub(crate) mod admin;
pub(crate) mod checkout;
pub(crate) mod finance;
pub(crate) mod loans;
pub(crate) mod pictures;
pub(crate) mod shopping;
pub(crate) mod wallets;

use crate::call::Call;
use crate::errors::ApiResult;
use crate::state::store::Store;

/// Returns a page of what is wanted, newest first, and the cursor of the next page if there is one.
pub(crate) fn page<'s, T>(
    call: &Call<'_>,
    store: &'s Store<T>,
    wanted: impl Fn(&T) -> bool,
) -> ApiResult<(Vec<&'s T>, Option<&'s str>)> {
    let after = call.query.first("starting_after");
    store.page(after, call.limit(), wanted)
}

/// Whether a query parameter is `true`.
pub(crate) fn is_set(call: &Call<'_>, parameter: &str) -> bool {
    call.query.first(parameter) == Some("true")
}

/// Whether `part` lies between nothing and the whole, which may be negative.
fn fits(whole: i64, part: i64) -> bool {
    (whole.min(0)..=whole.max(0)).contains(&part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_line_never_exceeds_it_in_either_direction() {
        for (whole, part, good) in [
            (100, 100, true),
            (100, 101, false),
            (100, -1, false),
            (-50, -50, true),
            (-50, -51, false),
            (-50, 1, false),
        ] {
            assert_eq!(fits(whole, part), good, "{part} of {whole}");
        }
    }
}
