//! How fast `run` is in memory: events a second over the cart example, and whether the cost of an event stays the
//! same from 10⁴ to 10⁶ events and from 10³ to 10⁵ customers.
//!
//! `cargo bench -p journey-runtime --bench run`
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run ends")]

use journey_compiler::{Backend, analysis, project};
use journey_runtime::store::MemoryStore;
use journey_runtime::{Input, Options};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/cart_recovery");
    let project = project::load(Some(&path)).expect("the example is there");
    let program = Arc::new(analysis::analyse(&project).build(Backend::Machine).expect("the example compiles"));
    let sources = Arc::new(project.sources);
    let time = |events: usize, customers: usize| {
        let lines = events_of(events, customers);
        let started = Clock::start();
        let inputs = vec![Input::new("bench", lines.as_bytes())];
        let mut store = MemoryStore::new();
        let summary = journey_runtime::run(&program, &sources, &Options::default(), inputs, &mut store, None, &mut |_| {})
            .expect("memory does not fail");
        let seconds = started.seconds();
        assert_eq!(summary.events.read, events as u64);
        assert!(summary.events.rejected == 0 && summary.adds_up(), "{:?}", summary.rejected.first());
        let parsed = envelope_seconds(&lines);
        println!(
            "{events:>9} events, {customers:>7} customers: {:>9.0} events/s, {:>5.0} ns an event, {:.1} times as long as reading the JSON alone; {} started, {} live",
            events as f64 / seconds,
            seconds * 1e9 / events as f64,
            seconds / parsed,
            summary.journeys["cart_recovery"].started,
            summary.journeys["cart_recovery"].live,
        );
        seconds / events as f64
    };
    time(100_000, 10_000);
    let small = time(10_000, 1_000);
    let large = time(1_000_000, 10_000);
    println!("from 10⁴ to 10⁶ events: {:.2} times the cost of an event", large / small);
    let few = time(1_000_000, 1_000);
    let many = time(1_000_000, 100_000);
    println!("from 10³ to 10⁵ customers: {:.2} times the cost of an event", many / few);
}

/// Reading every line as JSON, for comparison in the same run.
fn envelope_seconds(lines: &str) -> f64 {
    let started = Clock::start();
    let read: usize = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap().as_object().unwrap().len()).sum();
    assert!(read > 0);
    started.seconds()
}

/// Time that this process ran on a processor, where the system tells that; else the time that went by.
struct Clock {
    started: Instant,
    ran_ns: Option<u64>,
}

impl Clock {
    fn start() -> Self {
        Self { ran_ns: ran_ns(), started: Instant::now() }
    }

    fn seconds(&self) -> f64 {
        match (self.ran_ns, ran_ns()) {
            (Some(before), Some(now)) => (now - before) as f64 / 1e9,
            _ => self.started.elapsed().as_secs_f64(),
        }
    }
}

fn ran_ns() -> Option<u64> {
    std::fs::read_to_string("/proc/self/schedstat").ok()?.split_whitespace().next()?.parse().ok()
}

/// Carts are filled, changed, bought and left behind; a tenth of the events are of types that no journey reads. A
/// customer comes about once a day, whatever the number of customers and events.
fn events_of(events: usize, customers: usize) -> String {
    let mut lines = String::with_capacity(events * 220);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |bound: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % bound as u64).unwrap()
    };
    let mut carts = vec![0usize; customers];
    let mut at_ms = 1_767_225_600_000_i64;
    for n in 0..events {
        at_ms += 86_400_000 / i64::try_from(customers).unwrap();
        let customer = next(customers);
        let time = journey_compiler::machine::text::format_time(at_ms);
        let action = next(100);
        if action < 20 {
            carts[customer] += 1;
        }
        let cart = carts[customer];
        let (kind, data) = match action {
            95.. => {
                ("profile", format!("{{\"first_name\":\"Ann\",\"email\":\"c{customer}@example.com\",\"consent\":{{\"marketing\":true}}}}"))
            }
            85..95 => ("shop.page.viewed", "{\"page\":\"/home\"}".to_owned()),
            70..85 => ("shop.order.placed", format!("{{\"cart_id\":\"c{customer}-{cart}\",\"items\":2}}")),
            _ => (
                "shop.cart.updated",
                format!("{{\"cart_id\":\"c{customer}-{cart}\",\"items\":{},\"platform\":\"mobile\",\"total\":80.00}}", next(5) + 1),
            ),
        };
        let _ = writeln!(
            lines,
            "{{\"specversion\":\"1.0\",\"id\":\"e{n}\",\"source\":\"shop\",\"type\":\"{kind}\",\"time\":\"{time}\",\"subject\":\"customer-{customer}\",\"data\":{data}}}"
        );
    }
    lines
}
