//! The formatter: one layout for every file, whatever it looked like before.
//!
//! A file is laid out from its tree, so that what could not be read stays as it is. The result is read again and held
//! against the source: the same words in the same order, with the same comments between them; only commas may come or go.
//! Where that is not so, nothing is changed.
//!
//! The documents and the engine that breaks them into lines are those of the crate `pretty`: Wadler's algebra, which
//! carries all that the layout needs. Comments are ours: they are marks without a width.

mod edits;
mod expressions;
mod layout;
mod lists;
mod nodes;
mod render;
mod same;

pub use edits::{Edit, edits};

use journey_grammar::{FileId, Tree};
use layout::Layout;

/// A text in the one layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    pub text: String,
    /// Whether parts of it could not be read, and stayed as they were.
    pub broken: bool,
}

/// The text of a file in the one layout: lines of 100 columns where they can be broken, two spaces of indentation, line
/// feeds alone, no byte order mark, one line feed at the end. What is broken in it stays byte for byte.
///
/// # Errors
/// Where the result would not say the same as the source, which is a defect of the formatter.
pub fn format(text: &str) -> Result<Formatted, Altered> {
    let tree = journey_grammar::parse(text, FileId(0));
    if tree.refusal().is_some() {
        return Ok(Formatted { text: text.to_owned(), broken: true });
    }
    let root = tree.root(text);
    let (printed, broken) = print(&tree, text, false);
    match printed.filter(|printed| same::same(root, printed)) {
        Some(text) => Ok(Formatted { text, broken }),
        None if !broken => Err(Altered),
        // What is broken may be read otherwise once its surroundings are laid out: whole declarations stay as they are.
        None => {
            let (printed, _) = print(&tree, text, true);
            let text = printed.filter(|printed| same::same(root, printed)).unwrap_or_else(|| text.to_owned());
            Ok(Formatted { text, broken })
        }
    }
}

/// The layout would have changed what the file says; it is left as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the layout would have changed what the file says, so that it was left as it is; this is a defect of `journey fmt`")]
pub struct Altered;

/// The text, and whether the source is broken somewhere.
fn print(tree: &Tree, text: &str, cautious: bool) -> (Option<String>, bool) {
    let arena = pretty::Arena::new();
    let root = tree.root(text);
    let mut layout = Layout::new(&arena, root, text, cautious);
    let document = layout.file(root);
    let broken = layout.broken;
    let printed = render::render(&document, text.len() + text.len() / 8).map(|mut printed| {
        printed.truncate(printed.trim_end().len());
        if !printed.is_empty() {
            printed.push('\n');
        }
        printed
    });
    (printed, broken)
}
