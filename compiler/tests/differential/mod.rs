//! Machine code against the interpreter, on programs that are written at random: status, pause, frame, deadlines,
//! effects, fuel and heap must be the same after every call, whatever a program computes and wherever it faults.

mod journeys;
mod pair;
pub mod program;
pub mod random;
mod values;

use journey_compiler::{Severity, Sources, check, hir, lower, mir, parse};
use pair::{Pair, Tally};
use random::Random;
use std::sync::atomic::{AtomicU64, Ordering};

/// Programs that the test writes.
const PROGRAMS: u64 = 10_000;

/// A program that was understood.
struct Compiled {
    hir: hir::Program,
    module: mir::Module,
}

/// From source to MIR; else what is wrong with it.
fn compile(source: &str) -> Result<Compiled, String> {
    let mut sources = Sources::default();
    let file = sources.add("generated.journey", source);
    let (ast, mut diagnostics) = parse::parse(&sources, file);
    let (hir, found) = check::check(&[ast]);
    diagnostics.extend(found);
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    match diagnostics.first() {
        None => Ok(Compiled { module: lower::lower(&hir), hir }),
        Some(first) => {
            let at = sources.start(first.primary.span);
            let text = sources.text(first.primary.span);
            Err(format!("{} {} at {}:{}: {text}", first.code, first.message, at.line, at.column))
        }
    }
}

/// Writes, compiles and runs the program of a seed; `Err` if the compiler refused it.
fn check_seed(seed: u64, tally: &mut Tally) -> Result<(), String> {
    let source = program::source(seed);
    let compiled = compile(&source)?;
    let mut random = Random::new(!seed);
    let mut pair = Pair::new(&compiled, seed, &source);
    pair.functions(&compiled, &mut random);
    journeys::run(&mut pair, &mut random);
    tally.add(&pair.tally);
    Ok(())
}

/// Runs the seeds on all processors. What was refused, and what all runs came to.
fn check_seeds(seeds: std::ops::Range<u64>) -> (Vec<(u64, String)>, Tally) {
    let next = AtomicU64::new(seeds.start);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || {
        let (mut refused, mut tally) = (Vec::new(), Tally::default());
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return (refused, tally);
            }
            if let Err(why) = check_seed(seed, &mut tally) {
                refused.push((seed, why));
            }
        }
    };
    let results = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let (mut refused, mut tally) = (Vec::new(), Tally::default());
    for (some, part) in results {
        refused.extend(some);
        tally.add(&part);
    }
    (refused, tally)
}

#[test]
fn machine_code_does_what_the_interpreter_does() {
    // Of one seed alone: JOURNEY_SEED=17 cargo test -p journey-compiler differential
    let seeds = match std::env::var("JOURNEY_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..PROGRAMS,
    };
    let count = seeds.end - seeds.start;
    let (refused, tally) = check_seeds(seeds);
    println!("{tally:#?}");
    for (seed, why) in refused.iter().take(20) {
        println!("seed {seed} was refused: {why}");
    }
    assert!(refused.len() as u64 * 100 <= count, "{} of {count} programs were refused", refused.len());
    // What was never reached was not compared.
    assert!(count < 100 || tally.is_broad(), "{tally:#?}");
}
