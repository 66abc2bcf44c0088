//! Which files messages name as templates, and why one of them can't be had.

use crate::diagnostics::Diagnostic;
use journey_grammar::Span;
use std::path::{Component, Path};

/// Bytes that a template may have.
pub const TEMPLATE_BYTES_MAX: u64 = 1 << 20;

/// Why a template could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    Missing,
    /// A link leads out of the project.
    Elsewhere,
    TooLarge,
    /// The line in which it is no UTF-8.
    NotUtf8 {
        line: usize,
    },
    /// In the system's words.
    Refused(String),
}

/// The paths that a source text names as templates, as written; some may stand in comments and texts.
pub fn named(text: &str) -> impl Iterator<Item = &str> {
    memchr::memmem::find_iter(text.as_bytes(), "file").filter_map(|at| {
        let rest = text.get(at + 4..)?.trim_start_matches([' ', '\t']).strip_prefix('"')?;
        let (path, _) = rest.split_once('"')?;
        is_inside(path).then_some(path)
    })
}

/// Whether a path leads to a file below the folder that it is seen from.
fn is_inside(path: &str) -> bool {
    let written_out = !path.is_empty() && !path.contains(['\\', '{', '\n', ':']);
    written_out && Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// Reports a template that can't be had.
#[must_use]
pub fn refused(path: &str, span: Span, why: Option<&Unread>) -> Diagnostic {
    let (message, label, help) = match why {
        _ if !is_inside(path) => (
            format!("`{path}` is no file of this project"),
            String::from("a template is named by its path from this file's folder"),
            "put the template beside this file and name it, with `/` between folders and without `..`",
        ),
        None | Some(Unread::Missing) => {
            (format!("there is no file `{path}`"), String::from("looked for in this file's folder"), "write the template, or mend its name")
        }
        Some(Unread::Elsewhere) => (
            format!("`{path}` leads out of this project"),
            String::from("this is a link to a file elsewhere"),
            "put a copy of the template into the project",
        ),
        Some(Unread::TooLarge) => (
            format!("`{path}` is too large for a template"),
            format!("a template has {} MiB at most", TEMPLATE_BYTES_MAX >> 20),
            "link to large pictures instead of writing them into the text",
        ),
        Some(Unread::NotUtf8 { line }) => (
            format!("`{path}` isn't UTF-8"),
            format!("its line {line} can't be read"),
            "save the file as UTF-8; editors call it the file's encoding",
        ),
        Some(Unread::Refused(why)) => (format!("`{path}` can't be read"), why.clone(), "look at the file's permissions"),
    };
    Diagnostic::error("E0449", span, message, label).help(help)
}
