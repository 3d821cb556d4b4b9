//! What may be shown of the texts of the API: words and names of fields, but no values.

/// The longest text that is shown, in characters.
const LIMIT: usize = 200;

/// Returns a text in which everything that may be a value is replaced by `…`: what has digits, capitals or other characters than words
/// and the paths of fields have.
pub(super) fn words(text: &str) -> String {
    let mut shown = String::new();
    for (at, word) in text.split_whitespace().enumerate() {
        let word = if is_word(word, at == 0) { word } else { "…" };
        if shown.chars().count() + word.chars().count() > LIMIT {
            shown.push('…');
            break;
        }
        if word == "…" && shown.ends_with('…') {
            continue;
        }
        if at > 0 {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    let shown = shown.trim_end_matches(['.', ' ']);
    if shown == "…" {
        String::new()
    } else {
        shown.to_owned()
    }
}

fn is_word(word: &str, is_first: bool) -> bool {
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '[' | ']'));
    let mut bare = String::new();
    for (at, part) in word.split(['[', ']']).enumerate() {
        // An index is no value.
        match at % 2 {
            1 if part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()) => {}
            1 => return false,
            _ => bare.push_str(part),
        }
    }
    // A key of a map is the shop's or the customer's.
    if bare.contains("metadata.") || bare.contains("metadata/") {
        return false;
    }
    let rest = match bare.chars().next() {
        Some(first) if is_first && first.is_ascii_uppercase() => &bare[1..],
        _ => &bare,
    };
    rest.bytes()
        .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_' | b'/'))
}

/// Returns a code or id that is short, has the characters of one and is not like the number of a card, so that it may be shown.
pub(crate) fn identifier(text: &str) -> Option<&str> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(is_plain);
    let mut runs = text.split(|c: char| c.is_ascii_alphabetic());
    (fits && !runs.any(is_card_number)).then_some(text)
}

/// Returns `true` for 12 to 19 digits whose checksum (Luhn) is right, whatever separates them.
fn is_card_number(text: &str) -> bool {
    let digits = text.bytes().rev().filter(u8::is_ascii_digit);
    let sum =
        digits
            .clone()
            .enumerate()
            .map(|(at, digit)| match (at % 2, u32::from(digit - b'0')) {
                (0, digit) => digit,
                (_, digit) => digit * 2 / 10 + digit * 2 % 10,
            });
    (12..=19).contains(&digits.count()) && sum.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests;
