//! `textDocument/formatting` and `rangeFormatting`: the layout of `journey fmt`, as edits of whole declarations.

use crate::position::{Encoding, Lines};
use gen_lsp_types::{Position, Range, TextEdit};
use journey_compiler::format::{Altered, edits};

/// What lays a text out; of a part, the declarations that it touches.
pub fn of_text(text: &str, part: Option<Range>, encoding: Encoding) -> Result<Vec<TextEdit>, Altered> {
    let lines = Lines::of(text);
    let edits = edits(text)?.into_iter().map(|edit| TextEdit::new(lines.range(edit.start, edit.end, encoding), edit.text));
    Ok(edits.filter(|edit| part.is_none_or(|part| touch(edit.range, part))).collect())
}

fn touch(one: Range, other: Range) -> bool {
    let place = |position: Position| (position.line, position.character);
    place(one.start) <= place(other.end) && place(other.start) <= place(one.end)
}
