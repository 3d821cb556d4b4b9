//! Walks both documents from where schemas are used, each pair of schemas once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::change::{Direction, Fact, Sink, Site, Use};
use super::join::{self, Sides};
use super::shape::{Node, Shape};

/// All pairs of schemas that were found at the same place.
pub struct Walk<'a> {
    old: &'a Value,
    new: &'a Value,
    index: BTreeMap<(Vec<String>, Vec<String>), usize>,
    pairs: Vec<Pair>,
    /// How often a component stands where another stood.
    pub stand_ins: BTreeMap<(String, String), usize>,
    /// Components of the old and of the new document that were compared with anything.
    pub met: (BTreeSet<String>, BTreeSet<String>),
}

struct Pair {
    facts: Vec<Fact>,
    children: Vec<Edge>,
    uses: BTreeSet<Use>,
}

struct Edge {
    pair: usize,
    property: bool,
    exists: (bool, bool),
}

impl<'a> Walk<'a> {
    /// Over two documents.
    pub fn new(old: &'a Value, new: &'a Value) -> Self {
        Self {
            old,
            new,
            index: BTreeMap::new(),
            pairs: Vec::new(),
            stand_ins: BTreeMap::new(),
            met: Default::default(),
        }
    }

    /// Compares two schemas and everything below them, used so.
    pub fn visit(&mut self, old: &Node, new: &Node, uses: &BTreeSet<Use>) {
        let mut waiting = VecDeque::new();
        let start = self.pair(old, new, &mut waiting);
        while let Some((pair, old, new)) = waiting.pop_front() {
            self.join(pair, &old, &new, &mut waiting);
        }
        let mut todo = vec![(start, uses.clone())];
        while let Some((pair, uses)) = todo.pop() {
            let known = &mut self.pairs[pair];
            let before = known.uses.len();
            known.uses.extend(&uses);
            if known.uses.len() == before {
                continue;
            }
            for edge in &self.pairs[pair].children {
                let below = uses.iter().filter(|of| match of.direction {
                    Direction::Request => edge.exists.0,
                    Direction::Response => edge.exists.1,
                });
                let below: BTreeSet<Use> = below
                    .map(|of| Use {
                        site: if edge.property {
                            Site::Property
                        } else {
                            of.site
                        },
                        ..*of
                    })
                    .collect();
                if !below.is_empty() {
                    todo.push((edge.pair, below));
                }
            }
        }
    }

    /// Hands all facts over.
    pub fn finish(self, sink: &mut Sink) {
        for pair in self.pairs {
            for fact in pair.facts {
                sink.add(fact, &pair.uses);
            }
        }
    }

    fn pair(
        &mut self,
        old: &Node,
        new: &Node,
        waiting: &mut VecDeque<(usize, Node, Node)>,
    ) -> usize {
        let key = |root: &Value, node: &Node| {
            let leaves = Shape::of(root, node).leaves;
            // What says nothing is told apart by its place.
            if leaves.is_empty() {
                node.0.clone()
            } else {
                leaves
            }
        };
        let key = (key(self.old, old), key(self.new, new));
        if let Some(pair) = self.index.get(&key) {
            return *pair;
        }
        let pair = self.pairs.len();
        self.index.insert(key, pair);
        self.pairs.push(Pair {
            facts: Vec::new(),
            children: Vec::new(),
            uses: BTreeSet::new(),
        });
        waiting.push_back((pair, old.clone(), new.clone()));
        pair
    }

    fn join(
        &mut self,
        pair: usize,
        old: &Node,
        new: &Node,
        waiting: &mut VecDeque<(usize, Node, Node)>,
    ) {
        let (was, is) = (Shape::of(self.old, old), Shape::of(self.new, new));
        self.meet(&was, &is);
        let sides = Sides::new((self.old, self.new), (old, &was), (new, &is));
        let (facts, children) = join::join(&sides, (old, &was), (new, &is));
        let children = children
            .into_iter()
            .map(|child| Edge {
                pair: self.pair(&child.old, &child.new, waiting),
                property: child.property,
                exists: child.exists,
            })
            .collect();
        self.pairs[pair].facts = facts;
        self.pairs[pair].children = children;
    }

    /// Remembers which components met, for their renames.
    fn meet(&mut self, old: &Shape, new: &Shape) {
        self.met
            .0
            .extend(old.parts.iter().chain(&old.name).cloned());
        self.met
            .1
            .extend(new.parts.iter().chain(&new.name).cloned());
        match (&old.name, &new.name) {
            (Some(one), Some(two)) => self.stand_in(one, two),
            (None, None) => {
                let gone: Vec<&String> = old.parts.difference(&new.parts).collect();
                let come: Vec<&String> = new.parts.difference(&old.parts).collect();
                if let ([one], [two]) = (gone.as_slice(), come.as_slice()) {
                    self.stand_in(one, two);
                }
            }
            _ => {}
        }
    }

    fn stand_in(&mut self, one: &str, two: &str) {
        if one != two {
            *self
                .stand_ins
                .entry((one.to_owned(), two.to_owned()))
                .or_default() += 1;
        }
    }
}
