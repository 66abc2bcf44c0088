//! The checker: from syntax to the typed program, with everything that is wrong on the way.
//!
//! It never stops at the first mistake: what is wrong gets the type `Type::Error`, which fits everywhere, so that
//! one mistake is reported once. Rooms:
//!
//! - here, `names`, `lookup`, `style`, `types`, `finite`, `order`, `fns`: declarations, names with suggestions, types, constants, functions;
//! - `body`, `narrow`: the variables of one body, scopes and narrowing;
//! - `expr`, `access`, `operators`, `compare`, `methods`, `lists`, `literals`, `records`, `matches`,
//!   `coerce`, `explain`: expressions and patterns, and the words for what does not fit;
//! - `traits`, `segment`: what is told of a customer's events; `instant`: conditions that time changes;
//! - `journey`, `clauses`, `entries`, `identity`: journeys and their heads; `stmt`, `place`, `wait`, `send`, `experiment`: statements;
//!   `flow`: how control goes through them;
//! - `service`: calls to the outside; `call`: these, events that are emitted, and journeys that start others; `outcomes`: what of
//!   those is known beforehand;
//! - `channel`, `limits`, `message`, `handles`: what is sent, to whom and when, and what becomes of it; `test`, `expect`: tests;
//! - `again`: the whole, and what of it need not be done again after a change.

mod access;
mod again;
pub(crate) mod body;
mod branches;
mod call;
mod channel;
mod clauses;
mod coerce;
mod compare;
mod entries;
mod expect;
mod experiment;
mod explain;
mod expr;
mod finite;
mod flow;
mod fns;
mod handles;
mod identity;
mod instant;
mod journey;
#[cfg(test)]
mod journey_tests;
mod limits;
mod lists;
mod literals;
mod lookup;
mod matches;
mod message;
mod methods;
mod names;
mod narrow;
mod operators;
mod order;
mod outcomes;
mod place;
mod records;
mod segment;
mod send;
mod service;
mod stmt;
mod style;
mod test;
mod traits;
mod try_catch;
mod types;
mod unknown;
mod wait;

use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir;
use crate::types::TypeId;
pub(crate) use again::{Checked, Fresh, Known, check_again};
use body::Body;
use fns::{Constant, Signature};
use journey_grammar::Span;
pub use lookup::nearest;
pub(crate) use methods::LIST_STAYS;
use names::{Decl, Global, Owner};
use rustc_hash::{FxHashMap, FxHashSet};

/// Checks the files of a program together. The typed program is complete only where no diagnostic is an error.
#[must_use]
pub fn check(files: &[ast::File]) -> (hir::Program, Vec<Diagnostic>) {
    let items: Vec<&ast::Item> = files.iter().flat_map(|file| &file.items).collect();
    let Checked { program, diagnostics, .. } = check_again(&items, None);
    (program, diagnostics)
}

/// What the checker knows and has found so far.
#[derive(Default)]
pub(crate) struct Checker {
    /// Grows while declarations are checked. All events, enums, types, channels, messages and journeys are entered
    /// (with their names and types) before any body is checked, so that order does not matter.
    pub hir: hir::Program,
    pub diagnostics: Vec<Diagnostic>,
    globals: FxHashMap<String, Global>,
    constants: Vec<Constant>,
    /// By the number in `Decl::Segment`; `None` until its condition is checked.
    segments: Vec<Option<hir::SegmentId>>,
    signatures: Vec<Signature>,
    /// Where fields were declared.
    field_spans: FxHashMap<(Owner, usize), Span>,
    /// Fields that have a default.
    defaults: FxHashSet<(Owner, usize)>,
    profile_span: Option<Span>,
    /// The type of what `catch` binds.
    error_type: Option<TypeId>,
    /// The experiments of all journeys, by name, and where each was first written.
    experiments: FxHashMap<String, (hir::Experiment, Span)>,
    /// The top-level names that the current body uses, and the experiments that it is the first to give.
    uses: FxHashSet<String>,
    entered_experiments: Vec<String>,
    /// What handles of messages are made of.
    handles: handles::Handles,
}

impl Checker {
    /// Adds a diagnostic.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Ends a body: reports what was found of its variables and gives them.
    pub fn finish(&mut self, mut body: Body) -> Vec<hir::Var> {
        let warnings = body.close();
        self.diagnostics.extend(warnings);
        for var in &body.vars {
            self.lint_snake(&var.name, var.span);
            self.warn_shadowed_global(&var.name, var.span);
        }
        body.vars
    }

    /// Channels first: messages fill their contents; services before journeys, which call them. What journeys and tests read is
    /// complete after this; they come in [`again`].
    fn shared_bodies(&mut self, items: &[&ast::Item], decls: &[Decl]) {
        let declared = || items.iter().copied().zip(decls.iter().copied());
        for (item, decl) in declared() {
            if let Decl::Channel(id) = decl {
                self.channel(id, item);
            }
        }
        for (item, decl) in declared() {
            if let Decl::Message(id) = decl {
                self.message(id, item);
            }
        }
        for (item, decl) in declared() {
            if let Decl::Service(id) = decl {
                self.service(id, item);
            }
        }
    }
}
