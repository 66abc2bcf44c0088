//! Literals: fractions, texts, time zones, lists and maps.

use super::Checker;
use super::body::Body;
use super::coerce::{Want, fraction_as_float, is_none, poison};
use super::lookup::{article, nearest};
use crate::ast;
use crate::diagnostics::{Asked, Diagnostic};
use crate::hir::{Expr, ExprKind, StrPart};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// Elements that a list or map in the source may have: each becomes code.
const LITERAL_MAX: usize = 1_000;

impl Checker {
    /// A literal with a point: a Decimal, or a Float where one is expected.
    pub(super) fn fraction(&mut self, expr: &ast::Expr, hint: Option<TypeId>) -> Expr {
        let span = expr.span;
        match (&expr.kind, hint) {
            (ast::ExprKind::Decimal(millionths), Some(TypeId::FLOAT)) => {
                Expr { kind: ExprKind::Float(fraction_as_float(*millionths)), ty: TypeId::FLOAT, span }
            }
            (ast::ExprKind::Decimal(millionths), _) => Expr { kind: ExprKind::Decimal(*millionths), ty: TypeId::DECIMAL, span },
            (ast::ExprKind::LongFraction(value), Some(TypeId::FLOAT)) => Expr { kind: ExprKind::Float(*value), ty: TypeId::FLOAT, span },
            _ => {
                self.report(
                    Diagnostic::error(
                        "E0321",
                        span,
                        "this fraction is too long for a `Decimal`",
                        "a `Decimal` has at most 6 digits behind the point, and about 13 before it",
                    )
                    .help("shorten it, or use it where a `Float` is expected"),
                );
                poison(span)
            }
        }
    }

    /// A text; where a time zone is expected, the name of one.
    pub(super) fn text(&mut self, body: &mut Body, parts: &[ast::StrPart], span: Span, hint: Option<TypeId>) -> Expr {
        let plain: Option<String> = parts
            .iter()
            .map(|part| match part {
                ast::StrPart::Text(text) => Some(text.as_str()),
                ast::StrPart::Expr(_) => None,
            })
            .collect();
        if let Some(text) = plain {
            let expr = Expr { kind: ExprKind::Str(text), ty: TypeId::STRING, span };
            return if hint == Some(TypeId::TIMEZONE) { self.zone(expr) } else { expr };
        }
        let parts = parts
            .iter()
            .map(|part| match part {
                ast::StrPart::Text(text) => StrPart::Text(text.clone()),
                ast::StrPart::Expr(expr) => StrPart::Expr(self.printable(body, expr)),
            })
            .collect();
        Expr { kind: ExprKind::Interpolate(parts), ty: TypeId::STRING, span }
    }

    /// A text literal as the name of a time zone.
    pub(super) fn zone(&mut self, expr: Expr) -> Expr {
        let ExprKind::Str(name) = &expr.kind else { return expr };
        if jiff::tz::TimeZone::get(name).is_ok() {
            return Expr { ty: TypeId::TIMEZONE, ..expr };
        }
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        let ending =
            known.iter().find(|zone| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&name.replace(' ', "_"))));
        let better = ending.cloned().or_else(|| nearest(name, known.iter().map(String::as_str)));
        let diagnostic = Diagnostic::error("E0316", expr.span, format!("there is no time zone `{name}`"), "a time zone is expected here");
        self.report(match better {
            Some(better) => {
                diagnostic.help(format!("did you mean `{better}`?")).fix(format!("write `{better}`"), expr.span, format!("\"{better}\""))
            }
            None => diagnostic.help("time zones are named by continent and city: `Europe/Paris`, `Asia/Tokyo`, or `UTC`"),
        });
        poison(expr.span)
    }

    /// Checks an expression that is put into a text.
    pub(super) fn printable(&mut self, body: &mut Body, expr: &ast::Expr) -> Expr {
        let found = self.infer(body, expr, None);
        if self.is_printable(found.ty) {
            return found;
        }
        self.report_unprintable(body, &found);
        poison(found.span)
    }

    pub(super) fn report_unprintable(&mut self, body: &Body, found: &Expr) {
        let name = self.hir.types.name(found.ty);
        let shown = self.described(body, found);
        let x = shown.as_deref().unwrap_or("x");
        let help = match self.hir.types.get(found.ty) {
            Type::Optional(TypeId::STRING) => format!("say what to write where it is missing: `{x} ?? \"…\"`"),
            Type::Optional(of) if self.is_printable(of) => format!("say what to write where it is missing: `{x} ?? …`"),
            Type::Optional(_) => format!("make sure that it is there (`if {x} != none`), then write a part of it"),
            Type::None => "leave it out".into(),
            Type::List(TypeId::STRING) => format!("join its elements: `{x}.join(\", \")`"),
            Type::List(_) => format!("make a text of each element, and join them: `{x}.map(i => \"{{i}}\").join(\", \")`"),
            Type::Map(..) => format!("write one of its values: `{x}[key] ?? …`"),
            Type::Record(id) => match self.hir.types.record(id).fields.iter().find(|field| self.is_printable(field.ty)) {
                Some(field) => format!("write one of its fields: `{x}.{}`", field.name),
                None => "write one of its fields".into(),
            },
            _ => "say with `match` what each variant is written as".into(),
        };
        let whole = if found.ty == TypeId::NONE { "`none`".into() } else { format!("{} `{name}`", article(&name)) };
        let message = format!("{whole} cannot be written into a text");
        let asked = match self.hir.types.get(found.ty) {
            Type::Optional(of) => Some(Asked::Presence { is_record: !self.is_printable(of) }),
            Type::List(of) => Some(Asked::TextOfList(self.hir.types.name(of))),
            _ => None,
        };
        let mut diagnostic = Diagnostic::error("E0305", found.span, message, format!("this is {whole}")).help(help).asking(asked);
        if let Some((span, text)) = self.origin(body, found) {
            diagnostic = diagnostic.and(span, text);
        }
        self.report(diagnostic);
    }

    /// Whether a literal has more elements than code is made for; reports it then.
    fn is_too_long(&mut self, elements: usize, what: &str, span: Span) -> bool {
        let too_long = elements > LITERAL_MAX;
        if too_long {
            let message = format!("a {what} of {elements} elements is too long to be written out");
            self.report(
                Diagnostic::error("E0602", span, message, format!("at most {LITERAL_MAX} elements can stand here"))
                    .help("data belongs into events or the profile; a journey reads it from there"),
            );
        }
        too_long
    }

    pub(super) fn list(&mut self, body: &mut Body, elements: &[ast::Expr], span: Span, hint: Option<TypeId>) -> Expr {
        if self.is_too_long(elements.len(), "list", span) {
            return poison(span);
        }
        let expected = match hint.map(|ty| self.hir.types.get(ty)) {
            Some(Type::List(of)) => Some(of),
            _ => None,
        };
        let Some(element) = expected else {
            if elements.is_empty() {
                return self.empty(span, "list", "let xs: List<String> = []");
            }
            let elements = self.alike(body, elements.iter(), "the elements of this list");
            return match elements {
                Some((of, elements)) => {
                    let ty = self.hir.types.list(of);
                    Expr { kind: ExprKind::List(elements), ty, span }
                }
                None => poison(span),
            };
        };
        let elements = elements.iter().map(|e| self.expr(body, e, Some(element))).collect();
        let ty = self.hir.types.list(element);
        Expr { kind: ExprKind::List(elements), ty, span }
    }

    /// Checks expressions that have to be of one type, whichever that is; each helps to understand the next.
    fn alike<'e>(&mut self, body: &mut Body, exprs: impl Iterator<Item = &'e ast::Expr>, what: &str) -> Option<(TypeId, Vec<Expr>)> {
        let mut found: Vec<Expr> = Vec::new();
        for expr in exprs {
            let hint = found.first().map(|first| first.ty);
            found.push(self.infer(body, expr, hint));
        }
        if found.iter().all(is_none)
            && let Some(first) = found.first()
        {
            self.report(
                Diagnostic::error("E0303", first.span, "`none` of which type?", "nothing here tells what could be missing")
                    .help("write the type where this is declared"),
            );
            return None;
        }
        let (ty, found) = self.join_or_report(body, found, what);
        (ty != TypeId::ERROR).then_some((ty, found))
    }

    fn empty(&mut self, span: Span, what: &str, example: &str) -> Expr {
        self.report(
            Diagnostic::error("E0303", span, format!("an empty {what} of which type?"), "nothing here tells what it could hold")
                .help(format!("write the type, as in `{example}`")),
        );
        poison(span)
    }

    pub(super) fn map(&mut self, body: &mut Body, entries: &[(ast::Expr, ast::Expr)], span: Span, hint: Option<TypeId>) -> Expr {
        if self.is_too_long(entries.len(), "map", span) {
            return poison(span);
        }
        if let Some(Type::Map(key, value)) = hint.map(|ty| self.hir.types.get(ty)) {
            let want = (Want::Must(key, None), Want::Must(value, None));
            let entries = entries.iter().map(|(k, v)| (self.wanted(body, k, want.0), self.wanted(body, v, want.1))).collect();
            let ty = self.hir.types.map(key, value);
            return Expr { kind: ExprKind::Map(entries), ty, span };
        }
        if entries.is_empty() {
            return self.empty(span, "map", "let m: Map<String, Int> = [:]");
        }
        let keys = self.alike(body, entries.iter().map(|(key, _)| key), "the keys of this map");
        let values = self.alike(body, entries.iter().map(|(_, value)| value), "the values of this map");
        let (Some((key, keys)), Some((value, values))) = (keys, values) else { return poison(span) };
        if !self.is_key(key) {
            self.report_key(key, entries.first().map_or(span, |(key, _)| key.span));
            return poison(span);
        }
        let ty = self.hir.types.map(key, value);
        Expr { kind: ExprKind::Map(keys.into_iter().zip(values).collect()), ty, span }
    }
}
