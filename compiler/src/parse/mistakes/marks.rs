//! Marks that mean something elsewhere: curly quotes, currencies, commas and hyphens.

use super::{super::Reader, Broken, explain::Stop, words};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

impl<'t> Reader<'t> {
    /// A mark where reading stopped that tells what was meant.
    pub(super) fn foreign_mark(&mut self, broken: Broken<'t>, stop: &Stop) -> bool {
        if stop.at_line_end {
            return false;
        }
        let found = self.slice(stop.found);
        let wants = |what: &str| stop.words.iter().any(|word| word == what);
        let diagnostic = match found.chars().next() {
            Some('“' | '”' | '„' | '«' | '‘' | '’') => Some(self.curly_quote(stop.found)),
            Some('`') => Some(
                Diagnostic::error("E0116", stop.found, "a text stands in straight double quotes", "this is another quote")
                    .help("write `\"` on both sides, and values in braces: `\"Hello {name}\"`"),
            ),
            Some('$' | '€' | '£' | '¥') if wants("a value") => Some(self.currency(stop.found)),
            Some('.') if wants("a value") => self.bare_fraction(stop.found),
            Some(',') => self.comma(stop),
            Some('{') if wants("a value") => self.braces_for_brackets(stop.found),
            Some('-') => self.hyphen(stop),
            Some('0'..='9') if self.slice(stop.last) == "." && found.chars().all(|c| c.is_ascii_digit()) => Some(
                Diagnostic::error("E0101", stop.found, "this is no number and no date", "a second point cannot follow so")
                    .help("a date is written year first, as in `2026-11-22`; a number has one point: `1000.50`"),
            ),
            Some('0'..='9') if wants("a name") => Some(digit_first(found, stop.found)),
            _ => None,
        };
        let case = |reader: &Self| {
            (reader.slice(stop.last) == "case" && broken.parent.kind() == Rule::match_stmt).then(|| {
                Diagnostic::error("E0101", stop.last, "an arm begins with its pattern", "`case` can't stand here")
                    .help(format!("write `{found} => …`"))
            })
        };
        match diagnostic.or_else(|| case(self)) {
            Some(diagnostic) => {
                self.report(diagnostic);
                true
            }
            None => false,
        }
    }

    /// `import "x"` and its like, where a declaration should stand.
    pub(super) fn import(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let is_import = broken.node.kind() == Rule::error_item && matches!(word, "import" | "include" | "use" | "require" | "from");
        if is_import {
            let message = format!("there is no `{word}`: files need not name each other");
            self.report(
                Diagnostic::error("E0101", first, message, "this word can't stand here")
                    .help("remove it: all `.journey` files below a `journey.toml` are one program"),
            );
        }
        is_import
    }

    /// What stands directly behind.
    fn rest_of_line(&self, from: u32) -> &'t str {
        self.text.get(from as usize..).and_then(|rest| rest.lines().next()).unwrap_or("")
    }

    fn curly_quote(&self, open: Span) -> Diagnostic {
        let closing = self.rest_of_line(open.end).find(['”', '“', '»', '’', '‘']);
        let diagnostic = Diagnostic::error("E0116", open, "a text stands in straight double quotes", "this is a typographic quote");
        match closing {
            Some(length) => {
                let text = self.rest_of_line(open.end).get(..length).unwrap_or("");
                diagnostic.help(format!("write `\"{text}\"`"))
            }
            None => diagnostic.help("write `\"` on both sides"),
        }
    }

    fn currency(&self, sign: Span) -> Diagnostic {
        let amount: String = self.rest_of_line(sign.end).chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let diagnostic = Diagnostic::error("E0101", sign, "an amount is a plain number", "a currency has no sign here");
        if amount.is_empty() {
            let value = Diagnostic::error("E0101", sign, "a value has no sign before it", "this mark can't stand here");
            value.help("write its name alone, as in `profile.email`; in a text it stands in braces: `\"Hello {name}\"`")
        } else {
            diagnostic.help(format!("write `{amount}`")).fix("remove the sign", sign, "")
        }
    }

    fn bare_fraction(&self, point: Span) -> Option<Diagnostic> {
        let digits: String = self.rest_of_line(point.end).chars().take_while(char::is_ascii_digit).collect();
        (!digits.is_empty()).then(|| {
            Diagnostic::error("E0101", point, "a fraction begins with a digit", "a digit should stand before the point")
                .help(format!("write `0.{digits}`"))
                .fix(format!("write `0.{digits}`"), point, "0.")
        })
    }

    /// `1,000` and `wait 1h,`.
    fn comma(&self, stop: &Stop) -> Option<Diagnostic> {
        let before = self.slice(stop.last);
        let after: String = self.rest_of_line(stop.found.end).chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let thousands = after.split('.').next().is_some_and(|whole| whole.len() == 3);
        if before.chars().all(|c| c.is_ascii_digit()) && thousands && stop.last.end == stop.found.start {
            let number = format!("{before}_{after}");
            return Some(
                Diagnostic::error("E0101", stop.found, "a comma does not group digits", "the number ends before this")
                    .help(format!("write `{number}`, or without a mark"))
                    .fix(format!("write `{number}`"), stop.found, "_"),
            );
        }
        let is_number = !before.is_empty() && before.chars().all(|c| c.is_ascii_digit());
        let whole = !self.text.get(..stop.last.start as usize).is_some_and(|head| head.ends_with('.'));
        if is_number && whole && !after.is_empty() && stop.last.end == stop.found.start && stop.after_value() {
            return Some(
                Diagnostic::error("E0101", stop.found, "a fraction is written with a point", "the number ends before this")
                    .help(format!("write `{before}.{after}`"))
                    .fix(format!("write `{before}.{after}`"), stop.found, "."),
            );
        }
        let next =
            stop.words.iter().find_map(|word| word.strip_prefix("the next ")).filter(|next| matches!(*next, "statement" | "clause"))?;
        Some(
            Diagnostic::error("E0101", stop.found, "statements are not parted by commas", "this mark can't stand here")
                .help(format!("remove the `,`: each {next} begins on a line of its own"))
                .fix("remove the comma", stop.found, ""),
        )
    }

    fn braces_for_brackets(&self, open: Span) -> Option<Diagnostic> {
        let inside = self.rest_of_line(open.end).split('}').next().unwrap_or("").trim();
        let is_map = inside.contains(':');
        let what = if is_map { "a map" } else { "a list" };
        (inside.starts_with(|c: char| c == '"' || c.is_ascii_digit())).then(|| {
            Diagnostic::error("E0101", open, format!("{what} stands in square brackets"), "this brace begins no value")
                .help(format!("write `[{inside}]`"))
        })
    }

    fn hyphen(&self, stop: &Stop) -> Option<Diagnostic> {
        let (before, after) = (self.slice(stop.last), self.word_at(stop.found.end));
        let touches = stop.last.end == stop.found.start && after.start == stop.found.end;
        let declares = !stop.words.iter().any(|word| word == "a value") && words::is_name(before) && words::is_name(self.slice(after));
        (touches && declares).then(|| {
            let better = format!("{before}_{}", self.slice(after));
            Diagnostic::error("E0101", stop.found, "a name has no hyphen", "the name ends before this")
                .help(format!("write `{better}`"))
                .fix(format!("write `{better}`"), stop.found, "_")
        })
    }
}

/// `2nd_visit`
fn digit_first(found: &str, span: Span) -> Diagnostic {
    let digits = found.len() - found.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, name) = found.split_at(digits);
    let ordinal = ["st_", "nd_", "rd_", "th_"].iter().find_map(|ending| name.strip_prefix(ending));
    let name = ordinal.unwrap_or(name).trim_matches('_');
    let diagnostic = Diagnostic::error("E0101", span, "a name begins with a letter", "this begins with a digit");
    let name = if name.is_empty() { "x" } else { name };
    diagnostic.help(format!("write a name such as `{name}_{number}`"))
}
