//! Expressions: chains of operators, and chains of methods.

use super::layout::{INDENT, Layout, Space, ends};
use super::render::Document;
use journey_grammar::{Rule, Syntax};

/// An operand with the operator before it, if there is one.
struct Part<'a> {
    operator: Option<Syntax<'a>>,
    prefixes: Vec<Syntax<'a>>,
    operand: Option<Syntax<'a>>,
}

/// Methods called one after another before each begins a line of its own where they don't fit.
const CALLS_THAT_BREAK: usize = 2;

impl<'a> Layout<'a> {
    /// Operands and operators. Where they don't fit on a line, each operand of the loosest operator begins one.
    pub fn chain(&mut self, node: Syntax<'a>, indent: isize) -> Document<'a> {
        let mut parts = vec![Part { operator: None, prefixes: Vec::new(), operand: None }];
        for child in node.children() {
            match (child.kind(), parts.last_mut()) {
                (Rule::infix | Rule::head_infix | Rule::moment_infix, _) => {
                    parts.push(Part { operator: Some(child), prefixes: Vec::new(), operand: None });
                }
                (Rule::prefix, Some(part)) => part.prefixes.push(child),
                (_, Some(part)) => part.operand = Some(child),
                (_, None) => {}
            }
        }
        self.operators(&parts, indent)
    }

    fn operators(&mut self, parts: &[Part<'a>], indent: isize) -> Document<'a> {
        let looseness = |part: &Part<'a>| part.operator.map(|operator| binding(operator.text()));
        let Some(loosest) = parts.iter().skip(1).filter_map(looseness).min() else {
            return match parts.first() {
                Some(part) => self.operand(part),
                None => self.nil(),
            };
        };
        let mut document: Option<Document<'a>> = None;
        let mut rest = parts;
        while !rest.is_empty() {
            let length = 1 + rest.iter().skip(1).take_while(|part| looseness(part) != Some(loosest)).count();
            let (segment, behind) = rest.split_at(length.min(rest.len()));
            rest = behind;
            document = Some(match document {
                None => self.operators(segment, indent),
                Some(document) => {
                    let segment = self.with_operator(segment, indent);
                    document.append(segment.nest(indent))
                }
            });
        }
        document.unwrap_or_else(|| self.nil()).group()
    }

    fn with_operator(&mut self, segment: &[Part<'a>], indent: isize) -> Document<'a> {
        let Some(operator) = segment.first().and_then(|part| part.operator) else { return self.nil() };
        let is_range = operator.text() == "..";
        let before = self.space(if is_range { Space::None } else { Space::Line }, ends(operator).0);
        let sign =
            self.words(std::iter::once(operator).filter(|operator| operator.first().is_none()).chain(operator.children()), Rule::infix);
        let next = segment.first().and_then(|part| part.prefixes.first().copied().or(part.operand));
        let behind = match next {
            Some(next) => self.space(if is_range { Space::None } else { Space::One }, ends(next).0),
            None => self.nil(),
        };
        let operands = self.operators(segment, indent);
        before.append(sign).append(behind).append(operands)
    }

    fn operand(&mut self, part: &Part<'a>) -> Document<'a> {
        let mut document = self.nil();
        let mut space = Space::None;
        for &node in part.prefixes.iter().chain(&part.operand) {
            let before = self.space(space, ends(node).0);
            let is_word = node.kind() == Rule::prefix && node.has(Rule::kw_not);
            space = if is_word { Space::One } else { Space::None };
            let node = self.node(node);
            document = document.append(before).append(node);
        }
        document
    }

    /// A value and what is asked of it: `items.filter(…).sum(…)`
    pub fn postfix(&mut self, node: Syntax<'a>) -> Document<'a> {
        let is_call = |tail: Syntax<'a>| tail.kind() == Rule::member && tail.has(Rule::args);
        let breaks = node.children().filter(|&tail| is_call(tail)).count() >= CALLS_THAT_BREAK;
        let mut children = node.children();
        let Some(primary) = children.next() else { return self.token(node) };
        let primary = self.node(primary);
        let mut tails = self.nil();
        for tail in children {
            let space = if breaks && is_call(tail) { Space::Soft } else { Space::None };
            let indent = if breaks || !self.is_bare(ends(tail).0) { INDENT } else { 0 };
            let before = self.space(space, ends(tail).0);
            let tail = self.node(tail);
            tails = tails.append(before.append(tail).nest(indent));
        }
        let document = primary.append(tails);
        if breaks { document.group() } else { document }
    }
}

/// How tightly an operator binds.
fn binding(operator: &str) -> u8 {
    match operator {
        "or" | "||" => 0,
        "and" | "&&" => 1,
        "??" => 3,
        ".." => 4,
        "+" | "-" => 5,
        "*" | "/" | "%" => 6,
        // Comparisons, `in`, and `not in` however it is spaced.
        _ => 2,
    }
}
