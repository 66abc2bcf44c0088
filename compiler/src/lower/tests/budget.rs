use super::{both, module, play};
use crate::machine::Context;
use crate::{Backend, Program};

fn run(body: &str) -> Vec<String> {
    play(&format!(
        "event go {{ n: Int = 0 }}\nprofile {{ n: Int = 0 }}\n\
         journey j {{ enter on go as go {body} }}\n\
         test \"t\" {{ event go {{}} }}\n"
    ))
}

#[test]
fn a_loop_that_never_ends_exhausts_the_budget() {
    let log = run("while go.n == 0 { profile.n = 1 }");
    assert_eq!(log, ["budget exhausted: while go.n == 0 { profile.n = 1 }"]);
}

#[test]
fn a_string_that_doubles_exhausts_the_memory_and_nothing_else() {
    let log = run("var s = \"doubled\" for i in 0..60 { s = \"{s}{s}\" } if s == \"\" { profile.n = 2 }");
    assert_eq!(log, ["memory exhausted: s = \"{s}{s}\""]);
    let log = run("var s = \"ab\" for i in 0..60 { s = s.replace(\"b\", \"{s}{s}\") } if s == \"\" { profile.n = 2 }");
    assert!(log[0].starts_with("memory exhausted: s = s.replace"), "{log:?}");
}

#[test]
fn a_list_that_grows_exhausts_memory_or_budget_and_nothing_else() {
    let log = run("var xs = [\"a\"] for i in 0..60 { xs = \"{xs.join(\",\")},{xs.join(\",\")}\".split(\",\") } fail xs.join(\"\")");
    assert!(log[0].starts_with("budget exhausted: xs = "), "{log:?}");
}

#[test]
fn fail_says_its_text_and_a_faulted_step_leaves_no_effects() {
    let log = run("profile.n = 5 fail \"n is {profile.n}\"");
    assert_eq!(log, ["n is 5: fail \"n is {profile.n}\""]);
}

#[test]
fn every_turn_counts_alike_in_both_backends() {
    let source = "event go { n: Int = 10 }\nfn twice(n: Int) -> Int { n * 2 }\n\
                  journey j { enter on go as go var s = 0 for i in 0..go.n { s += twice(i) } while s > 0 { s = s / 2 } }\n\
                  test \"t\" { event go {} }\n";
    let module = module(source);
    let crate::mir::TestStmtKind::Event { payload, .. } = module.tests[0].body[0].kind else { panic!("an event") };
    let start = module.journeys[0].enters[0].start;
    let used = |program: &Program, fuel| {
        let mut cx = Context::new(program);
        cx.begin(0, "ann", fuel);
        let crate::machine::Status::Returned(payload) = program.call(payload, &[], &mut cx) else { panic!("a payload") };
        (program.call(start, &[payload], &mut cx), cx.fuel)
    };
    let programs = both(&module);
    for fuel in 0..40 {
        assert_eq!(used(&programs[0], fuel), used(&programs[1], fuel));
    }
    // Ten rounds with a call each, then 90 is halved seven times.
    assert_eq!(used(&programs[0], 27).1, 0);
    assert_eq!(used(&programs[0], 26).1, -1);
}

#[test]
fn a_constant_that_faults_is_told_before_anything_runs() {
    let module = module("const zero = 0\nconst broken = 1 / zero\n");
    let fault = Program::new(module, Backend::Interpreter).unwrap_err();
    assert_eq!(fault.kind, crate::machine::FaultKind::DivisionByZero);
}
