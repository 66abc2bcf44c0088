//! E0465: a loop that can send without bound over a channel that has no cap.
//!
//! A loop with a known least time between two of its sends is no such loop: it may send for ever, but never many messages at
//! once. What is meant are loops that turn as often as an event comes, as a list is long, or as a condition holds.
//! Entries are not loops: how often a journey is entered is the customer's to say.

use super::bounds::{Counted, Piles, Place, Turns};
use super::flow::{Act, Flow, Spot, SpotKind, View};
use super::{Whole, first_word};
use crate::diagnostics::Diagnostic;
use crate::hir::{ChannelId, Program, Wait, WaitKind};
use journey_grammar::Span;

/// A loop that sends, and the channels that do not hold it.
struct Sending {
    spots: Vec<Spot>,
    path: Vec<Place>,
    piles: Option<Piles>,
    channels: Vec<ChannelId>,
}

impl Whole<'_> {
    pub(super) fn loops(&mut self, journey: usize) {
        let mut sending: Vec<Sending> = Vec::new();
        for channel in self.bounds.reached(journey) {
            if !self.sound_channels[channel.index()] || self.program.channels[channel.index()].cap.is_some() {
                continue;
            }
            let Some(Turns { spots, path, piles }) = self.bounds.free_loop(journey, Counted::Promotional(channel)) else { continue };
            match sending.iter_mut().find(|known| known.spots == spots && known.path == path) {
                Some(known) => known.channels.push(channel),
                None => sending.push(Sending { spots, path, piles, channels: vec![channel] }),
            }
        }
        for sending in sending {
            let told = self.unbounded_loop(journey, &sending);
            self.found.extend(told);
        }
    }

    fn unbounded_loop(&self, journey: usize, sending: &Sending) -> Option<Diagnostic> {
        let first = sending.path.first()?;
        let message = &self.program.messages.get(first.message.index())?.name;
        let channels: Vec<_> = sending.channels.iter().map(|channel| &self.program.channels[channel.index()]).collect();
        let names: Vec<String> = channels.iter().map(|channel| format!("`{}`", channel.name)).collect();
        let Turning { span, word, why } = turning(&self.bounds.flows[journey], &sending.spots, first.span, self.program)?;
        let (why, rest) = match sending.piles {
            Some(Piles::Undos) => {
                ("each turn keeps another `undo`, and a cancellation runs them all".to_owned(), "write the `undo` once, before the loop")
            }
            Some(Piles::Children) => (
                "each turn starts another, and all of them may send at once".to_owned(),
                "let only one of them live at once (`one per customer`)",
            ),
            None => (why, rest_of(word)),
        };
        let what = format!("this loop can send `{message}` over {} without bound", names.join(" and "));
        let mut diagnostic =
            Diagnostic::error("E0465", first.span, what, "sent again with each turn").and(first_word(span, word), why).help(format!(
                "give the channel a cap (`cap 3 per 7d`), or {rest}; if `{message}` serves and does not advertise, make it `transactional`"
            ));
        for channel in channels {
            diagnostic = diagnostic.and(channel.name_span, format!("`{}` has no cap", channel.name));
        }
        let mut seen = vec![first.span];
        for place in &sending.path {
            if !seen.contains(&place.span) {
                seen.push(place.span);
                diagnostic = diagnostic.and(place.span, "and so is this");
            }
        }
        Some(diagnostic)
    }
}

/// What keeps the messages of a loop apart.
fn rest_of(word: &str) -> &'static str {
    if word == "for" { "take a few of the list (`.take(3)`)" } else { "let time go by in the loop (`wait 1d`)" }
}

/// A loop: where it stands, its first word, and how often it turns.
struct Turning {
    span: Span,
    word: &'static str,
    why: String,
}

/// The innermost loop around a place that is among these spots. Of what sends in a child, it is around the `start` or `run`.
fn turning(flow: &Flow, spots: &[Spot], place: Span, program: &Program) -> Option<Turning> {
    let word = |spot: Spot| match flow.spots[spot] {
        SpotKind::Loop(word) => Some(word),
        SpotKind::Wait(Wait { kind: WaitKind::Without { .. }, .. }) => Some("wait"),
        _ => None,
    };
    let loops: Vec<(Spot, &'static str)> = spots.iter().filter_map(|&spot| Some((spot, word(spot)?))).collect();
    let size = |spot: Spot| flow.spans[spot].end - flow.spans[spot].start;
    let around = |spot: Spot| {
        let span = flow.spans[spot];
        span.file == place.file && span.start <= place.start && place.end <= span.end
    };
    let inner = loops.iter().filter(|(spot, _)| around(*spot)).min_by_key(|(spot, _)| size(*spot)).or_else(|| loops.first());
    let (spot, word) = inner.copied()?;
    let ways = spots.iter().flat_map(|&spot| flow.ways(spot, View::Bounds)).filter(|way| spots.contains(&way.to));
    let event = ways.filter_map(|way| program.events.get(way.on?.event.index())).next();
    let list = flow.ways(spot, View::Bounds).any(|way| matches!(way.act, Act::Turn(..)));
    let why = match event {
        Some(event) => format!("it turns as often as `{}` comes", event.name),
        None if list => "it turns as often as its list is long".to_owned(),
        None => "it turns again and again, with no time that is known between".to_owned(),
    };
    Some(Turning { span: flow.spans[spot], word, why })
}
