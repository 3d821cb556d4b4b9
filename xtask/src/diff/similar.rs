//! Which names are the same name, written otherwise.

/// The name without case and separators.
pub fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How sure it is that two names are one, from 0 (not) to 1: the same but for case and separators, or with one word
/// spelled a little differently. Short words and numbers must agree: `gte` is not `lte`, `line_1` not `line_2`.
pub fn likeness(one: &str, two: &str) -> f64 {
    if plain(one) == plain(two) {
        return if plain(one).is_empty() { 0.0 } else { 1.0 };
    }
    let (one, two) = (words(one), words(two));
    if one.len() != two.len() {
        return 0.0;
    }
    let mut differing = one.iter().zip(&two).filter(|(one, two)| one != two);
    let (Some((one, two)), None) = (differing.next(), differing.next()) else {
        return 0.0;
    };
    let (short, long) = if one.len() < two.len() {
        (one, two)
    } else {
        (two, one)
    };
    let numbers = |word: &str| word.chars().any(|letter| letter.is_ascii_digit());
    let negated = ["un", "non", "in", "de", "dis", "re"]
        .iter()
        .any(|prefix| long.strip_prefix(prefix) == Some(short.as_str()));
    if short.len() < 4 || numbers(one) || numbers(two) || negated {
        return 0.0;
    }
    let alike = strsim::normalized_damerau_levenshtein(one, two);
    let plural = *long == format!("{short}s");
    if plural || (alike >= 0.8 && strsim::damerau_levenshtein(one, two) <= 2) {
        alike
    } else {
        0.0
    }
}

/// Pairs what is gone with what is new, the surest first, each once. `score` is 0 for what does not fit.
pub fn pairs(gone: usize, new: usize, score: impl Fn(usize, usize) -> f64) -> Vec<(usize, usize)> {
    let mut scores: Vec<(f64, usize, usize)> = (0..gone)
        .flat_map(|one| (0..new).map(move |two| (one, two)))
        .map(|(one, two)| (score(one, two), one, two))
        .filter(|(score, ..)| *score > 0.0)
        .collect();
    scores.sort_by(|one, two| {
        two.0
            .total_cmp(&one.0)
            .then((one.1, one.2).cmp(&(two.1, two.2)))
    });
    let (mut used_gone, mut used_new) = (vec![false; gone], vec![false; new]);
    let mut found = Vec::new();
    for (_, one, two) in scores {
        if !used_gone[one] && !used_new[two] {
            used_gone[one] = true;
            used_new[two] = true;
            found.push((one, two));
        }
    }
    found
}

/// The words of a name in snake, kebab, dotted or camel case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let starts = letter.is_uppercase() && before.is_lowercase();
        if (starts || !letter.is_alphanumeric())
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{likeness, pairs};

    #[test]
    fn case_separators_and_slips_are_one_name() {
        for (one, two) in [
            ("merchantReference", "merchant_reference"),
            ("bussiness_name", "business_name"),
            ("item", "items"),
            ("IN_PROGRESS", "in-progress"),
            ("created", "creatd"),
        ] {
            assert!(likeness(one, two) > 0.0, "{one} {two}");
        }
    }

    #[test]
    fn other_words_are_other_names() {
        for (one, two) in [
            ("created_at.gte", "created_at.lte"),
            ("line_1", "line_2"),
            ("min_amount", "max_amount"),
            ("AUTHORIZED", "UNAUTHORIZED"),
            ("AUTHORIZED", "REAUTHORIZED"),
            ("address", "address2"),
            ("vat", "vat_amount"),
            ("created_at", "updated_at"),
            ("credit", "debit"),
            ("fund", "refund"),
            ("", "-"),
        ] {
            assert_eq!(likeness(one, two), 0.0, "{one} {two}");
        }
    }

    #[test]
    fn the_surest_pair_wins() {
        let (gone, new) = (["items", "item"], ["Items", "itemx"]);
        let found = pairs(2, 2, |one, two| likeness(gone[one], new[two]));
        assert_eq!(found[0], (0, 0));
    }
}
