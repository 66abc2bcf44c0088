//! Looking names up, with suggestions for misspelled ones.

use super::Checker;
use super::names::Decl;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{ChannelId, EventId, JourneyId, MessageId, ServiceId, Var, VarId};
use crate::types::TypeId;
use journey_grammar::Span;

impl Checker {
    /// The event of that name, or `None` where there is none, which is reported then.
    pub fn event(&mut self, name: &ast::Ident) -> Option<EventId> {
        self.declared(name, "event", |decl| match decl {
            Decl::Event(id) => Some(id),
            _ => None,
        })
    }

    /// The channel of that name, or `None` where there is none, which is reported then.
    pub fn channel_named(&mut self, name: &ast::Ident) -> Option<ChannelId> {
        self.declared(name, "channel", |decl| match decl {
            Decl::Channel(id) => Some(id),
            _ => None,
        })
    }

    /// The message of that name, or `None` where there is none, which is reported then.
    pub fn message_named(&mut self, name: &ast::Ident) -> Option<MessageId> {
        self.declared(name, "message", |decl| match decl {
            Decl::Message(id) => Some(id),
            _ => None,
        })
    }

    /// The journey of that name, or `None` where there is none, which is reported then.
    pub fn journey_named(&mut self, name: &ast::Ident) -> Option<JourneyId> {
        self.declared(name, "journey", |decl| match decl {
            Decl::Journey(id) => Some(id),
            _ => None,
        })
    }

    /// The service of that name, or `None` where there is none, which is reported then.
    pub fn service_named(&mut self, name: &ast::Ident) -> Option<ServiceId> {
        self.declared(name, "service", |decl| match decl {
            Decl::Service(id) => Some(id),
            _ => None,
        })
    }

    /// The type of an event's payload.
    pub fn payload(&mut self, event: EventId) -> TypeId {
        let record = self.hir.events[event.index()].record;
        self.hir.types.intern(crate::types::Type::Record(record))
    }

    /// The names and types of a message's parameters, as [`Checker::arguments`] takes them.
    pub fn message_params(&self, message: MessageId) -> Vec<(String, TypeId)> {
        let message = &self.hir.messages[message.index()];
        message.params.iter().filter_map(|id| message.vars.get(id.index())).map(|var| (var.name.clone(), var.ty)).collect()
    }

    /// What a top-level name stands for; counts as a use of it.
    pub(super) fn global(&mut self, name: &str) -> Option<Decl> {
        let global = self.globals.get_mut(name)?;
        global.used = true;
        if !self.uses.contains(name) {
            self.uses.insert(name.to_owned());
        }
        Some(global.decl)
    }

    pub(super) fn declared<T>(&mut self, name: &ast::Ident, what: &str, pick: impl Fn(Decl) -> Option<T>) -> Option<T> {
        let Some(decl) = self.global(&name.name) else {
            let candidates: Vec<&str> =
                self.globals.iter().filter(|(_, global)| pick(global.decl).is_some()).map(|(name, _)| name.as_str()).collect();
            let diagnostic = unknown("E0201", name, what, self.suggest(&name.name, candidates.iter().copied()), &candidates);
            self.report(diagnostic);
            return None;
        };
        if let Some(found) = pick(decl) {
            return Some(found);
        }
        if decl != Decl::Unsupported {
            let span = self.globals.get(&name.name).map_or(name.span, |global| global.span);
            let diagnostic = Diagnostic::error(
                "E0207",
                name.span,
                format!("`{}` is {}, not {} {what}", name.name, decl.what(), article(what)),
                format!("expected {} {what}", article(what)),
            )
            .and(span, "it is declared here");
            self.report(match (decl, what) {
                (Decl::Segment(_), "event") => diagnostic.help(format!(
                    "a segment is a condition: write `enter on segment {0}`, `exit NAME when {0}`, or `when {0} {{ … }}` in a `wait for any`",
                    name.name
                )),
                _ => diagnostic,
            });
        }
        None
    }

    /// The nearest of `candidates` to a misspelled name, for `help: did you mean …`.
    #[expect(clippy::unused_self, reason = "called like all else that helps to report")]
    pub fn suggest<'c>(&self, name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<String> {
        nearest(name, candidates)
    }

    /// Reports a name that is declared twice inside one declaration (a field, a parameter, a variant).
    pub(super) fn doubled(&mut self, name: &ast::Ident, first: Span, what: &str) {
        self.report(
            Diagnostic::error(
                "E0202",
                name.span,
                format!("the {what} `{}` is declared twice", name.name),
                format!("a second `{}`", name.name),
            )
            .and(first, "the first is here")
            .help("rename one of them"),
        );
    }
}

/// Where parameters are declared.
pub(super) fn declared(params: &[VarId], vars: &[Var]) -> Vec<Span> {
    params.iter().filter_map(|id| vars.get(id.index())).map(|var| var.span).collect()
}

/// `an` before a vowel, else `a`.
pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

/// A name that nothing has: with the one that was probably meant, or with all that there are where they are few.
pub(super) fn unknown(code: &'static str, name: &ast::Ident, what: &str, nearest: Option<String>, candidates: &[&str]) -> Diagnostic {
    let text = &name.name;
    let diagnostic = Diagnostic::error(code, name.span, format!("there is no {what} `{text}`"), "this name is unknown");
    match nearest {
        Some(better) => diagnostic.help(format!("did you mean `{better}`?")).fix(format!("write `{better}`"), name.span, better),
        None if candidates.is_empty() => diagnostic,
        None => match listed(candidates) {
            Some(list) => diagnostic.help(format!("there is {list}")),
            None => diagnostic,
        },
    }
}

/// `` `a`, `b` and `c` ``; `None` where they are too many to read.
pub(super) fn listed(names: &[&str]) -> Option<String> {
    let mut names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.sort();
    names.dedup();
    if names.len() > 8 {
        return None;
    }
    let last = names.pop()?;
    Some(if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) })
}

/// The candidate with the least distance, where that is small enough for a slip of the hand.
#[must_use]
pub fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<String> {
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .filter(|candidate| !candidate.is_empty() && *candidate != name)
        .map(|candidate| {
            let differs_in_case = candidate.to_lowercase() == name.to_lowercase();
            let distance = if differs_in_case { 0 } else { strsim::damerau_levenshtein(name, candidate) };
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min()
        .map(|(_, candidate)| candidate.to_string())
}
