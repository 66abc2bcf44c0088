//! What stands between two values: signs and words of other languages, and comparisons that are half said.

use super::{super::Reader, Broken, explain::Stop, places::is_word};
use crate::diagnostics::Diagnostic;

impl<'t> Reader<'t> {
    /// `x is null`, `x between 1 and 3`, `x equals 3`
    pub(super) fn in_comparing(&self, stop: &Stop) -> Option<Diagnostic> {
        let (found, at) = (self.slice(stop.found), stop.found);
        let next = self.word_at(self.skip_space(at.end));
        let none = matches!(self.slice(next).to_lowercase().as_str(), "null" | "none" | "empty" | "nil");
        if !stop.after_value() {
            return None;
        }
        Some(match found.to_lowercase().as_str() {
            "is" if self.slice(next).eq_ignore_ascii_case("not") => {
                let whole = at.to(next);
                let third = self.word_at(self.skip_space(next.end));
                if matches!(self.slice(third).to_lowercase().as_str(), "null" | "none" | "empty" | "nil") {
                    let whole = at.to(third);
                    return Some(
                        Diagnostic::error(
                            "E0101",
                            whole,
                            "`is not` is written `!=`, and what is missing is `none`",
                            "write `!= none` here",
                        )
                        .help("write `!= none`")
                        .fix("write `!= none`", whole, "!= none"),
                    );
                }
                Diagnostic::error("E0101", whole, "`is not` is written `!=`", "write `!=` here")
                    .help("write `!=`; what is missing is `none`: `x != none`")
                    .fix("write `!=`", whole, "!=")
            }
            "is" if none => {
                Diagnostic::error("E0101", at.to(next), "`is` is written `==`, and what is missing is `none`", "write `== none` here")
                    .help("write `== none`")
                    .fix("write `== none`", at.to(next), "== none")
            }
            "is" if matches!(
                self.slice(next),
                "greater" | "less" | "more" | "larger" | "smaller" | "bigger" | "higher" | "lower" | "fewer"
            ) =>
            {
                let sign = if matches!(self.slice(next), "less" | "smaller" | "lower" | "fewer") { "<" } else { ">" };
                Diagnostic::error(
                    "E0101",
                    at.to(next),
                    format!("`is {} than` is written `{sign}`", self.slice(next)),
                    format!("write `{sign}` here"),
                )
                .help(format!("write `x {sign} y`"))
            }
            "is" if matches!(self.slice(next), "set" | "there" | "known" | "present" | "filled" | "defined") => {
                Diagnostic::error("E0101", at.to(next), format!("`is {}` is written `!= none`", self.slice(next)), "write `!= none` here")
                    .help("write `!= none`")
                    .fix("write `!= none`", at.to(next), "!= none")
            }
            word @ ("is" | "equals" | "eq") => Diagnostic::error("E0101", at, format!("`{word}` is written `==`"), "write `==` here")
                .help("values are compared with `==`, `!=`, `<`, `<=`, `>` and `>=`")
                .fix("write `==`", at, "=="),
            word @ ("between" | "from") => Diagnostic::error("E0101", at, format!("there is no `{word}`"), "this compares nothing")
                .help("write `x >= 1 and x <= 3`, or `x in 1..4`, which has not the 4"),
            word @ ("like" | "matches" | "contains" | "includes" | "startswith" | "ilike") => {
                Diagnostic::error("E0101", at, format!("`{word}` does not stand between two values"), "this compares nothing")
                    .help("write `x.contains(\"…\")`, `x.starts_with(\"…\")` or `x.ends_with(\"…\")`")
            }
            "=>" if matches!(self.slice(self.word_at(stop.start)), "if" | "while" | "exit" | "goal" | "enter" | "wait" | "segment") => {
                Diagnostic::error("E0105", at, "`=>` is written `>=`", "write `>=` here").help("write `>=`").fix("write `>=`", at, ">=")
            }
            "is_empty" | "empty" | "exists" | "isempty" => {
                Diagnostic::error("E0101", at, format!("`{found}` does not stand behind a value"), "this compares nothing")
                    .help("write `x == none` for what is missing, `x.is_empty()` for an empty text or list")
            }
            "if" | "when" | "unless" => {
                Diagnostic::error("E0101", at, "a condition stands before what depends on it", "this comes too late")
                    .help("write `if CONDITION { … }` around it")
            }
            "&" => Diagnostic::error("E0101", at, "`&` joins nothing", "this mark can't stand here")
                .help("put values into a text, as in `\"{first} {last}\"`; two conditions are joined by `and`"),
            "|" => Diagnostic::error("E0101", at, "`|` joins nothing", "this mark can't stand here")
                .help("one of two conditions is `a or b`; a fallback for what is missing is `x ?? \"you\"`"),
            "eur" | "usd" | "gbp" | "euro" | "euros" | "dollar" | "dollars" | "percent" => {
                let gap = self.span(stop.last.end, at.end);
                Diagnostic::error("E0101", at, "an amount is a plain number", "a currency has no sign here")
                    .help(format!("write `{}`", self.slice(stop.last)))
                    .fix(format!("remove `{}`", self.slice(at)), gap, "")
            }
            _ => return None,
        })
    }

    /// `x > 5 and < 10`, `x in (1, 2)`
    pub(super) fn half_said(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (last, found, at) = (self.slice(stop.last), self.slice(stop.found), stop.found);
        let read = self.slice(self.span(stop.start.min(at.start), at.start)).trim_end();
        if matches!(last, "and" | "or") && matches!(found, "<" | "<=" | ">" | ">=" | "==" | "!=") {
            let before = read.trim_end_matches(last).trim_end();
            let compared = before.trim_end_matches(|c| is_operand(c) || c == ' ').trim_end_matches(['<', '>', '=', '!']).trim_end();
            let start = compared.trim_end_matches(is_operand).len();
            let subject = compared.get(start..).filter(|subject| !subject.is_empty() && !subject.starts_with('.')).unwrap_or("x");
            let value = self.slice(self.word_at(self.skip_space(at.end)));
            return Some(
                Diagnostic::error("E0101", at, format!("what is it that is `{found} {value}`?"), "a value should stand before this")
                    .help(format!("each side of `{last}` is a question of its own: write `{last} {subject} {found} {value}`"))
                    .fix(format!("write `{subject}`"), at, format!("{subject} {found}")),
            );
        }
        let open = self.open_bracket(self.span(stop.start, at.start))?;
        let before = self.slice(self.word_before(open.start));
        (found == "," && self.slice(open) == "(" && matches!(before, "in" | "=" | "==")).then(|| {
            let inside = self.slice(self.rest_of(open.end, broken)).split(')').next().unwrap_or("").trim();
            Diagnostic::error("E0101", open, "a list stands in square brackets", "this bracket holds one value alone")
                .help(format!("write `[{inside}]`"))
        })
    }
}

/// What a path or a number is made of.
fn is_operand(c: char) -> bool {
    is_word(c) || matches!(c, '.' | '?')
}
