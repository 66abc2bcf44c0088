//! Words of other tools where a statement, a clause or a declaration should begin, and what is said here.

use super::{super::Reader, Broken, explain::Stop, misplaced::is_behind_broken_if, words};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

/// What begins no statement, and how what it does is written.
const SAID: &[(&[&str], &str)] = &[
    (
        &["select", "insert", "update", "delete", "query"],
        "what is known of a customer is read as `profile.FIELD`, asked by `if`, and set by `profile.FIELD = VALUE`",
    ),
    (
        &["log", "print", "console", "alert", "echo", "debug"],
        "a journey writes no log: what happens is shown by a `test` with `expect`, and by `journey run`",
    ),
    (
        &["fetch", "http", "post", "get", "put", "webhook", "request", "api", "curl"],
        "other systems are asked through a `service`: declare its operation, and write `let answer = call SERVICE.OPERATION(…)`",
    ),
    (&["track", "fire", "raise", "publish", "dispatch"], "an event that is to happen is written `emit EVENT { field: VALUE }`"),
    (
        &["add", "tag", "untag", "assign", "remove", "mark", "unsubscribe", "subscribe", "save", "store"],
        "what is kept of a customer is a field of the profile: `profile.FIELD = VALUE`; a segment is a condition that reads it",
    ),
    (&["foreach", "each"], "write `for x in LIST { … }`"),
    (&["do"], "write `while CONDITION { … }`, or `loop { … }` with a `break` in it"),
    (&["on", "when"], "to wait for an event write `wait for EVENT { … }`; to ask for a condition `if CONDITION { … }`"),
    (&["after"], "to let time go by write `wait 3d`, and what follows below it"),
    (
        &["random", "split", "ab", "abtest", "ab_test", "percentage"],
        "customers are parted at random by `experiment NAME { variant a 50% { … } variant b 50% { … } }`",
    ),
    (
        &["goto", "jump"],
        "a journey goes on from top to bottom; what comes again stands in a `loop`, another journey is begun by `start JOURNEY`",
    ),
    (&["async", "fork"], "what runs side by side stands in `parallel { branch a { … } branch b { … } }`"),
    (&["else", "otherwise"], "`else` stands right behind the closing brace of an `if`"),
    (&["email", "mail", "sms", "push", "notify", "message"], "a message is sent: `send MESSAGE via CHANNEL`"),
];

/// Whether a word is a name, and begins nothing.
fn is_free(word: &str) -> bool {
    let begins = [words::STATEMENTS, words::TEST_STATEMENTS, words::CLAUSES, words::ITEMS];
    words::is_name(word) && !begins.iter().any(|words| words.contains(&word))
}

/// What is said of a word that begins nothing here.
fn said(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    SAID.iter().find(|(words, _)| words.contains(&lower.as_str())).map(|(_, help)| *help)
}

impl<'t> Reader<'t> {
    /// `log("x")`, `fetch "…"`, `foreach x in …`: a statement of another tool.
    pub(super) fn other_statement(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let next = self.word_at(self.skip_space(first.end));
        let begins = broken.before.is_none_or(|before| self.breaks_between(before.span().end, first.start));
        let clause = word == "on" && broken.node.kind() == Rule::error_clause && self.slice(next) != "change";
        let assigned = matches!(self.slice(next), "=" | "+=" | ".") && !matches!(word, "http" | "console" | "api");
        if broken.node.kind() != Rule::error_stmt && !clause || !begins || assigned || word == "else" && is_behind_broken_if(broken) {
            return false;
        }
        let Some(help) = said(word) else { return false };
        let message = format!("`{word}` does not start a statement");
        let diagnostic = Diagnostic::error("E0101", first, message, "no statement begins with this word");
        let line = self.slice(self.first_line(broken.node.span()));
        let head = clause
            && !line.contains('{')
            && broken.before.is_none_or(|before| super::is_clause(before.kind()))
            && words::is_name(self.slice(next));
        self.report(match self.slice(next) {
            event if head => {
                Diagnostic::error("E0101", first, "`enter` is missing before this", "how a journey begins is said with `enter`")
                    .help(format!("write `enter on {event}`; behind that, `wait for {event}` waits for it"))
                    .fix("write `enter on`", first, "enter on")
            }
            _ => diagnostic.help(help),
        });
        true
    }

    /// Where reading stopped in a head or in a declaration.
    pub(super) fn in_head(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (start, last, found, at) = (self.slice(self.word_at(stop.start)), self.slice(stop.last), self.slice(stop.found), stop.found);
        let next = self.slice(self.word_at(self.skip_space(at.end)));
        let bare = found.trim_matches('"');
        Some(match (start, last, found) {
            ("enter", "event" | "any" | "every", name) if words::is_name(name) => {
                self.remove(stop.last, "an event is named alone".to_string(), format!("enter on {name}"))
            }
            ("enter", "on", text) if text.starts_with('"') => {
                Diagnostic::error("E0101", at, "an event is a name, without quotes", "this is a text").help(format!(
                    "write `enter on {bare}`; how it is called elsewhere stands at the event: `event {bare} = \"…\" {{ … }}`"
                ))
            }
            ("enter", _, "or" | ",") if is_free(next) => {
                Diagnostic::error("E0101", at, "one `enter` names one event", "a second one cannot follow so")
                    .help(format!("write another clause below it: `enter on {next}`"))
            }
            ("enter", _, "(") => Diagnostic::error("E0101", at, "which events count is said with `where`", "`where` should stand here")
                .help(format!("write `enter on {last} as x where x.FIELD …`")),
            ("enter", _, "once" | "one" | "only") => {
                Diagnostic::error("E0101", at, "how often a customer may enter is a clause of its own", "this can't stand here")
                    .help("write `one per customer` below it, and `cooldown 30d` for how long nobody enters again")
            }
            ("enter", event, name) if is_free(name) && words::is_name(event) && stop.words.iter().any(|word| word == "`as`") => {
                Diagnostic::error("E0101", at, "`as` is missing before the name of the event", "`as` should stand before this")
                    .help(format!("write `{event} as {name}`"))
                    .fix("write `as`", at, format!("as {name}"))
            }
            ("start", "on" | "when", name) if words::is_name(name) => {
                Diagnostic::error("E0104", self.word_at(stop.start), "how a journey begins is said with `enter`", "did you mean `enter`?")
                    .help(format!("write `enter on {name}`"))
            }
            ("cooldown" | "address" | "consent" | "quiet" | "cap" | "priority" | "enter" | "one", _, ":" | "=") if start == last => {
                Diagnostic::error("E0101", at, format!("no `{found}` stands behind `{start}`"), "this mark can't stand here")
                    .help(format!("write `{start} {}`", self.slice(self.rest_of(at.end, broken)).trim_matches(['}', ' ']).trim_end()))
                    .fix(format!("remove `{found}`"), at, "")
            }
            ("quiet", "hours" | "time" | "times", _) => {
                self.remove(stop.last, format!("`quiet` needs no `{last}`"), "quiet 21:00..08:00".to_string())
            }
            ("unlimited", "unlimited", word) if words::is_name(word) => {
                Diagnostic::error("E0101", at, "`unlimited` stands alone", "this word can't stand here").help("write `unlimited`").fix(
                    format!("remove `{word}`"),
                    at,
                    "",
                )
            }
            ("journey", "journey", text) if text.starts_with('"') => {
                Diagnostic::error("E0101", at, "a journey has a name, and then its title", "a name should stand before this")
                    .help(format!("write `journey NAME {text} {{ … }}`"))
            }
            ("event", "event", text) if text.starts_with('"') => {
                Diagnostic::error("E0101", at, "an event is a name, without quotes", "this is a text")
                    .help(format!("write `event {bare} {{ … }}`, or `event NAME = {text} {{ … }}` where it is called so elsewhere"))
            }
            ("event" | "type", _, "(") if broken.node.kind() == Rule::error_item => {
                Diagnostic::error("E0101", at, "fields stand in braces", "`{` should stand here")
                    .help(format!("write `{start} {last} {{ name: String }}`"))
            }
            ("event", name, ".") => Diagnostic::error("E0101", at, "the name of an event has no point", "the name ends before this")
                .help(format!("write `event {name}_{next} = \"{name}.{next}\" {{ … }}`: the text is how it is called elsewhere")),
            ("fn", ")", ":") => self.replace(at, "what a function gives is said with `->`".to_string(), "->"),
            ("fn", _, "=") => Diagnostic::error("E0101", at, "what a function gives stands in braces", "`{` should stand here")
                .help("write it as in `fn double(n: Int) -> Int { n * 2 }`"),
            ("fn" | "message" | "journey", name, ")" | ",") if words::is_name(name) && stop.words.iter().any(|word| word == "`:`") => {
                Diagnostic::error("E0101", stop.last, format!("of which type is `{name}`?"), "`:` and a type should stand behind this")
                    .help(format!("write `{name}: TYPE`, as in `{name}: String`"))
            }
            ("enum", _, "=") => Diagnostic::error("E0101", at, "the variants of an enum stand in braces", "`{` should stand here")
                .help("write `enum Tier { basic, gold }`"),
            ("trait", name, "=") => {
                Diagnostic::error("E0101", at, format!("of which type is `{name}`?"), "`:` and a type should stand before this")
                    .help(format!("write `trait {name}: Int = …`"))
            }
            ("emit" | "broadcast", _, "=") | (_, _, "=") if start == "emit" || broken.parent.kind() == Rule::message_variant => {
                self.replace(at, "a field and its value are parted by `:`, not by `=`".to_string(), ":")
            }
            (_, field, "=") if broken.node.kind() == Rule::error_field && broken.parent.kind() == Rule::fields && words::is_name(next) => {
                self.replace(at, format!("the type of `{field}` stands behind a `:`"), ":")
            }
            (_, _, "(") if broken.node.kind() == Rule::error_field && broken.parent.kind() == Rule::fields => {
                Diagnostic::error("E0101", at, "a type has no length", "this can't stand here").help(format!("write `{last}` alone"))
            }
            _ => return None,
        })
    }

    /// `for i in 1 to 3`, `if … then {`, `x starts with "…"`, `x in "a", "b"`
    pub(super) fn in_condition(&self, stop: &Stop) -> Option<Diagnostic> {
        let (start, found, at) = (self.slice(self.word_at(stop.start)), self.slice(stop.found), stop.found);
        let next = self.word_at(self.skip_space(at.end));
        let read = self.slice(self.span(stop.start.min(at.start), at.start));
        Some(match found {
            "then" | "do" if self.slice(next) == "{" => {
                self.remove(at, format!("`{found}` is not needed: a brace begins what is done"), "if CONDITION { … }".to_string())
            }
            "to" | "until" | "-"
                if start == "for" || read.trim_start().starts_with("for ") || read.contains(" in ") && stop.after_value() =>
            {
                Diagnostic::error("E0101", at, "from where to where is written with `..`", "this is no part of a range")
                    .help("write `1..4`, which has not the 4")
            }
            "starts" | "ends" if self.slice(next) == "with" => {
                let whole = at.to(next);
                Diagnostic::error("E0101", whole, format!("`{found} with` does not stand between two values"), "this compares nothing")
                    .help(format!("write `x.{found}_with(\"…\")`"))
            }
            "has" | "have" | "had" => {
                Diagnostic::error("E0101", at, format!("`{found}` does not stand behind a value"), "this compares nothing")
                    .help("whether something is there is asked by `x != none`")
            }
            "," if read.contains(" in ") && stop.after_value() && self.open_bracket(self.span(stop.start, at.start)).is_none() => {
                Diagnostic::error("E0101", at, "a list stands in square brackets", "the condition ends before this")
                    .help("write `x in [\"a\", \"b\"]`")
            }
            "within" | "last" if stop.after_value() => {
                Diagnostic::error("E0101", at, "what has happened before is counted by a `trait`", "this can't be asked here")
                    .help("declare `trait bought: Int = count(EVENT) over 30d`, and ask `bought > 0`")
            }
            "in" if self.slice(next) == "segment" => {
                Diagnostic::error("E0101", at.to(next), "a segment is a condition by its name alone", "these words can't stand here")
                    .help("write `if SEGMENT { … }`")
            }
            _ => return None,
        })
    }
}
