//! How values are written as text: in messages, effects and JSON.

use super::number::decimal_round;
use super::{DAY_MS, DECIMAL_ONE};
use std::fmt::Write as _;

/// A Decimal (in millionths) without trailing zeros: `80`, `12.5`, `-0.000001`.
#[must_use]
pub fn format_decimal(millionths: i64) -> String {
    let mut text = signed_decimal(i128::from(millionths), 6);
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    text
}

/// A Decimal (in millionths) with exactly that many digits (at most 6), rounded half away from zero: `80.00`.
#[must_use]
pub fn fixed(millionths: i64, digits: i64) -> String {
    let digits = u32::try_from(digits.clamp(0, 6)).unwrap_or(0);
    signed_decimal(decimal_round(millionths, digits), digits)
}

/// Millionths with `digits` of their six digits.
fn signed_decimal(millionths: i128, digits: u32) -> String {
    let one = u128::from(DECIMAL_ONE.unsigned_abs());
    let (whole, rest) = (millionths.unsigned_abs() / one, millionths.unsigned_abs() % one);
    let sign = if millionths < 0 { "-" } else { "" };
    let rest = rest / 10u128.pow(6 - digits.min(6));
    let width = digits as usize;
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}") }
}

/// A Float in the fewest digits that give it back: `0.7`, `3`, `1e21`.
#[must_use]
pub fn format_float(value: f64) -> String {
    let magnitude = value.abs();
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else if magnitude != 0.0 && !(1e-7..1e21).contains(&magnitude) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// A Float with exactly that many digits (at most 15).
#[must_use]
pub fn fixed_float(value: f64, digits: i64) -> String {
    let digits = usize::try_from(digits.clamp(0, 15)).unwrap_or(0);
    if value.is_finite() { format!("{value:.digits$}") } else { format_float(value) }
}

/// A Duration (in milliseconds) as it is written in the source: `1h30m`, `2d`, `500ms`, `0s`.
#[must_use]
pub fn format_duration(ms: i64) -> String {
    if ms == 0 {
        return "0s".into();
    }
    let mut text = String::from(if ms < 0 { "-" } else { "" });
    let mut rest = ms.unsigned_abs();
    for (unit, name) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")] {
        if rest >= unit {
            let _ = write!(text, "{}{name}", rest / unit);
            rest %= unit;
        }
    }
    text
}

/// A Time (in milliseconds since the epoch) as RFC 3339 in UTC: `2026-11-22T09:00:00Z`.
#[must_use]
pub fn format_time(ms: i64) -> String {
    let (date, time) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    format!("{}T{}Z", format_date(date), clock(time, true))
}

/// A Date (in days since the epoch): `2026-11-22`.
#[must_use]
pub fn format_date(days: i64) -> String {
    let (year, month, day) = super::civil::date_parts(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A LocalTime (in milliseconds since midnight) in as few parts as tell it: `09:00`, `21:30:15`, `21:30:15.250`.
#[must_use]
pub fn format_local_time(ms: i64) -> String {
    clock(ms, false)
}

fn clock(ms: i64, seconds: bool) -> String {
    let (minutes, rest) = (ms / 60_000, ms % 60_000);
    let mut text = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    if seconds || rest != 0 {
        let _ = write!(text, ":{:02}", rest / 1000);
    }
    if rest % 1000 != 0 {
        let _ = write!(text, ".{:03}", rest % 1000);
    }
    text
}
