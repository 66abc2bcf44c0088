//! Channels over which nobody can be reached.

use super::breaks;

const RIGHT: &str = r#"
event joined { plan: String }
profile { phone: String?, agreed: Bool = false }
const nobody = false
channel sms { address profile.phone consent profile.agreed }
message hello() { sms { text: "Hello!" } }
journey greetings {
  enter on joined as join
  if nobody { finish none_of_it }
  step first { send hello() via sms }
  if join.plan == "x" { finish left }
}
"#;

#[test]
fn an_address_that_is_never_there_is_an_error_of_the_channel() {
    breaks(RIGHT, "address profile.phone", "address none", &["E0480"]);
    breaks(RIGHT, "address profile.phone", "address \"\"", &["E0480"]);
    breaks(RIGHT, "address profile.phone", "address profile.phone ?? \"\"", &[]);
}

#[test]
fn a_consent_that_nobody_can_give_is_an_error_of_the_channel() {
    breaks(RIGHT, "consent profile.agreed", "consent false", &["E0481"]);
    breaks(RIGHT, "consent profile.agreed", "consent nobody", &["E0481"]);
    breaks(RIGHT, "consent profile.agreed", "consent true", &[]);
}

#[test]
fn a_transactional_message_needs_no_consent_but_an_address() {
    let service = RIGHT.replace("message hello()", "message hello() transactional");
    breaks(&service, "consent profile.agreed", "consent false", &[]);
    breaks(&service, "address profile.phone", "address none", &["E0480"]);
}

#[test]
fn a_channel_that_nothing_is_sent_over_may_be_shut() {
    let unsent = RIGHT.replace("send hello() via sms", "wait 1d").replace("message hello()", "message _hello()");
    breaks(&unsent, "consent profile.agreed", "consent false", &[]);
}

#[test]
fn a_send_counts_wherever_it_stands() {
    for send in [
        "parallel { branch a { send hello() via sms } branch b { wait 1d } }",
        "race { branch a { wait 1d } branch b { wait 2d  send hello() via sms } }",
        "undo { send hello() via sms }  wait 1d",
        "try { wait 1d  fail \"no\" } catch _e { send hello() via sms }",
        "wait for joined as again where again.plan == join.plan within 1d { } else { send hello() via sms }",
        "let sent = send hello() via first of sms  if sent.sent { wait 1d }",
    ] {
        let right = RIGHT.replace("send hello() via sms", send);
        breaks(&right, "address profile.phone", "address none", &["E0480"]);
        breaks(&right, "consent profile.agreed", "consent false", &["E0481"]);
    }
}
