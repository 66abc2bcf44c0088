//! The CloudEvents envelope, borrowed from its line: nothing is copied but texts with escapes in them.

use super::{Reason, scalar};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// An event as it came.
#[derive(Debug)]
pub struct Envelope<'a> {
    pub id: Cow<'a, str>,
    pub source: Cow<'a, str>,
    /// The wire type.
    pub kind: Cow<'a, str>,
    /// Milliseconds since the epoch.
    pub time_ms: Option<i64>,
    /// The customer; `None` makes it a broadcast.
    pub subject: Option<Cow<'a, str>>,
    /// The payload's JSON; `{}` where there is none.
    pub data: &'a str,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    specversion: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    time: Option<&'a RawValue>,
    #[serde(borrow)]
    subject: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    data_base64: Option<&'a RawValue>,
}

/// Reads the envelope of one line.
///
/// # Errors
/// Why the line is no CloudEvent.
pub fn parse(line: &str) -> Result<Envelope<'_>, Reason> {
    let raw: Raw<'_> = serde_json::from_str(line).map_err(|error| not_an_envelope(line, &error))?;
    if let Some(found) = raw.data_base64 {
        return Err(Reason::at("data_base64", format!("binary data is not supported, found {}", describe(found.get()))));
    }
    match text("specversion", raw.specversion)? {
        Some(version) if version == "1.0" => {}
        Some(version) => return Err(Reason::at("specversion", format!("expected \"1.0\", found \"{}\"", shorten(&version)))),
        None => return Err(Reason::at("specversion", "is missing; every event says \"specversion\": \"1.0\"")),
    }
    let time_ms = match text("time", raw.time)? {
        None => None,
        Some(time) => Some(scalar::parse_time(&time).ok_or_else(|| {
            Reason::at("time", format!("expected a time such as \"2026-11-22T09:00:00Z\", found the text \"{}\"", shorten(&time)))
        })?),
    };
    let subject = text("subject", raw.subject)?;
    if subject.as_deref() == Some("") {
        return Err(Reason::at("subject", "the customer's key is empty; leave `subject` out to address every customer"));
    }
    Ok(Envelope {
        id: required("id", raw.id)?,
        source: required("source", raw.source)?,
        kind: required("type", raw.kind)?,
        time_ms,
        subject,
        data: raw.data.map_or("{}", RawValue::get),
    })
}

fn required<'a>(name: &'static str, raw: Option<&'a RawValue>) -> Result<Cow<'a, str>, Reason> {
    match text(name, raw)? {
        Some(text) if text.is_empty() => Err(Reason::at(name, "is empty")),
        Some(text) => Ok(text),
        None => Err(missing(name)),
    }
}

fn missing(name: &'static str) -> Reason {
    Reason::at(name, "is missing")
}

/// A text attribute; null is as good as absent.
fn text<'a>(name: &'static str, raw: Option<&'a RawValue>) -> Result<Option<Cow<'a, str>>, Reason> {
    let Some(raw) = raw.map(RawValue::get) else { return Ok(None) };
    unquote(raw).map(Some).ok_or_else(|| Reason::at(name, format!("expected a text, found {}", describe(raw))))
}

/// The text that a JSON string stands for; `None` where the JSON is no string.
#[must_use]
pub fn unquote(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str::<String>(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// What a piece of JSON is, in words: `the text "abc"`, `the number 12.5`, `a list`.
#[must_use]
pub fn describe(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'"') => match unquote(raw) {
            Some(text) => format!("the text \"{}\"", shorten(&text)),
            None => "a text with a broken escape".into(),
        },
        Some(b'{') => "an object".into(),
        Some(b'[') => "a list".into(),
        Some(b'n') => "null".into(),
        Some(b't' | b'f') => raw.to_owned(),
        _ => format!("the number {}", shorten(raw)),
    }
}

/// At most 40 characters of a text, without control characters.
#[must_use]
pub fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

fn not_an_envelope(line: &str, error: &serde_json::Error) -> Reason {
    let trimmed = line.trim_start();
    if error.is_data() && !trimmed.starts_with('{') {
        return Reason::whole(format!("expected an object, found {}", describe(trimmed.trim_end())));
    }
    if error.is_data() { Reason::whole(plain(error)) } else { Reason::whole(not_json(error)) }
}

/// Where a line ceases to be JSON, and how, in plain words.
fn not_json(error: &serde_json::Error) -> String {
    let text = plain(error);
    let column = error.column();
    if error.is_eof() {
        return format!("not JSON: the line ends in its midst (column {column})");
    }
    let words = match text.split(" (column").next().unwrap_or_default() {
        "expected ident" | "expected value" => return format!("not JSON (column {column})"),
        "key must be a string" => "a name must stand in quotation marks",
        "trailing characters" => "something follows behind its end",
        words => words,
    };
    format!("not JSON: {words} (column {column})")
}

/// An error of the JSON reader; a line of its own always is line 1, so only the column is told.
#[must_use]
pub fn plain(error: &serde_json::Error) -> String {
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match full.strip_suffix(place.as_str()) {
        Some(text) if error.column() > 0 => format!("{text} (column {})", error.column()),
        Some(text) => text.to_owned(),
        None => full,
    }
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
