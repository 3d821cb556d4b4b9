//! Redaction of what the log shows of a request, by allow-list. The log holds no headers, queries and bodies at all. The
//! path and the names of invalid fields are left, and both can carry what a caller put into them.

use std::iter::once;

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use crate::clients::{is_account, is_account_or_owner};
use crate::documents::{OPERATIONS, Operation, variable};

const REDACTED: &str = "***";
/// Ids that merchants choose and that are often a customer's name, address or number.
const PERSONAL: [&str; 2] = ["card_id", "customer_id"];
/// No path of the API has more parts than this.
const PARTS: usize = 16;

pub(crate) fn path(operation: Option<&'static Operation>, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').take(PARTS).collect();
    let shown: Vec<&str> = match operation {
        Some(operation) => {
            let pairs = operation.path.split('/').zip(parts);
            let shown = pairs.map(|(template, part)| known(template, part));
            shown.collect()
        }
        None => {
            let pairs = once(&"").chain(&parts).zip(&parts);
            pairs.map(|(before, part)| unknown(before, part)).collect()
        }
    };
    shown.join("/")
}

fn known<'a>(template: &str, part: &'a str) -> &'a str {
    let shown = match variable(template) {
        None => true,
        Some("aid" | "oid") => is_account_or_owner(part),
        Some(name) => is_own(part) || (!PERSONAL.contains(&name) && is_plain(part)),
    };
    if shown { part } else { REDACTED }
}

/// A part of an unknown path: a misspelt word is shown, and ids that the sandbox has made.
fn unknown<'a>(before: &str, part: &'a str) -> &'a str {
    let personal = ["cards", "customers"].contains(&before);
    let mut literals = OPERATIONS.iter().flat_map(|o| o.path.split('/'));
    let is_letter = |b: u8| b.is_ascii_alphabetic() || b == b'_' || b == b'-';
    let is_word = part.len() <= 24 && part.bytes().all(is_letter);
    let shown = literals.any(|p| p == part)
        || is_own(part)
        || is_account_or_owner(part)
        || (is_word && !personal);
    if shown { part } else { REDACTED }
}

fn is_own(part: &str) -> bool {
    let checkout = |(account, rest): (&str, &str)| {
        is_account(account) && rest.len() == 22 && rest.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    Uuid::try_parse(part).is_ok() || part.split_once('.').is_some_and(checkout)
}

/// A short id without the look of a card number, a telephone number, an address or a token.
fn is_plain(part: &str) -> bool {
    let decoded = percent_decode_str(part).decode_utf8_lossy();
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let digits = decoded.bytes().filter(u8::is_ascii_digit).count();
    decoded.bytes().all(is_sign) && decoded.len() <= 40 && digits < 8
}

/// Returns what is wrong with a field: `message` begins with its name.
pub(crate) fn reason(place: &str, message: &str) -> String {
    let rest = message.strip_prefix(place).unwrap_or_default();
    format!("{}{rest}", field(place))
}

/// Returns the place of a field. Names that do not look like one are redacted, as are all that a caller makes up, which
/// are those below `metadata`.
pub(crate) fn field(place: &str) -> String {
    let is_sign = |b| matches!(b, b'[' | b']' | b'0'..=b'9');
    let mut is_own = false;
    let shown = place.split('.').map(|part| {
        let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
        let is_index = index.len() < 8 && index.bytes().all(is_sign);
        let shown = if is_plain(name) && !is_own {
            name
        } else {
            REDACTED
        };
        is_own |= name == "metadata";
        format!("{shown}{}", if is_index { index } else { REDACTED })
    });
    shown.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests;
