//! Checks of the whole program, over the typed program: what no single statement shows.
//!
//! - `bounds`: how many messages a customer can get at most; `loops` and `caps` say where that is too many
//! - `cycles`: journeys that start each other without a pause; `spins`: loops whose pauses don't pause; `instant` knows what goes on at once
//! - `unseen`: events that come while a journey does not look
//! - `waits`: pauses that never end, or never pause
//! - `reach`: whether a channel can reach anybody, by what `constant` knows to have one value whatever comes
//! - `heads`: what in a head or a wait can never win, and journeys that nothing starts
//! - `personal`: where personal data goes
//! - `conditions`: what is always true, or never
//! - `unused`: what does nothing
//!
//! What is found in a journey by itself is kept in a `memory` until the journey changes, or one that it starts.
//!
//! `flow` makes a graph of each journey, `lasting` enters how long its pauses take, `states` tells its spots apart by what `known` knows of flags and counters, and
//! `most` counts on them.

mod bounds;
mod caps;
mod conditions;
mod constant;
mod cycles;
mod flow;
mod heads;
mod instant;
mod known;
mod lasting;
mod loops;
mod memory;
mod most;
mod personal;
mod reach;
mod spins;
mod states;
mod table;
mod unseen;
mod unused;
mod waits;

pub use bounds::{Place, Reach};
pub(crate) use memory::Memory;
pub use most::Most;
pub use table::{Again, Bound, Table, Together, table};

use crate::diagnostics::Diagnostic;
use crate::hir::Program;
use bounds::Bounds;
use constant::Constants;
use journey_grammar::Span;

/// What the checks look at.
struct Whole<'h> {
    program: &'h Program,
    constants: Constants,
    bounds: Bounds<'h>,
    /// The journeys in which nothing is wrong.
    sound: Vec<bool>,
    /// The channels in which nothing is wrong.
    sound_channels: Vec<bool>,
    /// Nothing at all is wrong, so that what is not there is known, too.
    complete: bool,
    found: Vec<Diagnostic>,
}

/// Checks a program in whose declarations at `errors` something is wrong: they are left out.
#[must_use]
pub fn check(program: &Program, errors: &[Span]) -> Vec<Diagnostic> {
    check_again(program, errors, &mut Memory::default())
}

/// The same, after a change. Of what `memory` holds, that must have been [forgotten](Memory::forget) which may have changed.
pub(crate) fn check_again(program: &Program, errors: &[Span], memory: &mut Memory) -> Vec<Diagnostic> {
    let sound = |span: Span| !errors.iter().any(|error| error.file == span.file && error.start >= span.start && error.start <= span.end);
    let journeys: Vec<bool> = program.journeys.iter().map(|journey| sound(journey.span)).collect();
    let channels: Vec<bool> = program.channels.iter().map(|channel| sound(channel.span)).collect();
    let (constants, mut found) = (Constants::of(program), Vec::new());
    if errors.is_empty() {
        reach::check(program, &constants, &mut found);
        personal::check(program, &mut found);
        conditions::check(program, &constants, &mut found);
        let calls = memory.bodies(program, &constants, &mut found);
        unused::operations(program, &calls, &mut found);
    }
    let bounds = Bounds::new(program, &journeys);
    let mut whole = Whole { program, constants, bounds, sound: journeys, sound_channels: channels, complete: errors.is_empty(), found };
    whole.remembered(memory);
    whole.caps();
    whole.cycles();
    whole.spins();
    if whole.complete {
        whole.never_started();
    }
    told_once(&mut whole.found);
    whole.found
}

/// A condition that can't go both ways is not told by itself where an error says so of what it stands in: it is the reason then.
fn told_once(found: &mut Vec<Diagnostic>) {
    let errors: Vec<(usize, Span)> =
        found.iter().enumerate().filter(|(_, of)| of.code == "E0467").map(|(at, of)| (at, of.primary.span)).collect();
    let around =
        |span: Span| errors.iter().find(|(_, error)| error.file == span.file && error.start <= span.start && span.end <= error.end);
    let mut reasons = Vec::new();
    for of in found.iter().filter(|of| matches!(of.code, "W0303" | "W0304")) {
        if let Some((error, span)) = around(of.primary.span) {
            let labels = of.secondary.iter().chain(Some(&of.primary).filter(|own| own.span != *span || of.code == "W0303"));
            reasons.extend(labels.map(|label| (*error, label.clone())));
        }
    }
    for (error, label) in reasons {
        if let Some(error) = found.get_mut(error).filter(|error| error.secondary.iter().all(|other| other.span != label.span)) {
            error.secondary.push(label);
        }
    }
    found.retain(|of| !matches!(of.code, "W0303" | "W0304") || around(of.primary.span).is_none());
}

impl Whole<'_> {
    /// The journeys that are checked.
    fn journeys(&self) -> impl Iterator<Item = usize> + use<> {
        let sound: Vec<usize> = self.sound.iter().enumerate().filter(|(_, sound)| **sound).map(|(at, _)| at).collect();
        sound.into_iter()
    }
}

/// The word that a statement begins with.
fn first_word(span: Span, word: &str) -> Span {
    let length = u32::try_from(word.len()).unwrap_or(0);
    Span { end: span.end.min(span.start.saturating_add(length)), ..span }
}
