//! Strings: text, escapes and interpolated expressions.

use super::Reader;
use crate::ast::StrPart;
use journey_grammar::{Rule, Span, Syntax};

/// What stands between the quotes, before texts and escapes are one.
struct Part {
    /// An escape's line breaks and blanks are meant, and are no layout of the source.
    is_escape: bool,
    value: StrPart,
}

impl Part {
    /// Text as it stands in the source, whose line breaks and blanks lay it out.
    fn layout(&mut self) -> Option<&mut String> {
        match &mut self.value {
            StrPart::Text(text) if !self.is_escape => Some(text),
            _ => None,
        }
    }
}

impl<'t> Reader<'t> {
    pub(super) fn string(&mut self, node: Syntax<'t>) -> Vec<StrPart> {
        let Some(form) = node.first() else { return Vec::new() };
        let long = form.kind() == Rule::long_string;
        if form.has(Rule::unclosed_string) {
            self.unclosed_string(form, long);
        } else if !long && form.text().contains('\n') {
            self.string_over_lines(form);
        }
        let mut parts: Vec<Part> = form
            .children()
            .filter_map(|part| Some(Part { is_escape: part.kind() == Rule::escape, value: self.string_part(part)? }))
            .collect();
        if long {
            unindent(&mut parts, form.text());
        }
        join_texts(parts.into_iter().map(|part| part.value))
    }

    fn string_part(&mut self, part: Syntax<'t>) -> Option<StrPart> {
        match part.kind() {
            Rule::text | Rule::long_text => Some(StrPart::Text(part.text().replace("\r\n", "\n"))),
            Rule::escape => Some(StrPart::Text(self.escape(part))),
            Rule::interpolation => Some(StrPart::Expr(self.expr_in(part, Rule::expr))),
            Rule::bad_interpolation => {
                self.bad_interpolation(part);
                None
            }
            _ => None,
        }
    }

    fn escape(&mut self, node: Syntax<'t>) -> String {
        let text = node.text();
        let character = match text {
            "\\n" => Some('\n'),
            "\\t" => Some('\t'),
            "\\\"" => Some('"'),
            "\\\\" => Some('\\'),
            "\\{" => Some('{'),
            _ => text
                .strip_prefix("\\u{")
                .and_then(|rest| rest.strip_suffix('}'))
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .and_then(char::from_u32),
        };
        match character {
            Some(character) => character.to_string(),
            None => {
                self.unknown_escape(node);
                String::new()
            }
        }
    }

    /// A string where only text may stand: a title, a wire name, a path.
    pub(super) fn plain_string(&mut self, node: Syntax<'t>) -> String {
        let mut text = String::new();
        let mut computed: Option<Span> = None;
        for part in self.string(node) {
            match part {
                StrPart::Text(part) => text.push_str(&part),
                StrPart::Expr(expr) => computed = Some(expr.span),
            }
        }
        if let Some(span) = computed {
            self.computed_text(span, node.span());
        }
        text
    }

    /// `'text'` is reported and read as text.
    pub(super) fn single_quoted(&mut self, node: Syntax<'t>) -> Vec<StrPart> {
        self.single_quotes(node);
        let text = node.text().strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or_default();
        vec![StrPart::Text(text.to_string())]
    }
}

/// Takes the indentation of the closing quotes from every line, and the line breaks behind the opening quotes and before
/// the closing ones.
fn unindent(parts: &mut [Part], source: &str) {
    let inner = source.strip_suffix("\"\"\"").unwrap_or(source);
    let Some((_, indent)) = inner.rsplit_once('\n').filter(|(_, last)| last.chars().all(|c| matches!(c, ' ' | '\t'))) else { return };
    let mut line_start = false;
    for part in parts.iter_mut() {
        match part.layout() {
            Some(text) => *text = unindent_text(text, indent, &mut line_start),
            None => line_start = false,
        }
    }
    if let Some(first) = parts.first_mut().and_then(Part::layout)
        && let Some(rest) = first.strip_prefix('\n')
    {
        *first = rest.to_string();
    }
    if let Some(last) = parts.last_mut().and_then(Part::layout)
        && let Some(rest) = last.strip_suffix('\n')
    {
        *last = rest.to_string();
    }
}

fn unindent_text(text: &str, indent: &str, line_start: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let starts = number > 0 || *line_start;
        let stripped = if starts { without_indent(line, indent) } else { line };
        out.push_str(stripped);
    }
    *line_start = text.ends_with('\n');
    out
}

/// The line without as much of the indentation as it has.
fn without_indent<'l>(line: &'l str, indent: &str) -> &'l str {
    let common = line.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
    line.get(common..).unwrap_or(line)
}

fn join_texts(parts: impl Iterator<Item = StrPart>) -> Vec<StrPart> {
    let mut joined: Vec<StrPart> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (_, StrPart::Text(text)) if text.is_empty() => {}
            (Some(StrPart::Text(before)), StrPart::Text(text)) => before.push_str(&text),
            (_, part) => joined.push(part),
        }
    }
    joined
}
