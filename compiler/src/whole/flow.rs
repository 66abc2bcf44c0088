//! A journey as a graph: spots, and the ways between them, each with the least time that it takes.
//!
//! Every statement is one spot or a few. What happens on a way (a condition holds, a variable is set, a loop turns
//! again) stands on the way, so that whoever follows it can tell which ways fit together.
//!
//! `parallel`, `race` and `run` are seen in two ways. To the bounds ([`View::Bounds`]) all that their branches can send at
//! once is one burst, at the start or at the end of the time that they take at least: whatever stretch of time is looked
//! at, it holds at most one such burst of each passing. All else ([`View::Flow`]) looks into the branches, as if one were taken.

mod build;
mod faults;

use super::known::Known;
use super::lasting;
use crate::hir::{Arm, EventId, EventMatch, Expr, Iter, Journey, JourneyId, Program, Send, Stmt, VarId, Wait};
use journey_grammar::Span;
use rustc_hash::{FxHashMap, FxHashSet};

const DAY_MS: i64 = 86_400_000;

/// A spot; index into [`Flow::spots`].
pub(super) type Spot = usize;

/// A journey as a graph.
#[derive(Debug)]
pub(super) struct Flow<'h> {
    pub spots: Vec<SpotKind<'h>>,
    pub spans: Vec<Span>,
    /// Whether each stands in an `undo` block.
    pub undone: Vec<bool>,
    /// The ways out of each spot.
    pub ways: Vec<Vec<Way<'h>>>,
    pub entry: Spot,
    pub end: Spot,
    /// The variables that are set once, with their values.
    pub fixed: FxHashMap<VarId, &'h Expr>,
    /// How many loops over a list or a range it has.
    pub counters: usize,
    /// Where a journey is started or run with the same key, as often as it is.
    pub one_key: FxHashSet<Spot>,
    /// The hours that are waited for, each once.
    pub hours: Vec<Hours<'h>>,
    /// Where branches part; those inside a branch come behind the one around it.
    pub forks: Vec<Fork>,
}

/// A `parallel` or a `race`.
#[derive(Debug)]
pub(super) struct Fork {
    pub spot: Spot,
    /// Where each branch begins and ends.
    pub branches: Vec<(Spot, Spot)>,
    pub race: bool,
}

/// What stands at a spot.
#[derive(Debug, Clone, Copy)]
pub(super) enum SpotKind<'h> {
    Plain,
    /// Where a loop turns, with its first word.
    Loop(&'static str),
    Send(&'h Send),
    /// An event for the same customer, and its payload.
    Emit(EventId, &'h Expr),
    /// An event for all customers.
    Broadcast(EventId, &'h Expr),
    Start(JourneyId),
    /// A field of the profile is written.
    Write(usize, &'h Expr),
    Wait(&'h Wait),
    /// `call`
    Call,
    Run(JourneyId),
    /// `parallel` or `race`; index into [`Flow::forks`].
    Fork(usize),
    /// All that the branches of the fork, or the child that is run, can send at once.
    Burst(Spot),
    /// Where a branch of the fork ends; index into [`Flow::forks`].
    BranchEnd(usize),
}

/// Who may take a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Both,
    Bounds,
    Flow,
}

/// A way from one spot to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'h> {
    pub to: Spot,
    /// Milliseconds that pass at least.
    pub least_ms: i64,
    /// And at most; `None` where nobody knows.
    pub most_ms: Option<i64>,
    /// What it lasts, where that hangs on variables.
    pub rests: Option<Rest<'h>>,
    /// Whoever takes it again and again does so with time between, though it may take none itself.
    pub apart: bool,
    /// The hours in which it ends; index into [`Flow::hours`].
    pub hours: Option<usize>,
    /// A moment of the day or week that it ends at.
    pub moment: Option<Moment<'h>>,
    /// The journey rests on it.
    pub pauses: bool,
    /// Whether it can go on in the same instant all the same.
    pub passes: Passes,
    /// The event that it waits for.
    pub on: Option<&'h EventMatch>,
    pub act: Act<'h>,
    pub view: View,
}

/// Whether a pause lets the journey go on at once, without anything that comes from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passes {
    No,
    /// What it waits for is over, or holds already.
    Yes,
    /// In the hours in which it lets everybody through.
    Sometimes,
}

/// How long a pause lasts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rest<'h> {
    For(&'h Expr),
    Until(&'h Expr),
}

/// What holds or happens on a way.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act<'h> {
    None,
    Assume(&'h Expr, bool),
    /// This arm of a `match` is taken.
    Arm(&'h Expr, &'h [Arm<Vec<Stmt>>], usize),
    /// `None`: to what nobody knows.
    Set(VarId, Option<&'h Expr>),
    /// The profile is set to it.
    Store(&'h Expr),
    /// A loop over a list or range begins; the number is its counter's.
    Begin(usize),
    /// It turns once more.
    Turn(usize, VarId, &'h Iter),
    /// It has turned for the last time.
    Done(usize, &'h Iter),
    /// Something has failed, and is caught.
    Fault,
}

/// A moment that comes round: of the day, or of the week, in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment<'h> {
    /// Milliseconds since midnight, or since Monday's.
    pub at_ms: i64,
    pub weekly: bool,
    /// `None`: the customer's.
    pub zone: Option<&'h str>,
}

/// Hours of the day, in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hours<'h> {
    pub from_ms: i64,
    pub to_ms: i64,
    /// `None`: the customer's.
    pub zone: Option<&'h str>,
}

impl Hours<'_> {
    /// Whether whoever begins these hours may still be in the others.
    pub fn may_begin_in(&self, other: &Self) -> bool {
        self.zone != other.zone || self.begin_in(other)
    }

    /// Whether whoever begins these hours is in the others.
    pub fn begin_in(&self, other: &Self) -> bool {
        let since = (self.from_ms - other.from_ms).rem_euclid(DAY_MS);
        self.zone == other.zone && (other.from_ms == other.to_ms || since < (other.to_ms - other.from_ms).rem_euclid(DAY_MS))
    }
}

impl<'h> Flow<'h> {
    /// The graph of a journey; of one that is not sound, as if nothing stood in it.
    pub fn new(program: &'h Program, journey: &'h Journey, sound: bool) -> Self {
        let mut flow = build::flow(program, journey, if sound { &journey.body } else { &[] });
        lasting::settle(program, journey, &mut flow);
        flow
    }

    /// Reads the journey's expressions.
    pub fn known<'f>(&'f self, program: &'f Program) -> Known<'f> {
        Known { program, fixed: &self.fixed }
    }

    /// The ways out of a spot that a view may take.
    pub fn ways(&self, from: Spot, view: View) -> impl Iterator<Item = &Way<'h>> {
        self.ways[from].iter().filter(move |way| way.view == View::Both || way.view == view)
    }

    /// Enters how long a `run` or a fork takes at least.
    pub fn delay(&mut self, spot: Spot, ms: i64) {
        let bursts: Vec<(usize, Spot)> =
            self.ways[spot].iter().enumerate().filter(|(_, way)| way.view == View::Bounds).map(|(at, way)| (at, way.to)).collect();
        if let [(_, early), (late, _)] = bursts[..] {
            self.ways[spot][late].least_ms = ms;
            // The first way leads on; a fault or an end may come at once.
            if let Some(on) = self.ways[early].first_mut() {
                on.least_ms = ms;
            }
        }
    }

    /// The least time from one spot to another; `None` where no way leads there.
    pub fn least_ms(&self, from: Spot, to: Spot) -> Option<i64> {
        // Of a branch few spots are come to.
        let mut least: FxHashMap<Spot, i64> = FxHashMap::from_iter([(from, 0)]);
        let mut next = std::collections::BinaryHeap::from([(std::cmp::Reverse(0), from)]);
        while let Some((std::cmp::Reverse(ms), spot)) = next.pop() {
            if spot == to {
                return Some(ms);
            }
            if least.get(&spot).is_some_and(|least| ms > *least) {
                continue;
            }
            for way in self.ways(spot, View::Bounds) {
                let ms = ms.saturating_add(way.least_ms);
                if least.get(&way.to).is_none_or(|least| ms < *least) {
                    least.insert(way.to, ms);
                    next.push((std::cmp::Reverse(ms), way.to));
                }
            }
        }
        None
    }
}
