//! `journey run --data`: disks that are full or read-only, and stores that are damaged.

use crate::stored::{commits, settle, stored, try_stored};
use crate::support::{Folder, Ran, run};
use journey_runtime::store::StoreError;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Told as the environment's fault.
fn refused(ran: &Ran, snapshot: &str) {
    assert_eq!((ran.status, ran.out.as_str()), (3, ""), "{}", ran.err);
    insta::assert_snapshot!(snapshot, ran.err);
}

const SHOP: &str = "\
event cart { id: String }
profile { email: String? }
channel email { address profile.email }
message reminder(id: String) { email { subject: \"Cart {id}\", body: \"\" } }
journey recovery {
  enter on cart as cart
  wait 1h
  send reminder(cart.id) via email
  wait 30d
  finish lost
}
";

/// So many customers with a cart each, which come a minute apart.
fn shop(customers: usize) -> Folder {
    let mut events = String::new();
    for n in 0..customers {
        let time = format!("2026-01-{:02}T{:02}:{:02}:00Z", 1 + n / 1440, n / 60 % 24, n % 60);
        for (kind, data) in [("profile", format!("{{\"email\":\"{n}@example.com\"}}")), ("cart", format!("{{\"id\":\"c{n}\"}}"))] {
            events.push_str(&format!(
                "{{\"specversion\":\"1.0\",\"id\":\"{kind}{n}\",\"source\":\"shop\",\"type\":\"{kind}\",\"time\":\"{time}\",\"subject\":\"u{n:05}\",\"data\":{data}}}\n"
            ));
        }
    }
    let folder = Folder::with(&[("project/shop.journey", SHOP), ("events.ndjson", &events)]);
    folder.write("project/journey.toml", "[limits]\ncommit_events = 128\n");
    folder
}

fn args(more: &[&'static str]) -> Vec<&'static str> {
    let args = ["run", "project", "--events", "events.ndjson", "--data", "data", "--effects", "effects.ndjson", "--format", "json"];
    [&args[..], more].concat()
}

/// Runs a script that may mount file systems, which go with it. `None`, with the reason printed, where the system forbids that.
fn mounting(folder: &Folder, script: &str) -> Option<Ran> {
    let probe = Command::new("unshare").args(["-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        println!("skipped: file systems can't be mounted here");
        return None;
    }
    let script = format!("set -e\njourney() {{ '{}' \"$@\"; }}\n{script}", env!("CARGO_BIN_EXE_journey"));
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &script]).current_dir(folder.path());
    Some(run(&mut command))
}

#[test]
fn a_read_only_disk_is_told() {
    let folder = shop(3);
    fs::create_dir(folder.path().join("disk")).unwrap();
    let script = "mount -t tmpfs tmpfs disk; mount -o remount,ro disk; journey run project --events events.ndjson --data disk/data";
    if let Some(ran) = mounting(&folder, script) {
        refused(&ran, "data_read_only");
    }
    // A folder that was used before, and is read-only now.
    let script = "mount -t tmpfs tmpfs disk; journey run project --events events.ndjson --data disk/data > /dev/null
        mount -o remount,ro disk; journey run project --events events.ndjson --data disk/data";
    if let Some(ran) = mounting(&folder, script) {
        refused(&ran, "data_read_only_now");
    }
}

#[test]
fn a_full_disk_loses_nothing_and_once_there_is_room_the_same_command_goes_on() {
    let folder = shop(1_500);
    let whole = folder.journey(&args(&["--drain"]));
    assert_eq!(whole.status, 0, "{}", whole.err);
    let (effects, expected) = (folder.read("effects.ndjson"), stored(&folder.path().join("data")));
    fs::create_dir(folder.path().join("disk")).unwrap();
    for kib_free in [150, 500] {
        let script = format!(
            "mount -t tmpfs -o size=8m tmpfs disk
            head -c $((8192 - {kib_free}))k /dev/zero > disk/filler
            run() {{ journey run project --events events.ndjson --data disk/data --effects after.ndjson --drain --format json; }}
            run 2>> full.txt || echo $? >> full.txt
            run 2>> full.txt || echo $? >> full.txt
            rm disk/filler
            run
            rm -rf after; cp -r disk/data after"
        );
        let Some(ran) = mounting(&folder, &script) else { return };
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        // At which step there is no room is a matter of pages.
        let told = folder.read("full.txt").replace("be opened", "be written to").replace("be synced", "be written to");
        // Whether the journal or the table finds it full first hangs on how large sled's files have become.
        let told =
            told.replace("the file disk/data/journal/next.new cannot be written:", "the data folder disk/data cannot be written to:");
        insta::assert_snapshot!("data_full", told);
        assert_eq!(ran.out, whole.out);
        assert_eq!(folder.read("after.ndjson"), effects);
        assert_eq!(stored(&folder.path().join("after")), expected);
        for file in ["full.txt", "after.ndjson"] {
            fs::remove_file(folder.path().join(file)).unwrap();
        }
    }
}

#[test]
fn effects_for_which_there_is_no_room_are_written_once_there_is() {
    let folder = shop(1_500);
    let whole = folder.journey(&args(&["--drain"]));
    let effects = folder.read("effects.ndjson");
    fs::create_dir(folder.path().join("disk")).unwrap();
    let script = "mount -t tmpfs -o size=256k tmpfs disk
        run() { journey run project --events events.ndjson --data after --effects disk/effects.ndjson --drain --format json; }
        run 2> full.txt || echo $? >> full.txt
        mount -o remount,size=8m disk
        run
        cp disk/effects.ndjson after.ndjson";
    let Some(ran) = mounting(&folder, script) else { return };
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!("effects_full", folder.read("full.txt"));
    assert_eq!(ran.out, whole.out);
    assert_eq!(folder.read("after.ndjson"), effects);
}

/// Changes one value of the store, as a bad disk might.
fn damage(data: &Path, key: &[u8]) {
    let db = sled::open(data.join("store")).unwrap();
    let mut value = db.get(key).unwrap().unwrap().to_vec();
    let at = value.len() / 2;
    value[at] ^= 4;
    db.insert(key, value).unwrap();
    db.flush().unwrap();
}

#[test]
fn a_damaged_record_is_told_with_its_customer() {
    let folder = shop(200);
    assert_eq!(folder.journey(&args(&[])).status, 0);
    let data = folder.path().join("data");
    settle(&data);
    damage(&data, b"cu00007");
    refused(&folder.journey(&args(&["--drain"])), "data_damaged_customer");
    // Told again, and nothing was done in between.
    let before = (commits(&data), folder.read("effects.ndjson"));
    refused(&folder.journey(&args(&["--drain"])), "data_damaged_customer");
    assert_eq!((commits(&data), folder.read("effects.ndjson")), before);
}

/// A data folder whose journal no longer reaches back to the beginning.
fn trimmed() -> Folder {
    let folder = shop(4_000);
    assert_eq!(folder.journey(&args(&[])).status, 0);
    let data = folder.path().join("data");
    settle(&data);
    assert!(!data.join("journal/00000000000000000000.log").exists());
    folder
}

#[test]
fn damaged_or_missing_parts_of_the_store_are_told() {
    let folder = trimmed();
    let (data, good) = (folder.path().join("data"), folder.path().join("good"));
    copy(&data, &good);
    let again = || {
        fs::remove_dir_all(&data).unwrap();
        copy(&good, &data);
    };
    damage(&data, b"m");
    refused(&folder.journey(&args(&[])), "data_damaged_meta");
    again();
    overwrite(&data.join("store/conf"), 9, b"?");
    refused(&folder.journey(&args(&[])), "data_damaged_conf");
    again();
    fs::remove_dir_all(data.join("store")).unwrap();
    refused(&folder.journey(&args(&[])), "data_missing_store");
    again();
    fs::remove_dir_all(data.join("journal")).unwrap();
    refused(&folder.journey(&args(&[])), "data_missing_journal");
    again();
    folder.write("data/journey.data", "journey data folder, format many\n");
    refused(&folder.journey(&args(&[])), "data_damaged_mark");
}

#[test]
fn a_journal_that_is_gone_is_not_taken_for_an_empty_one() {
    let folder = shop(40);
    assert_eq!(folder.journey(&args(&[])).status, 0);
    fs::remove_dir_all(folder.path().join("data/journal")).unwrap();
    refused(&folder.journey(&args(&[])), "data_gone_journal");
}

#[test]
fn a_journal_that_is_damaged_in_the_middle_is_told_with_the_place() {
    let folder = shop(200);
    assert_eq!(folder.journey(&args(&[])).status, 0);
    let data = folder.path().join("data");
    overwrite(&data.join("journal/00000000000000000000.log"), 90, b"?");
    refused(&folder.journey(&args(&["--drain"])), "data_damaged_journal");
}

#[test]
fn a_table_that_is_damaged_is_made_anew_while_the_journal_reaches_back_to_the_beginning() {
    let folder = shop(40);
    assert_eq!(folder.journey(&args(&[])).status, 0);
    let data = folder.path().join("data");
    let expected = stored(&data);
    settle(&data);
    overwrite(&data.join("store/conf"), 9, b"?");
    assert_eq!(stored(&data), expected);
}

/// Overwrites some bytes.
fn overwrite(file: &Path, at: usize, bytes: &[u8]) {
    let mut all = fs::read(file).unwrap();
    all[at..at + bytes.len()].copy_from_slice(bytes);
    fs::write(file, all).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).unwrap();
        }
    }
}

#[test]
fn a_file_that_is_damaged_anywhere_is_told_or_harms_nothing() {
    let folder = trimmed();
    let good = folder.path().join("good");
    fs::rename(folder.path().join("data"), &good).unwrap();
    let expected = stored(&good);
    let size = fs::metadata(good.join("store/db")).unwrap().len() as usize;
    let (mut told, mut told_later, mut harmless) = (0, 0, 0);
    for n in 0..25 {
        let data = folder.path().join("data");
        let _ = fs::remove_dir_all(&data);
        copy(&good, &data);
        // Where in the file things stand hangs on the moment at which each was written: all of it, last, is never harmless.
        let length = if n == 24 { size } else { [1, 16, 4_096][n % 3] };
        overwrite(&data.join("store/db"), n * (size - length) / 23, &vec![0xa5; length]);
        let ran = folder.journey(&["run", "project", "--events", "events.ndjson", "--data", "data", "--format", "json"]);
        if ran.status == 0 {
            // What this run had no need of is told when it is read.
            match try_stored(&data) {
                Ok(found) => {
                    harmless += 1;
                    assert_eq!(found, expected, "damage {n}");
                }
                Err(error) => {
                    told_later += 1;
                    assert!(matches!(error, StoreError::Damaged(_)), "damage {n}: {error}");
                }
            }
        } else {
            told += 1;
            assert_eq!((ran.status, ran.err.lines().count()), (3, 1), "damage {n}: {}", ran.err);
            assert!(ran.err.contains("damaged: restore the folder from a copy"), "damage {n}: {}", ran.err);
        }
    }
    println!("{told} told, {told_later} told later, {harmless} harmless");
    assert!(told > 0, "{told} told, {told_later} told later, {harmless} harmless");
}

#[test]
fn what_is_left_of_opening_a_store_does_not_stop_the_next_run() {
    // Killed while the store was made.
    let folder = shop(40);
    let whole = folder.journey(&args(&[]));
    let conf = fs::read(folder.path().join("data/store/conf")).unwrap();
    fs::remove_dir_all(folder.path().join("data/store")).unwrap();
    folder.write("data/journey.data", "journey data folder, format 3\n");
    folder.write("data/store/conf", &conf[..conf.len() - 4]);
    folder.write("effects.ndjson", "");
    let ran = folder.journey(&args(&[]));
    assert_eq!((ran.status, &ran.out), (0, &whole.out), "{}", ran.err);
    // Killed while it was opened again.
    folder.write("data/store/snap.00000000000209A0.generating", "half");
    let ran = folder.journey(&args(&[]));
    assert_eq!((ran.status, &ran.out), (0, &whole.out), "{}", ran.err);
}
