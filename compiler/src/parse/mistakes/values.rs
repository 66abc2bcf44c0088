//! Numbers, times and strings that do not exist.

use super::{super::Reader, calendar::on_the_clock};
use crate::diagnostics::Diagnostic;
use journey_grammar::{MAX_NESTING, MAX_SOURCE_BYTES, Refusal, Rule, Span, Syntax};

const UNITS: &str = "`ms` `s` `m` `h` `d` `w`";
const LONG_UNITS: &str = "months and years differ in length: write days, as in `30d`, or count from a date with `plus_months(n)`";

/// Whether a time is in the calendar, and beyond what a time can hold.
fn is_past_the_last(text: &str) -> bool {
    text.starts_with("9999-12-3") && text.get(..19).is_some_and(|civil| civil.parse::<jiff::civil::DateTime>().is_ok())
}

impl<'t> Reader<'t> {
    pub(in super::super) fn refused(&mut self, refusal: Refusal) {
        let diagnostic = match refusal {
            Refusal::TooLarge { bytes } => {
                let limit = MAX_SOURCE_BYTES / (1024 * 1024);
                let message = format!("this file has {bytes} bytes, more than the {limit} MiB that a source file may have");
                Diagnostic::error("E0121", self.span(0, 0), message, "the file starts here")
                    .help("check that this is a journey and no data, or share it out over several files")
            }
            Refusal::TooDeep { at, outermost } => {
                let message = format!("more than {MAX_NESTING} brackets stand in one another here");
                let inner = self.character_at(at);
                let diagnostic = Diagnostic::error("E0120", inner, message, "this one is too deep");
                let diagnostic =
                    if outermost < at { diagnostic.and(self.character_at(outermost), "the outermost opens here") } else { diagnostic };
                diagnostic.help("name inner parts with `let`, or move them into a `fn`")
            }
        };
        self.report(diagnostic);
    }

    pub(in super::super) fn nested_too_deep(&mut self, at: Span) {
        if std::mem::replace(&mut self.too_deep, true) {
            return;
        }
        let first = self.first_line(at);
        self.report(
            Diagnostic::error("E0120", first, "this is nested too deep, or has too many parts in a row", "it starts here")
                .help("name parts of it with `let`, or move them into a `fn`"),
        );
    }

    pub(in super::super) fn bad_number(&mut self, node: Syntax<'t>) {
        let text = node.text();
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_')).len();
        let (number, unit) = text.split_at(digits);
        let number = number.trim_end_matches(['_', '.']);
        let mut diagnostic = if unit.is_empty() {
            Diagnostic::error("E0110", node.span(), format!("`{text}` is not a number"), "a `_` stands between two digits")
        } else {
            let message = format!("`{unit}` is not a unit of time");
            Diagnostic::error("E0110", node.span(), message, "a number directly followed by letters is a duration")
        };
        if let Some(time) = matches!(unit.to_lowercase().as_str(), "am" | "pm").then(|| on_the_clock(text)).flatten() {
            self.report(
                Diagnostic::error("E0111", node.span(), format!("`{text}` is not a time of day"), "a time of day goes from 00:00 to 23:59")
                    .help(format!("write `{time}`"))
                    .fix(format!("write `{time}`"), node.span(), time),
            );
            return;
        }
        let power = unit.strip_prefix(['e', 'E']).is_some_and(|power| !power.is_empty() && power.chars().all(|c| c.is_ascii_digit()));
        if power || unit.starts_with(['x', 'X']) && number == "0" {
            let diagnostic =
                Diagnostic::error("E0110", node.span(), format!("`{text}` is not a number"), "numbers are written out in full");
            return self.report(diagnostic.help("write all digits, as in `1_000_000`"));
        }
        let meant = unit_meant(unit);
        let long = matches!(unit.to_lowercase().trim_end_matches('s'), "mo" | "month" | "y" | "yr" | "year");
        diagnostic = match meant {
            Some(unit) => diagnostic.help(format!("write `{number}{unit}`; the units are {UNITS}, as in `1h30m`")).fix(
                format!("write `{number}{unit}`"),
                node.span(),
                format!("{number}{unit}"),
            ),
            None if long => diagnostic.help(LONG_UNITS),
            None => diagnostic.help(format!("the units are {UNITS}, as in `1h30m`")),
        };
        self.report(diagnostic);
    }

    pub(in super::super) fn spaced_duration(&mut self, node: Syntax<'t>) {
        if node.text().contains('.') {
            return self.bad_fraction(node);
        }
        let number = self.word_at(node.span().start);
        self.unit_apart(number, self.word_at(self.skip_space(number.end)));
    }

    /// `5 minutes`: the unit stands apart from its number.
    pub(super) fn unit_apart(&mut self, number: Span, unit: Span) {
        let (digits, word) = (self.slice(number), self.slice(unit));
        let whole = number.to(unit);
        let diagnostic =
            Diagnostic::error("E0110", whole, format!("`{digits} {word}` is not a duration"), "a number and a word that is no unit")
                .help(format!("write number and unit together; the units are {UNITS}, as in `1h30m`"));
        self.report(match unit_meant(word) {
            Some(unit) => diagnostic.help(format!("write `{digits}{unit}`; the units are {UNITS}")).fix(
                format!("write `{digits}{unit}`"),
                whole,
                format!("{digits}{unit}"),
            ),
            None if matches!(word.trim_end_matches('s'), "month" | "year") => diagnostic.help(LONG_UNITS),
            None => diagnostic,
        });
    }

    pub(in super::super) fn out_of_range(&mut self, span: Span, kind: Rule) {
        let text = self.slice(span);
        let (what, help) = match kind {
            Rule::decimal => ("a Decimal", "a Decimal goes up to 9,223,372,036,854.775807"),
            Rule::duration => ("a Duration", "a Duration goes up to about 292 million years"),
            _ => ("an Int", "an Int goes up to 9,223,372,036,854,775,807"),
        };
        self.report(
            Diagnostic::error("E0112", span, format!("`{text}` is too large for {what}"), "this number is out of range").help(help),
        );
    }

    pub(in super::super) fn share_too_fine(&mut self, span: Span) {
        let text = self.slice(span);
        self.report(
            Diagnostic::error("E0113", span, format!("the share `{text}` has more than two decimals"), "this is finer than a share can be")
                .help("round it to hundredths of a per cent, as in `33.33%`, and give one variant the `rest`"),
        );
    }

    pub(in super::super) fn share_too_large(&mut self, span: Span) {
        let text = self.slice(span);
        self.report(
            Diagnostic::error("E0112", span, format!("a share of `{text}` is more than everyone"), "a share lies between 0% and 100%")
                .help("write shares that sum to 100%"),
        );
    }

    pub(in super::super) fn impossible_moment(&mut self, node: Syntax<'t>, complete: bool) {
        let text = node.text();
        let diagnostic = match node.kind() {
            Rule::date => Diagnostic::error("E0111", node.span(), format!("there is no day `{text}`"), "this date is not in the calendar")
                .help("write year, month and day, as in `2026-11-22`"),
            Rule::local_time => {
                Diagnostic::error("E0111", node.span(), format!("there is no time of day `{text}`"), "the clock does not show this")
                    .help("times of day go from `00:00` to `23:59:59`")
            }
            _ if complete && is_past_the_last(text) => {
                Diagnostic::error("E0111", node.span(), format!("`{text}` is later than any time"), "times end with the year 9999")
                    .help("write an earlier one: the last is `9999-12-30T22:00:00Z`; for no end at all, make the field optional")
            }
            _ if complete => {
                Diagnostic::error("E0111", node.span(), format!("there is no moment `{text}`"), "this time is not in the calendar")
                    .help("write a time such as `2026-11-22T09:00:00Z` or `2026-11-22T09:00:00+01:00`")
            }
            _ => Diagnostic::error("E0111", node.span(), format!("`{text}` does not say in which zone"), "an instant needs its offset")
                .help("end it with `Z` for UTC, or with an offset such as `+09:00`"),
        };
        self.report(diagnostic);
    }

    pub(super) fn short_time(&mut self, span: Span) {
        let text = self.slice(span);
        let diagnostic =
            Diagnostic::error("E0111", span, format!("`{text}` is not a time of day"), "hours and minutes have two digits each");
        let full = format!("0{text}");
        self.report(match full.len() {
            5 => diagnostic.help(format!("write `{full}`")).fix(format!("write `{full}`"), span, full),
            _ => diagnostic.help("write it as in `09:00`"),
        });
    }

    pub(in super::super) fn no_window(&mut self, span: Span) {
        self.report(
            Diagnostic::error("E0101", span, "a window has a start and an end", "this is a single value")
                .help("write both with `..` between, as in `wait until within 08:00..20:00`"),
        );
    }

    pub(in super::super) fn unclosed_string(&mut self, node: Syntax<'t>, long: bool) {
        let quotes = if long { "\"\"\"" } else { "\"" };
        let opening = self.span(node.span().start, node.span().start + if long { 3 } else { 1 });
        let message = if long { "this text is never closed" } else { "this text is not closed on its line" };
        let diagnostic = Diagnostic::error("E0102", opening, message, "it opens here").help(format!("close it with `{quotes}`"));
        self.report(if long { diagnostic } else { diagnostic.fix("close the text", node.span().after(), quotes) });
    }

    pub(in super::super) fn string_over_lines(&mut self, node: Syntax<'t>) {
        let opening = self.span(node.span().start, node.span().start + 1);
        self.report(
            Diagnostic::error("E0102", opening, "this text is not closed on its line", "it opens here")
                .help("close it with `\"` on this line; a text in `\"\"\"` may span lines"),
        );
    }

    pub(in super::super) fn unknown_escape(&mut self, node: Syntax<'t>) {
        let text = node.text();
        let message = if text.starts_with("\\u") { format!("`{text}` is not a character") } else { format!("`{text}` stands for nothing") };
        let diagnostic = Diagnostic::error("E0114", node.span(), message, "`\\` gives the character after it a meaning")
            .help("write `\\n` for a new line, `\\t` for a tab, `\\\"`, `\\\\`, `\\{`, or `\\u{1F600}`; a `\\` itself is `\\\\`");
        self.report(if text == "\\'" { diagnostic.fix("write `'`", node.span(), "'") } else { diagnostic });
    }

    pub(in super::super) fn bad_interpolation(&mut self, node: Syntax<'t>) {
        let text = node.text();
        let message = if text == "{}" { "nothing stands between these braces" } else { "what stands after this `{` cannot be read" };
        let help = if text.starts_with("{%") {
            "a text chooses by `{if x > 1 { \"many\" } else { \"one\" }}`; `{% … %}` stands in a file: `body: file \"offer.html\"`"
        } else if text.contains('|') {
            "in a text stand methods: `{name.upper()}`, `{total.fixed(2)}`, and `{name ?? \"there\"}` for a fallback"
        } else if text == "{" || text.starts_with("{{") {
            "one pair of braces puts a value in, as in `{profile.first_name}`; `\\{` is the brace itself"
        } else {
            "write a value, as in `{profile.first_name}`, or `\\{` for the brace itself"
        };
        self.report(Diagnostic::error("E0115", node.span(), message, "`{` in a text opens a value that is put in").help(help));
    }

    pub(in super::super) fn computed_text(&mut self, expr: Span, whole: Span) {
        self.report(
            Diagnostic::error("E0115", expr, "a value cannot be put into this text", "this is known only while the journey runs")
                .and(whole, "this text is part of the program")
                .help("write the text out; `\\{` is the brace itself"),
        );
    }

    pub(in super::super) fn single_quotes(&mut self, node: Syntax<'t>) {
        let inner = node.text().trim_matches('\'').replace('"', "\\\"");
        self.report(
            Diagnostic::error("E0116", node.span(), "a text stands in double quotes", "these are single quotes")
                .help("write `\"` on both sides")
                .fix("write double quotes", node.span(), format!("\"{inner}\"")),
        );
    }
}

/// The unit that a word means.
pub(super) fn unit_meant(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" | "dd" => "d",
        "w" | "wk" | "week" | "weeks" => "w",
        "ms" | "millis" | "msec" | "millisecond" | "milliseconds" => "ms",
        _ => return None,
    })
}
