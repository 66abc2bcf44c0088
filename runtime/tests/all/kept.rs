//! Events that come while the engine is busy: whose they are where an instance goes several ways at once.

use crate::support::{Ran, compile, event, run, tests_pass};
use journey_runtime::Options;
use journey_runtime::answers::Recorded;

const SHOP: &str = r#"
event go {}
event ping { n: Int = 0 }
event done {}
profile { email: String = "x@example.com", cents: Int = 0 }
channel email { address profile.email }
message note(text: String) { email { subject: "Note", body: text } }
service s { fn slow() -> Int { GET "/slow" timeout 1h }  fn quick() -> Int { GET "/quick" timeout 1h } }
journey child() { wait for done }
"#;

/// `s.slow` answers after half an hour, `s.quick` after a quarter.
const ANSWERS: &str =
    "{\"service\": \"s.slow\", \"after\": \"30m\", \"answer\": 1}\n{\"service\": \"s.quick\", \"after\": \"15m\", \"answer\": 2}";

/// Texts of what is sent.
fn texts(ran: &Ran) -> Vec<&str> {
    ran.of_kind("send").filter_map(|send| send["args"]["text"].as_str()).collect()
}

fn played(body: &str, lines: &str) -> Ran {
    let compiled = compile(&format!("{SHOP}\njourney j {{ enter on go {body} }}"));
    let answers = Recorded::read(ANSWERS, &compiled.program).unwrap();
    let go = event("go", "go", "ann", "00:00:00", "{}");
    run(&compiled, &(go + lines), &Options { answers, drain: true, ..Options::default() })
}

fn ping(time: &str, n: i64) -> String {
    event(&format!("p{n}"), "ping", "ann", time, &format!(r#"{{"n": {n}}}"#))
}

/// Says which ping came, in so many minutes.
fn waits(name: &str, minutes: u32) -> String {
    format!(
        r#"wait for ping as p within {minutes}m {{ send note("{name} {{p.n}}") via email }} else {{ send note("{name} none") via email }}"#
    )
}

#[test]
fn a_branch_is_offered_what_was_kept_before_it_began() {
    let body = format!(
        "let v = call s.slow() else 0 parallel {{ branch x {{ {} }} branch y {{ wait 1m }} }} {}",
        waits("x", 60),
        waits("later", 5)
    );
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["x 1", "later none"]);
}

#[test]
fn every_branch_is_offered_what_was_kept_before_once() {
    let body = format!(
        "let v = call s.slow() else 0 parallel {{ branch x {{ {0} {1} }} branch y {{ {2} }} }} {3}",
        waits("x", 60),
        waits("x", 5),
        waits("y", 60),
        waits("later", 5)
    );
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["x 1", "y 1", "x none", "later none"]);
}

#[test]
fn what_no_branch_waited_for_is_offered_behind_them() {
    let body = format!(
        "let v = call s.slow() else 0 parallel {{ branch x {{ wait 5m }} branch y {{ wait 1m }} }} {} {}",
        waits("later", 5),
        waits("last", 5)
    );
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["later 1", "last none"]);
}

#[test]
fn a_race_is_won_by_the_first_branch_that_waits_for_what_was_kept() {
    let body = format!(
        "let v = call s.slow() else 0 race {{ branch x {{ wait 1h }} branch y {{ {} }} branch z {{ {} }} }} {}",
        waits("y", 60),
        waits("z", 60),
        waits("later", 5)
    );
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["y 1", "later none"]);
}

#[test]
fn what_came_while_a_child_ran_is_offered_to_a_branch_behind_it() {
    let lines = ping("00:10:00", 1) + &event("d", "done", "ann", "00:20:00", "{}");
    let body = format!("let o = run child() parallel {{ branch x {{ {} }} }} {}", waits("x", 60), waits("later", 5));
    assert_eq!(texts(&played(&body, &lines)), ["x 1", "later none"]);
}

#[test]
fn branches_within_branches_are_offered_what_was_kept_around_them() {
    let inner = format!("parallel {{ branch p {{ wait 1m {} }} branch q {{ wait 2m }} }} {}", waits("p", 5), waits("a", 5));
    let body = format!("let v = call s.slow() else 0 parallel {{ branch a {{ {inner} }} branch b {{ wait 1m }} }} {}", waits("later", 5));
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["p 1", "a none", "later none"]);
}

#[test]
fn what_two_branches_kept_is_offered_once_behind_them() {
    let body = format!(
        "parallel {{ branch a {{ let v = call s.slow() else 0 }} branch b {{ let w = call s.slow() else 0 }} }} {} {}",
        waits("later", 5),
        waits("last", 5)
    );
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["later 1", "last none"]);
}

#[test]
fn what_one_branch_had_another_does_not_leave_to_what_follows() {
    // Fresh, before the busy branch and behind it, and kept by both.
    let call = "let v = call s.slow() else 0";
    for (a, b) in
        [(waits("x", 60), call.to_owned()), (call.to_owned(), waits("x", 60)), (format!("{call} {}", waits("x", 60)), call.to_owned())]
    {
        let body = format!("parallel {{ branch a {{ {a} }} branch b {{ {b} }} }} {}", waits("later", 5));
        assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["x 1", "later none"], "{a} | {b}");
    }
}

#[test]
fn what_a_loser_kept_is_offered_behind_the_race() {
    let body = format!("race {{ branch a {{ let v = call s.slow() else 0 }} branch b {{ wait 20m }} }} {}", waits("later", 5));
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["later 1"]);
    let body = "try { parallel { branch a { let v = call s.slow() else 0 } branch b { wait 20m fail \"no\" } } } catch e { profile.cents = e.line }";
    let body = format!("{body} {}", waits("later", 5));
    assert_eq!(texts(&played(&body, &ping("00:10:00", 1))), ["later 1"]);
}

#[test]
fn kept_events_stay_in_order_over_branches() {
    let body = format!(
        "let v = call s.quick() else 0 parallel {{ branch a {{ let w = call s.quick() else 0 }} branch b {{ wait 1m }} }} {0} {0} {0}",
        waits("later", 5)
    );
    assert_eq!(texts(&played(&body, &(ping("00:10:00", 1) + &ping("00:20:00", 2)))), ["later 1", "later 2", "later none"]);
}

#[test]
fn tests_offer_kept_events_to_branches_too() {
    tests_pass(&format!(
        r#"{SHOP}
        journey j {{ enter on go
          let o = run child()
          race {{ branch x {{ wait for ping as p within 1h {{ finish came }} else {{ }} }} branch y {{ wait 30m }} }}
        }}
        test "t" {{ event go {{}} event ping {{ n: 1 }} event done {{}} expect finished j with came }}"#
    ));
}
