//! What a run did, in tables.

use crate::output::{Style, paint};
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use journey_compiler::Program;
use journey_compiler::diagnostics::render::visible;
use journey_compiler::machine::text::format_time;
use journey_runtime::Summary;
use std::collections::BTreeMap;

/// Types of unmatched events that are shown.
const UNMATCHED_SHOWN: usize = 5;
/// Characters of such a type that are shown.
const TYPE_CHARS: usize = 60;

/// Columns of the journeys that hold one number.
const NUMBERS: [&str; 4] = ["started", "converted", "failed", "cancelled"];

/// The summary for people.
pub fn text(summary: &Summary, program: &Program, color: bool) -> String {
    let mut out = String::new();
    if !summary.journeys.is_empty() {
        section(&mut out, "Journeys", &journeys(summary, program), color);
    }
    if !summary.experiments.is_empty() {
        section(&mut out, "Experiments", &experiments(summary, program), color);
    }
    if !summary.sends.is_empty() {
        section(&mut out, "Sent", &pairs(&summary.sends, "channel"), color);
    }
    if !summary.held.is_empty() {
        section(&mut out, "Held until quiet hours end", &pairs(&summary.held, "channel"), color);
    }
    if !summary.suppressed.is_empty() {
        section(&mut out, "Suppressed", &pairs(&summary.suppressed, "reason"), color);
    }
    out.push_str(&paint(color, Style::Strong, &events(summary)));
    out.push('\n');
    out.push_str(&unmatched(summary, program));
    if let Some(clock_ms) = summary.clock_ms {
        out.push_str(&format!("the clock stands at {}\n", format_time(clock_ms)));
    }
    out
}

fn section(out: &mut String, title: &str, table: &Table, color: bool) {
    out.push_str(&paint(color, Style::Strong, title));
    out.push('\n');
    for line in table.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.push('\n');
}

/// `9 events: 7 handled, 1 unmatched, 1 rejected`
fn events(summary: &Summary) -> String {
    let events = &summary.events;
    let parts =
        [(events.handled, "handled"), (events.unmatched, "unmatched"), (events.duplicate, "duplicate"), (events.rejected, "rejected")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", grouped(*count))).collect();
    let read = format!("{} {}", grouped(events.read), if events.read == 1 { "event" } else { "events" });
    if told.is_empty() { read } else { format!("{read}: {}", told.join(", ")) }
}

/// `unmatched: 12 shop.viewed, 1 shop.cart`, and what may have been meant by these types.
fn unmatched(summary: &Summary, program: &Program) -> String {
    let all = &summary.this_run.unmatched;
    let shown = all.iter().take(UNMATCHED_SHOWN);
    if all.is_empty() {
        return String::new();
    }
    let mut told: Vec<String> = shown.clone().map(|(kind, count)| format!("{} {}", grouped(*count), short(kind))).collect();
    told.extend((all.len() > UNMATCHED_SHOWN).then(|| String::from("…")));
    let mut out = format!("unmatched: {}\n", told.join(", "));
    for (kind, _) in shown {
        if let Some(wire) = declared_near(kind, program) {
            out.push_str(&format!("  no event has the type `{}`; did you mean `{}`?\n", short(kind), short(wire)));
        }
    }
    out
}

/// The declared type that a type is near to, or whose event is named so.
fn declared_near<'p>(kind: &str, program: &'p Program) -> Option<&'p str> {
    let last = kind.rsplit(['.', '/', ':']).next().unwrap_or(kind);
    let distance = |event: &journey_compiler::hir::Event| {
        if event.name == last { 0 } else { strsim::osa_distance(kind, &event.wire).min(strsim::osa_distance(last, &event.name)) }
    };
    let events = program.module.events.iter().map(|event| (distance(event), event));
    let (distance, event) = events.min_by_key(|(distance, _)| *distance)?;
    (distance <= last.chars().count() / 4).then_some(event.wire.as_str())
}

fn short(kind: &str) -> String {
    let cut: String = kind.chars().take(TYPE_CHARS).collect();
    let more = if kind.chars().nth(TYPE_CHARS).is_some() { "…" } else { "" };
    format!("{}{more}", visible(&cut))
}

fn journeys(summary: &Summary, program: &Program) -> Table {
    let any_goal = program.module.journeys.iter().any(|journey| journey.ends.iter().any(|end| end.goal));
    let any_cancelled = summary.journeys.values().any(|journey| journey.cancelled > 0);
    let mut header = vec!["journey", "started", "finished"];
    header.extend(any_goal.then_some("converted"));
    header.extend(["live", "failed"]);
    header.extend(any_cancelled.then_some("cancelled"));
    let mut table = new_table(&header);
    for (name, journey) in &summary.journeys {
        let mut row = vec![visible(name), grouped(journey.started), listed(&journey.finished)];
        row.extend(any_goal.then(|| converted(program, name, &journey.finished)));
        row.extend([listed(&journey.at), grouped(journey.failed)]);
        row.extend(any_cancelled.then(|| grouped(journey.cancelled)));
        table.add_row(row);
    }
    let numbers: Vec<usize> = header.iter().enumerate().filter(|(_, title)| NUMBERS.contains(title)).map(|(at, _)| at).collect();
    right(&mut table, &numbers);
    table
}

/// Those that ended with the outcome of a goal; nothing where the journey has none.
fn converted(program: &Program, name: &str, finished: &BTreeMap<String, u64>) -> String {
    conversions(program, name, finished).map(grouped).unwrap_or_default()
}

fn conversions(program: &Program, name: &str, finished: &BTreeMap<String, u64>) -> Option<u64> {
    let journey = program.module.journeys.iter().find(|journey| journey.name == name)?;
    let mut goals: Vec<&String> =
        journey.ends.iter().filter(|end| end.goal).filter_map(|end| journey.outcomes.get(end.outcome as usize)).collect();
    goals.sort_unstable();
    goals.dedup();
    (!goals.is_empty()).then(|| goals.into_iter().filter_map(|goal| finished.get(goal)).sum())
}

/// What became of those who went into each variant.
fn experiments(summary: &Summary, program: &Program) -> Table {
    let experiments = || summary.experiments.0.iter().flat_map(|(name, of)| of.iter().map(move |(experiment, of)| (name, experiment, of)));
    let any_goal = experiments().any(|(name, ..)| conversions(program, name, &BTreeMap::new()).is_some());
    let mut header = vec!["journey", "experiment", "variant", "entered", "finished"];
    header.extend(any_goal.then_some(["converted", "of entered"]).into_iter().flatten());
    let mut table = new_table(&header);
    for (name, experiment, variants) in experiments() {
        let mut variants: Vec<_> = variants.iter().collect();
        variants.sort_by_key(|(variant, _)| place_of(program, experiment, variant));
        for (at, (variant, counts)) in variants.into_iter().enumerate() {
            let first = |text: &str| if at == 0 { visible(text) } else { String::new() };
            let mut row = vec![first(name), first(experiment), visible(variant), grouped(counts.entered), listed(&counts.finished)];
            if any_goal {
                let converted = conversions(program, name, &counts.finished);
                row.push(converted.map(grouped).unwrap_or_default());
                row.push(converted.map(|converted| share(converted, counts.entered)).unwrap_or_default());
            }
            table.add_row(row);
        }
    }
    right(&mut table, if any_goal { &[3, 5, 6] } else { &[3] });
    table
}

/// Where a variant is written in its experiment; what the program no longer has comes last.
fn place_of(program: &Program, experiment: &str, variant: &str) -> usize {
    let experiment = program.module.experiments.iter().find(|known| known.name == experiment);
    experiment.and_then(|known| known.variants.iter().position(|known| known.name == variant)).unwrap_or(usize::MAX)
}

/// `12.5 %`
fn share(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2).checked_div(u128::from(whole)).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Names with their counts, a line each.
fn listed(counts: &BTreeMap<String, u64>) -> String {
    let width = counts.values().map(|count| grouped(*count).len()).max().unwrap_or(0);
    let lines: Vec<String> = counts.iter().map(|(name, count)| format!("{:>width$} {}", grouped(*count), visible(name))).collect();
    if lines.is_empty() { String::from("0") } else { lines.join("\n") }
}

fn pairs(counts: &BTreeMap<String, BTreeMap<String, u64>>, second: &str) -> Table {
    let mut table = new_table(&["message", second, "count"]);
    for (message, counts) in counts {
        for (at, (name, count)) in counts.iter().enumerate() {
            table.add_row([if at == 0 { visible(message) } else { String::new() }, visible(name), grouped(*count)]);
        }
    }
    right(&mut table, &[2]);
    table
}

fn new_table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'))).set_header(header.to_vec());
    table
}

fn right(table: &mut Table, columns: &[usize]) {
    for &column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// `31,106`
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_counts_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 31_106, 1_000_000].map(grouped), ["0", "999", "1,000", "31,106", "1,000,000"]);
    }
}
