//! Loops that send without bound.

use super::{Bounds, Counted, Part, Place, Question};
use crate::hir::InstanceKey;
use crate::whole::flow::Spot;
use crate::whole::most::{Most, sending_loops};
use crate::whole::states::{Move, States};

/// So many different hours of a journey are told apart.
const HOURS_MAX: usize = 16;

/// A loop that sends without bound.
pub(in crate::whole) struct Turns {
    pub spots: Vec<Spot>,
    pub path: Vec<Place>,
    /// What is kept with each turn is done at once later on: pauses in the loop don't help.
    pub piles: Option<Piles>,
}

/// What piles up with each turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::whole) enum Piles {
    Undos,
    Children,
}

impl Bounds<'_> {
    /// A loop that turns without a known time between two of its sends, or that piles up what is sent later on.
    pub fn free_loop(&mut self, journey: usize, counted: Counted) -> Option<Turns> {
        let flow = &self.flows[journey];
        let branches = flow.forks.iter().flat_map(|fork| fork.branches.iter().map(|(start, _)| *start));
        let starts: Vec<Spot> = std::iter::once(flow.entry).chain(branches).collect();
        let children: Vec<(Part, bool)> =
            self.late_children(journey).into_iter().map(|child| (Part::Started(child), self.rests(child.index()))).collect();
        for start in starts {
            let question = Question { journey, start, counted, part: Part::Straight, window_ms: None, again: None, turning: true };
            if let Some((spots, path)) = self.loop_of(question, true) {
                return Some(Turns { spots, path, piles: None });
            }
            if let Some((spots, path)) = self.loop_of(Question { part: Part::Undone, ..question }, false) {
                return Some(Turns { spots, path, piles: Some(Piles::Undos) });
            }
            for &(part, piles) in &children {
                if let Some((spots, path)) = self.loop_of(Question { part, ..question }, !piles) {
                    return Some(Turns { spots, path, piles: piles.then_some(Piles::Children) });
                }
            }
        }
        None
    }

    /// The loops that send. One that turns without a known time between turns at some hour: that of some hours that are waited
    /// for, as they begin, and in no others.
    fn loops_in(&mut self, states: &States, weight: &[Most], journey: usize, free: bool) -> Vec<Vec<usize>> {
        if !free {
            return sending_loops(states, weight, &|_| true, &mut self.work);
        }
        let hours = &self.flows[journey].hours;
        if hours.len() < 2 || hours.len() > HOURS_MAX {
            return sending_loops(states, weight, &|step| !step.takes_time(), &mut self.work);
        }
        let mut loops = Vec::new();
        for now in hours {
            let open = |step: &Move| !step.takes_time() && step.hours.is_none_or(|at| hours.get(at).is_none_or(|of| now.may_begin_in(of)));
            loops.extend(sending_loops(states, weight, &open, &mut self.work));
        }
        loops
    }

    /// Whether those that are started or run at a spot are kept apart: they have one key, and the next is refused for a while.
    pub(super) fn keeps_apart(&self, journey: usize, spot: Spot, child: usize) -> bool {
        let cooldown_ms = self.program.journeys[child].cooldown_ms.unwrap_or(0);
        self.flows[journey].one_key.contains(&spot) && self.lasts_ms[child].saturating_add(cooldown_ms) > 0
    }

    /// Whether journeys of a kind can rest beside each other for as long as they like.
    fn rests(&self, child: usize) -> bool {
        self.lags_ms[child].is_none() && !matches!(self.program.journeys[child].key, InstanceKey::Customer)
    }

    /// The spots and the sends of a loop; with `free`, of one that turns without a known time between two of its sends.
    fn loop_of(&mut self, question: Question, free: bool) -> Option<(Vec<Spot>, Vec<Place>)> {
        let states = self.plain(question);
        let weighed = self.weighed(&states, question);
        if weighed.most.iter().all(|most| *most == Most::Times(0)) {
            return None;
        }
        let loops = self.loops_in(&states, &weighed.most, question.journey, free);
        let mut sending: Vec<Spot> = weighed.sending(&states, loops.iter().flatten());
        if sending.is_empty() {
            return None;
        }
        // What every way shows may be excluded by what flags and counters hold.
        for states in self.told(question).0 {
            let weighed = self.weighed(&states, question);
            let loops = self.loops_in(&states, &weighed.most, question.journey, free);
            let still = weighed.sending(&states, loops.iter().flatten());
            sending.retain(|spot| still.contains(spot));
        }
        let around = loops.into_iter().find(|all| all.iter().any(|&state| sending.contains(&states.spots[state])))?;
        let way: Vec<usize> = around.iter().copied().filter(|&state| sending.contains(&states.spots[state])).collect();
        let path = weighed.path(&states, &way);
        Some((around.into_iter().map(|state| states.spots[state]).collect(), path))
    }
}
