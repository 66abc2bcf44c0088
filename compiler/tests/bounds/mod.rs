//! How many messages a customer can get at most: the numbers, and what it costs to know them.

use journey_compiler::analysis::analyse;
use journey_compiler::project::Project;
use journey_compiler::whole::{Most, Table, table};
use std::fmt::Write;

const SHOP: &str = r#"
event signed_up {}
event page_viewed { page: String = "" }
event order_placed { items: List<String> = [] }
event closed {}
const week = 1w
profile { gold: Bool = false  timezone: Timezone = "UTC" }
channel email {}
channel sms {}
message tip() {
  email { subject: "A tip", body: "Do this." }
  sms { text: "Do this." }
}
message receipt() transactional { email { subject: "Receipt", body: "Thank you." } }
"#;

fn bounds(journeys: &str) -> Table {
    let analysis = analyse(&Project::of_text("shop.journey", &format!("{SHOP}{journeys}\n")));
    let errors: Vec<_> = analysis.diagnostics.iter().filter(|diagnostic| diagnostic.code.starts_with('E')).collect();
    assert!(errors.is_empty(), "{journeys}: {errors:?}");
    table(&analysis.program)
}

/// The codes of the errors.
fn errors_of(journeys: &str) -> Vec<&'static str> {
    let analysis = analyse(&Project::of_text("shop.journey", &format!("{SHOP}{journeys}\n")));
    analysis.diagnostics.iter().map(|diagnostic| diagnostic.code).filter(|code| code.starts_with('E')).collect()
}

/// In all, in a window, and in a window with all entries, of the journey `j` over `email`; `None` is without bound.
fn of_email(journeys: &str) -> [Option<u32>; 3] {
    let table = bounds(journeys);
    let bound = table.bounds.iter().find(|bound| bound.channel.0 == 0).expect("a bound over email");
    [bound.in_all.most.number(), bound.in_window.most.number(), bound.with_entries.number()]
}

/// A journey `j` that is entered by an event, with this body.
fn body(body: &str) -> [Option<u32>; 3] {
    of_email(&format!("journey j {{\n  enter on signed_up\n  one per customer\n{body}\n}}"))
}

const ONE: Option<u32> = Some(1);
const TWO: Option<u32> = Some(2);
const THREE: Option<u32> = Some(3);

#[test]
fn sends_one_after_another_count_together_and_pauses_keep_them_apart() {
    // The last of one entry and the first of the next may meet.
    let weeks = ["wait 7d", "wait 3d  wait 4d", "wait until now + 7d", "let pause = 7d  wait pause", "wait days(7)", "wait week"];
    for week in weeks {
        let [in_all, in_window, with_entries] = body(&format!("send tip() via email  {week}  send tip() via email"));
        assert_eq!([in_all, in_window, with_entries], [TWO, ONE, TWO], "{week}");
    }
    assert_eq!(body("send tip() via email  wait 6d23h  send tip() via email"), [TWO, TWO, Some(4)]);
}

#[test]
fn an_event_may_come_at_once_and_a_deadline_may_not() {
    assert_eq!(body("send tip() via email  wait for page_viewed within 9d  send tip() via email"), [TWO, TWO, None]);
    let late = "send tip() via email  wait for page_viewed within 9d { finish seen } else { send tip() via email }";
    assert_eq!(body(late), [TWO, ONE, None]);
    let without = "send tip() via email  wait 9d without page_viewed  send tip() via email";
    assert_eq!(body(without), [TWO, ONE, TWO]);
}

#[test]
fn of_branches_the_one_with_the_most_counts() {
    let branches = "if profile.gold { send tip() via email } else { send tip() via email  send tip() via email }";
    assert_eq!(body(branches), [TWO, TWO, None]);
    let variants = "experiment e { variant a 50% { send tip() via email } holdout 50% { finish held_out } }  send tip() via email";
    assert_eq!(body(variants), [TWO, TWO, None]);
}

#[test]
fn first_of_counts_once_for_each_of_its_channels() {
    let table = bounds("journey j {\n enter on signed_up\n send tip() via first of sms, email\n}");
    let most: Vec<_> = table.bounds.iter().map(|bound| bound.in_all.most).collect();
    assert_eq!(most, [Most::Times(1), Most::Times(1)]);
}

#[test]
fn transactional_messages_are_told_apart() {
    let table = bounds("journey j {\n enter on signed_up\n send receipt() via email\n send receipt() via email\n}");
    assert_eq!((table.bounds[0].in_all.most, table.bounds[0].transactional), (Most::Times(0), Most::Times(2)));
    assert!(table.together.is_empty());
}

#[test]
fn flags_counters_and_short_lists_hold_loops() {
    let flag = "var open = true  while open { wait for any { on page_viewed { } after 1d { open = false  send tip() via email } } }";
    assert_eq!(body(flag), [ONE, ONE, Some(7)]);
    let counter = "var n = 0  while n < 3 { n += 1  wait for page_viewed  send tip() via email }";
    assert_eq!(body(counter), [THREE, THREE, None]);
    // Each of the pauses is a day at least.
    assert_eq!(body("for day in [1, 2, 3] { wait days(day)  send tip() via email }"), [THREE, THREE, Some(7)]);
    assert_eq!(body("for _day in 0..3 { wait 4d  send tip() via email }"), [THREE, TWO, TWO]);
    assert_eq!(body("for _day in [1, 2] { for _hour in 0..2 { send tip() via email } }"), [Some(4), Some(4), None]);
    let first = "for day in 0..3 { if day == 0 { send tip() via email } }";
    assert_eq!(body(first), [ONE, ONE, None]);
}

#[test]
fn a_loop_with_a_pause_is_bounded_in_a_window() {
    assert_eq!(body("loop { wait 3d  send tip() via email }"), [None, THREE, THREE]);
    assert_eq!(body("loop { wait until 09:00 in \"UTC\"  send tip() via email }"), [None, Some(7), Some(7)]);
    assert_eq!(body("loop { wait until monday 09:00 in \"UTC\"  send tip() via email }"), [None, ONE, ONE]);
}

#[test]
fn an_hour_of_daylight_saving_may_bring_two_mornings_closer() {
    assert_eq!(body("loop { wait until 09:00 in \"Europe/Paris\"  send tip() via email }"), [None, Some(8), Some(8)]);
}

#[test]
fn a_cooldown_keeps_entries_apart() {
    let again = |cooldown: &str| of_email(&format!("journey j {{\n enter on signed_up\n cooldown {cooldown}\n send tip() via email\n}}"));
    assert_eq!(again("7d"), [ONE, ONE, ONE]);
    assert_eq!(again("3d"), [ONE, ONE, THREE]);
    let keyed = "journey j {\n enter on page_viewed as v\n one per v.page\n cooldown 30d\n send tip() via email\n}";
    assert_eq!(of_email(keyed), [ONE, ONE, None]);
}

#[test]
fn children_count_with_their_parents() {
    let child = "journey i(times: Int) {\n  if times > 0 { send tip() via email  wait 8d  send tip() via email }\n}\n";
    let parent = |body: &str| {
        let table = bounds(&format!("{child}journey j {{\n  enter on signed_up\n  {body}\n}}"));
        let bound = table.bounds.iter().find(|bound| bound.journey.0 == 1 && bound.channel.0 == 0).unwrap();
        (bound.in_all.most.number(), bound.in_window.most.number())
    };
    assert_eq!(parent("run i(1)  send tip() via email"), (THREE, TWO));
    assert_eq!(parent("start i(1)  send tip() via email"), (THREE, THREE));
}

#[test]
fn undo_blocks_pile_up_until_a_cancellation_runs_all_of_them() {
    let race = "race { branch x { for _day in 0..5 { undo { send tip() via email } wait 7d } } branch y { wait for page_viewed } }";
    assert_eq!(body(race), [Some(5), Some(5), None]);
    assert_eq!(body("for _day in 0..5 { undo { send tip() via email } wait 7d }  send tip() via email"), [Some(6), Some(6), None]);
    let capped = "race { branch x { loop { undo { send tip() via sms } wait 1d } } branch y { wait for page_viewed } }";
    let errors = errors_of(&format!("journey j {{ enter on signed_up {capped} }}"));
    assert_eq!(errors, ["E0465"]);
}

#[test]
fn a_child_that_is_run_takes_back_by_itself() {
    let child = "journey i() { undo { send tip() via email }  wait 1h }";
    let table = bounds(&format!("{child} journey j {{ enter on signed_up  exit left on closed  loop {{ run i()  wait 7d }} }}"));
    let bound = table.bounds.iter().find(|bound| bound.journey.0 == 1).unwrap();
    assert_eq!((bound.in_all.most.number(), bound.in_window.most.number()), (None, Some(1)));
}

#[test]
fn an_end_may_come_while_branches_and_children_are_under_way() {
    for (ends, stays) in [("exit left on closed", "wait 30d"), ("", "wait for page_viewed within 30d { finish seen } else { }")] {
        let branches = format!("parallel {{ branch a {{ send tip() via email {stays} }} branch b {{ wait 30d }} }}");
        let [in_all, _, with_entries] = of_email(&format!("journey j {{ enter on signed_up {ends} {branches} }}"));
        assert_eq!((in_all, with_entries), (ONE, None), "{branches}");
    }
    let run =
        of_email("journey i() { wait 1h }  journey j { enter on signed_up  exit left on closed  send tip() via email  run i()  wait 8d }");
    assert_eq!(run, [ONE, ONE, None]);
}

#[test]
fn what_branches_have_sent_before_a_fault_counts_with_what_catches_it() {
    let caught =
        "try { parallel { branch a { send tip() via email  fail \"no\" } branch b { wait 30d } } } catch _e { send tip() via email }";
    assert_eq!(body(caught), [TWO, TWO, None]);
    let behind = format!("{caught}  wait 7d  send tip() via email");
    assert_eq!(body(&behind), [THREE, TWO, THREE]);
}

#[test]
fn children_that_rest_may_all_send_at_once() {
    let of = |child: &str, every: &str| {
        let parent = format!("journey j {{ enter on signed_up  exit left on closed  loop {{ start i()  wait {every} }} }}");
        let table = bounds(&format!("journey i() {{ {child} }} {parent}"));
        let bound = table.bounds.iter().find(|bound| bound.journey.0 == 1 && bound.channel.0 == 0).unwrap();
        bound.in_window.most.number()
    };
    // Ten days apart, but each rests for as long as nobody looks at a page.
    assert_eq!(of("wait for page_viewed  send tip() via email  wait 8d", "10d"), ONE);
    assert_eq!(of("wait until 09:00  send tip() via email", "7d"), TWO);
    let errors = errors_of(
        "journey i() { unlimited  wait for page_viewed  send tip() via email }
         journey j { enter on signed_up  exit left on closed  loop { start i()  wait 10d } }",
    );
    assert_eq!(errors, ["E0465"]);
}

#[test]
fn entries_by_time_count_beside_those_by_events() {
    let enters = |enters: &str, rest: &str| {
        let table = bounds(&format!("journey j {{ {enters} {rest} send tip() via email }}"));
        (table.together[0].most.number(), table.bounds[0].with_entries.number())
    };
    assert_eq!(enters("enter every 7d", "unlimited"), (ONE, ONE));
    assert_eq!(enters("enter every 7d  enter every 7d", "unlimited"), (TWO, TWO));
    assert_eq!(enters("enter every 3d  enter on signed_up", "unlimited"), (Some(4), None));
    assert_eq!(enters("enter every 3d  enter on signed_up", "cooldown 7d"), (ONE, ONE));
}

#[test]
fn a_morning_is_no_day_after_something_that_came_in_between() {
    let morning = "wait until 09:00 in \"UTC\"  wait 1h  wait for page_viewed  send tip() via email  wait until 09:30 in \"UTC\"  send tip() via email";
    let days = |rest: &str| body(&format!("{morning}{rest}"))[1];
    assert_eq!(days("  wait 7d"), TWO);
    // Within a day: at 09:10 of the next day something came, and at 09:30 the next message leaves.
    let table = bounds(&format!("{} journey j {{ enter on signed_up {morning} }}", ""));
    assert_eq!(table.bounds[0].in_window.most, Most::Times(2));
    assert_eq!(
        body(
            "wait until monday 09:00 in \"UTC\"  wait 1h  wait for page_viewed  send tip() via email  wait until monday 09:30 in \"UTC\"  send tip() via email"
        )[1],
        TWO
    );
}

#[test]
fn clocks_that_are_put_back_may_bring_a_morning_a_day_earlier() {
    let week = "wait until monday 09:00 in \"Europe/Paris\"  send tip() via email  wait 7d  wait until monday 09:00 in \"Europe/Paris\"  send tip() via email";
    let table = bounds(&format!(
        "channel slow {{ cap 1 per 10d content {{ text: String }} }} message note() {{ slow {{ text: \"-\" }} }} journey j {{ enter on signed_up {} }}",
        week.replace("tip() via email", "note() via slow")
    ));
    assert_eq!(table.bounds[0].in_window.most, Most::Times(2));
}

#[test]
fn a_schedule_lets_in_at_its_own_moments_however_early_the_last_entry_ended() {
    let ended = |enter: &str, body: &str| of_email(&format!("journey j {{ {enter} exit left on closed {body} }}"))[2];
    assert_eq!(ended("enter every day at 09:00", "send tip() via email  wait 1h"), Some(8));
    assert_eq!(ended("enter every day at 09:00", "wait for page_viewed within 2h  send tip() via email  wait 1h"), Some(8));
    assert_eq!(ended("enter every month on 1 at 09:00", "send tip() via email  wait 2d  send tip() via email  wait 1d"), TWO);
    assert_eq!(ended("enter every 3d", "send tip() via email  wait 1h"), THREE);
    // A pause that ends at the moment of the schedule ends before it calls.
    assert_eq!(ended("enter every day at 09:00", "wait until 09:00  send tip() via email"), Some(8));
    // Those that live beside each other: as many as can still send.
    assert_eq!(ended("enter every 7d  unlimited", "wait 1d  send tip() via email"), TWO);
}

#[test]
fn what_is_asked_of_today_keeps_messages_apart() {
    let daily = |condition: &str| {
        of_email(&format!(
            "journey j {{ enter every day at 09:00 if {condition} {{ send tip() via email  wait 1h  send tip() via email }} }}"
        ))
    };
    assert_eq!(daily("now.weekday(profile.timezone) == 1")[2], THREE);
    assert_eq!(daily("now.date(profile.timezone) == 2026-12-24")[2], TWO);
    assert_eq!(daily("now.weekday(profile.timezone) != 1")[2], Some(15));
    let morning = body("loop { wait until 09:00  if now.date(profile.timezone) == 2026-12-24 { send tip() via email } }");
    assert_eq!(morning, [None, ONE, ONE]);
    // Three hours later it is the same day.
    let hourly = of_email("journey j { enter every 6h if now.date(profile.timezone) == 2026-12-24 { send tip() via email } }");
    assert!(hourly[2] >= Some(4), "{hourly:?}");
}

#[test]
fn zones_that_journeys_write_are_counted_and_those_that_they_are_told_are_not() {
    let mornings = "journey j { enter every day at 09:00  send tip() via email }";
    let with = |writes: &str| {
        let table = bounds(&format!("event went {{ zone: Timezone, home: Bool = false }} {writes} {mornings}"));
        let bound = table.bounds.iter().find(|bound| bound.with_entries > Most::Times(0)).unwrap();
        (bound.with_entries.number(), bound.moved[1].number(), table.together[0].most.number())
    };
    let told = (Some(8), Some(9), Some(8));
    assert_eq!(with("journey a { enter on went as w  profile.timezone = w.zone }"), told);
    assert_eq!(with("journey a { enter on signed_up  wait for went as w within 1d  if w != none { profile.timezone = w.zone } }"), told);
    // Of one text only the first write changes anything.
    assert_eq!(with("journey a { enter on went as w  profile.timezone = \"Asia/Tokyo\" }"), (Some(9), Some(10), Some(9)));
    let various = "journey a { enter on went as w  profile.timezone = if w.home { \"Asia/Tokyo\" } else { w.zone } }";
    assert_eq!(with(various), (None, None, Some(9)));
}

/// A journey with n flags that come and go as they like: 2ⁿ ways to stand.
fn flags(n: usize) -> String {
    let mut text = String::from("journey j {\n  enter on signed_up\n  exit left on closed\n");
    (0..n).for_each(|flag| writeln!(text, "  var told_{flag} = false").unwrap());
    text.push_str("  loop {\n    wait for page_viewed as view\n");
    for flag in 0..n {
        writeln!(text, "    if view.page == \"{flag}\" and not told_{flag} {{ told_{flag} = true  send tip() via sms }}").unwrap();
    }
    text + "  }\n}"
}

/// A journey that loops in loops, with a pause of another length in each.
fn nested(n: usize) -> String {
    let mut text = String::from("journey j {\n  enter on signed_up\n  exit left on closed\n");
    (0..n).for_each(|depth| writeln!(text, "  loop {{\n    wait {}m\n    send tip() via email", 7 + depth * 5).unwrap());
    (0..n).for_each(|_| text.push_str("  if profile.gold { break }\n  }\n"));
    text + "}"
}

/// A journey of n sends, with pauses between.
fn row(n: usize) -> String {
    let mut text = String::from("journey j {\n  enter on signed_up\n");
    (0..n).for_each(|at| writeln!(text, "  send tip() via email\n  wait {}m", at + 1).unwrap());
    text + "}"
}

#[test]
fn every_flag_holds_its_own_message_however_many_there_are() {
    for n in [3, 40] {
        let table = bounds(&flags(n));
        assert_eq!(table.bounds[0].in_all.most.number(), u32::try_from(n).ok());
    }
}

#[test]
fn the_cost_is_polynomial_in_the_length_of_a_journey() {
    // Twice as long: at most 2⁴ times the work, and a little for what is the same.
    for (name, journey) in [("flags", flags as fn(usize) -> String), ("nested", nested), ("row", row)] {
        let [once, twice] = [12, 24].map(|n| bounds(&journey(n)).work);
        assert!(twice < once * 18, "{name}: {once} for 12, {twice} for 24");
    }
}
