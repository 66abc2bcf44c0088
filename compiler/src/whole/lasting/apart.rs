//! What keeps the turns of a loop apart, whatever else they wait for: a time that is waited for and set anew in each turn.
//!
//! `let next = now + 7d` and, later in the loop, `wait until next`: between the two something may be waited for, so that the pause
//! itself may be short; but the turn takes seven days. The same does a condition such as `now - last > 7d` or `now >= next`.
//! What sets the time on every way round is looked for in the journey without it: there nothing may lead round any more.

use super::range::Range;
use super::{Goer, Ranges, vars_in};
use crate::hir::{ArithOp, CompareOp, Expr, ExprKind as E, VarId};
use crate::types::TypeId;
use crate::whole::flow::{Act, Flow, Rest, Spot};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

/// So many times are followed.
const TIMES_MAX: usize = 64;

/// It is `later` than a variable at the least, when the gate is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Gate {
    var: VarId,
    later: i64,
}

/// The variables that a condition compares with now.
pub(super) fn times_of(condition: &Expr, vars: &mut Vec<VarId>) {
    let mut open = vec![condition];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            E::Compare(..) if reads_now(expr) => vars_in(expr, vars),
            E::Not(_) | E::And(..) | E::Or(..) => open.extend(expr.children()),
            _ => {}
        }
    }
}

fn reads_now(expr: &Expr) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if matches!(expr.kind, E::Now) {
            return true;
        }
        open.extend(expr.children());
    }
    false
}

/// Whether any condition compares a variable with now.
pub(super) fn may_be(flow: &Flow) -> bool {
    let mut vars = Vec::new();
    flow.ways.iter().flatten().any(|way| {
        if let Act::Assume(condition, _) = way.act {
            times_of(condition, &mut vars);
        }
        !vars.is_empty()
    })
}

/// The ways that are taken no more than once in so long, each time that the journey comes round.
pub(super) fn ways(goer: &Goer, flow: &Flow, known: &[Option<Ranges>]) -> Vec<(Spot, usize)> {
    let mut gates: FxHashMap<Gate, Vec<(Spot, usize)>> = FxHashMap::default();
    for (spot, at, ranges) in all_ways(flow, known) {
        let way = &flow.ways[spot][at];
        let gate = match (way.rests, way.act) {
            (Some(Rest::Until(time)), _) => goer.later_than(time, ranges).map(|(var, later)| Gate { var, later: later.least }),
            (_, Act::Assume(condition, truth)) => goer.gate(condition, truth, ranges),
            _ => None,
        };
        if let Some(gate) = gate {
            gates.entry(gate).or_default().push((spot, at));
        }
    }
    if gates.is_empty() || gates.len() > TIMES_MAX {
        return Vec::new();
    }
    let rounds = rounds(flow, &|_, _| true);
    let mut found = Vec::new();
    for (gate, ways) in gates {
        let sets = |spot: Spot, at: usize| goer.sets(flow, known, gate, spot, at);
        // A way on which it is set to what may be over already spoils all ways round that it is on.
        let mut spoilt = vec![false; flow.spots.len()];
        for (spot, at, _) in all_ways(flow, known) {
            if sets(spot, at) == Some(false) {
                spoilt[rounds[spot]] = true;
            }
        }
        let without = self::rounds(flow, &|spot, at| sets(spot, at) != Some(true));
        found.extend(ways.into_iter().filter(|&(spot, at)| !spoilt[rounds[spot]] && without[spot] != without[flow.ways[spot][at].to]));
    }
    found
}

fn all_ways<'a>(flow: &'a Flow, known: &'a [Option<Ranges>]) -> impl Iterator<Item = (Spot, usize, &'a [Range])> {
    let spots = flow.ways.iter().zip(known).enumerate();
    spots
        .filter_map(|(spot, (ways, ranges))| Some((spot, ways.len(), ranges.as_deref()?)))
        .flat_map(|(spot, ways, ranges)| (0..ways).map(move |at| (spot, at, ranges)))
}

/// For each spot the number of the way round that it is on, with those ways left open.
fn rounds(flow: &Flow, open: &dyn Fn(Spot, usize) -> bool) -> Vec<usize> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    for _ in &flow.spots {
        graph.add_node(());
    }
    for (spot, ways) in flow.ways.iter().enumerate() {
        for (at, way) in ways.iter().enumerate() {
            if open(spot, at) {
                graph.add_edge(NodeIndex::new(spot), NodeIndex::new(way.to), ());
            }
        }
    }
    let mut rounds = vec![0; flow.spots.len()];
    for (number, round) in kosaraju_scc(&graph).into_iter().enumerate() {
        round.into_iter().for_each(|spot| rounds[spot.index()] = number);
    }
    rounds
}

/// `now` so often, a variable so often, and what is added.
#[derive(Debug, Clone, Copy)]
struct Sum {
    now: i8,
    var: Option<(VarId, i8)>,
    plus: Range,
}

impl Goer<'_, '_> {
    /// Whether a way sets the time of a gate so that time must go by until it is passed again; `None` where it does not set it.
    fn sets(&self, flow: &Flow, known: &[Option<Ranges>], gate: Gate, spot: Spot, at: usize) -> Option<bool> {
        let (var, value) = match flow.ways[spot][at].act {
            Act::Set(var, value) => (var, value),
            Act::Turn(_, var, _) => (var, None),
            _ => return None,
        };
        if var != gate.var {
            return None;
        }
        let (Some(value), Some(ranges)) = (value, known[spot].as_deref()) else { return Some(false) };
        let from_now = self.range(value, ranges);
        let further = matches!(self.later_than(value, ranges), Some((of, later)) if of == var && later.least > 0);
        Some(further || !from_now.is_none() && from_now.least > i64::MIN && from_now.least.saturating_add(gate.later) > 0)
    }

    /// What has gone by where a condition holds, or does not.
    fn gate(&self, condition: &Expr, truth: bool, ranges: &[Range]) -> Option<Gate> {
        match &condition.kind {
            E::Not(of) => self.gate(of, !truth, ranges),
            E::And(a, b) | E::Or(a, b) if matches!(condition.kind, E::And(..)) == truth => {
                self.gate(a, truth, ranges).or_else(|| self.gate(b, truth, ranges))
            }
            E::And(a, b) | E::Or(a, b) => match (self.gate(a, truth, ranges), self.gate(b, truth, ranges)) {
                (Some(a), Some(b)) if a.var == b.var => Some(Gate { var: a.var, later: a.later.min(b.later) }),
                // It was never set.
                (Some(gate), None) if is_unset(b, truth, gate.var) => Some(gate),
                (None, Some(gate)) if is_unset(a, truth, gate.var) => Some(gate),
                _ => None,
            },
            E::Compare(op, a, b) => {
                let op = if truth { *op } else { super::opposite(*op) };
                let (a, b) = match op {
                    CompareOp::Gt | CompareOp::Ge => (a, b),
                    CompareOp::Lt | CompareOp::Le => (b, a),
                    CompareOp::Eq | CompareOp::Ne => return None,
                };
                let over = self.sum(a, ranges)?.minus(self.sum(b, ranges)?)?;
                let (var, -1) = over.var? else { return None };
                let later = if over.plus.most == i64::MAX { return None } else { over.plus.most.saturating_neg() };
                (over.now == 1).then_some(Gate { var, later })
            }
            _ => None,
        }
    }

    fn sum(&self, expr: &Expr, ranges: &[Range]) -> Option<Sum> {
        match &expr.kind {
            E::Now => Some(Sum { now: 1, var: None, plus: Range::of(0) }),
            E::Var(var) if is_time(expr.ty) => Some(Sum { now: 0, var: Some((*var, 1)), plus: Range::of(0) }),
            E::Unwrap(of) | E::Wrap(of) if matches!(of.kind, E::Var(_)) && is_time(expr.ty) => {
                super::var_of(of).map(|var| Sum { now: 0, var: Some((var, 1)), plus: Range::of(0) })
            }
            // Until it is set for the first time.
            E::Coalesce(of, _) if is_time(expr.ty) => super::var_of(of).map(|var| Sum { now: 0, var: Some((var, 1)), plus: Range::of(0) }),
            E::Arith(ArithOp::Add, a, b) => self.sum(a, ranges)?.minus(self.sum(b, ranges)?.negated()),
            E::Arith(ArithOp::Sub, a, b) => self.sum(a, ranges)?.minus(self.sum(b, ranges)?),
            _ if expr.ty == TypeId::DURATION => Some(Sum { now: 0, var: None, plus: self.range(expr, ranges) }),
            _ => None,
        }
    }
}

impl Sum {
    fn negated(self) -> Self {
        Self { now: -self.now, var: self.var.map(|(var, times)| (var, -times)), plus: self.plus.negated() }
    }

    fn minus(self, other: Self) -> Option<Self> {
        let other = other.negated();
        let var = match (self.var, other.var) {
            (Some(_), Some(_)) => return None,
            (var, None) | (None, var) => var,
        };
        Some(Self { now: self.now + other.now, var, plus: self.plus.plus(other.plus) })
    }
}

fn is_time(ty: TypeId) -> bool {
    ty == TypeId::TIME
}

/// Whether a condition says that a variable is `none`.
fn is_unset(condition: &Expr, truth: bool, var: VarId) -> bool {
    match &condition.kind {
        E::Not(of) => is_unset(of, !truth, var),
        E::Compare(op, a, b) => {
            let none = |of: &Expr| matches!(of.kind, E::None);
            let of_var = super::var_of(a) == Some(var) && none(b) || super::var_of(b) == Some(var) && none(a);
            of_var && (*op == CompareOp::Eq && truth || *op == CompareOp::Ne && !truth)
        }
        _ => false,
    }
}
