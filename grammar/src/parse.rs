//! From text to tree: pest's pairs, put into the arena.

use crate::{
    FileId,
    limits::{self, Refusal},
    tree::{Node, Tree},
};
use pest::{Parser, iterators::Pair};

#[derive(pest_derive::Parser)]
#[grammar = "../journey.pest"]
struct JourneyParser;

/// Parses a file. Never fails: what cannot be read becomes error nodes, and a text that is too large or nested too
/// deep becomes one such node with a [`Refusal`].
#[must_use]
pub fn parse(text: &str, file: FileId) -> Tree {
    if let Some(refusal) = limits::check(text) {
        return refused(text, file, refusal);
    }
    match JourneyParser::parse(Rule::file, text) {
        Ok(mut pairs) => match pairs.next() {
            Some(pair) => built(text, file, pair),
            None => refused_at(text, file, 0),
        },
        Err(error) => refused_at(text, file, offset_of(&error)),
    }
}

/// What a rule expected where it could not go on.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Offset into the slice.
    pub at: usize,
    /// The rules any of which could have stood there.
    pub rules: Vec<Rule>,
}

/// Reads a slice by one rule and says where it is wrong; `None` where it is right.
#[must_use]
pub fn probe(rule: Rule, slice: &str) -> Option<Expected> {
    if limits::check(slice).is_some() {
        return None;
    }
    let error = JourneyParser::parse(rule, slice).err()?;
    let at = offset_of(&error);
    let rules = match error.variant {
        pest::error::ErrorVariant::ParsingError { positives, .. } => positives,
        pest::error::ErrorVariant::CustomError { .. } => Vec::new(),
    };
    Some(Expected { at, rules })
}

fn offset_of(error: &pest::error::Error<Rule>) -> usize {
    match error.location {
        pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
    }
}

/// The grammar takes every text, so that only a stack that is nearly used up ends here.
fn refused_at(text: &str, file: FileId, at: usize) -> Tree {
    let at = to_u32(at);
    refused(text, file, Refusal::TooDeep { at, outermost: at })
}

fn refused(text: &str, file: FileId, refusal: Refusal) -> Tree {
    let all = |kind, links| Node { kind, start: 0, end: to_u32(text.len()), links };
    Tree { nodes: vec![all(Rule::error_item, (0, 0)), all(Rule::file, (0, 1))], links: vec![0], root: 1, file, refusal: Some(refusal) }
}

fn built(text: &str, file: FileId, pair: Pair<'_, Rule>) -> Tree {
    let mut builder = Builder { text, nodes: Vec::new(), links: Vec::new() };
    let mut top = Vec::new();
    builder.add(pair, &mut top);
    let root = top.first().copied().unwrap_or(0);
    // Comments behind the last declaration belong to the file.
    builder.adopt(root, &top);
    Tree { nodes: builder.nodes, links: builder.links, root, file, refusal: None }
}

struct Builder<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    links: Vec<u32>,
}

impl Builder<'_> {
    /// Adds a pair and what is in it. Comments at its end go behind it, to its parent: pest skips them before it sees
    /// that nothing more of the rule follows.
    fn add(&mut self, pair: Pair<'_, Rule>, siblings: &mut Vec<u32>) {
        let kind = pair.as_rule();
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        if is_error(kind) {
            return self.add_error(kind, start, end, siblings);
        }
        if start == end && kind != Rule::file {
            // What is missing is missing behind the last thing that is there.
            let last = siblings.last().map_or(0, |&id| self.nodes[id as usize].end as usize);
            let at = self.text[..start].trim_end().len().max(last);
            return siblings.push(self.node(kind, at, at, &[]));
        }
        let mut children = Vec::new();
        for inner in pair.into_inner() {
            self.add(inner, &mut children);
        }
        let leaf = children.is_empty();
        let mut end = if leaf || kind == Rule::file { end } else { start + self.text[start..end].trim_end().len() };
        let mut kept = children.len();
        while let Some(&last) = kept.checked_sub(1).and_then(|at| children.get(at)) {
            let node = self.nodes[last as usize];
            if node.kind != Rule::COMMENT || kind == Rule::file || (node.end as usize) < end {
                break;
            }
            kept -= 1;
            end = start + self.text[start..node.start as usize].trim_end().len();
        }
        let behind = children.split_off(kept);
        // A text that is not closed may end in white space of its own.
        end = end.max(children.last().map_or(0, |&id| self.nodes[id as usize].end as usize));
        siblings.push(self.node(kind, start, end, &children));
        siblings.extend(behind);
    }

    /// An error node is a leaf; comments on the lines at its end belong to what follows.
    fn add_error(&mut self, kind: Rule, start: usize, end: usize, siblings: &mut Vec<u32>) {
        let mut end = start + self.text[start..end].trim_end().len();
        let mut comments = Vec::new();
        while let Some(line) = self.text[start..end].rfind('\n').map(|at| start + at + 1) {
            let indent = self.text[line..end].len() - self.text[line..end].trim_start().len();
            if !self.text[line + indent..end].starts_with("//") {
                break;
            }
            comments.push((line + indent, end));
            end = start + self.text[start..line].trim_end().len();
        }
        siblings.push(self.node(kind, start, end, &[]));
        for (from, to) in comments.into_iter().rev() {
            siblings.push(self.node(Rule::COMMENT, from, to, &[]));
        }
    }

    fn node(&mut self, kind: Rule, start: usize, end: usize, children: &[u32]) -> u32 {
        let from = to_u32(self.links.len());
        self.links.extend_from_slice(children);
        self.nodes.push(Node { kind, start: to_u32(start), end: to_u32(end), links: (from, to_u32(self.links.len())) });
        to_u32(self.nodes.len() - 1)
    }

    fn adopt(&mut self, root: u32, top: &[u32]) {
        if top.len() < 2 {
            return;
        }
        let Some(&Node { kind, start, links, .. }) = self.nodes.get(root as usize) else { return };
        let from = to_u32(self.links.len());
        let own = self.links[links.0 as usize..links.1 as usize].to_vec();
        self.links.extend(own);
        self.links.extend_from_slice(&top[1..]);
        let node = Node { kind, start, end: to_u32(self.text.len()), links: (from, to_u32(self.links.len())) };
        self.nodes[root as usize] = node;
    }
}

/// Whether a node of this kind stands for what could not be read.
#[must_use]
pub fn is_error(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::error_item
            | Rule::error_field
            | Rule::error_operation
            | Rule::error_option
            | Rule::error_channel_clause
            | Rule::error_clause
            | Rule::error_stmt
            | Rule::error_head
            | Rule::error_arm
            | Rule::error_test_stmt
    )
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
