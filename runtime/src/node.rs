//! The partitions of a server, one thread each, and how inputs come to them.
//!
//! A customer's partition follows from its key: keys map to [`SLOTS`] hash slots, slots to partitions. Queues are bounded: what cannot
//! be taken is refused at once.

mod queue;
mod worker;

pub use queue::{Refused, Reply};
pub use worker::Sink;

use crate::partition::{Input, Options, Outcome, Partition};
use crate::store::{Store, StoreError};
use crate::wire::envelope;
use journey_compiler::{Program, Sources};
use queue::Queue;
use std::hash::Hasher;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Hash slots of customers' keys.
pub const SLOTS: u64 = 1_024;

/// See the module. Dropping it takes no more inputs, does what is queued, and waits until that is durable.
#[derive(Debug)]
pub struct Node {
    queues: Vec<Arc<Queue>>,
    threads: Vec<JoinHandle<()>>,
}

/// Rings a partition's bell: to be given to its journal.
#[derive(Debug, Clone)]
pub struct Bell(Arc<Queue>);

impl Bell {
    /// A bell for a partition that is still to be started.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Queue::default()))
    }

    /// Wakes the partition: something has become durable.
    pub fn ring(&self) {
        self.0.ring();
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}

/// A partition's store, its bell, and where its effects go.
#[derive(Debug)]
pub struct Part<S, K> {
    pub store: S,
    pub bell: Bell,
    pub sink: K,
}

/// The slot of a customer.
#[must_use]
pub fn slot(customer: &str) -> u64 {
    // FNV-1a of Fowler, Noll and Vo: stable across versions and machines, as the slot of a stored customer must be.
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.write(customer.as_bytes());
    hasher.finish() % SLOTS
}

struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        // The low bits alone are too alike for keys that differ in their last digit.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Node {
    /// Starts the partitions.
    ///
    /// # Errors
    /// Where a store cannot be read, or the system has no thread left.
    pub fn start<S: Store + Send + 'static, K: Sink + 'static>(
        program: &Arc<Program>,
        sources: &Arc<Sources>,
        options: Options,
        parts: Vec<Part<S, K>>,
    ) -> Result<Self, StoreError> {
        let mut node = Self { queues: Vec::new(), threads: Vec::new() };
        for (number, part) in parts.into_iter().enumerate() {
            let partition = Partition::new(program, sources, options, part.store)?;
            let queue = part.bell.0;
            let worker = worker::Worker::new(partition, Arc::clone(&queue), part.sink);
            let thread = std::thread::Builder::new().name(format!("partition {number}")).spawn(move || worker.run());
            node.threads.push(thread.map_err(|error| StoreError::Failed(format!("a thread cannot be started: {error}")))?);
            node.queues.push(queue);
        }
        Ok(node)
    }

    /// Hands over an event; `reply` is told what became of it once that is durable. An event without a customer goes to all
    /// partitions, and what became of it in the first is told.
    ///
    /// # Errors
    /// Why it is refused: then `reply` is never called.
    pub fn submit(&self, text: Box<str>, reply: Reply) -> Result<(), Refused> {
        let subject = envelope::parse(&text).ok().map(|envelope| envelope.subject.map(|subject| self.partition_of(&subject)));
        match subject {
            Some(Some(partition)) => self.push(partition, text, reply),
            // What cannot be read is rejected by the first, too.
            None => self.push(0, text, reply),
            Some(None) => {
                for partition in 1..self.queues.len() {
                    self.push(partition, text.clone(), Box::new(|_| ()))?;
                }
                self.push(0, text, reply)
            }
        }
    }

    /// Hands over the reply to a try of a call.
    ///
    /// # Errors
    /// Why it is refused; it may be handed over again.
    pub fn answer(&self, customer: &str, key: Box<str>, attempt: u32, result: Result<String, String>) -> Result<(), Refused> {
        let Some(queue) = self.queues.get(self.partition_of(customer)) else { return Err(Refused::Stopping) };
        queue.push(Input::Reply { customer: customer.into(), key, attempt, result }, None)
    }

    /// Why the node cannot go on; `None` while it can.
    #[must_use]
    pub fn failed(&self) -> Option<String> {
        self.queues.iter().find_map(|queue| queue.failed())
    }

    /// Takes no more inputs.
    pub fn stop(&self) {
        self.queues.iter().for_each(|queue| queue.stop());
    }

    /// Waits until all partitions have ended.
    pub fn join(&mut self) {
        for thread in self.threads.drain(..) {
            // A panic of a partition has been told by then.
            let _ = thread.join();
        }
    }

    fn partition_of(&self, customer: &str) -> usize {
        let count = self.queues.len().max(1) as u64;
        usize::try_from(slot(customer) * count / SLOTS).unwrap_or(0)
    }

    fn push(&self, partition: usize, text: Box<str>, reply: Reply) -> Result<(), Refused> {
        let Some(queue) = self.queues.get(partition) else { return Err(Refused::Stopping) };
        queue.push(Input::Event { ticket: 0, text }, Some(reply))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop();
        self.join();
    }
}

/// What an event has come to, for [`Reply`].
pub type Told = Result<Outcome, String>;
