//! The instant at which time alone can change a condition, as code.
//!
//! A function of the instant is the condition itself, lowered again while it is *watched*: it is computed as usual, and on the
//! way each part that time can change says when that will be; the earliest of these is the result. Parts that are not
//! computed say nothing, for as long as nothing else changes they will not be computed then either. Values that move with the
//! clock (see [`crate::instant`]) carry their speed with them: by how much they grow while one millisecond goes by.

use super::Lowerer;
use super::builder::Builder;
use super::version::meaning;
use crate::hir::{ArithOp, CompareOp, Expr, ExprKind as E, InWhat, Method, Segment, SegmentId, VarId};
use crate::instant::changes;
use crate::mir::{Clock, FunctionId, HostOp, Instruction, Local, NEVER, NumberKind, Op, StepInput};
use crate::types::{Type, TypeId};
use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// What is known while a condition is watched.
pub(super) struct Watch {
    /// The earliest instant that was said.
    next: Local,
    /// The speeds of locals that move, or may; also Ints.
    speeds: FxHashMap<Local, Local>,
}

/// What a clock shows of a moving Time, before it is compared.
struct Shown {
    clock: Clock,
    value: Local,
    time: Local,
    zone: Local,
    /// Days that were added to a date.
    shift: Option<Local>,
}

/// The functions of a segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct SegmentFunctions {
    pub holds: FunctionId,
    pub next: Option<FunctionId>,
}

/// Lowers a segment: the functions that others call, and those that the engine does.
pub(super) fn segment(lowerer: &mut Lowerer<'_>, id: SegmentId, segment: &Segment) {
    let span = segment.span;
    let name = format!("segment {}", segment.name);
    let mut b = Builder::new(lowerer);
    let result = b.expr(&segment.condition);
    let holds = b.finish(name.clone(), false, &[], result, span);
    let next = next(lowerer, format!("{name} next"), false, &[], &segment.condition);
    lowerer.segments.push(SegmentFunctions { holds, next });
    let mut entry = |name: String, function: FunctionId| {
        let mut b = Builder::new(lowerer);
        let result = b.call(function, Vec::new(), span);
        b.finish(name, true, &[], result, span)
    };
    let condition = entry(name.clone(), holds);
    let next = next.map(|next| entry(format!("{name} next"), next));
    let meaning = meaning(lowerer.hir, |told| told.segment(id));
    lowerer.module.segments.push(crate::mir::Segment { name: segment.name.clone(), meaning, condition, next });
}

/// The function that gives the next instant of a condition; `None` where time alone cannot change it.
pub(super) fn next(lowerer: &mut Lowerer<'_>, name: String, entry: bool, params: &[VarId], condition: &Expr) -> Option<FunctionId> {
    if !changes(lowerer.hir, condition) {
        return None;
    }
    let mut b = Builder::new(lowerer);
    let params: Vec<Local> = params.iter().map(|&param| b.var(param)).collect();
    let next = b.int(NEVER, condition.span);
    b.watch = Some(Watch { next, speeds: FxHashMap::default() });
    b.expr(condition);
    Some(b.finish(name, entry, &params, next, condition.span))
}

impl Builder<'_, '_> {
    /// As [`Builder::expr`], of those expressions that are lowered otherwise while they are watched.
    pub(super) fn watched(&mut self, expr: &Expr) -> Option<Local> {
        self.watch.as_ref()?;
        let span = expr.span;
        match &expr.kind {
            E::Now => {
                let now = self.input(StepInput::Now, span);
                let one = self.int(1, span);
                self.moves_at(now, one);
                Some(now)
            }
            E::Wrap(of) => {
                let word = self.expr(of);
                let wrapped = self.wrap(word, of.ty, span);
                self.follow(wrapped, word, span);
                Some(wrapped)
            }
            E::Unwrap(of) => {
                let word = self.expr(of);
                let value = self.unwrap(word, expr.ty, span);
                self.follow(value, word, span);
                Some(value)
            }
            E::Neg(of) if of.ty == TypeId::DURATION => {
                let word = self.expr(of);
                let zero = self.int(0, span);
                let negated = self.number(ArithOp::Sub, NumberKind::Duration, zero, word, span);
                if let Some(speed) = self.speed(word) {
                    let speed = self.number(ArithOp::Sub, NumberKind::Int, zero, speed, span);
                    self.moves_at(negated, speed);
                }
                Some(negated)
            }
            E::Arith(op @ (ArithOp::Add | ArithOp::Sub | ArithOp::Mul), a, b) if is_clocked(self.types().get(expr.ty)) => {
                Some(self.moving_arith(*op, a, b, span))
            }
            E::Block { lets, value } => {
                for (var, value) in lets {
                    let src = self.expr(value);
                    let dst = self.var(*var);
                    self.emit(Op::Copy { dst, src }, value.span);
                    self.follow(dst, src, span);
                }
                Some(self.expr(value))
            }
            E::Compare(op, a, b) => self.watched_comparison(*op, a, b, span),
            E::In(x, InWhat::Range(from, to)) => self.watched_range(x, from, to, span),
            E::Method(method, args) => self.watched_method(*method, args, span),
            E::Trait(id) => {
                let value = self.host(HostOp::Trait(id.0), Vec::new(), span);
                if self.hir.traits.get(id.index()).is_some_and(|of| of.window_ms.is_some()) {
                    let next = self.host(HostOp::TraitNext(id.0), Vec::new(), span);
                    self.sooner(next, span);
                }
                Some(value)
            }
            E::Segment(id) => {
                let functions = self.lowerer.segments.get(id.index()).copied()?;
                let value = self.call(functions.holds, Vec::new(), span);
                if let Some(next) = functions.next {
                    let next = self.call(next, Vec::new(), span);
                    self.sooner(next, span);
                }
                Some(value)
            }
            E::Call(function, args) => {
                let args = self.exprs(args);
                if !args.iter().any(|&arg| self.speed(arg).is_some()) {
                    let function = self.lowerer.user_function(*function);
                    return Some(self.call(function, args, span));
                }
                self.inlined(function.index(), &args, span)
            }
            _ => None,
        }
    }

    /// A value that comes out of several blocks moves as the one that came.
    pub(super) fn follow(&mut self, dst: Local, src: Local, span: Span) {
        let Some(watch) = &self.watch else { return };
        let src = watch.speeds.get(&src).copied();
        if src.is_none() && !watch.speeds.contains_key(&dst) {
            return;
        }
        let src = match src {
            Some(src) => src,
            None => self.int(0, span),
        };
        self.join_speed(dst, src, span);
    }

    /// As [`Builder::follow`], where it is not known yet what the other blocks bring.
    pub(super) fn follow_from(&mut self, dst: Local, src: Local, span: Span) {
        let Some(watch) = &self.watch else { return };
        let src = match watch.speeds.get(&src).copied() {
            Some(src) => src,
            None => self.int(0, span),
        };
        self.join_speed(dst, src, span);
    }

    fn join_speed(&mut self, dst: Local, src: Local, span: Span) {
        let known = self.watch.as_ref().and_then(|watch| watch.speeds.get(&dst).copied());
        let speed = known.unwrap_or_else(|| self.at_rest(span));
        self.emit(Op::Copy { dst: speed, src }, span);
        self.moves_at(dst, speed);
    }

    /// A speed that is 0 from the start of the function on, whichever way it goes.
    fn at_rest(&mut self, span: Span) -> Local {
        let speed = self.fresh();
        if let Some(first) = self.blocks.first_mut() {
            first.instructions.insert(0, Instruction { op: Op::Const { dst: speed, value: 0 }, span });
        }
        speed
    }

    fn speed(&self, local: Local) -> Option<Local> {
        self.watch.as_ref()?.speeds.get(&local).copied()
    }

    fn moves_at(&mut self, local: Local, speed: Local) {
        if let Some(watch) = &mut self.watch {
            watch.speeds.insert(local, speed);
        }
    }

    /// Notes an instant.
    fn sooner(&mut self, instant: Local, span: Span) {
        let Some(next) = self.watch.as_ref().map(|watch| watch.next) else { return };
        let (take, join) = (self.block(), self.block());
        let earlier = self.compare(CompareOp::Lt, instant, next, span);
        self.branch_on(earlier, take, join, span);
        self.at(take);
        self.emit(Op::Copy { dst: next, src: instant }, span);
        self.goto(join, span);
        self.at(join);
    }

    fn moving_arith(&mut self, op: ArithOp, a: &Expr, b: &Expr, span: Span) -> Local {
        let (left, right) = (self.expr(a), self.expr(b));
        let result = self.combined(op, (left, a.ty), (right, b.ty), span);
        let speed = match (op, self.speed(left), self.speed(right)) {
            (_, None, None) => return result,
            // A Duration so many times.
            (ArithOp::Mul, Some(speed), _) => self.number(ArithOp::Mul, NumberKind::Int, speed, right, span),
            (ArithOp::Mul, None, _) => return result,
            (_, left, right) => {
                let zero = self.int(0, span);
                self.number(op, NumberKind::Int, left.unwrap_or(zero), right.unwrap_or(zero), span)
            }
        };
        self.moves_at(result, speed);
        result
    }

    /// A function that is given moving values is written out.
    fn inlined(&mut self, function: usize, args: &[Local], span: Span) -> Option<Local> {
        let function = self.hir.fns.get(function)?;
        let outer = std::mem::take(&mut self.vars);
        self.emit(Op::Turn, span);
        for (&param, &src) in function.params.iter().zip(args) {
            let dst = self.var(param);
            self.emit(Op::Copy { dst, src }, span);
            self.follow_from(dst, src, span);
        }
        let result = self.expr(&function.body);
        self.vars = outer;
        Some(result)
    }

    fn watched_comparison(&mut self, op: CompareOp, a: &Expr, b: &Expr, span: Span) -> Option<Local> {
        if is_clocked(self.types().get(a.ty)) && is_clocked(self.types().get(b.ty)) {
            let (left, right) = (self.expr(a), self.expr(b));
            self.note_comparison(op, left, right, span);
            return Some(self.ordered(op, a.ty, left, right, span));
        }
        if let Some(shown) = self.shown_by_clock(a) {
            let other = self.expr(b);
            self.note_clock(op, &shown, other, span);
            return Some(self.compare(op, shown.value, other, span));
        }
        let shown = self.shown_by_clock(b)?;
        let other = self.expr(a);
        self.note_clock(op.turned(), &shown, other, span);
        Some(self.compare(op, other, shown.value, span))
    }

    fn watched_range(&mut self, x: &Expr, from: &Expr, to: &Expr, span: Span) -> Option<Local> {
        if is_clocked(self.types().get(x.ty)) {
            let (word, from, to) = (self.expr(x), self.expr(from), self.expr(to));
            for (op, a, b) in [(CompareOp::Ge, word, from), (CompareOp::Lt, word, to), (CompareOp::Le, from, to)] {
                self.note_comparison(op, a, b, span);
            }
            return Some(self.between(word, x.ty, from, to, span));
        }
        let shown = self.shown_by_clock(x)?;
        let (from, to) = (self.expr(from), self.expr(to));
        self.note_clock(CompareOp::Ge, &shown, from, span);
        self.note_clock(CompareOp::Lt, &shown, to, span);
        Some(self.between(shown.value, x.ty, from, to, span))
    }

    fn watched_method(&mut self, method: Method, args: &[Expr], span: Span) -> Option<Local> {
        let (clock, op) = match method {
            Method::TimeTime => (Clock::Time, HostOp::TimeTime),
            Method::DateNextAnniversary => {
                let date = self.expr(args.first()?);
                let Some(shown) = self.shown_by_clock(args.get(1)?) else {
                    let after = self.expr(args.get(1)?);
                    return Some(self.host(HostOp::DateNextAnniversary, vec![date, after], span));
                };
                // It is another one as soon as it is no longer later than the date.
                let anniversary = self.host(HostOp::DateNextAnniversary, vec![date, shown.value], span);
                self.note_clock(CompareOp::Ge, &shown, anniversary, span);
                return Some(anniversary);
            }
            _ => (clock_of(method)?.0, clock_of(method)?.1),
        };
        let (time, zone) = (self.expr(args.first()?), self.expr(args.get(1)?));
        let value = self.host(op, vec![time, zone], span);
        if let Some(speed) = self.speed(time) {
            let tick = self.host(HostOp::NextTick(clock), vec![time, zone, speed], span);
            self.sooner(tick, span);
            if clock == Clock::Time {
                self.moves_at(value, speed);
            }
        }
        Some(value)
    }

    /// What stands on one side of a comparison, where it is read off a clock at a Time that can move.
    fn shown_by_clock(&mut self, side: &Expr) -> Option<Shown> {
        let E::Method(method, args) = &side.kind else { return None };
        if *method == Method::DatePlusDays {
            let inner = self.shown_by_clock(args.first()?)?;
            let days = self.expr(args.get(1)?);
            let value = self.host(HostOp::DatePlusDays, vec![inner.value, days], side.span);
            let shift = match inner.shift {
                Some(shift) => self.number(ArithOp::Add, NumberKind::Int, shift, days, side.span),
                None => days,
            };
            return Some(Shown { value, shift: Some(shift), ..inner });
        }
        let (clock, op) = clock_of(*method)?;
        if !changes(self.hir, args.first()?) && !self.may_move(args.first()?) {
            return None;
        }
        let (time, zone) = (self.expr(args.first()?), self.expr(args.get(1)?));
        let value = self.host(op, vec![time, zone], side.span);
        Some(Shown { clock, value, time, zone, shift: None })
    }

    /// Whether an expression names a variable that moves.
    fn may_move(&self, expr: &Expr) -> bool {
        match &expr.kind {
            E::Var(var) => self.vars.get(var).is_some_and(|&local| self.speed(local).is_some()),
            _ => expr.children().into_iter().any(|child| self.may_move(child)),
        }
    }

    fn note_comparison(&mut self, op: CompareOp, a: Local, b: Local, span: Span) {
        let (left, right) = (self.speed(a), self.speed(b));
        if left.is_none() && right.is_none() {
            return;
        }
        let zero = self.int(0, span);
        let speed = self.number(ArithOp::Sub, NumberKind::Int, left.unwrap_or(zero), right.unwrap_or(zero), span);
        let instant = self.host(HostOp::NextCompare(op), vec![a, b, speed], span);
        self.sooner(instant, span);
    }

    fn note_clock(&mut self, op: CompareOp, shown: &Shown, other: Local, span: Span) {
        let Some(speed) = self.speed(shown.time) else { return };
        let other = match shown.shift {
            Some(shift) => self.number(ArithOp::Sub, NumberKind::Int, other, shift, span),
            None => other,
        };
        let instant = self.host(HostOp::NextClock(shown.clock, op), vec![shown.time, shown.zone, speed, other], span);
        self.sooner(instant, span);
    }
}

/// Whether values of the type can go along with the clock.
fn is_clocked(ty: Type) -> bool {
    matches!(ty, Type::Time | Type::Duration | Type::LocalTime)
}

fn clock_of(method: Method) -> Option<(Clock, HostOp)> {
    match method {
        Method::TimeDate => Some((Clock::Date, HostOp::TimeDate)),
        Method::TimeHour => Some((Clock::Hour, HostOp::TimeHour)),
        Method::TimeWeekday => Some((Clock::Weekday, HostOp::TimeWeekday)),
        _ => None,
    }
}
