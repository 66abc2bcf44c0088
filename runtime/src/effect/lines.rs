//! Effects as JSON, one a line.

use super::{Effect, Kind, Observer, reason, reason_of, request};
use crate::summary::Failures;
use crate::wire::json;
use journey_compiler::hir::{OperationId, ServiceId};
use journey_compiler::mir;
use journey_compiler::types::RecordId;
use std::fmt::Write;

/// Collects lines until they are taken.
#[derive(Debug, Default)]
pub struct Lines {
    pub text: String,
    /// Where nobody wants them.
    pub is_muted: bool,
    /// Why instances failed.
    pub failures: Vec<Failures>,
}

/// Different failures that are told apart; later ones are counted in `journey run`'s table alone.
const FAILURES_MAX: usize = 100;

impl Observer for Lines {
    fn effect(&mut self, effect: &Effect<'_>) {
        if let Kind::Failed { error, file, line } = effect.kind {
            let journey = effect.module.journeys.get(effect.journey).map_or("", |journey| &journey.name);
            self.failed(journey, error, file, line);
        }
        if self.is_muted || matches!(effect.kind, Kind::Paused { .. } | Kind::Calling { .. } | Kind::TryFailed { .. }) {
            return;
        }
        write_line(&mut self.text, effect);
    }
}

impl Lines {
    fn failed(&mut self, journey: &str, error: &str, file: &str, line: u32) {
        let same = |known: &&mut Failures| known.line == line && known.journey == journey && known.file == file && known.error == error;
        let room = self.failures.len() < FAILURES_MAX;
        match self.failures.iter_mut().find(same) {
            Some(known) => known.times += 1,
            None if room => {
                let (journey, file, error) = (journey.to_owned(), file.to_owned(), error.to_owned());
                self.failures.push(Failures { journey, file, line, error, times: 1 });
            }
            None => {}
        }
    }
}

/// Writes an effect as one line.
pub fn write_line(out: &mut String, effect: &Effect<'_>) {
    out.push_str("{\"at\":");
    json::time(out, effect.at_ms);
    let kind = match effect.kind {
        Kind::Started => "started",
        Kind::Refused(_) => "refused",
        Kind::Finished { .. } => "finished",
        Kind::Cancelled => "cancelled",
        Kind::Failed { .. } => "failed",
        Kind::Send { .. } => "send",
        Kind::Held { .. } => "held",
        Kind::Suppressed { .. } => "suppressed",
        Kind::Profile { .. } => "profile",
        Kind::Call { .. } => "call",
        Kind::Emit { .. } => "emit",
        Kind::Calling { .. } => "calling",
        Kind::TryFailed { .. } => "try failed",
        Kind::Paused { .. } => "paused",
    };
    let _ = write!(out, ",\"kind\":\"{kind}\",\"journey\":");
    json::text(out, effect.journey_name());
    if let Some(number) = effect.instance {
        out.push_str(",\"instance\":");
        json::text(out, &effect.instance_id(number));
    }
    field(out, "customer", effect.customer);
    details(out, effect);
    out.push_str("}\n");
}

fn field(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, ",\"{name}\":");
    json::text(out, text);
}

fn details(out: &mut String, effect: &Effect<'_>) {
    let module = effect.module;
    match effect.kind {
        Kind::Started | Kind::Cancelled | Kind::Calling { .. } | Kind::TryFailed { .. } | Kind::Paused { .. } => {}
        Kind::Refused(refusal) => field(out, "reason", refusal.name()),
        Kind::Finished { outcome } => {
            let outcomes = module.journeys.get(effect.journey).map_or(&[][..], |journey| &journey.outcomes);
            field(out, "outcome", outcomes.get(outcome as usize).map_or("", String::as_str));
        }
        Kind::Failed { error, file, line } => {
            field(out, "error", error);
            field(out, "file", file);
            let _ = write!(out, ",\"line\":{line}");
        }
        Kind::Send { message, channel, content, args, key } => {
            if let Some(message) = module.messages.get(message.index()) {
                field(out, "message", &message.name);
                field(out, "channel", module.channel_name(channel));
                send(out, effect, message, content, args);
            }
            field(out, "key", &effect.key(key));
        }
        Kind::Held { message, channel, content, args, key, until_ms } => {
            if let Some(message) = module.messages.get(message.index()) {
                field(out, "message", &message.name);
                field(out, "channel", module.channel_name(channel));
                out.push_str(",\"until\":");
                json::time(out, until_ms);
                send(out, effect, message, content, args);
            }
            field(out, "key", &effect.key(key));
        }
        Kind::Call { service, operation, args, key, tries, answer } => {
            call(out, effect, (service, operation), args);
            field(out, "key", &effect.key(key));
            let _ = write!(out, ",\"tries\":{tries}");
            match answer {
                Ok(word) => {
                    out.push_str(",\"answer\":");
                    let ret = operation_of(module, (service, operation)).and_then(|(_, operation)| operation.ret);
                    match word.zip(ret) {
                        Some((word, ret)) => json::value(out, &module.types, ret, word, effect.cx),
                        None => out.push_str("null"),
                    }
                }
                Err(why) => field(out, "error", why),
            }
        }
        Kind::Emit { event, payload, broadcast, key } => {
            let Some(event) = module.events.get(event.index()) else { return };
            field(out, "event", &event.name);
            field(out, "id", &effect.key(key));
            if broadcast {
                out.push_str(",\"broadcast\":true");
            }
            out.push_str(",\"data\":");
            json::record(out, &module.types, event.record, payload, effect.cx);
        }
        Kind::Suppressed { message, channels, reasons, first_of } => {
            field(out, "message", module.messages.get(message.index()).map_or("", |message| &message.name));
            field(out, "reason", reason(reasons, first_of));
            out.push_str(",\"channels\":{");
            for (index, (channel, &word)) in channels.iter().zip(reasons).enumerate() {
                json::comma(out, index);
                json::text(out, module.channel_name(*channel));
                let _ = write!(out, ":\"{}\"", reason_of(word));
            }
            out.push('}');
        }
        Kind::Profile { field: index, word } => {
            let record = module.profile.as_ref().map(|profile| module.types.record(profile.record));
            if let Some(def) = record.and_then(|record| record.fields.get(index)) {
                field(out, "field", &def.name);
                out.push_str(",\"value\":");
                json::value(out, &module.types, def.ty, word, effect.cx);
            }
        }
    }
}

/// A service's name, and one of its operations.
pub(crate) fn operation_of(module: &mir::Module, (service, operation): (ServiceId, OperationId)) -> Option<(&str, &mir::Operation)> {
    let service = module.services.get(service.index())?;
    Some((&service.name, service.operations.get(operation.index())?))
}

/// What was asked.
fn call(out: &mut String, effect: &Effect<'_>, called: (ServiceId, OperationId), args: &[u64]) {
    let types = &effect.module.types;
    let Some((service, operation)) = operation_of(effect.module, called) else { return };
    field(out, "service", &format!("{service}.{}", operation.name));
    let Some(parts) = request::parts(operation, args) else { return };
    out.push_str(",\"args\":");
    request::args(out, operation, parts.params, types, effect.cx);
    field(out, "method", request::method(operation.method));
    field(out, "path", effect.cx.string(parts.path));
    let mut body = String::new();
    if request::body(&mut body, operation, parts, types, effect.cx) {
        let _ = write!(out, ",\"body\":{body}");
    }
}

fn send(out: &mut String, effect: &Effect<'_>, message: &mir::Message, content: RecordId, args: &[u64]) {
    let [to, content_word, params @ ..] = args else { return };
    field(out, "to", effect.cx.string(*to));
    out.push_str(",\"args\":{");
    for (index, ((name, ty), &word)) in message.params.iter().zip(params).enumerate() {
        json::comma(out, index);
        json::text(out, name);
        out.push(':');
        json::value(out, &effect.module.types, *ty, word, effect.cx);
    }
    out.push_str("},\"content\":");
    json::record(out, &effect.module.types, content, *content_word, effect.cx);
}
