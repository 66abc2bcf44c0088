//! `journey run`: what it says and writes about good and bad events, and the exit status.

use crate::support::{Folder, Ran, run};
use journey_compiler::diagnostics::codes;
use journey_compiler::machine::FaultKind;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;

const SHOP: &str = "\
enum Tier { basic, gold }
event cart = \"shop.cart\" { id: String, total: Decimal, count: Int = 1, at: Time? }
event purchase {}
profile { email: String?, tier: Tier = basic }
channel email { address profile.email }
message reminder(id: String) { email { subject: \"Cart {id}\", body: \"\" } }

journey recovery {
  enter on cart as cart
  goal bought on purchase
  wait 1h
  send reminder(cart.id) via email
  wait 1d
  finish lost
}
";

pub fn event(id: &str, kind: &str, time: &str, subject: &str, data: &Value) -> String {
    json!({"specversion": "1.0", "id": id, "source": "shop", "type": kind, "time": time, "subject": subject, "data": data}).to_string()
}

fn shop(lines: &[String]) -> Folder {
    Folder::with(&[("shop.journey", SHOP), ("events.ndjson", &(lines.join("\n") + "\n"))])
}

fn good() -> Vec<String> {
    vec![
        event("e1", "profile", "2026-01-01T08:00:00Z", "ann", &json!({"email": "ann@example.com", "tier": "gold"})),
        event("e2", "shop.cart", "2026-01-01T09:00:00Z", "ann", &json!({"id": "c1", "total": 25.5})),
        event("e3", "shop.cart", "2026-01-01T10:00:00Z", "bob", &json!({"id": "c2", "total": "99.90"})),
        event("e4", "purchase", "2026-01-01T12:00:00Z", "ann", &json!({})),
    ]
}

fn summary(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

const RUN: &[&str] = &["run", "shop.journey", "--events", "events.ndjson"];

#[test]
fn what_happened_is_shown_in_tables() {
    insta::assert_snapshot!("run_text", shop(&good()).journey(RUN).all());
}

#[test]
fn the_clock_stops_at_the_last_event_or_goes_on_as_told() {
    let folder = shop(&good());
    let told = |args: &[&str]| summary(&folder.journey(&[RUN, &["--format", "json"], args].concat()));
    let short = told(&[]);
    insta::assert_snapshot!("run_json", serde_json::to_string_pretty(&short).unwrap());
    assert_eq!((&short["clock"], &short["journeys"]["recovery"]["live"]), (&json!("2026-01-01T12:00:00Z"), &json!(1)));
    let until = told(&["--until", "2026-01-02T11:00:00Z"]);
    assert_eq!((&until["clock"], &until["journeys"]["recovery"]["live"]), (&json!("2026-01-02T11:00:00Z"), &json!(0)));
    assert_eq!(told(&["--until", "+22h"])["clock"], "2026-01-02T10:00:00Z");
    assert_eq!(told(&["--drain"])["journeys"]["recovery"]["finished"], json!({"bought": 1, "lost": 1}));
}

#[test]
fn events_are_read_from_standard_input_and_from_several_files() {
    let lines = good();
    let folder = shop(&lines[..2]);
    let mut child = folder
        .command()
        .args(["run", "shop.journey", "--events", "events.ndjson", "--events", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines[2..].join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["events"]["handled"], 4);
}

#[test]
fn effects_are_lines_in_their_order() {
    let folder = shop(&good());
    assert_eq!(folder.journey(&[RUN, &["--drain", "--effects", "effects.ndjson"]].concat()).status, 0);
    insta::assert_snapshot!("effects", folder.read("effects.ndjson"));
    let ran = folder.journey(&[RUN, &["--effects", "events.ndjson"]].concat());
    assert_eq!((ran.status, ran.err.as_str()), (2, "error: `events.ndjson` can't hold both the events and the effects\n"));
    assert_eq!(folder.read("events.ndjson").lines().count(), 4);
}

#[test]
fn effects_never_replace_events_or_the_project() {
    let folder = shop(&good());
    std::fs::hard_link(folder.path().join("events.ndjson"), folder.path().join("link.ndjson")).unwrap();
    let before = (folder.read("events.ndjson"), folder.read("shop.journey"));
    for (effects, words) in [("link.ndjson", "can't hold both"), ("./shop.journey", "is a file of the project")] {
        let ran = folder.journey(&[RUN, &["--effects", effects]].concat());
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    assert_eq!((folder.read("events.ndjson"), folder.read("shop.journey")), before);
}

#[test]
fn usage_is_explained() {
    let folder = shop(&[]);
    let cases: &[(&[&str], i32, &str)] = &[
        (&["run", "shop.journey"], 2, "--events <FILE>"),
        (
            &["run", "shop.journey", "--events", "none.ndjson"],
            3,
            "error: the events `none.ndjson` can't be read: no such file or directory\n",
        ),
        (&["run", "shop.journey", "--events", "."], 3, "error: the events `.` are a folder; name a file in it\n"),
        (&["run", "shop.journey", "--events", "-", "--events", "-"], 2, "can be read only once"),
        (
            &["run", "shop.journey", "--events", "-", "--answers", "x"],
            3,
            "error: the answers `x` can't be read: no such file or directory\n",
        ),
        (
            &["run", "shop.journey", "--events", "-", "--answers", "shop.journey"],
            2,
            "error: the answers `shop.journey` can't be used: line 1: not JSON",
        ),
        (&["run", "shop.journey", "--events", "-", "--until", "tomorrow"], 2, "so much after the last event is +7d"),
        (&["run", "shop.journey", "--events", "-", "--until", "+7x"], 2, "a duration is written +7d"),
        (&["run", "shop.journey", "--events", "-", "--until", "+7d", "--drain"], 2, "cannot be used with"),
        (&["run", "shop.journey", "--events", "-", "--now", "2026-02-30T00:00:00Z"], 2, "a time is written 2026-11-22T09:00:00Z"),
        (&["run", "none", "--events", "-"], 3, "error: there is no file or folder `none`\n"),
        (
            &["run", "shop.journey", "--events", "events.ndjson", "--effects", "no/where"],
            3,
            "error: the effects can't be written to `no/where`",
        ),
    ];
    for (args, status, words) in cases {
        let ran = folder.journey(args);
        assert_eq!(ran.status, *status, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_program_with_errors_is_not_run() {
    let folder = shop(&good());
    folder.write("shop.journey", format!("{SHOP}\nfn f(n: Int) -> Int {{ m }}\n"));
    let ran = folder.journey(RUN);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("[E0201] Error"), "{}", ran.err);
}

/// Inputs that must not be taken, each for its own reason.
fn bad() -> Vec<String> {
    let cart = |data: Value| event("b", "shop.cart", "2026-01-01T11:00:00Z", "cem", &data);
    vec![
        String::from("not JSON"),
        String::from("[1, 2]"),
        String::from("{\"specversion\": \"1.0\"}"),
        cart(json!({"id": "c3"})),
        cart(json!({"id": 3, "total": 1})),
        cart(json!({"id": "c3", "total": "much"})),
        cart(json!({"id": "c3", "total": 1e30})),
        cart(json!({"id": "c3", "total": 1, "count": 9_300_000_000_000_000_000_u64})),
        cart(json!({"id": "c3", "total": 1, "count": 1.5})),
        cart(json!({"id": "c3", "total": 1, "at": "yesterday"})),
        cart(json!([])),
        event("b", "shop.cart", "noon", "cem", &json!({"id": "c3", "total": 1})),
        event("b", "shop.cart", "2026-01-01T11:00:00Z", "", &json!({"id": "c3", "total": 1})),
        event("b", "profile", "2026-01-01T11:00:00Z", "cem", &json!({"tier": "silver"})),
        json!({"specversion": "1.0", "id": "b", "source": "crm", "type": "profile", "data": {"tier": "gold"}}).to_string(),
    ]
}

#[test]
fn events_that_do_not_fit_are_rejected_with_their_reason_and_the_rest_goes_on() {
    for (at, line) in bad().into_iter().enumerate() {
        let mut lines = good();
        lines.insert(2, line);
        let folder = shop(&lines);
        let ran = folder.journey(&[RUN, &["--format", "json"]].concat());
        assert_eq!(ran.status, 0, "{}", lines[2]);
        let events = summary(&ran)["events"].clone();
        assert_eq!(events, json!({"read": 5, "handled": 4, "unmatched": 0, "duplicate": 0, "rejected": 1}), "{}", lines[2]);
        let told = folder.journey(RUN);
        let reasons: Vec<&str> = told.err.lines().skip_while(|line| !line.contains("rejected:")).skip(1).take(1).collect();
        insta::assert_snapshot!(format!("rejected_{at:02}"), format!("{}\n{}", lines[2], reasons.join("\n")));
    }
}

#[test]
fn why_instances_failed_is_told_and_how_services_are_answered() {
    let program = "event go { n: Int }
service bank { fn score(id: String) -> Int { GET \"/score/{id}\" } }
journey asks {
  enter on go as go
  unlimited
  if 1 / go.n == 1 { finish one }
  let score = call bank.score(\"x\")
  if score > 1 { finish high }
}
";
    let go = |id: &str, n: i64| event(id, "go", "2026-01-01T08:00:00Z", "ann", &json!({"n": n}));
    let lines = [go("1", 2), go("2", 0), go("3", 3)].join("\n");
    let folder = Folder::with(&[("shop.journey", program), ("events.ndjson", &lines)]);
    let ran = folder.journey(&["run", "shop.journey", "--events", "events.ndjson", "--drain"]);
    let told = "
failed:
  asks at shop.journey:6: division by zero
  asks at shop.journey:7: call of bank.score failed: no answer is given for it (2 times)
`--answers FILE` says what services answer in a run
";
    assert_eq!(ran.status, 0);
    assert!(ran.err.contains(told), "{}", ran.err);
}

#[test]
fn answers_that_fit_no_operation_are_refused_before_anything_runs() {
    let program = "event go {}
service bank { fn score(id: String) -> Int { GET \"/score/{id}\" } }
journey asks { enter on go  let score = call bank.score(customer)  if score > 1 { finish high } }
";
    let answers = "{\"service\": \"bank.score\", \"answer\": 7}\n\n{\"service\": \"bank.score\", \"answer\": \"seven\"}\n";
    let line = event("1", "go", "2026-01-01T08:00:00Z", "ann", &json!({}));
    let folder = Folder::with(&[("shop.journey", program), ("events.ndjson", &line), ("answers.ndjson", answers)]);
    let ran =
        folder.journey(&["run", "shop.journey", "--events", "events.ndjson", "--answers", "answers.ndjson", "--effects", "effects.ndjson"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert_eq!(
        ran.err,
        "error: the answers `answers.ndjson` can't be used: line 3: this is no answer of `bank.score`: answer: expected an Int, found the text \"seven\"\n"
    );
    assert!(!folder.path().join("effects.ndjson").exists());
}

#[test]
fn of_many_rejected_events_the_first_are_shown_and_all_are_counted() {
    let lines: Vec<String> = (0..25).map(|n| format!("line {n}")).collect();
    let ran = shop(&lines).journey(RUN);
    assert_eq!(ran.status, 0);
    assert!(ran.err.contains("line 9\n") && !ran.err.contains("line 10"), "{}", ran.err);
    assert!(ran.err.ends_with("  … and 15 events more; `--format json` shows up to 100\n"), "{}", ran.err);
    assert!(ran.out.contains("25 events: 25 rejected\n"), "{}", ran.out);
}

#[test]
fn as_json_rejected_events_are_told_on_standard_error_a_line_each() {
    let mut lines: Vec<String> = (0..120).map(|n| format!("line {n}")).collect();
    lines[0] = event("e1", "profile", "2026-01-01T08:00:00Z", "ann", &json!({"tier": "silver"}));
    let ran = shop(&lines).journey(&[RUN, &["--format", "json"]].concat());
    assert_eq!((ran.status, ran.out.lines().count()), (0, 1));
    assert_eq!(summary(&ran)["events"]["rejected"], 120);
    let told: Vec<Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 100);
    assert_eq!((&told[0]["rejected"]["path"], &told[0]["rejected"]["line"]), (&json!("data.tier"), &json!(1)));
    assert_eq!(told[1], json!({"rejected": {"input": "events.ndjson", "line": 2, "path": "", "reason": "not JSON (column 1)"}}));
}

#[test]
fn the_most_frequent_unmatched_types_are_shown_with_what_may_be_meant() {
    let mut lines = good();
    let mut add = |kind: &str, count: usize| {
        for _ in 0..count {
            lines.push(event(&format!("u{}", lines.len()), kind, "2026-01-01T13:00:00Z", "ann", &json!({})));
        }
    };
    for (kind, count) in [("cart", 3), ("shop.crat", 5), ("a.search", 4), ("b.search", 2), ("c.search", 1), ("d.search", 1)] {
        add(kind, count);
    }
    let ran = shop(&lines).journey(RUN);
    let shown: Vec<&str> = ran.out.lines().skip_while(|line| !line.contains("unmatched")).collect();
    insta::assert_snapshot!("unmatched", shown.join("\n"));
}

#[test]
fn a_time_to_go_on_to_that_has_passed_is_told() {
    let folder = shop(&good());
    let told = "`--until` had no effect: the clock stood at 2026-01-01T12:00:00Z by then\n";
    assert_eq!(folder.journey(&[RUN, &["--until", "2026-01-01T11:00:00Z"]].concat()).err, told);
    assert_eq!(folder.journey(&[RUN, &["--until", "2026-01-01T13:00:00Z"]].concat()).err, "");
    assert_eq!(folder.journey(&[RUN, &["--until", "+0d"]].concat()).err, "");
}

#[test]
fn unknown_types_duplicates_and_broadcasts_are_told_apart() {
    let mut lines = good();
    lines.push(lines[1].clone());
    lines.push(event("e9", "shop.stock", "2026-01-01T12:30:00Z", "ann", &json!({})));
    lines
        .push(json!({"specversion": "1.0", "id": "e10", "source": "shop", "type": "purchase", "time": "2026-01-01T13:00:00Z"}).to_string());
    let ran = shop(&lines).journey(&[RUN, &["--format", "json"]].concat());
    assert_eq!(summary(&ran)["events"], json!({"read": 7, "handled": 5, "unmatched": 1, "duplicate": 1, "rejected": 0}));
}

#[test]
fn an_event_stamped_before_the_clock_is_handled_in_its_place_by_its_own_time() {
    let mut lines = good();
    lines.push(event("late", "shop.cart", "2025-12-31T00:00:00Z", "dee", &json!({"id": "c9", "total": 1})));
    let folder = shop(&lines);
    let ran = folder.journey(&[RUN, &["--format", "json", "--effects", "effects.ndjson"]].concat());
    assert_eq!(summary(&ran)["clock"], "2026-01-01T12:00:00Z");
    let effects: Vec<Value> = folder.read("effects.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_dee: Vec<(&Value, &Value)> =
        effects.iter().skip_while(|effect| effect["customer"] != "dee").map(|effect| (&effect["at"], &effect["kind"])).collect();
    let expected = [("2025-12-31T00:00:00Z", "started"), ("2025-12-31T01:00:00Z", "suppressed"), ("2026-01-01T01:00:00Z", "finished")];
    assert_eq!(of_dee, expected.map(|(at, kind)| (json!(at), json!(kind))).iter().map(|(at, kind)| (at, kind)).collect::<Vec<_>>());
}

/// What makes the program of each page about a fault fail.
const FAULTS: &[(&str, &str)] = &[
    ("R1001", r#"{"pages": 9}"#),
    ("R1002", r#"{"total": 99999}"#),
    ("R1003", r#"{"pages": 9000000000000}"#),
    ("R1004", r#"{"pages": 9000}"#),
    ("R1005", r#"{"pages": 0}"#),
    ("R1006", r#"{"pages": 200000}"#),
    ("R1007", r#"{"pages": 60}"#),
    ("R1008", "{}"),
    ("R1011", r#"{"pages": -1}"#),
    ("R1015", r#"{"member": "ann"}"#),
    ("R1016", r#"{"page": 1}"#),
];

#[test]
fn the_program_of_each_page_about_a_fault_faults_so_and_parks_one_instance() {
    let kinds = [
        FaultKind::IntOverflow,
        FaultKind::DecimalOverflow,
        FaultKind::DurationOverflow,
        FaultKind::TimeOutOfRange,
        FaultKind::DivisionByZero,
        FaultKind::BudgetExhausted,
        FaultKind::MemoryExhausted,
        FaultKind::NoTimezone,
        FaultKind::Failed(String::from("a visit of -1 pages")),
        FaultKind::CallFailed(String::from("call of loyalty.points failed: no answer is given for it")),
        FaultKind::EmitDepthExceeded,
    ];
    for ((code, data), kind) in FAULTS.iter().zip(kinds) {
        let program = codes::block(codes::page(code).unwrap(), "faulting").unwrap();
        let line = event("e1", "visit", "2026-01-01T09:00:00Z", "ann", &serde_json::from_str(data).unwrap());
        let folder = Folder::with(&[("page.journey", program), ("events.ndjson", &line)]);
        let args = ["run", "page.journey", "--events", "events.ndjson", "--effects", "effects.ndjson", "--format", "json"];
        let ran = folder.journey(&args);
        assert_eq!(ran.status, 0, "{code}: {}", ran.err);
        assert_eq!(summary(&ran)["journeys"]["welcome"]["failed"], 1, "{code}: {}", ran.out);
        let effects = folder.read("effects.ndjson");
        let failed: Value = serde_json::from_str(effects.lines().last().unwrap()).unwrap();
        assert_eq!((&failed["kind"], &failed["error"]), (&json!("failed"), &json!(kind.to_string())), "{code}");
        assert!(failed["line"].is_u64(), "{code}: {failed}");
        assert_eq!(kind.code(), *code);
    }
}

#[test]
fn no_escape_sequence_and_no_bar_reach_a_file() {
    let folder = shop(&good());
    let ran = folder.journey(RUN);
    assert!(!ran.all().contains('\u{1b}'));
    let colored = run(folder.command().args([RUN, &["--color", "always"]].concat()));
    assert!(colored.out.contains('\u{1b}'));
}
