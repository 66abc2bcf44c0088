//! `parallel`, `race`, `undo`, `try`: each sentence of the language on them.

use crate::support::{Compiled, Ran, compile, event, hours, run};
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::customer::Customer;
use journey_runtime::store::MemoryStore;
use journey_runtime::{Input, Options, test};

const SHOP: &str = r#"
event go { n: Int = 1 }
event ping { n: Int = 0 }
event stop {}
profile { email: String = "x@example.com", log: String = "", seen: Int = 0, timezone: Timezone = "UTC" }
channel email { address profile.email }
message note(text: String) { email { subject: "Note", body: text } }
"#;

fn shop(journeys: &str) -> Compiled {
    compile(&format!("{SHOP}{journeys}"))
}

fn go() -> String {
    event("go", "go", "ann", "00:00:00", "{}")
}

fn ping(id: &str, time: &str, n: i64) -> String {
    event(id, "ping", "ann", time, &format!(r#"{{"n": {n}}}"#))
}

/// What was sent, in order.
fn texts(ran: &Ran) -> Vec<&str> {
    ran.of_kind("send").filter_map(|send| send["args"]["text"].as_str()).collect()
}

/// Runs `go`, then these lines, and then so many hours.
fn played(journey: &str, lines: &str, more: i64) -> Ran {
    run(&shop(journey), &(go() + lines), &hours(more))
}

/// Passes only where the journey does in the test what the test says.
fn passes(journey: &str, body: &str) {
    let compiled = shop(&format!("{journey}\ntest \"t\" {{ {body} }}"));
    let reports = test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT);
    assert_eq!(reports[0].failure, None);
}

#[test]
fn branches_run_in_written_order_until_each_pauses_and_join_at_the_end() {
    let ran = played(
        r#"journey j { enter on go
          parallel {
            branch a { send note("a1") via email  wait 2h  send note("a2") via email }
            branch b { send note("b1") via email  wait 1h  send note("b2") via email }
          }
          send note("joined") via email
        }"#,
        "",
        5,
    );
    assert_eq!(texts(&ran), ["a1", "b1", "b2", "a2", "joined"]);
    assert_eq!(ran.story().last().unwrap(), "finished ann completed");
}

#[test]
fn a_branch_that_forks_goes_as_far_as_it_can_before_the_next_begins() {
    let ran = played(
        r#"journey j { enter on go
          parallel {
            branch a { parallel { branch p { send note("p") via email  wait 1h } branch q { send note("q") via email } } send note("a") via email }
            branch b { send note("b") via email }
          }
          send note("joined") via email
        }"#,
        "",
        5,
    );
    assert_eq!(texts(&ran), ["p", "q", "b", "a", "joined"]);
}

#[test]
fn branches_that_never_pause_do_not_make_the_whole_pause() {
    let ran = played(
        r#"journey j { enter on go  parallel { branch a { profile.log = "a" } branch b { profile.log = "{profile.log}b" } } finish done }"#,
        "",
        0,
    );
    assert_eq!(ran.story(), ["started ann", "profile ann log", "profile ann log", "finished ann done"]);
    assert_eq!(ran.effects[2]["value"], "ab");
}

#[test]
fn branches_read_outer_variables_and_assign_their_own() {
    let ran = played(
        r#"journey j { enter on go as g
          var count = g.n
          parallel {
            branch a { var mine = count  mine += 1  wait 1h  mine += count  send note("a {mine}") via email }
            branch b { var mine = count * 10  wait 2h  mine += 1  send note("b {mine}") via email }
          }
          count += 1
          send note("after {count}") via email
        }"#,
        "",
        5,
    );
    assert_eq!(texts(&ran), ["a 3", "b 11", "after 2"]);
}

#[test]
fn an_event_is_offered_to_branches_in_the_order_in_which_they_began() {
    let ran = played(
        r#"journey j { enter on go
          parallel {
            branch a { wait for ping as p  send note("a {p.n}") via email  wait for ping as q  send note("a {q.n}") via email }
            branch b { wait for ping as p  send note("b {p.n}") via email }
          }
          wait for ping as last
          send note("last {last.n}") via email
        }"#,
        &(ping("1", "01:00:00", 1) + &ping("2", "02:00:00", 2) + &ping("3", "03:00:00", 3)),
        0,
    );
    assert_eq!(texts(&ran), ["a 1", "b 1", "a 2", "last 3"]);
}

#[test]
fn goals_and_finish_end_an_instance_wherever_its_branches_are_and_undo_nothing() {
    let branches = r#"parallel {
        branch a { undo { send note("undone") via email } wait 1d }
        branch b { wait 1h  finish early }
    }"#;
    let goal = format!("journey j {{ enter on go  goal stopped on stop  {branches} }}");
    let ran = played(&goal, &event("s", "stop", "ann", "00:30:00", "{}"), 30);
    assert_eq!(ran.story(), ["started ann", "finished ann stopped"]);
    let ran = played(&goal, "", 30);
    assert_eq!(ran.story(), ["started ann", "finished ann early"]);
}

#[test]
fn an_exit_reads_the_variables_of_the_main_fiber_while_branches_are_under_way() {
    let ran = played(
        r#"journey j { enter on go as g
          exit enough when profile.seen > g.n
          goal met on ping as p where p.n == g.n + 1
          parallel { branch a { wait 1h  profile.seen = 1  wait 1h  profile.seen = 2  wait 1h } branch b { wait 1d } }
        }"#,
        "",
        30,
    );
    assert_eq!(ran.story(), ["started ann", "profile ann seen", "profile ann seen", "finished ann enough"]);
}

#[test]
fn an_instance_counts_at_each_of_its_pauses_and_is_live_once() {
    let ran = played("journey j { enter on go  step s { parallel { branch a { wait 1d } branch b { wait for stop } } } }", "", 1);
    let counts = &ran.summary.journeys["j"];
    assert_eq!((counts.started, counts.live), (1, 1));
    assert_eq!(counts.at.iter().map(|(at, n)| format!("{at} {n}")).collect::<Vec<_>>(), ["s.a.wait 1", "s.b.for 1", "s.parallel 1"]);
}

#[test]
fn rule_1_a_step_of_several_branches_is_atomic() {
    let ran = played(
        r#"journey j { enter on go as g
          wait 1h
          parallel {
            branch a { profile.log = "lost"  send note("lost") via email  wait 1h }
            branch b { profile.seen = 10 / (g.n - 1) }
          }
        }"#,
        "",
        5,
    );
    assert_eq!(ran.story(), ["started ann", "failed ann division by zero"]);
    assert_eq!(ran.summary.journeys["j"].at.len(), 0);
}

#[test]
fn later_branches_of_a_step_see_what_earlier_ones_wrote_into_the_profile() {
    let ran = played(
        r#"journey j { enter on go  wait 1h
          parallel { branch a { profile.log = "a"  wait 1h } branch b { send note(profile.log) via email } } }"#,
        "",
        1,
    );
    assert_eq!(texts(&ran), ["a"]);
}

#[test]
fn rule_11_all_branches_of_a_step_share_its_budget() {
    let ran = played(
        r#"journey j { enter on go
          loop { race { branch a { } branch b { wait 1h } } } }"#,
        "",
        1,
    );
    assert_eq!(ran.story(), ["started ann", "failed ann budget exhausted"]);
}

#[test]
fn the_first_branch_of_a_race_to_end_wins_and_the_others_are_undone_newest_first() {
    let ran = played(
        r#"journey j { enter on go as g
          race {
            branch a { undo { send note("undo a1 {g.n}") via email }  wait 2h  send note("never") via email }
            branch b { undo { send note("undo b") via email }  wait 1h  send note("won") via email }
            branch c { var n = 1  undo { send note("undo c{n}") via email }  n = 2  undo { send note("undo c{n}") via email }  wait 3h }
          }
          send note("after") via email
        }"#,
        "",
        9,
    );
    assert_eq!(texts(&ran), ["won", "undo c2", "undo c1", "undo a1 1", "after"]);
}

#[test]
fn on_a_tie_the_first_written_branch_of_a_race_wins() {
    let ran = played(
        r#"journey j { enter on go  race { branch a { wait 1h  send note("a") via email } branch b { wait 1h  send note("b") via email } } }"#,
        "",
        5,
    );
    assert_eq!(texts(&ran), ["a"]);
}

#[test]
fn a_branch_that_ends_at_once_wins_before_later_ones_run() {
    let ran = played(
        r#"journey j { enter on go
          race {
            branch a { undo { send note("undone") via email }  wait 1h }
            branch b { send note("b") via email }
            branch c { send note("never") via email }
          }
          send note("after") via email }"#,
        "",
        5,
    );
    assert_eq!(texts(&ran), ["b", "undone", "after"]);
}

#[test]
fn what_a_winner_or_a_joined_branch_has_to_undo_is_left_to_its_parent() {
    let ran = played(
        r#"journey j { enter on go
          race {
            branch outer {
              parallel { branch a { undo { send note("undo a") via email } } branch b { wait 1h  undo { send note("undo b") via email } } }
              wait 1d
            }
            branch winner { wait 2h }
          } }"#,
        "",
        5,
    );
    assert_eq!(texts(&ran), ["undo b", "undo a"]);
}

/// The customer after a run, and the engine's work on it.
fn cancelled(journey: &str) -> (Ran, u64) {
    let compiled = shop(journey);
    let mut store = MemoryStore::new();
    let lines = go();
    let inputs = vec![Input::new("events", lines.as_bytes())];
    journey_runtime::run(&compiled.program, &compiled.sources, &Options::default(), inputs, &mut store, None, &mut |_| {}).unwrap();
    let mut customer: Customer = store.customers()[0].clone();
    let meta = journey_runtime::store::Store::meta(&store).unwrap().unwrap_or_default();
    let program = std::sync::Arc::clone(&compiled.program);
    let sources = std::sync::Arc::clone(&compiled.sources);
    let mut engine = journey_runtime::engine::Engine::new(program, sources, BUDGET_DEFAULT, &meta.editions, &meta.profiles);
    engine.counters.journeys[0].started = 1;
    engine.counters.journeys[0].live = 1;
    for fiber in &customer.instances[0].fibers {
        engine.counters.journeys[0].at[fiber.pause as usize] += 1;
    }
    let mut told = journey_runtime::effect::lines::Lines::default();
    assert!(engine.cancel(&mut customer, 1, 1_800_000_000_000, &mut told));
    assert!(customer.instances.is_empty() && engine.counters.journeys[0].add_up());
    let effects = told.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cancelled = engine.counters.journeys[0].cancelled;
    (Ran { summary: run(&compiled, "", &Options::default()).summary, effects }, cancelled)
}

#[test]
fn undo_blocks_run_newest_first_when_the_instance_is_cancelled() {
    let (ran, cancelled) = cancelled(
        r#"journey j { enter on go
          undo { send note("first") via email  profile.log = "undone" }
          parallel { branch a { undo { send note("a") via email } wait 1d } branch b { undo { send note("b") via email } wait 1d } } }"#,
    );
    assert_eq!(ran.story(), ["send ann note", "send ann note", "send ann note", "profile ann log", "cancelled ann"]);
    assert_eq!((texts(&ran), cancelled), (vec!["b", "a", "first"], 1));
}

#[test]
fn undo_keeps_variables_as_they_were() {
    let (ran, _) = cancelled(
        r#"journey j { enter on go as g
          var n = g.n
          undo { send note("{n}") via email }
          n += 1
          undo { send note("{n}") via email }
          n += 1
          wait 1d
          send note("{n}") via email }"#,
    );
    assert_eq!(texts(&ran), ["2", "1"]);
}

#[test]
fn an_undo_block_that_calls_goes_on_when_it_is_answered_and_the_next_comes_after_it() {
    passes(
        r#"service desk { fn free(n: Int) -> Int { POST "/free/{n}" } }
        journey j { enter on go
          race {
            branch a {
              undo { profile.log = "{profile.log} oldest" }
              undo { let n = call desk.free(7)  profile.log = "{profile.log} freed {n}" }
              undo { profile.log = "{profile.log} newest" }
              wait 1d
            }
            branch b { wait 1h  profile.log = "won" }
          }
          profile.log = "{profile.log} after"
          finish done
        }"#,
        r#"answer desk.free with 5
        event go {}  advance 1h
        expect profile.log == "won newest after freed 5 oldest"
        expect finished j with done"#,
    );
}

#[test]
fn a_handler_is_told_of_its_own_fault_whatever_undo_blocks_caught_before() {
    let ran = played(
        r#"journey j { enter on go
          try { parallel {
            branch a { undo { try { fail "inner" } catch e { send note(e.message) via email } }  wait 1d }
            branch b { wait 1h  fail "outer" }
          } } catch e { send note(e.message) via email }
        }"#,
        "",
        5,
    );
    assert_eq!(texts(&ran), ["inner", "outer"]);
}

#[test]
fn a_child_is_undone_when_its_parent_loses_a_race() {
    let ran = played(
        r#"journey kid(n: Int) { undo { send note("kid {n} undone") via email }  wait 1d }
        journey parent { enter on go
          race { branch a { let _o = run kid(4) } branch b { wait 1h } }
          send note("after") via email
        }"#,
        "",
        5,
    );
    assert_eq!(ran.of_kind("cancelled").count(), 1);
    assert_eq!(texts(&ran).len(), 2);
}

#[test]
fn undo_blocks_never_run_while_an_instance_is_parked() {
    let ran = played(r#"journey j { enter on go as g  undo { send note("undone") via email }  wait 1h  fail "parked" }"#, "", 30);
    assert_eq!(ran.story(), ["started ann", "failed ann parked"]);
}

#[test]
fn try_catches_faults_and_fail_with_message_and_line_and_what_was_done_before_stays() {
    let ran = played(
        r#"journey j { enter on go as g
          var n = g.n
          try {
            n = 5
            send note("before") via email
            profile.seen = 10 / (g.n - 1)
            n = 7
          } catch e { send note("{e.message} in {e.line}, n is {n}") via email }
          try { fail "why {n}" } catch e { send note(e.message) via email }
        }"#,
        "",
        0,
    );
    // Seven lines stand before the journey.
    assert_eq!(texts(&ran), ["before", "division by zero in 13, n is 5", "why 5"]);
    assert_eq!(ran.story().last().unwrap(), "finished ann completed");
}

#[test]
fn try_catches_what_faults_in_functions_and_after_pauses_and_in_conditions_of_waits() {
    let ran = played(
        r#"fn share(n: Int) -> Int { 100 / n }
        journey j { enter on go as g
          try { wait 1h  profile.seen = share(g.n - 1) } catch e { send note("function: {e.message}") via email }
          try { wait 1h  wait for ping as p where 10 / p.n == 5 } catch e { send note("filter: {e.message}") via email }
          try { try { wait 1h  fail "inner" } catch e { fail "outer of {e.message}" } } catch e { send note(e.message) via email }
        }"#,
        &ping("1", "03:00:00", 0),
        9,
    );
    assert_eq!(texts(&ran), ["function: division by zero", "filter: division by zero", "outer of inner"]);
}

#[test]
fn a_fault_in_a_branch_is_caught_around_the_branches_and_cancels_them() {
    let ran = played(
        r#"journey j { enter on go
          try {
            parallel {
              branch a { undo { send note("undo a") via email }  wait 1d  send note("never") via email }
              branch b { wait 1h  fail "b" }
            }
          } catch e { send note("caught {e.message}") via email  wait 1h }
          finish done
        }"#,
        "",
        50,
    );
    assert_eq!(texts(&ran), ["undo a", "caught b"]);
    assert_eq!(ran.story().last().unwrap(), "finished ann done");
}

#[test]
fn loops_and_finish_leave_a_try_as_they_leave_any_block() {
    let ran = played(
        r#"journey j { enter on go
          for n in 0..5 {
            try {
              if n == 1 { continue }
              if n == 3 { break }
              wait 1h
              if n == 2 { fail "two" }
              send note("{n}") via email
            } catch e { send note(e.message) via email  continue }
          }
          try { finish inside } catch e { fail e.message }
        }"#,
        "",
        9,
    );
    assert_eq!(texts(&ran), ["0", "two"]);
    assert_eq!(ran.story().last().unwrap(), "finished ann inside");
}

#[test]
fn an_exhausted_budget_is_not_caught() {
    let ran = played(r#"journey j { enter on go  try { var n = 0  while n >= 0 { n = 1 - n } } catch e { finish caught } }"#, "", 0);
    assert_eq!(ran.story(), ["started ann", "failed ann budget exhausted"]);
}

#[test]
fn tests_find_the_customer_in_each_branch() {
    passes(
        "journey j { enter on go  parallel { branch a { step one { wait 1d } } branch b { step two { wait 2d } } } step after { wait 1d } }",
        "event go {}  expect at j.one  expect at j.two  expect not at j.after  advance 2d  expect at j.after",
    );
}

#[test]
fn blocks_that_a_later_cancellation_adds_run_newest_first_with_those_that_wait() {
    passes(
        r#"service s { fn f() { POST "/f" retry 1 backoff 10m..10m } }
        journey a {
          enter on go
          race {
            branch x {
              undo { profile.log = "{profile.log} u1" }
              race {
                branch p {
                  undo { profile.log = "{profile.log} u2" }
                  undo { try { call s.f() } catch _e { profile.log = "{profile.log} u3" } }
                  wait 2h
                }
                branch q { wait 1h }
              }
              wait 10h
            }
            branch y { wait for stop }
          }
          wait 1d
        }"#,
        r#"answer s.f fail  event go {}  advance 65m  event stop {}  advance 1h  expect profile.log == " u3 u2 u1""#,
    );
}
