//! What a condition tells of optionals: paths that are not `none` where it is true, and where it is false.

use super::Checker;
use super::body::{Body, Facts, Path, Root, meet};
use super::coerce::{Why, is_none};
use crate::ast::{self, BinaryOp, ExprKind as Ast, UnaryOp};
use crate::hir::{CompareOp, Expr, ExprKind};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

impl Checker {
    /// Checks a condition (a Bool) and tells what is known where it is true and where it is false.
    pub fn condition(&mut self, body: &mut Body, expr: &ast::Expr) -> (Expr, Facts, Facts) {
        self.condition_because(body, expr, None)
    }

    /// As [`Checker::condition`], for a reason that is shown where it is none.
    fn condition_because(&mut self, body: &mut Body, expr: &ast::Expr, why: Option<&Why>) -> (Expr, Facts, Facts) {
        match &expr.kind {
            Ast::Paren(inner) => self.condition_because(body, inner, why),
            Ast::Unary(UnaryOp::Not, inner) => {
                let (inner, yes, no) = self.condition_because(body, inner, why);
                (Expr { kind: ExprKind::Not(Box::new(inner)), ty: TypeId::BOOL, span: expr.span }, no, yes)
            }
            Ast::Binary(op @ (BinaryOp::And | BinaryOp::Or), span, left, right) => self.both(body, expr, (*op, *span), left, right),
            _ => {
                let checked = self.expr_because(body, expr, TypeId::BOOL, why);
                let (yes, no) = facts_of(&checked);
                (checked, yes, no)
            }
        }
    }

    /// The right side of `and` is reached where the left is true, that of `or` where it is false.
    fn both(
        &mut self,
        body: &mut Body,
        expr: &ast::Expr,
        (op, op_span): (BinaryOp, Span),
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> (Expr, Facts, Facts) {
        let and = op == BinaryOp::And;
        let why = (op_span, format!("`{}` stands between two conditions", if and { "and" } else { "or" }));
        let (left, left_yes, left_no) = self.condition_because(body, left, Some(&why));
        let before = body.facts();
        body.assume(if and { &left_yes } else { &left_no });
        let (right, right_yes, right_no) = self.condition_because(body, right, Some(&why));
        body.restore(before);
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = if and { ExprKind::And(left, right) } else { ExprKind::Or(left, right) };
        let checked = Expr { kind, ty: TypeId::BOOL, span: expr.span };
        if and {
            // False: the left was false, or it was true and the right false.
            let no = meet(&left_no, &joined(&left_yes, &right_no));
            (checked, joined(&left_yes, &right_yes), no)
        } else {
            let yes = meet(&left_yes, &joined(&left_no, &right_yes));
            (checked, yes, joined(&left_no, &right_no))
        }
    }

    /// An optional that is known not to be `none` here stands for the value inside.
    pub(super) fn narrowed(&self, body: &Body, expr: Expr) -> Expr {
        let Type::Optional(of) = self.hir.types.get(expr.ty) else { return expr };
        if !path_of(&expr).is_some_and(|path| body.knows(&path)) {
            return expr;
        }
        let span = expr.span;
        Expr { kind: ExprKind::Unwrap(Box::new(expr)), ty: of, span }
    }
}

/// The optional under an `Unwrap`: where it does not matter what is known.
pub(super) fn unnarrowed(expr: Expr) -> Expr {
    match expr.kind {
        ExprKind::Unwrap(inner) => *inner,
        _ => expr,
    }
}

/// The path that an expression reads, if it is one.
pub(super) fn path_of(expr: &Expr) -> Option<Path> {
    match &expr.kind {
        ExprKind::Var(id) => Some(Path { root: Root::Var(*id), fields: Vec::new() }),
        ExprKind::Const(id) => Some(Path { root: Root::Const(*id), fields: Vec::new() }),
        ExprKind::Trait(id) => Some(Path { root: Root::Trait(*id), fields: Vec::new() }),
        ExprKind::Profile => Some(Path { root: Root::Profile, fields: Vec::new() }),
        ExprKind::Unwrap(of) | ExprKind::Wrap(of) => path_of(of),
        ExprKind::Field(of, at) | ExprKind::OptField(of, at) => {
            let mut path = path_of(of)?;
            path.fields.push(*at);
            Some(path)
        }
        _ => None,
    }
}

fn joined(a: &[Path], b: &[Path]) -> Facts {
    a.iter().chain(b.iter().filter(|path| !a.contains(path))).cloned().collect()
}

/// What `x != none` and `x == none` tell, where true and where false.
fn facts_of(condition: &Expr) -> (Facts, Facts) {
    match &condition.kind {
        ExprKind::Compare(op @ (CompareOp::Eq | CompareOp::Ne), left, right) if is_none(right) => {
            let mut facts = Facts::new();
            present(left, &mut facts);
            if *op == CompareOp::Ne { (facts, Facts::new()) } else { (Facts::new(), facts) }
        }
        _ => (Facts::new(), Facts::new()),
    }
}

/// All paths that are there where `expr` is not `none`: of `a?.b` both `a` and `a.b`.
fn present(expr: &Expr, facts: &mut Facts) {
    if let Some(path) = path_of(expr) {
        facts.push(path);
    }
    let mut below = expr;
    while let ExprKind::Field(of, _) | ExprKind::OptField(of, _) | ExprKind::Unwrap(of) | ExprKind::Wrap(of) = &below.kind {
        if let (ExprKind::OptField(..), Some(path)) = (&below.kind, path_of(of)) {
            facts.push(path);
        }
        below = of;
    }
}
