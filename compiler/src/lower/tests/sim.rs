//! A small engine: one customer, one instance, a journey, and the statements of a test as its script.

use crate::Program;
use crate::machine::codec::{decode, encode};
use crate::machine::{Context, Fault, Status, text};
use crate::mir::{Arm, Effect, Expect, FunctionId, GlobalId, Journey, Suppression, TestStmtKind};
use crate::types::TypeId;

/// 2026-01-01T00:00:00Z
pub(super) const START_MS: i64 = 1_767_225_600_000;

/// A profile with every field at its default.
pub(super) fn default_profile(program: &Program, cx: &mut Context) -> u64 {
    let Some(profile) = &program.module.profile else { return 0 };
    let fields = &program.module.types.record(profile.record).fields;
    let words: Vec<u64> = fields.iter().map(|f| f.default.map_or(0, |id| program.global(GlobalId(id.0)))).collect();
    cx.new_record(&words).unwrap()
}

/// A sleeping instance.
struct Asleep {
    pause: u32,
    frame: Vec<u8>,
    /// By arm.
    deadlines: Vec<(usize, i64)>,
}

pub(super) struct Sim<'p> {
    program: &'p Program,
    text: &'p str,
    cx: Context,
    now: i64,
    profile: Vec<u8>,
    asleep: Option<Asleep>,
    log: Vec<String>,
}

impl<'p> Sim<'p> {
    pub fn new(program: &'p Program, text: &'p str) -> Self {
        let mut cx = Context::new(program);
        cx.begin(START_MS, "test", 100_000);
        let mut sim = Self { program, text, now: START_MS, profile: Vec::new(), asleep: None, log: Vec::new(), cx };
        sim.cx.profile = default_profile(program, &mut sim.cx);
        sim.keep_profile();
        sim
    }

    /// Plays the first test, then lets time go on for 100 years; what happened.
    pub fn play(mut self) -> Vec<String> {
        let program = self.program;
        for stmt in &program.module.tests[0].body {
            match &stmt.kind {
                TestStmtKind::Profile(fields) => {
                    self.begin();
                    for &(field, function) in fields {
                        let word = self.value(function);
                        self.cx.set_word(self.cx.profile, field, word);
                    }
                    self.keep_profile();
                    self.judge_conditions();
                }
                TestStmtKind::Event { event, payload, at, .. } => {
                    self.begin();
                    let at = at.map(|at| self.value(at).cast_signed());
                    // A deadline includes its instant: what is due at the event's own comes after it.
                    let at = at.unwrap_or(self.now);
                    self.advance(at - 1);
                    self.now = self.now.max(at);
                    self.event(event.index(), *payload);
                }
                TestStmtKind::Advance(duration) => {
                    self.begin();
                    let until = self.now + self.value(*duration).cast_signed();
                    self.advance(until);
                }
                TestStmtKind::Variant { experiment, variant } => {
                    self.cx.forced_variants.push((experiment.clone(), variant.clone()));
                }
                TestStmtKind::Expect(Expect::Cond { holds: function, .. }) => {
                    self.begin();
                    assert_eq!(self.value(*function), 1, "{}", &self.text[stmt.span.start as usize..stmt.span.end as usize]);
                }
                TestStmtKind::AdvanceUntil(_) | TestStmtKind::Answer { .. } | TestStmtKind::Report { .. } | TestStmtKind::Expect(_) => {
                    panic!("the small engine plays no such statement")
                }
            }
        }
        self.advance(self.now + 36_500 * 86_400_000);
        self.log
    }

    fn journey(&self) -> &'p Journey {
        &self.program.module.journeys[0]
    }

    fn begin(&mut self) {
        self.cx.begin(self.now, "test", 100_000);
        let types = &self.program.module.types;
        let Some(profile) = &self.program.module.profile else { return };
        let mut bytes = self.profile.as_slice();
        let fields = types.record(profile.record).fields.iter();
        let words: Vec<u64> = fields.map(|field| decode(types, field.ty, &mut bytes, &mut self.cx).unwrap()).collect();
        self.cx.profile = self.cx.new_record(&words).unwrap();
    }

    fn keep_profile(&mut self) {
        let types = &self.program.module.types;
        let Some(profile) = &self.program.module.profile else { return };
        self.profile.clear();
        for (index, field) in types.record(profile.record).fields.iter().enumerate() {
            encode(types, field.ty, self.cx.word(self.cx.profile, index), &self.cx, &mut self.profile).unwrap();
        }
    }

    fn value(&mut self, function: FunctionId) -> u64 {
        match self.program.call(function, &[], &mut self.cx) {
            Status::Returned(word) => word,
            other => panic!("{other:?}"),
        }
    }

    fn advance(&mut self, until: i64) {
        while let Some((arm, at)) = self.next_deadline().filter(|(_, at)| *at <= until) {
            self.now = self.now.max(at);
            self.begin();
            self.resume(arm, None);
        }
        self.now = self.now.max(until);
    }

    fn next_deadline(&self) -> Option<(usize, i64)> {
        self.asleep.as_ref()?.deadlines.iter().copied().min_by_key(|(_, at)| *at)
    }

    fn event(&mut self, event: usize, payload: FunctionId) {
        self.begin();
        let payload = self.value(payload);
        self.cx.fuel = 100_000;
        let journey = self.journey();
        if let Some(asleep) = &self.asleep {
            let pause = &journey.pauses[asleep.pause as usize];
            let frame = self.frame();
            for (end, captures) in journey.ends.iter().zip(&pause.end_captures) {
                let mut args: Vec<u64> = captures.iter().map(|&slot| frame[slot as usize]).collect();
                args.push(payload);
                if end.event.is_some_and(|on| on.index() == event) && self.holds(end.condition, &args) {
                    self.asleep = None;
                    return self.log.push(format!("ended {}", journey.outcomes[end.outcome as usize]));
                }
            }
            for (index, arm) in pause.arms.iter().enumerate() {
                let Arm::Event { event: on, filter, correlation, .. } = arm else { continue };
                let captured = |captures: &[u32]| captures.iter().map(|&slot| frame[slot as usize]).collect::<Vec<_>>();
                let mut args = filter.as_ref().map_or(Vec::new(), |filter| captured(&filter.captures));
                args.push(payload);
                if on.index() != event || !self.holds(filter.as_ref().map(|filter| filter.function), &args) {
                    continue;
                }
                if let Some(correlation) = correlation {
                    let event_side = self.returned(correlation.event_side, &[payload]);
                    let frame_side = self.returned(correlation.frame_side.function, &captured(&correlation.frame_side.captures));
                    assert_eq!(self.cx.string(event_side), self.cx.string(frame_side), "what the filter takes, the index finds");
                }
                return self.resume_with(index, &frame, Some(payload));
            }
            return self.log.push("unseen".into());
        }
        let enter = journey.enters.iter().find(|enter| enter.event.index() == event);
        let Some(enter) = enter.filter(|enter| self.holds(enter.filter, &[payload])) else { return };
        if let Some(key) = enter.key {
            let key = self.returned(key, &[payload]);
            self.log.push(format!("key {}", self.cx.string(key)));
        }
        let status = self.program.call(enter.start, &[payload], &mut self.cx);
        self.after(status);
    }

    fn returned(&mut self, function: FunctionId, args: &[u64]) -> u64 {
        match self.program.call(function, args, &mut self.cx) {
            Status::Returned(word) => word,
            other => panic!("{other:?}"),
        }
    }

    fn holds(&mut self, condition: Option<FunctionId>, args: &[u64]) -> bool {
        condition.is_none_or(|function| self.returned(function, args) == 1)
    }

    fn frame(&mut self) -> Vec<u64> {
        let types = &self.program.module.types;
        let asleep = self.asleep.as_ref().unwrap();
        let mut bytes = asleep.frame.as_slice();
        let vars = &self.journey().pauses[asleep.pause as usize].frame;
        vars.iter().map(|var| decode(types, var.ty, &mut bytes, &mut self.cx).unwrap()).collect()
    }

    fn resume(&mut self, arm: usize, payload: Option<u64>) {
        let frame = self.frame();
        self.resume_with(arm, &frame, payload);
    }

    fn resume_with(&mut self, arm: usize, frame: &[u64], payload: Option<u64>) {
        let asleep = self.asleep.take().unwrap();
        let resume = match &self.journey().pauses[asleep.pause as usize].arms[arm] {
            Arm::Event { resume, .. } | Arm::Deadline { resume } | Arm::When { resume, .. } => *resume,
            Arm::Answer { .. } | Arm::Unanswered { .. } | Arm::Ended { .. } => panic!("the small engine calls nobody"),
        };
        let args: Vec<u64> = frame.iter().copied().chain(payload).collect();
        let status = self.program.call(resume, &args, &mut self.cx);
        self.after(status);
    }

    /// After a change of the profile.
    fn judge_conditions(&mut self) {
        let Some(asleep) = &self.asleep else { return };
        let pause = &self.journey().pauses[asleep.pause as usize];
        let frame = self.frame();
        for (index, arm) in pause.arms.iter().enumerate() {
            let Arm::When { condition, .. } = arm else { continue };
            let args: Vec<u64> = condition.captures.iter().map(|&slot| frame[slot as usize]).collect();
            if self.holds(Some(condition.function), &args) {
                return self.resume_with(index, &frame, None);
            }
        }
    }

    fn after(&mut self, status: Status) {
        let journey = self.journey();
        match status {
            Status::Faulted(Fault { kind, span }) => {
                return self.log.push(format!("{kind}: {}", &self.text[span.start as usize..span.end as usize]));
            }
            Status::Finished { outcome } => {
                self.effects();
                self.log.push(format!("finished {}", journey.outcomes[outcome as usize]));
            }
            Status::Suspended { pause } => {
                self.effects();
                self.sleep(pause);
            }
            Status::Returned(_) => panic!("a segment does not return"),
        }
        self.keep_profile();
    }

    fn sleep(&mut self, index: u32) {
        let pause = &self.journey().pauses[index as usize];
        let mut frame = Vec::new();
        for (var, &word) in pause.frame.iter().zip(&self.cx.frame) {
            encode(&self.program.module.types, var.ty, word, &self.cx, &mut frame).unwrap();
        }
        let arms = pause.arms.iter().enumerate().filter(|(_, arm)| matches!(arm, Arm::Deadline { .. }));
        let deadlines: Vec<(usize, i64)> = arms.map(|(arm, _)| arm).zip(self.cx.deadlines.iter().copied()).collect();
        let until: Vec<String> = deadlines.iter().map(|(_, at)| text::format_time(*at)).collect();
        let vars: Vec<&str> = pause.frame.iter().map(|var| var.id.as_str()).collect();
        self.log.push(format!("{} [{}] {}", pause.identity, vars.join(" "), until.join(" ")).trim_end().into());
        self.asleep = Some(Asleep { pause: index, frame, deadlines });
    }

    fn effects(&mut self) {
        let module = &self.program.module;
        for record in std::mem::take(&mut self.cx.effects) {
            let line = match &module.effects[record.effect.0 as usize] {
                Effect::Send { message, channel, content } => {
                    let fields = module.types.record(*content).fields.len();
                    let content = self.cx.words(record.args[1], fields).iter().map(|&word| self.cx.string(word));
                    let content = content.collect::<Vec<_>>().join(" | ");
                    let (message, channel) = (&module.messages[message.index()].name, module.channel_name(*channel));
                    format!("send {message} via {channel} to {}: {content}", self.cx.string(record.args[0]))
                }
                Effect::Held { message, .. } => {
                    let until = text::format_time(record.args[0].cast_signed());
                    format!("held {} until {until}", module.messages[message.index()].name)
                }
                Effect::Suppressed { message, channels, first_of } => {
                    let reason = |&word: &u64| Suppression::of(word).unwrap().name();
                    let reasons: Vec<&str> = record.args.iter().map(reason).collect();
                    assert_eq!((reasons.len(), channels.len() > 1), (channels.len(), *first_of));
                    format!("suppressed {}: {}", module.messages[message.index()].name, reasons.join(" "))
                }
                Effect::Call { .. } | Effect::Emit { .. } | Effect::Start { .. } => panic!("the small engine calls nobody"),
                Effect::ProfileWrite { field } => {
                    let field = &module.types.record(module.profile.as_ref().unwrap().record).fields[*field];
                    let mut bytes = Vec::new();
                    encode(&module.types, field.ty, record.args[0], &self.cx, &mut bytes).unwrap();
                    format!(
                        "profile {}: {}",
                        field.name,
                        if field.ty == TypeId::INT { record.args[0].to_string() } else { format!("{bytes:?}") }
                    )
                }
                Effect::Undo { block } => format!("undo {block} registered"),
            };
            self.log.push(line);
        }
    }
}
