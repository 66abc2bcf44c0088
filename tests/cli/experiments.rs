//! `journey run`: what became of those who went into the variants of experiments.

use crate::run::event;
use crate::support::Folder;
use serde_json::{Value, json};

const TONE: &str = "\
event cart {}
event purchase {}
journey recovery {
  enter on cart
  goal bought on purchase
  experiment tone {
    variant kind 50% { wait 1d }
    variant brief 40% { wait 2d }
    holdout 10% { finish held_out }
  }
  experiment tone {
    variant kind 50% { finish unmoved }
    variant brief 40% { finish unmoved }
    holdout 10% { }
  }
}
";

/// 20 customers leave a cart; those with an even number buy an hour later.
fn tone() -> Folder {
    let name = |n: usize| format!("c{n}");
    let carts = (0..20).map(|n| event(&format!("a{n}"), "cart", "2026-01-01T08:00:00Z", &name(n), &json!({})));
    let bought = (0..20).step_by(2).map(|n| event(&format!("b{n}"), "purchase", "2026-01-01T09:00:00Z", &name(n), &json!({})));
    let lines: Vec<String> = carts.chain(bought).collect();
    Folder::with(&[("shop.journey", TONE), ("events.ndjson", &lines.join("\n"))])
}

#[test]
fn each_variant_of_an_experiment_tells_who_entered_and_what_became_of_them() {
    let folder = tone();
    let ran = folder.journey(&["run", "shop.journey", "--events", "events.ndjson", "--drain"]);
    insta::assert_snapshot!("experiments", ran.out);
    let json = folder.journey(&["run", "shop.journey", "--events", "events.ndjson", "--drain", "--format", "json"]);
    let summary: Value = serde_json::from_str(&json.out).unwrap();
    let variants = summary["experiments"]["recovery"]["tone"].as_object().unwrap();
    let entered: u64 = variants.values().map(|variant| variant["entered"].as_u64().unwrap()).sum();
    assert_eq!(entered, 20, "an experiment that stands in two places counts an instance once");
    let bought: u64 = variants.values().filter_map(|variant| variant["finished"]["bought"].as_u64()).sum();
    assert_eq!(Some(bought), summary["journeys"]["recovery"]["finished"]["bought"].as_u64());
    assert_eq!(variants["holdout"]["finished"], json!({"held_out": variants["holdout"]["entered"]}));
}

#[test]
fn variants_are_counted_over_runs_that_go_on() {
    let folder = tone();
    let all = folder.read("events.ndjson");
    folder.write("carts.ndjson", all.lines().take(20).collect::<Vec<_>>().join("\n"));
    let run = |events: &str, more: &[&str]| {
        let ran = folder.journey(&[&["run", "shop.journey", "--events", events, "--drain", "--format", "json"], more].concat());
        serde_json::from_str::<Value>(&ran.out).unwrap()["experiments"].clone()
    };
    let parts = ["--data", "data"];
    let until = folder.journey(&["run", "shop.journey", "--events", "carts.ndjson", "--format", "json", "--data", "data"]);
    let half: Value = serde_json::from_str(&until.out).unwrap();
    assert_eq!(half["experiments"]["recovery"]["tone"]["kind"]["finished"], json!({}));
    assert_eq!(run("events.ndjson", &parts), run("events.ndjson", &[]));
}
