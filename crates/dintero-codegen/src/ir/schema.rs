//! A schema: what a value is, what describes it, and what limits it.

use std::collections::{BTreeMap, BTreeSet};

use std::fmt;

use serde_json::Value;

use super::Evidence;

/// What a value is, with what the document says about it in this place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    pub kind: Kind,
    pub meta: Meta,
    pub format: Option<String>,
    /// The only value it can be: a text, or a number or boolean as JSON writes it.
    pub constant: Option<String>,
    /// What limits it, the tightest of each kind, in the order of [`Limit`].
    pub limits: Vec<Limit>,
}

/// What a value is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Kind {
    #[default]
    Any,
    /// A component while lowering goes on, a type by its Rust name afterwards.
    Ref(String),
    Object(Object),
    /// Values by name.
    Map(Box<Schema>),
    List(Box<Schema>),
    /// One of the listed values, or a value that the document does not list.
    Enum(Enum),
    Union(Union),
    Scalar(Scalar),
}

/// An object with known properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// Properties by wire name.
    pub properties: BTreeMap<String, Schema>,
    /// Those that every value has.
    pub required: BTreeSet<String>,
    /// Those that only a request must have: a response may lack them.
    pub required_in_requests: BTreeSet<String>,
}

/// A list of values that may grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enum {
    pub integer: bool,
    /// The values, in the order of the document.
    pub values: Vec<String>,
}

/// One of several objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Union {
    /// The property whose value tells the objects apart.
    pub tag: Option<String>,
    /// Whether values are allowed that are none of the objects.
    pub open: bool,
    pub variants: Vec<Variant>,
}

impl Union {
    /// Returns the names of the types among its variants, in their order.
    pub fn references(&self) -> impl Iterator<Item = &str> {
        let variants = self.variants.iter();
        variants.filter_map(|variant| variant.schema.as_reference())
    }
}

/// One object of a union.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    pub schema: Schema,
    /// The values of the tag that tell it, numbers and booleans as JSON writes them.
    pub values: Vec<String>,
    /// The properties that tell it where the tag does not, any of which is enough: first those that no other object has, then
    /// those that it requires.
    pub fields: [Vec<String>; 2],
}

/// A text, a number or a boolean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A text; `format` may say of which kind.
    String,
    /// A whole number of 64 bits.
    Integer,
    Number,
    Boolean,
    StringOrNumber,
}

/// A limit that a value must keep in a request.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub enum Limit {
    Bound(Bound, f64),
    /// An ECMAScript pattern.
    Pattern(String),
    Unique,
}

/// What a number in a schema limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    Min,
    Above,
    Max,
    Below,
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
    MultipleOf,
    MinProperties,
    MaxProperties,
}

impl Bound {
    /// All bounds with their keywords and what they count.
    pub const ALL: [(Self, &str, &str); 11] = [
        (Self::Min, "minimum", ""),
        (Self::Above, "exclusiveMinimum", ""),
        (Self::Max, "maximum", ""),
        (Self::Below, "exclusiveMaximum", ""),
        (Self::MinLength, "minLength", " characters"),
        (Self::MaxLength, "maxLength", " characters"),
        (Self::MinItems, "minItems", " elements"),
        (Self::MaxItems, "maxItems", " elements"),
        (Self::MultipleOf, "multipleOf", ""),
        (Self::MinProperties, "minProperties", " properties"),
        (Self::MaxProperties, "maxProperties", " properties"),
    ];

    pub const fn keyword(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Returns what is counted, or an empty text for the value itself.
    pub const fn unit(self) -> &'static str {
        Self::ALL[self as usize].2
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bound(bound, value) => write!(f, "{} {value}", bound.keyword()),
            Self::Pattern(pattern) => write!(f, "pattern {pattern}"),
            Self::Unique => f.write_str("uniqueItems"),
        }
    }
}

impl Limit {
    /// Returns the end of a range: what is counted, whether it is the lower one, its value, and whether that is allowed.
    fn end(&self) -> Option<(&'static str, bool, f64, bool)> {
        use Bound::{Above, Below, Min, MinItems, MinLength, MinProperties, MultipleOf};
        let Self::Bound(bound, value) = self else {
            return None;
        };
        let lower = matches!(bound, Min | Above | MinLength | MinItems | MinProperties);
        let end = (bound.unit(), lower, *value, !matches!(bound, Above | Below));
        (*bound != MultipleOf).then_some(end)
    }

    /// Returns whether this is tighter than another limit of the same kind; of patterns and divisors, all count.
    fn is_tighter(&self, than: &Self) -> Option<bool> {
        let same = (self == than).then_some(false);
        match self.end().zip(than.end()) {
            Some(((unit, lower, one, allowed), (other, side, two, _))) => (unit == other
                && lower == side)
                .then_some(one == two && !allowed || one != two && (one > two) == lower),
            None => same,
        }
    }

    /// Returns `true` if no value keeps both this lower and that upper limit.
    fn contradicts(&self, upper: &Self) -> bool {
        self.end().zip(upper.end()).is_some_and(|ends| match ends {
            ((unit, true, min, one), (other, false, max, two)) => {
                unit == other && (min > max || min == max && !(one && two))
            }
            _ => false,
        })
    }
}

/// What describes a schema, and stays with it whatever becomes of the rest.
///
/// What is `None` was not said, so that a place that says `false` overrides a place that says `true`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    pub description: Option<String>,
    pub deprecated: Option<bool>,
    pub read_only: Option<bool>,
    pub write_only: Option<bool>,
    pub nullable: Option<bool>,
    pub default: Option<Value>,
    pub example: Option<Value>,
    pub evidence: Option<Evidence>,
    /// Whether the document is unsure of what is required in responses.
    pub required_weakly: Option<bool>,
    /// Whether Debug output hides it.
    pub personal: Option<bool>,
    /// The Rust name that the overlay gives.
    pub rust_name: Option<String>,
    /// Whether a list may be written as its only element.
    pub one_or_many: Option<bool>,
}

impl Meta {
    /// Returns this with what it leaves open taken from another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            description: self.description.or(other.description),
            deprecated: self.deprecated.or(other.deprecated),
            read_only: self.read_only.or(other.read_only),
            write_only: self.write_only.or(other.write_only),
            nullable: self.nullable.or(other.nullable),
            default: self.default.or(other.default),
            example: self.example.or(other.example),
            evidence: self.evidence.or(other.evidence),
            required_weakly: self.required_weakly.or(other.required_weakly),
            personal: self.personal.or(other.personal),
            rust_name: self.rust_name.or(other.rust_name),
            one_or_many: self.one_or_many.or(other.one_or_many),
        }
    }
}

impl Schema {
    /// Returns a schema of a kind, without anything that describes or limits it.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    /// Returns a reference to a component.
    pub fn reference(name: impl Into<String>) -> Self {
        Self::new(Kind::Ref(name.into()))
    }

    /// Returns the object that it is.
    pub const fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the name that it refers to.
    pub fn as_reference(&self) -> Option<&str> {
        match &self.kind {
            Kind::Ref(name) => Some(name),
            _ => None,
        }
    }

    /// Returns `true` if `null` is allowed and differs from absence.
    pub fn is_nullable(&self) -> bool {
        self.meta.nullable == Some(true)
    }

    /// Adds the format and the constant of another schema for the same value where this says nothing, and its limits.
    pub fn add_limits(&mut self, other: &Self) {
        self.format = self.format.take().or_else(|| other.format.clone());
        self.constant = self.constant.take().or_else(|| other.constant.clone());
        self.limit(&other.limits);
    }

    /// Adds limits that its values must keep as well; of two of a kind the tighter one counts.
    pub fn limit(&mut self, limits: &[Limit]) {
        for limit in limits {
            let known = self.limits.iter_mut();
            let known = known.filter_map(|known| Some((limit.is_tighter(known)?, known)));
            match { known }.next() {
                Some((true, known)) => known.clone_from(limit),
                Some((false, _)) => {}
                None => self.limits.push(limit.clone()),
            }
        }
        self.limits
            .sort_by(|one, two| one.partial_cmp(two).unwrap_or(std::cmp::Ordering::Equal));
    }

    /// Returns a lower limit and an upper limit that no value keeps both.
    pub fn contradiction(&self) -> Option<(&Limit, &Limit)> {
        let pairs = self.limits.iter();
        let mut pairs = pairs.flat_map(|lower| self.limits.iter().map(move |upper| (lower, upper)));
        pairs.find(|(lower, upper)| lower.contradicts(upper))
    }

    /// Returns the schemas directly inside of it.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Object(object) => object.properties.values().collect(),
            Kind::Map(inner) | Kind::List(inner) => vec![inner],
            Kind::Union(union) => union.variants.iter().map(|each| &each.schema).collect(),
            Kind::Any | Kind::Ref(_) | Kind::Enum(_) | Kind::Scalar(_) => Vec::new(),
        }
    }

    /// Calls a function for this schema and then for all schemas inside of it.
    pub fn visit(&self, call: &mut impl FnMut(&Self)) {
        call(self);
        for child in self.children() {
            child.visit(call);
        }
    }

    /// Calls a function that may change it for this schema and then for all schemas inside of it.
    pub fn visit_mut(&mut self, call: &mut impl FnMut(&mut Self)) {
        call(self);
        match &mut self.kind {
            Kind::Object(object) => {
                let properties = object.properties.values_mut();
                properties.for_each(|property| property.visit_mut(call));
            }
            Kind::Map(inner) | Kind::List(inner) => inner.visit_mut(call),
            Kind::Union(union) => {
                let variants = union.variants.iter_mut();
                variants.for_each(|variant| variant.schema.visit_mut(call));
            }
            Kind::Any | Kind::Ref(_) | Kind::Enum(_) | Kind::Scalar(_) => {}
        }
    }
}
