//! What becomes of each input.

use super::{Input, Outcome, Partition};
use crate::customer::event_hash;
use crate::engine::{Answered, Offer};
use crate::store::{Store, StoreError};
use crate::summary::Rejected;
use crate::wire::envelope::{self, Envelope};
use crate::world::Accepted;

impl<S: Store> Partition<S> {
    pub(super) fn take(&mut self, input: Input, now_ms: i64) -> Result<(), StoreError> {
        match input {
            Input::Event { ticket, text } => {
                self.world.engine.counters.events.read += 1;
                let outcome = self.event(&text, now_ms)?;
                if let Outcome::Rejected(reason) = &outcome {
                    self.world.engine.counters.events.rejected += 1;
                    self.rejected.push(Rejected::new("the server", 0, reason.clone(), text.as_bytes()));
                }
                self.outcomes.push((ticket, outcome));
                self.dirty = true;
                Ok(())
            }
            Input::Reply { customer, key, attempt, result } => self.reply(&customer, &key, attempt, &result, now_ms),
        }
    }

    fn event(&mut self, text: &str, now_ms: i64) -> Result<Outcome, StoreError> {
        let read = envelope::parse(text).and_then(|envelope| {
            let accepted = self.world.fit(&envelope)?;
            Ok((envelope, accepted))
        });
        let (envelope, accepted) = match read {
            Ok(read) => read,
            Err(reason) => return Ok(Outcome::Rejected(reason)),
        };
        // A clock that is ahead of ours moves nobody into the future.
        let at_ms = envelope.time_ms.map_or(now_ms, |time_ms| time_ms.min(now_ms));
        let hash = event_hash(&envelope.source, &envelope.id);
        let before = self.world.engine.counters.events;
        match envelope.subject.as_deref() {
            Some(subject) => self.customers_event(subject, accepted, hash, at_ms)?,
            None => self.broadcast(&envelope, accepted, hash, at_ms),
        }
        let after = self.world.engine.counters.events;
        Ok(if after.duplicate > before.duplicate {
            Outcome::Duplicate
        } else if after.unmatched > before.unmatched {
            Outcome::Unmatched
        } else {
            Outcome::Handled
        })
    }

    fn customers_event(&mut self, subject: &str, accepted: Accepted<'_>, hash: u64, at_ms: i64) -> Result<(), StoreError> {
        // What is due of the customer by then comes first, also where all the others' timers are not through yet.
        let fired = self.world.fire_of(subject, at_ms)?;
        let accepted = match accepted {
            Accepted::Event(offer) if fired => Accepted::Event(Offer::new(offer.event, offer.payload)),
            accepted => accepted,
        };
        self.world.handle(subject, accepted, hash, at_ms)
    }

    /// An event for all customers is taken like one that a step has broadcast: it is offered in the turns that follow.
    fn broadcast(&mut self, envelope: &Envelope<'_>, accepted: Accepted<'_>, hash: u64, at_ms: i64) {
        let came_ms = self.world.clock_ms.unwrap_or(at_ms);
        self.world.broadcasts.forget(self.world.forget_until_ms());
        if self.world.broadcasts.contains(hash) {
            self.world.engine.counters.events.duplicate += 1;
            return;
        }
        if let Accepted::Event(offer) = accepted
            && let Some(outgoing) = self.world.engine.outgoing(offer, envelope.data, at_ms)
        {
            self.world.outgoing.push_back(outgoing);
        }
        self.world.count(accepted);
        self.world.broadcasts.insert(hash, came_ms);
        self.broadcasts.push((hash, came_ms));
    }

    fn reply(&mut self, customer: &str, key: &str, attempt: u32, result: &Result<String, String>, now_ms: i64) -> Result<(), StoreError> {
        let mut parts = key.rsplit('/').map(str::parse::<u32>);
        let (Some(Ok(index)), Some(Ok(step)), Some(Ok(instance))) = (parts.next(), parts.next(), parts.next()) else { return Ok(()) };
        self.world.answered(customer, &Answered { instance, key: (step, index), attempt, result }, now_ms)
    }
}
