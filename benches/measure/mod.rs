//! Measuring inside one run: the least of many, and what two of them make as a ratio.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long `work` takes: the least of as many runs as fit into about `limit`, and of so many at least.
pub fn least<T>(limit: Duration, runs_min: usize, mut work: impl FnMut() -> T) -> Duration {
    let (begun, mut least, mut runs) = (Instant::now(), Duration::MAX, 0);
    while runs < runs_min || begun.elapsed() < limit {
        let start = Instant::now();
        black_box(work());
        least = least.min(start.elapsed());
        runs += 1;
    }
    least
}

/// The least times of several pieces of work that take turns, so that all see the machine as busy as it is.
pub fn side_by_side<const N: usize>(limit: Duration, work: &mut [&mut dyn FnMut() -> u64; N]) -> [Duration; N] {
    let (begun, mut least, mut runs) = (Instant::now(), [Duration::MAX; N], 0);
    while runs < 5 || begun.elapsed() < limit {
        for (least, work) in least.iter_mut().zip(&mut *work) {
            let start = Instant::now();
            black_box(work());
            *least = (*least).min(start.elapsed());
        }
        runs += 1;
    }
    least
}

/// Prints a figure with its limit, and whether it keeps it.
pub fn figure(what: &str, detail: &str, value: f64, limit: Limit) {
    let (word, bound, kept) = match limit {
        Limit::AtMost(bound) => ("at most", bound, value <= bound),
        Limit::AtLeast(bound) => ("at least", bound, value >= bound),
    };
    println!("{} {what}: {value:.2} ({word} {bound}) {detail}", if kept { "PASS" } else { "FAIL" });
}

/// What is asked of a figure.
#[derive(Clone, Copy)]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
}
