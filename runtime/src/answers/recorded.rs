//! Answers from a file: one JSON object a line.

use super::asked::as_called;
use super::{Answers, Reply, Request, UNANSWERED};
use crate::wire::envelope::{describe, unquote};
use crate::wire::{payload, scalar};
use journey_compiler::Program;
use journey_compiler::check::nearest;
use journey_compiler::machine::Context;
use journey_compiler::mir::{Module, Operation};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Answers that are known beforehand. Which line answers a call depends on the call alone, never on those before it, so that a run
/// that goes on after a crash gets the same ones.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    lines: Arc<Vec<Line>>,
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct AnswersError {
    /// From 1.
    pub line: usize,
    pub why: String,
}

/// What a line can say.
const FIELDS: [&str; 7] = ["service", "customer", "args", "try", "after", "answer", "fail"];

/// A line as it is written.
#[derive(Debug, Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    service: Option<&'a RawValue>,
    #[serde(borrow)]
    customer: Option<&'a RawValue>,
    #[serde(borrow)]
    args: Option<&'a RawValue>,
    #[serde(borrow, rename = "try")]
    attempt: Option<&'a RawValue>,
    #[serde(borrow)]
    after: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    answer: Option<&'a RawValue>,
    #[serde(borrow)]
    fail: Option<&'a RawValue>,
}

/// What is given, be it `null`.
fn given<'de: 'a, 'a, D: Deserializer<'de>>(json: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(json).map(Some)
}

#[derive(Debug)]
struct Line {
    service: String,
    operation: String,
    customer: Option<String>,
    args: BTreeMap<String, Value>,
    attempt: Option<u32>,
    reply: Reply,
}

impl Recorded {
    /// Reads answers for the services of a program.
    ///
    /// # Errors
    /// The first line that cannot be used, and why.
    pub fn read(text: &str, program: &Program) -> Result<Self, AnswersError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let mut cx = Context::new(program);
        let lines = lines.map(|(text, line)| read_line(text, program, &mut cx).map_err(|why| AnswersError { line, why }));
        Ok(Self { lines: Arc::new(lines.collect::<Result<_, _>>()?) })
    }
}

fn read_line(text: &str, program: &Program, cx: &mut Context) -> Result<Line, String> {
    let written: Written<'_> = serde_json::from_str(text).map_err(|error| plain(&error))?;
    known_fields(text)?;
    let called = text_of("service", written.service)?.ok_or("it names no `service`")?;
    let Some((service, name)) = called.split_once('.') else {
        return Err(format!("`service` is written `service.operation`, and this is `{called}`"));
    };
    let operation = operation(&program.module, service, name)?;
    let args: BTreeMap<String, &RawValue> = written.args.map_or(Ok(BTreeMap::new()), |args| {
        serde_json::from_str(args.get()).map_err(|_| format!("`args` is an object, and this is {}", describe(args.get())))
    })?;
    let mut asked = BTreeMap::new();
    for (arg, value) in args {
        let value = fits_param((service, operation), &arg, value, program, cx)?;
        asked.insert(arg, value);
    }
    let attempt = written.attempt.map(|raw| {
        let count = raw.get().parse::<u32>().ok().filter(|count| *count > 0);
        count.ok_or_else(|| format!("`try` is a number that counts from 1, and this is {}", describe(raw.get())))
    });
    let after = text_of("after", written.after)?.unwrap_or_else(|| String::from("0s"));
    let after_ms = scalar::parse_duration(&after).filter(|ms| *ms >= 0);
    let after_ms = after_ms.ok_or_else(|| format!("`after` is a duration such as \"2s\", and this is \"{after}\""))?;
    let result = match (written.answer, text_of("fail", written.fail)?) {
        (Some(_), Some(_)) => return Err("there is both an `answer` and a `fail`".into()),
        (Some(answer), None) => {
            let fits = operation.ret.map_or(Ok(()), |ret| payload::check_answer(program, ret, answer.get(), cx));
            fits.map_err(|reason| format!("this is no answer of `{called}`: {reason}"))?;
            Ok(answer.get().to_owned())
        }
        (None, Some(why)) => Err(why),
        (None, None) if operation.ret.is_none() => Ok("null".into()),
        (None, None) => return Err("there is neither an `answer` nor a `fail`".into()),
    };
    Ok(Line {
        service: service.to_owned(),
        operation: name.to_owned(),
        customer: text_of("customer", written.customer)?,
        args: asked,
        attempt: attempt.transpose()?,
        reply: Reply { after_ms, result },
    })
}

fn known_fields(text: &str) -> Result<(), String> {
    let written: BTreeMap<String, IgnoredAny> = serde_json::from_str(text).map_err(|error| plain(&error))?;
    match written.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        Some(unknown) => Err(format!("a line has no `{unknown}`; {}", instead(unknown, FIELDS.into_iter()))),
        None => Ok(()),
    }
}

/// An argument that is asked for must be one that can be there; as a call writes it.
fn fits_param(
    (service, operation): (&str, &Operation),
    arg: &str,
    value: &RawValue,
    program: &Program,
    cx: &mut Context,
) -> Result<Value, String> {
    let called = format!("{service}.{}", operation.name);
    let Some((name, ty)) = operation.params.iter().find(|(param, _)| param == arg) else {
        let params = operation.params.iter().map(|(param, _)| param.as_str());
        return Err(format!("`{called}` has no parameter `{arg}`; {}", instead(arg, params)));
    };
    let fits = payload::check_arg(program, (name, *ty), value.get(), cx);
    fits.map_err(|reason| format!("`{called}` is never asked so: {reason}"))?;
    let wanted = serde_json::from_str(value.get()).map_err(|error| plain(&error))?;
    Ok(as_called(program, *ty, wanted, cx))
}

fn operation<'m>(module: &'m Module, service: &str, name: &str) -> Result<&'m Operation, String> {
    let services = module.services.iter().map(|known| known.name.as_str());
    let found = module.services.iter().find(|known| known.name == service);
    let found = found.ok_or_else(|| format!("the program has no service `{service}`; {}", instead(service, services)))?;
    let operations = found.operations.iter().map(|operation| operation.name.as_str());
    let operation = found.operations.iter().find(|operation| operation.name == name);
    operation.ok_or_else(|| format!("the service `{service}` has no operation `{name}`; {}", instead(name, operations)))
}

/// What can be written in the place of a name that isn't there.
fn instead<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
    if let Some(better) = nearest(name, known.clone()) {
        return format!("did you mean `{better}`?");
    }
    let known: Vec<String> = known.map(|name| format!("`{name}`")).collect();
    if known.is_empty() { String::from("it has none") } else { format!("it has {}", known.join(", ")) }
}

/// A text, where one is given.
fn text_of(name: &str, raw: Option<&RawValue>) -> Result<Option<String>, String> {
    let text = |raw: &RawValue| match unquote(raw.get()) {
        Some(text) => Ok(text.into_owned()),
        None => Err(format!("`{name}` is a text, and this is {}", describe(raw.get()))),
    };
    raw.map(text).transpose()
}

/// What serde says, without the place: each line is an object of its own.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    if error.is_data() { text.to_owned() } else { format!("not JSON: {text} at column {}", error.column()) }
}

impl Answers for Recorded {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        let args: Value = serde_json::from_str(request.args).unwrap_or_default();
        let fits = |line: &&Line| {
            line.service == request.service
                && line.operation == request.operation
                && line.customer.as_deref().is_none_or(|customer| customer == request.customer)
                && line.attempt.is_none_or(|attempt| attempt == request.attempt)
                && line.args.iter().all(|(name, wanted)| args.get(name).is_some_and(|found| is_within(wanted, found)))
        };
        match self.lines.iter().find(fits) {
            Some(line) => line.reply.clone(),
            None => Reply::failed(UNANSWERED),
        }
    }
}

/// Whether all that is wanted is there: of an object the fields that are named, of anything else all of it. Numbers are
/// compared by value.
fn is_within(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(name, wanted)| found.get(name).is_some_and(|found| is_within(wanted, found)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| is_within(wanted, found))
        }
        (Value::Number(wanted), Value::Number(found)) => wanted == found || wanted.as_f64() == found.as_f64(),
        _ => wanted == found,
    }
}
