//! What of a value is personal: all of it, or some of its parts.

use super::trail::Trail;
use journey_grammar::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Parts within parts that are told apart; deeper, a value is personal as a whole. Bounds values that hold their own kind.
const DEPTH_MAX: usize = 5;
/// Parts of parameters that the value of a function is made of; beyond, all of each parameter counts.
const PARAMS_MAX: usize = 64;

/// A field of a record (variant 0) or of a variant. Optionals, lists and maps are as what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub variant: usize,
    pub field: usize,
}

impl Part {
    /// A field of a record.
    pub fn field(field: usize) -> Self {
        Self { variant: 0, field }
    }
}

/// A part of a parameter of the function that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Param {
    at: usize,
    path: Vec<Part>,
}

/// See the module. What a type says of its own fields does not stand here: see `marked`.
#[derive(Debug, Clone, Default)]
pub(super) struct Taint {
    /// The whole of it.
    own: Option<Trail>,
    /// It is as personal as these.
    params: BTreeSet<Param>,
    parts: BTreeMap<Part, Taint>,
}

impl Taint {
    /// Personal as a whole.
    pub fn personal(trail: Trail) -> Self {
        Self { own: Some(trail), ..Self::default() }
    }

    /// As personal as a parameter.
    pub fn param(at: usize) -> Self {
        Self { params: BTreeSet::from([Param { at, path: Vec::new() }]), ..Self::default() }
    }

    /// A record or variant of these parts.
    pub fn of_parts(parts: impl IntoIterator<Item = (Part, Taint)>) -> Self {
        Self { parts: parts.into_iter().filter(|(_, taint)| !taint.is_clean()).collect(), ..Self::default() }
    }

    /// Within a record, at the end of a path of fields.
    pub fn below(self, path: &[Part]) -> Self {
        path.iter().rev().fold(self, |taint, &part| Self::of_parts([(part, taint)]))
    }

    fn is_clean(&self) -> bool {
        self.own.is_none() && self.params.is_empty() && self.parts.is_empty()
    }

    /// How it came here, if all of it is personal.
    pub fn whole(&self) -> Option<&Trail> {
        self.own.as_ref()
    }

    /// The parts that are known of by themselves.
    pub fn parts(&self) -> impl Iterator<Item = (Part, &Taint)> {
        self.parts.iter().map(|(part, taint)| (*part, taint))
    }

    /// How anything personal in it came here.
    pub fn any(&self) -> Option<&Trail> {
        self.own.as_ref().or_else(|| self.parts.values().find_map(Taint::any))
    }

    /// One of its parts.
    pub fn part(&self, part: Part) -> Self {
        let params = self.params.iter().map(|param| {
            let mut path = param.path.clone();
            if path.len() < DEPTH_MAX {
                path.push(part);
            }
            Param { at: param.at, path }
        });
        let mut taint = Self { own: self.own.clone(), params: params.collect(), parts: BTreeMap::new() };
        if let Some(known) = self.parts.get(&part) {
            taint.join(known);
        }
        taint
    }

    /// What is made of all of it: a text, a number.
    pub fn flat(mut self) -> Self {
        for part in std::mem::take(&mut self.parts).into_values().map(Taint::flat) {
            self.own = self.own.or(part.own);
            self.params.extend(part.params);
        }
        self
    }

    /// Is as personal as both; says whether it was not before.
    pub fn join(&mut self, other: &Taint) -> bool {
        self.join_at(other, 0)
    }

    fn join_at(&mut self, other: &Taint, depth: usize) -> bool {
        if depth == DEPTH_MAX && !other.parts.is_empty() {
            return self.join_at(&other.clone().flat(), depth);
        }
        let mut changed = self.own.is_none() && other.own.is_some();
        if changed {
            self.own.clone_from(&other.own);
        }
        for param in &other.params {
            changed |= self.params.insert(param.clone());
        }
        if self.params.len() > PARAMS_MAX {
            self.params = self.params.iter().map(|param| Param { at: param.at, path: Vec::new() }).collect();
        }
        for (&part, taint) in &other.parts {
            changed |= self.parts.entry(part).or_default().join_at(taint, depth + 1);
        }
        changed
    }

    /// Goes on to another station.
    pub fn to(mut self, span: Span, text: &impl Fn() -> String) -> Self {
        self.own = self.own.map(|trail| trail.to(span, text));
        self.parts = self.parts.into_iter().map(|(part, taint)| (part, taint.to(span, text))).collect();
        self
    }

    /// The value of a function for these arguments.
    pub fn applied(&self, args: &[Taint]) -> Self {
        let parts = self.parts.iter().map(|(&part, taint)| (part, taint.applied(args)));
        let mut taint = Self { own: self.own.clone(), ..Self::of_parts(parts) };
        for param in &self.params {
            if let Some(arg) = args.get(param.at) {
                taint.join(&param.path.iter().fold(arg.clone(), |arg, &part| arg.part(part)));
            }
        }
        taint
    }
}
