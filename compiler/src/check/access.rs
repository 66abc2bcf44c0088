//! What is reached from a value: fields, `?.`, `[…]`, and the profile.

use super::Checker;
use super::body::Body;
use super::coerce::poison;
use super::lookup::{article, listed, nearest, unknown};
use super::methods;
use super::names::{Decl, Owner};
use super::narrow::unnarrowed;
use crate::ast::{self, ExprKind as Ast};
use crate::diagnostics::{Asked, Diagnostic};
use crate::hir::{Expr, ExprKind};
use crate::types::{EnumId, RecordId, Type, TypeId};
use journey_grammar::Span;

impl Checker {
    /// Whether the profile has a field of that name.
    pub(super) fn profile_has(&self, name: &str) -> bool {
        let Some(profile) = &self.hir.profile else { return false };
        self.fields(Owner::Record(profile.record)).iter().any(|field| field.name == name)
    }

    pub(super) fn profile_alone(&mut self, body: &Body, span: Span) -> Expr {
        if self.profile_value(body, span).ty != TypeId::ERROR {
            self.report(
                Diagnostic::error("E0207", span, "`profile` alone is not a value", "a field of it is expected")
                    .help("write `profile.` and the field, as in `profile.first_name`"),
            );
        }
        poison(span)
    }

    /// `profile` in front of a field.
    fn profile_value(&mut self, body: &Body, span: Span) -> Expr {
        if self.is_pure(body, "profile", span) {
            return poison(span);
        }
        let Some(record) = self.hir.profile.as_ref().map(|profile| profile.record) else {
            self.report(
                Diagnostic::error("E0213", span, "the program declares no profile", "nothing is known of a customer")
                    .help("declare it: `profile { first_name: String? }`"),
            );
            return poison(span);
        };
        let ty = self.hir.types.intern(Type::Record(record));
        Expr { kind: ExprKind::Profile, ty, span }
    }

    /// The enum that a name before a point stands for.
    pub(super) fn enum_before_point(&mut self, body: &Body, expr: &ast::Expr) -> Option<EnumId> {
        let Ast::Name(name) = &expr.kind else { return None };
        if body.find(name).is_some() {
            return None;
        }
        match self.globals.get(name)?.decl {
            Decl::Enum(id) => {
                self.global(name);
                Some(id)
            }
            _ => None,
        }
    }

    /// A value in front of a point.
    pub(super) fn receiver(&mut self, body: &mut Body, of: &ast::Expr) -> Expr {
        match &of.kind {
            Ast::Profile => self.profile_value(body, of.span),
            _ => self.settled(body, of),
        }
    }

    pub(super) fn field(&mut self, body: &mut Body, of: &ast::Expr, name: &ast::Ident, span: Span) -> Expr {
        if let Some(id) = self.enum_before_point(body, of) {
            return self.unit_variant(id, name, span);
        }
        if self.no_such_whole(body, of, name) {
            return poison(span);
        }
        let of = self.receiver(body, of);
        match self.hir.types.get(of.ty) {
            Type::Error => poison(span),
            Type::Record(record) => match self.field_at(body, record, &of, name) {
                Some((at, ty)) => self.narrowed(body, Expr { kind: ExprKind::Field(Box::new(of), at), ty, span }),
                None => poison(span),
            },
            Type::Optional(_) => self.field_of_missing(body, &of, name, span),
            _ => self.no_fields(body, &of, name),
        }
    }

    /// `user.email`, `customer.email`, `event.page`: what other tools call the profile, or the event that came. Reports it.
    fn no_such_whole(&mut self, body: &Body, of: &ast::Expr, field: &ast::Ident) -> bool {
        let (word, is_customer) = match &of.kind {
            Ast::Name(word) if body.find(word).is_none() && !self.globals.contains_key(word) => (word.to_lowercase(), false),
            Ast::Customer => ("customer".to_owned(), true),
            _ => return false,
        };
        let (code, message, label) = if is_customer {
            ("E0204", format!("`customer` has no field `{}`", field.name), "this is the id of the customer, a text")
        } else {
            ("E0201", format!("there is no value `{word}`"), "this name is unknown")
        };
        let diagnostic = Diagnostic::error(code, of.span, message, label);
        let diagnostic = match word.as_str() {
            "customer" | "user" | "person" | "recipient" | "subscriber" | "contact" | "client" | "member" | "lead" | "attributes" => {
                let help = format!("what is known of a customer is written `profile.{}`", field.name);
                diagnostic.help(help).fix("write `profile`", of.span, "profile")
            }
            "event" | "trigger" | "payload" | "data" | "context" | "properties" => {
                let events: Vec<&str> =
                    body.names().filter(|name| body.find(name).is_some_and(|id| self.record_in(body.var(id).ty).is_some())).collect();
                match listed(&events) {
                    Some(list) if !events.is_empty() => {
                        diagnostic.help(format!("an event has the name that it was given: there is {list}"))
                    }
                    _ => diagnostic.help(format!("give the event a name: `enter on EVENT as x`, and write `x.{}`", field.name)),
                }
            }
            _ => return false,
        };
        self.report(diagnostic);
        true
    }

    pub(super) fn opt_field(&mut self, body: &mut Body, of: &ast::Expr, name: &ast::Ident, span: Span) -> Expr {
        let of = unnarrowed(self.receiver(body, of));
        match self.hir.types.get(of.ty) {
            Type::Error => poison(span),
            Type::Optional(_) => {
                let Some(record) = self.record_in(of.ty) else { return self.no_fields(body, &of, name) };
                let Some((at, ty)) = self.field_at(body, record, &of, name) else { return poison(span) };
                let ty = self.hir.types.optional(ty);
                self.narrowed(body, Expr { kind: ExprKind::OptField(Box::new(of), at), ty, span })
            }
            _ => {
                let shown = self.described(body, &of).map_or("this".into(), |x| format!("`{x}`"));
                let point = Span { start: of.span.end, ..name.span };
                let mut diagnostic =
                    Diagnostic::error("E0318", span, format!("{shown} is never missing"), "`?.` is for what may be missing")
                        .help("write a point alone")
                        .fix("write `.`", point, format!(".{}", name.name));
                if let Some((span, text)) = self.origin(body, &of) {
                    diagnostic = diagnostic.and(span, text);
                }
                self.report(diagnostic);
                poison(span)
            }
        }
    }

    fn field_of_missing(&mut self, body: &Body, of: &Expr, name: &ast::Ident, span: Span) -> Expr {
        let inside = self.hir.types.inner(of.ty).unwrap_or(TypeId::ERROR);
        let is_field = self.record_in(of.ty).is_some_and(|record| self.fields(Owner::Record(record)).iter().any(|f| f.name == name.name));
        if !is_field && inside != TypeId::ERROR {
            return self.no_fields(body, of, name);
        }
        self.missing(body, of, None);
        poison(span)
    }

    /// The place and type of a record's field, or `None` where it has none of that name, which is reported then.
    pub(super) fn field_at(&mut self, body: &Body, record: RecordId, of: &Expr, name: &ast::Ident) -> Option<(usize, TypeId)> {
        let fields = self.fields(Owner::Record(record));
        if let Some(at) = fields.iter().position(|field| field.name == name.name) {
            return Some((at, fields[at].ty));
        }
        let whole = self.hir.types.record(record).name.clone();
        let what =
            if matches!(of.kind, ExprKind::Profile) { "field of the profile named".into() } else { format!("field of `{whole}` named") };
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let mut diagnostic = unknown("E0204", name, &what, nearest(&name.name, names.iter().copied()), &names);
        if let Some(help) = self.later(body, of, &name.name) {
            diagnostic.fix = None;
            diagnostic = diagnostic.help(help);
        }
        if let Some((span, text)) = self.origin(body, of) {
            diagnostic = diagnostic.and(span, text);
        }
        self.report(diagnostic);
        None
    }

    /// A field of something that has none: perhaps a method without parentheses.
    pub(super) fn no_fields(&mut self, body: &Body, of: &Expr, name: &ast::Ident) -> Expr {
        let ty = self.hir.types.inner(of.ty).unwrap_or(of.ty);
        let whole = self.hir.types.name(of.ty);
        let methods = methods::names(self.hir.types.get(ty));
        let text = &name.name;
        let diagnostic = if methods.contains(&text.as_str()) {
            Diagnostic::error("E0306", name.span, format!("`{text}` is a method"), "methods have parentheses")
                .help(format!("write `{text}()`"))
                .fix(format!("write `{text}()`"), name.span, format!("{text}()"))
        } else {
            let mut diagnostic = Diagnostic::error(
                "E0204",
                name.span,
                format!("{} `{whole}` has no field `{text}`", article(&whole)),
                "this name is unknown",
            )
            .asking(matches!(self.hir.types.get(ty), Type::List(_)).then_some(Asked::FieldOfList));
            if let Some((span, text)) = self.origin(body, of) {
                diagnostic = diagnostic.and(span, text);
            }
            match (nearest(text, methods.iter().copied()), self.hir.types.get(ty)) {
                (Some(better), _) => diagnostic.help(format!("did you mean `{better}()`?")).fix(
                    format!("write `{better}()`"),
                    name.span,
                    format!("{better}()"),
                ),
                (None, Type::Enum(_)) => diagnostic.help("the fields of a variant are read with `match`"),
                (None, Type::List(_)) => diagnostic.help("a list has methods: `.first()`, `.map(x => …)`"),
                _ => diagnostic,
            }
        };
        self.report(diagnostic);
        poison(name.span)
    }

    pub(super) fn index(&mut self, body: &mut Body, of: &ast::Expr, key: &ast::Expr, span: Span) -> Expr {
        let of = self.receiver(body, of);
        let (key_type, value) = match self.hir.types.get(of.ty) {
            Type::List(element) => (TypeId::INT, element),
            Type::Map(key, value) => (key, value),
            other => {
                self.infer(body, key, None);
                return self.no_index(body, &of, other, span);
            }
        };
        let key = self.expr(body, key, Some(key_type));
        let ty = self.hir.types.optional(value);
        Expr { kind: ExprKind::Index(Box::new(of), Box::new(key)), ty, span }
    }

    fn no_index(&mut self, body: &Body, of: &Expr, ty: Type, span: Span) -> Expr {
        match ty {
            Type::Error => {}
            Type::Optional(_) => {
                self.missing(body, of, None);
            }
            _ => {
                let name = self.hir.types.name(of.ty);
                let diagnostic = Diagnostic::error(
                    "E0304",
                    of.span,
                    format!("{} `{name}` has no elements to pick by `[…]`", article(&name)),
                    format!("this is {} `{name}`", article(&name)),
                )
                .help(match ty {
                    Type::Record(_) => "a field is read by a point, as in `profile.email`; `[…]` is for lists and maps",
                    _ => "`[…]` is for lists and maps",
                });
                self.report(self.with_origin(body, diagnostic, of));
            }
        }
        poison(span)
    }
}
