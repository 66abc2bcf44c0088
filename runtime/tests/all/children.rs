//! Journeys that start others.

use crate::support::{Compiled, Ran, compile, event, hours, run};
use journey_runtime::Options;
use serde_json::json;

const BASE: &str = r#"
event go { n: Int = 0 }
event stop {}
event tick { n: Int = 0 }
profile { steps: Int = 0 }
"#;

fn program(journeys: &str) -> Compiled {
    compile(&format!("{BASE}{journeys}"))
}

fn go() -> String {
    event("1", "go", "ann", "10:00:00", "{}")
}

/// Kind, instance, and what tells more.
fn told(ran: &Ran) -> Vec<String> {
    let more = |effect: &serde_json::Value| {
        let more = ["outcome", "error", "reason"].iter().find_map(|&name| effect[name].as_str()).unwrap_or("");
        let instance = effect["instance"].as_str().or(effect["journey"].as_str()).unwrap().replace("/ann", "");
        format!("{} {instance} {more}", effect["kind"].as_str().unwrap()).trim_end().to_owned()
    };
    ran.effects.iter().map(more).collect()
}

const PARENT: &str = r#"
journey parent {
  enter on go
  let o = run child(3, text: "x")
  match o {
    big => finish saw_big
    stopped => finish saw_stopped
    completed => finish saw_completed
    failed => finish saw_failed
    cancelled => finish saw_cancelled
  }
}
"#;

fn outcome(child: &str, lines: &str) -> (String, Ran) {
    let ran = run(&program(&format!("{PARENT}{child}")), lines, &hours(10));
    let end = ran
        .of_kind("finished")
        .find(|end| end["journey"] == "parent")
        .map_or(String::new(), |end| end["outcome"].as_str().unwrap().to_owned());
    (end, ran)
}

#[test]
fn run_waits_for_the_outcome_of_its_child() {
    let child = "journey child(n: Int, text: String) { exit stopped on stop  wait 1h  if n > 2 and text == \"x\" { finish big } }";
    let (end, ran) = outcome(child, &go());
    assert_eq!(end, "saw_big");
    assert_eq!(told(&ran), ["started parent/1", "started child/2", "finished child/2 big", "finished parent/1 saw_big"]);
    assert_eq!(ran.effects[3]["at"], "2026-01-01T11:00:00Z");
    let stop = go() + &event("2", "stop", "ann", "10:30:00", "{}");
    assert_eq!(outcome(child, &stop).0, "saw_stopped");
    let at_once = "journey child(n: Int, text: String) { exit stopped on stop  if n < 2 or text != \"x\" { finish big } }";
    assert_eq!(outcome(at_once, &go()).0, "saw_completed");
}

#[test]
fn the_parent_of_a_failed_child_goes_on_and_the_child_stays_parked() {
    let (end, ran) = outcome("journey child(n: Int, text: String) { exit stopped on stop  if n > 2 { fail text }  finish big }", &go());
    assert_eq!(end, "saw_failed");
    assert_eq!(ran.summary.journeys["child"].failed, 1);
    assert_eq!(ran.of_kind("failed").next().unwrap()["error"], "x");
}

#[test]
fn a_run_that_is_refused_gives_cancelled() {
    let child = "journey child(n: Int, text: String) { one per text  cooldown 1d  exit stopped on stop  wait 1h  if n < 0 { finish big } }";
    let mut lines = go();
    lines += &event("2", "tick", "ann", "10:30:00", "{}");
    let second = "journey second { enter on tick  let o = run child(1, text: \"x\")  match o { cancelled => finish refused  _ => { } } }";
    let (_, ran) = outcome(&format!("{child}\n{second}"), &lines);
    let refused = ran.of_kind("refused").next().unwrap();
    assert_eq!((&refused["journey"], &refused["reason"], &refused["instance"]), (&json!("child"), &json!("live"), &json!("child/ann/2")));
    assert_eq!(ran.summary.journeys["second"].finished["refused"], 1);
    let later = go() + &event("2", "tick", "ann", "11:30:00", "{}");
    let (_, ran) = outcome(&format!("{child}\n{second}"), &later);
    assert_eq!(ran.of_kind("refused").next().unwrap()["reason"], "cooldown");
}

#[test]
fn a_run_child_is_cancelled_with_its_parent_and_a_started_one_lives_on() {
    let compiled = program(
        r#"
        journey parent { enter on go  exit stopped on stop  start child(1)  let o = run child(2)  match o { _ => { } } }
        journey child(n: Int) { one per n  wait 1d  if n == 1 { finish one } finish other }
        "#,
    );
    let lines = go() + &event("2", "stop", "ann", "11:00:00", "{}");
    let ran = run(&compiled, &lines, &Options { drain: true, ..Options::default() });
    assert_eq!(
        told(&ran),
        [
            "started parent/1",
            "started child/2",
            "started child/3",
            "finished parent/1 stopped",
            "cancelled child/3",
            "finished child/2 one"
        ]
    );
    assert_eq!(ran.summary.journeys["child"].cancelled, 1);
}

#[test]
fn exits_that_hold_of_the_parameters_end_a_child_at_once() {
    let compiled = program(
        r#"
        journey parent { enter on go  start child(1)  start child(9) }
        journey child(n: Int) { unlimited  exit too_many when n > 5  wait 1d }
        "#,
    );
    let ran = run(&compiled, &go(), &hours(1));
    assert_eq!(ran.summary.journeys["child"].finished["too_many"], 1);
    assert_eq!(ran.summary.journeys["child"].live, 1);
}

#[test]
fn a_child_sees_neither_the_event_that_led_to_it_nor_misses_the_next() {
    let compiled = program(
        r#"
        journey parent { enter on go  wait for tick  start child() }
        journey child() { wait for tick as t  finish ticked }
        "#,
    );
    let lines = go() + &event("2", "tick", "ann", "11:00:00", "{}");
    let ran = run(&compiled, &lines, &hours(1));
    assert_eq!(ran.summary.journeys["child"].live, 1);
    let ran = run(&compiled, &(lines + &event("3", "tick", "ann", "12:00:00", "{}")), &hours(1));
    assert_eq!(ran.summary.journeys["child"].finished["ticked"], 1);
}

#[test]
fn rule_3_events_that_come_while_a_child_is_under_way_are_kept() {
    let compiled = program(
        r#"
        journey parent { enter on go  let o = run child()  match o { _ => { } }  wait for tick as t within 1h  if t != none { fail "{t.n}" } }
        journey child() { wait 1h }
        "#,
    );
    let lines = go() + &event("2", "tick", "ann", "10:30:00", r#"{"n": 7}"#);
    assert_eq!(told(&run(&compiled, &lines, &hours(5))).last().unwrap(), "failed parent/1 7");
}

#[test]
fn journeys_that_start_each_other_without_a_pause_are_stopped() {
    let compiled =
        program("journey parent { enter on go  start child(1) }\njourney child(n: Int) { unlimited  if n < 100 { start child(n + 1) } }");
    let ran = run(&compiled, &go(), &hours(1));
    assert_eq!(ran.of_kind("failed").map(|failed| failed["error"].clone()).collect::<Vec<_>>(), ["emit depth exceeded"]);
    assert_eq!(ran.summary.journeys["child"].started, 32);
}

#[test]
fn children_that_end_at_once_may_be_many_but_not_without_end() {
    let compiled = program(
        r#"
        journey parent { enter on go as g  for i in 0..200 { let o = run child(i)  match o { _ => { } } }  finish ran_all }
        journey endless { enter on tick  loop { let o = run child(1)  match o { _ => { } }  if profile.steps < 0 { break } } }
        journey child(n: Int) { profile.steps += n }
        "#,
    );
    let ran = run(&compiled, &(go() + &event("2", "tick", "ann", "11:00:00", "{}")), &hours(1));
    assert_eq!(ran.summary.journeys["parent"].finished["ran_all"], 1);
    assert_eq!(ran.of_kind("profile").nth(199).unwrap()["value"], 19_900);
    assert_eq!(ran.of_kind("failed").map(|failed| failed["error"].clone()).collect::<Vec<_>>(), ["budget exhausted"]);
    assert_eq!(ran.summary.journeys["endless"].failed, 1);
}
