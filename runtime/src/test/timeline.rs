//! What happened to each customer, for expectations and for people.

use super::dated;
use crate::effect::{Effect, Kind, Observer, reason_of};
use crate::engine::record;
use journey_compiler::hir::{ChannelId, MessageId};
use journey_compiler::machine::codec;
use journey_compiler::machine::text::format_time;

/// All that a test has seen.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub entries: Vec<Entry>,
}

/// Something that happened.
#[derive(Debug)]
pub(super) struct Entry {
    /// `None`: to all.
    customer: Option<String>,
    /// As people read it.
    line: String,
    pub what: What,
}

/// What expectations ask about.
#[derive(Debug)]
pub(super) enum What {
    Sent {
        message: MessageId,
        channel: ChannelId,
        /// Parameters, then content fields, as `machine::codec` writes them.
        values: Vec<u8>,
    },
    Suppressed {
        message: MessageId,
        reason: &'static str,
    },
    Finished {
        journey: usize,
        outcome: u32,
    },
    Failed {
        journey: usize,
    },
    Else,
}

impl Timeline {
    /// Notes what a test did to a customer.
    pub fn note(&mut self, customer: &str, at_ms: i64, text: &str) {
        self.entries.push(Entry { customer: Some(customer.to_owned()), line: dated(at_ms, text), what: What::Else });
    }

    /// Notes what a test did to all.
    pub fn note_all(&mut self, at_ms: i64, text: &str) {
        self.entries.push(Entry { customer: None, line: dated(at_ms, text), what: What::Else });
    }

    /// What happened to a customer, for people.
    pub fn of(&self, customer: &str) -> Vec<String> {
        let concerns = |entry: &&Entry| entry.customer.as_deref().is_none_or(|key| key == customer);
        self.entries.iter().filter(concerns).map(|entry| entry.line.clone()).collect()
    }

    /// What happened to a customer.
    pub fn whats<'t>(&'t self, customer: &'t str) -> impl Iterator<Item = &'t What> {
        self.entries.iter().filter(move |entry| entry.customer.as_deref() == Some(customer)).map(|entry| &entry.what)
    }
}

impl Observer for Timeline {
    fn effect(&mut self, effect: &Effect<'_>) {
        let entry = Entry { customer: Some(effect.customer.to_owned()), line: dated(effect.at_ms, &sentence(effect)), what: what(effect) };
        self.entries.push(entry);
    }
}

fn what(effect: &Effect<'_>) -> What {
    match effect.kind {
        Kind::Send { message, channel, content, args, .. } => {
            let mut values = Vec::new();
            let module = effect.module;
            let params = module.messages.get(message.index()).map_or(&[][..], |message| &message.params);
            let [_, content_word, words @ ..] = args else { return What::Else };
            for ((_, ty), &word) in params.iter().zip(words) {
                if codec::encode(&module.types, *ty, word, effect.cx, &mut values).is_err() {
                    return What::Else;
                }
            }
            match record::encode(&module.types, content, *content_word, effect.cx, &mut values) {
                Ok(()) => What::Sent { message, channel, values },
                Err(_) => What::Else,
            }
        }
        Kind::Suppressed { message, reasons, first_of, .. } => {
            let reason = if first_of { "unreachable" } else { reasons.first().map_or("unreachable", |&word| reason_of(word)) };
            What::Suppressed { message, reason }
        }
        Kind::Finished { outcome } => What::Finished { journey: effect.journey, outcome },
        Kind::Failed { .. } => What::Failed { journey: effect.journey },
        Kind::Started | Kind::Cancelled | Kind::Refused(_) | Kind::Profile { .. } | Kind::Paused { .. } => What::Else,
    }
}

/// An effect as a sentence.
fn sentence(effect: &Effect<'_>) -> String {
    let module = effect.module;
    let journey = effect.journey_name();
    let message = |id: MessageId| module.messages.get(id.index()).map_or("", |message| message.name.as_str());
    let channel = |id: ChannelId| module.channels.get(id.index()).map_or("", String::as_str);
    match effect.kind {
        Kind::Started => format!("{journey} starts"),
        Kind::Refused(refusal) => format!("{journey} does not start: {}", refusal.name()),
        Kind::Finished { outcome } => {
            let outcomes = module.journeys.get(effect.journey).map_or(&[][..], |journey| &journey.outcomes);
            format!("{journey} finishes with {}", outcomes.get(outcome as usize).map_or("", String::as_str))
        }
        Kind::Cancelled => format!("{journey} is cancelled"),
        Kind::Failed { error, line, .. } => format!("{journey} fails in line {line}: {error}"),
        Kind::Send { message: id, channel: via, args, .. } => {
            let to = args.first().map_or("", |&to| effect.cx.string(to));
            format!("{journey} sends {} via {} to {to}", message(id), channel(via))
        }
        Kind::Suppressed { message: id, channels, reasons, .. } => {
            let why: Vec<String> =
                channels.iter().zip(reasons).map(|(&via, &reason)| format!("{} {}", channel(via), reason_of(reason))).collect();
            format!("{journey} does not send {}: {}", message(id), why.join(", "))
        }
        Kind::Profile { field, .. } => {
            let record = module.profile.as_ref().map(|profile| module.types.record(profile.record));
            let name = record.and_then(|record| record.fields.get(field)).map_or("", |field| field.name.as_str());
            format!("{journey} sets profile.{name}")
        }
        Kind::Paused { pause, until_ms } => {
            let pauses = module.journeys.get(effect.journey).map_or(&[][..], |journey| &journey.pauses);
            let identity = pauses.get(pause as usize).map_or("", |pause| pause.identity.as_str());
            match until_ms {
                Some(until) => format!("{journey} waits at {identity}, until {} at most", format_time(until)),
                None => format!("{journey} waits at {identity}"),
            }
        }
    }
}
