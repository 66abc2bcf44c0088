//! Handles of messages: whether one was sent, and what became of it.

use crate::support::{broadcast, compile, event, hours, run, tests_pass};
use journey_runtime::Options;

const SHOP: &str = r#"
event go { n: Int = 0 }
profile { email: String? = "ann@example.com", timezone: Timezone = "UTC" }
channel email { address profile.email quiet 22:00..08:00 }
message offer(n: Int) { email { subject: "{n}", body: "-" } }
message told(text: String) transactional { email { subject: text, body: "-" } }
journey offers {
  enter on go as g
  unlimited
  let mail = send offer(g.n) via email
  if not mail.sent { send told(mail.reason ?? "?") via email  finish unsent }
  wait for any {
    on mail.clicked as click { send told("clicked {click.url ?? "nothing"}") via email  finish clicked }
    on mail.bounced as bounce where bounce.reason == "full" { finish full }
    after 2d { finish ignored }
  }
}
"#;

fn shop(tests: &str) {
    tests_pass(&format!("{SHOP}\n{tests}"));
}

#[test]
fn a_wait_for_a_click_ends_with_the_click_on_that_message() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          event go { n: 1 }
          advance 1h
          event offer.clicked { url: "https://shop" }
          expect finished offers with clicked
          expect sent told where text == "clicked https://shop"
        }
        test "without more" at 2026-01-05T12:00:00Z { event go {} event offer.clicked expect sent told where text == "clicked nothing" }
        test "the condition counts" at 2026-01-05T12:00:00Z {
          event go {}
          event offer.bounced { reason: "unknown" }
          expect not finished offers
          event offer.bounced { reason: "full" }
          expect finished offers with full
        }
        test "the others don't matter" at 2026-01-05T12:00:00Z {
          event go {} event offer.delivered {} event offer.opened {} event offer.replied { text: "no" }
          expect not finished offers
          advance 2d
          expect finished offers with ignored
        }"#,
    );
}

#[test]
fn a_report_is_about_the_message_that_was_sent_last() {
    shop(
        r#"test "t" at 2026-01-05T12:00:00Z {
          event go { n: 1 }
          advance 1h
          event go { n: 2 }
          event offer.clicked {}
          expect finished offers with clicked
          expect at offers
          advance until 2026-01-07T12:00:00Z
          expect finished offers with ignored
        }"#,
    );
}

#[test]
fn a_suppressed_send_says_why_at_once() {
    tests_pass(
        r#"
        event go {} event either {}
        profile { email: String?, phone: String? }
        channel email { address profile.email }
        channel sms { address profile.phone }
        channel desk { content { text: String } }
        message offer() { email { subject: "-", body: "-" } sms { text: "-" } }
        message told(text: String) { desk { text: text } }
        journey one { enter on go let m = send offer() via email send told("{m.sent} {m.reason ?? "-"}") via desk }
        journey two { enter on either let m = send offer() via first of email, sms send told("{m.sent} {m.reason ?? "-"}") via desk }
        test "t" { event go {} expect sent told where text == "false no_address" }
        test "first of" { event either {} expect sent told where text == "false unreachable" }
        test "sent" { profile { email: "a@b" } event go {} expect sent told where text == "true -" }
        "#,
    );
}

#[test]
fn a_held_send_counts_as_sent_and_can_be_clicked_when_it_has_left() {
    shop(
        r#"test "t" at 2026-01-05T23:00:00Z {
          event go {}
          expect not sent offer
          expect not sent told
          advance until 2026-01-06T09:00:00Z
          event offer.clicked { url: "x" }
          expect finished offers with clicked
        }"#,
    );
}

#[test]
fn a_handle_has_the_key_of_its_effect() {
    let program = compile(
        r#"
        event go {}
        channel desk { content { text: String } }
        message note(text: String) { desk { text: text } }
        journey j { enter on go send note("before") via desk let m = send note("this") via desk wait 1h let n = send note(m.key) via desk send note(n.key) via desk }
        "#,
    );
    let ran = run(&program, &event("1", "go", "ann", "10:00:00", "{}"), &hours(2));
    let sends: Vec<_> = ran.of_kind("send").collect();
    assert_eq!(sends[2]["args"]["text"], sends[1]["key"]);
    assert_eq!(sends[3]["args"]["text"], sends[2]["key"]);
    assert_eq!(sends[1]["key"], "j/ann/1/1/1");
}

#[test]
fn reports_come_as_events_of_the_customer_or_of_nobody() {
    let program = compile(SHOP);
    let key = |n: u32| format!(r#"{{"key": "offers/ann/{n}/1/0", "url": "u"}}"#);
    let sent =
        event("1", "go", "ann", "10:00:00", "{}") + &event("2", "go", "ann", "10:00:00", "{}") + &event("3", "go", "bob", "10:00:00", "{}");
    let own = sent.clone() + &event("4", "message.clicked", "ann", "11:00:00", &key(2));
    let anyones = sent.clone() + &broadcast("4", "message.clicked", "11:00:00", &key(2));
    for lines in [own, anyones] {
        let ran = run(&program, &lines, &Options::default());
        let ends: Vec<&str> = ran.of_kind("finished").map(|end| end["instance"].as_str().unwrap()).collect();
        assert_eq!(ends, ["offers/ann/2"]);
    }
    let nobodys = sent + &broadcast("4", "message.clicked", "11:00:00", r#"{"key": "offers/eve/1/1/0"}"#);
    assert_eq!(run(&program, &nobodys, &Options::default()).of_kind("finished").count(), 0);
}

#[test]
fn a_report_must_say_which_message_it_is_about() {
    let lines = event("1", "message.clicked", "ann", "10:00:00", r#"{"url": "u"}"#);
    let ran = run(&compile(SHOP), &lines, &Options::default());
    assert_eq!(ran.reasons(), ["data.key: is missing; expected a text"]);
}

#[test]
fn reports_are_known_events_where_no_message_is_followed() {
    let program = compile("event go {} journey j { enter on go }");
    let ran = run(&program, &event("1", "message.clicked", "ann", "10:00:00", r#"{"key": "k"}"#), &Options::default());
    assert_eq!((ran.summary.events.handled, ran.summary.events.unmatched), (1, 0));
}

#[test]
fn a_click_at_the_deadline_is_in_time_and_the_handle_lives_through_pauses() {
    tests_pass(
        r#"
        event go {}
        channel desk { content { text: String } }
        message note(text: String) { desk { text: text } }
        journey j {
          enter on go
          let m = send note("a") via desk
          wait 1h
          send note("b") via desk
          wait for m.opened within 2d { finish opened } else { finish late }
        }
        test "in time" { event go {} event note.opened {} at 2026-01-03T01:00:00Z expect finished j with late }
        test "the first" { event go {} advance 30m event note.opened {} expect not finished j }
        "#,
    );
}

#[test]
fn a_report_of_what_was_never_sent_fails_the_test() {
    let compiled = compile(&format!("{SHOP}\ntest \"t\" {{ event offer.clicked {{}} }}"));
    let reports = journey_runtime::test::run(&compiled.program, &compiled.sources, None, 1_000);
    let failure = reports[0].failure.as_ref().unwrap();
    assert_eq!((failure.expected.as_str(), failure.found.as_str()), ("offer has been sent", "none was sent"));
}
