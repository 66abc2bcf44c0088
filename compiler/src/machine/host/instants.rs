//! The instants at which time alone changes a comparison.

use super::Args;
use super::times::zone;
use crate::hir::CompareOp;
use crate::machine::{Context, FaultKind, TIME_MAX_MS, civil};
use crate::mir::{Clock, HostOp, NEVER};
use jiff::tz::TimeZone;

/// How often an hour or a weekday may change before all that it can show was seen.
const TICKS_MAX: usize = 64;
/// How far behind midnight the clock may be set back across it, in milliseconds.
const FOLD_MS: i64 = 2 * 86_400_000;

pub(super) fn call(op: HostOp, args: Args<'_>, cx: &Context) -> Result<u64, FaultKind> {
    let after = match op {
        HostOp::NextCompare(op) => {
            let speed = args.int(2);
            crossing(op, i128::from(args.int(0)) - i128::from(args.int(1)), i128::from(speed))
        }
        HostOp::NextClock(clock, op) => {
            let reading = Reading { clock, zone: zone(args.word(1), cx)? };
            reading.next_change(op, args.int(0), args.int(2), args.int(3))
        }
        HostOp::NextTick(clock) => {
            let reading = Reading { clock, zone: zone(args.word(1), cx)? };
            reading.next_tick(args.int(0), args.int(2))
        }
        _ => return Err(FaultKind::Internal),
    };
    let instant = after.and_then(|after| i64::try_from(i128::from(cx.now).checked_add(after)?).ok()).filter(|at| *at <= TIME_MAX_MS);
    Ok(instant.unwrap_or(NEVER).cast_unsigned())
}

/// After how many milliseconds (at least one) `difference <op> 0` changes, where the difference grows by `speed` in each.
fn crossing(op: CompareOp, difference: i128, speed: i128) -> Option<i128> {
    if speed == 0 {
        return None;
    }
    if speed < 0 {
        let turned = match op {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
            CompareOp::Eq | CompareOp::Ne => op,
        };
        return crossing(turned, -difference, -speed);
    }
    let behind = -difference;
    match op {
        // When it is 0 or more.
        CompareOp::Lt | CompareOp::Ge => (behind > 0).then(|| (behind + speed - 1) / speed),
        // When it is more than 0.
        CompareOp::Le | CompareOp::Gt => (behind >= 0).then(|| behind / speed + 1),
        CompareOp::Eq | CompareOp::Ne if behind == 0 => Some(1),
        CompareOp::Eq | CompareOp::Ne => (behind > 0 && behind % speed == 0).then(|| behind / speed),
    }
}

/// What a clock in a zone shows.
struct Reading {
    clock: Clock,
    zone: TimeZone,
}

impl Reading {
    fn at(&self, ms: i64) -> i64 {
        let (date, time) = civil::local(ms, &self.zone);
        match self.clock {
            Clock::Date => date,
            Clock::Hour => time / 3_600_000,
            Clock::Weekday => civil::weekday(date),
            Clock::Time => time,
        }
    }

    fn unit_ms(&self) -> i64 {
        if self.clock == Clock::Hour { 3_600_000 } else { 86_400_000 }
    }

    /// After how many milliseconds a time that moves at `speed` shows something else.
    fn next_tick(&self, time: i64, speed: i64) -> Option<i128> {
        match speed {
            0 => None,
            1.. => Some(forward(time, self.tick_after(time)?, speed)),
            _ => Some(backward(time, self.tick_before(time), speed)),
        }
    }

    /// After how many milliseconds the comparison with `other` changes. Backwards it is asked again at each tick.
    fn next_change(&self, op: CompareOp, time: i64, speed: i64, other: i64) -> Option<i128> {
        if speed <= 0 {
            return self.next_tick(time, speed);
        }
        let holds = |ms: i64| op.holds(&self.at(ms), &other);
        let now = holds(time);
        if self.clock == Clock::Date {
            let change = civil::next_change(time, time.saturating_add(FOLD_MS), &self.zone).filter(|&ms| holds(ms) != now);
            let day = self.day_of_change(op, self.at(time), other).and_then(|day| civil::at(day, 0, &self.zone).ok());
            return Some(forward(time, change.into_iter().chain(day.filter(|&ms| ms > time)).min()?, speed));
        }
        let mut ms = time;
        for _ in 0..TICKS_MAX {
            ms = self.tick_after(ms)?;
            if holds(ms) != now {
                return Some(forward(time, ms, speed));
            }
        }
        None
    }

    /// The first day later than today on which the comparison is another.
    fn day_of_change(&self, op: CompareOp, today: i64, other: i64) -> Option<i64> {
        let day = match op {
            CompareOp::Lt | CompareOp::Ge => other,
            CompareOp::Le | CompareOp::Gt => other.checked_add(1)?,
            CompareOp::Eq | CompareOp::Ne if today == other => today + 1,
            CompareOp::Eq | CompareOp::Ne => other,
        };
        (day > today).then_some(day)
    }

    /// The first instant later than `ms` at which the clock shows something else (of a time of the day: does not simply go on).
    fn tick_after(&self, ms: i64) -> Option<i64> {
        let mut from = ms;
        loop {
            let (date, time) = civil::local(from, &self.zone);
            let into = if self.clock == Clock::Hour { time % self.unit_ms() } else { time };
            let tick =
                from.checked_add(self.unit_ms() - into).filter(|tick| *tick <= TIME_MAX_MS && date < crate::machine::DATE_MAX_DAYS)?;
            let Some(change) = civil::next_change(from, tick, &self.zone) else { return Some(tick) };
            if self.clock == Clock::Time || self.at(change) != self.at(ms) {
                return Some(change);
            }
            from = change;
        }
    }

    /// An instant from which on the clock has shown the same until `ms`.
    fn tick_before(&self, ms: i64) -> i64 {
        let (_, time) = civil::local(ms, &self.zone);
        let into = if self.clock == Clock::Hour { time % self.unit_ms() } else { time };
        let start = ms.saturating_sub(into);
        let mut from = start;
        while let Some(change) = civil::next_change(from, ms, &self.zone) {
            from = change;
        }
        from
    }
}

fn forward(time: i64, to: i64, speed: i64) -> i128 {
    let (way, speed) = (i128::from(to) - i128::from(time), i128::from(speed));
    ((way + speed - 1) / speed).max(1)
}

fn backward(time: i64, start: i64, speed: i64) -> i128 {
    (i128::from(time) - i128::from(start)) / i128::from(speed).abs() + 1
}
