//! Expressions.

use super::builder::Builder;
use crate::hir::CompareOp;
use crate::hir::{Expr, ExprKind, InWhat, StrPart};
use crate::mir::{BlockId, GlobalId, HostOp, Local, Op, StepInput};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// Parts of a text that are joined at once: code that holds many words at the same time is slow to make.
const JOINED_WORDS: usize = 64;

impl Builder<'_, '_> {
    /// Lowers an expression; the local may be a variable's own, so it is to be read before anything is assigned.
    pub fn expr(&mut self, expr: &Expr) -> Local {
        let span = expr.span;
        if let Some(watched) = self.watched(expr) {
            return watched;
        }
        match &expr.kind {
            ExprKind::Bool(value) => self.int(i64::from(*value), span),
            ExprKind::Int(value)
            | ExprKind::Decimal(value)
            | ExprKind::Duration(value)
            | ExprKind::Time(value)
            | ExprKind::Date(value)
            | ExprKind::LocalTime(value) => self.int(*value, span),
            ExprKind::Float(value) => self.int(value.to_bits().cast_signed(), span),
            ExprKind::Str(text) => self.text(text, span),
            ExprKind::None => self.int(0, span),
            ExprKind::Now => self.input(StepInput::Now, span),
            ExprKind::Customer => self.input(StepInput::Customer, span),
            ExprKind::Profile => self.input(StepInput::Profile, span),
            ExprKind::Var(var) => self.var(*var),
            ExprKind::Const(id) => {
                let dst = self.fresh();
                self.emit(Op::Global { dst, global: GlobalId(id.0) }, span);
                dst
            }
            ExprKind::Trait(id) => self.host(HostOp::Trait(id.0), Vec::new(), span),
            ExprKind::Segment(id) => match self.lowerer.segments.get(id.index()).copied() {
                Some(functions) => self.call(functions.holds, Vec::new(), span),
                None => self.int(0, span),
            },
            ExprKind::Field(base, field) => {
                let base = self.expr(base);
                self.load(base, *field, span)
            }
            ExprKind::OptField(base, field) => self.optional_field(base, *field, span),
            ExprKind::Index(base, index) => self.index(base, index, span),
            ExprKind::Wrap(value) => {
                let word = self.expr(value);
                self.wrap(word, value.ty, span)
            }
            ExprKind::Unwrap(value) => {
                let word = self.expr(value);
                self.unwrap(word, expr.ty, span)
            }
            ExprKind::Widen(value) | ExprKind::Convert(value) => {
                let word = self.expr(value);
                self.convert(word, value.ty, expr.ty, span)
            }
            ExprKind::Neg(value) => self.negate(value, span),
            ExprKind::Not(value) => {
                let src = self.expr(value);
                let dst = self.fresh();
                self.emit(Op::Not { dst, src }, span);
                dst
            }
            ExprKind::And(..) | ExprKind::Or(..) => self.truth(expr),
            ExprKind::Coalesce(value, fallback) => self.coalesce(value, fallback, expr.ty, span),
            ExprKind::Arith(op, a, b) => self.arith(*op, a, b, span),
            ExprKind::Compare(op, a, b) => self.comparison(*op, a, b, span),
            ExprKind::In(value, what) => self.is_in(value, what, span),
            ExprKind::Interpolate(parts) => self.interpolate(parts, span),
            ExprKind::If { cond, then, otherwise } => self.if_expr(cond, then, otherwise, span),
            ExprKind::Match { scrutinee, arms } => self.match_expr(scrutinee, arms, span),
            ExprKind::Block { lets, value } => {
                for (var, value) in lets {
                    let src = self.expr(value);
                    let dst = self.var(*var);
                    self.emit(Op::Copy { dst, src }, value.span);
                }
                self.expr(value)
            }
            ExprKind::Record(_, fields) => {
                let fields = self.exprs(fields);
                self.words(&fields, span)
            }
            ExprKind::Variant { enum_id, variant, fields } => {
                let tag = self.int(crate::mir::variant_tag(*enum_id, *variant), span);
                if !self.types().enum_def(*enum_id).has_fields() {
                    return tag;
                }
                let mut words = vec![tag];
                words.extend(self.exprs(fields));
                self.words(&words, span)
            }
            ExprKind::List(elements) => {
                let mut words = vec![self.int(i64::try_from(elements.len()).unwrap_or(0), span)];
                words.extend(self.exprs(elements));
                self.words(&words, span)
            }
            ExprKind::Map(entries) => self.map_literal(entries, expr.ty, span),
            ExprKind::Call(function, args) => {
                let args = self.exprs(args);
                let function = self.lowerer.user_function(*function);
                self.call(function, args, span)
            }
            ExprKind::Method(method, args) => self.method(*method, args, span),
            ExprKind::ListLambda { op, list, param, body } => self.list_lambda(*op, list, *param, body, expr.ty, span),
        }
    }

    /// Lowers expressions from left to right.
    pub fn exprs(&mut self, exprs: &[Expr]) -> Vec<Local> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// Goes to one of two blocks by a condition, without making a Bool of it where that can be spared.
    pub fn branch(&mut self, cond: &Expr, then: BlockId, otherwise: BlockId) {
        match &cond.kind {
            ExprKind::And(a, b) => {
                let more = self.block();
                self.branch(a, more, otherwise);
                self.at(more);
                self.branch(b, then, otherwise);
            }
            ExprKind::Or(a, b) => {
                let more = self.block();
                self.branch(a, then, more);
                self.at(more);
                self.branch(b, then, otherwise);
            }
            ExprKind::Not(a) => self.branch(a, otherwise, then),
            _ => {
                let value = self.expr(cond);
                self.branch_on(value, then, otherwise, cond.span);
            }
        }
    }

    fn truth(&mut self, cond: &Expr) -> Local {
        let (yes, no, join) = (self.block(), self.block(), self.block());
        let dst = self.fresh();
        self.branch(cond, yes, no);
        for (block, value) in [(yes, 1), (no, 0)] {
            self.at(block);
            self.emit(Op::Const { dst, value }, cond.span);
            self.goto(join, cond.span);
        }
        self.at(join);
        dst
    }

    fn if_expr(&mut self, cond: &Expr, then: &Expr, otherwise: &Expr, span: Span) -> Local {
        let (yes, no, join) = (self.block(), self.block(), self.block());
        let dst = self.fresh();
        self.branch(cond, yes, no);
        for (block, value) in [(yes, then), (no, otherwise)] {
            self.at(block);
            let src = self.expr(value);
            self.result(dst, src, join, span);
        }
        self.at(join);
        dst
    }

    fn coalesce(&mut self, value: &Expr, fallback: &Expr, ty: TypeId, span: Span) -> Local {
        let (some, none, join) = (self.block(), self.block(), self.block());
        let dst = self.fresh();
        let word = self.expr(value);
        let there = self.is_some(word, span);
        self.branch_on(there, some, none, span);
        self.at(some);
        let held = match self.types().get(ty) {
            Type::Optional(_) | Type::None => word,
            _ => self.unwrap(word, ty, span),
        };
        self.result(dst, held, join, span);
        self.at(none);
        let src = self.expr(fallback);
        self.result(dst, src, join, span);
        self.at(join);
        dst
    }

    /// `make` where the word is not `none`, else `none`.
    fn where_some(&mut self, word: Local, span: Span, make: impl FnOnce(&mut Self) -> Local) -> Local {
        let there = self.is_some(word, span);
        self.where_true(there, span, make)
    }

    /// `make` where the condition holds, else `none`.
    pub fn where_true(&mut self, cond: Local, span: Span, make: impl FnOnce(&mut Self) -> Local) -> Local {
        let (yes, no, join) = (self.block(), self.block(), self.block());
        let dst = self.fresh();
        self.branch_on(cond, yes, no, span);
        self.at(yes);
        let src = make(self);
        self.result(dst, src, join, span);
        self.at(no);
        self.nothing(dst, join, span);
        self.at(join);
        dst
    }

    fn optional_field(&mut self, base: &Expr, field: usize, span: Span) -> Local {
        let word = self.expr(base);
        let record = self.types().inner(base.ty).unwrap_or(base.ty);
        let ty = match self.types().get(record) {
            Type::Record(id) => self.types().record(id).fields.get(field).map_or(TypeId::ERROR, |field| field.ty),
            _ => TypeId::ERROR,
        };
        self.where_some(word, span, |b| {
            let value = b.load(word, field, span);
            b.wrap(value, ty, span)
        })
    }

    fn index(&mut self, base: &Expr, index: &Expr, span: Span) -> Local {
        let (list, at) = (self.expr(base), self.expr(index));
        match self.types().get(base.ty) {
            Type::Map(key, value) => {
                self.turns_of(list, span);
                let place = self.host(HostOp::MapFind(key), vec![list, at], span);
                self.where_some(place, span, |b| {
                    let word = b.load(place, 0, span);
                    b.wrap(word, value, span)
                })
            }
            Type::List(element) => self.element(list, at, element, span),
            _ => self.int(0, span),
        }
    }

    /// The element of a list at an index as an optional.
    pub fn element(&mut self, list: Local, index: Local, ty: TypeId, span: Span) -> Local {
        let dst = self.fresh();
        let (check, yes, no, join) = (self.block(), self.block(), self.block(), self.block());
        let zero = self.int(0, span);
        let low = self.compare(CompareOp::Ge, index, zero, span);
        self.branch_on(low, check, no, span);
        self.at(check);
        let len = self.load(list, 0, span);
        let high = self.compare(CompareOp::Lt, index, len, span);
        self.branch_on(high, yes, no, span);
        self.at(yes);
        let word = self.fresh();
        self.emit(Op::LoadElement { dst: word, list, index }, span);
        let some = self.wrap(word, ty, span);
        self.result(dst, some, join, span);
        self.at(no);
        self.nothing(dst, join, span);
        self.at(join);
        dst
    }

    fn interpolate(&mut self, parts: &[StrPart], span: Span) -> Local {
        let mut words = Vec::new();
        let mut joined = Vec::new();
        for part in parts {
            words.push(match part {
                StrPart::Text(text) => self.text(text, span),
                StrPart::Expr(expr) => self.shown(expr),
            });
            if words.len() == JOINED_WORDS {
                joined.push(self.host(HostOp::Concat, std::mem::take(&mut words), span));
            }
        }
        joined.append(&mut words);
        match joined.as_slice() {
            [] => self.text("", span),
            [one] => *one,
            _ => self.host(HostOp::Concat, joined, span),
        }
    }

    /// A printable value as text.
    pub fn shown(&mut self, expr: &Expr) -> Local {
        let word = self.expr(expr);
        match self.types().get(expr.ty) {
            Type::String | Type::Timezone => word,
            _ => self.host(HostOp::Format(expr.ty), vec![word], expr.span),
        }
    }

    fn map_literal(&mut self, entries: &[(Expr, Expr)], ty: TypeId, span: Span) -> Local {
        let mut words = Vec::new();
        for (key, value) in entries {
            words.push(self.expr(key));
            words.push(self.expr(value));
        }
        let key = match self.types().get(ty) {
            Type::Map(key, _) => key,
            _ => TypeId::STRING,
        };
        self.host(HostOp::MapNew(key), words, span)
    }

    fn is_in(&mut self, value: &Expr, what: &InWhat, span: Span) -> Local {
        let word = self.expr(value);
        match what {
            InWhat::List(list) => {
                let list = self.expr(list);
                self.turns_of(list, span);
                self.host(HostOp::ListContains(value.ty), vec![list, word], span)
            }
            InWhat::Map(map) => {
                let map = self.expr(map);
                self.turns_of(map, span);
                let place = self.host(HostOp::MapFind(value.ty), vec![map, word], span);
                self.is_some(place, span)
            }
            InWhat::String(text) => {
                let text = self.expr(text);
                self.host(HostOp::StringContains, vec![text, word], span)
            }
            InWhat::Range(from, to) => {
                let (from, to) = (self.expr(from), self.expr(to));
                self.between(word, value.ty, from, to, span)
            }
        }
    }

    /// A range of local times whose end is earlier than its start goes across midnight, as a window of `wait` does.
    pub(super) fn between(&mut self, word: Local, ty: TypeId, from: Local, to: Local, span: Span) -> Local {
        let low = self.ordered(CompareOp::Ge, ty, word, from, span);
        let high = self.ordered(CompareOp::Lt, ty, word, to, span);
        let (dst, join, both, either) = (self.fresh(), self.block(), self.block(), self.block());
        if self.types().get(ty) == Type::LocalTime {
            let plain = self.compare(CompareOp::Le, from, to, span);
            self.branch_on(plain, both, either, span);
        } else {
            self.goto(both, span);
        }
        for (block, decided, value) in [(both, 0, high), (either, 1, high)] {
            self.at(block);
            let (yes, no) = (self.block(), self.block());
            self.branch_on(low, yes, no, span);
            let (open, settled) = if decided == 0 { (yes, no) } else { (no, yes) };
            self.at(open);
            self.result(dst, value, join, span);
            self.at(settled);
            self.emit(Op::Const { dst, value: decided }, span);
            self.goto(join, span);
        }
        self.at(join);
        dst
    }
}
