//! Operators: the flat list of the grammar, put into a tree by precedence.
//!
//! Loosest first: `or`, `and`, `not`, comparisons (that they do not chain is the checker's to say), `??`, `..`, `+ -`, `* / %`, unary `-`.

use super::Reader;
use crate::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use journey_grammar::{Rule, Span, Syntax};
use std::iter::Peekable;

const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const NEGATE: u8 = 9;

/// The operators and operands of one expression.
type Parts<'t> = Peekable<std::vec::IntoIter<Syntax<'t>>>;

impl<'t> Reader<'t> {
    /// An `expr`, `head_expr` or `moment_expr`.
    pub(super) fn expr(&mut self, node: Syntax<'t>) -> Expr {
        let parts: Vec<Syntax<'t>> = node.children().collect();
        // Each operator may stand above all that follow, so that each counts as a level.
        let levels = 1 + parts.iter().filter(|part| is_operator(part.kind())).count();
        let span = node.span();
        let read = self.deeper(levels, span, |reader| reader.binary(&mut parts.into_iter().peekable(), 0, span));
        read.unwrap_or(Expr { kind: ExprKind::Error, span })
    }

    fn binary(&mut self, parts: &mut Parts<'t>, least: u8, whole: Span) -> Expr {
        let mut left = self.prefixed(parts, whole);
        while let Some(&sign) = parts.peek().filter(|part| is_infix(part.kind())) {
            let op = operator(sign.text());
            let power = power(op);
            if power < least {
                break;
            }
            parts.next();
            self.check_operator(sign, op);
            // `??` groups to the right, so that only the last of a row has to be there; all others to the left.
            let right = self.binary(parts, if op == BinaryOp::Coalesce { power } else { power + 1 }, whole);
            let span = left.span.to(right.span);
            left = Expr { kind: ExprKind::Binary(op, sign.span(), Box::new(left), Box::new(right)), span };
        }
        left
    }

    fn prefixed(&mut self, parts: &mut Parts<'t>, whole: Span) -> Expr {
        let Some(part) = parts.next() else { return Expr { kind: ExprKind::Error, span: whole.after() } };
        if part.kind() != Rule::prefix {
            return self.postfix(part);
        }
        if part.text() == "-" {
            return self.negated(part, parts, whole);
        }
        if matches!(part.text(), "!" | "NOT") {
            self.wrong_sign(part, "not");
        }
        let operand = self.binary(parts, NOT, whole);
        let span = part.span().to(operand.span);
        Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(operand)), span }
    }

    fn negated(&mut self, sign: Syntax<'t>, parts: &mut Parts<'t>, whole: Span) -> Expr {
        // The smallest number has no positive counterpart, so that sign and digits are read together.
        if let Some(literal) = parts.peek().copied().and_then(lone_literal) {
            let span = sign.span().to(literal.span());
            if let Some(kind) = self.negative(literal, span) {
                parts.next();
                return Expr { kind, span };
            }
        }
        let operand = self.binary(parts, NEGATE, whole);
        let span = sign.span().to(operand.span);
        Expr { kind: ExprKind::Unary(UnaryOp::Neg, Box::new(operand)), span }
    }

    /// What looks like an operator of another language is read as meant, and reported.
    fn check_operator(&mut self, sign: Syntax<'t>, op: BinaryOp) {
        let right = match (sign.text(), op) {
            ("&&" | "AND", _) => "and",
            ("||" | "OR", _) => "or",
            ("=<", _) => "<=",
            ("=" | "===", _) => "==",
            ("<>" | "!==", _) => "!=",
            _ => return,
        };
        self.wrong_sign(sign, right);
    }
}

/// The number of an operand that is a number and nothing else.
fn lone_literal(operand: Syntax<'_>) -> Option<Syntax<'_>> {
    let mut parts = operand.children();
    let first = parts.next()?;
    (parts.next().is_none() && matches!(first.kind(), Rule::int | Rule::decimal | Rule::duration)).then_some(first)
}

fn is_infix(kind: Rule) -> bool {
    matches!(kind, Rule::infix | Rule::head_infix | Rule::moment_infix)
}

fn is_operator(kind: Rule) -> bool {
    is_infix(kind) || kind == Rule::prefix
}

fn operator(sign: &str) -> BinaryOp {
    match sign {
        "or" | "||" | "OR" => BinaryOp::Or,
        "and" | "&&" | "AND" => BinaryOp::And,
        "==" | "=" | "===" => BinaryOp::Eq,
        "!=" | "<>" | "!==" => BinaryOp::Ne,
        "<" => BinaryOp::Lt,
        "<=" | "=<" => BinaryOp::Le,
        ">" => BinaryOp::Gt,
        ">=" => BinaryOp::Ge,
        "in" => BinaryOp::In,
        "??" => BinaryOp::Coalesce,
        ".." => BinaryOp::Range,
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Sub,
        "*" => BinaryOp::Mul,
        "/" => BinaryOp::Div,
        "%" => BinaryOp::Rem,
        // `not in`, with any white space or comment between.
        _ => BinaryOp::NotIn,
    }
}

fn power(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::In | BinaryOp::NotIn => {
            COMPARISON
        }
        BinaryOp::Coalesce => 5,
        BinaryOp::Range => 6,
        BinaryOp::Add | BinaryOp::Sub => 7,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 8,
    }
}
