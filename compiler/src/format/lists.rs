//! What stands in braces, parentheses and brackets.
//!
//! Statements stand on lines of their own; one alone may stand between its braces, if it was written so, fits, and holds no
//! block itself. Fields stand on lines of their own if the first was written so, else side by side where they fit.

use super::layout::{INDENT, Layout, Space, ends, is_stray};
use super::render::Document;
use journey_grammar::{Rule, Syntax};
use pretty::DocAllocator;

/// The commas of a list that is broken into lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Commas {
    /// Line breaks take their place.
    None,
    /// One behind each member.
    Each,
}

impl<'a> Layout<'a> {
    /// A node with a head, then braces with members.
    pub fn braced(&mut self, node: Syntax<'a>) -> Document<'a> {
        let inside = |child: &Syntax<'a>| !matches!(child.kind(), Rule::open | Rule::close | Rule::comma);
        let head = node.children().take_while(|child| child.kind() != Rule::open);
        let list: Vec<_> = node.children().skip_while(|child| child.kind() != Rule::open).collect();
        let (Some(&open), Some(&close)) = (list.first(), list.last()) else { return self.words(node.children(), node.kind()) };
        let has_head = node.first().is_some_and(|first| first.kind() != Rule::open);
        let head = self.words(head, node.kind());
        let before = if has_head { self.space(Space::One, ends(open).0) } else { self.nil() };
        let head = head.append(before);
        let members: Vec<_> = list.iter().copied().filter(inside).collect();
        let broken = self.broken && members.iter().any(|&member| is_stray(member.kind()));
        let (from, to) = (ends(open).0, ends(close).1);
        let list = if broken && !self.text.get(from..to).unwrap_or("").contains('\n') {
            self.raw(from, to)
        } else if broken {
            self.statements(&list, false)
        } else {
            match node.kind() {
                Rule::fields | Rule::enum_item | Rule::identity_item | Rule::message_variant => {
                    self.fields(open, &members, close, Commas::None)
                }
                Rule::record_fields | Rule::pattern_fields => self.fields(open, &members, close, Commas::Each),
                Rule::match_stmt | Rule::match_expr => self.statements(&list, false),
                _ => {
                    let inline = self.fits_inline(open, &members, close);
                    self.statements(&list, inline).group()
                }
            }
        };
        head.append(list)
    }

    /// A block of statements, or of bindings and a value.
    pub fn block(&mut self, node: Syntax<'a>) -> Document<'a> {
        let together = self.together.take();
        let list: Vec<_> = node.children().collect();
        let inline = together.unwrap_or_else(|| self.block_fits_inline(node));
        let block = self.statements(&list, inline);
        self.together = together;
        if together.is_some() { block } else { block.group() }
    }

    /// A statement whose blocks stand on one line all, or none.
    pub fn with_blocks(&mut self, node: Syntax<'a>) -> Document<'a> {
        let together = node.children().all(|child| match child.kind() {
            Rule::block | Rule::expr_block => self.block_fits_inline(child),
            Rule::else_if | Rule::else_block | Rule::else_if_expr | Rule::else_expr => child
                .children()
                .filter(|inner| matches!(inner.kind(), Rule::block | Rule::expr_block))
                .all(|inner| self.block_fits_inline(inner)),
            _ => true,
        });
        let outer = self.together.replace(together);
        let document = self.words(node.children(), node.kind());
        self.together = outer;
        document.group()
    }

    fn block_fits_inline(&self, block: Syntax<'a>) -> bool {
        let list: Vec<_> = block.children().collect();
        match list.as_slice() {
            [open, members @ .., close] => self.fits_inline(*open, members, *close),
            _ => false,
        }
    }

    /// Whether a list was written on one line and is short enough to be read there.
    fn fits_inline(&self, open: Syntax<'a>, members: &[Syntax<'a>], close: Syntax<'a>) -> bool {
        let (from, to) = (ends(open).1, ends(close).0);
        let one_line = self.text.get(from..to).is_some_and(|inside| !inside.contains('\n'));
        one_line && members.len() <= 1 && !self.has_comment(from, to) && !members.iter().any(|&member| holds_block(member))
    }

    /// Members on lines of their own, or one between its braces. Commas stay.
    fn statements(&mut self, list: &[Syntax<'a>], inline: bool) -> Document<'a> {
        let together = self.together.take();
        let [open, members @ .., close] = list else { return self.nil() };
        let open_sign = self.token(*open);
        if members.is_empty() && !self.has_comment(ends(*open).1, ends(*close).0) {
            self.together = together;
            let close = self.token(*close);
            return open_sign.append(close);
        }
        let space = if inline { Space::Line } else { Space::Hard };
        let mut body = self.nil();
        for (at, &member) in members.iter().enumerate() {
            let raw = self.is_raw(member);
            let start = ends(member).0;
            let before = match (at, member.kind()) {
                (_, Rule::comma) => self.space(Space::None, start),
                (0, _) => self.opening(space, start),
                _ if inline => self.space(space, start),
                _ => self.between(
                    raw || at.checked_sub(1).and_then(|before| members.get(before)).is_some_and(|&before| self.is_raw(before)),
                    start,
                ),
            };
            let member = self.member(member, raw);
            body = body.append(before).append(member);
        }
        let (body, end) = self.closing(body, space, *close, members.is_empty());
        self.together = together;
        open_sign.append(body).append(end)
    }

    /// What separates members on lines of their own: something broken may go on where the last one ends.
    pub fn between(&mut self, raw: bool, start: usize) -> Document<'a> {
        if raw && self.on_same_line(start) { self.raw_gap(start) } else { self.space(Space::Hard, start) }
    }

    /// The comments before the end of a list, which belong to its inside, and the end.
    fn closing(&mut self, body: Document<'a>, space: Space, close: Syntax<'a>, empty: bool) -> (Document<'a>, Document<'a>) {
        let start = ends(close).0;
        let body = match self.comments(start, empty) {
            Some(comments) => body.append(comments),
            None => body,
        }
        .nest(INDENT);
        let before = match space {
            Space::Hard => self.arena.hardline(),
            other => self.space(other, start),
        };
        let close = self.token(close);
        (body, before.append(close))
    }

    /// Fields: on lines of their own if the first was written so, else side by side where they fit.
    fn fields(&mut self, open: Syntax<'a>, members: &[Syntax<'a>], close: Syntax<'a>, commas: Commas) -> Document<'a> {
        let open_sign = self.token(open);
        let first = members.first().map_or(ends(close).0, |first| ends(*first).0);
        if members.is_empty() && !self.has_comment(ends(open).1, first) {
            let close = self.token(close);
            return open_sign.append(close);
        }
        let space = if !members.is_empty() && !self.on_same_line(first) { Space::Hard } else { Space::Line };
        let body = self.separated(members, space, commas);
        let (body, end) = self.closing(body, space, close, members.is_empty());
        open_sign.append(body).append(end).group()
    }

    /// Members with commas between them.
    fn separated(&mut self, members: &[Syntax<'a>], space: Space, commas: Commas) -> Document<'a> {
        let mut body = self.nil();
        let last = members.len().saturating_sub(1);
        let between = if space == Space::Soft { Space::Line } else { space };
        for (at, &member) in members.iter().enumerate() {
            let start = ends(member).0;
            let before = if at == 0 { self.opening(space, start) } else { self.space(between, start) };
            let raw = self.is_raw(member);
            let member = self.member(member, raw);
            let comma = match (commas, at == last) {
                (Commas::Each, false) => self.sign(","),
                (Commas::Each, true) => self.sign(",").flat_alt(self.nil()),
                (Commas::None, false) => self.nil().flat_alt(self.sign(",")),
                (Commas::None, true) => self.nil(),
            };
            body = body.append(before).append(member).append(comma);
        }
        body
    }

    /// Parentheses and brackets.
    pub fn bracketed(&mut self, node: Syntax<'a>) -> Document<'a> {
        let together = self.together.take();
        let list: Vec<_> = node.children().filter(|child| child.kind() != Rule::comma).collect();
        let [open, members @ .., close] = list.as_slice() else { return self.words(node.children(), node.kind()) };
        let open_sign = self.token(*open);
        let list = if members.is_empty() && !self.has_comment(ends(*open).1, ends(*close).0) {
            let close = self.token(*close);
            open_sign.append(close)
        } else {
            let body = if matches!(node.kind(), Rule::paren | Rule::index) || node.has(Rule::empty_map) {
                self.alone(members)
            } else {
                self.separated(members, Space::Soft, Commas::Each)
            };
            let (body, end) = self.closing(body, Space::Soft, *close, members.is_empty());
            open_sign.append(body).append(end).group()
        };
        self.together = together;
        list
    }

    fn alone(&mut self, members: &[Syntax<'a>]) -> Document<'a> {
        let Some(&member) = members.first() else { return self.nil() };
        let before = self.opening(Space::Soft, ends(member).0);
        let member = self.node(member);
        before.append(member)
    }

    /// `count(purchase as p where p.total > 100.00)`
    pub fn aggregate(&mut self, node: Syntax<'a>) -> Document<'a> {
        let list: Vec<_> = node.children().collect();
        let [name, open, inside @ .., close] = list.as_slice() else { return self.words(node.children(), node.kind()) };
        let name = self.token(*name);
        let open = self.token(*open);
        let before = self.opening(Space::Soft, inside.first().map_or(ends(*close).0, |first| ends(*first).0));
        let inside = self.words(inside.iter().copied(), node.kind());
        let (body, end) = self.closing(before.append(inside), Space::Soft, *close, false);
        name.append(open).append(body.append(end).group())
    }
}

/// Whether a node holds a block or a list of clauses: what isn't read at a glance.
fn holds_block(node: Syntax<'_>) -> bool {
    let is_data = matches!(node.kind(), Rule::fields | Rule::record_fields | Rule::pattern_fields | Rule::message_variant);
    (!is_data && node.has(Rule::open)) || node.children().any(holds_block)
}
