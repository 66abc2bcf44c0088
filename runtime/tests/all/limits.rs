//! Caps, quiet hours and priorities: what keeps customers from being disturbed.

use crate::support::{Compiled, Ran, compile, event, hours, run, tests_pass};
use journey_runtime::run::WriterSink;
use journey_runtime::store::DurableStore;
use journey_runtime::{Input, Options};

const SHOP: &str = r#"
event go { text: String = "hello" }
event service { text: String = "hello" }
event twice {}
event either {}
profile { email: String? = "ann@example.com", phone: String?, agreed: Bool = true, timezone: Timezone? = "Europe/Paris" }
channel email { address profile.email consent profile.agreed cap 2 per 7d quiet 22:00..08:00 }
channel sms { address profile.phone cap 1 per 1h }
message offer(text: String) { email { subject: text, body: "-" } sms { text: text } }
message receipt(text: String) transactional { email { subject: text, body: "-" } }
journey offers { enter on go as g unlimited send offer(g.text) via email }
journey services { enter on service as s unlimited send receipt(s.text) via email }
journey doubles { enter on twice unlimited send offer("first") via sms send offer("second") via sms }
journey chooses { enter on either unlimited send offer("either") via first of sms, email }
"#;

fn shop(tests: &str) {
    tests_pass(&format!("{SHOP}\n{tests}"));
}

#[test]
fn a_send_has_a_place_again_exactly_when_the_window_has_passed() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          event go {}
          advance 1h
          event go {}
          event go {}
          expect sent offer times 2
          expect suppressed offer because capped
          event go { text: "too early" } at 2026-01-12T11:59:59.999Z
          expect not sent offer where text == "too early"
          event go { text: "again" } at 2026-01-12T12:00:00Z
          expect sent offer times 3
          event go { text: "capped again" }
          expect sent offer times 3
          as "bob" { event go {} expect sent offer times 1 }
        }"#,
    );
}

#[test]
fn sends_of_the_same_step_count() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          profile { phone: "1" }
          event twice {}
          expect sent offer times 1 where text == "first"
          expect suppressed offer because capped
        }"#,
    );
}

#[test]
fn a_capped_channel_leaves_the_message_to_the_next() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          profile { phone: "1" }
          event either {}
          expect sent offer via sms times 1
          event either {}
          expect sent offer via email times 1
          event either {}
          event either {}
          expect suppressed offer because unreachable
          expect sent offer times 3
        }"#,
    );
}

#[test]
fn what_is_no_promotion_takes_no_place_and_is_not_held() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          event service {} event service {} event service {}
          expect sent receipt times 3
          event go {} event go {} event go {}
          expect sent offer times 2
          event service {}
          expect sent receipt times 4
          advance until 2026-01-05T23:00:00Z
          profile { agreed: false }
          event service {}
          expect sent receipt times 5
        }"#,
    );
}

#[test]
fn what_is_suppressed_takes_no_place() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          profile { agreed: false }
          event go {} event go {} event go {}
          expect suppressed offer because no_consent
          profile { agreed: true }
          event go {} event go {}
          expect sent offer times 2
        }"#,
    );
}

#[test]
fn the_reasons_are_looked_for_in_their_order() {
    shop(
        r#"test "t" at 2026-01-05T23:30:00Z {
          profile { email: none, agreed: false, timezone: none }
          event go {}
          expect suppressed offer because no_address
          expect not suppressed offer because no_consent
          profile { email: "ann@example.com" }
          event go {}
          expect suppressed offer because no_consent
          expect not suppressed offer because no_timezone
          profile { agreed: true }
          event go {}
          expect suppressed offer because no_timezone
          expect not suppressed offer because capped
        }"#,
    );
}

#[test]
fn without_a_zone_only_channels_without_quiet_hours_are_left() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          profile { timezone: none, phone: "1" }
          event go {}
          expect suppressed offer because no_timezone
          event twice {}
          expect sent offer via sms times 1
        }"#,
    );
}

#[test]
fn quiet_hours_begin_with_their_first_instant_and_end_before_their_last() {
    // 22:00 and 08:00 in Paris are 21:00Z and 07:00Z.
    shop(
        r#"test "t" at 2026-01-05T20:59:59.999Z {
          event go { text: "before" }
          expect sent offer times 1
          event go { text: "held" } at 2026-01-05T21:00:00Z
          expect not sent offer where text == "held"
          advance until 2026-01-06T06:59:59.999Z
          expect sent offer times 1
          advance 1ms
          expect sent offer times 1 where text == "held"
          as "bob" { event go {} at 2026-01-06T07:00:00Z expect sent offer times 1 }
        }"#,
    );
}

#[test]
fn a_held_send_keeps_its_content_and_holds_nothing_up() {
    tests_pass(
        r#"
        event go {}
        profile { email: String? = "old@example.com", name: String = "Ann", timezone: Timezone = "UTC" }
        channel email { address profile.email quiet 22:00..08:00 }
        message hello(name: String) { email { subject: "Hello {name}", body: "{profile.name} at {now.hour("UTC")}" } }
        journey greets { enter on go send hello(profile.name) via email finish greeted }
        test "t" at 2026-01-05T23:00:00Z {
          event go {}
          expect finished greets with greeted
          profile { email: "new@example.com", name: "Bea" }
          advance 9h
          expect sent hello times 1 where name == "Ann" and subject == "Hello Ann" and body == "Ann at 23"
        }"#,
    );
}

#[test]
fn a_held_send_takes_a_place_and_gives_it_back_where_it_does_not_leave() {
    shop(
        r#"test "t" at 2026-01-05T23:00:00Z {
          event go { text: "a" } event go { text: "b" } event go { text: "c" }
          expect suppressed offer because capped
          expect not sent offer
          profile { agreed: false }
          advance until 2026-01-06T07:00:00Z
          expect suppressed offer because no_consent
          expect not sent offer
          profile { agreed: true }
          event go {} event go {} event go {}
          expect sent offer times 2
        }"#,
    );
}

#[test]
fn a_held_send_counts_from_when_it_leaves() {
    shop(
        r#"test "t" at 2026-01-05T23:00:00Z {
          event go {} event go {}
          advance until 2026-01-12T23:30:00Z
          expect sent offer times 2
          event go { text: "early" } at 2026-01-13T06:59:59.999Z
          expect not sent offer where text == "early"
          advance 1ms
          event go { text: "late" }
          expect sent offer where text == "late" or text == "early"
        }"#,
    );
}

#[test]
fn consent_withdrawn_while_a_send_is_held_keeps_it_back() {
    let lines = event("1", "go", "ann", "23:00:00", "{}") + &event("2", "profile", "ann", "23:30:00", r#"{"agreed": false}"#);
    let ran = run(&compile(SHOP), &lines, &hours(12));
    assert_eq!(ran.story(), ["started ann", "held ann offer", "finished ann completed", "suppressed ann offer"]);
    assert_eq!(ran.effects[1]["until"], "2026-01-02T07:00:00Z");
    assert_eq!(ran.effects[3]["reason"], "no_consent");
    assert_eq!(ran.effects[3]["at"], "2026-01-02T07:00:00Z");
    assert_eq!(ran.summary.suppressed["offer"]["no_consent"], 1);
    assert!(ran.summary.sends.is_empty() && ran.summary.held.is_empty());
}

#[test]
fn a_held_send_leaves_with_its_key_to_where_the_customer_is_reached_then() {
    let lines = event("1", "go", "ann", "23:00:00", "{}") + &event("2", "profile", "ann", "23:30:00", r#"{"email": "new@example.com"}"#);
    let ran = run(&compile(SHOP), &lines, &hours(12));
    let (held, sent) = (&ran.effects[1], ran.effects.last().unwrap());
    assert_eq!((&held["kind"], &sent["kind"]), (&"held".into(), &"send".into()));
    assert_eq!((&held["to"], &sent["to"]), (&"ann@example.com".into(), &"new@example.com".into()));
    for same in ["key", "message", "channel", "args", "content", "instance", "journey"] {
        assert_eq!(held[same], sent[same], "{same}");
        assert!(!sent[same].is_null(), "{same}");
    }
    assert_eq!(ran.summary.sends["offer"]["email"], 1);
}

#[test]
fn what_is_still_held_at_the_end_of_a_run_is_counted() {
    let lines = event("1", "go", "ann", "23:00:00", "{}");
    let ran = run(&compile(SHOP), &lines, &Options::default());
    assert_eq!(ran.summary.held["offer"]["email"], 1);
    let drained = run(&compile(SHOP), &lines, &Options { drain: true, ..Options::default() });
    assert_eq!((drained.summary.sends["offer"]["email"], drained.summary.held.len()), (1, 0));
}

#[test]
fn held_sends_leave_in_the_order_in_which_they_were_held_and_timers_by_when_they_were_set() {
    let program = compile(
        r#"
        event a {} event b {} event c {}
        profile { timezone: Timezone = "UTC" }
        channel desk { content { text: String } quiet 22:00..08:00 }
        message note(text: String) { desk { text: text } }
        journey first { enter on a send note("a") via desk }
        journey second { enter on b wait until 08:00 finish woken }
        journey third { enter on c send note("c") via desk }
        "#,
    );
    let lines =
        event("1", "a", "ann", "23:00:00", "{}") + &event("2", "b", "ann", "23:01:00", "{}") + &event("3", "c", "ann", "23:02:00", "{}");
    let ran = run(&program, &lines, &hours(12));
    let due: Vec<String> = ran.story().into_iter().skip(7).collect();
    assert_eq!(due, ["send ann note", "finished ann woken", "send ann note"]);
}

/// Runs lines on a store that another run has filled.
fn go_on(compiled: &Compiled, store: &mut DurableStore, name: &str, lines: &str, options: &Options) -> Ran {
    let mut effects = Vec::new();
    let mut sink = WriterSink(&mut effects);
    let inputs = vec![Input::new(name, lines.as_bytes())];
    let summary = journey_runtime::run(&compiled.program, &compiled.sources, options, inputs, store, Some(&mut sink), &mut |_| {}).unwrap();
    let effects = String::from_utf8(effects).unwrap();
    Ran { summary, effects: effects.lines().map(|line| serde_json::from_str(line).unwrap()).collect() }
}

#[test]
fn caps_and_held_sends_survive_until_the_next_run() {
    let (compiled, folder) = (compile(SHOP), tempfile::tempdir().unwrap());
    let mut store = DurableStore::open(folder.path(), 1 << 20).unwrap();
    let lines = event("1", "go", "ann", "12:00:00", "{}") + &event("2", "go", "ann", "23:00:00", "{}");
    let first = go_on(&compiled, &mut store, "a.ndjson", &lines, &Options::default());
    assert_eq!(first.summary.held["offer"]["email"], 1);
    let later = event("3", "go", "ann", "23:30:00", "{}");
    let second = go_on(&compiled, &mut store, "b.ndjson", &later, &hours(12));
    assert_eq!(second.story(), ["started ann", "suppressed ann offer", "finished ann completed", "send ann offer"]);
    assert_eq!(second.summary.sends["offer"]["email"], 2);
}

#[test]
fn a_program_that_lacks_a_held_message_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = DurableStore::open(folder.path(), 1 << 20).unwrap();
    go_on(&compile(SHOP), &mut store, "a.ndjson", &event("1", "go", "ann", "23:00:00", "{}"), &Options::default());
    let other = compile("event go {} journey offers { enter on go }");
    let inputs = vec![Input::new("b.ndjson", &b""[..])];
    let error = journey_runtime::run(&other.program, &other.sources, &Options::default(), inputs, &mut store, None, &mut |_| {});
    let message = error.unwrap_err().to_string();
    assert_eq!(message, "1 of `offer` via `email` is held until quiet hours end, and this program lacks that message or channel");
}

#[test]
fn quiet_hours_that_end_where_the_clock_is_put_forward_end_with_the_gap() {
    // On 29 March 2026 Paris has no 02:30: 02:00 becomes 03:00, at 01:00Z.
    shop_until_half_past_two("2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z");
}

#[test]
fn quiet_hours_that_end_at_a_time_that_comes_twice_end_with_the_first() {
    // On 25 October 2026 Paris has 02:30 twice, at 00:30Z and 01:30Z. Where the clock shows quiet hours again, they are.
    shop_until_half_past_two("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z");
    shop_until_half_past_two("2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z");
}

fn shop_until_half_past_two(from: &str, to: &str) {
    tests_pass(&format!(
        r#"
        event go {{}}
        profile {{ timezone: Timezone = "Europe/Paris" }}
        channel desk {{ content {{ text: String }} quiet 22:00..02:30 }}
        message note() {{ desk {{ text: "-" }} }}
        journey j {{ enter on go send note() via desk }}
        test "t" at {from} {{
          event go {{}}
          advance until {to}
          expect sent note times 1
        }}
        test "not before" at {from} {{
          event go {{}}
          event go {{}} at {to}
          expect sent note times 2
        }}
        test "held until then" at {from} {{
          event go {{}}
          advance ({to} - {from}) - 1ms
          expect not sent note
        }}"#
    ));
}

const RANKED: &str = r#"
event go_low {} event go_low_too {} event go_high {} event go_other {} event go_bad {} event go_care {}
channel desk { content { text: String } }
message note(who: String) { desk { text: who } }
message help() transactional { desk { text: "help" } }
journey a_low { enter on go_low priority 1 in marketing wait 1h send note("a_low") via desk wait 1h send note("a_low again") via desk }
journey b_low { enter on go_low_too priority 1 in marketing wait 1h send note("b_low") via desk }
journey high { enter on go_high priority 9 in marketing wait 90m send note("high") via desk wait 1d }
journey care { enter on go_care priority 0 in marketing wait 1h send help() via desk }
journey other { enter on go_other priority 1 in surveys wait 1h send note("other") via desk }
journey other_too { enter on go_bad priority 99 in surveys wait 10m fail "no" }
journey free { enter on go_other wait 1h send note("free") via desk }
"#;

fn ranked(tests: &str) {
    tests_pass(&format!("{RANKED}\n{tests}"));
}

#[test]
fn the_highest_number_goes_first_while_it_has_a_send_before_it() {
    ranked(
        r#"test "t" {
          event go_low {} event go_high {}
          advance 1h
          expect suppressed note because outranked
          advance 30m
          expect sent note times 1 where who == "high"
          advance 30m
          expect sent note where who == "a_low again"
          expect sent note times 2
        }"#,
    );
}

#[test]
fn of_equal_ones_the_older_goes_first() {
    ranked(
        r#"test "t" {
          event go_low {} event go_low_too {}
          advance 1h
          expect sent note times 1 where who == "a_low"
          expect suppressed note because outranked
          advance 1h
          expect sent note where who == "a_low again"
        }"#,
    );
}

#[test]
fn other_groups_and_journeys_without_a_priority_are_not_outranked() {
    ranked(
        r#"test "t" {
          event go_high {} event go_other {}
          advance 1h
          expect sent note where who == "other"
          expect sent note where who == "free"
          expect not suppressed note
        }"#,
    );
}

#[test]
fn one_customer_does_not_outrank_another_and_an_end_gives_way() {
    ranked(
        r#"test "t" {
          as "bob" { event go_high {} }
          event go_low {}
          advance 1h
          expect sent note times 1 where who == "a_low"
        }"#,
    );
}

#[test]
fn what_is_parked_does_not_outrank() {
    ranked(
        r#"test "t" {
          event go_bad {} event go_other {}
          advance 1h
          expect failed other_too
          expect sent note where who == "other"
        }"#,
    );
}

#[test]
fn service_is_not_outranked_and_does_not_outrank() {
    ranked(
        r#"test "t" {
          event go_high {} event go_care {}
          advance 1h
          expect sent help times 1
          expect not suppressed help
        }"#,
    );
}

#[test]
fn outranked_comes_before_every_other_reason_and_is_no_matter_of_the_channel() {
    tests_pass(
        r#"
        event go {} event go_high {}
        profile { email: String?, phone: String? }
        channel email { address profile.email }
        channel sms { address profile.phone }
        message note() { email { subject: "-", body: "-" } sms { text: "-" } }
        journey low { enter on go priority 1 in g send note() via first of email, sms }
        journey high { enter on go_high priority 2 in g wait 1d send note() via first of email, sms }
        test "t" { event go_high {} event go {} expect suppressed note because outranked }
        test "alone" { event go {} expect suppressed note because unreachable }
        "#,
    );
}
