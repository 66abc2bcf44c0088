//! The bounds of a program as a table: what `journey check --bounds` shows.

use super::bounds::{Bounds, Counted, Reach};
use super::most::Most;
use crate::hir::{ChannelId, InstanceKey, JourneyId, Program};

/// The window of a channel without a cap.
const WEEK_MS: i64 = 7 * 86_400_000;

/// All bounds of a program.
#[derive(Debug, Clone)]
pub struct Table {
    /// By channel, then by journey.
    pub bounds: Vec<Bound>,
    /// One for each channel that promotional messages go over.
    pub together: Vec<Together>,
    /// How many states and moves were looked at to know it.
    pub work: u64,
}

/// What a customer can get from one journey over one channel.
#[derive(Debug, Clone)]
pub struct Bound {
    pub journey: JourneyId,
    pub channel: ChannelId,
    /// For one entry, however long it takes.
    pub in_all: Reach,
    /// For one entry, in any window.
    pub in_window: Reach,
    /// For all entries of a customer, in any window.
    pub with_entries: Most,
    pub window_ms: i64,
    /// The last two, where the world outside moves the customer into another time zone once in a window.
    pub moved: [Most; 2],
    /// How often journeys change the customer's zone in a window; `None` for without bound.
    pub changes: Option<u32>,
    pub again: Again,
    /// Messages that no cap holds, in all.
    pub transactional: Most,
}

/// When a customer can enter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// After so many milliseconds, counted from entry to entry, at the least.
    After(i64),
    /// As often as what lets in happens.
    AsOften,
    /// Other journeys start it.
    Started,
}

/// What a customer can get from all journeys over one channel.
#[derive(Debug, Clone)]
pub struct Together {
    pub channel: ChannelId,
    pub window_ms: i64,
    /// In any window: one entry for each journey that events let in, all entries of those that time lets in.
    pub most: Most,
    /// In any window, with all entries of a customer; what no cap holds back.
    pub with_entries: Most,
}

/// The bounds of a program without errors.
#[must_use]
pub fn table(program: &Program) -> Table {
    let sound = vec![true; program.journeys.len()];
    let mut bounds = Bounds::new(program, &sound);
    let mut moved = Bounds::new(program, &sound).moving(1);
    let mut table = Table { bounds: Vec::new(), together: Vec::new(), work: 0 };
    for (at, channel) in program.channels.iter().enumerate() {
        let channel_id = ChannelId(u32::try_from(at).unwrap_or(u32::MAX));
        let window_ms = channel.cap.map_or(WEEK_MS, |cap| cap.per_ms);
        let (mut together, mut with_entries) = (Most::Times(0), Most::Times(0));
        for journey in 0..program.journeys.len() {
            if !bounds.reached(journey).contains(&channel_id) {
                continue;
            }
            let bound = bound(&mut bounds, &mut moved, journey, channel_id, window_ms);
            if !program.journeys[journey].enters.is_empty() {
                together = together.plus(bounds.at_most(journey, channel_id, window_ms, 0).most);
                with_entries = with_entries.plus(bound.with_entries);
            }
            table.bounds.push(bound);
        }
        if together > Most::Times(0) {
            table.together.push(Together { channel: channel_id, window_ms, most: together, with_entries });
        }
    }
    table.work = bounds.work + moved.work;
    table
}

fn bound(bounds: &mut Bounds, moved: &mut Bounds, journey: usize, channel: ChannelId, window_ms: i64) -> Bound {
    let counted = Counted::Promotional(channel);
    let declared = &bounds.program.journeys[journey];
    let apart_ms = bounds.apart_ms(journey);
    let again = match (&declared.key, apart_ms) {
        _ if declared.enters.is_empty() => Again::Started,
        (InstanceKey::Expr(_), _) | (_, 0) => Again::AsOften,
        (_, ms) => Again::After(ms),
    };
    Bound {
        journey: JourneyId(u32::try_from(journey).unwrap_or(u32::MAX)),
        channel,
        in_all: (*bounds.in_all(journey, counted, 0)).clone(),
        in_window: (*bounds.in_window(journey, counted, window_ms, 0)).clone(),
        with_entries: bounds.with_entries(journey, counted, window_ms, 0).most,
        window_ms,
        moved: [moved.in_window(journey, counted, window_ms, 0).most, moved.with_entries(journey, counted, window_ms, 0).most],
        changes: bounds.changes(counted, window_ms),
        again,
        transactional: bounds.in_all(journey, Counted::Transactional(channel), 0).most,
    }
}
