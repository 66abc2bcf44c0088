//! Channels: where a customer is reached, whether they have agreed, and what a message for them consists of.

use super::Checker;
use super::body::{Body, Kind};
use super::lookup::article;
use super::names::Owner;
use crate::ast::{self, ChannelClause};
use crate::diagnostics::Diagnostic;
use crate::hir::{ChannelId, Expr, ExprKind};
use crate::types::{FieldDef, TypeId};
use journey_grammar::Span;

/// Content of the channels that everybody has.
const KNOWN_CONTENT: &[(&str, &[&str])] = &[("email", &["subject", "body"]), ("sms", &["text"]), ("push", &["title", "body"])];

impl Checker {
    /// Checks a channel, whose name was entered before.
    pub(super) fn channel(&mut self, id: ChannelId, decl: &ast::Item) {
        let ast::ItemKind::Channel { name, clauses } = &decl.kind else { return };
        let mut body = Body::new(Kind::Customer);
        let (mut address, mut consent, mut content) = (None, None, None);
        let (mut cap, mut quiet) = (None, None);
        for clause in clauses {
            match clause {
                ChannelClause::Address(of) => {
                    self.said_once(address.as_ref().map(|(span, _)| *span), of.span, "address");
                    let optional = self.hir.types.optional(TypeId::STRING);
                    address = Some((of.span, self.expr(&mut body, of, Some(optional))));
                }
                ChannelClause::Consent(of) => {
                    self.said_once(consent.as_ref().map(|(span, _)| *span), of.span, "consent");
                    consent = Some((of.span, self.consent(&mut body, of)));
                }
                ChannelClause::Content(fields, span) => {
                    self.said_once(content.as_ref().map(|(span, _)| *span), *span, "content");
                    content = Some((*span, self.content(id, fields)));
                }
                ChannelClause::Cap { count, count_span, per, span } => {
                    self.said_once(cap.as_ref().map(|(span, _)| *span), *span, "cap");
                    cap = Some((*span, self.cap(&mut body, *count, *count_span, per)));
                }
                ChannelClause::Quiet { hours, span } => {
                    self.said_once(quiet.as_ref().map(|(span, _)| *span), *span, "quiet time");
                    quiet = Some((*span, self.quiet(&mut body, hours)));
                }
            }
        }
        let content = content.map_or_else(|| self.known_content(name), |(_, fields)| fields);
        let channel = &mut self.hir.channels[id.index()];
        let record = channel.content;
        channel.address = address.map(|(_, address)| address);
        channel.consent = consent.map(|(_, consent)| consent);
        channel.cap = cap.and_then(|(_, cap)| cap);
        channel.quiet = quiet.and_then(|(_, quiet)| quiet);
        *self.fields_mut(Owner::Record(record)) = content;
        self.hir.channels[id.index()].vars = self.finish(body);
    }

    fn said_once(&mut self, first: Option<Span>, span: Span, what: &str) {
        if let Some(first) = first {
            self.report(
                Diagnostic::error("E0406", span, format!("the {what} is said twice"), "said again here")
                    .and(first, "first said here")
                    .help("keep one of the two"),
            );
        }
    }

    /// A Bool; what is not known is no consent.
    fn consent(&mut self, body: &mut Body, of: &ast::Expr) -> Expr {
        let consent = self.settled(body, of);
        let span = consent.span;
        if self.hir.types.inner(consent.ty) == Some(TypeId::BOOL) {
            let no = Expr { kind: ExprKind::Bool(false), ty: TypeId::BOOL, span };
            return Expr { kind: ExprKind::Coalesce(Box::new(consent), Box::new(no)), ty: TypeId::BOOL, span };
        }
        if !matches!(consent.ty, TypeId::BOOL | TypeId::ERROR) {
            let ty = self.hir.types.name(consent.ty);
            let a = article(&ty);
            self.report(
                Diagnostic::error("E0426", span, format!("consent is a `Bool`, not {a} `{ty}`"), format!("this is {a} `{ty}`"))
                    .help("name a `Bool` or `Bool?` of the profile, or write a condition"),
            );
        }
        consent
    }

    /// The fields of `content { … }`.
    fn content(&mut self, id: ChannelId, fields: &[ast::Field]) -> Vec<FieldDef> {
        let record = self.hir.channels[id.index()].content;
        for (at, field) in fields.iter().enumerate() {
            self.lint_snake(&field.name.name, field.name.span);
            if let Some(first) = fields[..at].iter().find(|other| other.name.name == field.name.name) {
                self.doubled(&field.name, first.name.span, "field");
            }
            let ty = self.resolve_type(&field.ty);
            if !matches!(ty, TypeId::STRING | TypeId::ERROR) {
                let ty = self.hir.types.name(ty);
                self.report(
                    Diagnostic::error("E0427", field.ty.span, format!("content is text, not {} `{ty}`", article(&ty)), "expected `String`")
                        .help("write `String`; messages put other values into the text: `\"{total}\"`")
                        .fix("write `String`", field.ty.span, "String"),
                );
            }
            if let Some(default) = &field.default {
                self.report(
                    Diagnostic::error("E0427", default.span, "content has no defaults", "every message gives all of its content")
                        .help("remove the default"),
                );
            }
            self.field_spans.insert((Owner::Record(record), at), field.name.span);
        }
        fields.iter().map(|field| text_field(&field.name.name, field.doc.clone())).collect()
    }

    fn known_content(&mut self, name: &ast::Ident) -> Vec<FieldDef> {
        if let Some((_, fields)) = KNOWN_CONTENT.iter().find(|(known, _)| *known == name.name) {
            return fields.iter().map(|field| text_field(field, None)).collect();
        }
        self.report(
            Diagnostic::error(
                "E0415",
                name.span,
                format!("what does a message over `{}` consist of?", name.name),
                "only `email`, `sms` and `push` have content of their own",
            )
            .help("declare it in the channel: `content { text: String }`"),
        );
        Vec::new()
    }
}

fn text_field(name: &str, doc: Option<String>) -> FieldDef {
    FieldDef { name: name.into(), ty: TypeId::STRING, default: None, doc, pii: false, span: Span::default() }
}
