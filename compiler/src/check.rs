//! The checker: from syntax to the typed program, with everything that is wrong on the way.
//!
//! It never stops at the first mistake: what is wrong gets the type `Type::Error`, which fits everywhere, so that
//! one mistake is reported once. Rooms:
//!
//! - here, `names`, `types`, `fns`: declarations, names with suggestions, types, constants, functions;
//! - `body`: the variables of one body, scopes and narrowing;
//! - `expr`, `operators`, `methods`, `literals`, `matches`: expressions and patterns;
//! - `journey`, `stmt`, `wait`, `send`, `experiment`: journeys;
//! - `channel`, `message`: what is sent; `test`: tests; `flow`: what is true of whole bodies.

pub(crate) mod body;

use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir;
use crate::types::TypeId;
use body::{Body, Facts};

/// Checks the files of a program together. The typed program is complete only where no diagnostic is an error.
#[must_use]
pub fn check(_files: &[ast::File]) -> (hir::Program, Vec<Diagnostic>) {
    todo!()
}

/// What the checker knows and has found so far.
pub(crate) struct Checker {
    /// Grows while declarations are checked. All events, enums, types, channels, messages and journeys are entered
    /// (with their names and types) before any body is checked, so that order does not matter.
    pub hir: hir::Program,
    pub diagnostics: Vec<Diagnostic>,
}

impl Checker {
    /// Adds a diagnostic.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Checks an expression. With `expected` the result has that type: it is coerced (`Int` widened, `T` wrapped) or
    /// the mismatch is reported and an error expression returned.
    pub fn expr(&mut self, _body: &mut Body, _expr: &ast::Expr, _expected: Option<TypeId>) -> hir::Expr {
        todo!()
    }

    /// Checks a condition (a Bool) and tells what is known where it is true and where it is false.
    pub fn condition(&mut self, _body: &mut Body, _expr: &ast::Expr) -> (hir::Expr, Facts, Facts) {
        todo!()
    }

    /// The type that was written; what is wrong is reported and gives `TypeId::ERROR`.
    pub fn resolve_type(&mut self, _ty: &ast::TypeExpr) -> TypeId {
        todo!()
    }

    /// Checks the patterns of a `match` arm against the scrutinee's type and declares what they bind in the
    /// current scope of `body`.
    pub fn patterns(&mut self, _body: &mut Body, _patterns: &[ast::Pattern], _scrutinee: &hir::Expr) -> Vec<hir::Pattern> {
        todo!()
    }

    /// Reports what the arms of a `match` miss, and arms that can never be reached.
    pub fn exhaustive<B>(&mut self, _scrutinee: &hir::Expr, _arms: &[hir::Arm<B>], _span: journey_grammar::Span) {
        todo!()
    }

    /// Checks the arguments of a call (of a message, a function …) against named parameters: by place or by name; reports
    /// missing, doubled and unknown ones. One expression for each parameter, in order.
    pub fn arguments(
        &mut self,
        _body: &mut Body,
        _args: &[ast::Arg],
        _params: &[(String, TypeId)],
        _what: &str,
        _span: journey_grammar::Span,
    ) -> Vec<hir::Expr> {
        todo!()
    }

    /// Checks `field: expr` pairs against a record (events in tests too): all fields in order, defaults filled in.
    pub fn record_fields(
        &mut self,
        _body: &mut Body,
        _record: crate::types::RecordId,
        _fields: &[(ast::Ident, ast::Expr)],
        _span: journey_grammar::Span,
    ) -> Vec<hir::Expr> {
        todo!()
    }

    /// The nearest of `candidates` to a misspelled name, for `help: did you mean …`.
    pub fn suggest<'c>(&self, _name: &str, _candidates: impl Iterator<Item = &'c str>) -> Option<String> {
        todo!()
    }
}
