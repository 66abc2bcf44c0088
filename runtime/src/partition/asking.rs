//! Calls in a server: a try is written down like an effect, and its reply comes as an input when it is there.

use crate::answers::{self, Answers, Reply};
use crate::wire::json;
use serde::Deserialize;
use std::fmt::Write;

/// Collects tries as lines until they are taken.
#[derive(Debug, Default)]
pub struct Asking {
    pub text: String,
}

/// A try of a call as a line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Request {
    pub customer: String,
    pub service: String,
    pub operation: String,
    /// The same in every try of a call, and in no other call.
    pub key: String,
    /// From 1.
    pub attempt: u32,
    /// `GET` …
    pub method: String,
    /// With its values encoded.
    pub path: String,
    /// JSON; null where there is none.
    pub body: Option<serde_json::Value>,
}

impl Answers for Asking {
    fn answer(&mut self, request: &answers::Request<'_>) -> Reply {
        let out = &mut self.text;
        out.push_str("{\"at\":");
        json::time(out, request.at_ms);
        out.push_str(",\"kind\":\"request\"");
        let texts = [
            ("customer", request.customer),
            ("service", request.service),
            ("operation", request.operation),
            ("key", request.key),
            ("method", request.method),
            ("path", request.path),
        ];
        for (name, text) in texts {
            let _ = write!(out, ",\"{name}\":");
            json::text(out, text);
        }
        let _ = writeln!(out, ",\"attempt\":{},\"body\":{}}}", request.attempt, request.body.unwrap_or("null"));
        // Until it is there, the try stands as one that was not answered in time.
        Reply { after_ms: i64::MAX, result: Err(String::new()) }
    }
}
