//! Conditions that stand while time goes by: it must be known when time alone can change them.

use super::Checker;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{Expr, SegmentId};
use crate::instant;
use journey_grammar::Span;

impl Checker {
    /// Reports where the next instant at which time can change a condition cannot be derived.
    pub(super) fn standing(&mut self, condition: &Expr) {
        if let Some(stuck) = instant::stuck(&self.hir, condition) {
            self.report_stuck(&stuck, condition.span, "this condition has to be judged at the moment when it changes");
        }
    }

    /// The segment of that name, whose condition stands for as long as the journey does.
    pub(super) fn standing_segment(&mut self, name: &ast::Ident) -> Option<SegmentId> {
        let id = self.segment_named(name)?;
        let segment = self.hir.segments.get(id.index())?;
        if let Some(stuck) = instant::stuck(&self.hir, &segment.condition) {
            self.report_stuck(&stuck, name.span, "who comes into this segment has to be known at that moment");
        }
        Some(id)
    }

    fn report_stuck(&mut self, stuck: &instant::Stuck, standing: Span, why: &str) {
        let message = "it cannot be told when this changes";
        let mut diagnostic = Diagnostic::error("E0460", stuck.span, message, "this moves with the clock");
        if standing != stuck.span {
            diagnostic = diagnostic.and(standing, why);
        }
        self.report(diagnostic.help(stuck.help));
    }
}
