//! What a run did, for people and programs.

use crate::counters::{EventCounts, Experiments, JourneyRecord, Record};
use crate::wire::Reason;
use journey_compiler::machine::text::format_time;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// What a run did. As JSON it is the summary of `journey run --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub events: EventCounts,
    pub journeys: BTreeMap<String, JourneyRecord>,
    /// By message, then by channel.
    pub sends: BTreeMap<String, BTreeMap<String, u64>>,
    /// Those that wait for the end of quiet hours, likewise; only there where some do.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, BTreeMap<String, u64>>,
    /// By message, then by reason.
    pub suppressed: BTreeMap<String, BTreeMap<String, u64>>,
    /// Only there where instances have gone into variants.
    #[serde(skip_serializing_if = "Experiments::is_empty")]
    pub experiments: Experiments,
    /// Where virtual time stands, in milliseconds since the epoch (as JSON, RFC 3339); `None` while nothing has told it.
    #[serde(rename = "clock", serialize_with = "as_time")]
    pub clock_ms: Option<i64>,
    /// The first rejected inputs of this run; [`EventCounts::rejected`] counts all.
    #[serde(skip)]
    pub rejected: Vec<Rejected>,
    /// What is to be told of this run besides, where it went on from another.
    #[serde(skip)]
    pub this_run: ThisRun,
    /// `--drain` gave up: timers go on past 10 years.
    #[serde(skip)]
    pub drain_gave_up: bool,
}

impl Summary {
    pub(crate) fn new(record: Record, clock_ms: Option<i64>) -> Self {
        let Record { events, journeys, sends, held, suppressed, experiments } = record;
        Self {
            events,
            journeys,
            sends,
            held,
            suppressed,
            experiments,
            clock_ms,
            rejected: Vec::new(),
            this_run: ThisRun::default(),
            drain_gave_up: false,
        }
    }

    /// Whether nobody has vanished: for every journey, started = live + finished + failed + cancelled.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.journeys.values().all(|journey| {
            let finished: u64 = journey.finished.values().sum();
            journey.started == journey.live + finished + journey.failed + journey.cancelled
        })
    }
}

/// What belongs to this run alone; the counts of a [`Summary`] go back to the beginning of its store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThisRun {
    /// It went on from what the store held.
    pub resumed: bool,
    /// The inputs had all been run before.
    pub nothing_new: bool,
    /// Journeys of the store, where the program has none of them.
    pub other_journeys: Vec<String>,
    /// Rejected inputs.
    pub rejected: u64,
    /// Unmatched events by type, most frequent first; bounded, so that it may lack rare ones.
    pub unmatched: Vec<(String, u64)>,
    /// Why instances failed, in order of the first of each; bounded.
    pub failures: Vec<Failures>,
    /// Where the clock already stood beyond the `--until` that was asked for, in milliseconds since the epoch.
    pub until_passed_ms: Option<i64>,
}

/// Instances that failed alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failures {
    pub journey: String,
    /// Where in the source.
    pub file: String,
    pub line: u32,
    pub error: String,
    /// How many there were.
    pub times: u64,
}

impl std::fmt::Display for Failures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { journey, file, line, error, times } = self;
        write!(f, "{journey} at {file}:{line}: {error}")?;
        if *times > 1 { write!(f, " ({times} times)") } else { Ok(()) }
    }
}

fn as_time<S: Serializer>(ms: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    ms.map(format_time).serialize(serializer)
}

/// A rejected input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Name of the input.
    pub input: String,
    /// Its line there, from 1.
    pub line: u64,
    /// Path of the field; empty where the whole line is meant.
    pub path: String,
    pub reason: String,
    /// The line as it came (lossily, where it is not UTF-8), cut where it is very long.
    pub text: String,
}

impl Rejected {
    pub(crate) fn new(input: &str, line: u64, reason: Reason, text: &[u8]) -> Self {
        const TEXT_MAX: usize = 64 << 10;
        let text = String::from_utf8_lossy(text.get(..TEXT_MAX).unwrap_or(text)).into_owned();
        Self { input: input.to_owned(), line, path: reason.path, reason: reason.text, text }
    }
}

impl std::fmt::Display for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: ", self.input, self.line)?;
        if self.path.is_empty() { f.write_str(&self.reason) } else { write!(f, "{}: {}", self.path, self.reason) }
    }
}
