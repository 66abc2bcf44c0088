//! All entries of a customer together.

use super::{Again, Bounds, Counted, DAY_MS, HOUR_MS, Part, Question, Reach, SHIFT_MS};
use crate::hir::{ChannelId, EnterOn, InstanceKey, Schedule};
use crate::whole::most::Most;
use std::rc::Rc;

/// Which entries are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entries {
    All,
    /// Those that time lets in.
    Scheduled,
    /// One that others start whenever the one before has ended.
    Following,
}

impl Bounds<'_> {
    /// The most in a window for all entries of a customer.
    pub fn with_entries(&mut self, journey: usize, counted: Counted, window_ms: i64, enough: u32) -> Rc<Reach> {
        let window_ms = self.widened(counted, window_ms);
        let one = self.said_within(journey, counted, window_ms, enough);
        if one.most == Most::Times(0) {
            return one;
        }
        self.all_entries(journey, counted, window_ms, &one, Entries::All)
    }

    /// What instances of a journey can send of which only one lives at once, however often they are started.
    pub(super) fn following(&mut self, journey: usize, counted: Counted, window_ms: i64) -> Rc<Reach> {
        let unbounded = || Rc::new(Reach { most: Most::Unbounded, path: Vec::new() });
        if self.following.contains(&journey) {
            return unbounded();
        }
        self.following.push(journey);
        let one = self.said_within(journey, counted, window_ms, 0);
        let all = self.all_entries(journey, counted, window_ms, &one, Entries::Following);
        self.following.pop();
        all
    }

    fn all_entries(&mut self, journey: usize, counted: Counted, window_ms: i64, one: &Rc<Reach>, entries: Entries) -> Rc<Reach> {
        let mut best = Reach { most: Most::Unbounded, path: one.path.clone() };
        let late = self.late_children(journey);
        let within = match entries {
            Entries::All => self.entries_within(journey, counted, window_ms),
            Entries::Scheduled => self.scheduled_within(journey, counted, window_ms),
            Entries::Following => self.one_by_one_within(journey, window_ms),
        };
        if let (Some(within), true) = (within, late.is_empty()) {
            best.most = one.most.times(within);
        }
        let declared = &self.program.journeys[journey];
        if matches!(declared.key, InstanceKey::Customer) {
            let start = self.flows[journey].entry;
            let again = Some(Again { cooldown_ms: declared.cooldown_ms.unwrap_or(0), scheduled: entries == Entries::Scheduled });
            let question = Question { journey, start, counted, part: Part::Straight, window_ms: Some(window_ms), again, turning: false };
            let mut chained = (*self.ask(question, 0)).clone();
            let undone = self.ask(Question { part: Part::Undone, window_ms: None, again: None, ..question }, 0);
            if undone.most > Most::Times(0) {
                // Each of those that live in the window may be cancelled in it.
                chained.most = within.map_or(Most::Unbounded, |within| chained.most.plus(undone.most.times(within)));
            }
            for child in late {
                let late = self.late(question, child);
                chained = chained.and(&late);
            }
            if chained.most < best.most {
                best = chained;
            }
        }
        Rc::new(best)
    }

    /// What counts against a cap: of entries that time alone lets in, all; of those that events let in, one, for how often
    /// they come is the customer's to say.
    pub fn at_most(&mut self, journey: usize, channel: ChannelId, window_ms: i64, enough: u32) -> Rc<Reach> {
        self.once = true;
        let reach = self.at_most_of(journey, Counted::Promotional(channel), window_ms, enough);
        self.once = false;
        reach
    }

    pub(super) fn at_most_of(&mut self, journey: usize, counted: Counted, window_ms: i64, enough: u32) -> Rc<Reach> {
        let enters = &self.program.journeys[journey].enters;
        let scheduled = enters.iter().filter(|enter| schedule(&enter.on).is_some()).count();
        if scheduled > 0 {
            let all = self.with_entries(journey, counted, window_ms, enough);
            if scheduled == enters.len() || all.most != Most::Unbounded {
                return all;
            }
            // Those that time lets in, and one more.
            let wide_ms = self.widened(counted, window_ms);
            let one = self.said_within(journey, counted, wide_ms, 0);
            let by_time = self.all_entries(journey, counted, wide_ms, &one, Entries::Scheduled);
            return Rc::new((*by_time).clone().and(&one));
        }
        let all = self.in_all(journey, counted, enough);
        if all.most <= Most::Times(enough) && enough > 0 {
            // No window holds more than all time: where that is little enough, nothing more need be known.
            return all;
        }
        self.in_window(journey, counted, window_ms, enough)
    }

    /// The least time from one entry to the next.
    pub fn apart_ms(&self, journey: usize) -> i64 {
        let scheduled = match self.program.journeys[journey].enters.as_slice() {
            [only] => schedule(&only.on).map_or(0, period_ms),
            _ => 0,
        };
        scheduled.max(self.one_by_one_ms(journey))
    }

    /// The least time from one entry to the next where the one must end before the next begins.
    fn one_by_one_ms(&self, journey: usize) -> i64 {
        let (declared, flow) = (&self.program.journeys[journey], &self.flows[journey]);
        match declared.key {
            InstanceKey::Customer => {
                flow.least_ms(flow.entry, flow.end).unwrap_or(i64::MAX).saturating_add(declared.cooldown_ms.unwrap_or(0))
            }
            InstanceKey::Expr(_) | InstanceKey::Unlimited => 0,
        }
    }

    /// The entries that can send in a window, at most: those within it, and the one that was in it before.
    fn entries_within(&mut self, journey: usize, counted: Counted, window_ms: i64) -> Option<u32> {
        let enters = &self.program.journeys[journey].enters;
        let by_time = enters.iter().all(|enter| schedule(&enter.on).is_some());
        let scheduled = by_time.then(|| self.scheduled_within(journey, counted, window_ms));
        let one_by_one = self.one_by_one_within(journey, window_ms);
        scheduled.flatten().into_iter().chain(one_by_one).min()
    }

    fn one_by_one_within(&self, journey: usize, window_ms: i64) -> Option<u32> {
        let apart_ms = self.one_by_one_ms(journey);
        (apart_ms > 0).then(|| times_within(window_ms, apart_ms).saturating_add(u32::from(self.pauses(journey))))
    }

    /// The same, of those that time lets in: of those that live one after the other one was in it before, of others as many as can
    /// still send.
    fn scheduled_within(&mut self, journey: usize, counted: Counted, window_ms: i64) -> Option<u32> {
        let one_by_one = matches!(self.program.journeys[journey].key, InstanceKey::Customer);
        let before = u32::from(self.pauses(journey));
        let living = if one_by_one { self.calls_within(journey, counted, window_ms, before) } else { None };
        let lag_ms = self.lags_ms[journey].map(|lag_ms| window_ms.saturating_add(lag_ms));
        let sending = lag_ms.and_then(|wider_ms| self.calls_within(journey, counted, wider_ms, 0));
        living.into_iter().chain(sending).min()
    }

    /// How often schedules call in a window, and so many more.
    fn calls_within(&mut self, journey: usize, counted: Counted, window_ms: i64, more: u32) -> Option<u32> {
        let schedules: Vec<Schedule> = self.program.journeys[journey].enters.iter().filter_map(|enter| schedule(&enter.on)).collect();
        schedules.into_iter().try_fold(more, |sum, schedule| {
            let (round_ms, least_ms) = match schedule {
                Schedule::Period { ms } => return Some(sum.saturating_add(times_within(window_ms, ms))),
                Schedule::Daily { .. } => (DAY_MS, DAY_MS),
                Schedule::Weekly { .. } => (7 * DAY_MS, 7 * DAY_MS),
                Schedule::Monthly { .. } => (31 * DAY_MS, 28 * DAY_MS),
            };
            let moved_ms = i64::from(self.changes(counted, window_ms)?).saturating_mul(round_ms + HOUR_MS);
            let wider_ms = window_ms.saturating_add(HOUR_MS * (1 + window_ms / SHIFT_MS)).saturating_add(moved_ms);
            Some(sum.saturating_add(times_within(wider_ms, least_ms)))
        })
    }

    fn pauses(&self, journey: usize) -> bool {
        self.flows[journey].ways.iter().flatten().any(|way| way.pauses)
    }
}

fn times_within(window_ms: i64, apart_ms: i64) -> u32 {
    u32::try_from((window_ms - 1) / apart_ms.max(1) + 1).unwrap_or(u32::MAX)
}

/// The schedule that lets a customer in.
fn schedule(on: &EnterOn) -> Option<Schedule> {
    match on {
        EnterOn::Every { schedule, .. } => Some(*schedule),
        EnterOn::Event(_) | EnterOn::Segment { .. } => None,
    }
}

/// The least time from one moment of a schedule to the next.
fn period_ms(schedule: Schedule) -> i64 {
    match schedule {
        Schedule::Period { ms } => ms,
        Schedule::Daily { .. } => DAY_MS - HOUR_MS,
        Schedule::Weekly { .. } => 7 * DAY_MS - HOUR_MS,
        Schedule::Monthly { .. } => 28 * DAY_MS - HOUR_MS,
    }
}
