//! `send`: one function for each message and the channels that it may take.
//!
//! Of a promotional message it asks first whether another journey of the group goes before. Then it asks each channel in
//! order for an address, for consent, for the customer's zone where it has quiet hours, and for a place under its cap. The
//! first that has all of them gets the content, at once or at the end of its quiet hours; where none has, the reasons are
//! the effect.

use super::Lowerer;
use super::builder::Builder;
use crate::hir::{self, Channel, ChannelId, CompareOp, Expr, Message, MessageVariant, Quiet, Send};
use crate::mir::{BlockId, Effect, FunctionId, HostOp, Local, Op, StepInput, Suppression, Terminator, UNREACHABLE};
use crate::types::TypeId;
use journey_grammar::Span;

/// The message that a function sends, and how.
struct Sending<'h> {
    send: &'h Send,
    message: &'h Message,
    params: Vec<Local>,
    /// The key of the effect, where a handle is to have it.
    key: Option<Local>,
}

/// The function; it takes the message's parameters and gives the record of the handle where there is one, else nothing of use.
pub(super) fn function(lowerer: &mut Lowerer<'_>, send: &Send) -> FunctionId {
    let key = (send.message, send.channels.clone(), send.first_of, send.handle.is_some());
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
    let span = message.variants.iter().find(|variant| Some(&variant.channel) == send.channels.first()).map_or(Span::default(), |v| v.span);
    let key = send.handle.is_some().then(|| b.host(HostOp::SendKey, Vec::new(), span));
    let sending = Sending { send, message, params, key };
    if !message.transactional {
        b.unless_outranked(&sending, span);
    }
    let mut reasons = Vec::new();
    for &id in &send.channels {
        let Some(channel) = hir.channels.get(id.index()) else { continue };
        let span = message.variants.iter().find(|variant| variant.channel == id).map_or(span, |variant| variant.span);
        let next = b.block();
        reasons.push(b.through(&sending, id, channel, next, span));
        b.at(next);
    }
    let nothing = b.suppressed(&sending, reasons, send.first_of, span);
    b.finish(format!("send {}", message.name), false, &sending.params, nothing, span)
}

/// Where one channel's questions lead.
struct Way {
    /// Where the next channel is asked.
    next: BlockId,
    /// Why this one does not take it.
    reason: Local,
    span: Span,
}

impl Builder<'_, '_> {
    /// Ends with the reason where another journey goes first, whatever the channels.
    fn unless_outranked(&mut self, sending: &Sending<'_>, span: Span) {
        let outranked = self.host(HostOp::Outranked, Vec::new(), span);
        let (behind, first) = (self.block(), self.block());
        self.branch_on(outranked, behind, first, span);
        self.at(behind);
        let reason = self.int(Suppression::Outranked as i64, span);
        let nothing = self.suppressed(sending, vec![reason; sending.send.channels.len()], false, span);
        self.end(Terminator::Return(nothing), span);
        self.at(first);
    }

    /// Sends over a channel and ends, or goes to `next` with the reason set that it gives.
    fn through(&mut self, sending: &Sending<'_>, id: ChannelId, channel: &Channel, next: BlockId, span: Span) -> Local {
        let way = Way { next, reason: self.int(Suppression::NoAddress as i64, span), span };
        let address = self.address(channel, &way);
        let mut until = None;
        if !sending.message.transactional {
            self.consent(channel, &way);
            until = channel.quiet.map(|quiet| self.quiet_end(quiet, &way));
            if channel.cap.is_some() {
                self.because(Suppression::Capped, &way);
                let taken = self.host(HostOp::TakePlace(id.0), Vec::new(), span);
                self.only_if(taken, &way);
            }
        }
        let content = self.content(sending.message, id, channel, span);
        let mut args = vec![address, content];
        args.extend(&sending.params);
        let (message, content) = (sending.send.message, channel.content);
        if let Some(until) = until {
            let (now, leaves) = (self.input(StepInput::Now, span), self.block());
            let quiet = self.compare(CompareOp::Gt, until, now, span);
            let held = self.block();
            self.branch_on(quiet, held, leaves, span);
            self.at(held);
            let mut args = args.clone();
            args.insert(0, until);
            self.told(sending, Effect::Held { message, channel: id, content }, args, span);
            self.at(leaves);
        }
        self.told(sending, Effect::Send { message, channel: id, content }, args, span);
        way.reason
    }

    /// Adds the effect of a message that was taken, and ends.
    fn told(&mut self, sending: &Sending<'_>, effect: Effect, args: Vec<Local>, span: Span) {
        let effect = self.lowerer.effect(effect);
        self.emit(Op::Effect { effect, args }, span);
        let sent = self.int(1, span);
        let none = self.int(0, span);
        let result = self.handle(sending, sent, none, span);
        self.end(Terminator::Return(result), span);
    }

    /// Adds the effect of a message that nothing took, and gives the result.
    fn suppressed(&mut self, sending: &Sending<'_>, reasons: Vec<Local>, first_of: bool, span: Span) -> Local {
        let effect = Effect::Suppressed { message: sending.send.message, channels: sending.send.channels.clone(), first_of };
        let effect = self.lowerer.effect(effect);
        let first = reasons.first().copied();
        self.emit(Op::Effect { effect, args: reasons }, span);
        let unsent = self.int(0, span);
        if sending.key.is_none() {
            return unsent;
        }
        let reason = match first {
            Some(reason) if !first_of => self.host(HostOp::SuppressionName, vec![reason], span),
            _ => self.text(UNREACHABLE, span),
        };
        self.handle(sending, unsent, reason, span)
    }

    /// The record of a handle, where there is one: see [`hir::Send::handle`].
    fn handle(&mut self, sending: &Sending<'_>, sent: Local, reason: Local, span: Span) -> Local {
        match sending.key {
            Some(key) => self.words(&[sent, reason, key], span),
            None => sent,
        }
    }

    /// The address, where there is one.
    fn address(&mut self, channel: &Channel, way: &Way) -> Local {
        let Some(address) = &channel.address else { return self.input(StepInput::Customer, way.span) };
        let address = self.apart(address);
        let known = self.is_some(address, way.span);
        self.only_if(known, way);
        // An empty text is no address either: its length, a String's first word, says so.
        let length = self.load(address, 0, way.span);
        self.only_if(length, way);
        address
    }

    fn consent(&mut self, channel: &Channel, way: &Way) {
        let Some(consent) = &channel.consent else { return };
        self.because(Suppression::NoConsent, way);
        let given = self.apart(consent);
        self.only_if(given, way);
    }

    /// Now, or the end of the quiet hours that it is now.
    fn quiet_end(&mut self, quiet: Quiet, way: &Way) -> Local {
        let span = way.span;
        let zone = self.hir.profile.as_ref().and_then(|profile| profile.timezone);
        let zone = match zone {
            Some((field, optional)) => {
                let profile = self.input(StepInput::Profile, span);
                let zone = self.load(profile, field, span);
                if optional {
                    self.because(Suppression::NoTimezone, way);
                    let known = self.is_some(zone, span);
                    self.only_if(known, way);
                }
                zone
            }
            // The checker lets no quiet hours through without it.
            None => self.int(0, span),
        };
        // Outside the quiet hours is inside those that begin where they end.
        let args = vec![self.input(StepInput::Now, span), self.int(quiet.to_ms, span), self.int(quiet.from_ms, span), zone];
        self.host(HostOp::NextWithin, args, span)
    }

    /// Sets the reason for what is asked next.
    fn because(&mut self, reason: Suppression, way: &Way) {
        self.emit(Op::Const { dst: way.reason, value: reason as i64 }, way.span);
    }

    /// Goes on where the word is not 0, else asks the next channel.
    fn only_if(&mut self, cond: Local, way: &Way) {
        let on = self.block();
        self.branch_on(cond, on, way.next, way.span);
        self.at(on);
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
