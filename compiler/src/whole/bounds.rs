//! How many messages a customer can get at most, from each journey and from all together.
//!
//! # What is counted
//!
//! A `send` counts once for each channel that it may go over: `first of push, email` is one for `push` and one for `email`.
//! Promotional messages count; those that are `transactional` are told apart, as no cap holds them. Of branches the one
//! with the most counts; `parallel` and `race` count the sum of their branches, `run` and `start` what the child sends;
//! an `undo` block counts where it is said.
//!
//! # In all, and in a window
//!
//! For each journey and channel there are two bounds for one time that a customer comes in: *in all*, and *in a window* of the
//! channel's cap (seven days where it has none). Both are exact for the journey's [graph](super::flow) as its
//! [states](super::states) see it: pauses of a known length keep sends apart, as do moments of the day and week; events may come
//! at once, one after the other; flags and counters are followed. What the states don't see makes a bound too high, never too low.
//!
//! Where a channel has quiet hours, a message may leave as much later as they last: then two of them can leave closer together
//! than they were said, and a window takes in what was said that much before it.
//!
//! A customer may come in *again*. With `one per customer` a further entry follows the end, after the cooldown; `enter every`
//! keeps entries apart by itself. Where nothing does, entries come as often as the customer's events, and only a
//! cap bounds them. Time zones are taken not to change within a window; an hour is added for daylight saving.
//!
//! # What it costs
//!
//! [`most`](super::most) tells it for one set of states: O(states × count × log), where a count never exceeds a thousand. A
//! journey of n statements has O(n) states where none of its variables is told apart; told apart together they are given up at
//! [`STATES_PER_SPOT`] a spot. Then one thing is told apart at a time, O(n) times O(n) states, and if that is not enough,
//! each send is counted by itself, O(n) times as much. So the whole is polynomial: n³ × count × log at the worst, and next to
//! linear for journeys whose bound is below the cap even when every way is open. A child is looked at once for each channel.

use super::flow::{Flow, Spot, SpotKind};
use super::most::{Found, Most, in_all, sending_loops, within};
use super::states::{States, Told};
use crate::hir::{ChannelId, EnterOn, InstanceKey, JourneyId, MessageId, Program, Schedule, Send};
use journey_grammar::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// So many states a spot are told apart at the most.
const STATES_PER_SPOT: usize = 16;
const STATES_MIN: usize = 2_048;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Clocks are put forward once in so long.
const SHIFT_MS: i64 = 300 * DAY_MS;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    Promotional(ChannelId),
    Transactional(ChannelId),
}

/// A message on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub span: Span,
    pub message: MessageId,
}

/// A bound, with the messages on a way that reaches it, in order; where there is none, those of the loop.
#[derive(Debug, Clone)]
pub struct Reach {
    pub most: Most,
    pub path: Vec<Place>,
}

/// The stretch of a journey that is looked at, and for what: `window_ms` is `None` for all time, `again_ms` the time from an end
/// to the next entry, where that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    journey: usize,
    start: Spot,
    counted: Counted,
    window_ms: Option<i64>,
    again_ms: Option<i64>,
}

/// Answers questions about a program.
pub(super) struct Bounds<'h> {
    pub program: &'h Program,
    pub flows: Vec<Flow<'h>>,
    /// How many states and moves were looked at: what it costs, in units that don't depend on a clock.
    pub work: u64,
    /// `None` while it is being asked; with whether it is as exact as can be.
    answers: FxHashMap<Question, Option<(Rc<Reach>, bool)>>,
    plain: FxHashMap<(usize, Spot, Option<i64>), Rc<States>>,
}

impl<'h> Bounds<'h> {
    /// Of a program whose journeys are `sound`; the others count as empty.
    pub fn new(program: &'h Program, sound: &[bool]) -> Self {
        let flow = |(at, journey)| Flow::new(program, journey, sound.get(at) == Some(&true));
        let mut flows: Vec<Flow> = program.journeys.iter().enumerate().map(flow).collect();
        let mut through = vec![None; flows.len()];
        for journey in 0..flows.len() {
            settle(&mut flows, journey, &mut through);
        }
        Self { program, flows, work: 0, answers: FxHashMap::default(), plain: FxHashMap::default() }
    }

    /// The channels of a journey's own sends.
    pub fn channels(&self, journey: usize) -> Vec<ChannelId> {
        let sends = self.flows[journey].spots.iter().filter_map(|kind| if let SpotKind::Send(send) = kind { Some(send) } else { None });
        let mut channels: Vec<ChannelId> = sends.flat_map(|send| &send.channels).copied().collect();
        channels.sort_unstable();
        channels.dedup();
        channels
    }

    /// The most in all for one entry. Where every way is open and no more than `enough` are found, that will do.
    pub fn in_all(&mut self, journey: usize, counted: Counted, enough: u32) -> Rc<Reach> {
        let start = self.flows[journey].entry;
        self.ask(Question { journey, start, counted, window_ms: None, again_ms: None }, enough)
    }

    /// The most in a window for one entry.
    pub fn in_window(&mut self, journey: usize, counted: Counted, window_ms: i64, enough: u32) -> Rc<Reach> {
        self.said_within(journey, counted, self.widened(counted, window_ms), enough)
    }

    /// The time within which everything is said that leaves in a window: quiet hours hold a message back for as long as they
    /// last, and an hour more where clocks are put back.
    fn widened(&self, counted: Counted, window_ms: i64) -> i64 {
        let Counted::Promotional(channel) = counted else { return window_ms };
        let quiet = self.program.channels.get(channel.index()).and_then(|channel| channel.quiet);
        let held_ms = quiet.map_or(0, |quiet| (quiet.to_ms - quiet.from_ms).rem_euclid(DAY_MS) + HOUR_MS);
        window_ms.saturating_add(held_ms)
    }

    /// The most that the code says in a window for one entry.
    fn said_within(&mut self, journey: usize, counted: Counted, window_ms: i64, enough: u32) -> Rc<Reach> {
        let start = self.flows[journey].entry;
        self.ask(Question { journey, start, counted, window_ms: Some(window_ms), again_ms: None }, enough)
    }

    /// The most in a window for all entries of a customer.
    pub fn with_entries(&mut self, journey: usize, counted: Counted, window_ms: i64, enough: u32) -> Rc<Reach> {
        let window_ms = self.widened(counted, window_ms);
        let one = self.said_within(journey, counted, window_ms, enough);
        if one.most == Most::Times(0) {
            return one;
        }
        let declared = &self.program.journeys[journey];
        let (apart_ms, pauses) = (self.apart_ms(journey), self.pauses(journey));
        let alone = matches!(declared.key, InstanceKey::Customer);
        let mut best = Reach { most: Most::Unbounded, path: one.path.clone() };
        if apart_ms > 0 && (alone || !pauses) {
            // Those that entered within the window, and the one that was in it before.
            let entries = (window_ms - 1) / apart_ms + 1 + i64::from(pauses);
            best.most = one.most.times(u32::try_from(entries).unwrap_or(u32::MAX));
        }
        if alone {
            let (start, again_ms) = (self.flows[journey].entry, Some(declared.cooldown_ms.unwrap_or(0)));
            let chained = self.ask(Question { journey, start, counted, window_ms: Some(window_ms), again_ms }, enough);
            if chained.most < best.most {
                best = (*chained).clone();
            }
        }
        Rc::new(best)
    }

    /// What counts against a cap: of a journey that time alone lets in, all entries; of one that events let in, one, for how often
    /// they come is the customer's to say.
    pub fn at_most(&mut self, journey: usize, channel: ChannelId, window_ms: i64, enough: u32) -> Rc<Reach> {
        let counted = Counted::Promotional(channel);
        if self.enters_by_time(journey) {
            return self.with_entries(journey, counted, window_ms, enough);
        }
        let all = self.in_all(journey, counted, enough);
        if all.most <= Most::Times(enough) && enough > 0 {
            // No window holds more than all time: where that is little enough, nothing more need be known.
            return all;
        }
        self.in_window(journey, counted, window_ms, enough)
    }

    /// Whether time alone lets customers in, not what they do.
    pub fn enters_by_time(&self, journey: usize) -> bool {
        let enters = &self.program.journeys[journey].enters;
        !enters.is_empty() && enters.iter().all(|enter| matches!(enter.on, EnterOn::Every { .. }))
    }

    /// The least time from one entry to the next.
    pub fn apart_ms(&self, journey: usize) -> i64 {
        let declared = &self.program.journeys[journey];
        let scheduled = match declared.enters.as_slice() {
            [only] => match only.on {
                EnterOn::Every { schedule: Schedule::Period { ms }, .. } => ms,
                EnterOn::Every { schedule: Schedule::Daily { .. }, .. } => DAY_MS - HOUR_MS,
                EnterOn::Every { schedule: Schedule::Weekly { .. }, .. } => 7 * DAY_MS - HOUR_MS,
                EnterOn::Every { schedule: Schedule::Monthly { .. }, .. } => 28 * DAY_MS - HOUR_MS,
                EnterOn::Event(_) | EnterOn::Segment { .. } => 0,
            },
            _ => 0,
        };
        let flow = &self.flows[journey];
        let ended = match declared.key {
            InstanceKey::Customer => {
                flow.least_ms(flow.entry, flow.end).unwrap_or(i64::MAX).saturating_add(declared.cooldown_ms.unwrap_or(0))
            }
            InstanceKey::Expr(_) | InstanceKey::Unlimited => 0,
        };
        scheduled.max(ended)
    }

    fn pauses(&self, journey: usize) -> bool {
        self.flows[journey].ways.iter().flatten().any(|way| way.pauses)
    }

    /// The spots and the sends of a loop that turns without a known time between two of them; `None` where there is no such loop.
    pub fn free_loop(&mut self, journey: usize, counted: Counted) -> Option<(Vec<Spot>, Vec<Place>)> {
        let question = Question { journey, start: self.flows[journey].entry, counted, window_ms: None, again_ms: None };
        let states = self.plain(question);
        let weighed = self.weighed(&states, question);
        let loops = sending_loops(&states, &weighed.most, true, &mut self.work);
        let mut sending: Vec<Spot> = weighed.sending(&states, loops.iter().flatten());
        if sending.is_empty() {
            return None;
        }
        // What every way shows may be excluded by what flags and counters hold.
        for states in self.told(question).0 {
            let weighed = self.weighed(&states, question);
            let loops = sending_loops(&states, &weighed.most, true, &mut self.work);
            let still = weighed.sending(&states, loops.iter().flatten());
            sending.retain(|spot| still.contains(spot));
        }
        let around = loops.into_iter().find(|all| all.iter().any(|&state| sending.contains(&states.spots[state])))?;
        let way: Vec<usize> = around.iter().copied().filter(|&state| sending.contains(&states.spots[state])).collect();
        let path = weighed.path(&states, &way);
        Some((around.into_iter().map(|state| states.spots[state]).collect(), path))
    }

    fn ask(&mut self, question: Question, enough: u32) -> Rc<Reach> {
        let unbounded = || Rc::new(Reach { most: Most::Unbounded, path: Vec::new() });
        match self.answers.get(&question) {
            Some(Some((answer, exact))) if *exact || answer.most <= Most::Times(enough) => return answer.clone(),
            // It is being asked: the journey starts itself.
            Some(None) => return unbounded(),
            _ => {}
        }
        self.answers.insert(question, None);
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
        let answer = Rc::new(answer);
        self.answers.insert(question, Some((answer.clone(), exact)));
        answer
    }

    fn answer(&mut self, states: &States, question: Question) -> Reach {
        let weighed = self.weighed(states, question);
        let Found { most, states: way } = self.count_on(states, &weighed.most, question);
        Reach { most, path: weighed.path(states, &way) }
    }

    fn count_on(&mut self, states: &States, weight: &[Most], question: Question) -> Found {
        match question.window_ms {
            None => in_all(states, weight, &mut self.work),
            Some(window_ms) => within(states, weight, self.with_shift(question.journey, window_ms), &mut self.work),
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

    /// A window, longer by the hours that clocks may be put forward in it.
    fn with_shift(&self, journey: usize, window_ms: i64) -> i64 {
        let by_clock = |zone: Option<&str>| zone != Some("UTC");
        let shifts = self.flows[journey].ways.iter().flatten().any(|way| way.moment.is_some_and(|moment| by_clock(moment.zone)));
        if shifts { window_ms.saturating_add(HOUR_MS * (1 + window_ms / SHIFT_MS)) } else { window_ms }
    }

    /// The states with every way open.
    fn plain(&mut self, question: Question) -> Rc<States> {
        let Question { journey, start, again_ms, .. } = question;
        if let Some(states) = self.plain.get(&(journey, start, again_ms)) {
            return states.clone();
        }
        let flow = &self.flows[journey];
        let states = States::explore(flow, flow.known(self.program), start, &Told::none(), usize::MAX, again_ms).unwrap_or_default();
        self.count(&states);
        let states = Rc::new(states);
        self.plain.insert((journey, start, again_ms), states.clone());
        states
    }

    /// States that are told apart: by everything (`true`), or where that is too much, several by one thing each.
    fn told(&mut self, question: Question) -> (Vec<States>, bool) {
        let Question { journey, start, again_ms, .. } = question;
        let flow = &self.flows[journey];
        let limit = (flow.spots.len() * STATES_PER_SPOT).max(STATES_MIN);
        let explore = |told: &Told| States::explore(flow, flow.known(self.program), start, told, limit, again_ms);
        let found: (Vec<States>, bool) = match explore(&Told::all(flow)) {
            Some(all) => (vec![all], true),
            None => (Told::each(flow).iter().filter_map(explore).collect(), false),
        };
        found.0.iter().for_each(|states| self.count(states));
        found
    }

    fn count(&mut self, states: &States) {
        self.work += (states.spots.len() + states.moves.iter().map(Vec::len).sum::<usize>()) as u64;
    }

    /// What each state sends.
    fn weighed(&mut self, states: &States, question: Question) -> Weighed {
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
        let Question { journey, counted, window_ms, .. } = question;
        let flow = &self.flows[journey];
        match flow.spots[spot] {
            SpotKind::Send(send) if self.counts(send, counted) => {
                let place = Place { span: flow.spans[spot], message: send.message };
                Some(Rc::new(Reach { most: Most::Times(1), path: vec![place] }))
            }
            SpotKind::Start(child) => {
                let all = self.in_all(child.index(), counted, 0);
                match (all.most, window_ms) {
                    (Most::Unbounded, Some(window_ms)) => Some(self.in_window(child.index(), counted, window_ms, 0)),
                    _ => Some(all),
                }
            }
            SpotKind::Burst(fork) => match flow.spots[fork] {
                SpotKind::Run(child) => Some(match window_ms {
                    Some(window_ms) => self.in_window(child.index(), counted, window_ms, 0),
                    None => self.in_all(child.index(), counted, 0),
                }),
                SpotKind::Fork(number) => {
                    let starts: Vec<Spot> = flow.forks[number].branches.iter().map(|(start, _)| *start).collect();
                    let mut sum = Reach { most: Most::Times(0), path: Vec::new() };
                    for start in starts {
                        let branch = self.ask(Question { journey, start, counted, window_ms, again_ms: None }, 0);
                        sum.most = sum.most.plus(branch.most);
                        sum.path.extend(&branch.path);
                    }
                    Some(Rc::new(sum))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn counts(&self, send: &Send, counted: Counted) -> bool {
        let transactional = self.program.messages.get(send.message.index()).is_some_and(|message| message.transactional);
        match counted {
            Counted::Promotional(channel) => !transactional && send.channels.contains(&channel),
            Counted::Transactional(channel) => transactional && send.channels.contains(&channel),
        }
    }

    /// The channels that a journey sends over, by itself or by journeys that it starts.
    pub fn reached(&self, journey: usize) -> Vec<ChannelId> {
        let (mut open, mut seen, mut channels) = (vec![journey], vec![false; self.flows.len()], Vec::new());
        while let Some(journey) = open.pop() {
            if std::mem::replace(&mut seen[journey], true) {
                continue;
            }
            channels.extend(self.channels(journey));
            open.extend(self.flows[journey].spots.iter().filter_map(child).map(JourneyId::index));
        }
        channels.sort_unstable();
        channels.dedup();
        channels
    }
}

/// The journey that is started at a spot.
fn child(kind: &SpotKind) -> Option<JourneyId> {
    match kind {
        SpotKind::Start(child) | SpotKind::Run(child) => Some(*child),
        _ => None,
    }
}

/// Enters how long `run`, `parallel` and `race` take at least, children before their parents; gives how long the journey takes.
fn settle(flows: &mut [Flow], journey: usize, through: &mut [Option<i64>]) -> i64 {
    if let Some(ms) = through[journey] {
        return ms;
    }
    // One that runs itself: nothing is known.
    through[journey] = Some(0);
    let runs = flows[journey].spots.iter().enumerate();
    let runs: Vec<(Spot, usize)> =
        runs.filter_map(|(spot, kind)| if let SpotKind::Run(child) = kind { Some((spot, child.index())) } else { None }).collect();
    for (spot, child) in runs {
        let ms = settle(flows, child, through);
        flows[journey].delay(spot, ms);
    }
    let flow = &mut flows[journey];
    for number in (0..flow.forks.len()).rev() {
        let fork = &flow.forks[number];
        // A branch that never ends is waited for without end, or loses every race.
        let times = fork.branches.iter().map(|(start, end)| flow.least_ms(*start, *end).unwrap_or(i64::MAX));
        let ms = if fork.race { times.min() } else { times.max() };
        let spot = fork.spot;
        flow.delay(spot, ms.unwrap_or(0));
    }
    let ms = flow.least_ms(flow.entry, flow.end).unwrap_or(i64::MAX);
    through[journey] = Some(ms);
    ms
}

/// What each state sends, and the messages of each spot that does.
struct Weighed {
    most: Vec<Most>,
    places: FxHashMap<Spot, Rc<Reach>>,
}

impl Weighed {
    /// The spots among some states that send, each once.
    fn sending<'s>(&self, states: &States, among: impl IntoIterator<Item = &'s usize>) -> Vec<Spot> {
        let mut spots: Vec<Spot> =
            among.into_iter().filter(|&&state| self.most[state] > Most::Times(0)).map(|&state| states.spots[state]).collect();
        spots.sort_unstable();
        spots.dedup();
        spots
    }

    fn path(&self, states: &States, way: &[usize]) -> Vec<Place> {
        let reach = way.iter().filter_map(|&state| self.places.get(&states.spots[state]));
        reach.flat_map(|reach| reach.path.iter().copied()).collect()
    }
}
