//! No source makes the reader fail, panic or use up the stack, and every place that it names is a place in the text.

use super::{BLOCKS, read};
use crate::diagnostics::Diagnostic;

/// A small generator of numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

const PIECES: &[&str] = &[
    "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "'", "\n", " ", ",", ":", ";", "=", "=>", ".", "-", "旅程", "é", "😀", "\r\n", "\\", "9",
    "via ",
];

fn mutated(source: &str, dice: &mut Dice) -> String {
    let mut chars: Vec<char> = source.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(chars.len());
        let end = (at + dice.below(9)).min(chars.len());
        let piece = if dice.below(3) == 0 { "" } else { PIECES[dice.below(PIECES.len())] };
        let from = if dice.below(2) == 0 { at } else { end };
        chars.splice(from..end, piece.chars());
    }
    chars.into_iter().collect()
}

fn assert_places(text: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let fix = diagnostic.fix.iter().map(|fix| fix.span);
        let spans = diagnostic.secondary.iter().map(|label| label.span).chain(fix).chain([diagnostic.primary.span]);
        for span in spans {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} of {diagnostic:?} in {text:?}");
        }
    }
}

#[test]
fn mutated_programs_are_read_and_every_place_is_on_characters() {
    let mut dice = Dice(0x5eed);
    for round in 0..4_000 {
        let text = mutated(BLOCKS[round % BLOCKS.len()], &mut dice);
        assert_places(&text, &read(&text).1);
    }
}

/// A start, what is repeated, and an end: each nests, or is a chain that nests once precedence is known.
const CHAINS: &[(&str, &str, &str)] = &[
    ("const a = ", "(", "1"),
    ("const a = ", "[", ""),
    ("const a = ", "\"{", ""),
    ("const a = ", "- ", "1"),
    ("const a = ", "not ", "true"),
    ("const a = ", "1 + ", "1"),
    ("const a = ", "b ?? ", "1"),
    ("const a = b", ".c", ""),
    ("const a = b", "[0]", ""),
    ("const a = b", ".c()", ""),
    ("const a: Int", "?", " = 1"),
    ("const a: ", "List<", "Int"),
    ("const a = if b { 1 }", " else if b { 1 }", ""),
    ("journey a { if b { }", " else if b { }", " }"),
    ("journey a { b", ".c", " = 1 }"),
    ("journey a { ", "loop { ", ""),
];

#[test]
fn a_hundred_thousand_levels_give_one_diagnostic() {
    for (start, piece, end) in CHAINS {
        let text = format!("{start}{}{end}", piece.repeat(100_000));
        let (_, diagnostics) = read(&text);
        let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, ["E0120"], "{start}{piece}");
    }
}

#[test]
fn a_hundred_levels_are_read() {
    for (start, piece, end) in CHAINS.iter().filter(|(_, piece, _)| !piece.contains(['(', '[', '{', '<', '"'])) {
        let (_, diagnostics) = read(&format!("{start}{}{end}", piece.repeat(100)));
        assert_eq!(diagnostics, [], "{start}{piece}");
    }
    let nested = format!("const a = {}1{}", "(".repeat(120), ")".repeat(120));
    assert_eq!(read(&nested).1, []);
}

#[test]
fn a_file_that_is_too_large_is_refused_with_the_limit() {
    let (_, diagnostics) = read(&"a ".repeat(25 * 1024 * 1024));
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, "E0121");
    assert!(diagnostics[0].message.contains("4 MiB"));
}
