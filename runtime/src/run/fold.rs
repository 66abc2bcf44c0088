//! One line after another: what becomes of each.

use super::lines::Line;
use super::{REJECTED_MAX, RunError, Runner, UNMATCHED_MAX};
use crate::customer::event_hash;
use crate::engine::Offer;
use crate::store::{Store, UnderWay};
use crate::summary::Rejected;
use crate::wire::Reason;
use crate::wire::envelope::{self, Envelope};
use crate::world::Accepted;

impl<S: Store> Runner<'_, '_, S> {
    /// Handles a line; blank ones are none, nor is a byte order mark alone.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<(), RunError> {
        let text = line.raw.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line.raw);
        if text.iter().all(u8::is_ascii_whitespace) && !line.is_too_long {
            return Ok(());
        }
        match self.accept(line) {
            Ok((envelope, accepted)) => self.handle(&envelope, accepted)?,
            Err(reason) => self.reject(line, reason),
        }
        // Not before: a commit in its midst would count it, and the run that goes on from there would count it again.
        self.world.engine.counters.events.read += 1;
        Ok(())
    }

    fn reject(&mut self, line: &Line<'_>, reason: Reason) {
        self.world.engine.counters.events.rejected += 1;
        self.this_run.rejected += 1;
        let rejected = Rejected::new(line.input, line.number, reason, line.raw);
        if self.world.store.is_durable() {
            self.rejected_bytes += rejected.text.len();
            self.new_rejected.push(rejected.clone());
        }
        if self.rejected.len() < REJECTED_MAX {
            self.rejected.push(rejected);
        }
    }

    /// Reads a line, and its payload against its schema. Leaves no trace.
    fn accept<'l>(&mut self, line: &Line<'l>) -> Result<(Envelope<'l>, Accepted<'l>), Reason> {
        if line.is_too_long {
            return Err(Reason::whole("the line is longer than 1 MiB"));
        }
        let text = std::str::from_utf8(line.raw)
            .map_err(|error| Reason::whole(format!("not UTF-8: byte {} of the line is wrong", error.valid_up_to() + 1)))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let envelope = envelope::parse(text.trim_end())?;
        let accepted = self.world.fit(&envelope)?;
        Ok((envelope, accepted))
    }

    fn handle(&mut self, envelope: &Envelope<'_>, accepted: Accepted<'_>) -> Result<(), RunError> {
        let at_ms = envelope.time_ms.or(self.world.clock_ms).unwrap_or(self.options.arrival_ms);
        let hash = event_hash(&envelope.source, &envelope.id);
        // Before a broadcast that is under way they have fired; what is due by now is for after it.
        let fired = if envelope.subject.is_none() && self.is_under_way(hash) { false } else { self.advance(at_ms)? };
        self.meta.last_event_ms = self.world.clock_ms;
        self.meta.drain_from_ms = None;
        // Timers have used the heap in which the payload stood.
        let accepted = match accepted {
            Accepted::Event(offer) if fired => Accepted::Event(Offer::new(offer.event, offer.payload)),
            accepted => accepted,
        };
        let unmatched = self.world.engine.counters.events.unmatched;
        match envelope.subject.as_deref() {
            Some(subject) => self.world.handle(subject, accepted, hash, at_ms)?,
            None => self.handle_broadcast(accepted, hash, at_ms)?,
        }
        if self.world.engine.counters.events.unmatched > unmatched {
            self.note_unmatched(&envelope.kind);
        }
        Ok(())
    }

    /// Counts an unmatched event by its type, unless there are too many types.
    fn note_unmatched(&mut self, kind: &str) {
        if let Some(count) = self.unmatched.get_mut(kind) {
            *count += 1;
        } else if self.unmatched.len() < UNMATCHED_MAX {
            self.unmatched.insert(kind.into(), 1);
        }
    }

    /// Offers a broadcast to all whom it can concern, in order of key.
    fn handle_broadcast(&mut self, accepted: Accepted<'_>, hash: u64, at_ms: i64) -> Result<(), RunError> {
        let came_ms = self.world.clock_ms.unwrap_or(at_ms);
        self.world.broadcasts.forget(self.world.forget_until_ms());
        if self.world.broadcasts.contains(hash) {
            self.world.engine.counters.events.duplicate += 1;
            return Ok(());
        }
        if let Accepted::Event(offer) = accepted {
            self.broadcast(Offer::new(offer.event, offer.payload), hash, at_ms)?;
        }
        self.world.count(accepted);
        self.world.broadcasts.insert(hash, came_ms);
        self.new_broadcasts.push((hash, came_ms));
        Ok(())
    }

    fn broadcast(&mut self, offer: Offer<'_>, hash: u64, at_ms: i64) -> Result<(), RunError> {
        let concerned = self.world.concerned(offer)?;
        let done = if self.is_under_way(hash) { self.meta.under_way.take() } else { None };
        for key in concerned.iter().filter(|key| done.as_ref().is_none_or(|done| ***key > *done.after)) {
            self.world.broadcast_to(key, offer, at_ms)?;
            if self.batch_is_full() {
                self.meta.under_way = Some(UnderWay { hash, after: key.to_string() });
                self.commit()?;
            }
        }
        if self.is_under_way(hash) {
            self.meta.under_way = None;
        }
        Ok(())
    }

    fn is_under_way(&self, hash: u64) -> bool {
        self.meta.under_way.as_ref().is_some_and(|broadcast| broadcast.hash == hash)
    }
}
