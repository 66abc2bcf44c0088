//! Tests: each expression becomes a function that the engine calls.

use super::Lowerer;
use crate::hir;
use crate::mir::{Expect, FunctionId, Reply, Test, TestStmt, TestStmtKind};

/// Lowers a test.
pub(super) fn lower(lowerer: &mut Lowerer<'_>, test: &hir::Test) -> Test {
    let body = test.body.iter().map(|stmt| TestStmt { kind: statement(lowerer, stmt), customer: stmt.customer.clone(), span: stmt.span });
    let body = body.collect();
    Test { title: test.title.clone(), start_ms: test.start_ms, body, span: test.span }
}

fn statement(lowerer: &mut Lowerer<'_>, stmt: &hir::TestStmt) -> TestStmtKind {
    let mut value = |expr: &hir::Expr| value(lowerer, expr);
    match &stmt.kind {
        hir::TestStmtKind::Profile(fields) => TestStmtKind::Profile(fields.iter().map(|(field, expr)| (*field, value(expr))).collect()),
        hir::TestStmtKind::Event { broadcast, event, payload, at } => {
            TestStmtKind::Event { broadcast: *broadcast, event: *event, payload: value(payload), at: at.as_ref().map(value) }
        }
        hir::TestStmtKind::Report { message, event, key, payload, at } => TestStmtKind::Report {
            message: *message,
            event: *event,
            at: at.as_ref().map(&mut value),
            payload: lowerer.closed("test".into(), &[*key], payload),
        },
        hir::TestStmtKind::Advance(duration) => TestStmtKind::Advance(value(duration)),
        hir::TestStmtKind::AdvanceUntil(time) => TestStmtKind::AdvanceUntil(value(time)),
        hir::TestStmtKind::Variant { experiment, variant } => {
            TestStmtKind::Variant { experiment: experiment.clone(), variant: variant.clone() }
        }
        hir::TestStmtKind::Answer { service, operation, args, reply } => TestStmtKind::Answer {
            service: *service,
            operation: *operation,
            args: args.as_ref().map(|args| args.iter().map(&mut value).collect()),
            reply: match reply {
                hir::Reply::Value(reply) => Reply::Value(value(reply)),
                hir::Reply::Nothing => Reply::Nothing,
                hir::Reply::Fail => Reply::Fail,
            },
        },
        hir::TestStmtKind::Expect(expectation) => TestStmtKind::Expect(expect(lowerer, expectation)),
    }
}

fn value(lowerer: &mut Lowerer<'_>, expr: &hir::Expr) -> FunctionId {
    lowerer.closed("test".into(), &[], expr)
}

fn expect(lowerer: &mut Lowerer<'_>, expectation: &hir::Expect) -> Expect {
    match expectation {
        hir::Expect::Sent { not, message, via, times, filter } => Expect::Sent {
            not: *not,
            message: *message,
            via: *via,
            times: *times,
            filter: filter.as_ref().map(|(params, expr)| lowerer.closed("test where".into(), params, expr)),
        },
        hir::Expect::Held { not, message, via, until } => {
            Expect::Held { not: *not, message: *message, via: *via, until: until.as_ref().map(|until| value(lowerer, until)) }
        }
        hir::Expect::Suppressed { not, message, reason } => Expect::Suppressed { not: *not, message: *message, reason: reason.clone() },
        hir::Expect::At { not, journey, step } => Expect::At { not: *not, journey: *journey, step: step.clone() },
        hir::Expect::Finished { not, journey, outcome } => {
            Expect::Finished { not: *not, journey: *journey, outcome: outcome.map(|outcome| outcome.0) }
        }
        hir::Expect::Failed { not, journey } => Expect::Failed { not: *not, journey: *journey },
        hir::Expect::Emitted { not, event, times, filter } => Expect::Emitted {
            not: *not,
            event: *event,
            times: *times,
            filter: filter.as_ref().map(|(params, expr)| lowerer.closed("test where".into(), params, expr)),
        },
        hir::Expect::Called { not, service, operation, times, filter } => Expect::Called {
            not: *not,
            service: *service,
            operation: *operation,
            times: *times,
            filter: filter.as_ref().map(|(params, expr)| lowerer.closed("test where".into(), params, expr)),
        },
        hir::Expect::Cond(expr) => {
            let left = match &expr.kind {
                hir::ExprKind::Compare(_, left, _) => Some((value(lowerer, left), left.ty)),
                _ => None,
            };
            Expect::Cond { holds: value(lowerer, expr), left }
        }
    }
}
