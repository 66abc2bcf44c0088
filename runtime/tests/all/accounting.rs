//! Rule 12: every input is accounted for.

use crate::support::{Compiled, compile, event, run};
use journey_runtime::Options;

fn shop() -> Compiled {
    compile(
        r#"
        enum Tier { basic, gold }
        enum Payment { card { last4: String }, cash }
        type Item { sku: String, price: Decimal, quantity: Int = 1 }
        event order {
          id: String
          items: List<Item> = []
          total: Decimal
          tier: Tier?
          payment: Payment?
          within: Duration?
          at: Time?
          on: Date?
          zone: Timezone?
          names: Map<String, Int>?
          score: Float?
          count: Int?
          ok: Bool?
        }
        profile { name: String?, visits: Int = 0 }
        journey j { enter on order as o  unlimited  finish done }
        "#,
    )
}

fn rejects(data: &str) -> String {
    let ran = run(&shop(), &event("1", "order", "ann", "01:00:00", data), &Options::default());
    let reasons = ran.reasons();
    assert_eq!((ran.summary.events.rejected, reasons.len()), (1, 1), "{data}: {reasons:?}");
    reasons[0].clone()
}

#[test]
fn a_payload_that_does_not_fit_says_where_and_why() {
    let cases = [
        (r#"{"total": 1}"#, "data.id: is missing; expected a text"),
        (r#"{"id": null, "total": 1}"#, "data.id: expected a text, found null"),
        (r#"{"id": 5, "total": 1}"#, "data.id: expected a text, found the number 5"),
        (r#"{"id": "a", "total": "abc"}"#, r#"data.total: expected a Decimal, found the text "abc""#),
        (r#"{"id": "a", "total": true}"#, "data.total: expected a Decimal, found true"),
        (r#"{"id": "a", "total": {"x": 1}}"#, "data.total: expected a Decimal, found an object"),
        (r#"{"id": "a", "total": 0.0000001}"#, "data.total: the number 0.0000001 has more than 6 digits after the point"),
        (r#"{"id": "a", "total": 1e30}"#, "data.total: the number 1e30 is out of the range of Decimal"),
        (
            r#"{"id": "a", "total": 1, "count": 9223372036854775808}"#,
            "data.count: the number 9223372036854775808 is out of the range of Int",
        ),
        (r#"{"id": "a", "total": 1, "count": 1.5}"#, "data.count: expected an Int, found the number 1.5"),
        (r#"{"id": "a", "total": 1, "count": "1"}"#, r#"data.count: expected an Int, found the text "1""#),
        (r#"{"id": "a", "total": 1, "score": 1e999}"#, "data.score: expected a Float, found the number 1e999"),
        (r#"{"id": "a", "total": 1, "items": [{"sku": "s", "price": 1}, {"price": 2}]}"#, "data.items[1].sku: is missing; expected a text"),
        (r#"{"id": "a", "total": 1, "items": {}}"#, "data.items: expected a list, found an object"),
        (r#"{"id": "a", "total": 1, "items": [7]}"#, "data.items[0]: expected an object (Item), found the number 7"),
        (r#"{"id": "a", "total": 1, "tier": "silver"}"#, r#"data.tier: expected one of "basic", "gold", found the text "silver""#),
        (r#"{"id": "a", "total": 1, "payment": "card"}"#, "data.payment.last4: is missing; expected a text"),
        (r#"{"id": "a", "total": 1, "payment": {"card": {"last4": 1}}}"#, "data.payment.card.last4: expected a text, found the number 1"),
        (
            r#"{"id": "a", "total": 1, "payment": {"cheque": {}}}"#,
            r#"data.payment: expected one of "card", "cash", found the variant "cheque""#,
        ),
        (r#"{"id": "a", "total": 1, "within": "soon"}"#, r#"data.within: expected a duration such as "1h30m", found the text "soon""#),
        (r#"{"id": "a", "total": 1, "at": "noon"}"#, r#"data.at: expected a time such as "2026-11-22T09:00:00Z", found the text "noon""#),
        (r#"{"id": "a", "total": 1, "on": "2026-02-30"}"#, r#"data.on: expected a date such as "2026-11-22", found the text "2026-02-30""#),
        (
            r#"{"id": "a", "total": 1, "zone": "Mars/Olympus"}"#,
            r#"data.zone: expected a time zone such as "Europe/Paris", found the text "Mars/Olympus""#,
        ),
        (r#"{"id": "a", "total": 1, "names": {"x": "y"}}"#, r#"data.names: under the key "x": expected an Int, found the text "y""#),
        (r#"{"id": "a", "total": 1, "id": "b"}"#, "data.id: given twice"),
        (r#"{"id": "a", "total": 1, "names": {"x": 1, "x": 2}}"#, r#"data.names: the key "x" is given twice"#),
        ("[]", "data: expected an object, found a list"),
        ("7", "data: expected an object, found the number 7"),
        (r#""text""#, r#"data: expected an object, found the text "text""#),
    ];
    for (data, reason) in cases {
        assert_eq!(rejects(data), reason, "{data}");
    }
}

#[test]
fn what_fits_is_read_exactly_and_unknown_fields_are_passed_over() {
    let data = r#"{"id": "a", "total": "12.500000", "items": [{"sku": "\u0041", "price": 0.1}], "tier": "gold", "payment": {"card": {"last4": "1234"}},
        "within": "PT1H", "at": "2026-01-01T02:00:00+02:00", "on": "2026-02-28", "zone": "Asia/Tokyo", "names": {"x": 1, "y": 2}, "score": 1, "count": 3.0,
        "ok": false, "unknown": [[[{"deep": 1}]]]}"#
        .replace('\n', " ");
    let ran = run(&shop(), &event("1", "order", "ann", "01:00:00", &data), &Options::default());
    assert_eq!(ran.reasons(), [""; 0]);
    assert_eq!(ran.summary.journeys["j"].started, 1);
}

#[test]
fn a_rejected_event_leaves_no_id_and_can_be_offered_again() {
    let lines =
        event("1", "order", "ann", "01:00:00", r#"{"id": "a"}"#) + &event("1", "order", "ann", "01:00:00", r#"{"id": "a", "total": 1}"#);
    let ran = run(&shop(), &lines, &Options::default());
    let events = ran.summary.events;
    assert_eq!((events.read, events.rejected, events.handled, events.duplicate), (2, 1, 1, 0));
    assert_eq!(ran.summary.rejected[0].line, 1);
}

#[test]
fn a_duplicate_is_told_by_source_and_id_per_customer() {
    let order = |id: &str, customer: &str| event(id, "order", customer, "01:00:00", r#"{"id": "a", "total": 1}"#);
    let other_source = order("1", "ann").replace("\"source\":\"test\"", "\"source\":\"other\"");
    let lines = order("1", "ann") + &order("1", "ann") + &order("1", "bob") + &order("2", "ann") + &other_source;
    let events = run(&shop(), &lines, &Options::default()).summary.events;
    assert_eq!((events.handled, events.duplicate), (4, 1));
}

#[test]
fn ids_are_remembered_for_the_dedupe_window() {
    let order = |time: &str| event("1", "order", "ann", time, r#"{"id": "a", "total": 1}"#);
    let options = Options { dedupe_ms: 3_600_000, ..Options::default() };
    let inside = run(&shop(), &(order("01:00:00") + &order("01:59:59.999")), &options).summary.events;
    assert_eq!((inside.handled, inside.duplicate), (1, 1));
    let outside = run(&shop(), &(order("01:00:00") + &order("02:00:00")), &options).summary.events;
    assert_eq!((outside.handled, outside.duplicate), (2, 0));
}

#[test]
fn an_undeclared_type_is_unmatched_and_known_again() {
    let other = event("1", "page_viewed", "ann", "01:00:00", r#"{"anything": true}"#);
    let events = run(&shop(), &(other.clone() + &other), &Options::default()).summary.events;
    assert_eq!((events.unmatched, events.duplicate), (1, 1));
}

#[test]
fn what_is_no_cloud_event_is_rejected_with_its_line() {
    let lines = "not json\n\n[1]\n{\"specversion\":\"1.0\"}\n   \n";
    let ran = run(&shop(), lines, &Options::default());
    assert_eq!(ran.summary.events.read, 3);
    let lines: Vec<u64> = ran.summary.rejected.iter().map(|rejected| rejected.line).collect();
    assert_eq!(lines, [1, 3, 4]);
    assert!(ran.reasons()[0].starts_with("not JSON"), "{:?}", ran.reasons());
    assert_eq!(ran.reasons()[1..], ["expected an object, found a list", "id: is missing"]);
    assert_eq!(ran.summary.clock_ms, None);
}

#[test]
fn a_profile_event_is_about_one_customer() {
    let named = event("1", "profile", "ann", "01:00:00", r#"{"visits": 3, "other": 1}"#);
    let bad = event("2", "profile", "ann", "01:00:00", r#"{"visits": null}"#);
    let nobody = named.replace("\"subject\":\"ann\",", "");
    let empty = named.replace("\"subject\":\"ann\"", "\"subject\":\"\"");
    let ran = run(&shop(), &(named + &bad + &nobody + &empty), &Options::default());
    assert_eq!((ran.summary.events.handled, ran.summary.events.rejected), (1, 3));
    let reasons = ran.reasons();
    assert_eq!(reasons[0], "data.visits: expected an Int, found null");
    assert!(reasons[1].starts_with("subject: is missing") && reasons[2].starts_with("subject: the customer's key is empty"), "{reasons:?}");
}

#[test]
fn a_line_over_1_mib_and_bytes_that_are_no_text_are_rejected() {
    let long = event("1", "order", "ann", "01:00:00", &format!(r#"{{"id": "{}", "total": 1}}"#, "x".repeat(1 << 20)));
    let ran = run(&shop(), &(long + &event("2", "order", "ann", "01:00:00", r#"{"id": "a", "total": 1}"#)), &Options::default());
    assert_eq!(ran.reasons(), ["the line is longer than 1 MiB"]);
    assert_eq!(ran.summary.events.handled, 1);
}
