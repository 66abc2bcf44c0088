//! Journeys: the clauses of the head, and the body.

use super::Reader;
use super::waits::weekday_number;
use crate::ast::{Clause, ClauseKind, EventPattern, Every, Expr, ExprKind, Journey, Stmt, StmtKind};
use journey_grammar::{Rule, Syntax};

impl<'t> Reader<'t> {
    pub(super) fn journey(&mut self, node: Syntax<'t>) -> Journey {
        let title = node.child(Rule::string).map(|string| self.plain_string(string));
        let params = self.params(node);
        let clauses = node.children().filter(|child| is_clause(child.kind()) || child.kind() == Rule::error_clause);
        let clauses = clauses.map(|clause| Clause { kind: self.clause(clause), span: clause.span() }).collect();
        let mut body: Vec<Stmt> = node.all(Rule::error_clause).filter_map(|broken| self.broken_binder(broken)).collect();
        body.extend(self.stmts_of(node));
        Journey { name: self.name(node), is_child: node.has(Rule::params), params, title, clauses, body }
    }

    /// The name that a broken `enter` binds, so that its uses are not reported too.
    fn broken_binder(&self, node: Syntax<'t>) -> Option<Stmt> {
        let enter = node.text().strip_prefix("enter")?;
        let name = enter.split(" as ").nth(1)?.trim_start().trim_start_matches("var ").trim_start();
        let start = node.span().start + u32::try_from(name.as_ptr() as usize - node.text().as_ptr() as usize).ok()?;
        let binder = self.ident_at(self.word_at(start));
        let what_span = self.word_at(node.span().start);
        let kind = StmtKind::Unsupported { what: "enter".to_string(), what_span, binds: vec![binder] };
        Some(Stmt { kind, span: node.span() })
    }

    fn clause(&mut self, node: Syntax<'t>) -> ClauseKind {
        match node.kind() {
            Rule::enter_clause => self.enter(node),
            Rule::one_per_clause => {
                let key = self.expr_in(node, Rule::expr);
                ClauseKind::OnePer(Some(key).filter(|key| !matches!(key.kind, ExprKind::Customer)))
            }
            Rule::unlimited_clause => ClauseKind::Unlimited,
            Rule::cooldown_clause => ClauseKind::Cooldown(self.expr_in(node, Rule::expr)),
            Rule::goal_clause => ClauseKind::Goal { name: self.name(node), on: self.event_pattern_in(node) },
            Rule::exit_clause if node.has(Rule::kw_when) => {
                ClauseKind::ExitWhen { name: self.name(node), when: self.expr_in(node, Rule::head_expr) }
            }
            Rule::exit_clause => ClauseKind::ExitOn { name: self.name(node), on: self.event_pattern_in(node) },
            Rule::on_change_clause => ClauseKind::OnChange { stay: node.has(Rule::kw_stay) },
            Rule::priority_clause => match node.child(Rule::int).map(|int| self.whole_number(int)) {
                Some(Some(rank)) => ClauseKind::Priority { rank, group: self.name(node) },
                _ => ClauseKind::Unsupported { what: "priority".to_string() },
            },
            Rule::error_clause => ClauseKind::Unsupported { what: self.slice(self.word_at(node.span().start)).to_string() },
            _ => ClauseKind::Unsupported { what: self.unsupported(node, "leave this clause out for now") },
        }
    }

    fn enter(&mut self, node: Syntax<'t>) -> ClauseKind {
        if let Some(every) = node.child(Rule::enter_every) {
            return self.enter_every(every);
        }
        if let Some(segment) = node.child(Rule::enter_segment) {
            return ClauseKind::EnterSegment { segment: self.name(segment), including_present: segment.has(Rule::kw_present) };
        }
        let event = node.child(Rule::enter_event).and_then(|event| event.child(Rule::event_pattern)).unwrap_or(node);
        let assignable = event.child(Rule::binder).is_some_and(|binder| binder.has(Rule::kw_var));
        ClauseKind::Enter { on: self.event_pattern(event, true), assignable }
    }

    fn enter_every(&mut self, node: Syntax<'t>) -> ClauseKind {
        let day = node.child(Rule::every_day);
        let every = if let Some(on) = node.child(Rule::no_day) {
            self.no_day(node, on);
            Every::Period(Expr { kind: ExprKind::Error, span: on.span() })
        } else if let Some(month) = node.child(Rule::every_month) {
            let day = month.child(Rule::int).unwrap_or(month);
            Every::Month(day.text().replace('_', "").parse().unwrap_or(0), day.span())
        } else if let Some(weekday) = day.and_then(|day| day.child(Rule::weekday)) {
            Every::Weekday(weekday_number(weekday.text()))
        } else if day.is_some() {
            Every::Day
        } else {
            Every::Period(self.expr_in(node, Rule::expr))
        };
        let at = node.child(Rule::moment_expr).map(|at| self.expr(at));
        let segment = node.has(Rule::kw_segment).then(|| self.name(node));
        ClauseKind::EnterEvery { every, at, segment }
    }

    pub(super) fn event_pattern_in(&mut self, node: Syntax<'t>) -> EventPattern {
        match node.child(Rule::event_pattern) {
            Some(pattern) => self.event_pattern(pattern, false),
            None => EventPattern { handle: None, event: self.name(node), binder: None, filter: None, span: node.span() },
        }
    }

    /// `EVENT as x where C`; `assignable` says whether `as var x` may stand there.
    fn event_pattern(&mut self, node: Syntax<'t>, assignable: bool) -> EventPattern {
        let path = node.child(Rule::event_path);
        let (handle, event) = match path.filter(|path| path.has(Rule::dot)) {
            Some(path) => (Some(self.name(path)), self.nth_name(path, 1)),
            None => (None, self.name(path.unwrap_or(node))),
        };
        let binder = node.child(Rule::binder);
        if let Some(var) = binder.and_then(|binder| binder.child(Rule::kw_var)).filter(|_| !assignable) {
            self.var_binder(var);
        }
        let filter = node.child(Rule::head_expr).map(|filter| self.expr(filter));
        EventPattern { handle, event, binder: binder.map(|binder| self.name(binder)), filter, span: node.span() }
    }
}

pub(super) fn is_clause(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::enter_clause
            | Rule::one_per_clause
            | Rule::unlimited_clause
            | Rule::cooldown_clause
            | Rule::goal_clause
            | Rule::exit_clause
            | Rule::priority_clause
            | Rule::on_change_clause
            | Rule::migrate_item
    )
}
