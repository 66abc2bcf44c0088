//! Blocks of clauses, in which each line starts with one of a few words: what these are, and what others mean.

use super::{super::Reader, Broken, places::is_word, words};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span};

/// A block in which only certain words start a line.
struct Block {
    /// What such a line is.
    line: &'static str,
    /// The words, as the help names them.
    has: &'static str,
    words: &'static [&'static str],
    /// What others say for them.
    said: &'static [(&'static str, &'static str)],
}

const CHANNEL: Block = Block {
    line: "a clause of a channel",
    has: "a channel has `address`, `consent`, `cap`, `quiet` and `content`",
    words: words::CHANNEL_CLAUSES,
    said: &[
        ("limit", "cap"),
        ("frequency", "cap"),
        ("frequency_cap", "cap"),
        ("max", "cap"),
        ("rate", "cap"),
        ("throttle", "cap"),
        ("hours", "quiet"),
        ("quiet_hours", "quiet"),
        ("silent", "quiet"),
        ("to", "address"),
        ("recipient", "address"),
        ("opt_in", "consent"),
        ("optin", "consent"),
        ("permission", "consent"),
        ("fields", "content"),
        ("template", "content"),
    ],
};
const OPTION: Block = Block {
    line: "a part of a request",
    has: "behind the path stand `timeout 2s`, `retry 5`, `backoff 1s..1m` and `body { … }`",
    words: &["timeout", "retry", "backoff", "body"],
    said: &[
        ("retries", "retry"),
        ("attempts", "retry"),
        ("tries", "retry"),
        ("deadline", "timeout"),
        ("timeout_ms", "timeout"),
        ("delay", "backoff"),
        ("payload", "body"),
        ("data", "body"),
        ("json", "body"),
    ],
};
const OPERATION: Block = Block {
    line: "an operation",
    has: "a service has operations: `fn points(member: String) -> Int { GET \"/points/{member}\" }`; where it is stands in `journey.toml`",
    words: &["fn"],
    said: &[("function", "fn"), ("def", "fn"), ("func", "fn"), ("operation", "fn"), ("op", "fn")],
};
const HEAD: Block = Block {
    line: "a clause",
    has: "the head of a journey has `enter`, `one per`, `unlimited`, `cooldown`, `goal`, `exit`, `priority` and `on change`",
    words: words::CLAUSES,
    said: words::HEAD_SAID,
};
const WAIT_ARM: Block = Block {
    line: "an arm of `wait for any`",
    has: "an arm begins with `on EVENT`, `after 2d`, `at 09:00` or `when CONDITION`",
    words: words::WAIT_ARMS,
    said: &[("event", "on"), ("timeout", "after"), ("if", "when"), ("until", "at")],
};
const VARIANT: Block = Block {
    line: "a part of an experiment",
    has: "an experiment has `variant NAME 50% { … }` and `holdout 10% { … }`",
    words: words::VARIANTS,
    said: &[("arm", "variant"), ("option", "variant"), ("group", "variant"), ("branch", "variant"), ("case", "variant")],
};
const BRANCH: Block = Block {
    line: "a branch",
    has: "it is written `branch NAME { … }`",
    words: &["branch"],
    said: &[("path", "branch"), ("task", "branch"), ("lane", "branch"), ("arm", "branch"), ("variant", "branch")],
};
const TEST: Block = Block {
    line: "a statement of a test",
    has: "a test says what is known with `profile`, what happens with `event`, `advance` and `answer`, and what should come of it with `expect`",
    words: words::TEST_STATEMENTS,
    said: &[
        ("given", "profile"),
        ("customer", "as"),
        ("user", "as"),
        ("then", "expect"),
        ("assert", "expect"),
        ("should", "expect"),
        ("verify", "expect"),
        ("check", "expect"),
        ("trigger", "event"),
        ("fire", "event"),
        ("track", "event"),
        ("sleep", "advance"),
        ("mock", "answer"),
        ("stub", "answer"),
    ],
};

/// The block that something broken stands in, where it is one of these.
fn block_of(broken: Broken<'_>) -> Option<&'static Block> {
    Some(match (broken.node.kind(), broken.parent.kind()) {
        (Rule::error_channel_clause, _) => &CHANNEL,
        (Rule::error_option, _) => &OPTION,
        (Rule::error_operation, _) => &OPERATION,
        (Rule::error_clause, _) => &HEAD,
        (Rule::error_arm, Rule::wait_any) => &WAIT_ARM,
        (Rule::error_arm, Rule::experiment_stmt) => &VARIANT,
        (Rule::error_arm, Rule::parallel_stmt | Rule::race_stmt) => &BRANCH,
        (Rule::error_test_stmt, _) => &TEST,
        _ => return None,
    })
}

impl<'t> Reader<'t> {
    /// A line of such a block that starts with a word which starts none.
    pub(super) fn no_such_clause(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let Some(block) = block_of(broken) else { return false };
        let fresh = broken.before.is_none_or(|before| self.breaks_between(before.span().end, first.start))
            || matches!(broken.node.kind(), Rule::error_arm | Rule::error_option);
        if !fresh || !word.starts_with(is_word) || word.starts_with(|c: char| c.is_ascii_digit()) || block.words.contains(&word) {
            return false;
        }
        if self.no_request(broken, first) || self.in_no_branch(broken, first) || self.one_word_too_many(broken, block, first) {
            return true;
        }
        let lower = word.to_lowercase();
        let said = block.said.iter().find(|(said, _)| *said == lower).map(|(_, meant)| *meant);
        let near = || words::near(&lower, block.words.iter().copied()).or_else(|| words::meant(word, block.words));
        let message = format!("`{word}` does not start {}", block.line);
        let help = |meant| if said.is_some() { format!("write `{meant}`; {}", block.has) } else { format!("write `{meant}`") };
        self.report(match said.or_else(near) {
            Some(meant) => Diagnostic::error("E0104", first, message, format!("did you mean `{meant}`?")).help(help(meant)).fix(
                format!("write `{meant}`"),
                first,
                meant,
            ),
            None => Diagnostic::error("E0101", first, message, "this is none of the words that can stand here").help(block.has),
        });
        true
    }

    /// `given profile { … }`, `retry 3 times`: what would be right without its first word.
    fn one_word_too_many(&mut self, broken: Broken<'t>, block: &Block, first: Span) -> bool {
        let next = self.word_at(self.skip_space(first.end));
        let word = self.slice(first);
        if matches!(word, "times" | "time") && broken.node.kind() == Rule::error_option {
            let diagnostic = self.no_times(first);
            self.report(diagnostic);
            return true;
        }
        let other = block.said.iter().any(|(said, meant)| *said == word && *meant != self.slice(next))
            || words::near(word, block.words.iter().copied()).is_some()
            || words::meant(word, block.words).is_some_and(|meant| meant != self.slice(next));
        if other || !block.words.contains(&self.slice(next)) || self.breaks_between(first.end, next.start) {
            return false;
        }
        let message = format!("`{word}` does not start {}", block.line);
        self.report(
            Diagnostic::error("E0101", first, message, "this is a word too many").help(format!("begin with `{}`", self.slice(next))).fix(
                format!("remove `{word}`"),
                self.span(first.start, next.start),
                "",
            ),
        );
        true
    }

    /// `url "/points"` and `get "/points"`: an operation that does not begin with what kind of request it is.
    fn no_request(&mut self, broken: Broken<'t>, first: Span) -> bool {
        const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
        let is_first = !broken.parent.has(Rule::http_call)
            && broken.parent.child(Rule::error_option).is_some_and(|option| option.span() == broken.node.span());
        if broken.node.kind() != Rule::error_option || !is_first {
            return false;
        }
        let word = self.slice(first);
        let upper = word.to_uppercase();
        let method = METHODS.into_iter().find(|method| *method == upper);
        self.report(match method {
            Some(method) if method != word => {
                Diagnostic::error("E0104", first, format!("`{word}` is written `{method}`"), "kinds of requests stand in capitals")
                    .help(format!("write `{method}`"))
                    .fix(format!("write `{method}`"), first, method)
            }
            Some(method) => Diagnostic::error("E0101", first, format!("where does this `{method}` go?"), "a path in quotes stands behind this")
                .help(format!("write the path: `{method} \"/points/{{member}}\"`")),
            None => Diagnostic::error("E0101", first, format!("`{word}` is no kind of request"), "an operation begins with its request")
                .help("write the kind and the path, as in `GET \"/points/{member}\"`: there is `GET`, `POST`, `PUT`, `PATCH`, `DELETE` and `HEAD`"),
        });
        true
    }

    /// `parallel { wait 1h … }`: statements where branches should stand.
    fn in_no_branch(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let what = match broken.parent.kind() {
            Rule::parallel_stmt => "parallel",
            Rule::race_stmt => "race",
            _ => return false,
        };
        if !words::STATEMENTS.contains(&word) {
            return false;
        }
        // One is enough for all the statements of the block.
        if broken.parent.child(Rule::error_arm).is_some_and(|arm| arm.span() == broken.node.span()) {
            self.report(
                Diagnostic::error("E0101", first, format!("what `{what}` does stands in branches"), "this stands in no branch")
                    .help(format!("give each part a name: `{what} {{ branch first {{ {word} … }} branch second {{ … }} }}`")),
            );
        }
        true
    }
}
