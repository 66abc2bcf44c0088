//! What other journeys must know of one that they start, before any body is checked: its parameters, and how it can end.

use super::Checker;
use super::body::{Body, Kind};
use super::journey::COMPLETED;
use crate::ast::{self, ClauseKind, StmtKind};
use crate::hir::JourneyId;
use crate::types::{EnumDef, EnumId, VariantDef};

impl Checker {
    /// Enters parameters and result of a journey that has a list of parameters.
    pub(super) fn enter_child(&mut self, id: JourneyId, journey: &ast::Journey) {
        if !journey.is_child {
            return;
        }
        let types = self.params(&journey.params);
        let mut body = Body::new(Kind::Customer);
        let params = journey.params.iter().zip(types).map(|(param, (name, ty))| body.declare(&name, ty, false, param.name.span)).collect();
        let variant = |name: String| VariantDef { name, fields: Vec::new() };
        let mut variants: Vec<VariantDef> = outcomes(journey).into_iter().map(variant).collect();
        variants.extend(["failed", "cancelled"].map(|name| variant(name.into())));
        let result = EnumId(super::names::number(self.hir.types.enums.len()));
        self.hir.types.enums.push(EnumDef { name: format!("outcome of {}", journey.name.name), variants });
        let entered = &mut self.hir.journeys[id.index()];
        entered.params = params;
        entered.vars = body.vars;
        entered.result = Some(result);
    }
}

/// The names of all outcomes, in order of first appearance, goals and exits before statements, and `completed`.
pub(super) fn outcomes(journey: &ast::Journey) -> Vec<String> {
    let mut found = Vec::new();
    for clause in &journey.clauses {
        if let ClauseKind::Goal { name, .. } | ClauseKind::ExitOn { name, .. } | ClauseKind::ExitWhen { name, .. } = &clause.kind {
            add(&mut found, &name.name);
        }
    }
    collect(&journey.body, &mut found);
    add(&mut found, COMPLETED);
    found
}

fn collect(stmts: &[ast::Stmt], found: &mut Vec<String>) {
    for stmt in stmts {
        if let StmtKind::Finish(name) = &stmt.kind {
            add(found, &name.name);
        }
        stmt.blocks().into_iter().for_each(|block| collect(block, found));
    }
}

fn add(found: &mut Vec<String>, name: &str) {
    // These two say how an instance stops without an outcome.
    if !matches!(name, "failed" | "cancelled") && !found.iter().any(|known| known == name) {
        found.push(name.to_owned());
    }
}
