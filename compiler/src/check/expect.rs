//! What a test expects. Every name in it is checked.

use super::Checker;
use super::body::Body;
use super::lookup::{listed, nearest, unknown};
use super::names::Owner;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{self, ChannelId, Expect, Expr, JourneyId, MessageId, OutcomeId, StmtKind, VarId};
use crate::types::TypeId;

/// Why a send is suppressed.
const REASONS: &[&str] = &["outranked", "no_address", "no_consent", "no_timezone", "capped", "unreachable"];

impl Checker {
    /// Checks an expectation; `None` where a name in it is not known.
    pub(super) fn expect(&mut self, body: &mut Body, expect: &ast::Expect) -> Option<Expect> {
        match expect {
            ast::Expect::Sent { not, message, via, times, filter } => {
                let (id, channel) = self.message_over(message, via.as_ref())?;
                let channel = channel.or_else(|| self.only_channel(id).filter(|_| filter.is_some()));
                let filter = filter.as_ref().map(|filter| self.sent_filter(body, id, channel, filter));
                Some(Expect::Sent { not: *not, message: id, via: channel, times: times.map(|(times, _)| times), filter })
            }
            ast::Expect::Held { not, message, via, until } => {
                let found = self.message_over(message, via.as_ref());
                let until = until.as_ref().map(|until| self.expr(body, until, Some(TypeId::TIME)));
                let (message, via) = found?;
                Some(Expect::Held { not: *not, message, via, until })
            }
            ast::Expect::Suppressed { not, message, reason } => {
                let id = self.message_named(message);
                let reason = reason.as_ref().map(|reason| self.reason(reason));
                let reason = reason.map_or(Some(None), |reason| reason.map(Some))?;
                Some(Expect::Suppressed { not: *not, message: id?, reason })
            }
            ast::Expect::At { not, journey, step } => {
                let id = self.journey_named(journey)?;
                let step = step.as_ref().map(|step| self.step_path(id, step));
                Some(Expect::At { not: *not, journey: id, step: step.map_or(Some(None), |step| step.map(Some))? })
            }
            ast::Expect::Finished { not, journey, outcome } => {
                let id = self.journey_named(journey)?;
                let outcome = outcome.as_ref().map(|outcome| self.outcome_of(id, outcome));
                Some(Expect::Finished { not: *not, journey: id, outcome: outcome.map_or(Some(None), |outcome| outcome.map(Some))? })
            }
            ast::Expect::Failed { not, journey } => Some(Expect::Failed { not: *not, journey: self.journey_named(journey)? }),
            ast::Expect::Cond(cond) => Some(Expect::Cond(self.expr(body, cond, Some(TypeId::BOOL)))),
            ast::Expect::Emitted { not, event, times, filter } => {
                let id = self.event(event)?;
                let mut names = vec![(event.name.clone(), self.payload(id))];
                let record = self.hir.events[id.index()].record;
                names.extend(self.fields(Owner::Record(record)).iter().map(|field| (field.name.clone(), field.ty)));
                let filter = filter.as_ref().map(|filter| self.named_filter(body, &names, filter));
                Some(Expect::Emitted { not: *not, event: id, times: times.map(|(times, _)| times), filter })
            }
            ast::Expect::Called { not, service, operation, times, filter } => {
                let id = self.operation_named(service, operation)?;
                let names = self.operation_params(id);
                let filter = filter.as_ref().map(|filter| self.named_filter(body, &names, filter));
                let (service, operation) = id;
                Some(Expect::Called { not: *not, service, operation, times: times.map(|(times, _)| times), filter })
            }
        }
    }

    /// A message, and the channel over which it is asked for.
    fn message_over(&mut self, message: &ast::Ident, via: Option<&ast::Ident>) -> Option<(MessageId, Option<ChannelId>)> {
        let id = self.message_named(message);
        let channel = via.map(|via| self.channel_named(via));
        let (id, channel) = (id?, channel.map_or(Some(None), |channel| channel.map(Some))?);
        if let (Some(channel), Some(via)) = (channel, via) {
            self.has_variant(id, channel, via);
        }
        Some((id, channel))
    }

    /// `where` behind `expect sent`: the message's parameters by name and, with `via`, the content; a parameter hides
    /// content of its name.
    fn sent_filter(&mut self, body: &mut Body, message: MessageId, via: Option<ChannelId>, filter: &ast::Expr) -> (Vec<VarId>, Expr) {
        let mut names = self.message_params(message);
        for name in via.map(|channel| self.content_names(channel)).unwrap_or_default() {
            let hidden = names.iter().any(|(param, _)| *param == name);
            names.push((if hidden { String::new() } else { name }, TypeId::STRING));
        }
        let before = self.diagnostics.len();
        let (vars, filter) = self.named_filter(body, &names, filter);
        if via.is_none() {
            self.hint_at_via(message, before);
        }
        (vars, filter)
    }

    /// A condition over values with names; of two of one name, the last counts.
    fn named_filter(&mut self, body: &mut Body, names: &[(String, TypeId)], filter: &ast::Expr) -> (Vec<VarId>, Expr) {
        body.push_scope();
        let mut vars = Vec::new();
        for (name, ty) in names {
            vars.push(body.declare(name, *ty, false, filter.span));
            body.read(name);
        }
        let filter = self.expr(body, filter, Some(TypeId::BOOL));
        body.pop_scope();
        (vars, filter)
    }

    /// The channel of a message that has content for one alone: it goes without saying.
    fn only_channel(&self, message: MessageId) -> Option<ChannelId> {
        let mut channels = self.hir.messages[message.index()].variants.iter().map(|variant| variant.channel);
        let first = channels.next()?;
        channels.all(|other| other == first).then_some(first)
    }

    fn content_names(&self, channel: ChannelId) -> Vec<String> {
        let record = self.hir.channels[channel.index()].content;
        self.fields(Owner::Record(record)).iter().map(|field| field.name.clone()).collect()
    }

    /// Where a name was not found that is content of a channel, says how to get at it.
    fn hint_at_via(&mut self, message: MessageId, since: usize) {
        let channels: Vec<ChannelId> = self.hir.messages[message.index()].variants.iter().map(|variant| variant.channel).collect();
        for at in since..self.diagnostics.len() {
            if self.diagnostics[at].code != "E0201" {
                continue;
            }
            let names_content = |channel: &&ChannelId| {
                self.content_names(**channel).iter().any(|name| self.diagnostics[at].message.ends_with(&format!("`{name}`")))
            };
            let Some(channel) = channels.iter().find(names_content) else { continue };
            let channel = &self.hir.channels[channel.index()].name;
            let help = format!("content is known where the channel is: write `via {channel}` before `where`");
            self.diagnostics[at].help = Some(help);
            self.diagnostics[at].fix = None;
        }
    }

    fn reason(&mut self, reason: &ast::Ident) -> Option<String> {
        if REASONS.contains(&reason.name.as_str()) {
            return Some(reason.name.clone());
        }
        self.report(unknown("E0423", reason, "reason", nearest(&reason.name, REASONS.iter().copied()), REASONS));
        None
    }

    /// The outcome of a journey.
    fn outcome_of(&mut self, journey: JourneyId, outcome: &ast::Ident) -> Option<OutcomeId> {
        let journey = &self.hir.journeys[journey.index()];
        if let Some(at) = journey.outcomes.iter().position(|known| *known == outcome.name) {
            return Some(OutcomeId(super::names::number(at)));
        }
        let names: Vec<&str> = journey.outcomes.iter().map(String::as_str).collect();
        let what = format!("outcome of `{}` called", journey.name);
        let diagnostic = unknown("E0423", outcome, &what, nearest(&outcome.name, names.iter().copied()), &names);
        self.report(diagnostic);
        None
    }

    /// The path of a step; a step inside another is also found by its own name, where only one has it.
    fn step_path(&mut self, journey: JourneyId, step: &ast::Ident) -> Option<String> {
        let journey = &self.hir.journeys[journey.index()];
        let mut paths = Vec::new();
        collect_steps(&journey.body, "", &mut paths);
        if paths.contains(&step.name) {
            return Some(step.name.clone());
        }
        let inner = format!(".{}", step.name);
        let found: Vec<&str> = paths.iter().filter(|path| path.ends_with(&inner)).map(String::as_str).collect();
        let diagnostic = match found.as_slice() {
            [one] => return Some((*one).to_string()),
            [] => {
                let names: Vec<&str> = paths.iter().map(String::as_str).collect();
                let what = format!("step of `{}` called", journey.name);
                let diagnostic = unknown("E0423", step, &what, nearest(&step.name, names.iter().copied()), &names);
                if names.is_empty() {
                    diagnostic.help(format!("`{}` has no steps: give this part of it a name, `step {} {{ … }}`", journey.name, step.name))
                } else {
                    diagnostic
                }
            }
            several => {
                let diagnostic = Diagnostic::error("E0423", step.span, format!("several steps are called `{}`", step.name), "which one?");
                match listed(several) {
                    Some(list) => diagnostic.help(format!("write the path of the one that is meant: {list}")),
                    None => diagnostic,
                }
            }
        };
        self.report(diagnostic);
        None
    }
}

/// The paths of all steps, outer ones first.
fn collect_steps(stmts: &[hir::Stmt], outer: &str, paths: &mut Vec<String>) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Step { name, body, .. } => {
                let path = if outer.is_empty() { name.clone() } else { format!("{outer}.{name}") };
                if !paths.contains(&path) {
                    paths.push(path.clone());
                }
                collect_steps(body, &path, paths);
            }
            other => other.blocks().into_iter().for_each(|block| collect_steps(block, outer, paths)),
        }
    }
}
