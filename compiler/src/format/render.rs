//! From a document to text.

use pretty::{Arena, DocBuilder, Render, RenderAnnotated};
use std::fmt;

/// The column behind which lines are broken where they can be.
const WIDTH: usize = 100;

/// A part of the layout.
pub(super) type Document<'a> = DocBuilder<'a, Arena<'a, Mark<'a>>, Mark<'a>>;

/// What has no width, since it ends its line or spans several.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark<'a> {
    /// A comment at the end of a line.
    Comment(&'a str),
    /// Text as it is.
    Raw(&'a str),
    /// The end of a line before an empty one.
    Newline,
}

/// Prints a document; `None` where it can't be printed.
pub(super) fn render(document: &Document<'_>, capacity: usize) -> Option<String> {
    let mut page = Page(String::with_capacity(capacity));
    document.render_raw(WIDTH, &mut page).ok()?;
    Some(page.0)
}

struct Page(String);

impl Render for Page {
    type Error = fmt::Error;

    fn write_str(&mut self, text: &str) -> Result<usize, fmt::Error> {
        self.0.push_str(text);
        Ok(text.len())
    }

    fn fail_doc(&self) -> fmt::Error {
        fmt::Error
    }
}

impl RenderAnnotated<'_, Mark<'_>> for Page {
    fn push_annotation(&mut self, mark: &Mark<'_>) -> Result<(), fmt::Error> {
        match mark {
            Mark::Comment(text) => {
                self.0.push(' ');
                self.0.push_str(text);
            }
            Mark::Raw(text) => self.0.push_str(text),
            Mark::Newline => self.0.push('\n'),
        }
        Ok(())
    }

    fn pop_annotation(&mut self) -> Result<(), fmt::Error> {
        Ok(())
    }
}
