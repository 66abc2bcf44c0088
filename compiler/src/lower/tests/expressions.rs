use super::{assert_faults, assert_holds, judge};

const SHOP: &str = r#"
enum Tier { basic, silver, gold }
enum Payment { card { last4: String, limit: Decimal? }, voucher { worth: Decimal }, cash }
type Item { sku: String, price: Decimal, quantity: Int = 1, note: String? }
type Basket { items: List<Item>, owner: Item? }
profile { name: String?, tier: Tier = gold, visits: Int = 3, zero: Int = 0, score: Float = 0.5, basket: Basket? }
const big: Int = 9223372036854775807
const items = [Item { sku: "A", price: 3.00, quantity: 2 }, Item { sku: "B", price: 0.50, note: "blue" }]
const prices = ["a": 1, "b": 2, "a": 3]
fn total(items: List<Item>) -> Decimal { items.sum(i => i.price * i.quantity) }
fn label(p: Payment) -> String {
  match p { card { last4, limit } => "card {last4} {limit ?? 0.5}" voucher { worth } => { let w = worth * 2 "v{w}" } cash => "cash" }
}
fn grade(t: Tier?) -> Int { match t { none => 0 basic, silver => 1 _ => 2 } }
fn count(n: Int?) -> String { match n { 1 => "one" none => "no" 2 => "two" _ => "many" } }
"#;

#[test]
fn numbers_are_exact_and_integer_division_truncates() {
    assert_holds(
        SHOP,
        &[
            "7 / 2 == 3",
            "-7 / 2 == -3",
            "-7 % 3 == -1",
            "0.1 + 0.2 == 0.3",
            "10.00 / 3 == 3.333333",
            "2.5 * 2 == 5",
            "2 * 2.5 == 5.0",
            "-(2.5) == 0.0 - 2.5",
            "1.005.round(2) == 1.01",
            "(-1.5).floor() == -2",
            "1.2.ceil() == 2",
            "(-3).abs() == 3",
            "3.min(2) == 2 and 3.max(2) == 3 and 2.min(3) == 2",
            "80.0.fixed(2) == \"80.00\"",
            "Int(2.9) == 2 and Decimal(2) == 2.0 and String(2.50) == \"2.5\"",
            "profile.score * 2 == 1",
            "1 in 1..3 and 3 not in 1..3",
            "days(2) == 48h and 2d * 2 == 4d",
        ],
    );
}

#[test]
fn arithmetic_faults_are_told_by_kind() {
    assert_faults(
        SHOP,
        &[
            ("big + profile.visits > 0", "Int overflow"),
            ("-(-big - 1) > 0", "Int overflow"),
            ("profile.visits / (profile.visits - 3) == 1", "division by zero"),
            ("profile.visits % (profile.visits - 3) == 1", "division by zero"),
            ("Decimal(big) > 0.0", "Decimal overflow"),
            ("9000000000000.0 * profile.visits > 0.0", "Decimal overflow"),
            ("days(big) > 1d", "Duration overflow"),
            ("now + days(10_000_000) > now", "Time out of range"),
            ("Int(profile.score * 9000000000000.0 * 9000000.0) > 1", "Int overflow"),
        ],
    );
}

#[test]
fn both_sides_of_and_and_or_are_asked_only_where_they_decide() {
    assert_holds(
        SHOP,
        &[
            "not (profile.visits == 4 and profile.visits / profile.zero == 1)",
            "profile.visits == 3 or profile.visits / profile.zero == 1",
            "not (profile.visits == 4 or not (profile.visits == 3))",
            "if profile.visits > 2 { true } else { profile.visits / profile.zero == 1 }",
            "profile.name == none and (profile.name ?? \"there\") == \"there\"",
        ],
    );
}

#[test]
fn text_is_made_of_printable_values() {
    assert_holds(
        SHOP,
        &[
            "\"{1} {2.50} {profile.tier} {true} {1h30m} {profile.score}\" == \"1 2.5 gold true 1h30m 0.5\"",
            "\"{\"a{1}b\"}\" == \"a1b\"",
            "\"\" == \"\" and \"b\" > \"a\" and \"a\" <= \"a\"",
            "\"Straße\".upper() == \"STRASSE\" and \" x \".trim() == \"x\"",
            "\"a,b\".split(\",\").join(\"-\") == \"a-b\"",
            "\"ell\" in \"hello\" and \"hello\".contains(\"ell\") and \"hello\".starts_with(\"he\")",
            "\"hello\".replace(\"l\", \"L\") == \"heLLo\" and \"旅程\".length() == 2",
            "\"{now}\" == \"2026-01-01T00:00:00Z\" and customer == \"test\"",
        ],
    );
}

#[test]
fn optionals_hold_scalars_and_references_alike() {
    assert_holds(
        SHOP,
        &[
            "items[0] != none and items[2] == none and items[-1] == none",
            "(items[1]?.note ?? \"-\") == \"blue\" and items[0]?.note == none",
            "(items[0]?.quantity ?? 0) == 2 and items.last()?.quantity == 1",
            "(prices[\"a\"] ?? 0) == 3 and prices[\"c\"] == none",
            "profile.basket == none and profile.basket?.owner == none",
            "profile.basket?.items == none",
            "items.first() == items[0] and items.first() != items.last()",
            "prices.keys() == [\"a\", \"b\"] and prices.values() == [3, 2] and \"a\" in prices and prices.length() == 2",
        ],
    );
}

#[test]
fn records_and_enums_are_compared_by_value() {
    assert_holds(
        SHOP,
        &[
            "Item { sku: \"A\", price: 3, quantity: 2 } == items[0]",
            "Payment.card { last4: \"1\", limit: 2.0 } == Payment.card { last4: \"1\", limit: 2 }",
            "Payment.card { last4: \"1\", limit: none } != Payment.cash",
            "Payment.voucher { worth: 1 } != Payment.voucher { worth: 2 }",
            "Tier.gold > Tier.basic and profile.tier == gold",
            "Item { sku: \"A\", price: 3, quantity: 2 } in items",
        ],
    );
}

#[test]
fn a_match_takes_the_first_arm_that_fits() {
    assert_holds(
        SHOP,
        &[
            "label(Payment.card { last4: \"42\", limit: none }) == \"card 42 0.5\"",
            "label(Payment.card { last4: \"42\", limit: 7.0 }) == \"card 42 7\"",
            "label(Payment.voucher { worth: 2.5 }) == \"v5\" and label(Payment.cash) == \"cash\"",
            "grade(none) == 0 and grade(Tier.basic) == 1 and grade(Tier.silver) == 1 and grade(Tier.gold) == 2",
            "count(none) == \"no\" and count(1) == \"one\" and count(2) == \"two\" and count(3) == \"many\"",
            "(match \"b\" { \"a\" => 1 \"b\" => 2 _ => 3 }) == 2",
            "(match 2.5 { 2.5 => true _ => false })",
        ],
    );
}

#[test]
fn times_are_read_in_zones() {
    assert_holds(
        SHOP,
        &[
            "now.date(\"Asia/Tokyo\") == 2026-01-01 and now.time(\"Asia/Tokyo\") == 09:00",
            "now.hour(\"America/New_York\") == 19 and now.weekday(\"America/New_York\") == 3",
            "2026-03-08.at(02:30, \"America/New_York\") == 2026-03-08T07:00:00Z",
            "2026-01-31.plus_months(1) == 2026-02-28 and 2026-01-31.plus_days(1) == 2026-02-01",
            "2024-02-29.next_anniversary(2026-01-01) == 2026-02-28",
            "now + 1d - now == 24h and 2026-01-02T00:00:00Z - 1d == now",
            "now.time(\"UTC\") in 22:00..06:00 and now.time(\"Asia/Tokyo\") not in 22:00..06:00",
        ],
    );
}

#[test]
fn functions_compose_and_a_fault_inside_one_is_a_fault_of_its_call() {
    assert_eq!(judge(SHOP, &["total(items) == 6.5", "total([]) == 0", "total(items) > 7.0"]), ["true", "true", "false"]);
    let source = "fn deep(n: Int) -> Int { 1 / n }\nfn outer(n: Int) -> Int { deep(n) }\n\
                  test \"t\" {\n  expect outer(0) == 1\n}\n";
    let module = super::module(source);
    let crate::mir::TestStmtKind::Expect(crate::mir::Expect::Cond { holds: function, .. }) = module.tests[0].body[0].kind else {
        panic!("a condition")
    };
    for program in super::both(&module) {
        let mut cx = crate::machine::Context::new(&program);
        cx.begin(0, "ann", 100);
        let fault = program.holds(function, &[], &mut cx).unwrap_err();
        assert_eq!(&source[fault.span.start as usize..fault.span.end as usize], "outer(0)");
        assert_eq!(cx.fuel, 98, "each call is a turn");
    }
}
