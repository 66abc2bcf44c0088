//! `test` blocks.

use super::Reader;
use crate::ast::{BinaryOp, Expect, Expr, ExprKind, Ident, ItemKind, TestStmt, TestStmtKind};
use journey_grammar::{Rule, Span, Syntax};

impl<'t> Reader<'t> {
    pub(super) fn test(&mut self, node: Syntax<'t>) -> ItemKind {
        let title = node.child(Rule::string);
        let at = node.child(Rule::head_expr).map(|at| self.expr(at));
        ItemKind::Test {
            title: title.map(|title| self.plain_string(title)).unwrap_or_default(),
            title_span: title.unwrap_or(node).span(),
            at,
            body: self.test_body(node),
        }
    }

    fn test_body(&mut self, node: Syntax<'t>) -> Vec<TestStmt> {
        let mut body = Vec::new();
        let mut parts = node.children().filter(|child| is_test_stmt(child.kind())).peekable();
        while let Some(part) = parts.next() {
            let span = part.span();
            let mut kind = self.deeper(1, span, |reader| reader.test_stmt(part)).unwrap_or(TestStmtKind::Error);
            if parts.peek().is_some_and(|next| self.is_cut_short(part, *next)) && part.kind() != Rule::as_stmt {
                kind = TestStmtKind::Error;
            }
            body.push(TestStmt { kind, span });
        }
        body
    }

    fn test_stmt(&mut self, node: Syntax<'t>) -> TestStmtKind {
        match node.kind() {
            Rule::profile_stmt => TestStmtKind::Profile(self.record_fields_in(node)),
            Rule::event_stmt => self.test_event(node),
            Rule::advance_stmt if node.has(Rule::kw_until) => TestStmtKind::AdvanceUntil(self.expr_in(node, Rule::expr)),
            Rule::advance_stmt => TestStmtKind::Advance(self.expr_in(node, Rule::expr)),
            Rule::as_stmt => {
                let customer = node.child(Rule::string);
                TestStmtKind::As {
                    customer: customer.map(|customer| self.plain_string(customer)).unwrap_or_default(),
                    customer_span: customer.unwrap_or(node).span(),
                    body: self.test_body(node),
                }
            }
            Rule::variant_stmt => TestStmtKind::Variant { experiment: self.nth_name(node, 0), variant: self.nth_name(node, 1) },
            Rule::expect_stmt => TestStmtKind::Expect(self.expect(node)),
            Rule::answer_stmt => TestStmtKind::Answer {
                service: self.nth_name(node, 0),
                operation: self.nth_name(node, 1),
                args: node.child(Rule::args).map(|args| self.args(args)),
                value: node.child(Rule::expr).map(|value| self.expr(value)),
            },
            _ => TestStmtKind::Error,
        }
    }

    fn test_event(&mut self, node: Syntax<'t>) -> TestStmtKind {
        let fields = self.record_fields_in(node);
        let at = node.child(Rule::head_expr).map(|at| self.expr(at));
        match node.child(Rule::report_path) {
            Some(path) => TestStmtKind::Report { message: self.name(path), event: self.nth_name(path, 1), fields, at },
            None => TestStmtKind::Event { broadcast: node.has(Rule::kw_broadcast), event: self.name(node), fields, at },
        }
    }

    /// `outer.inner` behind `JOURNEY.`: the names of steps, joined by dots.
    fn step_path(&mut self, form: Syntax<'t>) -> Option<Ident> {
        self.names(form)
            .skip(1)
            .reduce(|outer, inner| Ident { name: format!("{}.{}", outer.name, inner.name), span: outer.span.to(inner.span) })
    }

    fn expect(&mut self, node: Syntax<'t>) -> Expect {
        let not = node.has(Rule::kw_not);
        let Some(form) = node.children().find(|child| !matches!(child.kind(), Rule::kw_expect | Rule::kw_not)) else {
            return Expect::Cond(self.expr_in(node, Rule::expr));
        };
        match form.kind() {
            Rule::expect_sent => self.expect_sent(form, not),
            Rule::expect_held => self.expect_held(form, not),
            Rule::expect_suppressed => Expect::Suppressed { not, message: self.name(form), reason: self.names(form).nth(1) },
            Rule::expect_at => Expect::At { not, journey: self.name(form), step: self.step_path(form) },
            Rule::expect_finished => Expect::Finished { not, journey: self.name(form), outcome: self.names(form).nth(1) },
            Rule::expect_failed => Expect::Failed { not, journey: self.name(form) },
            Rule::expect_emitted => {
                let (times, filter) = self.times_and_filter(form);
                Expect::Emitted { not, event: self.name(form), times, filter }
            }
            Rule::expect_called => {
                let (times, filter) = self.times_and_filter(form);
                Expect::Called { not, service: self.nth_name(form, 0), operation: self.nth_name(form, 1), times, filter }
            }
            _ => Expect::Cond(self.expected_condition(node, form)),
        }
    }

    /// `expect x = 3` is read as `==`, and reported.
    fn expected_condition(&mut self, node: Syntax<'t>, form: Syntax<'t>) -> Expr {
        let left = self.expr(form);
        let right = node.children().filter(|child| child.kind() == Rule::expr).nth(1);
        let (Some(sign), Some(right)) = (node.child(Rule::equals), right) else { return left };
        self.wrong_sign(sign, "==");
        let right = self.expr(right);
        let span = left.span.to(right.span);
        Expr { kind: ExprKind::Binary(BinaryOp::Eq, sign.span(), Box::new(left), Box::new(right)), span }
    }

    fn expect_sent(&mut self, form: Syntax<'t>, not: bool) -> Expect {
        let via = self.expect_via(form);
        let (times, filter) = self.times_and_filter(form);
        Expect::Sent { not, message: self.name(form), via, times, filter }
    }

    fn expect_held(&mut self, form: Syntax<'t>, not: bool) -> Expect {
        let via = self.expect_via(form);
        let mut until = None;
        for child in form.all(Rule::expect_until) {
            if until.is_some() {
                self.twice(child, "moment");
            } else {
                until = Some(self.expr_in(child, Rule::expr));
            }
        }
        Expect::Held { not, message: self.name(form), via, until }
    }

    fn expect_via(&mut self, form: Syntax<'t>) -> Option<Ident> {
        let mut via = None;
        for child in form.all(Rule::expect_via) {
            if via.is_some() {
                self.twice(child, "channel");
            } else {
                via = Some(self.name(child));
            }
        }
        via
    }

    fn times_and_filter(&mut self, form: Syntax<'t>) -> (Option<(i64, Span)>, Option<Expr>) {
        let mut times = None;
        let mut filter = None;
        for child in form.children() {
            match child.kind() {
                Rule::expect_times if times.is_some() => self.twice(child, "number of times"),
                Rule::expect_times => times = self.times(child),
                Rule::expect_where if filter.is_some() => self.twice(child, "condition"),
                Rule::expect_where => filter = Some(self.expr_in(child, Rule::head_expr)),
                _ => {}
            }
        }
        (times, filter)
    }

    fn times(&mut self, node: Syntax<'t>) -> Option<(i64, Span)> {
        let number = node.child(Rule::int)?;
        Some((self.whole_number(number)?, number.span()))
    }
}

fn is_test_stmt(kind: Rule) -> bool {
    matches!(
        kind,
        Rule::profile_stmt
            | Rule::event_stmt
            | Rule::advance_stmt
            | Rule::as_stmt
            | Rule::answer_stmt
            | Rule::variant_stmt
            | Rule::expect_stmt
            | Rule::error_test_stmt
    )
}
