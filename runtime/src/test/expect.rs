//! Expectations of a test.

use super::outside::Asked;
use super::timeline::What;
use super::{Broken, Runner, value};
use crate::store::Store;
use crate::wire::json;
use journey_compiler::Program;
use journey_compiler::hir::{ChannelId, JourneyId, MessageId};
use journey_compiler::machine::{Fault, codec, text::format_time};
use journey_compiler::mir::{Expect, FunctionId};
use journey_compiler::types::TypeId;
use std::sync::Arc;

/// Sends of which the arguments are told.
const SENDS_TOLD: usize = 5;

/// Characters of each of them.
const VALUE_CHARS: usize = 400;

/// An expectation that does not hold.
pub(super) struct Found {
    pub expected: String,
    pub found: String,
}

/// What a `sent` expectation asks.
struct Sent<'e> {
    message: MessageId,
    via: Option<ChannelId>,
    filter: Option<FunctionId>,
    customer: &'e str,
}

impl Runner<'_> {
    /// Judges an expectation; `None` where it holds.
    pub(super) fn judge(&mut self, customer: &str, expect: &Expect) -> Result<Option<Found>, Broken> {
        match expect {
            &Expect::Sent { not, message, via, times, filter } => self.judge_sent(&Sent { message, via, filter, customer }, not, times),
            &Expect::Held { not, message, via, until } => self.judge_held(&Sent { message, via, filter: None, customer }, not, until),
            Expect::Suppressed { not, message, reason } => Ok(self.judge_suppressed(customer, *not, *message, reason.as_deref())),
            Expect::At { not, journey, step } => self.judge_at(customer, *not, *journey, step.as_deref()),
            &Expect::Finished { not, journey, outcome } => Ok(self.judge_finished(customer, not, journey, outcome)),
            &Expect::Failed { not, journey } => Ok(self.judge_failed(customer, not, journey)),
            &Expect::Emitted { not, event, times, filter } => self.judge_emitted(customer, event, Asked { not, times, filter }),
            &Expect::Called { not, service, operation, times, filter } => {
                self.judge_called(customer, (service, operation), Asked { not, times, filter })
            }
            &Expect::Cond { holds, left } => self.judge_cond(customer, holds, left),
        }
    }

    fn judge_sent(&mut self, sent: &Sent<'_>, not: bool, times: Option<i64>) -> Result<Option<Found>, Broken> {
        let count = self.count_sent(sent)?;
        let name = self.message_name(sent.message).to_owned();
        let via = sent.via.map_or(String::new(), |via| format!(" via {}", self.channel_name(via)));
        let filtered = if sent.filter.is_some() { " that fits the condition" } else { "" };
        let (holds, expected) = match (not, times) {
            (true, None) => (count == 0, format!("no {name}{via}{filtered} is sent")),
            (true, Some(times)) => (i64::try_from(count) != Ok(times), format!("{name}{via}{filtered} is not sent {}", often(times))),
            (false, None) => (count > 0, format!("{name}{via}{filtered} is sent")),
            (false, Some(times)) => (i64::try_from(count) == Ok(times), format!("{name}{via}{filtered} is sent {}", often(times))),
        };
        if holds {
            return Ok(None);
        }
        let all = self.count_sent(&Sent { via: None, filter: None, ..*sent })?;
        let found = match (count, all) {
            (0, 0) => match self.held(sent)?.last() {
                Some((until_ms, _)) => format!("it is held until {}", format_time(*until_ms)),
                None => "none was sent".to_owned(),
            },
            (1, 1) => "it was sent once".to_owned(),
            (0, 1) => "it was sent once, but not as expected".to_owned(),
            (count, all) if count == all => format!("it was sent {count} times"),
            (count, all) => format!("{all} were sent, {count} of them as expected"),
        };
        // What it was sent with tells why the condition didn't fit.
        let with = if sent.filter.is_some() && all > 0 { self.told_arguments(sent)? } else { Vec::new() };
        let found = if with.is_empty() { found } else { format!("{found}, with {}", with.join("; with ")) };
        Ok(Some(Found { expected, found }))
    }

    /// When those of a customer's sends leave that are held back now, and over which channel.
    fn held(&mut self, sent: &Sent<'_>) -> Result<Vec<(i64, String)>, Broken> {
        let name = self.message_name(sent.message).to_owned();
        let channel = sent.via.map(|via| self.channel_name(via).to_owned());
        let slot = self.world.store.open(sent.customer)?;
        let all = self.world.store.customer(slot).outreach.held.iter();
        let fits = all.filter(|held| held.message == name && channel.as_ref().is_none_or(|channel| held.channel == *channel));
        Ok(fits.map(|held| (held.due_ms, held.channel.to_string())).collect())
    }

    fn judge_held(&mut self, sent: &Sent<'_>, not: bool, until: Option<FunctionId>) -> Result<Option<Found>, Broken> {
        let until_ms = until.map(|until| self.number(until)).transpose()?;
        let held = self.held(sent)?;
        let any = held.iter().any(|(due_ms, _)| until_ms.is_none_or(|until_ms| until_ms == *due_ms));
        let name = self.message_name(sent.message);
        let via = sent.via.map_or(String::new(), |via| format!(" via {}", self.channel_name(via)));
        let until = until_ms.map_or(String::new(), |until_ms| format!(" until {}", format_time(until_ms)));
        let expected = format!("{name}{via} is {}held{until}", if not { "not " } else { "" });
        let told: Vec<String> = held.iter().map(|(due_ms, channel)| format!("held via {channel} until {}", format_time(*due_ms))).collect();
        let found = if told.is_empty() { "none is held".into() } else { told.join(", ") };
        Ok((any == not).then_some(Found { expected, found }))
    }

    /// How many sends to a customer fit.
    fn count_sent(&mut self, sent: &Sent<'_>) -> Result<usize, Broken> {
        let mut count = 0;
        for what in self.world.observer.whats(sent.customer) {
            let What::Sent { message, channel, values, .. } = what else { continue };
            if *message != sent.message || sent.via.is_some_and(|via| via != *channel) {
                continue;
            }
            let fits = match sent.filter {
                None => true,
                Some(filter) => {
                    let customer = sent.customer;
                    let slot = self.world.store.open(customer)?;
                    let customer = self.world.store.customer(slot);
                    self.world.engine.compute(Some(customer), self.now_ms, |program, cx| {
                        let args = arguments(program, sent, values, cx)?;
                        program.holds(filter, &args, cx)
                    })?
                }
            };
            count += usize::from(fits);
        }
        Ok(count)
    }

    /// What the first sends of a message were sent with: `id: "c1", total: 25.50`, and over a channel that is asked for the content.
    fn told_arguments(&mut self, sent: &Sent<'_>) -> Result<Vec<String>, Fault> {
        let program = Arc::clone(self.program);
        let module = &program.module;
        let mut fields = module.messages.get(sent.message.index()).map_or(Vec::new(), |message| message.params.clone());
        if let Some(channel) = sent.via.and_then(|via| module.channels.get(via.index())) {
            let content = module.types.record(channel.content).fields.iter();
            fields.extend(content.map(|field| (field.name.to_string(), field.ty)));
        }
        if fields.is_empty() {
            return Ok(Vec::new());
        }
        let sends = self.world.observer.whats(sent.customer).filter_map(|what| match what {
            What::Sent { message, channel, values, .. } if *message == sent.message => {
                sent.via.is_none_or(|via| via == *channel).then_some(values)
            }
            _ => None,
        });
        let mut told = Vec::new();
        for values in sends.take(SENDS_TOLD) {
            told.push(self.world.engine.compute(None, self.now_ms, |program, cx| {
                let args = arguments(program, sent, values, cx)?;
                let one = |((name, ty), &word): (&(String, TypeId), &u64)| {
                    let mut text = format!("{name}: ");
                    json::value(&mut text, &module.types, *ty, word, cx);
                    if text.chars().count() > VALUE_CHARS { text.chars().take(VALUE_CHARS).chain(['…']).collect() } else { text }
                };
                Ok::<_, Fault>(fields.iter().zip(&args).map(one).collect::<Vec<_>>().join(", "))
            })?);
        }
        Ok(told)
    }

    fn judge_suppressed(&self, customer: &str, not: bool, message: MessageId, reason: Option<&str>) -> Option<Found> {
        let of_message = |what: &What| match what {
            What::Suppressed { message: found, reason } if *found == message => Some(*reason),
            _ => None,
        };
        let reasons: Vec<&str> = self.world.observer.whats(customer).filter_map(of_message).collect();
        let any = reasons.iter().any(|found| reason.is_none_or(|reason| reason == *found));
        let because = reason.map_or(String::new(), |reason| format!(" because {reason}"));
        let name = self.message_name(message);
        let expected = format!("{name} is {}suppressed{because}", if not { "not " } else { "" });
        let found = if reasons.is_empty() { "none was suppressed".into() } else { format!("suppressed: {}", reasons.join(", ")) };
        (any == not).then_some(Found { expected, found })
    }

    fn judge_at(&mut self, customer: &str, not: bool, journey: JourneyId, step: Option<&str>) -> Result<Option<Found>, Broken> {
        let slot = self.world.store.open(customer)?;
        let name = self.journey_name(journey.index()).to_owned();
        let instances = &self.world.store.customer(slot).instances;
        let pauses = self.program.module.journeys.get(journey.index()).map_or(&[][..], |journey| &journey.pauses);
        let editions = self.world.engine.editions();
        let places: Vec<&journey_compiler::mir::Pause> = instances
            .iter()
            .filter(|instance| instance.is_live() && editions.runs(instance.edition) == Some(journey.index()))
            .flat_map(|instance| &instance.fibers)
            .filter_map(|fiber| pauses.get(fiber.pause as usize))
            .collect();
        let inside = |found: &str, step: &str| found == step || found.strip_prefix(step).is_some_and(|rest| rest.starts_with('.'));
        let any = places.iter().any(|pause| step.is_none_or(|step| inside(&pause.step, step)));
        let place = step.map_or(name.clone(), |step| format!("{name}.{step}"));
        let identities: Vec<&str> = places.iter().map(|pause| pause.identity.as_str()).collect();
        let found = if identities.is_empty() { format!("not in {name}") } else { format!("at {}", identities.join(", ")) };
        let expected = format!("the customer is {}at {place}", if not { "not " } else { "" });
        Ok((any == not).then_some(Found { expected, found }))
    }

    fn judge_finished(&self, customer: &str, not: bool, journey: JourneyId, outcome: Option<u32>) -> Option<Found> {
        let of_journey = |what: &What| match what {
            What::Finished { journey: found, outcome } if *found == journey.index() => Some(*outcome),
            _ => None,
        };
        let name = self.journey_name(journey.index());
        let outcomes = self.program.module.journeys.get(journey.index()).map_or(&[][..], |journey| &journey.outcomes);
        let outcome_name = |outcome: u32| outcomes.get(outcome as usize).map_or("", String::as_str);
        let ends: Vec<u32> = self.world.observer.whats(customer).filter_map(of_journey).collect();
        let any = ends.iter().any(|&end| outcome.is_none_or(|outcome| outcome == end));
        let with = outcome.map_or(String::new(), |outcome| format!(" with {}", outcome_name(outcome)));
        let expected = format!("{name} has {}finished{with}", if not { "not " } else { "" });
        let names: Vec<&str> = ends.iter().map(|&end| outcome_name(end)).collect();
        let found = if names.is_empty() { "it has not finished".into() } else { format!("finished with {}", names.join(", ")) };
        (any == not).then_some(Found { expected, found })
    }

    fn judge_failed(&self, customer: &str, not: bool, journey: JourneyId) -> Option<Found> {
        let any =
            self.world.observer.whats(customer).any(|what| matches!(what, What::Failed { journey: found } if *found == journey.index()));
        let name = self.journey_name(journey.index());
        let expected = format!("{name} has {}failed", if not { "not " } else { "" });
        let found = if any { "it has failed" } else { "it has not failed" };
        (any == not).then(|| Found { expected, found: found.to_owned() })
    }

    fn judge_cond(&mut self, customer: &str, holds: FunctionId, left: Option<(FunctionId, TypeId)>) -> Result<Option<Found>, Broken> {
        let slot = self.world.store.open(customer)?;
        let customer = self.world.store.customer(slot);
        if self.world.engine.compute(Some(customer), self.now_ms, |program, cx| value(program.call(holds, &[], cx)))? != 0 {
            return Ok(None);
        }
        let expected = "the condition is true".to_owned();
        let Some((function, ty)) = left else { return Ok(Some(Found { expected, found: "it is false".into() })) };
        let found = self.world.engine.compute(Some(customer), self.now_ms, |program, cx| {
            let word = value(program.call(function, &[], cx))?;
            let mut text = String::from("it is false: the left side is ");
            json::value(&mut text, &program.module.types, ty, word, cx);
            Ok::<_, Fault>(text)
        })?;
        Ok(Some(Found { expected, found }))
    }

    pub(super) fn message_name(&self, id: MessageId) -> &str {
        self.program.module.messages.get(id.index()).map_or("", |message| &message.name)
    }

    fn channel_name(&self, id: ChannelId) -> &str {
        self.program.module.channel_name(id)
    }

    fn journey_name(&self, index: usize) -> &str {
        self.program.module.journeys.get(index).map_or("", |journey| &journey.name)
    }
}

/// How often, in words.
pub(super) fn often(times: i64) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

/// Arguments of a filter: the message's parameters, then, with `via`, the channel's content.
fn arguments(
    program: &Program,
    sent: &Sent<'_>,
    mut values: &[u8],
    cx: &mut journey_compiler::machine::Context,
) -> Result<Vec<u64>, Fault> {
    let module = &program.module;
    let params = module.messages.get(sent.message.index()).map_or(&[][..], |message| &message.params);
    let mut args = Vec::new();
    for (_, ty) in params {
        args.push(codec::decode(&module.types, *ty, &mut values, cx).map_err(|_| super::corrupt())?);
    }
    if sent.via.is_some() {
        // Content fields are Strings.
        while !values.is_empty() {
            let ty = journey_compiler::types::TypeId::STRING;
            args.push(codec::decode(&module.types, ty, &mut values, cx).map_err(|_| super::corrupt())?);
        }
    }
    Ok(args)
}
