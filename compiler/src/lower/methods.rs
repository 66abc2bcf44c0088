//! Methods without a lambda.

use super::builder::Builder;
use crate::hir::{ArithOp, CompareOp, Expr, Method};
use crate::mir::{HostOp, Local, NumberKind, Op};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

impl Builder<'_, '_> {
    pub(super) fn method(&mut self, method: Method, args: &[Expr], span: Span) -> Local {
        let ty = args.first().map_or(TypeId::ERROR, |receiver| receiver.ty);
        let words = self.exprs(args);
        let Some(&receiver) = words.first() else { return self.int(0, span) };
        let element = match self.types().get(ty) {
            Type::List(of) => of,
            _ => TypeId::ERROR,
        };
        match method {
            Method::ListLength | Method::MapLength => self.load(receiver, 0, span),
            Method::ListIsEmpty | Method::StringIsEmpty => {
                let (length, zero) = (self.load(receiver, 0, span), self.int(0, span));
                self.compare(CompareOp::Eq, length, zero, span)
            }
            Method::ListFirst => {
                let first = self.int(0, span);
                self.element(receiver, first, element, span)
            }
            Method::ListLast => {
                let (length, one) = (self.load(receiver, 0, span), self.int(1, span));
                let last = self.number(ArithOp::Sub, NumberKind::Int, length, one, span);
                self.element(receiver, last, element, span)
            }
            Method::ListContains => self.visiting(HostOp::ListContains(element), words, receiver, span),
            Method::ListSum => self.sum(receiver, element, span, |_, element| element),
            Method::ListTake => self.visiting(HostOp::ListTake, words, receiver, span),
            Method::ListJoin => self.visiting(HostOp::ListJoin, words, receiver, span),
            Method::MapKeys => self.visiting(HostOp::MapKeys, words, receiver, span),
            Method::MapValues => self.visiting(HostOp::MapValues, words, receiver, span),
            Method::MapContains => {
                let key = args.get(1).map_or(TypeId::STRING, |key| key.ty);
                let place = self.visiting(HostOp::MapFind(key), words, receiver, span);
                self.is_some(place, span)
            }
            Method::NumberMin => self.lesser(CompareOp::Le, HostOp::FloatMin, ty, words, span),
            Method::NumberMax => self.lesser(CompareOp::Ge, HostOp::FloatMax, ty, words, span),
            Method::Days => self.duration(86_400_000, receiver, span),
            Method::Hours => self.duration(3_600_000, receiver, span),
            Method::Minutes => self.duration(60_000, receiver, span),
            _ => self.host(host_op(method, ty), words, span),
        }
    }

    /// A host operation that visits every element.
    fn visiting(&mut self, op: HostOp, args: Vec<Local>, list: Local, span: Span) -> Local {
        self.turns_of(list, span);
        self.host(op, args, span)
    }

    /// The first of two words if it compares so with the second, else the second.
    fn lesser(&mut self, op: CompareOp, float: HostOp, ty: TypeId, words: Vec<Local>, span: Span) -> Local {
        let &[a, b] = words.as_slice() else { return self.int(0, span) };
        if ty == TypeId::FLOAT {
            return self.host(float, words, span);
        }
        let dst = self.copy(b, span);
        let (take, join) = (self.block(), self.block());
        let first = self.compare(op, a, b, span);
        self.branch_on(first, take, join, span);
        self.at(take);
        self.result(dst, a, join, span);
        self.at(join);
        dst
    }

    fn duration(&mut self, unit_ms: i64, count: Local, span: Span) -> Local {
        let unit = self.int(unit_ms, span);
        let dst = self.fresh();
        self.emit(Op::Arith { op: ArithOp::Mul, kind: NumberKind::Duration, dst, a: unit, b: count }, span);
        dst
    }
}

/// The host's operation of a method that needs nothing else.
fn host_op(method: Method, ty: TypeId) -> HostOp {
    match method {
        Method::StringLength => HostOp::StringLength,
        Method::StringLower => HostOp::StringLower,
        Method::StringUpper => HostOp::StringUpper,
        Method::StringTrim => HostOp::StringTrim,
        Method::StringContains => HostOp::StringContains,
        Method::StringStartsWith => HostOp::StringStartsWith,
        Method::StringEndsWith => HostOp::StringEndsWith,
        Method::StringReplace => HostOp::StringReplace,
        Method::StringSplit => HostOp::StringSplit,
        Method::StringEscapeHtml => HostOp::EscapeHtml,
        Method::NumberAbs => HostOp::Abs(ty),
        Method::NumberRound => HostOp::Round(ty),
        Method::NumberFloor => HostOp::Floor(ty),
        Method::NumberCeil => HostOp::Ceil(ty),
        Method::NumberFixed => HostOp::Fixed(ty),
        Method::TimeDate => HostOp::TimeDate,
        Method::TimeTime => HostOp::TimeTime,
        Method::TimeHour => HostOp::TimeHour,
        Method::TimeWeekday => HostOp::TimeWeekday,
        Method::DateAt => HostOp::DateAt,
        Method::DatePlusDays => HostOp::DatePlusDays,
        Method::DatePlusMonths => HostOp::DatePlusMonths,
        Method::DateNextAnniversary => HostOp::DateNextAnniversary,
        _ => HostOp::Concat,
    }
}
