//! Entries: how many at once, and how soon again.

use crate::support::{compile, event, hours, run};
use journey_runtime::Options;

fn carts(clause: &str) -> crate::support::Compiled {
    compile(&format!(
        r#"
        event cart {{ id: String, total: Int = 0 }}
        event bought {{ id: String }}
        journey j {{
          enter on cart as c where c.total >= 10
          {clause}
          goal sold on bought as b where b.id == c.id
          wait 1d
          finish lost
        }}"#
    ))
}

fn cart(number: usize, id: &str, time: &str) -> String {
    event(&format!("c{number}"), "cart", "ann", time, &format!(r#"{{"id": "{id}", "total": 10}}"#))
}

#[test]
fn one_per_customer_is_the_default() {
    let ran = run(&carts(""), &(cart(1, "a", "01:00:00") + &cart(2, "b", "02:00:00")), &Options::default());
    assert_eq!(ran.story(), ["started ann", "refused ann live"]);
    assert_eq!(ran.effects[1]["instance"], "j/ann/1");
}

#[test]
fn one_per_expression_lets_each_key_in() {
    let lines = cart(1, "a", "01:00:00") + &cart(2, "b", "02:00:00") + &cart(3, "a", "03:00:00");
    assert_eq!(run(&carts("one per c.id"), &lines, &Options::default()).story(), ["started ann", "started ann", "refused ann live"]);
}

#[test]
fn unlimited_lets_all_in() {
    let ran = run(&carts("unlimited"), &(cart(1, "a", "01:00:00") + &cart(2, "a", "02:00:00")), &Options::default());
    assert_eq!(ran.story(), ["started ann", "started ann"]);
    assert_eq!((ran.effects[0]["instance"].as_str(), ran.effects[1]["instance"].as_str()), (Some("j/ann/1"), Some("j/ann/2")));
}

#[test]
fn at_the_very_end_of_the_cooldown_the_key_may_enter_again() {
    let journey = carts("one per c.id cooldown 2h");
    let bought = event("b", "bought", "ann", "02:00:00", r#"{"id": "a"}"#);
    let story = |time: &str| {
        run(&journey, &(cart(1, "a", "01:00:00") + &bought + &cart(2, "b", "02:30:00") + &cart(3, "a", time)), &Options::default()).story()
    };
    let start = ["started ann", "finished ann sold", "started ann"];
    assert_eq!(story("03:59:59.999"), [&start[..], &["refused ann cooldown"]].concat());
    assert_eq!(story("04:00:00"), [&start[..], &["started ann"]].concat());
}

#[test]
fn a_condition_that_does_not_hold_is_no_entry() {
    let lines = event("1", "cart", "ann", "01:00:00", r#"{"id": "a", "total": 9}"#);
    assert_eq!(run(&carts(""), &lines, &hours(48)).story(), [""; 0]);
}

#[test]
fn the_first_enter_that_matches_counts() {
    let journey = compile(
        r#"
        event cart { total: Int }
        journey j {
          enter on cart as c where c.total > 100
          enter on cart as c where c.total > 10
          wait 1h
        }"#,
    );
    let lines = event("1", "cart", "ann", "01:00:00", r#"{"total": 500}"#) + &event("2", "cart", "bob", "01:00:00", r#"{"total": 50}"#);
    assert_eq!(run(&journey, &lines, &Options::default()).story(), ["started ann", "started bob"]);
}
