//! Conditions that can't go both ways.

use super::breaks;

const RIGHT: &str = r#"
enum Tier { basic, silver, gold }
event joined { tier: Tier, total: Decimal, words: List<String>, count: Int }
event left { count: Int }
profile { visits: Int = 0, vip: Bool = false }
const most = 3
const switch = true
journey welcome {
  enter on joined as join where join.count > 0
  exit gone when profile.visits > 20
  goal back on left as leaving where leaving.count == join.count
  var round = 0
  if now.time("UTC") in 22:00..06:00 { finish at_night }
  if switch { profile.visits = join.count }
  if join.total > 50.00 and join.total < 100.00 { finish middle }
  if join.tier == gold { finish golden }
  else if join.tier == silver { finish silvern }
  while round < most { round += 1 }
  if profile.vip and join.words.any(word => word == "a") { finish a }
  wait for left as last where last.count > 1 within 3d { finish seen }
  if profile.vip { finish vip }
}
"#;

#[test]
fn a_range_with_nothing_in_it_is_never_true() {
    breaks(RIGHT, "join.total < 100.00", "join.total < 40.00", &["W0304"]);
    breaks(RIGHT, "join.total < 100.00", "join.total > 40.00", &["W0304"]);
    breaks(RIGHT, "last.count > 1", "last.count in 5..5", &["E0467"]);
    breaks(RIGHT, "in 22:00..06:00", "in 22:00..22:00", &["W0303"]);
}

#[test]
fn a_condition_that_repeats_an_earlier_one_is_decided() {
    breaks(RIGHT, "else if join.tier == silver", "else if join.tier == gold", &["W0304"]);
    breaks(RIGHT, "else if join.tier == silver", "else if join.tier != gold", &["W0304"]);
}

#[test]
fn what_was_decided_is_forgotten_when_it_may_have_changed() {
    breaks(RIGHT, "wait for left as last where last.count > 1 within 3d { finish seen }", "if profile.vip { finish vip_too }", &["W0304"]);
    breaks(
        RIGHT,
        "  if profile.vip { finish vip }",
        "  if profile.vip { finish vip }\n  profile.vip = false\n  if profile.vip { finish b }",
        &[],
    );
}

#[test]
fn something_and_its_opposite_leave_nothing() {
    breaks(RIGHT, "profile.vip and join.words", "profile.vip and not profile.vip and join.words", &["W0304"]);
    breaks(RIGHT, "profile.vip and join.words", "profile.vip and true and join.words", &["W0303"]);
}

#[test]
fn lengths_and_counts_have_a_least_value() {
    breaks(RIGHT, "join.count > 0", "join.words.length() >= 0", &["W0303"]);
    breaks(RIGHT, "join.count > 0", "join.words.count(word => word == \"a\") < 0", &["E0467"]);
    breaks(RIGHT, "join.count > 0", "join.words.length() > 0", &[]);
}

#[test]
fn literals_and_constants_are_reckoned() {
    breaks(RIGHT, "profile.visits > 20", "most > 2", &["W0303"]);
    breaks(RIGHT, "profile.visits > 20", "true", &["W0303"]);
    breaks(RIGHT, "round < most", "round < 3 and 1 < most", &["W0303"]);
}

#[test]
fn a_comparison_of_something_with_itself_is_decided() {
    breaks(RIGHT, "leaving.count == join.count", "leaving.count == leaving.count", &["W0303"]);
    breaks(RIGHT, "word == \"a\"", "word != word", &["W0303"]);
}

#[test]
fn an_event_whose_condition_contradicts_itself_never_comes() {
    for never in
        ["last.count > 5 and last.count < 3", "not (last.count < 5 or last.count > 3)", "last.count == 2 and not (last.count == 2)"]
    {
        breaks(RIGHT, "last.count > 1", never, &["E0467"]);
    }
    breaks(RIGHT, "join.count > 0", "join.count > 5 and join.count < 3", &["E0467"]);
    breaks(RIGHT, "leaving.count == join.count", "join.count > 5 and leaving.count == 2 and join.count < 3", &["E0467"]);
    breaks(RIGHT, "last.count > 1", "last.count > 5 and last.count < 3 or last.count == 9", &["W0304"]);
}

#[test]
fn what_is_made_of_a_day_is_never_that_day() {
    let right = RIGHT.replace("vip: Bool = false }", "vip: Bool = false, birthday: Date = 2000-01-01 }").replace(
        "  if profile.vip { finish vip }\n",
        "  let today = now.date(\"UTC\")\n  if profile.birthday.next_anniversary(today.plus_days(-1)) == today { finish vip }\n",
    );
    breaks(&right, "today.plus_days(-1)", "today", &["W0303"]);
    breaks(&right, "next_anniversary(today.plus_days(-1)) ==", "next_anniversary(today) >", &["W0303"]);
    breaks(&right, "profile.birthday.next_anniversary(today.plus_days(-1))", "today.plus_months(1)", &["W0303"]);
    breaks(&right, "join.count > 0", "now + 1d < now", &["E0467"]);
    breaks(&right, "join.count > 0", "join.count - 1 < join.count", &["W0303"]);
    breaks(&right, "profile.birthday.next_anniversary(today.plus_days(-1)) == today", "today.plus_days(join.count) == today", &[]);
}
