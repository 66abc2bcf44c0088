//! The flow as a drawing.

use super::layout::{Box, LINE, Layout, Way, layout};
use super::mermaid::{class, spoken};
use super::{Graph, Node, NodeKind};
use svg::Document;
use svg::node::Text as Raw;
use svg::node::element::path::Data;
use svg::node::element::{Definitions, Group, Marker, Path, Polygon, Rectangle, Style, Text, Title};

const FONT: &str = "12.5px ui-sans-serif, system-ui, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans CJK JP', sans-serif";

/// The drawing. It needs nothing else: no fonts, no scripts, no style sheets.
#[must_use]
pub fn svg(graph: &Graph) -> String {
    let spoken = Graph { nodes: graph.nodes.iter().map(|node| Node { text: spoken(node), ..node.clone() }).collect(), ..graph.clone() };
    let placed = layout(&spoken);
    let name = graph.title.as_ref().unwrap_or(&graph.journey);
    let mut document = Document::new()
        .set("viewBox", (0, 0, whole(placed.width), whole(placed.height)))
        .set("width", whole(placed.width))
        .set("height", whole(placed.height))
        .set("role", "img")
        .set("aria-label", format!("The flow of {name}"))
        .add(Title::new(name.as_str()))
        .add(Style::new(css()))
        .add(arrowhead())
        .add(Rectangle::new().set("class", "paper").set("width", "100%").set("height", "100%"));
    document = drawn_ways(document, graph, &placed);
    for (node, at) in graph.nodes.iter().zip(&placed.boxes) {
        document = document.add(drawn_node(node, at));
    }
    document.to_string()
}

fn drawn_ways(mut document: Document, graph: &Graph, placed: &Layout) -> Document {
    for (edge, way) in graph.edges.iter().zip(&placed.ways) {
        let class = if edge.exceptional { "way aside" } else { "way" };
        document = document.add(Path::new().set("class", class).set("d", curve(way)).set("marker-end", "url(#arrow)"));
    }
    for label in placed.ways.iter().filter_map(|way| way.label.as_ref()) {
        let back = rectangle(label).set("class", "behind");
        document = document.add(Group::new().set("class", "label").add(back).add(text(label)));
    }
    document
}

/// A curve through the points that leaves and enters each of them vertically.
fn curve(way: &Way) -> Data {
    let mut points = way.points.iter().copied();
    let Some(mut from) = points.next() else { return Data::new() };
    let mut data = Data::new().move_to((tenth(from.0), tenth(from.1)));
    for to in points {
        let middle = tenth(f64::midpoint(from.1, to.1));
        data = data.cubic_curve_to((tenth(from.0), middle, tenth(to.0), middle, tenth(to.0), tenth(to.1)));
        from = to;
    }
    data
}

fn drawn_node(node: &Node, at: &Box) -> Group {
    let group = Group::new().set("class", format!("node {}", class(node.kind))).add(Title::new(format!("{}:{}", node.file, node.line)));
    let group = match node.kind {
        NodeKind::Branch | NodeKind::Fork | NodeKind::Join => group.add(hexagon(at)),
        NodeKind::Start | NodeKind::Outcome | NodeKind::Fail => group.add(rectangle(at).set("rx", tenth(at.height / 2.0))),
        NodeKind::Pause => group.add(rectangle(at).set("rx", 12)),
        _ => group.add(rectangle(at).set("rx", 4)),
    };
    group.add(text(at))
}

fn rectangle(at: &Box) -> Rectangle {
    Rectangle::new()
        .set("x", tenth(at.x - at.width / 2.0))
        .set("y", tenth(at.y - at.height / 2.0))
        .set("width", tenth(at.width))
        .set("height", tenth(at.height))
}

fn hexagon(at: &Box) -> Polygon {
    let (left, right, top, bottom) = (at.x - at.width / 2.0, at.x + at.width / 2.0, at.y - at.height / 2.0, at.y + at.height / 2.0);
    let corners = [(left + 10.0, top), (right - 10.0, top), (right, at.y), (right - 10.0, bottom), (left + 10.0, bottom), (left, at.y)];
    let points: Vec<String> = corners.iter().map(|(x, y)| format!("{},{}", tenth(*x), tenth(*y))).collect();
    Polygon::new().set("points", points.join(" "))
}

fn text(at: &Box) -> Group {
    #[expect(clippy::cast_precision_loss, reason = "a handful of lines")]
    let first = at.y - (at.lines.len() as f64 - 1.0) * LINE / 2.0;
    let mut group = Group::new();
    let mut y = first;
    for line in &at.lines {
        group = group.add(Text::new("").set("x", tenth(at.x)).set("y", tenth(y)).set("dy", "0.35em").add(Raw::new(line.as_str())));
        y += LINE;
    }
    group
}

fn arrowhead() -> Definitions {
    let head = Path::new().set("class", "head").set("d", "M0,0 L8,4 L0,8 z");
    Definitions::new().add(
        Marker::new()
            .set("id", "arrow")
            .set("viewBox", "0 0 8 8")
            .set("refX", 8)
            .set("refY", 4)
            .set("markerWidth", 8)
            .set("markerHeight", 8)
            .set("orient", "auto-start-reverse")
            .add(head),
    )
}

/// Light and dark, as the reader's system has it.
fn css() -> String {
    format!(
        "text{{font:{FONT};text-anchor:middle;fill:#0f172a}}\
.paper{{fill:#ffffff}}.way{{fill:none;stroke:#64748b;stroke-width:1.5}}.aside{{stroke-dasharray:5 4}}.head{{fill:#64748b}}\
.label text{{fill:#475569;font-size:11.5px}}.behind{{fill:#ffffff}}\
.node>rect,.node>polygon{{stroke-width:1.5}}\
.start>rect{{fill:#0f766e;stroke:#0f766e}}.start text,.send text{{fill:#ffffff}}\
.step>rect{{fill:#eef2ff;stroke:#a5b4fc}}.step text{{fill:#312e81;font-weight:600}}\
.pause>rect{{fill:#fef9c3;stroke:#facc15}}.branch>polygon{{fill:#ffffff;stroke:#64748b}}\
.send>rect{{fill:#2563eb;stroke:#2563eb}}.effect>rect{{fill:#ede9fe;stroke:#a78bfa}}\
.goal>rect,.outcome>rect{{fill:#dcfce7;stroke:#22c55e}}.fail>rect{{fill:#fee2e2;stroke:#ef4444}}"
    )
}

/// To a tenth of a pixel, so that drawings are short and the same everywhere.
fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[expect(clippy::cast_possible_truncation, reason = "some thousand pixels")]
fn whole(value: f64) -> i32 {
    value.ceil() as i32
}

/// Whether a text can be read as SVG.
#[cfg(test)]
pub(super) fn parsed(text: &str) -> bool {
    use svg::parser::Event;
    svg::read(text).is_ok_and(|mut events| events.all(|event| !matches!(event, Event::Error(_))))
}
