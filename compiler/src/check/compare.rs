//! Comparisons and `in`.

use super::Checker;
use super::body::Body;
use super::coerce::{is_none, poison};
use super::lookup::article;
use super::narrow::unnarrowed;
use crate::ast::{self, BinaryOp, ExprKind as Ast};
use crate::diagnostics::Diagnostic;
use crate::hir::{CompareOp, Expr, ExprKind, InWhat, Method};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// The operator of a comparison.
fn comparison(expr: &ast::Expr) -> Option<Span> {
    use BinaryOp::{Eq, Ge, Gt, In, Le, Lt, Ne, NotIn};
    match &expr.kind {
        Ast::Binary(Eq | Ne | Lt | Le | Gt | Ge | In | NotIn, op_span, ..) => Some(*op_span),
        _ => None,
    }
}

impl Checker {
    pub(super) fn compare(
        &mut self,
        body: &mut Body,
        op: BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Expr {
        if let Some(chained) = self.chained(body, op_span, left, right, span) {
            return chained;
        }
        let Some(op) = compare_op(op) else { return poison(span) };
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        let (left, right) = self.pair(body, left, right, None);
        if left.ty == TypeId::ERROR || right.ty == TypeId::ERROR {
            return poison(span);
        }
        if equality && (is_none(&left) || is_none(&right)) {
            return self.compare_none(body, op, left, right, span);
        }
        if !equality {
            for side in [&left, &right] {
                if self.hir.types.inner(side.ty).is_some() {
                    return self.missing(body, side, None);
                }
            }
        }
        let fallback = [left.clone(), right.clone()];
        let Ok((ty, sides)) = self.join(body, vec![left, right]) else {
            let [left, right] = &fallback;
            return self.incomparable(body, op_span, left, right, span);
        };
        if ty == TypeId::ERROR {
            return poison(span);
        }
        let [left, right] = <[Expr; 2]>::try_from(sides).unwrap_or(fallback);
        if !equality && !self.is_ordered(ty) {
            return self.unordered(body, &left, span);
        }
        if equality {
            self.lint_birthday(body, &left, &right, span);
        }
        Expr { kind: ExprKind::Compare(op, Box::new(left), Box::new(right)), ty: TypeId::BOOL, span }
    }

    /// Warns where a birthday is compared with a day, for that holds in the year of birth alone.
    fn lint_birthday(&mut self, body: &Body, left: &Expr, right: &Expr, span: Span) {
        let is_date = |ty| self.hir.types.inner(ty).unwrap_or(ty) == TypeId::DATE;
        if !is_date(left.ty) {
            return;
        }
        let named = |side: &Expr| self.described(body, side).filter(|path| comes_every_year(path));
        let (x, side, other) = match (named(left), named(right)) {
            (Some(x), None) => (x, left, right),
            (None, Some(x)) => (x, right, left),
            _ => return,
        };
        // A day that is written out has its year, and so has an anniversary that was counted.
        if !matches!(bare(other).kind, ExprKind::Var(_) | ExprKind::Field(..) | ExprKind::Method(Method::TimeDate, _)) {
            return;
        }
        let (today, with) = match self.described(body, other) {
            Some(today) => (today, ""),
            None => ("today".to_owned(), ", with `let today = now.date(profile.timezone)`"),
        };
        let there = if self.hir.types.inner(side.ty).is_some() && !matches!(side.kind, ExprKind::Wrap(_)) {
            format!("{x} != none and ")
        } else {
            String::new()
        };
        let diagnostic = Diagnostic::warning(
            "W0313",
            span,
            format!("`{x}` has a year of its own, which is compared too"),
            "this holds in that one year alone",
        )
        .help(format!("the day comes again every year: `{there}{x}.next_anniversary({today}.plus_days(-1)) == {today}`{with}"));
        self.report(self.with_origin(body, diagnostic, side));
    }

    /// `a < b < c`, unless one of the two is in parentheses.
    fn chained(&mut self, body: &mut Body, op_span: Span, left: &ast::Expr, right: &ast::Expr, span: Span) -> Option<Expr> {
        let first = comparison(left).or_else(|| comparison(right))?;
        self.report(
            Diagnostic::error("E0311", op_span, "comparisons do not chain", "this compares the answer of another comparison")
                .and(first, "that other one is here")
                .help("say both, as in `a < b and b < c`, or put the first to be asked into parentheses"),
        );
        self.infer(body, left, None);
        self.infer(body, right, None);
        Some(poison(span))
    }

    /// `x == none`; the word stands on the right afterwards.
    fn compare_none(&mut self, body: &Body, op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
        let (value, none) = if is_none(&right) { (left, right) } else { (right, left) };
        let mut value = unnarrowed(value);
        if self.hir.types.inner(value.ty).is_none() {
            self.warn_never_missing(body, &value);
            if is_none(&value) {
                return Expr { kind: ExprKind::Bool(op == CompareOp::Eq), ty: TypeId::BOOL, span };
            }
            let optional = self.hir.types.optional(value.ty);
            let value_span = value.span;
            value = Expr { kind: ExprKind::Wrap(Box::new(value)), ty: optional, span: value_span };
        }
        let none = Expr { ty: value.ty, ..none };
        Expr { kind: ExprKind::Compare(op, Box::new(value), Box::new(none)), ty: TypeId::BOOL, span }
    }

    fn incomparable(&mut self, body: &Body, op_span: Span, left: &Expr, right: &Expr, span: Span) -> Expr {
        let (left_name, right_name) = (self.hir.types.name(left.ty), self.hir.types.name(right.ty));
        let mut diagnostic = Diagnostic::error(
            "E0301",
            op_span,
            format!("{} `{left_name}` cannot be compared with {} `{right_name}`", article(&left_name), article(&right_name)),
            "both sides must be of one type",
        )
        .and(left.span, format!("this is {} `{left_name}`", article(&left_name)))
        .and(right.span, format!("this is {} `{right_name}`", article(&right_name)));
        diagnostic = self.with_origins(body, diagnostic, left, right);
        let moment_and_length = [left.ty, right.ty].contains(&TypeId::TIME) && [left.ty, right.ty].contains(&TypeId::DURATION);
        diagnostic = match (&left.kind, &right.kind) {
            _ if moment_and_length => {
                let moment = if left.ty == TypeId::TIME { left } else { right };
                let shown = self.described(body, moment).unwrap_or_else(|| "t".into());
                diagnostic.help(format!("the time that has passed since is a length: `now - {shown} > 30d`"))
            }
            (ExprKind::Str(_), _) => self.with_conversion(body, diagnostic, left, right.ty),
            _ => self.with_conversion(body, diagnostic, right, left.ty),
        };
        self.report(diagnostic);
        poison(span)
    }

    fn unordered(&mut self, body: &Body, side: &Expr, span: Span) -> Expr {
        let name = self.hir.types.name(side.ty);
        let diagnostic = self.with_origin(
            body,
            Diagnostic::error(
                "E0304",
                side.span,
                format!("{} `{name}` is neither less nor greater than another", article(&name)),
                format!("this is {} `{name}`", article(&name)),
            )
            .help("numbers, texts, times, durations and enums without fields have an order; all else has only `==` and `!=`"),
            side,
        );
        self.report(diagnostic);
        poison(span)
    }

    /// `x in c`, `x not in c`
    pub(super) fn contained(&mut self, body: &mut Body, not: bool, op_span: Span, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        if let Some(chained) = self.chained(body, op_span, left, right, span) {
            return chained;
        }
        let (item, what) = match &right.kind {
            Ast::Binary(BinaryOp::Range, _, from, to) => self.in_range(body, left, from, to),
            Ast::Paren(inner) if matches!(inner.kind, Ast::Binary(BinaryOp::Range, ..)) => {
                return self.contained(body, not, op_span, left, inner, span);
            }
            // A list that is written out tells its type by the element that is looked for.
            Ast::List(_) => {
                let item = self.settled(body, left);
                let list = self.hir.types.list(item.ty);
                let hint = (item.ty != TypeId::ERROR).then_some(list);
                let list = self.infer(body, right, hint);
                (Some(item), Some(InWhat::List(Box::new(list))))
            }
            _ => self.in_value(body, left, right),
        };
        let (Some(item), Some(what)) = (item, what) else { return poison(span) };
        if item.ty == TypeId::ERROR {
            return poison(span);
        }
        let found = Expr { kind: ExprKind::In(Box::new(item), what), ty: TypeId::BOOL, span };
        if not { Expr { kind: ExprKind::Not(Box::new(found)), ty: TypeId::BOOL, span } } else { found }
    }

    fn in_range(&mut self, body: &mut Body, left: &ast::Expr, from: &ast::Expr, to: &ast::Expr) -> (Option<Expr>, Option<InWhat>) {
        let item = self.settled(body, left);
        let from = self.infer(body, from, Some(item.ty));
        let to = self.infer(body, to, Some(item.ty));
        if let Some(odd) = [&item, &from, &to].into_iter().find(|side| self.hir.types.inner(side.ty).is_some()) {
            self.missing(body, odd, None);
            return (None, None);
        }
        let (ty, sides) = self.join_or_report(body, vec![item, from, to], "the value and the ends of the range");
        if ty == TypeId::ERROR {
            return (None, None);
        }
        let Ok([item, from, to]) = <[Expr; 3]>::try_from(sides) else { return (None, None) };
        if !self.is_ordered(ty) {
            self.unordered(body, &item, item.span);
            return (None, None);
        }
        (Some(item), Some(InWhat::Range(Box::new(from), Box::new(to))))
    }

    fn in_value(&mut self, body: &mut Body, left: &ast::Expr, right: &ast::Expr) -> (Option<Expr>, Option<InWhat>) {
        let whole = self.settled(body, right);
        let why = self.type_of(body, &whole);
        match self.hir.types.get(whole.ty) {
            Type::List(of) => (Some(self.expr_because(body, left, of, Some(&why))), Some(InWhat::List(Box::new(whole)))),
            Type::Map(key, _) => (Some(self.expr_because(body, left, key, Some(&why))), Some(InWhat::Map(Box::new(whole)))),
            Type::String => (Some(self.expr_because(body, left, TypeId::STRING, Some(&why))), Some(InWhat::String(Box::new(whole)))),
            other => {
                self.infer(body, left, None);
                self.not_a_whole(body, &whole, other);
                (None, None)
            }
        }
    }

    fn not_a_whole(&mut self, body: &Body, whole: &Expr, ty: Type) {
        match ty {
            Type::Error => {}
            Type::Optional(_) => {
                self.missing(body, whole, None);
            }
            _ => {
                let name = self.hir.types.name(whole.ty);
                let diagnostic = self.with_origin(
                    body,
                    Diagnostic::error(
                        "E0304",
                        whole.span,
                        format!("nothing is `in` {} `{name}`", article(&name)),
                        format!("this is {} `{name}`", article(&name)),
                    )
                    .help("`in` looks into a list, the keys of a map, a range `a..b` or a text"),
                    whole,
                );
                self.report(diagnostic);
            }
        }
    }
}

/// An expression without the mark that it is there.
fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Wrap(of) => of,
        _ => expr,
    }
}

/// Whether the last name of a path tells that it is a day of each year.
fn comes_every_year(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path).to_lowercase();
    ["birth", "born", "dob", "anniversary", "geburt"].iter().any(|part| name.contains(part))
}

fn compare_op(op: BinaryOp) -> Option<CompareOp> {
    Some(match op {
        BinaryOp::Eq => CompareOp::Eq,
        BinaryOp::Ne => CompareOp::Ne,
        BinaryOp::Lt => CompareOp::Lt,
        BinaryOp::Le => CompareOp::Le,
        BinaryOp::Gt => CompareOp::Gt,
        BinaryOp::Ge => CompareOp::Ge,
        _ => return None,
    })
}
