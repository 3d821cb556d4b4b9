//! What a comparison finds: facts at one place, gathered into changes that each are told once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// What a change means to a client that was right before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Nothing: not on the wire, or used by no operation.
    #[default]
    None,
    /// It keeps working.
    Additive,
    /// It may fail, or lose what it relied on.
    Breaking,
}

impl Class {
    /// As in the reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

/// What became of the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It seems to have another name now.
    Renamed,
    /// It is there before and after.
    Changed,
}

/// The thing that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// An operation.
    Operation,
    /// A parameter or its schema.
    Parameter,
    /// A request or response body, a header, a status.
    Message,
    /// A component schema, or one of the schemas of a choice.
    Type,
    /// A property.
    Field,
    /// A value of a list.
    Value,
    /// Servers, security, scopes.
    Access,
    /// Text for people.
    Text,
}

impl What {
    /// The plural of the table.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Operation => "operations",
            Self::Parameter => "parameters",
            Self::Message => "messages",
            Self::Type => "types",
            Self::Field => "fields",
            Self::Value => "values",
            Self::Access => "access",
            Self::Text => "texts",
        }
    }
}

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the API.
    Request,
    /// From the API.
    Response,
}

/// Where in a message a schema stands; it is part of the rule's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// A parameter or what it lists.
    Parameter,
    /// A response header.
    Header,
    /// A whole body.
    Body,
    /// Anything below.
    Property,
}

/// One use of a place: by which operation, which way, where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Use {
    /// Index into the operations of [`Sink`].
    pub operation: usize,
    /// Which way.
    pub direction: Direction,
    /// Where.
    pub site: Site,
}

/// How the rule is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The same in every use.
    Fixed(&'static str),
    /// After the use: `request-property-` and this.
    Suffix(String),
    /// One for requests, one for responses; `property` in them gives way to the site.
    Each(&'static str, &'static str),
}

/// A difference at one place, before it is known who uses the place.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Name of the rule.
    pub rule: Rule,
    /// What it means in a request and in a response.
    pub classes: (Class, Class),
    /// What it means in a parameter, where that differs from other requests.
    pub in_parameter: Option<Class>,
    /// Does it exist in requests, and in responses (read-only members do not exist in requests)?
    pub exists: (bool, bool),
    /// What became of it.
    pub kind: Kind,
    /// What it is.
    pub what: What,
    /// Operation or type that has it, as a person would say it.
    pub subject: String,
    /// Its own name: of the field, value, parameter.
    pub name: String,
    /// Its former name.
    pub former: Option<String>,
    /// JSON pointers.
    pub old: Option<String>,
    /// JSON pointers.
    pub new: Option<String>,
    /// What happened, to be read after subject and name.
    pub text: String,
    /// What else to know.
    pub note: Option<&'static str>,
}

impl Fact {
    /// A fact that exists everywhere.
    pub fn new(rule: Rule, classes: (Class, Class), kind: Kind, what: What) -> Self {
        Self {
            rule,
            classes,
            in_parameter: None,
            exists: (true, true),
            kind,
            what,
            subject: String::new(),
            name: String::new(),
            former: None,
            old: None,
            new: None,
            text: String::new(),
            note: None,
        }
    }

    /// Where it is, and what happened.
    pub fn at(
        mut self,
        subject: impl Into<String>,
        name: impl Into<String>,
        old: Option<String>,
        new: Option<String>,
        text: impl Into<String>,
    ) -> Self {
        self.subject = subject.into();
        self.name = name.into();
        self.old = old;
        self.new = new;
        self.text = text.into();
        self
    }

    fn class(&self, of: Use) -> Class {
        match (of.direction, of.site, self.in_parameter) {
            (Direction::Request, Site::Parameter, Some(class)) => class,
            (Direction::Request, ..) => self.classes.0,
            (Direction::Response, ..) => self.classes.1,
        }
    }

    fn exists(&self, of: Use) -> bool {
        match of.direction {
            Direction::Request => self.exists.0,
            Direction::Response => self.exists.1,
        }
    }

    fn rule(&self, of: Option<Use>) -> String {
        let direction = of.map_or("", |of| match of.direction {
            Direction::Request => "request-",
            Direction::Response => "response-",
        });
        let site = match of.map(|of| of.site) {
            _ if self.what == What::Field => "property",
            Some(Site::Parameter) => "parameter",
            Some(Site::Header) => "header",
            Some(Site::Body) => "body",
            Some(Site::Property) | None => "property",
        };
        match &self.rule {
            Rule::Fixed(rule) => (*rule).to_owned(),
            Rule::Suffix(suffix) => format!("{direction}{site}-{suffix}"),
            Rule::Each(request, response) => match of.map(|of| of.direction) {
                Some(Direction::Response) => response.replace("property", site),
                _ => request.replace("property", site),
            },
        }
    }
}

/// A difference of the API, told once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What it means.
    pub class: Class,
    /// What it is.
    pub what: What,
    /// What became of it.
    pub kind: Kind,
    /// Stable name of the rule.
    pub rule: String,
    /// Operation or type that has it.
    pub subject: String,
    /// Its own name; empty where the subject itself changed.
    pub name: String,
    /// Its former name, where it seems renamed.
    pub former: Option<String>,
    /// JSON pointer into the old document.
    pub old_pointer: Option<String>,
    /// JSON pointer into the new document.
    pub new_pointer: Option<String>,
    /// Which ways it goes.
    pub directions: BTreeSet<Direction>,
    /// The operations that use it.
    pub operations: BTreeSet<String>,
    /// A sentence.
    pub text: String,
    /// What else to know.
    pub note: Option<String>,
}

/// Gathers facts, and makes one change of those that say the same about the same thing.
#[derive(Default)]
pub struct Sink {
    operations: Vec<String>,
    facts: BTreeMap<Key, (Fact, BTreeSet<Use>)>,
}

type Key = (String, String, Rule, String);

impl Sink {
    /// A number for an operation.
    pub fn operation(&mut self, name: String) -> usize {
        self.operations.push(name);
        self.operations.len() - 1
    }

    /// Takes a fact and the uses of its place.
    pub fn add(&mut self, fact: Fact, uses: &BTreeSet<Use>) {
        let key = (
            fact.subject.clone(),
            fact.name.clone(),
            fact.rule.clone(),
            fact.text.clone(),
        );
        let real: BTreeSet<Use> = uses.iter().copied().filter(|of| fact.exists(*of)).collect();
        if real.is_empty() && !uses.is_empty() {
            return;
        }
        self.facts
            .entry(key)
            .or_insert_with(|| (fact, BTreeSet::new()))
            .1
            .extend(real);
    }

    /// The changes: what breaks first, then by place.
    pub fn changes(self) -> Vec<Change> {
        let mut changes: Vec<Change> = self
            .facts
            .into_values()
            .map(|(fact, uses)| {
                // The rule is named after the use that suffers most; requests before responses.
                let worst = uses
                    .iter()
                    .copied()
                    .max_by_key(|of| (fact.class(*of), std::cmp::Reverse(*of)));
                let unused = worst.is_none() && !matches!(fact.rule, Rule::Fixed(_));
                Change {
                    class: match worst {
                        Some(worst) => fact.class(worst),
                        None if unused => Class::None,
                        None => fact.classes.0.max(fact.classes.1),
                    },
                    what: fact.what,
                    kind: fact.kind,
                    rule: fact.rule(worst),
                    subject: fact.subject,
                    name: fact.name,
                    former: fact.former,
                    old_pointer: fact.old,
                    new_pointer: fact.new,
                    directions: uses.iter().map(|of| of.direction).collect(),
                    operations: uses
                        .iter()
                        .map(|of| self.operations[of.operation].clone())
                        .collect(),
                    text: fact.text,
                    note: if unused {
                        Some("No operation uses it.".to_owned())
                    } else {
                        fact.note.map(str::to_owned)
                    },
                }
            })
            .collect();
        changes.sort_by(|one, two| two.class.cmp(&one.class).then_with(|| one.cmp(two)));
        changes
    }
}
