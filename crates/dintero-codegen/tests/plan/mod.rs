//! Random plans of APIs: what values there are and which limits they keep. A document is written from a plan, in one of
//! several ways for each schema, and so are the values that its client is tried with.

pub mod program;
pub mod values;
mod write;

pub use write::document;

/// The same numbers for the same seed.
pub struct Random(fastrand::Rng);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.usize(..limit)
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What a value is, with its limits.
#[derive(Clone, Debug)]
pub enum Shape {
    Text {
        min: usize,
        max: usize,
        pattern: bool,
    },
    Format(&'static str),
    /// In quarters for numbers, in ones for integers.
    Number {
        integer: bool,
        min: i64,
        max: i64,
        exclusive: [bool; 2],
        step: i64,
    },
    Boolean,
    Words {
        values: Vec<String>,
        max: usize,
    },
    /// Listed integers, with the largest that is allowed.
    Integers {
        values: Vec<i64>,
        max: i64,
    },
    List {
        items: Box<Node>,
        min: usize,
        max: usize,
        unique: bool,
    },
    Map {
        values: Box<Node>,
        min: usize,
        max: usize,
    },
    Object(Object),
    /// Kinds by the value of the tag, each a component.
    Union {
        tag: &'static str,
        told: Told,
        kinds: Vec<(String, Object)>,
        number: usize,
    },
}

#[derive(Clone, Debug)]
pub struct Object {
    pub fields: Vec<Field>,
    /// How many properties there must and may be.
    pub bounds: Option<(usize, usize)>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub node: Node,
    pub required: bool,
    pub read_only: bool,
}

/// How the document tells the kinds of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Mapping,
    Names,
    Listed,
    /// Kinds are built on a base that has the discriminator.
    Base,
}

/// How a schema is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Inline,
    Component,
    Alias,
    /// In an `allOf` of one part.
    Wrapped,
    /// With some limits in a component, and tighter ones in an `allOf` around it.
    Tightened,
    /// With tighter limits beside the `allOf`.
    Beside,
    /// With tighter limits beside the reference.
    BesideReference,
    /// With the half of its keywords in each of two parts.
    Split,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub shape: Shape,
    pub nullable: bool,
    pub form: Form,
}

pub struct Parameter {
    pub name: String,
    /// `path`, `query`, `header`
    pub place: &'static str,
    pub node: Node,
    pub required: bool,
    pub explode: bool,
}

pub struct Operation {
    pub method: &'static str,
    pub path: String,
    pub parameters: Vec<Parameter>,
    pub body: Option<Node>,
    pub media: &'static str,
    pub success: Option<Node>,
    pub accept: &'static str,
    /// Whether the operation is public.
    pub public: bool,
}

pub struct Plan {
    pub operations: Vec<Operation>,
}

/// Returns a plan.
pub fn plan(seed: u64) -> Plan {
    let mut maker = Maker {
        random: Random(fastrand::Rng::with_seed(seed)),
        unions: 0,
    };
    let operations = (0..4).map(|index| maker.operation(index)).collect();
    Plan { operations }
}

const FORMS: [Form; 8] = [
    Form::Inline,
    Form::Component,
    Form::Alias,
    Form::Wrapped,
    Form::Tightened,
    Form::Beside,
    Form::BesideReference,
    Form::Split,
];
const NAMES: [&str; 12] = [
    "id",
    "amount",
    "created-at",
    "type",
    "self",
    "build",
    "x y",
    "é",
    "item.x",
    "aB",
    "fn",
    "Self",
];
const WORDS: [&str; 9] = ["a", "A", "b c", "", "self", "é", "1.10", "007", "Unknown"];

struct Maker {
    random: Random,
    unions: usize,
}

impl Maker {
    fn operation(&mut self, index: usize) -> Operation {
        let method = ["get", "post", "put", "patch"][index];
        let mut path = format!("/r{index}");
        let mut parameters = Vec::new();
        for number in 0..self.random.below(3) {
            path += &format!("/v{number}/{{id{number}}}");
            parameters.push(self.parameter(format!("id{number}"), "path"));
        }
        for number in 0..self.random.below(4) {
            let name = self.random.pick(&["q#", "filter[a#]", "x-y#"]);
            let name = name.replace('#', &number.to_string());
            parameters.push(self.parameter(name, "query"));
        }
        for number in 0..self.random.below(2) {
            parameters.push(self.parameter(format!("X-H{number}"), "header"));
        }
        let media = [
            "application/json",
            "application/merge-patch+json",
            "application/vnd.x+json; v=2",
        ];
        let body = (method != "get").then(|| self.body());
        Operation {
            method,
            path,
            parameters,
            body,
            media: self.random.pick(&media),
            success: (!self.random.one_in(4)).then(|| self.body()),
            accept: self.random.pick(&media),
            public: self.random.one_in(3),
        }
    }

    fn parameter(&mut self, name: String, place: &'static str) -> Parameter {
        let mut node = loop {
            let shape = self.scalar();
            if !matches!(shape, Shape::Number { integer: false, .. }) {
                break self.node(shape);
            }
        };
        node.nullable = false;
        if place != "path" && self.random.one_in(3) {
            // Nothing is what an empty list sends.
            let list = self.list(node, 1);
            node = self.node(list);
            node.nullable = false;
        } else if let (Shape::Text { min, .. }, "path") = (&mut node.shape, place) {
            // An empty segment is another path.
            *min = (*min).max(1);
        } else if let (Shape::Words { values, .. }, "path") = (&mut node.shape, place) {
            values.retain(|value| !value.is_empty());
        }
        Parameter {
            name,
            place,
            node,
            required: place == "path" || self.random.one_in(2),
            explode: self.random.one_in(2),
        }
    }

    fn body(&mut self) -> Node {
        let shape = match self.random.below(5) {
            0 => {
                let items = self.any(1);
                self.list(items, 0)
            }
            1 => self.map(1),
            2 => self.union(1),
            _ => Shape::Object(self.object(0)),
        };
        let node = self.node(shape);
        Node {
            nullable: false,
            ..node
        }
    }

    fn node(&mut self, shape: Shape) -> Node {
        Node {
            shape,
            nullable: self.random.one_in(5),
            form: self.random.pick(&FORMS),
        }
    }

    fn any(&mut self, depth: usize) -> Node {
        let shape = match self.random.below(if depth > 2 { 6 } else { 11 }) {
            0..6 => self.scalar(),
            6 => {
                let items = self.any(depth + 1);
                self.list(items, 0)
            }
            7 => self.map(depth + 1),
            8 => self.union(depth + 1),
            _ => Shape::Object(self.object(depth + 1)),
        };
        self.node(shape)
    }

    fn scalar(&mut self) -> Shape {
        match self.random.below(7) {
            6 => Shape::Integers {
                values: vec![0, -1, self.random.below(9) as i64 + 1],
                max: 10,
            },
            0 => Shape::Format(self.random.pick(&["date-time", "date", "uuid"])),
            1 => Shape::Boolean,
            2 => {
                let mut values: Vec<String> = WORDS.map(str::to_owned).to_vec();
                while values.len() > 4 {
                    values.swap_remove(self.random.below(values.len()));
                }
                Shape::Words { values, max: 8 }
            }
            3 => Shape::Text {
                min: self.random.below(3),
                max: 3 + self.random.below(5),
                pattern: self.random.one_in(2),
            },
            kind => {
                let min = self.random.below(9) as i64 - 4;
                Shape::Number {
                    integer: kind == 4,
                    min,
                    max: min + 8 + self.random.below(9) as i64,
                    exclusive: [self.random.one_in(2), self.random.one_in(2)],
                    step: 1 + self.random.below(3) as i64,
                }
            }
        }
    }

    fn list(&mut self, items: Node, min: usize) -> Shape {
        let unique = self.random.one_in(3);
        let min = if unique {
            min
        } else {
            min + self.random.below(2)
        };
        let max = min + 1 + self.random.below(2);
        Shape::List {
            items: Box::new(items),
            min,
            max,
            unique,
        }
    }

    fn map(&mut self, depth: usize) -> Shape {
        let min = self.random.below(2);
        Shape::Map {
            values: Box::new(self.any(depth)),
            min,
            max: min + 1 + self.random.below(2),
        }
    }

    fn object(&mut self, depth: usize) -> Object {
        let mut fields: Vec<Field> = Vec::new();
        for _ in 0..2 + self.random.below(4) {
            let name = self.random.pick(&NAMES);
            if !fields.iter().any(|field| field.name == name) {
                fields.push(Field {
                    name: name.to_owned(),
                    node: self.any(depth + 1),
                    required: self.random.one_in(3),
                    read_only: self.random.one_in(6),
                });
            }
        }
        let free = |field: &&Field| !field.required && !field.read_only;
        let free = fields.iter().filter(free).count();
        let required = fields.iter().filter(|field| field.required).count();
        // Read-only ones count in responses only, where no limit is checked.
        let has_read_only = fields.iter().any(|field| field.read_only);
        let bounded = free > 1 && !has_read_only && self.random.one_in(2);
        let bounds = bounded.then(|| (required + 1, required + free - 1));
        Object { fields, bounds }
    }

    fn union(&mut self, depth: usize) -> Shape {
        self.unions += 1;
        let number = self.unions;
        let told = [Told::Mapping, Told::Names, Told::Listed, Told::Base][self.random.below(4)];
        let kinds = (0..2 + self.random.below(2)).map(|index| {
            let value = match told {
                Told::Names => format!("Kind{number}{}", ["x", "y", "z"][index]),
                _ => ["a.b", "", "Kind 3"][index].to_owned(),
            };
            let mut object = self.object(depth + 1);
            object.bounds = None;
            for (place, field) in object.fields.iter_mut().enumerate() {
                field.name = format!("f{index}{place}");
                field.read_only = false;
            }
            (value, object)
        });
        let kinds = kinds.collect();
        let tag = self.random.pick(&["kind", "type", "@t"]);
        Shape::Union {
            tag,
            told,
            kinds,
            number,
        }
    }
}
