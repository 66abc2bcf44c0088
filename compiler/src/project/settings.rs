//! `journey.toml`.

use crate::diagnostics::Diagnostic;
use crate::machine::BUDGET_DEFAULT;
use journey_grammar::{FileId, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The highest budget that can be set: some seconds of a step.
pub const BUDGET_MAX: i64 = 1_000_000_000;
/// Memory that is always needed for customers.
pub const CACHE_MIN_MIB: i64 = 4;
/// More memory than machines have.
pub const CACHE_MAX_MIB: i64 = 1 << 20;
/// More events at once make nothing quicker.
pub const COMMIT_EVENTS_MAX: usize = 1 << 16;
/// The longest time for which ids of events can be remembered: a year.
pub const DEDUPE_WINDOW_MAX_MS: i64 = 366 * DAY_MS;

const DAY_MS: i64 = 86_400_000;

/// What `journey.toml` says, or what holds without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub name: Option<String>,
    /// Turns of loops, calls and list elements that a step may take.
    pub budget: i64,
    /// How long ids of events are remembered, in milliseconds.
    pub dedupe_window_ms: i64,
    /// Memory for customers of a data folder; the others stay on disk.
    pub cache_bytes: u64,
    /// Events that are made durable together at most, in a data folder.
    pub commit_events: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { name: None, budget: BUDGET_DEFAULT, dedupe_window_ms: 7 * DAY_MS, cache_bytes: 256 << 20, commit_events: 4_096 }
    }
}

/// The keys, with the table in which they stand.
const KEYS: &[(&str, &str)] = &[
    ("", "name"),
    ("", "limits"),
    ("limits", "budget"),
    ("limits", "dedupe_window"),
    ("limits", "cache_mib"),
    ("limits", "commit_events"),
];

/// Reads the text of `journey.toml`; what is wrong is reported, and its default holds.
pub(super) fn parse(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Settings {
    let mut reader = Reader { file, settings: Settings::default(), diagnostics };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = reader.span(error.span().unwrap_or(text.len()..text.len()));
        let message = format!("`journey.toml` can't be read: {}", error.message());
        reader
            .diagnostics
            .push(Diagnostic::error("E0703", span, message, "here").help("it is written in TOML: `key = value`, texts in quotes"));
    }
    if errors.is_empty() {
        reader.table("", table.get_ref());
    }
    reader.settings
}

struct Reader<'d> {
    file: FileId,
    settings: Settings,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(range.start), offset(range.end))
    }

    fn table(&mut self, table: &str, entries: &DeTable<'_>) {
        for (key, value) in entries {
            match (table, key.get_ref().as_ref()) {
                ("", "name") => self.name(value),
                ("", "limits") => match value.get_ref().as_table() {
                    Some(limits) => self.table("limits", limits),
                    None => self.wrong(value, "`limits` is a table", "write `[limits]` on a line of its own, and the limits below it"),
                },
                ("limits", "budget") => self.budget(value),
                ("limits", "dedupe_window") => self.dedupe_window(value),
                ("limits", "cache_mib") => self.cache(value),
                ("limits", "commit_events") => self.commit_events(value),
                (_, name) => self.unknown(table, name, key.span()),
            }
        }
    }

    fn name(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref().as_str() {
            Some(name) if !name.trim().is_empty() => self.settings.name = Some(name.to_owned()),
            _ => self.wrong(value, "`name` is a text, and not an empty one", "write `name = \"spring campaign\"`"),
        }
    }

    fn cache(&mut self, value: &Spanned<DeValue<'_>>) {
        match integer(value) {
            Some(mib @ CACHE_MIN_MIB..=CACHE_MAX_MIB) => self.settings.cache_bytes = mib.cast_unsigned() << 20,
            _ => self.wrong(value, "`cache_mib` is a whole number from 4 to 1_048_576", "write `cache_mib = 256`"),
        }
    }

    fn commit_events(&mut self, value: &Spanned<DeValue<'_>>) {
        match integer(value).and_then(|events| usize::try_from(events).ok()) {
            Some(events @ 1..=COMMIT_EVENTS_MAX) => self.settings.commit_events = events,
            _ => self.wrong(value, "`commit_events` is a whole number from 1 to 65_536", "write `commit_events = 4_096`"),
        }
    }

    fn budget(&mut self, value: &Spanned<DeValue<'_>>) {
        match integer(value) {
            Some(budget @ 1..=BUDGET_MAX) => self.settings.budget = budget,
            _ => self.wrong(value, "`budget` is a whole number from 1 to 1_000_000_000", "write `budget = 100_000`"),
        }
    }

    fn dedupe_window(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref().as_str().and_then(duration_ms) {
            Some(window @ 1..=DEDUPE_WINDOW_MAX_MS) => self.settings.dedupe_window_ms = window,
            _ => self.wrong(value, "`dedupe_window` is a duration in quotes, of 366 days at the most", "write `dedupe_window = \"7d\"`"),
        }
    }

    fn wrong(&mut self, value: &Spanned<DeValue<'_>>, message: &str, help: &str) {
        let span = self.span(value.span());
        self.diagnostics.push(Diagnostic::error("E0705", span, message, "not this").help(help));
    }

    fn unknown(&mut self, table: &str, name: &str, range: Range<usize>) {
        let span = self.span(range);
        let here = KEYS.iter().filter(|(of, _)| *of == table).map(|(_, key)| *key);
        let everywhere = KEYS.iter().map(|(_, key)| *key);
        let near = |key: &&str| strsim::damerau_levenshtein(key, name) <= 1 + key.len() / 4;
        let mut diagnostic = Diagnostic::error("E0704", span, format!("`journey.toml` has no key `{name}`"), "not known here");
        if let Some(key) = here.clone().find(near) {
            diagnostic = diagnostic.help(format!("did you mean `{key}`?")).fix(format!("write `{key}`"), span, key);
        } else if let Some((of, key)) = KEYS.iter().find(|(_, key)| *key == name) {
            diagnostic = diagnostic.help(if of.is_empty() {
                format!("`{key}` stands at the top, before every `[table]`")
            } else {
                format!("`{key}` stands below `[{of}]`")
            });
        } else {
            let known: Vec<String> = if table.is_empty() { here.map(quoted).collect() } else { everywhere.map(quoted).collect() };
            diagnostic = diagnostic.help(format!("the keys are {}", known.join(", ")));
        }
        self.diagnostics.push(diagnostic);
    }
}

fn integer(value: &Spanned<DeValue<'_>>) -> Option<i64> {
    value.get_ref().as_integer().and_then(|int| i64::from_str_radix(int.as_str(), int.radix()).ok())
}

fn quoted(key: &str) -> String {
    format!("`{key}`")
}

/// Milliseconds of a duration as the language writes it (`1h30m`, `7d`); `None` where it is none, or too long.
#[must_use]
pub fn duration_ms(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit_ms = match &rest[..unit] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => DAY_MS,
            "w" => 7 * DAY_MS,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit_ms)?)?;
        rest = &rest[unit..];
    }
    Some(total)
}
