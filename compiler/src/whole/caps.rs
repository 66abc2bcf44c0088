//! W0402 and W0403: journeys that can send more than a channel's cap lets through, alone and all together.

use super::Whole;
use super::bounds::{Place, Reach};
use super::most::Most;
use crate::diagnostics::Diagnostic;
use crate::hir::{Cap, Channel, ChannelId, Priority};
use crate::machine::text::format_duration;
use std::rc::Rc;

/// Sends that are pointed at.
const SHOWN_MAX: usize = 8;

impl Whole<'_> {
    pub(super) fn caps(&mut self) {
        let mut shares: Vec<Vec<(usize, Rc<Reach>)>> = vec![Vec::new(); self.program.channels.len()];
        for journey in self.journeys() {
            for channel in self.bounds.reached(journey) {
                let declared = &self.program.channels[channel.index()];
                if let Some(cap) = declared.cap.filter(|_| self.sound_channels[channel.index()]) {
                    let reach = self.bounds.at_most(journey, channel, cap.per_ms, cap.count);
                    if reach.most > Most::Times(cap.count) {
                        self.found.push(self.over_cap(journey, declared, cap, &reach));
                    }
                    shares[channel.index()].push((journey, reach));
                }
            }
        }
        for (at, (channel, shares)) in self.program.channels.iter().zip(&mut shares).enumerate() {
            // A journey that others start counts with them.
            shares.retain(|(journey, reach)| !self.program.journeys[*journey].enters.is_empty() && reach.most > Most::Times(0));
            if let (Some(cap), true, true) = (channel.cap, self.complete, shares.len() > 1) {
                let together = self.together(ChannelId(u32::try_from(at).unwrap_or(u32::MAX)), channel, cap, shares);
                self.found.extend(together);
            }
        }
    }

    fn over_cap(&self, journey: usize, channel: &Channel, cap: Cap, reach: &Reach) -> Diagnostic {
        let name = &self.program.journeys[journey].name;
        let span = self.program.journeys[journey].name_span;
        let (through, per) = (cap.count, format_duration(cap.per_ms));
        let over = &channel.name;
        let (message, label) = match reach.most {
            Most::Times(most) => (
                format!("`{name}` can send {most} messages over `{over}` within {per}, but its cap is {through}"),
                format!("at most {most} in any {per}, on this way"),
            ),
            Most::Unbounded => (
                format!("`{name}` can send over `{over}` without bound: the cap of {through} per {per} alone holds it"),
                format!("at most {through} in any {per}: the cap"),
            ),
        };
        let diagnostic = Diagnostic::warning("W0402", span, message, label)
            .and(channel.name_span, format!("`cap {through} per {per}`"))
            .help("what the cap does not let through is not sent later: it is suppressed (`capped`); send less, wait longer between, or raise the cap");
        labelled(diagnostic, reach)
    }

    /// Whether it is said of all of them which goes first: each has a priority of its own, in one group.
    fn is_decided(&self, shares: &[(usize, Rc<Reach>)]) -> bool {
        let priorities = shares.iter().map(|(journey, _)| self.program.journeys[*journey].priority.as_ref());
        let Some(priorities) = priorities.collect::<Option<Vec<&Priority>>>() else { return false };
        let mut ranks: Vec<i64> = priorities.iter().map(|priority| priority.rank).collect();
        ranks.sort_unstable();
        ranks.dedup();
        ranks.len() == shares.len() && priorities.windows(2).all(|two| two[0].group == two[1].group)
    }

    fn together(&mut self, id: ChannelId, channel: &Channel, cap: Cap, shares: &mut [(usize, Rc<Reach>)]) -> Option<Diagnostic> {
        let sum = |shares: &[(usize, Rc<Reach>)]| shares.iter().fold(Most::Times(0), |sum, (_, reach)| sum.plus(reach.most));
        if sum(shares) <= Most::Times(cap.count) || self.is_decided(shares) {
            return None;
        }
        // What was good enough for each may be too much for all: now to the letter.
        for (journey, reach) in &mut *shares {
            *reach = self.bounds.at_most(*journey, id, cap.per_ms, 0);
        }
        let sum = sum(shares);
        if sum <= Most::Times(cap.count) {
            return None;
        }
        let (through, per, over) = (cap.count, format_duration(cap.per_ms), &channel.name);
        let journeys = shares.len();
        let message = match sum {
            Most::Times(sum) => {
                format!("{journeys} journeys together can send {sum} messages over `{over}` within {per}, but its cap is {through}")
            }
            Most::Unbounded => {
                format!("{journeys} journeys together send over `{over}` without bound: the cap of {through} per {per} alone holds them")
            }
        };
        let mut diagnostic = Diagnostic::warning("W0403", channel.name_span, message, format!("`cap {through} per {per}`"))
            .help("the messages that come first take the places under the cap, the others are suppressed (`capped`); say of all these journeys which goes first (`priority N in GROUP`, each with its own N), send less, or raise the cap");
        shares.sort_by_key(|(journey, reach)| (std::cmp::Reverse(reach.most), *journey));
        for (journey, reach) in shares.iter().take(SHOWN_MAX) {
            let text = match reach.most {
                Most::Times(most) => format!("at most {most} of them"),
                Most::Unbounded => "these have no bound".to_owned(),
            };
            diagnostic = diagnostic.and(self.program.journeys[*journey].name_span, text);
        }
        Some(diagnostic)
    }
}

/// With a label at each message on the way: which of them it is.
fn labelled(mut diagnostic: Diagnostic, reach: &Reach) -> Diagnostic {
    let mut places: Vec<(Place, Vec<usize>)> = Vec::new();
    for (at, place) in reach.path.iter().enumerate() {
        match places.iter_mut().find(|(known, _)| known.span == place.span) {
            Some((_, numbers)) => numbers.push(at + 1),
            None => places.push((*place, vec![at + 1])),
        }
    }
    for (place, numbers) in places.into_iter().take(SHOWN_MAX) {
        let text = match (reach.most, numbers.as_slice()) {
            (Most::Unbounded, _) => "sent again and again".to_owned(),
            (_, [number]) => format!("message {number}"),
            (_, [first, second]) => format!("messages {first} and {second}"),
            (_, [first, .., last]) if last - first + 1 == numbers.len() => format!("messages {first} to {last}"),
            (_, numbers) => format!("{} of the messages", numbers.len()),
        };
        diagnostic = diagnostic.and(place.span, text);
    }
    diagnostic
}
