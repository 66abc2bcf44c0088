//! Sends: who goes first, what caps count, and what quiet hours hold.

use super::turn::Turn;
use crate::counters::reason_index;
use crate::customer::{Fiber, Held};
use crate::effect::{Key, Kind};
use journey_compiler::hir::{Cap, ChannelId, MessageId};
use journey_compiler::machine::{Status, codec};
use journey_compiler::mir::{FunctionId, Module, Suppression};
use journey_compiler::types::RecordId;

/// What the sends of a program ask about: most programs ask for little of it, and their steps need not prepare it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    keys: bool,
    places: bool,
    ranks: bool,
}

impl Asked {
    pub fn by(module: &Module) -> Self {
        Self {
            keys: module.handles,
            places: module.channels.iter().any(|channel| channel.cap.is_some()),
            ranks: module.journeys.iter().any(|journey| journey.priority.is_some()),
        }
    }
}

/// A send of a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sending<'a> {
    pub message: MessageId,
    pub channel: ChannelId,
    pub content: RecordId,
    /// Address, content, parameters: see `mir::Effect::Send`.
    pub args: &'a [u64],
    pub key: Key,
}

impl Turn<'_> {
    /// Lays out what the sends of an instance's next step ask about.
    pub fn prepare_sends(&mut self, number: u32, journey_index: usize) {
        if self.asked.keys {
            let steps = self.customer.place_of(number).and_then(|place| self.customer.instances.get(place)).map_or(0, |i| i.steps);
            let journey = self.program.module.journeys.get(journey_index).map_or("", |journey| &journey.name);
            self.cx.key_prefix = format!("{journey}/{}/{number}/{}", self.customer.key, steps + 1);
        }
        if self.asked.places {
            let (outreach, now_ms) = (&self.customer.outreach, self.now_ms);
            let left = |channel: &journey_compiler::mir::Channel| channel.cap.map_or(0, |cap| outreach.left(&channel.name, cap, now_ms));
            self.cx.places.clear();
            self.cx.places.extend(self.program.module.channels.iter().map(left));
        }
        if self.asked.ranks {
            self.cx.outranked = self.is_outranked(number, journey_index);
        }
    }

    /// Whether another live instance of the journey's group that can still send goes first: the higher priority, then the older one.
    fn is_outranked(&self, number: u32, journey_index: usize) -> bool {
        let journeys = &self.program.module.journeys;
        let Some(own) = journeys.get(journey_index).and_then(|journey| journey.priority.as_ref()) else { return false };
        self.customer.instances.iter().filter(|other| other.is_live() && other.number != number).any(|other| {
            let Some(journey) = self.editions.runs(other.edition).and_then(|index| journeys.get(index)) else { return false };
            let Some(theirs) = journey.priority.as_ref().filter(|theirs| theirs.group == own.group) else { return false };
            let goes_first = theirs.rank > own.rank || (theirs.rank == own.rank && other.number < number);
            let can_send = |fiber: &Fiber| journey.pauses.get(fiber.pause as usize).is_some_and(|pause| pause.sends);
            goes_first && other.fibers.iter().any(can_send)
        })
    }

    /// The cap that counts a message over a channel.
    fn cap_of(&self, message: MessageId, channel: ChannelId) -> Option<Cap> {
        let module = &self.program.module;
        if module.messages.get(message.index())?.transactional { None } else { module.channels.get(channel.index())?.cap }
    }

    /// A message has left.
    pub fn sent(&mut self, number: u32, journey_index: usize, sending: Sending<'_>) {
        let Sending { message, channel, content, args, key } = sending;
        if let Some(cap) = self.cap_of(message, channel) {
            let name = self.program.module.channel_name(channel);
            self.customer.outreach.take(name, cap, self.now_ms, self.now_ms);
        }
        self.count_sent(message, channel);
        self.tell(journey_index, Some(number), Kind::Send { message, channel, content, args, key });
    }

    fn count_sent(&mut self, message: MessageId, channel: ChannelId) {
        if let Some(count) = self.counters.sends.get_mut(message.index()).and_then(|by| by.get_mut(channel.index())) {
            *count += 1;
        }
    }

    /// A message is held until its quiet hours end.
    pub fn hold(&mut self, number: u32, journey_index: usize, sending: Sending<'_>, until_ms: i64) {
        let Sending { message, channel, content, args, key } = sending;
        let program = self.program;
        let module = &program.module;
        if let Some(cap) = self.cap_of(message, channel) {
            self.customer.outreach.take(module.channel_name(channel), cap, self.now_ms, until_ms);
        }
        let (content_word, params) = (args.get(1).copied().unwrap_or(0), args.get(2..).unwrap_or_default());
        let fields = module.types.record(content).fields.len();
        let texts = (0..fields).map(|index| self.cx.string(self.cx.word(content_word, index)).to_owned()).collect();
        let mut bytes = Vec::new();
        let types = module.messages.get(message.index()).map_or(&[][..], |message| &message.params);
        for ((_, ty), &word) in types.iter().zip(params) {
            if codec::encode(&module.types, *ty, word, self.cx, &mut bytes).is_err() {
                bytes.clear();
                break;
            }
        }
        let armed = self.customer.armed;
        self.customer.armed += 1;
        self.customer.outreach.held.push(Held {
            due_ms: until_ms,
            armed,
            edition: self.editions.of(journey_index),
            instance: number,
            step: key.step,
            index: u32::try_from(key.index).unwrap_or(u32::MAX),
            message: module.messages.get(message.index()).map_or("", |message| &message.name).into(),
            channel: module.channel_name(channel).into(),
            content: texts,
            args: bytes,
        });
        self.count_held(message, channel, true);
        self.tell(journey_index, Some(number), Kind::Held { message, channel, content, args, key, until_ms });
    }

    fn count_held(&mut self, message: MessageId, channel: ChannelId, more: bool) {
        if let Some(count) = self.counters.held.get_mut(message.index()).and_then(|by| by.get_mut(channel.index())) {
            *count = if more { *count + 1 } else { count.saturating_sub(1) };
        }
    }

    /// The quiet hours of a held send are over: it leaves as it is, where address and consent still allow.
    pub fn release(&mut self, at: usize) {
        if at >= self.customer.outreach.held.len() {
            return;
        }
        let held = self.customer.outreach.held.remove(at);
        self.moved = true;
        self.stage();
        let module = &self.program.module;
        let journey_index = self.editions.named(held.edition).unwrap_or(usize::MAX);
        let message = module.messages.iter().zip(0..).find(|(message, _)| message.name == held.message).map(|(_, id)| MessageId(id));
        let channel = module.channels.iter().zip(0..).find(|(channel, _)| channel.name == held.channel).map(|(_, id)| ChannelId(id));
        // A program that lacks one of them is not run on this customer: see `run`.
        let (Some(message), Some(channel)) = (message, channel) else { return };
        self.count_held(message, channel, false);
        match self.may_leave(channel) {
            Ok(address) => self.leave(journey_index, &held, message, channel, address),
            Err(reason) => {
                self.customer.outreach.give_back(&held.channel, held.due_ms);
                if let Some(counts) = self.counters.suppressed.get_mut(message.index()) {
                    counts[reason_index(Some(reason))] += 1;
                }
                let kind = Kind::Suppressed { message, channels: &[channel], reasons: &[reason as u64], first_of: false };
                self.tell(journey_index, Some(held.instance), kind);
            }
        }
        self.clear();
    }

    fn leave(&mut self, journey_index: usize, held: &Held, message: MessageId, channel: ChannelId, address: u64) {
        let module = &self.program.module;
        let Some(content) = module.channels.get(channel.index()).map(|channel| channel.content) else { return };
        let mut args = vec![address, self.restored_content(held, content)];
        // Parameters of another version of the program are not known any more.
        let params = module.messages.get(message.index()).map_or(&[][..], |message| &message.params);
        let mut bytes = held.args.as_slice();
        if self.editions.runs(held.edition).is_some() {
            args.extend(params.iter().map_while(|(_, ty)| codec::decode(&module.types, *ty, &mut bytes, self.cx).ok()));
        }
        self.count_sent(message, channel);
        let key = Key { step: held.step, index: held.index as usize };
        self.tell(journey_index, Some(held.instance), Kind::Send { message, channel, content, args: &args, key });
    }

    fn restored_content(&mut self, held: &Held, content: RecordId) -> u64 {
        let count = self.program.module.types.record(content).fields.len();
        let text = |index: usize| held.content.get(index).map_or("", String::as_str);
        let fields: Vec<u64> = (0..count).map(|index| self.cx.new_string(text(index)).unwrap_or(0)).collect();
        self.cx.new_record(&fields).unwrap_or(0)
    }

    /// The address over a channel, where address and consent allow a send now. What can't be computed is not known.
    fn may_leave(&mut self, channel: ChannelId) -> Result<u64, Suppression> {
        let Some(channel) = self.program.module.channels.get(channel.index()) else { return Err(Suppression::NoAddress) };
        let address = match channel.address {
            Some(address) => self.computed(address),
            None => self.cx.customer,
        };
        if address == 0 || self.cx.string(address).is_empty() {
            return Err(Suppression::NoAddress);
        }
        match channel.consent {
            Some(consent) if self.computed(consent) == 0 => Err(Suppression::NoConsent),
            _ => Ok(address),
        }
    }

    fn computed(&mut self, function: FunctionId) -> u64 {
        match self.call(function, &[]) {
            Status::Returned(word) => word,
            Status::Faulted(_) | Status::Suspended { .. } | Status::Finished { .. } => 0,
        }
    }
}
