//! What a test says in the words of other tools: `expect hello was sent`, `profile.email = "x"`.

use super::{super::Reader, Broken, explain::Stop, words};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

/// What is expected of a thing, as it is said behind `expect`.
const DONE: [&str; 7] = ["sent", "held", "suppressed", "finished", "failed", "emitted", "called"];

impl<'t> Reader<'t> {
    /// `expect hello sent`, `expect to send hello`
    pub(super) fn of_expectation(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (last, found) = (self.slice(stop.last), self.slice(stop.found));
        let start = self.word_at(stop.start);
        if broken.node.kind() != Rule::error_test_stmt || self.slice(start) != "expect" {
            return None;
        }
        if let Some(diagnostic) = self.of_sent(last, found, stop) {
            return Some(diagnostic);
        }
        if DONE.contains(&found) && words::is_name(last) && last != "no" {
            let whole = stop.last.to(stop.found);
            return Some(
                Diagnostic::error("E0101", stop.found, format!("`{found}` stands before what it is said of"), "this comes too late")
                    .help(format!("write `expect {found} {last}`"))
                    .fix(format!("write `{found} {last}`"), whole, format!("{found} {last}")),
            );
        }
        let done = ["send", "finish", "emit", "call", "fail"].iter().position(|word| found.starts_with(word));
        let form = ["sent MESSAGE", "finished JOURNEY", "emitted EVENT", "called SERVICE.OPERATION", "failed JOURNEY"];
        let form = done.and_then(|at| form.get(at))?;
        let done = form.split(' ').next().unwrap_or_default();
        Some(
            Diagnostic::error(
                "E0101",
                stop.found,
                format!("a test expects what was `{done}`, not to `{found}`"),
                "this is no form of `expect`",
            )
            .help(format!("write `expect {form}`")),
        )
    }

    /// `expect hello was sent`, `expect not(sent hello)`, `expect sent hello to email`, `… once`, `… within 3d`
    fn of_sent(&self, last: &str, found: &str, stop: &Stop) -> Option<Diagnostic> {
        let at = stop.found;
        let next = self.word_at(self.skip_space(at.end));
        let line = self.slice(self.first_line(self.span(stop.start, next.end.max(at.end))));
        let behind = DONE.into_iter().find(|done| line.split_whitespace().take(3).any(|word| word == *done));
        Some(match found {
            "was" | "is" | "has" | "be" | "been" | "gets" if DONE.contains(&self.slice(next)) && words::is_name(last) => {
                let (done, whole) = (self.slice(next), stop.last.to(next));
                Diagnostic::error("E0101", at, format!("what was {done} stands behind `{done}`"), "this word can't stand here")
                    .help(format!("write `expect {done} {last}`"))
                    .fix(format!("write `{done} {last}`"), whole, format!("{done} {last}"))
            }
            name if DONE.contains(&last) && words::is_name(name) && behind.is_none() => {
                let not = if line.contains(['!']) || line.contains("not") { "not " } else { "" };
                Diagnostic::error(
                    "E0101",
                    stop.last,
                    format!("`{last} {name}` is no condition"),
                    "this stands right behind `expect`, without brackets or signs",
                )
                .help(format!("write `expect {not}{last} {name}`; how often is said behind it: `times 2`"))
            }
            "to" | "over" | "by" | "through" | "on" | "in" if behind == Some("sent") && next.start < next.end => {
                self.replace(at, format!("over which channel is said with `via`, not with `{found}`"), "via")
            }
            "once" | "twice" => {
                let times = if found == "once" { "times 1" } else { "times 2" };
                self.replace(at, format!("how often is said with `times`, not with `{found}`"), times)
            }
            count if behind.is_some() && count.chars().all(|c| c.is_ascii_digit()) && self.slice(next).starts_with("time") => {
                let whole = at.to(next);
                Diagnostic::error("E0101", whole, "`times` stands before its number", "this is the other way round")
                    .help(format!("write `times {count}`"))
                    .fix(format!("write `times {count}`"), whole, format!("times {count}"))
            }
            "within" | "after" | "before" | "at" | "until" if behind.is_some() => {
                Diagnostic::error("E0101", at, "a test expects what has happened up to here", "when it happens can't be said here")
                    .help("let time go by before it, as in `advance 3d`, and expect it then")
            }
            _ if matches!(last, "waiting" | "sleeping" | "in" | "pending" | "waits") && words::is_name(found) => {
                Diagnostic::error("E0101", stop.last, "where an instance waits is said with `at`", "`at` should stand here")
                    .help("write `expect at JOURNEY.STEP`")
            }
            "in" if last == "expect" => {
                Diagnostic::error("E0101", at, "where an instance waits is said with `at`", "`at` should stand here")
                    .help("write `expect at JOURNEY.STEP`")
                    .fix("write `at`", at, "at")
            }
            _ => return None,
        })
    }

    /// `profile.email = "x"`, `profile { email = "x" }`
    pub(super) fn of_setting(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (start, last, found) = (self.slice(self.word_at(stop.start)), self.slice(stop.last), self.slice(stop.found));
        if broken.node.kind() != Rule::error_test_stmt {
            return None;
        }
        Some(match (start, found) {
            ("profile", ".") => {
                let field = self.word_at(stop.found.end);
                let value = self.slice(self.span(field.end, self.first_line(broken.node.span()).end.max(field.end)));
                let value = value.trim().trim_start_matches(['=', ':']).trim();
                let value = if value.is_empty() { "VALUE" } else { value };
                Diagnostic::error("E0101", stop.found, "a test gives the profile its fields in braces", "`{` should stand here")
                    .help(format!("write `profile {{ {}: {value} }}`", self.slice(field)))
            }
            ("profile", name) if last == "profile" && words::is_name(name) => {
                Diagnostic::error("E0101", stop.found, "a test gives the profile its fields in braces", "`{` should stand before this")
                    .help("write `profile { FIELD: VALUE }`")
            }
            ("profile" | "event" | "broadcast", "=") => {
                self.replace(stop.found, "a field and its value are parted by `:`, not by `=`".to_string(), ":")
            }
            _ => return None,
        })
    }

    /// What stands from a place to the end of its line.
    pub(super) fn rest_of(&self, at: u32, broken: Broken<'t>) -> Span {
        self.first_line(self.span(at, broken.node.span().end.max(at)))
    }
}
