//! What time alone sets going: conditions, segments, schedules.

use crate::support::{Compiled, compile, event, hours, run};
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::run::WriterSink;
use journey_runtime::store::{DurableStore, Store};
use journey_runtime::{Input, Options, Summary, Until, test};
use std::path::Path;

fn passes(program: &str) {
    let compiled = compile(program);
    for report in test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT) {
        assert_eq!(report.failure, None, "{}", report.title);
    }
}

const SHOP: &str = r#"
event bought { n: Int = 1 }
event ping {}
profile { timezone: Timezone? = "UTC", calls: Int = 0, ok: Bool = false, until: Time?, birthday: Date? }
trait last_order: Time? = last(bought)
trait recent: Int = sum(bought.n) over 3d
"#;

#[test]
fn an_exit_ends_the_instance_at_the_instant_at_which_time_makes_it_true() {
    passes(&format!(
        r#"{SHOP}
        journey care {{
          enter on bought
          one per now
          exit late when last_order != none and last_order < now - 30d
          wait 365d
        }}
        test "to the millisecond" {{
          event bought {{}}
          advance 30d
          expect at care
          advance 1ms
          expect finished care with late
        }}
        test "an event moves it on" {{
          event bought {{}}
          advance 20d
          event bought {{}}
          advance 20d
          expect at care
          advance 10d
          advance 1ms
          expect not at care
        }}"#
    ));
}

#[test]
fn a_when_arm_wakes_by_time_alone() {
    passes(&format!(
        r#"{SHOP}
        journey care {{
          enter on bought as b
          wait for any {{
            when recent < 2 and now > 2026-01-02T00:00:00Z {{ finish quiet }}
            when now >= (profile.until ?? 2027-01-01T00:00:00Z) {{ finish until }}
            on ping {{ finish pinged }}
          }}
        }}
        test "when the window has slid" {{
          event bought {{ n: 2 }}
          advance 71h
          expect at care
          advance 1h
          expect finished care with quiet
        }}
        test "at a moment of the profile, which may be changed" {{
          event bought {{ n: 2 }}
          profile {{ until: 2026-01-02T00:00:00Z }}
          profile {{ until: 2026-01-01T06:00:00Z }}
          advance 6h
          expect finished care with until
        }}"#
    ));
}

#[test]
fn an_exit_that_holds_at_entry_ends_the_instance_at_once() {
    let program = compile(&format!("{SHOP} journey care {{ enter on bought  exit late when now >= 2026-01-01T00:00:00Z  wait 1d }}"));
    let ran = run(&program, &event("1", "bought", "ann", "10:00:00", "{}"), &Options::default());
    assert_eq!(ran.story(), ["started ann", "finished ann late"]);
}

#[test]
fn a_customer_comes_into_a_segment_by_time_alone_and_only_once() {
    passes(&format!(
        r#"{SHOP}
        segment lapsed = last_order != none and last_order < now - 30d
        journey win_back {{ enter on segment lapsed  unlimited  profile.calls += 1 }}
        test "t" {{
          event bought {{}}
          advance 30d
          expect profile.calls == 0
          advance 1ms
          expect profile.calls == 1
          event ping {{}}
          advance 300d
          event ping {{}}
          expect profile.calls == 1
          event bought {{}}
          advance 31d
          expect profile.calls == 2
        }}"#
    ));
}

#[test]
fn a_customers_first_event_counts_as_coming_into_every_segment_that_holds_then() {
    let program = compile(&format!(
        "{SHOP} segment fresh = recent < 5  segment never = recent > 5
         journey a {{ enter on segment fresh  wait 1d }}  journey b {{ enter on segment never  wait 1d }}"
    ));
    let ran =
        run(&program, &(event("1", "ping", "ann", "10:00:00", "{}") + &event("2", "ping", "ann", "11:00:00", "{}")), &Options::default());
    assert_eq!(ran.story(), ["started ann"]);
}

#[test]
fn entries_come_in_order_of_journey_name_whatever_opens_them() {
    let program = compile(&format!(
        "{SHOP} segment any = recent > 0
         journey b {{ enter on bought  wait 1d }}  journey a {{ enter on segment any  wait 1d }}  journey c {{ enter on segment any  wait 1d }}"
    ));
    let ran = run(&program, &event("1", "bought", "ann", "10:00:00", "{}"), &Options::default());
    let journeys: Vec<&str> = ran.of_kind("started").map(|effect| effect["journey"].as_str().unwrap()).collect();
    assert_eq!(journeys, ["a", "b", "c"]);
}

#[test]
fn an_event_goes_before_the_segment_of_the_same_journey() {
    let program =
        compile(&format!("{SHOP} segment any = recent > 0  journey a {{ enter on bought  enter on segment any  unlimited  wait 1d }}"));
    let ran = run(&program, &event("1", "bought", "ann", "10:00:00", "{}"), &Options::default());
    assert_eq!(ran.story(), ["started ann"]);
}

#[test]
fn what_a_step_does_to_the_profile_brings_customers_into_segments() {
    let program = compile(&format!(
        "{SHOP} segment good = profile.ok  journey a {{ enter on bought  profile.ok = true }}  journey b {{ enter on segment good  wait 1d }}"
    ));
    let ran = run(&program, &event("1", "bought", "ann", "10:00:00", "{}"), &Options::default());
    assert_eq!(ran.story(), ["started ann", "profile ann ok", "finished ann completed", "started ann"]);
}

#[test]
fn segments_that_chase_each_other_come_to_an_end() {
    let program = compile(&format!(
        "{SHOP} segment up = profile.ok  segment down = not profile.ok
         journey a {{ enter on segment up  unlimited  profile.ok = false }}  journey b {{ enter on segment down  unlimited  profile.ok = true }}"
    ));
    let ran = run(&program, &event("1", "bought", "ann", "10:00:00", "{}"), &Options::default());
    assert_eq!(ran.of_kind("failed").next().unwrap()["error"], "budget exhausted");
}

#[test]
fn a_schedule_calls_known_customers_at_their_own_time_of_the_day() {
    let program = compile(&format!("{SHOP} journey daily {{ enter every day at 09:00  unlimited  wait 1ms }}"));
    let paris = event("2", "profile", "bob", "10:00:00", r#"{"timezone": "Europe/Paris"}"#);
    let nowhere = event("3", "profile", "cem", "10:00:00", r#"{"timezone": null}"#);
    let lines = event("1", "ping", "ann", "10:00:00", "{}") + &paris + &nowhere;
    let ran = run(&program, &lines, &hours(24));
    let started: Vec<(&str, &str)> =
        ran.of_kind("started").map(|effect| (effect["customer"].as_str().unwrap(), effect["at"].as_str().unwrap())).collect();
    assert_eq!(started, [("bob", "2026-01-02T08:00:00Z"), ("ann", "2026-01-02T09:00:00Z")]);
}

/// When a schedule called a customer in Paris whose first event was at noon of the day before the clock is changed.
fn calls_in_paris(schedule: &str, day_before: &str, days: i64) -> Vec<String> {
    let program = compile(&format!(
        "event ping {{}} profile {{ timezone: Timezone = \"Europe/Paris\" }} journey daily {{ enter every {schedule}  unlimited  wait 1ms }}"
    ));
    let ping = event("1", "ping", "ann", "12:00:00", "{}").replace("2026-01-01", day_before);
    let ran = run(&program, &ping, &hours(24 * days));
    ran.of_kind("started").map(|effect| effect["at"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_time_that_daylight_saving_skips_is_the_first_instant_after_the_gap() {
    assert_eq!(calls_in_paris("day at 02:30", "2026-03-28", 2), ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
}

#[test]
fn a_time_that_comes_twice_is_the_first() {
    assert_eq!(calls_in_paris("day at 02:30", "2026-10-24", 2), ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
}

#[test]
fn a_month_without_such_a_day_has_it_on_its_last() {
    assert_eq!(
        calls_in_paris("month on 31 at 00:00", "2026-01-31", 90),
        ["2026-02-27T23:00:00Z", "2026-03-30T22:00:00Z", "2026-04-29T22:00:00Z"]
    );
}

#[test]
fn weekdays_and_periods_come_round() {
    assert_eq!(calls_in_paris("monday at 09:00", "2026-01-01", 14), ["2026-01-05T08:00:00Z", "2026-01-12T08:00:00Z"]);
    assert_eq!(calls_in_paris("7h", "2026-01-01", 1), ["2026-01-01T19:00:00Z", "2026-01-02T02:00:00Z", "2026-01-02T09:00:00Z"]);
}

#[test]
fn a_schedule_for_a_segment_calls_those_who_are_in_it_then() {
    passes(&format!(
        r#"{SHOP}
        segment quiet = recent == 0
        journey nudges {{ enter every day at 09:00 for segment quiet  unlimited  profile.calls += 1 }}
        test "t" {{
          event bought {{}}
          advance 3d
          expect profile.calls == 0
          advance 1d
          expect profile.calls == 1
        }}"#
    ));
}

#[test]
fn when_the_zone_changes_the_schedule_goes_by_the_new_one() {
    passes(&format!(
        r#"{SHOP}
        journey daily {{ enter every day at 09:00  unlimited  profile.calls += 1 }}
        test "t" {{
          profile {{ timezone: none }}
          event ping {{}}
          advance 30h
          expect profile.calls == 0
          profile {{ timezone: "Asia/Tokyo" }}
          advance 17h
          expect profile.calls == 0
          advance 1h
          expect profile.calls == 1
        }}"#
    ));
}

#[test]
fn hours_weekdays_and_dates_change_at_their_own_instants_through_daylight_saving() {
    passes(
        r#"
        event go {}
        profile { timezone: Timezone = "Europe/Paris", birthday: Date? }
        journey a {
          enter on go
          wait for any { when now.hour(profile.timezone) == 3 { } }
          step three { wait for any { when now.time(profile.timezone) in 22:00..01:00 { } } }
          step night { wait for any { when now.date(profile.timezone) > 2026-03-29 and now.weekday(profile.timezone) == 1 { } } }
          step monday {
            wait for any { when profile.birthday != none and profile.birthday.next_anniversary(now.date("UTC")) == now.date("UTC").plus_days(7) { } }
          }
          finish done
        }
        test "t" at 2026-03-29T00:30:00Z {
          profile { birthday: 1990-05-20 }
          event go {}
          advance until 2026-03-29T00:59:59.999Z
          expect not at a.three
          // From 02:00 the clock goes to 03:00.
          advance 1ms
          expect at a.three
          advance until 2026-03-29T19:59:59.999Z
          expect at a.three
          advance 1ms
          expect at a.night
          advance 2h
          expect at a.monday
          advance until 2026-05-12T23:59:59.999Z
          expect at a.monday
          advance 1ms
          expect finished a with done
        }"#,
    );
}

#[test]
fn functions_and_bindings_that_are_given_the_clock_are_looked_into() {
    passes(
        r#"
        event go { at: Time, others: List<Slot> = [] }
        type Slot { at: Time }
        fn is_past(now_is: Time, then: Time, grace: Duration) -> Bool { let gone = now_is - then  gone > grace }
        segment late = is_past(now, 2026-01-05T00:00:00Z, 1d)
        journey a {
          enter on go as g
          exit late when late
          exit any_other when g.others.any(o => is_past(now, o.at, 2h))
          exit own when (if g.at < now - 1h { now } else { now - 30d }) > 2026-01-01T06:00:00Z
          wait 365d
        }
        test "own" { event go { at: 2026-01-01T08:00:00Z }  advance 9h  expect at a  advance 1ms  expect finished a with own }
        test "another" {
          event go { at: 2026-02-01T00:00:00Z, others: [Slot { at: 2026-01-02T00:00:00Z }, Slot { at: 2026-01-01T03:00:00Z }] }
          advance 5h  expect at a  advance 1ms  expect finished a with any_other
        }
        test "late" { event go { at: 2026-02-01T00:00:00Z }  advance until 2026-01-06T00:00:00Z  expect at a  advance 1ms  expect finished a with late }
        "#,
    );
}

#[test]
fn at_one_instant_conditions_come_before_timers() {
    let program =
        compile(&format!("{SHOP} journey a {{ enter on bought  exit over when now >= 2026-01-01T11:00:00Z  wait 1h  finish timer }}"));
    let ran = run(&program, &event("1", "bought", "ann", "10:00:00", "{}"), &hours(2));
    assert_eq!(ran.story(), ["started ann", "finished ann over"]);
}

#[test]
fn a_drain_stops_when_only_schedules_and_instants_of_segments_are_left() {
    let program = compile(&format!(
        "{SHOP} segment lapsed = last_order != none and last_order < now - 30d
         journey a {{ enter on bought  wait 3d  finish done }}
         journey daily {{ enter every day at 09:00  unlimited  finish called }}
         journey back {{ enter on segment lapsed  wait 1d }}"
    ));
    let ran = run(&program, &event("1", "bought", "ann", "10:00:00", "{}"), &Options { drain: true, ..Options::default() });
    assert_eq!(ran.story().iter().filter(|line| *line == "finished ann called").count(), 3);
    assert_eq!(ran.summary.journeys["a"].finished["done"], 1);
    assert_eq!(ran.summary.journeys["back"].started, 0);
    assert!(!ran.summary.drain_gave_up);
}

fn run_in(folder: &Path, program: &Compiled, lines: &str, until: i64) -> (Summary, Vec<String>) {
    let mut store = DurableStore::open(&folder.join("data"), 8 << 20).unwrap();
    let mut effects = Vec::new();
    let mut sink = WriterSink(&mut effects);
    let options = Options { until: Some(Until::After(until * 3_600_000)), ..Options::default() };
    let inputs = vec![Input::new("events", lines.as_bytes())];
    let summary =
        journey_runtime::run(&program.program, &program.sources, &options, inputs, &mut store, Some(&mut sink), &mut |_| {}).unwrap();
    assert!(store.is_durable());
    let started = String::from_utf8(effects).unwrap();
    let started = started.lines().filter(|line| line.contains("\"started\"")).map(str::to_owned).collect();
    (summary, started)
}

#[test]
fn traits_segments_and_schedules_go_on_in_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let program = compile(&format!(
        "{SHOP} segment quiet = recent == 0
         journey a {{ enter on segment quiet  wait 1d }}  journey daily {{ enter every day at 09:00  unlimited  finish called }}"
    ));
    let (_, started) = run_in(folder.path(), &program, &event("1", "bought", "ann", "10:00:00", "{}"), 1);
    assert!(started.is_empty(), "{started:?}");
    let (_, started) = run_in(folder.path(), &program, "", 71);
    assert_eq!(started.len(), 3, "{started:?}");
    let (_, started) = run_in(folder.path(), &program, "", 72);
    assert_eq!(started.len(), 1, "{started:?}");
    assert!(started[0].contains("\"a\"") && started[0].contains("2026-01-04T10:00:00Z"), "{started:?}");
}

#[test]
fn a_new_way_in_enters_nobody_who_is_in_its_segment_already_unless_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let lines = event("1", "bought", "ann", "10:00:00", "{}") + &event("2", "ping", "bob", "10:00:00", "{}");
    run_in(folder.path(), &compile(SHOP), &lines, 1);
    let with = |enter: &str| {
        compile(&format!(
            "{SHOP} segment buyer = last_order != none  segment quiet = recent == 0 journey a {{ enter on segment {enter}  unlimited  wait 1ms }}"
        ))
    };
    // Nobody comes; and ann, who was in, does not come when something happens to her.
    let (summary, _) = run_in(folder.path(), &with("buyer"), &event("3", "ping", "ann", "12:00:00", "{}"), 1);
    assert_eq!(summary.journeys["a"].started, 0);
    // Those who are in come at once, with the new way alone; the others when they come in.
    let (_, started) = run_in(folder.path(), &with("buyer including present"), &event("4", "bought", "bob", "13:00:00", "{}"), 1);
    assert_eq!(started.len(), 1, "the same segment is no new way: {started:?}");
    let (_, started) = run_in(folder.path(), &with("quiet including present"), "", 24 * 5);
    assert_eq!(started.len(), 2, "{started:?}");
    assert!(started[0].contains("2026-01-04T10:00:00Z") && started[0].contains("ann"), "{started:?}");
}

#[test]
fn a_trait_that_is_changed_begins_anew_and_one_that_is_removed_goes() {
    let folder = tempfile::tempdir().unwrap();
    let version = |traits: &str, condition: &str| {
        compile(&format!("event bought {{ n: Int = 1 }} {traits} journey a {{ enter on bought where {condition}  unlimited  finish yes }}"))
    };
    let first = version("trait orders: Int = count(bought)  trait items: Int = sum(bought.n)", "orders == 1 and items == 1");
    assert_eq!(run_in(folder.path(), &first, &event("1", "bought", "ann", "10:00:00", "{}"), 0).1.len(), 1);
    let second = version("trait orders: Int = count(bought)  trait items: Int = sum(bought.n) over 9d", "orders == 2 and items == 1");
    assert_eq!(run_in(folder.path(), &second, &event("2", "bought", "ann", "11:00:00", "{}"), 0).1.len(), 1);
    let third = version("trait orders: Int = count(bought)", "orders == 3");
    assert_eq!(run_in(folder.path(), &third, &event("3", "bought", "ann", "12:00:00", "{}"), 0).1.len(), 1);
    let mut store = DurableStore::open(&folder.path().join("data"), 8 << 20).unwrap();
    let slot = store.open("ann").unwrap();
    assert_eq!(store.customer(slot).traits.len(), 1);
}

#[test]
fn customers_of_programs_without_traits_and_segments_pay_nothing() {
    let program = compile("event go {} journey a { enter on go  wait 1d }");
    let mut store = journey_runtime::store::MemoryStore::new();
    let lines = event("1", "go", "ann", "10:00:00", "{}");
    let inputs = vec![Input::new("events", lines.as_bytes())];
    journey_runtime::run(&program.program, &program.sources, &Options::default(), inputs, &mut store, None, &mut |_| {}).unwrap();
    let customer = &store.customers()[0];
    assert!(customer.traits.is_empty() && customer.ways.is_empty() && customer.instances[0].watch_ms.is_none());
}
