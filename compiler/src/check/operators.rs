//! Arithmetic, `-x`, `??`, and which operator is checked where.

use super::Checker;
use super::body::Body;
use super::coerce::{is_none, poison};
use super::lookup::article;
use super::narrow::unnarrowed;
use crate::ast::{self, BinaryOp, ExprKind as Ast, UnaryOp};
use crate::diagnostics::{Asked, Diagnostic};
use crate::hir::{ArithOp, Expr, ExprKind};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

impl Checker {
    pub(super) fn unary(&mut self, body: &mut Body, op: UnaryOp, of: &ast::Expr, expr: &ast::Expr, hint: Option<TypeId>) -> Expr {
        if op == UnaryOp::Not {
            return self.condition(body, expr).0;
        }
        let span = expr.span;
        let of = self.infer(body, of, hint);
        match (self.hir.types.get(of.ty), &of.kind) {
            (Type::Error, _) => poison(span),
            (Type::Int, ExprKind::Int(n)) => Expr { kind: ExprKind::Int(n.saturating_neg()), ty: of.ty, span },
            (Type::Decimal, ExprKind::Decimal(n)) => Expr { kind: ExprKind::Decimal(n.saturating_neg()), ty: of.ty, span },
            (Type::Float, ExprKind::Float(n)) => Expr { kind: ExprKind::Float(-n), ty: of.ty, span },
            (Type::Int | Type::Decimal | Type::Float, _) => {
                let ty = of.ty;
                Expr { kind: ExprKind::Neg(Box::new(of)), ty, span }
            }
            (Type::Optional(_), _) => self.missing(body, &of, None),
            _ => {
                let name = self.hir.types.name(of.ty);
                let label = format!("this is {} `{name}`", article(&name));
                let message = format!("`-` needs a number, not {} `{name}`", article(&name));
                let diagnostic = Diagnostic::error("E0304", of.span, message, label).help("only numbers have a negative");
                self.report(self.with_origin(body, diagnostic, &of));
                poison(span)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of the node, as they stand in the syntax")]
    pub(super) fn binary(
        &mut self,
        body: &mut Body,
        expr: &ast::Expr,
        op: BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        hint: Option<TypeId>,
    ) -> Expr {
        let span = expr.span;
        match op {
            BinaryOp::And | BinaryOp::Or => self.condition(body, expr).0,
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                self.compare(body, op, op_span, left, right, span)
            }
            BinaryOp::In | BinaryOp::NotIn => self.contained(body, op == BinaryOp::NotIn, op_span, left, right, span),
            BinaryOp::Coalesce => self.coalesce(body, left, right, span, hint),
            BinaryOp::Range => self.stray_range(span),
            BinaryOp::Add => self.arithmetic(body, ArithOp::Add, op_span, left, right, span, hint),
            BinaryOp::Sub => self.arithmetic(body, ArithOp::Sub, op_span, left, right, span, hint),
            BinaryOp::Mul => self.arithmetic(body, ArithOp::Mul, op_span, left, right, span, hint),
            BinaryOp::Div => self.arithmetic(body, ArithOp::Div, op_span, left, right, span, hint),
            BinaryOp::Rem => self.arithmetic(body, ArithOp::Rem, op_span, left, right, span, hint),
        }
    }

    fn stray_range(&mut self, span: Span) -> Expr {
        self.report(
            Diagnostic::error("E0310", span, "a range stands where a value is expected", "`a..b` is no value")
                .help("ranges stand after `in`: `x in 1..10`, `for i in 0..3 { … }`"),
        );
        poison(span)
    }

    /// `a ?? b`
    fn coalesce(&mut self, body: &mut Body, left: &ast::Expr, right: &ast::Expr, span: Span, hint: Option<TypeId>) -> Expr {
        let left = unnarrowed(self.infer(body, left, hint));
        let inside = self.hir.types.inner(left.ty);
        let right = self.infer(body, right, inside.or(Some(left.ty)).filter(|&ty| ty != TypeId::ERROR).or(hint));
        let Some(of) = inside else {
            if left.ty != TypeId::ERROR {
                self.warn_never_missing(body, &left);
            }
            return if is_none(&left) { right } else { left };
        };
        if right.ty == TypeId::ERROR {
            return poison(span);
        }
        let why = self.type_of(body, &left);
        let ty = if self.hir.types.inner(right.ty).is_some() || is_none(&right) { left.ty } else { of };
        let right = self.coerce(body, right, ty, Some(&why));
        if right.ty == TypeId::ERROR {
            return right;
        }
        Expr { kind: ExprKind::Coalesce(Box::new(left), Box::new(right)), ty, span }
    }

    /// Warns of a check for `none` of something that is always there.
    pub(super) fn warn_never_missing(&mut self, body: &Body, expr: &Expr) {
        let shown = self.described(body, expr).map_or("this".into(), |x| format!("`{x}`"));
        let name = self.hir.types.name(expr.ty);
        let mut diagnostic = if is_none(expr) {
            Diagnostic::warning("W0301", expr.span, "this is always missing", "`none` is nothing else")
        } else {
            let label = format!("{} `{name}` always has a value", article(&name));
            Diagnostic::warning("W0301", expr.span, format!("{shown} is never missing"), label)
        };
        if let Some((span, text)) = self.origin(body, expr) {
            diagnostic = diagnostic.and(span, text);
        }
        self.report(diagnostic.help("leave the check out"));
    }

    /// Checks two operands that should be of one type: what needs no help first, so that it can help the other.
    pub(super) fn pair(&mut self, body: &mut Body, left: &ast::Expr, right: &ast::Expr, hint: Option<TypeId>) -> (Expr, Expr) {
        if self.needs_help(body, left) && !self.needs_help(body, right) {
            let right = self.infer(body, right, hint);
            let left = self.infer(body, left, Some(right.ty));
            (left, right)
        } else {
            let left = self.infer(body, left, hint);
            let right = self.infer(body, right, Some(left.ty));
            (left, right)
        }
    }

    /// Whether an expression means something only where its type is known: a bare variant, `none`, `[]`.
    fn needs_help(&self, body: &Body, expr: &ast::Expr) -> bool {
        match &expr.kind {
            Ast::Paren(inner) => self.needs_help(body, inner),
            Ast::Name(name) => body.find(name).is_none() && !self.globals.contains_key(name),
            Ast::Record { path, .. } => path.len() == 1 && path.first().is_some_and(|name| !self.globals.contains_key(&name.name)),
            Ast::List(elements) => elements.first().is_none_or(|first| self.needs_help(body, first)),
            Ast::Map(entries) => entries.is_empty(),
            Ast::None | Ast::LongFraction(_) => true,
            _ => false,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of the node, as they stand in the syntax")]
    fn arithmetic(
        &mut self,
        body: &mut Body,
        op: ArithOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        hint: Option<TypeId>,
    ) -> Expr {
        // Only Floats are hinted at: whether `7 / 2` is 3 must not depend on what becomes of it.
        let hint = hint.filter(|&ty| ty == TypeId::FLOAT);
        let (left, right) = self.pair(body, left, right, hint);
        self.arith(body, op, op_span, left, right, span)
    }

    /// The arithmetic of two checked operands; `x += e` is `x + e`.
    pub fn arith(&mut self, body: &Body, op: ArithOp, op_span: Span, left: Expr, right: Expr, span: Span) -> Expr {
        if left.ty == TypeId::ERROR || right.ty == TypeId::ERROR {
            return poison(span);
        }
        let is_missing = |operand: &&Expr| self.hir.types.inner(operand.ty).is_some() || operand.ty == TypeId::NONE;
        let missing: Vec<&Expr> = [&left, &right].into_iter().filter(is_missing).collect();
        if !missing.is_empty() {
            missing.into_iter().for_each(|operand| self.missing_operand(body, operand));
            return poison(span);
        }
        let (lt, rt) = (self.hir.types.get(left.ty), self.hir.types.get(right.ty));
        let number = |ty| matches!(ty, Type::Int | Type::Decimal | Type::Float);
        if number(lt) && number(rt) {
            return self.numbers(body, op, op_span, left, right, span);
        }
        let built = |left, right, ty| Expr { kind: ExprKind::Arith(op, Box::new(left), Box::new(right)), ty, span };
        match (op, lt, rt) {
            (ArithOp::Add | ArithOp::Sub, Type::Time, Type::Duration) => built(left, right, TypeId::TIME),
            (ArithOp::Add, Type::Duration, Type::Time) => built(right, left, TypeId::TIME),
            (ArithOp::Sub, Type::Time, Type::Time) | (ArithOp::Add | ArithOp::Sub, Type::Duration, Type::Duration) => {
                built(left, right, TypeId::DURATION)
            }
            (ArithOp::Mul, Type::Duration, Type::Int) => built(left, right, TypeId::DURATION),
            (ArithOp::Mul, Type::Int, Type::Duration) => built(right, left, TypeId::DURATION),
            _ => self.no_arithmetic(body, op, op_span, &left, &right, span),
        }
    }

    fn missing_operand(&mut self, body: &Body, operand: &Expr) {
        if operand.ty == TypeId::NONE {
            self.report(
                Diagnostic::error("E0303", operand.span, "`none` is nothing to reckon with", "a value is expected").help("write a value"),
            );
        } else {
            self.missing(body, operand, None);
        }
    }

    fn numbers(&mut self, body: &Body, op: ArithOp, op_span: Span, left: Expr, right: Expr, span: Span) -> Expr {
        if matches!(op, ArithOp::Div | ArithOp::Rem) && matches!(right.kind, ExprKind::Int(0) | ExprKind::Decimal(0)) {
            self.report(
                Diagnostic::error("E0319", right.span, "division by zero", "this is always zero")
                    .and(op_span, "so this always fails")
                    .help("divide by something else"),
            );
            return poison(span);
        }
        let fallback = [left.clone(), right.clone()];
        match self.join(body, vec![left, right]) {
            Ok((ty, operands)) => {
                let [left, right] = <[Expr; 2]>::try_from(operands).unwrap_or(fallback);
                Expr { kind: ExprKind::Arith(op, Box::new(left), Box::new(right)), ty, span }
            }
            Err(_) => {
                let [left, right] = fallback;
                self.no_arithmetic(body, op, op_span, &left, &right, span)
            }
        }
    }

    fn no_arithmetic(&mut self, body: &Body, op: ArithOp, op_span: Span, left: &Expr, right: &Expr, span: Span) -> Expr {
        let sign = match op {
            ArithOp::Add => "+",
            ArithOp::Sub => "-",
            ArithOp::Mul => "*",
            ArithOp::Div => "/",
            ArithOp::Rem => "%",
        };
        let (left_name, right_name) = (self.hir.types.name(left.ty), self.hir.types.name(right.ty));
        let is_list = [&left, &right].into_iter().any(|side| matches!(self.hir.types.get(side.ty), Type::List(_)));
        let text = op == ArithOp::Add && !is_list && (left.ty == TypeId::STRING || right.ty == TypeId::STRING);
        let message =
            format!("`{sign}` does not work on {} `{left_name}` and {} `{right_name}`", article(&left_name), article(&right_name));
        let code = if text { "E0312" } else { "E0304" };
        let mut diagnostic = Diagnostic::error(code, op_span, message, "these do not go together")
            .and(left.span, format!("this is {} `{left_name}`", article(&left_name)))
            .and(right.span, format!("this is {} `{right_name}`", article(&right_name)));
        diagnostic = self.with_origins(body, diagnostic, left, right);
        diagnostic = if text {
            self.with_interpolation(body, diagnostic, left, right, span)
        } else {
            let help = arithmetic_help(op, self.hir.types.get(left.ty), self.hir.types.get(right.ty));
            match help {
                Some(help) => diagnostic.help(help),
                None => diagnostic.help("numbers reckon with numbers, times with durations").asking(Asked::Arithmetic),
            }
        };
        self.report(diagnostic);
        poison(span)
    }

    /// Shows the text that `left + right` was meant to be.
    fn with_interpolation(&self, body: &Body, diagnostic: Diagnostic, left: &Expr, right: &Expr, span: Span) -> Diagnostic {
        let part = |expr: &Expr| match &expr.kind {
            ExprKind::Str(text) => Some(escaped(text)),
            _ => self.described(body, expr).map(|path| format!("{{{path}}}")),
        };
        let (left, right) = (part(left), part(right));
        let shown = |part: &Option<String>| part.clone().unwrap_or_else(|| "{…}".into());
        let text = format!("\"{}{}\"", shown(&left), shown(&right));
        let diagnostic = diagnostic.help(format!("texts are put together by writing values into them: `{text}`"));
        if left.is_some() && right.is_some() { diagnostic.fix(format!("write `{text}`"), span, text) } else { diagnostic }
    }
}

/// What to write instead, where the types tell what is meant.
fn arithmetic_help(op: ArithOp, left: Type, right: Type) -> Option<&'static str> {
    Some(match (left, right) {
        (Type::Duration, Type::Int | Type::Decimal | Type::Float) if op != ArithOp::Add && op != ArithOp::Sub => {
            "a duration is multiplied by a whole number: write a smaller unit, as in `90m` for one and a half hours"
        }
        (Type::Duration, Type::Duration) => "durations are added, subtracted and compared",
        (Type::Time, Type::Time) => "two moments are compared, or subtracted: `now - t` is the time that has passed since",
        (Type::Date, _) | (_, Type::Date) => "a date moves by `.plus_days(n)` and `.plus_months(n)`",
        (Type::Decimal, Type::Float) | (Type::Float, Type::Decimal) => "make both of one type: `Float(x)` or `Decimal(x)`",
        (Type::Time | Type::Duration, Type::Int) | (Type::Int, Type::Time | Type::Duration) => {
            "a length of time has a unit: `3d`, `hours(n)`"
        }
        (Type::LocalTime, _) | (_, Type::LocalTime) => "a time of day stands still: `date.at(time, zone)` makes a moment of it",
        (Type::List(_), _) | (_, Type::List(_)) if op == ArithOp::Add => super::methods::LIST_STAYS,
        (Type::List(_), _) | (_, Type::List(_)) => "lists are read by their methods, as `.sum(x => …)`",
        _ => return None,
    })
}

/// A text as it is written between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' | '{' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}
