//! The words of the language, and which one a misspelled word means.

pub(super) const ITEMS: &[&str] = &[
    "enum", "type", "event", "profile", "const", "fn", "channel", "message", "journey", "test", "trait", "segment", "service", "queue",
    "decision", "model", "identity", "migrate",
];
pub(super) const STATEMENTS: &[&str] = &[
    "let",
    "var",
    "if",
    "match",
    "for",
    "while",
    "loop",
    "break",
    "continue",
    "step",
    "wait",
    "send",
    "call",
    "emit",
    "broadcast",
    "start",
    "run",
    "parallel",
    "race",
    "experiment",
    "route",
    "decide",
    "try",
    "undo",
    "finish",
    "fail",
];
pub(super) const CLAUSES: &[&str] = &["enter", "one", "unlimited", "cooldown", "goal", "exit", "priority", "on"];
/// What others say for the clauses of the head.
pub(super) const HEAD_SAID: &[(&str, &str)] = &[
    ("trigger", "enter"),
    ("begin", "enter"),
    ("starts", "enter"),
    ("entry", "enter"),
    ("once", "one"),
    ("reentry", "cooldown"),
    ("conversion", "goal"),
    ("success", "goal"),
    ("quit", "exit"),
    ("leave", "exit"),
];
pub(super) const TEST_STATEMENTS: &[&str] = &["profile", "event", "broadcast", "advance", "as", "answer", "variant", "expect"];
pub(super) const CHANNEL_CLAUSES: &[&str] = &["address", "consent", "cap", "quiet", "content"];
pub(super) const WAIT_ARMS: &[&str] = &["on", "after", "at", "when"];
pub(super) const VARIANTS: &[&str] = &["variant", "holdout"];
pub(super) const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "if", "else", "match", "for", "while", "loop", "break", "continue", "let", "var", "true", "false", "none",
    "now", "profile", "customer", "where", "within", "without", "as", "via",
];

pub(super) fn is_item_word(word: &str) -> bool {
    ITEMS.contains(&word)
}

/// Whether a text is a word that may be a name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_') && !RESERVED.contains(&text)
}

/// The one of `words` that `word` most likely means: near in spelling, or the word of another language for it.
pub(super) fn meant(word: &str, words: &[&'static str]) -> Option<&'static str> {
    let foreign = match word {
        "function" | "def" | "func" | "fun" => "fn",
        "struct" | "record" | "class" => "type",
        "elif" | "elseif" | "elsif" => "else",
        "switch" | "case" => "match",
        "return" | "end" | "stop" => "finish",
        "sleep" | "delay" | "pause" => "wait",
        "throw" | "raise" | "panic" => "fail",
        "until" => "while",
        "const" | "val" => "let",
        "assert" => "expect",
        "template" => "message",
        "workflow" | "campaign" | "flow" | "automation" => "journey",
        "audience" | "list" | "cohort" => "segment",
        "metric" | "attribute" | "computed" => "trait",
        "api" | "webhook" => "service",
        "interface" | "object" => "type",
        "repeat" => "loop",
        _ => "",
    };
    if let Some(&word) = words.iter().find(|candidate| **candidate == foreign) {
        return Some(word);
    }
    let near = words.iter().map(|candidate| (distance(word, candidate), *candidate));
    near.filter(|(distance, candidate)| *distance <= allowed(word) && (*distance > 0 || word != *candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The one of a few `words` that is near to `word`, where nothing but these can stand.
pub(super) fn near<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let near = words.map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate)).min()?;
    (near.0 <= (near.1.len() / 3).max(1)).then_some(near.1)
}

/// How many letters of a word may be wrong: none that is short, but for two that are swapped.
fn allowed(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        length => length / 3,
    }
}

fn distance(word: &str, candidate: &str) -> usize {
    let lower = word.to_lowercase();
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    match strsim::damerau_levenshtein(&lower, candidate) {
        1 if sorted(&lower) == sorted(candidate) => 0,
        distance => distance,
    }
}
