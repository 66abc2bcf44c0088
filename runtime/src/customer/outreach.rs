//! What a customer was sent lately and is about to be sent: what caps count, and what quiet hours hold.

use journey_compiler::hir::Cap;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outreach {
    /// By the name of the channel.
    places: Vec<Places>,
    /// In the order in which they were held.
    pub held: Vec<Held>,
}

/// Moments of promotional sends over a channel with a cap, as many as the cap counts at most. A held send stands there with
/// the moment at which it is to leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Places {
    channel: SmolStr,
    taken_ms: Vec<i64>,
}

/// A send that leaves when the quiet hours end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub due_ms: i64,
    /// Its place among the customer's timers, as of a pause.
    pub armed: u64,
    /// Journey and version, as of an instance.
    pub edition: u32,
    /// Instance, step and place among its effects: what makes its key.
    pub instance: u32,
    pub step: u32,
    pub index: u32,
    pub message: SmolStr,
    pub channel: SmolStr,
    /// In the order of the channel's content.
    pub content: Vec<String>,
    /// The message's parameters, as `machine::codec` writes them, one after another.
    pub args: Vec<u8>,
}

impl Outreach {
    /// How many places are left under a channel's cap: sends count in the sliding window `(now - per, now]`.
    #[must_use]
    pub fn left(&self, channel: &str, cap: Cap, now_ms: i64) -> u32 {
        let Some(places) = self.places.iter().find(|places| places.channel == channel) else { return cap.count };
        let taken = places.taken_ms.iter().filter(|&&taken| counts(taken, cap, now_ms)).count();
        cap.count.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX))
    }

    /// Takes a place for a send that leaves at that moment; what no longer counts is forgotten.
    pub fn take(&mut self, channel: &str, cap: Cap, now_ms: i64, leaves_ms: i64) {
        let at = self.places.iter().position(|places| places.channel == channel).unwrap_or_else(|| {
            self.places.push(Places { channel: channel.into(), taken_ms: Vec::new() });
            self.places.len() - 1
        });
        let Some(places) = self.places.get_mut(at) else { return };
        places.taken_ms.retain(|&taken| counts(taken, cap, now_ms));
        places.taken_ms.push(leaves_ms);
    }

    /// Gives back the place of a held send.
    pub fn give_back(&mut self, channel: &str, leaves_ms: i64) {
        let Some(places) = self.places.iter_mut().find(|places| places.channel == channel) else { return };
        if let Some(at) = places.taken_ms.iter().position(|&taken| taken == leaves_ms) {
            places.taken_ms.swap_remove(at);
        }
    }

    /// The held send that leaves first: when, its place among the customer's timers, and here.
    #[must_use]
    pub fn first_held(&self) -> Option<(i64, u64, usize)> {
        self.held.iter().enumerate().map(|(at, held)| (held.due_ms, held.armed, at)).min()
    }
}

fn counts(taken_ms: i64, cap: Cap, now_ms: i64) -> bool {
    taken_ms > now_ms.saturating_sub(cap.per_ms)
}
