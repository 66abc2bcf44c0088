//! All entries of a customer together.

use super::{Bounds, Counted, DAY_MS, HOUR_MS, Part, Question, Reach};
use crate::hir::{ChannelId, EnterOn, InstanceKey, Schedule};
use crate::whole::most::Most;
use std::rc::Rc;

impl Bounds<'_> {
    /// The most in a window for all entries of a customer.
    pub fn with_entries(&mut self, journey: usize, counted: Counted, window_ms: i64, enough: u32) -> Rc<Reach> {
        let window_ms = self.widened(counted, window_ms);
        let one = self.said_within(journey, counted, window_ms, enough);
        if one.most == Most::Times(0) {
            return one;
        }
        self.all_entries(journey, counted, window_ms, &one, &|bounds, window_ms| bounds.entries_within(journey, window_ms))
    }

    /// What instances of a journey can send of which only one lives at once, however often they are started.
    pub(super) fn following(&mut self, journey: usize, counted: Counted, window_ms: i64) -> Rc<Reach> {
        let unbounded = || Rc::new(Reach { most: Most::Unbounded, path: Vec::new() });
        if self.following.contains(&journey) {
            return unbounded();
        }
        self.following.push(journey);
        let one = self.said_within(journey, counted, window_ms, 0);
        let all = self.all_entries(journey, counted, window_ms, &one, &|bounds, window_ms| bounds.one_by_one_within(journey, window_ms));
        self.following.pop();
        all
    }

    fn all_entries(
        &mut self,
        journey: usize,
        counted: Counted,
        window_ms: i64,
        one: &Rc<Reach>,
        entries: &dyn Fn(&Self, i64) -> Option<u32>,
    ) -> Rc<Reach> {
        let mut best = Reach { most: Most::Unbounded, path: one.path.clone() };
        let late = self.late_children(journey);
        let within = entries(self, window_ms);
        if let (Some(within), true) = (within, late.is_empty()) {
            best.most = one.most.times(within);
        }
        let declared = &self.program.journeys[journey];
        if matches!(declared.key, InstanceKey::Customer) {
            let (start, again_ms) = (self.flows[journey].entry, Some(declared.cooldown_ms.unwrap_or(0)));
            let question = Question { journey, start, counted, part: Part::Straight, window_ms: Some(window_ms), again_ms, turning: false };
            let mut chained = (*self.ask(question, 0)).clone();
            let undone = self.ask(Question { part: Part::Undone, window_ms: None, again_ms: None, ..question }, 0);
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
        let counted = Counted::Promotional(channel);
        let enters = &self.program.journeys[journey].enters;
        let scheduled = enters.iter().filter(|enter| period_ms(&enter.on).is_some()).count();
        if scheduled > 0 {
            let all = self.with_entries(journey, counted, window_ms, enough);
            if scheduled == enters.len() || all.most != Most::Unbounded {
                return all;
            }
            // Those that time lets in, and one more.
            let wide_ms = self.widened(counted, window_ms);
            let one = self.said_within(journey, counted, wide_ms, 0);
            let times = self.scheduled_within(journey, wide_ms).filter(|_| self.late_children(journey).is_empty());
            let most = times.map_or(Most::Unbounded, |times| one.most.times(times.saturating_add(1)));
            return Rc::new(Reach { most, path: one.path.clone() });
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
            [only] => period_ms(&only.on).unwrap_or(0),
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
    fn entries_within(&self, journey: usize, window_ms: i64) -> Option<u32> {
        let enters = &self.program.journeys[journey].enters;
        let scheduled = enters.iter().all(|enter| period_ms(&enter.on).is_some()).then(|| self.scheduled_within(journey, window_ms));
        let one_by_one = self.one_by_one_within(journey, window_ms);
        scheduled.flatten().into_iter().chain(one_by_one).min()
    }

    fn one_by_one_within(&self, journey: usize, window_ms: i64) -> Option<u32> {
        let apart_ms = self.one_by_one_ms(journey);
        (apart_ms > 0).then(|| times_within(window_ms, apart_ms).saturating_add(u32::from(self.pauses(journey))))
    }

    /// The same, of those that time lets in.
    fn scheduled_within(&self, journey: usize, window_ms: i64) -> Option<u32> {
        let (declared, pauses) = (&self.program.journeys[journey], self.pauses(journey));
        if pauses && !matches!(declared.key, InstanceKey::Customer) {
            return None;
        }
        let periods = declared.enters.iter().filter_map(|enter| period_ms(&enter.on));
        Some(periods.map(|period_ms| times_within(window_ms, period_ms)).fold(u32::from(pauses), u32::saturating_add))
    }

    fn pauses(&self, journey: usize) -> bool {
        self.flows[journey].ways.iter().flatten().any(|way| way.pauses)
    }
}

fn times_within(window_ms: i64, apart_ms: i64) -> u32 {
    u32::try_from((window_ms - 1) / apart_ms.max(1) + 1).unwrap_or(u32::MAX)
}

/// The least time from one moment of a schedule to the next.
fn period_ms(on: &EnterOn) -> Option<i64> {
    Some(match on {
        EnterOn::Every { schedule, .. } => match schedule {
            Schedule::Period { ms } => *ms,
            Schedule::Daily { .. } => DAY_MS - HOUR_MS,
            Schedule::Weekly { .. } => 7 * DAY_MS - HOUR_MS,
            Schedule::Monthly { .. } => 28 * DAY_MS - HOUR_MS,
        },
        EnterOn::Event(_) | EnterOn::Segment { .. } => return None,
    })
}
