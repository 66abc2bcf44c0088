#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something cannot be had")]
//! The journal over a disk that loses, tears and refuses.

use super::*;
use crate::disk::{Disk, Faults, SimulatedDisk};

const SMALL: Options = Options { smallest: 2_000, largest: 8_000, salt: 7 };

fn folder() -> &'static Path {
    Path::new("/data/journal")
}

type Batches = Vec<(Position, Vec<u8>)>;

fn open(disk: &SimulatedDisk, from: Position) -> Result<(Journal, Recovered, Batches), LogError> {
    let mut batches = Vec::new();
    let mut see = |at: Position, batch: &[u8]| -> Result<(), LogError> {
        batches.push((at, batch.to_vec()));
        Ok(())
    };
    let (journal, recovered) = Journal::open(Arc::new(disk.clone()), folder(), SMALL, from, &mut see)?;
    Ok((journal, recovered, batches))
}

/// A random sequence of its own.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn batch(&mut self) -> Vec<u8> {
        let length = self.below(400) + if self.below(20) == 0 { 9_000 } else { 0 };
        (0..length).map(|_| self.below(256) as u8).collect()
    }
}

/// Appends and syncs at random; gives what was appended, in order, and how much of it is durable.
fn work(random: &mut Random, journal: &mut Journal, known: &mut Batches, trims: bool) -> Position {
    let mut durable = journal.durable().unwrap_or_default();
    for _ in 0..random.below(60) {
        let batches: Vec<Vec<u8>> = (0..=random.below(3)).map(|_| random.batch()).collect();
        let mut end = journal.end();
        for batch in &batches {
            end.0 += (frame::HEAD + batch.len()) as u64;
            known.push((end, batch.clone()));
        }
        if journal.append(batches.iter().map(Vec::as_slice)).is_err() {
            return durable;
        }
        if random.below(3) == 0 {
            match journal.sync() {
                Ok(at) => durable = at,
                Err(_) => return durable,
            }
        }
        if trims && random.below(10) == 0 {
            let until = Position(random.below(durable.0 + 1));
            journal.trim(until).unwrap();
        }
    }
    durable
}

#[test]
fn what_is_synced_outlives_losses_of_power_and_what_is_not_is_dropped_from_one_point_on() {
    for seed in 1..=400 {
        let random = &mut Random(seed);
        let disk = SimulatedDisk::new(seed);
        let (mut durable, mut known) = (Position(0), Batches::new());
        for life in 0..6 {
            let (mut journal, recovered, found) =
                open(&disk, Position(0)).unwrap_or_else(|error| panic!("seed {seed}, life {life}: {error}"));
            assert!(recovered.end >= durable, "seed {seed}, life {life}: {} of {durable}", recovered.end);
            assert_eq!(found[..], known[..found.len()], "seed {seed}, life {life}");
            known.truncate(found.len());
            durable = work(random, &mut journal, &mut known, false);
            if random.below(2) == 0 { disk.lose_power() } else { disk.kill() }
        }
    }
}

#[test]
fn a_trimmed_journal_begins_later_and_uses_its_files_again() {
    for seed in 1..=100 {
        let random = &mut Random(seed);
        let disk = SimulatedDisk::new(seed);
        let mut known = Batches::new();
        let mut kept = Position(0);
        for _ in 0..6 {
            let (mut journal, recovered, found) = open(&disk, kept).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            known.retain(|(end, _)| *end > kept && *end <= recovered.end);
            assert_eq!(found, known, "seed {seed}");
            let durable = work(random, &mut journal, &mut known, false);
            kept = Position(kept.0.max(random.below(durable.0 + 1)));
            journal.trim(kept).unwrap();
            assert!(journal.kept() <= journal.end().0 - kept.0 + 2 * 12_000, "seed {seed}: {}", journal.kept());
            drop(journal);
            disk.lose_power();
        }
        let (mut journal, recovered, _) = open(&disk, kept).unwrap();
        journal.trim(recovered.end).unwrap();
        let names = disk.names(folder()).unwrap();
        assert!(names.len() <= 3, "seed {seed}: {names:?}");
    }
}

#[test]
fn a_changed_bit_in_what_was_synced_is_told_with_its_position() {
    let mut told = 0;
    for seed in 1..=300 {
        let random = &mut Random(seed);
        let disk = SimulatedDisk::new(seed);
        let (mut journal, ..) = open(&disk, Position(0)).unwrap();
        let mut ends = vec![Position(0)];
        for _ in 0..4 {
            journal.append([random.batch().as_slice()]).unwrap();
            ends.push(journal.sync().unwrap());
        }
        let (first, last) = (journal.last.first, journal.last_frame);
        drop(journal);
        let at = random.below(last.0.saturating_sub(first.0).max(1));
        if last == first {
            continue;
        }
        disk.damage(&segment::path(folder(), first), (segment::HEAD + at) as usize);
        let damaged = *ends.iter().rfind(|end| end.0 <= first.0 + at).unwrap();
        match open(&disk, Position(0)) {
            Err(LogError::Damaged { at, .. }) => assert_eq!(at, damaged, "seed {seed}"),
            other => panic!("seed {seed}: {other:?}"),
        }
        told += 1;
    }
    assert!(told > 100, "{told}");
}

#[test]
fn a_missing_file_is_told() {
    let disk = SimulatedDisk::new(1);
    let (mut journal, ..) = open(&disk, Position(0)).unwrap();
    for _ in 0..40 {
        journal.append([[1; 900].as_slice()]).unwrap();
    }
    journal.sync().unwrap();
    let second = journal.full[1];
    disk.remove(&segment::path(folder(), second)).unwrap();
    drop(journal);
    assert!(matches!(open(&disk, Position(0)), Err(LogError::Damaged { at, .. }) if at == second));
    let first = segment::list(&disk, folder()).unwrap()[0];
    disk.remove(&segment::path(folder(), first)).unwrap();
    assert!(matches!(open(&disk, Position(0)), Err(LogError::Missing { .. })));
}

#[test]
fn a_store_that_is_ahead_of_its_journal_is_told() {
    let disk = SimulatedDisk::new(1);
    let (mut journal, ..) = open(&disk, Position(0)).unwrap();
    let end = journal.append([b"one".as_slice()]).unwrap();
    journal.sync().unwrap();
    drop(journal);
    assert!(matches!(open(&disk, Position(end.0 + 1)), Err(LogError::Missing { .. })));
}

#[test]
fn nothing_goes_on_behind_a_failed_write_or_sync() {
    let failing = [
        Faults { sync: 1_000, ..Faults::default() },
        Faults { write: 1_000, ..Faults::default() },
        Faults { room: Some(0), ..Faults::default() },
    ];
    for faults in failing {
        let disk = SimulatedDisk::new(3);
        let (mut journal, ..) = open(&disk, Position(0)).unwrap();
        let kept = journal.append([b"kept".as_slice()]).unwrap();
        journal.wait(kept).unwrap();
        disk.set_faults(faults);
        let big = vec![1; 20_000];
        assert!(journal.append([big.as_slice()]).and_then(|at| journal.wait(at)).is_err(), "{faults:?}");
        disk.set_faults(Faults::default());
        assert!(journal.append([b"more".as_slice()]).is_err() && journal.sync().is_err() && journal.durable().is_err());
        drop(journal);
        disk.lose_power();
        let (_, _, found) = open(&disk, Position(0)).unwrap();
        assert_eq!(found[0], (kept, b"kept".to_vec()), "{faults:?}");
    }
}

#[test]
fn the_thread_makes_durable_what_was_submitted_and_is_whole_when_it_ends() {
    let disk = SimulatedDisk::new(5);
    let (journal, ..) = open(&disk, Position(0)).unwrap();
    let mut thread = JournalThread::start(journal, Arc::new(|| {})).unwrap();
    let mut ends = Vec::new();
    for number in 0..500u32 {
        ends.push((thread.submit(&number.to_le_bytes()).unwrap(), number.to_le_bytes().to_vec()));
    }
    let last = ends[ends.len() - 1].0;
    thread.wait(last).unwrap();
    assert_eq!(thread.durable().unwrap(), last);
    drop(thread);
    disk.lose_power();
    assert_eq!(open(&disk, Position(0)).unwrap().2, ends);
}

#[test]
fn a_thread_whose_disk_fails_says_so_to_all_that_come() {
    let disk = SimulatedDisk::new(5);
    let (journal, ..) = open(&disk, Position(0)).unwrap();
    let mut thread = JournalThread::start(journal, Arc::new(|| {})).unwrap();
    disk.set_faults(Faults { sync: 1_000, ..Faults::default() });
    let at = thread.submit(b"lost").unwrap();
    assert!(thread.wait(at).is_err() && thread.submit(b"more").is_err() && thread.durable().is_err());
}
