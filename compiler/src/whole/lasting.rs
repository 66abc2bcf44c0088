//! How long pauses take, at least and at most, where their length hangs on variables.
//!
//! A journey is gone through with a [range](range::Range) for each variable that a length is made of, until nothing changes any more; what
//! grows with each turn of a loop is soon taken to grow without end. A time is known as milliseconds from now on, so that it comes nearer
//! as time goes by. `read` knows the range of an expression, `apart` the times that keep the turns of a loop apart.

mod apart;
mod range;
mod read;

use super::flow::{Act, Flow, Passes, Rest, Spot, SpotKind, Way};
use crate::hir::{ArithOp, CompareOp, Expr, ExprKind as E, Iter, Journey, Method, Program, VarId, Wait, WaitKind};
use crate::types::TypeId;
use range::Range;
use read::Reader;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// So often a loop turns before what grows in it is taken to grow without end; and so often any spot is come to.
const TURNS_MAX: u32 = 4;
const VISITS_MAX: u32 = 64;
/// So much is looked at: variables times spots. Of more, nothing is known.
const LOOKED_AT_MAX: usize = 2_000_000;

/// Enters the lengths of a journey's pauses, and what keeps its turns apart.
pub(super) fn settle(program: &Program, journey: &Journey, flow: &mut Flow) {
    let vars = vars_of(flow);
    if flow.ways.iter().flatten().all(|way| way.rests.is_none()) && !apart::may_be(flow) {
        return;
    }
    if vars.len().saturating_mul(flow.spots.len()) > LOOKED_AT_MAX {
        return;
    }
    let goer = Goer::new(program, journey, flow, &vars);
    let ranges = goer.go(flow);
    let found = goer.lengths(flow, &ranges);
    let apart = apart::ways(&goer, flow, &ranges);
    for (spot, at, length) in found {
        let way = &mut flow.ways[spot][at];
        way.least_ms = length.least.max(0);
        if length.most <= 0 {
            way.passes = Passes::Yes;
        }
        if length.most < i64::MAX {
            let most_ms = length.most.max(0);
            for way in flow.ways[spot].iter_mut().filter(|way| way.pauses) {
                way.most_ms = Some(way.most_ms.map_or(most_ms, |known| known.min(most_ms)));
            }
        }
    }
    for (spot, at) in apart {
        flow.ways[spot][at].apart = true;
    }
}

/// The variables that the lengths of pauses are made of, and those that these are made of.
fn vars_of(flow: &Flow) -> Vec<VarId> {
    let mut by: FxHashMap<VarId, Vec<&Expr>> = FxHashMap::default();
    let mut open = Vec::new();
    for way in flow.ways.iter().flatten() {
        match way.act {
            Act::Set(var, Some(value)) => by.entry(var).or_default().push(value),
            Act::Turn(_, var, Iter::List(list)) => by.entry(var).or_default().push(list),
            Act::Turn(_, var, Iter::Range(from, to)) => by.entry(var).or_default().extend([from, to]),
            Act::Assume(condition, _) => apart::times_of(condition, &mut open),
            _ => {}
        }
        if let Some(Rest::For(of) | Rest::Until(of)) = way.rests {
            vars_in(of, &mut open);
        }
    }
    let mut vars = BTreeSet::new();
    while let Some(var) = open.pop() {
        if vars.insert(var) {
            by.remove(&var).into_iter().flatten().for_each(|value| vars_in(value, &mut open));
        }
    }
    vars.into_iter().collect()
}

fn vars_in(expr: &Expr, vars: &mut Vec<VarId>) {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if let E::Var(var) = expr.kind {
            vars.push(var);
        }
        open.extend(expr.children());
    }
}

/// What is known of the variables, by their places.
type Ranges = Box<[Range]>;

/// Goes through a journey.
struct Goer<'g, 'h> {
    reader: Reader<'g, 'h>,
    places: FxHashMap<VarId, usize>,
    /// Which of them are times, which come nearer.
    times: Vec<bool>,
}

impl<'g, 'h> Goer<'g, 'h> {
    fn new(program: &'h Program, journey: &Journey, flow: &'g Flow<'h>, vars: &[VarId]) -> Self {
        let is_time = |var: &VarId| {
            let ty = journey.vars.get(var.index()).map_or(TypeId::INT, |var| var.ty);
            matches!(program.types.inner(ty).unwrap_or(ty), TypeId::TIME | TypeId::DATE)
        };
        Self {
            reader: Reader::new(program, &flow.fixed),
            places: vars.iter().enumerate().map(|(at, var)| (*var, at)).collect(),
            times: vars.iter().map(is_time).collect(),
        }
    }

    fn range(&self, expr: &Expr, ranges: &[Range]) -> Range {
        self.reader.range(expr, &|var| self.of_var(var, ranges))
    }

    fn of_var(&self, var: VarId, ranges: &[Range]) -> Range {
        self.places.get(&var).and_then(|&at| ranges.get(at)).copied().unwrap_or(Range::ANY)
    }

    fn set(&self, ranges: &mut [Range], var: VarId, range: Range) {
        if let Some(kept) = self.places.get(&var).and_then(|&at| ranges.get_mut(at)) {
            *kept = range;
        }
    }

    /// What is known at each spot; nothing where none comes.
    fn go(&self, flow: &Flow<'h>) -> Vec<Option<Ranges>> {
        let mut known: Vec<Option<Ranges>> = vec![None; flow.spots.len()];
        let mut visits = vec![0u32; flow.spots.len()];
        known[flow.entry] = Some(vec![Range::ANY; self.times.len()].into());
        let mut open = BTreeSet::from([flow.entry]);
        while let Some(spot) = open.pop_first() {
            let Some(here) = known[spot].clone() else { continue };
            for way in &flow.ways[spot] {
                let Some(there) = self.take(way, here.clone()) else { continue };
                let before = known[way.to].take();
                let most = if turns_at(flow, way.to) { TURNS_MAX } else { VISITS_MAX };
                let turns = visits[way.to] >= most;
                let after = before.as_ref().map_or_else(|| there.clone(), |before| joined(before, &there, turns));
                if before.as_ref() != Some(&after) {
                    visits[way.to] += 1;
                    open.insert(way.to);
                }
                known[way.to] = Some(after);
            }
        }
        known
    }

    /// Takes a way; `None` where it can't be taken.
    fn take(&self, way: &Way<'h>, mut ranges: Ranges) -> Option<Ranges> {
        match way.act {
            Act::Assume(condition, truth) => {
                if !self.assume(condition, truth, &mut ranges) {
                    return None;
                }
            }
            Act::Set(var, value) => {
                let range = value.map_or(Range::ANY, |value| self.range(value, &ranges));
                self.set(&mut ranges, var, range);
            }
            Act::Turn(_, var, iter) => {
                let range = match iter {
                    Iter::List(list) => self.reader.element(list, &|_| Range::ANY),
                    Iter::Range(from, to) => {
                        Range::between(self.range(from, &ranges).least, self.range(to, &ranges).most.saturating_sub(1))
                    }
                };
                self.set(&mut ranges, var, if range.is_none() { Range::ANY } else { range });
            }
            Act::None | Act::Store(_) | Act::Arm(..) | Act::Begin(_) | Act::Done(..) | Act::Fault => {}
        }
        if way.pauses || way.most_ms != Some(0) {
            self.pass(way, &mut ranges);
        }
        Some(ranges)
    }

    /// Time goes by.
    fn pass(&self, way: &Way<'h>, ranges: &mut Ranges) {
        let before = ranges.clone();
        let took = match way.rests {
            Some(Rest::For(of) | Rest::Until(of)) => self.range(of, &before).higher_of(Range::of(0)),
            None => Range::between(way.least_ms, way.most_ms.unwrap_or(i64::MAX)),
        };
        for (range, _) in ranges.iter_mut().zip(&self.times).filter(|(_, is_time)| **is_time) {
            *range = range.minus(took);
        }
        // The time that is waited for is now, unless it was over already.
        if let Some(Rest::Until(of)) = way.rests
            && let Some((var, later)) = self.later_than(of, &before)
            && let Some(&at) = self.places.get(&var)
        {
            ranges[at] = before[at].lower_of(later.negated());
        }
    }

    /// A time as a variable and how much later.
    fn later_than(&self, time: &Expr, ranges: &[Range]) -> Option<(VarId, Range)> {
        match &time.kind {
            E::Var(var) => Some((*var, Range::of(0))),
            E::Unwrap(of) | E::Wrap(of) => self.later_than(of, ranges),
            E::Arith(ArithOp::Add, of, by) => self.later_than(of, ranges).map(|(var, later)| (var, later.plus(self.range(by, ranges)))),
            E::Method(method @ (Method::DateAt | Method::DatePlusDays | Method::DatePlusMonths), args) => {
                let further = self.reader.further(*method, args, &|var| self.of_var(var, ranges));
                self.later_than(args.first()?, ranges).map(|(var, later)| (var, later.plus(further)))
            }
            E::Arith(ArithOp::Sub, of, by) if by.ty == TypeId::DURATION => {
                self.later_than(of, ranges).map(|(var, later)| (var, later.minus(self.range(by, ranges))))
            }
            _ => None,
        }
    }

    /// Whether a condition can be so, and what is known then.
    fn assume(&self, condition: &Expr, truth: bool, ranges: &mut Ranges) -> bool {
        match &condition.kind {
            E::Not(of) => self.assume(of, !truth, ranges),
            E::And(a, b) if truth => self.assume(a, true, ranges) && self.assume(b, true, ranges),
            E::Or(a, b) if !truth => self.assume(a, false, ranges) && self.assume(b, false, ranges),
            E::And(a, b) | E::Or(a, b) => {
                let mut other = ranges.clone();
                match (self.assume(a, truth, ranges), self.assume(b, truth, &mut other)) {
                    (true, true) => *ranges = joined(ranges, &other, false),
                    (false, true) => *ranges = other,
                    (true, false) => {}
                    (false, false) => return false,
                }
                true
            }
            E::Compare(op, a, b) => {
                let op = if truth { *op } else { opposite(*op) };
                self.compare(op, a, b, ranges) && self.compare(op.turned(), b, a, ranges)
            }
            _ => true,
        }
    }

    fn compare(&self, op: CompareOp, a: &Expr, b: &Expr, ranges: &mut Ranges) -> bool {
        let Some(&at) = var_of(a).and_then(|var| self.places.get(&var)) else { return true };
        let (before, other) = (ranges[at], self.range(b, ranges));
        ranges[at] = before.that(op, other);
        before.is_none() || !ranges[at].is_none()
    }

    /// The lengths of the pauses, and the ways on which they are.
    fn lengths(&self, flow: &Flow<'h>, known: &[Option<Ranges>]) -> Vec<(Spot, usize, Range)> {
        let mut found = Vec::new();
        for (spot, ways) in flow.ways.iter().enumerate() {
            let Some(ranges) = known.get(spot).and_then(Option::as_ref) else { continue };
            for (at, way) in ways.iter().enumerate() {
                if let Some(Rest::For(of) | Rest::Until(of)) = way.rests {
                    let length = self.range(of, ranges);
                    found.extend((!length.is_none() && length != Range::ANY).then_some((spot, at, length)));
                }
            }
        }
        found
    }
}

/// Whether a loop turns at a spot.
fn turns_at(flow: &Flow, spot: Spot) -> bool {
    matches!(flow.spots[spot], SpotKind::Loop(_) | SpotKind::Wait(Wait { kind: WaitKind::Without { .. }, .. }))
}

fn joined(before: &[Range], there: &[Range], turns: bool) -> Ranges {
    let both = before.iter().zip(there).map(|(before, there)| {
        let grown = before.or(*there);
        if turns && !before.is_none() { before.widened(grown) } else { grown }
    });
    both.collect()
}

fn var_of(expr: &Expr) -> Option<VarId> {
    match &expr.kind {
        E::Var(var) => Some(*var),
        E::Unwrap(of) | E::Wrap(of) => var_of(of),
        _ => None,
    }
}

fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Ne => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Le => CompareOp::Gt,
        CompareOp::Gt => CompareOp::Le,
        CompareOp::Ge => CompareOp::Lt,
    }
}
