//! What may be shown of the texts of the API: words and names of fields, but no values.

/// Returns the first 40 words of a text, in which everything that may be a value is replaced by `…`: what has digits, capitals or other
/// characters than words and the paths of fields have.
pub(super) fn words(text: &str) -> String {
    let mut shown: Vec<&str> = Vec::new();
    for (at, word) in text.split_whitespace().take(40).enumerate() {
        match is_word(word, at == 0) {
            true => shown.push(word),
            false if shown.last() == Some(&"…") => {}
            false => shown.push("…"),
        }
    }
    match shown[..] {
        ["…"] => String::new(),
        _ => shown.join(" ").trim_end_matches('.').to_owned(),
    }
}

fn is_word(word: &str, is_first: bool) -> bool {
    let is_mark = |c: char| c.is_ascii_punctuation() && !matches!(c, '[' | ']');
    let is_index = |text: &str| text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    // An index is no value, but the key of a map is the shop's or the customer's.
    let parts = word.trim_matches(is_mark).split('[').map(|part| {
        let index = part.split_once(']').filter(|(index, _)| is_index(index));
        index.map_or(part, |(_, rest)| rest)
    });
    let path: String = parts.collect();
    let rest = path.strip_prefix(|c: char| is_first && c.is_ascii_uppercase());
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_' | b'/');
    let is_map = path.contains("metadata.") || path.contains("metadata/");
    path.len() <= 80 && !is_map && rest.unwrap_or(&path).bytes().all(is_plain)
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
    let weighted = |(at, digit): (usize, u8)| match (at % 2, u32::from(digit - b'0')) {
        (0, digit) => digit,
        (_, digit) => digit * 2 / 10 + digit * 2 % 10,
    };
    let sum: u32 = digits.clone().enumerate().map(weighted).sum();
    (12..=19).contains(&digits.count()) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests;
