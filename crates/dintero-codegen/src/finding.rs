//! What is wrong with a document, said so that its maintainer can fix it.

use std::fmt::{self, Write};

use crate::action::Action;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Generation goes on; something is left out or read more loosely than the document says.
    Warning,
    /// Generation stops.
    Error,
}

macro_rules! rules {
    ($($rule:ident $id:literal $summary:literal,)*) => {
        /// A kind of finding. Its id is stable, for programs that sort or silence findings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $(#[doc = $summary] $rule,)*
        }

        impl Rule {
            /// All rules.
            pub const ALL: &[Self] = &[$(Self::$rule,)*];

            /// Returns the stable name.
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$rule => $id,)*
                }
            }

            /// Returns what it is about, in one sentence.
            pub const fn summary(self) -> &'static str {
                match self {
                    $(Self::$rule => $summary,)*
                }
            }
        }
    };
}

rules! {
    Document "document" "A file cannot be read as one YAML or JSON object.",
    Overlay "overlay" "An overlay, or one of its actions, does not fit the document.",
    OpenApiVersion "openapi-version" "The document is not OpenAPI 3.0.",
    ExternalReference "external-reference" "A reference leaves the document.",
    MissingReference "missing-reference" "A reference leads to nothing.",
    PartialReference "partial-reference" "A reference leads into a schema instead of to one.",
    MissingMapping "missing-mapping" "A discriminator names a schema that does not exist.",
    DeepNesting "deep-nesting" "Schemas are nested too deep, counted through references.",
    TypeList "type-list" "A schema has several types, as in OpenAPI 3.1.",
    ControlCharacter "control-character" "A name, path or reference has a line break or another control character.",
    PatternAsFormat "pattern-as-format" "A regular expression stands in `format`.",
    InvalidPattern "invalid-pattern" "A pattern is no ECMAScript regular expression.",
    UnlistedDefault "unlisted-default" "A default is none of the listed values.",
    MisusedKeyword "misused-keyword" "A keyword has a value of the wrong type, or one that OpenAPI does not know.",
    UndeclaredProperty "undeclared-property" "A schema requires a property that it does not have.",
    UnsupportedKeyword "unsupported-keyword" "A keyword says nothing that a Rust type could hold.",
    UnnamedOperation "unnamed-operation" "The overlay gives an operation no method name.",
    InvalidMethodName "invalid-method-name" "A method name is not snake_case.",
    ReservedMethodName "reserved-method-name" "A method name is taken by Rust or by the client.",
    SimilarMethodNames "similar-method-names" "Two method names would give one type name.",
    DuplicateMethodName "duplicate-method-name" "Two operations have the same method name.",
    MissingServer "missing-server" "An operation has no server.",
    UnknownServer "unknown-server" "The overlay does not say which of the client's servers an origin is.",
    UnknownRetryClass "unknown-retry-class" "A retry class is none of idempotent, duplicate-tolerated and non-idempotent.",
    MissingReadBack "missing-read-back" "Nothing tells the outcome of an operation that moves money.",
    UnknownReadBack "unknown-read-back" "The method that should tell an outcome does not exist.",
    UnknownConfirmation "unknown-confirmation" "The document has nothing that shows an outcome where the overlay says so.",
    UnknownPaging "unknown-paging" "The response has no list where the overlay says that it pages.",
    UnsupportedBody "unsupported-body" "A request body is not JSON.",
    UnsupportedSecurity "unsupported-security" "An operation requires credentials that the client cannot send.",
    SeveralSuccessBodies "several-success-bodies" "An operation has success bodies of several kinds.",
    InvalidPath "invalid-path" "A path is none that a request can have, or the same as another one.",
    DuplicatePathVariable "duplicate-path-variable" "A path has the same variable twice.",
    UndeclaredPathVariable "undeclared-path-variable" "A path has a variable that is no parameter.",
    UnusedPathParameter "unused-path-parameter" "A path parameter is not in the path.",
    UnsupportedParameter "unsupported-parameter" "A parameter has a form that the client cannot send.",
    TakenTypeName "taken-type-name" "A type has another name than its schema, since that was taken.",
    DuplicateTypeName "duplicate-type-name" "The overlay gives two types the same name.",
    EndlessType "endless-type" "A schema leads back to itself without an object between.",
    MixedUnion "mixed-union" "The kinds of a union share no Rust type.",
    EndlessAllOf "endless-all-of" "An allOf leads back to itself.",
    ConflictingAllOf "conflicting-all-of" "An allOf gives one property two types.",
    ConflictingLimits "conflicting-limits" "No value keeps all limits of a schema.",
    TypedExtraProperties "typed-extra-properties" "An object has typed properties beside those it lists.",
    Generator "generator" "The generator cannot do this, or not as written.",
}

/// One place in a document or overlay that cannot be handled, or not as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What kind of finding it is.
    pub rule: Rule,
    /// Name of the file.
    pub document: String,
    /// The place in the document, as a JSON pointer; empty for the document itself.
    pub pointer: String,
    /// Line of that place, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong there.
    pub problem: String,
    /// What to do about it.
    pub help: String,
    /// Overlay actions that would do it, in this order; often there are none.
    pub actions: Vec<Action>,
}

impl Finding {
    /// Creates an error about a file.
    pub fn of_file(
        name: impl Into<String>,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Error,
            rule: Rule::Document,
            document: name.into(),
            pointer: String::new(),
            line: None,
            problem: problem.into(),
            help: help.into(),
            actions: Vec::new(),
        }
    }

    /// Sets the actions, unless one of them is missing: half of a help is none.
    #[must_use]
    pub fn with_actions(mut self, actions: impl IntoIterator<Item = Option<Action>>) -> Self {
        let actions: Option<_> = actions.into_iter().collect();
        self.actions = actions.unwrap_or_default();
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.document.clone();
        text.extend(self.line.map(|line| format!(":{line}")));
        if !self.pointer.is_empty() {
            text.extend([" #", &self.pointer]);
        }
        text.extend([": ", &self.problem, ". ", &self.help]);
        // Names of the document are in it, and it is one line of the build's output.
        for c in text.chars() {
            match c.is_control() {
                true => write!(f, "{}", c.escape_default())?,
                false => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// The findings that stopped generation, at least one of them an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(pub Vec<Finding>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut errors = self.0.clone();
        errors.retain(|finding| finding.level == Level::Error);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        f.write_str(&errors.join("\n"))
    }
}

impl Errors {
    /// Checks that no finding is an error.
    ///
    /// # Errors
    /// One of them is: these are all findings.
    pub fn check(findings: &[Finding]) -> Result<(), Self> {
        match findings.iter().any(|finding| finding.level == Level::Error) {
            true => Err(Self(findings.to_vec())),
            false => Ok(()),
        }
    }
}

impl std::error::Error for Errors {}

impl From<Finding> for Errors {
    fn from(finding: Finding) -> Self {
        Self(vec![finding])
    }
}

#[cfg(test)]
mod tests;
