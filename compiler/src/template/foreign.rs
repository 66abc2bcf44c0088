//! Placeholders of other tools in a template: they are no tags here, and would be sent as they stand.

use super::exprs::normal;
use super::slips::all_tags;
use crate::ast::Param;
use crate::diagnostics::Diagnostic;
use journey_grammar::{FileId, Span};

/// What other tools write around a name. The first that fits is meant.
const MARKS: [(&str, &str); 7] = [("*|", "|*"), ("%%", "%%"), ("[[", "]]"), ("<%=", "%>"), ("${", "}"), ("#{", "}"), ("{", "}")];

/// Bytes of a placeholder.
const BYTES_MAX: usize = 100;

/// A placeholder, and what stands in it.
struct Placeholder<'t> {
    start: usize,
    whole: &'t str,
    inside: &'t str,
    /// Braces, which scripts and styles have too.
    is_brace: bool,
}

/// Warns of what looks like a placeholder and is sent as it stands.
pub(super) fn warnings(text: &str, file: FileId, is_html: bool, params: &[Param]) -> Vec<Diagnostic> {
    let code = if is_html { code_in(text) } else { Vec::new() };
    let tags = all_tags(text).map(|tag| (tag.start, tag.end));
    let mut found = Vec::new();
    let mut from = 0;
    for (start, end) in tags.chain([(text.len(), text.len())]) {
        found.extend(placeholders(text, from, start));
        from = end;
    }
    let in_code = |at: usize| {
        let before = code.partition_point(|(start, _)| *start <= at);
        before.checked_sub(1).and_then(|last| code.get(last)).is_some_and(|(_, end)| at < *end)
    };
    found
        .into_iter()
        .filter_map(|placeholder| {
            let known = named(placeholder.inside, params);
            let is_code = placeholder.is_brace && in_code(placeholder.start);
            let is_meant = !is_code || (placeholder.whole.starts_with('$') && known.is_some());
            is_meant.then(|| Warning { placeholder: &placeholder, from: 0, file, braces: ("{{ ", " }}") }.of(known, params))
        })
        .collect()
}

/// Warns of the same in a text of the program itself, where braces are for values.
pub(super) fn in_text(text: &str, span: Span, params: &[Param]) -> Vec<Diagnostic> {
    let found = placeholders(text, 0, text.len()).into_iter().filter(|placeholder| !placeholder.whole.ends_with('}'));
    let warning = |placeholder: Placeholder<'_>| {
        let known = named(placeholder.inside, params);
        Warning { placeholder: &placeholder, from: span.start, file: span.file, braces: ("{", "}") }.of(known, params)
    };
    found.map(warning).collect()
}

/// What a warning is about.
struct Warning<'t> {
    placeholder: &'t Placeholder<'t>,
    /// Where the text begins in its file.
    from: u32,
    file: FileId,
    /// What stands around a value there.
    braces: (&'static str, &'static str),
}

impl Warning<'_> {
    fn of(&self, known: Option<String>, params: &[Param]) -> Diagnostic {
        let Placeholder { start, whole, .. } = self.placeholder;
        let offset = |at: usize| self.from.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        let span = Span::new(self.file, offset(*start), offset(start + whole.len()));
        let diagnostic = Diagnostic::warning("W0208", span, format!("`{whole}` is sent as it stands"), "no value is put in here");
        let (open, close) = self.braces;
        let written = |path: &str| format!("{open}{path}{close}");
        if let Some(path) = known {
            let value = written(&path);
            return diagnostic.help(format!("a value is written `{value}`")).fix(format!("write `{value}`"), span, value);
        }
        let names: Vec<String> = params.iter().map(|param| format!("`{}`", param.name.name)).collect();
        let has = if names.is_empty() { String::from("this message has none") } else { format!("it has {}", names.join(", ")) };
        diagnostic.help(format!("a value is written `{}`, where `name` is a parameter of the message: {has}", written("name")))
    }
}

/// The placeholders between two places.
fn placeholders(text: &str, from: usize, to: usize) -> Vec<Placeholder<'_>> {
    let mut found = Vec::new();
    let mut at = from;
    while let Some(next) = text.get(at..to).and_then(|rest| rest.find(['*', '%', '[', '<', '$', '#', '{'])) {
        let start = at + next;
        match text.get(start..to).and_then(|rest| placeholder_at(rest, start)) {
            Some(placeholder) => {
                at = start + placeholder.whole.len();
                found.push(placeholder);
            }
            None => at = start + 1,
        }
    }
    found
}

fn placeholder_at(rest: &str, start: usize) -> Option<Placeholder<'_>> {
    let rest = rest.get(..rest.floor_char_boundary(BYTES_MAX))?;
    MARKS.iter().find_map(|(open, close)| {
        let inside = rest.strip_prefix(open)?;
        let inside = inside.get(..inside.find(close)?)?;
        let fits = match *open {
            "*|" | "<%=" => !inside.trim().is_empty() && !inside.contains('\n'),
            _ => is_path(inside.trim()),
        };
        let whole = rest.get(..open.len() + inside.len() + close.len())?;
        fits.then(|| Placeholder { start, whole, inside: inside.trim(), is_brace: *close == "}" || *close == "]]" })
    })
}

/// Names with points between them.
fn is_path(text: &str) -> bool {
    let is_name =
        |name: &str| name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    text.split('.').all(is_name)
}

/// What stands in a placeholder as a path from a parameter; other tools write names in capitals.
fn named(inside: &str, params: &[Param]) -> Option<String> {
    let (root, rest) = inside.split_once('.').map_or((inside, None), |(root, rest)| (root, Some(rest)));
    let (root, is_plain) = (normal(root), rest.is_none());
    let same = |param: &&Param| param.name.name == root;
    let alike = |param: &&Param| is_plain && param.name.name.to_lowercase() == root.to_lowercase();
    let param = params.iter().find(same).or_else(|| params.iter().find(alike))?;
    if rest.is_some_and(|rest| !is_path(rest)) {
        return None;
    }
    Some(rest.map_or_else(|| param.name.name.clone(), |rest| format!("{}.{rest}", param.name.name)))
}

/// Where the scripts and styles of a page stand, one after the other.
fn code_in(text: &str) -> Vec<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(rest) = lower.get(from..) {
        let next = [("<style", "</style"), ("<script", "</script")].map(|(open, close)| Some((rest.find(open)?, close)));
        let Some((at, close)) = next.into_iter().flatten().min() else { break };
        let length = rest.get(at..).and_then(|rest| rest.find(close)).unwrap_or(rest.len() - at);
        found.push((from + at, from + at + length));
        from += at + length;
    }
    found
}
