//! What a test says of calls, and what it expects of them and of emitted events.

use super::expect::{Found, often};
use super::timeline::What;
use super::{Broken, Runner, corrupt, value};
use crate::answers::{Answers, Reply, Request};
use crate::effect::lines::operation_of;
use crate::effect::request;
use crate::engine::record;
use crate::store::Store;
use crate::wire::json;
use journey_compiler::Program;
use journey_compiler::hir::{EventId, OperationId, ServiceId};
use journey_compiler::machine::{Context, Fault, codec};
use journey_compiler::mir::{self, FunctionId};

/// The answers that a test has given so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    answers: Vec<Answer>,
}

#[derive(Debug)]
struct Answer {
    customer: String,
    service: String,
    operation: String,
    /// JSON; `None` fits all.
    args: Option<String>,
    /// JSON; `None` is a failure.
    answer: Option<String>,
}

impl Answers for Told {
    /// The last that was said and fits.
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        let fits = |answer: &&Answer| {
            answer.customer == request.customer
                && answer.service == request.service
                && answer.operation == request.operation
                && answer.args.as_deref().is_none_or(|args| args == request.args)
        };
        match self.answers.iter().rev().find(fits).map(|found| &found.answer) {
            Some(Some(answer)) => Reply { after_ms: 0, result: Ok(answer.clone()) },
            Some(None) => Reply::failed("the test lets it fail"),
            None => Reply::failed("no answer given in the test"),
        }
    }
}

/// Which of a customer's effects are meant.
#[derive(Debug, Clone, Copy)]
enum Which {
    Emitted(EventId),
    Called(ServiceId, OperationId),
}

/// What an expectation of them asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub not: bool,
    pub times: Option<i64>,
    pub filter: Option<FunctionId>,
}

impl Runner<'_> {
    /// `answer service.op(args) with VALUE`
    pub(super) fn answer(
        &mut self,
        customer: &str,
        called: (ServiceId, OperationId),
        args: Option<&[FunctionId]>,
        reply: mir::Reply,
    ) -> Result<(), Broken> {
        let (service, operation) = operation_of(&self.program.module, called).ok_or_else(corrupt)?;
        let slot = self.world.store.open(customer)?;
        let known = self.world.store.customer(slot);
        let (args, answer) = self.world.engine.compute(Some(known), self.now_ms, |program, cx| {
            let types = &program.module.types;
            let args = args.map(|args| {
                let words = args.iter().map(|&arg| value(program.call(arg, &[], cx))).collect::<Result<Vec<u64>, Fault>>()?;
                let mut text = String::new();
                request::args(&mut text, operation, &words, types, cx);
                Ok::<_, Fault>(text)
            });
            let answer = match (reply, operation.ret) {
                (mir::Reply::Value(function), Some(ret)) => {
                    let word = value(program.call(function, &[], cx))?;
                    let mut text = String::new();
                    json::value(&mut text, types, ret, word, cx);
                    Some(text)
                }
                (mir::Reply::Value(_) | mir::Reply::Nothing, _) => Some("null".into()),
                (mir::Reply::Fail, _) => None,
            };
            Ok::<_, Fault>((args.transpose()?, answer))
        })?;
        let (service, operation) = (service.to_owned(), operation.name.clone());
        self.world.answers.answers.push(Answer { customer: customer.to_owned(), service, operation, args, answer });
        Ok(())
    }

    /// `expect emitted EVENT where …`
    pub(super) fn judge_emitted(&mut self, customer: &str, event: EventId, asked: Asked) -> Result<Option<Found>, Broken> {
        let name = self.program.module.events.get(event.index()).map_or("", |event| &event.name).to_owned();
        self.judge_outside(customer, Which::Emitted(event), asked, (&name, "emitted"))
    }

    /// `expect called service.op where …`
    pub(super) fn judge_called(&mut self, customer: &str, called: (ServiceId, OperationId), asked: Asked) -> Result<Option<Found>, Broken> {
        let name = operation_of(&self.program.module, called);
        let name = name.map_or_else(String::new, |(service, operation)| format!("{service}.{}", operation.name));
        self.judge_outside(customer, Which::Called(called.0, called.1), asked, (&name, "called"))
    }

    fn judge_outside(&mut self, customer: &str, which: Which, asked: Asked, (name, verb): (&str, &str)) -> Result<Option<Found>, Broken> {
        let all: Vec<Vec<u8>> = self.world.observer.whats(customer).filter_map(|what| values_of(what, which)).cloned().collect();
        let mut count = 0;
        for values in &all {
            count += usize::from(self.fits(customer, which, asked.filter, values)?);
        }
        let filtered = if asked.filter.is_some() { ", with what fits the condition," } else { "" };
        let (holds, expected) = match (asked.not, asked.times) {
            (true, None) => (count == 0, format!("{name}{filtered} is not {verb}")),
            (true, Some(times)) => (i64::try_from(count) != Ok(times), format!("{name}{filtered} is not {verb} {}", often(times))),
            (false, None) => (count > 0, format!("{name}{filtered} is {verb}")),
            (false, Some(times)) => (i64::try_from(count) == Ok(times), format!("{name}{filtered} is {verb} {}", often(times))),
        };
        let found = match (count, all.len()) {
            (0, 0) => format!("it was not {verb}"),
            (1, 1) => format!("it was {verb} once"),
            (count, all) if count == all => format!("it was {verb} {count} times"),
            (count, all) => format!("it was {verb} {}, {count} of them as expected", often(i64::try_from(all).unwrap_or(i64::MAX))),
        };
        Ok((!holds).then_some(Found { expected, found }))
    }

    fn fits(&mut self, customer: &str, which: Which, filter: Option<FunctionId>, values: &[u8]) -> Result<bool, Broken> {
        let Some(filter) = filter else { return Ok(true) };
        let slot = self.world.store.open(customer)?;
        let customer = self.world.store.customer(slot);
        let holds = self.world.engine.compute(Some(customer), self.now_ms, |program, cx| {
            let args = filter_args(program, which, values, cx)?;
            program.holds(filter, &args, cx)
        });
        Ok(holds?)
    }
}

fn values_of(what: &What, which: Which) -> Option<&Vec<u8>> {
    match (what, which) {
        (What::Emitted { event, values }, Which::Emitted(wanted)) if *event == wanted => Some(values),
        (What::Called { service, operation, values }, Which::Called(by, wanted)) if (*service, *operation) == (by, wanted) => Some(values),
        _ => None,
    }
}

/// Of an event its payload and then its fields, of a call its parameters.
fn filter_args(program: &Program, which: Which, mut values: &[u8], cx: &mut Context) -> Result<Vec<u64>, Fault> {
    let module = &program.module;
    match which {
        Which::Emitted(event) => {
            let record = module.events.get(event.index()).map(|event| event.record).ok_or_else(corrupt)?;
            let payload = record::decode(&module.types, record, &mut values, cx).map_err(|_| corrupt())?;
            let fields = module.types.record(record).fields.len();
            Ok(std::iter::once(payload).chain((0..fields).map(|field| cx.word(payload, field))).collect())
        }
        Which::Called(service, operation) => {
            let (_, operation) = operation_of(module, (service, operation)).ok_or_else(corrupt)?;
            let words = operation.params.iter().map(|(_, ty)| codec::decode(&module.types, *ty, &mut values, cx));
            words.collect::<Result<_, _>>().map_err(|_| corrupt())
        }
    }
}
