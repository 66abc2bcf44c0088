//! Types that no value can have, because a value of them would hold another of them without end.

use super::Checker;
use super::names::{Decl, Owner};
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::types::{EnumId, RecordId, Type, TypeId};
use rustc_hash::FxHashSet;

/// A record or an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Record(RecordId),
    Enum(EnumId),
}

impl Checker {
    /// Reports types that hold themselves other than through `?`, `List` or `Map` (or beside another variant).
    pub(super) fn reject_infinite(&mut self, items: &[&ast::Item], decls: &[Decl]) {
        let finite = self.finite_shapes();
        let mut reported: FxHashSet<Shape> = FxHashSet::default();
        for (item, decl) in items.iter().zip(decls) {
            let Some(shape) = self.shape_of(*decl) else { continue };
            if finite.contains(&shape) || reported.contains(&shape) {
                continue;
            }
            let ring = self.ring(shape, &finite);
            if ring.first().is_some_and(|(first, _)| *first == shape) {
                self.report_infinite(&ring, item);
            }
            reported.extend(ring.into_iter().map(|(shape, _)| shape));
        }
    }

    fn shape_of(&self, decl: Decl) -> Option<Shape> {
        match decl {
            Decl::Type(id) | Decl::Profile(id) => Some(Shape::Record(id)),
            Decl::Event(id) => Some(Shape::Record(self.hir.events[id.index()].record)),
            Decl::Enum(id) => Some(Shape::Enum(id)),
            _ => None,
        }
    }

    /// All shapes that have a value: a record of which each field has one, an enum with a variant like that.
    fn finite_shapes(&self) -> FxHashSet<Shape> {
        let types = &self.hir.types;
        let records = (0..types.records.len()).map(|at| Shape::Record(RecordId(super::names::number(at))));
        let enums = (0..types.enums.len()).map(|at| Shape::Enum(EnumId(super::names::number(at))));
        let mut open: Vec<Shape> = records.chain(enums).collect();
        let mut finite = FxHashSet::default();
        loop {
            let before = open.len();
            open.retain(|&shape| {
                let good = self.owners(shape).iter().any(|&owner| self.endless_field(owner, &finite).is_none());
                // An enum without variants is wrong in another way.
                let good = good || self.owners(shape).is_empty();
                if good {
                    finite.insert(shape);
                }
                !good
            });
            if open.len() == before {
                return finite;
            }
        }
    }

    fn owners(&self, shape: Shape) -> Vec<Owner> {
        match shape {
            Shape::Record(id) => vec![Owner::Record(id)],
            Shape::Enum(id) => (0..self.hir.types.enum_def(id).variants.len()).map(|at| Owner::Variant(id, at)).collect(),
        }
    }

    /// The first field that is not known to have a value, and what it is of.
    fn endless_field(&self, owner: Owner, finite: &FxHashSet<Shape>) -> Option<(usize, Shape)> {
        self.fields(owner).iter().enumerate().find_map(|(at, field)| {
            let shape = self.directly(field.ty)?;
            (!finite.contains(&shape)).then_some((at, shape))
        })
    }

    fn directly(&self, ty: TypeId) -> Option<Shape> {
        match self.hir.types.get(ty) {
            Type::Record(id) => Some(Shape::Record(id)),
            Type::Enum(id) => Some(Shape::Enum(id)),
            _ => None,
        }
    }

    /// The ring that is reached from a shape without values: each with the field that leads on.
    fn ring(&self, from: Shape, finite: &FxHashSet<Shape>) -> Vec<(Shape, (Owner, usize))> {
        let mut way: Vec<(Shape, (Owner, usize))> = Vec::new();
        let mut shape = from;
        loop {
            if let Some(at) = way.iter().position(|(seen, _)| *seen == shape) {
                return way.split_off(at);
            }
            let next = self.owners(shape).into_iter().find_map(|owner| Some((owner, self.endless_field(owner, finite)?)));
            let Some((owner, (field, to))) = next else { return Vec::new() };
            way.push((shape, (owner, field)));
            shape = to;
        }
    }

    fn report_infinite(&mut self, ring: &[(Shape, (Owner, usize))], item: &ast::Item) {
        let name = |shape: Shape| match shape {
            Shape::Record(id) => self.hir.types.record(id).name.clone(),
            Shape::Enum(id) => self.hir.types.enum_def(id).name.clone(),
        };
        let places: Vec<_> = ring
            .iter()
            .enumerate()
            .map(|(at, (_, field))| {
                let holds = name(ring[(at + 1) % ring.len()].0);
                (self.field_spans.get(field).copied().unwrap_or(item.span), format!("this holds another `{holds}`"))
            })
            .collect();
        let Some(((span, label), rest)) = places.split_first() else { return };
        let message = format!("a value of `{}` would never end", name(ring[0].0));
        let mut diagnostic = Diagnostic::error("E0211", *span, message, label)
            .help("let it be missing (`?`), or put it into a `List`: then there is an end");
        for (span, label) in rest {
            diagnostic = diagnostic.and(*span, label);
        }
        self.report(diagnostic);
    }
}
