//! What a step does to the world, as the engine tells it.

pub mod lines;
pub mod request;

use journey_compiler::hir::{ChannelId, EventId, MessageId, OperationId, ServiceId};
use journey_compiler::machine::Context;
use journey_compiler::mir::{Module, Suppression, UNREACHABLE};
use journey_compiler::types::RecordId;
use std::fmt;

/// An effect of a committed step. Words stand in the heap of `cx`.
#[derive(Debug, Clone, Copy)]
pub struct Effect<'a> {
    pub at_ms: i64,
    pub customer: &'a str,
    /// Index of the journey.
    pub journey: usize,
    /// Number of the instance; `None` where an entry was refused by a cooldown.
    pub instance: Option<u32>,
    pub kind: Kind<'a>,
    pub module: &'a Module,
    pub cx: &'a Context,
}

/// The kinds of effects.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'a> {
    Started,
    /// The instance named is the one that holds the place.
    Refused(Refusal),
    Finished {
        outcome: u32,
    },
    /// Somebody has stopped it, and its undo blocks are through.
    Cancelled,
    Failed {
        error: &'a str,
        file: &'a str,
        line: u32,
    },
    Send {
        message: MessageId,
        channel: ChannelId,
        content: RecordId,
        /// Address, content record, parameters: see `mir::Effect::Send`.
        args: &'a [u64],
        key: Key,
    },
    /// A send that leaves when the quiet hours end.
    Held {
        message: MessageId,
        channel: ChannelId,
        content: RecordId,
        /// As of a send.
        args: &'a [u64],
        key: Key,
        until_ms: i64,
    },
    Suppressed {
        message: MessageId,
        /// Why none of them took it, one for each.
        channels: &'a [ChannelId],
        reasons: &'a [u64],
        first_of: bool,
    },
    Profile {
        field: usize,
        word: u64,
    },
    /// A call has begun. Not an effect on the world; told for timelines.
    Calling {
        service: ServiceId,
        operation: OperationId,
        /// See `mir::Effect::Call`.
        args: &'a [u64],
    },
    /// A try of a call has failed, and there will be another. Told for timelines, too.
    TryFailed {
        service: ServiceId,
        operation: OperationId,
        why: &'a str,
        next_ms: i64,
    },
    /// A call has come to its end.
    Call {
        service: ServiceId,
        operation: OperationId,
        /// See `mir::Effect::Call`.
        args: &'a [u64],
        key: Key,
        /// How many there were.
        tries: u32,
        /// The answer where the operation gives one; or why there is none.
        answer: Result<Option<u64>, &'a str>,
    },
    Emit {
        event: EventId,
        payload: u64,
        broadcast: bool,
        key: Key,
    },
    /// It waits. Not an effect on the world; told for timelines.
    Paused {
        pause: u32,
        until_ms: Option<i64>,
    },
}

/// Why an entry was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Live,
    Cooldown,
}

impl Refusal {
    /// As it is written in effects.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Cooldown => "cooldown",
        }
    }
}

/// What makes a send the same send in every attempt: behind the instance's id, its step and the effect's place in that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub step: u32,
    pub index: usize,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.step, self.index)
    }
}

impl Effect<'_> {
    /// The journey's name.
    #[must_use]
    pub fn journey_name(&self) -> &str {
        self.module.journeys.get(self.journey).map_or("", |journey| &journey.name)
    }

    /// The id of an instance of the journey.
    #[must_use]
    pub fn instance_id(&self, number: u32) -> String {
        format!("{}/{}/{number}", self.journey_name(), self.customer)
    }

    /// The idempotency key of a send of the effect's instance.
    #[must_use]
    pub fn key(&self, key: Key) -> String {
        format!("{}/{key}", self.instance_id(self.instance.unwrap_or(0)))
    }
}

/// Why a send was suppressed, in one word.
#[must_use]
pub fn reason(reasons: &[u64], first_of: bool) -> &'static str {
    if first_of { UNREACHABLE } else { reasons.first().map_or(UNREACHABLE, |&word| reason_of(word)) }
}

/// The name of a channel's reason as the step gives it: a [`Suppression`] as a number.
#[must_use]
pub fn reason_of(word: u64) -> &'static str {
    Suppression::of(word).map_or(UNREACHABLE, Suppression::name)
}

/// Who is told of effects, in order.
pub trait Observer {
    /// An effect of a step that is committed.
    fn effect(&mut self, effect: &Effect<'_>);
}

/// Tells nobody.
#[derive(Debug, Default)]
pub struct Nobody;

impl Observer for Nobody {
    fn effect(&mut self, _: &Effect<'_>) {}
}
