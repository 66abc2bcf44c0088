//! List methods with a lambda, as loops.

use super::builder::Builder;
use crate::hir::{ArithOp, CompareOp, Expr, ListOp, VarId};
use crate::mir::{BlockId, HostOp, Local, NumberKind, Op};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// A loop over a list, seen from its body.
struct Visit {
    element: Local,
    index: Local,
    exit: BlockId,
}

impl Builder<'_, '_> {
    /// As many turns of the budget as the list (or map) has elements.
    pub(super) fn turns_of(&mut self, list: Local, span: Span) {
        let count = self.load(list, 0, span);
        self.emit(Op::Turns { count }, span);
    }

    /// A loop over the elements; each is a turn. What `body` sets is set in the block after the loop too.
    fn each(&mut self, list: Local, span: Span, body: impl FnOnce(&mut Self, Visit)) {
        let (head, inside, exit) = (self.block(), self.block(), self.block());
        let len = self.load(list, 0, span);
        let index = self.int(0, span);
        self.goto(head, span);
        self.at(head);
        let more = self.compare(CompareOp::Lt, index, len, span);
        self.branch_on(more, inside, exit, span);
        self.at(inside);
        self.emit(Op::Turn, span);
        let element = self.fresh();
        self.emit(Op::LoadElement { dst: element, list, index }, span);
        body(self, Visit { element, index, exit });
        self.increment(index, span);
        self.goto(head, span);
        self.at(exit);
    }

    pub(super) fn increment(&mut self, local: Local, span: Span) {
        let one = self.int(1, span);
        self.emit(Op::Arith { op: ArithOp::Add, kind: NumberKind::Int, dst: local, a: local, b: one }, span);
    }

    pub(super) fn list_lambda(&mut self, op: ListOp, list: &Expr, param: VarId, body: &Expr, ty: TypeId, span: Span) -> Local {
        let element_ty = match self.types().get(list.ty) {
            Type::List(of) => of,
            _ => TypeId::ERROR,
        };
        let list = self.expr(list);
        let lambda = |b: &mut Self, element: Local| {
            b.vars.insert(param, element);
            b.expr(body)
        };
        match op {
            ListOp::Any => self.search(list, true, span, |b, element, yes, no| b.lambda_branch(param, element, body, yes, no)),
            ListOp::All => self.search(list, false, span, |b, element, yes, no| b.lambda_branch(param, element, body, no, yes)),
            ListOp::Count => {
                let count = self.int(0, span);
                self.each(list, span, |b, visit| {
                    b.where_lambda(param, visit.element, body, span, |b| b.increment(count, span));
                });
                count
            }
            ListOp::Filter => self.filter(list, param, body, span),
            ListOp::Map => {
                let len = self.load(list, 0, span);
                let mapped = self.fresh();
                self.emit(Op::AllocList { dst: mapped, len }, span);
                self.each(list, span, |b, visit| {
                    let src = lambda(b, visit.element);
                    b.emit(Op::StoreElement { list: mapped, index: visit.index, src }, span);
                });
                mapped
            }
            ListOp::Sum => self.sum(list, ty, span, lambda),
            ListOp::MinBy => self.best(list, CompareOp::Lt, body.ty, element_ty, span, lambda),
            ListOp::MaxBy => self.best(list, CompareOp::Gt, body.ty, element_ty, span, lambda),
            ListOp::SortBy => {
                let keys = self.list_lambda_keys(list, span, lambda);
                self.host(HostOp::ListSortBy(body.ty), vec![keys, list], span)
            }
        }
    }

    fn list_lambda_keys(&mut self, list: Local, span: Span, lambda: impl FnOnce(&mut Self, Local) -> Local) -> Local {
        let len = self.load(list, 0, span);
        let keys = self.fresh();
        self.emit(Op::AllocList { dst: keys, len }, span);
        self.each(list, span, |b, visit| {
            let src = lambda(b, visit.element);
            b.emit(Op::StoreElement { list: keys, index: visit.index, src }, span);
        });
        keys
    }

    fn lambda_branch(&mut self, param: VarId, element: Local, body: &Expr, yes: BlockId, no: BlockId) {
        self.vars.insert(param, element);
        self.branch(body, yes, no);
    }

    /// `then` where the lambda holds of the element.
    fn where_lambda(&mut self, param: VarId, element: Local, body: &Expr, span: Span, then: impl FnOnce(&mut Self)) {
        let (yes, next) = (self.block(), self.block());
        self.lambda_branch(param, element, body, yes, next);
        self.at(yes);
        then(self);
        self.goto(next, span);
        self.at(next);
    }

    /// Stops with `found` at the first element at which `test` goes to its first block.
    fn search(&mut self, list: Local, found: bool, span: Span, test: impl FnOnce(&mut Self, Local, BlockId, BlockId)) -> Local {
        let result = self.int(i64::from(!found), span);
        self.each(list, span, |b, visit| {
            let (stop, next) = (b.block(), b.block());
            test(b, visit.element, stop, next);
            b.at(stop);
            b.emit(Op::Const { dst: result, value: i64::from(found) }, span);
            b.goto(visit.exit, span);
            b.at(next);
        });
        result
    }

    fn filter(&mut self, list: Local, param: VarId, body: &Expr, span: Span) -> Local {
        let len = self.load(list, 0, span);
        let kept = self.fresh();
        self.emit(Op::AllocList { dst: kept, len }, span);
        let count = self.int(0, span);
        self.each(list, span, |b, visit| {
            b.where_lambda(param, visit.element, body, span, |b| {
                b.emit(Op::StoreElement { list: kept, index: count, src: visit.element }, span);
                b.increment(count, span);
            });
        });
        self.emit(Op::TruncateList { list: kept, len: count }, span);
        kept
    }

    pub(super) fn sum(&mut self, list: Local, ty: TypeId, span: Span, of: impl FnOnce(&mut Self, Local) -> Local) -> Local {
        let total = self.int(0, span);
        let kind = match self.types().get(ty) {
            Type::Decimal => NumberKind::Decimal,
            Type::Duration => NumberKind::Duration,
            _ => NumberKind::Int,
        };
        self.each(list, span, |b, visit| {
            let part = of(b, visit.element);
            let op = if ty == TypeId::FLOAT {
                Op::FloatArith { op: ArithOp::Add, dst: total, a: total, b: part }
            } else {
                Op::Arith { op: ArithOp::Add, kind, dst: total, a: total, b: part }
            };
            b.emit(op, span);
        });
        total
    }

    /// The first element whose key no other's surpasses, as an optional.
    fn best(
        &mut self,
        list: Local,
        surpasses: CompareOp,
        key_ty: TypeId,
        ty: TypeId,
        span: Span,
        key: impl FnOnce(&mut Self, Local) -> Local,
    ) -> Local {
        let (best, best_key) = (self.int(0, span), self.int(0, span));
        let len = self.load(list, 0, span);
        self.each(list, span, |b, visit| {
            let key = key(b, visit.element);
            let (first, compare, take, next) = (b.block(), b.block(), b.block(), b.block());
            let zero = b.int(0, span);
            let later = b.compare(CompareOp::Gt, visit.index, zero, span);
            b.branch_on(later, compare, first, span);
            b.at(first);
            b.goto(take, span);
            b.at(compare);
            let better = b.ordered(surpasses, key_ty, key, best_key, span);
            b.branch_on(better, take, next, span);
            b.at(take);
            b.emit(Op::Copy { dst: best, src: visit.element }, span);
            b.emit(Op::Copy { dst: best_key, src: key }, span);
            b.goto(next, span);
            b.at(next);
        });
        let any = self.is_some(len, span);
        self.where_true(any, span, |b| b.wrap(best, ty, span))
    }
}
