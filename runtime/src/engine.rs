//! The engine: a customer, an input and a moment give the changed customer, effects and counts.
//!
//! It is pure: no clock, no disk, no network. What must happen when stands in the language's "What exactly
//! happens"; each rule's part is in the module that its name tells.

mod arms;
mod asides;
mod branches;
mod calls;
mod commit;
mod correlate;
mod editions;
mod ends;
mod entry;
mod kept;
pub mod profile;
pub mod record;
mod sends;
mod standing;
mod step;
mod traits;
mod turn;

pub use calls::Answered;
pub use correlate::{Correlated, Place, Row};
pub use editions::{Edition, Editions};

use crate::answers::Answers;
use crate::counters::Counters;
use crate::customer::{Customer, Instance};
use crate::effect::Observer;
use crate::traits::Traits;
use crate::wire::{Reason, payload};
use journey_compiler::hir::EventId;
use journey_compiler::machine::{Context, codec};
use journey_compiler::mir::{Arm, Journey, Pause};
use journey_compiler::{Program, Sources};
use profile::Profiles;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use standing::Timed;
use std::sync::Arc;
use turn::{Scratch, Turn};

/// Steps in a row at one instant that no event causes; past them the instance fails with `budget exhausted`.
pub const REPEATS_MAX: u32 = 1_000;

/// Runs a program's journeys, one customer and one input at a time.
#[derive(Debug)]
pub struct Engine {
    program: Arc<Program>,
    sources: Arc<Sources>,
    cx: Context,
    /// Turns that each step may take.
    budget: i64,
    /// What happened so far.
    pub counters: Counters,
    editions: Editions,
    profiles: Profiles,
    /// The program's traits.
    pub traits: Traits,
    /// By event: which journeys it may start.
    entries: Vec<Vec<usize>>,
    /// Whether any exit or arm is a condition.
    conditions: bool,
    /// What sends ask about.
    asked: sends::Asked,
    timed: Timed,
    /// By wire type.
    events: FxHashMap<String, EventId>,
    scratch: Scratch,
    /// Variants that tests have fixed, by customer.
    forced: FxHashMap<Arc<str>, Vec<(String, String)>>,
    /// What steps have broadcast; to be offered to all when the turn is over.
    pub outgoing: Vec<Outgoing>,
}

/// An event for all customers that a step has emitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its name.
    pub event: String,
    /// As [`record::encode`] writes it.
    pub payload: Vec<u8>,
    pub at_ms: i64,
    /// How many emits led to it.
    pub depth: u32,
    /// The last customer to whom it was offered; it goes by the order of keys.
    pub after: Option<String>,
}

/// A payload, wherever it comes from.
#[derive(Debug, Clone, Copy)]
pub enum Payload<'a> {
    /// JSON that [`Engine::admit`] has found to fit.
    Json(&'a str),
    /// As [`record::encode`] writes it.
    Encoded(&'a [u8]),
    /// One of those that the turn holds: of an event that a step has emitted, or that was kept.
    #[doc(hidden)]
    Held(usize),
}

/// An event as it is offered to customers.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    pub event: EventId,
    pub payload: Payload<'a>,
    /// The payload's word, while it still stands in the heap.
    staged: Option<u64>,
    /// How many emits led to it.
    depth: u32,
    /// See [`crate::customer::Kept`]; `None` as long as nobody keeps it.
    number: Option<u64>,
}

impl<'a> Offer<'a> {
    /// An offer whose payload is still to be read.
    #[must_use]
    pub fn new(event: EventId, payload: Payload<'a>) -> Self {
        Self { event, payload, staged: None, depth: 0, number: None }
    }

    /// An offer of what a step has broadcast.
    #[must_use]
    pub fn emitted(event: EventId, payload: &'a [u8], depth: u32) -> Self {
        Self { event, payload: Payload::Encoded(payload), staged: None, depth, number: None }
    }
}

impl Engine {
    /// An engine for a program. `editions` and `profiles` are what the store knows; what is new is added to them.
    #[must_use]
    pub fn new(program: Arc<Program>, sources: Arc<Sources>, budget: i64, editions: &[Edition], profiles: &[profile::Schema]) -> Self {
        let module = &program.module;
        let mut entries = vec![Vec::new(); module.events.len()];
        for (index, journey) in module.journeys.iter().enumerate() {
            for enter in &journey.enters {
                if let Some(list) = entries.get_mut(enter.event.index()).filter(|list| list.last() != Some(&index)) {
                    list.push(index);
                }
            }
        }
        let events = module.events.iter().zip(0..).map(|(event, id)| (event.wire.clone(), EventId(id))).collect();
        Self {
            cx: Context::new(&program).with_sources(Arc::clone(&sources)),
            budget,
            counters: Counters::new(module),
            editions: Editions::new(module, editions),
            profiles: Profiles::new(&program, profiles),
            traits: Traits::new(&program.module),
            entries,
            timed: Timed::new(module),
            conditions: module.journeys.iter().any(has_conditions),
            asked: sends::Asked::by(module),
            events,
            scratch: Scratch::default(),
            forced: FxHashMap::default(),
            outgoing: Vec::new(),
            sources,
            program,
        }
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Journeys and versions by their numbers: to be kept with the customers.
    #[must_use]
    pub fn editions(&self) -> &Editions {
        &self.editions
    }

    /// Schemas of the profile by their numbers: to be kept with the customers.
    #[must_use]
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// The event of a wire type.
    #[must_use]
    pub fn event_named(&self, wire: &str) -> Option<EventId> {
        self.events.get(wire).copied()
    }

    /// The event of a name.
    #[must_use]
    pub fn event_called(&self, name: &str) -> Option<EventId> {
        self.program.module.events.iter().zip(0..).find(|(event, _)| event.name == name).map(|(_, id)| EventId(id))
    }

    /// Fixes a customer's variant of an experiment (for tests).
    pub fn force_variant(&mut self, customer: &Arc<str>, experiment: &str, variant: &str) {
        let forced = self.forced.entry(Arc::clone(customer)).or_default();
        forced.retain(|(name, _)| name != experiment);
        forced.push((experiment.to_owned(), variant.to_owned()));
    }

    /// Reads an event's payload against its schema.
    ///
    /// # Errors
    /// Why it does not fit.
    pub fn admit<'a>(&mut self, customer: &str, event: EventId, data: &'a str) -> Result<Offer<'a>, Reason> {
        let record = self.program.module.events.get(event.index()).map(|event| event.record);
        let record = record.ok_or_else(|| Reason::at("type", "is not declared"))?;
        self.cx.begin(0, customer, self.budget);
        let word = payload::decode(&self.program, record, data, &mut self.cx)?;
        Ok(Offer { event, payload: Payload::Json(data), staged: Some(word), depth: 0, number: None })
    }

    /// An event for all customers, to be offered later.
    pub fn outgoing(&mut self, offer: Offer<'_>, data: &str, at_ms: i64) -> Option<Outgoing> {
        let program = Arc::clone(&self.program);
        let event = program.module.events.get(offer.event.index())?;
        self.cx.begin(at_ms, "", self.budget);
        let word = payload::decode(&program, event.record, data, &mut self.cx).ok()?;
        let mut bytes = Vec::new();
        record::encode(&program.module.types, event.record, word, &self.cx, &mut bytes).ok()?;
        Some(Outgoing { event: event.name.clone(), payload: bytes, at_ms, depth: 0, after: None })
    }

    /// Reads the data of a `profile` event against the profile's schema.
    ///
    /// # Errors
    /// Why it does not fit.
    pub fn admit_profile(&mut self, data: &str) -> Result<(), Reason> {
        self.cx.begin(0, "", self.budget);
        match &self.program.module.profile {
            Some(profile) => payload::decode_given(&self.program, profile.record, data, &mut self.cx).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Handles an event of a customer that came at `at_ms`: goals and exits, waits, entries. Says whether any instance changed.
    pub fn event(&mut self, customer: &mut Customer, offer: Offer<'_>, at_ms: i64, observer: &mut dyn Observer) -> bool {
        let index = offer.event.index();
        let idle = self.entries.get(index).is_none_or(Vec::is_empty) && self.traits.of_event(index).is_empty();
        let idle = idle && self.timed.ways.is_empty();
        if idle && customer.instances.is_empty() {
            customer.last_step_ms = Some(customer.now_ms(at_ms));
            return false;
        }
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, Some(offer), at_ms, observer);
        turn.count_event(at_ms);
        turn.judge_all();
        turn.offer_all();
        turn.enter_all();
        turn.settle();
        turn.end()
    }

    /// Offers a broadcast to a customer's goals, exits and waits. Says whether it changed anything.
    pub fn broadcast(&mut self, customer: &mut Customer, offer: Offer<'_>, at_ms: i64, observer: &mut dyn Observer) -> bool {
        if customer.instances.is_empty() {
            return false;
        }
        let last_step_ms = customer.last_step_ms;
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, Some(offer), at_ms, observer);
        turn.broadcast = true;
        turn.judge_all();
        turn.offer_all();
        turn.settle();
        let moved = turn.end();
        if !moved {
            customer.last_step_ms = last_step_ms;
        }
        moved
    }

    /// Sets the profile fields that a `profile` event gives; `data` was found to fit by [`Engine::admit_profile`].
    pub fn profile(&mut self, customer: &mut Customer, data: &str, at_ms: i64, observer: &mut dyn Observer) -> bool {
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, None, at_ms, observer);
        turn.set_profile(|cx| {
            let record = program.module.profile.as_ref().map(|profile| profile.record);
            record.and_then(|record| payload::decode_given(&program, record, data, cx).ok()).unwrap_or_default()
        });
        turn.changed()
    }

    /// Sets profile fields to values that `machine::codec` has written (for tests).
    pub fn profile_encoded(
        &mut self,
        customer: &mut Customer,
        fields: &[(usize, Vec<u8>)],
        at_ms: i64,
        observer: &mut dyn Observer,
    ) -> bool {
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, None, at_ms, observer);
        turn.set_profile(|cx| {
            let types = &program.module.types;
            let defs = program.module.profile.as_ref().map_or(&[][..], |profile| &types.record(profile.record).fields);
            let value = |(index, bytes): &(usize, Vec<u8>)| {
                let word = codec::decode(types, defs.get(*index)?.ty, &mut bytes.as_slice(), cx).ok()?;
                Some((*index, word))
            };
            fields.iter().filter_map(value).collect()
        });
        turn.changed()
    }

    /// Fires the customer's first timer, be it a try of a call, that is due at `due_ms` or before. Says whether there was one.
    pub fn due(&mut self, customer: &mut Customer, due_ms: i64, answers: &mut dyn Answers, observer: &mut dyn Observer) -> bool {
        let live = customer.instances.iter().filter(|instance| instance.is_live());
        let waiting = live.flat_map(|instance| instance.fibers.iter().map(|fiber| (instance.number, fiber)));
        let waiting = waiting.filter_map(|(number, fiber)| Some((fiber.due_ms()?, fiber.armed, number, fiber.id))).min();
        let judged_ms = customer.instances.iter().filter_map(Instance::judged_ms).min();
        let held = customer.outreach.first_held();
        let Some(first_ms) = customer.due_ms().filter(|&first_ms| first_ms <= due_ms) else { return false };
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, None, first_ms, observer);
        turn.answers = Some(answers);
        match waiting {
            _ if judged_ms == Some(first_ms) => turn.judge_again(),
            Some((deadline, armed, number, fiber))
                if deadline == first_ms && held.is_none_or(|held| (deadline, armed) < (held.0, held.1)) =>
            {
                turn.fire(number, fiber, deadline);
            }
            _ => match held.filter(|held| held.0 == first_ms) {
                Some((.., at)) => turn.release(at),
                None => turn.enter_due(first_ms),
            },
        }
        turn.settle();
        turn.end();
        true
    }

    /// The outside has answered a try of a call, which its key names. A reply for which nobody waits any more changes nothing. Says
    /// whether one did.
    pub fn answered(
        &mut self,
        customer: &mut Customer,
        reply: &calls::Answered<'_>,
        at_ms: i64,
        answers: &mut dyn Answers,
        observer: &mut dyn Observer,
    ) -> bool {
        let Some(fiber) = reply.awaited(customer) else { return false };
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, None, at_ms, observer);
        turn.answers = Some(answers);
        turn.answered(fiber, reply);
        turn.settle();
        turn.end();
        true
    }

    /// The program has other ways into journeys than before: notes those that the customer is in already, and when they open.
    pub fn refresh(&mut self, customer: &mut Customer, now_ms: i64, observer: &mut dyn Observer) -> bool {
        if customer.last_step_ms.is_none() {
            return false;
        }
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, None, now_ms, observer);
        turn.settle();
        turn.end()
    }

    /// What the ways into journeys that no event opens wait for, as hashes, in order.
    #[must_use]
    pub fn ways(&self) -> Vec<u64> {
        let journeys = &self.program.module.journeys;
        let mut ways: Vec<u64> = journeys.iter().flat_map(|journey| journey.standing.iter().map(|way| way.meaning)).collect();
        ways.sort_unstable();
        ways
    }

    /// Cancels a live instance of a customer, by its number: its undo blocks run, the newest first. Says whether anything changed.
    pub fn cancel(&mut self, customer: &mut Customer, number: u32, at_ms: i64, observer: &mut dyn Observer) -> bool {
        let program = Arc::clone(&self.program);
        let mut turn = self.turn(&program, customer, None, at_ms, observer);
        turn.cancel(number);
        turn.settle();
        turn.end()
    }

    /// Computes something over a customer (for tests), or over nobody.
    pub fn compute<T>(&mut self, customer: Option<&Customer>, now_ms: i64, work: impl FnOnce(&Program, &mut Context) -> T) -> T {
        let program = Arc::clone(&self.program);
        self.cx.begin(now_ms, customer.map_or("", |customer| &customer.key), self.budget);
        let profile = match customer {
            Some(customer) => self.profiles.decode(&program, customer.profile_schema, &customer.profile, &mut self.cx).ok(),
            None => self.profiles.fresh(&mut self.cx).ok(),
        };
        self.cx.profile = profile.unwrap_or(0);
        self.traits.show(&program.module, customer, now_ms, &mut self.cx);
        work(&program, &mut self.cx)
    }

    fn turn<'t>(
        &'t mut self,
        program: &'t Program,
        customer: &'t mut Customer,
        offer: Option<Offer<'t>>,
        at_ms: i64,
        observer: &'t mut dyn Observer,
    ) -> Turn<'t> {
        Turn::begin(self, program, customer, offer, at_ms, observer)
    }
}

fn has_conditions(journey: &Journey) -> bool {
    let arms = |pause: &Pause| pause.arms.iter().any(|arm| matches!(arm, Arm::When { .. }));
    journey.ends.iter().any(|end| end.event.is_none()) || journey.pauses.iter().any(arms)
}
