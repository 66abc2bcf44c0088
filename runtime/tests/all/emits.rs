//! Events that journeys emit, and what they broadcast.

use crate::support::{Compiled, Ran, compile, event, run, tests_pass};
use journey_runtime::Options;
use serde_json::json;

const BASE: &str = r#"
event go { n: Int = 0 }
event ping { n: Int }
event pong { n: Int }
event alarm { n: Int }
"#;

fn program(journeys: &str) -> Compiled {
    compile(&format!("{BASE}{journeys}"))
}

fn went(compiled: &Compiled) -> Ran {
    run(compiled, &event("1", "go", "ann", "10:00:00", "{}"), &Options { drain: true, ..Options::default() })
}

/// Kind, journey, and what tells more.
fn told(ran: &Ran) -> Vec<String> {
    let more = |effect: &serde_json::Value| {
        let more = ["outcome", "error", "event"].iter().find_map(|&name| effect[name].as_str()).unwrap_or("");
        let n = effect["data"]["n"].as_i64().map_or(String::new(), |n| format!(" {n}"));
        format!("{} {} {more}{n}", effect["kind"].as_str().unwrap(), effect["journey"].as_str().unwrap()).trim_end().to_owned()
    };
    ran.effects.iter().map(more).collect()
}

#[test]
fn rule_7_emitted_events_are_handled_in_order_right_after_the_step_that_emitted_them() {
    let compiled = program(
        r#"
        journey a_first { enter on go  emit ping { n: 1 }  emit ping { n: 2 }  finish done }
        journey b_second { enter on go  finish done }
        journey c_hears { enter on ping as p  unlimited  if p.n == 1 { emit pong { n: 1 } }  finish heard }
        journey d_echoes { enter on pong  unlimited  finish echoed }
        "#,
    );
    let ran = went(&compiled);
    // What the first ping leads to comes before the second, and all of it before the next journey that `go` starts.
    let expected = [
        "started a_first",
        "emit a_first ping 1",
        "emit a_first ping 2",
        "finished a_first done",
        "started c_hears",
        "emit c_hears pong 1",
        "finished c_hears heard",
        "started d_echoes",
        "finished d_echoes echoed",
        "started c_hears",
        "finished c_hears heard",
        "started b_second",
        "finished b_second done",
    ];
    assert_eq!(told(&ran), expected);
    assert!(ran.effects.iter().all(|effect| effect["at"] == "2026-01-01T10:00:00Z"));
}

#[test]
fn emitted_events_have_ids_of_their_own_and_are_not_counted_as_read() {
    let compiled = program("journey a { enter on go  emit ping { n: 1 }  emit ping { n: 2 } }\njourney b { enter on ping  unlimited }");
    let ran = went(&compiled);
    let emits: Vec<_> = ran.of_kind("emit").cloned().collect();
    assert_eq!(
        emits[0],
        json!({"at": "2026-01-01T10:00:00Z", "kind": "emit", "journey": "a", "instance": "a/ann/1", "customer": "ann",
            "event": "ping", "id": "a/ann/1/1/0", "data": {"n": 1}})
    );
    assert_eq!(emits[1]["id"], "a/ann/1/1/1");
    assert_eq!((ran.summary.events.read, ran.summary.events.handled), (1, 1));
    assert_eq!(ran.summary.journeys["b"].started, 2);
}

#[test]
fn emitted_events_reach_goals_then_waits_then_entries_and_who_emitted_them() {
    let compiled = program(
        r#"
        journey a_waits { enter on go  wait for ping as p  finish woken }
        journey b_ends { enter on go  goal reached on ping  wait 1d }
        journey c_emits { enter on go  emit ping { n: 7 }  wait for ping as p within 1h  if p != none { finish own } }
        journey d_enters { enter on ping  finish entered }
        "#,
    );
    let ran = went(&compiled);
    let ends: Vec<String> = told(&ran).into_iter().filter(|line| line.starts_with("finished")).collect();
    assert_eq!(ends, ["finished b_ends reached", "finished a_waits woken", "finished c_emits own", "finished d_enters entered"]);
}

#[test]
fn a_step_that_faults_emits_nothing() {
    let compiled = program(
        "journey a { enter on go as g  emit ping { n: 1 }  broadcast ping { n: 1 }  fail \"{1 / g.n}\" }\njourney b { enter on ping }",
    );
    assert_eq!(told(&went(&compiled)), ["started a", "failed a division by zero"]);
}

#[test]
fn rule_7_past_32_emits_in_a_row_the_emitting_instance_fails() {
    let compiled = program(
        r#"
        journey a_starts { enter on go  emit ping { n: 1 } }
        journey b_goes_on { enter on ping as p where p.n < 100  unlimited  emit ping { n: p.n + 1 } }
        journey c_else { enter on go  finish done }
        "#,
    );
    let ran = went(&compiled);
    let failed: Vec<_> = ran.of_kind("failed").cloned().collect();
    assert_eq!(failed.len(), 1);
    assert_eq!((&failed[0]["error"], &failed[0]["instance"]), (&json!("emit depth exceeded"), &json!("b_goes_on/ann/33")));
    assert_eq!(failed[0]["line"], BASE.lines().count() + 3);
    assert_eq!(ran.of_kind("emit").count(), 32);
    assert_eq!(ran.summary.journeys["c_else"].finished["done"], 1, "nothing else stops");
}

#[test]
fn an_emit_behind_a_pause_begins_anew() {
    let compiled = program(
        r#"
        journey a_starts { enter on go  emit ping { n: 1 } }
        journey b_goes_on { enter on ping as p where p.n < 100  unlimited  wait 1m  emit ping { n: p.n + 1 } }
        "#,
    );
    let ran = went(&compiled);
    assert_eq!((ran.of_kind("failed").count(), ran.of_kind("emit").count()), (0, 100));
}

#[test]
fn a_broadcast_goes_to_all_in_order_of_key_and_starts_nothing() {
    let compiled = program(
        r#"
        journey caller { enter on go as g where g.n == 1  broadcast alarm { n: 5 }  finish called }
        journey waits { enter on go  wait for alarm as a where a.n == 5  finish alarmed }
        journey never { enter on alarm }
        "#,
    );
    let mut lines = String::new();
    for (id, customer) in ["carl", "ann", "dora", "bob"].iter().enumerate() {
        lines += &event(&id.to_string(), "go", customer, "10:00:00", "{}");
    }
    lines += &event("9", "go", "bob", "11:00:00", r#"{"n": 1}"#);
    let ran = run(&compiled, &lines, &Options::default());
    let ends: Vec<_> =
        ran.of_kind("finished").map(|end| format!("{} {}", end["customer"].as_str().unwrap(), end["outcome"].as_str().unwrap())).collect();
    assert_eq!(ends, ["bob called", "ann alarmed", "bob alarmed", "carl alarmed", "dora alarmed"]);
    let emit = ran.of_kind("emit").next().unwrap();
    assert_eq!((&emit["broadcast"], &emit["event"]), (&json!(true), &json!("alarm")));
    assert_eq!(ran.summary.journeys["never"].started, 0);
    assert_eq!(ran.summary.events.read, 5);
}

#[test]
fn broadcasts_that_answer_one_another_come_to_an_end() {
    let compiled = program(
        r#"journey rings { enter on go  unlimited  loop {
             wait for any { on ping as p where p.n < 1000 { broadcast pong { n: p.n + 1 } } on pong as p where p.n < 1000 { broadcast ping { n: p.n + 1 } } }
           } }
        journey begins { enter on alarm  broadcast ping { n: 1 } }"#,
    );
    let lines = event("1", "go", "ann", "10:00:00", "{}") + &event("2", "alarm", "bob", "11:00:00", r#"{"n": 1}"#);
    let ran = run(&compiled, &lines, &Options::default());
    assert_eq!(ran.of_kind("failed").map(|failed| failed["error"].clone()).collect::<Vec<_>>(), ["emit depth exceeded"]);
    assert_eq!(ran.of_kind("emit").count(), 32);
}

#[test]
fn traits_and_segments_follow_emitted_events() {
    tests_pass(
        r#"
        event go { times: Int }
        event scored { points: Int }
        profile { log: String = "" }
        trait total: Int = sum(scored.points)
        trait large: Int = count(scored as s where s.points > 5) over 1d
        segment winners = total >= 10
        segment recent = large > 0
        journey scores { enter on go as g  for n in 0..g.times { emit scored { points: 6 } wait 1m } }
        journey prize { enter on segment winners  finish won }
        journey seen { enter on segment recent  unlimited  wait until now + 1h  finish done }
        journey watch { enter on go  exit enough when total >= 12  wait 9h }
        test "t" {
          event go { times: 2 }
          expect total == 6 and large == 1
          expect at seen
          expect not finished prize with won
          advance 1m
          expect total == 12 and large == 2
          expect finished prize with won
          expect finished watch with enough
          advance 2d
          expect total == 12 and large == 0
        }"#,
    );
}
