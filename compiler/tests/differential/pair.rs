//! A program in both forms, called in lockstep.

use super::Compiled;
use super::random::Random;
use super::values;
use journey_compiler::machine::{Context, FaultKind, Status};
use journey_compiler::mir::FunctionId;
use journey_compiler::types::TypeId;
use journey_compiler::{Backend, Program};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Budgets of steps, in turns; small ones, so that they are used up now and then.
const BUDGETS: [i64; 4] = [400, 400, 20, 3];

/// How the calls ended.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    pub returned: u64,
    pub suspended: u64,
    pub finished: u64,
    pub faulted: BTreeMap<&'static str, u64>,
    pub effects: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.returned += other.returned;
        self.suspended += other.suspended;
        self.finished += other.finished;
        self.effects += other.effects;
        for (code, count) in &other.faulted {
            *self.faulted.entry(code).or_default() += count;
        }
    }

    /// Whether everything has been seen that a step can come to.
    pub fn is_broad(&self) -> bool {
        let kinds = [
            FaultKind::IntOverflow,
            FaultKind::DecimalOverflow,
            FaultKind::DurationOverflow,
            FaultKind::TimeOutOfRange,
            FaultKind::DivisionByZero,
            FaultKind::BudgetExhausted,
            FaultKind::UnknownTimezone,
            FaultKind::NoTimezone,
            FaultKind::Failed(String::new()),
        ];
        self.suspended > 0 && self.finished > 0 && self.effects > 0 && kinds.iter().all(|kind| self.faulted.contains_key(kind.code()))
    }
}

/// Both forms of a program, with a context each.
pub struct Pair<'s> {
    programs: [Program; 2],
    contexts: [Context; 2],
    budgets: Random,
    pub seed: u64,
    pub source: &'s str,
    pub tally: Tally,
}

impl<'s> Pair<'s> {
    pub fn new(compiled: &Compiled, seed: u64, source: &'s str) -> Self {
        let mut module = compiled.module.clone();
        // The engine calls no `fn`; here they are called, also those that others call.
        for function in module.functions.iter_mut().take(compiled.hir.fns.len()) {
            Arc::make_mut(function).entry = true;
        }
        let programs = [Backend::Machine, Backend::Interpreter].map(|backend| match Program::new(module.clone(), backend) {
            Ok(program) => match program.make_code() {
                Ok(()) => program,
                Err(why) => panic!("seed {seed}: no machine code: {why}\n{source}"),
            },
            Err(fault) => panic!("seed {seed}: a constant faults: {fault:?}\n{source}"),
        });
        let contexts = [Context::new(&programs[0]), Context::new(&programs[1])];
        Self { programs, contexts, budgets: Random::new(seed), seed, source, tally: Tally::default() }
    }

    pub fn program(&self) -> &Program {
        &self.programs[0]
    }

    /// The machine code's context, after a call; the interpreter's is the same.
    pub fn context(&self) -> &Context {
        &self.contexts[0]
    }

    /// Begins a step and calls a function with what `args` makes, which must be the same in both contexts.
    pub fn call(&mut self, function: FunctionId, now: i64, args: impl Fn(&Program, &mut Context) -> Vec<u64>) -> Status {
        let fuel = self.budgets.pick(&BUDGETS);
        // What the engine knows of the customer: channels without and with places left, and whether another goes first.
        let places: Vec<u32> = (0..3).map(|_| self.budgets.pick(&[0, 1, 9])).collect();
        let outranked = self.budgets.one_in(4);
        let [machine, interpreter] = [0, 1].map(|side| {
            let (program, cx) = (&self.programs[side], &mut self.contexts[side]);
            cx.begin(now, "ann", fuel);
            cx.places.clone_from(&places);
            cx.outranked = outranked;
            cx.key_prefix.push_str("j/ann/1/1");
            let args = args(program, cx);
            program.call(function, &args, cx)
        });
        let name = self.programs[0].module.functions.get(function.0 as usize).map_or("", |f| &f.name).to_owned();
        let [a, b] = &self.contexts;
        let differs = [
            ("status", machine != interpreter),
            ("fuel", a.fuel != b.fuel),
            ("frame", a.frame != b.frame),
            ("deadlines", a.deadlines != b.deadlines),
            ("effects", a.effects != b.effects),
            ("places", a.places != b.places),
            // References are the same on both sides, so that a heap is the same word for word.
            ("heap", self.heap(0) != self.heap(1)),
        ];
        for (what, differs) in differs {
            let frames = [(&a.frame, &a.deadlines, &a.effects, a.fuel), (&b.frame, &b.deadlines, &b.effects, b.fuel)];
            assert!(
                !differs,
                "seed {}, `{name}`: {what} differs\nmachine code: {machine:?}\n interpreter: {interpreter:?}\n{frames:#?}\n{}",
                self.seed, self.source
            );
        }
        self.count(&machine);
        machine
    }

    /// The front of the heap: constants and the first that a step allocates.
    fn heap(&self, side: usize) -> &[u64] {
        let words = self.programs[side].constants().len() + 4_000;
        let heap = self.contexts[side].words(0, words);
        assert_eq!(heap.len(), words);
        heap
    }

    fn count(&mut self, status: &Status) {
        match status {
            Status::Returned(_) => self.tally.returned += 1,
            Status::Suspended { .. } => self.tally.suspended += 1,
            Status::Finished { .. } => self.tally.finished += 1,
            Status::Faulted(fault) => {
                assert_ne!(fault.kind, FaultKind::Internal, "seed {}\n{}", self.seed, self.source);
                assert_ne!(fault.kind, FaultKind::CorruptState, "seed {}\n{}", self.seed, self.source);
                *self.tally.faulted.entry(fault.kind.code()).or_default() += 1;
            }
        }
        self.tally.effects += self.contexts[0].effects.len() as u64;
    }

    /// Calls every `fn` of the program a few times.
    pub fn functions(&mut self, compiled: &Compiled, random: &mut Random) {
        for (index, function) in compiled.hir.fns.iter().enumerate() {
            let params: Vec<TypeId> = function.params.iter().map(|param| function.vars[param.index()].ty).collect();
            for _ in 0..4 {
                let given = Random::new(random.next());
                self.call(FunctionId(u32::try_from(index).unwrap()), 0, |program, cx| {
                    let mut random = given.clone();
                    params.iter().map(|&ty| values::value(&program.module.types, ty, &mut random, cx)).collect()
                });
            }
        }
    }
}
