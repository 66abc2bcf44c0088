//! Virtual time: timers in order of due time, then of customer key, then of creation.

use super::{COMMIT_CUSTOMERS, RunError, Runner, Until};
use crate::store::Store;
use crate::world::First;
use journey_compiler::machine::TIME_MAX_MS;
use std::sync::Arc;

/// How far `--drain` goes on: 10 years, in milliseconds.
const DRAIN_MS: i64 = 3_653 * 86_400_000;

impl<S: Store> Runner<'_, '_, S> {
    /// The clock goes on to an event's time, if that is later: all timers that are due before fire first. Says whether any did.
    pub(super) fn advance(&mut self, at_ms: i64) -> Result<bool, RunError> {
        let target_ms = self.world.clock_ms.map_or(at_ms, |clock| clock.max(at_ms));
        let mut fired = false;
        while self.world.fire_before(target_ms)? {
            fired = true;
            self.spread()?;
            self.commit_if_full()?;
        }
        self.world.clock_ms = Some(target_ms);
        Ok(fired)
    }

    fn fire_until(&mut self, limit_ms: i64) -> Result<(), RunError> {
        while self.world.fire_until(limit_ms)? {
            self.spread()?;
            self.commit_if_full()?;
        }
        Ok(())
    }

    /// The end of the inputs: timers that are due fire, and the clock goes on as far as was asked. Says whether a
    /// drain gave up.
    pub(super) fn finish(&mut self) -> Result<bool, RunError> {
        let told_ms = match self.options.until {
            Some(Until::At(at_ms)) => Some(at_ms),
            _ => None,
        };
        let Some(clock_ms) = self.world.clock_ms.or(told_ms) else { return Ok(false) };
        let last_event_ms = *self.meta.last_event_ms.get_or_insert(clock_ms);
        let target_ms = match self.options.until {
            None => clock_ms,
            Some(Until::At(at_ms)) => at_ms,
            Some(Until::After(ms)) => last_event_ms.saturating_add(ms),
        };
        if target_ms < clock_ms {
            self.this_run.until_passed_ms = Some(clock_ms);
        }
        // Past the last instant nothing can happen.
        let target_ms = target_ms.min(TIME_MAX_MS).max(clock_ms);
        self.fire_until(target_ms)?;
        self.world.clock_ms = Some(target_ms);
        if !self.options.drain {
            return Ok(false);
        }
        let from_ms = *self.meta.drain_from_ms.get_or_insert(target_ms);
        let limit_ms = from_ms.saturating_add(DRAIN_MS);
        let gave_up = if self.world.engine.ways().is_empty() {
            self.fire_until(limit_ms)?;
            self.is_timer_left()?
        } else {
            self.drain_instances(limit_ms)?
        };
        self.meta.drain_from_ms = None;
        Ok(gave_up)
    }

    /// Schedules, and the instants of segments, go on for ever: the drain ends with the last timer of an instance.
    fn drain_instances(&mut self, limit_ms: i64) -> Result<bool, RunError> {
        let mut waiting = self.world.count_waiting()?;
        while waiting > 0 && self.world.fire_until(limit_ms)? {
            self.spread()?;
            self.commit_if_full()?;
            waiting = self.world.waiting.unwrap_or(0);
        }
        self.world.waiting = None;
        Ok(waiting > 0)
    }

    /// Where the program has ways into journeys that the store does not know, its customers are told of them.
    pub(super) fn open_ways(&mut self) -> Result<(), RunError> {
        let ways = self.world.engine.ways();
        let new = ways.iter().any(|way| !self.meta.ways.contains(way));
        if let (true, Some(clock_ms)) = (new, self.world.clock_ms) {
            let mut last: Option<Arc<str>> = None;
            loop {
                let keys = self.world.store.keys_behind(last.as_deref(), COMMIT_CUSTOMERS)?;
                let Some(end) = keys.last() else { break };
                for key in &keys {
                    self.world.refresh(key, clock_ms)?;
                }
                last = Some(Arc::clone(end));
                self.commit()?;
            }
        }
        self.meta.ways = ways;
        Ok(())
    }

    fn is_timer_left(&mut self) -> Result<bool, RunError> {
        loop {
            match self.world.first_timer(i64::MAX)? {
                First::None => return Ok(false),
                First::Due(..) => return Ok(true),
                First::PutRight => self.commit_if_full()?,
            }
        }
    }
}
