//! `openapi/generated.lock`: the digests of what goes into each client and of what comes out of the generator.

use std::collections::BTreeMap;

use dintero_codegen::{Generation, PROGENITOR, VERSION};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Name of the file in the folder `openapi`.
pub const FILE: &str = "generated.lock";

const HEAD: &str = "# Written by `cargo xtask regen`, which compares it with --check: SHA-256 of what each client is made of and of\n# what the generator made of it, and the versions that did.\n\n";

/// The lock file: an entry for each API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lock(pub BTreeMap<String, Entry>);

/// What one client was made of and what it is, as digests, and the versions that made it.
pub type Entry = BTreeMap<String, String>;

/// Returns the entry of a client that was just generated.
pub fn entry(document: &str, overlay: &str, generation: &Generation) -> Entry {
    let parts = [
        ("document", digest(&[document])),
        ("overlay", digest(&[overlay])),
        (
            "source",
            digest(&[&generation.source, &generation.registry]),
        ),
        ("surface", digest(&[&generation.surface])),
        ("codegen", VERSION.to_owned()),
        ("progenitor", PROGENITOR.to_owned()),
    ];
    Entry::from(parts.map(|(part, text)| (part.to_owned(), text)))
}

/// Returns the parts in which two entries differ, named for people.
pub fn differences(one: &Entry, two: &Entry) -> Vec<&'static str> {
    let parts = "document overlay codegen progenitor source surface".split(' ');
    let differing = parts.filter(|part| one.get(*part) != two.get(*part));
    let named = differing.map(|part| match part {
        "codegen" | "progenitor" => "generator version",
        "source" => "generated source",
        part => part,
    });
    let mut names: Vec<&str> = named.collect();
    names.dedup();
    names
}

impl Lock {
    /// Reads a lock file.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().replace('\n', "\n  "))
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        // Texts in tables always have a form in TOML.
        format!("{HEAD}{}", toml::to_string(self).unwrap_or_default())
    }
}

fn digest(texts: &[&str]) -> String {
    let hash = Sha256::digest(texts.concat());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
