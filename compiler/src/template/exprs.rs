//! Expressions of templates as the language's.

use super::{Reader, chosen};
use crate::ast::{self, BinaryOp, Expr, ExprKind, Ident, StrPart, UnaryOp};
use journey_grammar::Span;
use minijinja::machinery::ast as jinja;
use minijinja::value::ValueKind;
use unicode_normalization::UnicodeNormalization;

impl Reader<'_> {
    pub(super) fn expr(&mut self, expr: &jinja::Expr<'_>) -> Expr {
        let span = self.span(expr.span());
        self.deeper(span, |reader| reader.any(expr, span))
    }

    fn any(&mut self, expr: &jinja::Expr<'_>, span: Span) -> Expr {
        use jinja::Expr as E;
        let kind = match expr {
            E::Var(var) => ExprKind::Name(normal(var.id)),
            E::Const(literal) => return self.literal(literal, span),
            E::UnaryOp(op) => {
                let operator = match op.op {
                    jinja::UnaryOpKind::Not => UnaryOp::Not,
                    jinja::UnaryOpKind::Neg => UnaryOp::Neg,
                };
                ExprKind::Unary(operator, Box::new(self.expr(&op.expr)))
            }
            E::BinOp(op) => return self.binary(op, span),
            E::Compare(compare) => return self.compare(compare, span),
            E::IfExpr(cond) => {
                let (test, then) = (self.expr(&cond.test_expr), self.expr(&cond.true_expr));
                let otherwise = cond.false_expr.as_ref().map_or_else(|| text("", span), |otherwise| self.expr(otherwise));
                return chosen(test, then, otherwise, span);
            }
            E::Filter(filter) => return self.filter(filter, span),
            E::Test(test) => return self.test(test, span),
            E::GetAttr(get) => {
                let of = self.expr(&get.expr);
                ExprKind::Field(Box::new(of), self.last_word(get.name, span))
            }
            E::GetItem(get) => ExprKind::Index(Box::new(self.expr(&get.expr)), Box::new(self.expr(&get.subscript_expr))),
            E::Call(call) => return self.call(call, span),
            E::List(list) => ExprKind::List(list.items.iter().map(|item| self.expr(item)).collect()),
            E::Slice(_) => return self.refuse(span, "a slice", "take as many as are meant: `items.take(3)`"),
            E::Map(_) => return self.refuse(span, "a map", "pass the value to the message"),
        };
        Expr { kind, span }
    }

    /// Numbers are read from the text, so that a Decimal is exact.
    fn literal(&mut self, literal: &jinja::Const, span: Span) -> Expr {
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let kind = match literal.value.kind() {
            ValueKind::Bool => ExprKind::Bool(literal.value.is_true()),
            ValueKind::None | ValueKind::Undefined => ExprKind::None,
            ValueKind::String => return text(literal.value.as_str().unwrap_or_default(), span),
            ValueKind::Number => match number(written) {
                Some(number) => number,
                None => return self.refuse(span, "this number", "write a whole number, or one with at most six digits behind the point"),
            },
            _ => return self.refuse(span, "this value", "pass it to the message"),
        };
        Expr { kind, span }
    }

    fn binary(&mut self, op: &jinja::BinOp<'_>, span: Span) -> Expr {
        use jinja::BinOpKind as K;
        let operator = match op.op {
            K::Eq => BinaryOp::Eq,
            K::Ne => BinaryOp::Ne,
            K::Lt => BinaryOp::Lt,
            K::Lte => BinaryOp::Le,
            K::Gt => BinaryOp::Gt,
            K::Gte => BinaryOp::Ge,
            K::ScAnd => BinaryOp::And,
            K::ScOr => BinaryOp::Or,
            K::Add => BinaryOp::Add,
            K::Sub => BinaryOp::Sub,
            K::Mul => BinaryOp::Mul,
            K::Div => BinaryOp::Div,
            K::Rem => BinaryOp::Rem,
            K::In => BinaryOp::In,
            K::Concat => {
                let parts = vec![StrPart::Expr(self.expr(&op.left)), StrPart::Expr(self.expr(&op.right))];
                return Expr { kind: ExprKind::Str(parts), span };
            }
            K::FloorDiv => return self.refuse(span, "`//`", "a `/` of two whole numbers is a whole number"),
            K::Pow => return self.refuse(span, "`**`", "compute it in a `fn`, and pass the result"),
        };
        let (left, right) = (self.expr(&op.left), self.expr(&op.right));
        joined(operator, left, right, span)
    }

    fn compare(&mut self, compare: &jinja::Compare<'_>, span: Span) -> Expr {
        use jinja::CompareOpKind as K;
        let [only] = compare.ops.as_slice() else {
            return self.refuse(span, "a chain of comparisons", "compare two values at a time: `a < b and b < c`");
        };
        let operator = match only.op {
            K::Eq => BinaryOp::Eq,
            K::Ne => BinaryOp::Ne,
            K::Lt => BinaryOp::Lt,
            K::Lte => BinaryOp::Le,
            K::Gt => BinaryOp::Gt,
            K::Gte => BinaryOp::Ge,
            K::In => BinaryOp::In,
            K::NotIn => BinaryOp::NotIn,
        };
        let (left, right) = (self.expr(&compare.expr), self.expr(&only.expr));
        joined(operator, left, right, span)
    }

    /// `x is none`; `x is not none` is its negation.
    fn test(&mut self, test: &jinja::Test<'_>, span: Span) -> Expr {
        if test.name == "none" && test.args.is_empty() {
            let of = self.expr(&test.expr);
            return joined(BinaryOp::Eq, of, Expr { kind: ExprKind::None, span }, span);
        }
        self.refuse(span, &format!("`is {}`", test.name), "what may be missing is tested by `is none` and `is not none`")
    }

    /// Functions of the program, and methods.
    fn call(&mut self, call: &jinja::Call<'_>, span: Span) -> Expr {
        let Some(args) = self.args(&call.args, span) else { return Expr { kind: ExprKind::Error, span } };
        let args = args.into_iter().map(|value| ast::Arg { name: None, value }).collect();
        let kind = match &call.expr {
            jinja::Expr::Var(var) => ExprKind::Call { callee: Ident { name: normal(var.id), span: self.span(var.span()) }, args },
            jinja::Expr::GetAttr(get) => {
                let recv = Box::new(self.expr(&get.expr));
                let name = self.last_word(get.name, self.span(get.span()));
                ExprKind::Method { recv, name, args }
            }
            _ => return self.refuse(span, "this call", "call a `fn` or a method"),
        };
        Expr { kind, span }
    }

    pub(super) fn args(&mut self, args: &[jinja::CallArg<'_>], span: Span) -> Option<Vec<Expr>> {
        let mut values = Vec::new();
        for arg in args {
            let jinja::CallArg::Pos(value) = arg else {
                self.refuse(span, "an argument with a name", "give arguments by their places");
                return None;
            };
            values.push(self.expr(value));
        }
        Some(values)
    }

    /// A name at the end of a span.
    fn last_word(&self, name: &str, span: Span) -> Ident {
        let start = (span.end as usize).saturating_sub(name.len());
        let ends_so = self.text.get(start..span.end as usize) == Some(name);
        Ident { name: normal(name), span: if ends_so { self.at(start, span.end as usize) } else { span } }
    }
}

pub(super) fn joined(operator: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
    let between = Span { start: left.span.end.min(right.span.start), end: right.span.start, ..span };
    Expr { kind: ExprKind::Binary(operator, between, Box::new(left), Box::new(right)), span }
}

/// A text that is written out.
pub(super) fn text(text: &str, span: Span) -> Expr {
    let parts = if text.is_empty() { Vec::new() } else { vec![StrPart::Text(text.to_owned())] };
    Expr { kind: ExprKind::Str(parts), span }
}

fn number(written: &str) -> Option<ExprKind> {
    let digits = written.replace('_', "");
    let Some((units, fraction)) = digits.split_once('.') else { return digits.parse().ok().map(ExprKind::Int) };
    if fraction.len() > 6 || !units.chars().chain(fraction.chars()).all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("{units}{fraction:0<6}").parse().ok().map(ExprKind::Decimal)
}

/// A name as the language compares names.
pub(super) fn normal(name: &str) -> String {
    name.nfc().collect()
}
