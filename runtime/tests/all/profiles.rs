//! A profile that a changed program reads.

use crate::support::{Compiled, compile};
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::customer::Customer;
use journey_runtime::effect::lines::Lines;
use journey_runtime::engine::{Engine, profile::Schema};
use std::sync::Arc;

fn engine(compiled: &Compiled, known: &[Schema]) -> Engine {
    Engine::new(Arc::clone(&compiled.program), Arc::clone(&compiled.sources), BUDGET_DEFAULT, &[], known)
}

fn program(profile: &str, shown: &str) -> Compiled {
    compile(&format!(
        r#"
        enum Tier {{ basic, gold }}
        event show {{}}
        profile {{ {profile} }}
        channel desk {{ content {{ text: String }} }}
        message it {{ desk {{ text: "{shown}" }} }}
        journey j {{ enter on show  unlimited  send it via desk }}
        "#
    ))
}

fn shown(engine: &mut Engine, customer: &mut Customer) -> String {
    let mut lines = Lines::default();
    let event = engine.event_named("show").unwrap();
    let offer = engine.admit(&customer.key.clone(), event, "{}").unwrap();
    engine.event(customer, offer, 1_000, &mut lines);
    let send = lines.text.lines().find(|line| line.contains("\"send\"")).expect("it is sent");
    let send: serde_json::Value = serde_json::from_str(send).unwrap();
    send["content"]["text"].as_str().unwrap().to_owned()
}

#[test]
fn fields_of_the_same_name_and_type_keep_their_values_when_the_profile_changes() {
    let old = program("visits: Int = 0, name: String?, tier: Tier = basic", "{profile.visits} {profile.name ?? \"nobody\"}");
    let mut before = engine(&old, &[]);
    let mut customer = Customer::new(Arc::from("ann"));
    let mut lines = Lines::default();
    before.profile(&mut customer, r#"{"visits": 7, "name": "Ann", "tier": "gold"}"#, 0, &mut lines);
    assert_eq!(shown(&mut before, &mut customer), "7 Ann");

    // `visits` has become another type, `name` stands elsewhere, `tier` is gone, `city` is new.
    let new = program(
        "city: String = \"Lyon\", name: String?, visits: Decimal = 1.5",
        "{profile.name ?? \"nobody\"} {profile.city} {profile.visits}",
    );
    let mut after = engine(&new, before.profiles().table());
    assert_eq!(shown(&mut after, &mut customer), "Ann Lyon 1.5");
    after.profile(&mut customer, r#"{"city": "Nice"}"#, 2_000, &mut lines);
    assert_eq!(shown(&mut after, &mut customer), "Ann Nice 1.5");

    // And back: what the new program has never heard of is at its default again.
    let mut back = engine(&old, after.profiles().table());
    assert_eq!(shown(&mut back, &mut customer), "0 Ann");
}
