//! Random edits of the real documents: the report names exactly what was edited.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use dintero_codegen::document::Document;
use proptest::prelude::*;
use serde_json::Value;

use super::change::{Change, Kind, What};
use super::editor::{EDITS, Edit, Editor, Expected};
use super::operations::compare;

static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi");
    let read = |api| {
        let document = Document::read(&folder.join(format!("{api}.yaml"))).unwrap();
        document.root
    };
    ["wallets", "shopping", "checkout"].map(read).to_vec()
});

fn told(changes: &[Change]) -> BTreeSet<Expected> {
    let told = |change: &Change| {
        (
            change.kind,
            change.what,
            change.subject.clone(),
            change.name.clone(),
            change.former.clone(),
        )
    };
    changes.iter().map(told).collect()
}

/// The same, read from the edited document to the original.
fn reversed((kind, what, subject, name, former): Expected) -> Expected {
    let kind = match kind {
        Kind::Removed => Kind::Added,
        kind => kind,
    };
    match (what, former) {
        (What::Type, Some(former)) => (kind, what, former, name, Some(subject)),
        (_, Some(former)) => (kind, what, subject, former, Some(name)),
        (_, None) => (kind, what, subject, name, None),
    }
}

fn check(document: &Value, mut edits: Vec<(Edit, usize)>) -> Result<(), TestCaseError> {
    edits.sort_by_key(|(edit, _)| EDITS.iter().position(|known| known == edit));
    let mut editor = Editor::new(document);
    for (edit, pick) in edits {
        editor.edit(edit, pick);
    }
    let changes = compare(document, &editor.root);
    prop_assert_eq!(told(&changes), editor.expected.clone());
    let changes = compare(&editor.root, document);
    prop_assert_eq!(
        told(&changes),
        editor.expected.into_iter().map(reversed).collect()
    );
    Ok(())
}

fn edits() -> impl Strategy<Value = Vec<(Edit, usize)>> {
    prop::collection::vec((prop::sample::select(&EDITS[..]), 0..10_000_usize), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_small_documents_are_named(edits in edits(), which in 0..2_usize) {
        check(&DOCUMENTS[which], edits)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_of_the_largest_document_are_named(edits in edits()) {
        check(&DOCUMENTS[2], edits)?;
    }
}

#[test]
fn every_edit_finds_a_place() {
    for edit in EDITS {
        let silent = [Edit::Inline, Edit::Wrap, Edit::Split, Edit::Untype].contains(&edit);
        let edited = (0..400).any(|pick| {
            let document = &DOCUMENTS[pick % 3];
            let mut editor = Editor::new(document);
            editor.edit(edit, pick);
            editor.root != *document && editor.expected.is_empty() == silent
        });
        assert!(edited, "{edit:?}");
    }
}

#[test]
fn a_document_against_itself_has_no_changes() {
    for document in DOCUMENTS.iter() {
        assert!(compare(document, document).is_empty());
    }
}
