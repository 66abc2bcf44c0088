//! Declarations: enums, records, events, the profile, constants, functions, channels, messages, traits and segments.

use super::{Documents, Reader};
use crate::ast::{
    ChannelClause, ContentField, ContentValue, Expr, Field, Ident, ItemKind, MessageVariant, Param, Trait, TypeExpr, TypeExprKind, Variant,
};
use journey_grammar::{Rule, Span, Syntax};

impl<'t> Reader<'t> {
    pub(super) fn item(&mut self, node: Syntax<'t>) -> ItemKind {
        match node.kind() {
            Rule::enum_item => ItemKind::Enum { name: self.name(node), variants: self.variants(node) },
            Rule::type_item => ItemKind::Type { name: self.name(node), fields: self.fields_in(node) },
            Rule::event_item => self.event(node),
            Rule::profile_item => ItemKind::Profile { fields: self.fields_in(node) },
            Rule::const_item => {
                ItemKind::Const { name: self.name(node), ty: self.optional_type(node), value: self.expr_in(node, Rule::expr) }
            }
            Rule::fn_item => ItemKind::Fn {
                name: self.name(node),
                params: self.params(node),
                ret: self.type_in(node),
                body: self.expr_block_in(node, Rule::expr_block),
            },
            Rule::channel_item => ItemKind::Channel { name: self.name(node), clauses: self.channel_clauses(node) },
            Rule::message_item => self.message(node),
            Rule::service_item => self.service(node),
            Rule::trait_item => self.trait_(node),
            Rule::segment_item => ItemKind::Segment { name: self.name(node), condition: self.expr_in(node, Rule::expr) },
            Rule::journey_item => ItemKind::Journey(self.journey(node)),
            Rule::test_item => self.test(node),
            _ => self.unsupported_item(node),
        }
    }

    fn event(&mut self, node: Syntax<'t>) -> ItemKind {
        let wire = node.child(Rule::string).map(|string| (self.plain_string(string), string.span()));
        ItemKind::Event { name: self.name(node), wire, fields: self.fields_in(node) }
    }

    fn trait_(&mut self, node: Syntax<'t>) -> ItemKind {
        let of = node.child(Rule::aggregate).unwrap_or(node);
        let mut path = of.child(Rule::event_path).into_iter().flat_map(Syntax::children);
        let event = path.find(|part| part.kind() == Rule::ident).map_or_else(|| self.name(of), |event| self.ident(event));
        let path = path.filter(|part| part.kind() != Rule::dot).map(|field| self.ident(field)).collect();
        let mut names = of.all(Rule::ident);
        let aggregate = names.next().map_or_else(|| self.name(of), |name| self.ident(name));
        ItemKind::Trait(Box::new(Trait {
            name: self.name(node),
            ty: self.type_in(node),
            aggregate,
            event,
            path,
            binder: names.next().map(|binder| self.ident(binder)),
            filter: of.child(Rule::head_expr).map(|filter| self.expr(filter)),
            window: node.child(Rule::expr).map(|window| self.expr(window)),
        }))
    }

    fn variants(&mut self, node: Syntax<'t>) -> Vec<Variant> {
        let mut docs = Documents::default();
        let mut variants = Vec::new();
        for child in node.all_children() {
            match child.kind() {
                Rule::COMMENT => docs.comment(child),
                Rule::enum_variant => {
                    let fields = child.child(Rule::fields).map(|fields| self.fields(fields));
                    variants.push(Variant { doc: docs.take(), name: self.name(child), fields, span: child.span() });
                }
                _ => {}
            }
        }
        variants
    }

    pub(super) fn fields_in(&mut self, node: Syntax<'t>) -> Vec<Field> {
        node.child(Rule::fields).map(|fields| self.fields(fields)).unwrap_or_default()
    }

    fn fields(&mut self, node: Syntax<'t>) -> Vec<Field> {
        let mut docs = Documents::default();
        let mut fields = Vec::new();
        for child in node.all_children() {
            match child.kind() {
                Rule::COMMENT => docs.comment(child),
                Rule::field => {
                    let doc = docs.take();
                    fields.push(self.field(child, doc));
                }
                _ => {}
            }
        }
        fields
    }

    fn field(&mut self, node: Syntax<'t>, doc: Option<String>) -> Field {
        let mut default: Option<Expr> = None;
        let mut pii = None;
        for child in node.children() {
            match child.kind() {
                Rule::default_value if default.is_some() => self.twice(child, "default value"),
                Rule::default_value => default = Some(self.expr_in(child, Rule::expr)),
                Rule::annotation if child.text() == "@pii" => pii = Some(child.span()),
                Rule::annotation => self.unknown_annotation(child),
                _ => {}
            }
        }
        Field { doc, name: self.name(node), ty: self.type_in(node), default, pii, span: node.span() }
    }

    pub(super) fn params(&mut self, node: Syntax<'t>) -> Vec<Param> {
        let Some(params) = node.child(Rule::params) else { return Vec::new() };
        params.all(Rule::param).map(|param| Param { name: self.name(param), ty: self.type_in(param) }).collect()
    }

    pub(super) fn optional_type(&mut self, node: Syntax<'t>) -> Option<TypeExpr> {
        node.child(Rule::type_expr).map(|ty| self.type_expr(ty))
    }

    pub(super) fn type_in(&mut self, node: Syntax<'t>) -> TypeExpr {
        self.optional_type(node).unwrap_or(TypeExpr { kind: TypeExprKind::Error, span: node.span() })
    }

    fn type_expr(&mut self, node: Syntax<'t>) -> TypeExpr {
        let questions: Vec<Span> = node.all(Rule::question).map(Syntax::span).collect();
        let span = node.span();
        let read = self.deeper(1 + questions.len(), span, |reader| {
            let Some(inner) = node.child(Rule::type_name) else { return TypeExpr { kind: TypeExprKind::Error, span } };
            let base = TypeExpr { kind: reader.type_name(inner), span: inner.span() };
            questions.iter().fold(base, |ty, &question| {
                let span = ty.span.to(question);
                TypeExpr { kind: TypeExprKind::Optional(Box::new(ty)), span }
            })
        });
        read.unwrap_or(TypeExpr { kind: TypeExprKind::Error, span })
    }

    fn type_name(&mut self, node: Syntax<'t>) -> TypeExprKind {
        let name = self.name(node);
        match node.child(Rule::type_args) {
            None => TypeExprKind::Name(name.name),
            Some(args) => TypeExprKind::Apply(name, args.all(Rule::type_expr).map(|arg| self.type_expr(arg)).collect()),
        }
    }

    fn channel_clauses(&mut self, node: Syntax<'t>) -> Vec<ChannelClause> {
        let mut clauses = Vec::new();
        for child in node.children() {
            match child.kind() {
                Rule::address_clause => clauses.push(ChannelClause::Address(self.expr_in(child, Rule::expr))),
                Rule::consent_clause => clauses.push(ChannelClause::Consent(self.expr_in(child, Rule::expr))),
                Rule::content_clause => clauses.push(ChannelClause::Content(self.fields_in(child), child.span())),
                Rule::cap_clause => clauses.push(self.cap(child)),
                Rule::quiet_clause => clauses.push(ChannelClause::Quiet { hours: self.expr_in(child, Rule::expr), span: child.span() }),
                _ => {}
            }
        }
        clauses
    }

    fn cap(&mut self, node: Syntax<'t>) -> ChannelClause {
        let int = node.child(Rule::int);
        let count = int.and_then(|int| self.whole_number(int));
        ChannelClause::Cap { count, count_span: int.unwrap_or(node).span(), per: self.expr_in(node, Rule::expr), span: node.span() }
    }

    fn message(&mut self, node: Syntax<'t>) -> ItemKind {
        let variants = node.all(Rule::message_variant).map(|variant| self.message_variant(variant)).collect();
        let transactional = node.child(Rule::kw_transactional).map(Syntax::span);
        ItemKind::Message { name: self.name(node), params: self.params(node), transactional, variants }
    }

    fn message_variant(&mut self, node: Syntax<'t>) -> MessageVariant {
        let locale = node.child(Rule::string).map(|string| (self.plain_string(string), string.span()));
        let fields = node.all(Rule::content_field).map(|field| self.content_field(field)).collect();
        MessageVariant { channel: self.name(node), locale, fields, span: node.span() }
    }

    fn content_field(&mut self, node: Syntax<'t>) -> ContentField {
        let name = self.name(node);
        let value = match node.child(Rule::file_template) {
            None => {
                let value = self.expr_in(node, Rule::expr);
                ContentValue::Expr(self.no_file_call(value))
            }
            Some(file) => {
                let path = file.child(Rule::string);
                ContentValue::File(path.map(|path| self.plain_string(path)).unwrap_or_default(), path.unwrap_or(file).span())
            }
        };
        ContentField { name, value }
    }

    /// The name that a declaration declares, where it has one.
    pub(super) fn declared(&self, node: Syntax<'t>) -> Option<Ident> {
        node.child(Rule::ident).map(|name| self.ident(name))
    }
}
