//! Every example passes its own tests.

use crate::support::{compile_example, compile_example_for, run_bytes};
use journey_compiler::Backend;
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::{Options, test};

fn passes(name: &str) {
    let compiled = compile_example(name);
    let reports = test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT);
    assert!(!reports.is_empty(), "{name} has tests");
    for report in reports {
        if let Some(failure) = report.failure {
            let line = compiled.sources.start(failure.span).line;
            let timeline = failure.timeline.join("\n  ");
            panic!("{name}: \"{}\", line {line}: expected {}, found {}\n  {timeline}", report.title, failure.expected, failure.found);
        }
    }
}

#[test]
fn car_service() {
    passes("car_service");
}

#[test]
fn cart_recovery() {
    passes("cart_recovery");
}

#[test]
fn ryokan_japanese() {
    passes("ryokan_japanese");
}

#[test]
fn appointment_reminders() {
    passes("appointment_reminders");
}

#[test]
fn delayed_flight() {
    passes("delayed_flight");
}

#[test]
fn lapsed_customers() {
    passes("lapsed_customers");
}

#[test]
fn loan_application() {
    passes("loan_application");
}

#[test]
fn welcome_series() {
    passes("welcome_series");
}

#[test]
fn machine_code_and_interpreter_do_the_same_on_the_recorded_events() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let options = Options { drain: true, ..Options::default() };
    for name in ["appointment_reminders", "car_service", "cart_recovery", "delayed_flight", "lapsed_customers", "ryokan_japanese"] {
        let lines = std::fs::read(folder.join(name).join("events.ndjson")).unwrap();
        let by = |backend| run_bytes(&compile_example_for(name, backend), &lines, &options);
        let (machine, interpreter) = (by(Backend::Machine), by(Backend::Interpreter));
        assert!(!machine.effects.is_empty());
        assert_eq!(machine.effects, interpreter.effects, "{name}");
        assert_eq!(machine.summary, interpreter.summary, "{name}");
    }
}

#[test]
fn the_programs_of_the_rules_of_the_language_pass_by_machine_code_and_by_the_interpreter() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/contract/programs");
    let mut passed = 0;
    for entry in folder.read_dir().unwrap() {
        crate::support::tests_pass(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
        passed += 1;
    }
    assert!(passed > 10, "{passed} programs");
}
