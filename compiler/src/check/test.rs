//! Tests: what happens to whom, and when.

use super::Checker;
use super::body::{Body, Kind};
use super::lookup::{nearest, unknown};
use super::names::Owner;
use crate::ast::{self, TestStmtKind as T};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, Expr, ExprKind, TestStmt, TestStmtKind};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// 2026-01-01T00:00:00Z, in milliseconds: when a test starts that does not say when.
const START_MS: i64 = 1_767_225_600_000;

/// The customer of a test that does not say whom.
const CUSTOMER: &str = "test";

impl Checker {
    /// Checks a test. Journeys are checked by then.
    pub(super) fn test(&mut self, decl: &ast::Item) {
        let ast::ItemKind::Test { title, at, body: stmts, .. } = &decl.kind else { return };
        let start_ms = at.as_ref().map_or(START_MS, |at| self.start(at));
        let mut body = Body::new(Kind::Customer);
        body.push_scope();
        let mut checked = Vec::new();
        self.test_stmts(&mut body, stmts, CUSTOMER, &mut checked);
        let vars = self.finish(body);
        self.hir.tests.push(hir::Test { title: title.clone(), start_ms, vars, body: checked, span: decl.span });
    }

    fn start(&mut self, at: &ast::Expr) -> i64 {
        if let ast::ExprKind::Time(ms) = at.kind {
            return ms;
        }
        self.report(
            Diagnostic::error("E0428", at.span, "a test starts at a time that is written out", "this isn't one")
                .help("write it like `at 2026-11-22T09:00:00Z`"),
        );
        START_MS
    }

    /// `as` blocks are dissolved into each statement's customer.
    fn test_stmts(&mut self, body: &mut Body, stmts: &[ast::TestStmt], customer: &str, out: &mut Vec<TestStmt>) {
        for stmt in stmts {
            let kind = match &stmt.kind {
                T::As { customer, customer_span, body: inner } => {
                    if customer.is_empty() {
                        self.report(
                            Diagnostic::error("E0428", *customer_span, "a customer's key can't be empty", "this names nobody")
                                .help("write any name, such as `as \"bob\"`"),
                        );
                    }
                    self.test_stmts(body, inner, customer, out);
                    continue;
                }
                T::Profile(fields) => Some(TestStmtKind::Profile(self.test_profile(body, fields, stmt.span))),
                T::Event { broadcast, event, fields, at } => self.test_event(body, *broadcast, event, fields, at.as_ref(), stmt),
                T::Report { message, event, fields, at } => {
                    let report = self.test_report(body, message, event, fields, stmt.span);
                    let at = at.as_ref().map(|at| self.expr(body, at, Some(TypeId::TIME)));
                    report.map(|(message, event, key, payload)| TestStmtKind::Report { message, event, key, payload, at })
                }
                T::Advance(by) => Some(TestStmtKind::Advance(self.expr(body, by, Some(TypeId::DURATION)))),
                T::AdvanceUntil(to) => Some(TestStmtKind::AdvanceUntil(self.expr(body, to, Some(TypeId::TIME)))),
                T::Variant { experiment, variant } => self.test_variant(experiment, variant),
                T::Expect(expect) => self.expect(body, expect).map(TestStmtKind::Expect),
                T::Answer { service, operation, args, value } => {
                    self.test_answer(body, (service, operation), args.as_deref(), value.as_ref())
                }
                T::Error => None,
            };
            out.extend(kind.map(|kind| TestStmt { kind, customer: customer.into(), span: stmt.span }));
        }
    }

    fn test_profile(&mut self, body: &mut Body, fields: &[(ast::Ident, ast::Expr)], span: Span) -> Vec<(usize, Expr)> {
        let Some(record) = self.hir.profile.as_ref().map(|profile| profile.record) else {
            self.report(
                Diagnostic::error("E0423", span, "this program has no profile", "there is nothing to set")
                    .help("declare what is known of a customer: `profile { email: String? }`"),
            );
            return Vec::new();
        };
        let mut given: Vec<(usize, Expr)> = self.given_fields(body, Owner::Record(record), "profile", fields).into_iter().collect();
        given.sort_by_key(|(at, _)| *at);
        given
    }

    fn test_event(
        &mut self,
        body: &mut Body,
        broadcast: bool,
        event: &ast::Ident,
        fields: &[(ast::Ident, ast::Expr)],
        at: Option<&ast::Expr>,
        stmt: &ast::TestStmt,
    ) -> Option<TestStmtKind> {
        let id = self.event(event);
        let payload = id.map(|id| {
            let record = self.hir.events[id.index()].record;
            let fields = self.record_fields(body, record, fields, stmt.span);
            let ty = self.hir.types.intern(Type::Record(record));
            Expr { kind: ExprKind::Record(record, fields), ty, span: stmt.span }
        });
        let at = at.map(|at| self.expr(body, at, Some(TypeId::TIME)));
        Some(TestStmtKind::Event { broadcast, event: id?, payload: payload?, at })
    }

    fn test_answer(
        &mut self,
        body: &mut Body,
        (service, operation): (&ast::Ident, &ast::Ident),
        args: Option<&[ast::Arg]>,
        value: Option<&ast::Expr>,
    ) -> Option<TestStmtKind> {
        let id = self.operation_named(service, operation)?;
        let what = format!("`{}.{}`", service.name, operation.name);
        let params = self.operation_params(id);
        let declared = self.operation_declared(id);
        let args = args.map(|args| self.arguments_of(body, args, (&params, &declared), &what, operation.span));
        let reply = match (value, self.operation_ret(id)) {
            (None, _) => hir::Reply::Fail,
            (Some(value), Some(ret)) => {
                let why = (operation.span, format!("{what} gives `{}`", self.hir.types.name(ret)));
                hir::Reply::Value(self.expr_because(body, value, ret, Some(&why)))
            }
            (Some(ast::Expr { kind: ast::ExprKind::None, .. }), None) => hir::Reply::Nothing,
            (Some(value), None) => {
                self.report(
                    Diagnostic::error("E0444", value.span, format!("{what} gives nothing"), "nothing would look at this")
                        .help(format!("write `answer {}.{} with none`", service.name, operation.name))
                        .fix("write `none`", value.span, "none"),
                );
                return None;
            }
        };
        let (service, operation) = id;
        Some(TestStmtKind::Answer { service, operation, args, reply })
    }

    fn test_variant(&mut self, experiment: &ast::Ident, variant: &ast::Ident) -> Option<TestStmtKind> {
        let Some((known, _)) = self.experiments.get(&experiment.name) else {
            let mut names: Vec<&str> = self.experiments.keys().map(String::as_str).collect();
            names.sort_unstable();
            let diagnostic = unknown("E0423", experiment, "experiment", nearest(&experiment.name, names.iter().copied()), &names);
            self.report(diagnostic);
            return None;
        };
        let names: Vec<&str> = known.variants.iter().map(|variant| variant.name.as_str()).collect();
        if !names.contains(&variant.name.as_str()) {
            let what = format!("variant of `{}` called", experiment.name);
            let diagnostic = unknown("E0423", variant, &what, nearest(&variant.name, names.iter().copied()), &names);
            self.report(diagnostic);
            return None;
        }
        Some(TestStmtKind::Variant { experiment: experiment.name.clone(), variant: variant.name.clone() })
    }
}
