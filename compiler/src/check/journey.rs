//! A journey: its head, its body, and the table of its outcomes.

use super::Checker;
use super::body::{Body, Facts};
use super::clauses::Head;
use super::flow::{Falls, Loop};
use super::identity::Identities;
use super::outcomes::outcomes;
use crate::ast;
use crate::diagnostics::{Diagnostic, Severity};
use crate::hir::{self, EventId, JourneyId, OutcomeId, VarId};
use crate::types::{EnumId, TypeId};

/// The outcome of a journey that comes to the end of its body.
pub(super) const COMPLETED: &str = "completed";

/// A journey while it is checked.
#[derive(Debug, Default)]
pub(super) struct JourneyBody {
    pub body: Body,
    pub identities: Identities,
    pub experiments: Vec<hir::Experiment>,
    /// The loops around the current place, innermost last.
    pub loops: Vec<Loop>,
    /// Statements that stand behind the one that is checked.
    pub behind: Vec<hir::Stmt>,
    /// How many `try`s are around the current place.
    pub tries: usize,
    /// Whether anything in the body ends it, before the end of the body.
    pub ends: bool,
    outcomes: Vec<String>,
}

/// An event pattern, with what its filter has made known.
#[derive(Debug)]
pub(super) struct Matched {
    pub on: hir::EventMatch,
    pub facts: Facts,
}

impl Checker {
    /// Checks a journey, whose name was entered before. Messages and channels are checked by then.
    pub(super) fn journey(&mut self, id: JourneyId, decl: &ast::Item) {
        let ast::ItemKind::Journey(journey) = &decl.kind else { return };
        let before = self.diagnostics.len();
        let mut cx = JourneyBody::default();
        cx.body.push_scope();
        let (params, result) = self.journey_params(&mut cx, id, journey);
        let Head { enters, key, cooldown_ms, on_change, priority, ends } = self.clauses(&mut cx, journey);
        let (body, falls) = self.stmts(&mut cx, &journey.body);
        let is_right = !self.diagnostics[before..].iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        if is_right && falls == Falls::Never && !cx.ends && ends.is_empty() {
            self.never_ends(&journey.name);
        }
        cx.outcome(COMPLETED);
        let checked = hir::Journey {
            name: journey.name.name.clone(),
            name_span: journey.name.span,
            title: journey.title.clone(),
            vars: self.finish(cx.body),
            params,
            enters,
            key,
            cooldown_ms,
            ends,
            outcomes: cx.outcomes,
            experiments: cx.experiments,
            priority,
            on_change,
            result,
            body,
            span: decl.span,
        };
        self.hir.journeys[id.index()] = checked;
    }

    /// What other journeys start it with, and what they get when it ends.
    fn journey_params(&mut self, cx: &mut JourneyBody, id: JourneyId, journey: &ast::Journey) -> (Vec<VarId>, Option<EnumId>) {
        let entered = &self.hir.journeys[id.index()];
        let (vars, result) = (entered.vars.clone(), entered.result);
        let params = vars.iter().map(|var| cx.body.declare(&var.name, var.ty, false, var.span)).collect();
        if result.is_some() {
            // So that the outcomes have the numbers that the result has for them.
            cx.outcomes = outcomes(journey);
        }
        (params, result)
    }

    fn never_ends(&mut self, name: &ast::Ident) {
        self.report(
            Diagnostic::warning("W0401", name.span, format!("the journey `{}` never ends", name.name), "nothing in it ends it")
                .help("add a `goal`, an `exit` or a `finish`, so that customers come out of it"),
        );
    }

    /// The outcome of that name.
    pub(super) fn outcome(&mut self, cx: &mut JourneyBody, name: &ast::Ident) -> OutcomeId {
        if matches!(name.name.as_str(), "failed" | "cancelled") {
            self.report(
                Diagnostic::error(
                    "E0408",
                    name.span,
                    format!("`{}` can't be an outcome", name.name),
                    "this word says how an instance stops without an outcome",
                )
                .help("choose another name, such as `gave_up`; `fail \"why\"` stops an instance as failed"),
            );
        }
        cx.outcome(&name.name)
    }

    /// The event of that name, and the type of its payload; where there is none, that is reported.
    pub(super) fn awaited(&mut self, name: &ast::Ident) -> (EventId, TypeId) {
        match self.event(name) {
            Some(id) => (id, self.payload(id)),
            None => (EventId(u32::MAX), TypeId::ERROR),
        }
    }

    /// `EVENT as x where C`: declares the binder in the current scope.
    pub(super) fn event_pattern(&mut self, body: &mut Body, on: &ast::EventPattern) -> Matched {
        let handle = on.handle.as_ref().map(|handle| self.handle_named(body, handle, &on.event));
        let (event, ty) = match &handle {
            Some(_) => self.report_awaited(&on.event),
            None => self.awaited(&on.event),
        };
        let binder = match &on.binder {
            Some(binder) => body.declare(&binder.name, ty, false, binder.span),
            None => body.declare("", ty, false, on.event.span),
        };
        let (filter, facts) = self.filter(body, on.filter.as_ref());
        let filter = match handle.flatten() {
            Some(handle) => Some(self.of_handle(handle, binder, ty, filter)),
            None => filter,
        };
        Matched { on: hir::EventMatch { event, binder, filter }, facts }
    }

    /// The condition behind `where`, and what is known where it is true.
    pub(super) fn filter(&mut self, body: &mut Body, filter: Option<&ast::Expr>) -> (Option<hir::Expr>, Facts) {
        match filter {
            Some(filter) => {
                let (filter, known, _) = self.condition(body, filter);
                (Some(filter), known)
            }
            None => (None, Facts::new()),
        }
    }
}

impl JourneyBody {
    fn outcome(&mut self, name: &str) -> OutcomeId {
        let at = self.outcomes.iter().position(|known| known == name).unwrap_or_else(|| {
            self.outcomes.push(name.into());
            self.outcomes.len() - 1
        });
        OutcomeId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// Something broken or not supported yet: what it does is not known, and it is reported already.
    pub fn unknown(&mut self) {
        self.ends = true;
        self.paused();
    }

    /// A pause: nothing that can change is known behind it, and the loops around it do not turn without bound.
    pub fn paused(&mut self) {
        self.body.paused();
        self.bounded();
    }

    /// The loops around the current place come to a rest or an end here.
    pub fn bounded(&mut self) {
        for around in &mut self.loops {
            around.bounded = true;
        }
    }
}
