//! How many messages there can be on the ways through a set of states: in all, and within a stretch of time.
//!
//! **In all**: states that lead back to themselves form components (Kosaraju, linear). A message inside one can be sent
//! without bound; where there is none, the longest way through the components, of which none leads back, is the answer.
//!
//! **Within a stretch of W**: each message may be the first one in it. From there Dijkstra's algorithm finds, for each
//! state and each count k of messages, the least time after which the k-th can have been sent; the greatest k whose time is
//! less than W is the answer. States are settled in order of time, at one time the higher counts first, so that a state
//! is settled again only for a higher count than before: at most k times, and k is bounded by [`COUNT_MAX`]. This is the
//! constrained longest path, which is hard where both length and time are weights; here the length is a count of
//! statements, so that it can be enumerated, and the answer is exact for the graph in O(states × count × log).

use super::states::{Move, States};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// More messages than this are as good as without bound.
pub(super) const COUNT_MAX: u32 = 1_000;

/// How many there are at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Most {
    Times(u32),
    Unbounded,
}

impl Most {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Times(a), Self::Times(b)) => Self::of(a.saturating_add(b)),
            _ => Self::Unbounded,
        }
    }

    /// So many times that.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        match self {
            Self::Times(0) => self,
            Self::Times(each) => Self::of(each.saturating_mul(count)),
            Self::Unbounded => Self::Unbounded,
        }
    }

    /// The number, where there is one.
    #[must_use]
    pub fn number(self) -> Option<u32> {
        match self {
            Self::Times(number) => Some(number),
            Self::Unbounded => None,
        }
    }

    fn of(count: u32) -> Self {
        if count > COUNT_MAX { Self::Unbounded } else { Self::Times(count) }
    }
}

/// A bound, and the states on a way that reaches it, in order. Where there is no bound, those of a loop that turns.
#[derive(Debug)]
pub(super) struct Found {
    pub most: Most,
    pub states: Vec<usize>,
}

/// The states as components, each before those that lead to it, as if only some moves were open.
fn components(states: &States, open: &dyn Fn(&Move) -> bool, work: &mut u64) -> Vec<Vec<NodeIndex>> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(states.spots.len(), states.spots.len() * 2);
    for _ in &states.spots {
        graph.add_node(());
    }
    for (from, moves) in states.moves.iter().enumerate() {
        *work += 1 + moves.len() as u64;
        for step in moves.iter().filter(|step| open(step)) {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(step.to), ());
        }
    }
    kosaraju_scc(&graph)
}

/// The loops that send, as their states, if only some moves are open.
pub(super) fn sending_loops(states: &States, weight: &[Most], open: &dyn Fn(&Move) -> bool, work: &mut u64) -> Vec<Vec<usize>> {
    let found = components(states, open, work).into_iter().filter(|component| {
        let turns = match component[..] {
            [only] => states.moves[only.index()].iter().any(|step| step.to == only.index() && open(step)),
            _ => true,
        };
        turns && component.iter().any(|state| weight[state.index()] > Most::Times(0))
    });
    found
        .map(|component| {
            let mut all: Vec<usize> = component.into_iter().map(NodeIndex::index).collect();
            all.sort_unstable();
            all
        })
        .collect()
}

/// The most messages on any way from the first state, however long it takes.
pub(super) fn in_all(states: &States, weight: &[Most], work: &mut u64) -> Found {
    let nothing = Found { most: Most::Times(0), states: Vec::new() };
    if weight.iter().all(|weight| *weight == Most::Times(0)) {
        return nothing;
    }
    if let Some(states) = sending_loops(states, weight, &|_| true, work).pop() {
        return Found { most: Most::Unbounded, states };
    }
    let mut best: Vec<(Most, Option<usize>)> = vec![(Most::Times(0), None); states.spots.len()];
    // No way leads back into a state that sends: within a component that turns, nothing is added.
    for component in components(states, &|_| true, work) {
        let mut ahead = (Most::Times(0), None);
        for step in component.iter().flat_map(|state| &states.moves[state.index()]) {
            *work += 1;
            // Of a component that is not done yet, nothing is known: 0.
            let (most, _) = best[step.to];
            if most > ahead.0 {
                ahead = (most, Some(step.to));
            }
        }
        for state in component {
            best[state.index()] = (ahead.0.plus(weight[state.index()]), ahead.1);
        }
    }
    let mut way = Vec::new();
    let mut at = Some(0);
    while let Some(state) = at {
        if weight[state] > Most::Times(0) {
            way.push(state);
        }
        at = best[state].1;
    }
    Found { most: best[0].0, states: way }
}

/// A state still to be settled: by time, then the higher count; with what was settled before.
type Ahead = (Reverse<i64>, u32, Reverse<usize>, Option<usize>);

/// A state that was reached with a count.
#[derive(Clone, Copy)]
struct Settled {
    state: usize,
    before: Option<usize>,
}

/// The most messages on any way within less than `window_ms`.
pub(super) fn within(states: &States, weight: &[Most], window_ms: i64, work: &mut u64) -> Found {
    if weight.iter().all(|weight| *weight == Most::Times(0)) {
        return Found { most: Most::Times(0), states: Vec::new() };
    }
    if let Some(at) = weight.iter().position(|weight| *weight == Most::Unbounded) {
        return Found { most: Most::Unbounded, states: vec![at] };
    }
    if let Some(states) = sending_loops(states, weight, &|step| step.least_ms == 0, work).pop() {
        return Found { most: Most::Unbounded, states };
    }
    let sends = |state: usize| weight[state].number().unwrap_or(0);
    let mut open: BinaryHeap<Ahead> = (0..states.spots.len())
        .filter(|&state| sends(state) > 0 && states.begins[state])
        .map(|state| (Reverse(0), sends(state), Reverse(state), None))
        .collect();
    let mut settled: Vec<Settled> = Vec::new();
    let mut highest = vec![0; states.spots.len()];
    let mut best = (0, None);
    while let Some((Reverse(ms), count, Reverse(state), before)) = open.pop() {
        *work += 1;
        if count <= highest[state] {
            continue;
        }
        highest[state] = count;
        settled.push(Settled { state, before });
        let here = settled.len() - 1;
        if count > best.0 {
            best = (count, Some(here));
        }
        if count > COUNT_MAX {
            break;
        }
        for step in &states.moves[state] {
            *work += 1;
            let (ms, count) = (ms.saturating_add(step.least_ms), count + sends(step.to));
            if ms < window_ms && count > highest[step.to] {
                open.push((Reverse(ms), count, Reverse(step.to), Some(here)));
            }
        }
    }
    let mut way = Vec::new();
    let mut at = best.1;
    while let Some(entry) = at.and_then(|at| settled.get(at)) {
        if sends(entry.state) > 0 {
            way.push(entry.state);
        }
        at = entry.before;
    }
    way.reverse();
    Found { most: Most::of(best.0), states: way }
}
