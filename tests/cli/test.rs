//! `journey test`: passing, failing, and what is shown of a failure.

use crate::support::Folder;
use serde_json::Value;

const SHOP: &str = "\
event cart { total: Decimal }
event purchase {}
profile { email: String? }
channel email { address profile.email }
message reminder(cart: cart) { email { subject: \"Your cart\", body: \"{cart.total}\" } }

journey recovery {
  enter on cart as cart
  goal bought on purchase
  wait 1h
  send reminder(cart) via email
  wait 1d
  finish lost
}
";

const TESTS: &str = "\
test \"a reminder after an hour\" {
  profile { email: \"ann@example.com\" }
  event cart { total: 80.00 }
  advance 2h
  expect sent reminder via email times 1
}

test \"a buyer gets a reminder\" {
  profile { email: \"ann@example.com\" }
  event cart { total: 80.00 }
  advance 30m
  event purchase {}
  advance 1d
  expect sent reminder // which can't be
}
";

fn shop() -> Folder {
    Folder::with(&[("journey.toml", "name = \"shop\"\n"), ("shop.journey", SHOP), ("tests.journey", TESTS)])
}

#[test]
fn a_failure_shows_its_line_what_was_expected_and_what_happened() {
    let ran = shop().journey(&["test"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    insta::assert_snapshot!("test_failure", ran.out);
    assert_eq!(ran.out.lines().last(), Some("1 passed, 1 failed"));
}

#[test]
fn a_send_that_does_not_fit_is_shown_with_its_arguments() {
    let folder = shop();
    folder.write(
        "shop.journey",
        SHOP.replace("reminder(cart: cart)", "reminder(cart: cart, n: Int)").replace("reminder(cart)", "reminder(cart, 1)"),
    );
    folder.write("tests.journey", TESTS.split("\n\n").next().unwrap().replace("times 1", "where n == 3"));
    let ran = folder.journey(&["test"]);
    assert_eq!(ran.status, 1);
    let found = "found: it was sent once, but not as expected, with cart: {\"total\":80}, n: 1";
    assert!(ran.out.contains(found), "{}", ran.out);
}

#[test]
fn a_filter_chooses_by_title() {
    let folder = shop();
    let ran = folder.journey(&["test", "--filter", "an hour"]);
    assert_eq!(ran.all(), "status 0\n--- out\ntest a reminder after an hour … ok\n1 passed, 0 failed\n--- err\n");
    let ran = folder.journey(&["test", "--filter", "nothing like it"]);
    assert_eq!(ran.all(), "status 0\n--- out\n0 passed, 0 failed\n--- err\nno test has `nothing like it` in its title\n");
}

#[test]
fn json_is_an_object_a_test_and_the_counts() {
    let ran = shop().journey(&["test", "--format", "json"]);
    assert_eq!(ran.status, 1);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[0]["passed"].clone(), lines[1]["passed"].clone()), (true.into(), false.into()));
    assert_eq!((&lines[1]["failure"]["line"], &lines[1]["failure"]["file"]), (&14.into(), &"tests.journey".into()));
    assert!(lines[1]["failure"]["timeline"].as_array().is_some_and(|timeline| !timeline.is_empty()));
    assert_eq!(lines[2], serde_json::json!({"passed": 1, "failed": 1}));
}

#[test]
fn a_program_with_errors_is_not_tested() {
    let folder = shop();
    folder.write("broken.journey", "fn f(n: Int) -> Int { m }\n");
    let ran = folder.journey(&["test"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("[E0201] Error"), "{}", ran.err);
}

#[test]
fn the_budget_of_journey_toml_holds_in_tests_too() {
    let count = "event visit {}\njourney count {\n  enter on visit\n  var n = 0\n  while n < 1_000 { n += 1 }\n}\n";
    let test = "test \"counting\" {\n  event visit {}\n  expect failed count\n}\n";
    let folder = Folder::with(&[("journey.toml", "[limits]\nbudget = 999\n"), ("a.journey", count), ("b.journey", test)]);
    assert_eq!(folder.journey(&["test"]).status, 0);
    folder.write("journey.toml", "[limits]\nbudget = 1_001\n");
    assert_eq!(folder.journey(&["test"]).status, 1);
}
