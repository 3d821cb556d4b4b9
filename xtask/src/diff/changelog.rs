//! Entries of CHANGELOG.md between two marks; everything else in the file is hand-written and stays.

use super::bump::Bump;
use super::change::{Change, Class, Kind, What};
use super::compare::Compared;
use super::render::{KINDS, WHATS, put, some};

/// Puts an entry under the heading for what is not released yet, in the place of the one with the same key.
///
/// The key names API and old state: the same comparison run again replaces its entry, another one adds to it.
pub fn insert(changelog: &str, key: &str, entry: &str) -> Result<String, String> {
    let (start, end) = (format!("<!-- cargo xtask diff: {key} -->"), "<!-- end -->");
    let block = format!("{start}\n{}\n{end}\n", entry.trim_end());
    if let Some(at) = changelog.find(&start) {
        let length = changelog[at..]
            .find(end)
            .ok_or(format!("CHANGELOG.md: {start} has no {end}"))?;
        let after = at + length + end.len();
        let rest = changelog[after..]
            .strip_prefix('\n')
            .unwrap_or(&changelog[after..]);
        return Ok(format!("{}{block}{rest}", &changelog[..at]));
    }
    let mut at = 0;
    let mut inside = false;
    let mut place = None;
    for line in changelog.split_inclusive('\n') {
        if line.starts_with("## ") {
            if inside {
                break;
            }
            inside = line.to_lowercase().contains("unreleased");
        }
        at += line.len();
        // Behind the last line of the section that is not empty.
        if inside && !line.trim().is_empty() {
            place = Some((at, line.starts_with("## ")));
        }
    }
    let Some((place, bare)) = place else {
        return Err("CHANGELOG.md has no heading `## Unreleased`".to_owned());
    };
    let (before, after) = changelog.split_at(place);
    let newline = if before.ends_with('\n') { "" } else { "\n" };
    let gap = if bare { "\n" } else { "" };
    Ok(format!("{before}{newline}{gap}{block}{after}"))
}

/// For CHANGELOG.md; nothing where the API changed in words only.
pub fn entry(api: &Compared, bump: Option<&Bump>) -> Option<String> {
    let mut out = String::new();
    for what in WHATS {
        for kind in KINDS {
            let of = |change: &&Change| change.what == what && change.kind == kind;
            let mut names: Vec<String> = api.changes.iter().filter(of).map(title).collect();
            names.sort();
            names.dedup();
            if !names.is_empty() {
                let verb = word(kind);
                let breaking = api
                    .changes
                    .iter()
                    .filter(of)
                    .any(|change| change.class == Class::Breaking);
                let breaking = if breaking { ", breaking" } else { "" };
                put(
                    &mut out,
                    &format!(
                        "  - {} {verb}{breaking}: {}.",
                        what.plural(),
                        some(&names, 12)
                    ),
                );
            }
        }
    }
    if out.is_empty() {
        return None;
    }
    let (old, new) = &api.versions;
    let versions = if old == new {
        new.clone()
    } else {
        format!("{old} to {new}")
    };
    let mut name = api.api.clone();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let class = api.class().name();
    let bump = bump
        .map(|bump| format!(" `{}` {}.", bump.name, bump.text()))
        .unwrap_or_default();
    Some(format!(
        "- {name} API, document {versions}: {class}.{bump}\n{out}"
    ))
}

/// `Session.order`, or `a` -> `b`
fn title(change: &Change) -> String {
    let own = |name: &str| match (name, change.what) {
        ("", _) => change.subject.clone(),
        (name, What::Field) => format!("{}.{name}", change.subject),
        (name, What::Operation) => name.to_owned(),
        (name, _) => format!("{} {name}", change.subject),
    };
    match &change.former {
        Some(former) if change.kind == Kind::Renamed => {
            format!("`{former}` -> `{}`", own(&change.name))
        }
        _ => format!("`{}`", own(&change.name)),
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Added => "added",
        Kind::Removed => "removed",
        Kind::Renamed => "renamed (likely)",
        Kind::Changed => "changed",
    }
}

#[cfg(test)]
mod tests {
    use super::insert;

    const BEFORE: &str = "# Changelog\n\n## Unreleased\n\n- By hand.\n\n## 0.1.0\n\n- First.\n";

    #[test]
    fn an_entry_goes_behind_what_is_not_released() {
        let after = insert(BEFORE, "a", "- One.\n").unwrap();
        assert_eq!(
            after,
            "# Changelog\n\n## Unreleased\n\n- By hand.\n<!-- cargo xtask diff: a -->\n- One.\n<!-- end -->\n\n## 0.1.0\n\n- First.\n"
        );
        assert_eq!(insert(&after, "a", "- One.").unwrap(), after);
    }

    #[test]
    fn the_same_comparison_replaces_its_entry_and_another_adds_one() {
        let one = insert(BEFORE, "a", "- One.").unwrap();
        let two = insert(&one, "b", "- Two.").unwrap();
        let three = insert(&two, "a", "- Three.").unwrap();
        assert!(
            !three.contains("- One.") && three.contains("- Two.") && three.contains("- Three.")
        );
        assert!(three.contains("- By hand.") && three.ends_with("## 0.1.0\n\n- First.\n"));
    }

    #[test]
    fn a_changelog_must_have_the_heading() {
        assert!(insert("# Changelog\n", "a", "- One.").is_err());
        assert_eq!(
            insert("## Unreleased", "a", "- One.").unwrap(),
            "## Unreleased\n\n<!-- cargo xtask diff: a -->\n- One.\n<!-- end -->\n"
        );
    }

    #[test]
    fn a_broken_mark_is_an_error_and_not_a_lost_file() {
        assert!(
            insert(
                "## Unreleased\n<!-- cargo xtask diff: a -->\n",
                "a",
                "- One."
            )
            .is_err()
        );
    }
}
