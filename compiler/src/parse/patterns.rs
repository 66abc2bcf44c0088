//! `match`, as a statement and as an expression, and its patterns.

use super::Reader;
use crate::ast::{Expr, ExprBlock, ExprKind, Ident, MatchArm, Pattern, PatternKind, Stmt, StmtKind, UnaryOp};
use journey_grammar::{Rule, Span, Syntax};

impl<'t> Reader<'t> {
    pub(super) fn match_stmt(&mut self, node: Syntax<'t>) -> StmtKind {
        let scrutinee = self.head(node);
        let mut arms = Vec::new();
        let mut first = true;
        for child in node.children() {
            match child.kind() {
                Rule::stmt_arm => {
                    let body = self.arm_body(child);
                    arms.push(MatchArm { patterns: self.patterns(child), body, span: child.span() });
                }
                Rule::comma if first => self.comma_between_arms(child, &mut first),
                _ => {}
            }
        }
        if let Some(broken) = node.child(Rule::error_arm) {
            arms.push(any_other(broken.span()));
        }
        StmtKind::Match { scrutinee, arms }
    }

    fn arm_body(&mut self, arm: Syntax<'t>) -> Vec<Stmt> {
        if arm.has(Rule::block) {
            return self.block_in(arm);
        }
        let Some(stmt) = arm.children().find(|child| !matches!(child.kind(), Rule::patterns | Rule::arrow)) else { return Vec::new() };
        vec![self.stmt(stmt)]
    }

    pub(super) fn match_expr(&mut self, node: Syntax<'t>) -> ExprKind {
        let scrutinee = Box::new(self.expr_in(node, Rule::head_expr));
        let mut arms = Vec::new();
        let mut first = true;
        for child in node.children() {
            match child.kind() {
                Rule::expr_arm => {
                    let body = self.expr_arm_body(child);
                    arms.push(MatchArm { patterns: self.patterns(child), body, span: child.span() });
                }
                Rule::comma if first => self.comma_between_arms(child, &mut first),
                _ => {}
            }
        }
        ExprKind::Match { scrutinee, arms }
    }

    fn expr_arm_body(&mut self, arm: Syntax<'t>) -> ExprBlock {
        if arm.has(Rule::expr_block) {
            return self.expr_block_in(arm, Rule::expr_block);
        }
        let value = self.expr_in(arm, Rule::expr);
        let span = value.span;
        ExprBlock { lets: Vec::new(), value: Box::new(value), span }
    }

    fn patterns(&mut self, arm: Syntax<'t>) -> Vec<Pattern> {
        let Some(patterns) = arm.child(Rule::patterns) else { return Vec::new() };
        patterns.all(Rule::pattern).map(|pattern| self.pattern(pattern)).collect()
    }

    fn pattern(&mut self, node: Syntax<'t>) -> Pattern {
        let span = node.span();
        let inner = node.first().unwrap_or(node);
        let kind = match inner.kind() {
            Rule::kw_none => PatternKind::None,
            Rule::variant_pattern => self.variant_pattern(inner),
            Rule::number_pattern => PatternKind::Literal(self.number_pattern(inner)),
            _ => PatternKind::Literal(self.primary(inner)),
        };
        Pattern { kind, span }
    }

    fn number_pattern(&mut self, node: Syntax<'t>) -> Expr {
        let Some(literal) = node.children().find(|child| child.kind() != Rule::minus) else {
            return Expr { kind: ExprKind::Error, span: node.span() };
        };
        if !node.has(Rule::minus) {
            return self.primary(literal);
        }
        let value = self.negative(literal, node.span()).unwrap_or_else(|| {
            let value = self.primary(literal);
            ExprKind::Unary(UnaryOp::Neg, Box::new(value))
        });
        Expr { kind: value, span: node.span() }
    }

    fn variant_pattern(&mut self, node: Syntax<'t>) -> PatternKind {
        let names: Vec<Ident> = self.names(node).collect();
        let Some(name) = names.last().cloned() else { return PatternKind::Wildcard };
        if let [of, variant] = names.as_slice() {
            self.qualified_pattern(of, variant);
        }
        let fields = node.child(Rule::pattern_fields).map(|fields| {
            let pairs = fields.all(Rule::pattern_field).map(|pair| {
                let field = self.name(pair);
                let binder = self.names(pair).nth(1).unwrap_or_else(|| field.clone());
                (field, binder)
            });
            pairs.collect::<Vec<_>>()
        });
        if name.name == "_" && fields.is_none() {
            return PatternKind::Wildcard;
        }
        PatternKind::Variant { name, fields }
    }
}

/// An arm for all that a broken arm may have stood for.
fn any_other(span: Span) -> MatchArm<Vec<Stmt>> {
    let patterns = vec![Pattern { kind: PatternKind::Wildcard, span }];
    MatchArm { patterns, body: vec![Stmt { kind: StmtKind::Error, span }], span }
}
