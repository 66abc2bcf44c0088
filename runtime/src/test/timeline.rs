//! What happened to each customer, for expectations and for people.

use super::dated;
use crate::effect::lines::operation_of;
use crate::effect::{Effect, Kind, Observer, reason, reason_of, request};
use crate::engine::record;
use crate::wire::json;
use journey_compiler::hir::{ChannelId, EventId, MessageId, OperationId, ServiceId};
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
        key: String,
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
    Emitted {
        event: EventId,
        /// The payload, as `machine::codec` writes it.
        values: Vec<u8>,
    },
    Called {
        service: ServiceId,
        operation: OperationId,
        /// The parameters, likewise.
        values: Vec<u8>,
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

    /// The key of the message of that name that a customer was sent last.
    pub fn last_key(&self, customer: &str, message: MessageId) -> Option<String> {
        let keys = self.whats(customer).filter_map(|what| match what {
            What::Sent { message: sent, key, .. } if *sent == message => Some(key),
            _ => None,
        });
        keys.last().cloned()
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
        Kind::Send { message, channel, content, args, key } => {
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
                Ok(()) => What::Sent { message, channel, key: effect.key(key), values },
                Err(_) => What::Else,
            }
        }
        Kind::Suppressed { message, reasons, first_of, .. } => What::Suppressed { message, reason: reason(reasons, first_of) },
        Kind::Finished { outcome } => What::Finished { journey: effect.journey, outcome },
        Kind::Failed { .. } => What::Failed { journey: effect.journey },
        Kind::Emit { event, payload, .. } => {
            let mut values = Vec::new();
            let record = effect.module.events.get(event.index()).map(|event| event.record);
            let written = record.map(|record| record::encode(&effect.module.types, record, payload, effect.cx, &mut values));
            if matches!(written, Some(Ok(()))) { What::Emitted { event, values } } else { What::Else }
        }
        Kind::Calling { service, operation, args } => {
            called(effect, (service, operation), args).map_or(What::Else, |values| What::Called { service, operation, values })
        }
        Kind::Started
        | Kind::Held { .. }
        | Kind::TryFailed { .. }
        | Kind::Call { .. }
        | Kind::Cancelled
        | Kind::Refused(_)
        | Kind::Profile { .. }
        | Kind::Paused { .. } => What::Else,
    }
}

/// The parameters of a call.
fn called(effect: &Effect<'_>, called: (ServiceId, OperationId), args: &[u64]) -> Option<Vec<u8>> {
    let (_, operation) = operation_of(effect.module, called)?;
    let mut values = Vec::new();
    for ((_, ty), &word) in operation.params.iter().zip(request::parts(operation, args)?.params) {
        codec::encode(&effect.module.types, *ty, word, effect.cx, &mut values).ok()?;
    }
    Some(values)
}

/// An effect as a sentence.
fn sentence(effect: &Effect<'_>) -> String {
    let module = effect.module;
    let journey = effect.journey_name();
    let message = |id: MessageId| module.messages.get(id.index()).map_or("", |message| message.name.as_str());
    let channel = |id: ChannelId| module.channel_name(id);
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
        Kind::Held { message: id, channel: via, until_ms, .. } => {
            format!("{journey} holds {} via {} until {}", message(id), channel(via), format_time(until_ms))
        }
        Kind::Suppressed { message: id, channels, reasons, .. } => {
            let why: Vec<String> =
                channels.iter().zip(reasons).map(|(&via, &reason)| format!("{} {}", channel(via), reason_of(reason))).collect();
            format!("{journey} does not send {}: {}", message(id), why.join(", "))
        }
        Kind::Calling { service, operation, .. } => format!("{journey} calls {}", operation_name(effect, (service, operation))),
        Kind::TryFailed { service, operation, why, next_ms } => {
            let name = operation_name(effect, (service, operation));
            format!("a try of {name} fails: {why}; the next is at {}", format_time(next_ms))
        }
        Kind::Call { service, operation, answer, .. } => {
            let name = operation_name(effect, (service, operation));
            let ret = operation_of(module, (service, operation)).and_then(|(_, operation)| operation.ret);
            match answer {
                Ok(word) => {
                    let mut text = String::new();
                    if let Some((word, ret)) = word.zip(ret) {
                        json::value(&mut text, &module.types, ret, word, effect.cx);
                    }
                    format!("{name} answers {text}").trim_end().to_owned()
                }
                Err(why) => format!("the call of {name} fails: {why}"),
            }
        }
        Kind::Emit { event, broadcast, .. } => {
            let name = module.events.get(event.index()).map_or("", |event| event.name.as_str());
            format!("{journey} {} {name}", if broadcast { "broadcasts" } else { "emits" })
        }
        Kind::Profile { field, .. } => {
            let record = module.profile.as_ref().map(|profile| module.types.record(profile.record));
            let name = record.and_then(|record| record.fields.get(field)).map_or("", |field| field.name.as_str());
            format!("{journey} sets profile.{name}")
        }
        Kind::Paused { pause, until_ms } => {
            let pauses = module.journeys.get(effect.journey).map_or(&[][..], |journey| &journey.pauses);
            let pause = pauses.get(pause as usize);
            if let Some(fork) = pause.and_then(|pause| pause.fork.as_ref()) {
                let names: Vec<&str> = fork.branches.iter().map(|branch| branch.name.as_str()).collect();
                return format!("{journey} goes on in the branches {}", names.join(", "));
            }
            let identity = pause.map_or("", |pause| pause.identity.as_str());
            match until_ms {
                Some(until) => format!("{journey} waits at {identity}, until {} at most", format_time(until)),
                None => format!("{journey} waits at {identity}"),
            }
        }
    }
}

fn operation_name(effect: &Effect<'_>, called: (ServiceId, OperationId)) -> String {
    operation_of(effect.module, called).map_or_else(String::new, |(service, operation)| format!("{service}.{}", operation.name))
}
