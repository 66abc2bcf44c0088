//! `match`: which arm fits first.

use super::builder::Builder;
use crate::hir::{Arm, CompareOp, Expr, Pattern};
use crate::mir::{BlockId, Local, Op, Terminator};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

impl Builder<'_, '_> {
    pub(super) fn match_expr(&mut self, scrutinee: &Expr, arms: &[Arm<Expr>], span: Span) -> Local {
        let (dst, join) = (self.fresh(), self.block());
        let entries = self.dispatch(scrutinee, arms, span);
        for (arm, entry) in arms.iter().zip(entries) {
            self.at(entry);
            let src = self.expr(&arm.body);
            self.result(dst, src, join, span);
        }
        self.at(join);
        dst
    }

    /// Goes to the first arm that fits; the blocks in which the arms begin, their variables set.
    pub(super) fn dispatch<B>(&mut self, scrutinee: &Expr, arms: &[Arm<B>], span: Span) -> Vec<BlockId> {
        let word = self.expr(scrutinee);
        let entries: Vec<BlockId> = arms.iter().map(|_| self.block()).collect();
        let cases: Vec<(&Pattern, BlockId)> =
            arms.iter().zip(&entries).flat_map(|(arm, &entry)| arm.patterns.iter().map(move |p| (p, entry))).collect();
        let Some(inner) = self.types().inner(scrutinee.ty) else {
            self.dispatch_value(word, scrutinee.ty, &cases, span);
            return entries;
        };
        let (some, none) = (self.block(), self.block());
        let there = self.is_some(word, span);
        self.branch_on(there, some, none, span);
        self.at(none);
        match cases.iter().find(|(pattern, _)| matches!(pattern, Pattern::None | Pattern::Any)) {
            Some(&(_, entry)) => self.goto(entry, span),
            None => self.end(Terminator::Unreachable, span),
        }
        self.at(some);
        let value = self.unwrap(word, inner, span);
        self.dispatch_value(value, inner, &cases, span);
        entries
    }

    /// Of a value that is not optional.
    fn dispatch_value(&mut self, value: Local, ty: TypeId, cases: &[(&Pattern, BlockId)], span: Span) {
        if let Type::Enum(id) = self.types().get(ty) {
            let tag = if self.types().enum_def(id).has_fields() { self.load(value, 0, span) } else { value };
            if cases.iter().all(|(pattern, _)| !matches!(pattern, Pattern::Literal(_))) {
                return self.switch_on_tag(value, tag, cases, span);
            }
        }
        for (pattern, entry) in cases {
            match pattern {
                Pattern::Any => return self.goto(*entry, span),
                Pattern::None | Pattern::Variant { .. } => {}
                Pattern::Literal(literal) => {
                    let other = self.expr(literal);
                    let equal = self.ordered(CompareOp::Eq, ty, value, other, span);
                    let next = self.block();
                    self.branch_on(equal, *entry, next, span);
                    self.at(next);
                }
            }
        }
        self.end(Terminator::Unreachable, span);
    }

    fn switch_on_tag(&mut self, value: Local, tag: Local, cases: &[(&Pattern, BlockId)], span: Span) {
        let mut table: Vec<(i64, BlockId)> = Vec::new();
        let mut bound = Vec::new();
        let mut default = None;
        for (pattern, entry) in cases {
            match pattern {
                Pattern::Any => {
                    default = Some(*entry);
                    break;
                }
                Pattern::Variant { enum_id, variant, binds } => {
                    let case = crate::mir::variant_tag(*enum_id, *variant);
                    if table.iter().any(|(known, _)| *known == case) {
                        continue;
                    }
                    let target = if binds.is_empty() { *entry } else { self.block() };
                    table.push((case, target));
                    if !binds.is_empty() {
                        bound.push((target, binds, *entry));
                    }
                }
                Pattern::None | Pattern::Literal(_) => {}
            }
        }
        // A block that nobody fills is `Unreachable`.
        let default = default.unwrap_or_else(|| self.block());
        self.end(Terminator::Switch { value: tag, cases: table, default }, span);
        for (block, binds, entry) in bound {
            self.at(block);
            for &(field, var) in binds {
                let dst = self.var(var);
                self.emit(Op::Load { dst, base: value, offset: u32::try_from(field + 1).unwrap_or(u32::MAX) }, span);
            }
            self.goto(entry, span);
        }
    }
}
