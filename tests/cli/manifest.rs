//! `journey check --manifest`: versions, identities of pauses and frames; what changes them and what does not.

use crate::support::Folder;
use journey_compiler::ast::ItemKind;
use journey_compiler::{parse, project};
use std::fs;
use std::path::Path;

const SHOP: &str = "type Item { sku: String }\nevent cart { id: String, items: List<Item>, note: String? }\nchannel sms { address \"1\" }\nmessage hi(id: String) { sms { text: \"{id}\" } }\njourney j {\n  enter on cart as c\n  let first = c.items.first()\n  step greet {\n    wait 1h as cool_off\n    wait for cart as d where d.id == c.id within 2d\n  }\n  send hi(\"{c.id} {first?.sku ?? \"-\"}\") via sms\n}\n";

fn manifest_of(folder: &Folder) -> String {
    let ran = folder.journey(&["check", "--manifest", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.all());
    ran.out
}

fn manifest(text: &str) -> serde_json::Value {
    serde_json::from_str(&manifest_of(&Folder::with(&[("journey.toml", ""), ("shop.journey", text)]))).unwrap()
}

#[test]
fn the_manifest_tells_versions_pauses_and_what_is_kept() {
    let folder = Folder::with(&[("journey.toml", ""), ("shop.journey", SHOP)]);
    insta::assert_snapshot!("manifest", folder.journey(&["check", "--manifest"]).out);
    let json = manifest(SHOP);
    assert_eq!(json["journeys"][0]["pauses"][0]["identity"], "greet.cool_off");
    assert_eq!(json["journeys"][0]["pauses"][1]["wakes"], serde_json::json!(["on cart", "deadline"]));
}

#[test]
fn a_program_with_errors_has_no_manifest() {
    let folder = Folder::with(&[("journey.toml", ""), ("shop.journey", &SHOP.replace("via sms", "via email"))]);
    let ran = folder.journey(&["check", "--manifest"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
}

/// Declarations in the opposite order, with comments on every line, other titles and other white space.
fn disguised(project: &project::Project) -> Vec<(String, String)> {
    let file = |&file: &journey_compiler::FileId| {
        let (syntax, _) = parse::parse(&project.sources, file);
        let mut items: Vec<String> = Vec::new();
        for item in &syntax.items {
            let mut text = project.sources.text(item.span).to_owned();
            if let ItemKind::Journey(journey) = &item.kind {
                let head = format!("journey {}", journey.name.name);
                let title = journey.title.as_ref().map_or(String::new(), |title| format!(" \"{title}\""));
                text = text.replacen(&format!("{head}{title}"), &format!("{head} \"Another title\""), 1);
            }
            // A line inside a long text is a part of it.
            if !text.contains("\"\"\"") {
                text = text.lines().map(|line| format!("{line}   // what this does\n\n")).collect();
            }
            items.insert(0, format!("/// What it is.\n\n{text}"));
        }
        (project.sources.get(file).name.replace(['/', '\\'], "_"), items.join("\n\n"))
    };
    project.files.iter().map(file).collect()
}

#[test]
fn comments_layout_titles_and_order_of_declarations_change_nothing() {
    let mut compared = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let project = project::load(Some(&path)).unwrap();
        let folder = Folder::with(&[("journey.toml", "")]);
        for (name, text) in disguised(&project) {
            folder.write(&name, text);
        }
        for template in project.files.iter().flat_map(|&file| project.templates_of(file)) {
            folder.write(&template.name, &*template.read.unwrap().1);
        }
        let there = Folder::with(&[]).journey(&["check", "--manifest", "--format", "json", path.to_str().unwrap()]).out;
        assert_eq!(manifest_of(&folder), there, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 8);
}

#[test]
fn a_change_of_meaning_changes_the_version() {
    let version = |text: &str| manifest(text)["journeys"][0]["version"].clone();
    let before = version(SHOP);
    for (from, to) in [
        ("wait 1h", "wait 2h"),
        ("\"{id}\"", "\"{id}!\""),
        ("sku: String }", "sku: String, price: Int = 1 }"),
        ("address \"1\"", "address \"2\""),
        ("d.id == c.id", "c.id == d.id"),
        ("step greet", "step welcome"),
        ("as cool_off", ""),
    ] {
        assert!(SHOP.contains(from));
        assert_ne!(version(&SHOP.replace(from, to)), before, "{from} -> {to}");
    }
}

#[test]
fn identities_stay_where_edits_are_around_them() {
    let pauses = |text: &str| -> Vec<String> {
        manifest(text)["journeys"][0]["pauses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pause| pause["identity"].as_str().unwrap().to_owned())
            .collect()
    };
    let edited = SHOP.replace("  step greet {", "  if first != none { wait 3d }\n  step greet {\n    let n = c.items.length()");
    let edited = edited.replace("within 2d", "within 3d { send hi(\"{n}\") via sms }");
    let (before, after) = (pauses(SHOP), pauses(&edited));
    assert!(before.iter().all(|identity| after.contains(identity)), "{before:?} {after:?}");
}

#[test]
fn taking_something_back_renames_no_pause() {
    let program = |undo: &str| {
        format!(
            "service points {{ fn give(n: Int) {{ POST \"/give\" }}  fn take(n: Int) {{ POST \"/take\" }} }}\nevent cart {{}}\njourney j {{\n  enter on cart\n  {undo}\n  call points.give(1)\n}}\n"
        )
    };
    let identities = |text: &str| -> Vec<String> {
        let manifest = manifest(text);
        let pauses = manifest["journeys"][0]["pauses"].as_array().unwrap().clone();
        pauses.iter().map(|pause| pause["identity"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(identities(&program("")), ["call"]);
    assert_eq!(identities(&program("undo { call points.take(1) }")), ["call", "undo.call"]);
}
