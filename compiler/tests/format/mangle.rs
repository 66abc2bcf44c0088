//! The same text with other white space and more comments; and a text that is cut up.

use crate::differential::random::Random;
use journey_grammar::{FileId, Rule, Syntax, parse};

/// What may stand between two words that had white space between them.
const WIDE: &[&str] =
    &["  ", "\t", " \t ", "\n", "\r\n", "\n\n\n\n", "\n      ", " // end\n", "\n// own\n", "\n\n/// doc \n\n", " // a, b {\r\n// \"c\"\n"];
/// What may stand before a `(` or `[` that belongs to what is before it.
const NARROW: &[&str] = &["", " ", "\t"];

/// What may stand before a word.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    /// Any white space, and comments.
    Wide,
    /// The word stays on the line of the one before it.
    Narrow,
    /// As it is.
    Kept,
}

/// Mangles white space; `None` where that would say something else after all.
pub fn white_space(text: &str, random: &mut Random) -> Option<String> {
    let tree = parse(text, FileId(0));
    let mut words = Vec::new();
    collect(tree.root(text), Gap::Wide, &mut words);
    let mut mangled = String::new();
    let mut end = 0;
    for (start, to, kind) in words {
        let gap = &text[end..start];
        // A bracket on a line of its own is no call; and `wait` is a name where nothing follows on its line.
        let kept = gap.contains('\n') && text[start..].starts_with(['(', '[']) || text[..end].ends_with("wait");
        let often = if gap.is_empty() { 12 } else { 3 };
        match kind {
            Gap::Narrow if random.one_in(often) => mangled.push_str(random.pick(NARROW)),
            Gap::Wide if !kept && gap.trim().is_empty() && random.one_in(often) => mangled.push_str(random.pick(WIDE)),
            _ => mangled.push_str(gap),
        }
        mangled.push_str(&text[start..to]);
        end = to;
    }
    mangled.push_str(&text[end..]);
    (kinds(text) == kinds(&mangled)).then_some(mangled)
}

/// Where the words and comments of a text stand.
pub fn words(text: &str) -> Vec<(usize, usize)> {
    let tree = parse(text, FileId(0));
    let mut words = Vec::new();
    collect(tree.root(text), Gap::Wide, &mut words);
    words.into_iter().map(|(start, end, _)| (start, end)).filter(|(start, end)| start < end).collect()
}

/// Where the words and comments stand, and what may stand before each.
fn collect(node: Syntax<'_>, gap: Gap, words: &mut Vec<(usize, usize, Gap)>) {
    let (start, end) = (node.span().start as usize, node.span().end as usize);
    let whole = matches!(node.kind(), Rule::string | Rule::annotation | Rule::prefix | Rule::COMMENT);
    let mut children = node.all_children().peekable();
    if whole || children.peek().is_none() {
        // A comment stays where it is, with what it says it belongs to.
        let gap = if node.kind() == Rule::COMMENT { Gap::Kept } else { gap };
        if start < end {
            words.push((start, end, gap));
        }
        return;
    }
    for (at, child) in children.enumerate() {
        let gap = match (node.kind(), child.kind()) {
            _ if at == 0 => gap,
            (Rule::postfix | Rule::head_postfix | Rule::member, Rule::args | Rule::index) => Gap::Narrow,
            (Rule::target, Rule::dot) => Gap::Wide,
            (Rule::member | Rule::event_path | Rule::target | Rule::record_path, _) => Gap::Kept,
            _ => Gap::Wide,
        };
        collect(child, gap, words);
    }
}

/// All kinds of nodes but commas and comments, and the words.
fn kinds(text: &str) -> Vec<(Rule, String)> {
    fn add(node: Syntax<'_>, kinds: &mut Vec<(Rule, String)>) {
        if !matches!(node.kind(), Rule::comma | Rule::COMMENT) {
            let is_word = node.first().is_none() && node.kind() != Rule::file;
            kinds.push((node.kind(), if is_word { node.text().to_owned() } else { String::new() }));
            node.children().for_each(|child| add(child, kinds));
        }
    }
    let tree = parse(text, FileId(0));
    let mut found = Vec::new();
    add(tree.root(text), &mut found);
    found
}

/// Takes a piece out, doubles one, or puts in a sign that doesn't belong there.
pub fn cut(text: &str, random: &mut Random) -> String {
    const SIGNS: &[&str] =
        &["{", "}", "(", ")", "\"", ";", ",", "=", "\n", " ", "//", "wait ", "\nstep ", "'", "\\", "/// x\n", "&&", "let"];
    let mut place = || text.floor_char_boundary(random.below(text.len() + 1));
    let (one, other) = (place(), place());
    let from = one.min(other);
    let to = text.ceil_char_boundary((from + 1 + random.below(12)).min(text.len())).min(text.len());
    match random.below(3) {
        0 => format!("{}{}", &text[..from], &text[to..]),
        1 => format!("{}{}{}", &text[..to], &text[from..to], &text[to..]),
        _ => format!("{}{}{}", &text[..from], random.pick(SIGNS), &text[from..]),
    }
}
