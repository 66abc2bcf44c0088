//! Who answers calls of services: the narrow door to the outside.

mod asked;
mod recorded;

pub use recorded::{AnswersError, Recorded};

/// Why a call fails for which the answers of a run say nothing.
pub const UNANSWERED: &str = "no answer is given for it";

/// Asked for each try of each call.
pub trait Answers {
    /// What becomes of a try.
    fn answer(&mut self, request: &Request<'_>) -> Reply;
}

/// A try of a call.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub customer: &'a str,
    pub service: &'a str,
    pub operation: &'a str,
    /// The same in every try of a call, and in no other call.
    pub key: &'a str,
    /// From 1.
    pub attempt: u32,
    pub at_ms: i64,
    /// `GET` …
    pub method: &'static str,
    /// With its values encoded.
    pub path: &'a str,
    /// JSON.
    pub body: Option<&'a str>,
    /// The arguments by name: a JSON object.
    pub args: &'a str,
}

/// What becomes of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// How long it takes, in milliseconds.
    pub after_ms: i64,
    /// JSON; or why there is none.
    pub result: Result<String, String>,
}

impl Reply {
    /// A try that fails at once.
    #[must_use]
    pub fn failed(why: impl Into<String>) -> Self {
        Self { after_ms: 0, result: Err(why.into()) }
    }
}
