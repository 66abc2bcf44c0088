//! What README.md shows is what the program prints.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What README.md shows below a command, up to the end of its block.
fn shown(command: &str) -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, after) = readme.split_once(&format!("\n$ {command}\n")).unwrap();
    after.split("```").next().unwrap().to_owned()
}

/// What the program prints; ends of lines are no matter.
fn printed(folder: &Path, arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_journey")).current_dir(folder).args(arguments.split(' ')).output().unwrap();
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    printed.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let arguments = "run examples/cart_recovery --events examples/cart_recovery/events.ndjson --drain";
    let command = format!("cargo run --release -- {arguments}");
    assert_eq!(shown(&command), printed(&root(), arguments));
}

#[test]
fn two_slips_are_told_as_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    let example = root().join("examples/cart_recovery");
    for name in ["journey.toml", "shop.journey", "messages.journey", "payment_help.journey"] {
        fs::copy(example.join(name), folder.path().join(name)).unwrap();
    }
    let right = fs::read_to_string(example.join("cart_recovery.journey")).unwrap();
    let wrong = right.replace("order.cart_id == cart.cart_id", "order.cart_id == cart.items").replace("plain 45%", "plain 55%");
    fs::write(folder.path().join("cart_recovery.journey"), wrong).unwrap();
    assert_eq!(shown("journey check"), printed(folder.path(), "check"));
}

#[test]
fn the_journey_in_the_readme_is_the_example() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let journey = fs::read_to_string(root().join("examples/cart_recovery/cart_recovery.journey")).unwrap();
    assert!(readme.contains(&format!("```journey\n{journey}```\n")), "README.md shows another cart_recovery.journey");
}
