//! Where a type meets another: what converts by itself, what branches have in common, and what does not fit.

use super::Checker;
use super::body::{Body, Kind};
use super::lookup::article;
use crate::ast;
use crate::diagnostics::{Asked, Diagnostic};
use crate::hir::{Expr, ExprKind, ListOp, Method};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// Where it was said that a type is expected, and how.
pub(super) type Why = (Span, String);

/// How much an expression is expected to be of a type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want<'w> {
    /// It has to be, and is coerced.
    Must(TypeId, Option<&'w Why>),
    /// It helps to understand bare names and literals.
    May(Option<TypeId>),
}

/// What stands for an expression that is wrong; it was reported.
pub(super) fn poison(span: Span) -> Expr {
    Expr { kind: ExprKind::None, ty: TypeId::ERROR, span }
}

/// Whether an expression is the word `none` (coerced or not).
pub(super) fn is_none(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::None) && expr.ty != TypeId::ERROR
}

/// Whether all fractions in an expression are literals, so that they can be of either type.
fn is_fraction(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Decimal(_) => true,
        ExprKind::Neg(of) => is_fraction(of),
        ExprKind::Arith(_, a, b) => expr.ty == TypeId::DECIMAL && is_fraction(a) && is_fraction(b),
        _ => false,
    }
}

/// Millionths as the nearest double.
pub(super) fn fraction_as_float(millionths: i64) -> f64 {
    let sign = if millionths < 0 { "-" } else { "" };
    let whole = millionths.unsigned_abs();
    format!("{sign}{}.{:06}", whole / 1_000_000, whole % 1_000_000).parse().unwrap_or(f64::NAN)
}

fn fraction_to_float(expr: &mut Expr) {
    match &mut expr.kind {
        ExprKind::Decimal(millionths) => expr.kind = ExprKind::Float(fraction_as_float(*millionths)),
        ExprKind::Neg(of) => fraction_to_float(of),
        ExprKind::Arith(_, a, b) => {
            fraction_to_float(a);
            fraction_to_float(b);
        }
        _ => {}
    }
    expr.ty = TypeId::FLOAT;
}

impl Checker {
    /// Checks an expression. With `expected` the result has that type: it is coerced (`Int` widened, `T` wrapped) or
    /// the mismatch is reported and an error expression returned.
    pub fn expr(&mut self, body: &mut Body, expr: &ast::Expr, expected: Option<TypeId>) -> Expr {
        match expected {
            Some(ty) => self.expr_because(body, expr, ty, None),
            None => self.infer(body, expr, None),
        }
    }

    /// Checks an expression that has to be of a type, for a reason that is shown where it is not.
    pub fn expr_because(&mut self, body: &mut Body, expr: &ast::Expr, expected: TypeId, why: Option<&Why>) -> Expr {
        let want = Want::Must(expected, why);
        match &expr.kind {
            _ if expected == TypeId::ERROR => self.infer(body, expr, None),
            ast::ExprKind::Paren(inner) => self.expr_because(body, inner, expected, why),
            ast::ExprKind::If { cond, then, otherwise } => self.if_expr(body, expr.span, cond, then, otherwise.as_ref(), want),
            ast::ExprKind::Match { scrutinee, arms } => self.match_expr(body, expr.span, scrutinee, arms, want),
            _ => {
                let found = self.infer(body, expr, Some(expected));
                self.coerce(body, found, expected, why)
            }
        }
    }

    pub(super) fn wanted(&mut self, body: &mut Body, expr: &ast::Expr, want: Want) -> Expr {
        match want {
            Want::Must(ty, why) => self.expr_because(body, expr, ty, why),
            Want::May(hint) => self.infer(body, expr, hint),
        }
    }

    /// Checks an expression whose type nothing else tells: not `none` alone.
    pub(super) fn settled(&mut self, body: &mut Body, expr: &ast::Expr) -> Expr {
        let found = self.infer(body, expr, None);
        if found.ty == TypeId::NONE {
            self.report(
                Diagnostic::error("E0303", found.span, "`none` of which type?", "nothing here tells what could be missing")
                    .help("write the type, as in `let x: String? = none`"),
            );
            return poison(found.span);
        }
        found
    }

    /// Makes an expression be of a type, or reports that it is not.
    pub(super) fn coerce(&mut self, body: &Body, mut expr: Expr, want: TypeId, why: Option<&Why>) -> Expr {
        if expr.ty == want || expr.ty == TypeId::ERROR || want == TypeId::ERROR {
            return expr;
        }
        let span = expr.span;
        if let ExprKind::Unwrap(inner) = &expr.kind
            && inner.ty == want
        {
            return (**inner).clone();
        }
        if let Some(of) = self.hir.types.inner(want) {
            if expr.ty == TypeId::NONE {
                expr.ty = want;
                return expr;
            }
            if !self.fits(&expr, of) {
                return self.mismatch(body, &expr, want, why);
            }
            let inner = self.coerce(body, expr, of, why);
            if inner.ty == TypeId::ERROR {
                return inner;
            }
            return Expr { kind: ExprKind::Wrap(Box::new(inner)), ty: want, span };
        }
        match (self.hir.types.get(expr.ty), self.hir.types.get(want)) {
            (Type::Int, Type::Decimal | Type::Float) => widen(expr, want),
            (Type::Decimal, Type::Float) if is_fraction(&expr) => {
                fraction_to_float(&mut expr);
                expr
            }
            (Type::String, Type::Timezone) if matches!(expr.kind, ExprKind::Str(_)) => self.zone(expr),
            _ => self.mismatch(body, &expr, want, why),
        }
    }

    /// Whether [`Checker::coerce`] would take it.
    pub(super) fn fits(&self, expr: &Expr, want: TypeId) -> bool {
        let types = &self.hir.types;
        if expr.ty == want || expr.ty == TypeId::ERROR || want == TypeId::ERROR {
            return true;
        }
        if let Some(of) = types.inner(want) {
            return expr.ty == TypeId::NONE || self.fits(expr, of);
        }
        match (types.get(expr.ty), types.get(want)) {
            (Type::Int, Type::Decimal | Type::Float) => true,
            (Type::Decimal, Type::Float) => is_fraction(expr),
            (Type::String, Type::Timezone) => matches!(expr.kind, ExprKind::Str(_)),
            _ => false,
        }
    }

    /// The type that all of these can have, and they as that; `None` with the first that has none in common with those before it.
    pub(super) fn join(&mut self, body: &Body, exprs: Vec<Expr>) -> Result<(TypeId, Vec<Expr>), usize> {
        let mut common = exprs.first().map_or(TypeId::ERROR, |expr| expr.ty);
        for at in 1..exprs.len() {
            let Some(next) = exprs.get(at) else { break };
            if self.fits(next, common) {
                continue;
            }
            let seen = exprs.get(..=at).unwrap_or_default();
            let optional = self.hir.types.optional(next.ty);
            let optional_common = self.hir.types.optional(common);
            let found = [next.ty, optional, optional_common].into_iter().find(|&ty| seen.iter().all(|expr| self.fits(expr, ty)));
            common = found.ok_or(at)?;
        }
        if exprs.iter().any(|expr| expr.ty == TypeId::ERROR) {
            return Ok((TypeId::ERROR, exprs));
        }
        let joined = exprs.into_iter().map(|expr| self.coerce(body, expr, common, None)).collect();
        Ok((common, joined))
    }

    /// As [`Checker::join`]; what does not fit is reported with the one that it should be like.
    pub(super) fn join_or_report(&mut self, body: &Body, exprs: Vec<Expr>, what: &str) -> (TypeId, Vec<Expr>) {
        match self.join(body, exprs.clone()) {
            Ok(joined) => joined,
            Err(at) => {
                if let (Some(first), Some(odd)) = (exprs.first(), exprs.get(at)) {
                    let (first_name, odd_name) = (self.hir.types.name(first.ty), self.hir.types.name(odd.ty));
                    let diagnostic = self.with_origins(
                        body,
                        Diagnostic::error(
                            "E0301",
                            odd.span,
                            format!("{what} are of different types"),
                            format!("this is {} `{odd_name}`", article(&odd_name)),
                        )
                        .and(first.span, format!("and this {} `{first_name}`", article(&first_name)))
                        .help("make both of one type"),
                        first,
                        odd,
                    );
                    self.report(diagnostic);
                }
                (TypeId::ERROR, exprs)
            }
        }
    }

    /// Reports that an expression is not of the type that it should be of.
    pub(super) fn mismatch(&mut self, body: &Body, expr: &Expr, want: TypeId, why: Option<&Why>) -> Expr {
        if expr.ty == TypeId::NONE {
            return self.none_unfit(expr.span, want, why);
        }
        if let Some(of) = self.hir.types.inner(expr.ty) {
            let inside = Expr { ty: of, kind: ExprKind::None, span: expr.span };
            if self.fits(&inside, want) {
                return self.missing(body, expr, why);
            }
        }
        let (wanted, found) = (self.hir.types.name(want), self.hir.types.name(expr.ty));
        let mut diagnostic = Diagnostic::error(
            "E0301",
            expr.span,
            format!("expected {} `{wanted}`, found {} `{found}`", article(&wanted), article(&found)),
            format!("this is {} `{found}`", article(&found)),
        );
        diagnostic = self.with_reasons(body, diagnostic, expr, why);
        diagnostic = self.with_conversion(body, diagnostic, expr, want);
        self.report(diagnostic);
        poison(expr.span)
    }

    fn none_unfit(&mut self, span: Span, want: TypeId, why: Option<&Why>) -> Expr {
        let wanted = self.hir.types.name(want);
        let mut diagnostic = Diagnostic::error(
            "E0303",
            span,
            format!("`none` is not {} `{wanted}`", article(&wanted)),
            format!("{} `{wanted}` is never missing", article(&wanted)),
        )
        .help(format!("give a value, or make the type `{wanted}?`"));
        if let Some((span, text)) = why {
            diagnostic = diagnostic.and(*span, text);
        }
        self.report(diagnostic);
        poison(span)
    }

    /// Reports an optional that is used as if it were always there.
    pub(super) fn missing(&mut self, body: &Body, expr: &Expr, why: Option<&Why>) -> Expr {
        let what = self.described(body, expr);
        let shown = what.clone().unwrap_or_else(|| "this".into());
        let x = what.as_deref().unwrap_or("x");
        let of = self.hir.types.inner(expr.ty).unwrap_or(expr.ty);
        let fallback = format!("`{x} ?? …` gives a fallback");
        let check = if body.is_condition || body.kind == Kind::Trait {
            format!("`{x} != none and …` asks first whether it is there")
        } else {
            format!("`if {x} != none {{ … }}` makes sure that it is there")
        };
        let is_record = matches!(self.hir.types.get(of), Type::Record(_));
        let help = if is_record {
            format!("{fallback}, `{x}?.field` reads a field that is missing then too, {check}")
        } else {
            format!("{fallback}, {check}")
        };
        let shown = if what.is_some() { format!("`{shown}`") } else { shown };
        let name = self.hir.types.name(expr.ty);
        let mut diagnostic = Diagnostic::error(
            "E0302",
            expr.span,
            format!("{shown} may be missing"),
            format!("this is {} `{name}`: {}", article(&name), why_missing(expr)),
        )
        .asking(Asked::Presence { is_record });
        diagnostic = self.with_reasons(body, diagnostic, expr, why).help(help);
        if let Some(pause) = super::narrow::path_of(expr).and_then(|path| body.forgotten(&path)) {
            diagnostic = diagnostic.and(pause, "what was proven before holds no longer after this pause");
        }
        self.report(diagnostic);
        poison(expr.span)
    }

    /// Says where the type of an expression comes from.
    pub(super) fn with_origin(&self, body: &Body, diagnostic: Diagnostic, expr: &Expr) -> Diagnostic {
        match self.origin(body, expr) {
            Some((span, text)) => diagnostic.and(span, text),
            None => diagnostic,
        }
    }

    /// Says where the types of two expressions come from, which do not go together.
    pub(super) fn with_origins(&self, body: &Body, diagnostic: Diagnostic, left: &Expr, right: &Expr) -> Diagnostic {
        let diagnostic = self.with_origin(body, diagnostic, left);
        if self.origin(body, left) == self.origin(body, right) { diagnostic } else { self.with_origin(body, diagnostic, right) }
    }

    /// Where it is said of what type an expression is: where that was declared, else by itself.
    pub(super) fn type_of(&self, body: &Body, expr: &Expr) -> Why {
        self.origin(body, expr).unwrap_or_else(|| {
            let name = self.hir.types.name(expr.ty);
            (expr.span, format!("this is {} `{name}`", article(&name)))
        })
    }

    /// Says where the found type comes from, and why another was expected.
    fn with_reasons(&self, body: &Body, diagnostic: Diagnostic, expr: &Expr, why: Option<&Why>) -> Diagnostic {
        let mut diagnostic = self.with_origin(body, diagnostic, expr);
        if let Some((span, text)) = why {
            diagnostic = diagnostic.and(*span, text);
        }
        diagnostic
    }
}

/// Why nothing may be there.
fn why_missing(expr: &Expr) -> &'static str {
    match &expr.kind {
        ExprKind::Index(..) => "nothing may stand at that place",
        ExprKind::Method(Method::ListFirst | Method::ListLast, _) => "the list may be empty",
        ExprKind::ListLambda { op: ListOp::MinBy | ListOp::MaxBy, .. } => "the list may be empty",
        ExprKind::Trait(_) => "it is `none` before the first event",
        _ => "it can be `none`",
    }
}

fn widen(expr: Expr, want: TypeId) -> Expr {
    let span = expr.span;
    let kind = match (&expr.kind, want) {
        (ExprKind::Int(n), TypeId::DECIMAL) if n.checked_mul(1_000_000).is_some() => ExprKind::Decimal(n.saturating_mul(1_000_000)),
        (ExprKind::Int(n), TypeId::FLOAT) => ExprKind::Float(int_as_float(*n)),
        _ => ExprKind::Widen(Box::new(expr)),
    };
    Expr { kind, ty: want, span }
}

#[expect(clippy::cast_precision_loss, reason = "the nearest double is what widening means")]
fn int_as_float(n: i64) -> f64 {
    n as f64
}
