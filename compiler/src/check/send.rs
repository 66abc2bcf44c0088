//! `send`: the message, its arguments, and whether it has content for each channel.

use super::Checker;
use super::journey::JourneyBody;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{ChannelId, MessageId, Send};
use journey_grammar::Span;

impl Checker {
    /// Checks a `send`; `None` where its message is not known.
    pub(super) fn send(
        &mut self,
        cx: &mut JourneyBody,
        message: &ast::Ident,
        args: &[ast::Arg],
        channels: &[ast::Ident],
        first_of: bool,
    ) -> Option<Send> {
        let id = self.message_named(message);
        let channels = self.send_channels(id, channels);
        let Some(id) = id else {
            // What the arguments should be is not known, but what is wrong inside them is.
            for arg in args {
                self.expr(&mut cx.body, &arg.value, None);
            }
            return None;
        };
        let params = self.message_params(id);
        let sent = &self.hir.messages[id.index()];
        let declared = super::lookup::declared(&sent.params, &sent.vars);
        let args = self.arguments_of(&mut cx.body, args, (&params, &declared), &format!("message `{}`", message.name), message.span);
        Some(Send { message: id, args, channels, first_of, handle: None })
    }

    /// The channels in order: each once, each with a variant of the message.
    fn send_channels(&mut self, message: Option<MessageId>, written: &[ast::Ident]) -> Vec<ChannelId> {
        let mut found: Vec<(ChannelId, Span)> = Vec::new();
        for name in written {
            let Some(channel) = self.channel_named(name) else { continue };
            if let Some((_, first)) = found.iter().find(|(other, _)| *other == channel) {
                self.report(
                    Diagnostic::error("E0422", name.span, format!("`{}` is tried twice", name.name), "named again here")
                        .and(*first, "it is tried here already")
                        .help("name each channel once, in the order in which to try them"),
                );
                continue;
            }
            if let Some(message) = message {
                self.has_variant(message, channel, name);
            }
            found.push((channel, name.span));
        }
        found.into_iter().map(|(channel, _)| channel).collect()
    }

    /// Reports a message that says nothing for a channel.
    pub(super) fn has_variant(&mut self, message: MessageId, channel: ChannelId, name: &ast::Ident) {
        let message = &self.hir.messages[message.index()];
        if message.variants.iter().any(|variant| variant.channel == channel) {
            return;
        }
        let content = self.hir.channels[channel.index()].content;
        let fields = &self.hir.types.record(content).fields;
        let fields: Vec<String> = fields.iter().map(|field| format!("{}: \"…\"", field.name)).collect();
        let variant = format!("{} {{ {} }}", name.name, fields.join(", "));
        let has: Vec<&str> = message.variants.iter().map(|variant| self.hir.channels[variant.channel.index()].name.as_str()).collect();
        let has = match super::lookup::listed(&has) {
            Some(list) => format!("it has content for {list}"),
            None => "it has no content for this channel".into(),
        };
        let message = &message.name;
        self.report(
            Diagnostic::error("E0414", name.span, format!("the message `{message}` has no variant for `{}`", name.name), has)
                .help(format!("add `{variant}` to `message {message}`, or send it over another channel")),
        );
    }
}
