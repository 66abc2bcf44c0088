//! Instances of the program's journeys, led through their pauses as the engine would, the frame written to bytes and read again.

use super::pair::Pair;
use super::random::Random;
use super::values;
use journey_compiler::Program;
use journey_compiler::hir::EventId;
use journey_compiler::machine::{Context, Status, TraitValue, TraitWord, codec};
use journey_compiler::mir::{Arm, Child, Closure, Effect, FunctionId, Journey, NEVER, Pause};
use journey_compiler::types::{EnumId, RecordId, Type, TypeId, Types};

/// Steps of an instance at most.
const STEPS: usize = 5;
/// Where time begins: 2026-03-27.
const START_MS: i64 = 1_774_600_000_000;
/// How far ahead an instant is tried.
const FAR_MS: i64 = 400 * 86_400_000;

/// Leads a few instances of each journey from their start to an end.
pub fn run(pair: &mut Pair<'_>, random: &mut Random) {
    for index in 0..pair.program().module.journeys.len() {
        let journey = pair.program().module.journeys[index].clone();
        for _ in 0..3 {
            Instance { pair, journey: &journey, random: Random::new(random.next()), now: START_MS }.live();
        }
    }
}

/// What a frame or payload is made of: types and the bytes of their values.
#[derive(Clone)]
struct Stored {
    types: Vec<TypeId>,
    bytes: Vec<u8>,
}

impl Stored {
    fn write(types: &Types, of: &[TypeId], words: &[u64], cx: &Context) -> Self {
        let mut bytes = Vec::new();
        assert_eq!(of.len(), words.len());
        for (&ty, &word) in of.iter().zip(words) {
            codec::encode(types, ty, word, cx, &mut bytes).expect("a frame holds values of its types");
        }
        Self { types: of.to_vec(), bytes }
    }

    fn read(&self, types: &Types, cx: &mut Context) -> Vec<u64> {
        let mut bytes = &self.bytes[..];
        let words = self.types.iter().map(|&ty| codec::decode(types, ty, &mut bytes, cx).expect("it was written")).collect();
        assert!(bytes.is_empty());
        words
    }
}

/// What a function is given besides the frame.
#[derive(Clone, Copy)]
enum Given {
    Payload(EventId),
    Value(TypeId),
    /// Of an enum without fields: how a child has ended.
    Result(EnumId),
}

impl Given {
    fn make(self, program: &Program, random: &Random, cx: &mut Context) -> u64 {
        let types = &program.module.types;
        match self {
            Self::Payload(event) => make_payload(program, event, random, cx),
            Self::Value(ty) => values::value(types, ty, &mut random.clone(), cx),
            Self::Result(result) => random.clone().below(types.enum_def(result).variants.len()) as u64,
        }
    }
}

struct Instance<'a, 's> {
    pair: &'a mut Pair<'s>,
    journey: &'a Journey,
    random: Random,
    now: i64,
}

impl Instance<'_, '_> {
    fn live(&mut self) {
        if let Some(child) = &self.journey.child {
            return self.live_as_child(child);
        }
        let enter = self.random.pick(&self.journey.enters);
        let (profile, payload) = (Random::new(self.random.next()), Random::new(self.random.next()));
        let arguments = |program: &Program, cx: &mut Context| {
            give_profile(program, &profile, cx);
            vec![make_payload(program, enter.event, &payload, cx)]
        };
        for function in [enter.filter, enter.key].into_iter().flatten() {
            self.pair.call(function, self.now, arguments);
        }
        let status = self.pair.call(enter.start, self.now, arguments);
        self.go_on(status);
    }

    fn live_as_child(&mut self, child: &Child) {
        let (profile, given) = (Random::new(self.random.next()), Random::new(self.random.next()));
        let arguments = |program: &Program, cx: &mut Context| {
            give_profile(program, &profile, cx);
            let mut given = given.clone();
            child.params.iter().map(|&ty| values::value(&program.module.types, ty, &mut given, cx)).collect::<Vec<u64>>()
        };
        if let Some(key) = child.key {
            self.pair.call(key, self.now, arguments);
        }
        for (end, captures) in self.journey.ends.iter().zip(&child.end_captures) {
            let (Some(condition), None, Some(captures)) = (end.condition, end.event, captures) else { continue };
            self.pair.call(condition, self.now, |program, cx| {
                let words = arguments(program, cx);
                captures.iter().map(|&at| words[at as usize]).collect()
            });
        }
        let status = self.pair.call(child.start, self.now, arguments);
        self.go_on(status);
    }

    fn go_on(&mut self, mut status: Status) {
        for _ in 0..STEPS {
            let Status::Suspended { pause } = status else { return };
            status = self.resume(pause as usize);
        }
    }

    /// The undo blocks that the step has registered, each with what it keeps.
    fn registered(&self) -> Vec<(FunctionId, Stored)> {
        let (module, cx) = (&self.pair.program().module, self.pair.context());
        let undos = cx.effects.iter().filter_map(|record| match module.effects[record.effect.0 as usize] {
            Effect::Undo { block } => Some((&self.journey.undos[block as usize], &record.args)),
            _ => None,
        });
        let stored = undos.map(|(undo, args)| {
            let types: Vec<TypeId> = undo.frame.iter().map(|var| var.ty).collect();
            (undo.start, Stored::write(&module.types, &types, args, cx))
        });
        stored.collect()
    }

    /// Asks everything that could be asked at the pause, then goes on by one of its arms.
    fn resume(&mut self, pause: usize) -> Status {
        let pause = self.journey.pauses[pause].clone();
        let frame = self.store_frame(&pause);
        let deadlines = self.pair.context().deadlines.clone();
        for (start, kept) in self.registered() {
            let captures = (0..kept.types.len()).map(|slot| u32::try_from(slot).unwrap()).collect();
            self.ask(&Closure { function: start, captures }, &kept, None);
        }
        self.ask_ends(&pause, &frame);
        let mut due = deadlines.iter();
        let mut ways: Vec<(FunctionId, Option<Given>, Option<i64>)> = Vec::new();
        for arm in &pause.arms {
            match arm {
                Arm::Event { event, filter, resume, correlation } => {
                    if let Some(filter) = filter {
                        self.ask(filter, &frame, Some(Given::Payload(*event)));
                    }
                    if let Some(correlation) = correlation {
                        self.ask(&Closure { function: correlation.event_side, captures: Vec::new() }, &frame, Some(Given::Payload(*event)));
                        self.ask(&correlation.frame_side, &frame, None);
                    }
                    ways.push((*resume, Some(Given::Payload(*event)), None));
                }
                Arm::Deadline { resume } => ways.push((*resume, None, due.next().copied())),
                Arm::When { condition, next, resume } => {
                    self.ask(condition, &frame, None);
                    if let Some(next) = next {
                        self.ask_standing(condition, *next, &frame);
                    }
                    ways.push((*resume, None, None));
                }
                Arm::Answer { service, operation, resume } => {
                    let service = &self.pair.program().module.services[service.index()];
                    ways.push((*resume, service.operations[operation.index()].ret.map(Given::Value), None));
                }
                Arm::Unanswered { resume } => ways.push((*resume, Some(Given::Value(TypeId::STRING)), None)),
                Arm::Ended { journey, resume } => {
                    let child = self.pair.program().module.journeys[journey.index()].child.as_ref();
                    ways.push((*resume, child.map(|child| Given::Result(child.result)), None));
                }
            }
        }
        if let Some(fork) = &pause.fork {
            ways.extend(fork.branches.iter().map(|branch| branch.start).chain([fork.resume]).map(|function| (function, None, None)));
        }
        ways.extend(pause.caught.map(|function| (function, None, None)));
        assert!(due.next().is_none(), "as many deadlines as there are arms for them");
        if ways.is_empty() {
            return Status::Returned(0);
        }
        let (resume, given, due) = self.random.pick(&ways);
        self.now = due.unwrap_or(self.now + 60_000).max(self.now);
        let captures = (0..frame.types.len()).map(|slot| u32::try_from(slot).unwrap()).collect();
        self.ask(&Closure { function: resume, captures }, &frame, given)
    }

    fn store_frame(&self, pause: &Pause) -> Stored {
        let types: Vec<TypeId> = pause.frame.iter().map(|var| var.ty).collect();
        let cx = self.pair.context();
        Stored::write(&self.pair.program().module.types, &types, &cx.frame, cx)
    }

    fn ask_ends(&mut self, pause: &Pause, frame: &Stored) {
        for (end, captures) in self.journey.ends.iter().zip(&pause.end_captures) {
            // At the pauses of branches they are not asked.
            let params = end.condition.map_or(0, |condition| self.pair.program().module.functions[condition.0 as usize].params.len());
            if let Some(condition) = end.condition.filter(|_| params == captures.len() + usize::from(end.event.is_some())) {
                let condition = Closure { function: condition, captures: captures.clone() };
                self.ask(&condition, frame, end.event.map(Given::Payload));
                if let Some(next) = end.next {
                    self.ask_standing(&condition, next, frame);
                }
            }
        }
    }

    /// A condition that time changes does not change before the instant that was derived for it.
    fn ask_standing(&mut self, condition: &Closure, next: FunctionId, frame: &Stored) {
        let profile = Random::new(self.random.next());
        let ask = |pair: &mut Pair<'_>, function, now| {
            pair.call(function, now, |program, cx| {
                give_profile(program, &profile, cx);
                let words = frame.read(&program.module.types, cx);
                condition.captures.iter().map(|&slot| words[slot as usize]).collect()
            })
        };
        let (Status::Returned(holds), Status::Returned(next)) =
            (ask(self.pair, condition.function, self.now), ask(self.pair, next, self.now))
        else {
            return;
        };
        let next = next.cast_signed();
        assert!(next > self.now, "an instant is later than now");
        let last = next.min(self.now + FAR_MS) - 1;
        for at in [self.now + 1, last, self.now + self.up_to(last - self.now), self.now + self.up_to((last - self.now).min(100_000_000))] {
            if let Status::Returned(then) = ask(self.pair, condition.function, at) {
                let source = self.pair.source;
                assert!(
                    at >= next || then == holds,
                    "seed {}: `{}` changes at {at}, between {} and {next}\n{source}",
                    self.pair.seed,
                    self.journey.name,
                    self.now
                );
            }
        }
    }

    fn up_to(&mut self, ms: i64) -> i64 {
        i64::try_from(self.random.next() % (ms.unsigned_abs() + 1)).unwrap()
    }

    /// Calls a function with captured slots of the frame and what is given besides.
    fn ask(&mut self, closure: &Closure, frame: &Stored, given: Option<Given>) -> Status {
        let (profile, random) = (Random::new(self.random.next()), Random::new(self.random.next()));
        self.pair.call(closure.function, self.now, |program, cx| {
            give_profile(program, &profile, cx);
            let words = frame.read(&program.module.types, cx);
            let mut args: Vec<u64> = closure.captures.iter().map(|&slot| words[slot as usize]).collect();
            args.extend(given.map(|given| given.make(program, &random, cx)));
            args
        })
    }
}

fn give_profile(program: &Program, random: &Random, cx: &mut Context) {
    if let Some(profile) = &program.module.profile {
        cx.profile = make_record(program, profile.record, random, cx);
    }
    let mut random = random.clone();
    cx.traits = program.module.traits.iter().map(|of| trait_value(&program.module.types, of.ty, &mut random, cx)).collect();
}

/// A trait as the engine could have put it down. What its window does is the engine's.
fn trait_value(types: &Types, ty: TypeId, random: &mut Random, cx: &mut Context) -> TraitValue {
    let word = match types.get(ty) {
        _ if random.one_in(50) => TraitWord::TooLarge,
        Type::Optional(_) if random.one_in(4) => TraitWord::Optional(None),
        Type::Optional(of) => {
            let mut bytes = Vec::new();
            let word = values::value(types, of, random, cx);
            codec::encode(types, of, word, cx, &mut bytes).expect("a value of its type");
            TraitWord::Optional(Some(bytes))
        }
        _ => TraitWord::Word(values::value(types, ty, random, cx)),
    };
    TraitValue { word, next_ms: NEVER }
}

fn make_payload(program: &Program, event: EventId, random: &Random, cx: &mut Context) -> u64 {
    make_record(program, program.module.events[event.index()].record, random, cx)
}

fn make_record(program: &Program, record: RecordId, random: &Random, cx: &mut Context) -> u64 {
    let types = &program.module.types;
    let mut random = random.clone();
    let fields = types.record(record).fields.iter();
    let words: Vec<u64> = fields.map(|field| values::value(types, field.ty, &mut random, cx)).collect();
    cx.new_record(&words).unwrap()
}
