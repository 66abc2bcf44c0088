//! What keeps customers from being disturbed: caps and quiet hours of channels, priorities of journeys.

use super::Checker;
use super::body::Body;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{Cap, Expr, ExprKind, Quiet};
use crate::types::TypeId;
use journey_grammar::Span;
use std::collections::BTreeMap;

/// Sends that a cap may count: each customer's record keeps so many moments.
const CAP_MAX: i64 = 1_000;

impl Checker {
    /// `cap 3 per 7d`
    pub(super) fn cap(&mut self, body: &mut Body, count: Option<i64>, count_span: Span, per: &ast::Expr) -> Option<Cap> {
        let per = self.expr(body, per, Some(TypeId::DURATION));
        let per_ms = self.fold_duration(&per).filter(|ms| *ms > 0);
        if per_ms.is_none() && per.ty != TypeId::ERROR {
            self.report(
                Diagnostic::error("E0447", per.span, "a cap counts over a fixed length of time", "this isn't one")
                    .help("write a duration such as `7d`, or the name of a constant"),
            );
        }
        let count = count?;
        if !(1..=CAP_MAX).contains(&count) {
            let help = if count < 1 {
                "to send nothing over a channel, remove it from the `via` of each `send`"
            } else {
                "leave the cap out, or write a smaller number"
            };
            self.report(
                Diagnostic::error("E0447", count_span, format!("a cap lets 1 to {CAP_MAX} messages through"), "this is outside").help(help),
            );
            return None;
        }
        Some(Cap { count: u32::try_from(count).ok()?, per_ms: per_ms? })
    }

    /// `quiet 21:00..08:00`
    pub(super) fn quiet(&mut self, body: &mut Body, hours: &ast::Expr) -> Option<Quiet> {
        let ast::ExprKind::Binary(ast::BinaryOp::Range, _, from, to) = &hours.kind else {
            if !matches!(hours.kind, ast::ExprKind::Error) {
                self.no_quiet(hours.span, "quiet hours are a range of times", "this isn't one");
            }
            return None;
        };
        let (from, to) = (self.quiet_edge(body, from), self.quiet_edge(body, to));
        self.customer_zone(
            hours.span,
            "when is that for a customer?",
            "add `timezone: Timezone = \"UTC\"` to the profile: quiet hours are the customer's",
        );
        let (from_ms, to_ms) = (from?, to?);
        if from_ms == to_ms {
            self.no_quiet(hours.span, "these quiet hours end as they begin", "this is no time at all, or all the time");
            return None;
        }
        Some(Quiet { from_ms, to_ms })
    }

    fn quiet_edge(&mut self, body: &mut Body, edge: &ast::Expr) -> Option<i64> {
        let edge = self.expr(body, edge, Some(TypeId::LOCAL_TIME));
        let time = self.fold_local_time(&edge);
        if time.is_none() && edge.ty != TypeId::ERROR {
            self.no_quiet(edge.span, "quiet hours are the same for everybody", "this is only known when the program runs");
        }
        time
    }

    fn no_quiet(&mut self, span: Span, message: &str, label: &str) {
        self.report(Diagnostic::error("E0448", span, message, label).help("write from when to when: `quiet 21:00..08:00`"));
    }

    fn fold_local_time(&self, expr: &Expr) -> Option<i64> {
        match &expr.kind {
            ExprKind::LocalTime(ms) => Some(*ms),
            ExprKind::Const(id) => self.fold_local_time(&self.hir.consts.get(id.index())?.value),
            _ => None,
        }
    }

    /// Reports local times in a program whose profile knows no zone.
    pub(super) fn customer_zone(&mut self, span: Span, message: &str, help: &str) {
        if self.hir.profile.as_ref().is_none_or(|profile| profile.timezone.is_none()) {
            self.report(Diagnostic::error("E0420", span, message, "the profile has no field `timezone`").help(help));
        }
    }

    /// Warns of groups that only one journey is in. Journeys are checked by then.
    pub(super) fn lonely_groups(&mut self, items: &[&ast::Item]) {
        let mut groups: BTreeMap<&str, Vec<&ast::Ident>> = BTreeMap::new();
        let journeys = items.iter().filter_map(|item| if let ast::ItemKind::Journey(journey) = &item.kind { Some(journey) } else { None });
        for clause in journeys.flat_map(|journey| &journey.clauses) {
            if let ast::ClauseKind::Priority { group, .. } = &clause.kind {
                groups.entry(group.name.as_str()).or_default().push(group);
            }
        }
        let names: Vec<&str> = groups.keys().copied().collect();
        for members in groups.values() {
            let [only] = members.as_slice() else { continue };
            let diagnostic = Diagnostic::warning(
                "W0445",
                only.span,
                format!("no other journey is in the group `{}`", only.name),
                "so there is nothing to go before",
            );
            let meant = super::lookup::nearest(&only.name, names.iter().copied());
            self.report(match meant {
                Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")).fix(format!("write `{meant}`"), only.span, meant),
                None => diagnostic.help("give the journeys that compete with it a `priority` in the same group"),
            });
        }
    }
}
