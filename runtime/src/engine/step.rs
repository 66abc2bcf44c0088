//! A step: the code between two pauses runs once, and all of it counts, or its failure alone.

use super::record;
use super::turn::{Turn, internal};
use crate::counters::reason_index;
use crate::customer::{Failure, Instance};
use crate::effect::{self, Kind};
use journey_compiler::Span;
use journey_compiler::machine::{EffectRecord, Fault, FaultKind, Status, codec};
use journey_compiler::mir::{Effect, FunctionId};
use smallvec::SmallVec;
use smol_str::SmolStr;

/// What a step comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    /// The arm of the pause; `None` at the start.
    pub arm: Option<usize>,
    pub by_event: bool,
}

impl Turn<'_> {
    /// Runs a step of an instance and commits it.
    pub fn step(&mut self, number: u32, journey_index: usize, function: FunctionId, args: &[u64], cause: Cause) {
        let status = self.call(function, args);
        self.moved = true;
        let Some(place) = self.customer.place_of(number) else { return };
        let fault = match status {
            Status::Suspended { pause } => match self.suspend(place, journey_index, pause, cause) {
                Ok(old) => {
                    let changed = self.commit_effects(number, journey_index);
                    self.leave_pause(journey_index, old);
                    self.arrive(number, journey_index, pause);
                    self.after_step(number, changed);
                    return;
                }
                Err(fault) => fault,
            },
            Status::Finished { outcome } => {
                let changed = self.commit_effects(number, journey_index);
                self.finish(number, journey_index, outcome);
                if changed {
                    self.judge_conditions();
                }
                return;
            }
            Status::Faulted(fault) => fault,
            Status::Returned(_) => internal(Span::default()),
        };
        self.spoil();
        self.park(number, journey_index, fault, cause.arm);
    }

    /// Puts the instance to sleep at a pause; gives the one where it slept before. Changes nothing where that fails.
    fn suspend(&mut self, place: usize, journey_index: usize, pause: u32, cause: Cause) -> Result<Option<u32>, Fault> {
        let module = &self.program.module;
        let def = module.journeys.get(journey_index).and_then(|journey| journey.pauses.get(pause as usize));
        let def = def.ok_or_else(|| internal(Span::default()))?;
        let mut bytes = std::mem::take(&mut self.scratch.bytes);
        bytes.clear();
        for (var, &word) in def.frame.iter().zip(&self.cx.frame) {
            if codec::encode(&module.types, var.ty, word, self.cx, &mut bytes).is_err() {
                self.scratch.bytes = bytes;
                return Err(Fault { kind: FaultKind::CorruptState, span: def.span });
            }
        }
        let armed = self.customer.armed;
        self.customer.armed += 1;
        let Some(instance) = self.customer.instances.get_mut(place) else { return Ok(None) };
        instance.frame.clear();
        instance.frame.extend_from_slice(&bytes);
        instance.deadlines.clear();
        instance.deadlines.extend_from_slice(&self.cx.deadlines);
        instance.armed = armed;
        if cause.by_event {
            instance.repeats = 0;
        }
        self.scratch.bytes = bytes;
        Ok(instance.pause.replace(pause))
    }

    /// Counts and tells the step's effects, in order; says whether it changed the profile.
    fn commit_effects(&mut self, number: u32, journey_index: usize) -> bool {
        let effects = std::mem::take(&mut self.cx.effects);
        let step = self.customer.place_of(number).and_then(|place| self.customer.instances.get_mut(place)).map_or(0, |instance| {
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

    fn arrive(&mut self, number: u32, journey_index: usize, pause: u32) {
        let counts = &mut self.counters.journeys[journey_index];
        counts.live += 1;
        if let Some(count) = counts.at.get_mut(pause as usize) {
            *count += 1;
        }
        let until_ms = self.customer.place_of(number).and_then(|place| self.customer.instances.get(place)?.due_ms());
        self.tell(journey_index, Some(number), Kind::Paused { pause, until_ms });
    }

    /// An instance no longer sleeps at a pause.
    pub fn leave_pause(&mut self, journey_index: usize, pause: Option<u32>) {
        let Some(pause) = pause else { return };
        let counts = &mut self.counters.journeys[journey_index];
        counts.live = counts.live.saturating_sub(1);
        if let Some(count) = counts.at.get_mut(pause as usize) {
            *count = count.saturating_sub(1);
        }
    }

    /// Parks an instance: it stays at the pause from which it woke, with its state and the reason.
    pub fn park(&mut self, number: u32, journey_index: usize, fault: Fault, arm: Option<usize>) {
        let Some(place) = self.customer.place_of(number) else { return };
        let (file, line) = self.place_of_span(fault.span);
        let error = fault.kind.to_string();
        let event = self.offered_event();
        self.moved = true;
        let Some(instance) = self.customer.instances.get_mut(place) else { return };
        let arm = arm.and_then(|arm| u32::try_from(arm).ok());
        let failure = Failure { at_ms: self.now_ms, error: error.clone(), line, file: file.clone(), arm, event };
        instance.failure = Some(Box::new(failure));
        let pause = instance.pause;
        self.leave_pause(journey_index, pause);
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
            pause: None,
            frame: SmallVec::new(),
            deadlines: SmallVec::new(),
            armed: 0,
            started_ms: self.now_ms,
            steps: 0,
            repeats: 0,
            failure: None,
        });
        self.counters.journeys[journey_index].started += 1;
        self.moved = true;
        self.tell(journey_index, Some(number), Kind::Started);
        number
    }
}
