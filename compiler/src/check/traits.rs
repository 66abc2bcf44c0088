//! Traits: aggregates over a customer's events.

use super::Checker;
use super::body::{Body, Kind};
use super::coerce::poison;
use super::lookup::{article, unknown};
use super::names::Decl;
use crate::ast::{self, ItemKind};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, Aggregate, EventId, Expr, ExprKind, TraitId, VarId};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// The names of the aggregates.
const AGGREGATES: &[(&str, Aggregate)] = &[
    ("count", Aggregate::Count),
    ("sum", Aggregate::Sum),
    ("avg", Aggregate::Avg),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("first", Aggregate::First),
    ("last", Aggregate::Last),
    ("distinct", Aggregate::Distinct),
];

impl Checker {
    /// Enters a trait; its type and body come when all names are known.
    pub(super) fn enter_trait(&mut self, name: &str, span: Span) {
        self.hir.traits.push(hir::Trait {
            name: name.into(),
            ty: TypeId::ERROR,
            aggregate: Aggregate::Count,
            event: EventId(u32::MAX),
            vars: Vec::new(),
            binder: VarId(0),
            filter: None,
            value: None,
            window_ms: None,
            span,
        });
    }

    /// Checks all traits. Constants and functions are checked by then.
    pub(super) fn traits(&mut self, items: &[&ast::Item], decls: &[Decl]) {
        for (item, decl) in items.iter().zip(decls) {
            if let (ItemKind::Trait(written), Decl::Trait(id)) = (&item.kind, decl) {
                self.trait_(*id, written, item.span);
            }
        }
    }

    fn trait_(&mut self, id: TraitId, written: &ast::Trait, span: Span) {
        let ty = self.resolve_type(&written.ty);
        if let Some(entered) = self.hir.traits.get_mut(id.index()) {
            entered.ty = ty;
        }
        let mut body = Body::new(Kind::Trait);
        body.push_scope();
        let (event, payload) = self.awaited(&written.event);
        let (name, at) = written.binder.as_ref().map_or(("", written.event.span), |binder| (&binder.name, binder.span));
        let binder = body.declare(name, payload, false, at);
        let (filter, _) = self.filter(&mut body, written.filter.as_ref());
        let value = self.trait_field(&body, binder, payload, written);
        let window_ms = written.window.as_ref().and_then(|window| self.trait_window(&mut body, window));
        let aggregate = self.aggregate(&written.aggregate);
        let vars = self.finish(body);
        let Some(aggregate) = aggregate else { return };
        if payload == TypeId::ERROR || value.as_ref().is_some_and(|value| value.ty == TypeId::ERROR) {
            return;
        }
        let Some((value, found)) = self.aggregated(aggregate, value, ty, written) else { return };
        self.declared_so(written, ty, found);
        self.hir.traits[id.index()] =
            hir::Trait { name: written.name.name.clone(), ty, aggregate, event, vars, binder, filter, value, window_ms, span };
    }

    /// A trait that is read by its name.
    pub(super) fn trait_value(&mut self, body: &Body, id: TraitId, name: &str, span: Span) -> Expr {
        if self.is_pure(body, name, span) {
            return poison(span);
        }
        let ty = self.hir.traits.get(id.index()).map_or(TypeId::ERROR, |of| of.ty);
        self.narrowed(body, Expr { kind: ExprKind::Trait(id), ty, span })
    }

    fn aggregate(&mut self, name: &ast::Ident) -> Option<Aggregate> {
        let found = AGGREGATES.iter().find(|(known, _)| *known == name.name).map(|(_, aggregate)| *aggregate);
        if found.is_none() {
            let names: Vec<&str> = AGGREGATES.iter().map(|(name, _)| *name).collect();
            let diagnostic = unknown("E0456", name, "aggregate", self.suggest(&name.name, names.iter().copied()), &names);
            self.report(diagnostic);
        }
        found
    }

    /// The field of the event that is aggregated; `None` where it is the event itself.
    fn trait_field(&mut self, body: &Body, binder: VarId, payload: TypeId, written: &ast::Trait) -> Option<Expr> {
        written.path.first()?;
        let mut of = Expr { kind: ExprKind::Var(binder), ty: payload, span: written.event.span };
        for name in &written.path {
            let span = of.span.to(name.span);
            of = match self.hir.types.get(of.ty) {
                Type::Error => poison(span),
                Type::Record(record) => match self.field_at(body, record, &of, name) {
                    Some((at, ty)) => Expr { kind: ExprKind::Field(Box::new(of), at), ty, span },
                    None => poison(span),
                },
                Type::Optional(inner) if matches!(self.hir.types.get(inner), Type::Record(_)) => {
                    self.misfit(
                        span,
                        "a trait looks into what is always there",
                        "this may be missing",
                        "give the field a default, or aggregate it as a whole",
                    );
                    poison(span)
                }
                _ => self.no_fields(body, &of, name),
            };
        }
        Some(of)
    }

    fn trait_window(&mut self, body: &mut Body, window: &ast::Expr) -> Option<i64> {
        let window = self.expr(body, window, Some(TypeId::DURATION));
        let constant = self.fold_duration(&window).filter(|ms| *ms > 0);
        if constant.is_none() && window.ty != TypeId::ERROR {
            self.report(
                Diagnostic::error("E0459", window.span, "a window is a fixed length of time", "this isn't one")
                    .help("write a duration such as `90d`, or the name of a constant"),
            );
        }
        constant
    }

    /// What is aggregated as it counts, and the type that the aggregate gives. Of a field that may be missing only what is there
    /// counts.
    fn aggregated(
        &mut self,
        aggregate: Aggregate,
        value: Option<Expr>,
        ty: TypeId,
        written: &ast::Trait,
    ) -> Option<(Option<Expr>, TypeId)> {
        let name = &written.aggregate.name;
        let span = written.path.last().map_or(written.event.span, |last| written.event.span.to(last.span));
        let Some(mut value) = value else {
            return match aggregate {
                Aggregate::Count => Some((None, TypeId::INT)),
                Aggregate::First | Aggregate::Last => Some((None, self.hir.types.optional(TypeId::TIME))),
                _ => {
                    let event = &written.event.name;
                    let help = format!("name a field of the event, as in `{name}({event}.total)`");
                    self.misfit(span, &format!("`{name}` is of a field"), "this is the event as a whole", &help);
                    None
                }
            };
        };
        let of = self.hir.types.inner(value.ty).unwrap_or(value.ty);
        let declared = self.hir.types.inner(ty).unwrap_or(ty);
        let widens = matches!(aggregate, Aggregate::Sum | Aggregate::Avg | Aggregate::Min | Aggregate::Max) && value.ty == TypeId::INT;
        let of = match (aggregate, declared) {
            (_, TypeId::DECIMAL | TypeId::FLOAT) if widens => {
                value = Expr { span: value.span, ty: declared, kind: ExprKind::Widen(Box::new(value)) };
                declared
            }
            (Aggregate::Avg, _) if widens => {
                value = Expr { span: value.span, ty: TypeId::DECIMAL, kind: ExprKind::Widen(Box::new(value)) };
                TypeId::DECIMAL
            }
            _ => of,
        };
        let is_number = matches!(of, TypeId::DECIMAL | TypeId::FLOAT | TypeId::DURATION);
        let shown = self.hir.types.name(of);
        let (message, help) = match aggregate {
            Aggregate::Count => {
                let help = format!("write `count({})`; `distinct` counts different values", written.event.name);
                ("`count` is of the event as a whole".to_string(), help)
            }
            Aggregate::Sum if !is_number && of != TypeId::INT => {
                (format!("{} `{shown}` can't be added up", article(&shown)), "name a field that is a number or a Duration".to_string())
            }
            Aggregate::Avg if !is_number => {
                (format!("{} `{shown}` has no average", article(&shown)), "name a field that is a number or a Duration".to_string())
            }
            Aggregate::Min | Aggregate::Max if !self.is_ordered(of) => (
                format!("{} `{shown}` is neither more nor less than another", article(&shown)),
                "name a field that can be compared by `<`".to_string(),
            ),
            Aggregate::Sum => return Some((Some(value), of)),
            Aggregate::Distinct => return Some((Some(value), TypeId::INT)),
            Aggregate::Avg | Aggregate::Min | Aggregate::Max | Aggregate::First | Aggregate::Last => {
                let ty = self.hir.types.optional(of);
                return Some((Some(value), ty));
            }
        };
        self.misfit(span, &message, "this is what would be aggregated", &help);
        None
    }

    fn misfit(&mut self, span: Span, message: &str, label: &str, help: &str) {
        self.report(Diagnostic::error("E0457", span, message, label).help(help));
    }

    /// The type that was declared is the one that the aggregate gives.
    fn declared_so(&mut self, written: &ast::Trait, declared: TypeId, found: TypeId) {
        if declared == found || declared == TypeId::ERROR {
            return;
        }
        let (name, right) = (&written.aggregate.name, self.hir.types.name(found));
        let mut diagnostic = Diagnostic::error(
            "E0458",
            written.ty.span,
            format!("this trait is {} `{right}`", article(&right)),
            format!("declared as `{}`", self.hir.types.name(declared)),
        )
        .and(written.aggregate.span, format!("`{name}` gives {} `{right}`", article(&right)));
        let help = if self.hir.types.inner(found) == Some(declared) {
            format!("write `{right}`: before the first event there is nothing to tell")
        } else {
            format!("write `{right}`")
        };
        diagnostic = diagnostic.help(help).fix(format!("write `{right}`"), written.ty.span, right);
        self.report(diagnostic);
    }
}
