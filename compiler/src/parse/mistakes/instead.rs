//! One word or mark in the place of another, as other languages and other tools have it.

use super::{super::Reader, Broken, explain::Stop, places::is_word, values::unit_meant, words};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

impl<'t> Reader<'t> {
    /// What stands where reading stopped in the place of something else.
    pub(super) fn instead(&mut self, broken: Broken<'t>, stop: &Stop) -> bool {
        if stop.at_line_end {
            return false;
        }
        let diagnostic = self
            .in_time(stop)
            .or_else(|| self.in_head(broken, stop))
            .or_else(|| self.in_condition(stop))
            .or_else(|| self.in_sending(stop))
            .or_else(|| self.in_waiting(stop))
            .or_else(|| self.in_arm(broken, stop))
            .or_else(|| self.half_said(broken, stop))
            .or_else(|| self.in_comparing(stop))
            .or_else(|| self.in_value(broken, stop))
            .or_else(|| self.in_fields(broken, stop))
            .or_else(|| self.in_request(broken))
            .or_else(|| self.in_statement(broken, stop));
        let Some(diagnostic) = diagnostic else { return false };
        self.report(diagnostic);
        true
    }

    pub(super) fn replace(&self, at: Span, message: String, by: &str) -> Diagnostic {
        Diagnostic::error("E0101", at, message, format!("`{by}` should stand here")).help(format!("write `{by}`")).fix(
            format!("write `{by}`"),
            at,
            by,
        )
    }

    pub(super) fn remove(&self, at: Span, message: String, right: String) -> Diagnostic {
        let end = self.skip_space(at.end);
        Diagnostic::error("E0101", at, message, "this word can't stand here").help(format!("write `{right}`")).fix(
            format!("remove `{}`", self.slice(at)),
            self.span(at.start, end),
            "",
        )
    }

    fn in_sending(&self, stop: &Stop) -> Option<Diagnostic> {
        let (last, found, at) = (self.slice(stop.last), self.slice(stop.found), stop.found);
        let read = self.slice(self.span(stop.start, at.start));
        let message = read.strip_prefix("send ").or_else(|| read.split_once("= send ").map(|(_, rest)| rest))?.trim();
        let alone = words::is_name(message) && message.chars().all(is_word);
        let behind_via = message.split_whitespace().any(|word| word == "via");
        Some(match found {
            "by" | "on" | "over" | "through" | "using" | "in" if !behind_via => {
                self.replace(at, format!("over which channel is said with `via`, not with `{found}`"), "via")
            }
            "to" if !behind_via => Diagnostic::error("E0101", at, "a message goes to the customer of the journey", "this says to whom")
                .help(format!("leave it out: `send {message} via CHANNEL`")),
            "{" | "with" if alone => {
                Diagnostic::error("E0101", at, "what a message is given stands in parentheses", "`(` should stand here")
                    .help(format!("write `send {message}(name: VALUE) via CHANNEL`"))
            }
            name if alone && words::is_name(name) && message == "message" => {
                self.remove(stop.last, "a message is sent by its name alone".to_string(), format!("send {name} via CHANNEL"))
            }
            "at" | "after" | "when" | "if" | "now" | "later" | "until" if alone && message != "first" => {
                Diagnostic::error("E0101", at, "a message is sent at once", "`send` does not say when")
                    .help(format!("wait or ask before it, and then write `send {message} via CHANNEL`"))
            }
            "of" if message == "first" => {
                Diagnostic::error("E0101", stop.last, "which message is sent?", "its name should stand before this")
                    .help("write `send MESSAGE via first of push, email`")
            }
            name if alone && words::is_name(name) && name != "via" && words::near(name, std::iter::once("via")).is_none() => {
                let whole = stop.last.to(at);
                Diagnostic::error("E0101", whole, "the message comes first, then its channel", "this is the other way round")
                    .help(format!("write `send {name} via {message}`"))
            }
            "or" | "and" if behind_via => {
                Diagnostic::error("E0101", at, "several channels are written with commas", "this parts no channels")
                    .help("write `via first of email, sms` to use the first that can be used, or a `send` for each channel")
            }
            "[" if last == "via" => {
                Diagnostic::error("E0101", at, "channels stand in no brackets", "the name of a channel should stand here")
                    .help("write `via email`, or `via first of email, sms`")
            }
            name if last == "first" && words::is_name(name) => {
                Diagnostic::error("E0101", at, "`of` is missing after `first`", "`of` should stand before this")
                    .help(format!("write `first of {name}`"))
                    .fix("write `of`", at, format!("of {name}"))
            }
            _ => return None,
        })
    }

    fn in_waiting(&self, stop: &Stop) -> Option<Diagnostic> {
        let (start, last, found, at) = (self.slice(self.word_at(stop.start)), self.slice(stop.last), self.slice(stop.found), stop.found);
        let number = found.starts_with(|c: char| c.is_ascii_digit());
        let line = self.text.get(..stop.start as usize).map_or("", |before| before.rsplit('\n').next().unwrap_or(""));
        Some(match (start, last, found) {
            ("wait", "for", _) if number => {
                let unit = unit_meant(self.slice(self.word_at(self.skip_space(at.end))));
                let length = unit.map_or_else(|| found.to_string(), |unit| format!("{found}{unit}"));
                self.remove(stop.last, "`wait for` is followed by an event".to_string(), format!("wait {length}"))
            }
            ("for", "for", _) if number && line.contains("wait for ") => {
                self.replace(stop.last, "how long to wait for an event is said with `within`".to_string(), "within")
            }
            ("wait", _, "timeout" | "max" | "under" | "before") => {
                self.replace(at, "how long to wait for an event is said with `within`".to_string(), "within")
            }
            ("wait", "event", name) if words::is_name(name) => {
                self.remove(stop.last, "an event is named alone".to_string(), format!("wait for {name}"))
            }
            ("wait", _, "or" | ",") => Diagnostic::error("E0101", at, "`wait for` names one event", "a second one cannot follow so")
                .help("write `wait for any { on EVENT { … } on OTHER_EVENT { … } }`"),
            ("wait", _, "otherwise" | "timeout_else" | "orelse") => {
                self.replace(at, format!("what is done else is said with `else`, not with `{found}`"), "else")
            }
            ("wait", _, "at") => Diagnostic::error("E0101", at, "a day and a time stand side by side", "this word can't stand here")
                .help("write `wait until 09:00` for the next time that the clock shows it, or `wait until monday 09:00`"),
            ("wait", _, "then") => {
                self.remove(at, "statements follow each other without a word between".to_string(), "wait 1h".to_string())
            }
            _ => return None,
        })
    }

    /// `sku?: String`, `"city": String`, `String sku`, `city: "Paris"`
    fn in_fields(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (last, found, at) = (self.slice(stop.last), self.slice(stop.found), stop.found);
        let declares = broken.node.kind() == Rule::error_field && broken.parent.kind() == Rule::fields;
        let variant = broken.node.kind() == Rule::error_field && broken.parent.kind() == Rule::enum_item;
        let bare = found.trim_matches('"');
        let bare_name = found.starts_with('"') && words::is_name(bare) && bare.chars().all(is_word);
        if bare_name && (variant || declares && last != ":") {
            let what = if variant { "a variant" } else { "a field" };
            return Some(
                Diagnostic::error("E0101", at, format!("{what} is a name, without quotes"), "this is a text")
                    .help(format!("write `{bare}`"))
                    .fix(format!("write `{bare}`"), at, bare),
            );
        }
        if variant && found == "=" {
            return Some(
                Diagnostic::error("E0101", at, "a variant has no value of its own", "this gives it one")
                    .help("write the names alone: `enum Tier { basic, gold }`"),
            );
        }
        if !declares {
            return None;
        }
        let value = found.starts_with(|c: char| c == '"' || c.is_ascii_digit()) || matches!(found, "true" | "false");
        let of = if found.starts_with('"') {
            "String"
        } else if matches!(found, "true" | "false") {
            "Bool"
        } else {
            "Int"
        };
        Some(match found {
            "?" if last != ":" => Diagnostic::error("E0101", at, "what may be missing is marked at its type", "`:` should stand here")
                .help(format!("write `{last}: TYPE?`, as in `{last}: String?`")),
            "?" => {
                Diagnostic::error("E0101", at, "`?` stands behind the type", "a type should stand here").help("write it as in `String?`")
            }
            "|" => Diagnostic::error("E0101", at, "a field has one type", "a second one cannot follow so")
                .help("what may be missing is `String?`; for one of several write an `enum`"),
            "[" => Diagnostic::error("E0101", at, "a list is written `List<…>`", "this is no type").help("write it as in `List<String>`"),
            "{" if last == ":" => Diagnostic::error("E0101", at, "a field names its type", "this is no type")
                .help("declare it with `type`, or write `Map<String, Int>` for values by key"),
            "@" if last == ":" => Diagnostic::error("E0101", at, "`@pii` stands behind the type", "a type should stand here")
                .help("write it as in `phone: String @pii`"),
            "pii" => self.replace(at, "personal data is marked with `@pii`".to_string(), "@pii"),
            "required" | "not" => {
                Diagnostic::error("E0101", at, "a field is there always, unless its type ends in `?`", "this word can't stand here")
                    .help("leave it out")
            }
            "optional" | "nullable" => {
                Diagnostic::error("E0101", at, "what may be missing is marked with `?` behind its type", "this word can't stand here")
                    .help("write it as in `String?`")
            }
            _ if value && last == ":" => {
                Diagnostic::error("E0101", at, "the type is missing before this value", "a type should stand here")
                    .help(format!("write the type, then what holds where nothing is known: `{of} = {found}`"))
                    .fix(format!("write `{of} =`"), self.span(at.start, at.start), format!("{of} = "))
            }
            name if words::is_name(name) && words::is_name(last) && last != ":" && stop.start == stop.last.start => {
                let whole = stop.last.to(at);
                // `sku String`: only the mark is missing.
                if name.starts_with(char::is_uppercase) && !last.starts_with(char::is_uppercase) {
                    let gap = self.span(stop.last.end, at.start);
                    return Some(
                        Diagnostic::error("E0101", whole, "a field and its type are parted by `:`", "`:` is missing between these")
                            .help(format!("write `{last}: {name}`"))
                            .fix("write `:`", gap, ": "),
                    );
                }
                let ty = match last {
                    "int" | "integer" | "number" => "Int",
                    "string" | "text" => "String",
                    "bool" | "boolean" => "Bool",
                    other => other,
                };
                Diagnostic::error("E0101", whole, "the name of a field comes first, then its type", "this is the other way round")
                    .help(format!("write `{name}: {ty}`"))
                    .fix(format!("write `{name}: {ty}`"), whole, format!("{name}: {ty}"))
            }
            _ => return None,
        })
    }

    /// `POST "/points" { … }`, `GET "/points", timeout: 2s`
    fn in_request(&self, broken: Broken<'t>) -> Option<Diagnostic> {
        if broken.node.kind() != Rule::error_option {
            return None;
        }
        let first = self.word_at(broken.node.span().start);
        let word = self.slice(first);
        Some(match word {
            "{" | "[" => {
                Diagnostic::error("E0101", first, "`body` is missing before what is sent along", "`body` should stand before this")
                    .help("write it as in `body Member { id: member }`: a value of a type")
            }
            "+" | "&" => Diagnostic::error("E0101", first, "values stand inside the path", "this joins nothing")
                .help("write them in braces: `\"/points/{member}\"`"),
            "," => Diagnostic::error("E0101", first, "the parts of a request stand apart without a comma", "this mark can't stand here")
                .help("write it as in `GET \"/points\" timeout 2s retry 3`"),
            "timeout" | "retry" | "backoff" | "body" => {
                let mark = self.word_at(self.skip_space(first.end));
                let text = self.slice(mark);
                matches!(text, ":" | "=").then(|| {
                    Diagnostic::error("E0101", mark, format!("no `{text}` stands behind `{word}`"), "this mark can't stand here")
                        .help(format!("write it as in `{}`", if word == "retry" { "retry 3" } else { "timeout 2s" }))
                        .fix(format!("remove `{text}`"), mark, "")
                })?
            }
            _ => return None,
        })
    }

    fn in_statement(&self, broken: Broken<'t>, stop: &Stop) -> Option<Diagnostic> {
        let (start, last, found, at) = (self.slice(self.word_at(stop.start)), self.slice(stop.last), self.slice(stop.found), stop.found);
        let statement = matches!(broken.node.kind(), Rule::error_stmt | Rule::error_test_stmt);
        Some(match (start, last, found) {
            ("finish", "finish", "as" | "with") => {
                self.remove(at, "an outcome stands right behind `finish`".to_string(), "finish OUTCOME".to_string())
            }
            ("finish", "with", name) if words::is_name(name) => {
                self.remove(stop.last, "an outcome stands right behind `finish`".to_string(), format!("finish {name}"))
            }
            ("exit" | "goal", "when", _) if broken.node.kind() == Rule::error_clause => Diagnostic::error(
                "E0101",
                stop.last,
                format!("{} `{start}` has a name", if start == "exit" { "an" } else { "a" }),
                "a name should stand before this",
            )
            .help(format!("write `{start} NAME when CONDITION`: the name is the outcome")),
            ("emit" | "broadcast" | "event", name, "(") if statement => {
                Diagnostic::error("E0101", at, "the fields of an event stand in braces", "`{` should stand here")
                    .help(format!("write `{start} {name} {{ field: VALUE }}`"))
            }
            ("emit", "event", name) => self.remove(stop.last, "an event is named alone".to_string(), format!("emit {name} {{ … }}")),
            ("advance", "by" | "for", _) => {
                self.remove(stop.last, "a length of time stands right behind `advance`".to_string(), format!("advance {found}"))
            }
            ("advance", "to", _) => {
                self.replace(stop.last, "the moment up to which time goes on is said with `until`".to_string(), "until")
            }
            ("set" | "update", _, _) if stop.start == stop.last.start && statement => {
                self.remove(stop.last, format!("`{start}` is not needed: `=` gives a value"), "x = VALUE".to_string())
            }
            (_, _, ":") if self.text.get(at.end as usize..).is_some_and(|rest| rest.starts_with('=')) => {
                let whole = self.span(at.start, at.end + 1);
                Diagnostic::error("E0105", whole, "`:=` is written `=`", "write `=` here").help("write `=`").fix("write `=`", whole, "=")
            }
            ("undo", "undo", _) => Diagnostic::error("E0101", at, "`undo` is followed by its block alone", "`{` should stand here")
                .help("write `undo { … }`: it runs when the instance is cancelled"),
            (_, _, "?") if stop.after_value() => {
                Diagnostic::error("E0101", at, "one of two values is chosen with `if`", "this mark can't stand here")
                    .help("write `if CONDITION { a } else { b }`")
            }
            ("expect", "no", _) => self.replace(stop.last, "that something did not happen is said with `not`".to_string(), "not"),
            ("answer" | "variant", _, "=") => {
                let by = if start == "answer" { "with" } else { "is" };
                self.replace(at, format!("expected `{by}`, found `=`"), by)
            }
            _ => return None,
        })
    }
}
