//! A whole partition from one seed: engine, store, journal, clock, clients and services, over a disk that fails, tears and loses
//! power, in one thread.
//!
//! What survives is compared with a partition that is given the same in memory and never crashes. A failing seed is told; it is run
//! again, alone, by `SIMULATOR_SEED=N cargo test --workspace --test all simulator`.

mod outside;
mod random;
mod server;

use crate::support::{Compiled, compile};
use random::Random;
use server::Server;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seeds of a run of the tests.
const SEEDS: u64 = 10_000;

const PROGRAM: &str = r#"
event cart { id: String }
event paid { id: String }
event closing { why: String }
event odd { n: Int }
profile { email: String? }
channel email { address profile.email  cap 2 per 1h }
message hello(id: String) { email { subject: "Hello {id}", body: "-" } }
message receipt(id: String, price: Int) transactional { email { subject: "{id}", body: "{price}" } }
service shop { fn price(id: String) -> Int { GET "/price/{id}" timeout 20s retry 2 backoff 1s..4s } }
trait carts: Int = count(cart) over 1h

journey basket {
  enter on cart as c
  one per c.id
  cooldown 10s
  exit closed on closing
  var seen = 0
  loop {
    wait for any {
      on paid as p where p.id == c.id {
        undo { send hello("undone {c.id}") via email }
        let price = call shop.price(c.id) else 0
        if price > 5 { fail "too dear" }
        send receipt(c.id, price) via email
        emit odd { n: price }
        finish bought
      }
      after 30s { seen = seen + 1 }
    }
    send hello(c.id) via email
    if seen == 3 { finish lost }
  }
}

journey odds {
  enter on odd as o
  race {
    branch slow { wait 1m  finish slow }
    branch told { wait for paid  broadcast closing { why: "odd" }  finish told }
  }
}

journey keen {
  enter on segment keen_ones
  wait 5s
  send hello("keen") via email
  finish done
}
segment keen_ones = carts >= 3
"#;

/// Runs a seed: what must hold is asserted, with the seed.
fn simulate(compiled: &Compiled, seed: u64) {
    let mut random = Random::new(seed);
    let mut server = Server::new(compiled, seed);
    let steps = 20 + random.below(60);
    for _ in 0..steps {
        server.step(&mut random);
    }
    server.come_to_rest(&mut random);
    server.check_accounts();
    compare(compiled, &mut server);
}

/// What survived is what a partition comes to that was given the same and never crashed.
fn compare(compiled: &Compiled, server: &mut Server<'_>) {
    let seed = server.seed;
    let (customers, counters, effects) = server::in_memory(compiled, &server.turns);
    let found = server.customers();
    assert_eq!(found.keys().collect::<Vec<_>>(), customers.keys().collect::<Vec<_>>(), "seed {seed}: customers");
    for (key, customer) in &customers {
        assert_eq!(&found[key], customer, "seed {seed}: customer {key}");
    }
    assert_eq!(server.counters(), counters, "seed {seed}: counters");
    // At least once, always the same, and nothing that was not committed.
    let heard: BTreeSet<&str> = server.outside.heard.iter().map(String::as_str).collect();
    let committed: BTreeSet<&str> = effects.lines().collect();
    let never: Vec<_> = committed.difference(&heard).collect();
    assert!(never.is_empty(), "seed {seed}: the outside has never heard {never:#?}");
    let wrongly: Vec<_> = heard.difference(&committed).collect();
    assert!(wrongly.is_empty(), "seed {seed}: the outside has heard what was not committed: {wrongly:#?}");
    let mut sends: BTreeMap<String, &str> = BTreeMap::new();
    for line in heard {
        let effect: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(key) = effect["key"].as_str().filter(|_| effect["kind"] == "send") {
            assert_eq!(sends.insert(key.to_owned(), line), None, "seed {seed}: two sends have the key {key}");
        }
    }
}

#[test]
fn whatever_crashes_nothing_acknowledged_is_lost_and_each_step_counts_once() {
    let compiled = compile(PROGRAM);
    if let Some(seed) = std::env::var("SIMULATOR_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return simulate(&compiled, seed);
    }
    let next = AtomicU64::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&seed| seed < SEEDS) {
                    let simulated = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| simulate(&compiled, seed)));
                    if simulated.is_err() {
                        failed.lock().unwrap().push(seed);
                        next.fetch_add(SEEDS, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "run them again, each alone, by SIMULATOR_SEED=N: {failed:?}");
}
