//! Statements as one would say them: `wait a day`, `send hello via email at 09:00`, `xs.push(2)`, `case "a": …`.

use super::{
    super::Reader,
    Broken,
    calendar::WEEKDAYS,
    explain::Stop,
    places::{is_word, to_u32},
    values::unit_meant,
    words,
};
use crate::check::LIST_STAYS;
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

/// What changes a list or a map in other languages.
const CHANGING: &[&str] = &[
    "push", "append", "add", "insert", "remove", "pop", "put", "set", "delete", "clear", "concat", "extend", "unshift", "shift", "splice",
    "sort", "reverse",
];

impl<'t> Reader<'t> {
    /// `xs.push(2)`, `profile.tags.add("x")`, `email.send(hello)`: a method as a statement.
    pub(super) fn of_method(&self, path: &str, at: Span) -> Option<Diagnostic> {
        let (whole, method) = path.rsplit_once('.')?;
        if CHANGING.contains(&method) {
            return Some(
                Diagnostic::error("E0101", at, format!("`{path}(…)` changes nothing"), "no method changes what it is called on")
                    .help(LIST_STAYS),
            );
        }
        if method == "send" {
            return Some(
                Diagnostic::error("E0101", at, format!("`{path}(…)` is no statement"), "a message is sent by `send`")
                    .help(format!("write `send MESSAGE via {whole}`")),
            );
        }
        (path.starts_with("profile.") || path.split('.').count() > 2).then(|| {
            Diagnostic::error("E0101", at, format!("`{path}(…)` is no statement"), "this gives a value, and nothing is done with it")
                .help(format!("give the value a name: `let x = {path}(…)`"))
        })
    }

    /// What is left open at the end of a line: `send hello`, `let p = 45%`.
    pub(super) fn left_open(&mut self, broken: Broken<'t>, stop: &Stop) -> bool {
        let last = self.slice(stop.last);
        if !stop.at_line_end {
            return false;
        }
        let read = self.slice(self.span(stop.start, stop.last.end));
        let sent = read.strip_prefix("send ").or_else(|| read.split_once("= send ").map(|(_, rest)| rest)).map(str::trim);
        let wants_via = stop.words.iter().any(|word| word == "`via`");
        let entered = broken.before.is_some_and(|before| {
            before.kind() == Rule::enter_clause && before.text().contains("every") && !self.breaks_between(before.span().end, stop.start)
        });
        let diagnostic = match sent {
            _ if entered && self.slice(self.word_at(stop.start)) == "for" => {
                Diagnostic::error("E0101", stop.last, "`segment` is missing after `for`", "`segment` should stand before this")
                    .help(format!("write `for segment {last}`"))
                    .fix("write `segment`", stop.last, format!("segment {last}"))
            }
            Some(message) if wants_via && !message.contains("via") => {
                Diagnostic::error("E0101", stop.last, "over which channel does this go?", "`via` and a channel should stand behind this")
                    .help(format!("write `send {message} via CHANNEL`"))
            }
            _ if self.slice(self.word_at(stop.start)) == "if" && self.is_behind_statement(broken, stop) => {
                let at = self.word_at(stop.start);
                Diagnostic::error("E0101", at, "a condition stands before what depends on it", "this comes too late")
                    .help("write `if CONDITION { … }`, and what it is about in the braces")
            }
            _ if last == "%" => match self.percent(stop.last) {
                Some(diagnostic) => diagnostic,
                None => return false,
            },
            _ if broken.parent.kind() == Rule::match_stmt && matches!(last, "else" | "default") => self.all_else(stop.last),
            _ => return false,
        };
        self.report(diagnostic);
        true
    }

    /// `45%` as a value.
    fn percent(&self, mark: Span) -> Option<Diagnostic> {
        let number = self.word_before(mark.start);
        let text = self.slice(number);
        let hundredths = text.parse::<u32>().ok().filter(|_| number.end == mark.start)?;
        let fraction = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let whole = number.to(mark);
        Some(
            Diagnostic::error("E0101", whole, format!("`{text}%` is no value"), "`%` gives what is left of a division")
                .help(format!("write the part as a number: `{fraction}`; shares in per cent stand in an `experiment`"))
                .fix(format!("write `{fraction}`"), whole, fraction),
        )
    }

    fn all_else(&self, at: Span) -> Diagnostic {
        let word = self.slice(at);
        Diagnostic::error("E0104", at, format!("all else is written `_`, not `{word}`"), "write `_` here").help("write `_ => …`").fix(
            "write `_`",
            at,
            "_",
        )
    }

    /// `else => …`, `default: …`, `"a" | "b" => …`, `> 3 => …`
    pub(super) fn in_arm(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (last, found, at) = (self.slice(stop.last), self.slice(stop.found), stop.found);
        let next = self.slice(self.word_at(self.skip_space(at.end)));
        let is_arm = broken.node.kind() == Rule::error_arm && broken.parent.kind() == Rule::match_stmt;
        Some(match found {
            "else" if next == "=>" || is_arm && matches!(next, "->" | ":") => self.all_else(at),
            ":" | "->" | "{" | "then" if is_arm && matches!(last, "default" | "else" | "otherwise") => self.all_else(stop.last),
            ":" | "->" | "then" if is_arm && last != "case" => {
                self.replace(at, format!("a pattern is followed by `=>`, not by `{found}`"), "=>")
            }
            "|" | "or" | "||" if is_arm => self.replace(at, format!("patterns of one arm are joined by a comma, not by `{found}`"), ","),
            ">" | "<" | ">=" | "<=" | "==" | "!=" if is_arm => {
                Diagnostic::error("E0101", at, "a pattern is a value, not a comparison", "a pattern should stand here")
                    .help("ask one after the other: `if x > 3 { … } else if x > 1 { … } else { … }`")
            }
            ".." if is_arm => Diagnostic::error("E0101", at, "a pattern is one value, not a range", "`=>` should stand here")
                .help("ask one after the other: `if x in 1..5 { … } else { … }`"),
            _ => return None,
        })
    }

    /// `f"…"`, `"hi " v.page`, `switch x { … }`, `{ code: "X" }`, `50€`, `45% of x`
    pub(super) fn in_value(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (last, found, at) = (self.slice(stop.last), self.slice(stop.found), stop.found);
        let touches = stop.last.end == at.start;
        let next = self.slice(self.word_at(self.skip_space(at.end)));
        let wants_value = stop.words.iter().any(|word| word == "a value");
        Some(match found {
            text if text.starts_with('"') && touches && matches!(last, "f" | "F" | "r" | "b" | "u") => {
                Diagnostic::error("E0101", stop.last, format!("a text needs no `{last}` before it"), "this word can't stand here")
                    .help("write the text alone: `{…}` in it puts a value in")
                    .fix(format!("remove `{last}`"), stop.last, "")
            }
            name if last.starts_with('"')
                && last.len() > 1
                && !last.contains('{')
                && stop.after_value()
                && is_value_name(name)
                && next != ":"
                && !next.starts_with('"') =>
            {
                Diagnostic::error("E0101", at, "a text and a value do not stand side by side", "the text ends before this").help(format!(
                    "put the value into the text: `{}{{{}}}\"`",
                    last.trim_end_matches('"'),
                    self.path_at(at)
                ))
            }
            _ if matches!(last, "switch" | "case") && is_value_name(found) && self.slice(self.word_before(stop.last.start)) == "=" => {
                Diagnostic::error(
                    "E0104",
                    stop.last,
                    format!("one of several values is chosen with `match`, not with `{last}`"),
                    "did you mean `match`?",
                )
                .help("write `match VALUE { gold => 1  _ => 0 }`")
                .fix("write `match`", stop.last, "match")
            }
            "{" if self.starts_fields(at) && (wants_value || last == "else") => {
                Diagnostic::error("E0101", at, "the name of a type is missing before its fields", "this brace alone begins no value")
                    .help(format!("write the type's name before it: `TYPE {}`", self.slice(self.rest_of(at.start, broken)).trim_end()))
            }
            "{" if matches!(last, "->" | ":" | "<")
                && stop.words.iter().any(|word| word == "a type")
                && self.starts_fields(at)
                && !next.starts_with(char::is_uppercase) =>
            {
                let fields = self.slice(self.rest_of(at.start, broken)).split('}').next().unwrap_or("{ … ").trim_end();
                Diagnostic::error("E0101", at, "a type is named, not written out", "the name of a type should stand here")
                    .help(format!("declare it, `type Answer {fields} }}`, and write `Answer` here"))
            }
            "€" | "$" | "£" | "¥" if last.ends_with(|c: char| c.is_ascii_digit()) => {
                Diagnostic::error("E0101", at, "an amount is a plain number", "a currency has no sign here")
                    .help(format!("write `{}`", self.path_before(stop.last)))
                    .fix("remove the sign", at, "")
            }
            _ if last == "%" => self.percent(stop.last)?,
            _ => return None,
        })
    }

    /// `wait a day`, `wait until next monday`, `wait until 2026-11-22 09:00`, `send … via email at 09:00`
    pub(super) fn in_time(&self, stop: &Stop) -> Option<Diagnostic> {
        let (start, last, found, at) = (self.slice(self.word_at(stop.start)), self.slice(stop.last), self.slice(stop.found), stop.found);
        let next = self.slice(self.word_at(self.skip_space(at.end)));
        let day = found.to_lowercase();
        let sends = start == "send" || self.slice(self.span(stop.start, at.start)).contains("= send ");
        Some(match (last, found) {
            (count, _) if count_meant(count).is_some() && unit_meant(found).is_some() => {
                let whole = stop.last.to(at);
                let length = format!("{}{}", count_meant(count)?, unit_meant(found)?);
                Diagnostic::error("E0110", whole, format!("`{count} {found}` is not a duration"), "a duration is a number and its unit")
                    .help(format!("write `{length}`"))
                    .fix(format!("write `{length}`"), whole, length)
            }
            ("next" | "on" | "this" | "coming", _) if start == "wait" && WEEKDAYS.contains(&day.as_str()) => {
                Diagnostic::error("E0101", stop.last, format!("a weekday is the next one, without `{last}`"), "this word can't stand here")
                    .help(format!("write `wait until {day} 09:00`"))
            }
            (_, time) if time.starts_with(|c: char| c.is_ascii_digit()) && self.is_date_before(stop.last) => {
                let date = self.path_before(stop.last);
                let time = self.text.get(at.start as usize..).unwrap_or("");
                let length = time.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(time.len());
                let at = self.span(at.start, at.start + to_u32(length));
                Diagnostic::error("E0101", at, "a day and a time of day stand side by side", "this belongs to the day before it").help(
                    format!("write `{date}.at(09:00, profile.timezone)` for the customer's time, or a moment such as `{date}T09:00:00Z`"),
                )
            }
            (_, "until" | "up" | "before" | "or")
                if start == "wait" && next.starts_with(|c: char| c.is_ascii_digit()) && self.waits_for_event(stop) =>
            {
                self.replace(at, "how long to wait for an event is said with `within`".to_string(), "within")
            }
            (_, "at" | "after" | "in" | "on" | "until" | "from") if sends && behind_channel(stop) => {
                let wait = if matches!(found, "at" | "until" | "on") { "wait until 09:00" } else { "wait 3d" };
                Diagnostic::error("E0101", at, "a message is sent at once", "`send` does not say when")
                    .help(format!("wait before it: `{wait}`, and then `send`"))
            }
            (_, "to") if sends && behind_channel(stop) => {
                Diagnostic::error("E0101", at, "a message goes to the customer of the journey", "this says to whom")
                    .help("leave it out: where it goes is the `address` of the channel")
            }
            ("send", "(") => {
                Diagnostic::error("E0101", at, "a message is named right behind `send`", "the name of a message should stand here")
                    .help("write `send MESSAGE(…) via CHANNEL`")
            }
            ("send", text) if text.starts_with('"') => {
                let name = text.trim_matches('"');
                let diagnostic = Diagnostic::error("E0101", at, "a message is a name, without quotes", "this is a text");
                if words::is_name(name) && name.chars().all(is_word) {
                    diagnostic.help(format!("write `send {name} via CHANNEL`")).fix(format!("write `{name}`"), at, name)
                } else {
                    diagnostic.help("declare it with `message`, and write `send MESSAGE via CHANNEL`")
                }
            }
            ("enter", "daily" | "weekly" | "monthly" | "hourly") => {
                let every = match found {
                    "daily" => "every day",
                    "weekly" => "every monday",
                    "monthly" => "every month on 1",
                    _ => "every 1h",
                };
                Diagnostic::error("E0104", at, format!("`{found}` is written `{every}`"), "how often begins with `every`")
                    .help(format!("write `enter {every}{}`", if found == "hourly" { "" } else { " at 09:00" }))
                    .fix(format!("write `{every}`"), at, every)
            }
            _ => return None,
        })
    }

    /// Whether fields stand behind a brace: `{ code: …`
    pub(super) fn starts_fields(&self, brace: Span) -> bool {
        let name = self.word_at(self.skip_space(brace.end));
        words::is_name(self.slice(name)) && self.slice(self.word_at(self.skip_space(name.end))) == ":"
    }

    /// Whether a statement stands on the same line before what could not be read.
    fn is_behind_statement(&self, broken: Broken<'t>, stop: &Stop) -> bool {
        broken.before.is_some_and(|before| before.kind() == Rule::send_stmt && !self.breaks_between(before.span().end, stop.start))
    }

    fn waits_for_event(&self, stop: &Stop) -> bool {
        self.slice(self.span(stop.start, stop.found.start)).split_whitespace().nth(1) == Some("for")
    }

    /// The path that begins at a word: `v.page`.
    fn path_at(&self, at: Span) -> &'t str {
        let rest = self.text.get(at.start as usize..).unwrap_or("");
        rest.get(..rest.find(|c: char| !(is_word(c) || c == '.')).unwrap_or(rest.len())).unwrap_or("")
    }

    /// The number or the date that ends with a word: `2026-11-22`, `12.50`.
    fn path_before(&self, last: Span) -> &'t str {
        let head = self.text.get(..last.end as usize).unwrap_or("");
        let start = head.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '_')).len();
        head.get(start..).unwrap_or("")
    }

    fn is_date_before(&self, last: Span) -> bool {
        self.path_before(last).parse::<jiff::civil::Date>().is_ok()
    }
}

/// Whether reading stopped behind a channel, where the next statement should stand.
fn behind_channel(stop: &Stop) -> bool {
    stop.words.iter().any(|word| word == "the next statement" || word == "the next declaration")
}

fn is_value_name(word: &str) -> bool {
    word.starts_with(char::is_alphabetic)
        && (words::is_name(word) || word == "profile")
        && !words::STATEMENTS.contains(&word)
        && !words::CLAUSES.contains(&word)
}

/// The number that a word means.
fn count_meant(word: &str) -> Option<u32> {
    Some(match word {
        "a" | "an" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "ten" => 10,
        _ => return None,
    })
}
