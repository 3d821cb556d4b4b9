use super::{Entry, Lock, differences, digest};

fn entry() -> Entry {
    let parts = "document overlay source surface codegen progenitor".split(' ');
    parts
        .map(|part| (part.to_owned(), format!("of {part}")))
        .collect()
}

#[test]
fn what_is_written_is_read_again() {
    let lock = Lock([("a".to_owned(), entry()), ("b".to_owned(), entry())].into());
    assert_eq!(Lock::parse(&lock.text()), Ok(lock.clone()));
    assert!(Lock::parse("[a]\nb = ").unwrap_err().contains("line 2"));
}

#[test]
fn each_part_that_differs_is_named() {
    let mut other = entry();
    assert!(differences(&entry(), &other).is_empty());
    other.insert("overlay".into(), "other".into());
    other.remove("progenitor");
    assert_eq!(
        differences(&entry(), &other),
        ["overlay", "generator version"]
    );
}

#[test]
fn a_digest_is_that_of_sha256sum() {
    assert_eq!(
        digest(&["ab", "c"]),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}
