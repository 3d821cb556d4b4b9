//! Which names are the same name, written otherwise.

/// The name without case and separators.
pub fn plain(name: &str) -> String {
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How sure it is that two names are one, from 0 (not) to 1: the same but for case and separators, the same words in
/// another order, or with one word spelled a little differently, cut short or with another ending. Short words and
/// numbers must agree: `gte` is not `lte`, `line_1` not `line_2`.
pub fn likeness(one: &str, two: &str) -> f64 {
    if plain(one) == plain(two) {
        return if plain(one).is_empty() { 0.0 } else { 1.0 };
    }
    let (one, two) = (words(one), words(two));
    if one.len() != two.len() {
        return 0.0;
    }
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    if sorted(&one) == sorted(&two) {
        return 0.9;
    }
    let others_agree = one.len() > 1;
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
    } else if others_agree && long.starts_with(short.as_str()) {
        0.6
    } else if 5 * stem(one, two) >= 3 * long.chars().count() && stem(one, two) > 4 {
        0.5
    } else {
        0.0
    }
}

/// Number of letters that two words begin with.
fn stem(one: &str, two: &str) -> usize {
    let pairs = one.chars().zip(two.chars());
    pairs.take_while(|(one, two)| one == two).count()
}

/// Words that make another thing of what they are added to.
const TURNING: [&str; 14] = [
    "not",
    "non",
    "no",
    "un",
    "pre",
    "re",
    "min",
    "max",
    "partially",
    "partial",
    "part",
    "total",
    "sub",
    "auto",
];

/// Are the words of one name among those of the other, with a word or two more? Too little to tell one of several names,
/// but enough where few names came and went: `product`, `payment_product`.
fn extended(one: &str, two: &str) -> bool {
    let (one, two) = (words(one), words(two));
    let (short, long) = if one.len() < two.len() {
        (one, two)
    } else {
        (two, one)
    };
    let added: Vec<&String> = long.iter().filter(|word| !short.contains(word)).collect();
    let turns = |word: &&String| {
        TURNING.contains(&word.as_str()) || word.chars().any(|letter| letter.is_ascii_digit())
    };
    (1..3).contains(&added.len())
        && added.len() + short.len() == long.len()
        && short.iter().any(|word| word.len() >= 4)
        && short.iter().all(|word| long.contains(word))
        && !added.iter().any(turns)
}

/// How many names may be left over for a word more or less to tell.
const FEW: usize = 3;

/// Pairs names that are gone from a place with those that are new there: which are the same, written otherwise. `fits`
/// says how sure it is without the names, from 0, or that the two cannot be one.
pub fn renames(
    gone: &[impl AsRef<str>],
    new: &[impl AsRef<str>],
    fits: impl Fn(usize, usize) -> Option<f64>,
) -> Vec<(usize, usize)> {
    let mut found = pairs(gone.len(), new.len(), |one, two| match fits(one, two) {
        None => 0.0,
        Some(sure) if sure > 0.0 => 1.0 + sure,
        Some(_) => likeness(gone[one].as_ref(), new[two].as_ref()),
    });
    let left = |count: usize, used: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..count).filter(|index| !used(*index)).collect()
    };
    let ones = left(gone.len(), &|index| {
        found.iter().any(|(one, _)| *one == index)
    });
    let twos = left(new.len(), &|index| {
        found.iter().any(|(_, two)| *two == index)
    });
    // Where much came and went, such a pair is chance.
    if ones.len().max(twos.len()) > FEW {
        return found;
    }
    let longer = |one: usize, two: usize| {
        fits(one, two).is_some() && extended(gone[one].as_ref(), new[two].as_ref())
    };
    for one in &ones {
        let mut matches = twos.iter().filter(|two| longer(*one, **two));
        if let (Some(two), None) = (matches.next(), matches.next())
            && ones.iter().filter(|one| longer(**one, *two)).count() == 1
        {
            found.push((*one, *two));
        }
    }
    found
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
    use super::{likeness, pairs, renames};

    #[test]
    fn case_separators_and_slips_are_one_name() {
        for (one, two) in [
            ("merchantReference", "merchant_reference"),
            ("bussiness_name", "business_name"),
            ("item", "items"),
            ("IN_PROGRESS", "in-progress"),
            ("created", "creatd"),
            ("masked_pan", "pan_masked"),
            ("payout_dest_id", "payout_destination_id"),
            ("PART_CAPTURED", "PARTIALLY_CAPTURED"),
            ("INITIALIZE", "INITIATE"),
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
    fn of_few_names_one_may_have_a_word_more_unless_it_turns_the_sense() {
        let found = |gone: &[&str], new: &[&str]| renames(gone, new, |_, _| Some(0.0));
        assert_eq!(found(&["product"], &["payment_product"]), [(0, 0)]);
        let (gone, new) = (["VOIDED", "Captured"], ["CAPTURED", "AUTHORIZATION_VOIDED"]);
        assert_eq!(found(&gone, &new), [(1, 0), (0, 1)]);
        assert_eq!(found(&["vat"], &["vat_amount"]), []);
        assert_eq!(found(&["CAPTURED"], &["PARTIALLY_CAPTURED"]), []);
        let (gone, new) = (["product", "from"], ["created", "payment_product"]);
        assert_eq!(found(&gone, &new), [(0, 1)]);
        assert_eq!(
            found(&["product"], &["payment_product", "product_type"]),
            []
        );
        assert_eq!(found(&["product"], &["payment_product", "a", "b", "c"]), []);
        assert_eq!(renames(&["product"], &["payment_product"], |_, _| None), []);
    }

    #[test]
    fn the_surest_pair_wins() {
        let (gone, new) = (["items", "item"], ["Items", "itemx"]);
        let found = pairs(2, 2, |one, two| likeness(gone[one], new[two]));
        assert_eq!(found[0], (0, 0));
    }
}
