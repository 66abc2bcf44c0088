//! What a step has done becomes true: its effects, where the instance sleeps now, or how it ends; or its failure alone.

use super::record;
use super::step::{Cause, Step};
use super::turn::Turn;
use crate::counters::reason_index;
use crate::customer::{Cooldown, Ending, Failure, Fiber, Instance};
use crate::effect::{self, Kind};
use journey_compiler::Span;
use journey_compiler::machine::{EffectRecord, Fault};
use journey_compiler::mir::Effect;
use smallvec::SmallVec;
use smol_str::SmolStr;

impl Turn<'_> {
    /// All that a step has done counts from here on. What more a step can do is to be hung in here: in
    /// [`Turn::commit_effect`] what it does by itself, in [`Turn::ended`] what follows from the end of an instance.
    pub fn commit(&mut self, number: u32, journey_index: usize, step: Step<'_>, cause: Cause) {
        let changed = self.commit_effects(number, journey_index);
        let since = step.since;
        if let Some(instance) = self.instance(number).filter(|_| cause.by_event) {
            instance.repeats = 0;
        }
        if self.stand(number, journey_index, step.fibers, step.ending) {
            self.tell_pauses(number, journey_index, since);
            self.after_step(number, changed);
        } else if changed {
            self.judge_conditions();
        }
    }

    /// From here on the instance stands so; where no fiber is left, it has ended. Says whether it is still there.
    fn stand(&mut self, number: u32, journey_index: usize, fibers: SmallVec<[Fiber; 1]>, ending: Option<Ending>) -> bool {
        let Some(instance) = self.instance(number) else { return false };
        instance.ending = ending;
        let left = std::mem::replace(&mut instance.fibers, fibers);
        self.leave_pauses(journey_index, &left);
        let Some(place) = self.customer.place_of(number) else { return false };
        let fibers = &self.customer.instances[place].fibers;
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
        let undoing = instance.fibers.iter().filter(|fiber| fiber.undoes()).cloned().collect();
        self.moved = true;
        self.stand(number, journey_index, undoing, Some(Ending::Finished(outcome)));
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
                Kind::Finished { outcome }
            }
            Ending::Cancelled => {
                counts.cancelled += 1;
                Kind::Cancelled
            }
        };
        self.tell(journey_index, Some(instance.number), kind);
    }

    /// Tells to which pauses the step has led, in the order in which they began.
    fn tell_pauses(&mut self, number: u32, journey_index: usize, since: u64) {
        let Some(instance) = self.instance(number) else { return };
        let begun = instance.fibers.iter().filter(|fiber| fiber.armed >= since);
        let mut begun: SmallVec<[_; 2]> = begun.map(|fiber| (fiber.armed, fiber.pause, fiber.due_ms())).collect();
        begun.sort_unstable();
        for (_, pause, until_ms) in begun {
            self.tell(journey_index, Some(number), Kind::Paused { pause, until_ms });
        }
    }

    fn instance(&mut self, number: u32) -> Option<&mut Instance> {
        let place = self.customer.place_of(number)?;
        self.customer.instances.get_mut(place)
    }

    /// Counts and tells the step's effects, in order; says whether it changed the profile.
    fn commit_effects(&mut self, number: u32, journey_index: usize) -> bool {
        let effects = std::mem::take(&mut self.cx.effects);
        let step = self.instance(number).map_or(0, |instance| {
            instance.steps += 1;
            instance.steps
        });
        let mut changed = false;
        for (index, record) in effects.iter().enumerate() {
            changed |= self.commit_effect(number, journey_index, effect::Key { step, index }, record);
        }
        self.cx.effects = effects;
        if changed {
            self.keep_profile();
        }
        changed
    }

    fn commit_effect(&mut self, number: u32, journey_index: usize, key: effect::Key, record: &EffectRecord) -> bool {
        let program = self.program;
        let Some(description) = program.module.effects.get(record.effect.0 as usize) else { return false };
        let args = record.args.as_slice();
        match description {
            &Effect::Send { message, channel, content } => {
                if let Some(count) = self.counters.sends.get_mut(message.index()).and_then(|by| by.get_mut(channel.index())) {
                    *count += 1;
                }
                self.tell(journey_index, Some(number), Kind::Send { message, channel, content, args, key });
                false
            }
            Effect::Suppressed { message, channels, first_of } => {
                let reason = if *first_of { None } else { args.first().and_then(|&word| effect::suppression(word)) };
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
            Effect::Call { .. } | Effect::Emit { .. } | Effect::Start { .. } => false,
        }
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
        let failure = Failure { at_ms: self.now_ms, error: error.clone(), line, file: file.clone(), fiber: cause.fiber, arm, event };
        let Some(instance) = self.customer.instances.get_mut(place) else { return };
        instance.failure = Some(Box::new(failure));
        let fibers = std::mem::take(&mut instance.fibers);
        self.leave_pauses(journey_index, &fibers);
        if let Some(instance) = self.customer.instances.get_mut(place) {
            instance.fibers = fibers;
        }
        self.counters.journeys[journey_index].failed += 1;
        self.tell(journey_index, Some(number), Kind::Failed { error: &error, file: &file, line });
    }

    /// What a retry must be offered again.
    fn offered_event(&mut self) -> Option<(String, Vec<u8>)> {
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
            ending: None,
            failure: None,
        });
        self.counters.journeys[journey_index].started += 1;
        self.moved = true;
        self.tell(journey_index, Some(number), Kind::Started);
        number
    }
}
