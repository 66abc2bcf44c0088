//! What happened, in numbers: dense while the engine runs, by name on disk.

use crate::customer::Chosen;
use journey_compiler::mir::{Module, Suppression, UNREACHABLE};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Inputs, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventCounts {
    pub read: u64,
    pub handled: u64,
    pub unmatched: u64,
    pub duplicate: u64,
    pub rejected: u64,
}

/// Counts over a program's journeys, messages and channels, by their indexes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    pub events: EventCounts,
    pub journeys: Vec<JourneyCounts>,
    /// By message, then by channel.
    pub sends: Vec<Vec<u64>>,
    /// Those that wait for the end of quiet hours, likewise.
    pub held: Vec<Vec<u64>>,
    /// By message, then by reason: see [`reason_index`].
    pub suppressed: Vec<[u64; REASONS.len()]>,
    pub experiments: Experiments,
    /// Of what the program no longer has.
    gone: Record,
}

/// Counts of a journey.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JourneyCounts {
    pub started: u64,
    pub live: u64,
    /// By outcome.
    pub finished: Vec<u64>,
    pub failed: u64,
    pub cancelled: u64,
    /// Live ones, by pause; one that is in several branches at once counts at each of its pauses.
    pub at: Vec<u64>,
}

impl JourneyCounts {
    /// Whether nobody has vanished.
    #[must_use]
    pub fn add_up(&self) -> bool {
        let ended: u64 = self.finished.iter().sum();
        self.started == self.live + ended + self.failed + self.cancelled && self.live <= self.at.iter().sum::<u64>()
    }
}

/// Why a send is suppressed.
pub const REASONS: [&str; 6] = ["outranked", "no_address", "no_consent", "no_timezone", "capped", UNREACHABLE];

/// Index of a reason in [`REASONS`]; `None` is `unreachable`.
#[must_use]
pub fn reason_index(reason: Option<Suppression>) -> usize {
    let name = reason.map_or(UNREACHABLE, Suppression::name);
    REASONS.iter().position(|known| *known == name).unwrap_or(REASONS.len() - 1)
}

impl Counters {
    /// All zero, for a program.
    #[must_use]
    pub fn new(module: &Module) -> Self {
        let journey = |journey: &journey_compiler::mir::Journey| JourneyCounts {
            finished: vec![0; journey.outcomes.len()],
            at: vec![0; journey.pauses.len()],
            ..JourneyCounts::default()
        };
        Self {
            events: EventCounts::default(),
            journeys: module.journeys.iter().map(journey).collect(),
            sends: vec![vec![0; module.channels.len()]; module.messages.len()],
            held: vec![vec![0; module.channels.len()]; module.messages.len()],
            suppressed: vec![[0; REASONS.len()]; module.messages.len()],
            experiments: Experiments::default(),
            gone: Record::default(),
        }
    }

    /// Goes on from what a record says.
    #[must_use]
    pub fn resume(module: &Module, record: &Record) -> Self {
        let mut counters = Self::new(module);
        let mut gone = record.clone();
        counters.events = std::mem::take(&mut gone.events);
        for (journey, counts) in module.journeys.iter().zip(&mut counters.journeys) {
            let Some(from) = gone.journeys.get_mut(&journey.name) else { continue };
            counts.started = std::mem::take(&mut from.started);
            counts.live = std::mem::take(&mut from.live);
            counts.failed = std::mem::take(&mut from.failed);
            counts.cancelled = std::mem::take(&mut from.cancelled);
            for (outcome, count) in journey.outcomes.iter().zip(&mut counts.finished) {
                *count = from.finished.remove(outcome).unwrap_or(0);
            }
            for (pause, count) in journey.pauses.iter().zip(&mut counts.at) {
                *count = from.at.remove(&pause.identity).unwrap_or(0);
            }
            // Those who ended in outcomes that the program no longer has stay with them.
            from.started = from.finished.values().sum();
            counts.started = counts.started.saturating_sub(from.started);
        }
        take_by_channel(module, &mut gone.sends, &mut counters.sends);
        take_by_channel(module, &mut gone.held, &mut counters.held);
        for (message, counts) in module.messages.iter().zip(&mut counters.suppressed) {
            let Some(from) = gone.suppressed.get_mut(&message.name) else { continue };
            for (reason, count) in REASONS.iter().zip(counts) {
                *count = from.remove(*reason).unwrap_or(0);
            }
        }
        counters.experiments = std::mem::take(&mut gone.experiments);
        counters.gone = gone;
        counters
    }

    /// By name: what is kept on disk and what a summary shows.
    #[must_use]
    pub fn record(&self, module: &Module) -> Record {
        let mut record = self.gone.clone();
        record.events = self.events;
        record.experiments = self.experiments.clone();
        for (journey, counts) in module.journeys.iter().zip(&self.journeys) {
            let to = record.journeys.entry(journey.name.clone()).or_default();
            to.started += counts.started;
            to.live += counts.live;
            to.failed += counts.failed;
            to.cancelled += counts.cancelled;
            add(&mut to.finished, journey.outcomes.iter().map(String::as_str), &counts.finished);
            add(&mut to.at, journey.pauses.iter().map(|pause| pause.identity.as_str()), &counts.at);
        }
        add_by_channel(module, &mut record.sends, &self.sends);
        add_by_channel(module, &mut record.held, &self.held);
        for (message, counts) in module.messages.iter().zip(&self.suppressed) {
            let to = record.suppressed.entry(message.name.clone()).or_default();
            add(to, REASONS.into_iter(), counts);
        }
        record.suppressed.retain(|_, reasons| !reasons.is_empty());
        record
    }
}

fn add<'a>(to: &mut BTreeMap<String, u64>, names: impl Iterator<Item = &'a str>, counts: &[u64]) {
    for (name, &count) in names.zip(counts) {
        if count > 0 {
            *to.entry(name.to_owned()).or_default() += count;
        }
    }
}

/// Counts by message and channel, as they stand on disk.
type ByChannel = BTreeMap<String, BTreeMap<String, u64>>;

fn take_by_channel(module: &Module, from: &mut ByChannel, counts: &mut [Vec<u64>]) {
    for (message, counts) in module.messages.iter().zip(counts) {
        let Some(from) = from.get_mut(&message.name) else { continue };
        for (channel, count) in module.channels.iter().zip(counts) {
            *count = from.remove(&channel.name).unwrap_or(0);
        }
    }
}

fn add_by_channel(module: &Module, to: &mut ByChannel, counts: &[Vec<u64>]) {
    for (message, counts) in module.messages.iter().zip(counts) {
        let to = to.entry(message.name.clone()).or_default();
        add(to, module.channels.iter().map(|channel| channel.name.as_str()), counts);
    }
    to.retain(|_, channels| !channels.is_empty());
}

/// Counts by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub events: EventCounts,
    pub journeys: BTreeMap<String, JourneyRecord>,
    pub sends: ByChannel,
    /// Those that wait for the end of quiet hours.
    pub held: ByChannel,
    pub suppressed: BTreeMap<String, BTreeMap<String, u64>>,
    pub experiments: Experiments,
}

/// What became of the instances that went into variants: by journey, experiment and variant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Experiments(pub BTreeMap<String, BTreeMap<String, BTreeMap<String, VariantRecord>>>);

/// Counts of a variant; each instance counts once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariantRecord {
    pub entered: u64,
    /// Those of them that have ended, by outcome.
    pub finished: BTreeMap<String, u64>,
}

impl Experiments {
    /// An instance has gone into a variant.
    pub fn entered(&mut self, journey: &str, chosen: &Chosen) {
        self.of(journey, chosen).entered += 1;
    }

    /// An instance that had gone into these variants has ended.
    pub fn finished(&mut self, journey: &str, chosen: &[Chosen], outcome: &str) {
        for chosen in chosen {
            *self.of(journey, chosen).finished.entry(outcome.to_owned()).or_default() += 1;
        }
    }

    fn of(&mut self, journey: &str, chosen: &Chosen) -> &mut VariantRecord {
        let experiments = self.0.entry(journey.to_owned()).or_default();
        let variants = experiments.entry(chosen.experiment.to_string()).or_default();
        variants.entry(chosen.variant.to_string()).or_default()
    }

    /// Whether nobody has gone into one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Counts of a journey, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyRecord {
    pub started: u64,
    /// Those that have neither ended nor failed.
    pub live: u64,
    pub finished: BTreeMap<String, u64>,
    pub failed: u64,
    pub cancelled: u64,
    /// Live ones, by pause identity; one that is in several branches at once counts at each of its pauses.
    pub at: BTreeMap<String, u64>,
}
