//! How fast `run` is over the stream of `examples/cart_recovery`, scaled up, and what a sleeping instance weighs.
//! On one thread, in memory, from lines of JSON to the summary. Costs are compared within one run of the benchmark.
//!
//! `cargo bench --bench run`
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark that cannot run has nothing to tell")]

#[path = "support/clock.rs"]
mod clock;
#[path = "support/scale.rs"]
mod scale;

use clock::Clock;
use journey_compiler::{Backend, Program, Sources, analysis, project};
use journey_runtime::store::MemoryStore;
use journey_runtime::{Input, Options, Summary};
use std::path::Path;
use std::sync::Arc;

/// The best of so many runs counts: what disturbs a run only ever makes it slower.
const RUNS: usize = 3;

struct Example {
    program: Arc<Program>,
    sources: Arc<Sources>,
    recorded: String,
}

impl Example {
    /// The same with a stream that has no event but those that the program declares; most of the recorded ones are others.
    fn only_declared(&self) -> Self {
        let wires = self.program.module.events.iter().map(|event| event.wire.as_str()).chain(["profile"]);
        let marks: Vec<String> = wires.map(|wire| format!("\"type\":\"{wire}\"")).collect();
        let is_declared = |line: &&str| marks.iter().any(|mark| line.contains(mark));
        let recorded = self.recorded.split_inclusive('\n').filter(is_declared).collect();
        Self { program: Arc::clone(&self.program), sources: Arc::clone(&self.sources), recorded }
    }
}

fn main() {
    let example = load();
    let ten_thousand = told(&example, 10_000, 1_000);
    let hundred_thousand = told(&example, 100_000, 10_000);
    let million = told(&example, 1_000_000, 10_000);
    println!("reach: 300,000 events/s at 1,000,000 events: {:.2} of it", 1e9 / million / 300_000.0);
    println!(
        "cost of an event at 10^5 and 10^6 events, as parts of that at 10^4: {:.2} {:.2}",
        hundred_thousand / ten_thousand,
        million / ten_thousand
    );

    let read_by_journeys = example.only_declared();
    let declared = told(&read_by_journeys, 1_000_000, 10_000);
    println!("the same of events that the program declares alone: {:.2} of the reach", 1e9 / declared / 300_000.0);

    let few = told(&example, 1_000_000, 1_000);
    let many = told(&example, 1_000_000, 100_000);
    println!("cost of an event at 10^4 and 10^5 customers, as parts of that at 10^3: {:.2} {:.2}", million / few, many / few);

    sleeping(&example);
}

fn load() -> Example {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cart_recovery");
    let project = project::load(Some(&folder)).unwrap();
    let program = analysis::analyse(&project).build(Backend::Machine).expect("the example compiles");
    let recorded = std::fs::read_to_string(folder.join("events.ndjson")).unwrap();
    Example { program: Arc::new(program), sources: Arc::new(project.sources), recorded }
}

/// Measures and prints; gives nanoseconds an event.
fn told(example: &Example, events: usize, customers: usize) -> f64 {
    let lines = scale::scale(&example.recorded, events, customers);
    let best = (0..RUNS).map(|_| timed(example, &lines, events)).fold(f64::INFINITY, f64::min);
    let json = (0..RUNS).map(|_| json_alone(&lines)).fold(f64::INFINITY, f64::min);
    let each = best * 1e9 / events as f64;
    println!(
        "{events:>9} events of {customers:>6} customers: {:>9.0} events/s, {each:>5.0} ns each, {:.1} times as long as reading the JSON alone",
        1e9 / each,
        best / json,
    );
    each
}

/// Seconds.
fn timed(example: &Example, lines: &[u8], events: usize) -> f64 {
    let mut store = MemoryStore::new();
    let begin = Clock::start();
    let summary = run(example, lines, &mut store);
    let taken = begin.seconds();
    assert_eq!(
        (summary.events.read, summary.events.rejected),
        (events as u64, 0),
        "the scaled stream is taken whole: {:?}",
        summary.rejected.first()
    );
    taken
}

/// Seconds that it takes to read every line as JSON, for comparison.
fn json_alone(lines: &[u8]) -> f64 {
    let begin = Clock::start();
    let read = lines.split(|&byte| byte == b'\n').filter(|line| serde_json::from_slice::<serde_json::Value>(line).is_ok()).count();
    assert!(read > 0, "the scaled stream is JSON");
    begin.seconds()
}

fn run(example: &Example, lines: &[u8], store: &mut MemoryStore) -> Summary {
    let options = Options::default();
    let inputs = vec![Input::new("scaled", lines)];
    journey_runtime::run(&example.program, &example.sources, &options, inputs, store, None, &mut |_| {}).expect("memory takes it")
}

/// What the instances that sleep in the midst of the recorded stream add to their customers' records.
fn sleeping(example: &Example) {
    let half = example.recorded.lines().count() / 2;
    let lines: String = example.recorded.split_inclusive('\n').take(half).collect();
    let mut store = MemoryStore::new();
    run(example, lines.as_bytes(), &mut store);
    let mut sizes = Vec::new();
    for customer in store.customers() {
        let mut without = customer.clone();
        without.instances.clear();
        let bytes = |customer: &journey_runtime::customer::Customer| {
            let mut out = Vec::new();
            customer.encode(&mut out).unwrap();
            out.len()
        };
        let before = bytes(&without);
        for instance in &customer.instances {
            without.instances = vec![instance.clone()];
            sizes.push(bytes(&without) - before);
        }
    }
    let most = sizes.iter().max().expect("instances sleep");
    let mean = sizes.iter().sum::<usize>() as f64 / sizes.len() as f64;
    println!("a sleeping instance: {mean:.0} bytes in the store, {most} at most ({} of them; reach: under 200)", sizes.len());
}
