//! `journey check`: what it says about good and bad projects, and the exit status.

use crate::support::{Folder, Ran};

const MANIFEST: (&str, &str) = ("journey.toml", "");
/// A program of two files about which there is nothing to say.
const VISIT: &str = "event visit {}\n";
const WELCOME: &str = "journey welcome {\n  enter on visit\n  wait 1d\n  finish seen\n}\n";

fn checked(files: &[(&str, &str)]) -> Ran {
    Folder::with(files).journey(&["check"])
}

/// The lines that say what is wrong.
fn messages(ran: &Ran) -> Vec<&str> {
    ran.err.lines().filter(|line| line.contains("Error: ") || line.contains("Warning: ")).collect()
}

#[test]
fn a_program_without_problems_is_counted() {
    let ran = checked(&[("journey.toml", "name = \"shop\"\n"), ("a.journey", VISIT), ("b.journey", WELCOME)]);
    assert_eq!(ran.all(), "status 0\n--- out\nshop: 1 journey: no problems\n--- err\n");
}

#[test]
fn a_file_that_is_not_utf8_is_told_with_line_and_byte() {
    let folder = Folder::with(&[MANIFEST]);
    folder.write("a.journey", b"event a {}\n// caf\xe9\nevent b {}\n");
    insta::assert_snapshot!("not_utf8", folder.journey(&["check"]).all());
    folder.write("a.journey", b"\xff\xfee\0v\0");
    let ran = folder.journey(&["check"]);
    assert!(ran.err.contains("it looks like UTF-16"), "{}", ran.err);
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    let folder = Folder::with(&[MANIFEST]);
    folder.write("a.journey", b"\xef\xbb\xbfevent visit {}\n");
    assert_eq!(folder.journey(&["check"]).status, 0);
}

#[test]
fn a_file_of_50_mb_is_refused_by_its_size() {
    let folder = Folder::with(&[MANIFEST]);
    folder.write("big.journey", vec![b' '; 50 << 20]);
    let ran = folder.journey(&["check"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!("large_file", ran.err);
}

#[test]
fn journey_toml_is_checked_with_places_and_suggestions() {
    let ran =
        checked(&[("journey.toml", "nam = \"x\"\nbudget = 3\n[limits]\nbudget = \"many\"\ndedupe_window = \"8\"\n"), ("a.journey", "")]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!("manifest_keys", ran.err);
    let ran = checked(&[("journey.toml", "name = spring\n"), ("a.journey", "")]);
    insta::assert_snapshot!("manifest_broken", ran.err);
}

#[test]
fn what_is_no_project_is_the_environments_fault() {
    let folder = Folder::with(&[("notes.txt", ""), ("empty/x.txt", ""), ("several/a/journey.toml", ""), ("several/b/journey.toml", "")]);
    for (path, words) in [
        ("nowhere", "there is no file or folder `nowhere`"),
        ("notes.txt", "`notes.txt` is neither a folder, nor a file that ends in `.journey`"),
        ("empty", "`empty` has no `.journey` file; write one, or let `journey init` make a project"),
        ("several", "`several` isn't a project; it holds several of them, such as `several/a`: name one"),
    ] {
        assert_eq!(folder.journey(&["check", path]).all(), format!("status 3\n--- out\n--- err\nerror: {words}\n"));
    }
}

#[test]
fn a_project_without_files_says_so_and_what_is_wrong_in_its_journey_toml() {
    let words = "error: this project has no `.journey` file yet; write one (`journey init` shows how)\n";
    assert_eq!(checked(&[MANIFEST]).all(), format!("status 3\n--- out\n--- err\n{words}"));
    let ran = checked(&[("journey.toml", "nam = \"shop\"\n")]);
    assert_eq!((ran.status, messages(&ran).len()), (3, 1), "{}", ran.err);
    assert!(ran.err.contains("`nam`") && ran.err.ends_with(words), "{}", ran.err);
}

#[test]
fn files_of_a_folder_without_journey_toml_are_no_project() {
    let advice = "name one file, or write a `journey.toml` (one line, `name = \"…\"`, is enough) to make";
    let refused = |folder: &str, its: &str| {
        format!("status 3\n--- out\n--- err\nerror: `{folder}` is no project: it has no `journey.toml`; {advice} {its}\n")
    };
    let folder = Folder::with(&[("a.journey", VISIT), ("below/b.journey", WELCOME), ("below/c.journey", "event visit {}\n")]);
    assert_eq!(folder.journey(&["check"]).all(), refused(".", "its 3 files one project"));
    assert_eq!(folder.journey(&["test", "below"]).all(), refused("below", "its 2 files one project"));
    assert_eq!(Folder::with(&[("x/below/a.journey", VISIT)]).journey(&["check", "x"]).all(), refused("x", "its file a project"));
    // A single one at its top is meant.
    let single = Folder::with(&[("visits.journey", "event visit {}\n")]).journey(&["check"]);
    assert_eq!((single.status, single.err.contains("visits.journey")), (0, true), "{}", single.err);
}

#[test]
#[cfg(unix)]
fn links_that_lead_in_a_circle_are_told() {
    let folder = Folder::with(&[("shop/journey.toml", ""), ("shop/a.journey", "event visit {}\n")]);
    std::os::unix::fs::symlink("../shop", folder.path().join("shop/again")).unwrap();
    let ran = folder.journey(&["check", "shop"]);
    assert_eq!(ran.all(), "status 3\n--- out\n--- err\nerror: `shop/again` is a link that leads back to `shop`: remove it\n");
}

#[test]
#[cfg(unix)]
fn a_link_to_nothing_is_told() {
    let folder = Folder::with(&[("shop/journey.toml", "")]);
    std::os::unix::fs::symlink("gone", folder.path().join("shop/a.journey")).unwrap();
    let ran = folder.journey(&["check", "shop"]);
    assert_eq!(ran.all(), "status 3\n--- out\n--- err\nerror: `shop/a.journey` can't be read: no such file or directory\n");
}

#[test]
fn projects_are_found_from_the_folder_a_file_and_below() {
    let shop = &[("shop/journey.toml", "name = \"My shop\"\n"), ("shop/flows/a.journey", VISIT), ("shop/b.journey", WELCOME)];
    let folder = Folder::with(shop);
    for path in ["shop", "shop/journey.toml", "shop/flows", "shop/flows/a.journey"] {
        let ran = folder.journey(&["check", path]);
        assert_eq!(ran.all(), "status 0\n--- out\nMy shop: 1 journey: no problems\n--- err\n", "{path}");
    }
}

#[test]
fn a_project_below_a_project_is_one_of_its_own() {
    let folder =
        Folder::with(&[MANIFEST, ("a.journey", "event visit {}\n"), ("inner/journey.toml", ""), ("inner/a.journey", "event visit {}\n")]);
    assert_eq!(folder.journey(&["check"]).status, 0);
}

#[test]
fn colours_and_no_colours() {
    let folder = Folder::with(&[("journey.toml", "nam = 1\n"), ("a.journey", "")]);
    assert!(!folder.journey(&["check"]).err.contains('\u{1b}'));
    assert!(folder.journey(&["check", "--color", "always"]).err.contains('\u{1b}'));
    assert!(folder.journey(&["--color=always", "check"]).err.contains('\u{1b}'));
    let forced = crate::support::run(folder.command().args(["check", "--color", "always"]).env("NO_COLOR", "1"));
    assert!(forced.err.contains('\u{1b}'));
    assert!(folder.journey(&["chekc", "--color", "always"]).err.contains('\u{1b}'));
    assert!(!folder.journey(&["chekc"]).err.contains('\u{1b}'));
}

#[test]
fn json_is_one_object_a_line_on_standard_output() {
    let folder = Folder::with(&[("journey.toml", "nam = 1\nnaem = 2\n"), ("a.journey", "event visit {}\n")]);
    let ran = folder.journey(&["check", "--format", "json"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    insta::assert_snapshot!("json", ran.out);
    for line in ran.out.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in ["code", "severity", "message", "file", "start", "end", "help", "labels"] {
            assert!(value.get(key).is_some(), "{key} in {line}");
        }
    }
}

#[test]
fn of_very_many_problems_some_are_shown_and_all_are_counted() {
    let keys: String = (0..200).map(|n| format!("unknown_{n} = 1\n")).collect();
    let ran = checked(&[("journey.toml", &keys), ("a.journey", "")]);
    assert_eq!(messages(&ran).len(), 50);
    assert!(ran.err.contains("… and 150 more; `--format json` gives all of them\n"), "{}", ran.err);
    assert!(ran.err.contains("200 errors in 1 file\n"), "{}", ran.err);
}

#[test]
fn an_empty_file_is_told() {
    let ran = checked(&[MANIFEST, ("a.journey", "")]);
    assert_eq!(ran.status, 0);
    insta::assert_snapshot!("empty_file", ran.err);
    assert_eq!(Folder::with(&[("a.journey", "// soon\n")]).journey(&["check", "a.journey", "--deny", "warnings"]).status, 1);
}

#[test]
fn a_hundred_thousand_parentheses_are_one_mistake() {
    let text = format!("event visit {{}}\nconst deep = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    let ran = checked(&[MANIFEST, ("a.journey", &text)]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    insta::assert_snapshot!("nested_parentheses", ran.err);
}

#[test]
fn mistakes_that_have_nothing_to_do_with_each_other_are_all_told() {
    let ran =
        checked(&[MANIFEST, ("a.journey", "event a { x: Sting }\nconst c = \nfn f(n: Int) -> Int { m }\n"), ("b.journey", "event a {}\n")]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!("several_mistakes", ran.err);
}

#[test]
fn a_constant_that_faults_is_a_mistake_of_the_program() {
    let ran = checked(&[MANIFEST, ("a.journey", "const much = 8_000_000_000 * 8_000_000_000\nconst more = much - 1\n")]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("[E0610] Error: a constant can't be computed: Int overflow"), "{}", ran.err);
}

#[test]
fn a_pause_that_keeps_a_thousand_and_one_variables_is_a_mistake() {
    let journey = |count: usize| {
        let set: String = (0..count).map(|at| format!("  let v{at} = g.n + {at}\n")).collect();
        let read: String = (0..count).map(|at| format!("  profile.sum += v{at}\n")).collect();
        format!("event go {{ n: Int }}\nprofile {{ sum: Int = 0 }}\njourney j {{\n  enter on go as g\n{set}  wait 1d\n{read}}}\n")
    };
    assert_eq!(checked(&[MANIFEST, ("a.journey", &journey(1_000))]).status, 0);
    let ran = checked(&[MANIFEST, ("a.journey", &journey(1_001))]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("[E0603] Error: 1001 variables live on across this pause; 1000 are the most"), "{}", ran.err);
}

#[test]
fn columns_are_right_behind_japanese_text() {
    let folder = Folder::with(&[MANIFEST, ("a.journey", "fn 割引(金額: Decimal) -> Decimal { 金額 * 割引率 }\n")]);
    insta::assert_snapshot!("japanese", folder.journey(&["check"]).err);
    let json = folder.journey(&["check", "--format", "json"]).out;
    assert!(json.contains(r#""start":{"line":1,"column":38},"end":{"line":1,"column":41}"#), "{json}");
}

#[test]
fn warnings_change_no_exit_status_unless_they_are_denied() {
    let folder = Folder::with(&[("a.journey", "event gone {}\n"), ("b.journey", "fn f() -> Int { \"a\" }\n")]);
    let ran = folder.journey(&["check", "a.journey"]);
    assert!(ran.status == 0 && ran.all().contains("[W0204] Warning"), "{}", ran.all());
    assert_eq!(folder.journey(&["check", "a.journey", "--deny", "warnings"]).status, 1);
    assert_eq!(folder.journey(&["check", "b.journey"]).status, 1);
}
