//! E0402: a loop with pauses, none of which lets time go by. W0404: a loop that turns at once as long as a condition holds.
//!
//! Where a way that is always open leads on from a pause, all else that the pause waits for never gets its turn. What is left of
//! the journey is looked at as loops; one that is never left and in which nothing rests turns without end in one instant.

use super::flow::{Act, Flow, Passes, Spot, SpotKind, View, Way};
use super::instant::{Guard, Instants};
use super::{Whole, first_word};
use crate::diagnostics::Diagnostic;
use crate::hir::{PlaceRoot, Stmt, StmtKind};
use journey_grammar::Span;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

impl Whole<'_> {
    pub(super) fn spins(&mut self) {
        let instants = Instants::of(&self.bounds.flows);
        for journey in self.journeys() {
            let flow = &self.bounds.flows[journey];
            if !flow.spots.iter().any(|kind| matches!(kind, SpotKind::Loop(_))) {
                continue;
            }
            let mut found: Vec<Diagnostic> =
                endless(&instants, flow).iter().filter_map(|spots| without_end(&instants, flow, spots)).collect();
            if found.is_empty() && !writes_profile(&self.program.journeys[journey].body) {
                found.extend(while_it_holds(&instants, flow));
            }
            self.found.extend(found);
        }
    }
}

/// The ways out of a spot that are ever gone.
fn open_ways<'f, 'h>(instants: &'f Instants, flow: &'f Flow<'h>, from: Spot) -> impl Iterator<Item = &'f Way<'h>> {
    let at_once = move |way: &Way| way.pauses && is_sure(instants, flow, from, way);
    let passed = flow.ways(from, View::Flow).any(at_once);
    flow.ways(from, View::Flow).filter(move |way| !matches!(way.act, Act::Fault) && (!passed || !way.pauses || at_once(way)))
}

/// Whether a pause is passed whenever it is come to, or whenever the hour is right.
fn is_sure(instants: &Instants, flow: &Flow, from: Spot, way: &Way) -> bool {
    !matches!(way.act, Act::Assume(..)) && way.passes != Passes::No || instants.at_once(flow, from, way) == Some(Guard::Open)
}

/// The loops, as their spots, that are never left and in which nothing rests.
fn endless(instants: &Instants, flow: &Flow) -> Vec<Vec<Spot>> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    for _ in 0..flow.spots.len() {
        graph.add_node(());
    }
    for from in 0..flow.spots.len() {
        for way in open_ways(instants, flow, from) {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(way.to), ());
        }
    }
    let components: Vec<Vec<Spot>> =
        kosaraju_scc(&graph).into_iter().map(|component| component.into_iter().map(NodeIndex::index).collect()).collect();
    let mut component_of = vec![0; flow.spots.len()];
    for (number, component) in components.iter().enumerate() {
        component.iter().for_each(|&spot| component_of[spot] = number);
    }
    let turns = |spots: &Vec<Spot>| {
        let mut ways = spots.iter().flat_map(|&spot| open_ways(instants, flow, spot).map(move |way| (spot, way)));
        spots.iter().any(|&spot| matches!(flow.spots[spot], SpotKind::Loop(_)))
            && share_hours(flow, spots)
            && ways.all(|(spot, way)| component_of[way.to] == component_of[spot] && (!way.pauses || is_sure(instants, flow, spot, way)))
    };
    components.into_iter().filter(turns).collect()
}

/// Whether there is an hour at which all of them go on that wait for hours; else the loop rests from the ones to the others.
fn share_hours(flow: &Flow, spots: &[Spot]) -> bool {
    let ways = spots.iter().flat_map(|&spot| flow.ways(spot, View::Flow)).filter(|way| way.passes == Passes::Sometimes);
    let hours: Vec<_> = ways.map(|way| way.hours.and_then(|at| flow.hours.get(at))).collect();
    hours.len() < 2 || hours.iter().flatten().any(|now| hours.iter().all(|other| other.is_some_and(|other| now.begin_in(other))))
}

fn without_end(instants: &Instants, flow: &Flow, spots: &[Spot]) -> Option<Diagnostic> {
    let (head, word) =
        spots.iter().filter_map(|&spot| if let SpotKind::Loop(word) = flow.spots[spot] { Some((spot, word)) } else { None }).min()?;
    let mut pauses: Vec<Span> =
        spots.iter().filter(|&&spot| open_ways(instants, flow, spot).any(|way| way.pauses)).map(|&spot| pause(flow, spot)).collect();
    pauses.sort_unstable_by_key(|span| span.start);
    pauses.first()?;
    let diagnostic =
        Diagnostic::error("E0402", first_word(flow.spans[head], word), "this loop turns without end", "none of its pauses lets time go by");
    let told = pauses.into_iter().fold(diagnostic, |diagnostic, pause| diagnostic.and(pause, "this goes on at once"));
    Some(told.help("let time go by in the loop (`wait 1d`), or leave it with `break` or `finish`"))
}

fn pause(flow: &Flow, spot: Spot) -> Span {
    let word = if matches!(flow.spots[spot], SpotKind::Run(_)) { "run" } else { "wait" };
    if flow.spans[spot].end - flow.spans[spot].start > 60 { first_word(flow.spans[spot], word) } else { flow.spans[spot] }
}

/// An arm that waits for a condition on the customer, and comes back to it in the same instant.
fn while_it_holds(instants: &Instants, flow: &Flow) -> Option<Diagnostic> {
    let mut arms = (0..flow.spots.len()).flat_map(|wait| flow.ways(wait, View::Flow).map(move |way| (wait, way)));
    arms.find_map(|(wait, way)| {
        let Act::Assume(condition, true) = way.act else { return None };
        let turns = way.pauses
            && instants.at_once(flow, wait, way) == Some(Guard::Customer)
            && instants.guard(flow, way.to, wait) == Some(Guard::Open);
        turns.then(|| {
            Diagnostic::warning("W0404", condition.span, "this may turn again and again, without a pause", "as long as this holds")
                .and(pause(flow, wait), "which comes back here at once")
                .help("let time go by behind it (`wait 1d`), or leave the loop with `break` or `finish`")
        })
    })
}

fn writes_profile(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Assign(place, _) => matches!(place.root, PlaceRoot::Profile(_)),
        // What these lead to may change the customer.
        StmtKind::Emit { .. } | StmtKind::Run(_) | StmtKind::Start { .. } => true,
        other => other.blocks().into_iter().any(writes_profile),
    })
}
