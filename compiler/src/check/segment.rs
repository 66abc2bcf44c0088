//! Segments: named conditions, in an order in which each needs only earlier ones.

use super::Checker;
use super::body::{Body, Kind};
use super::coerce::poison;
use super::names::{Decl, number};
use super::order::{Needs, Node};
use crate::ast::{self, ItemKind};
use crate::hir::{self, Expr, ExprKind, SegmentId};
use crate::types::TypeId;
use indexmap::IndexMap;
use journey_grammar::Span;

impl Checker {
    /// Checks all segments. Constants, functions and traits are checked by then.
    pub(super) fn ordered_segments(&mut self, items: &[&ast::Item], decls: &[Decl]) {
        let mut written = IndexMap::new();
        for (item, decl) in items.iter().zip(decls) {
            if let (ItemKind::Segment { name, condition }, Decl::Segment(at)) = (&item.kind, decl) {
                written.insert(Node::Segment(*at), (name, condition, item.span));
            }
        }
        let needs = |&(name, condition, _): &(&ast::Ident, &ast::Expr, Span)| Needs {
            name: name.name.clone(),
            span: name.span,
            on: self.needs_of(condition).into_iter().filter(|(node, _)| matches!(node, Node::Segment(_))).collect(),
        };
        let nodes: IndexMap<Node, Needs> = written.iter().map(|(&node, source)| (node, needs(source))).collect();
        for node in self.order(&nodes) {
            if let (Node::Segment(at), Some(&(name, condition, span))) = (node, written.get(&node)) {
                self.segment(at, name, condition, span);
            }
        }
    }

    fn segment(&mut self, at: usize, name: &ast::Ident, condition: &ast::Expr, span: Span) {
        let mut body = Body::new(Kind::Customer);
        body.is_condition = true;
        let (condition, ..) = self.condition(&mut body, condition);
        let vars = self.finish(body);
        if let Some(id) = self.segments.get_mut(at) {
            *id = Some(SegmentId(number(self.hir.segments.len())));
        }
        self.hir.segments.push(hir::Segment { name: name.name.clone(), vars, condition, span });
    }

    /// A segment that is read by its name.
    pub(super) fn segment_value(&mut self, body: &Body, at: usize, name: &str, span: Span) -> Expr {
        if self.is_pure(body, name, span) {
            return poison(span);
        }
        match self.segments.get(at).copied().flatten() {
            Some(id) => Expr { kind: ExprKind::Segment(id), ty: TypeId::BOOL, span },
            None => poison(span),
        }
    }

    /// The segment of that name, or `None` where there is none, which is reported then.
    pub(super) fn segment_named(&mut self, name: &ast::Ident) -> Option<SegmentId> {
        let at = self.declared(name, "segment", |decl| match decl {
            Decl::Segment(at) => Some(at),
            _ => None,
        })?;
        self.segments.get(at).copied().flatten()
    }
}
