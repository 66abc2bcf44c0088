//! `journey graph`: the flow as SVG, Mermaid and JSON.

use crate::support::Folder;

const SHOP: &str = r#"
event visit { page: String }
event purchase {}
channel sms { address "1" }
message hello { sms { text: "!" } }
journey welcome "Say hello" {
  enter on visit as v where v.page == "home"
  goal bought on purchase
  wait 1h
  if v.page == "home" { send hello via sms } else { finish elsewhere }
}
"#;

fn shop() -> Folder {
    Folder::with(&[("journey.toml", ""), ("shop.journey", SHOP)])
}

#[test]
fn the_only_journey_needs_no_name_and_is_drawn_as_svg() {
    let ran = shop().journey(&["graph"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.starts_with("<svg "), "{}", ran.out);
    assert!(ran.out.contains("<title>Say hello</title>") && ran.out.contains("send hello via sms"), "{}", ran.out);
}

#[test]
fn a_flow_as_mermaid() {
    insta::assert_snapshot!("graph_mermaid", shop().journey(&["graph", "welcome", "--format", "mermaid"]).out);
}

#[test]
fn a_flow_as_json() {
    let ran = shop().journey(&["graph", "welcome", "--format", "json"]);
    let graph: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        graph["nodes"][0],
        serde_json::json!({"id": 0, "kind": "start", "text": "on visit where v.page == \"home\"", "file": "shop.journey", "line": 7})
    );
    assert_eq!(graph["nodes"][1]["pause"], "wait");
    assert_eq!(graph["edges"][2], serde_json::json!({"from": 2, "to": 3, "label": "yes"}));
}

#[test]
fn the_ending_of_the_file_says_how_it_is_written() {
    let folder = shop();
    for (name, begins) in [("a.svg", "<svg "), ("b.mmd", "---\ntitle"), ("c.json", "{\"journey\":\"welcome\"")] {
        let ran = folder.journey(&["graph", "-o", name]);
        assert_eq!(ran.all(), "status 0\n--- out\n--- err\n");
        assert!(folder.read(name).starts_with(begins), "{name}");
    }
    let ran = folder.journey(&["graph", "-o", "d.png"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("use .svg, .mmd or .json"), "{}", ran.err);
    let ran = folder.journey(&["graph", "-o", "nowhere/d.svg"]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("`nowhere/d.svg` can't be written"), "{}", ran.err);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let folder = shop();
    let said = |args: &[&str]| {
        let ran = folder.journey(args);
        (ran.status, ran.err)
    };
    assert_eq!(said(&["graph", "welcom"]), (2, "error: there is no journey `welcom`; did you mean `welcome`?\n".into()));
    assert_eq!(said(&["graph", "--format", "text"]), (2, "error: a graph is written as svg, mermaid or json\n".into()));
    let (status, err) = said(&["check", "--format", "svg"]);
    assert_eq!((status, err.contains("this command prints text or json")), (2, true), "{err}");
    folder.write("shop.journey", SHOP.replace("hello via", "helo via"));
    let (status, err) = said(&["graph"]);
    assert_eq!((status, err.contains("there is no message `helo`")), (1, true), "{err}");
}

#[test]
fn a_flow_that_is_too_long_to_be_drawn_is_told_and_can_be_written_as_mermaid() {
    let long = SHOP.replace("  wait 1h\n", &"  wait 1h\n".repeat(6_000));
    let shop = Folder::with(&[("journey.toml", ""), ("shop.journey", &long)]);
    let drawn = shop.journey(&["graph"]);
    assert_eq!((drawn.status, drawn.out.as_str()), (2, ""));
    assert!(drawn.err.contains("more than the 10000 that can be laid out"), "{}", drawn.err);
    let written = shop.journey(&["graph", "--format", "mermaid"]);
    assert_eq!((written.status, written.err.as_str()), (0, ""));
}
