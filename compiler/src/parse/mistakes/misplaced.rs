//! What is right elsewhere: a clause behind statements, a declaration in a journey, a part outside of its whole.

use super::{
    super::{Reader, journeys::is_clause},
    Broken, words,
};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span, Syntax, is_error};

/// Where each word belongs that starts a clause or a part of something else.
const HOMES: &[(&[&str], &str, &str)] = &[
    (
        &["address", "consent", "cap", "quiet"],
        "this is a clause of a channel",
        "move it into a `channel`, as in `channel email { address profile.email cap 3 per 7d }`",
    ),
    (&["variant", "holdout"], "this is a part of an experiment", "move it into an `experiment NAME { … }`"),
    (&["branch"], "this is a part of `parallel` or `race`", "move it into `parallel { … }` or `race { … }`"),
    (&["advance", "answer", "expect"], "this is a statement of a `test`", "move it into a `test \"…\" { … }`"),
    (&["catch"], "this belongs to a `try`", "write `try { … } catch e { … }`"),
    (
        &["timeout", "retry", "backoff"],
        "this belongs to the operation of a service",
        "write it behind the path, as in `GET \"/points\" timeout 2s retry 5`",
    ),
];

/// Where reading went on behind a declaration that stands in a block: nothing of it is told.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Torn {
    /// The brace that closes the block.
    pub end: u32,
    /// What stands in it.
    pub start: u32,
}

impl<'t> Reader<'t> {
    /// A word that belongs into another block.
    pub(super) fn away_from_home(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let next = self.slice(self.word_at(self.skip_space(first.end)));
        if !matches!(broken.node.kind(), Rule::error_item | Rule::error_stmt | Rule::error_clause) || matches!(next, "=" | "." | "+=" | ":")
        {
            return false;
        }
        let goes_on = broken.before.is_some_and(|before| !self.breaks_between(before.span().end, first.start));
        if goes_on && word != "catch" {
            return false;
        }
        let Some((_, label, help)) = HOMES.iter().find(|(home, ..)| home.contains(&word)) else { return false };
        self.report(Diagnostic::error("E0118", first, format!("`{word}` cannot stand here"), *label).help(*help));
        true
    }

    /// A word that is right elsewhere: a clause behind statements, a statement in a test or outside a journey.
    pub(super) fn misplaced_word(&mut self, broken: Broken<'t>, first: Span) -> bool {
        let word = self.slice(first);
        let next = self.slice(self.word_at(self.skip_space(first.end)));
        // The other half of something broken, which is said already.
        if matches!(word, "else" | "catch")
            && broken.node.kind() == Rule::error_stmt
            && (is_behind_error(broken) && broken.before.is_none() || is_behind_broken_if(broken))
        {
            return true;
        }
        let goes_on = broken.before.is_some_and(|before| !self.breaks_between(before.span().end, first.start))
            && (broken.node.kind() == Rule::error_item || self.slice(self.word_before(first.start)) == "to");
        if matches!(next, "=" | "." | "+=" | ":") || goes_on {
            return false;
        }
        let place = match broken.node.kind() {
            Rule::error_stmt if word == "exit" && broken.parent.kind() != Rule::journey_item => {
                Some(("E0118", "`exit` is a clause of the head", "write `finish OUTCOME` to end the journey here"))
            }
            // Behind something broken in the head, which is said already.
            Rule::error_stmt if words::CLAUSES.contains(&word) && is_behind_error(broken) && !self.is_after_statement(broken) => {
                return broken.before.is_none();
            }
            Rule::error_stmt if words::CLAUSES.contains(&word) => {
                Some(("E0118", "a clause of the head stands before all statements", "move it up, to the other clauses of the journey"))
            }
            Rule::error_test_stmt if word == "wait" => {
                Some(("E0118", "this is a statement of a journey", "in a test time goes on with `advance 1h`"))
            }
            Rule::error_test_stmt if words::STATEMENTS.contains(&word) && !words::TEST_STATEMENTS.contains(&word) => Some((
                "E0118",
                "this is a statement of a journey",
                "in a test, say what happens with `event` and what should come of it with `expect`",
            )),
            Rule::error_item if word == "let" => {
                Some(("E0118", "this stands in no journey", "a value for all journeys is written `const NAME = VALUE`"))
            }
            Rule::error_item if words::STATEMENTS.contains(&word) || words::CLAUSES.contains(&word) => {
                Some(("E0118", "this stands in no journey", "move it into a `journey`; a brace above may close too early"))
            }
            _ => None,
        };
        let Some((code, label, help)) = place else { return false };
        self.report(Diagnostic::error(code, first, format!("`{word}` cannot stand here"), label).help(help));
        true
    }

    /// Whether a whole statement stands before a broken part in its block. Where none does, something broken does, and a
    /// clause behind that is not misplaced.
    pub(super) fn is_after_statement(&self, broken: Broken<'t>) -> bool {
        let body = broken.parent.children().take_while(|child| child.span().start < broken.node.span().start);
        let parts = [Rule::ident, Rule::params, Rule::string, Rule::kw_journey, Rule::open, Rule::semicolon];
        body.into_iter().any(|child| !is_error(child.kind()) && !is_clause(child.kind()) && !parts.contains(&child.kind()))
    }

    /// A declaration inside of a block, which ends there for the grammar. `end` is where it does, `close` the brace that
    /// was meant to close it.
    pub(super) fn declared_inside(&mut self, list: Syntax<'t>, end: u32, close: u32) {
        // The blocks around it end there too.
        if self.torn.iter().any(|torn| torn.start == end) {
            return;
        }
        self.torn.push(Torn { start: end, end: close });
        let at = self.word_at(end);
        let word = self.slice(at);
        let help = match word {
            "const" => "move it out of the journey; a value for this journey alone is written `let NAME = VALUE`".to_string(),
            "event" => "move it out of the journey; an event that is to happen is written `emit EVENT { … }`".to_string(),
            "message" => "move it out of the journey; here it is sent: `send MESSAGE via CHANNEL`".to_string(),
            "segment" => "move it out of the journey; a condition for this journey alone is written `let NAME = CONDITION`".to_string(),
            "fn" => "move it out of the journey: then every journey can call it".to_string(),
            "profile" => "move it out of the journey; a field gets a value by `profile.FIELD = VALUE`".to_string(),
            "journey" => "move it out of this one; here it is started: `start JOURNEY(…)` or `run JOURNEY(…)`".to_string(),
            _ => "move it out, before or behind what it stands in".to_string(),
        };
        let outer = list.child(Rule::open).map_or(list.span(), Syntax::span);
        self.report(
            Diagnostic::error("E0118", at, format!("`{word}` cannot stand here"), "this declares something, and stands in a block")
                .and(outer, "the block begins here")
                .help(help),
        );
    }

    /// What was said of the rest of a block in which a declaration stands is no mistake of its own.
    pub(super) fn forget_torn(&mut self, root: Syntax<'t>) {
        let torn = std::mem::take(&mut self.torn);
        if torn.is_empty() {
            return;
        }
        let inside = |at: u32| torn.iter().any(|torn| (torn.start..=torn.end).contains(&at));
        let rests: Vec<Span> =
            root.children().filter(|item| is_error(item.kind()) && inside(item.span().start)).map(Syntax::span).collect();
        self.diagnostics.retain(|said| {
            let at = said.primary.span.start;
            !said.code.starts_with("E01") || !rests.iter().any(|rest| (rest.start..rest.end).contains(&at))
        });
    }
}

/// Whether an `if` before it in its block is broken, which this belongs to.
pub(super) fn is_behind_broken_if(broken: Broken<'_>) -> bool {
    let mut before = broken.parent.children().take_while(|child| child.span().start < broken.node.span().start);
    before.any(|child| is_error(child.kind()) && child.text().starts_with("if"))
}

/// Whether something else that is broken stands before it in its block.
fn is_behind_error(broken: Broken<'_>) -> bool {
    broken.parent.children().take_while(|child| child.span().start < broken.node.span().start).any(|child| is_error(child.kind()))
}
