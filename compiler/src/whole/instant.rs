//! What a journey can come to within one instant, without anything that comes from outside.
//!
//! Not every pause lets time go by: one of no length, an instant that is over, hours in which everybody passes, a condition
//! that holds already, and a child that does not pause itself. A `parallel` goes on when all of its branches can, a `race` when one can.

use super::flow::{Act, Flow, Passes, Spot, SpotKind, View, Way};
use crate::hir::{Expr, ExprKind};

/// How sure it is that something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guard {
    Open,
    /// It hangs on what the customer is, or on the hour.
    Customer,
    /// It hangs on what was handed on, or on a fault.
    Handed,
}

/// Answers for all journeys of a program.
pub(super) struct Instants {
    /// For each journey, whether it can end in the instant in which it starts.
    through: Vec<Option<Guard>>,
}

impl Instants {
    pub fn of(flows: &[Flow]) -> Self {
        let mut instants = Self { through: vec![None; flows.len()] };
        let runs = |kind: &SpotKind| if let SpotKind::Run(child) = kind { Some(child.index()) } else { None };
        let mut children: Vec<usize> = flows.iter().flat_map(|flow| flow.spots.iter().filter_map(runs)).collect();
        children.sort_unstable();
        children.dedup();
        // Children of children need another round each.
        for _ in 0..=children.len() {
            let before = instants.through.clone();
            for &child in &children {
                let flow = &flows[child];
                instants.through[child] = instants.guard(flow, flow.entry, flow.end);
            }
            if instants.through == before {
                break;
            }
        }
        instants
    }

    /// What decides whether a way is gone in the instant in which it is come to; `None` where it is not.
    pub fn at_once(&self, flow: &Flow, from: Spot, way: &Way) -> Option<Guard> {
        let decided = match way.act {
            Act::Assume(condition, _) | Act::Arm(condition, ..) => reads(condition),
            Act::Fault => Guard::Handed,
            _ => Guard::Open,
        };
        match (way.pauses, way.passes, &flow.spots[from]) {
            (false, ..) | (true, Passes::Yes, _) => Some(decided),
            (true, Passes::Sometimes, _) => Some(decided.max(Guard::Customer)),
            (true, Passes::No, SpotKind::Run(child)) if way.to != flow.end => self.through.get(child.index()).copied().flatten(),
            (true, Passes::No, _) => None,
        }
    }

    /// The spots that are come to, if nothing fails; `without` one way.
    pub fn reached(&self, flow: &Flow, start: Spot, without: Option<&Way>) -> Vec<bool> {
        self.reached_by(flow, start, without, false)
    }

    fn reached_by(&self, flow: &Flow, start: Spot, without: Option<&Way>, faults: bool) -> Vec<bool> {
        let mut reached = vec![false; flow.spots.len()];
        let mut open = vec![start];
        reached[start] = true;
        while let Some(spot) = open.pop() {
            if let SpotKind::BranchEnd(number) = flow.spots[spot]
                && let Some(fork) = flow.forks.get(number)
                && !fork.race
                && reached[fork.spot]
                && fork.branches.iter().any(|(_, end)| !reached[*end])
            {
                continue;
            }
            for way in flow.ways(spot, View::Flow) {
                let left_out = without.is_some_and(|left_out| std::ptr::eq(left_out, way));
                let left_out = left_out || !faults && matches!(way.act, Act::Fault);
                if !left_out && self.at_once(flow, spot, way).is_some() && !std::mem::replace(&mut reached[way.to], true) {
                    open.push(way.to);
                }
            }
        }
        reached
    }

    /// What decides whether a spot is come to from another; `None` where it is not.
    pub fn guard(&self, flow: &Flow, start: Spot, to: Spot) -> Option<Guard> {
        let reached = self.reached(flow, start, None);
        if !reached[to] {
            // Only what fails on the way leads there, if anything.
            return self.reached_by(flow, start, None, true)[to].then_some(Guard::Handed);
        }
        let ways =
            (0..flow.spots.len()).filter(|&spot| reached[spot]).flat_map(|spot| flow.ways(spot, View::Flow).map(move |way| (spot, way)));
        let guarded = ways.filter_map(|(spot, way)| Some((way, self.at_once(flow, spot, way).filter(|guard| *guard > Guard::Open)?)));
        Some(guarded.filter(|(way, _)| !self.reached(flow, start, Some(way))[to]).map(|(_, guard)| guard).fold(Guard::Open, Guard::max))
    }
}

/// What a condition depends on.
pub(super) fn reads(condition: &Expr) -> Guard {
    let here = match condition.kind {
        ExprKind::Var(_) => Guard::Handed,
        ExprKind::Profile | ExprKind::Trait(_) | ExprKind::Segment(_) | ExprKind::Now | ExprKind::Customer => Guard::Customer,
        _ => Guard::Open,
    };
    condition.children().into_iter().map(reads).fold(here, Guard::max)
}
