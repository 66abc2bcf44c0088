//! Engine, customers and clock together: what a run over recorded events and a program's tests have in common.

use crate::answers::Answers;
use crate::broadcast::Index;
use crate::customer::Seen;
use crate::effect::Observer;
use crate::engine::{Answered, Engine, Offer, Outgoing};
use crate::store::{Slot, Store, StoreError};
use crate::wire::Reason;
use crate::wire::envelope::Envelope;
use journey_compiler::hir::EventId;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// All customers of a program, at a moment.
#[derive(Debug)]
pub(crate) struct World<S, O, A> {
    pub engine: Engine,
    pub store: S,
    /// Told of all effects.
    pub observer: O,
    /// Asked for each try of a call.
    pub answers: A,
    /// What steps have broadcast, in order: it is still to be offered to all.
    pub outgoing: VecDeque<Outgoing>,
    /// Those to whom the first of them is still to be offered, the next last; `None` before it begins.
    spreading: Option<Vec<Arc<str>>>,
    /// Only goes forward; `None` until something tells the time.
    pub clock_ms: Option<i64>,
    /// How long ids of events are remembered, in milliseconds.
    pub dedupe_ms: i64,
    pub broadcasts: Seen,
    /// How many customers an instance of theirs has a timer for; counted from when somebody asks.
    pub waiting: Option<usize>,
    index: Index,
}

/// The wire type that sets profile fields.
const PROFILE: &str = "profile";

/// What an accepted event is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Accepted<'a> {
    /// Its type is not declared.
    Unmatched,
    /// Sets profile fields: its data.
    Profile(&'a str),
    Event(Offer<'a>),
}

/// See [`World::first_timer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    None,
    PutRight,
    Due(i64, Slot),
}

impl<S: Store, O: Observer, A: Answers> World<S, O, A> {
    pub fn new(
        engine: Engine,
        mut store: S,
        (observer, answers): (O, A),
        clock_ms: Option<i64>,
        dedupe_ms: i64,
    ) -> Result<Self, StoreError> {
        let broadcasts = store.broadcasts()?;
        let (outgoing, index) = (VecDeque::new(), Index::default());
        Ok(Self { engine, store, observer, answers, outgoing, spreading: None, clock_ms, dedupe_ms, broadcasts, waiting: None, index })
    }

    /// What came at this instant or earlier is forgotten.
    pub fn forget_until_ms(&self) -> i64 {
        self.clock_ms.unwrap_or(i64::MIN).saturating_sub(self.dedupe_ms)
    }

    /// The first row of the index of timers that is before the instant. Where it is too early, it is put right instead: there
    /// may be many such rows, and a commit must be possible between them.
    pub fn first_timer(&mut self, limit_ms: i64) -> Result<First, StoreError> {
        let Some((indexed_ms, slot)) = self.store.next_timer(limit_ms)? else { return Ok(First::None) };
        let due_ms = self.store.customer(slot).due_ms();
        if due_ms == Some(indexed_ms) {
            return Ok(First::Due(indexed_ms, slot));
        }
        self.store.changed(slot);
        self.store.set_timer(slot, due_ms);
        Ok(First::PutRight)
    }

    /// Fires the first timer that is due before the instant, or puts a row of the index right; an event stamped at a deadline is
    /// in time. Says whether there was anything to do.
    pub fn fire_before(&mut self, limit_ms: i64) -> Result<bool, StoreError> {
        let (due_ms, slot) = match self.first_timer(limit_ms)? {
            First::None => return Ok(false),
            First::PutRight => return Ok(true),
            First::Due(due_ms, slot) => (due_ms, slot),
        };
        self.clock_ms = self.clock_ms.max(Some(due_ms));
        let customer = self.store.customer(slot);
        self.engine.due(customer, due_ms, &mut self.answers, &mut self.observer);
        self.after(slot, true);
        Ok(true)
    }

    /// Counts the customers whose instances have timers; [`World::waiting`] tells of them from here on.
    pub fn count_waiting(&mut self) -> Result<usize, StoreError> {
        let mut waiting = 0;
        self.store.each(&mut |customer| waiting += usize::from(customer.waits))?;
        self.waiting = Some(waiting);
        Ok(waiting)
    }

    /// Tells a customer of new ways into journeys.
    pub fn refresh(&mut self, key: &str, now_ms: i64) -> Result<(), StoreError> {
        let slot = self.store.open(key)?;
        let customer = self.store.customer(slot);
        let moved = self.engine.refresh(customer, now_ms, &mut self.observer);
        self.after(slot, moved);
        Ok(())
    }

    /// The same for what is due then or before.
    pub fn fire_until(&mut self, limit_ms: i64) -> Result<bool, StoreError> {
        self.fire_before(limit_ms.saturating_add(1))
    }

    /// Looks up an event's type and reads its payload against its schema. Leaves no trace.
    pub fn fit<'l>(&mut self, envelope: &Envelope<'l>) -> Result<Accepted<'l>, Reason> {
        let subject = envelope.subject.as_deref();
        if envelope.kind == PROFILE {
            if subject.is_none() {
                return Err(Reason::at("subject", "is missing; a `profile` event is about one customer"));
            }
            self.engine.admit_profile(envelope.data)?;
            return Ok(Accepted::Profile(envelope.data));
        }
        let Some(event) = self.engine.event_named(&envelope.kind) else { return Ok(Accepted::Unmatched) };
        self.engine.admit(subject.unwrap_or(""), event, envelope.data).map(Accepted::Event)
    }

    /// Handles a customer's event, if its id is new. Timers that are due before must have fired.
    pub fn handle(&mut self, subject: &str, accepted: Accepted<'_>, hash: u64, at_ms: i64) -> Result<(), StoreError> {
        let slot = self.store.open(subject)?;
        let forget_until_ms = self.forget_until_ms();
        let came_ms = self.clock_ms.unwrap_or(at_ms);
        let customer = self.store.customer(slot);
        customer.seen.forget(forget_until_ms);
        if customer.seen.contains(hash) {
            self.engine.counters.events.duplicate += 1;
            return Ok(());
        }
        customer.seen.insert(hash, came_ms);
        let moved = match accepted {
            Accepted::Unmatched => false,
            Accepted::Profile(data) => self.engine.profile(customer, data, at_ms, &mut self.observer),
            Accepted::Event(offer) => self.engine.event(customer, offer, at_ms, &mut self.observer),
        };
        self.count(accepted);
        self.after(slot, moved);
        Ok(())
    }

    /// Fires what is due of one customer before the instant. Says whether anything was.
    pub fn fire_of(&mut self, key: &str, limit_ms: i64) -> Result<bool, StoreError> {
        let slot = self.store.open(key)?;
        let mut fired = false;
        while let Some(due_ms) = self.store.customer(slot).due_ms().filter(|&due_ms| due_ms < limit_ms) {
            let customer = self.store.customer(slot);
            self.engine.due(customer, due_ms, &mut self.answers, &mut self.observer);
            self.after(slot, true);
            fired = true;
        }
        Ok(fired)
    }

    /// The outside has answered a try of a customer's call.
    pub fn answered(&mut self, key: &str, reply: &Answered<'_>, now_ms: i64) -> Result<(), StoreError> {
        let slot = self.store.open(key)?;
        let customer = self.store.customer(slot);
        if self.engine.answered(customer, reply, now_ms, &mut self.answers, &mut self.observer) {
            self.after(slot, true);
        }
        Ok(())
    }

    /// Counts an accepted event that is no duplicate.
    pub fn count(&mut self, accepted: Accepted<'_>) {
        let events = &mut self.engine.counters.events;
        match accepted {
            Accepted::Unmatched => events.unmatched += 1,
            Accepted::Profile(_) | Accepted::Event(_) => events.handled += 1,
        }
    }

    /// A customer has been changed: timers and the index of broadcasts follow.
    pub fn after(&mut self, slot: Slot, moved: bool) {
        self.store.changed(slot);
        self.outgoing.extend(self.engine.outgoing.drain(..));
        if !moved {
            return;
        }
        let customer = self.store.customer(slot);
        let waits = customer.waits_until_ms().is_some();
        let waited = std::mem::replace(&mut customer.waits, waits);
        self.waiting = self.waiting.map(|waiting| (waiting + usize::from(waits)).saturating_sub(usize::from(waited)));
        if !self.index.is_empty() {
            self.index.update(&mut self.engine, customer);
        }
        if let Some(due_ms) = customer.index_change() {
            self.store.set_timer(slot, Some(due_ms));
        }
    }

    /// Whom a broadcast can concern, in order of key.
    pub fn concerned(&mut self, offer: Offer<'_>) -> Result<BTreeSet<Arc<str>>, StoreError> {
        if !self.index.has(offer.event) {
            self.build_index(offer.event)?;
        }
        let correlated = self.engine.correlated(offer);
        Ok(self.index.candidates(offer.event, &correlated))
    }

    /// Offers a broadcast to a customer.
    pub fn broadcast_to(&mut self, key: &str, offer: Offer<'_>, at_ms: i64) -> Result<(), StoreError> {
        let slot = self.store.open(key)?;
        let customer = self.store.customer(slot);
        if self.engine.broadcast(customer, offer, at_ms, &mut self.observer) {
            self.after(slot, true);
        }
        Ok(())
    }

    /// Offers the first of what steps have broadcast to the next customer whom it can concern. Says whether there was anything
    /// to do: a commit must be possible in between.
    pub fn spread(&mut self) -> Result<bool, StoreError> {
        let Some(first) = self.outgoing.front_mut() else { return Ok(false) };
        let event = self.engine.event_called(&first.event);
        let Some(event) = event else {
            // The program that goes on no longer has it.
            self.outgoing.pop_front();
            return Ok(true);
        };
        let (payload, at_ms, depth) = (std::mem::take(&mut first.payload), first.at_ms, first.depth);
        let after = first.after.clone();
        let spread = self.spread_to_next(Offer::emitted(event, &payload, depth), at_ms, after);
        if spread? {
            self.outgoing.pop_front();
        } else if let Some(first) = self.outgoing.front_mut() {
            first.payload = payload;
        }
        Ok(true)
    }

    /// Says whether that was the last one.
    fn spread_to_next(&mut self, offer: Offer<'_>, at_ms: i64, after: Option<String>) -> Result<bool, StoreError> {
        if self.spreading.is_none() {
            let concerned = self.concerned(offer)?;
            let left = concerned.into_iter().rev().filter(|key| after.as_deref().is_none_or(|after| **key > *after));
            self.spreading = Some(left.collect());
        }
        let Some(key) = self.spreading.as_mut().and_then(Vec::pop) else {
            self.spreading = None;
            return Ok(true);
        };
        self.broadcast_to(&key, offer, at_ms)?;
        if let Some(first) = self.outgoing.front_mut() {
            first.after = Some(key.to_string());
        }
        Ok(false)
    }

    fn build_index(&mut self, event: EventId) -> Result<(), StoreError> {
        self.index.add(event);
        let (index, engine) = (&mut self.index, &mut self.engine);
        self.store.each(&mut |customer| index.update_event(engine, customer, event))
    }
}
