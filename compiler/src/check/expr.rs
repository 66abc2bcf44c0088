//! Expressions: which form is checked where, names, blocks, `if` and calls.

use super::Checker;
use super::body::{Body, Kind};
use super::coerce::{Want, Why, poison};
use super::lookup::article;
use super::names::Decl;
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostics::Diagnostic;
use crate::hir::{Expr, ExprKind, Iter, Method};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

impl Checker {
    /// Checks an expression whose type it tells itself; the hint helps to understand bare names of variants, fractions,
    /// time zones, and empty lists and maps.
    pub(super) fn infer(&mut self, body: &mut Body, expr: &ast::Expr, hint: Option<TypeId>) -> Expr {
        let span = expr.span;
        let hint = hint.map(|ty| self.hir.types.inner(ty).unwrap_or(ty));
        let plain = |kind, ty| Expr { kind, ty, span };
        match &expr.kind {
            Ast::Bool(b) => plain(ExprKind::Bool(*b), TypeId::BOOL),
            Ast::Int(n) => plain(ExprKind::Int(*n), TypeId::INT),
            Ast::Decimal(_) | Ast::LongFraction(_) => self.fraction(expr, hint),
            Ast::Str(parts) => self.text(body, parts, span, hint),
            Ast::Duration(ms) => plain(ExprKind::Duration(*ms), TypeId::DURATION),
            Ast::Time(ms) => plain(ExprKind::Time(*ms), TypeId::TIME),
            Ast::Date(days) => plain(ExprKind::Date(*days), TypeId::DATE),
            Ast::LocalTime(ms) => plain(ExprKind::LocalTime(*ms), TypeId::LOCAL_TIME),
            Ast::None => plain(ExprKind::None, TypeId::NONE),
            Ast::Now => self.ambient(body, "now", ExprKind::Now, TypeId::TIME, span),
            Ast::Customer => self.ambient(body, "customer", ExprKind::Customer, TypeId::STRING, span),
            Ast::Profile => self.profile_alone(body, span),
            Ast::Name(name) => self.name_value_of(body, name, span, hint),
            Ast::Field(of, name) => self.field(body, of, name, span),
            Ast::OptField(of, name) => self.opt_field(body, of, name, span),
            Ast::Index(of, key) => self.index(body, of, key, span),
            Ast::Call { callee, args } => self.call(body, callee, args, span),
            Ast::Method { recv, name, args } => self.method(body, recv, name, args, span, hint),
            Ast::Lambda { .. } => self.stray_lambda(span),
            Ast::Record { path, fields } => self.record(body, path, fields, span, hint),
            Ast::List(elements) => self.list(body, elements, span, hint),
            Ast::Map(entries) => self.map(body, entries, span, hint),
            Ast::Unary(op, of) => self.unary(body, *op, of, expr, hint),
            Ast::Binary(op, op_span, left, right) => self.binary(body, expr, *op, *op_span, left, right, hint),
            Ast::If { cond, then, otherwise } => self.if_expr(body, span, cond, then, otherwise.as_ref(), Want::May(hint)),
            Ast::Match { scrutinee, arms } => self.match_expr(body, span, scrutinee, arms, Want::May(hint)),
            Ast::Paren(inner) => self.infer(body, inner, hint),
            Ast::EscapeHtml(of) => {
                let text = self.text(body, &[ast::StrPart::Expr((**of).clone())], span, None);
                plain(ExprKind::Method(Method::StringEscapeHtml, vec![text]), TypeId::STRING)
            }
            Ast::Error => poison(span),
        }
    }

    /// `now` and `customer`, which pure code does not have.
    fn ambient(&mut self, body: &Body, word: &str, kind: ExprKind, ty: TypeId, span: Span) -> Expr {
        if self.is_pure(body, word, span) { poison(span) } else { Expr { kind, ty, span } }
    }

    /// Reports a read of something that pure code does not have.
    pub(super) fn is_pure(&mut self, body: &Body, word: &str, span: Span) -> bool {
        let (what, help) = match body.kind {
            Kind::Customer => return false,
            Kind::Trait => {
                self.report(
                    Diagnostic::error(
                        "E0214",
                        span,
                        format!("a trait cannot read `{word}`"),
                        "whether an event counts is told by the event alone",
                    )
                    .help(match word {
                        "now" => "how far a trait looks back is written behind it: `count(…) over 90d`".to_owned(),
                        "profile" => "ask it beside the trait: `segment gold_buyers = profile.tier == gold and THE_TRAIT > 3`".to_owned(),
                        _ => format!("ask it where the trait is read: a segment reads both `{word}` and the trait"),
                    }),
                );
                return true;
            }
            Kind::Fn if word == "profile" => ("a function", "pass the field that it needs as an argument".to_string()),
            Kind::Fn => ("a function", format!("pass `{word}` as an argument")),
            Kind::Operation => ("an operation", "make it a parameter, and pass it with the `call`".to_string()),
            Kind::Const => ("a constant", "compute it where it is used".to_string()),
        };
        let label = format!("{what} is the same for every customer at every time");
        self.report(Diagnostic::error("E0214", span, format!("{what} cannot read `{word}`"), label).help(help));
        true
    }

    fn stray_lambda(&mut self, span: Span) -> Expr {
        self.report(
            Diagnostic::error("E0309", span, "a function stands where a value is expected", "functions like `x => …` are no values")
                .help("use it as the argument of a list's method, as in `items.filter(i => i.price > 10.00)`"),
        );
        poison(span)
    }

    fn name_value_of(&mut self, body: &mut Body, name: &str, span: Span, hint: Option<TypeId>) -> Expr {
        if let Some(id) = body.read(name) {
            let ty = body.var(id).ty;
            return self.narrowed(body, Expr { kind: ExprKind::Var(id), ty, span });
        }
        if let Some(variant) = self.bare_variant(name, span, hint) {
            return variant;
        }
        let ident = ast::Ident { name: name.into(), span };
        match self.global(name) {
            Some(Decl::Const(at)) => {
                let constant = &self.constants[at];
                match constant.id {
                    Some(id) => self.narrowed(body, Expr { kind: ExprKind::Const(id), ty: constant.ty, span }),
                    None => poison(span),
                }
            }
            Some(Decl::Trait(id)) => self.trait_value(body, id, name, span),
            Some(Decl::Segment(at)) => self.segment_value(body, at, name, span),
            Some(Decl::Unsupported) => poison(span),
            Some(decl) => self.no_value(body, &ident, decl),
            None => self.unknown_name(body, &ident, hint),
        }
    }

    /// The name that an event of that kind has here, which is empty where one came and was given none.
    fn bound_to(&mut self, body: &Body, event: crate::hir::EventId) -> Option<String> {
        let payload = self.payload(event);
        let mut names: Vec<&str> = body.names().filter(|name| body.find(name).is_some_and(|id| body.var(id).ty == payload)).collect();
        names.sort_unstable();
        names.first().map(ToString::to_string)
    }

    fn no_value(&mut self, body: &Body, name: &ast::Ident, decl: Decl) -> Expr {
        let declared = self.globals.get(&name.name).map_or(name.span, |global| global.span);
        let text = &name.name;
        let mut diagnostic = Diagnostic::error("E0207", name.span, format!("`{text}` is {}, not a value", decl.what()), "expected a value")
            .and(declared, "it is declared here");
        diagnostic = match decl {
            Decl::Fn(_) => diagnostic.help(format!("call it: `{text}(…)`")),
            Decl::Message(_) => diagnostic.help(format!(
                "what became of a message is asked of the one that was sent: `let m = send {text} via CHANNEL`, then `m.sent` or `wait for m.opened`"
            )),
            Decl::Enum(id) => match self.hir.types.enum_def(id).variants.first() {
                Some(first) => diagnostic.help(format!("name a variant: `{text}.{}`", first.name)),
                None => diagnostic,
            },
            Decl::Event(id) if self.bound_to(body, id).is_some() => {
                let binder = self.bound_to(body, id).unwrap_or_default();
                if binder.is_empty() {
                    diagnostic.help(format!("give the one that came a name: `{text} as it where it.…`"))
                } else {
                    diagnostic.help(format!("the one that came is called `{binder}` here")).fix(
                        format!("write `{binder}`"),
                        name.span,
                        binder,
                    )
                }
            }
            Decl::Service(_) => diagnostic.help(format!("an operation is called: write `call {text}.OPERATION(…)`")).fix(
                "write `call`",
                name.span,
                format!("call {text}"),
            ),
            _ if self.profile_has(text) => {
                let full = format!("profile.{text}");
                diagnostic.help(format!("what is known of a customer is written `{full}`")).fix(format!("write `{full}`"), name.span, full)
            }
            Decl::Type(_) | Decl::Event(_) => diagnostic.help(format!("a value of it is written `{text} {{ … }}`")),
            _ => diagnostic,
        };
        self.report(diagnostic);
        poison(name.span)
    }

    /// The event whose payload has that field, and no name here.
    pub(super) fn nameless_event_with(&self, body: &Body, field: &str) -> Option<String> {
        let Type::Record(id) = self.hir.types.get(body.var(body.find("")?).ty) else { return None };
        let record = self.hir.types.record(id);
        record.fields.iter().any(|def| def.name == field).then(|| record.name.clone())
    }

    /// Checks a block in expression position.
    pub(super) fn block(&mut self, body: &mut Body, block: &ast::ExprBlock, want: Want) -> Expr {
        body.push_momentary();
        let mut lets = Vec::with_capacity(block.lets.len());
        for binding in &block.lets {
            let value = self.binding(body, &binding.name, binding.ty.as_ref(), &binding.value);
            let var = body.declare(&binding.name.name, value.ty, false, binding.name.span);
            lets.push((var, value));
        }
        let value = self.wanted(body, &block.value, want);
        body.pop_momentary();
        if lets.is_empty() {
            return value;
        }
        let ty = value.ty;
        Expr { kind: ExprKind::Block { lets, value: Box::new(value) }, ty, span: block.span }
    }

    /// As [`Checker::expr_because`], of a block.
    pub(super) fn block_because(&mut self, body: &mut Body, block: &ast::ExprBlock, ty: TypeId, why: Option<&Why>) -> Expr {
        self.block(body, block, Want::Must(ty, why))
    }

    /// Checks the value of `let name: ty = value` (or `var`); the variable has the type of the result.
    pub fn binding(&mut self, body: &mut Body, name: &ast::Ident, ty: Option<&ast::TypeExpr>, value: &ast::Expr) -> Expr {
        let Some(written) = ty else { return self.settled(body, value) };
        let ty = self.resolve_type(written);
        let why = (written.span, format!("`{}` is declared as `{}`", name.name, self.hir.types.name(ty)));
        let mut value = self.expr_because(body, value, ty, Some(&why));
        // The variable has the type that was written even where its value is wrong.
        value.ty = ty;
        value
    }

    pub(super) fn if_expr(
        &mut self,
        body: &mut Body,
        span: Span,
        cond: &ast::Expr,
        then: &ast::ExprBlock,
        otherwise: Option<&ast::ExprBlock>,
        want: Want,
    ) -> Expr {
        let (cond, yes, no) = self.condition(body, cond);
        let before = body.facts();
        body.assume(&yes);
        let then = self.block(body, then, want);
        body.restore(before.clone());
        let Some(otherwise) = otherwise else {
            self.report(
                Diagnostic::error("E0320", span, "this `if` has no value where its condition is false", "`else` is missing")
                    .help("add `else { … }`"),
            );
            return poison(span);
        };
        body.assume(&no);
        let hint = match want {
            Want::May(None) => Want::May(Some(then.ty)),
            want => want,
        };
        let otherwise = self.block(body, otherwise, hint);
        body.restore(before);
        let (ty, mut branches) = self.branches(body, vec![then, otherwise], want, "the branches of this `if`");
        let (Some(otherwise), Some(then)) = (branches.pop(), branches.pop()) else { return poison(span) };
        Expr { kind: ExprKind::If { cond: Box::new(cond), then: Box::new(then), otherwise: Box::new(otherwise) }, ty, span }
    }

    /// The type of branches, and they as that.
    pub(super) fn branches(&mut self, body: &Body, branches: Vec<Expr>, want: Want, what: &str) -> (TypeId, Vec<Expr>) {
        match want {
            Want::Must(ty, _) => (ty, branches),
            Want::May(_) => self.join_or_report(body, branches, what),
        }
    }

    /// What `for x in …` runs over, and the type of `x`.
    pub fn iter(&mut self, body: &mut Body, expr: &ast::Expr) -> (Iter, TypeId) {
        match &expr.kind {
            Ast::Paren(inner) => self.iter(body, inner),
            Ast::Binary(ast::BinaryOp::Range, _, from, to) => {
                let from = self.expr(body, from, Some(TypeId::INT));
                let to = self.expr(body, to, Some(TypeId::INT));
                (Iter::Range(from, to), TypeId::INT)
            }
            _ => {
                let list = self.settled(body, expr);
                let element = match self.hir.types.get(list.ty) {
                    Type::List(of) => of,
                    Type::Error => TypeId::ERROR,
                    Type::Optional(_) => self.missing(body, &list, None).ty,
                    _ => self.not_iterable(body, &list),
                };
                (Iter::List(list), element)
            }
        }
    }

    fn not_iterable(&mut self, body: &Body, found: &Expr) -> TypeId {
        let name = self.hir.types.name(found.ty);
        let x = self.described(body, found).unwrap_or_else(|| "x".into());
        let help = match self.hir.types.get(found.ty) {
            Type::Map(..) => format!("run over `{x}.keys()` or `{x}.values()`"),
            Type::Int => format!("run over a range: `0..{x}`"),
            _ => "run over a list, or over a range like `0..10`".into(),
        };
        let diagnostic = self.with_origin(
            body,
            Diagnostic::error(
                "E0301",
                found.span,
                format!("`for` cannot run over {} `{name}`", article(&name)),
                format!("this is {} `{name}`", article(&name)),
            )
            .help(help),
            found,
        );
        self.report(diagnostic);
        TypeId::ERROR
    }
}

/// The length of time that a word alone means.
pub(super) fn length_meant(word: &str) -> Option<&'static str> {
    Some(match word {
        "minute" | "minutes" => "1m",
        "hour" | "hours" | "hourly" => "1h",
        "day" | "days" | "daily" => "1d",
        "week" | "weeks" | "weekly" => "7d",
        "month" | "months" | "monthly" => "30d",
        "quarter" => "90d",
        "year" | "years" | "yearly" => "365d",
        _ => return None,
    })
}
