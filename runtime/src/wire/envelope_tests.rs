#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

fn reason(line: &str) -> String {
    parse(line).unwrap_err().to_string()
}

#[test]
fn an_envelope_is_borrowed_from_its_line() {
    let line = r#"{"specversion":"1.0","id":"e1","source":"shop","type":"cart","time":"1970-01-01T00:00:01Z","subject":"ann","data":{"a":1},"x":[]}"#;
    let envelope = parse(line).unwrap();
    assert!(matches!(envelope.id, Cow::Borrowed("e1")));
    assert_eq!(envelope.time_ms, Some(1_000));
    assert_eq!(envelope.subject.as_deref(), Some("ann"));
    assert_eq!(envelope.data, r#"{"a":1}"#);
}

#[test]
fn null_is_as_good_as_absent() {
    let line = r#"{"specversion":"1.0","id":"e\u0031","source":"s","type":"t","time":null,"subject":null,"data":null}"#;
    let envelope = parse(line).unwrap();
    assert_eq!((envelope.id.as_ref(), envelope.time_ms, envelope.subject.is_none(), envelope.data), ("e1", None, true, "{}"));
}

#[test]
fn what_is_no_cloud_event_says_why() {
    assert_eq!(reason("hello"), "not JSON (column 1)");
    assert_eq!(reason("not so"), "not JSON (column 2)");
    assert_eq!(reason(""), "not JSON: the line ends in its midst (column 0)");
    assert_eq!(reason(r#"{"id": "#), "not JSON: the line ends in its midst (column 7)");
    assert_eq!(reason("{id: 1}"), "not JSON: a name must stand in quotation marks (column 2)");
    assert_eq!(reason("{} {}"), "not JSON: something follows behind its end (column 4)");
    assert!(reason(r#"{"id":"a","id":"b"}"#).starts_with("duplicate field `id`"), "{}", reason(r#"{"id":"a","id":"b"}"#));
    assert_eq!(reason("[1]"), "expected an object, found a list");
    assert_eq!(reason("12"), "expected an object, found the number 12");
    assert_eq!(reason("null"), "expected an object, found null");
    assert_eq!(reason("{}"), "specversion: is missing; every event says \"specversion\": \"1.0\"");
    assert_eq!(reason(r#"{"specversion":"0.3"}"#), "specversion: expected \"1.0\", found \"0.3\"");
    assert_eq!(reason(r#"{"specversion":"1.0","source":"s","type":"t"}"#), "id: is missing");
    assert_eq!(reason(r#"{"specversion":"1.0","source":"s","id":5,"type":"t"}"#), "id: expected a text, found the number 5");
    assert_eq!(reason(r#"{"specversion":"1.0","source":"","id":"1","type":"t"}"#), "source: is empty");
    assert_eq!(
        reason(r#"{"specversion":"1.0","source":"s","id":"1","type":"t","time":"noon"}"#),
        "time: expected a time such as \"2026-11-22T09:00:00Z\", found the text \"noon\""
    );
    assert!(reason(r#"{"specversion":"1.0","source":"s","id":"1","type":"t","subject":""}"#).starts_with("subject: "));
    assert_eq!(
        reason(r#"{"specversion":"1.0","source":"s","id":"1","type":"t","subject":7}"#),
        "subject: expected a text, found the number 7"
    );
}
