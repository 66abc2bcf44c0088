//! What a step has done becomes true: its effects, where the instance sleeps now, or how it ends; or its failure alone.

use super::asides::{Aside, orphans};
use super::sends::Sending;
use super::step::{Cause, Step};
use super::turn::Turn;
use super::{Outgoing, record};
use crate::counters::reason_index;
use crate::customer::{Busy, Chosen, Cooldown, Ending, Failure, Fiber, Instance, Parent};
use crate::effect::{self, Kind};
use journey_compiler::Span;
use journey_compiler::hir::EventId;
use journey_compiler::machine::{EffectRecord, Fault, codec};
use journey_compiler::mir::{Effect, Suppression};
use smallvec::SmallVec;
use smol_str::SmolStr;

impl Turn<'_> {
    /// All that a step has done counts from here on. What more a step can do is to be hung in here: in
    /// [`Turn::commit_effect`] what it does by itself, in [`Turn::ended`] what follows from the end of an instance.
    pub fn commit(&mut self, number: u32, journey_index: usize, mut step: Step<'_>, cause: Cause) {
        self.commit_variants(number, journey_index);
        let changed = self.commit_effects(number, journey_index, &step);
        // What it has called for is told already.
        self.tell_lost_calls(number, journey_index, &step.fibers, cause.arm.map(|_| cause.fiber));
        let since = step.since;
        let from_outside = cause.by_event && self.depth == 0;
        if let Some(instance) = self.instance(number) {
            if from_outside {
                instance.repeats = 0;
            }
            let steps = instance.steps;
            for fiber in step.fibers.iter_mut().filter(|fiber| fiber.armed >= since) {
                if let Some(Busy::Call(call)) = fiber.busy.as_deref_mut() {
                    call.key.0 = steps;
                }
            }
        }
        let waits: SmallVec<[u64; 1]> =
            step.fibers.iter().filter(|fiber| fiber.armed >= since && !fiber.kept.is_empty()).map(|fiber| fiber.id).collect();
        if self.stand(number, journey_index, step.fibers, step.ending) {
            self.tell_pauses(number, journey_index, since);
            self.after_step(number, changed);
        } else if changed {
            self.judge_conditions();
        }
        self.asides.found.extend(waits.into_iter().map(|fiber| Aside::Waits { number, fiber }));
        self.follow();
    }

    /// From here on the instance stands so; where no fiber is left, it has ended. Says whether it is still there.
    fn stand(&mut self, number: u32, journey_index: usize, fibers: SmallVec<[Fiber; 1]>, ending: Option<Ending>) -> bool {
        let Some(instance) = self.instance(number) else { return false };
        instance.ending = ending;
        let left = std::mem::replace(&mut instance.fibers, fibers);
        self.leave_pauses(journey_index, &left);
        let Some(place) = self.customer.place_of(number) else { return false };
        let fibers = &self.customer.instances[place].fibers;
        self.asides.found.extend(orphans(&left, fibers));
        if fibers.is_empty() {
            self.ended(place, journey_index, ending.unwrap_or(Ending::Cancelled));
            return false;
        }
        let counts = &mut self.counters.journeys[journey_index];
        counts.live += 1;
        for fiber in fibers {
            if let Some(count) = counts.at.get_mut(fiber.pause as usize) {
                *count += 1;
            }
        }
        true
    }

    /// An instance no longer sleeps where its fibers did.
    fn leave_pauses(&mut self, journey_index: usize, fibers: &[Fiber]) {
        if fibers.is_empty() {
            return;
        }
        let counts = &mut self.counters.journeys[journey_index];
        counts.live = counts.live.saturating_sub(1);
        for fiber in fibers {
            if let Some(count) = counts.at.get_mut(fiber.pause as usize) {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// Ends a live instance with an outcome, wherever its fibers are. Undo blocks that run already go on; it is gone when
    /// they are through.
    pub fn finish(&mut self, number: u32, journey_index: usize, outcome: u32) {
        let Some(instance) = self.instance(number) else { return };
        let undoing: SmallVec<[Fiber; 1]> = instance.fibers.iter().filter(|fiber| fiber.undoes()).cloned().collect();
        self.moved = true;
        self.tell_lost_calls(number, journey_index, &undoing, None);
        self.stand(number, journey_index, undoing, Some(Ending::Finished(outcome)));
        self.follow();
    }

    /// An instance has ended and is gone.
    fn ended(&mut self, place: usize, journey_index: usize, ending: Ending) {
        let instance = self.customer.instances.remove(place);
        let journey = &self.program.module.journeys[journey_index];
        if let Some(cooldown) = journey.cooldown_ms {
            let until_ms = self.now_ms.saturating_add(cooldown);
            let now_ms = self.now_ms;
            self.customer.cooldowns.retain(|cooldown| cooldown.until_ms > now_ms);
            self.customer.cooldowns.push(Cooldown { edition: instance.edition, key: instance.key, until_ms });
        }
        let counts = &mut self.counters.journeys[journey_index];
        let kind = match ending {
            Ending::Finished(outcome) => {
                if let Some(count) = counts.finished.get_mut(outcome as usize) {
                    *count += 1;
                }
                if let Some(outcome) = journey.outcomes.get(outcome as usize) {
                    self.counters.experiments.finished(&journey.name, &instance.variants, outcome);
                }
                Kind::Finished { outcome }
            }
            Ending::Cancelled => {
                counts.cancelled += 1;
                Kind::Cancelled
            }
        };
        self.tell(journey_index, Some(instance.number), kind);
        let result = match ending {
            Ending::Finished(outcome) => outcome,
            Ending::Cancelled => journey.cancelled_result(),
        };
        self.tell_parent(instance.number, result);
    }

    /// Tells to which pauses the step has led, in the order in which they began.
    fn tell_pauses(&mut self, number: u32, journey_index: usize, since: u64) {
        let Some(instance) = self.instance(number) else { return };
        let begun = instance.fibers.iter().filter(|fiber| fiber.armed >= since);
        let mut begun: SmallVec<[_; 2]> =
            begun.map(|fiber| (fiber.armed, fiber.pause, fiber.due_ms().filter(|_| fiber.busy.is_none()))).collect();
        begun.sort_unstable();
        for (_, pause, until_ms) in begun {
            self.tell(journey_index, Some(number), Kind::Paused { pause, until_ms });
        }
    }

    fn instance(&mut self, number: u32) -> Option<&mut Instance> {
        let place = self.customer.place_of(number)?;
        self.customer.instances.get_mut(place)
    }

    /// Notes and counts the variants into which the step has gone for the first time.
    fn commit_variants(&mut self, number: u32, journey_index: usize) {
        let picked = std::mem::take(&mut self.cx.picked);
        let module = &self.program.module;
        for &(experiment, variant) in &picked {
            let Some(experiment) = module.experiments.get(experiment as usize) else { continue };
            let Some(variant) = experiment.variants.get(variant as usize) else { continue };
            let chosen = Chosen { experiment: SmolStr::new(&experiment.name), variant: SmolStr::new(&variant.name) };
            let Some(instance) = self.instance(number).filter(|instance| !instance.variants.contains(&chosen)) else { continue };
            instance.variants.push(chosen.clone());
            self.counters.experiments.entered(&module.journeys[journey_index].name, &chosen);
        }
        self.cx.picked = picked;
    }

    /// Counts and tells the step's effects, in order; says whether it changed the profile.
    fn commit_effects(&mut self, number: u32, journey_index: usize, done: &Step<'_>) -> bool {
        let effects = std::mem::take(&mut self.cx.effects);
        let step = self.instance(number).map_or(0, |instance| {
            instance.steps += 1;
            instance.steps
        });
        let mut changed = false;
        for (index, record) in effects.iter().enumerate() {
            let fiber = done.caused.iter().find(|&&(_, upto)| index < upto).map_or(Fiber::MAIN, |&(fiber, _)| fiber);
            let key = effect::Key { step, index };
            changed |= self.commit_effect((number, fiber), journey_index, key, record);
            self.tell_call_lost_at_once(done, (number, journey_index), key, record);
        }
        self.cx.effects = effects;
        if changed {
            self.keep_profile();
        }
        changed
    }

    fn commit_effect(&mut self, (number, fiber): (u32, u64), journey_index: usize, key: effect::Key, record: &EffectRecord) -> bool {
        let program = self.program;
        let Some(description) = program.module.effects.get(record.effect.0 as usize) else { return false };
        let args = record.args.as_slice();
        match description {
            &Effect::Send { message, channel, content } => {
                self.sent(number, journey_index, Sending { message, channel, content, args, key });
                false
            }
            &Effect::Held { message, channel, content } => {
                let (until, args) = args.split_first().unwrap_or((&0, &[]));
                self.hold(number, journey_index, Sending { message, channel, content, args, key }, until.cast_signed());
                false
            }
            Effect::Suppressed { message, channels, first_of } => {
                let reason = if *first_of { None } else { args.first().and_then(|&word| Suppression::of(word)) };
                if let Some(counts) = self.counters.suppressed.get_mut(message.index()) {
                    counts[reason_index(reason)] += 1;
                }
                let kind = Kind::Suppressed { message: *message, channels, reasons: args, first_of: *first_of };
                self.tell(journey_index, Some(number), kind);
                false
            }
            &Effect::ProfileWrite { field } => {
                let word = args.first().copied().unwrap_or(0);
                self.tell(journey_index, Some(number), Kind::Profile { field, word });
                true
            }
            // The fiber has it.
            Effect::Undo { .. } => false,
            &Effect::Call { service, operation } => {
                self.tell(journey_index, Some(number), Kind::Calling { service, operation, args });
                false
            }
            &Effect::Emit { event, broadcast } => {
                let payload = args.first().copied().unwrap_or(0);
                self.tell(journey_index, Some(number), Kind::Emit { event, payload, broadcast, key });
                self.emit(event, payload, broadcast);
                false
            }
            &Effect::Start { journey, run } => {
                let run = run.then_some(Parent { instance: number, fiber });
                self.asides.found.push(Aside::Start {
                    journey: journey.index(),
                    args: self.given(journey.index(), args),
                    run,
                    depth: self.depth + 1,
                });
                false
            }
        }
    }

    /// An event that a step has emitted follows it, or goes to all.
    fn emit(&mut self, event: EventId, word: u64, broadcast: bool) {
        let module = &self.program.module;
        let Some(def) = module.events.get(event.index()) else { return };
        let mut payload = Vec::new();
        if record::encode(&module.types, def.record, word, self.cx, &mut payload).is_err() {
            return;
        }
        let (depth, at_ms) = (self.depth + 1, self.now_ms);
        if broadcast {
            self.outgoing.push(Outgoing { event: def.name.clone(), payload, at_ms, depth, after: None });
        } else {
            self.asides.found.push(Aside::Emitted { event, payload, depth });
        }
    }

    /// The parameters of a child as bytes.
    fn given(&self, journey: usize, words: &[u64]) -> Vec<u8> {
        let module = &self.program.module;
        let params = module.journeys.get(journey).and_then(|journey| journey.child.as_ref()).map_or(&[][..], |child| &child.params);
        let mut bytes = Vec::new();
        for (&ty, &word) in params.iter().zip(words) {
            if codec::encode(&module.types, ty, word, self.cx, &mut bytes).is_err() {
                break;
            }
        }
        bytes
    }

    /// Writes the profile that stands in the heap into the customer.
    fn keep_profile(&mut self) {
        let mut bytes = std::mem::take(&mut self.scratch.bytes);
        bytes.clear();
        let written = self.profiles.encode(self.program, self.cx, self.cx.profile, &mut self.scratch.field, &mut bytes);
        if written.is_ok() {
            self.customer.profile.clear();
            self.customer.profile.extend_from_slice(&bytes);
            self.customer.profile_schema = self.profiles.current();
        }
        self.scratch.bytes = bytes;
        self.spoil();
    }

    /// Sets profile fields from outside a journey.
    pub fn set_profile(&mut self, fields: impl FnOnce(&mut journey_compiler::machine::Context) -> Vec<(usize, u64)>) {
        self.stage();
        for (index, word) in fields(self.cx) {
            self.cx.set_word(self.cx.profile, index, word);
        }
        self.keep_profile();
        self.moved = true;
    }

    /// Parks an instance: it stays where it slept, with its state and the reason.
    pub fn park(&mut self, number: u32, journey_index: usize, fault: Fault, cause: Cause) {
        let Some(place) = self.customer.place_of(number) else { return };
        let (file, line) = self.place_of_span(fault.span);
        let error = fault.kind.to_string();
        let event = self.offered_event();
        self.moved = true;
        let arm = cause.arm.and_then(|arm| u32::try_from(arm).ok());
        let failure = Failure {
            at_ms: self.now_ms,
            error: error.clone(),
            line,
            file: file.clone(),
            fiber: cause.fiber,
            arm,
            event,
            given: self.given.clone(),
        };
        let Some(instance) = self.customer.instances.get_mut(place) else { return };
        instance.failure = Some(Box::new(failure));
        let fibers = std::mem::take(&mut instance.fibers);
        self.leave_pauses(journey_index, &fibers);
        if let Some(instance) = self.customer.instances.get_mut(place) {
            instance.fibers = fibers;
        }
        self.counters.journeys[journey_index].failed += 1;
        self.tell(journey_index, Some(number), Kind::Failed { error: &error, file: &file, line });
        self.tell_parent(number, self.program.module.journeys[journey_index].failed_result());
        self.follow();
    }

    /// What a retry must be offered again.
    pub fn offered_event(&mut self) -> Option<(String, Vec<u8>)> {
        let offer = self.offer?;
        self.stage();
        let module = &self.program.module;
        let event = module.events.get(offer.event.index())?;
        let mut bytes = Vec::new();
        record::encode(&module.types, event.record, self.payload, self.cx, &mut bytes).ok()?;
        Some((event.name.clone(), bytes))
    }

    fn place_of_span(&self, span: Span) -> (String, u32) {
        let Some(source) = self.sources.files().get(span.file.0 as usize) else { return (String::new(), 0) };
        (source.name.clone(), source.position(span.start).line)
    }

    /// Adds an instance that is to make its first step.
    pub fn create(&mut self, journey_index: usize, key: Option<SmolStr>) -> u32 {
        self.customer.started += 1;
        let number = self.customer.started;
        self.customer.instances.push(Instance {
            edition: self.editions.of(journey_index),
            number,
            key,
            fibers: SmallVec::new(),
            started_ms: self.now_ms,
            steps: 0,
            repeats: 0,
            watch_ms: None,
            variants: Vec::new(),
            ending: None,
            failure: None,
        });
        self.counters.journeys[journey_index].started += 1;
        self.moved = true;
        self.tell(journey_index, Some(number), Kind::Started);
        number
    }
}
