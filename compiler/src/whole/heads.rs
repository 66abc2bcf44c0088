//! W0406: a journey that nothing starts. W0407: a goal, an exit, an entry or an arm that can never win.

use super::Whole;
use super::flow::SpotKind;
use super::known::Known;
use crate::diagnostics::Diagnostic;
use crate::hir::{Deadline, EndOn, EventMatch, Stmt, StmtKind, WaitArm, WaitArmKind, WaitKind};
use journey_grammar::Span;

/// What an event is offered to, in order.
struct Taker<'h> {
    on: &'h EventMatch,
    span: Span,
}

impl Whole<'_> {
    pub(super) fn heads(&mut self, journey: usize) {
        let declared = &self.program.journeys[journey];
        let enters = declared.enters.iter().filter_map(|enter| Some(Taker { on: enter.on.event()?, span: enter.span }));
        let mut found = self.never_won(enters, "this `enter` lets in nobody more", "each such event is taken by this one");
        let ends = declared.ends.iter().filter_map(|end| match &end.on {
            EndOn::Event(on) => Some(Taker { on, span: end.span }),
            EndOn::When(_) => None,
        });
        found.extend(self.never_won(ends, "this never ends the journey", "each such event ends it here, as written first"));
        let known = self.bounds.flows[journey].known(self.program);
        arms_of(&known, &declared.body, &mut found);
        self.found.extend(found);
    }

    pub(super) fn never_started(&mut self) {
        let entered = self.program.journeys.iter().enumerate().filter(|(_, journey)| !journey.enters.is_empty());
        let mut open: Vec<usize> = entered.map(|(at, _)| at).collect();
        let mut started = vec![false; self.program.journeys.len()];
        while let Some(journey) = open.pop() {
            if !std::mem::replace(&mut started[journey], true) {
                let children = self.bounds.flows[journey].spots.iter().filter_map(|kind| match kind {
                    SpotKind::Start(child) | SpotKind::Run(child) => Some(child.index()),
                    _ => None,
                });
                open.extend(children);
            }
        }
        for (journey, started) in self.program.journeys.iter().zip(started) {
            if !started {
                let name = &journey.name;
                let params = if journey.params.is_empty() { "" } else { "…" };
                self.found.push(
                    Diagnostic::warning(
                        "W0406",
                        journey.name_span,
                        format!("nothing starts the journey `{name}`"),
                        "no journey that is entered starts it",
                    )
                    .help(format!("start it from another journey: `start {name}({params})` or `run {name}({params})`; or remove it")),
                );
            }
        }
    }

    /// Those that come behind one that takes every such event.
    fn never_won<'h>(&self, takers: impl Iterator<Item = Taker<'h>>, message: &str, why: &str) -> Vec<Diagnostic> {
        let mut all: Vec<Taker> = Vec::new();
        let mut found = Vec::new();
        for taker in takers {
            if let Some(first) = all.iter().find(|taken| taken.on.event == taker.on.event && taken.on.filter.is_none()) {
                found.push(never_wins(taker.span, message, first.span, why));
            } else {
                all.push(taker);
            }
        }
        found
    }
}

/// The arms of the waits in a block.
fn arms_of(known: &Known, stmts: &[Stmt], found: &mut Vec<Diagnostic>) {
    for stmt in stmts {
        if let StmtKind::Wait(wait) = &stmt.kind
            && let WaitKind::ForAny(arms) = &wait.kind
        {
            found.extend(later_deadlines(known, arms));
        }
        stmt.kind.blocks().into_iter().for_each(|block| arms_of(known, block, found));
    }
}

/// `after` arms that another one always comes before.
fn later_deadlines(known: &Known, arms: &[WaitArm]) -> Vec<Diagnostic> {
    let lengths = arms.iter().filter_map(|arm| match &arm.kind {
        WaitArmKind::Deadline(Deadline::After(length)) => Some((arm, known.constant(length)?)),
        _ => None,
    });
    let lengths: Vec<(&WaitArm, i64)> = lengths.collect();
    let Some((first, least)) = lengths.iter().min_by_key(|(_, ms)| *ms).copied() else { return Vec::new() };
    let later = lengths.iter().filter(|(arm, ms)| !std::ptr::eq(*arm, first) && *ms >= least);
    later
        .map(|(arm, _)| never_wins(head(arm, "after"), "this arm never wins", head(first, "after"), "this one always comes first"))
        .collect()
}

fn head(arm: &WaitArm, word: &str) -> Span {
    super::first_word(arm.span, word)
}

fn never_wins(span: Span, message: &str, first: Span, why: &str) -> Diagnostic {
    Diagnostic::warning("W0407", span, message, "never reached")
        .and(first, why)
        .help("remove it, or write it first, with a condition (`where …`)")
}
