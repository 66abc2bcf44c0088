//! Whatever stands in a line, it is accounted for, and a rejected one says why.

use crate::support::{compile, event, run};
use journey_runtime::Options;

const PROGRAM: &str = r#"
enum Tier { basic, gold }
enum Payment { card { last4: String, of: Tier? }, cash }
type Item { sku: String, price: Decimal, quantity: Int = 1, tags: Map<String, List<Int>>? }
event order {
  id: String, items: List<Item>, total: Decimal, tier: Tier?, payment: Payment?, within: Duration?, at: Time?, on: Date?, opens: LocalTime?,
  zone: Timezone?, by: Map<Tier, Float>?, numbers: Map<Int, Bool>?
}
profile { name: String?, tier: Tier = basic }
journey j { enter on order as o where o.total > 1.00  unlimited  wait 1h without order  finish done }
"#;

fn seeds() -> Vec<String> {
    let full = r#"{"id": "a", "items": [{"sku": "s", "price": 1.25, "quantity": 2, "tags": {"x": [1, 2]}}], "total": "80.00", "tier": "gold", "payment": {"card": {"last4": "1234", "of": null}}, "within": "1h30m", "at": "2026-11-22T09:00:00.5+01:00", "on": "2026-02-28", "opens": "09:00", "zone": "Europe/Paris", "by": {"gold": 0.5}, "numbers": {"1": true}}"#;
    vec![
        event("1", "order", "ann", "01:00:00", full),
        event("2", "order", "bob", "02:00:00", r#"{"id": "\u00e9\n\ud83d\ude00", "items": [], "total": 1e2}"#),
        event("3", "profile", "ann", "03:00:00", r#"{"name": "Ann", "tier": "gold"}"#),
        event("4", "unknown", "ann", "04:00:00", "[[[]]]"),
    ]
}

/// xorshift64*, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % bound
    }
}

/// Changes a line in one to four places: bytes, pieces of JSON, repeats, cuts.
fn mutate(random: &mut Random, line: &str) -> Vec<u8> {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "null",
        "true",
        "-1",
        "0.1234567",
        "1e999",
        "9223372036854775808",
        "\"\"",
        "{}",
        "[]",
        "\\ud800",
        "\u{0}",
        "é",
        "\"1.0\"",
        "NaN",
        "\n",
        "-",
    ];
    let mut bytes = line.trim_end().as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let to = (at + random.below(12)).min(bytes.len());
        let piece = PIECES[random.below(PIECES.len())].as_bytes();
        match random.below(6) {
            0 => drop(bytes.splice(at..to, piece.iter().copied())),
            1 => drop(bytes.splice(at..at, piece.iter().copied())),
            2 => drop(bytes.drain(at..to)),
            3 => {
                let copy = bytes[at..to].to_vec();
                drop(bytes.splice(at..at, copy.repeat(1 + random.below(3))));
            }
            4 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] = u8::try_from(random.below(256)).unwrap();
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes.push(b'\n');
    bytes
}

#[test]
fn mutated_lines_never_panic_and_what_is_rejected_has_a_reason() {
    let program = compile(PROGRAM);
    let seeds = seeds();
    let mut random = Random(20_261_122);
    let (mut rejected, mut handled) = (0, 0);
    for _ in 0..400 {
        let mut lines = Vec::new();
        for n in 0..50 {
            lines.extend(mutate(&mut random, &seeds[n % seeds.len()]));
        }
        let ran = crate::support::run_bytes(&program, &lines, &Options::default());
        for reason in ran.reasons() {
            assert!(reason.len() > 8 && !reason.ends_with(": "), "a rejected line says why: {reason:?}");
        }
        rejected += ran.summary.events.rejected;
        handled += ran.summary.events.handled;
    }
    // Both ways were gone, many times.
    assert!(rejected > 5_000 && handled > 200, "{rejected} rejected, {handled} handled");
}

#[test]
fn the_seeds_are_right() {
    let events = run(&compile(PROGRAM), &seeds().concat(), &Options::default()).summary.events;
    assert_eq!((events.handled, events.unmatched, events.rejected), (3, 1, 0));
}

#[test]
fn a_byte_order_mark_is_passed_over_and_alone_is_no_event() {
    let program = compile(PROGRAM);
    let events = |lines: &str| run(&program, lines, &Options::default()).summary.events;
    let lone = events("\u{feff}");
    assert_eq!((lone.read, lone.rejected), (0, 0));
    let before = events(&format!("\u{feff}\r\n\u{feff}{}", event("1", "unknown", "ann", "01:00:00", "{}")));
    assert_eq!((before.read, before.unmatched), (1, 1));
}

#[test]
fn deep_nesting_is_rejected_where_it_is_read_and_passed_over_where_it_is_not() {
    let program = compile(PROGRAM);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let unknown = event("1", "order", "ann", "01:00:00", &format!(r#"{{"id": "a", "items": [], "total": 1, "unknown": {deep}}}"#));
    let read = event("2", "order", "ann", "01:00:00", &format!(r#"{{"id": "a", "items": {deep}, "total": 1}}"#));
    let ran = run(&program, &(unknown + &read), &Options::default());
    assert_eq!(ran.summary.events.handled, 1);
    assert_eq!(ran.reasons(), ["data.items[0]: expected an object (Item), found a list"]);
}
