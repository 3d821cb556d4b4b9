use std::path::Path;

use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::{collection, prop_oneof};

/// Pieces of error bodies.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        r#"[a-z"{}\[\]:,0-9\\]{0,8}"#,
        proptest::sample::select(vec![
            "4",
            "d{",
            "}",
            "{\"error\":",
            "\"code\":",
            "\"message\":",
            "\"errors\":[",
            "]",
            "\"mfa_token\":1",
            "null",
            "\"NOT FOUND\"",
            ",",
            "\"\\n\"",
        ])
        .prop_map(str::to_owned),
    ];
    collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_body_makes_one_sentence(data in collection::vec(any::<u8>(), 0..200)) {
        super::envelope(&data);
    }

    #[test]
    fn anything_like_an_error_body_makes_one_sentence(data in body()) {
        super::envelope(&data);
    }

    #[test]
    fn any_retry_after_is_within_bounds(text in "[0-9]{0,30}|[A-Za-z, :0-9+-]{0,40}|\\PC{0,20}") {
        super::wait(text.as_bytes());
    }

    #[test]
    fn no_url_leads_elsewhere(
        base in "(https?|ftp)://(localhost|127\\.0\\.0\\.1|\\[::1\\]|[a-z.@:0-9]{1,12})[/a-z0-9.?#%@\\\\-]{0,12}",
        id in "\\PC{0,20}",
    ) {
        super::url(format!("{base}\n{id}").as_bytes());
    }
}

#[test]
fn what_fuzzing_found_stays_well() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    type Check = fn(&[u8]);
    let targets: [(&str, Check); 3] = [
        ("envelope", super::envelope),
        ("wait", super::wait),
        ("url", super::url),
    ];
    for (target, check) in targets {
        let files = std::fs::read_dir(corpus.join(target)).expect("the corpus is in the tree");
        let mut count = 0;
        for file in files {
            check(&std::fs::read(file.expect("entry").path()).expect("readable"));
            count += 1;
        }
        assert!(count >= 10, "{target}: {count}");
    }
}
