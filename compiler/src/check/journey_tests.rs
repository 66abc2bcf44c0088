//! What right programs become: the typed program of journeys, channels, messages and tests.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that can't go on says why")]

use crate::diagnostics::Diagnostic;
use crate::hir::{self, Deadline, Expect, ExprKind, InstanceKey, Program, Stmt, StmtKind, TestStmtKind, WaitKind};
use crate::types::TypeId;
use crate::{Severity, Sources, parse};

/// Declarations that the programs below share.
const SHOP: &str = r#"
type Consent { marketing: Bool = false }
profile { name: String?, email: String?, device: String, consent: Consent?, timezone: Timezone? }
event cart_updated { cart_id: String, total: Decimal, coupon: String? }
event purchase { cart_id: String }
event unsubscribed {}
channel email { address profile.email consent profile.consent?.marketing }
channel push { address profile.device }
message cart_reminder(cart: cart_updated) { email { subject: "Still there?", body: "{cart.total}" } }
message cart_coupon(percent: Int, text: String) {
  email { subject: "{percent} %", body: text }
  push { title: "{percent} %", body: text }
}
"#;

fn checked(text: &str) -> (Program, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("shop.journey", format!("{SHOP}\n{text}"));
    let (file, mut diagnostics) = parse::parse(&sources, file);
    let (program, found) = super::check(&[file]);
    diagnostics.extend(found);
    (program, diagnostics)
}

/// The typed program; what is wrong, unused declarations aside, fails the test.
fn right(text: &str) -> Program {
    let (program, diagnostics) = checked(text);
    let wrong: Vec<_> = diagnostics.iter().filter(|d| d.code != "W0204").map(|d| (d.code, &d.message)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    program
}

fn errors(text: &str) -> Vec<&'static str> {
    let (_, diagnostics) = checked(text);
    diagnostics.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code).collect()
}

/// The first journey of a right program.
fn journey(text: &str) -> hir::Journey {
    let mut journeys = right(text).journeys;
    if journeys.is_empty() {
        panic!("there is no journey");
    }
    journeys.remove(0)
}

/// The identities of all pauses, in written order.
fn identities(journey: &hir::Journey) -> Vec<String> {
    let mut found = Vec::new();
    collect(&journey.body, &mut found);
    found
}

fn collect(stmts: &[Stmt], found: &mut Vec<String>) {
    for stmt in stmts {
        if let StmtKind::Wait(wait) = &stmt.kind {
            found.push(wait.identity.clone());
        }
        stmt.kind.blocks().into_iter().for_each(|block| collect(block, found));
    }
}

fn wait_at(journey: &hir::Journey, at: usize) -> &WaitKind {
    match &journey.body[at].kind {
        StmtKind::Wait(wait) => &wait.kind,
        other => panic!("no wait: {other:?}"),
    }
}

fn expectations(program: &Program) -> Vec<&Expect> {
    let stmts = program.tests.iter().flat_map(|test| &test.body);
    stmts
        .filter_map(|stmt| match &stmt.kind {
            TestStmtKind::Expect(expect) => Some(expect),
            _ => None,
        })
        .collect()
}

const CART_RECOVERY: &str = r#"
journey cart_recovery "Cart recovery" {
  enter on cart_updated as var cart where cart.total >= 20.00
  one per cart.cart_id
  goal bought on purchase as p where p.cart_id == cart.cart_id
  exit opted_out on unsubscribed

  step first_reminder {
    wait 1h without cart_updated as newer where newer.cart_id == cart.cart_id { cart = newer }
    send cart_reminder(cart) via email
  }

  step second_reminder "Nudge with a coupon" {
    wait 1d
    wait until within 09:00..20:00
    experiment coupon {
      variant ten_off 45% { send cart_coupon(percent: 10, text: "Now") via first of push, email }
      variant plain   45% { send cart_reminder(cart) via email }
      holdout         10% { finish held_out }
    }
  }

  wait 3d
  finish lost
}
"#;

#[test]
fn the_journey_of_the_first_page_is_right_and_has_its_identities() {
    let journey = journey(CART_RECOVERY);
    assert_eq!(identities(&journey), ["first_reminder.wait", "second_reminder.wait", "second_reminder.wait#2", "wait"]);
    assert_eq!(journey.outcomes, ["bought", "opted_out", "held_out", "lost", "completed"]);
    assert!(matches!(journey.key, InstanceKey::Expr(_)));
    assert_eq!(journey.ends.iter().map(|end| end.goal).collect::<Vec<_>>(), [true, false]);
    let [experiment] = journey.experiments.as_slice() else { panic!("one experiment") };
    assert_eq!(experiment.variants.iter().map(|variant| variant.basis_points).collect::<Vec<_>>(), [4500, 4500, 1000]);
}

#[test]
fn what_lives_inside_an_expression_changes_no_identity_of_a_variable() {
    let paths = |before: &str| -> Vec<String> {
        let text = format!(
            "journey j {{ enter on cart_updated as cart step a {{ {before} for x in [1] {{ wait 1h if x > 0 {{ finish up }} }} }} \
             step b {{ if cart.total > 1.00 {{ finish more }} }} }}"
        );
        let named = |var: &hir::Var| (var.name == "x" && !var.path.contains('~')).then(|| var.path.clone());
        right(&text).journeys[0].vars.iter().filter_map(named).collect()
    };
    assert_eq!(paths(""), ["a.x"]);
    assert_eq!(paths("if [1].any(x => x > 1) { finish some }"), ["a.x"]);
    assert_eq!(paths("let some = if cart.total > 1.00 { let x = 1  x > 0 } else { false } if some { finish some }"), ["a.x"]);
}

#[test]
fn pauses_are_numbered_by_path_and_kind_and_named_ones_take_no_number() {
    let journey = journey(
        r#"journey j {
          enter on cart_updated
          wait 1d
          wait 3d as cool_off
          wait 1d
          step new_name renamed from old_name { wait for purchase  wait for purchase within 1d }
          experiment e {
            variant a 50% { wait for any { on purchase { wait 2d } } }
            variant b rest { wait 2d  wait until 09:00 }
          }
        }"#,
    );
    assert_eq!(
        identities(&journey),
        ["wait", "cool_off", "wait#2", "old_name.for", "old_name.for#2", "a.any", "a.wait", "b.wait", "b.wait#2"]
    );
    let [.., share] = journey.experiments[0].variants.as_slice() else { panic!("two variants") };
    assert_eq!(share.basis_points, 5000, "`rest` is what is left");
}

#[test]
fn every_enter_binds_the_one_variable_and_what_all_demand_is_known() {
    let journey = journey(
        r#"journey j {
          unlimited
          enter on cart_updated as var cart where cart.total > 20.00 and cart.coupon != none
          enter on cart_updated where profile.name != none and cart.coupon != none
          send cart_coupon(5, cart.coupon) via email
        }"#,
    );
    let binders: Vec<_> = journey.enters.iter().map(|enter| enter.on.event().unwrap().binder).collect();
    assert_eq!(binders[0], binders[1]);
    let one_alone = r#"journey j {
      enter on cart_updated where profile.name != none
      enter on cart_updated
      send cart_coupon(5, profile.name) via email
    }"#;
    assert_eq!(errors(one_alone), ["E0302"]);
}

#[test]
fn entries_on_several_events_need_no_binder() {
    let journey = journey("journey j { enter on cart_updated enter on purchase wait 1d }");
    assert_eq!(journey.enters.len(), 2);
}

#[test]
fn a_cooldown_is_reckoned_from_constants() {
    let journey = journey("const week = 7d\njourney j { enter on purchase cooldown week * 2 + days(1) wait 1d }");
    assert_eq!(journey.cooldown_ms, Some(15 * 86_400_000));
}

#[test]
fn without_blocks_the_binder_of_a_wait_stays_in_scope() {
    let journey = journey(
        r#"journey j {
          enter on cart_updated
          wait for purchase as first
          wait for purchase as second within 1d
          wait for purchase as third within 1d else { finish lost }
          if second != none { fail "{first.cart_id} {second.cart_id} {third.cart_id}" }
        }"#,
    );
    let result = |at| match wait_at(&journey, at) {
        WaitKind::ForEvent { result, .. } => *result,
        other => panic!("no wait for: {other:?}"),
    };
    assert_eq!((result(0), result(2)), (None, None), "the event itself is bound");
    let Some(optional) = result(1) else { panic!("a result that may be missing") };
    assert_eq!(journey.vars[optional.index()].name, "second");
}

#[test]
fn with_a_block_the_binder_of_a_wait_is_known_inside_alone() {
    let text = r#"journey j {
      enter on cart_updated
      wait for purchase as p within 1d { fail p.cart_id } else { }
      fail p.cart_id
    }"#;
    assert_eq!(errors(text), ["E0201"]);
}

#[test]
fn a_local_time_is_in_the_written_zone_or_the_customers() {
    let journey = journey(
        r#"journey j {
          enter on cart_updated
          let opening = 09:00
          wait until opening
          wait until monday 09:00 in "Europe/Paris"
        }"#,
    );
    let zone = |at| match wait_at(&journey, at) {
        WaitKind::Until(Deadline::Local { zone, .. }) => zone.kind.clone(),
        other => panic!("no local time: {other:?}"),
    };
    assert!(matches!(zone(1), ExprKind::Field(of, 4) if matches!(of.kind, ExprKind::Profile)));
    assert!(matches!(zone(2), ExprKind::Str(zone) if zone == "Europe/Paris"));
}

#[test]
fn addresses_may_be_missing_and_consent_that_is_missing_is_none() {
    let program = right("");
    let [email, push] = program.channels.as_slice() else { panic!("two channels") };
    assert!(matches!(email.consent.as_ref().map(|consent| &consent.kind), Some(ExprKind::Coalesce(..))));
    assert!(matches!(push.address.as_ref().map(|address| &address.kind), Some(ExprKind::Wrap(_))));
    assert!(push.consent.is_none());
}

#[test]
fn content_stands_in_the_order_of_the_channel() {
    let program = right(r#"message m() { email { body: "second", subject: "first" } }"#);
    let Some(message) = program.messages.last() else { panic!("a message") };
    assert!(matches!(&message.variants[0].content[0].kind, ExprKind::Str(text) if text == "first"));
}

#[test]
fn what_is_known_behind_branches_and_loops_is_what_holds_on_every_way() {
    right(
        r#"journey j {
          enter on cart_updated as cart
          if cart.coupon == none { finish couponless }
          wait 1d
          send cart_coupon(1, cart.coupon) via email
          var name = profile.name
          match name { none => finish nameless  _ => { } }
          while true {
            if name != none { break }
            wait 1d
            name = profile.name
          }
          send cart_coupon(2, name) via email
          for n in 0..3 {
            if profile.name == none { continue }
            send cart_coupon(n, profile.name) via email
          }
          wait for any {
            on cart_updated as newer where newer.coupon != none { send cart_coupon(3, newer.coupon) via email }
            when profile.name != none { send cart_coupon(4, profile.name) via email }
          }
        }"#,
    );
}

#[test]
fn a_match_that_falls_through_on_one_arm_keeps_what_the_arm_knows() {
    let text = r#"journey j {
      enter on cart_updated as cart
      if cart.coupon != none { wait 1d } else { fail "no coupon" }
      send cart_coupon(1, cart.coupon) via email
      if profile.name != none { wait 1d } else { fail "no name" }
      send cart_coupon(2, profile.name) via email
    }"#;
    assert_eq!(errors(text), ["E0302"], "of the profile nothing is known behind the pause");
}

#[test]
fn a_loop_that_ends_the_journey_is_bounded() {
    right(
        r#"journey j {
          enter on cart_updated
          var turns = 0
          loop {
            turns += 1
            if turns > 3 { finish enough }
          }
        }"#,
    );
}

#[test]
fn an_experiment_in_two_places_is_one() {
    let program = right(
        r#"journey a { enter on cart_updated
          experiment e { variant x 50% { wait 1d } variant y 50% { } }
          experiment e { variant x 50% { } variant y rest { wait 2d } }
        }
        journey b { enter on purchase experiment e { variant x 50% { wait 1d } variant y 50% { } } }"#,
    );
    assert_eq!(program.journeys.iter().map(|journey| journey.experiments.len()).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn a_test_finds_steps_outcomes_and_content() {
    let program = right(
        r#"journey j { enter on cart_updated step outer { step inner { wait 1d } } send cart_coupon(5, "Now") via push }
        test "t" at 2026-03-01T00:00:00Z {
          as "bob" { event cart_updated { cart_id: "c1", total: 20.00 } }
          expect at j.inner
          expect at j.outer.inner
          expect finished j with completed
          expect sent cart_coupon via push where title == "5 %" and percent == 5 and text == "Now"
        }"#,
    );
    let [at, path, finished, sent] = expectations(&program)[..] else { panic!("four expectations") };
    for expect in [at, path] {
        assert!(matches!(expect, Expect::At { step: Some(step), .. } if step == "outer.inner"));
    }
    assert!(matches!(finished, Expect::Finished { outcome: Some(_), .. }));
    assert!(matches!(sent, Expect::Sent { via: Some(_), filter: Some((vars, _)), .. } if vars.len() == 4));
    let test = &program.tests[0];
    assert_eq!(test.start_ms, 1_772_323_200_000);
    assert_eq!((test.body[0].customer.as_str(), test.body[1].customer.as_str()), ("bob", "test"));
}

#[test]
fn content_of_a_message_for_one_channel_needs_no_via() {
    let program = right(
        r#"journey j { enter on cart_updated as cart send cart_reminder(cart) via email }
        test "t" { expect sent cart_reminder where subject == "Still there?" and cart.total == 20.00 }"#,
    );
    assert!(matches!(expectations(&program)[..], [Expect::Sent { via: Some(_), .. }]));
}

#[test]
fn a_parameter_hides_content_of_its_name() {
    let program = right(
        r#"message n(title: Int) { push { title: "{title}", body: "" } }
        journey j { enter on cart_updated send n(5) via push }
        test "t" { expect sent n via push where title == 5 }"#,
    );
    let Some(test) = program.tests.first() else { panic!("a test") };
    assert!(test.vars.iter().any(|var| var.name == "title" && var.ty == TypeId::INT));
}
