use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::write_all;

#[test]
fn all_files_are_written_and_only_changed_ones_are_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "1").unwrap();
    let files: BTreeMap<PathBuf, String> =
        [("a".into(), "1".into()), ("b/c".into(), "2".into())].into();
    let written = write_all(folder.path(), &files).unwrap();
    assert_eq!(written, [PathBuf::from("b/c")]);
    assert_eq!(fs::read_to_string(folder.path().join("b/c")).unwrap(), "2");
    assert_eq!(fs::read_dir(folder.path().join("b")).unwrap().count(), 1);
}

#[test]
fn where_one_file_cannot_be_written_none_is() {
    let folder = tempfile::tempdir().unwrap();
    // A folder that is in the way is found before the first rename.
    fs::create_dir(folder.path().join("b")).unwrap();
    let files: BTreeMap<PathBuf, String> =
        [("a".into(), "1".into()), ("b".into(), "2".into())].into();
    let error = write_all(folder.path(), &files).unwrap_err().to_string();
    assert!(error.ends_with("nothing was changed"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn where_a_rename_fails_the_files_before_it_get_their_old_content() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a"), "old").unwrap();
    let done = [
        (PathBuf::from("a"), path("a"), Some(b"older".to_vec())),
        (PathBuf::from("b"), path("b"), None),
    ];
    fs::write(path("b"), "new").unwrap();
    super::restore(&done).unwrap();
    assert_eq!(fs::read_to_string(path("a")).unwrap(), "older");
    assert!(!path("b").exists());
}
