//! Checks of the whole program: from a program that is right, each change that breaks one thing gives exactly that code.

mod conditions;
mod documents;
mod personal;
mod reach;

use journey_compiler::analysis::analyse;
use journey_compiler::project::Project;

/// The codes of all that is said of a program, in order.
fn codes(text: &str) -> Vec<&'static str> {
    analyse(&Project::of_text("shop.journey", text)).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// The program is right, and with `from` written as `to` it gives exactly these codes.
#[track_caller]
fn breaks(right: &str, from: &str, to: &str, expected: &[&str]) {
    assert_eq!(codes(right), [""; 0], "the program is right");
    assert_eq!(right.matches(from).count(), 1, "`{from}` stands in it once");
    assert_eq!(codes(&right.replace(from, to)), expected, "with `{to}`");
}
