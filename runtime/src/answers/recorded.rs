//! Answers from a file: one JSON object a line.

use super::{Answers, Reply, Request, UNANSWERED};
use crate::wire::scalar;
use journey_compiler::mir::{Module, Operation};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
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

/// A line as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    service: String,
    customer: Option<String>,
    args: Option<serde_json::Map<String, Value>>,
    #[serde(rename = "try")]
    attempt: Option<u32>,
    after: Option<String>,
    #[serde(borrow, default, deserialize_with = "given")]
    answer: Option<&'a RawValue>,
    fail: Option<String>,
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
    args: serde_json::Map<String, Value>,
    attempt: Option<u32>,
    reply: Reply,
}

impl Recorded {
    /// Reads answers for the services of a program.
    ///
    /// # Errors
    /// The first line that cannot be used, and why.
    pub fn read(text: &str, module: &Module) -> Result<Self, AnswersError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let lines = lines.map(|(text, line)| read_line(text, module).map_err(|why| AnswersError { line, why }));
        Ok(Self { lines: Arc::new(lines.collect::<Result<_, _>>()?) })
    }
}

fn read_line(text: &str, module: &Module) -> Result<Line, String> {
    let written: Written<'_> = serde_json::from_str(text).map_err(|error| plain(&error))?;
    let Some((service, name)) = written.service.split_once('.') else {
        return Err(format!("`service` is written `service.operation`, and this is `{}`", written.service));
    };
    let operation = operation(module, service, name)?;
    let args = written.args.unwrap_or_default();
    if let Some(unknown) = args.keys().find(|arg| !operation.params.iter().any(|(param, _)| param == *arg)) {
        return Err(format!("`{service}.{name}` has no parameter `{unknown}`"));
    }
    if written.attempt == Some(0) {
        return Err("`try` counts from 1".into());
    }
    let after = written.after.as_deref().unwrap_or("0s");
    let after_ms = scalar::parse_duration(after).filter(|ms| *ms >= 0);
    let after_ms = after_ms.ok_or_else(|| format!("`after` is a duration such as \"2s\", and this is \"{after}\""))?;
    let result = match (written.answer, written.fail) {
        (Some(_), Some(_)) => return Err("there is both an `answer` and a `fail`".into()),
        (Some(answer), None) => Ok(answer.get().to_owned()),
        (None, Some(why)) => Err(why),
        (None, None) if operation.ret.is_none() => Ok("null".into()),
        (None, None) => return Err("there is neither an `answer` nor a `fail`".into()),
    };
    Ok(Line {
        service: service.to_owned(),
        operation: name.to_owned(),
        customer: written.customer,
        args,
        attempt: written.attempt,
        reply: Reply { after_ms, result },
    })
}

fn operation<'m>(module: &'m Module, service: &str, name: &str) -> Result<&'m Operation, String> {
    let found = module.services.iter().find(|known| known.name == service);
    let found = found.ok_or_else(|| format!("the program has no service `{service}`"))?;
    let operation = found.operations.iter().find(|operation| operation.name == name);
    operation.ok_or_else(|| format!("the service `{service}` has no operation `{name}`"))
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
