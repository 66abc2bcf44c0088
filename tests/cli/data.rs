//! `journey run --data`: what is kept, and folders that can't be used.

use crate::stored::{commits, stored};
use crate::support::{Folder, Ran};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::thread;

const SHOP: &str = "\
event cart { id: String }
event purchase {}
profile { email: String? }
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

fn line(id: usize, kind: &str, hour: usize, data: &str) -> String {
    let time = format!("2026-01-01T{hour:02}:00:00Z");
    format!(
        "{{\"specversion\":\"1.0\",\"id\":\"e{id}\",\"source\":\"shop\",\"type\":\"{kind}\",\"time\":\"{time}\",\"subject\":\"ann\",\"data\":{data}}}\n"
    )
}

fn lines() -> Vec<String> {
    vec![
        line(1, "profile", 8, "{\"email\":\"ann@example.com\"}"),
        line(2, "cart", 9, "{\"id\":\"c1\"}"),
        line(3, "purchase", 12, "{}"),
        line(4, "cart", 13, "{\"id\":\"c2\"}"),
    ]
}

fn shop() -> Folder {
    Folder::with(&[("shop.journey", SHOP), ("events.ndjson", &lines().concat())])
}

fn run(folder: &Folder, args: &[&str]) -> Ran {
    folder.journey(&[&["run", "shop.journey", "--data", "data", "--effects", "effects.ndjson", "--format", "json"], args].concat())
}

#[test]
fn a_second_run_goes_on_from_the_first_and_ends_as_one_run_would() {
    let whole = shop();
    let expected = run(&whole, &["--events", "events.ndjson", "--drain"]);
    assert_eq!(expected.status, 0, "{}", expected.err);
    let parts = shop();
    for count in 1..=4 {
        parts.write("part.ndjson", lines()[..count].concat());
        assert_eq!(run(&parts, &["--events", "part.ndjson"]).status, 0);
    }
    assert_eq!(run(&parts, &["--events", "events.ndjson", "--drain"]).out, expected.out);
    assert_eq!(parts.read("effects.ndjson"), whole.read("effects.ndjson"));
}

#[test]
fn a_run_that_goes_on_says_what_it_counts_and_when_nothing_was_new() {
    let folder = shop();
    let ran = |events: &str| folder.journey(&["run", "shop.journey", "--data", "data", "--events", events]);
    folder.write("half.ndjson", lines()[..2].concat());
    assert_eq!(ran("half.ndjson").err, "");
    let counts = "counts are since the beginning of the data folder\n";
    let known = format!("nothing new in the events: they were run before\n{counts}");
    assert_eq!(ran("half.ndjson").err, known);
    assert_eq!(ran("events.ndjson").err, counts);
    assert_eq!(ran("events.ndjson").err, known);
    // Another file, of which every event is known.
    folder.write("again.ndjson", lines()[2..].concat());
    assert_eq!(ran("again.ndjson").err, known);
}

#[test]
fn a_folder_of_other_journeys_is_told() {
    let folder = shop();
    assert_eq!(run(&folder, &["--events", "events.ndjson", "--drain"]).status, 0);
    folder.write("shop.journey", SHOP.replace("journey recovery", "journey rescue"));
    let ran = run(&folder, &["--events", "events.ndjson"]);
    let told = "the data folder is of other journeys, none of which is in this project: `recovery`\n";
    assert_eq!((ran.status, ran.err.as_str()), (0, told));
    assert_eq!(run(&shop(), &["--events", "events.ndjson"]).err, "");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = shop();
    folder.write("data/photos.txt", "mine");
    let ran = run(&folder, &["--events", "events.ndjson"]);
    assert_eq!(ran.status, 3);
    insta::assert_snapshot!("data_of_something_else", ran.err);
    assert_eq!(fs::read_dir(folder.path().join("data")).unwrap().count(), 1);
    let file = shop();
    file.write("data", "mine");
    let ran = run(&file, &["--events", "events.ndjson"]);
    assert_eq!(ran.status, 3);
    insta::assert_snapshot!("data_is_a_file", ran.err);
}

#[test]
fn a_folder_is_used_by_one_run_at_a_time() {
    let folder = shop();
    assert_eq!(run(&folder, &["--events", "events.ndjson"]).status, 0);
    // As a run that is under way holds it.
    let mark = fs::File::open(folder.path().join("data/journey.data")).unwrap();
    mark.lock().unwrap();
    let ran = run(&folder, &["--events", "events.ndjson"]);
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    insta::assert_snapshot!("data_in_use", ran.err);
    mark.unlock().unwrap();
    assert_eq!(run(&folder, &["--events", "events.ndjson"]).status, 0);
}

#[test]
fn a_folder_of_a_newer_version_is_told() {
    let folder = shop();
    folder.write("data/journey.data", "journey data folder, format 99\n");
    let ran = run(&folder, &["--events", "events.ndjson"]);
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    insta::assert_snapshot!("data_of_a_newer_version", ran.err);
}

#[test]
fn a_folder_of_an_older_version_is_refused_and_left_as_it_is() {
    let folder = shop();
    assert_eq!(run(&folder, &["--events", "events.ndjson"]).status, 0);
    let written = folder.read("data/journey.data");
    let older = written.replace("format 3", "format 1");
    assert_ne!(older, written);
    folder.write("data/journey.data", &older);
    let ran = run(&folder, &["--events", "events.ndjson"]);
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    insta::assert_snapshot!("data_of_an_older_version", ran.err);
    assert_eq!(folder.read("data/journey.data"), older);
}

#[test]
fn a_changed_program_does_not_take_over_live_instances() {
    let folder = shop();
    assert_eq!(run(&folder, &["--events", "events.ndjson"]).status, 0);
    folder.write("shop.journey", SHOP.replace("wait 1d", "wait 2d"));
    let ran = run(&folder, &["--events", "events.ndjson", "--drain"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("`recovery` has 1 live instance"), "{}", ran.err);
    folder.write("shop.journey", SHOP.replace("wait 1h", "wait // the same\n  1h"));
    let ran = run(&folder, &["--events", "events.ndjson", "--drain"]);
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(summary["journeys"]["recovery"]["live"], 0);
}

#[test]
fn the_same_input_again_changes_nothing() {
    let folder = shop();
    let first = run(&folder, &["--events", "events.ndjson", "--drain"]);
    let (effects, kept) = (folder.read("effects.ndjson"), stored(&folder.path().join("data")));
    let again = run(&folder, &["--events", "events.ndjson", "--drain"]);
    assert_eq!((again.status, &again.out), (0, &first.out), "{}", again.err);
    assert_eq!(folder.read("effects.ndjson"), effects);
    assert_eq!(stored(&folder.path().join("data")), kept);
}

#[test]
fn another_input_goes_on_and_what_was_handled_is_known_by_its_id() {
    let folder = shop();
    assert_eq!(run(&folder, &["--events", "events.ndjson"]).status, 0);
    folder.write("more.ndjson", [line(3, "purchase", 12, "{}"), line(5, "purchase", 14, "{}")].concat());
    let ran = run(&folder, &["--events", "more.ndjson", "--drain"]);
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(summary["events"], json!({"read": 6, "handled": 5, "unmatched": 0, "duplicate": 1, "rejected": 0}));
    assert_eq!(summary["journeys"]["recovery"]["finished"], json!({"bought": 2}));
}

#[test]
fn an_input_that_was_changed_in_what_was_handled_is_refused() {
    let folder = shop();
    let day: Vec<String> = (0..600).map(|n| line(n, "cart", n / 60, &format!("{{\"id\":\"c{n}\"}}"))).collect();
    folder.write("events.ndjson", day.concat());
    assert_eq!(run(&folder, &["--events", "events.ndjson"]).status, 0);
    let kept = stored(&folder.path().join("data"));
    let mut changed = day.clone();
    changed[590] = line(590, "cart", 9, "{\"id\":\"another\"}");
    for (events, what) in [(changed.concat(), "changed"), (day[..580].concat(), "shorter")] {
        folder.write("events.ndjson", events);
        let ran = run(&folder, &["--events", "events.ndjson"]);
        assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{what}");
        insta::assert_snapshot!("data_input_changed", ran.err);
        assert_eq!(stored(&folder.path().join("data")), kept, "{what}");
    }
}

#[test]
fn where_nothing_is_live_a_changed_program_goes_on_and_counts_what_was() {
    let folder = shop();
    assert_eq!(run(&folder, &["--events", "events.ndjson", "--drain"]).status, 0);
    folder.write("shop.journey", SHOP.replace("finish lost", "finish given_up").replace("wait 1h", "wait 2h"));
    folder.write("events.ndjson", [lines().concat(), line(6, "cart", 20, "{\"id\":\"c3\"}")].concat());
    let ran = run(&folder, &["--events", "events.ndjson", "--drain"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(summary["journeys"]["recovery"]["finished"], json!({"bought": 1, "lost": 1, "given_up": 1}));
}

#[test]
fn a_journey_that_is_gone_but_has_live_instances_is_told() {
    let folder = shop();
    assert_eq!(run(&folder, &["--events", "events.ndjson"]).status, 0);
    folder.write("shop.journey", SHOP.split("journey recovery").next().unwrap());
    let ran = run(&folder, &["--events", "events.ndjson"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    let version = ran.err.split("version ").nth(1).unwrap().split(',').next().unwrap();
    insta::assert_snapshot!("data_journey_gone", ran.err.replace(version, "VERSION"));
}

#[test]
fn while_a_run_is_under_way_another_one_touches_neither_its_state_nor_its_effects() {
    let folder = shop();
    folder.write("journey.toml", "[limits]\ncommit_events = 1\n");
    let mut command = folder.command();
    command.args(["run", ".", "--events", "-", "--data", "data", "--effects", "effects.ndjson"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines().concat().as_bytes()).unwrap();
    while commits(&folder.path().join("data")) < 4 {
        assert!(child.try_wait().unwrap().is_none(), "it has ended early");
        thread::yield_now();
    }
    let ran = run(&folder, &["--events", "events.ndjson"]);
    assert_eq!(ran.status, 3);
    insta::assert_snapshot!("data_in_use", ran.err);
    let ran = folder.journey(&["run", ".", "--events", "events.ndjson", "--effects", "effects.ndjson"]);
    assert_eq!(ran.status, 3);
    insta::assert_snapshot!("effects_in_use", ran.err);
    drop(input);
    assert!(child.wait().unwrap().success());
    let whole = shop();
    assert_eq!(run(&whole, &["--events", "events.ndjson"]).status, 0);
    assert_eq!(folder.read("effects.ndjson"), whole.read("effects.ndjson"));
}
