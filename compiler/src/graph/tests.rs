//! What flows are made of, and that drawings are fit to be shown.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use super::layout::{Box, layout};
use super::{Graph, NodeKind, graph, mermaid, svg};
use crate::analysis::analyse;
use crate::project::{self, Project};
use std::path::Path;

const SHOP: &str = r#"
event cart_updated { total: Decimal }
event purchase { total: Decimal }
event unsubscribed {}
profile { visits: Int = 0 }
channel sms { address "1"  cap 3 per 7d }
message reminder { sms { text: "!" } }
"#;

fn flows(project: &Project) -> Vec<Graph> {
    let analysis = analyse(project);
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis.program.journeys.iter().map(|journey| graph(&analysis.program, journey, &project.sources)).collect()
}

fn flow(body: &str) -> Graph {
    flows(&Project::of_text("shop.journey", &format!("{SHOP}\njourney j {{\n enter on cart_updated as cart\n{body}\n}}"))).remove(0)
}

/// `kind text` of each node, and `from -label-> to` of each edge by the nodes' texts.
fn told(graph: &Graph) -> Vec<String> {
    let text = |id: usize| graph.nodes[id].text.as_str();
    let nodes = graph.nodes.iter().map(|node| format!("{:?} {}", node.kind, node.text));
    let edges = graph.edges.iter().map(|edge| format!("{} -{}-> {}", text(edge.from), edge.label, text(edge.to)));
    nodes.chain(edges).collect()
}

#[test]
fn statements_follow_one_another_to_the_outcome() {
    let graph = flow("step hello \"Say hello\" { wait 1h send reminder via sms }");
    assert_eq!(
        told(&graph),
        [
            "Start on cart_updated",
            "Step Say hello",
            "Pause wait 1h",
            "Send reminder via sms",
            "Outcome completed",
            "on cart_updated --> Say hello",
            "Say hello --> wait 1h",
            "wait 1h --> reminder via sms",
            "reminder via sms --> completed",
        ]
    );
    assert_eq!(graph.nodes[2].pause.as_deref(), Some("hello.wait"));
    assert_eq!((graph.nodes[2].step.as_str(), graph.nodes[2].line), ("hello", 11));
}

#[test]
fn a_branch_parts_and_what_does_not_end_comes_together() {
    let graph = flow("if cart.total > 5.00 { finish big } else { wait 1d }\n wait 2d");
    assert_eq!(
        told(&graph)[5..],
        [
            "Outcome completed",
            "on cart_updated --> cart.total > 5.00",
            "cart.total > 5.00 -yes-> big",
            "cart.total > 5.00 -no-> wait 1d",
            "wait 1d --> wait 2d",
            "wait 2d --> completed",
        ]
    );
}

#[test]
fn loops_go_back_and_break_goes_on() {
    let graph = flow("loop { wait 1d if profile.visits > 3 { break } profile.visits += 1 }\n finish done");
    assert_eq!(
        told(&graph)[6..],
        [
            "on cart_updated --> again and again",
            "again and again --> wait 1d",
            "wait 1d --> profile.visits > 3",
            "profile.visits > 3 -no-> profile.visits += 1",
            "profile.visits += 1 --> again and again",
            "profile.visits > 3 -yes-> done",
        ]
    );
}

#[test]
fn waits_tell_what_wakes_them() {
    let graph = flow(
        "wait for any { on purchase as p where p.total > 1.00 { finish bought } after 3d { } at 2026-01-01T00:00:00Z { fail \"late\" } }
         wait for purchase as q within 2h { finish soon } else { }
         wait 1h without cart_updated as newer { profile.visits += 1 }",
    );
    let edges: Vec<String> = graph.edges.iter().map(|edge| edge.label.clone()).filter(|label| !label.is_empty()).collect();
    assert_eq!(
        edges,
        ["purchase where p.total > 1.00", "at 2026-01-01T00:00:00Z", "after 3d", "it came", "not within 2h", "it came: again", "none came"]
    );
}

#[test]
fn goals_and_exits_stand_beside_the_flow() {
    let program = format!("{SHOP}\njourney j {{ enter on cart_updated goal bought on purchase exit gone on unsubscribed wait 1d }}");
    let graph = flows(&Project::of_text("shop.journey", &program)).remove(0);
    let beside: Vec<_> = graph.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Goal | NodeKind::Exit)).collect();
    assert_eq!(beside.len(), 2);
    assert!(beside.iter().all(|node| graph.edges.iter().all(|edge| edge.to != node.id)));
    assert!(mermaid::mermaid(&graph).contains("goal, at any time: on purchase"));
}

#[test]
fn texts_of_the_program_stay_texts_in_every_format() {
    let graph = flow("fail \"</text>|\\\"#quot;`<script>`\"");
    let drawing = svg::svg(&graph);
    assert!(!drawing.contains("<script>"), "{drawing}");
    assert!(svg::parsed(&drawing), "{drawing}");
    let chart = mermaid::mermaid(&graph);
    let line = chart.lines().find(|line| line.contains("fail")).unwrap();
    assert_eq!(line.matches('"').count(), 2, "{line}");
}

#[test]
fn no_two_boxes_of_an_example_touch_and_all_lie_on_the_paper() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut drawn = 0;
    for entry in std::fs::read_dir(examples).unwrap() {
        let project = project::load(Some(&entry.unwrap().path())).unwrap();
        for graph in flows(&project) {
            let placed = layout(&graph);
            let labels = placed.ways.iter().filter_map(|way| way.label.as_ref());
            let boxes: Vec<&Box> = placed.boxes.iter().chain(labels).collect();
            for (index, a) in boxes.iter().enumerate() {
                assert!(a.x >= a.width / 2.0 && a.x + a.width / 2.0 <= placed.width, "{}: {:?}", graph.journey, a.lines);
                assert!(a.y >= a.height / 2.0 && a.y + a.height / 2.0 <= placed.height, "{}: {:?}", graph.journey, a.lines);
                for b in &boxes[index + 1..] {
                    let apart = (a.x - b.x).abs() * 2.0 >= a.width + b.width || (a.y - b.y).abs() * 2.0 >= a.height + b.height;
                    assert!(apart, "{}: {:?} and {:?}", graph.journey, a.lines, b.lines);
                }
            }
            assert_eq!(svg::svg(&graph), svg::svg(&graph), "{}", graph.journey);
            drawn += 1;
        }
    }
    assert!(drawn >= 8);
}

#[test]
fn a_journey_of_a_thousand_statements_is_drawn() {
    let body: String = (0..250).map(|n| format!("wait 1h\n step s{n} {{ wait {n}m send reminder via sms }}\n")).collect();
    assert!(svg::svg(&flow(&body)).starts_with("<svg"));
}
