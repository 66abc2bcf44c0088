//! What a journey means, as a hash.
//!
//! The hash is over a canonical form of the typed journey and of everything that it names, in the order in which it names
//! them. So comments, layout, titles and the order of declarations do not count; names do, for instances keep their
//! variables and pauses by name.

mod expr;
mod stmt;

use crate::hir::{ChannelId, ConstId, EventId, FnId, Journey, MessageId, OperationId, Program, SegmentId, ServiceId, TraitId, Var};
use crate::types::{EnumId, FieldDef, RecordId, Type, TypeId};

/// The first 16 hexadecimal digits of a hash over the journey's meaning.
pub(super) fn version(hir: &Program, journey: &Journey) -> String {
    let mut meaning = Meaning { hir, hash: blake3::Hasher::new(), named: Vec::new(), vars: &journey.vars };
    meaning.journey(journey);
    meaning.named_too();
    meaning.hash.finalize().to_hex().chars().take(16).collect()
}

/// A hash over what a trait, a segment or a way into a journey means, with all that it names.
pub(super) fn meaning(hir: &Program, tell: impl FnOnce(&mut Told<'_>)) -> u64 {
    let mut told = Told(Meaning { hir, hash: blake3::Hasher::new(), named: Vec::new(), vars: &[] });
    tell(&mut told);
    let mut meaning = told.0;
    meaning.named_too();
    let hash = meaning.hash.finalize();
    u64::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

/// What [`meaning`] is told.
pub(super) struct Told<'h>(Meaning<'h>);

impl Told<'_> {
    pub fn word(&mut self, word: &str) {
        self.0.word(word);
    }

    pub fn trait_(&mut self, id: TraitId) {
        self.0.trait_(id);
    }

    pub fn segment(&mut self, id: SegmentId) {
        self.0.segment(id);
    }
}

/// A declaration that a journey names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Const(ConstId),
    Fn(FnId),
    Event(EventId),
    Channel(ChannelId),
    Message(MessageId),
    Record(RecordId),
    Enum(EnumId),
    Trait(TraitId),
    Segment(SegmentId),
    Service(ServiceId),
}

/// The canonical form while it is hashed.
struct Meaning<'h> {
    hir: &'h Program,
    hash: blake3::Hasher,
    /// What was named so far, in order of first mention.
    named: Vec<Named>,
    /// The variables of the body that is told.
    vars: &'h [Var],
}

impl<'h> Meaning<'h> {
    /// Tells all that was named.
    fn named_too(&mut self) {
        let mut told = 0;
        while let Some(&named) = self.named.get(told) {
            self.declaration(named);
            told += 1;
        }
    }

    fn word(&mut self, text: &str) {
        self.number(i64::try_from(text.len()).unwrap_or(i64::MAX));
        self.hash.update(text.as_bytes());
    }

    fn number(&mut self, value: i64) {
        self.hash.update(&value.to_le_bytes());
    }

    /// How many follow.
    fn count(&mut self, count: usize) {
        self.number(i64::try_from(count).unwrap_or(i64::MAX));
    }

    fn maybe<T>(&mut self, value: Option<T>, tell: impl FnOnce(&mut Self, T)) {
        self.number(i64::from(value.is_some()));
        if let Some(value) = value {
            tell(self, value);
        }
    }

    fn all<T>(&mut self, values: &'h [T], mut tell: impl FnMut(&mut Self, &'h T)) {
        self.count(values.len());
        for value in values {
            tell(self, value);
        }
    }

    fn mention(&mut self, named: Named) {
        if !self.named.contains(&named) {
            self.named.push(named);
        }
    }

    fn ty(&mut self, ty: TypeId) {
        let name = self.hir.types.name(ty);
        self.word(&name);
        match self.hir.types.get(ty) {
            Type::Optional(of) | Type::List(of) => self.ty(of),
            Type::Map(key, value) => {
                self.ty(key);
                self.ty(value);
            }
            // Of the profile only the fields count that are named.
            Type::Record(id) if self.hir.profile.as_ref().is_some_and(|profile| profile.record == id) => {}
            Type::Record(id) => self.mention(Named::Record(id)),
            Type::Enum(id) => self.mention(Named::Enum(id)),
            _ => {}
        }
    }

    fn event(&mut self, id: EventId) {
        let name = self.hir.events.get(id.index()).map_or("", |event| &event.name);
        self.word(name);
        self.mention(Named::Event(id));
    }

    fn channel(&mut self, id: ChannelId) {
        let name = self.hir.channels.get(id.index()).map_or("", |channel| &channel.name);
        self.word(name);
        self.mention(Named::Channel(id));
    }

    pub(super) fn trait_(&mut self, id: TraitId) {
        let name = self.hir.traits.get(id.index()).map_or("", |trait_| &trait_.name);
        self.word(name);
        self.mention(Named::Trait(id));
    }

    pub(super) fn segment(&mut self, id: SegmentId) {
        let name = self.hir.segments.get(id.index()).map_or("", |segment| &segment.name);
        self.word(name);
        self.mention(Named::Segment(id));
    }

    pub(super) fn operation(&mut self, service: ServiceId, operation: OperationId) {
        let Some(def) = self.hir.services.get(service.index()) else { return };
        self.word(&def.name);
        self.word(def.operations.get(operation.index()).map_or("", |operation| &operation.name));
        self.mention(Named::Service(service));
    }

    fn fields(&mut self, fields: &'h [FieldDef]) {
        self.all(fields, |m, field| {
            m.word(&field.name);
            m.ty(field.ty);
            m.maybe(field.default, Self::constant);
        });
    }

    fn constant(&mut self, id: ConstId) {
        if let Some(constant) = self.hir.consts.get(id.index()) {
            self.word(&constant.name);
            self.expr(&constant.value);
        }
    }

    fn declaration(&mut self, named: Named) {
        let hir = self.hir;
        self.vars = &[];
        match named {
            Named::Const(id) => self.constant(id),
            Named::Fn(id) => {
                let Some(function) = hir.fns.get(id.index()) else { return };
                self.vars = &function.vars;
                self.word(&function.name);
                self.all(&function.params, |m, &param| m.var(param));
                self.expr(&function.body);
            }
            Named::Event(id) => {
                let Some(event) = hir.events.get(id.index()) else { return };
                self.word(&event.name);
                self.word(&event.wire);
                self.fields(&hir.types.record(event.record).fields);
            }
            Named::Channel(id) => {
                let Some(channel) = hir.channels.get(id.index()) else { return };
                self.word(&channel.name);
                self.maybe(channel.address.as_ref(), Self::expr);
                self.maybe(channel.consent.as_ref(), Self::expr);
                self.fields(&hir.types.record(channel.content).fields);
                self.maybe(channel.cap, |m, cap| {
                    m.number(i64::from(cap.count));
                    m.number(cap.per_ms);
                });
                self.maybe(channel.quiet, |m, quiet| {
                    m.number(quiet.from_ms);
                    m.number(quiet.to_ms);
                });
            }
            Named::Trait(id) => self.trait_declaration(id),
            Named::Segment(id) => {
                let Some(segment) = hir.segments.get(id.index()) else { return };
                self.vars = &segment.vars;
                self.word(&segment.name);
                self.expr(&segment.condition);
            }
            Named::Service(id) => self.service(id),
            Named::Message(id) => self.message(id),
            Named::Record(id) => {
                let record = hir.types.record(id);
                self.word(&record.name);
                self.fields(&record.fields);
            }
            Named::Enum(id) => {
                let def = hir.types.enum_def(id);
                self.word(&def.name);
                self.all(&def.variants, |m, variant| {
                    m.word(&variant.name);
                    m.fields(&variant.fields);
                });
            }
        }
    }

    fn trait_declaration(&mut self, id: TraitId) {
        let Some(trait_) = self.hir.traits.get(id.index()) else { return };
        self.vars = &trait_.vars;
        self.word(&trait_.name);
        self.ty(trait_.ty);
        self.word(&format!("{:?}", trait_.aggregate));
        self.event(trait_.event);
        self.var(trait_.binder);
        self.maybe(trait_.filter.as_ref(), Self::expr);
        self.maybe(trait_.value.as_ref(), Self::expr);
        self.maybe(trait_.window_ms, Self::number);
    }

    fn service(&mut self, id: ServiceId) {
        let Some(service) = self.hir.services.get(id.index()) else { return };
        self.word(&service.name);
        self.count(service.operations.len());
        for operation in &service.operations {
            self.vars = &operation.vars;
            self.word(&operation.name);
            self.all(&operation.params, |m, &param| m.var(param));
            self.maybe(operation.ret, Self::ty);
            self.word(&format!("{:?}", operation.method));
            self.expr(&operation.path);
            self.maybe(operation.body.as_ref(), Self::expr);
            self.number(operation.timeout_ms);
            self.number(i64::from(operation.retry));
            self.number(operation.backoff_ms.0);
            self.number(operation.backoff_ms.1);
        }
    }

    fn message(&mut self, id: MessageId) {
        let Some(message) = self.hir.messages.get(id.index()) else { return };
        self.vars = &message.vars;
        self.word(&message.name);
        self.number(i64::from(message.transactional));
        self.all(&message.params, |m, &param| m.var(param));
        self.all(&message.variants, |m, variant| {
            m.channel(variant.channel);
            m.maybe(variant.locale.as_deref(), Self::word);
            m.all(&variant.content, Self::expr);
        });
    }
}
