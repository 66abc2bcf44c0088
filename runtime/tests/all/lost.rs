//! What a branch leaves behind that has lost, or was cancelled: calls, children, and undo blocks that fail.

use crate::support::{Ran, compile, event, run, tests_pass};
use journey_runtime::Options;
use journey_runtime::answers::Recorded;

const SHOP: &str = r#"
event go {}
event stop {}
event over {}
profile { email: String = "x@example.com", log: String = "" }
channel email { address profile.email }
message note(text: String) { email { subject: "Note", body: text } }
service s { fn slow() -> Int { GET "/slow" timeout 1h retry 1 backoff 10m..10m }  fn back() { POST "/back" } }
journey child() { undo { send note("child undone") via email } send note("child") via email wait 1d send note("never") via email }
"#;

fn answered(body: &str, lines: &str, answers: &str) -> Ran {
    let compiled = compile(&format!("{SHOP}\njourney j {{ enter on go {body} }}"));
    let answers = Recorded::read(answers, &compiled.program).unwrap();
    let go = event("go", "go", "ann", "00:00:00", "{}");
    run(&compiled, &(go + lines), &Options { answers, drain: true, ..Options::default() })
}

fn texts(ran: &Ran) -> Vec<&str> {
    ran.of_kind("send").filter_map(|send| send["args"]["text"].as_str()).collect()
}

/// When each call came to its end, its tries, and its answer or error.
fn calls(ran: &Ran) -> Vec<String> {
    let one = |call: &serde_json::Value| {
        let came = call["error"].as_str().map_or_else(|| call["answer"].to_string(), str::to_owned);
        format!("{} {} {came}", &call["at"].as_str().unwrap()[11..16], call["tries"])
    };
    ran.of_kind("call").map(one).collect()
}

const AFTER_30M: &str = r#"{"service": "s.slow", "after": "30m", "answer": 7}"#;
const FAILS: &str = r#"{"service": "s.slow", "fail": "busy"}"#;
const LATE: &str = r#"{"service": "s.slow", "after": "2h", "answer": 7}"#;
const GIVEN_UP: &str = "given up: what waited for it has ended";

#[test]
fn a_branch_goes_on_with_the_answer_of_its_call() {
    let body = r#"parallel { branch a { let v = call s.slow() send note("a {v}") via email } branch b { wait 10m send note("b") via email } } send note("joined") via email"#;
    let ran = answered(body, "", AFTER_30M);
    assert_eq!(texts(&ran), ["b", "a 7", "joined"]);
    assert_eq!(calls(&ran), ["00:30 1 7"]);
}

#[test]
fn a_branch_whose_call_is_refused_or_times_out_fails_into_its_try() {
    let body = r#"parallel { branch a { try { let v = call s.slow() send note("a {v}") via email } catch e { send note("caught") via email } } branch b { wait 10m } } send note("joined") via email"#;
    let ran = answered(body, "", FAILS);
    assert_eq!((texts(&ran), calls(&ran)), (vec!["caught", "joined"], vec!["00:10 2 busy".to_owned()]));
    let ran = answered(body, "", LATE);
    assert_eq!((texts(&ran), calls(&ran)), (vec!["caught", "joined"], vec!["02:10 2 no answer within 1h".to_owned()]));
}

#[test]
fn a_call_whose_branch_has_lost_is_given_up_and_its_answer_changes_nothing() {
    let body = r#"race { branch a { let v = call s.slow() undo { send note("undone") via email } send note("a {v}") via email } branch b { wait 10m } } send note("behind") via email wait 1h"#;
    let ran = answered(body, "", AFTER_30M);
    assert_eq!(texts(&ran), ["behind"]);
    assert_eq!(calls(&ran), [format!("00:10 1 {GIVEN_UP}")]);
    assert_eq!(ran.story().last().unwrap(), "finished ann completed");
}

#[test]
fn a_call_given_up_between_two_tries_or_by_a_goal_leaves_its_line() {
    let body = "race { branch a { let v = call s.slow() } branch b { wait 5m } }";
    assert_eq!(calls(&answered(body, "", FAILS)), [format!("00:05 1 {GIVEN_UP}")]);
    let stop = event("s", "stop", "ann", "00:07:00", "{}");
    let ran = answered("goal stopped on stop let v = call s.slow()", &stop, AFTER_30M);
    assert_eq!(calls(&ran), [format!("00:07 1 {GIVEN_UP}")]);
    assert_eq!(ran.story().last().unwrap(), "finished ann stopped");
}

#[test]
fn a_call_that_is_lost_in_its_own_step_was_never_tried() {
    let ran = answered("race { branch a { let v = call s.slow() } branch b { } }", "", AFTER_30M);
    assert_eq!(calls(&ran), [format!("00:00 0 {GIVEN_UP}")]);
}

#[test]
fn a_call_that_ends_with_its_own_answer_has_one_line() {
    for body in [
        "let v = call s.slow()",
        "race { branch a { let v = call s.slow() } branch b { wait 2h } }",
        "let v = call s.slow() let w = call s.slow()",
    ] {
        let ran = answered(body, "", AFTER_30M);
        assert!(calls(&ran).iter().all(|call| call.ends_with("1 7")), "{body}: {:?}", calls(&ran));
    }
}

#[test]
fn a_child_of_a_lost_branch_is_cancelled_and_its_undo_runs() {
    let body = r#"race { branch a { let o = run child() send note("a") via email } branch b { wait 10m } } send note("behind") via email"#;
    let ran = answered(body, "", "");
    assert_eq!(texts(&ran), ["child", "behind", "child undone"]);
    assert_eq!(ran.summary.journeys["child"].cancelled, 1);
    assert_eq!(ran.summary.journeys["j"].finished["completed"], 1);
}

#[test]
fn a_fault_in_an_undo_tells_of_the_fault_that_led_to_it() {
    let branches = r#"parallel { branch a { undo { send note("older") via email } undo { fail "no undo" } wait 1d } branch b { wait 10m fail "first" } }"#;
    let ran = answered(&format!(r#"try {{ {branches} }} catch e {{ send note(e.message) via email }}"#), "", "");
    assert_eq!(texts(&ran), ["older", "first; and in undoing that: no undo"]);
    assert_eq!(ran.story().last().unwrap(), "finished ann completed");
}

#[test]
fn a_fault_in_the_undo_of_a_loser_is_caught_around_the_race() {
    let race = r#"race { branch a { undo { send note("older") via email } undo { fail "no undo" } wait 1d } branch b { wait 10m } } send note("not reached") via email"#;
    let ran = answered(&format!(r#"try {{ {race} }} catch e {{ send note(e.message) via email }} send note("behind") via email"#), "", "");
    assert_eq!(texts(&ran), ["older", "no undo", "behind"]);
    let ran = answered(race, "", "");
    assert_eq!(ran.story(), ["started ann", "failed ann no undo"]);
    // Two levels up.
    let ran = answered(
        &format!(
            r#"try {{ parallel {{ branch o {{ {race} }} branch p {{ undo {{ send note("p undone") via email }} wait 1d }} }} }} catch e {{ send note(e.message) via email }}"#
        ),
        "",
        "",
    );
    assert_eq!(texts(&ran), ["p undone", "older", "no undo"]);
}

#[test]
fn a_fault_in_an_undo_parks_with_both_where_the_handler_itself_is_not_reached() {
    let body = r#"try { parallel { branch a { undo { loop { profile.log = "x" if profile.log == "" { break } } } wait 1d } branch b { wait 10m fail "first" } } } catch e { send note(e.message) via email }"#;
    let ran = answered(body, "", "");
    assert_eq!(ran.story(), ["started ann", "failed ann budget exhausted"]);
}

#[test]
fn what_is_due_at_the_last_instant_is_done_by_the_end_of_an_advance() {
    tests_pass(&format!(
        r#"{SHOP}
        journey j {{ enter on go  wait for over within 1h {{ finish in_time }} else {{ }}  wait for stop within 1h {{ finish stopped }} else {{ }} }}
        test "the deadline is over" {{ event go {{}} advance 1h event stop {{}} expect finished j with stopped }}
        test "until" {{ event go {{}} advance until 2026-01-01T01:00:00Z event stop {{}} expect finished j with stopped }}
        test "an event at the deadline" {{ event go {{}} event over {{}} at 2026-01-01T01:00:00Z expect finished j with in_time }}"#
    ));
}

#[test]
fn what_is_held_can_be_opened_in_the_instant_in_which_it_leaves() {
    let quiet = r#"
        event go {}
        profile { email: String = "x@example.com", timezone: Timezone = "UTC" }
        channel email { address profile.email quiet 21:00..08:00 }
        message note() { email { subject: "Note", body: "x" } }
        journey j { enter on go  let m = send note() via email  wait for m.opened within 1d { finish opened } else { } }"#;
    tests_pass(&format!(
        r#"{quiet}
        test "advanced" {{ event go {{}} advance 8h event note.opened {{}} expect finished j with opened }}
        test "at" {{ event go {{}} event note.opened {{}} at 2026-01-01T08:00:00Z expect finished j with opened }}"#
    ));
}
