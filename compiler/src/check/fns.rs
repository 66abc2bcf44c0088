//! Constants, defaults of fields, and functions: what is pure and stands outside all bodies.

use super::Checker;
use super::body::{Body, Kind};
use super::names::{Decl, Owner, number};
use super::order::{Needs, Node};
use crate::ast::{self, ItemKind};
use crate::hir::{self, ConstId, FnId, MessageId};
use crate::types::TypeId;
use indexmap::IndexMap;
use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// A `const` as its users see it.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    /// The error type until its value is checked, where none was written.
    pub ty: TypeId,
    /// `None` until its value is checked.
    pub id: Option<ConstId>,
    pub span: Span,
}

/// A `fn` as its callers see it.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub params: Vec<(String, TypeId)>,
    /// Where they are declared.
    pub declared: Vec<Span>,
    pub ret: TypeId,
    /// `None` until its body is checked.
    pub id: Option<FnId>,
    pub span: Span,
}

/// What a node is checked from.
#[derive(Clone, Copy)]
enum Source<'a> {
    Const(&'a ast::Ident, &'a ast::Expr),
    Default(&'a ast::Field, &'a ast::Expr),
    Fn(&'a ast::Item),
}

impl Checker {
    /// Checks all that is pure, each after what it needs.
    pub(super) fn constants_and_fns(&mut self, items: &[&ast::Item], decls: &[Decl]) {
        let mut sources: IndexMap<Node, Source> = IndexMap::new();
        for (item, decl) in items.iter().zip(decls) {
            self.signature(item, *decl);
            self.pure_parts(item, *decl, &mut sources);
        }
        self.defaults = sources
            .keys()
            .filter_map(|node| match node {
                Node::Default(owner, at) => Some((*owner, *at)),
                _ => None,
            })
            .collect();
        let nodes: IndexMap<Node, Needs> = sources.iter().map(|(&node, &source)| (node, self.needs(source))).collect();
        for node in self.order(&nodes) {
            match (node, sources.get(&node)) {
                (Node::Const(at), Some(&Source::Const(name, value))) => self.constant(at, name, value),
                (Node::Default(owner, at), Some(&Source::Default(field, value))) => self.default_value(owner, at, field, value),
                (Node::Fn(at), Some(&Source::Fn(item))) => self.function(at, item),
                _ => {}
            }
        }
    }

    /// Resolves what callers and readers must know before any body is checked.
    fn signature(&mut self, item: &ast::Item, decl: Decl) {
        match (&item.kind, decl) {
            (ItemKind::Const { ty: Some(ty), .. }, Decl::Const(at)) => self.constants[at].ty = self.resolve_type(ty),
            (ItemKind::Fn { params, ret, .. }, Decl::Fn(at)) => {
                self.signatures[at].params = self.params(params);
                self.signatures[at].declared = params.iter().map(|param| param.name.span).collect();
                self.signatures[at].ret = self.resolve_type(ret);
            }
            (ItemKind::Message { params, .. }, Decl::Message(id)) => self.enter_params(id, params),
            (ItemKind::Journey(journey), Decl::Journey(id)) => self.enter_child(id, journey),
            _ => {}
        }
    }

    /// The names and types of parameters; doubled ones are reported.
    pub(super) fn params(&mut self, params: &[ast::Param]) -> Vec<(String, TypeId)> {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        params
            .iter()
            .map(|param| {
                if let Some(&first) = seen.get(param.name.name.as_str()) {
                    self.doubled(&param.name, first, "parameter");
                } else {
                    seen.insert(&param.name.name, param.name.span);
                }
                (param.name.name.clone(), self.resolve_type(&param.ty))
            })
            .collect()
    }

    fn enter_params(&mut self, id: MessageId, params: &[ast::Param]) {
        let types = self.params(params);
        let mut body = Body::new(Kind::Customer);
        let message = &mut self.hir.messages[id.index()];
        message.params = params.iter().zip(types).map(|(param, (name, ty))| body.declare(&name, ty, false, param.name.span)).collect();
        message.vars = body.vars;
    }

    /// A body in which a message's parameters are declared, to check its variants in. Its variables, from
    /// [`Checker::finish`], replace the message's.
    pub fn message_body(&self, id: MessageId) -> Body {
        let mut body = Body::new(Kind::Customer);
        for var in &self.hir.messages[id.index()].vars {
            body.declare(&var.name, var.ty, false, var.span);
        }
        body
    }

    fn pure_parts<'a>(&mut self, item: &'a ast::Item, decl: Decl, sources: &mut IndexMap<Node, Source<'a>>) {
        let mut defaults = |owner: Owner, fields: &'a [ast::Field]| {
            for (at, field) in fields.iter().enumerate() {
                if let Some(value) = &field.default {
                    sources.insert(Node::Default(owner, at), Source::Default(field, value));
                }
            }
        };
        match (&item.kind, decl) {
            (ItemKind::Type { fields, .. }, Decl::Type(id)) | (ItemKind::Profile { fields }, Decl::Profile(id)) => {
                defaults(Owner::Record(id), fields);
            }
            (ItemKind::Event { fields, .. }, Decl::Event(id)) => defaults(Owner::Record(self.hir.events[id.index()].record), fields),
            (ItemKind::Enum { variants, .. }, Decl::Enum(id)) => {
                for (at, variant) in variants.iter().enumerate() {
                    defaults(Owner::Variant(id, at), variant.fields.as_deref().unwrap_or_default());
                }
            }
            (ItemKind::Const { name, value, .. }, Decl::Const(at)) => {
                sources.insert(Node::Const(at), Source::Const(name, value));
            }
            (ItemKind::Fn { .. }, Decl::Fn(at)) => {
                sources.insert(Node::Fn(at), Source::Fn(item));
            }
            _ => {}
        }
    }

    fn needs(&self, source: Source) -> Needs {
        match source {
            Source::Const(name, value) => Needs { name: name.name.clone(), span: name.span, on: self.needs_of(value) },
            Source::Default(field, value) => Needs { name: field.name.name.clone(), span: field.name.span, on: self.needs_of(value) },
            Source::Fn(item) => match &item.kind {
                ItemKind::Fn { name, params, body, .. } => {
                    let params: Vec<String> = params.iter().map(|param| param.name.name.clone()).collect();
                    Needs { name: name.name.clone(), span: name.span, on: self.needs_of_body(&params, body) }
                }
                _ => Needs { name: String::new(), span: item.span, on: Vec::new() },
            },
        }
    }

    fn constant(&mut self, at: usize, name: &ast::Ident, value: &ast::Expr) {
        let mut body = Body::new(Kind::Const);
        let written = self.constants[at].ty;
        let value = if written == TypeId::ERROR {
            self.settled(&mut body, value)
        } else {
            let why = (name.span, format!("`{}` is declared as `{}`", name.name, self.hir.types.name(written)));
            self.expr_because(&mut body, value, written, Some(&why))
        };
        let ty = if written == TypeId::ERROR { value.ty } else { written };
        self.constants[at].ty = ty;
        self.constants[at].id = Some(self.push_const(&name.name, body, ty, value));
    }

    fn default_value(&mut self, owner: Owner, at: usize, field: &ast::Field, value: &ast::Expr) {
        let mut body = Body::new(Kind::Const);
        let ty = self.fields(owner).get(at).map_or(TypeId::ERROR, |def| def.ty);
        let why = (field.ty.span, format!("`{}` is `{}`", field.name.name, self.hir.types.name(ty)));
        let value = self.expr_because(&mut body, value, ty, Some(&why));
        let id = self.push_const("", body, ty, value);
        if let Some(def) = self.fields_mut(owner).get_mut(at) {
            def.default = Some(id);
        }
    }

    fn push_const(&mut self, name: &str, body: Body, ty: TypeId, value: hir::Expr) -> ConstId {
        let vars = self.finish(body);
        let id = ConstId(number(self.hir.consts.len()));
        self.hir.consts.push(hir::Const { name: name.into(), vars, ty, value });
        id
    }

    fn function(&mut self, at: usize, item: &ast::Item) {
        let ItemKind::Fn { name, params, ret, body: block } = &item.kind else { return };
        let mut body = Body::new(Kind::Fn);
        let signature = self.signatures[at].clone();
        let vars = params.iter().zip(&signature.params).map(|(param, (_, ty))| (&param.name, *ty));
        let params = vars.map(|(name, ty)| body.declare(&name.name, ty, false, name.span)).collect();
        let why = (ret.span, format!("`{}` gives `{}`", name.name, self.hir.types.name(signature.ret)));
        let value = self.block_because(&mut body, block, signature.ret, Some(&why));
        let vars = self.finish(body);
        self.signatures[at].id = Some(FnId(number(self.hir.fns.len())));
        self.hir.fns.push(hir::Fn { name: name.name.clone(), vars, params, ret: signature.ret, body: value, span: item.span });
    }
}
