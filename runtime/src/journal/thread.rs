//! The journal on a thread of its own: the next batch is computed while the last one is written.
//!
//! The thread takes whatever is queued, writes it with one write, syncs once, and never waits for more.

use super::files::Journal;
use super::{Log, LogError, Position, frame};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Bytes that may be queued; whoever submits more waits.
const QUEUE_MAX: usize = 64 << 20;

/// Rings when the journal has become durable further, or has failed.
pub type Bell = Arc<dyn Fn() + Send + Sync>;

/// See the module. Dropping it writes what is queued.
#[derive(Debug)]
pub struct JournalThread {
    shared: Arc<Shared>,
    end: Position,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Something is queued.
    work: Condvar,
    /// Something has become durable, or has failed.
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: Vec<Vec<u8>>,
    queued: usize,
    /// Buffers to be used again.
    free: Vec<Vec<u8>>,
    trim: Option<Position>,
    durable: Position,
    failed: Option<LogError>,
    stop: bool,
}

impl JournalThread {
    /// Moves a journal to a new thread.
    ///
    /// # Errors
    /// Where the system has no thread left.
    pub fn start(journal: Journal, bell: Bell) -> std::io::Result<Self> {
        let end = journal.end();
        let shared = Arc::new(Shared::default());
        shared.lock().durable = end;
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("journal".into()).spawn(move || theirs.write(journal, &bell))?;
        Ok(Self { shared, end, thread: Some(thread) })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, mut journal: Journal, bell: &Bell) {
        let mut batches: Vec<Vec<u8>> = Vec::new();
        loop {
            let mut state = self.lock();
            let room = 8usize.saturating_sub(state.free.len());
            state.free.extend(batches.drain(..).take(room));
            while state.queue.is_empty() && state.trim.is_none() && !state.stop {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.queue.is_empty() && state.trim.is_none() {
                return;
            }
            std::mem::swap(&mut state.queue, &mut batches);
            state.queued = 0;
            let trim = state.trim.take();
            drop(state);
            let written = if batches.is_empty() { Ok(()) } else { journal.append(batches.iter().map(Vec::as_slice)).map(|_| ()) };
            let synced = written.and_then(|()| journal.sync());
            let mut state = self.lock();
            match synced {
                Ok(durable) => state.durable = durable,
                Err(error) => state.failed = Some(error),
            }
            let has_failed = state.failed.is_some();
            drop(state);
            self.done.notify_all();
            bell();
            if has_failed {
                return;
            }
            if let Some(Err(error)) = trim.map(|until| journal.trim(until)) {
                self.lock().failed = Some(error);
                self.done.notify_all();
                return;
            }
        }
    }
}

impl State {
    fn alive(&self) -> Result<(), LogError> {
        self.failed.clone().map_or(Ok(()), Err)
    }
}

impl Log for JournalThread {
    fn submit(&mut self, batch: &[u8]) -> Result<Position, LogError> {
        let mut state = self.shared.lock();
        while state.queued >= QUEUE_MAX && state.failed.is_none() {
            state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.alive()?;
        let mut buffer = state.free.pop().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(batch);
        state.queued += buffer.len();
        state.queue.push(buffer);
        drop(state);
        self.shared.work.notify_one();
        self.end.0 += (frame::HEAD + batch.len()) as u64;
        Ok(self.end)
    }

    fn durable(&mut self) -> Result<Position, LogError> {
        let state = self.shared.lock();
        state.alive().map(|()| state.durable)
    }

    fn wait(&mut self, until: Position) -> Result<(), LogError> {
        let mut state = self.shared.lock();
        while state.durable < until && state.failed.is_none() {
            state = self.shared.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.alive()
    }

    fn trim(&mut self, until: Position) -> Result<(), LogError> {
        let mut state = self.shared.lock();
        state.alive()?;
        state.trim = state.trim.max(Some(until));
        drop(state);
        self.shared.work.notify_one();
        Ok(())
    }
}

impl Drop for JournalThread {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.work.notify_one();
        if let Some(thread) = self.thread.take() {
            // It has told its error already.
            let _ = thread.join();
        }
    }
}
