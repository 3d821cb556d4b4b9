use std::path::{Path, PathBuf};

use super::Sources;
use crate::lock::differences;

fn openapi() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi")
}

#[test]
fn a_replaced_text_counts_and_the_folder_stays() {
    let mut sources = Sources::new(&openapi());
    let before = sources.generate(&["wallets"]).unwrap();
    let text = sources.text(Path::new("wallets.yaml")).unwrap();
    sources.replace("wallets.yaml", format!("{text}# the end\n"));
    let after = sources.generate(&["wallets"]).unwrap();
    let [before, after] = [before, after].map(|state| state.lock.0["wallets"].clone());
    assert_eq!(differences(&after, &before), ["document"]);
}
