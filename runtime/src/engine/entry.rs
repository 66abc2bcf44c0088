//! Entries: which journeys an event starts, in order of their names.

use super::step::Cause;
use super::turn::{Turn, internal};
use crate::customer::Fiber;
use crate::effect::{Kind, Refusal};
use journey_compiler::hir::EventId;
use journey_compiler::machine::{Fault, Status};
use journey_compiler::mir::{Enter, FunctionId, Journey, Key};
use smol_str::SmolStr;

impl Turn<'_> {
    /// Offers the event to the entries of all journeys.
    pub fn enter_all(&mut self) {
        let Some(event) = self.offer.map(|offer| offer.event) else { return };
        let (entries, timed) = (self.entries, self.timed);
        let on_event = entries.get(event.index()).map_or(&[][..], Vec::as_slice);
        if timed.ways.is_empty() {
            for &journey_index in on_event {
                self.enter_by(event, journey_index);
            }
            return;
        }
        let mut ways = timed.ways.iter().copied().peekable();
        for &journey_index in on_event {
            while let Some(earlier) = ways.next_if(|&way| way < journey_index) {
                self.come_in(earlier, false);
            }
            let entered = self.enter_by(event, journey_index);
            if ways.next_if_eq(&journey_index).is_some() {
                self.come_in(journey_index, entered);
            }
        }
        for journey_index in ways {
            self.come_in(journey_index, false);
        }
    }

    /// Offers the event to the entries of a journey: the first that matches counts. Says whether one did.
    fn enter_by(&mut self, event: EventId, journey_index: usize) -> bool {
        self.stage();
        let journey = &self.program.module.journeys[journey_index];
        let mut on_event = journey.enters.iter().filter(|enter| enter.event == event);
        let entered = on_event.any(|enter| self.try_enter(journey_index, journey, enter));
        self.clear();
        entered
    }

    /// Says whether this `enter` counts, whatever came of it.
    fn try_enter(&mut self, journey_index: usize, journey: &Journey, enter: &Enter) -> bool {
        let payload = [self.payload];
        let fits = enter.filter.map_or(Ok(true), |filter| self.ask(filter, &payload));
        if fits == Ok(false) {
            return false;
        }
        let key = fits.and_then(|_| self.key_by(journey, enter.key, &payload));
        self.begin_instance(journey_index, journey, key, enter.start, &payload, true);
        true
    }

    /// Starts an instance where its key may enter; one whose key could not be computed is parked.
    pub fn begin_instance(
        &mut self,
        journey_index: usize,
        journey: &Journey,
        key: Result<Option<SmolStr>, Fault>,
        start: FunctionId,
        args: &[u64],
        by_event: bool,
    ) {
        let (key, fault) = match key {
            Ok(key) => (key, None),
            Err(fault) => (None, Some(fault)),
        };
        if let Some((refusal, holder)) = self.refused(journey_index, journey, key.as_deref()) {
            self.tell(journey_index, holder, Kind::Refused(refusal));
            return;
        }
        let number = self.create(journey_index, key);
        let cause = Cause { fiber: Fiber::MAIN, arm: None, by_event };
        let end = match fault {
            Some(fault) => Err(fault),
            None => self.end_at_entry(journey),
        };
        match end {
            Ok(Some(outcome)) => self.finish(number, journey_index, outcome),
            Ok(None) => self.step(number, journey_index, start, args, cause),
            Err(fault) => self.park(number, journey_index, fault, cause),
        }
    }

    /// The key of an instance, by the function that gives it.
    pub fn key_by(&mut self, journey: &Journey, function: Option<FunctionId>, args: &[u64]) -> Result<Option<SmolStr>, Fault> {
        let (Key::Expr, Some(function)) = (journey.key, function) else { return Ok(None) };
        let status = self.call(function, args);
        match status {
            Status::Returned(word) => Ok(Some(self.cx.string(word).into())),
            Status::Faulted(fault) => Err(fault),
            Status::Suspended { .. } | Status::Finished { .. } => Err(internal(journey_compiler::Span::default())),
        }
    }

    /// Why the key may not enter now, and who holds its place.
    pub fn refused(&self, journey_index: usize, journey: &Journey, key: Option<&str>) -> Option<(Refusal, Option<u32>)> {
        if journey.key != Key::Unlimited {
            let holder = self
                .customer
                .instances
                .iter()
                .find(|instance| self.editions.named(instance.edition) == Some(journey_index) && instance.key.as_deref() == key);
            if let Some(holder) = holder {
                return Some((Refusal::Live, Some(holder.number)));
            }
        }
        let cooling = self.customer.cooldowns.iter().any(|cooldown| {
            self.now_ms < cooldown.until_ms
                && self.editions.named(cooldown.edition) == Some(journey_index)
                && cooldown.key.as_deref() == key
        });
        cooling.then_some((Refusal::Cooldown, None))
    }
}
