use std::collections::BTreeSet;

use super::Rule;

#[test]
fn every_rule_has_an_id_of_its_own_in_kebab_case_and_a_sentence() {
    let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.id().chars().all(kebab), "{}", rule.id());
        assert!(rule.summary().ends_with('.'), "{}", rule.summary());
    }
}
