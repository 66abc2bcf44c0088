//! Constructs that are nearly right: what was written in the place of a word or a value, and how it is said.

use super::{
    super::Reader,
    Broken,
    explain::Stop,
    places::{is_word, to_u32},
    words,
};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

impl<'t> Reader<'t> {
    /// What is said in another form where reading stopped.
    pub(super) fn other_form(&mut self, broken: Broken<'t>, stop: &Stop) -> bool {
        let (start, last, found) = (self.slice(self.word_at(stop.start)), self.slice(stop.last), self.slice(stop.found));
        if stop.at_line_end {
            return false;
        }
        let diagnostic = self
            .of_entry(start, last, found, stop)
            .or_else(|| self.of_value(last, found, stop))
            .or_else(|| self.of_call(broken, stop))
            .or_else(|| self.of_clause(broken, stop))
            .or_else(|| self.of_expectation(broken, stop))
            .or_else(|| self.of_setting(broken, stop));
        let Some(diagnostic) = diagnostic else { return false };
        self.report(diagnostic);
        true
    }

    /// `enter when …`, `enter visit`, `enter on visit if …`
    fn of_entry(&self, start: &str, last: &str, found: &str, stop: &Stop) -> Option<Diagnostic> {
        let wants = |what: &str| stop.words.iter().any(|word| word == what);
        let at = stop.found;
        Some(match (last, found) {
            ("enter", "when" | "if" | "where") => {
                Diagnostic::error("E0101", at, "a journey begins with an event, with a segment or at a time", "this would be a condition")
                    .help("give the condition a name outside of the journey, `segment NAME = CONDITION`, and write `enter on segment NAME`")
            }
            ("enter", "at") => {
                Diagnostic::error("E0101", at, "how often does this happen?", "a time of day alone does not say on which days")
                    .help("write `enter every day at 09:00`")
                    .fix("write `every day at`", at, "every day at")
            }
            ("enter", "segment") => Diagnostic::error("E0101", at, "`on` is missing after `enter`", "`on` should stand before this")
                .help("write `enter on segment NAME`")
                .fix("write `on`", at, "on segment"),
            ("enter", "event") => Diagnostic::error("E0101", at, "an event is named behind `on`", "this word can't stand here")
                .help("write `enter on EVENT`")
                .fix("write `on`", at, "on"),
            ("enter", name) if words::is_name(name) && !self.is_followed_by_name(at) => {
                Diagnostic::error("E0101", at, "`on` is missing after `enter`", "`on` should stand before this")
                    .help(format!("write `enter on {name}`"))
                    .fix("write `on`", at, format!("on {name}"))
            }
            (_, "when" | "if" | "with" | "having")
                if wants("`where`") && matches!(start, "enter" | "goal" | "exit" | "wait" | "on" | "trait") =>
            {
                Diagnostic::error(
                    "E0104",
                    at,
                    format!("which events count is said with `where`, not with `{found}`"),
                    "a condition follows",
                )
                .help("write `where`")
                .fix("write `where`", at, "where")
            }
            (_, "if") if start == "exit" => Diagnostic::error("E0104", at, "expected `on` or `when`, found `if`", "did you mean `when`?")
                .help("write `when`")
                .fix("write `when`", at, "when"),
            _ => return None,
        })
    }

    /// Whether another name stands behind, on the same line.
    fn is_followed_by_name(&self, at: Span) -> bool {
        let next = self.word_at(self.skip_space(at.end));
        words::is_name(self.slice(next)) && !self.breaks_between(at.end, next.start)
    }

    /// A statement where a value should stand: `let won = race { … }`, `let x = wait for …`
    fn of_value(&self, last: &str, found: &str, stop: &Stop) -> Option<Diagnostic> {
        let name = self.slice(self.word_at(self.skip_space(self.word_at(stop.start).end)));
        // `race { … }` and `wait for …` were read as a name, or as the start of a record.
        let (at, word) = if last == "=" { (stop.found, found) } else { self.first_of_value(stop)? };
        let help = match word {
            "race" | "parallel" | "experiment" | "loop" | "try" => format!(
                "write `{word}` as a statement of its own; what came of it is kept in a field of the profile, or said with `finish`"
            ),
            "wait" => format!("write `wait for EVENT as {name}`: the event has that name from there on"),
            "emit" | "start" => format!("write `{word}` as a statement of its own"),
            "await" => "write `call SERVICE.OPERATION(…)`: every call is waited for".to_string(),
            "new" => "write the type and its fields: `CartItem { sku: \"A\" }`".to_string(),
            _ => return None,
        };
        Some(Diagnostic::error("E0101", at, format!("`{word}` gives no value"), "a value should stand here").help(help))
    }

    /// The word that stands behind the `=` of a `let` or an assignment.
    fn first_of_value(&self, stop: &Stop) -> Option<(Span, &'t str)> {
        let head = self.slice(self.span(stop.start, stop.found.start));
        let equals = head.find('=').filter(|at| !head[at + 1..].starts_with(['=', '>']))?;
        let at = self.skip_space(stop.start + super::places::to_u32(equals) + 1);
        let span = self.word_at(at);
        (span.end <= stop.found.start).then(|| (span, self.slice(span)))
    }

    /// `call … else { … }`, `call … catch e { … }`, `loyalty.points(…)` without its `call`
    fn of_call(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (last, found) = (self.slice(stop.last), self.slice(stop.found));
        let read = self.slice(self.span(stop.start, stop.found.start));
        let calls = read.starts_with("call ") || read.contains("= call ");
        if calls && last == "else" && found == "{" && !self.starts_fields(stop.found) {
            let message = "`else` behind a call gives a value, and does nothing else";
            return Some(Diagnostic::error("E0101", stop.found, message, "this is a block of statements").help(
                "write a value, as in `call … else 0`; to do something where the call fails write `try { … } catch e { … }` around it",
            ));
        }
        if matches!(broken.node.kind(), Rule::error_stmt | Rule::error_arm) && found == "(" && stop.start == broken.node.span().start {
            let name = read.trim();
            let is_path = name.split('.').count() == 2 && name.split('.').all(is_plain_name);
            let at = self.word_at(stop.start);
            if let Some(diagnostic) = self.of_method(name, self.span(at.start, at.start + to_u32(name.len()))) {
                return Some(diagnostic);
            }
            if is_path {
                return Some(
                    Diagnostic::error("E0101", at, "`call` is missing before this", "the operation of a service is called")
                        .help(format!("write `call {name}(…)`"))
                        .fix("write `call`", at, format!("call {}", self.slice(at))),
                );
            }
            if is_plain_name(name) && !words::STATEMENTS.contains(&name) {
                return Some(Diagnostic::error("E0101", at, format!("`{name}(…)` is no statement"), "this does not say what to do").help(format!(
                    "write `send {name}(…) via CHANNEL` for a message, `start {name}(…)` for a journey, `call SERVICE.{name}(…)` for a service, or `let x = {name}(…)` for a value"
                )));
            }
        }
        None
    }

    /// `quiet 21:00 to 08:00`, `cap 3 a week`, `cap 3/7d`, `subject: "…"` of no channel
    fn of_clause(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (start, found, at) = (self.slice(self.word_at(stop.start)), self.slice(stop.found), stop.found);
        let rest = self.slice(self.span(at.end, broken.node.span().end.max(at.end)));
        Some(match (start, found) {
            ("quiet", "to" | "until" | "till" | "and" | "-" | "–" | "from" | "between") => {
                Diagnostic::error("E0101", at, "from when to when is written with `..`", "this is no part of a range")
                    .help("write it as in `quiet 21:00..08:00`")
            }
            ("quiet", _) if matches!(self.slice(stop.last), "from" | "between") => {
                Diagnostic::error("E0101", stop.last, "from when to when is written with `..`", "this word can't stand here")
                    .help("write it as in `quiet 21:00..08:00`")
            }
            ("cooldown", _) if matches!(self.slice(stop.last), "of" | "for") => {
                let word = self.slice(stop.last);
                Diagnostic::error("E0101", stop.last, format!("`cooldown` needs no `{word}`"), "this word can't stand here")
                    .help(format!("write `cooldown {found}`"))
                    .fix(format!("remove `{word}`"), self.span(stop.last.start, at.start), "")
            }
            ("cap", "a" | "every" | "each" | "/" | "in" | "an") => {
                Diagnostic::error("E0101", at, format!("expected `per`, found `{found}`"), "`per` should stand here")
                    .help("write how many in which length of time: `cap 3 per 7d`")
                    .fix("write `per`", at, if found == "/" { " per " } else { "per" })
            }
            ("retry", "times" | "time") if broken.node.kind() == Rule::error_option => self.no_times(at),
            (_, ":") if broken.node.kind() == Rule::error_field && broken.parent.kind() == Rule::message_item => {
                let field = self.slice(stop.last);
                Diagnostic::error(
                    "E0101",
                    stop.last,
                    format!("over which channel does this `{field}` go?"),
                    "the content of a message stands in the braces of a channel",
                )
                .help(format!("write `email {{ {field}:{} }}`", rest.trim_end_matches(',').trim_end()))
            }
            ("segment", "{") => Diagnostic::error("E0101", at, "a segment is a condition, not a block", "`=` should stand here")
                .help("write `segment NAME = CONDITION`"),
            ("segment", "where" | "when" | "if") => {
                Diagnostic::error("E0101", at, format!("a segment needs no `{found}`"), "the condition stands right behind the `=`")
                    .help("write `segment NAME = CONDITION`")
                    .fix(format!("remove `{found}`"), at, "")
            }
            ("segment", ":") => Diagnostic::error("E0101", at, "a segment has no type", "`=` should stand here")
                .help("write `segment NAME = CONDITION`: it is always a `Bool`"),
            ("trait", "where") => {
                Diagnostic::error("E0101", at, "which events count is said inside the parentheses", "this stands behind them")
                    .help("write `count(EVENT as x where CONDITION) over 90d`")
            }
            ("trait", "for" | "in" | "within" | "during") => {
                Diagnostic::error("E0104", at, format!("how far back is said with `over`, not with `{found}`"), "did you mean `over`?")
                    .help("write `over`")
                    .fix("write `over`", at, "over")
            }
            _ => return None,
        })
    }

    pub(super) fn no_times(&self, at: Span) -> Diagnostic {
        Diagnostic::error("E0101", at, "`retry` is followed by a number alone", "this word can't stand here").help("write `retry 3`").fix(
            format!("remove `{}`", self.slice(at)),
            at,
            "",
        )
    }
}

pub(super) fn is_plain_name(text: &str) -> bool {
    words::is_name(text) && text.chars().all(is_word)
}
