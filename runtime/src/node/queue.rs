//! What waits for a partition, bounded.

use super::Told;
use crate::partition::{Input, TURN_INPUTS};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Inputs that wait at most.
const INPUTS_MAX: usize = 4 * TURN_INPUTS;
/// Bytes of their texts at most.
const BYTES_MAX: usize = 64 << 20;

/// Told what became of an event when that is durable, or why nobody knows.
pub type Reply = Box<dyn FnOnce(Told) + Send>;

/// Why an input was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("too much is waiting already; send it again in a moment")]
    Full,
    #[error("the server is stopping")]
    Stopping,
    #[error("the server cannot go on: {0}")]
    Failed(String),
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    inputs: VecDeque<(Input, Option<Reply>)>,
    bytes: usize,
    rung: bool,
    stopping: bool,
    failed: Option<String>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("inputs", &self.inputs.len()).field("stopping", &self.stopping).finish_non_exhaustive()
    }
}

/// What a partition has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Something has come, has become durable, or may be due.
    Go,
    /// Nothing more will come.
    Stop,
}

fn bytes(input: &Input) -> usize {
    match input {
        Input::Event { text, .. } => text.len(),
        Input::Reply { result: Ok(text) | Err(text), .. } => text.len(),
    }
}

impl Queue {
    pub fn push(&self, input: Input, reply: Option<Reply>) -> Result<(), Refused> {
        let mut state = self.lock();
        if let Some(why) = &state.failed {
            return Err(Refused::Failed(why.clone()));
        }
        if state.stopping {
            return Err(Refused::Stopping);
        }
        if state.inputs.len() >= INPUTS_MAX || state.bytes >= BYTES_MAX {
            return Err(Refused::Full);
        }
        state.bytes += bytes(&input);
        state.inputs.push_back((input, reply));
        drop(state);
        self.bell.notify_one();
        Ok(())
    }

    /// Waits for something to do, so long at most, and takes the inputs that wait.
    pub fn take(&self, into: &mut VecDeque<Input>, replies: &mut VecDeque<Reply>, longest: Option<Duration>) -> Work {
        let mut state = self.lock();
        let is_idle = |state: &mut State| state.inputs.is_empty() && !state.rung && !state.stopping;
        state = match longest {
            Some(longest) => self.bell.wait_timeout_while(state, longest, is_idle).unwrap_or_else(PoisonError::into_inner).0,
            None => self.bell.wait_while(state, is_idle).unwrap_or_else(PoisonError::into_inner),
        };
        state.rung = false;
        let count = state.inputs.len().min(TURN_INPUTS.saturating_sub(into.len()));
        let taken: VecDeque<_> = state.inputs.drain(..count).collect();
        let work = if state.stopping && state.inputs.is_empty() && taken.is_empty() { Work::Stop } else { Work::Go };
        for (input, reply) in taken {
            state.bytes = state.bytes.saturating_sub(bytes(&input));
            replies.extend(reply);
            into.push_back(input);
        }
        work
    }

    pub fn ring(&self) {
        self.lock().rung = true;
        self.bell.notify_one();
    }

    pub fn stop(&self) {
        self.lock().stopping = true;
        self.bell.notify_one();
    }

    /// Nothing is taken any more, and what waits is told why.
    pub fn fail(&self, why: &str) {
        let mut state = self.lock();
        state.failed = Some(why.to_owned());
        let waiting = std::mem::take(&mut state.inputs);
        drop(state);
        for (_, reply) in waiting {
            if let Some(reply) = reply {
                reply(Err(why.to_owned()));
            }
        }
    }

    pub fn failed(&self) -> Option<String> {
        self.lock().failed.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
