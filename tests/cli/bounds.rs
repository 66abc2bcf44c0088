//! `journey check --bounds`.

use crate::support::Folder;
use serde_json::Value;

const SHOP: &str = r#"event signed_up {}
event bought {}
event page_viewed {}

channel email {}
channel sms {}
message tip(day: Int) { email { subject: "Day {day}", body: "Have you tried this?" } }
message offer() {
  email { subject: "For you", body: "Ten per cent off." }
  sms { text: "Ten per cent off." }
}
message receipt() transactional { email { subject: "Receipt", body: "Thank you." } }

journey first_weeks {
  enter on signed_up
  cooldown 365d
  goal bought_it on bought

  for day in [1, 3] {
    wait days(day)
    send tip(day) via email
  }
  wait 7d
  send offer() via first of sms, email
}

journey thanks {
  enter on bought
  unlimited
  send receipt() via email
}

journey news {
  enter on page_viewed
  exit enough on bought
  loop {
    wait 3d
    send offer() via email
  }
}
"#;

#[test]
fn the_bounds_are_told_with_the_way_that_reaches_them() {
    let folder = Folder::with(&[("shop.journey", SHOP)]);
    let ran = folder.journey(&["check", "--bounds", "shop.journey"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!("bounds", ran.out);
}

#[test]
fn the_bounds_are_told_to_programs_one_object_a_line() {
    let folder = Folder::with(&[("shop.journey", SHOP)]);
    let ran = folder.journey(&["check", "--bounds", "--format", "json", "shop.journey"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let first = lines.iter().find(|line| line["journey"] == "first_weeks" && line["channel"] == "email").unwrap();
    assert_eq!(
        (&first["kind"], &first["in_all"], &first["in_window"], &first["with_entries"]),
        (&"bound".into(), &3.into(), &2.into(), &2.into())
    );
    assert_eq!((&first["window"], &first["entries_apart"], &first["cap"]), (&"7d".into(), &"365d".into(), &Value::Null));
    let path: Vec<(&str, u64)> =
        first["path"].as_array().unwrap().iter().map(|sent| (sent["message"].as_str().unwrap(), sent["line"].as_u64().unwrap())).collect();
    assert_eq!(path, [("tip", 21), ("tip", 21), ("offer", 24)]);
    let news = lines.iter().find(|line| line["journey"] == "news").unwrap();
    assert_eq!((&news["in_all"], &news["in_window"]), (&Value::Null, &3.into()));
    let together = lines.iter().find(|line| line["kind"] == "together" && line["channel"] == "email").unwrap();
    assert_eq!(together["most"], 5);
}

#[test]
fn a_program_with_errors_has_no_bounds() {
    let folder = Folder::with(&[("shop.journey", "journey j { enter on nothing }\n")]);
    let ran = folder.journey(&["check", "--bounds", "shop.journey"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("E02"), "{}", ran.err);
}

#[test]
fn at_most_three_messages_reach_a_lapsed_customer() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/lapsed_customers");
    let ran = Folder::with(&[]).journey(&["check", "--bounds", example, "--format", "json"]);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let win_back = lines.iter().find(|line| line["journey"] == "win_back").unwrap();
    assert_eq!((&win_back["channel"], &win_back["in_all"]), (&"email".into(), &3.into()));
}

#[test]
fn all_together_counts_entries_that_events_let_in_at_any_time() {
    let program = |cap: &str| {
        format!(
            "event asked {{}}\nprofile {{ email: String? }}\nchannel email {{ address profile.email {cap} }}\nmessage tip {{ email {{ subject: \"!\", body: \"!\" }} }}\njourney tips {{ enter on asked unlimited send tip via email }}\n"
        )
    };
    let together = |cap: &str| {
        let ran = Folder::with(&[("a.journey", &program(cap))]).journey(&["check", "--bounds", "a.journey"]);
        ran.out.lines().find(|line| line.contains("all together")).unwrap_or_default().trim().to_owned()
    };
    assert_eq!(
        together(""),
        "all together: at most 1 in any 7d with one entry into each journey; a customer may come in again at any time"
    );
    assert_eq!(together("cap 3 per 1d"), "all together: at most 3 in any 1d, by the cap (at most 1 with one entry into each journey)");
}

#[test]
fn messages_that_quiet_hours_hold_back_leave_closer_together() {
    let program = |quiet: &str| {
        format!(
            "event asked {{}}\nprofile {{ email: String?, timezone: Timezone = \"UTC\" }}\nchannel email {{ address profile.email cap 1 per 36h {quiet} }}\nmessage tip {{ email {{ subject: \"!\", body: \"!\" }} }}\njourney tips {{ enter on asked cooldown 30d send tip via email wait 36h send tip via email }}\n"
        )
    };
    let said = |quiet: &str| Folder::with(&[("a.journey", &program(quiet))]).journey(&["check", "a.journey"]).err.contains("W0402");
    assert!(!said(""));
    assert!(said("quiet 22:00..08:00"));
}
