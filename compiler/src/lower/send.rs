//! `send`: one function for each message and the channels that it may take.
//!
//! It asks each channel in order for an address and for consent. The first that has both gets the content; where
//! none has, the reasons are the effect.

use super::Lowerer;
use super::builder::Builder;
use crate::hir::{self, Channel, ChannelId, CompareOp, Expr, Message, MessageVariant, Send};
use crate::mir::{BlockId, Effect, FunctionId, HostOp, Local, Op, StepInput, Suppression, Terminator};
use crate::types::TypeId;
use journey_grammar::Span;

/// The function; it takes the message's parameters and tells whether something was sent.
pub(super) fn function(lowerer: &mut Lowerer<'_>, send: &Send) -> FunctionId {
    let key = (send.message, send.channels.clone(), send.first_of);
    if let Some(&known) = lowerer.sends.get(&key) {
        return known;
    }
    let function = lower(lowerer, send);
    lowerer.sends.insert(key, function);
    function
}

fn lower(lowerer: &mut Lowerer<'_>, send: &Send) -> FunctionId {
    let hir = lowerer.hir;
    let mut b = Builder::new(lowerer);
    let Some(message) = hir.messages.get(send.message.index()) else {
        let nothing = b.int(0, Span::default());
        return b.finish("send".into(), false, &[], nothing, Span::default());
    };
    let params: Vec<Local> = message.params.iter().map(|&param| b.var(param)).collect();
    let mut reasons = Vec::new();
    let mut span = Span::default();
    for &id in &send.channels {
        let Some(channel) = hir.channels.get(id.index()) else { continue };
        span = message.variants.iter().find(|variant| variant.channel == id).map_or(span, |variant| variant.span);
        let (allowed, next) = (b.block(), b.block());
        let (address, reason) = b.allowed(channel, message.transactional, allowed, next, span);
        reasons.push(reason);
        b.at(allowed);
        let content = b.content(message, id, channel, span);
        let effect = Effect::Send { message: send.message, channel: id, content: channel.content };
        let effect = b.lowerer.effect(effect);
        let mut args = vec![address, content];
        args.extend(&params);
        b.emit(Op::Effect { effect, args }, span);
        let sent = b.int(1, span);
        b.end(Terminator::Return(sent), span);
        b.at(next);
    }
    let effect = Effect::Suppressed { message: send.message, channels: send.channels.clone(), first_of: send.first_of };
    let effect = b.lowerer.effect(effect);
    b.emit(Op::Effect { effect, args: reasons }, span);
    let nothing = b.int(0, span);
    b.finish(format!("send {}", message.name), false, &params, nothing, span)
}

impl Builder<'_, '_> {
    /// Goes to `allowed` where the channel has an address and consent, else to `next`, with the reason set.
    fn allowed(&mut self, channel: &Channel, transactional: bool, allowed: BlockId, next: BlockId, span: Span) -> (Local, Local) {
        let reason = self.int(i64::from(Suppression::NoAddress as u8), span);
        let consent = self.block();
        let address = match &channel.address {
            Some(address) => {
                let address = self.apart(address);
                let (given, known) = (self.block(), self.is_some(address, span));
                self.branch_on(known, given, next, span);
                // An empty text is no address either: its length, a String's first word, says so.
                self.at(given);
                let length = self.load(address, 0, span);
                self.branch_on(length, consent, next, span);
                address
            }
            None => {
                let key = self.input(StepInput::Customer, span);
                self.goto(consent, span);
                key
            }
        };
        self.at(consent);
        match &channel.consent {
            Some(given) if !transactional => {
                self.emit(Op::Const { dst: reason, value: i64::from(Suppression::NoConsent as u8) }, span);
                let given = self.apart(given);
                self.branch_on(given, allowed, next, span);
            }
            _ => self.goto(allowed, span),
        }
        (address, reason)
    }

    /// An expression of another body, whose variables are not this one's.
    fn apart(&mut self, expr: &Expr) -> Local {
        let own = std::mem::take(&mut self.vars);
        let word = self.expr(expr);
        self.vars = own;
        word
    }

    /// The content of the variant for the customer's locale.
    fn content(&mut self, message: &Message, id: ChannelId, channel: &Channel, span: Span) -> Local {
        let variants: Vec<&MessageVariant> = message.variants.iter().filter(|variant| variant.channel == id).collect();
        let Some(fallback) = variants.iter().find(|variant| variant.locale.is_none()).or(variants.first()) else {
            return self.words(&[], span);
        };
        debug_assert!(variants.iter().all(|v| v.content.len() == self.types().record(channel.content).fields.len()));
        let localised: Vec<(String, &MessageVariant)> =
            variants.iter().filter_map(|variant| Some((tag(variant.locale.as_ref()?), *variant))).collect();
        let (dst, join, otherwise) = (self.fresh(), self.block(), self.block());
        if !localised.is_empty() {
            self.by_locale(&localised, dst, join, otherwise, span);
        } else {
            self.goto(otherwise, span);
        }
        self.at(otherwise);
        self.variant(fallback, dst, join);
        self.at(join);
        dst
    }

    fn variant(&mut self, variant: &MessageVariant, dst: Local, join: BlockId) {
        let content = self.exprs(&variant.content);
        let content = self.words(&content, variant.span);
        self.result(dst, content, join, variant.span);
    }

    /// The variant of exactly the customer's locale, else that of its language (`ja` for `ja-JP`).
    fn by_locale(&mut self, variants: &[(String, &MessageVariant)], dst: Local, join: BlockId, otherwise: BlockId, span: Span) {
        let Some(locale) = self.locale(otherwise, span) else { return self.goto(otherwise, span) };
        let blocks: Vec<BlockId> = variants.iter().map(|_| self.block()).collect();
        self.try_tags(locale, variants.iter().map(|(tag, _)| tag.as_str()).zip(blocks.iter().copied()), span);
        let dash = self.text("-", span);
        let parts = self.host(HostOp::StringSplit, vec![locale, dash], span);
        let language = self.load(parts, 1, span);
        let languages = variants.iter().zip(&blocks).filter(|((tag, _), _)| !tag.contains('-'));
        self.try_tags(language, languages.map(|((tag, _), &block)| (tag.as_str(), block)), span);
        self.goto(otherwise, span);
        for ((_, variant), block) in variants.iter().zip(blocks) {
            self.at(block);
            self.variant(variant, dst, join);
        }
    }

    fn try_tags<'t>(&mut self, locale: Local, tags: impl Iterator<Item = (&'t str, BlockId)>, span: Span) {
        for (tag, block) in tags {
            let tag = self.text(tag, span);
            let same = self.ordered(CompareOp::Eq, TypeId::STRING, locale, tag, span);
            let next = self.block();
            self.branch_on(same, block, next, span);
            self.at(next);
        }
    }

    /// The customer's locale in one spelling; where it is `none`, goes to `otherwise`.
    fn locale(&mut self, otherwise: BlockId, span: Span) -> Option<Local> {
        let profile: &hir::Profile = self.hir.profile.as_ref()?;
        let record = self.input(StepInput::Profile, span);
        let locale = self.load(record, profile.locale?, span);
        let (known, there) = (self.block(), self.is_some(locale, span));
        self.branch_on(there, known, otherwise, span);
        self.at(known);
        let lower = self.host(HostOp::StringLower, vec![locale], span);
        let (from, to) = (self.text("_", span), self.text("-", span));
        Some(self.host(HostOp::StringReplace, vec![lower, from, to], span))
    }
}

/// A language tag in one spelling.
fn tag(locale: &str) -> String {
    locale.to_lowercase().replace('_', "-")
}
