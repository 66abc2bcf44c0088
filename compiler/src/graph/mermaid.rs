//! The flow as a Mermaid flowchart, for documents and wikis.

use super::{Graph, Node, NodeKind};
use std::fmt::Write;

/// A flowchart from top to bottom.
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "---\ntitle: {}\n---\nflowchart TD", quoted(graph.title.as_ref().unwrap_or(&graph.journey)));
    for node in &graph.nodes {
        let (open, close) = shape(node.kind);
        let _ = writeln!(out, "  n{}{open}{}{close}:::{}", node.id, quoted(&spoken(node)), class(node.kind));
    }
    for edge in &graph.edges {
        let arrow = if edge.exceptional { "-.->" } else { "-->" };
        let label = if edge.label.is_empty() { String::new() } else { format!("|{}|", quoted(&edge.label)) };
        let _ = writeln!(out, "  n{} {arrow}{label} n{}", edge.from, edge.to);
    }
    for (kinds, style) in STYLES {
        let _ = writeln!(out, "  classDef {kinds} {style}");
    }
    out
}

/// The text with the word that says what the node is, where its shape alone doesn't.
pub(super) fn spoken(node: &Node) -> String {
    match node.kind {
        NodeKind::Send => format!("send {}", node.text),
        NodeKind::Call => format!("call {}", node.text),
        NodeKind::Goal => format!("goal, at any time: {}", node.text),
        NodeKind::Exit => format!("exit, at any time: {}", node.text),
        NodeKind::Fail => format!("fail {}", node.text),
        _ => node.text.clone(),
    }
}

/// A text in quotes; what Mermaid reads as its own is written as an entity.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '\\' => out.push_str("#92;"),
            '`' => out.push_str("#96;"),
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

fn shape(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Start | NodeKind::Outcome | NodeKind::Fail => ("([", "])"),
        NodeKind::Step => ("[[", "]]"),
        NodeKind::Pause => ("(", ")"),
        NodeKind::Branch => ("{{", "}}"),
        NodeKind::Fork | NodeKind::Join => ("[/", "/]"),
        NodeKind::Goal | NodeKind::Exit => (">", "]"),
        NodeKind::Send | NodeKind::Call | NodeKind::Emit | NodeKind::Child | NodeKind::Write | NodeKind::Undo => ("[", "]"),
    }
}

/// The name of a kind's style.
pub(super) fn class(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Start => "start",
        NodeKind::Step => "step",
        NodeKind::Pause => "pause",
        NodeKind::Branch | NodeKind::Fork | NodeKind::Join => "branch",
        NodeKind::Send => "send",
        NodeKind::Call | NodeKind::Emit | NodeKind::Child | NodeKind::Write | NodeKind::Undo => "effect",
        NodeKind::Goal => "goal",
        NodeKind::Exit | NodeKind::Outcome => "outcome",
        NodeKind::Fail => "fail",
    }
}

const STYLES: [(&str, &str); 8] = [
    ("start", "fill:#0f766e,color:#ffffff,stroke:#0f766e"),
    ("step", "fill:#eef2ff,color:#312e81,stroke:#a5b4fc"),
    ("pause", "fill:#fef9c3,color:#713f12,stroke:#facc15"),
    ("branch", "fill:#ffffff,color:#0f172a,stroke:#64748b"),
    ("send", "fill:#2563eb,color:#ffffff,stroke:#2563eb"),
    ("effect", "fill:#ede9fe,color:#4c1d95,stroke:#a78bfa"),
    ("goal,outcome", "fill:#dcfce7,color:#14532d,stroke:#22c55e"),
    ("fail", "fill:#fee2e2,color:#7f1d1d,stroke:#ef4444"),
];
