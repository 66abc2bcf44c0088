//! The states of a journey: its spots, told apart by what flags and counters hold there.
//!
//! Which variables are told apart is a choice ([`Told`]): all of them is the most exact, but n flags that are set
//! independently have 2ⁿ values. So a set of states that outgrows its limit is given up, and one variable at a time
//! is told apart, or none; whatever is told apart, the states hold every way that the journey can go.
//!
//! - `clocks`: what is known of the hour: moments of the day and week, schedules, and conditions that seldom hold;
//! - `seldom`: which conditions those are.

mod clocks;
mod seldom;

use super::flow::{Act, Flow, Spot, View, Way};
use super::known::{Known, Value};
use crate::hir::{CompareOp, Expr, ExprKind as E, Iter, VarId};
pub(super) use clocks::{Call, Clocks, Scope};
use rustc_hash::FxHashMap;

/// Turns of a loop that are counted.
const TURNS_MAX: u32 = 1_000;

/// What may be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Slot {
    Var(VarId),
    /// The turns of a loop over a list or range.
    Counter(usize),
    /// What a clock was set by, and the time since.
    Clock(usize),
    Since(usize),
    /// How much more time may have gone by since; of that, what may have before the stretch of time that is looked at.
    Loose(usize),
    Wide(usize),
    /// How often the customer's time zone has changed.
    Moves,
    /// Where it is known only by hours how many days have gone by since: whether they may be one fewer, as clocks are put back.
    Rough(usize),
}

impl Slot {
    /// All of one clock.
    fn of(clock: usize) -> [Self; 5] {
        [Self::Clock(clock), Self::Since(clock), Self::Loose(clock), Self::Wide(clock), Self::Rough(clock)]
    }
}

/// What is told apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    slots: FxHashMap<Slot, usize>,
}

impl Told {
    /// Nothing but the spots.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything that decides which way a journey goes.
    pub fn all(flow: &Flow, clocks: &Clocks) -> Self {
        let mut told = Self::none();
        groups(flow, clocks).into_iter().flatten().for_each(|slot| told.tell(slot));
        told
    }

    /// One thing at a time.
    pub fn each(flow: &Flow, clocks: &Clocks) -> Vec<Self> {
        let one = |group: Vec<Slot>| {
            let mut told = Self::none();
            group.into_iter().for_each(|slot| told.tell(slot));
            told
        };
        groups(flow, clocks).into_iter().map(one).collect()
    }

    fn tell(&mut self, slot: Slot) {
        let next = self.slots.len();
        self.slots.entry(slot).or_insert(next);
    }
}

/// Everything that can be told apart; what belongs together stands together.
fn groups(flow: &Flow, clocks: &Clocks) -> Vec<Vec<Slot>> {
    let mut groups: Vec<Vec<Slot>> = (0..flow.counters).map(|counter| vec![Slot::Counter(counter)]).collect();
    let mut vars = Vec::new();
    for way in flow.ways.iter().flatten() {
        match way.act {
            Act::Assume(expr, _) | Act::Arm(expr, ..) => read(expr, &mut vars),
            _ => {}
        }
    }
    vars.sort_unstable();
    vars.dedup();
    vars.retain(|var| !flow.fixed.contains_key(var));
    groups.extend(vars.into_iter().map(|var| vec![Slot::Var(var)]));
    groups.extend(clocks.groups());
    groups
}

fn read(expr: &Expr, vars: &mut Vec<VarId>) {
    if let E::Var(var) = expr.kind {
        vars.push(var);
    }
    expr.children().into_iter().for_each(|child| read(child, vars));
}

/// What holds in a state, by number.
type Holds = Box<[Value]>;

/// A way between states.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub to: usize,
    pub least_ms: i64,
    /// Whoever makes it again and again does so with time between, though it may take none itself.
    pub apart: bool,
    /// The hours in which it ends; index into the journey's.
    pub hours: Option<usize>,
}

impl Move {
    /// Whether it takes time, each time that the journey comes round.
    pub fn takes_time(&self) -> bool {
        self.least_ms > 0 || self.apart
    }
}

/// How a journey is gone through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trip {
    pub start: Spot,
    /// So many states at the most.
    pub limit: usize,
    /// The time from an end to the next entry, where that is looked at.
    pub again_ms: Option<i64>,
}

/// The states that a journey can come to.
#[derive(Debug, Default)]
pub(super) struct States {
    /// The spot of each; the first is where it begins.
    pub spots: Vec<Spot>,
    pub moves: Vec<Vec<Move>>,
    /// The states in which a stretch of time can begin: all but those of which it is not known exactly how long ago a clock was set.
    /// For each of those there is another in which that lies behind.
    pub begins: Vec<bool>,
    /// How much earlier a moment of the day can come where clocks are put back, beyond the hour itself.
    pub slip_ms: i64,
}

/// Goes through a journey.
struct Explorer<'f, 'h> {
    known: Known<'f>,
    told: &'f Told,
    clocks: &'f Clocks<'h>,
    numbers: FxHashMap<(Spot, Holds), usize>,
    holds: Vec<Holds>,
    states: States,
}

impl States {
    /// All that can be come to; `None` where they are too many.
    pub fn explore(flow: &Flow, known: Known, clocks: &Clocks, told: &Told, trip: Trip) -> Option<Self> {
        let mut explorer = Explorer { known, told, clocks, numbers: FxHashMap::default(), holds: Vec::new(), states: Self::default() };
        let nothing: Holds = vec![Value::Unknown; told.slots.len()].into();
        match trip.again_ms {
            None => drop(explorer.state(trip.start, nothing)),
            Some(_) => clocks.calls.iter().for_each(|call| {
                let (holds, _) = explorer.called(nothing.clone(), call, 0);
                explorer.state(trip.start, holds);
            }),
        }
        let mut at = 0;
        while at < explorer.states.spots.len() {
            if at > trip.limit {
                return None;
            }
            let (spot, holds) = (explorer.states.spots[at], explorer.holds[at].clone());
            for way in flow.ways(spot, View::Bounds) {
                if let Some((holds, least_ms)) = explorer.take(way, holds.clone()) {
                    explorer.goes(at, holds, Move { to: way.to, least_ms, apart: way.apart, hours: way.hours });
                }
            }
            for call in trip.again_ms.iter().flat_map(|_| &clocks.calls).filter(|_| spot == flow.end) {
                let (holds, least_ms) = explorer.called(holds.clone(), call, trip.again_ms.unwrap_or(0));
                explorer.goes(at, holds, Move { to: flow.entry, least_ms, apart: false, hours: None });
            }
            let begun = explorer.begun(&holds);
            explorer.states.begins.push(begun.is_none());
            if let Some(holds) = begun {
                explorer.state(spot, holds);
            }
            at += 1;
        }
        Some(explorer.states)
    }
}

impl<'h> Explorer<'_, 'h> {
    fn state(&mut self, spot: Spot, holds: Holds) -> usize {
        let next = self.states.spots.len();
        if let Some(&number) = self.numbers.get(&(spot, holds.clone())) {
            return number;
        }
        self.numbers.insert((spot, holds.clone()), next);
        self.holds.push(holds);
        self.states.spots.push(spot);
        self.states.moves.push(Vec::new());
        next
    }

    /// Goes on to a spot; meanwhile the customer's zone may have changed.
    fn goes(&mut self, from: usize, holds: Holds, step: Move) {
        for holds in self.moved(&holds).into_iter().chain([holds]) {
            let to = self.state(step.to, holds);
            self.states.moves[from].push(Move { to, ..step });
        }
    }

    fn get(&self, holds: &[Value], slot: Slot) -> Value {
        self.told.slots.get(&slot).and_then(|&at| holds.get(at)).copied().unwrap_or_default()
    }

    fn set(&self, holds: &mut [Value], slot: Slot, value: Value) {
        if let Some(kept) = self.told.slots.get(&slot).and_then(|&at| holds.get_mut(at)) {
            *kept = value;
        }
    }

    fn value(&self, holds: &[Value], expr: &Expr) -> Value {
        self.known.value(expr, &|var| self.get(holds, Slot::Var(var)))
    }

    /// Takes a way: what holds then, and the time that it took at least; `None` where the way does not fit.
    fn take(&mut self, way: &Way<'h>, mut holds: Holds) -> Option<(Holds, i64)> {
        match way.act {
            Act::None | Act::Store(_) | Act::Fault => {}
            Act::Assume(condition, truth) => {
                if !self.assume(condition, truth, &mut holds) {
                    return None;
                }
            }
            Act::Arm(scrutinee, arms, at) => {
                if !self.known.may_take(self.value(&holds, scrutinee), arms, at) {
                    return None;
                }
            }
            Act::Set(var, value) => {
                let value = value.map_or(Value::Unknown, |value| self.value(&holds, value));
                self.set(&mut holds, Slot::Var(var), value.kept());
            }
            Act::Begin(counter) => self.set(&mut holds, Slot::Counter(counter), Value::Int(0)),
            Act::Turn(counter, var, iter) => self.turn(counter, var, iter, &mut holds)?,
            Act::Done(counter, iter) => self.done(counter, iter, &mut holds)?,
        }
        let least_ms = match way.moment {
            Some(moment) => self.until(moment, way.most_ms, &mut holds),
            None => {
                self.pass(&mut holds, way.least_ms, way.most_ms);
                way.least_ms
            }
        };
        let seldom_ms = match way.act {
            Act::Assume(condition, truth) => self.seldom(condition, truth, &mut holds),
            _ => 0,
        };
        Some((holds, least_ms.saturating_add(seldom_ms)))
    }

    /// How often a loop turns, and whether exactly so often.
    fn turns(&self, iter: &Iter, holds: &[Value]) -> Option<(u32, bool)> {
        let (turns, exactly) = match iter {
            Iter::List(list) => {
                let (_, turns, exactly) = self.known.elements(list)?;
                (turns, exactly)
            }
            Iter::Range(from, to) => match (self.value(holds, from), self.value(holds, to)) {
                (Value::Int(from), Value::Int(to)) => (u32::try_from(to.checked_sub(from)?.max(0)).ok()?, true),
                _ => return None,
            },
        };
        (turns <= TURNS_MAX).then_some((turns, exactly))
    }

    fn turn(&self, counter: usize, var: VarId, iter: &Iter, holds: &mut Holds) -> Option<()> {
        let slot = Slot::Counter(counter);
        let turn = self.get(holds, slot);
        if let (Value::Int(turn), Some((turns, _))) = (turn, self.turns(iter, holds)) {
            if turn >= i64::from(turns) {
                return None;
            }
            self.set(holds, slot, Value::Int(turn + 1));
        } else {
            self.set(holds, slot, Value::Unknown);
        }
        let element = match (turn, iter) {
            (Value::Int(turn), Iter::List(list)) => {
                let element = self.known.elements(list).and_then(|(elements, ..)| elements.get(usize::try_from(turn).ok()?));
                element.map_or(Value::Unknown, |element| self.value(&[], element))
            }
            (Value::Int(turn), Iter::Range(from, _)) => match self.value(holds, from) {
                Value::Int(from) => from.checked_add(turn).map_or(Value::Unknown, Value::Int),
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        };
        self.set(holds, Slot::Var(var), element.kept());
        Some(())
    }

    fn done(&self, counter: usize, iter: &Iter, holds: &mut Holds) -> Option<()> {
        let slot = Slot::Counter(counter);
        if let (Value::Int(turn), Some((turns, true))) = (self.get(holds, slot), self.turns(iter, holds))
            && turn < i64::from(turns)
        {
            return None;
        }
        self.set(holds, slot, Value::Unknown);
        Some(())
    }

    /// Whether a condition can be so, and what is known then.
    fn assume(&self, condition: &Expr, truth: bool, holds: &mut Holds) -> bool {
        if let Value::Bool(value) = self.value(holds, condition) {
            return value == truth;
        }
        match &condition.kind {
            E::Not(of) => return self.assume(of, !truth, holds),
            E::And(a, b) if truth => return self.assume(a, true, holds) && self.assume(b, true, holds),
            E::Or(a, b) if !truth => return self.assume(a, false, holds) && self.assume(b, false, holds),
            E::And(a, b) | E::Or(a, b) => {
                // One side is as it is; then the other decides.
                let neutral = Value::Bool(matches!(condition.kind, E::And(..)));
                if self.value(holds, a) == neutral {
                    return self.assume(b, truth, holds);
                }
                if self.value(holds, b) == neutral {
                    return self.assume(a, truth, holds);
                }
            }
            E::Var(var) => self.set(holds, Slot::Var(*var), Value::Bool(truth)),
            E::Compare(op @ (CompareOp::Eq | CompareOp::Ne), a, b) => {
                let same = (*op == CompareOp::Eq) == truth;
                for (var, other) in [(a, b), (b, a)] {
                    let E::Var(var) = var.kind else { continue };
                    match (self.value(holds, other), same) {
                        (Value::Absent, false) => self.set(holds, Slot::Var(var), Value::Present),
                        (Value::Present, _) | (_, false) => {}
                        (other, true) => self.set(holds, Slot::Var(var), other.kept()),
                    }
                }
            }
            _ => {}
        }
        true
    }
}
