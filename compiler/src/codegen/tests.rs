//! Hand-made functions, run by machine code and by the interpreter, which must agree in everything.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod arithmetic;
mod build;
mod endings;
mod home;
mod memory;

use crate::machine::{Context, EffectRecord, Status};
use crate::mir::{FunctionId, Module};
use crate::{Backend, Program};

/// All that a step leaves behind.
#[derive(Debug, PartialEq)]
struct Outcome {
    status: Status,
    fuel: i64,
    frame: Vec<u64>,
    deadlines: Vec<i64>,
    effects: Vec<EffectRecord>,
    /// The heap as far as it was used.
    heap: Vec<u64>,
}

/// A module in both forms.
struct Both {
    machine: Program,
    interpreter: Program,
}

impl Both {
    fn new(module: &Module) -> Self {
        let machine = Program::new(module.clone(), Backend::Machine).unwrap();
        machine.make_code().unwrap();
        Self { machine, interpreter: Program::new(module.clone(), Backend::Interpreter).unwrap() }
    }

    /// Runs the function both ways; what they agree on. `prepare` sets up the context and gives the arguments.
    fn run(&self, function: u32, fuel: i64, prepare: impl Fn(&mut Context) -> Vec<u64>) -> Outcome {
        let [machine, interpreter] = [&self.machine, &self.interpreter].map(|program| {
            let mut cx = Context::new(program);
            cx.begin(1_000, "ann", fuel);
            let args = prepare(&mut cx);
            let status = program.call(FunctionId(function), &args, &mut cx);
            let used = usize::try_from(cx.top).unwrap();
            Outcome {
                status,
                fuel: cx.fuel,
                frame: cx.frame.clone(),
                deadlines: cx.deadlines.clone(),
                effects: cx.effects.clone(),
                heap: cx.words[..used].to_vec(),
            }
        });
        assert_eq!(machine, interpreter, "function {function}");
        machine
    }

    fn status(&self, function: u32, args: &[u64]) -> Status {
        self.run(function, 1_000, |_| args.to_vec()).status
    }
}
