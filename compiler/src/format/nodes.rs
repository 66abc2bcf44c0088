//! Which node is laid out by which room, and the plain ones: words one after another.

use super::layout::{HANG, INDENT, Layout, Space, ends};
use super::render::Document;
use journey_grammar::{Rule, Syntax};

impl<'a> Layout<'a> {
    /// A whole file.
    pub fn file(&mut self, root: Syntax<'a>) -> Document<'a> {
        let end = self.text.len();
        let mut document = self.nil();
        let mut first = true;
        for node in root.children().filter(|child| child.kind() != Rule::EOI) {
            let start = ends(node).0;
            let raw = self.is_raw(node);
            document = if !first {
                let before = self.between(raw, start);
                document.append(before)
            } else if let Some(comments) = self.comments(start, true) {
                let before = self.space(Space::Hard, start);
                document.append(comments).append(before)
            } else {
                document
            };
            first = false;
            let node = self.member(node, raw);
            document = document.append(node);
        }
        match self.comments(end, first) {
            Some(comments) => document.append(comments),
            None => document,
        }
    }

    /// A declaration, statement, clause, field or arm: what is broken in it stays as it is.
    pub fn member(&mut self, node: Syntax<'a>, raw: bool) -> Document<'a> {
        if raw {
            let (start, end) = ends(node);
            return self.raw(start, end);
        }
        self.node(node)
    }

    pub fn node(&mut self, node: Syntax<'a>) -> Document<'a> {
        match node.kind() {
            // Texts are the author's, to the letter.
            Rule::string | Rule::annotation | Rule::prefix => self.token(node),
            _ if node.first().is_none() => self.token(node),
            Rule::expr | Rule::head_expr | Rule::moment_expr => self.chain(node, INDENT),
            Rule::postfix | Rule::head_postfix => self.postfix(node),
            Rule::params | Rule::args | Rule::list | Rule::paren | Rule::index => self.bracketed(node),
            Rule::aggregate => self.aggregate(node),
            Rule::block | Rule::expr_block => self.block(node),
            Rule::if_stmt | Rule::if_expr | Rule::wait_event | Rule::try_stmt => self.with_blocks(node),
            _ if node.has(Rule::open) => self.braced(node),
            _ => self.words(node.children(), node.kind()),
        }
    }

    /// Children one after another, with a blank between where one belongs. What begins a line hangs, but for blocks.
    pub fn words(&mut self, children: impl Iterator<Item = Syntax<'a>>, parent: Rule) -> Document<'a> {
        let mut document = self.nil();
        let mut previous: Option<Rule> = None;
        let mut in_head = true;
        for child in children {
            let kind = child.kind();
            let space = match previous {
                None => Space::None,
                Some(previous) if is_tight(previous, kind) => Space::None,
                Some(_) if may_break(parent, kind) => Space::Line,
                Some(_) => Space::One,
            };
            if in_head && is_blocklike(kind) {
                in_head = false;
                document = document.group();
            }
            // What goes on behind a `where` hangs from it.
            let of_where = previous == Some(Rule::kw_where) && parent != Rule::expect_where;
            let hangs = !is_blocklike(kind) && (space == Space::Line || of_where || !self.is_bare(ends(child).0));
            let before = self.space(space, ends(child).0);
            let node = if kind == Rule::head_expr && is_head(parent) { self.chain(child, HANG) } else { self.node(child) };
            let part = before.append(node);
            let indent = if parent == Rule::event_pattern || parent == Rule::route_stmt { HANG } else { INDENT };
            document = document.append(if hangs && previous.is_some() { part.nest(indent) } else { part });
            previous = Some(kind);
        }
        if in_head { document.group() } else { document }
    }
}

/// Where a condition stands right before a block.
fn is_head(parent: Rule) -> bool {
    matches!(parent, Rule::head | Rule::when_arm | Rule::after_arm | Rule::wait_limit | Rule::if_expr | Rule::else_if_expr)
}

/// What ends in a block of statements, or in other parts with lines of their own.
fn is_blocklike(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::block
            | Rule::expr_block
            | Rule::else_block
            | Rule::else_if
            | Rule::else_expr
            | Rule::else_if_expr
            | Rule::route_arms
            | Rule::fields
            | Rule::record_fields
            | Rule::wait_any
            | Rule::wait_event
            | Rule::wait_duration
            | Rule::kw_catch
    )
}

/// Where nothing stands between two children.
fn is_tight(previous: Rule, next: Rule) -> bool {
    matches!(
        next,
        Rule::comma
            | Rule::colon
            | Rule::question
            | Rule::type_args
            | Rule::args
            | Rule::params
            | Rule::dot
            | Rule::angle_open
            | Rule::angle_close
            | Rule::percent
    ) || matches!(previous, Rule::dot | Rule::angle_open | Rule::minus)
}

/// Where a line may end before a child.
fn may_break(parent: Rule, next: Rule) -> bool {
    match next {
        Rule::kw_where | Rule::expect_where | Rule::http_option => true,
        Rule::route_needs | Rule::route_priority | Rule::route_with | Rule::wait_limit => parent == Rule::route_stmt,
        _ => false,
    }
}
