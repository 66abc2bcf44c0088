//! From source text to what a program does, by interpreter and by machine code, which must agree.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod budget;
mod examples;
mod expressions;
mod frames;
mod lists;
mod rests;
mod sends;
mod sends_ahead;
mod sim;
mod versions;
mod waits;

use crate::check::check;
use crate::diagnostics::Severity;
use crate::mir::liveness::liveness;
use crate::mir::{Expect, Function, FunctionId, Local, Module, TestStmtKind};
use crate::parse::parse;
use crate::{Backend, Program, Sources};
use sim::Sim;

/// The module of a program in which nothing is wrong.
fn module(text: &str) -> Module {
    project(&[text.to_owned()])
}

/// The module of a program of several files.
fn project(texts: &[String]) -> Module {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let mut files = Vec::new();
    for text in texts {
        let file = sources.add("test.journey", text.as_str());
        let (syntax, found) = parse(&sources, file);
        diagnostics.extend(found);
        files.push(syntax);
    }
    let (hir, found) = check(&files);
    diagnostics.extend(found);
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    assert!(diagnostics.is_empty(), "{texts:?}\n{diagnostics:#?}");
    let mut module = super::lower(&hir);
    module.functions.iter_mut().map(std::sync::Arc::make_mut).for_each(assert_sound);
    module
}

/// Every local is set before it is read, and every block that is named is there.
fn assert_sound(function: &mut Function) {
    let live = liveness(&mut function.blocks, &[], function.locals);
    let unset: Vec<Local> = live.blocks[0].iter().filter(|local| !function.params.contains(local)).collect();
    assert_eq!(unset, [], "{} reads what was never set: {function:#?}", function.name);
    let count = function.blocks.len();
    for block in &mut function.blocks {
        block.terminator.each_target(&mut |to| assert!((to.0 as usize) < count, "{}", function.name));
    }
}

/// Both ways to run a module.
fn both(module: &Module) -> [Program; 2] {
    let machine = Program::new(module.clone(), Backend::Machine).unwrap();
    machine.make_code().unwrap();
    [machine, Program::new(module.clone(), Backend::Interpreter).unwrap()]
}

/// What happens in the one journey of a program when its one test is played.
fn play(text: &str) -> Vec<String> {
    let [machine, interpreter] = both(&module(text)).map(|program| Sim::new(&program, text).play());
    assert_eq!(machine, interpreter);
    machine
}

/// The conditions of `expect` lines in a test, each as true, false, or the words of its fault.
fn judge(declarations: &str, conditions: &[&str]) -> Vec<String> {
    let lines: Vec<String> = conditions.iter().map(|condition| format!("  expect {condition}\n")).collect();
    let module = module(&format!("{declarations}\ntest \"t\" {{\n{}}}\n", lines.concat()));
    let functions: Vec<FunctionId> = module.tests[0]
        .body
        .iter()
        .map(|stmt| match stmt.kind {
            TestStmtKind::Expect(Expect::Cond { holds: function, .. }) => function,
            _ => panic!("a condition"),
        })
        .collect();
    let [machine, interpreter] = both(&module).map(|program| {
        let answer = |&function: &FunctionId| {
            let mut cx = crate::machine::Context::new(&program);
            cx.begin(sim::START_MS, "test", 100_000);
            cx.profile = sim::default_profile(&program, &mut cx);
            let answer = program.holds(function, &[], &mut cx);
            (answer.map_or_else(|fault| fault.kind.to_string(), |holds| holds.to_string()), cx.fuel)
        };
        functions.iter().map(answer).collect::<Vec<_>>()
    });
    assert_eq!(machine, interpreter);
    machine.into_iter().map(|(answer, _)| answer).collect()
}

/// All of these conditions hold.
fn assert_holds(declarations: &str, conditions: &[&str]) {
    for (condition, answer) in conditions.iter().zip(judge(declarations, conditions)) {
        assert_eq!(answer, "true", "{condition}");
    }
}

/// Each condition ends in that fault.
fn assert_faults(declarations: &str, cases: &[(&str, &str)]) {
    let conditions: Vec<&str> = cases.iter().map(|(condition, _)| *condition).collect();
    for ((condition, fault), answer) in cases.iter().zip(judge(declarations, &conditions)) {
        assert_eq!(answer, *fault, "{condition}");
    }
}
