//! What is wrong with a document, said so that its maintainer can mend it.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Generation goes on; something is left out or read more loosely than the document says.
    Warning,
    /// Generation stops.
    Error,
}

/// One place in a document or overlay that cannot be handled, or not as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// Name of the file.
    pub document: String,
    /// Where in it, as a JSON pointer; empty for the whole.
    pub pointer: String,
    /// Line of that place, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What stands there.
    pub construct: String,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    /// An error about a whole file.
    pub fn of_file(
        name: impl Into<String>,
        construct: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Error,
            document: name.into(),
            pointer: String::new(),
            line: None,
            construct: construct.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.document)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.pointer.is_empty() {
            write!(f, " #{}", self.pointer)?;
        }
        write!(f, ": {}. {}", self.construct, self.remedy)
    }
}

/// The findings that stopped generation, at least one of them an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(pub Vec<Finding>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self
            .0
            .iter()
            .filter(|finding| finding.level == Level::Error)
            .enumerate()
        {
            write!(f, "{}{finding}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
