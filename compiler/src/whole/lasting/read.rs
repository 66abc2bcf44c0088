//! The range of an expression, by the ranges of the variables that it reads.

use super::range::Range;
use crate::hir::{ArithOp, Expr, ExprKind as E, Method, Program, VarId};
use crate::types::TypeId;
use rustc_hash::FxHashMap;
use std::cell::Cell;

pub(super) const HOUR_MS: i64 = 3_600_000;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;
/// How far the clocks of the world are apart.
const ZONES_MS: i64 = 26 * HOUR_MS;
/// So deep, and so many parts of an expression are looked at: functions that call each other may be without end to write out.
const DEPTH_MAX: u32 = 48;
const PARTS_MAX: u32 = 2_000;

/// Reads expressions of a journey.
pub(super) struct Reader<'r, 'h> {
    pub program: &'h Program,
    /// The variables that are set once, with their values.
    pub fixed: &'r FxHashMap<VarId, &'h Expr>,
    depth: Cell<u32>,
    parts: Cell<u32>,
}

/// What is known of variables.
pub(super) type Read<'a> = &'a dyn Fn(VarId) -> Range;

impl<'r, 'h> Reader<'r, 'h> {
    pub fn new(program: &'h Program, fixed: &'r FxHashMap<VarId, &'h Expr>) -> Self {
        Self { program, fixed, depth: Cell::new(0), parts: Cell::new(0) }
    }

    /// An Int, a Duration, or a Time or Date from now on, in milliseconds; of what is optional, what it is if it is there.
    pub fn range(&self, expr: &Expr, read: Read) -> Range {
        if self.depth.get() == 0 {
            self.parts.set(0);
        }
        self.parts.set(self.parts.get() + 1);
        if self.depth.get() >= DEPTH_MAX || self.parts.get() >= PARTS_MAX {
            return Range::ANY;
        }
        self.depth.set(self.depth.get() + 1);
        let range = self.of(expr, read);
        self.depth.set(self.depth.get() - 1);
        range
    }

    fn of(&self, expr: &Expr, read: Read) -> Range {
        let range = |of: &Expr| self.range(of, read);
        match &expr.kind {
            E::Int(value) | E::Duration(value) => Range::of(*value),
            E::None => Range::NONE,
            E::Now => Range::of(0),
            E::Var(var) => read(*var),
            E::Const(id) => self.program.consts.get(id.index()).map_or(Range::ANY, |of| self.range(&of.value, &|_| Range::ANY)),
            E::Wrap(of) | E::Unwrap(of) => range(of),
            E::Neg(of) => range(of).negated(),
            E::Coalesce(a, b) => range(a).or(range(b)),
            E::Arith(op, a, b) if is_whole(a) && is_whole(b) => arith(*op, range(a), range(b)),
            E::If { then, otherwise, .. } => range(then).or(range(otherwise)),
            E::Match { arms, .. } => arms.iter().map(|arm| range(&arm.body)).fold(Range::NONE, Range::or),
            E::Block { lets, value } => self.block(lets, value, read),
            E::Call(id, args) => self.program.fns.get(id.index()).map_or(Range::ANY, |called| {
                let args: Vec<Range> = args.iter().map(range).collect();
                let given = |var: VarId| called.params.iter().position(|param| *param == var).and_then(|at| args.get(at)).copied();
                self.range(&called.body, &|var| given(var).unwrap_or(Range::ANY))
            }),
            E::Index(list, _) => self.element(list, read),
            E::Method(method, args) => self.method(*method, args, read),
            _ => Range::ANY,
        }
    }

    fn block(&self, lets: &[(VarId, Expr)], value: &Expr, read: Read) -> Range {
        match lets {
            [] => self.range(value, read),
            [(var, first), rest @ ..] => {
                let first = self.range(first, read);
                self.block(rest, value, &|of| if of == *var { first } else { read(of) })
            }
        }
    }

    /// Any element of a list that is written out.
    pub fn element(&self, list: &Expr, read: Read) -> Range {
        match &list.kind {
            E::List(elements) => elements.iter().map(|element| self.range(element, read)).fold(Range::NONE, Range::or),
            E::Const(id) => self.program.consts.get(id.index()).map_or(Range::ANY, |of| self.element(&of.value, &|_| Range::ANY)),
            // Its parts may have been others when it was set.
            E::Var(var) => self.fixed.get(var).map_or(Range::ANY, |fixed| self.element(fixed, &|_| Range::ANY)),
            E::Method(Method::ListTake, args) => args.first().map_or(Range::ANY, |of| self.element(of, read)),
            _ => Range::ANY,
        }
    }

    fn method(&self, method: Method, args: &[Expr], read: Read) -> Range {
        let arg = |at: usize| args.get(at).map_or(Range::ANY, |of| self.range(of, read));
        let from = |at: usize| args.get(at).filter(|of| is_whole(of)).map_or(Range::ANY, |of| self.range(of, read));
        match method {
            Method::Days => arg(0).times(Range::of(DAY_MS)),
            Method::Hours => arg(0).times(Range::of(HOUR_MS)),
            Method::Minutes => arg(0).times(Range::of(60_000)),
            Method::NumberAbs => from(0).abs(),
            Method::NumberMin => from(0).lower_of(from(1)),
            Method::NumberMax => from(0).higher_of(from(1)),
            Method::ListLength | Method::MapLength | Method::StringLength => Range::between(0, i64::MAX),
            Method::ListFirst | Method::ListLast => args.first().map_or(Range::ANY, |list| self.element(list, read)),
            // The midnight before it; a day has 25 hours at the most.
            Method::TimeDate => arg(0).plus(Range::between(-25 * HOUR_MS, 0)),
            Method::DatePlusDays | Method::DatePlusMonths | Method::DateAt => arg(0).plus(self.further(method, args, read)),
            Method::DateNextAnniversary => Range::between(arg(1).plus(Range::of(DAY_MS)).least, i64::MAX),
            _ => Range::ANY,
        }
    }

    /// How much further than the date that it is asked of a day, or a time on it, is.
    pub fn further(&self, method: Method, args: &[Expr], read: Read) -> Range {
        let count = || args.get(1).map_or(Range::ANY, |of| self.range(of, read));
        match method {
            Method::DatePlusDays => count().times(Range::of(DAY_MS)),
            Method::DatePlusMonths => {
                let months = count();
                let least = if months.least >= 0 { 28 } else { 31 };
                Range::between(months.times(Range::of(least * DAY_MS)).least, months.times(Range::of(31 * DAY_MS)).most)
            }
            Method::DateAt => {
                let of_day = match args.get(1).map(|time| &time.kind) {
                    Some(E::LocalTime(ms)) => Range::of(*ms),
                    _ => Range::between(0, DAY_MS),
                };
                let same = matches!(args, [date, _, zone] if self.is_of_zone(date, zone));
                let slip_ms = if same { HOUR_MS } else { ZONES_MS };
                of_day.plus(Range::between(-slip_ms, slip_ms))
            }
            _ => Range::ANY,
        }
    }

    /// Whether a date was read off the clock of this zone.
    fn is_of_zone(&self, date: &Expr, zone: &Expr) -> bool {
        match &date.kind {
            E::Method(Method::TimeDate, args) => matches!(args.as_slice(), [_, of] if is_same(of, zone)),
            E::Method(Method::DatePlusDays | Method::DatePlusMonths, args) => args.first().is_some_and(|of| self.is_of_zone(of, zone)),
            E::Method(Method::DateNextAnniversary, args) => args.get(1).is_some_and(|after| self.is_of_zone(after, zone)),
            E::Var(var) => self.fixed.get(var).is_some_and(|fixed| self.is_of_zone(fixed, zone)),
            E::Wrap(of) | E::Unwrap(of) => self.is_of_zone(of, zone),
            _ => false,
        }
    }
}

/// Whether both are written alike, and read nothing that changes in between.
fn is_same(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (E::Str(a), E::Str(b)) => a == b,
        (E::Const(a), E::Const(b)) => a == b,
        (E::Var(a), E::Var(b)) => a == b,
        (E::Profile, E::Profile) => true,
        (E::Field(a, at), E::Field(b, to)) => at == to && is_same(a, b),
        (E::Unwrap(a) | E::Wrap(a), E::Unwrap(b) | E::Wrap(b)) => is_same(a, b),
        (E::Coalesce(a, b), E::Coalesce(c, d)) => is_same(a, c) && is_same(b, d),
        _ => false,
    }
}

/// Whether it is counted in whole numbers, or in milliseconds.
fn is_whole(expr: &Expr) -> bool {
    matches!(expr.ty, TypeId::INT | TypeId::DURATION | TypeId::TIME)
}

fn arith(op: ArithOp, a: Range, b: Range) -> Range {
    match op {
        ArithOp::Add => a.plus(b),
        ArithOp::Sub => a.minus(b),
        ArithOp::Mul => a.times(b),
        ArithOp::Div => a.divided(b),
        ArithOp::Rem => Range::ANY,
    }
}
