//! How many messages a customer can get at most, from each journey and from all together.
//!
//! # What is counted
//!
//! A `send` counts once for each channel that it may go over: `first of push, email` is one for `push` and one for `email`.
//! Promotional messages count; those that are `transactional` are told apart, as no cap holds them. Of branches the one
//! with the most counts; `parallel` and `race` count the sum of their branches, `run` and `start` what the child sends.
//!
//! # What piles up
//!
//! An `undo` block is kept until a cancellation, which runs all of them at once; a child that is started may rest for as long as it
//! likes, beside others of its kind. So in a window their messages count apart from what the journey says as it goes: of `undo`
//! blocks all that can be kept in all; of such children all that can be started in all, or no more than one of them after the
//! other can send where only one may live at once, or than is started within a window that is longer by how long one takes.
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
//! cap bounds them. An hour is added for daylight saving; what journeys write to the customer's time zone is [counted](zone) too, while
//! what the world outside tells of it is taken to stay as it is within a window.
//!
//! # What it costs
//!
//! [`most`](super::most) tells it for one set of states: O(states × count × log), where a count never exceeds a thousand. A
//! journey of n statements has O(n) states where none of its variables is told apart; told apart together they are given up at
//! a limit for each spot. Then one thing is told apart at a time, O(n) times O(n) states, and if that is not enough,
//! each send is counted by itself, O(n) times as much. So the whole is polynomial: n³ × count × log at the worst, and next to
//! linear for journeys whose bound is below the cap even when every way is open. A child is looked at once for each channel.

mod asked;
mod entries;
mod length;
mod turning;
mod weighed;
mod zone;

use super::flow::{Flow, Spot, SpotKind};
use super::most::Most;
use super::states::States;
use crate::hir::{ChannelId, InstanceKey, JourneyId, MessageId, Program};
use journey_grammar::Span;
use rustc_hash::FxHashMap;
use std::rc::Rc;
pub(super) use turning::{Piles, Turns};
use zone::Zone;

/// Children of children are followed so far; of those further down nothing is known.
const DEPTH_MAX: usize = 200;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Clocks are put forward once in so long, and back.
const SHIFT_MS: i64 = 300 * DAY_MS;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    Promotional(ChannelId),
    Transactional(ChannelId),
    /// No messages, but what is written to the customer's time zone.
    Zone,
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

/// Which of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    All,
    /// Those that leave where they are said.
    Straight,
    /// Those of `undo` blocks.
    Undone,
    /// Those of a journey that is started and may take its time.
    Started(JourneyId),
}

/// How a customer comes in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Again {
    cooldown_ms: i64,
    /// By time alone.
    scheduled: bool,
}

/// The stretch of a journey that is looked at, and for what: `window_ms` is `None` for all time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Question {
    journey: usize,
    start: Spot,
    counted: Counted,
    part: Part,
    window_ms: Option<i64>,
    again: Option<Again>,
    /// Of what starts another journey, only where nothing keeps those that it starts apart.
    turning: bool,
}

impl Reach {
    /// Both together.
    fn and(mut self, other: &Rc<Self>) -> Self {
        self.most = self.most.plus(other.most);
        self.path.extend(&other.path);
        self
    }
}

/// With whether it is as exact as can be.
type Answer = (Rc<Reach>, bool);

/// Answers questions about a program.
pub(super) struct Bounds<'h> {
    pub program: &'h Program,
    pub flows: Vec<Flow<'h>>,
    /// How many states and moves were looked at: what it costs, in units that don't depend on a clock.
    pub work: u64,
    /// Each with whether one entry counts; `None` while it is being asked.
    answers: FxHashMap<(Question, bool), Option<Answer>>,
    plain: FxHashMap<(usize, Spot, Option<Again>), Rc<States>>,
    /// How long each journey takes at least.
    lasts_ms: Vec<i64>,
    /// How long after its start each journey can still send, at most; `None` where nobody knows.
    lags_ms: Vec<Option<i64>>,
    /// How many questions led to this one.
    depth: usize,
    /// The journeys of which it is asked what they send one after the other.
    following: Vec<usize>,
    /// The fields of the profile that journeys write.
    written: Vec<usize>,
    zone: Zone,
    /// Of journeys that events let in, one entry counts.
    once: bool,
}

impl<'h> Bounds<'h> {
    /// Of a program whose journeys are `sound`; the others count as empty.
    pub fn new(program: &'h Program, sound: &[bool]) -> Self {
        let flow = |(at, journey)| Flow::new(program, journey, sound.get(at) == Some(&true));
        let mut flows: Vec<Flow> = program.journeys.iter().enumerate().map(flow).collect();
        let lasts_ms = length::settle_all(&mut flows);
        let lags_ms = length::lags(&flows);
        let writes = flows.iter().flat_map(|flow| &flow.spots);
        let written = writes.filter_map(|kind| if let SpotKind::Write(field, _) = kind { Some(*field) } else { None }).collect();
        let zone = Zone::of(program, &flows);
        Self {
            program,
            flows,
            work: 0,
            answers: FxHashMap::default(),
            plain: FxHashMap::default(),
            lasts_ms,
            lags_ms,
            depth: 0,
            following: Vec::new(),
            written,
            zone,
            once: false,
        }
    }

    /// The same, where the customer's time zone changes so often in each window, whoever tells it.
    pub fn moving(mut self, changes: u32) -> Self {
        self.zone.outside = changes;
        self
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
        self.ask(Question { journey, start, counted, part: Part::All, window_ms: None, again: None, turning: false }, enough)
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
        let question = Question { journey, start, counted, part: Part::Straight, window_ms: Some(window_ms), again: None, turning: false };
        let straight = self.ask(question, enough);
        let piled = self.piled(question);
        if piled.iter().all(|reach| reach.most == Most::Times(0)) {
            return straight;
        }
        let sum = piled.iter().fold((*straight).clone(), Reach::and);
        // No window holds more than all time.
        let all = self.in_all(journey, counted, 0);
        if all.most <= sum.most { all } else { Rc::new(sum) }
    }

    /// What piles up on the way of one entry, each kind by itself.
    fn piled(&mut self, question: Question) -> Vec<Rc<Reach>> {
        let mut piled = vec![self.ask(Question { part: Part::Undone, window_ms: None, again: None, ..question }, 0)];
        for child in self.late_children(question.journey) {
            piled.push(self.late(question, child));
        }
        piled
    }

    /// What journeys of a kind that are started can send within a window.
    fn late(&mut self, question: Question, child: JourneyId) -> Rc<Reach> {
        let of_child = Question { part: Part::Started(child), ..question };
        let mut best = match question.again {
            None => self.ask(Question { window_ms: None, ..of_child }, 0),
            Some(_) => Rc::new(Reach { most: Most::Unbounded, path: Vec::new() }),
        };
        let wider_ms = question.window_ms.zip(self.lags_ms[child.index()]).map(|(window_ms, lag_ms)| window_ms.saturating_add(lag_ms));
        if wider_ms.is_some() {
            let wider = self.ask(Question { window_ms: wider_ms, ..of_child }, 0);
            best = if wider.most < best.most { wider } else { best };
        }
        if let (InstanceKey::Customer, Some(window_ms)) = (&self.program.journeys[child.index()].key, question.window_ms) {
            let following = self.following(child.index(), question.counted, window_ms);
            best = if following.most < best.most { following } else { best };
        }
        best
    }

    /// The journeys that this one starts, or one that it runs, and that can send later than they are started.
    fn late_children(&self, journey: usize) -> Vec<JourneyId> {
        let (mut open, mut seen, mut late) = (vec![journey], vec![false; self.flows.len()], Vec::new());
        while let Some(journey) = open.pop() {
            if std::mem::replace(&mut seen[journey], true) {
                continue;
            }
            for (spot, kind) in self.flows[journey].spots.iter().enumerate() {
                match kind {
                    SpotKind::Run(child) => open.push(child.index()),
                    SpotKind::Start(child) if !self.flows[journey].undone[spot] && self.is_late(*child) => late.push(*child),
                    _ => {}
                }
            }
        }
        late.sort_unstable();
        late.dedup();
        late
    }

    fn is_late(&self, child: JourneyId) -> bool {
        self.lags_ms[child.index()] != Some(0)
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
