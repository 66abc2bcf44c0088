//! Every example is a project that checks without a warning, passes its own tests and runs over its own events.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.join("journey.toml").exists());
    found.sort();
    assert!(found.len() >= 14, "examples are missing: {found:?}");
    found
}

fn journey(command: &str, project: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_journey")).arg(command).arg(project).args(more).output().unwrap()
}

/// Panics with all that was printed unless the exit status is 0.
fn succeeded(what: &str, project: &Path, output: &Output) {
    let printed = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{what} {}: {}\n{}{}",
        project.display(),
        output.status,
        printed(&output.stdout),
        printed(&output.stderr)
    );
}

#[test]
fn every_example_checks_without_a_warning() {
    for project in examples() {
        succeeded("check", &project, &journey("check", &project, &["--deny", "warnings"]));
    }
}

#[test]
fn every_example_passes_its_own_tests() {
    for project in examples() {
        succeeded("test", &project, &journey("test", &project, &[]));
    }
}

#[test]
fn every_example_runs_over_its_events_and_nobody_vanishes() {
    for project in examples() {
        let events = project.join("events.ndjson");
        let answers = project.join("answers.ndjson");
        let mut arguments = vec!["--events", events.to_str().unwrap(), "--drain", "--format", "json"];
        if answers.exists() {
            arguments.extend(["--answers", answers.to_str().unwrap()]);
        }
        let output = journey("run", &project, &arguments);
        succeeded("run", &project, &output);
        let summary: Value = serde_json::from_slice(&output.stdout).expect("a summary in JSON");
        all_events_are_accounted_for(&project, &events, &summary["events"]);
        let journeys = summary["journeys"].as_object().expect("journeys");
        assert!(journeys.values().any(|journey| journey["started"] != 0), "{}: no journey started", project.display());
        for (name, journey) in journeys {
            let finished: u64 = journey["finished"].as_object().expect("outcomes").values().map(count).sum();
            let all = count(&journey["live"]) + finished + count(&journey["failed"]) + count(&journey["cancelled"]);
            assert_eq!(count(&journey["started"]), all, "{}: {name}: {journey}", project.display());
            assert_eq!(count(&journey["failed"]), 0, "{}: {name}: {journey}", project.display());
        }
    }
}

fn all_events_are_accounted_for(project: &Path, events: &Path, told: &Value) {
    let lines = std::fs::read_to_string(events).unwrap().lines().count() as u64;
    let sum: u64 = ["handled", "unmatched", "duplicate", "rejected"].iter().map(|kind| count(&told[kind])).sum();
    assert_eq!((count(&told["read"]), sum), (lines, lines), "{}: {told}", project.display());
    assert_eq!(count(&told["rejected"]), 0, "{}: {told}", project.display());
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

#[test]
fn every_example_has_the_one_layout() {
    for project in examples() {
        succeeded("fmt", &project, &journey("fmt", &project, &["--check"]));
    }
}
