//! What is written as in another language, or as one would say it.

use super::{super::Reader, Broken, explain::Stop, words};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

impl<'t> Reader<'t> {
    /// What its first words tell: comments, `elseif`, `x++`, a second channel.
    pub(super) fn foreign_start(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let text = self.slice(self.first_line(broken.node.span()));
        let begins = broken.before.is_none_or(|before| self.breaks_between(before.span().end, first.start));
        let after_send = broken.before.is_some_and(|before| before.kind() == Rule::send_stmt);
        let diagnostic = if text.starts_with('#') {
            Diagnostic::error("E0101", first, "`#` does not start a comment", "this mark can't stand here")
                .help("a comment starts with `//`")
                .fix("write `//`", first, "//")
        } else if text.starts_with("/*") {
            Diagnostic::error("E0101", self.span(first.start, first.start + 2), "`/*` does not start a comment", "this has no meaning here")
                .help("a comment starts with `//`, on each of its lines")
        } else if matches!(self.slice(first), "elseif" | "elif" | "elsif") {
            let message = format!("`{}` is written `else if`", self.slice(first));
            Diagnostic::error("E0104", first, message, "this word can't stand here").help("write `else if`").fix(
                "write `else if`",
                first,
                "else if",
            )
        } else if begins && matches!(self.slice(first), "end" | "endif" | "end_if" | "fi" | "done" | "endfor") && !text.contains('=') {
            Diagnostic::error("E0101", first, format!("`{}` ends nothing", self.slice(first)), "this word can't stand here")
                .help("remove it: what belongs together stands in braces, `if … { … }`")
                .fix(format!("remove `{}`", self.slice(first)), first, "")
        } else if self.slice(first) == "unless" && text.contains('{') {
            Diagnostic::error("E0104", first, "`unless` is written `if not`", "this word can't stand here").help("write `if not (…) { … }`")
        } else if text.starts_with(',') && after_send {
            Diagnostic::error("E0101", first, "`via` takes one channel", "a second channel cannot follow so")
                .help("write `via first of email, sms` to use the first that can be used, or a `send` for each channel")
        } else if let Some((target, sign)) = counted(text) {
            let at = first.start + u32::try_from(target.len()).unwrap_or(0);
            Diagnostic::error("E0105", self.span(at, at + 2), format!("`{sign}{sign}` is not an assignment"), "only `=` and `+=` assign")
                .help(if sign == '+' { format!("write `{target} += 1`") } else { format!("write `{target} = {target} - 1`") })
        } else {
            return false;
        };
        self.report(diagnostic);
        true
    }

    /// What stands where reading stopped, and before it.
    pub(super) fn foreign(&mut self, stop: &Stop) -> bool {
        let (last, found) = (self.slice(stop.last), self.slice(stop.found));
        let is_duration = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(['s', 'm', 'h', 'd', 'w']);
        let diagnostic = if stop.at_line_end {
            return false;
        } else if last == "return" {
            Diagnostic::error("E0101", stop.last, "a function has no `return`", "this word can't stand here")
                .help("its value is the last thing in its braces: remove `return`")
                .fix("remove `return`", self.span(stop.last.start, stop.found.start), "")
        } else if last == "finish" && found.starts_with('"') {
            let name = found.trim_matches('"');
            let diagnostic = Diagnostic::error("E0101", stop.found, "an outcome is a name, without quotes", "this is a text");
            if words::is_name(name) && name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                diagnostic.help(format!("write `finish {name}`")).fix(format!("write `{name}`"), stop.found, name)
            } else {
                diagnostic.help("write a name such as `finish lost`")
            }
        } else if last == "on" && matches!(self.slice(self.word_at(stop.start)), "goal" | "exit") && words::is_name(found) {
            let what = self.slice(self.word_at(stop.start));
            Diagnostic::error(
                "E0101",
                stop.last,
                format!("{} `{what}` has a name", if what == "exit" { "an" } else { "a" }),
                "a name should stand before this",
            )
            .help(format!("write `{what} NAME on {found}`: the name is the outcome"))
        } else if is_duration(last) && is_duration(found) {
            let joined = format!("{last}{found}");
            let whole = stop.last.to(stop.found);
            Diagnostic::error("E0110", whole, format!("`{last} {found}` is not one duration"), "a duration has no spaces")
                .help(format!("write `{joined}`"))
                .fix(format!("write `{joined}`"), whole, joined)
        } else {
            return false;
        };
        self.report(diagnostic);
        true
    }

    /// An arm of `wait for any`, or a variant, that does not start as one.
    pub(super) fn no_arm(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let text = self.slice(self.first_line(broken.node.span()));
        if broken.node.kind() != Rule::error_arm || broken.before.is_some_and(|before| !self.breaks_between(before.span().end, first.start))
        {
            return false;
        }
        let (message, help) = match broken.parent.kind() {
            Rule::wait_any if word == "else" => {
                ("`wait for any` has no `else`", "say how long to wait: write `after 3d { … }`".to_string())
            }
            Rule::wait_any if word == "within" => {
                let length = text.trim_start_matches("within").split('{').next().unwrap_or("").trim();
                let length = if length.is_empty() || length.contains(' ') { "3d" } else { length };
                ("an arm does not start with `within`", format!("write `after {length} {{ … }}`"))
            }
            Rule::experiment_stmt if words::is_name(word) && !words::VARIANTS.contains(&word) && text.contains(['%', '{']) => {
                ("a variant begins with `variant`", format!("write `variant {word} …`"))
            }
            _ => return false,
        };
        self.report(Diagnostic::error("E0101", first, message, "this starts no part of it").help(help));
        true
    }

    /// Whether a block should have begun at `at`, behind the head of what starts at `start`.
    pub(super) fn lacks_brace(&self, start: u32, at: u32, rules: &[Rule]) -> bool {
        let found = self.slice(self.word_at(at));
        let after_value = rules.contains(&Rule::head_infix);
        match self.slice(self.word_at(start)) {
            "if" | "while" | "for" | "match" => after_value && found != "{",
            "step" => rules.contains(&Rule::open) && words::STATEMENTS.contains(&found),
            _ => false,
        }
    }

    /// `variant b 50 { … }`: the share is read as meant.
    pub(in super::super) fn no_percent(&mut self, number: Span) {
        let text = self.slice(number);
        // `variant b 0.5`: a part of one, and not of a hundred.
        if let Some(part) = text.strip_prefix("0.").filter(|part| !part.is_empty() && part.len() <= 2) {
            let share = format!("{}%", format!("{part:0<2}").trim_start_matches('0'));
            let diagnostic =
                Diagnostic::error("E0101", number, format!("a share is given in per cent, not as `{text}`"), "`%` is missing after this");
            return self.report(diagnostic.help(format!("write `{share}`")).fix(format!("write `{share}`"), number, share));
        }
        self.report(
            Diagnostic::error("E0101", number, format!("`%` is missing after `{text}`"), "a share is given in per cent")
                .help(format!("write `{text}%`"))
                .fix(format!("write `{text}%`"), number, format!("{text}%")),
        );
    }
}

/// `x.y++` and `x.y--`: what is counted, and the sign.
fn counted(text: &str) -> Option<(&str, char)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))?;
    let (target, rest) = text.split_at_checked(end)?;
    let sign = if rest.starts_with("++") { '+' } else { '-' };
    (!target.is_empty() && (rest.starts_with("++") || rest.starts_with("--"))).then_some((target, sign))
}
