//! A run that ends before or after any commit, and what the next run makes of it.

use crate::support::{Compiled, broadcast, compile, event};
use journey_runtime::customer::{Customer, Seen};
use journey_runtime::journal::Position;
use journey_runtime::run::{EffectsFile, RunError};
use journey_runtime::store::{Commit, DurableStore, Meta, Slot, Store, StoreError};
use journey_runtime::{Input, Options, Summary};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const CACHE_BYTES: u64 = 8 << 20;

/// Where a process ends.
#[derive(Debug, Clone, Copy)]
enum Crash {
    BeforeCommit(u64),
    /// The commit lasts, but its effects have not reached their file.
    AfterCommit(u64),
}

/// A store whose process ends at a commit.
struct Crashing<'s> {
    store: &'s mut DurableStore,
    at: Option<Crash>,
    commits: u64,
}

impl Store for Crashing<'_> {
    fn meta(&self) -> Result<Option<Meta>, StoreError> {
        self.store.meta()
    }

    fn broadcasts(&mut self) -> Result<Seen, StoreError> {
        self.store.broadcasts()
    }

    fn unreleased(&mut self) -> Vec<(Position, String)> {
        self.store.unreleased()
    }

    fn released(&mut self, until: Position) {
        self.store.released(until);
    }

    fn open(&mut self, key: &str) -> Result<Slot, StoreError> {
        self.store.open(key)
    }

    fn customer(&mut self, slot: Slot) -> &mut Customer {
        self.store.customer(slot)
    }

    fn changed(&mut self, slot: Slot) {
        self.store.changed(slot);
    }

    fn pending(&self) -> usize {
        self.store.pending()
    }

    fn is_crowded(&self) -> bool {
        self.store.is_crowded()
    }

    fn next_timer(&mut self, limit_ms: i64) -> Result<Option<(i64, Slot)>, StoreError> {
        self.store.next_timer(limit_ms)
    }

    fn set_timer(&mut self, slot: Slot, due_ms: Option<i64>) {
        self.store.set_timer(slot, due_ms);
    }

    fn each(&mut self, see: &mut dyn FnMut(&Customer)) -> Result<(), StoreError> {
        self.store.each(see)
    }

    fn keys_behind(&mut self, last: Option<&str>, most: usize) -> Result<Vec<std::sync::Arc<str>>, StoreError> {
        self.store.keys_behind(last, most)
    }

    fn commit(&mut self, commit: &Commit<'_>) -> Result<Position, StoreError> {
        let crash = || Err(StoreError::Failed(String::from("crash")));
        self.commits += 1;
        match self.at {
            Some(Crash::BeforeCommit(at)) if at == self.commits => crash(),
            Some(Crash::AfterCommit(at)) if at == self.commits => self.store.commit(commit).and_then(|_| crash()),
            _ => self.store.commit(commit),
        }
    }

    fn durable(&mut self) -> Result<Position, StoreError> {
        self.store.durable()
    }

    fn wait(&mut self, until: Position) -> Result<(), StoreError> {
        self.store.wait(until)
    }

    fn is_durable(&self) -> bool {
        true
    }
}

/// A program, and a folder for its state and effects.
struct Case<'c> {
    compiled: &'c Compiled,
    options: Options,
    folder: tempfile::TempDir,
}

/// What must be the same in the end.
#[derive(Debug, PartialEq)]
struct State {
    meta: Meta,
    customers: BTreeMap<String, Customer>,
    effects: String,
}

impl<'c> Case<'c> {
    fn new(compiled: &'c Compiled, commit_events: usize) -> Self {
        let options = Options { drain: true, commit_events, ..Options::default() };
        Self { compiled, options, folder: tempfile::tempdir().unwrap() }
    }

    fn effects(&self) -> std::path::PathBuf {
        self.folder.path().join("effects.ndjson")
    }

    fn store(&self) -> DurableStore {
        DurableStore::open(&self.folder.path().join("data"), CACHE_BYTES).unwrap()
    }

    /// Runs, up to the crash. Gives the number of commits, too.
    fn run(&self, lines: &str, at: Option<Crash>) -> (Result<Summary, RunError>, u64) {
        let mut store = self.store();
        let mut crashing = Crashing { store: &mut store, at, commits: 0 };
        let inputs = vec![Input::new("events", lines.as_bytes())];
        let mut sink = EffectsFile::append(&self.effects()).unwrap();
        let Compiled { program, sources } = self.compiled;
        let ran = journey_runtime::run(program, sources, &self.options, inputs, &mut crashing, Some(&mut sink), &mut |_| {});
        (ran, crashing.commits)
    }

    fn state(&self) -> State {
        let mut store = self.store();
        let mut customers = BTreeMap::new();
        store.each(&mut |customer| drop(customers.insert(customer.key.to_string(), customer.clone()))).unwrap();
        let meta = Meta { effects_place: None, ..store.meta().unwrap().unwrap() };
        State { meta, customers, effects: read(&self.effects()) }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

const FLIGHTS: &str = r#"
event booked { flight: String }
event delayed { flight: String, hours: Int }
event landed { flight: String }
profile { phone: String? }
channel sms { address profile.phone }
message sorry(flight: String, hours: Int) { sms { text: "{flight} is {hours}h late" } }
message patience() { sms { text: "Have a coffee" } }
journey care {
  enter on booked as seat
  one per seat.flight
  loop {
    wait for any {
      on delayed as news where news.flight == seat.flight { send sorry(seat.flight, news.hours) via sms }
      on landed as landing where landing.flight == seat.flight { finish arrived }
      after 4h { finish forgotten }
    }
    wait 10m
    send patience() via sms
    wait 20m
  }
}
"#;

/// Ten passengers, whom broadcasts reach in the midst of commits; one of them, stamped long ago, makes due what is past.
fn flight() -> String {
    let mut lines = String::new();
    for n in 0..10 {
        let phone = format!("{{\"phone\": \"+1555010{n}\"}}");
        lines += &event(&format!("p{n}"), "profile", &format!("u{n}"), "08:00:00", &phone);
        lines += &event(&format!("b{n}"), "booked", &format!("u{n}"), &format!("08:{n:02}:00"), r#"{"flight": "A"}"#);
    }
    lines += "not JSON\n";
    lines += &broadcast("d1", "delayed", "10:00:00", r#"{"flight": "A", "hours": 2}"#);
    lines += &event("b3", "booked", "u3", "08:03:00", r#"{"flight": "A"}"#);
    lines += &broadcast("d2", "delayed", "08:30:00", r#"{"flight": "A", "hours": 3}"#);
    lines += &event("b11", "booked", "u9", "10:50:00", r#"{"flight": "B"}"#);
    lines += &broadcast("d3", "delayed", "08:45:00", r#"{"flight": "A", "hours": 4}"#);
    lines += &broadcast("d3", "delayed", "08:45:00", r#"{"flight": "A", "hours": 4}"#);
    lines += &broadcast("l1", "landed", "11:50:00", r#"{"flight": "A"}"#);
    lines
}

#[test]
fn a_run_that_ends_at_any_commit_is_taken_up_as_if_it_had_not() {
    let compiled = compile(FLIGHTS);
    let lines = flight();
    let whole = Case::new(&compiled, 3);
    let (ran, commits) = whole.run(&lines, None);
    let (summary, state) = (ran.unwrap(), whole.state());
    assert_eq!(summary.sends["sorry"]["sms"], 20);
    assert!(commits > 30, "{commits}");
    for at in 1..=commits {
        for crash in [Crash::BeforeCommit(at), Crash::AfterCommit(at)] {
            let case = Case::new(&compiled, 3);
            assert!(matches!(case.run(&lines, Some(crash)).0, Err(RunError::Store(_))), "{crash:?}");
            let again = case.run(&lines, None).0.unwrap();
            assert_eq!((&again.events, &again.journeys, &again.sends), (&summary.events, &summary.journeys, &summary.sends), "{crash:?}");
            assert_eq!(case.state(), state, "{crash:?}");
        }
    }
}

const CLUB: &str = r#"
event joined { n: Int }
event news { n: Int }
event answered { n: Int }
event greeted { n: Int }
service score { fn of(member: String) -> Int { GET "/score/{member}" timeout 5s retry 2 backoff 20s..1m } }
journey member {
  enter on joined as j
  let points = call score.of(customer) else 0 - 1
  emit greeted { n: points }
  let o = run survey(j.n)
  match o { answered => { broadcast news { n: j.n } } _ => { } }
  loop { wait for news as n where n.n < j.n within 1h else { finish quiet } }
}
journey survey(n: Int) { wait for answered as a within 10m  if a != none and n > 2 { finish answered } }
journey greeter { enter on greeted as g where g.n > 0  unlimited  start reminder(g.n) }
journey reminder(n: Int) { unlimited  wait minutes(n)  broadcast news { n: 0 - n } }
"#;

/// Ten members; what is called, run, kept, emitted and broadcast for them is under way in the midst of commits.
#[test]
fn calls_children_and_broadcasts_of_steps_are_taken_up_at_any_commit() {
    let compiled = compile(CLUB);
    let answers = "{\"service\": \"score.of\", \"try\": 1, \"customer\": \"u3\", \"fail\": \"busy\"}\n{\"service\": \"score.of\", \"customer\": \"u5\", \"fail\": \"busy\"}\n{\"service\": \"score.of\", \"after\": \"2s\", \"answer\": 7}";
    let answers = journey_runtime::answers::Recorded::read(answers, &compiled.program).unwrap();
    let case = || {
        let case = Case::new(&compiled, 2);
        let options = Options { answers: answers.clone(), ..case.options.clone() };
        Case { options, ..case }
    };
    let mut lines = String::new();
    for n in 0..10 {
        lines += &event(&format!("j{n}"), "joined", &format!("u{n}"), &format!("08:00:{n:02}"), &format!("{{\"n\": {n}}}"));
    }
    for n in 0..10 {
        lines += &event(&format!("a{n}"), "answered", &format!("u{n}"), &format!("08:0{n}:30"), "{\"n\": 1}");
    }
    let whole = case();
    let (ran, commits) = whole.run(&lines, None);
    let (summary, state) = (ran.unwrap(), whole.state());
    assert_eq!(summary.journeys["survey"].finished["answered"], 7);
    assert_eq!((summary.journeys["reminder"].started, summary.journeys["member"].finished["quiet"]), (9, 10));
    assert!(commits > 30 && state.meta.outgoing.is_empty(), "{commits}");
    // A third of all, before and after in turns.
    for at in (1..=commits).step_by(3) {
        let crash = if at % 2 == 0 { Crash::BeforeCommit(at) } else { Crash::AfterCommit(at) };
        let case = case();
        assert!(matches!(case.run(&lines, Some(crash)).0, Err(RunError::Store(_))), "{crash:?}");
        let again = case.run(&lines, None).0.unwrap();
        assert_eq!((&again.events, &again.journeys), (&summary.events, &summary.journeys), "{crash:?}");
        assert_eq!(case.state(), state, "{crash:?}");
    }
}

#[test]
fn how_much_a_commit_holds_changes_nothing() {
    let compiled = compile(FLIGHTS);
    let state = |commit_events| {
        let case = Case::new(&compiled, commit_events);
        case.run(&flight(), None).0.unwrap();
        case.state()
    };
    let expected = state(1);
    assert_eq!(state(7), expected);
    assert_eq!(state(4_096), expected);
}

#[test]
fn a_broadcast_cut_short_is_not_taken_for_another_and_comes_to_its_end_when_it_comes_again() {
    let compiled = compile(FLIGHTS);
    let case = Case::new(&compiled, 3);
    let booked: String = flight().lines().take(20).flat_map(|line| [line, "\n"]).collect();
    let delayed = booked.clone() + &broadcast("d1", "delayed", "09:00:00", r#"{"flight": "A", "hours": 2}"#);
    let options = Options { drain: false, ..case.options.clone() };
    let case = Case { options, ..case };
    let before = case.run(&booked, None).1;
    assert!(before > 5);
    // The first commit in the midst of the broadcast lasts.
    assert!(case.run(&delayed, Some(Crash::AfterCommit(1))).0.is_err());
    assert_eq!(case.store().meta().unwrap().unwrap().under_way.as_ref().unwrap().after, "u2");
    // Another file comes first, with a broadcast of its own: everybody hears it who is still waiting, u0 to u2 are not.
    let other = broadcast("d9", "delayed", "09:05:00", r#"{"flight": "A", "hours": 9}"#);
    let sent = case.run(&other, None).0.unwrap().sends["sorry"]["sms"];
    assert_eq!(sent, 3 + 7);
    let sent = case.run(&delayed, None).0.unwrap().sends["sorry"]["sms"];
    assert_eq!(sent, 10, "those who were left are in their ten minutes");
    assert!(case.store().meta().unwrap().unwrap().under_way.is_none());
}

#[test]
fn effects_go_on_in_the_file_that_is_there() {
    let compiled = compile(FLIGHTS);
    let whole = Case::new(&compiled, 3);
    let lines = flight();
    whole.run(&lines, None).0.unwrap();
    let expected = read(&whole.effects());
    // Moved away between two runs: what is there and what is new are all, and each once.
    let case = Case::new(&compiled, 3);
    assert!(case.run(&lines, Some(Crash::BeforeCommit(20))).0.is_err());
    let first = read(&case.effects());
    fs::rename(case.effects(), case.folder.path().join("old.ndjson")).unwrap();
    case.run(&lines, None).0.unwrap();
    assert_eq!(first + &read(&case.effects()), expected);
    // A line without an end that somebody wrote below stays a line of its own.
    let case = Case::new(&compiled, 3);
    assert!(case.run(&lines, Some(Crash::BeforeCommit(20))).0.is_err());
    let first = read(&case.effects());
    fs::write(case.effects(), format!("{first}a note")).unwrap();
    case.run(&lines, None).0.unwrap();
    assert_eq!(read(&case.effects()), format!("{first}a note\n{}", &expected[first.len()..]));
}

#[test]
fn effects_of_the_last_commit_are_not_written_into_a_new_file() {
    let compiled = compile(FLIGHTS);
    let case = Case::new(&compiled, 1);
    let lines = flight();
    case.run(&lines, None).0.unwrap();
    let other = case.folder.path().join("other.ndjson");
    let note = "x".repeat(4_096) + "\n";
    fs::write(&other, &note).unwrap();
    let more = lines + &event("e", "profile", "u1", "12:00:00", r#"{"phone": null}"#);
    for _ in 0..3 {
        let mut store = case.store();
        let mut sink = EffectsFile::append(&other).unwrap();
        let inputs = vec![Input::new("events", more.as_bytes())];
        let Compiled { program, sources } = &compiled;
        journey_runtime::run(program, sources, &case.options, inputs, &mut store, Some(&mut sink), &mut |_| {}).unwrap();
    }
    assert_eq!(read(&other), note);
}

#[test]
fn a_drain_gives_up_ten_years_after_it_began_however_often_it_is_cut_short() {
    let compiled = compile("event go {}\njourney forever { enter on go  loop { wait 200d } }\n");
    let lines = event("1", "go", "ann", "00:00:00", "{}");
    let whole = Case::new(&compiled, 1);
    let (ran, commits) = whole.run(&lines, None);
    let ran = ran.unwrap();
    assert!(ran.drain_gave_up && commits > 15);
    let case = Case::new(&compiled, 1);
    for _ in 0..4 {
        assert!(case.run(&lines, Some(Crash::AfterCommit(4))).0.is_err());
    }
    let again = case.run(&lines, None).0.unwrap();
    assert_eq!((again.clock_ms, again.drain_gave_up), (ran.clock_ms, true));
    assert_eq!(case.state(), whole.state());
}

#[test]
fn a_small_cache_gives_what_a_large_one_gives() {
    let compiled = compile(FLIGHTS);
    let mut lines = String::new();
    for n in 0..6_000 {
        let second = format!("{:02}:{:02}:{:02}", n / 3600, n / 60 % 60, n % 60);
        let customer = format!("customer-{:05}", n * 7_919 % 6_000);
        lines += &event(&format!("p{n}"), "profile", &customer, &second, &format!("{{\"phone\": \"{}\"}}", "5".repeat(150)));
        lines += &event(&format!("b{n}"), "booked", &customer, &second, &format!("{{\"flight\": \"F{}\"}}", n % 3));
        if n % 1_500 == 1_499 {
            lines += &broadcast(&format!("d{n}"), "delayed", &second, &format!("{{\"flight\": \"F{}\", \"hours\": 2}}", n % 3));
        }
    }
    let state = |cache_bytes| {
        let case = Case::new(&compiled, 4_096);
        let mut store = DurableStore::open(&case.folder.path().join("data"), cache_bytes).unwrap();
        let mut sink = EffectsFile::append(&case.effects()).unwrap();
        let inputs = vec![Input::new("events", lines.as_bytes())];
        let Compiled { program, sources } = &compiled;
        journey_runtime::run(program, sources, &case.options, inputs, &mut store, Some(&mut sink), &mut |_| {}).unwrap();
        let in_memory = store.customers_in_memory();
        drop(store);
        (case.state(), in_memory)
    };
    let (small, few) = state(4 << 20);
    let (large, all) = state(256 << 20);
    assert_eq!(all, 6_000);
    assert!(few < 4_000, "{few} of 6000 customers are in memory");
    assert!(small == large);
}
