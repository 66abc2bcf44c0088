//! Every declaration gets its name and number before anything is checked, so that order does not matter.

use super::Checker;
use super::fns::{Constant, Signature};
use crate::ast::{self, ItemKind};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, ChannelId, EventId, JourneyId, MessageId, ServiceId, TraitId};
use crate::types::{EnumDef, EnumId, FieldDef, RecordDef, RecordId, TypeId, VariantDef};
use journey_grammar::Span;

/// Names that the language itself gives.
pub(super) const BUILT_IN: &[&str] = &[
    "Bool",
    "Int",
    "Decimal",
    "Float",
    "String",
    "Duration",
    "Time",
    "Date",
    "LocalTime",
    "Timezone",
    "List",
    "Map",
    "days",
    "hours",
    "minutes",
];

/// What a top-level name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decl {
    Enum(EnumId),
    Type(RecordId),
    Event(EventId),
    Profile(RecordId),
    /// Index into `Checker::constants`.
    Const(usize),
    /// Index into `Checker::signatures`.
    Fn(usize),
    Channel(ChannelId),
    Message(MessageId),
    Service(ServiceId),
    Journey(JourneyId),
    Trait(TraitId),
    /// Index into `Checker::segments`.
    Segment(usize),
    Test,
    /// Not supported yet, already reported.
    Unsupported,
}

impl Decl {
    /// With its article, as in `` `email` is a channel ``.
    pub fn what(self) -> &'static str {
        match self {
            Decl::Enum(_) => "an enum",
            Decl::Type(_) => "a type",
            Decl::Event(_) => "an event",
            Decl::Profile(_) => "the profile",
            Decl::Const(_) => "a constant",
            Decl::Fn(_) => "a function",
            Decl::Channel(_) => "a channel",
            Decl::Message(_) => "a message",
            Decl::Service(_) => "a service",
            Decl::Journey(_) => "a journey",
            Decl::Trait(_) => "a trait",
            Decl::Segment(_) => "a segment",
            Decl::Test => "a test",
            Decl::Unsupported => "not supported yet",
        }
    }
}

/// A top-level name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Global {
    pub decl: Decl,
    pub span: Span,
    pub used: bool,
}

/// What a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Record(RecordId),
    Variant(EnumId, usize),
}

impl Checker {
    /// Enters all names; the answer runs parallel to the items.
    pub(super) fn enter(&mut self, items: &[&ast::Item]) -> Vec<Decl> {
        self.enter_error();
        let journeys = self.enter_journeys(items);
        let decls = items.iter().enumerate().map(|(at, item)| self.enter_item(item, journeys.get(at).copied().flatten())).collect();
        self.enter_handles();
        decls
    }

    /// Journeys are numbered in the order of their names. Parallel to the items.
    fn enter_journeys(&mut self, items: &[&ast::Item]) -> Vec<Option<JourneyId>> {
        let mut named: Vec<(usize, &ast::Journey, Span)> = items
            .iter()
            .enumerate()
            .filter_map(|(at, item)| match &item.kind {
                ItemKind::Journey(journey) => Some((at, journey, item.span)),
                _ => None,
            })
            .collect();
        named.sort_by(|a, b| a.1.name.name.cmp(&b.1.name.name));
        let mut ids = vec![None; items.len()];
        for (at, journey, span) in named {
            ids[at] = Some(JourneyId(number(self.hir.journeys.len())));
            self.hir.journeys.push(hir::Journey {
                name: journey.name.name.clone(),
                name_span: journey.name.span,
                title: journey.title.clone(),
                vars: Vec::new(),
                params: Vec::new(),
                enters: Vec::new(),
                key: hir::InstanceKey::Customer,
                cooldown_ms: None,
                ends: Vec::new(),
                outcomes: Vec::new(),
                experiments: Vec::new(),
                priority: None,
                on_change: hir::OnChange::default(),
                result: None,
                body: Vec::new(),
                span,
            });
        }
        ids
    }

    fn enter_item(&mut self, item: &ast::Item, journey: Option<JourneyId>) -> Decl {
        match &item.kind {
            ItemKind::Enum { name, variants } => {
                let decl = Decl::Enum(self.enter_enum(&name.name, variants));
                self.name_type(name, decl)
            }
            ItemKind::Type { name, fields } => {
                let decl = Decl::Type(self.enter_record(&name.name, fields));
                self.name_type(name, decl)
            }
            ItemKind::Event { name, wire, fields } => {
                let record = self.enter_record(&name.name, fields);
                let decl = Decl::Event(EventId(number(self.hir.events.len())));
                let wire = wire.as_ref().map_or_else(|| name.name.clone(), |(wire, _)| wire.clone());
                self.hir.events.push(hir::Event { name: name.name.clone(), wire, record });
                self.name_value(name, decl)
            }
            ItemKind::Profile { fields } => Decl::Profile(self.enter_profile(item, fields)),
            ItemKind::Const { name, .. } => {
                self.constants.push(Constant { ty: TypeId::ERROR, id: None, span: name.span });
                self.name_value(name, Decl::Const(self.constants.len() - 1))
            }
            ItemKind::Fn { name, .. } => {
                self.signatures.push(Signature { params: Vec::new(), declared: Vec::new(), ret: TypeId::ERROR, id: None, span: name.span });
                self.name_value(name, Decl::Fn(self.signatures.len() - 1))
            }
            ItemKind::Channel { name, .. } => {
                let content = self.enter_record(&format!("content of {}", name.name), &[]);
                let decl = Decl::Channel(ChannelId(number(self.hir.channels.len())));
                let channel = hir::Channel {
                    name: name.name.clone(),
                    name_span: name.span,
                    vars: Vec::new(),
                    address: None,
                    consent: None,
                    content,
                    cap: None,
                    quiet: None,
                    span: item.span,
                };
                self.hir.channels.push(channel);
                self.name_value(name, decl)
            }
            ItemKind::Message { name, transactional, .. } => {
                let decl = Decl::Message(MessageId(number(self.hir.messages.len())));
                self.hir.messages.push(hir::Message {
                    name: name.name.clone(),
                    vars: Vec::new(),
                    params: Vec::new(),
                    transactional: transactional.is_some(),
                    variants: Vec::new(),
                });
                self.name_value(name, decl)
            }
            ItemKind::Service { name, .. } => {
                let decl = Decl::Service(ServiceId(number(self.hir.services.len())));
                self.hir.services.push(hir::Service { name: name.name.clone(), operations: Vec::new(), span: item.span });
                self.name_value(name, decl)
            }
            ItemKind::Trait(written) => {
                let decl = Decl::Trait(TraitId(number(self.hir.traits.len())));
                self.enter_trait(&written.name.name, item.span);
                self.name_value(&written.name, decl)
            }
            ItemKind::Segment { name, .. } => {
                self.segments.push(None);
                self.name_value(name, Decl::Segment(self.segments.len() - 1))
            }
            ItemKind::Journey(written) => journey.map_or(Decl::Unsupported, |id| self.name_value(&written.name, Decl::Journey(id))),
            ItemKind::Test { .. } => Decl::Test,
            // The parser has said what is wrong with it.
            ItemKind::Unsupported { name, .. } => {
                if let Some(name) = name {
                    self.name(name, Decl::Unsupported);
                }
                Decl::Unsupported
            }
        }
    }

    fn enter_profile(&mut self, item: &ast::Item, fields: &[ast::Field]) -> RecordId {
        let record = self.enter_record("profile", fields);
        if let Some(first) = self.profile_span {
            self.report(
                Diagnostic::error("E0212", item.span, "the profile is declared twice", "a second profile")
                    .and(first, "the first is here")
                    .help("put the fields of both into one `profile { … }`"),
            );
            return record;
        }
        self.profile_span = Some(item.span);
        self.hir.profile = Some(hir::Profile { record, timezone: None, locale: None });
        record
    }

    /// With the fields' names; their types come when all names are known.
    fn enter_record(&mut self, name: &str, fields: &[ast::Field]) -> RecordId {
        let id = RecordId(number(self.hir.types.records.len()));
        self.hir.types.records.push(RecordDef { name: name.into(), fields: fields.iter().map(unknown_field).collect() });
        id
    }

    fn enter_enum(&mut self, name: &str, variants: &[ast::Variant]) -> EnumId {
        let id = EnumId(number(self.hir.types.enums.len()));
        let variants = variants
            .iter()
            .map(|v| VariantDef { name: v.name.name.clone(), fields: v.fields.iter().flatten().map(unknown_field).collect() })
            .collect();
        self.hir.types.enums.push(EnumDef { name: name.into(), variants });
        id
    }

    fn name_type(&mut self, name: &ast::Ident, decl: Decl) -> Decl {
        self.lint_pascal(&name.name, name.span);
        self.name(name, decl);
        decl
    }

    fn name_value(&mut self, name: &ast::Ident, decl: Decl) -> Decl {
        self.lint_snake(&name.name, name.span);
        self.name(name, decl);
        decl
    }

    /// Of two declarations of one name, the first counts.
    fn name(&mut self, name: &ast::Ident, decl: Decl) {
        if BUILT_IN.contains(&name.name.as_str()) {
            self.report(
                Diagnostic::error("E0208", name.span, format!("`{}` is built in", name.name), "the language itself gives this name")
                    .help("choose another name"),
            );
            return;
        }
        if let Some(first) = self.globals.get(&name.name) {
            let diagnostic =
                Diagnostic::error("E0202", name.span, format!("`{}` is declared twice", name.name), format!("a second `{}`", name.name))
                    .and(first.span, format!("the first, {}, is here", first.decl.what()))
                    .help("all top-level names of a program share one space: rename one of them");
            self.report(diagnostic);
            return;
        }
        self.globals.insert(name.name.clone(), Global { decl, span: name.span, used: false });
    }
}

fn unknown_field(field: &ast::Field) -> FieldDef {
    FieldDef {
        name: field.name.name.clone(),
        ty: TypeId::ERROR,
        default: None,
        doc: field.doc.clone(),
        pii: field.pii.is_some(),
        span: field.span,
    }
}

/// A table's length as the number of its next entry.
pub(super) fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
