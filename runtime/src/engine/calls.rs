//! Calls of services: their tries, and what the last one comes to.
//!
//! A call is made by the step that ends at its pause. Its first try is due at once, each later one when its pause between
//! tries is over; a reply that takes its time is kept until it is there. All three are the fiber's one deadline.

use super::arms::Woken;
use super::step::{Cause, Step};
use super::turn::{Turn, internal};
use crate::answers::{Reply, Request};
use crate::customer::{Busy, Call, Customer, Fiber};
use crate::effect::lines::operation_of;
use crate::effect::{Key, Kind, request};
use crate::wire::payload;
use journey_compiler::hir::{OperationId, ServiceId};
use journey_compiler::machine::{EffectRecord, Fault, codec, text::format_duration};
use journey_compiler::mir::{Arm, Effect, Operation, Pause, RequestBody};
use journey_compiler::types::TypeId;

/// Why a call has no answer for which nobody waits any more.
const GIVEN_UP: &str = "given up: what waited for it has ended";

/// The operation whose answer a pause waits for.
fn called(pause: &Pause) -> Option<(ServiceId, OperationId)> {
    pause.arms.iter().find_map(|arm| match arm {
        Arm::Answer { service, operation, .. } => Some((*service, *operation)),
        _ => None,
    })
}

/// Types of what a call keeps, in order: path, body where it is a value, parameters.
fn types_of(operation: &Operation) -> Vec<TypeId> {
    let body = match operation.body {
        RequestBody::Value(ty) => Some(ty),
        RequestBody::None | RequestBody::Params(_) => None,
    };
    std::iter::once(TypeId::STRING).chain(body).chain(operation.params.iter().map(|(_, ty)| *ty)).collect()
}

/// A reply of the outside to a try of a call.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// Number of the instance; step and place among its effects.
    pub instance: u32,
    pub key: (u32, u32),
    /// Which try, from 1.
    pub attempt: u32,
    /// JSON; or why there is none.
    pub result: &'a Result<String, String>,
}

impl Answered<'_> {
    /// The fiber that waits for it.
    pub(super) fn awaited(&self, customer: &Customer) -> Option<u64> {
        let instance = customer.instances.get(customer.place_of(self.instance)?).filter(|instance| instance.is_live())?;
        let is_it = |call: &Call| call.key == self.key && call.tries == self.attempt;
        let waits = |fiber: &&Fiber| matches!(fiber.busy.as_deref(), Some(Busy::Call(call)) if is_it(call));
        instance.fibers.iter().find(waits).map(|fiber| fiber.id)
    }
}

impl Turn<'_> {
    /// A try has been answered for which a fiber waits.
    pub fn answered(&mut self, fiber: u64, reply: &Answered<'_>) {
        let instance = self.customer.place_of(reply.instance).and_then(|place| self.customer.instances.get_mut(place));
        let Some(asleep) = instance.and_then(|instance| instance.fibers.iter_mut().find(|asleep| asleep.id == fiber)) else { return };
        if let Some(Busy::Call(call)) = asleep.busy.as_deref_mut() {
            call.reply = Some(reply.result.clone());
        }
        let now_ms = self.now_ms;
        self.fire(reply.instance, fiber, now_ms);
    }

    /// Calls under way end with the fibers that waited for them: of an instance, all that are not left, but for the one that
    /// wakes.
    pub fn tell_lost_calls(&mut self, number: u32, journey_index: usize, left: &[Fiber], wakes: Option<u64>) {
        let program = self.program;
        let Some(place) = self.customer.place_of(number) else { return };
        let calls = |fiber: &Fiber| matches!(fiber.busy.as_deref(), Some(Busy::Call(_)));
        let is_lost = |fiber: &Fiber| calls(fiber) && Some(fiber.id) != wakes && !left.iter().any(|other| other.id == fiber.id);
        for at in 0..self.customer.instances[place].fibers.len() {
            let fiber = &self.customer.instances[place].fibers[at];
            let pause = program.module.journeys[journey_index].pauses.get(fiber.pause as usize);
            let Some(pause) = pause.filter(|_| is_lost(fiber)) else { continue };
            let (Ok(args), Some((service, operation))) = (self.call_words(place, at, pause), called(pause)) else { continue };
            let Some((tries, (step, index))) = self.call_at(place, at).map(|call| (call.tries, call.key)) else { continue };
            let key = Key { step, index: index as usize };
            self.tell(journey_index, Some(number), Kind::Call { service, operation, args: &args, key, tries, answer: Err(GIVEN_UP) });
        }
    }

    /// A call for which nobody waits when its own step is over.
    pub fn tell_call_lost_at_once(&mut self, step: &Step<'_>, (number, journey_index): (u32, usize), key: Key, record: &EffectRecord) {
        let effect = self.program.module.effects.get(record.effect.0 as usize);
        let Some(&Effect::Call { service, operation }) = effect else { return };
        let is_it = |call: &Call| call.key.1 as usize == key.index;
        let begun = step.fibers.iter().filter(|fiber| fiber.armed >= step.since);
        if !begun.into_iter().any(|fiber| matches!(fiber.busy.as_deref(), Some(Busy::Call(call)) if is_it(call))) {
            let kind = Kind::Call { service, operation, args: &record.args, key, tries: 0, answer: Err(GIVEN_UP) };
            self.tell(journey_index, Some(number), kind);
        }
    }

    /// A fiber has come to a pause at which the engine is busy for it: what it asked for is the last effect.
    pub fn begin_busy(&mut self, step: &mut Step<'_>, fiber: u64, pause: &Pause) -> Result<(), Fault> {
        let module = &self.program.module;
        let last = self.cx.effects.last().and_then(|record| Some((module.effects.get(record.effect.0 as usize)?, &record.args)));
        let (busy, due_ms) = match last {
            Some((Effect::Call { service, operation }, args)) => {
                let (_, operation) = operation_of(module, (*service, *operation)).ok_or_else(|| internal(pause.span))?;
                let mut bytes = Vec::new();
                for (ty, &word) in types_of(operation).into_iter().zip(args) {
                    codec::encode(&module.types, ty, word, self.cx, &mut bytes).map_err(|_| internal(pause.span))?;
                }
                let index = u32::try_from(self.cx.effects.len().saturating_sub(1)).unwrap_or(u32::MAX);
                // The step gets its number when it counts.
                (Busy::Call(Call { key: (0, index), args: bytes, tries: 0, reply: None }), Some(self.now_ms))
            }
            Some((Effect::Start { run: true, .. }, _)) => (Busy::Child(None), None),
            _ => return Err(internal(pause.span)),
        };
        if let Some(asleep) = step.fiber(fiber) {
            asleep.busy = Some(Box::new(busy));
            asleep.deadlines.extend(due_ms);
        }
        Ok(())
    }

    /// A call's deadline: the reply is there, or the next try is due.
    pub fn call_due(&mut self, number: u32, fiber: u64, at: usize, pause: &Pause) {
        let Some((place, journey_index)) = self.live(number) else { return };
        self.moved = true;
        let Some(call) = self.call_at(place, at) else { return };
        if let Some(reply) = call.reply.clone() {
            return self.replied(number, fiber, pause, reply);
        }
        call.tries += 1;
        let reply = match self.ask_outside(place, at, journey_index, pause) {
            Ok(reply) => reply,
            Err(fault) => return self.park(number, journey_index, fault, Cause { fiber, arm: None, by_event: false }),
        };
        let now_ms = self.now_ms;
        let timeout_ms = called(pause).and_then(|called| operation_of(&self.program.module, called)).map_or(0, |(_, def)| def.timeout_ms);
        let reply = if reply.after_ms > timeout_ms {
            Reply { after_ms: timeout_ms, result: Err(format!("no answer within {}", format_duration(timeout_ms))) }
        } else {
            reply
        };
        let Some(asleep) = self.fiber_at(place, at) else { return };
        asleep.deadlines.clear();
        if reply.after_ms > 0 {
            asleep.deadlines.push(now_ms.saturating_add(reply.after_ms));
        }
        if let Some(Busy::Call(call)) = asleep.busy.as_deref_mut() {
            call.reply = Some(reply.result.clone());
        }
        if reply.after_ms <= 0 {
            self.replied(number, fiber, pause, reply.result);
        }
    }

    fn fiber_at(&mut self, place: usize, at: usize) -> Option<&mut Fiber> {
        self.customer.instances.get_mut(place)?.fibers.get_mut(at)
    }

    fn call_at(&mut self, place: usize, at: usize) -> Option<&mut Call> {
        match self.fiber_at(place, at)?.busy.as_deref_mut()? {
            Busy::Call(call) => Some(call),
            Busy::Child(_) => None,
        }
    }

    /// Hands a try to whoever answers.
    fn ask_outside(&mut self, place: usize, at: usize, journey_index: usize, pause: &Pause) -> Result<Reply, Fault> {
        let words = self.call_words(place, at, pause)?;
        let program = self.program;
        let (module, types) = (&program.module, &program.module.types);
        let broken = || internal(pause.span);
        let (service, operation) = called(pause).and_then(|called| operation_of(module, called)).ok_or_else(broken)?;
        let parts = request::parts(operation, &words).ok_or_else(broken)?;
        let (mut args, mut body) = (String::new(), String::new());
        request::args(&mut args, operation, parts.params, types, self.cx);
        let has_body = request::body(&mut body, operation, parts, types, self.cx);
        let number = self.customer.instances.get(place).map_or(0, |instance| instance.number);
        let call = self.call_at(place, at).ok_or_else(broken)?;
        let ((step, index), attempt) = (call.key, call.tries);
        let key = format!("{}/{}/{number}/{step}/{index}", module.journeys[journey_index].name, self.customer.key);
        let request = Request {
            customer: &self.customer.key,
            service,
            operation: &operation.name,
            key: &key,
            attempt,
            at_ms: self.now_ms,
            method: request::method(operation.method),
            path: self.cx.string(parts.path),
            body: has_body.then_some(body.as_str()),
            args: &args,
        };
        Ok(match self.answers.as_deref_mut() {
            Some(answers) => answers.answer(&request),
            None => Reply::failed("nobody answers calls here"),
        })
    }

    /// Path, body and parameters in the heap.
    fn call_words(&mut self, place: usize, at: usize, pause: &Pause) -> Result<Vec<u64>, Fault> {
        self.stage();
        let module = &self.program.module;
        let (_, operation) = called(pause).and_then(|called| operation_of(module, called)).ok_or_else(|| internal(pause.span))?;
        let bytes = self.call_at(place, at).map(|call| call.args.clone()).unwrap_or_default();
        let mut bytes = bytes.as_slice();
        let words = types_of(operation).into_iter().map(|ty| codec::decode(&module.types, ty, &mut bytes, self.cx));
        words.collect::<Result<_, _>>().map_err(|_| internal(pause.span))
    }

    /// A try has come to this: the journey goes on, or there is another try.
    fn replied(&mut self, number: u32, fiber: u64, pause: &Pause, reply: Result<String, String>) {
        let Some((place, journey_index)) = self.live(number) else { return };
        let program = self.program;
        let found = called(pause).and_then(|called| Some((called, operation_of(&program.module, called)?)));
        let (Some((called, (service, operation))), Some(at)) = (found, self.customer.instances[place].place_of(fiber)) else { return };
        self.stage();
        let answer = reply.and_then(|json| match operation.ret {
            None => Ok(None),
            Some(ret) => match payload::decode_answer(program, ret, &json, self.cx) {
                Ok(word) => Ok(Some(word)),
                Err(reason) => Err(format!("the answer does not fit: {reason}")),
            },
        });
        let Some(call) = self.call_at(place, at) else { return };
        let (tries, (step, index)) = (call.tries, call.key);
        if let Err(why) = answer.as_ref()
            && tries <= operation.retry
        {
            call.reply = None;
            let (first_ms, longest_ms) = operation.backoff_ms;
            let doubled_ms = first_ms.saturating_mul(1_i64.checked_shl(tries - 1).unwrap_or(i64::MAX));
            let next_ms = self.now_ms.saturating_add(doubled_ms.clamp(first_ms, longest_ms));
            if let Some(asleep) = self.fiber_at(place, at) {
                asleep.deadlines.clear();
                asleep.deadlines.push(next_ms);
            }
            let (service, operation) = called;
            self.tell(journey_index, Some(number), Kind::TryFailed { service, operation, why, next_ms });
            return self.clear();
        }
        let key = Key { step, index: index as usize };
        if let Ok(args) = self.call_words(place, at, pause) {
            let answer = answer.as_ref().copied().map_err(String::as_str);
            let (service, operation) = called;
            self.tell(journey_index, Some(number), Kind::Call { service, operation, args: &args, key, tries, answer });
        }
        let input = match &answer {
            Ok(word) => Ok(*word),
            Err(why) => {
                let text = format!("call of {service}.{} failed: {why}", operation.name);
                self.cx.new_string(&text).map(Some).map_err(|kind| Fault { kind, span: pause.span })
            }
        };
        let arm = pause.arms.iter().enumerate().find_map(|(index, arm)| match arm {
            Arm::Answer { resume, .. } if answer.is_ok() => Some((index, *resume)),
            Arm::Unanswered { resume } if answer.is_err() => Some((index, *resume)),
            _ => None,
        });
        match (input, arm) {
            (Ok(input), Some((arm, resume))) => {
                self.resume(number, fiber, &Woken { arm, resume, by_event: false, input });
            }
            (Err(fault), _) => self.park(number, journey_index, fault, Cause { fiber, arm: None, by_event: false }),
            (_, None) => self.park(number, journey_index, internal(pause.span), Cause { fiber, arm: None, by_event: false }),
        }
    }
}
