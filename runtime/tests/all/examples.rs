//! Every example passes its own tests.

use crate::support::compile_example;
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::test;

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
