//! The states of a journey: its spots, told apart by what flags and counters hold there.
//!
//! Which variables are told apart is a choice ([`Told`]): all of them is the most exact, but n flags that are set
//! independently have 2ⁿ values. So a set of states that outgrows its limit is given up, and one variable at a time
//! is told apart, or none; whatever is told apart, the states hold every way that the journey can go.

use super::flow::{Act, Flow, Moment, Spot, View, Way};
use super::known::{Known, Value};
use crate::hir::{CompareOp, Expr, ExprKind as E, Iter, VarId};
use rustc_hash::FxHashMap;

const DAY_MS: i64 = 86_400_000;
const WEEK_MS: i64 = 7 * DAY_MS;
const HOUR_MS: i64 = 3_600_000;
/// Turns of a loop that are counted.
const TURNS_MAX: u32 = 1_000;

/// What may be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Slot {
    Var(VarId),
    /// The turns of a loop over a list or range.
    Counter(usize),
    /// The last moment of the day or week at which the journey woke (index into the moments), and the time since.
    Moment,
    Since,
    /// Whether more time may have gone by since.
    Loose,
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
    pub fn all(flow: &Flow) -> Self {
        let mut told = Self::none();
        groups(flow).into_iter().flatten().for_each(|slot| told.tell(slot));
        told
    }

    /// One thing at a time.
    pub fn each(flow: &Flow) -> Vec<Self> {
        let one = |group: Vec<Slot>| {
            let mut told = Self::none();
            group.into_iter().for_each(|slot| told.tell(slot));
            told
        };
        groups(flow).into_iter().map(one).collect()
    }

    fn tell(&mut self, slot: Slot) {
        let next = self.slots.len();
        self.slots.entry(slot).or_insert(next);
    }
}

/// Everything that can be told apart; what belongs together stands together.
fn groups(flow: &Flow) -> Vec<Vec<Slot>> {
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
    if flow.ways.iter().flatten().any(|way| way.moment.is_some()) {
        groups.push(vec![Slot::Moment, Slot::Since, Slot::Loose]);
    }
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

/// The states that a journey can come to.
#[derive(Debug, Default)]
pub(super) struct States {
    /// The spot of each; the first is where it begins.
    pub spots: Vec<Spot>,
    pub moves: Vec<Vec<Move>>,
    /// The states in which a stretch of time can begin: all but those of which it is not known exactly how long ago the journey woke at a
    /// moment of the day. For each of those there is another that knows nothing of it.
    pub begins: Vec<bool>,
    /// How much earlier a moment of the day can come where clocks are put back, beyond the hour itself.
    pub slip_ms: i64,
}

/// Goes through a journey.
struct Explorer<'f, 'h> {
    known: Known<'f>,
    told: &'f Told,
    moments: Vec<Moment<'h>>,
    numbers: FxHashMap<(Spot, Holds), usize>,
    holds: Vec<Holds>,
    states: States,
}

impl States {
    /// All that can be come to from a spot; `None` where they are more than `most`. With `again`, the journey is entered
    /// again so many milliseconds after its end.
    pub fn explore(flow: &Flow, known: Known, start: Spot, told: &Told, most: usize, again: Option<i64>) -> Option<Self> {
        let moments: Vec<Moment> = flow.ways.iter().flatten().filter_map(|way| way.moment).collect();
        let mut explorer = Explorer { known, told, moments, numbers: FxHashMap::default(), holds: Vec::new(), states: Self::default() };
        let nothing: Holds = vec![Value::Unknown; told.slots.len()].into();
        explorer.state(start, nothing);
        let mut at = 0;
        while at < explorer.states.spots.len() {
            if at > most {
                return None;
            }
            let (spot, holds) = (explorer.states.spots[at], explorer.holds[at].clone());
            for way in flow.ways(spot, View::Bounds) {
                if let Some((holds, least_ms)) = explorer.take(way, holds.clone()) {
                    let to = explorer.state(way.to, holds);
                    explorer.states.moves[at].push(Move { to, least_ms, apart: way.apart, hours: way.hours });
                }
            }
            if let Some(least_ms) = again.filter(|_| spot == flow.end) {
                let holds = explorer.begin_again(holds.clone(), least_ms);
                let to = explorer.state(flow.entry, holds);
                explorer.states.moves[at].push(Move { to, least_ms, apart: false, hours: None });
            }
            let loose = explorer.get(&holds, Slot::Loose) == Value::Bool(true);
            explorer.states.begins.push(!loose);
            if loose {
                let mut holds = holds;
                explorer.forget_moment(&mut holds);
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

    /// A new instance knows nothing, but the hour is what it was.
    fn begin_again(&self, mut holds: Holds, least_ms: i64) -> Holds {
        let (moment, since) = (self.get(&holds, Slot::Moment), self.get(&holds, Slot::Since));
        holds.fill(Value::Unknown);
        self.set(&mut holds, Slot::Moment, moment);
        self.set(&mut holds, Slot::Since, since);
        self.pass(&mut holds, least_ms, None);
        holds
    }

    fn forget_moment(&self, holds: &mut [Value]) {
        [Slot::Moment, Slot::Since, Slot::Loose].into_iter().for_each(|slot| self.set(holds, slot, Value::Unknown));
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
            Some(moment) => self.until(moment, &mut holds),
            None => way.least_ms,
        };
        if way.moment.is_none() {
            self.pass(&mut holds, least_ms, way.most_ms);
        }
        Some((holds, least_ms))
    }

    /// Time goes by: so much at least, and at most.
    fn pass(&self, holds: &mut [Value], ms: i64, most_ms: Option<i64>) {
        if let Value::Int(since) = self.get(holds, Slot::Since) {
            // A whole week is not no time at all.
            let since = since.saturating_add(ms);
            self.set(holds, Slot::Since, Value::Int(if since > WEEK_MS { (since - 1) % WEEK_MS + 1 } else { since }));
            if most_ms != Some(ms) {
                self.set(holds, Slot::Loose, Value::Bool(true));
            }
        }
    }

    /// The time until a moment that comes round: known where the journey woke at such a moment before.
    fn until(&mut self, moment: Moment<'h>, holds: &mut [Value]) -> i64 {
        let mut least_ms = 0;
        if let (Value::Int(last), Value::Int(since)) = (self.get(holds, Slot::Moment), self.get(holds, Slot::Since))
            && let Some(last) = usize::try_from(last).ok().and_then(|last| self.moments.get(last))
            && last.zone == moment.zone
        {
            let round = if last.weekly && moment.weekly { WEEK_MS } else { DAY_MS };
            // The moment itself is over: it is the next one that is waited for.
            let ahead = |since: i64| match (moment.at_ms - last.at_ms - since).rem_euclid(round) {
                0 => round,
                ahead => ahead,
            };
            least_ms = ahead(since);
            // Put back, the clock shows less than has gone by, so that the moment before may not be over yet.
            let back_ms = if moment.zone == Some("UTC") { 0 } else { since.min(HOUR_MS) };
            let put_back_ms = (ahead(since - back_ms) - back_ms).max(0);
            self.states.slip_ms = self.states.slip_ms.max(least_ms - put_back_ms);
        }
        let number = self.moments.iter().position(|known| *known == moment).and_then(|at| i64::try_from(at).ok());
        self.set(holds, Slot::Moment, number.map_or(Value::Unknown, Value::Int));
        self.set(holds, Slot::Since, number.map_or(Value::Unknown, |_| Value::Int(0)));
        self.set(holds, Slot::Loose, Value::Bool(false));
        least_ms
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
