//! Entries: which journeys an event starts, in order of their names.

use super::step::Cause;
use super::turn::{Turn, internal};
use crate::customer::Fiber;
use crate::effect::{Kind, Refusal};
use journey_compiler::machine::{Fault, Status};
use journey_compiler::mir::{Enter, Journey, Key};
use smol_str::SmolStr;

impl Turn<'_> {
    /// Offers the event to the entries of all journeys.
    pub fn enter_all(&mut self) {
        let Some(event) = self.offer.map(|offer| offer.event) else { return };
        let (program, entries) = (self.program, self.entries);
        let Some(journeys) = entries.get(event.index()) else { return };
        for &journey_index in journeys {
            self.stage();
            let journey = &program.module.journeys[journey_index];
            for enter in journey.enters.iter().filter(|enter| enter.event == event) {
                if self.try_enter(journey_index, journey, enter) {
                    break;
                }
            }
            self.clear();
        }
    }

    /// Says whether this `enter` counts, whatever came of it.
    fn try_enter(&mut self, journey_index: usize, journey: &Journey, enter: &Enter) -> bool {
        let payload = [self.payload];
        let fits = enter.filter.map_or(Ok(true), |filter| self.ask(filter, &payload));
        if fits == Ok(false) {
            return false;
        }
        let key = fits.and_then(|_| self.key(journey, enter));
        let (key, fault) = match key {
            Ok(key) => (key, None),
            Err(fault) => (None, Some(fault)),
        };
        if let Some((refusal, holder)) = self.refused(journey_index, journey, key.as_deref()) {
            self.tell(journey_index, holder, Kind::Refused(refusal));
            return true;
        }
        let number = self.create(journey_index, key);
        let cause = Cause { fiber: Fiber::MAIN, arm: None, by_event: true };
        let end = match fault {
            Some(fault) => Err(fault),
            None => self.end_at_entry(journey),
        };
        match end {
            Ok(Some(outcome)) => self.finish(number, journey_index, outcome),
            Ok(None) => self.step(number, journey_index, enter.start, &payload, cause),
            Err(fault) => self.park(number, journey_index, fault, cause),
        }
        true
    }

    fn key(&mut self, journey: &Journey, enter: &Enter) -> Result<Option<SmolStr>, Fault> {
        let (Key::Expr, Some(function)) = (journey.key, enter.key) else { return Ok(None) };
        let status = self.call(function, &[self.payload]);
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
