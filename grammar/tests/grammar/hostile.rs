//! No text makes the parser fail, panic, use up the stack or take its time.

use crate::{BLOCKS, lossless::rebuilt};
use journey_grammar::{FileId, MAX_SOURCE_BYTES, Refusal, parse};

/// A small generator of numbers, the same on every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "\"\"\"",
    "'",
    "\n",
    " ",
    ",",
    ":",
    ";",
    "=",
    "==",
    "=>",
    "->",
    ".",
    "..",
    "?.",
    "??",
    "-",
    "+",
    "!",
    "not ",
    "in ",
    "if ",
    "else ",
    "match ",
    "journey ",
    "event ",
    "test ",
    "wait ",
    "send ",
    " via ",
    "let ",
    "1d",
    "09:00",
    "2026-11-22",
    "3.5",
    "///",
    "//",
    "\\",
    "\\u{1F600}",
    "旅程",
    "é",
    "e\u{301}",
    "😀",
    "\u{feff}",
    "\r\n",
    "\t",
    "@pii",
    "%",
    "_",
    "x",
    "0",
];

/// A text with some of its characters cut out, doubled, moved or replaced.
pub fn mutated(source: &str, dice: &mut Dice) -> String {
    let mut chars: Vec<char> = source.chars().collect();
    for _ in 0..=dice.below(4) {
        let at = dice.below(chars.len());
        let end = (at + dice.below(12)).min(chars.len());
        match dice.below(4) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let copy = chars[at..end].to_vec();
                let to = dice.below(chars.len());
                chars.splice(to..to, copy);
            }
            2 => drop(chars.splice(at..at, PIECES[dice.below(PIECES.len())].chars())),
            _ => drop(chars.splice(at..end, PIECES[dice.below(PIECES.len())].chars())),
        }
    }
    chars.into_iter().collect()
}

#[test]
fn mutated_programs_keep_every_byte() {
    let mut dice = Dice::new(0x5eed);
    for round in 0..4_000 {
        let (_, source) = BLOCKS[round % BLOCKS.len()];
        let text = mutated(source, &mut dice);
        assert_eq!(rebuilt(&text), text);
    }
}

#[test]
fn random_pieces_keep_every_byte() {
    let mut dice = Dice::new(0xd1ce);
    for _ in 0..12_000 {
        let length = dice.below(60);
        let text: String = (0..length).map(|_| PIECES[dice.below(PIECES.len())]).collect();
        assert_eq!(rebuilt(&text), text);
    }
}

/// Texts that nest: what opens, what stands in the middle, what closes.
const NESTS: &[(&str, &str, &str)] = &[
    ("const a = ", "(", ")"),
    ("const a = ", "[", "]"),
    ("const a = ", "f(", ")"),
    ("const a = ", "a[", "]"),
    ("const a = ", "A { a: ", "}"),
    ("const a = ", "\"{", "}\""),
    ("const a = ", "if a { ", "} else { 1 }"),
    ("const a = ", "match a { _ => { ", "} }"),
    ("const a: ", "List<", ">"),
    ("const a: ", "Map<String, ", ">"),
    ("journey a { ", "if a { ", "}"),
    ("journey a { ", "loop { ", "}"),
    ("journey a { ", "step s { ", "}"),
    ("journey a { ", "match a { _ => { ", "} }"),
    ("journey a { ", "parallel { branch a { ", "} }"),
    ("journey a { ", "try { ", "} catch e { }"),
    ("test \"a\" { ", "as \"b\" { ", "}"),
    ("", "{", "}"),
];

#[test]
fn a_hundred_levels_are_read() {
    for (start, open, close) in NESTS {
        let levels = 120 / open.matches(['(', '[', '{', '<', '"']).count();
        let text = format!("{start}{}{}{}\n", open.repeat(levels), "1", close.repeat(levels));
        assert_eq!(parse(&text, FileId(0)).refusal(), None, "{text}");
        assert_eq!(rebuilt(&text), text);
    }
}

#[test]
fn a_hundred_thousand_levels_are_refused_at_the_bracket_that_is_too_deep() {
    for (start, open, close) in NESTS {
        for close in [close, ""] {
            let text = format!("{start}{}1{}", open.repeat(100_000), close.repeat(100_000));
            let text = &text[..text.len().min(MAX_SOURCE_BYTES)];
            let Some(Refusal::TooDeep { at, outermost }) = parse(text, FileId(0)).refusal() else { panic!("{start}{open} was read") };
            assert!(at >= outermost && (at as usize) < 4_000, "{start}{open}: {at}");
        }
    }
}

/// Texts that a careless grammar reads again and again.
const REPEATED: &[&str] = &[
    "const a = 1 ",
    "journey a { ",
    "a ",
    "\n",
    " ",
    "\n//\n",
    "// a\nb ",
    "x = ",
    "let x = \n",
    "} ",
    ", ",
    "\" ",
    "\"\"\" ",
    "{} ",
    "() ",
    "a.b ",
    "a\n.b",
    "a // c\n.b\n",
    "- ",
    "not ",
    "1 - 1, ",
    "-1, ",
    "a => ",
    "a, ",
    "if a { } else ",
    "else if a { } ",
    "wait 1d\n",
    "wait\n",
    "send a via first of b, ",
    "List<",
    "<",
    "?",
    "event a { b: C }\n",
    "type A { b }\n",
    "test \"a\" { ",
    "\\",
    "旅",
    "goal a on b\n",
    "'",
    "@",
    "match a { b => c ",
    "\"{",
    "{\"",
];

#[test]
fn repeated_texts_cost_no_more_than_their_length() {
    for piece in REPEATED {
        for start in
            ["", "journey a { ", "journey a { x = ", "const a = ", "const a = [", "test \"a\" { x ", "type A { ", "journey a { match b { "]
        {
            let text = format!("{start}{}", piece.repeat(30_000 / piece.len()));
            assert_eq!(rebuilt(&text).len(), text.len());
        }
    }
}

#[test]
fn a_file_of_fifty_megabytes_is_refused_by_its_size() {
    let text = "a ".repeat(25 * 1024 * 1024);
    assert_eq!(parse(&text, FileId(0)).refusal(), Some(Refusal::TooLarge { bytes: text.len() }));
}

#[test]
fn an_empty_file_is_an_empty_program() {
    for text in ["", "\n", "\u{feff}", "// nothing", "   "] {
        assert_eq!(crate::errors(text), Vec::<String>::new());
    }
}
