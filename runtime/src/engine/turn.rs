//! One input's work on one customer.

use super::asides::Asides;
use super::standing::Timed;
use super::{Editions, Engine, Offer, Outgoing, Payload, Profiles, record};
use crate::answers::Answers;
use crate::counters::Counters;
use crate::customer::Customer;
use crate::effect::{Effect, Kind, Observer};
use crate::traits::Traits;
use crate::wire::payload;
use journey_compiler::hir::EventId;
use journey_compiler::machine::{Context, Fault, FaultKind, Status, codec};
use journey_compiler::mir::{Closure, FrameVar, FunctionId, Pause};
use journey_compiler::{Program, Sources, Span};

/// Room that is used again from turn to turn.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub frame: Vec<u64>,
    pub args: Vec<u64>,
    pub order: Vec<u32>,
    pub bytes: Vec<u8>,
    pub field: Vec<u8>,
}

/// One input's work on one customer. The customer is changed in place, step by step; a step that faults changes
/// nothing but its instance's failure.
pub(super) struct Turn<'t> {
    pub program: &'t Program,
    pub sources: &'t Sources,
    pub cx: &'t mut Context,
    pub budget: i64,
    pub counters: &'t mut Counters,
    pub editions: &'t Editions,
    pub profiles: &'t Profiles,
    pub traits: &'t Traits,
    pub entries: &'t [Vec<usize>],
    /// Whether any exit or arm of the program is a condition.
    pub conditions: bool,
    pub asked: super::sends::Asked,
    pub timed: &'t Timed,
    /// How often a customer has come into a segment in this turn: bounded, so that none goes round for ever.
    pub comings: u32,
    pub scratch: &'t mut Scratch,
    pub customer: &'t mut Customer,
    pub observer: &'t mut dyn Observer,
    pub now_ms: i64,
    /// The event, with its payload's word.
    pub offer: Option<Offer<'t>>,
    pub payload: u64,
    /// Whether the event goes to all customers: then conditions without an event are not judged for it.
    pub broadcast: bool,
    /// Who answers calls; where a step can make none, nobody.
    pub answers: Option<&'t mut dyn Answers>,
    /// What steps have broadcast.
    pub outgoing: &'t mut Vec<Outgoing>,
    /// How many emits led to what is handled.
    pub depth: u32,
    /// What is left to follow steps.
    pub asides: Asides,
    /// The instances that the event has woken.
    pub woken: Vec<u32>,
    /// Payloads of events that are handled within the turn.
    pub held: Vec<Vec<u8>>,
    /// The child that makes its first step, and what it is given.
    pub starting: Option<u32>,
    pub given: Option<Vec<u8>>,
    /// Whether anything of the customer has changed.
    pub moved: bool,
    /// How far the heap holds what every step needs: payload and profile.
    mark: u64,
    /// Whether it must be filled anew, because a step has changed the profile.
    stale: bool,
}

impl<'t> Turn<'t> {
    pub fn begin(
        engine: &'t mut Engine,
        program: &'t Program,
        customer: &'t mut Customer,
        offer: Option<Offer<'t>>,
        at_ms: i64,
        observer: &'t mut dyn Observer,
    ) -> Self {
        let now_ms = customer.now_ms(at_ms);
        if customer.last_step_ms != Some(now_ms) {
            for instance in &mut customer.instances {
                instance.repeats = 0;
            }
        }
        let is_known = customer.last_step_ms.replace(now_ms).is_some();
        if !engine.forced.is_empty() {
            engine.cx.forced_variants = engine.forced.get(&customer.key).cloned().unwrap_or_default();
        }
        let mut turn = Self {
            program,
            sources: &engine.sources,
            cx: &mut engine.cx,
            budget: engine.budget,
            counters: &mut engine.counters,
            editions: &engine.editions,
            profiles: &engine.profiles,
            traits: &engine.traits,
            entries: &engine.entries,
            conditions: engine.conditions,
            asked: engine.asked,
            timed: &engine.timed,
            comings: 0,
            scratch: &mut engine.scratch,
            customer,
            observer,
            now_ms,
            offer,
            payload: 0,
            broadcast: false,
            answers: None,
            outgoing: &mut engine.outgoing,
            depth: offer.map_or(0, |offer| offer.depth),
            asides: Asides::default(),
            woken: Vec::new(),
            held: Vec::new(),
            starting: None,
            given: None,
            moved: false,
            mark: 0,
            stale: true,
        };
        if let Some(word) = offer.and_then(|offer| offer.staged) {
            turn.payload = word;
            turn.cx.now = now_ms;
            turn.stage_profile();
        }
        if is_known && !turn.timed.ways.is_empty() {
            turn.note_present();
        }
        turn
    }

    /// Ends the turn; says whether anything changed.
    pub fn end(mut self) -> bool {
        self.set_instants();
        self.moved
    }

    /// Makes sure that payload and profile stand in the heap.
    pub fn stage(&mut self) {
        if !self.stale {
            return;
        }
        self.cx.begin(self.now_ms, &self.customer.key, self.budget);
        if let Some(offer) = self.offer {
            self.payload = self.decode_payload(offer).unwrap_or(0);
        }
        self.stage_profile();
    }

    fn decode_payload(&mut self, offer: Offer<'_>) -> Option<u64> {
        let module = &self.program.module;
        let record = module.events.get(offer.event.index())?.record;
        match offer.payload {
            Payload::Json(data) => payload::decode(self.program, record, data, self.cx).ok(),
            Payload::Held(index) => {
                let mut bytes = self.held.get(index)?.as_slice();
                record::decode(&module.types, record, &mut bytes, self.cx).ok()
            }
            Payload::Encoded(mut bytes) => record::decode(&module.types, record, &mut bytes, self.cx).ok(),
        }
    }

    fn stage_profile(&mut self) {
        let customer = &*self.customer;
        let profile = self.profiles.decode(self.program, customer.profile_schema, &customer.profile, self.cx);
        let profile = profile.or_else(|_| self.profiles.fresh(self.cx).map_err(codec::CodecError::from));
        self.cx.profile = profile.unwrap_or(0);
        self.traits.show(&self.program.module, Some(self.customer), self.now_ms, self.cx);
        self.mark = self.cx.mark();
        self.stale = false;
    }

    /// The heap must be filled anew before the next step.
    pub fn spoil(&mut self) {
        self.stale = true;
    }

    /// Gives back what the last step has left in the heap.
    pub fn clear(&mut self) {
        if !self.stale {
            self.cx.rewind(self.mark);
        }
    }

    /// What is called from here on has a fresh budget, and no effects yet.
    pub fn begin_step(&mut self) {
        self.cx.fuel = self.budget;
        self.cx.effects.clear();
        self.cx.picked.clear();
        self.cx.depth = self.depth;
    }

    /// Runs a function with a fresh budget.
    pub fn call(&mut self, function: FunctionId, args: &[u64]) -> Status {
        self.begin_step();
        self.program.call(function, args, self.cx)
    }

    /// Asks a condition; what it has left in the heap goes.
    pub fn ask(&mut self, function: FunctionId, args: &[u64]) -> Result<bool, Fault> {
        let mark = self.cx.mark();
        let status = self.call(function, args);
        self.cx.rewind(mark);
        match status {
            Status::Returned(word) => Ok(word != 0),
            Status::Faulted(fault) => Err(fault),
            Status::Suspended { .. } | Status::Finished { .. } => Err(internal(Span::default())),
        }
    }

    /// Asks a condition over some of the frame's variables, and the payload where it takes that.
    pub fn ask_frame(&mut self, function: FunctionId, captures: &[u32], frame: &[u64], payload: Option<u64>) -> Result<bool, Fault> {
        let mut args = std::mem::take(&mut self.scratch.args);
        args.clear();
        args.extend(captures.iter().map(|&slot| frame.get(slot as usize).copied().unwrap_or(0)));
        args.extend(payload);
        let answer = self.ask(function, &args);
        self.scratch.args = args;
        answer
    }

    /// Asks a closure over the frame.
    pub fn ask_closure(&mut self, closure: &Closure, frame: &[u64], payload: Option<u64>) -> Result<bool, Fault> {
        self.ask_frame(closure.function, &closure.captures, frame, payload)
    }

    /// Reads a fiber's frame into the heap. The vector is to be handed back by [`Turn::put_frame`].
    pub fn take_frame(&mut self, place: usize, fiber: usize, pause: &Pause) -> Result<Vec<u64>, Fault> {
        self.stage();
        let mut frame = std::mem::take(&mut self.scratch.frame);
        frame.clear();
        let Some(fiber) = self.customer.instances.get(place).and_then(|instance| instance.fibers.get(fiber)) else { return Ok(frame) };
        decode(self.program, self.cx, &pause.frame, &fiber.frame, &mut frame, pause.span)?;
        Ok(frame)
    }

    /// See [`Turn::take_frame`].
    pub fn put_frame(&mut self, frame: Vec<u64>) {
        self.scratch.frame = frame;
    }

    /// The numbers of all live instances, in the order in which they started; to be handed back by [`Turn::put_order`].
    pub fn take_order(&mut self) -> Vec<u32> {
        let mut order = std::mem::take(&mut self.scratch.order);
        order.clear();
        order.extend(self.customer.instances.iter().filter(|instance| instance.is_live()).map(|instance| instance.number));
        order
    }

    /// See [`Turn::take_order`].
    pub fn put_order(&mut self, order: Vec<u32>) {
        self.scratch.order = order;
    }

    /// The payload, where the event is this one.
    pub fn payload_of(&self, event: EventId) -> Option<u64> {
        self.offer.filter(|offer| offer.event == event).map(|_| self.payload)
    }

    /// Tells of an effect.
    pub fn tell(&mut self, journey: usize, instance: Option<u32>, kind: Kind<'_>) {
        self.observer.effect(&Effect {
            at_ms: self.now_ms,
            customer: &self.customer.key,
            journey,
            instance,
            kind,
            module: &self.program.module,
            cx: self.cx,
        });
    }
}

/// Reads variables of a frame into the heap.
pub(super) fn decode(
    program: &Program,
    cx: &mut Context,
    vars: &[FrameVar],
    mut bytes: &[u8],
    words: &mut Vec<u64>,
    span: Span,
) -> Result<(), Fault> {
    for var in vars {
        match codec::decode(&program.module.types, var.ty, &mut bytes, cx) {
            Ok(word) => words.push(word),
            Err(codec::CodecError::Memory) => return Err(Fault { kind: FaultKind::MemoryExhausted, span }),
            Err(_) => return Err(Fault { kind: FaultKind::CorruptState, span }),
        }
    }
    Ok(())
}

/// A defect of Journey itself.
pub(super) fn internal(span: Span) -> Fault {
    Fault { kind: FaultKind::Internal, span }
}
