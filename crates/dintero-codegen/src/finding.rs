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
    ($($level:ident $rule:ident $id:literal $summary:literal $help:literal,)*) => {
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
                self.facts().0
            }

            /// Returns what it is about, in one sentence.
            pub const fn summary(self) -> &'static str {
                self.facts().1
            }

            /// Returns id, summary, the level of its findings and what to do about them, unless a finding says otherwise.
            const fn facts(self) -> (&'static str, &'static str, Level, &'static str) {
                match self {
                    $(Self::$rule => ($id, $summary, Level::$level, $help),)*
                }
            }
        }
    };
}

rules! {
    Error Document "document" "A file cannot be read as one YAML or JSON object." "Correct the file",
    Error Overlay "overlay" "An overlay, or one of its actions, does not fit the document." "Correct the overlay",
    Error OpenApiVersion "openapi-version" "The document is not OpenAPI 3.0." "Convert it to OpenAPI 3.0",
    Error ExternalReference "external-reference" "A reference leaves the document." "Copy it in below components",
    Error MissingReference "missing-reference" "A reference leads to nothing." "Add it, or fix the reference",
    Error MisplacedReference "misplaced-reference" "A reference leads to a component of another kind." "Refer to a component of the right kind, or write it out",
    Error PartialReference "partial-reference" "A reference leads into a schema instead of to one." "Make that part a component and refer to it",
    Error MissingMapping "missing-mapping" "A discriminator names a schema that does not exist." "Add it, or fix the mapping",
    Error DeepNesting "deep-nesting" "Schemas are nested too deep, counted through references." "Merge schemas in the document, or replace one by {} in the overlay",
    Error TypeList "type-list" "A schema has several types, as in OpenAPI 3.1." "Write one type, with nullable: true for null",
    Error ControlCharacter "control-character" "A name, path or reference has a line break or another control character." "Remove it from the document, or the part with it in the overlay",
    Warning PatternAsFormat "pattern-as-format" "A regular expression stands in `format`." "It is used as a pattern; move it there in an overlay",
    Warning InvalidPattern "invalid-pattern" "A pattern is no ECMAScript regular expression." "It is not checked; fix it in an overlay",
    Warning UnlistedDefault "unlisted-default" "A default is none of the listed values." "It is kept in the documentation only",
    Warning MisusedKeyword "misused-keyword" "A keyword has a value of the wrong type, or one that OpenAPI does not know." "It is left out; correct it with an overlay action",
    Warning InvalidMark "invalid-mark" "A mark of ours has a name or a value that means nothing there." "It is left out; correct it in the overlay",
    Warning UndeclaredProperty "undeclared-property" "A schema requires a property that it does not have." "It is not required of requests; declare it with an overlay action",
    Warning UnsupportedKeyword "unsupported-keyword" "A keyword says nothing that a Rust type could hold." "It is left out",
    Warning UnnamedOperation "unnamed-operation" "The overlay gives an operation no method name." "Name it in the overlay, and say what may be done after an unknown outcome: idempotent, duplicate-tolerated or non-idempotent",
    Error InvalidMethodName "invalid-method-name" "A method name is not snake_case." "Give it an x-dintero-method in snake_case in the overlay",
    Error ReservedMethodName "reserved-method-name" "A method name is taken by Rust or by the client." "Give it an x-dintero-method in the overlay",
    Error SimilarMethodNames "similar-method-names" "Two method names would give one type name." "Give one of them another x-dintero-method in the overlay",
    Error DuplicateMethodName "duplicate-method-name" "Two operations have the same method name." "Give one of them another x-dintero-method in the overlay",
    Error MissingServer "missing-server" "An operation has no server." "Add `servers` in the overlay",
    Error InvalidServer "invalid-server" "The URL of a server is none that a request can have." "Correct the URL with an overlay action",
    Error UnknownServer "unknown-server" "The overlay does not say which of the client's servers an origin is." "Say in the overlay which server it is",
    Error UnknownRetryClass "unknown-retry-class" "A retry class is none of idempotent, duplicate-tolerated and non-idempotent." "Use idempotent, duplicate-tolerated or non-idempotent",
    Warning MissingReadBack "missing-read-back" "Nothing tells the outcome of an operation that moves money." "Add x-dintero-read-back in the overlay",
    Error UnknownReadBack "unknown-read-back" "The method that should tell an outcome does not exist." "Name a method of this API",
    Error UnknownConfirmation "unknown-confirmation" "The document has nothing that shows an outcome where the overlay says so." "Correct the mark in the overlay, or remove it there",
    Error UnknownPaging "unknown-paging" "The response has no list where the overlay says that it pages." "Correct the paging in the overlay, or remove it there",
    Error UnsupportedBody "unsupported-body" "A request body is not JSON." "Only JSON bodies can be sent; remove the operation with an overlay action until this is supported",
    Warning UnsupportedSecurity "unsupported-security" "An operation requires credentials that the client cannot send." "Set what is missing as a header of the call, or another `security` in the overlay",
    Warning SeveralSuccessBodies "several-success-bodies" "An operation has success bodies of several kinds." "One type with the fields of all of them stands for each",
    Error InvalidPath "invalid-path" "A path is none that a request can have, or the same as another one." "Correct the path in the document, or remove it with an overlay action",
    Error DuplicatePathVariable "duplicate-path-variable" "A path has the same variable twice." "Rename one of them and declare it",
    Error UndeclaredPathVariable "undeclared-path-variable" "A path has a variable that is no parameter." "Declare it with `in: path`",
    Error UnusedPathParameter "unused-path-parameter" "A path parameter is not in the path." "Put it there, or remove it",
    Error UnsupportedParameter "unsupported-parameter" "A parameter has a form that the client cannot send." "Rewrite it with an overlay action, or remove it there",
    Warning DuplicateParameter "duplicate-parameter" "A list has two parameters with the same name and place." "The last one counts; remove the others with an overlay action",
    Warning TakenTypeName "taken-type-name" "A type has another name than its schema, since that was taken." "Give it an x-dintero-name in the overlay",
    Error DuplicateTypeName "duplicate-type-name" "The overlay gives two types the same name." "Give each type a name of its own in the overlay",
    Warning EndlessType "endless-type" "A schema leads back to itself without an object between." "It is read as any JSON",
    Warning MixedUnion "mixed-union" "The kinds of a union share no Rust type." "It is read as any JSON",
    Warning EndlessAllOf "endless-all-of" "An allOf leads back to itself." "The recursion is cut here; refer to it from a property instead",
    Warning ConflictingAllOf "conflicting-all-of" "An allOf gives one property two types." "It is read as any JSON; pick one type with an overlay action",
    Warning ConflictingLimits "conflicting-limits" "No value keeps all limits of a schema." "Correct one of them with an overlay action; until then no request with a value is sent",
    Warning TypedExtraProperties "typed-extra-properties" "An object has typed properties beside those it lists." "They are kept as unknown fields",
    Error Generator "generator" "The generator cannot do this, or not as written." "Rename it, or leave it out, with an overlay action",
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
    /// Creates a finding of a rule about a file, with the level and the help of the rule.
    pub fn new(rule: Rule, file: impl Into<String>, problem: impl Into<String>) -> Self {
        let (_, _, level, help) = rule.facts();
        Self {
            level,
            rule,
            document: file.into(),
            pointer: String::new(),
            line: None,
            problem: problem.into(),
            help: help.to_owned(),
            actions: Vec::new(),
        }
    }

    /// Creates an error about a file.
    pub fn of_file(
        name: impl Into<String>,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self::new(Rule::Document, name, problem).with_help(help)
    }

    /// Sets what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Sets how bad it is.
    #[must_use]
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
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
        let errors = self.0.iter().filter(|it| it.level == Level::Error);
        let errors: Vec<String> = errors.map(ToString::to_string).collect();
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
