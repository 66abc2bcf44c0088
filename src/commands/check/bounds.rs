//! `journey check --bounds`: how many messages a customer can get at most.

use crate::failure::Failure;
use crate::output::{Format, Output, Style, paint};
use journey_compiler::Sources;
use journey_compiler::hir::{Channel, ChannelId, Program};
use journey_compiler::machine::text::format_duration;
use journey_compiler::whole::{Again, Bound, Most, Reach, Together, table};
use serde::Serialize;
use std::io::Write;

/// One line of JSON for each journey and channel that it sends over, and one for each channel.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line<'a> {
    Bound {
        channel: &'a str,
        journey: &'a str,
        cap: Option<u32>,
        window: String,
        in_all: Option<u32>,
        in_window: Option<u32>,
        with_entries: Option<u32>,
        /// The two before, where the customer's time zone changes once in the window.
        in_window_moved: Option<u32>,
        with_entries_moved: Option<u32>,
        entries_apart: Option<String>,
        transactional: Option<u32>,
        path: Vec<Sent<'a>>,
        window_path: Vec<Sent<'a>>,
    },
    Together {
        channel: &'a str,
        cap: Option<u32>,
        window: String,
        /// With one entry into each journey.
        most: Option<u32>,
        /// With all entries; no number: as often as events let in, or as the cap lets through.
        with_entries: Option<u32>,
    },
}

/// A message on the way.
#[derive(Serialize)]
struct Sent<'a> {
    message: &'a str,
    file: &'a str,
    line: u32,
}

pub fn show(program: &Program, sources: &Sources, out: &mut impl Write, output: &Output) -> Result<(), Failure> {
    let table = table(program);
    if output.format == Format::Json {
        let bounds = table.bounds.iter().map(|bound| bound_line(program, sources, bound));
        let together = table.together.iter().map(|together| together_line(program, together));
        for line in bounds.chain(together) {
            let text = serde_json::to_string(&line).map_err(|error| Failure::Environment(error.to_string()))?;
            writeln!(out, "{text}")?;
        }
        return Ok(());
    }
    let color = output.color_out();
    let mut channel: Option<ChannelId> = None;
    for bound in &table.bounds {
        if channel != Some(bound.channel) {
            heading(&program.channels[bound.channel.index()], out, color)?;
            channel = Some(bound.channel);
            if let Some(together) = table.together.iter().find(|together| together.channel == bound.channel) {
                writeln!(out, "  all together: {}", all_together(program, together))?;
            }
        }
        show_bound(program, sources, bound, out, color)?;
    }
    Ok(())
}

/// What a customer can get from all journeys, whatever happens: by the journeys themselves, or by the cap.
fn all_together(program: &Program, together: &Together) -> String {
    let window = format_duration(together.window_ms);
    let once = at_most(together.most);
    match (together.with_entries, program.channels[together.channel.index()].cap) {
        (most, Some(cap)) if most > Most::Times(cap.count) => {
            format!("at most {} in any {window}, by the cap ({once} with one entry into each journey)", cap.count)
        }
        (Most::Unbounded, _) => {
            format!("{once} in any {window} with one entry into each journey; a customer may come in again at any time")
        }
        (most, _) => format!("{} in any {window}", at_most(most)),
    }
}

fn heading(channel: &Channel, out: &mut impl Write, color: bool) -> Result<(), Failure> {
    let cap = channel.cap.map_or_else(|| "no cap".to_owned(), |cap| format!("cap {} per {}", cap.count, format_duration(cap.per_ms)));
    Ok(writeln!(out, "{} ({cap})", paint(color, Style::Strong, &channel.name))?)
}

fn show_bound(program: &Program, sources: &Sources, bound: &Bound, out: &mut impl Write, color: bool) -> Result<(), Failure> {
    let window = format_duration(bound.window_ms);
    writeln!(out, "  {}", paint(color, Style::Strong, &program.journeys[bound.journey.index()].name))?;
    if bound.in_all.most > Most::Times(0) {
        writeln!(out, "    {} in all{}", at_most(bound.in_all.most), way(program, sources, &bound.in_all))?;
        if bound.in_all.most == bound.in_window.most {
            writeln!(out, "    {} in any {window}", at_most(bound.in_window.most))?;
        } else {
            writeln!(out, "    {} in any {window}{}", at_most(bound.in_window.most), way(program, sources, &bound.in_window))?;
        }
        writeln!(out, "    {}", entries(program, bound, &window))?;
        if let Some(text) = zones(bound, &window) {
            writeln!(out, "    {text}")?;
        }
    }
    match bound.transactional {
        Most::Times(0) => {}
        Most::Times(most) => writeln!(out, "    at most {most} transactional in all, which no cap holds")?,
        Most::Unbounded => writeln!(out, "    transactional ones without bound, which no cap holds")?,
    }
    Ok(())
}

/// What a customer who comes in again can get.
fn entries(program: &Program, bound: &Bound, window: &str) -> String {
    let cap = program.channels[bound.channel.index()].cap;
    match (bound.again, bound.with_entries, cap) {
        (Again::Started, ..) => "for each time that a journey starts it".to_owned(),
        (_, Most::Unbounded, Some(cap)) => {
            format!("for one entry; of all entries together, the cap lets {} through in any {window}", cap.count)
        }
        (Again::AsOften, Most::Unbounded, None) => "for one entry; a customer may come in again at any time".to_owned(),
        (Again::AsOften, most, _) => format!("with all entries: {} in any {window}", at_most(most)),
        (Again::After(ms), most, _) => format!("with all entries, at least {} apart: {} in any {window}", apart(ms), at_most(most)),
    }
}

/// What comes of changes of the customer's time zone.
fn zones(bound: &Bound, window: &str) -> Option<String> {
    let [one, all] = bound.moved;
    let moved =
        if all == Most::Unbounded { (one > bound.in_window.most).then_some(one) } else { (all > bound.with_entries).then_some(all) };
    match (bound.changes, moved) {
        (None, _) => Some(format!(
            "journeys may change the customer's time zone again and again in any {window}, so no local time keeps messages apart"
        )),
        (Some(0), None) => None,
        (Some(0), Some(most)) => Some(format!("{} where the customer's time zone changes once in it", at_most(most))),
        (Some(changes), _) if moved.is_some() => {
            let times = if changes == 1 { "once".to_owned() } else { format!("{changes} times") };
            Some(format!("journeys may change the customer's time zone {times} in any {window}: that is counted"))
        }
        (Some(_), _) => None,
    }
}

fn apart(ms: i64) -> String {
    if ms == i64::MAX { "for ever".to_owned() } else { format_duration(ms) }
}

fn at_most(most: Most) -> String {
    match most {
        Most::Times(0) => "none".to_owned(),
        Most::Times(most) => format!("at most {most}"),
        Most::Unbounded => "without bound".to_owned(),
    }
}

/// `: welcome (shop.journey:12), offer (shop.journey:20)`
fn way(program: &Program, sources: &Sources, reach: &Reach) -> String {
    let mut told: Vec<(String, usize)> = Vec::new();
    for Sent { message, file, line } in sent(program, sources, reach) {
        let text = format!("{message} ({file}:{line})");
        match told.iter_mut().find(|(known, _)| *known == text) {
            Some((_, times)) => *times += 1,
            None => told.push((text, 1)),
        }
    }
    let told: Vec<String> = told.into_iter().map(|(text, times)| if times > 1 { format!("{text} × {times}") } else { text }).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
}

fn sent<'a>(program: &'a Program, sources: &'a Sources, reach: &Reach) -> Vec<Sent<'a>> {
    let place = |place: &journey_compiler::whole::Place| Sent {
        message: &program.messages[place.message.index()].name,
        file: &sources.get(place.span.file).name,
        line: sources.start(place.span).line,
    };
    reach.path.iter().map(place).collect()
}

fn bound_line<'a>(program: &'a Program, sources: &'a Sources, bound: &Bound) -> Line<'a> {
    let channel = &program.channels[bound.channel.index()];
    Line::Bound {
        channel: &channel.name,
        journey: &program.journeys[bound.journey.index()].name,
        cap: channel.cap.map(|cap| cap.count),
        window: format_duration(bound.window_ms),
        in_all: bound.in_all.most.number(),
        in_window: bound.in_window.most.number(),
        with_entries: bound.with_entries.number(),
        in_window_moved: bound.moved[0].number(),
        with_entries_moved: bound.moved[1].number(),
        entries_apart: match bound.again {
            Again::After(ms) => Some(apart(ms)),
            Again::AsOften | Again::Started => None,
        },
        transactional: bound.transactional.number(),
        path: sent(program, sources, &bound.in_all),
        window_path: sent(program, sources, &bound.in_window),
    }
}

fn together_line<'a>(program: &'a Program, together: &Together) -> Line<'a> {
    let channel = &program.channels[together.channel.index()];
    Line::Together {
        channel: &channel.name,
        cap: channel.cap.map(|cap| cap.count),
        window: format_duration(together.window_ms),
        most: together.most.number(),
        with_entries: together.with_entries.number(),
    }
}
