//! Killed at any instant and started again, a run ends as if nothing had been.

use crate::stored::{Stored, commits, stored};
use crate::support::Folder;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Kills that must find a process at work, for each stream.
const KILLS: usize = 50;
/// Attempts at most; some runs end before they are killed.
const ATTEMPTS: usize = 10 * KILLS;

/// Where a run is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after it began.
    After(Duration),
    /// So long after the folder holds so many commits.
    Commits(u64, Duration),
    /// So long after so many bytes were given to its standard input, which then stays open.
    Fed(usize, Duration),
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn micros(&mut self, limit: u64) -> Duration {
        Duration::from_micros(self.below(limit))
    }

    fn moment(&mut self, whole: &Outcome, bytes: usize) -> Moment {
        match self.below(5) {
            0 => Moment::After(self.micros(60_000)),
            1 => Moment::Fed(usize::try_from(self.below(bytes as u64)).unwrap(), self.micros(20_000)),
            _ => Moment::Commits(self.below(whole.commits), self.micros(1_500)),
        }
    }
}

/// What a run leaves.
#[derive(Debug, PartialEq)]
struct Outcome {
    summary: String,
    effects: String,
    stored: Stored,
    commits: u64,
}

/// A project and its events.
struct Stream {
    name: &'static str,
    events: String,
}

impl Stream {
    /// A folder with the project, of which a commit holds little, and with the events.
    fn folder(&self) -> Folder {
        let folder = Folder::with(&[("events.ndjson", &self.events)]);
        for entry in fs::read_dir(Path::new(ROOT).join("examples").join(self.name)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "journey") {
                folder.write(&format!("project/{}", path.file_name().unwrap().to_str().unwrap()), fs::read(&path).unwrap());
            }
        }
        folder.write("project/journey.toml", "[limits]\ncommit_events = 24\n");
        folder
    }

    fn to_the_end(&self, folder: &Folder, moments: &[Moment]) -> Outcome {
        let ran = folder.journey(&[ARGS, &["--events", "events.ndjson"]].concat());
        assert_eq!(ran.status, 0, "{moments:?}: {}", ran.err);
        let data = folder.path().join("data");
        let commits = commits(&data);
        Outcome { summary: ran.out, effects: folder.read("effects.ndjson"), stored: stored(&data), commits }
    }

    /// Starts a run and kills it. Says whether it was still at work.
    fn kill(&self, folder: &Folder, moment: Moment) -> bool {
        let events = if matches!(moment, Moment::Fed(..)) { "-" } else { "events.ndjson" };
        let mut command = folder.command();
        command.args([ARGS, &["--events", events]].concat()).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        match moment {
            Moment::After(delay) => thread::sleep(delay),
            Moment::Commits(count, delay) => {
                while commits(&folder.path().join("data")) < count && is_alive(&mut child) {
                    thread::yield_now();
                }
                thread::sleep(delay);
            }
            Moment::Fed(bytes, delay) => {
                input.write_all(&self.events.as_bytes()[..bytes]).unwrap();
                thread::sleep(delay);
            }
        }
        let alive = is_alive(&mut child);
        child.kill().unwrap();
        child.wait().unwrap();
        alive
    }
}

const ARGS: &[&str] = &["run", "project", "--data", "data", "--effects", "effects.ndjson", "--drain", "--format", "json"];

fn is_alive(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_none()
}

/// Of the seed in the environment, to try one again, or of the clock.
fn seed() -> u64 {
    match std::env::var("SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos()),
    }
}

fn survives(stream: &Stream) {
    let seed = seed();
    println!("{}: SEED={seed}", stream.name);
    let mut random = Random(seed);
    let whole = stream.to_the_end(&stream.folder(), &[]);
    assert!(whole.commits > 30, "{} commits", whole.commits);
    let mut at_commits = Vec::new();
    let mut attempts = 0;
    while at_commits.len() < KILLS {
        let folder = stream.folder();
        let mut moments = Vec::new();
        for _ in 0..=random.below(4) {
            let moment = random.moment(&whole, stream.events.len());
            attempts += 1;
            if stream.kill(&folder, moment) {
                at_commits.push(commits(&folder.path().join("data")));
            }
            moments.push(moment);
        }
        assert!(attempts < ATTEMPTS, "only {} of {attempts} runs were still at work when they were killed", at_commits.len());
        let ended = stream.to_the_end(&folder, &moments);
        assert!(ended.summary == whole.summary, "{moments:?}\n{}\n{}", ended.summary, whole.summary);
        assert!(ended.effects == whole.effects, "{moments:?}: {}", first_difference(&ended.effects, &whole.effects));
        assert_eq!(ended.stored, whole.stored, "{moments:?}");
    }
    println!("killed at these of {} commits: {at_commits:?}", whole.commits);
}

fn first_difference(left: &str, right: &str) -> String {
    let differs = left.lines().zip(right.lines()).enumerate().find(|(_, (left, right))| left != right);
    format!("{} and {} lines; {differs:?}", left.lines().count(), right.lines().count())
}

#[test]
fn a_recorded_stream_ends_in_the_same_state_and_effects_wherever_it_is_killed() {
    let all = fs::read_to_string(Path::new(ROOT).join("examples/cart_recovery/events.ndjson")).unwrap();
    let mut lines: Vec<&str> = all.lines().take(3_000).collect();
    // Something bad among them, and something twice.
    lines.insert(700, "not JSON");
    lines.insert(1_500, lines[1_200]);
    lines.insert(2_900, r#"{"specversion":"1.0","id":"x","source":"shop","type":"shop.cart.updated","subject":"ann","data":{}}"#);
    survives(&Stream { name: "cart_recovery", events: lines.join("\n") + "\n" });
}

/// The passengers and broadcasts of the delayed flight, many times over: a broadcast finds more customers than a commit holds.
fn full_flights() -> String {
    let recorded = fs::read_to_string(Path::new(ROOT).join("examples/delayed_flight/events.ndjson")).unwrap();
    let mut events = String::new();
    for line in recorded.lines() {
        if line.contains("flight_arrived") {
            // Stamped long ago: what it makes due is due before the next event, and only then.
            events.push_str(LATE);
        }
        let copies = if line.contains("\"subject\"") { 60 } else { 1 };
        for copy in 0..copies {
            let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
            if let Some(subject) = event["subject"].as_str() {
                event["subject"] = format!("{subject}{copy}").into();
            }
            events.push_str(&event.to_string());
            events.push('\n');
        }
    }
    events
}

const LATE: &str = r#"{"specversion":"1.0","id":"late","source":"operations","type":"flight_delayed","time":"2026-01-25T00:00:00Z","data":{"flight":"JL005/2026-02-10","departs":"2026-01-26T00:00:00Z","reason":"snow"}}
"#;

#[test]
fn broadcasts_end_in_the_same_state_and_effects_wherever_they_are_killed() {
    survives(&Stream { name: "delayed_flight", events: full_flights() });
}
