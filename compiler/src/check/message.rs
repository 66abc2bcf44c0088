//! Messages: one content for each channel and language.

use super::Checker;
use super::body::Body;
use super::lookup::{listed, nearest, unknown};
use crate::ast::{self, ContentValue};
use crate::diagnostics::Diagnostic;
use crate::hir::{ChannelId, Expr, ExprKind, MessageId, MessageVariant};
use crate::types::TypeId;

impl Checker {
    /// Checks a message, whose name and parameters were entered before. Channels are checked by then.
    pub(super) fn message(&mut self, id: MessageId, decl: &ast::Item) {
        let ast::ItemKind::Message { variants, .. } = &decl.kind else { return };
        let mut body = self.message_body(id);
        // What is sent is reported with all arguments, so that a parameter has its use even if no content shows it.
        for (param, _) in self.message_params(id) {
            body.read(&param);
        }
        let variants = self.variants(&mut body, variants);
        let vars = self.finish(body);
        let message = &mut self.hir.messages[id.index()];
        message.vars = vars;
        message.variants = variants;
    }

    fn variants(&mut self, body: &mut Body, written: &[ast::MessageVariant]) -> Vec<MessageVariant> {
        let mut checked: Vec<MessageVariant> = Vec::new();
        for variant in written {
            let Some(channel) = self.channel_named(&variant.channel) else {
                self.texts_alone(body, variant);
                continue;
            };
            let locale = variant.locale.as_ref().map(|(locale, _)| locale.clone());
            if let Some(first) = checked.iter().find(|other| other.channel == channel && other.locale == locale) {
                let language = locale.as_ref().map(|locale| format!(" in \"{locale}\"")).unwrap_or_default();
                let what = format!("`{}`{language}", variant.channel.name);
                self.report(
                    Diagnostic::error("E0418", variant.channel.span, format!("there are two variants for {what}"), "a second variant")
                        .and(first.span, "the first is here")
                        .help("keep one of them, or name another channel or language"),
                );
            }
            self.locale(variant);
            let content = self.message_content(body, channel, variant);
            checked.push(MessageVariant { channel, locale, content, span: variant.span });
        }
        self.fallbacks(written, &checked);
        checked
    }

    /// Of a channel that is not known, the texts are checked all the same.
    fn texts_alone(&mut self, body: &mut Body, variant: &ast::MessageVariant) {
        for field in &variant.fields {
            self.content_text(body, &field.value);
        }
    }

    /// A language is chosen by the profile, which has to know it.
    fn locale(&mut self, variant: &ast::MessageVariant) {
        let Some((locale, span)) = &variant.locale else { return };
        if self.hir.profile.as_ref().is_none_or(|profile| profile.locale.is_none()) {
            self.report(
                Diagnostic::error("E0417", *span, "whose language is this?", "the profile has no field `locale`")
                    .help("add `locale: String?` to the profile: it chooses among the languages"),
            );
        } else if locale.trim().is_empty() {
            self.report(
                Diagnostic::error("E0417", *span, "this names no language", "an empty language")
                    .help("write what `profile.locale` holds, such as `\"ja\"`"),
            );
        }
    }

    /// A channel with languages has a variant for everybody else.
    fn fallbacks(&mut self, written: &[ast::MessageVariant], checked: &[MessageVariant]) {
        for (at, variant) in checked.iter().enumerate() {
            let same = |other: &&MessageVariant| other.channel == variant.channel;
            let first = !checked[..at].iter().any(|other| same(&other));
            if !first || checked.iter().filter(same).any(|other| other.locale.is_none()) {
                continue;
            }
            let Some(name) = written.iter().find(|w| w.span == variant.span).map(|w| &w.channel) else { continue };
            self.report(
                Diagnostic::error(
                    "E0417",
                    name.span,
                    format!("which `{}` does everybody else get?", name.name),
                    "there is content for some languages alone",
                )
                .help(format!("add a variant without `in`: `{} {{ … }}`", name.name)),
            );
        }
    }

    /// The content in the order of the channel's fields.
    fn message_content(&mut self, body: &mut Body, channel: ChannelId, variant: &ast::MessageVariant) -> Vec<Expr> {
        let record = self.hir.channels[channel.index()].content;
        let names: Vec<String> = self.hir.types.record(record).fields.iter().map(|field| field.name.clone()).collect();
        let mut content: Vec<Option<Expr>> = vec![None; names.len()];
        for (at, field) in variant.fields.iter().enumerate() {
            let value = self.content_text(body, &field.value);
            let name = &field.name;
            if let Some(first) = variant.fields[..at].iter().find(|other| other.name.name == name.name) {
                self.report(
                    Diagnostic::error("E0416", name.span, format!("`{}` is given twice", name.name), "a second value")
                        .and(first.name.span, "the first is here")
                        .help("keep one of them"),
                );
            } else if let Some(place) = names.iter().position(|known| *known == name.name) {
                content[place] = Some(value);
            } else if !names.is_empty() {
                let known: Vec<&str> = names.iter().map(String::as_str).collect();
                let what = format!("content of `{}` called", variant.channel.name);
                let meant = nearest(&name.name, known.iter().copied());
                // What is only misspelled isn't missing too.
                if let Some(place) = names.iter().position(|known| Some(known) == meant.as_ref()) {
                    content[place].get_or_insert(value);
                }
                self.report(unknown("E0416", name, &what, meant, &known));
            }
        }
        let missing: Vec<&str> = names.iter().zip(&content).filter(|(_, value)| value.is_none()).map(|(name, _)| name.as_str()).collect();
        if let Some(list) = listed(&missing) {
            self.report(
                Diagnostic::error("E0416", variant.channel.span, format!("the content lacks {list}"), "not all of its content is given")
                    .help(format!("write `{}: \"…\"` into it", missing.join(": \"…\"`, `"))),
            );
        }
        let nothing = Expr { kind: ExprKind::Str(String::new()), ty: TypeId::STRING, span: variant.span };
        content.into_iter().map(|value| value.unwrap_or_else(|| nothing.clone())).collect()
    }

    /// Warns of `body: "offer.html"`: what is sent would be the name of the file.
    fn meant_as_file(&mut self, text: &Expr) {
        const ENDINGS: [&str; 6] = [".html", ".htm", ".txt", ".md", ".mjml", ".liquid"];
        let ExprKind::Str(name) = &text.kind else { return };
        let is_file = !name.contains(char::is_whitespace) && !name.contains("://") && ENDINGS.iter().any(|ending| name.ends_with(ending));
        if is_file {
            let message = format!("this sends the words `{name}`, not what is in a file");
            self.report(
                Diagnostic::warning("W0702", text.span, message, "this looks like the name of a file")
                    .help(format!("write `file \"{name}\"` for the template beside this source"))
                    .fix("write `file`", text.span, format!("file \"{name}\"")),
            );
        }
    }

    fn content_text(&mut self, body: &mut Body, value: &ContentValue) -> Expr {
        match value {
            ContentValue::Expr(text) => {
                let text = self.expr(body, text, Some(TypeId::STRING));
                self.meant_as_file(&text);
                text
            }
            ContentValue::File(_, span) => Expr { kind: ExprKind::Str(String::new()), ty: TypeId::ERROR, span: *span },
        }
    }
}
