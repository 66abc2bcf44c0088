//! Each rule of the language stands in `tests/contract/` beside the tests that prove it; here it is proven that they are there,
//! and that the programs among them pass.

use crate::support::Folder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A line of a table: a rule, and what proves it.
struct Rule {
    /// Such as `3.12`.
    number: String,
    text: String,
    proofs: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// The files of a folder that end so, in order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = root().join(folder).read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    found.sort();
    found
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rules_of(document: &str) -> Vec<Rule> {
    let rule = |line: &str| {
        let [number, text, proofs] = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect::<Vec<_>>().try_into().ok()?;
        let is_rule = number.starts_with(|first: char| first.is_ascii_digit());
        is_rule.then(|| Rule { number: number.to_owned(), text: text.to_owned(), proofs: quoted(proofs) })
    };
    let rules: Vec<Rule> = document.lines().filter_map(rule).collect();
    let rows = document.lines().filter(|line| line.starts_with("| ") && line.as_bytes().get(2).is_some_and(u8::is_ascii_digit)).count();
    assert_eq!(rules.len(), rows, "a line of a table is no rule with its proofs");
    rules
}

fn rules() -> Vec<(String, Vec<Rule>)> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    files("tests/contract", "md").iter().map(|path| (name(path), rules_of(&fs::read_to_string(path).unwrap()))).collect()
}

/// Whether a file of Rust has a test of that name.
fn is_test(source: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        if marked && line.starts_with(&head) {
            return true;
        }
        marked = line == "#[test]" || marked && line.starts_with("#[");
    }
    false
}

/// The titles of the `test` blocks of a program.
fn titles(program: &str) -> Vec<&str> {
    program.lines().filter_map(|line| Some(line.strip_prefix("test \"")?.split_once('"')?.0)).collect()
}

/// Whether what a rule names is there.
fn is_there(proof: &str) -> bool {
    if let Some((file, name)) = proof.split_once("::") {
        return read(file).is_some_and(|source| is_test(&source, name));
    }
    if let Some(code) = proof.strip_prefix("page ") {
        return read(&format!("compiler/src/diagnostics/codes/{code}.md"))
            .is_some_and(|page| page.contains(" erroneous\n") || page.contains(" faulting\n"));
    }
    let (place, title) = proof.split_once(": ").unwrap_or((proof, ""));
    match place.split_once('/') {
        Some(("ui", name)) => title.is_empty() && read(&format!("compiler/tests/ui/{name}.journey")).is_some(),
        Some(("wrong", name)) => {
            read(&format!("compiler/tests/wrong/{name}.md")).is_some_and(|document| document.contains(&format!("\n## {title}\n")))
        }
        Some(("programs", name)) => {
            read(&format!("tests/contract/programs/{name}.journey")).is_some_and(|program| titles(&program).contains(&title))
        }
        Some(("examples", _)) => {
            files(place, "journey").iter().any(|path| titles(&fs::read_to_string(path).unwrap_or_default()).contains(&title))
        }
        _ => false,
    }
}

#[test]
fn every_rule_of_the_language_names_tests_that_are_there() {
    let mut wrong = Vec::new();
    let documents = rules();
    assert!(!documents.is_empty(), "no rules are found");
    for (section, (name, rules)) in documents.iter().enumerate() {
        assert!(!rules.is_empty(), "{name} has no rules");
        for (index, rule) in rules.iter().enumerate() {
            let expected = format!("{}.{}", section + 1, index + 1);
            if rule.number != expected {
                wrong.push(format!("{name}: {} stands where {expected} is due", rule.number));
            }
            if rule.proofs.is_empty() {
                wrong.push(format!("{name}: {} names no test: {}", rule.number, rule.text));
            }
            let missing = rule.proofs.iter().filter(|proof| !is_there(proof));
            wrong.extend(missing.map(|proof| format!("{name}: {} names `{proof}`, which is not there", rule.number)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_proof_is_not_taken_for_one() {
    let right = ["tests/cli/contract.rs::what_is_no_proof_is_not_taken_for_one", "page E0301", "ui/waits"];
    assert_eq!(right.into_iter().filter(|proof| !is_there(proof)).collect::<Vec<_>>(), [""; 0]);
    let wrong = ["tests/cli/contract.rs::is_there", "tests/cli/contract.rs::what", "page E9999", "ui/nothing", "wrong/types", "a word", ""];
    assert_eq!(wrong.into_iter().filter(|proof| is_there(proof)).collect::<Vec<_>>(), [""; 0]);
    assert!(is_test("#[test]\n#[ignore]\nfn a() {}\n", "a") && !is_test("#[test]\nfn b() {}\nfn a() {}\n", "a"));
    assert_eq!(rules_of("| 1.1 | a `b` | `c` · `d` |\n| --- | --- | --- |\n")[0].proofs, ["c", "d"]);
}

#[test]
fn every_program_of_the_rules_passes_its_tests_and_each_is_named() {
    let named: Vec<String> = rules().into_iter().flat_map(|(_, rules)| rules).flat_map(|rule| rule.proofs).collect();
    let mut wrong = String::new();
    for path in files("tests/contract/programs", "journey") {
        let program = fs::read_to_string(&path).unwrap();
        let stem = path.file_stem().unwrap().to_string_lossy();
        let titles = titles(&program);
        for title in &titles {
            if !named.contains(&format!("programs/{stem}: {title}")) {
                wrong.push_str(&format!("{stem}: no rule names `{title}`\n"));
            }
        }
        let output = Command::new(env!("CARGO_BIN_EXE_journey")).arg("test").arg(&path).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        if printed.lines().last() != Some(&format!("{} passed, 0 failed", titles.len())) {
            wrong.push_str(&format!("{stem}:\n{printed}{}\n", String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The program with the last expectation of each test turned into its opposite; only one that stands on a line of its own is.
fn turned(program: &str) -> String {
    let mut lines: Vec<String> = program.lines().map(str::to_owned).collect();
    let statement = |line: Option<&String>| {
        let words = ["expect", "event", "advance", "as", "profile", "answer", "variant", "broadcast", "//", "}"];
        line.and_then(|line| line.split_whitespace().next()).is_some_and(|first| words.contains(&first))
    };
    let mut last = None;
    for at in 0..lines.len() {
        if lines[at].trim_start().starts_with("expect ") && statement(lines.get(at + 1)) {
            last = Some(at);
        } else if lines[at] == "}"
            && let Some(at) = last.take()
        {
            lines[at] = opposite(&lines[at]);
        }
    }
    lines.join("\n")
}

fn opposite(line: &str) -> String {
    let (indent, what) = line.split_once("expect ").unwrap();
    let what = what.split_once(" // ").map_or(what, |(what, _)| what);
    let is_of_its_own = |what: &str| {
        let first = what.split_whitespace().next().unwrap_or_default();
        ["sent", "held", "suppressed", "at", "finished", "failed", "emitted", "called"].contains(&first)
    };
    match what.strip_prefix("not ") {
        Some(positive) if is_of_its_own(positive) => format!("{indent}expect {positive}"),
        _ if is_of_its_own(what) => format!("{indent}expect not {what}"),
        _ => format!("{indent}expect not ({what})"),
    }
}

#[test]
fn every_test_of_the_programs_fails_where_its_last_expectation_is_turned() {
    let mut wrong = String::new();
    let folder = Folder::with(&[]);
    for path in files("tests/contract/programs", "journey") {
        let program = fs::read_to_string(&path).unwrap();
        folder.write("turned.journey", turned(&program));
        let ran = folder.journey(&["test", "turned.journey"]);
        if ran.out.lines().last() != Some(&format!("0 passed, {} failed", titles(&program).len())) {
            let told: Vec<&str> = ran.out.lines().filter(|line| line.ends_with("ok")).collect();
            wrong.push_str(&format!("{}: {}\n{}\n{}\n", path.display(), ran.status, told.join("\n"), ran.err));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Checks a project of these files, and gives what it was said about each: `(file, code)`.
fn said(files: &[(String, String)]) -> Vec<(String, String)> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = Folder::with(&[("journey.toml", "")]);
    files.iter().for_each(|(name, text)| folder.write(name, text));
    let ran = folder.journey(&["check", "--format", "json"]);
    let lines = ran.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    lines.filter(|line| line["code"].is_string()).map(|line| (text(&line["file"]), text(&line["code"]))).collect()
}

#[test]
fn reserved_words_are_no_names_and_all_other_words_are() {
    let reserved = "and or not in if else match for while loop break continue let var true false none now profile customer where \
                    within without as via";
    let free = "journey event type enum fn const channel message trait segment service test step wait until send call emit start run \
                parallel race branch experiment variant holdout rest try catch undo finish fail goal exit enter on one per unlimited \
                cooldown priority every day month monday at after when any first of over cap quiet address consent content \
                transactional file answer advance expect sent is because times with to route queue decide decision model identity \
                migrate from renamed including present change stay move broadcast timeout retry backoff body accepts";
    let function = |word: &str| (format!("{word}.journey"), format!("fn f_{word}({word}: Int) -> Int {{ let {word} = 1  {word} + 1 }}\n"));
    let files: Vec<(String, String)> = reserved.split_whitespace().map(function).collect();
    let wrong: Vec<(String, String)> = said(&files);
    for (file, _) in &files {
        assert!(wrong.iter().any(|(at, code)| at == file && code == "E0117"), "{file}: {wrong:?}");
    }
    let names = |word: &str| (format!("{word}.journey"), format!("fn {word}(x: Int) -> Int {{ let {word} = x  {word} + 1 }}\n"));
    let errors: Vec<_> = said(&free.split_whitespace().map(names).collect::<Vec<_>>());
    assert_eq!(errors.iter().filter(|(_, code)| code.starts_with('E')).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}

#[test]
fn a_pause_is_named_by_its_path_its_kind_and_its_place_among_its_like() {
    let journey = "event go {}\nevent ping {}\nservice s { fn op() { GET \"/\" } }\njourney j {\n  enter on go\n  \
                   wait 1h\n  wait 2h\n  wait for ping\n  step first {\n    wait 3h\n    wait 4h as cool_off\n    wait 5h\n  }\n  \
                   parallel { branch a { wait 1h  wait 2h } branch b { call s.op() } }\n  \
                   experiment e { variant x 50% { wait 1h } variant y rest { wait for any { on ping { } after 1h { } } } }\n}\n";
    let identities = |text: &str| -> Vec<String> {
        let folder = Folder::with(&[("journey.toml", ""), ("a.journey", text)]);
        let manifest: serde_json::Value =
            serde_json::from_str(&folder.journey(&["check", "--manifest", "--format", "json"]).out).expect("a manifest");
        let pauses = manifest["journeys"][0]["pauses"].as_array().expect("pauses");
        pauses.iter().map(|pause| pause["identity"].as_str().expect("an identity").to_owned()).collect()
    };
    let mut found = identities(journey);
    found.sort();
    let mut expected = [
        "wait",
        "wait#2",
        "for",
        "first.wait",
        "first.cool_off",
        "first.wait#2",
        "a.wait",
        "a.wait#2",
        "b.call",
        "parallel",
        "x.wait",
        "y.any",
    ];
    expected.sort();
    assert_eq!(found, expected);
    let mut renamed = identities(&journey.replace("step first {", "step welcome renamed from first {"));
    renamed.sort();
    assert_eq!(renamed, expected);
}

#[test]
fn a_goal_is_counted_as_a_conversion_and_an_exit_is_not() {
    let line = |id: u8, kind: &str, customer: &str| {
        format!(
            "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"t\",\"type\":\"{kind}\",\"time\":\"2026-01-01T00:00:00Z\",\
             \"subject\":\"{customer}\",\"data\":{{}}}}\n"
        )
    };
    let journeys = "event go {}\nevent won {}\nevent lost {}\njourney j { enter on go  goal good on won  exit bad on lost  wait 1d }\n\
                    journey k { enter on won  wait 1d }\n";
    let events = [(1, "go", "a"), (2, "go", "b"), (3, "go", "c"), (4, "won", "a"), (5, "won", "b"), (6, "lost", "c")];
    let events: String = events.into_iter().map(|(id, kind, customer)| line(id, kind, customer)).collect();
    let folder = Folder::with(&[("journey.toml", ""), ("a.journey", journeys), ("e.ndjson", &events)]);
    let ran = folder.journey(&["run", "--events", "e.ndjson"]);
    let words = |start: &str| -> Vec<&str> {
        ran.out.lines().find(|line| line.trim_start().starts_with(start)).map(|line| line.split_whitespace().collect()).unwrap_or_default()
    };
    assert_eq!(words("journey "), ["journey", "started", "finished", "converted", "live", "failed"], "{}", ran.all());
    assert_eq!(words("j "), ["j", "3", "1", "bad", "2", "0", "0"], "{}", ran.all());
    assert_eq!(words("k "), ["k", "2", "0", "2", "wait", "0"], "{}", ran.all());
}
