//! How an instance sleeps.

use crate::support::{compile, compile_example, event};
use journey_runtime::customer::Customer;
use journey_runtime::run::WriterSink;
use journey_runtime::store::MemoryStore;
use journey_runtime::{Input, Options};
use std::sync::Arc;

fn customers(compiled: &crate::support::Compiled, lines: &str) -> Vec<Customer> {
    let mut store = MemoryStore::new();
    let inputs = vec![Input::new("events", lines.as_bytes())];
    let mut sink = WriterSink(std::io::sink());
    let options = Options::default();
    journey_runtime::run(&compiled.program, &compiled.sources, &options, inputs, &mut store, Some(&mut sink), &mut |_| {}).unwrap();
    store.customers().to_vec()
}

fn bytes(customer: &Customer) -> Vec<u8> {
    let mut out = Vec::new();
    customer.encode(&mut out).unwrap();
    out
}

#[test]
fn a_sleeping_instance_of_the_example_takes_less_than_200_bytes() {
    let cart = |id: &str| {
        event(id, "shop.cart.updated", "ann", "01:00:00", &format!(r#"{{"cart_id": "cart-000{id}", "items": 3, "platform": "mobile"}}"#))
    };
    let example = compile_example("cart_recovery");
    let one = bytes(&customers(&example, &cart("1"))[0]).len();
    let two = bytes(&customers(&example, &(cart("1") + &cart("2")))[0]).len();
    // An instance, and the id of the event that started it.
    assert!(two - one < 100, "{} bytes", two - one);
    assert!(one < 200, "{one} bytes with the customer");
}

#[test]
fn a_customers_record_gives_back_what_was_written() {
    let program = compile(
        r#"
        event go { n: Int, text: String, tags: List<String> = [] }
        profile { visits: Int = 0, name: String? }
        journey a { enter on go as g  unlimited  cooldown 1d  profile.visits = g.n  wait 1h  fail "no {g.text}" }
        journey b { enter on go as g  one per g.n  wait for any { on go as o where o.text == g.text { } after 2h { } after 1h { } } }
        "#,
    );
    let go = |id: &str, time: &str, n: i64| event(id, "go", "ann", time, &format!(r#"{{"n": {n}, "text": "t{n}", "tags": ["x", "é"]}}"#));
    let lines = go("1", "01:00:00", 7)
        + &go("2", "01:30:00", -1)
        + &go("3", "05:00:00", 3)
        + &event("4", "profile", "ann", "06:00:00", r#"{"name": "Ann"}"#);
    let customer = customers(&program, &lines).remove(0);
    assert!(customer.instances.len() > 2 && customer.instances.iter().any(|instance| !instance.is_live()), "{customer:?}");
    let written = bytes(&customer);
    let read = Customer::decode(Arc::clone(&customer.key), &written).unwrap();
    assert_eq!(read, customer);
    assert_eq!(bytes(&read), written);
}

#[test]
fn a_damaged_record_is_told_and_never_panics() {
    let example = compile_example("cart_recovery");
    let lines = event("1", "shop.cart.updated", "ann", "01:00:00", r#"{"cart_id": "c1", "items": 3, "platform": "mobile"}"#);
    let written = bytes(&customers(&example, &lines)[0]);
    for cut in 0..written.len() {
        assert!(Customer::decode(Arc::from("ann"), &written[..cut]).is_err(), "cut at {cut}");
    }
    for at in 0..written.len() {
        for bit in 0..8 {
            let mut damaged = written.clone();
            damaged[at] ^= 1 << bit;
            // The checksum of the store tells; here it must only not panic.
            let _ = Customer::decode(Arc::from("ann"), &damaged);
        }
    }
}
