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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub document: String,
    pub overlay: String,
    pub source: String,
    pub surface: String,
    pub codegen: String,
    pub progenitor: String,
}

impl Entry {
    /// The entry of a client that was just generated.
    pub fn new(document: &str, overlay: &str, generation: &Generation) -> Self {
        Self {
            document: digest(&[document]),
            overlay: digest(&[overlay]),
            source: digest(&[&generation.source, &generation.registry]),
            surface: digest(&[&generation.surface]),
            codegen: VERSION.to_owned(),
            progenitor: PROGENITOR.to_owned(),
        }
    }

    /// The parts in which another entry differs, named for people.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let versions = |entry: &Self| (entry.codegen.clone(), entry.progenitor.clone());
        let mut parts = vec![
            ("document", self.document != other.document),
            ("overlay", self.overlay != other.overlay),
            ("generator version", versions(self) != versions(other)),
            ("generated source", self.source != other.source),
            ("surface", self.surface != other.surface),
        ];
        parts.retain(|(_, differs)| *differs);
        parts.into_iter().map(|(part, _)| part).collect()
    }
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
