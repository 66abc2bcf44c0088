//! `journey run --data`: what is kept, and folders that can't be used.

use crate::support::{Folder, Ran};
use serde_json::Value;
use std::fs;

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
