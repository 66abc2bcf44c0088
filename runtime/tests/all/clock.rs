//! Virtual time: the clock of a run.

use crate::support::{Compiled, compile, event, hours, run};
use journey_compiler::machine::TIME_MAX_MS;
use journey_runtime::{Options, Until};

fn waits() -> Compiled {
    compile(
        r#"
        event go {}
        event other {}
        journey j { enter on go  wait 1h  wait 1h  finish done }
        "#,
    )
}

fn at(ran: &crate::support::Ran) -> Vec<String> {
    ran.of_kind("finished").map(|end| end["at"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn timers_due_at_the_end_fire_and_later_ones_do_not() {
    let lines = event("1", "go", "ann", "01:00:00", "{}");
    let end = |time: &str| run(&waits(), &(lines.clone() + &event("2", "other", "bob", time, "{}")), &Options::default());
    assert_eq!(at(&end("02:59:59.999")), [""; 0]);
    assert_eq!(at(&end("03:00:00")), ["2026-01-01T03:00:00Z"]);
}

#[test]
fn until_is_an_instant_or_counts_from_the_last_event() {
    let lines = event("1", "go", "ann", "01:00:00", "{}");
    let ran = run(&waits(), &lines, &hours(2));
    assert_eq!((at(&ran), ran.summary.clock_ms), (vec!["2026-01-01T03:00:00Z".to_owned()], Some(1_767_236_400_000)));
    let until = |ms| Options { until: Some(Until::At(ms)), ..Options::default() };
    assert_eq!(at(&run(&waits(), &lines, &until(1_767_236_400_000))).len(), 1);
    assert_eq!(at(&run(&waits(), &lines, &until(1_767_236_399_999))).len(), 0);
    // The clock only goes forward.
    assert_eq!(run(&waits(), &lines, &until(0)).summary.clock_ms, Some(1_767_229_200_000));
}

#[test]
fn until_tells_the_time_where_no_event_does() {
    let until = Options { until: Some(Until::At(1_767_236_400_000)), ..Options::default() };
    assert_eq!(run(&waits(), "", &until).summary.clock_ms, Some(1_767_236_400_000));
    assert_eq!(run(&waits(), "", &hours(2)).summary.clock_ms, None);
}

#[test]
fn the_clock_stops_at_the_last_instant_that_there_is() {
    let lines = event("1", "go", "ann", "01:00:00", "{}");
    for ms in [TIME_MAX_MS, i64::MAX] {
        let until = Options { until: Some(Until::After(ms)), ..Options::default() };
        assert_eq!(run(&waits(), &lines, &until).summary.clock_ms, Some(TIME_MAX_MS));
    }
}

#[test]
fn drain_goes_on_until_no_timer_is_left() {
    let drain = Options { drain: true, ..Options::default() };
    let ran = run(&waits(), &event("1", "go", "ann", "01:00:00", "{}"), &drain);
    assert_eq!(at(&ran), ["2026-01-01T03:00:00Z"]);
    assert_eq!((ran.summary.clock_ms, ran.summary.drain_gave_up), (Some(1_767_236_400_000), false));
}

#[test]
fn drain_gives_up_after_ten_years() {
    let forever = compile("event go {}\njourney j { enter on go  loop { wait 30d } }");
    let drain = Options { drain: true, ..Options::default() };
    let ran = run(&forever, &event("1", "go", "ann", "01:00:00", "{}"), &drain);
    assert!(ran.summary.drain_gave_up);
    assert_eq!(ran.summary.journeys["j"].live, 1);
}

#[test]
fn a_late_event_is_handled_in_its_place_and_its_timers_that_are_due_fire_at_once() {
    let lines = event("1", "other", "bob", "10:00:00", "{}")
        + &event("2", "go", "ann", "01:00:00", "{}")
        + &event("3", "other", "bob", "09:00:00", "{}");
    let ran = run(&waits(), &lines, &Options::default());
    assert_eq!(at(&ran), ["2026-01-01T03:00:00Z"]);
    assert_eq!(ran.effects[0]["at"], "2026-01-01T01:00:00Z");
}

#[test]
fn a_missing_time_is_the_clock() {
    let timeless = |id: &str| event(id, "go", "ann", "00:00:00", "{}").replace("\"time\":\"2026-01-01T00:00:00Z\",", "");
    let first = event("1", "other", "bob", "05:00:00", "{}");
    let ran = run(&waits(), &(first + &timeless("2")), &Options::default());
    assert_eq!(ran.effects[0]["at"], "2026-01-01T05:00:00Z");
    let now = Options { now_ms: Some(1_767_225_600_000), ..Options::default() };
    assert_eq!(run(&waits(), &timeless("1"), &now).effects[0]["at"], "2026-01-01T00:00:00Z");
    let arrival = Options { arrival_ms: 1_767_225_601_000, ..Options::default() };
    assert_eq!(run(&waits(), &timeless("1"), &arrival).effects[0]["at"], "2026-01-01T00:00:01Z");
}

#[test]
fn now_is_the_clock_before_the_first_event() {
    let now = Options { now_ms: Some(1_767_229_200_000), ..Options::default() };
    assert_eq!(run(&waits(), "", &now).summary.clock_ms, Some(1_767_229_200_000));
    assert_eq!(run(&waits(), "", &Options::default()).summary.clock_ms, None);
}

#[test]
fn a_rejected_event_does_not_move_the_clock() {
    let typed = compile("event go { n: Int }\njourney j { enter on go  wait 1h }");
    let lines = event("1", "go", "ann", "01:00:00", r#"{"n": 1}"#) + &event("2", "go", "ann", "09:00:00", "{}");
    let ran = run(&typed, &lines, &Options::default());
    assert_eq!((ran.summary.events.rejected, ran.summary.clock_ms), (1, Some(1_767_229_200_000)));
    assert_eq!(ran.summary.journeys["j"].live, 1);
}

#[test]
fn an_event_that_starts_the_hour_again_moves_the_timer() {
    let restarts = compile(
        r#"
        event go {}
        event edit {}
        journey j { enter on go  wait 1h without edit  finish done }
        "#,
    );
    let mut lines = event("0", "go", "ann", "01:00:00", "{}");
    for n in 1..=20 {
        let (hour, minute) = (1 + n * 30 / 60, n * 30 % 60);
        lines += &event(&n.to_string(), "edit", "ann", &format!("{hour:02}:{minute:02}:00"), "{}");
    }
    let ran = run(&restarts, &lines, &hours(24));
    assert_eq!(at(&ran), ["2026-01-01T12:00:00Z"]);
}
