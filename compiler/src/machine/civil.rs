//! Dates, clocks and time zones.
//!
//! A local time that daylight saving skips is the first instant after the gap; one that comes twice is the first.

use super::{DATE_MAX_DAYS, DATE_MIN_DAYS, DAY_MS, FaultKind, TIME_MAX_MS, TIME_MIN_MS};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// How many names of zones a thread remembers; names come from data, so there must be an end to it.
const ZONES_MAX: usize = 1024;

thread_local! {
    static ZONES: RefCell<FxHashMap<String, Option<TimeZone>>> = RefCell::default();
}

/// The zone of an IANA name; `None` where there is none.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    ZONES.with_borrow_mut(|zones| {
        if let Some(known) = zones.get(name) {
            return known.clone();
        }
        if zones.len() >= ZONES_MAX {
            zones.clear();
        }
        let found = TimeZone::get(name).ok();
        zones.insert(name.to_owned(), found.clone());
        found
    })
}

/// Year, month and day of a Date in days since the epoch (the proleptic Gregorian calendar).
#[must_use]
pub fn date_parts(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The Date of a year, month (1..=12) and day; a day past the month's end is its last.
#[must_use]
pub fn date_of(year: i64, month: i64, day: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let day = day.min(last);
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The weekday of a Date; 1 is Monday.
#[must_use]
pub fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// Date and time of day in the zone at an instant.
#[must_use]
pub fn local(ms: i64, zone: &TimeZone) -> (i64, i64) {
    let shifted = ms.saturating_add(offset_ms(ms, zone));
    (shifted.div_euclid(DAY_MS), shifted.rem_euclid(DAY_MS))
}

/// The instant of a local date and time.
///
/// # Errors
/// [`FaultKind::TimeOutOfRange`].
pub fn at(date: i64, time_ms: i64, zone: &TimeZone) -> Result<i64, FaultKind> {
    Ok(instants(date, time_ms, zone)?.0)
}

/// The next instant, strictly later than `now`, at which a clock in the zone shows that time, on that weekday (0: any).
///
/// # Errors
/// [`FaultKind::TimeOutOfRange`].
pub fn next_local(now: i64, time_ms: i64, on_weekday: i64, zone: &TimeZone) -> Result<i64, FaultKind> {
    let (today, _) = local(now, zone);
    for date in today - 1..=today + 15 {
        if on_weekday != 0 && weekday(date) != on_weekday {
            continue;
        }
        let instant = at(date, time_ms, zone)?;
        if instant > now {
            return Ok(instant);
        }
    }
    Err(FaultKind::TimeOutOfRange)
}

/// The next instant, strictly later than `now`, at which a clock in the zone shows that time on that day of a month; a month that
/// has no such day has it on its last.
///
/// # Errors
/// [`FaultKind::TimeOutOfRange`].
pub fn next_monthly(now: i64, time_ms: i64, day: i64, zone: &TimeZone) -> Result<i64, FaultKind> {
    let (year, month, _) = date_parts(local(now, zone).0);
    for months in -1..=2 {
        let month = year * 12 + month - 1 + months;
        let instant = at(date_of(month.div_euclid(12), month.rem_euclid(12) + 1, day), time_ms, zone)?;
        if instant > now {
            return Ok(instant);
        }
    }
    Err(FaultKind::TimeOutOfRange)
}

/// `now` where a clock in the zone shows a time in `from..to` (across midnight where `from` is later; the whole day where they are
/// the same), else the next instant at which one does.
///
/// # Errors
/// [`FaultKind::TimeOutOfRange`].
pub fn next_within(now: i64, from: i64, to: i64, zone: &TimeZone) -> Result<i64, FaultKind> {
    let inside = |ms: i64| {
        let (_, time) = local(ms, zone);
        if from < to { (from..to).contains(&time) } else { time >= from || time < to }
    };
    if inside(now) {
        return Ok(now);
    }
    let (today, _) = local(now, zone);
    for date in today - 1..=today + 15 {
        let (first, second) = instants(date, from, zone)?;
        let start = [Some(first), second].into_iter().flatten().find(|&ms| ms > now && inside(ms));
        // A change of the clock can also lead into the window.
        let change = next_change(now, start.unwrap_or(first), zone).filter(|&ms| inside(ms));
        if let Some(instant) = change.into_iter().chain(start).min() {
            return Ok(instant);
        }
    }
    Err(FaultKind::TimeOutOfRange)
}

/// The instants of a local date and time: the first, and the second where it comes twice.
fn instants(date: i64, time_ms: i64, zone: &TimeZone) -> Result<(i64, Option<i64>), FaultKind> {
    if !(DATE_MIN_DAYS..=DATE_MAX_DAYS).contains(&date) || !(0..DAY_MS).contains(&time_ms) {
        return Err(FaultKind::TimeOutOfRange);
    }
    let wall = date * DAY_MS + time_ms;
    let with = |offset: jiff::tz::Offset| wall - i64::from(offset.seconds()) * 1000;
    let (first, second) = match zone.to_ambiguous_timestamp(datetime(date, time_ms)?).offset() {
        AmbiguousOffset::Unambiguous { offset } => (with(offset), None),
        // In a gap the later offset gives an instant before it, the earlier one an instant behind it.
        AmbiguousOffset::Gap { before, after } => {
            let (early, late) = (with(after), with(before));
            (next_change(early, late, zone).unwrap_or(late), None)
        }
        AmbiguousOffset::Fold { before, after } => (with(before), Some(with(after))),
    };
    if (TIME_MIN_MS..=TIME_MAX_MS).contains(&first) { Ok((first, second)) } else { Err(FaultKind::TimeOutOfRange) }
}

/// The first instant later than `after`, and no later than `until`, at which the zone's offset changes.
pub(crate) fn next_change(after: i64, until: i64, zone: &TimeZone) -> Option<i64> {
    let start = Timestamp::from_millisecond(after).ok()?;
    let mut offset = offset_ms(after, zone);
    for transition in zone.following(start) {
        let instant = transition.timestamp().as_millisecond();
        if instant > until {
            return None;
        }
        let new = i64::from(transition.offset().seconds()) * 1000;
        if new != offset && instant > after {
            return Some(instant);
        }
        offset = new;
    }
    None
}

fn offset_ms(ms: i64, zone: &TimeZone) -> i64 {
    Timestamp::from_millisecond(ms).map_or(0, |at| i64::from(zone.to_offset(at).seconds()) * 1000)
}

fn datetime(date: i64, time_ms: i64) -> Result<DateTime, FaultKind> {
    let (year, month, day) = date_parts(date);
    let part = |value: i64| i8::try_from(value).map_err(|_| FaultKind::TimeOutOfRange);
    let year = i16::try_from(year).map_err(|_| FaultKind::TimeOutOfRange)?;
    let seconds = time_ms / 1000;
    let nanos = i32::try_from(time_ms % 1000 * 1_000_000).map_err(|_| FaultKind::TimeOutOfRange)?;
    DateTime::new(year, part(month)?, part(day)?, part(seconds / 3600)?, part(seconds / 60 % 60)?, part(seconds % 60)?, nanos)
        .map_err(|_| FaultKind::TimeOutOfRange)
}
