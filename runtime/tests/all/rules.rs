//! "What exactly happens", rule by rule.

use crate::support::{Compiled, compile, event, hours, run};
use journey_runtime::Options;

const SHOP: &str = r#"
event cart_updated { cart_id: String, total: Decimal }
event purchase { cart_id: String }
event split { parts: Int }
profile { email: String?, visits: Int = 0, blocked: Bool = false }
channel email { address profile.email }
message hello(text: String) { email { subject: text, body: "for {customer} at {now}" } }
"#;

fn shop(journeys: &str) -> Compiled {
    compile(&format!("{SHOP}{journeys}"))
}

fn known(customer: &str) -> String {
    event(&format!("p-{customer}"), "profile", customer, "00:00:00", r#"{"email": "x@example.com"}"#)
}

#[test]
fn rule_1_a_step_is_atomic() {
    let shop = shop(
        r#"
        journey divides {
          enter on split as s
          profile.visits = 1
          send hello("before") via email
          wait 1h
          profile.visits = 2
          send hello("lost with its step") via email
          send hello("{100 / s.parts}") via email
          wait 1h
        }"#,
    );
    let lines = known("ann") + &event("1", "split", "ann", "01:00:00", r#"{"parts": 0}"#);
    let ran = run(&shop, &lines, &hours(10));
    assert_eq!(ran.story(), ["started ann", "profile ann visits", "send ann hello", "failed ann division by zero"]);
    assert_eq!(ran.effects[1]["value"], 1);
}

#[test]
fn rule_1_what_a_faulting_step_wrote_into_the_profile_is_not_seen() {
    let shop = shop(
        r#"
        journey a_fails {
          enter on split as s
          profile.visits = 7
          let bad = 1 / s.parts
          profile.visits = bad
        }
        journey b_reads {
          enter on split
          send hello("{profile.visits}") via email
        }"#,
    );
    let lines = known("ann") + &event("1", "split", "ann", "01:00:00", r#"{"parts": 0}"#);
    let ran = run(&shop, &lines, &Options::default());
    let send = ran.of_kind("send").next().unwrap();
    assert_eq!(send["args"]["text"], "0");
}

#[test]
fn rule_2_goals_before_waits_before_entries_in_order_of_name() {
    let shop = shop(
        r#"
        journey c_waits { enter on cart_updated as c  wait for purchase  send hello("waited") via email }
        journey b_ends { enter on cart_updated as c  goal bought on purchase  wait for purchase  send hello("never") via email }
        journey z_starts { enter on purchase  send hello("z") via email }
        journey a_starts { enter on purchase  send hello("a") via email }
        "#,
    );
    let lines = known("ann")
        + &event("1", "cart_updated", "ann", "01:00:00", r#"{"cart_id": "c", "total": 1}"#)
        + &event("2", "purchase", "ann", "02:00:00", r#"{"cart_id": "c"}"#);
    let ran = run(&shop, &lines, &Options::default());
    let sent: Vec<&str> = ran.of_kind("send").map(|send| send["args"]["text"].as_str().unwrap()).collect();
    assert_eq!(sent, ["waited", "a", "z"]);
    assert_eq!(ran.story()[2], "finished ann bought");
}

#[test]
fn rule_2_an_instance_never_sees_the_event_that_started_it() {
    let shop = shop(
        r#"
        journey echo {
          enter on purchase as p
          goal again on purchase as q where q.cart_id == p.cart_id
          wait 1h
          finish alone
        }"#,
    );
    let lines = event("1", "purchase", "ann", "01:00:00", r#"{"cart_id": "c"}"#);
    assert_eq!(run(&shop, &lines, &hours(2)).story(), ["started ann", "finished ann alone"]);
    let twice = lines + &event("2", "purchase", "ann", "01:30:00", r#"{"cart_id": "c"}"#);
    assert_eq!(run(&shop, &twice, &hours(2)).story(), ["started ann", "finished ann again", "started ann", "finished ann alone"]);
}

#[test]
fn rule_2_profile_comes_first_and_exits_see_it() {
    let shop = shop(
        r#"
        journey waits { enter on cart_updated as c  exit blocked when profile.blocked  wait 10h  finish done }
        "#,
    );
    let lines = event("1", "cart_updated", "ann", "01:00:00", r#"{"cart_id": "c", "total": 1}"#)
        + &event("2", "profile", "ann", "02:00:00", r#"{"blocked": true}"#);
    let ran = run(&shop, &lines, &hours(24));
    assert_eq!(ran.story(), ["started ann", "finished ann blocked"]);
    assert_eq!(ran.effects[1]["at"], "2026-01-01T02:00:00Z");
}

#[test]
fn rule_3_wait_for_sees_what_comes_after_it_begins() {
    let shop = shop(
        r#"
        journey later { enter on cart_updated as c  wait 1h  wait for purchase within 1h { finish saw } else { finish missed } }
        "#,
    );
    let lines = event("1", "cart_updated", "ann", "01:00:00", r#"{"cart_id": "c", "total": 1}"#);
    let early = lines.clone() + &event("2", "purchase", "ann", "01:30:00", r#"{"cart_id": "c"}"#);
    assert_eq!(run(&shop, &early, &hours(24)).story(), ["started ann", "finished ann missed"]);
    let late = lines + &event("2", "purchase", "ann", "02:30:00", r#"{"cart_id": "c"}"#);
    assert_eq!(run(&shop, &late, &hours(24)).story(), ["started ann", "finished ann saw"]);
}

#[test]
fn rule_4_a_deadline_includes_its_instant() {
    let shop = shop(
        r#"
        journey hour { enter on cart_updated as c  wait for purchase within 1h { finish in_time } else { finish too_late } }
        "#,
    );
    let start = event("1", "cart_updated", "ann", "01:00:00", r#"{"cart_id": "c", "total": 1}"#);
    for (time, outcome) in [("01:59:59.999", "in_time"), ("02:00:00", "in_time"), ("02:00:00.001", "too_late")] {
        let lines = start.clone() + &event("2", "purchase", "ann", time, r#"{"cart_id": "c"}"#);
        let ran = run(&shop, &lines, &Options::default());
        assert_eq!(ran.story(), ["started ann".to_owned(), format!("finished ann {outcome}")], "{time}");
    }
}

#[test]
fn rule_4_timers_fire_in_order_of_due_time_then_customer_then_creation() {
    let shop = shop(
        r#"
        journey a_slow { enter on cart_updated as c  unlimited  wait 2h  send hello("slow {c.cart_id}") via email }
        journey b_fast { enter on cart_updated as c  unlimited  wait 1h  send hello("fast {c.cart_id}") via email }
        "#,
    );
    let cart =
        |id: &str, customer: &str, time: &str| event(id, "cart_updated", customer, time, &format!(r#"{{"cart_id": "{id}", "total": 1}}"#));
    let lines =
        known("bob") + &known("ann") + &cart("1", "bob", "01:00:00") + &cart("2", "ann", "01:00:00") + &cart("3", "ann", "02:00:00");
    let ran = run(&shop, &lines, &hours(10));
    let sent: Vec<String> = ran
        .of_kind("send")
        .map(|send| format!("{} {}", send["customer"].as_str().unwrap(), send["args"]["text"].as_str().unwrap()))
        .collect();
    assert_eq!(sent, ["ann fast 2", "bob fast 1", "ann slow 2", "ann fast 3", "bob slow 1", "ann slow 3"]);
}

#[test]
fn rule_5_now_is_the_stamp_or_the_due_time() {
    let shop = shop(r#"journey clock { enter on purchase  send hello("in") via email  wait 90m  send hello("out") via email }"#);
    let lines = known("ann") + &event("1", "purchase", "ann", "01:00:00", r#"{"cart_id": "c"}"#);
    let ran = run(&shop, &lines, &hours(24));
    let sends: Vec<_> = ran.of_kind("send").collect();
    assert_eq!((sends[0]["at"].as_str(), sends[1]["at"].as_str()), (Some("2026-01-01T01:00:00Z"), Some("2026-01-01T02:30:00Z")));
    assert_eq!(sends[1]["content"]["body"], "for ann at 2026-01-01T02:30:00Z");
}

#[test]
fn rule_5_now_is_never_earlier_than_the_customers_last_step() {
    let shop = shop(r#"journey clock { enter on purchase  unlimited  send hello("x") via email }"#);
    let lines = known("ann")
        + &known("bob")
        + &event("1", "purchase", "ann", "05:00:00", r#"{"cart_id": "c"}"#)
        + &event("2", "purchase", "ann", "03:00:00", r#"{"cart_id": "c"}"#)
        + &event("3", "purchase", "bob", "03:00:00", r#"{"cart_id": "c"}"#);
    let ran = run(&shop, &lines, &Options::default());
    let at: Vec<&str> = ran.of_kind("send").map(|send| send["at"].as_str().unwrap()).collect();
    assert_eq!(at, ["2026-01-01T05:00:00Z", "2026-01-01T05:00:00Z", "2026-01-01T03:00:00Z"]);
    assert_eq!(ran.summary.clock_ms, Some(1_767_243_600_000));
}

#[test]
fn rule_6_a_fault_parks_one_instance_and_nothing_else() {
    let shop = shop(
        r#"
        journey a_fails { enter on split as s  wait 1h  send hello("{10 / s.parts}") via email }
        journey b_goes_on { enter on split as s  wait 1h  send hello("fine") via email }
        "#,
    );
    let lines = known("ann")
        + &event("1", "split", "ann", "01:00:00", r#"{"parts": 0}"#)
        + &event("2", "split", "ann", "04:00:00", r#"{"parts": 5}"#);
    let ran = run(&shop, &lines, &hours(24));
    let failed = ran.of_kind("failed").next().unwrap();
    assert_eq!((failed["error"].as_str(), failed["line"].as_u64()), (Some("division by zero"), Some(9)));
    // It still holds its place.
    let refused = ran.of_kind("refused").next().unwrap();
    assert_eq!((refused["journey"].as_str(), refused["reason"].as_str()), (Some("a_fails"), Some("live")));
    let journey = &ran.summary.journeys["a_fails"];
    assert_eq!((journey.started, journey.failed, journey.live), (1, 1, 0));
    assert_eq!(ran.summary.journeys["b_goes_on"].finished["completed"], 2);
}

#[test]
fn rule_6_an_entry_whose_first_step_faults_is_started_and_failed() {
    let shop = shop(r#"journey fails { enter on split as s  fail "no {s.parts}" }"#);
    let ran = run(&shop, &event("1", "split", "ann", "01:00:00", r#"{"parts": 3}"#), &Options::default());
    assert_eq!(ran.story(), ["started ann", "failed ann no 3"]);
    assert_eq!((ran.summary.journeys["fails"].started, ran.summary.journeys["fails"].failed), (1, 1));
    assert_eq!(ran.summary.events.handled, 1);
}

#[test]
fn rule_8_an_exit_that_is_true_at_entry_ends_the_instance_at_once() {
    let shop = shop(r#"journey blocked { enter on purchase  exit no when profile.blocked  send hello("never") via email  wait 1h }"#);
    let lines = event("1", "profile", "ann", "01:00:00", r#"{"email": "a@b", "blocked": true}"#)
        + &event("2", "purchase", "ann", "02:00:00", r#"{"cart_id": "c"}"#);
    assert_eq!(run(&shop, &lines, &hours(24)).story(), ["started ann", "finished ann no"]);
}

#[test]
fn rule_8_conditions_are_judged_after_every_change_also_by_another_journey() {
    let shop = shop(
        r#"
        journey a_counts { enter on purchase  unlimited  profile.visits += 1 }
        journey b_waits {
          enter on split
          wait for any { when profile.visits >= 2 { finish twice } after 10h { finish never } }
        }
        journey c_exits { enter on split  exit enough when profile.visits >= 1  wait 10h }
        "#,
    );
    let purchase = |id: &str, time: &str| event(id, "purchase", "ann", time, r#"{"cart_id": "c"}"#);
    let lines = event("1", "split", "ann", "01:00:00", r#"{"parts": 1}"#) + &purchase("2", "02:00:00") + &purchase("3", "03:00:00");
    let ran = run(&shop, &lines, &hours(24));
    let ends: Vec<String> = ran
        .of_kind("finished")
        .map(|end| format!("{} {} {}", end["journey"].as_str().unwrap(), end["outcome"].as_str().unwrap(), end["at"].as_str().unwrap()))
        .collect();
    assert_eq!(
        ends,
        [
            "a_counts completed 2026-01-01T02:00:00Z",
            "c_exits enough 2026-01-01T02:00:00Z",
            "a_counts completed 2026-01-01T03:00:00Z",
            "b_waits twice 2026-01-01T03:00:00Z",
        ]
    );
}

#[test]
fn rule_9_what_is_not_known_is_not_sent_to_and_says_why() {
    let strict = compile(
        r#"
        event go {}
        profile { email: String?, phone: String?, consent: Bool? }
        channel email { address profile.email  consent profile.consent }
        channel sms { address profile.phone  consent profile.consent }
        message hello { email { subject: "s", body: "b" }  sms { text: "t" } }
        journey j { enter on go  unlimited  send hello via email  send hello via first of sms, email }
        "#,
    );
    let lines = event("1", "go", "ann", "01:00:00", "{}")
        + &event("2", "profile", "ann", "02:00:00", r#"{"email": "a@example.com"}"#)
        + &event("3", "go", "ann", "03:00:00", "{}")
        + &event("4", "profile", "ann", "04:00:00", r#"{"consent": true}"#)
        + &event("5", "go", "ann", "05:00:00", "{}");
    let ran = run(&strict, &lines, &Options::default());
    let story: Vec<String> = ran.story().into_iter().filter(|line| line.starts_with("su") || line.starts_with("se")).collect();
    let expected = [
        "suppressed ann hello",
        "suppressed ann hello",
        "suppressed ann hello",
        "suppressed ann hello",
        "send ann hello",
        "send ann hello",
    ];
    assert_eq!(story, expected);
    let suppressed: Vec<_> = ran.of_kind("suppressed").collect();
    assert_eq!(suppressed[0]["reason"], "no_address");
    assert_eq!((&suppressed[1]["reason"], suppressed[1]["channels"]["sms"].as_str()), (&"unreachable".into(), Some("no_address")));
    assert_eq!(suppressed[2]["reason"], "no_consent");
    assert_eq!(
        (suppressed[3]["channels"]["sms"].as_str(), suppressed[3]["channels"]["email"].as_str()),
        (Some("no_address"), Some("no_consent"))
    );
    assert_eq!(ran.summary.suppressed["hello"]["unreachable"], 2);
    assert_eq!(ran.summary.sends["hello"]["email"], 2);
}

#[test]
fn rule_10_nobody_vanishes() {
    let shop = shop(
        r#"
        journey many {
          enter on split as s
          unlimited
          goal bought on purchase
          if s.parts == 0 { fail "zero" }
          if s.parts == 1 { finish at_once }
          wait 1h
          let half = 10 / (s.parts - 2)
          wait days(half)
        }"#,
    );
    let mut lines = String::new();
    for n in 0..60 {
        let (hour, minute) = (n / 10, n % 10);
        lines +=
            &event(&n.to_string(), "split", ["ann", "bob"][n % 2], &format!("0{hour}:0{minute}:00"), &format!(r#"{{"parts": {}}}"#, n % 7));
    }
    lines += &event("x", "purchase", "ann", "05:59:00", r#"{"cart_id": "c"}"#);
    let ran = run(&shop, &lines, &hours(24));
    let journey = &ran.summary.journeys["many"];
    assert_eq!(journey.started, 60);
    assert!(journey.live > 0 && journey.failed > 0 && journey.finished["bought"] > 0 && journey.finished["at_once"] > 0, "{journey:?}");
    assert_eq!(journey.at.values().sum::<u64>(), journey.live);
}

#[test]
fn rule_11_no_journey_can_stop_another() {
    let shop = shop(
        r#"
        journey a_spins { enter on split as s  var n = 0  while n >= 0 { n = 1 - n }  wait 1h }
        journey b_goes_on { enter on split  send hello("fine") via email }
        "#,
    );
    let ran = run(&shop, &(known("ann") + &event("1", "split", "ann", "01:00:00", r#"{"parts": 1}"#)), &Options::default());
    assert_eq!(ran.of_kind("failed").next().unwrap()["error"], "budget exhausted");
    assert_eq!(ran.of_kind("send").count(), 1);
}

#[test]
fn rule_11_steps_without_end_at_one_instant_are_bounded_too() {
    let shop = shop(
        r#"journey spins { enter on split as s  loop { wait for any { when s.parts == 1 { } after 0s { } on purchase { break } }  if s.parts == 9 { break } } }"#,
    );
    for parts in [1, 2] {
        let ran = run(&shop, &event("1", "split", "ann", "01:00:00", &format!(r#"{{"parts": {parts}}}"#)), &hours(1));
        assert_eq!(ran.of_kind("failed").next().unwrap()["error"], "budget exhausted", "{parts}");
    }
}

#[test]
fn rule_6_a_condition_that_faults_parks_its_instance_too() {
    let shop = shop(
        r#"
        journey a_entry { enter on split as s where 10 / s.parts > 1  finish entered }
        journey b_goal { enter on cart_updated as c  goal done on split as s where 10 / s.parts > 1  wait 10h }
        journey c_wait { enter on cart_updated as c  wait for split as s where 10 / s.parts > 1 }
        "#,
    );
    let lines = event("1", "cart_updated", "ann", "01:00:00", r#"{"cart_id": "c", "total": 1}"#)
        + &event("2", "split", "ann", "02:00:00", r#"{"parts": 0}"#);
    let ran = run(&shop, &lines, &hours(24));
    let failed: Vec<&str> = ran.of_kind("failed").map(|failed| failed["journey"].as_str().unwrap()).collect();
    assert_eq!(failed, ["b_goal", "c_wait", "a_entry"]);
    assert!(ran.of_kind("failed").all(|failed| failed["error"] == "division by zero"));
    assert_eq!(ran.summary.journeys["a_entry"].failed, 1);
}
