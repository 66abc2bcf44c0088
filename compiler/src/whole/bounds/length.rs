//! How long journeys take: at least, until they end; at most, until they send for the last time.

use super::DEPTH_MAX;
use crate::whole::flow::{Flow, Spot, SpotKind, View};

/// Enters how long every `run`, `parallel` and `race` takes at least; gives how long each journey does.
pub(super) fn settle_all(flows: &mut [Flow]) -> Vec<i64> {
    let mut through = vec![None; flows.len()];
    for journey in 0..flows.len() {
        settle(flows, journey, 0, &mut through);
    }
    through.into_iter().map(|ms| ms.unwrap_or(0)).collect()
}

/// Enters how long `run`, `parallel` and `race` take at least, children before their parents; gives how long the journey takes.
fn settle(flows: &mut [Flow], journey: usize, depth: usize, through: &mut [Option<i64>]) -> i64 {
    if let Some(ms) = through[journey] {
        return ms;
    }
    if depth > DEPTH_MAX {
        return 0;
    }
    // One that runs itself: nothing is known.
    through[journey] = Some(0);
    let runs = flows[journey].spots.iter().enumerate();
    let runs: Vec<(Spot, usize)> =
        runs.filter_map(|(spot, kind)| if let SpotKind::Run(child) = kind { Some((spot, child.index())) } else { None }).collect();
    for (spot, child) in runs {
        let ms = settle(flows, child, depth + 1, through);
        flows[journey].delay(spot, ms);
    }
    let flow = &mut flows[journey];
    for number in (0..flow.forks.len()).rev() {
        let fork = &flow.forks[number];
        // A branch that never ends is waited for without end, or loses every race.
        let times = fork.branches.iter().map(|(start, end)| flow.least_ms(*start, *end).unwrap_or(i64::MAX));
        let ms = if fork.race { times.min() } else { times.max() };
        let spot = fork.spot;
        flow.delay(spot, ms.unwrap_or(0));
    }
    let ms = flow.least_ms(flow.entry, flow.end).unwrap_or(i64::MAX);
    through[journey] = Some(ms);
    ms
}

/// How long after its start each journey can still send, at most; `None` where nobody knows.
pub(super) fn lags(flows: &[Flow]) -> Vec<Option<i64>> {
    let mut lags = vec![Lag::Unknown; flows.len()];
    (0..flows.len()).map(|journey| lag(flows, journey, 0, &mut lags)).collect()
}

#[derive(Clone, Copy)]
enum Lag {
    Unknown,
    /// It is being asked: the journey starts itself.
    Asked,
    Known(Option<i64>),
}

fn lag(flows: &[Flow], journey: usize, depth: usize, lags: &mut [Lag]) -> Option<i64> {
    match lags[journey] {
        Lag::Known(known) => return known,
        Lag::Asked => return None,
        Lag::Unknown if depth > DEPTH_MAX => return None,
        Lag::Unknown => lags[journey] = Lag::Asked,
    }
    let flow = &flows[journey];
    let mut sends: Vec<Option<Option<i64>>> = vec![None; flow.spots.len()];
    for (spot, kind) in flow.spots.iter().enumerate() {
        sends[spot] = match kind {
            SpotKind::Start(child) => Some(lag(flows, child.index(), depth + 1, lags)),
            SpotKind::Send(_) | SpotKind::Write(..) => Some(Some(0)),
            SpotKind::Run(_) | SpotKind::Fork(_) => Some(None),
            _ => None,
        };
        if sends[spot].is_some() && flow.undone[spot] {
            sends[spot] = Some(None);
        }
    }
    let known = last(flow, &sends);
    lags[journey] = Lag::Known(known);
    known
}

/// The latest time at which one of these can be come to, with the time that it takes itself; `None` where there is no latest.
fn last(flow: &Flow, sends: &[Option<Option<i64>>]) -> Option<i64> {
    // Each spot is settled behind those that it leads to; in a loop nobody knows how often it turns.
    let before_sends = before_sends(flow, sends);
    let mut latest: Vec<Option<Option<i64>>> = vec![None; flow.spots.len()];
    let (mut state, mut open) = (vec![0u8; flow.spots.len()], vec![(flow.entry, 0)]);
    state[flow.entry] = 1;
    while let Some((spot, at)) = open.pop() {
        if let Some(way) = flow.ways(spot, View::Bounds).nth(at) {
            open.push((spot, at + 1));
            match state[way.to] {
                0 => {
                    state[way.to] = 1;
                    open.push((way.to, 0));
                }
                // It leads back: what is sent in there has no latest time.
                1 if before_sends[way.to] => return None,
                _ => {}
            }
            continue;
        }
        state[spot] = 2;
        let behind = flow.ways(spot, View::Bounds).filter_map(|way| {
            let behind = latest[way.to]?;
            Some(behind.zip(way.most_ms).map(|(behind, most_ms)| behind.saturating_add(most_ms)))
        });
        latest[spot] = behind.chain(sends[spot]).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)));
    }
    latest[flow.entry].unwrap_or(Some(0))
}

/// The spots from which a send can still be come to.
fn before_sends(flow: &Flow, sends: &[Option<Option<i64>>]) -> Vec<bool> {
    let mut back = vec![Vec::new(); flow.spots.len()];
    for from in 0..flow.spots.len() {
        flow.ways(from, View::Bounds).for_each(|way| back[way.to].push(from));
    }
    let mut before = vec![false; flow.spots.len()];
    let mut open: Vec<Spot> = (0..flow.spots.len()).filter(|&spot| sends[spot].is_some()).collect();
    while let Some(spot) = open.pop() {
        if !std::mem::replace(&mut before[spot], true) {
            open.extend(&back[spot]);
        }
    }
    before
}
