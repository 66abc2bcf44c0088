//! Loops that send without bound.

use super::{Bounds, Counted, Part, Place, Question};
use crate::hir::InstanceKey;
use crate::whole::flow::Spot;
use crate::whole::most::{Most, sending_loops};

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
            let question = Question { journey, start, counted, part: Part::Straight, window_ms: None, again_ms: None };
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
        let loops = sending_loops(&states, &weighed.most, free, &mut self.work);
        let mut sending: Vec<Spot> = weighed.sending(&states, loops.iter().flatten());
        if sending.is_empty() {
            return None;
        }
        // What every way shows may be excluded by what flags and counters hold.
        for states in self.told(question).0 {
            let weighed = self.weighed(&states, question);
            let loops = sending_loops(&states, &weighed.most, free, &mut self.work);
            let still = weighed.sending(&states, loops.iter().flatten());
            sending.retain(|spot| still.contains(spot));
        }
        let around = loops.into_iter().find(|all| all.iter().any(|&state| sending.contains(&states.spots[state])))?;
        let way: Vec<usize> = around.iter().copied().filter(|&state| sending.contains(&states.spots[state])).collect();
        let path = weighed.path(&states, &way);
        Some((around.into_iter().map(|state| states.spots[state]).collect(), path))
    }
}
