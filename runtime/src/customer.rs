//! The customer: one record, read, changed and written as one.

use crate::traits;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;

mod instance;
mod outreach;
mod seen;

pub use instance::{Busy, Call, Chosen, Ending, Failure, Fiber, Instance, KEPT_MAX, Kept, Parent, Undo};
pub use outreach::{Held, Outreach};
pub use seen::{Seen, event_hash};

/// All that is known of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Not part of the record: the record stands under it.
    #[serde(skip, default = "no_key")]
    pub key: Arc<str>,
    /// Those fields of the profile that are not at their defaults: see [`crate::engine::profile`].
    pub profile: Vec<u8>,
    /// By which of the store's schemas of the profile they are written.
    pub profile_schema: u32,
    /// The moment of the last step; no later one is earlier.
    pub last_step_ms: Option<i64>,
    /// What is kept of each trait that an event has changed.
    pub traits: Vec<traits::Kept>,
    /// The ways into journeys that no event opens.
    pub ways: Vec<Way>,
    /// Live and failed ones, in the order in which they started.
    pub instances: Vec<Instance>,
    /// Keys that may not enter again yet.
    pub cooldowns: Vec<Cooldown>,
    /// What caps count and quiet hours hold.
    pub outreach: Outreach,
    /// Ids of events within the dedupe window.
    pub seen: Seen,
    /// How many instances there have been; the last one's number.
    pub started: u32,
    /// Numbers the pauses in the order in which they began.
    pub armed: u64,
    /// Whether an instance has a timer, as far as it was counted.
    pub waits: bool,
    /// The due time under which the customer stands in the index of timers: its earliest deadline, or earlier.
    pub indexed_ms: Option<i64>,
}

fn no_key() -> Arc<str> {
    Arc::from("")
}

/// A way into a journey that no event opens, as it stands with a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Hash of what it waits for: see [`journey_compiler::mir::Standing`].
    pub meaning: u64,
    /// Whether the customer is in its segment.
    pub inside: bool,
    /// The next instant of its schedule, or the next at which time alone can change its segment.
    pub next_ms: Option<i64>,
}

impl Way {
    /// A way of which nothing is known yet.
    #[must_use]
    pub fn new(meaning: u64) -> Self {
        Self { meaning, inside: false, next_ms: None }
    }
}

/// A key that may not enter again yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cooldown {
    pub edition: u32,
    pub key: Option<SmolStr>,
    /// From this instant on it may.
    pub until_ms: i64,
}

impl Customer {
    /// A customer of whom nothing is known yet.
    #[must_use]
    pub fn new(key: Arc<str>) -> Self {
        Self {
            key,
            profile: Vec::new(),
            profile_schema: 0,
            last_step_ms: None,
            traits: Vec::new(),
            ways: Vec::new(),
            instances: Vec::new(),
            cooldowns: Vec::new(),
            outreach: Outreach::default(),
            seen: Seen::default(),
            started: 0,
            armed: 0,
            waits: false,
            indexed_ms: None,
        }
    }

    /// Appends the record to `out`.
    ///
    /// # Errors
    /// None that data can cause; a defect of the encoder.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), postcard::Error> {
        let taken = std::mem::take(out);
        *out = postcard::to_extend(self, taken)?;
        Ok(())
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Bytes that are no record.
    pub fn decode(key: Arc<str>, bytes: &[u8]) -> Result<Self, postcard::Error> {
        let (mut customer, rest) = postcard::take_from_bytes::<Self>(bytes)?;
        if !rest.is_empty() {
            return Err(postcard::Error::DeserializeUnexpectedEnd);
        }
        customer.key = key;
        Ok(customer)
    }

    /// The moment of a step about something stamped `at_ms`.
    #[must_use]
    pub fn now_ms(&self, at_ms: i64) -> i64 {
        self.last_step_ms.map_or(at_ms, |last| last.max(at_ms))
    }

    /// The earliest instant at which time sets something going.
    #[must_use]
    pub fn due_ms(&self) -> Option<i64> {
        let ways = self.ways.iter().filter_map(|way| way.next_ms);
        self.waits_until_ms().into_iter().chain(ways).min()
    }

    /// The earliest instant for which a live instance waits, or end of a held send's quiet hours.
    #[must_use]
    pub fn waits_until_ms(&self) -> Option<i64> {
        let held = self.outreach.first_held().map(|(due_ms, ..)| due_ms);
        let instances = self.instances.iter().flat_map(|instance| [instance.due_ms(), instance.judged_ms()]);
        instances.flatten().chain(held).min()
    }

    /// Under which due time the customer must stand in the index, where that is another than it does. A row that is too
    /// early is left: it is put right when it comes up, which is rarer than a deadline that moves on.
    #[must_use]
    pub fn index_change(&self) -> Option<i64> {
        let due = self.due_ms()?;
        (self.indexed_ms.is_none_or(|indexed| due < indexed)).then_some(due)
    }

    /// Where an instance stands, by its number.
    #[must_use]
    pub fn place_of(&self, number: u32) -> Option<usize> {
        self.instances.iter().position(|instance| instance.number == number)
    }
}
