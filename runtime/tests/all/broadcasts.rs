//! Broadcasts: to the goals, exits and waits of live instances, in order of customer key.

use crate::support::{Compiled, Ran, broadcast, compile, event, run};
use journey_runtime::Options;

fn flights() -> Compiled {
    compile(
        r#"
        event booked { flight: String }
        event delayed { flight: String, minutes: Int }
        event landed { flight: String }
        event strike {}
        profile { phone: String? }
        channel sms { address profile.phone }
        message late(flight: String, minutes: Int) transactional { sms { text: "{flight} is {minutes} minutes late" } }
        journey care {
          enter on booked as b
          one per b.flight
          goal arrived on landed as l where l.flight == b.flight
          exit struck on strike
          loop {
            wait for delayed as d where d.flight == b.flight
            send late(d.flight, d.minutes) via sms
          }
        }
        journey alarm { enter on delayed  finish never }
        "#,
    )
}

fn book(id: &str, customer: &str, flight: &str) -> String {
    event(id, "booked", customer, "01:00:00", &format!(r#"{{"flight": "{flight}"}}"#))
}

fn story(lines: &str) -> (Vec<String>, Ran) {
    let ran = run(&flights(), lines, &Options::default());
    let story = ran.story().into_iter().filter(|line| !line.starts_with("started")).collect();
    (story, ran)
}

#[test]
fn a_broadcast_reaches_all_who_wait_for_it_in_order_of_key_and_starts_nothing() {
    let lines = book("1", "chloe", "AF1")
        + &book("2", "ann", "AF1")
        + &book("3", "bob", "AF2")
        + &broadcast("d", "delayed", "02:00:00", r#"{"flight": "AF1", "minutes": 50}"#);
    let (story, ran) = story(&lines);
    assert_eq!(story, ["suppressed ann late", "suppressed chloe late"]);
    assert_eq!((ran.summary.events.handled, ran.summary.journeys["alarm"].started), (4, 0));
}

#[test]
fn delivered_three_times_it_counts_once() {
    let delayed = broadcast("d", "delayed", "02:00:00", r#"{"flight": "AF1", "minutes": 50}"#);
    let lines = book("1", "ann", "AF1") + &delayed + &delayed + &delayed;
    let (story, ran) = story(&lines);
    assert_eq!((story.len(), ran.summary.events.duplicate), (1, 2));
}

#[test]
fn those_who_come_to_wait_after_the_first_broadcast_hear_the_next() {
    let delayed =
        |id: &str, flight: &str, time: &str| broadcast(id, "delayed", time, &format!(r#"{{"flight": "{flight}", "minutes": 5}}"#));
    let lines = book("1", "ann", "AF1")
        + &delayed("d1", "AF1", "02:00:00")
        + &delayed("d2", "AF9", "02:00:00")
        + &book("2", "bob", "AF1")
        + &book("3", "ann", "AF2")
        + &delayed("d3", "AF1", "03:00:00")
        + &delayed("d4", "AF2", "03:00:00");
    let (story, _) = story(&lines);
    assert_eq!(story, ["suppressed ann late", "suppressed ann late", "suppressed bob late", "suppressed ann late"]);
}

#[test]
fn goals_and_exits_hear_broadcasts() {
    let lines = book("1", "ann", "AF1")
        + &book("2", "bob", "AF2")
        + &broadcast("l", "landed", "02:00:00", r#"{"flight": "AF1"}"#)
        + &broadcast("s", "strike", "03:00:00", "{}");
    let (story, ran) = story(&lines);
    assert_eq!(story, ["finished ann arrived", "finished bob struck"]);
    assert_eq!(ran.summary.journeys["care"].live, 0);
}

#[test]
fn ids_of_broadcasts_are_apart_from_those_of_customers() {
    let lines = book("1", "ann", "AF1") + &broadcast("1", "strike", "02:00:00", "{}");
    assert_eq!(story(&lines).0, ["finished ann struck"]);
}

#[test]
fn a_broadcast_that_concerns_nobody_is_handled_and_one_that_is_not_declared_is_unmatched() {
    let lines = broadcast("1", "strike", "02:00:00", "{}") + &broadcast("2", "unknown", "02:00:00", "{}");
    let events = story(&lines).1.summary.events;
    assert_eq!((events.handled, events.unmatched), (1, 1));
}

#[test]
fn the_index_never_hides_a_customer() {
    // Many flights and customers; what each hears is computed apart.
    let mut lines = String::new();
    let mut expected = Vec::new();
    for n in 0..40 {
        lines += &book(&format!("b{n}"), &format!("c{:02}", n % 10), &format!("AF{}", n % 7));
    }
    for round in 0..3 {
        for flight in 0..7 {
            lines += &broadcast(
                &format!("d{round}-{flight}"),
                "delayed",
                "05:00:00",
                &format!(r#"{{"flight": "AF{flight}", "minutes": {round}}}"#),
            );
            let aboard = (0..10).filter(|customer| (0..40).any(|n| n % 10 == *customer && n % 7 == flight));
            expected.extend(aboard.map(|customer| format!("suppressed c{customer:02} late")));
        }
    }
    assert_eq!(story(&lines).0, expected);
}
