//! What the rooms of the formatter share: tokens, the space between them, and the comments that lie in it.
//!
//! Documents are built in the order of the source. So the space between two tokens is asked for once, where it is known
//! which comments lie in it: they are printed there, and the line ends behind them whatever the layout would have been.

use super::render::{Document, Mark};
use journey_grammar::{Rule, Syntax, is_error};
use pretty::{Arena, DocAllocator};

/// How far what is inside stands to the right.
pub(super) const INDENT: isize = 2;
/// How far the rest of a head stands to the right, so that it is told from the block that follows.
pub(super) const HANG: isize = 4;

/// What separates two tokens where no comment does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// Nothing.
    None,
    /// A blank.
    One,
    /// A blank, or a new line where the group is broken.
    Line,
    /// Nothing, or a new line where the group is broken.
    Soft,
    /// A new line; an empty one before it stays.
    Hard,
}

/// A comment of the source.
struct Comment<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

/// What writes a file's document.
pub(super) struct Layout<'a> {
    pub arena: &'a Arena<'a, Mark<'a>>,
    pub text: &'a str,
    comments: Vec<Comment<'a>>,
    /// The first comment that isn't printed yet.
    next: usize,
    /// Where what was printed last ends in the source.
    end: usize,
    /// Whether there is anything in the file that could not be read.
    pub broken: bool,
    /// Whether declarations with something broken in them stay as they are, all of them.
    pub cautious: bool,
    /// Whether the blocks of the statement that is being printed stand on one line, all or none.
    pub together: Option<bool>,
}

impl<'a> Layout<'a> {
    pub fn new(arena: &'a Arena<'a, Mark<'a>>, root: Syntax<'a>, text: &'a str, cautious: bool) -> Self {
        let mut layout = Self { arena, text, comments: Vec::new(), next: 0, end: 0, broken: false, cautious, together: None };
        layout.survey(root);
        layout
    }

    fn survey(&mut self, node: Syntax<'a>) {
        for child in node.all_children() {
            if child.kind() == Rule::COMMENT {
                let (start, end) = ends(child);
                self.comments.push(Comment { start, end, text: child.text().trim_end() });
            }
            self.broken |= is_stray(child.kind()) || is_slip(child.kind());
            self.survey(child);
        }
    }

    pub fn nil(&self) -> Document<'a> {
        self.arena.nil()
    }

    /// Breaks the group that it stands in.
    fn breaker(&self) -> Document<'a> {
        self.arena.nil().flat_alt(self.arena.fail())
    }

    /// Text without a width: what comes behind it begins a new line.
    fn mark(&self, mark: Mark<'a>) -> Document<'a> {
        self.arena.nil().annotate(mark)
    }

    /// A token as it stands in the source.
    pub fn token(&mut self, node: Syntax<'a>) -> Document<'a> {
        let (start, end) = ends(node);
        let before = self.space(Space::None, start);
        self.end = end;
        self.skip_comments(end);
        before.append(self.verbatim(node.text()))
    }

    /// A part of the source as it is, with the comments in it.
    pub fn raw(&mut self, start: usize, end: usize) -> Document<'a> {
        self.end = end;
        self.skip_comments(end);
        self.verbatim(self.text.get(start..end).unwrap_or(""))
    }

    fn verbatim(&self, text: &'a str) -> Document<'a> {
        if text.contains('\n') { self.mark(Mark::Raw(text)).append(self.breaker()) } else { self.arena.text(text) }
    }

    fn skip_comments(&mut self, end: usize) {
        while self.comments.get(self.next).is_some_and(|comment| comment.start < end) {
            self.next += 1;
        }
    }

    /// A sign that the source may lack.
    pub fn sign(&self, text: &'static str) -> Document<'a> {
        self.arena.text(text)
    }

    fn pending(&self, upto: usize) -> bool {
        self.comments.get(self.next).is_some_and(|comment| comment.start < upto)
    }

    /// Line breaks between what was printed last and a place, with nothing but white space and signs between.
    fn breaks_before(&self, upto: usize) -> usize {
        self.text.get(self.end..upto).map_or(0, |gap| gap.bytes().filter(|&byte| byte == b'\n').count())
    }

    /// Whether no comment lies before a place that isn't printed yet.
    pub fn is_bare(&self, upto: usize) -> bool {
        !self.pending(upto)
    }

    /// Whether a place stands on the line of what was printed last, and no comment between.
    pub fn on_same_line(&self, upto: usize) -> bool {
        !self.pending(upto) && self.breaks_before(upto) == 0
    }

    /// The white space before something broken that stands on the line of what was printed last.
    pub fn raw_gap(&mut self, upto: usize) -> Document<'a> {
        let gap = self.text.get(self.end..upto).unwrap_or("");
        self.arena.text(gap)
    }

    /// What separates the next token, which starts at `upto`, from what was printed last.
    pub fn space(&mut self, space: Space, upto: usize) -> Document<'a> {
        self.spaced(space, upto, false)
    }

    /// Like [`Layout::space`], behind what opens a list: no empty line follows.
    pub fn opening(&mut self, space: Space, upto: usize) -> Document<'a> {
        self.spaced(space, upto, true)
    }

    fn spaced(&mut self, space: Space, upto: usize, opening: bool) -> Document<'a> {
        if let Some(comments) = self.comments(upto, opening) {
            let blank = if self.breaks_before(upto) > 1 { self.mark(Mark::Newline) } else { self.nil() };
            return comments.append(blank).append(self.arena.hardline());
        }
        match space {
            Space::None => self.nil(),
            Space::One => self.arena.text(" "),
            Space::Line => self.arena.line(),
            Space::Soft => self.arena.line_(),
            Space::Hard if !opening && self.breaks_before(upto) > 1 => self.mark(Mark::Newline).append(self.arena.hardline()),
            Space::Hard => self.arena.hardline(),
        }
    }

    /// The comments before a place; `None` where there are none. What follows them begins a new line.
    pub fn comments(&mut self, upto: usize, opening: bool) -> Option<Document<'a>> {
        if !self.pending(upto) {
            return None;
        }
        let mut document = self.breaker();
        let mut first = opening;
        while let Some(comment) = self.comments.get(self.next).filter(|comment| comment.start < upto) {
            let (start, end, text) = (comment.start, comment.end, comment.text);
            let breaks = self.breaks_before(start);
            let at_start = self.end == 0;
            if breaks == 0 && !at_start {
                document = document.append(self.mark(Mark::Comment(text)));
            } else {
                if breaks > 1 && !first {
                    document = document.append(self.mark(Mark::Newline));
                }
                if !at_start {
                    document = document.append(self.arena.hardline());
                }
                document = document.append(self.mark(Mark::Raw(text)));
            }
            first = false;
            self.end = end;
            self.next += 1;
        }
        Some(document)
    }

    /// Whether a comment lies in a part of the source that isn't printed yet.
    pub fn has_comment(&self, start: usize, end: usize) -> bool {
        let from = self.comments.partition_point(|comment| comment.start < start);
        self.comments.get(from).is_some_and(|comment| comment.start < end)
    }

    /// Whether a node is printed as it stands: it is broken, or holds something that makes a mess of what is around it.
    pub fn is_raw(&self, node: Syntax<'a>) -> bool {
        self.broken && (is_stray(node.kind()) || holds_slip(node) || (self.cautious && holds_error(node)))
    }
}

/// What stands in a list though it is no member of it.
pub(super) fn is_stray(kind: Rule) -> bool {
    is_error(kind) || kind == Rule::semicolon
}

/// What is not closed, or not in its own text: where it ends depends on how the lines lie. And what looks like a number or a
/// date and is none: what belongs to it is not known.
fn is_slip(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::unclosed
            | Rule::test_unclosed
            | Rule::unclosed_string
            | Rule::bad_interpolation
            | Rule::bad_number
            | Rule::bad_fraction
            | Rule::foreign_date
            | Rule::foreign_time
    )
}

/// Whether a node holds a slip, other than in the members of the lists that it holds: those answer for themselves.
fn holds_slip(node: Syntax<'_>) -> bool {
    let mut in_list = false;
    node.children().any(|child| {
        in_list |= child.kind() == Rule::open;
        is_slip(child.kind()) || (!(in_list && is_member(child.kind())) && holds_slip(child))
    })
}

/// Signs at the ends of a list, and what stands between its members.
fn is_member(kind: Rule) -> bool {
    !matches!(kind, Rule::open | Rule::close | Rule::comma)
}

fn holds_error(node: Syntax<'_>) -> bool {
    is_stray(node.kind()) || is_slip(node.kind()) || node.children().any(holds_error)
}

/// Where a node starts and ends.
pub(super) fn ends(node: Syntax<'_>) -> (usize, usize) {
    (node.span().start as usize, node.span().end as usize)
}
