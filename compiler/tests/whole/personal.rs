//! Where personal data goes.

use super::{breaks, codes};

const RIGHT: &str = r#"
type Person { name: String @pii, town: String }
enum Payment { card { number: String @pii, brand: String }, cash }
event joined { person: Person, payment: Payment, plan: String, mail: String @pii }
event told { text: String }
profile { phone: String? @pii, kept: String @pii = "", shown: String = "" }
channel sms { address profile.phone }
message hello(to: String) { sms { text: "Hello, {to}!" } }
service crm accepts pii { fn save(text: String) { POST "/texts" } }
service shop { fn note(text: String) { POST "/notes" } }
fn first(a: String, b: String) -> String { if b == "" { a } else { "{a}." } }
journey welcome {
  enter on joined as join
  one per join.plan
  var text = join.plan
  var other = "none"
  send hello(join.mail) via sms
  call crm.save(join.person.name)
  call shop.note(join.person.town)
  profile.kept = join.mail
  profile.shown = join.plan
  for turn in 0..3 {
    if turn == 2 { text = other }
    other = first(join.plan, join.mail)
  }
  match join.payment {
    card { brand, number } => {
      if number == "1" { finish known }
      text = brand
    }
    cash => { text = "cash" }
  }
  emit told { text }
  start child(join.mail, join.plan)
  if text == other { fail "{text} for {join.mail.length()}" }
}
journey child(mail: String, plan: String) {
  if mail.contains("@") { fail "no welcome for {plan}" }
  send hello(mail) via sms
}
journey listener { enter on told  wait 1d }
"#;

#[test]
fn personal_data_may_not_go_into_the_reason_of_a_failure() {
    breaks(RIGHT, "{join.mail.length()}", "{join.mail}", &["E0475"]);
    breaks(RIGHT, "{join.mail.length()}", "{join.mail.lower().split(\"@\").join(\" \")}", &["E0475"]);
    breaks(RIGHT, "{join.mail.length()}", "{String(if text == \"a\" { join.mail } else { text })}", &["E0475"]);
}

#[test]
fn an_emitted_event_may_not_hold_it() {
    breaks(RIGHT, "emit told { text }", "emit told { text: join.person.name }", &["E0476"]);
    breaks(RIGHT, "emit told { text }", "broadcast told { text: \"{profile.phone ?? text}\" }", &["E0476"]);
}

#[test]
fn not_even_in_a_field_that_is_marked() {
    let marked = RIGHT.replace("event told { text: String }", "event told { text: String @pii }");
    assert_eq!(codes(&marked), [""; 0]);
    breaks(&marked, "emit told { text }", "emit told { text: join.mail }", &["E0476"]);
}

#[test]
fn a_service_must_accept_it() {
    breaks(RIGHT, "service crm accepts pii", "service crm", &["E0477"]);
    breaks(RIGHT, "join.person.town", "join.person.name", &["E0477"]);
    breaks(RIGHT, "fn note(text: String) {", "fn note(text: String) accepts pii {", &[]);
}

#[test]
fn a_field_that_keeps_it_is_marked() {
    breaks(RIGHT, "profile.shown = join.plan", "profile.shown = join.mail", &["E0478"]);
    breaks(RIGHT, "kept: String @pii", "kept: String", &["E0478"]);
}

#[test]
fn a_key_holds_none_of_it() {
    breaks(RIGHT, "one per join.plan", "one per join.mail", &["E0479"]);
}

#[test]
fn it_is_followed_through_variables_that_loops_carry() {
    breaks(
        RIGHT,
        "other = first(join.plan, join.mail)",
        "other = if turn == 1 { join.mail } else { first(other, join.mail) }",
        &["E0476", "E0475"],
    );
}

#[test]
fn it_is_followed_through_functions_by_the_parameters_that_they_use() {
    breaks(RIGHT, "first(join.plan, join.mail)", "first(join.mail, join.plan)", &["E0476", "E0475"]);
}

#[test]
fn it_is_followed_through_patterns() {
    breaks(RIGHT, "text = brand", "text = \"{brand} {number}\"", &["E0476", "E0475"]);
}

#[test]
fn it_is_followed_from_journey_to_journey() {
    breaks(RIGHT, "no welcome for {plan}", "no welcome for {plan} {mail}", &["E0475"]);
    breaks(RIGHT, "start child(join.mail, join.plan)", "start child(join.mail, join.mail)", &["E0475"]);
}

#[test]
fn the_way_is_told_from_the_marked_field_to_the_place() {
    let text = RIGHT.replace("other = first(join.plan, join.mail)", "other = first(join.mail, join.plan)");
    let project = journey_compiler::project::Project::of_text("shop.journey", &text);
    let found = journey_compiler::analysis::analyse(&project).diagnostics;
    let way: Vec<&str> = found[0].secondary.iter().map(|label| label.text.as_str()).collect();
    let expected =
        ["`mail` is personal: it is marked `@pii`", "goes through `first` here", "goes into `other` here", "goes into `text` here"];
    assert_eq!(way, expected);
}

#[test]
fn the_offered_fix_marks_the_field() {
    let text = RIGHT.replace("profile.shown = join.plan", "profile.shown = join.mail");
    let project = journey_compiler::project::Project::of_text("shop.journey", &text);
    let found = journey_compiler::analysis::analyse(&project).diagnostics;
    let fix = found[0].fix.as_ref().unwrap();
    let mut mended = text.clone();
    mended.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.replacement);
    assert!(mended.contains("shown: String = \"\" @pii"));
    assert_eq!(codes(&mended), [""; 0]);
}

/// Everything that runs beside, later, or because something has failed.
const BESIDE: &str = r#"
event joined { mail: String @pii, plan: String }
event told { text: String }
event answered { mail: String @pii, text: String }
profile { phone: String?, kept: String @pii = "" }
channel sms { address profile.phone }
message hello(to: String) { sms { text: "Hello, {to}!" } }
service shop { fn note(text: String) -> String { POST "/notes" } }
service crm accepts pii { fn save(text: String) -> String { POST "/texts" } }
journey welcome {
  enter on joined as join
  var text = join.plan
  parallel {
    branch one {
      let mine = join.plan
      wait 1h
      call shop.note(mine)
    }
    branch two {
      wait for answered as reply within 1d
      if reply != none { emit told { text: reply.text } }
    }
  }
  race {
    branch first {
      undo { call shop.note(text) }
      let plan = join.plan
      undo {
        let undone = plan
        emit told { text: undone }
      }
      wait 1d
    }
    branch second { let outcome = run survey(join.mail, join.plan)  if outcome == liked { finish happy } }
  }
  try {
    text = call crm.save(join.mail)
    if text == "" { fail "nothing for {join.plan}" }
  } catch e {
    call shop.note(e.message)
    fail "{e.message} in line {e.line}, for {join.plan}"
  }
  let sent = send hello(join.mail) via sms
  if sent.reason != none { fail "not sent: {sent.reason}" }
  wait for any {
    on sent.replied as said { emit told { text: said.text ?? "" } }
    on answered as last where last.mail == join.mail { fail "answered {last.text}" }
    after 1d { }
  }
  call shop.note(text)
}
journey survey(mail: String, plan: String) {
  wait for answered as reply where reply.mail == mail within 1d { finish liked } else { call shop.note(plan) }
}
journey listener { enter on told  wait 1d }
"#;

#[test]
fn it_is_followed_into_branches() {
    breaks(BESIDE, "let mine = join.plan", "let mine = join.mail", &["E0477"]);
    breaks(BESIDE, "text: reply.text }", "text: reply.mail }", &["E0476"]);
    breaks(BESIDE, "let outcome = run survey(join.mail, join.plan)", "let outcome = run survey(join.mail, join.mail)", &["E0477"]);
}

#[test]
fn it_is_followed_into_undo_blocks_and_out_of_what_they_keep() {
    breaks(BESIDE, "undo { call shop.note(text) }", "undo { call shop.note(\"{text} {join.mail}\") }", &["E0477"]);
    breaks(BESIDE, "let plan = join.plan", "let plan = join.mail", &["E0476"]);
    breaks(BESIDE, "let undone = plan", "let undone = if plan == \"\" { profile.kept } else { plan }", &["E0476"]);
}

#[test]
fn what_is_thrown_may_not_hold_it_even_where_it_is_caught() {
    breaks(BESIDE, "nothing for {join.plan}", "nothing for {join.mail}", &["E0475"]);
    breaks(BESIDE, "in line {e.line}, for {join.plan}", "in line {e.line}, for {join.mail}", &["E0475"]);
    breaks(BESIDE, "call shop.note(e.message)", "call shop.note(\"{e.message} {join.mail}\")", &["E0477"]);
}

#[test]
fn it_is_followed_through_what_is_assigned_in_a_try() {
    breaks(BESIDE, "text = call crm.save(join.mail)", "text = join.mail", &["W0204", "E0477", "E0477"]);
    breaks(BESIDE, "within 1d { finish liked }", "within 1d { if reply.text == \"\" { fail reply.mail }  finish liked }", &["E0475"]);
}

#[test]
fn what_an_arm_of_a_wait_binds_is_as_personal_as_its_event() {
    breaks(BESIDE, "answered {last.text}", "answered {last.mail}", &["E0475"]);
    breaks(
        BESIDE,
        "if sent.reason != none { fail \"not sent: {sent.reason}\" }",
        "if sent.reason != none { fail \"not sent to {join.mail}\" }",
        &["E0475"],
    );
}
