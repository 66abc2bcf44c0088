//! The flow of a journey as a picture: what starts it, its steps, pauses, branches, sends and outcomes.
//!
//! [`Graph`] is the flow itself, made from the typed journey ([`build`]); it is written as JSON, as Mermaid
//! ([`mermaid`]), or laid out ([`layout`]) and drawn as SVG ([`svg`]).

mod build;
mod label;
pub mod layout;
pub mod mermaid;
pub mod svg;

#[cfg(test)]
mod tests;

pub use build::graph;

use serde::Serialize;

/// The flow of a journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graph {
    pub journey: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Hash of the journey's meaning.
    pub version: String,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// Something that happens, or a place where the flow parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its index in [`Graph::nodes`].
    pub id: usize,
    pub kind: NodeKind,
    pub text: String,
    /// Names of the steps around it, joined by dots.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// The identity of the pause, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<String>,
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// The kinds of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// What starts an instance.
    Start,
    /// Where a step begins.
    Step,
    /// Where an instance sleeps.
    Pause,
    /// Where the flow parts: a condition, a match, an experiment, a loop.
    Branch,
    /// A message.
    Send,
    /// An outside call; the instance sleeps until the answer.
    Call,
    /// An event that the journey causes.
    Emit,
    /// Another journey is started, or run to its end.
    Child,
    /// A change of the profile.
    Write,
    /// Where branches run side by side, and where they come together.
    Fork,
    Join,
    /// What is done if the instance is cancelled.
    Undo,
    /// A goal or exit: it ends the instance wherever it is.
    Goal,
    Exit,
    /// Where the instance ends.
    Outcome,
    /// Where it fails.
    Fail,
}

/// A way from one node to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// When it is taken; empty where it is the only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Whether it is the exception: a fault, a cancellation.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exceptional: bool,
}
