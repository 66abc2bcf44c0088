use super::module;

const PROGRAM: &str = r#"
enum Tier { basic, gold }
profile { email: String?, tier: Tier = basic, visits: Int = 0 }
event go { n: Int = 1 }
const limit = 3
fn double(n: Int) -> Int { n * 2 }
channel email { address profile.email }
message hello(n: Int) { email { subject: "Hi", body: "{n}" } }
journey j "Title" {
  enter on go as go where go.n < limit
  step one "First" { wait 1h send hello(double(go.n)) via email }
}
journey other { enter on go wait 2h }
"#;

fn version(source: &str) -> String {
    module(source).journeys.iter().find(|journey| journey.name == "j").unwrap().version.clone()
}

fn changed(from: &str, to: &str) -> String {
    assert!(PROGRAM.contains(from), "{from}");
    version(&PROGRAM.replace(from, to))
}

#[test]
fn layout_comments_titles_and_order_of_declarations_do_not_change_a_version() {
    let original = version(PROGRAM);
    assert_eq!(original.len(), 16);
    assert_eq!(changed("\"Title\"", "\"Another\""), original);
    assert_eq!(changed("\"First\"", ""), original);
    assert_eq!(changed("wait 1h", "\n\n // soon\n    wait 1h\n"), original);
    assert_eq!(changed("event go", "/// Documented.\nevent go"), original);
    let mut items: Vec<&str> = PROGRAM.trim().lines().filter(|line| !line.starts_with([' ', '}', 'j'])).collect();
    items.reverse();
    let journeys = &PROGRAM[PROGRAM.find("journey j").unwrap()..];
    assert_eq!(version(&format!("event extra {{}}\n{journeys}\n{}", items.join("\n"))), original);
    assert_eq!(changed("wait 2h", "wait 3h"), original, "another journey");
    assert_eq!(changed("visits: Int = 0", "visits: Int = 0, other: Int = 5"), original, "a field that it does not name");
}

#[test]
fn what_a_journey_means_changes_its_version() {
    let original = version(PROGRAM);
    for (from, to) in [
        ("wait 1h", "wait 61m"),
        ("go.n < limit", "go.n <= limit"),
        ("limit = 3", "limit = 4"),
        ("n * 2", "n * 3"),
        ("\"Hi\"", "\"Hello\""),
        ("n: Int = 1", "n: Int = 2"),
        ("step one", "step two"),
        ("channel email {", "channel email { consent profile.visits > 0 "),
        ("via email }", "via email finish done }"),
    ] {
        assert_ne!(changed(from, to), original, "{from} -> {to}");
    }
    assert_eq!(changed("wait 1h", "wait 60m"), original, "the same duration");
}
