//! What is known of the hour: how long ago the journey woke at a moment of the day or week, how long ago a schedule called, and
//! how long ago a condition held that seldom does.
//!
//! Lengths are those that a clock on the wall shows. That clocks are put forward and back is for whoever asks to allow for.

use super::seldom::{self, Seldom, Zone};
use super::{Explorer, Holds, Slot};
use crate::hir::{Expr, Program, Schedule, SegmentId};
use crate::whole::flow::{Act, Flow, Moment};
use crate::whole::known::Value;
use rustc_hash::FxHashMap;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const WEEK_MS: i64 = 7 * DAY_MS;
/// The shortest month.
const MONTH_MS: i64 = 28 * DAY_MS;
/// Two instants of one day lie no further apart, whatever the clocks do.
const SAME_DAY_MS: i64 = DAY_MS + 2 * HOUR_MS;

/// The last moment at which the journey woke.
const MOMENT: usize = 0;
/// The schedule that called last.
const CALLED: usize = 1;
/// The first of the conditions that seldom hold.
const SELDOM: usize = 2;

/// What lets a customer in.
#[derive(Debug, Clone, Copy)]
pub(in crate::whole) struct Call {
    /// `None`: an event, at any time.
    pub schedule: Option<Schedule>,
    /// The customer is in it then.
    pub segment: Option<SegmentId>,
}

/// What a journey's clocks can show.
#[derive(Debug, Default)]
pub(in crate::whole) struct Clocks<'h> {
    pub calls: Vec<Call>,
    moments: Vec<Moment<'h>>,
    seldom: Vec<Seldom>,
    /// Of each condition, by where it stands: what must hold where it is so, or where it isn't.
    conditions: FxHashMap<(*const Expr, bool), Vec<usize>>,
    scope: Scope,
}

/// The stretch of time that is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::whole) struct Scope {
    /// What lies further back than this is forgotten.
    pub window_ms: i64,
    /// How often the customer's zone may change in it; `None`: at any time, so that no clock of it tells anything.
    pub moves: Option<u32>,
}

impl<'h> Clocks<'h> {
    /// Of a journey in a program of which journeys write these fields of the profile.
    pub fn of(program: &Program, written: &[usize], flow: &Flow<'h>, calls: Vec<Call>, scope: Scope) -> Self {
        let hops = scope.moves.is_none();
        let mut clocks = Self { calls, scope, ..Self::default() };
        let ways = || flow.ways.iter().flatten();
        let moments = ways().filter_map(|way| way.moment).chain(clocks.calls.iter().filter_map(|call| wall(call.schedule?)));
        clocks.moments = moments.filter(|moment| !hops || moment.zone.is_some()).collect();
        let conditions = ways().filter_map(|way| if let Act::Assume(condition, truth) = way.act { Some((condition, truth)) } else { None });
        let segments = clocks.calls.iter().filter_map(|call| program.segments.get(call.segment?.index()));
        let conditions: Vec<(&Expr, bool)> = conditions.chain(segments.map(|segment| (&segment.condition, true))).collect();
        for (condition, truth) in conditions {
            for seldom in seldom::of(program, written, condition, truth) {
                if hops && seldom.zone == Zone::Customers {
                    continue;
                }
                let at = clocks.seldom.iter().position(|known| *known == seldom).unwrap_or(clocks.seldom.len());
                if at == clocks.seldom.len() {
                    clocks.seldom.push(seldom);
                }
                clocks.conditions.entry((condition, truth)).or_default().push(at);
            }
        }
        if hops {
            clocks.calls.iter_mut().for_each(|call| call.schedule = call.schedule.filter(|schedule| !is_local(*schedule)));
        }
        clocks
    }

    /// Whether a change to or from daylight saving can take an hour from the time between two things.
    pub fn shifts(&self) -> bool {
        self.is_local()
            || self.moments.iter().any(|moment| moment.zone.is_some_and(|zone| zone != "UTC"))
            || self.seldom.iter().any(|seldom| seldom.zone != Zone::Named("UTC".into()))
    }

    /// Whether any of it hangs on the customer's zone.
    fn is_local(&self) -> bool {
        self.moments.iter().any(|moment| moment.zone.is_none())
            || self.calls.iter().any(|call| call.schedule.is_some_and(is_local))
            || self.seldom.iter().any(|seldom| seldom.zone == Zone::Customers)
    }

    /// Whether a clock hangs on the customer's zone, given what it was set by.
    fn is_customers(&self, clock: usize, set_by: usize) -> bool {
        match clock {
            MOMENT => self.moments.get(set_by).is_some_and(|moment| moment.zone.is_none()),
            CALLED => self.calls.get(set_by).and_then(|call| call.schedule).is_some_and(is_local),
            _ => self.seldom.get(clock - SELDOM).is_some_and(|seldom| seldom.zone == Zone::Customers),
        }
    }

    pub(super) fn groups(&self) -> Vec<Vec<Slot>> {
        let moves = (self.is_local() && self.scope.moves != Some(0)).then_some(Slot::Moves);
        let slots = |clocks: std::ops::Range<usize>| -> Vec<Slot> { clocks.flat_map(Slot::of).chain(moves).collect() };
        let mut groups = Vec::new();
        if !self.moments.is_empty() || self.calls.iter().any(|call| call.schedule.is_some()) {
            groups.push(slots(MOMENT..SELDOM));
        }
        if !self.seldom.is_empty() {
            groups.push(slots(MOMENT..SELDOM + self.seldom.len()));
        }
        groups
    }

    fn count(&self) -> usize {
        SELDOM + self.seldom.len()
    }

    fn number(&self, moment: Option<Moment>) -> Option<usize> {
        self.moments.iter().position(|known| Some(*known) == moment)
    }

    /// A time since, as far as it matters; `None` where it does not any more.
    fn kept(&self, clock: usize, set_by: usize, since: i64) -> Option<i64> {
        // A whole round is not no time at all.
        let round = |ms: i64| if since > ms { (since - 1) % ms + 1 } else { since };
        match (clock, self.calls.get(set_by).and_then(|call| call.schedule)) {
            (MOMENT, _) => Some(round(WEEK_MS)),
            (CALLED, Some(Schedule::Period { ms })) => Some(round(ms.max(1))),
            (CALLED, Some(Schedule::Monthly { .. })) => Some(since.min(MONTH_MS)),
            (CALLED, _) => Some(round(WEEK_MS)),
            _ => Some(since).filter(|since| *since < self.scope.window_ms),
        }
    }
}

/// Whether a schedule goes by the customer's clock.
fn is_local(schedule: Schedule) -> bool {
    !matches!(schedule, Schedule::Period { .. })
}

/// The moment at which a schedule calls.
fn wall(schedule: Schedule) -> Option<Moment<'static>> {
    match schedule {
        Schedule::Daily { time_ms } => Some(Moment { at_ms: time_ms, weekly: false, zone: None }),
        Schedule::Weekly { weekday, time_ms } => {
            let days = i64::from(weekday).saturating_sub(1);
            Some(Moment { at_ms: days * DAY_MS + time_ms, weekly: true, zone: None })
        }
        Schedule::Period { .. } | Schedule::Monthly { .. } => None,
    }
}

/// A time that may be shorter where clocks are put back.
#[derive(Debug, Clone, Copy, Default)]
struct Ahead {
    least_ms: i64,
    slip_ms: i64,
}

impl Ahead {
    /// Where so much more may have gone by before.
    fn less(self, ms: i64) -> Self {
        Self { least_ms: (self.least_ms - ms).max(0), ..self }
    }
}

/// The time from one moment to the next of another kind, when so much has gone by since; `now`: that may be this very instant.
fn between(last: Moment, next: Moment, since: i64, now: bool) -> Ahead {
    let round = if last.weekly && next.weekly { WEEK_MS } else { DAY_MS };
    // A moment that the clock shows twice comes once.
    let ahead = |shown: i64| match (next.at_ms - last.at_ms - shown).rem_euclid(round) {
        0 if !now || shown == 0 && since > 0 => round,
        ahead => ahead,
    };
    let least_ms = ahead(since);
    // Put back, the clock shows less than has gone by, so that the moment before may not be over yet.
    let back_ms = if next.zone == Some("UTC") { 0 } else { since.min(HOUR_MS) };
    let put_back_ms = (ahead(since - back_ms) - back_ms).max(0);
    Ahead { least_ms, slip_ms: (least_ms - put_back_ms).max(0) }
}

impl<'h> Explorer<'_, 'h> {
    /// What a clock was set by, and the time since.
    fn clock(&self, holds: &[Value], clock: usize) -> Option<(usize, i64)> {
        match (self.get(holds, Slot::Clock(clock)), self.get(holds, Slot::Since(clock))) {
            (Value::Int(set_by), Value::Int(since)) => Some((usize::try_from(set_by).ok()?, since)),
            _ => None,
        }
    }

    /// How much more time may have gone by since it was set; `None` where nobody knows.
    fn loose(&self, holds: &[Value], clock: usize) -> Option<i64> {
        match self.get(holds, Slot::Loose(clock)) {
            Value::Int(ms) => Some(ms),
            Value::Absent => None,
            _ => Some(0),
        }
    }

    /// How much more had gone by at the most where the stretch of time begins that is looked at.
    fn wide(&self, holds: &[Value], clock: usize) -> i64 {
        if let Value::Int(ms) = self.get(holds, Slot::Wide(clock)) { ms } else { 0 }
    }

    fn start(&self, holds: &mut [Value], clock: usize, set_by: Option<usize>) {
        Slot::of(clock).into_iter().for_each(|slot| self.set(holds, slot, Value::Unknown));
        if let Some(set_by) = set_by.and_then(|set_by| i64::try_from(set_by).ok()) {
            self.set(holds, Slot::Clock(clock), Value::Int(set_by));
            self.set(holds, Slot::Since(clock), Value::Int(0));
        }
    }

    /// The same where a stretch of time begins: what may have gone by until now is behind it. `None` where nothing is.
    pub(super) fn begun(&self, holds: &Holds) -> Option<Holds> {
        let mut begun = holds.clone();
        for clock in 0..self.clocks.count() {
            match self.loose(holds, clock) {
                Some(0) => {}
                Some(ms) => {
                    self.set(&mut begun, Slot::Wide(clock), Value::Int(self.wide(holds, clock).saturating_add(ms)));
                    self.set(&mut begun, Slot::Loose(clock), Value::Unknown);
                }
                None => self.start(&mut begun, clock, None),
            }
        }
        (begun != *holds).then_some(begun)
    }

    /// The same where the customer's zone changes, once more than before: what went by it is worth nothing. `None` where nothing did.
    pub(super) fn moved(&self, holds: &Holds) -> Option<Holds> {
        let moves = if let Value::Int(moves) = self.get(holds, Slot::Moves) { moves } else { 0 };
        if !self.told.slots.contains_key(&Slot::Moves) || moves >= i64::from(self.clocks.scope.moves.unwrap_or(0)) {
            return None;
        }
        let mut moved = holds.clone();
        for clock in 0..self.clocks.count() {
            if self.clock(holds, clock).is_some_and(|(set_by, _)| self.clocks.is_customers(clock, set_by)) {
                self.start(&mut moved, clock, None);
            }
        }
        (moved != *holds).then(|| {
            self.set(&mut moved, Slot::Moves, Value::Int(moves + 1));
            moved
        })
    }

    /// Time goes by: so much at least, and at most.
    pub(super) fn pass(&self, holds: &mut [Value], ms: i64, most_ms: Option<i64>) {
        for clock in 0..self.clocks.count() {
            self.pass_on(holds, clock, ms, most_ms);
        }
    }

    fn pass_on(&self, holds: &mut [Value], clock: usize, ms: i64, most_ms: Option<i64>) {
        let Some((set_by, since)) = self.clock(holds, clock) else { return };
        let Some(since) = self.clocks.kept(clock, set_by, since.saturating_add(ms)) else { return self.start(holds, clock, None) };
        self.set(holds, Slot::Since(clock), Value::Int(since));
        let more_ms = most_ms.zip(self.loose(holds, clock)).map(|(most_ms, loose)| loose.saturating_add(most_ms.saturating_sub(ms)));
        let loose = match more_ms {
            Some(0) => Value::Unknown,
            Some(more_ms) if more_ms <= WEEK_MS => Value::Int(more_ms),
            _ => Value::Absent,
        };
        self.set(holds, Slot::Loose(clock), loose);
    }

    /// The last moment in a zone, and the time since.
    fn moment(&self, holds: &[Value], zone: Option<&str>) -> Option<(Moment<'h>, i64)> {
        let (set_by, since) = self.clock(holds, MOMENT)?;
        let moment = *self.clocks.moments.get(set_by)?;
        (moment.zone == zone).then_some((moment, since))
    }

    /// The time until a moment that comes round: known where the journey woke at such a moment before.
    pub(super) fn until(&mut self, moment: Moment<'h>, most_ms: Option<i64>, holds: &mut [Value]) -> i64 {
        let last = self.moment(holds, moment.zone);
        let ahead = last.map(|(last, since)| between(last, moment, since, false).less(self.wide(holds, MOMENT)));
        let least_ms = ahead.map_or(0, |ahead| ahead.least_ms);
        let exact = ahead.is_some() && self.loose(holds, MOMENT) == Some(0) && self.wide(holds, MOMENT) == 0;
        self.goes_on(holds, ahead, least_ms, if exact { Some(least_ms) } else { most_ms });
        self.start(holds, MOMENT, self.clocks.number(Some(moment)));
        least_ms
    }

    /// Time goes by until a moment.
    fn goes_on(&mut self, holds: &mut [Value], ahead: Option<Ahead>, least_ms: i64, most_ms: Option<i64>) {
        self.states.slip_ms = self.states.slip_ms.max(ahead.map_or(0, |ahead| ahead.slip_ms));
        self.pass(holds, least_ms, most_ms);
        let slips = ahead.map(|ahead| ahead.slip_ms > 0);
        for clock in SELDOM..self.clocks.count() {
            let known = self.clock(holds, clock).is_some() && self.get(holds, Slot::Rough(clock)) != Value::Bool(true);
            if known && slips != Some(false) {
                self.set(holds, Slot::Rough(clock), Value::Bool(slips == Some(true)));
            }
        }
    }

    /// A new instance knows nothing, but the hour is what it was: what holds when the customer is let in, and the time until then.
    pub(super) fn called(&mut self, mut holds: Holds, call: &Call, cooldown_ms: i64) -> (Holds, i64) {
        let ahead = call.schedule.and_then(|schedule| self.until_call(&holds, schedule, cooldown_ms));
        let least_ms = cooldown_ms.max(ahead.map_or(0, |ahead| ahead.least_ms));
        for (slot, &at) in &self.told.slots {
            if matches!(slot, Slot::Var(_) | Slot::Counter(_))
                && let Some(kept) = holds.get_mut(at)
            {
                *kept = Value::Unknown;
            }
        }
        self.goes_on(&mut holds, ahead, least_ms, None);
        if let Some(schedule) = call.schedule {
            let same = |known: &Call| known.schedule == call.schedule;
            self.start(&mut holds, CALLED, self.clocks.calls.iter().position(same));
            if wall(schedule).is_some() {
                self.start(&mut holds, MOMENT, self.clocks.number(wall(schedule)));
            }
        } else {
            self.start(&mut holds, CALLED, None);
        }
        let segment = call.segment.and_then(|segment| self.known.program.segments.get(segment.index()));
        let seldom_ms = segment.map_or(0, |segment| self.seldom(&segment.condition, true, &mut holds));
        (holds, least_ms.saturating_add(seldom_ms))
    }

    /// The time from an end to the next call of a schedule.
    fn until_call(&self, holds: &[Value], schedule: Schedule, cooldown_ms: i64) -> Option<Ahead> {
        // A pause may end at the very moment of the schedule, which calls after it.
        let by_moment = wall(schedule)
            .zip(self.moment(holds, None))
            .map(|(next, (last, since))| between(last, next, since.saturating_add(cooldown_ms), true).less(self.wide(holds, MOMENT)));
        let by_call = self.clock(holds, CALLED).and_then(|(set_by, since)| {
            let last = self.clocks.calls.get(set_by)?.schedule?;
            Some(from_call(last, schedule, since.saturating_add(cooldown_ms))?.less(self.wide(holds, CALLED)))
        });
        let ahead = match (by_moment, by_call) {
            (Some(a), Some(b)) => Some(Ahead { least_ms: a.least_ms.max(b.least_ms), slip_ms: a.slip_ms.max(b.slip_ms) }),
            (a, b) => a.or(b),
        };
        ahead.map(|ahead| Ahead { least_ms: ahead.least_ms.saturating_add(cooldown_ms), ..ahead })
    }

    /// A condition is so, or isn't: the time that must have gone by since it was so before, beyond what has.
    pub(super) fn seldom(&self, condition: &Expr, truth: bool, holds: &mut [Value]) -> i64 {
        let Some(all) = self.clocks.conditions.get(&(std::ptr::from_ref(condition), truth)) else { return 0 };
        let more_ms = all.iter().map(|&at| self.so_again(at, holds)).max().unwrap_or(0);
        if more_ms > 0 {
            let others = (0..self.clocks.seldom.len()).filter(|at| !all.contains(at));
            others.for_each(|at| self.set(holds, Slot::Loose(SELDOM + at), Value::Absent));
        }
        more_ms
    }

    fn so_again(&self, at: usize, holds: &mut [Value]) -> i64 {
        let clock = SELDOM + at;
        let Some(seldom) = self.clocks.seldom.get(at).filter(|_| self.told.slots.contains_key(&Slot::Clock(clock))) else { return 0 };
        let zone = if let Zone::Named(name) = &seldom.zone { Some(name.as_str()) } else { None };
        // Between two moments of the day it is known how many days there are; between others only how many hours.
        let exact = self.loose(holds, MOMENT) == Some(0) && self.wide(holds, MOMENT) == 0;
        let here = self.moment(holds, zone).filter(|&(_, since)| exact && since == 0).map(|(moment, _)| moment);
        let more_ms = self.clock(holds, clock).map(|(first, since)| {
            let (same_ms, apart_ms) = match (self.get(holds, Slot::Rough(clock)), self.clocks.moments.get(first).zip(here)) {
                (Value::Unknown, Some((first, here))) => (DAY_MS, seldom.every_ms + here.at_ms % DAY_MS - first.at_ms % DAY_MS),
                (Value::Bool(true), _) => (SAME_DAY_MS + DAY_MS, seldom.every_ms - SAME_DAY_MS),
                _ => (SAME_DAY_MS, seldom.every_ms - SAME_DAY_MS),
            };
            (since >= same_ms).then(|| (apart_ms - since - self.wide(holds, clock)).max(0))
        });
        if more_ms == Some(None) {
            // It is still the same day, for all that is known.
            return 0;
        }
        self.start(holds, clock, Some(self.clocks.number(here).unwrap_or(self.clocks.moments.len())));
        more_ms.flatten().unwrap_or(0)
    }
}

/// The time from one call of a schedule to the next of another, where it is known.
fn from_call(last: Schedule, next: Schedule, since: i64) -> Option<Ahead> {
    let plain = |least_ms: i64| Some(Ahead { least_ms, slip_ms: 0 });
    match (last, next) {
        (Schedule::Period { ms }, _) if last == next => plain(if since == 0 { ms } else { (-since).rem_euclid(ms.max(1)) }),
        (Schedule::Monthly { .. }, _) if last == next => plain((MONTH_MS - since).max(0)),
        // What calls now does not call again now.
        _ => Some(between(wall(last)?, wall(next)?, since, since > 0)),
    }
}
