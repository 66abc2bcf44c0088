//! How long something took, on a machine that does other things too.

use std::time::Instant;

/// Time that this thread ran on a processor, where the system tells that; else the time that went by.
pub struct Clock {
    started: Instant,
    ran_ns: Option<u64>,
}

impl Clock {
    /// Starts it.
    pub fn start() -> Self {
        Self { ran_ns: ran_ns(), started: Instant::now() }
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        match (self.ran_ns, ran_ns()) {
            (Some(before), Some(now)) => (now - before) as f64 / 1e9,
            _ => self.started.elapsed().as_secs_f64(),
        }
    }
}

fn ran_ns() -> Option<u64> {
    std::fs::read_to_string("/proc/self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}
