//! What an editor has to change: declaration by declaration, so that what is well laid out keeps its cursors and marks.

use super::{Altered, format};
use journey_grammar::{FileId, Syntax};

/// A part of a text, and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
    pub text: String,
}

/// What makes the one layout of a text; in the order of the text, and apart from each other.
///
/// # Errors
/// As [`format`].
pub fn edits(text: &str) -> Result<Vec<Edit>, Altered> {
    let printed = format(text)?.text;
    let (old, new) = (journey_grammar::parse(text, FileId(0)), journey_grammar::parse(&printed, FileId(0)));
    let (old, new) = (places(old.root(text)), places(new.root(&printed)));
    if old.len() != new.len() {
        return Ok(vec![Edit { start: 0, end: text.len(), text: printed }]);
    }
    let mut found = Vec::new();
    let (mut old_end, mut new_end) = (0, 0);
    let last = ((text.len(), text.len()), (printed.len(), printed.len()));
    for ((old_start, old_to), (new_start, new_to)) in old.into_iter().zip(new).chain([last]) {
        for ((start, end), (from, to)) in [((old_end, old_start), (new_end, new_start)), ((old_start, old_to), (new_start, new_to))] {
            let (before, after) = (text.get(start..end).unwrap_or(""), printed.get(from..to).unwrap_or(""));
            if before != after {
                found.push(Edit { start, end, text: after.to_owned() });
            }
        }
        (old_end, new_end) = (old_to, new_to);
    }
    Ok(found)
}

/// Where the declarations and the comments between them stand.
fn places(root: Syntax<'_>) -> Vec<(usize, usize)> {
    root.all_children().map(super::layout::ends).filter(|(start, end)| start < end).collect()
}
