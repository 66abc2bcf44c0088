//! Traits: what counts, for how long, and what is kept.

use crate::support::{compile, event};
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_runtime::store::MemoryStore;
use journey_runtime::{Input, Options, test};

const PROGRAM: &str = r#"
event bought { n: Int = 0, price: Decimal = 0.00, ratio: Float = 0.0, took: Duration = 0s, sku: String = "", at: Time?, tags: List<String> = [] }
event other {}
profile { timezone: Timezone = "UTC" }
trait all: Int = count(bought)
trait recent: Int = count(bought) over 1d
trait dear: Int = count(bought as b where b.price > 10.00) over 1d
trait total: Int = sum(bought.n)
trait total_1d: Int = sum(bought.n) over 1d
trait ratio: Float = sum(bought.ratio) over 1d
trait ratios: Float = sum(bought.ratio)
trait took: Duration = sum(bought.took)
trait mean: Decimal? = avg(bought.n) over 1d
trait mean_took: Duration? = avg(bought.took)
trait mean_ratio: Float? = avg(bought.ratio)
trait least: Int? = min(bought.n) over 1d
trait most: Int? = max(bought.n) over 1d
trait least_ever: Int? = min(bought.n)
trait alphabet: String? = min(bought.sku)
trait first_1d: String? = first(bought.sku) over 1d
trait last_1d: String? = last(bought.sku) over 1d
trait first_ever: String? = first(bought.sku)
trait last_ever: Time? = last(bought)
trait skus: Int = distinct(bought.sku)
trait skus_1d: Int = distinct(bought.sku) over 1d
trait promised: Time? = last(bought.at)
trait tags: List<String>? = last(bought.tags)
"#;

fn passes(body: &str) {
    let compiled = compile(&format!("{PROGRAM}\ntest \"t\" {{ {body} }}"));
    let reports = test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT);
    assert_eq!(reports[0].failure, None, "{body}");
}

#[test]
fn before_the_first_event_numbers_are_zero_and_the_rest_is_none() {
    passes("expect all == 0 and total == 0 and ratio == 0.0 and took == 0s and skus == 0 and recent == 0");
    passes("expect mean == none and least == none and alphabet == none and first_ever == none and last_ever == none and tags == none");
}

#[test]
fn an_event_exactly_as_long_ago_as_the_window_no_longer_counts() {
    passes(
        "event bought { n: 5, sku: \"a\", ratio: 0.5 }
         advance 23h  advance 3599999ms
         expect recent == 1 and total_1d == 5 and least == 5 and first_1d == \"a\" and skus_1d == 1 and ratio == 0.5 and mean == 5.0
         advance 1ms
         expect recent == 0 and total_1d == 0 and least == none and first_1d == none and last_1d == none and skus_1d == 0 and ratio == 0.0
         expect mean == none and all == 1 and total == 5 and last_ever == 2026-01-01T00:00:00Z",
    );
}

#[test]
fn a_window_slides_event_by_event() {
    passes(
        "event bought { n: 3, sku: \"a\" }  advance 6h
         event bought { n: 1, sku: \"b\" }  advance 6h
         event bought { n: 2, sku: \"a\" }
         expect most == 3 and least == 1 and skus_1d == 2 and first_1d == \"a\" and mean == 2.0
         advance 12h
         expect most == 2 and least == 1 and skus_1d == 2 and first_1d == \"b\" and total_1d == 3
         advance 6h
         expect most == 2 and least == 2 and skus_1d == 1 and first_1d == \"a\" and mean == 2.0
         advance 6h
         expect most == none and skus_1d == 0",
    );
}

#[test]
fn a_filter_and_a_missing_field_pass_events_over() {
    passes(
        "event bought { price: 10.00 }  event bought { price: 10.01, at: 2026-05-05T00:00:00Z }  event bought {}
         expect dear == 1 and all == 3 and promised == 2026-05-05T00:00:00Z",
    );
}

#[test]
fn averages_round_half_away_from_zero() {
    passes("event bought { n: 1 }  event bought { n: 1 }  event bought { n: 0 }  expect mean == 0.666667");
    passes("event bought { took: 1ms }  event bought { took: 2ms }  expect mean_took == 2ms");
    passes("event bought { ratio: 0.5 }  event bought { ratio: 1.5 }  expect mean_ratio == 1.0 and ratios == 2.0");
}

#[test]
fn a_sum_beyond_its_type_is_a_fault_where_it_is_read() {
    let compiled = compile(&format!(
        "{PROGRAM}\njourney reads {{ enter on other  if total > 3 {{ finish more }} }}
         test \"t\" {{
           event bought {{ n: 9_223_372_036_854_775_807 }}  event bought {{ n: 1 }}
           event other {{}}
           expect failed reads
           expect all == 2
         }}"
    ));
    let reports = test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT);
    assert_eq!(reports[0].failure, None);
}

#[test]
fn values_of_any_type_are_kept() {
    passes(
        "event bought { sku: \"b\", tags: [\"x\", \"é\"] }  event bought { sku: \"a\", tags: [] }
         expect alphabet == \"a\" and tags == [] and last_1d == \"a\" and first_ever == \"b\"",
    );
}

/// The trait of the only journey's outcome after lines that may come late.
fn outcome(condition: &str, lines: &str) -> String {
    let program =
        compile(&format!("{PROGRAM}\nevent ask {{}}\njourney asks {{ enter on ask  if {condition} {{ finish yes }}  finish no }}"));
    let ran = crate::support::run(&program, lines, &Options::default());
    ran.of_kind("finished").next().unwrap()["outcome"].as_str().unwrap().to_owned()
}

#[test]
fn a_late_event_counts_by_its_own_time() {
    let bought = |id: &str, time: &str, sku: &str| event(id, "bought", "ann", time, &format!(r#"{{"sku": "{sku}", "n": {id}}}"#));
    let late = bought("1", "10:00:00", "second") + &bought("2", "09:00:00", "first") + &event("9", "ask", "ann", "11:00:00", "{}");
    assert_eq!(outcome("first_ever == \"first\" and last_1d == \"second\" and last_ever == 2026-01-01T10:00:00Z", &late), "yes");
    // As it leaves the window at its own time too.
    let gone = event("9", "ask", "ann", "11:00:00", "{}").replace("2026-01-01T11", "2026-01-02T09");
    let lines = bought("1", "10:00:00", "second") + &bought("2", "09:00:00", "first") + &gone;
    assert_eq!(outcome("recent == 1 and first_1d == \"second\" and least == 1", &lines), "yes");
    // What has left the window before it comes never counts there.
    let old = bought("1", "10:00:00", "a").replace("2026-01-01", "2026-01-03") + &bought("2", "09:00:00", "b");
    let ask = event("9", "ask", "ann", "11:00:00", "{}").replace("2026-01-01", "2026-01-03");
    assert_eq!(outcome("recent == 1 and all == 2 and skus == 2 and skus_1d == 1", &(old + &ask)), "yes");
}

#[test]
fn traits_change_before_anything_else_that_their_event_does() {
    let program = compile(&format!("{PROGRAM}\njourney third {{ enter on bought where all == 3  finish came }}"));
    let lines: String = (1..=4).map(|id| event(&id.to_string(), "bought", "ann", "10:00:00", "{}")).collect();
    assert_eq!(crate::support::run(&program, &lines, &Options::default()).summary.journeys["third"].started, 1);
}

#[test]
fn a_broadcast_changes_no_trait() {
    let compiled = compile(&format!("{PROGRAM}\ntest \"t\" {{ event bought {{}}  broadcast bought {{}}  expect all == 1 }}"));
    assert_eq!(test::run(&compiled.program, &compiled.sources, None, BUDGET_DEFAULT)[0].failure, None);
}

/// The record of a customer after so many events, one a minute.
fn record_bytes(program: &str, events: u32) -> usize {
    let program = compile(program);
    let mut store = MemoryStore::new();
    let line = |id: u32| {
        let time = format!("{:02}:{:02}:{:02}", id / 3600 % 24, id / 60 % 60, id % 60);
        event(&id.to_string(), "bought", "ann", &time, &format!(r#"{{"n": {id}, "sku": "{id}"}}"#))
    };
    let lines: String = (0..events).map(line).collect();
    let options = Options { dedupe_ms: 0, ..Options::default() };
    let inputs = vec![Input::new("events", lines.as_bytes())];
    journey_runtime::run(&program.program, &program.sources, &options, inputs, &mut store, None, &mut |_| {}).unwrap();
    let mut bytes = Vec::new();
    store.customers()[0].encode(&mut bytes).unwrap();
    bytes.len()
}

#[test]
fn for_all_time_a_trait_takes_as_little_after_many_events_as_after_few() {
    let program = "event bought { n: Int, sku: String }
        trait a: Int = count(bought)  trait b: Int = sum(bought.n)  trait c: Int? = min(bought.n)  trait d: String? = last(bought.sku)
        segment s = a == 1 or b == 1 or c == 1 or d == \"x\"  test \"t\" { expect not s }";
    let (few, many) = (record_bytes(program, 10), record_bytes(program, 3_000));
    assert!(many < few + 16, "{few} {many}");
}

#[test]
fn the_greatest_in_a_window_keeps_only_what_can_still_be_it() {
    let program = "event bought { n: Int, sku: String }  trait most: Int? = max(bought.n) over 1d  test \"t\" { expect most == none }";
    assert!(record_bytes(program, 3_000) < 100);
}

#[test]
fn more_events_than_are_kept_are_told_in_coarser_steps() {
    let program = "event bought { n: Int, sku: String }  trait recent: Int = count(bought) over 1d
        test \"t\" { expect recent == 0 }";
    let exact = record_bytes(program, 9_000);
    let coarse = record_bytes(program, 20_000);
    assert!(coarse < exact * 2, "{exact} {coarse}");
    // Nothing is lost: a step of 86.4 s / 5 is exact enough to count all of 20,000 seconds.
    let program =
        compile(&format!("{PROGRAM}\nevent ask {{}}\njourney asks {{ enter on ask  if recent == 20_000 {{ finish yes }}  finish no }}"));
    let line = |id: u32| {
        let time = format!("{:02}:{:02}:{:02}", id / 3600, id / 60 % 60, id % 60);
        event(&id.to_string(), "bought", "ann", &time, "{}")
    };
    let lines: String = (0..20_000).map(line).chain([event("ask", "ask", "ann", "06:00:00", "{}")]).collect();
    let ran = crate::support::run(&program, &lines, &Options { dedupe_ms: 0, ..Options::default() });
    assert_eq!(ran.of_kind("finished").next().unwrap()["outcome"], "yes");
}
