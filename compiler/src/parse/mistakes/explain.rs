//! One broken place: what stands there, what could have stood there, and how it is written.

use super::{
    super::Reader,
    Broken, expected,
    places::{is_word, to_u32},
    probe_of,
    shapes::{shape, wait_arm_shape},
    values::unit_meant,
    words,
};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Expected, Rule, Span};

/// The words behind which a new name stands.
const DECLARING: &[&str] = &[
    "let",
    "var",
    "for",
    "step",
    "journey",
    "event",
    "type",
    "enum",
    "const",
    "fn",
    "channel",
    "message",
    "goal",
    "exit",
    "experiment",
    "variant",
    "branch",
    "segment",
    "trait",
];

/// Where reading stopped.
pub(super) struct Stop {
    /// Where the construct starts that could not be read to its end.
    pub(super) start: u32,
    /// What stands where it stopped; empty at the end.
    pub(super) found: Span,
    /// What stands before that.
    pub(super) last: Span,
    /// Whether the line ends before what was found.
    pub(super) at_line_end: bool,
    pub(super) words: Vec<String>,
    rules: Vec<Rule>,
}

impl Stop {
    /// Whether a whole value stands before, which could go on with an operator.
    pub(super) fn after_value(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::infix | Rule::head_infix | Rule::moment_infix))
    }
}

impl<'t> Reader<'t> {
    pub(super) fn explain(&mut self, broken: Broken<'t>) {
        let first = self.word_at(broken.node.span().start);
        if self.reserved_variant(broken, first)
            || self.no_brace(broken, first)
            || self.odd_quote(broken)
            || self.closing_mark(broken, first)
            || self.foreign_start(broken, first)
            || self.import(broken, first)
            || self.no_arm(broken, first)
            || self.other_statement(broken, first)
            || self.misplaced_word(broken, first)
            || self.no_such_clause(broken, first)
            || self.away_from_home(broken, first)
            || self.misspelled(broken, first)
        {
            return;
        }
        let stop = self.stop(broken, first);
        if self.left_open(broken, &stop)
            || self.other_form(broken, &stop)
            || self.instead(broken, &stop)
            || self.apart_from_unit(&stop)
            || self.one_digit_hour(&stop)
            || self.foreign(&stop)
            || self.foreign_mark(broken, &stop)
            || self.reserved(&stop)
            || self.near_word(&stop)
            || self.no_statement(broken, &stop)
        {
            return;
        }
        self.unexpected(broken, &stop);
    }

    /// Reads the broken part again to find where it goes wrong: from what stands before it, where it seems to belong to
    /// that, else from its own start.
    fn stop(&self, broken: Broken<'t>, first: Span) -> Stop {
        let span = broken.node.span();
        let whole = broken.before.filter(|before| self.belongs_to(broken, before.span(), first));
        let start = whole.map_or(span.start, |before| before.span().start);
        let broken = Broken { before: whole, ..broken };
        let slice = self.slice(self.span(start, span.end));
        let Expected { at, rules } =
            probe_of(broken).and_then(|rule| journey_grammar::probe(rule, slice)).unwrap_or(Expected { at: 0, rules: Vec::new() });
        let at = (start + to_u32(at)).max(if whole.is_some() { span.start } else { start });
        let at = self.skip_space(at).min(self.skip_space(span.end));
        let last = self.word_before(at);
        let mut words = expected::in_words(&rules, self.slice(self.word_at(start)), self.slice(last));
        if rules.contains(&Rule::EOI) {
            words.push(next_of(broken.node.kind()).to_string());
        }
        if self.lacks_brace(start, at, &rules) {
            words = vec!["`{`".to_string()];
        }
        let found = if at >= span.end { self.span(at, at) } else { self.word_at(at) };
        let at_line_end = found.start == found.end || self.breaks_between(last.end, at);
        Stop { start, found, last, at_line_end: at_line_end && at > start, words, rules }
    }

    /// Whether a broken part continues what stands before it, and does not start anew.
    fn belongs_to(&self, broken: Broken<'t>, before: Span, first: Span) -> bool {
        let word = self.slice(first);
        let starts_anew = words::STATEMENTS.contains(&word) && broken.node.kind() == Rule::error_stmt
            || words::TEST_STATEMENTS.contains(&word) && broken.node.kind() == Rule::error_test_stmt
            || words::CLAUSES.contains(&word) && broken.node.kind() == Rule::error_clause
            || broken.node.kind() == Rule::error_head;
        !starts_anew && self.goes_on(before, first)
    }

    /// Whether what could not be read goes on with what stands before it: on its line, or with a mark that starts nothing.
    pub(in super::super) fn goes_on(&self, before: Span, broken: Span) -> bool {
        const MARKS: &[char] = &['(', '[', '{', '.', ',', ')', ']', '+', '-', '*', '/', '%', '<', '>', '=', '!', '?', '&', '|'];
        !self.breaks_between(before.end, broken.start) || self.slice(self.word_at(broken.start)).starts_with(MARKS)
    }

    fn closing_mark(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let text = self.slice(first);
        let stray = text == "}" && broken.node.kind() == Rule::error_item;
        if stray {
            self.stray_close(first);
        }
        stray
    }

    /// The first word is none that can stand there, but near to one.
    fn misspelled(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let (place, candidates): (&str, Vec<&[&'static str]>) = match (broken.node.kind(), broken.parent.kind()) {
            (Rule::error_item, _) => ("a declaration", vec![words::ITEMS]),
            (Rule::error_stmt, Rule::journey_item) => ("a statement", vec![words::STATEMENTS, words::CLAUSES]),
            (Rule::error_stmt, _) | (Rule::error_arm, Rule::stmt_arm) => ("a statement", vec![words::STATEMENTS]),
            _ => return false,
        };
        let candidates: Vec<&'static str> = candidates.concat();
        let fresh = broken.before.is_none_or(|before| self.breaks_between(before.span().end, first.start));
        if candidates.contains(&word) || !word.starts_with(is_word) || !fresh {
            return false;
        }
        let head = broken.parent.kind() == Rule::journey_item && broken.node.kind() == Rule::error_stmt && !self.is_after_statement(broken);
        let said = || head.then(|| words::HEAD_SAID.iter().find(|(said, _)| *said == word).map(|(_, meant)| *meant)).flatten();
        let Some(meant) = said().or_else(|| words::meant(word, &candidates)) else { return false };
        let place = if words::CLAUSES.contains(&meant) && broken.node.kind() == Rule::error_stmt { "a clause" } else { place };
        self.report(
            Diagnostic::error("E0104", first, format!("`{word}` does not start {place}"), format!("did you mean `{meant}`?"))
                .help(format!("write `{meant}`"))
                .fix(format!("write `{meant}`"), first, meant),
        );
        true
    }

    /// `5 minutes` and `5 apples`: a number, and a word that is no operator.
    fn apart_from_unit(&mut self, stop: &Stop) -> bool {
        let (number, unit) = (self.slice(stop.last), self.slice(stop.found));
        let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '_');
        let word = unit.starts_with(char::is_alphabetic) && !words::STATEMENTS.contains(&unit) && !words::RESERVED.contains(&unit);
        // In a list it is more likely the comma that is missing.
        let listed = stop.words.iter().any(|word| word == "`,`") && unit_meant(unit).is_none();
        // `21:00 to`: the end of a time.
        let part = self.text.get(..stop.last.start as usize).is_some_and(|before| before.ends_with([':', '.', '-']));
        // `priority 3 of sales`
        let small = matches!(unit, "of" | "to" | "per" | "at" | "on" | "by" | "is" | "times" | "time" | "then");
        if !is_number || !word || small || stop.at_line_end || listed || part || stop.last.start < stop.start {
            return false;
        }
        self.unit_apart(stop.last, stop.found);
        true
    }

    /// `9:00`: times of day have two digits.
    fn one_digit_hour(&mut self, stop: &Stop) -> bool {
        let minutes = self.word_at(stop.found.end);
        let is_number = |span: Span| self.slice(span).chars().all(|c| c.is_ascii_digit()) && span.start < span.end;
        let is_time = self.slice(stop.found) == ":" && is_number(stop.last) && is_number(minutes) && stop.last.end == stop.found.start;
        if is_time {
            self.short_time(stop.last.to(minutes));
        }
        is_time
    }

    /// A reserved word where a name should stand.
    fn reserved(&mut self, stop: &Stop) -> bool {
        let word = self.slice(stop.found);
        let named = stop.rules.iter().any(|rule| {
            matches!(
                rule,
                Rule::ident | Rule::binder | Rule::label | Rule::name | Rule::event_path | Rule::event_pattern | Rule::enum_variant
            )
        });
        let only_name = stop
            .words
            .iter()
            .all(|word| matches!(word.as_str(), "a name" | "the name of an event" | "a channel" | "the name of a variant"));
        let variant = stop.words.iter().any(|word| word == "the name of a variant");
        let declares = variant || DECLARING.contains(&self.slice(self.word_at(stop.start))) || self.slice(stop.last) == "as";
        if !named || !only_name || !declares || !words::RESERVED.contains(&word) || stop.at_line_end {
            return false;
        }
        self.report_reserved(stop.found);
        true
    }

    /// `if CONDITION finish a`: a statement where the block of a head should begin.
    fn no_brace(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        if broken.node.kind() != Rule::error_stmt || !["if", "while", "for"].contains(&word) {
            return false;
        }
        let start = self.skip_space(first.end);
        let line = self.first_line(self.span(start, broken.node.span().end.max(start)));
        let Some(Expected { at, .. }) = journey_grammar::probe(Rule::probe_head, self.slice(line)) else { return false };
        let found = self.word_at(self.skip_space(start + to_u32(at)));
        if matches!(self.slice(found), "then" | ":" | "do") && found.end <= broken.node.span().end {
            let (mark, message) = (self.slice(found), "what is done stands in braces");
            self.report(
                Diagnostic::error("E0101", found, format!("{message}, not behind `{mark}`"), "`{` should stand here")
                    .help(format!("write `{word} … {{ … }}`")),
            );
            return true;
        }
        if found.start >= line.end
            || !words::STATEMENTS.contains(&self.slice(found))
            || word == "for" && self.slice(self.word_at(start)) == "("
        {
            return false;
        }
        let statement = self.span(found.start, line.end);
        let block = format!("{{ {} }}", self.slice(statement).trim_end());
        self.report(
            Diagnostic::error("E0101", found, format!("expected `{{` before `{}`", self.slice(found)), "the block begins here")
                .help(format!("what is done stands in braces: `{word} … {block}`"))
                .fix("put it into braces", statement, block),
        );
        true
    }

    /// A reserved word as the name of a variant.
    fn reserved_variant(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let is = broken.node.kind() == Rule::error_field && broken.parent.kind() == Rule::enum_item && words::RESERVED.contains(&word);
        if is {
            self.report_reserved(first);
        }
        is
    }

    fn report_reserved(&mut self, found: Span) {
        let word = self.slice(found);
        self.report(
            Diagnostic::error("E0117", found, format!("`{word}` is a word of the language"), "a name should stand here")
                .help(format!("choose another name, such as `{word}_value`; after a `.` and before a `:` every word is free")),
        );
    }

    /// A word that is nearly the one that should stand there: `vai` for `via`.
    fn near_word(&mut self, stop: &Stop) -> bool {
        let word = self.slice(stop.found);
        // These are words of their own, and no slips of the pen.
        let small = matches!(word, "at" | "by" | "to" | "is" | "if" | "in" | "of" | "on" | "or" | "an" | "a" | "it" | "no" | "so");
        if !word.starts_with(char::is_alphabetic) || stop.at_line_end || small {
            return false;
        }
        let near = stop.words.iter().filter_map(|expected| expected.strip_prefix('`')?.strip_suffix('`'));
        let near = near.filter(|expected| expected.len() > 1 && expected.chars().all(char::is_alphabetic));
        let Some(meant) = words::near(word, near) else { return false };
        self.report(
            Diagnostic::error("E0104", stop.found, format!("expected `{meant}`, found `{word}`"), format!("did you mean `{meant}`?"))
                .help(format!("write `{meant}`"))
                .fix(format!("write `{meant}`"), stop.found, meant),
        );
        true
    }

    /// A word that no statement starts with, and that is assigned nothing.
    fn no_statement(&mut self, broken: Broken<'t>, stop: &Stop) -> bool {
        let first = self.word_at(broken.node.span().start);
        let word = self.slice(first);
        let alone = stop.start == first.start && stop.last == first && stop.rules.contains(&Rule::assign_op);
        if !alone || !words::is_name(word) || words::STATEMENTS.contains(&word) {
            return false;
        }
        let message = format!("`{word}` does not start a statement");
        self.report(self.with_shape(Diagnostic::error("E0101", first, message, "no statement begins with this word"), broken, stop));
        true
    }

    fn unexpected(&mut self, broken: Broken<'t>, stop: &Stop) {
        let found = self.slice(stop.found);
        let known = !stop.words.is_empty() && stop.words.len() <= 4;
        let expected = expected::join(&stop.words);
        let mut diagnostic = match (known, stop.at_line_end) {
            (true, true) => {
                let message = format!("expected {expected} after `{}`", self.slice(stop.last));
                Diagnostic::error("E0101", stop.last, message, "something is missing after this")
            }
            (true, false) => {
                let message = format!("expected {expected}, found `{found}`");
                Diagnostic::error("E0101", stop.found, message, format!("{expected} should stand here"))
            }
            (false, true) => Diagnostic::error(
                "E0101",
                stop.last,
                format!("something is missing after `{}`", self.slice(stop.last)),
                "this is not complete",
            ),
            (false, false) => Diagnostic::error("E0101", stop.found, format!("`{found}` was not expected here"), "this cannot be read"),
        };
        if stop.words.iter().any(|word| matches!(word.as_str(), "`)`" | "`]`" | "`}`"))
            && let Some(open) = self.open_bracket(self.span(stop.start, stop.found.start))
        {
            diagnostic = diagnostic.and(open, "this is open");
        }
        self.report(self.with_shape(diagnostic, broken, stop));
    }

    /// With how the construct is written that was being read.
    fn with_shape(&self, diagnostic: Diagnostic, broken: Broken<'t>, stop: &Stop) -> Diagnostic {
        let keyword = self.word_at(stop.start);
        let in_test = broken.node.kind() == Rule::error_test_stmt;
        let shape = match (broken.node.kind(), broken.parent.kind()) {
            (Rule::error_field, Rule::fields) => Some("name: String` or `name: Int = 0"),
            (Rule::error_field, Rule::enum_item) => Some("gold` or `card { last4: String }"),
            (Rule::error_field, Rule::message_item) => Some("email { subject: \"…\", body: \"…\" }"),
            (Rule::error_field, Rule::message_variant) => Some("text: \"…\""),
            (Rule::error_arm, Rule::wait_any) => Some(wait_arm_shape(self.slice(keyword))),
            (Rule::error_arm, Rule::match_stmt) => Some("gold => …` or `_ => { … }"),
            _ if self.slice(stop.found) == "?" => Some("if CONDITION { a } else { b }"),
            _ if matches!(self.slice(self.word_at(self.skip_space(keyword.end))), "=" | "+=") => Some("x = VALUE"),
            _ => shape(self.slice(keyword), in_test),
        };
        match shape {
            Some(shape) => diagnostic.help(format!("it is written `{shape}`")),
            None => diagnostic.help(match broken.node.kind() {
                Rule::error_item => "a file holds declarations, such as `event`, `profile`, `message` and `journey`",
                Rule::error_stmt => "a statement starts with a word such as `wait`, `send`, `if` or `let`, or assigns as in `x = VALUE`",
                Rule::error_test_stmt => "a statement of a test starts with `event`, `advance`, `expect` or `profile`",
                _ => "look for a word or a mark that is missing or too much",
            }),
        }
    }
}

/// What follows a construct that is complete.
fn next_of(broken: Rule) -> &'static str {
    match broken {
        Rule::error_item => "the next declaration",
        Rule::error_clause | Rule::error_channel_clause => "the next clause",
        Rule::error_operation => "the next operation",
        Rule::error_field => "the next field",
        Rule::error_head => "`{`",
        Rule::error_arm => "the next arm",
        _ => "the next statement",
    }
}
