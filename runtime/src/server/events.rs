//! `POST /v1/events`: CloudEvents as JSON, one or a list of them, or one a line.

use crate::node::{Node, Refused};
use crate::partition::Outcome;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What became of the events of a request.
#[derive(Debug, Default, Serialize)]
struct Counts {
    handled: u64,
    unmatched: u64,
    duplicate: u64,
    rejected: Vec<Rejected>,
}

#[derive(Debug, Serialize)]
struct Rejected {
    /// Which event of the request, from 0.
    event: usize,
    /// The field; empty where all of it is meant.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    reason: String,
}

/// An error as RFC 9457 has it.
#[derive(Debug, Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
    /// What was taken all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

fn problem(status: StatusCode, title: &'static str, detail: impl Into<String>, counts: Option<Counts>) -> Response {
    let problem = Problem { title, status: status.as_u16(), detail: detail.into(), counts };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
}

/// Takes events; answers when they are durable.
pub(super) async fn take(State(node): State<Arc<Node>>, headers: HeaderMap, body: Bytes) -> Response {
    let Ok(body) = std::str::from_utf8(&body) else {
        return problem(StatusCode::BAD_REQUEST, "The body is not UTF-8", "send JSON in UTF-8", None);
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let texts = match split(kind, body) {
        Ok(texts) => texts,
        Err(detail) => return problem(StatusCode::BAD_REQUEST, "The body is not what its content type says", detail, None),
    };
    let mut replies = Vec::with_capacity(texts.len());
    let mut refused = None;
    for text in texts {
        let (tell, told) = oneshot::channel();
        // Nobody waits any more where the client has gone.
        match node.submit(text, Box::new(move |outcome| drop(tell.send(outcome)))) {
            Ok(()) => replies.push(told),
            Err(why) => {
                refused = Some(why);
                break;
            }
        }
    }
    let mut counts = Counts::default();
    for (event, reply) in replies.into_iter().enumerate() {
        match reply.await.unwrap_or_else(|_| Err(String::from("the partition has ended"))) {
            Ok(outcome) => counts.add(event, outcome),
            Err(why) => return problem(StatusCode::SERVICE_UNAVAILABLE, "The server cannot go on", why, None),
        }
    }
    answer(counts, refused)
}

fn answer(counts: Counts, refused: Option<Refused>) -> Response {
    if let Some(why) = refused {
        let title = "Not all events were taken";
        return problem(StatusCode::SERVICE_UNAVAILABLE, title, why.to_string(), Some(counts));
    }
    if !counts.rejected.is_empty() {
        let detail = "the events that `rejected` names were refused; all others were taken";
        return problem(StatusCode::BAD_REQUEST, "Some events do not fit", detail, Some(counts));
    }
    let body = serde_json::to_string(&counts).unwrap_or_default();
    (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The events of a body.
fn split(kind: &str, body: &str) -> Result<Vec<Box<str>>, String> {
    if kind.starts_with("application/x-ndjson") {
        return Ok(body.lines().filter(|line| !line.trim().is_empty()).map(Box::from).collect());
    }
    if kind.starts_with("application/cloudevents-batch+json") || body.trim_start().starts_with('[') {
        let list: Vec<Box<RawValue>> = serde_json::from_str(body).map_err(|error| format!("expected a list of events: {error}"))?;
        return Ok(list.into_iter().map(Box::<str>::from).collect());
    }
    Ok(vec![body.into()])
}

impl Counts {
    fn add(&mut self, event: usize, outcome: Outcome) {
        match outcome {
            Outcome::Handled => self.handled += 1,
            Outcome::Unmatched => self.unmatched += 1,
            Outcome::Duplicate => self.duplicate += 1,
            Outcome::Rejected(reason) => {
                self.rejected.push(Rejected { event, path: reason.path, reason: reason.text });
            }
        }
    }
}
