//! Assignments: to a variable, a field of a variable, or a field of the profile.

use super::Checker;
use super::body::{Body, FenceKind, Path, Root};
use super::coerce::Why;
use super::methods::LIST_STAYS;
use super::names::Owner;
use crate::ast::{self, ExprKind};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, Place, PlaceRoot, StmtKind};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

/// A place that was resolved, and the type that it holds.
struct Target {
    place: Place,
    ty: TypeId,
}

/// Why something can't be assigned.
struct Refusal {
    label: String,
    declared: Option<Span>,
    help: &'static str,
}

impl Refusal {
    fn new(label: impl Into<String>, help: &'static str) -> Self {
        Self { label: label.into(), declared: None, help }
    }
}

impl Checker {
    /// `x = e`
    pub(super) fn assign(&mut self, body: &mut Body, target: &ast::Expr, value: &ast::Expr) -> Option<StmtKind> {
        let Some(Target { place, ty }) = self.target(body, target) else {
            self.expr(body, value, None);
            return None;
        };
        let why = self.declared_as(body, &place, ty);
        let value = self.expr_because(body, value, ty, why.as_ref());
        Some(assigned(body, place, value))
    }

    /// The place that is assigned, its type, and where that was said.
    pub(super) fn assigned_place(&mut self, body: &mut Body, target: &ast::Expr) -> Option<(Place, TypeId, Option<Why>)> {
        let Target { place, ty } = self.target(body, target)?;
        let why = self.declared_as(body, &place, ty);
        Some((place, ty, why))
    }

    /// `x += e`, which is `x = x + e`.
    pub(super) fn add_assign(&mut self, body: &mut Body, target: &ast::Expr, value: &ast::Expr, span: Span) -> Option<StmtKind> {
        let resolved = self.target(body, target)?;
        let sum = ExprKind::Binary(ast::BinaryOp::Add, span, Box::new(target.clone()), Box::new(value.clone()));
        let value = self.expr(body, &ast::Expr { kind: sum, span }, Some(resolved.ty));
        Some(assigned(body, resolved.place, value))
    }

    /// Where the type of a place was said.
    fn declared_as(&self, body: &Body, place: &Place, ty: TypeId) -> Option<(Span, String)> {
        let field = match (place.path.last(), place.root) {
            (Some((record, at)), _) => (*record, *at),
            (None, PlaceRoot::Profile(at)) => (self.hir.profile.as_ref()?.record, at),
            (None, PlaceRoot::Var(var)) => {
                let var = body.var(var);
                return Some((var.span, format!("`{}` is `{}`", var.name, self.hir.types.name(ty))));
            }
        };
        let (record, at) = field;
        let name = &self.hir.types.record(record).fields.get(at)?.name;
        let span = self.field_spans.get(&(Owner::Record(record), at))?;
        Some((*span, format!("`{name}` is declared here as `{}`", self.hir.types.name(ty))))
    }

    /// What is assigned; where it can't be, that is reported.
    fn target(&mut self, body: &mut Body, target: &ast::Expr) -> Option<Target> {
        let refusal = match self.resolve(body, target) {
            Ok(found) => {
                self.crosses_fence(body, &found.place);
                return Some(found);
            }
            Err(refusal) => refusal,
        };
        // A name or field that does not exist is best told by whoever reads it.
        let before = self.diagnostics.len();
        self.expr(body, target, None);
        if self.diagnostics.len() == before {
            let mut diagnostic = Diagnostic::error("E0404", target.span, "this can't be assigned", refusal.label).help(refusal.help);
            if let Some(declared) = refusal.declared {
                diagnostic = diagnostic.and(declared, "it is bound here, for good");
            }
            self.report(diagnostic);
        }
        None
    }

    /// A branch and an `undo` assign only variables of their own.
    fn crosses_fence(&mut self, body: &Body, place: &Place) {
        let (PlaceRoot::Var(var), Some(fence)) = (place.root, body.fences.last()) else { return };
        if var.index() >= fence.first_var {
            return;
        }
        let var = body.var(var);
        let (message, label, help) = match fence.kind {
            FenceKind::Branch => (
                format!("a branch can't assign `{}`, which is declared outside it", var.name),
                "the branch has a copy of this",
                out_of_branch(&var.name),
            ),
            FenceKind::Undo => (
                format!("an `undo` can't assign `{}`, which is declared outside it", var.name),
                "the block has a copy of this",
                "declare a `var` inside the block; when it runs, nothing follows that could read the other".into(),
            ),
        };
        self.report(Diagnostic::error("E0430", place.span, message, label).and(var.span, "it is declared here").help(help));
    }

    fn resolve(&mut self, body: &Body, target: &ast::Expr) -> Result<Target, Refusal> {
        match &target.kind {
            ExprKind::Paren(inner) => self.resolve(body, inner),
            ExprKind::Name(name) => match body.find(name) {
                Some(var) if body.assignable(var) => {
                    let place = Place { root: PlaceRoot::Var(var), path: Vec::new(), span: target.span };
                    Ok(Target { place, ty: body.var(var).ty })
                }
                Some(var) => Err(Refusal {
                    label: format!("`{name}` keeps its first value"),
                    declared: Some(body.var(var).span),
                    help: "declare it with `var` instead of `let`, or bind it with `as var`",
                }),
                None => Err(Refusal::new(format!("`{name}` is no variable"), "assign to a `var` or to a field of the profile")),
            },
            ExprKind::Field(of, name) if matches!(of.kind, ExprKind::Profile) => {
                let profile = self.hir.profile.as_ref().map(|profile| profile.record);
                let fields = profile.map_or(&[][..], |record| &self.hir.types.record(record).fields);
                let Some(at) = fields.iter().position(|field| field.name == name.name) else {
                    return Err(Refusal::new("the profile has no such field", "declare the field in `profile { … }`"));
                };
                let place = Place { root: PlaceRoot::Profile(at), path: Vec::new(), span: target.span };
                Ok(Target { place, ty: fields[at].ty })
            }
            ExprKind::Field(of, name) => {
                let Target { mut place, ty } = self.resolve(body, of)?;
                let Type::Record(record) = self.hir.types.get(ty) else {
                    let ty = self.hir.types.name(ty);
                    return Err(Refusal::new(
                        format!("what stands before `.{}` is a `{ty}`", name.name),
                        "assign the whole value instead of one field of it",
                    ));
                };
                let fields = &self.hir.types.record(record).fields;
                let Some(at) = fields.iter().position(|field| field.name == name.name) else {
                    return Err(Refusal::new("there is no such field", "assign to a field that is declared"));
                };
                place.path.push((record, at));
                place.span = target.span;
                Ok(Target { place, ty: fields[at].ty })
            }
            ExprKind::Index(..) => Err(Refusal::new("an element of a list or of a map stays as it is", LIST_STAYS)),
            _ => Err(Refusal::new("this is a value, not a place", "assign to a `var` or to a field of the profile")),
        }
    }
}

/// How what a branch finds out gets out of it.
pub(super) fn out_of_branch(name: &str) -> String {
    format!(
        "branches run side by side, each with variables of its own: what is read behind them goes into a field of the profile, `profile.{name} = …`"
    )
}

/// The assignment to a place.
pub(super) fn assigned(body: &mut Body, place: Place, value: hir::Expr) -> StmtKind {
    body.assigned(&path_of(&place.root, &place.path));
    StmtKind::Assign(place, value)
}

fn path_of(root: &PlaceRoot, fields: &[(crate::types::RecordId, usize)]) -> Path {
    let (root, first) = match root {
        PlaceRoot::Var(var) => (Root::Var(*var), None),
        PlaceRoot::Profile(field) => (Root::Profile, Some(*field)),
    };
    Path { root, fields: first.into_iter().chain(fields.iter().map(|(_, field)| *field)).collect() }
}
