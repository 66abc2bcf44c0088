//! `test` blocks: what they can say, and what is told when they fail.

use crate::support::{Compiled, compile};
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::test::{self, TestReport};

const PROGRAM: &str = r#"
event go { n: Int = 0 }
event stop {}
event recall { n: Int }
profile { email: String?, visits: Int = 0 }
channel email { address profile.email }
message hello(n: Int) { email { subject: "Hello", body: "number {n}" } }
journey greets {
  enter on go as g
  exit stopped on stop
  goal recalled on recall as r where r.n == g.n
  step first { wait 1h }
  send hello(g.n) via email
  step second { step inner { wait 1h } }
  profile.visits += 1
  experiment colour { variant red 50% { finish was_red } variant blue 50% { finish was_blue } }
}
journey fails { enter on go as g where g.n == 13  fail "unlucky" }
"#;

fn reports(tests: &str) -> (Compiled, Vec<TestReport>) {
    let compiled = compile(&format!("{PROGRAM}\n{tests}"));
    let reports = test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT);
    (compiled, reports)
}

fn passes(body: &str) {
    let (_, reports) = reports(&format!("test \"t\" {{ {body} }}"));
    assert_eq!(reports[0].failure, None);
}

/// Expected and found, of a test that fails.
fn fails(body: &str) -> (String, String) {
    let (_, reports) = reports(&format!("test \"t\" {{ {body} }}"));
    let failure = reports[0].failure.clone().expect("the test fails");
    (failure.expected, failure.found)
}

const KNOWN: &str = r#"profile { email: "t@example.com" }"#;

#[test]
fn every_expectation_can_hold() {
    passes(&format!(
        r#"{KNOWN}
        variant colour is blue
        event go {{ n: 3 }}
        expect at greets.first
        expect at greets
        expect not sent hello
        advance 1h
        expect sent hello via email times 1 where n == 3 and body.contains("3")
        expect at greets.second
        expect at greets.second.inner
        expect not at greets.first
        expect profile.visits == 0
        advance 1h
        expect profile.visits == 1
        expect finished greets with was_blue
        expect not finished greets with was_red
        expect not failed greets
        expect not suppressed hello"#
    ));
    passes(r#"event go {} advance 1h expect suppressed hello because no_address expect suppressed hello expect not sent hello"#);
    passes("event go { n: 13 } expect failed fails");
}

#[test]
fn every_expectation_can_fail_and_says_what_was_there() {
    let pair = |expected: &str, found: &str| (expected.to_owned(), found.to_owned());
    assert_eq!(fails("event go {} expect sent hello"), pair("hello is sent", "none was sent"));
    assert_eq!(fails(&format!("{KNOWN} event go {{}} advance 1h expect not sent hello")), pair("no hello is sent", "it was sent once"));
    assert_eq!(
        fails(&format!("{KNOWN} event go {{}} advance 1h expect sent hello via email times 2 where n == 1")),
        pair(
            "hello via email that fits the condition is sent 2 times",
            "it was sent once, but not as expected, with n: 0, subject: \"Hello\", body: \"number 0\""
        )
    );
    assert_eq!(
        fails(&format!("{KNOWN} event go {{}} advance 1h expect not sent hello times 1")),
        pair("hello is not sent once", "it was sent once")
    );
    assert_eq!(fails("event go {} expect at greets.second"), pair("the customer is at greets.second", "at first.wait"));
    assert_eq!(fails("expect at greets"), pair("the customer is at greets", "not in greets"));
    assert_eq!(fails("event go {} expect not at greets"), pair("the customer is not at greets", "at first.wait"));
    assert_eq!(
        fails("event go {} event stop {} expect finished greets with recalled"),
        pair("greets has finished with recalled", "finished with stopped")
    );
    assert_eq!(fails("expect finished greets"), pair("greets has finished", "it has not finished"));
    assert_eq!(fails("expect failed fails"), pair("fails has failed", "it has not failed"));
    assert_eq!(
        fails("event go {} advance 1h expect suppressed hello because no_consent"),
        pair("hello is suppressed because no_consent", "suppressed: no_address")
    );
    assert_eq!(fails("event go {} expect held hello via email"), pair("hello via email is held", "none is held"));
    assert_eq!(fails("expect profile.visits == 1"), pair("the condition is true", "it is false: the left side is 0"));
    assert_eq!(fails("expect 1 / profile.visits == 1"), pair("the statement runs", "it failed: division by zero"));
}

#[test]
fn of_a_send_that_quiet_hours_hold_is_told_when_it_leaves() {
    let compiled = compile(
        r#"event go {}
        profile { timezone: Timezone = "UTC" }
        channel email { quiet 22:00..08:00 }
        message hello() { email { subject: "Hello", body: "You" } }
        journey j { enter on go  send hello via email }
        test "t" at 2026-03-01T23:00:00Z { event go  expect sent hello }
        test "u" at 2026-03-01T23:00:00Z { event go  expect held hello until 2026-03-02T09:00:00Z }"#,
    );
    let reports = test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT);
    assert_eq!(reports[0].failure.as_ref().unwrap().found, "it is held until 2026-03-02T08:00:00Z");
    let failure = reports[1].failure.as_ref().unwrap();
    assert_eq!(failure.expected, "hello is held until 2026-03-02T09:00:00Z");
    assert_eq!(failure.found, "held via email until 2026-03-02T08:00:00Z");
}

#[test]
fn a_failure_names_its_statement_and_shows_the_customers_timeline() {
    let (compiled, reports) = reports(
        "test \"t\" at 2026-03-01T08:00:00Z {\n  profile { email: \"t@example.com\" }\n  event go {}\n  as \"bob\" { event go {} }\n  advance 1h\n  expect finished greets\n}",
    );
    let failure = reports[0].failure.clone().unwrap();
    assert_eq!(compiled.sources.text(failure.span), "expect finished greets");
    assert_eq!(
        failure.timeline,
        [
            "2026-03-01T08:00:00Z  the profile is set",
            "2026-03-01T08:00:00Z  event go",
            "2026-03-01T08:00:00Z  greets starts",
            "2026-03-01T08:00:00Z  greets waits at first.wait, until 2026-03-01T09:00:00Z at most",
            "2026-03-01T09:00:00Z  greets sends hello via email to t@example.com",
            "2026-03-01T09:00:00Z  greets waits at second.inner.wait, until 2026-03-01T10:00:00Z at most",
        ]
    );
}

#[test]
fn customers_are_apart_and_broadcasts_go_to_all() {
    passes(
        r#"event go { n: 1 }
        as "bob" { event go { n: 2 } }
        as "carol" { event go { n: 1 } }
        broadcast recall { n: 1 }
        expect finished greets with recalled
        as "bob" { expect not finished greets }
        as "carol" { expect finished greets with recalled }"#,
    );
}

#[test]
fn an_event_at_the_deadline_is_in_time_but_behind_an_advance_to_it_the_timer_has_fired() {
    passes("event go {} advance 1h event stop {} expect suppressed hello");
    passes("event go {} advance 1h expect suppressed hello");
    passes("event go {} event stop {} at 2026-01-01T01:00:00Z expect finished greets with stopped");
    passes("event go {} advance until 2026-01-01T00:59:59.999Z expect not suppressed hello advance 1ms expect suppressed hello");
}

#[test]
fn tests_are_chosen_by_their_titles() {
    let (compiled, _) = reports("test \"one apple\" { }\ntest \"two pears\" { }");
    let titles = |filter| -> Vec<String> {
        test::run(&compiled.program, &compiled.sources, filter, BUDGET_DEFAULT).into_iter().map(|report| report.title).collect()
    };
    assert_eq!(titles(None), ["one apple", "two pears"]);
    assert_eq!(titles(Some("pear")), ["two pears"]);
}
