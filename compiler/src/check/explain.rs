//! Words for a type error: what an expression is called, where its type comes from, how to get another.

use super::Checker;
use super::body::Body;
use super::names::Owner;
use crate::diagnostics::Diagnostic;
use crate::hir::{Expr, ExprKind, Method};
use crate::types::{RecordId, Type, TypeId};
use journey_grammar::Span;

impl Checker {
    /// An expression as a designer wrote it, where that is a path.
    pub(super) fn described(&self, body: &Body, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Var(id) => Some(body.var(*id).name.clone()),
            ExprKind::Profile => Some("profile".into()),
            ExprKind::Const(id) => self.hir.consts.get(id.index()).map(|constant| constant.name.clone()).filter(|name| !name.is_empty()),
            ExprKind::Trait(id) => self.hir.traits.get(id.index()).map(|of| of.name.clone()),
            ExprKind::Segment(id) => self.hir.segments.get(id.index()).map(|of| of.name.clone()),
            ExprKind::Unwrap(of) | ExprKind::Wrap(of) | ExprKind::Widen(of) => self.described(body, of),
            ExprKind::Field(of, at) => Some(format!("{}.{}", self.described(body, of)?, self.field_name(of.ty, *at)?)),
            ExprKind::OptField(of, at) => Some(format!("{}?.{}", self.described(body, of)?, self.field_name(of.ty, *at)?)),
            _ => None,
        }
    }

    /// The record that a type is, or is an optional of.
    pub(super) fn record_in(&self, ty: TypeId) -> Option<RecordId> {
        match self.hir.types.get(self.hir.types.inner(ty).unwrap_or(ty)) {
            Type::Record(id) => Some(id),
            _ => None,
        }
    }

    fn field_name(&self, of: TypeId, at: usize) -> Option<&str> {
        let record = self.record_in(of)?;
        self.fields(Owner::Record(record)).get(at).map(|field| field.name.as_str())
    }

    /// Where the type of an expression was said.
    pub(super) fn origin(&self, body: &Body, expr: &Expr) -> Option<(Span, String)> {
        match &expr.kind {
            ExprKind::Var(id) => {
                let var = Some(body.var(*id)).filter(|var| !var.name.is_empty())?;
                Some((var.span, format!("`{}` is `{}`", var.name, self.hir.types.name(var.ty))))
            }
            ExprKind::Const(id) => {
                let constant = self.constants.iter().find(|constant| constant.id == Some(*id))?;
                Some((constant.span, format!("declared here as `{}`", self.hir.types.name(constant.ty))))
            }
            ExprKind::Trait(id) => {
                let of = self.hir.traits.get(id.index())?;
                let span = self.globals.get(&of.name)?.span;
                Some((span, format!("the trait `{}` is `{}`", of.name, self.hir.types.name(of.ty))))
            }
            ExprKind::Segment(id) => {
                let of = self.hir.segments.get(id.index())?;
                let span = self.globals.get(&of.name)?.span;
                Some((span, format!("the segment `{}` is a condition", of.name)))
            }
            ExprKind::Call(id, _) => {
                let signature = self.signatures.iter().find(|signature| signature.id == Some(*id))?;
                Some((signature.span, format!("this function gives `{}`", self.hir.types.name(signature.ret))))
            }
            ExprKind::Field(of, at) | ExprKind::OptField(of, at) => {
                let record = self.record_in(of.ty)?;
                let owner = Owner::Record(record);
                let field = self.fields(owner).get(*at)?;
                let span = self.field_spans.get(&(owner, *at))?;
                Some((*span, format!("`{}` is declared here as `{}`", field.name, self.hir.types.name(field.ty))))
            }
            ExprKind::Unwrap(of) | ExprKind::Wrap(of) | ExprKind::Widen(of) | ExprKind::Neg(of) | ExprKind::Index(of, _) => {
                self.origin(body, of)
            }
            ExprKind::Method(Method::ListFirst | Method::ListLast, args) => self.origin(body, args.first()?),
            _ => None,
        }
    }

    /// Says how to get from the found type to the wanted one.
    pub(super) fn with_conversion(&self, body: &Body, diagnostic: Diagnostic, expr: &Expr, want: TypeId) -> Diagnostic {
        let types = &self.hir.types;
        let shown = self.described(body, expr);
        let x = shown.as_deref().unwrap_or("x");
        let inner = types.inner(want).unwrap_or(want);
        match (types.get(expr.ty), types.get(inner)) {
            (Type::Optional(_), Type::Bool) => diagnostic.help(format!("ask whether it is there: `{x} != none`")),
            (Type::Int | Type::Decimal | Type::Float, Type::Bool) if shown.is_none() => {
                diagnostic.help("a number alone is no condition: compare something with it, as in `profile.visits > 3`")
            }
            (Type::Int | Type::Decimal | Type::Float, Type::Bool) => diagnostic.help(format!("ask something of it: `{x} > 0`")),
            (Type::String, Type::Bool) if matches!(expr.kind, ExprKind::Str(_)) => diagnostic
                .help("each side of `and` and `or` is a question of its own: `x == \"a\" or x == \"b\"`, or `x in [\"a\", \"b\"]`"),
            (Type::String, Type::Bool) => diagnostic.help(format!("ask something of it: `{x} == \"…\"`, `not {x}.is_empty()`")),
            (Type::List(_), Type::Bool) => diagnostic.help(format!("ask something of it: `not {x}.is_empty()`")),
            (Type::Int, Type::String) if matches!(expr.kind, ExprKind::Int(_)) => diagnostic.help("a text stands in quotes"),
            (Type::Decimal | Type::Float, Type::Int) => {
                diagnostic.help(format!("`Int({x})` cuts the fraction off, `{x}.floor()` rounds down"))
            }
            (Type::Float, Type::Decimal) => diagnostic.help(format!("`Decimal({x})` makes an exact number of it")),
            (Type::Decimal, Type::Float) => diagnostic.help(format!("`Float({x})` makes a Float of it")),
            (Type::String, Type::Int | Type::Decimal | Type::Float) => diagnostic.help("a number stands without quotes"),
            (Type::Int, Type::Duration) if matches!(expr.kind, ExprKind::Int(_)) => {
                let ExprKind::Int(n) = expr.kind else { return diagnostic };
                diagnostic.help(format!("name the unit: `{n}d`, `{n}h` or `{n}m`"))
            }
            (Type::LocalTime, Type::Duration) => {
                diagnostic.help("a length of time is expected; to wait for a time of day write `wait until`")
            }
            (Type::Duration, Type::LocalTime) => diagnostic.help("a time of day is written with two digits each, as in `09:00`"),
            (Type::Duration, Type::Time) => diagnostic.help(format!("a moment is expected: `now + {x}`, or leave `until` out")),
            (Type::Time, Type::Duration) => diagnostic.help("a length of time is expected; to wait for a moment write `wait until`"),
            (Type::Int, Type::Duration) => diagnostic.help(format!("name the unit: `days({x})`, `hours({x})` or `minutes({x})`")),
            (Type::Time, Type::Date) => diagnostic.help(format!("`{x}.date(zone)` is the day of a moment in a time zone")),
            (Type::Time, Type::LocalTime) => diagnostic.help(format!("`{x}.time(zone)` is the time of day of a moment in a time zone")),
            (Type::Date, Type::Time) => diagnostic.help(format!("`{x}.at(09:00, zone)` is a moment of that day")),
            (Type::String, Type::Enum(id)) => self.with_variant(diagnostic, expr, id),
            (Type::String, Type::Timezone) => {
                diagnostic.help("a time zone is a text in quotes, `\"Asia/Tokyo\"`, or a field of type `Timezone`")
            }
            (_, Type::List(of)) if of == expr.ty => diagnostic.help(format!("a list of one is `[{x}]`")),
            (Type::List(of), _) if of == want => diagnostic.help("`.first()` gives the first element, which may be missing"),
            (_, Type::String) if self.is_printable(expr.ty) => {
                let text = format!("\"{{{x}}}\"");
                diagnostic.help(format!("put it into a text: `{text}`, or write `String({x})`"))
            }
            _ => diagnostic,
        }
    }

    fn with_variant(&self, diagnostic: Diagnostic, expr: &Expr, id: crate::types::EnumId) -> Diagnostic {
        let ExprKind::Str(text) = &expr.kind else { return diagnostic };
        let known = self.hir.types.enum_def(id).variants.iter().any(|variant| variant.name == *text);
        if !known {
            return diagnostic;
        }
        diagnostic.help(format!("variants stand without quotes: `{text}`")).fix(format!("write `{text}`"), expr.span, text.clone())
    }

    /// Whether `{…}` in a text and `String(…)` take it.
    pub(super) fn is_printable(&self, ty: TypeId) -> bool {
        match self.hir.types.get(ty) {
            Type::Error
            | Type::Bool
            | Type::Int
            | Type::Decimal
            | Type::Float
            | Type::String
            | Type::Duration
            | Type::Time
            | Type::Date
            | Type::LocalTime
            | Type::Timezone => true,
            Type::Enum(id) => !self.hir.types.enum_def(id).has_fields(),
            _ => false,
        }
    }

    /// Whether `<` takes it, and sorting.
    pub(super) fn is_ordered(&self, ty: TypeId) -> bool {
        match self.hir.types.get(ty) {
            Type::Bool | Type::Timezone => false,
            _ => self.is_printable(ty),
        }
    }
}
