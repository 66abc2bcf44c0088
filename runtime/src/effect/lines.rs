//! Effects as JSON, one a line.

use super::{Effect, Kind, Observer, reason_of};
use crate::wire::json;
use journey_compiler::mir;
use journey_compiler::types::RecordId;
use std::fmt::Write;

/// Collects lines until they are taken.
#[derive(Debug, Default)]
pub struct Lines {
    pub text: String,
    /// Where nobody wants them.
    pub is_muted: bool,
}

impl Observer for Lines {
    fn effect(&mut self, effect: &Effect<'_>) {
        if self.is_muted || matches!(effect.kind, Kind::Paused { .. }) {
            return;
        }
        write_line(&mut self.text, effect);
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
        Kind::Suppressed { .. } => "suppressed",
        Kind::Profile { .. } => "profile",
        Kind::Paused { .. } => "paused",
    };
    let _ = write!(out, ",\"kind\":\"{kind}\",\"journey\":");
    json::text(out, effect.journey_name());
    if let Some(number) = effect.instance {
        out.push_str(",\"instance\":");
        json::text(out, &instance_id(effect, number));
    }
    field(out, "customer", effect.customer);
    details(out, effect);
    out.push_str("}\n");
}

fn instance_id(effect: &Effect<'_>, number: u32) -> String {
    format!("{}/{}/{number}", effect.journey_name(), effect.customer)
}

fn field(out: &mut String, name: &str, text: &str) {
    let _ = write!(out, ",\"{name}\":");
    json::text(out, text);
}

fn details(out: &mut String, effect: &Effect<'_>) {
    let module = effect.module;
    match effect.kind {
        Kind::Started | Kind::Cancelled | Kind::Paused { .. } => {}
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
                field(out, "channel", module.channels.get(channel.index()).map_or("", String::as_str));
                send(out, effect, message, content, args);
            }
            let number = effect.instance.unwrap_or(0);
            field(out, "key", &format!("{}/{key}", instance_id(effect, number)));
        }
        Kind::Suppressed { message, channels, reasons, first_of } => {
            field(out, "message", module.messages.get(message.index()).map_or("", |message| &message.name));
            let reason = if first_of { "unreachable" } else { reasons.first().map_or("unreachable", |&word| reason_of(word)) };
            field(out, "reason", reason);
            out.push_str(",\"channels\":{");
            for (index, (channel, &word)) in channels.iter().zip(reasons).enumerate() {
                json::comma(out, index);
                json::text(out, module.channels.get(channel.index()).map_or("", String::as_str));
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
