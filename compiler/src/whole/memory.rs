//! What the checks have found in each journey by itself: after a change it is said again of those in which nothing has changed.
//!
//! It hangs on the journey, on the declarations that it names, on journeys that it starts, and on whether these and the channels
//! are sound. Checks that look from journey to journey ([`cycles`](super::cycles), [`caps`](super::caps)) keep nothing.

use super::constant::Constants;
use super::flow::SpotKind;
use super::unused::Called;
use super::{Whole, conditions, unused};
use crate::diagnostics::Diagnostic;
use crate::hir::Program;
use rustc_hash::FxHashSet;

/// What is known of the journeys, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    bodies: Vec<Option<Body>>,
    flows: Vec<Option<Vec<Diagnostic>>>,
    /// The journeys and channels that were sound when the flows were looked at.
    sound: (Vec<bool>, Vec<bool>),
}

/// What the statements of a journey show; only of a program without errors.
#[derive(Debug)]
struct Body {
    found: Vec<Diagnostic>,
    calls: Vec<Called>,
}

impl Memory {
    /// Forgets journeys that may have changed, or that see what may; `None` for all.
    pub fn forget(&mut self, journeys: Option<&[usize]>) {
        let Some(journeys) = journeys else { return *self = Self::default() };
        for &journey in journeys {
            if let Some(body) = self.bodies.get_mut(journey) {
                *body = None;
            }
            if let Some(flow) = self.flows.get_mut(journey) {
                *flow = None;
            }
        }
    }

    /// What the statements of all journeys show by themselves; gives the operations that are called.
    pub(super) fn bodies(&mut self, program: &Program, constants: &Constants, found: &mut Vec<Diagnostic>) -> FxHashSet<Called> {
        self.bodies.resize_with(program.journeys.len(), || None);
        let mut calls = FxHashSet::default();
        for (body, journey) in self.bodies.iter_mut().zip(&program.journeys) {
            let body = body.get_or_insert_with(|| {
                let mut found = Vec::new();
                conditions::journey(program, constants, journey, &mut found);
                let calls = unused::journey(journey, &mut found);
                Body { found, calls }
            });
            found.extend_from_slice(&body.found);
            calls.extend(&body.calls);
        }
        calls
    }

    /// Forgets the flows that hang on whether a journey or a channel is sound, where that has changed.
    fn now_sound(&mut self, whole: &Whole) {
        let now = (whole.sound.clone(), whole.sound_channels.clone());
        let before = std::mem::replace(&mut self.sound, now);
        self.flows.resize_with(whole.sound.len(), || None);
        if before.0.len() != whole.sound.len() || before.1 != whole.sound_channels {
            return self.flows.fill_with(|| None);
        }
        let mut open: Vec<usize> = (0..whole.sound.len()).filter(|&journey| before.0.get(journey) != whole.sound.get(journey)).collect();
        if open.is_empty() {
            return;
        }
        let started_by = started_by(whole);
        let mut seen = vec![false; started_by.len()];
        while let Some(journey) = open.pop() {
            if !std::mem::replace(&mut seen[journey], true) {
                self.flows[journey] = None;
                open.extend(&started_by[journey]);
            }
        }
    }
}

/// For each journey, those that start it.
fn started_by(whole: &Whole) -> Vec<Vec<usize>> {
    let mut started_by = vec![Vec::new(); whole.sound.len()];
    for (journey, flow) in whole.bounds.flows.iter().enumerate() {
        for kind in &flow.spots {
            if let SpotKind::Start(child) | SpotKind::Run(child) = kind {
                started_by[child.index()].push(journey);
            }
        }
    }
    started_by
}

impl Whole<'_> {
    /// What each journey shows by itself.
    pub(super) fn remembered(&mut self, memory: &mut Memory) {
        memory.now_sound(self);
        let before = std::mem::take(&mut self.found);
        for journey in self.journeys() {
            let known = memory.flows.get_mut(journey).and_then(Option::take);
            let found = known.unwrap_or_else(|| self.journey(journey));
            memory.flows[journey] = Some(found);
        }
        self.found = before;
        self.found.extend(memory.flows.iter().flatten().flatten().cloned());
    }

    fn journey(&mut self, journey: usize) -> Vec<Diagnostic> {
        self.loops(journey);
        self.unseen(journey);
        self.waits(journey);
        self.heads(journey);
        std::mem::take(&mut self.found)
    }
}
