//! Answers to questions about one stretch of a journey.

use super::weighed::Weighed;
use super::{Again, Bounds, Counted, DAY_MS, DEPTH_MAX, HOUR_MS, Part, Place, Question, Reach, SHIFT_MS};
use crate::hir::{EnterOn, Send};
use crate::whole::flow::{Spot, SpotKind};
use crate::whole::most::{Found, Most, in_all, within};
use crate::whole::states::{Call, Clocks, Scope, States, Told, Trip};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// So many states a spot are told apart at the most.
const STATES_PER_SPOT: usize = 16;
const STATES_MIN: usize = 2_048;

impl<'h> Bounds<'h> {
    pub(super) fn ask(&mut self, question: Question, enough: u32) -> Rc<Reach> {
        let unbounded = || Rc::new(Reach { most: Most::Unbounded, path: Vec::new() });
        let key = (question, self.once);
        match self.answers.get(&key) {
            Some(Some((answer, exact))) if *exact || answer.most <= Most::Times(enough) => return answer.clone(),
            // It is being asked: the journey starts itself.
            Some(None) => return unbounded(),
            _ if self.depth > DEPTH_MAX => return unbounded(),
            _ => {}
        }
        self.answers.insert(key, None);
        self.depth += 1;
        let (answer, exact) = self.find(question, enough);
        self.depth -= 1;
        let answer = Rc::new(answer);
        self.answers.insert(key, Some((answer.clone(), exact)));
        answer
    }

    /// The answer to a question, and whether it is as exact as can be.
    fn find(&mut self, question: Question, enough: u32) -> (Reach, bool) {
        let states = self.plain(question);
        let mut answer = self.answer(&states, question);
        let exact = answer.most > Most::Times(enough);
        if exact {
            let (told, together) = self.told(question);
            for states in &told {
                let closer = self.answer(states, question);
                if closer.most < answer.most {
                    answer = closer;
                }
            }
            if !together && answer.most > Most::Times(enough) {
                let closer = self.one_by_one(&states, &told, question);
                if closer.most < answer.most {
                    answer = closer;
                }
            }
        }
        (answer, exact)
    }

    fn answer(&mut self, states: &States, question: Question) -> Reach {
        let weighed = self.weighed(states, question);
        let Found { most, states: way } = self.count_on(states, &weighed.most, question);
        Reach { most, path: weighed.path(states, &way) }
    }

    fn count_on(&mut self, states: &States, weight: &[Most], question: Question) -> Found {
        match question.window_ms {
            None => in_all(states, weight, &mut self.work),
            Some(window_ms) => {
                let window_ms = self.with_shift(question, window_ms, states.slip_ms);
                within(states, weight, window_ms, &mut self.work)
            }
        }
    }

    /// The sum of what each sending spot can send by itself: each by that which holds it best.
    fn one_by_one(&mut self, plain: &States, told: &[States], question: Question) -> Reach {
        let weighed = self.weighed(plain, question);
        let mut sum = Reach { most: Most::Times(0), path: Vec::new() };
        for spot in weighed.sending(plain, &(0..plain.spots.len()).collect::<Vec<_>>()) {
            let mut best = Most::Unbounded;
            for states in told.iter().chain([plain]) {
                let only = |&at: &Spot| if at == spot { weighed.places[&spot].most } else { Most::Times(0) };
                let weight: Vec<Most> = states.spots.iter().map(only).collect();
                best = best.min(self.count_on(states, &weight, question).most);
            }
            sum.most = sum.most.plus(best);
            sum.path.extend(&weighed.places[&spot].path);
        }
        sum
    }

    /// A window, longer by the hours that clocks may be put forward in it, and by what they gain where they are put back. Who moves
    /// into another time zone may meet another change of its clocks.
    fn with_shift(&mut self, question: Question, window_ms: i64, slip_ms: i64) -> i64 {
        if !self.clocks(question).shifts() {
            return window_ms;
        }
        let moves = i64::from(self.changes(question.counted, window_ms).unwrap_or(0));
        window_ms.saturating_add((HOUR_MS + slip_ms).saturating_mul(1 + window_ms / SHIFT_MS + moves))
    }

    /// What the journey knows of the hour.
    fn clocks(&mut self, question: Question) -> Clocks<'h> {
        let moves = question.window_ms.map_or(Some(0), |window_ms| self.changes(question.counted, window_ms));
        let calls = question.again.map_or(Vec::new(), |again| self.calls(question.journey, again));
        let scope = Scope { window_ms: question.window_ms.unwrap_or(0).saturating_add(2 * DAY_MS), moves };
        Clocks::of(self.program, &self.written, &self.flows[question.journey], calls, scope)
    }

    /// What lets a customer in.
    fn calls(&self, journey: usize, again: Again) -> Vec<Call> {
        let call = |on: &EnterOn| match on {
            EnterOn::Event(_) => Call { schedule: None, segment: None },
            EnterOn::Segment { segment, .. } => Call { schedule: None, segment: Some(*segment) },
            EnterOn::Every { schedule, segment } => Call { schedule: Some(*schedule), segment: *segment },
        };
        let calls = self.program.journeys[journey].enters.iter().map(|enter| call(&enter.on));
        let mut calls: Vec<Call> = calls.filter(|call| !again.scheduled || call.schedule.is_some()).collect();
        if calls.is_empty() {
            // Others start it.
            calls.push(Call { schedule: None, segment: None });
        }
        calls
    }

    /// The states with every way open.
    pub(super) fn plain(&mut self, question: Question) -> Rc<States> {
        let Question { journey, start, again, .. } = question;
        let key = (journey, start, again);
        if let Some(states) = self.plain.get(&key) {
            return states.clone();
        }
        let clocks = self.clocks(question);
        let flow = &self.flows[journey];
        let trip = Trip { start, limit: usize::MAX, again_ms: again.map(|again| again.cooldown_ms) };
        let states = States::explore(flow, flow.known(self.program), &clocks, &Told::none(), trip).unwrap_or_default();
        self.count(&states);
        let states = Rc::new(states);
        self.plain.insert(key, states.clone());
        states
    }

    /// States that are told apart: by everything (`true`), or where that is too much, several by one thing each.
    pub(super) fn told(&mut self, question: Question) -> (Vec<States>, bool) {
        let Question { journey, start, again, .. } = question;
        let clocks = self.clocks(question);
        let flow = &self.flows[journey];
        let limit = (flow.spots.len() * STATES_PER_SPOT).max(STATES_MIN);
        let trip = Trip { start, limit, again_ms: again.map(|again| again.cooldown_ms) };
        let explore = |told: &Told| States::explore(flow, flow.known(self.program), &clocks, told, trip);
        let found: (Vec<States>, bool) = match explore(&Told::all(flow, &clocks)) {
            Some(all) => (vec![all], true),
            None => (Told::each(flow, &clocks).iter().filter_map(explore).collect(), false),
        };
        found.0.iter().for_each(|states| self.count(states));
        found
    }

    fn count(&mut self, states: &States) {
        self.work += (states.spots.len() + states.moves.iter().map(Vec::len).sum::<usize>()) as u64;
    }

    /// What each state sends.
    pub(super) fn weighed(&mut self, states: &States, question: Question) -> Weighed {
        let mut by_spot: FxHashMap<Spot, Rc<Reach>> = FxHashMap::default();
        let mut weighed = Weighed { most: vec![Most::Times(0); states.spots.len()], places: FxHashMap::default() };
        for (state, &spot) in states.spots.iter().enumerate() {
            let reach = match by_spot.get(&spot) {
                Some(reach) => reach.clone(),
                None => {
                    let Some(reach) = self.weigh(spot, question) else { continue };
                    by_spot.entry(spot).or_insert(reach).clone()
                }
            };
            weighed.most[state] = reach.most;
            weighed.places.insert(spot, reach);
        }
        weighed
    }

    /// What is sent at a spot; `None` where nothing can be.
    fn weigh(&mut self, spot: Spot, question: Question) -> Option<Rc<Reach>> {
        let Question { journey, counted, part, window_ms, .. } = question;
        let flow = &self.flows[journey];
        let undone = flow.undone[spot];
        let counts = match part {
            Part::All => true,
            Part::Straight => !undone,
            Part::Undone => undone,
            Part::Started(_) => false,
        };
        match flow.spots[spot] {
            SpotKind::Start(child) if question.turning && !undone && self.keeps_apart(journey, spot, child.index()) => None,
            SpotKind::Send(send) if counts && self.counts(send, counted) => {
                let place = Place { span: flow.spans[spot], message: send.message };
                Some(Rc::new(Reach { most: Most::Times(1), path: vec![place] }))
            }
            SpotKind::Write(field, _) if counts && counted == Counted::Zone && self.is_zone(field) => {
                Some(Rc::new(Reach { most: Most::Times(1), path: Vec::new() }))
            }
            SpotKind::Start(child) => {
                let late = self.is_late(child) && !undone;
                let counts = match part {
                    Part::Straight => counts && !late,
                    Part::Started(of) => of == child && late,
                    Part::All | Part::Undone => counts,
                };
                let all = counts.then(|| self.in_all(child.index(), counted, 0))?;
                match (all.most, window_ms, part) {
                    (Most::Unbounded, Some(window_ms), Part::Straight) => Some(self.said_within(child.index(), counted, window_ms, 0)),
                    _ => Some(all),
                }
            }
            SpotKind::Burst(fork) => match flow.spots[fork] {
                SpotKind::Run(child) if question.turning && !undone && self.keeps_apart(journey, fork, child.index()) => None,
                SpotKind::Run(child) => self.weigh_run(child.index(), question),
                SpotKind::Fork(number) => {
                    let starts: Vec<Spot> = flow.forks[number].branches.iter().map(|(start, _)| *start).collect();
                    let mut sum = Reach { most: Most::Times(0), path: Vec::new() };
                    for start in starts {
                        let branch = self.ask(Question { start, again: None, ..question }, 0);
                        sum = sum.and(&branch);
                    }
                    Some(Rc::new(sum))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What a child sends that is run. What it has to undo is over with it, unless a block waits for an answer.
    fn weigh_run(&mut self, child: usize, question: Question) -> Option<Rc<Reach>> {
        let inside = Question { journey: child, start: self.flows[child].entry, again: None, ..question };
        let flow = &self.flows[child];
        let waits = (0..flow.spots.len()).any(|spot| flow.undone[spot] && matches!(flow.spots[spot], SpotKind::Call));
        match question.part {
            Part::All | Part::Started(_) => Some(self.ask(inside, 0)),
            Part::Undone if waits => Some(self.ask(inside, 0)),
            Part::Undone => None,
            Part::Straight if waits => Some(self.ask(inside, 0)),
            Part::Straight => {
                let straight = self.ask(inside, 0);
                let undone = self.ask(Question { part: Part::Undone, window_ms: None, ..inside }, 0);
                Some(Rc::new((*straight).clone().and(&undone)))
            }
        }
    }

    fn counts(&self, send: &Send, counted: Counted) -> bool {
        let transactional = self.program.messages.get(send.message.index()).is_some_and(|message| message.transactional);
        match counted {
            Counted::Promotional(channel) => !transactional && send.channels.contains(&channel),
            Counted::Transactional(channel) => transactional && send.channels.contains(&channel),
            Counted::Zone => false,
        }
    }
}
