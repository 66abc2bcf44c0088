//! The thread of a partition.

use super::queue::{Queue, Reply, Work};
use crate::journal::Position;
use crate::partition::{Input, Partition, Released};
use crate::store::{Store, StoreError};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far ahead the next timer is looked for.
const AHEAD_MS: i64 = 60_000;

/// Where effects go that are durable.
pub trait Sink: Send {
    /// Takes lines of effects, and of tries of calls, of commits up to `end`.
    ///
    /// # Errors
    /// Where it cannot: then the partition must not go on.
    fn effects(&mut self, lines: String, end: Position) -> Result<(), StoreError>;

    /// Up to where what it was given lasts: it need not be given that again after a crash.
    fn safe(&self) -> Position;
}

/// See the module.
pub(super) struct Worker<S, K> {
    partition: Partition<S>,
    queue: Arc<Queue>,
    sink: K,
    inputs: VecDeque<Input>,
    /// Of the events that were taken, in their order.
    replies: VecDeque<Reply>,
}

impl<S: Store, K: Sink> Worker<S, K> {
    pub fn new(partition: Partition<S>, queue: Arc<Queue>, sink: K) -> Self {
        Self { partition, queue, sink, inputs: VecDeque::new(), replies: VecDeque::new() }
    }

    pub fn run(mut self) {
        if let Err(error) = self.turns() {
            let why = error.to_string();
            self.queue.fail(&why);
            for reply in self.replies.drain(..) {
                reply(Err(why.clone()));
            }
        }
    }

    fn turns(&mut self) -> Result<(), StoreError> {
        let mut more = true;
        loop {
            let longest = if more { Some(Duration::ZERO) } else { self.until_due()? };
            let work = self.queue.take(&mut self.inputs, &mut self.replies, longest);
            if work == Work::Stop && self.inputs.is_empty() && !more {
                let last = self.partition.settle()?;
                return self.release(last);
            }
            more = self.partition.turn(now_ms(), &mut self.inputs)? && work == Work::Go;
            let released = self.partition.released()?;
            self.release(released)?;
        }
    }

    fn release(&mut self, released: Released) -> Result<(), StoreError> {
        if !released.effects.is_empty() {
            self.sink.effects(released.effects, released.end)?;
        }
        self.partition.handed_on(self.sink.safe().min(released.end));
        for (_, outcome) in released.outcomes {
            if let Some(reply) = self.replies.pop_front() {
                reply(Ok(outcome));
            }
        }
        Ok(())
    }

    fn until_due(&mut self) -> Result<Option<Duration>, StoreError> {
        let now_ms = now_ms();
        let due_ms = self.partition.next_due(now_ms.saturating_add(AHEAD_MS))?;
        let wait_ms = due_ms.map_or(AHEAD_MS, |due_ms| due_ms.saturating_sub(now_ms).clamp(0, AHEAD_MS));
        Ok(Some(Duration::from_millis(wait_ms.unsigned_abs())))
    }
}

/// The time by the wall clock.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
