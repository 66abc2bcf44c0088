//! Numbers, durations and times as text, exactly: no Decimal ever passes through a float.

use jiff::{Timestamp, civil};
use journey_compiler::machine::civil::date_of;
use journey_compiler::machine::{TIME_MAX_MS, TIME_MIN_MS};

/// Digits behind the point of a Decimal.
pub const DECIMAL_DIGITS: i32 = 6;
/// More digits than any number that fits has.
const DIGITS_MAX: usize = 36;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Why a text is not the number that was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    NotANumber,
    /// It has digits that the type cannot hold.
    TooPrecise,
    OutOfRange,
}

/// A JSON number's text (exponents too) times 10^`scale`, exactly.
///
/// # Errors
/// [`NumberError`].
pub fn exact(text: &str, scale: i32) -> Result<i64, NumberError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
        None => (digits, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(whole, fraction)| (whole, Some(fraction)));
    if whole.is_empty() || fraction.is_some_and(str::is_empty) {
        return Err(NumberError::NotANumber);
    }
    let fraction = fraction.unwrap_or("");
    let significant = fraction.trim_end_matches('0');
    let mut value: i128 = 0;
    let mut count = 0usize;
    for byte in whole.bytes().chain(significant.bytes()) {
        if !byte.is_ascii_digit() {
            return Err(NumberError::NotANumber);
        }
        if count > 0 || byte != b'0' {
            count += 1;
        }
        if count > DIGITS_MAX {
            return Err(NumberError::OutOfRange);
        }
        value = value * 10 + i128::from(byte - b'0');
    }
    let shift = scale.saturating_add(exponent).saturating_sub(i32::try_from(significant.len()).unwrap_or(i32::MAX));
    let value = shifted(value, shift)?;
    i64::try_from(if negative { -value } else { value }).map_err(|_| NumberError::OutOfRange)
}

fn parse_exponent(text: &str) -> Result<i32, NumberError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    let value = digits.parse::<i32>().unwrap_or(i32::MAX).min(1_000_000);
    Ok(if negative { -value } else { value })
}

/// `value` × 10^`shift`, where that is whole.
fn shifted(mut value: i128, shift: i32) -> Result<i128, NumberError> {
    if value == 0 {
        return Ok(0);
    }
    for _ in 0..shift.max(0) {
        value = value.checked_mul(10).filter(|v| v.unsigned_abs() <= 1 << 64).ok_or(NumberError::OutOfRange)?;
    }
    for _ in shift.min(0)..0 {
        if value % 10 != 0 {
            return Err(NumberError::TooPrecise);
        }
        value /= 10;
    }
    Ok(value)
}

/// A duration in milliseconds, as `1h30m` or ISO 8601 (`PT1H30M`; days are 24 hours, months and years are none).
#[must_use]
pub fn parse_duration(text: &str) -> Option<i64> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let ms = if rest.starts_with('P') { iso_duration(rest)? } else { units(rest)? };
    if negative { ms.checked_neg() } else { Some(ms) }
}

fn units(mut rest: &str) -> Option<i64> {
    let mut total: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let letters = rest.bytes().take_while(u8::is_ascii_lowercase).count();
        let unit = match rest.get(..letters)? {
            "ms" => 1,
            "s" => SECOND_MS,
            "m" => MINUTE_MS,
            "h" => HOUR_MS,
            "d" => DAY_MS,
            "w" => 7 * DAY_MS,
            _ => return None,
        };
        rest = rest.get(letters..)?;
        total = total.checked_add(amount.checked_mul(unit)?)?;
    }
    Some(total)
}

fn iso_duration(text: &str) -> Option<i64> {
    let span: jiff::Span = text.parse().ok()?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    i64::try_from(duration.as_millis()).ok()
}

/// An instant in milliseconds since the epoch, as RFC 3339 has it, with any offset; finer digits are cut off.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    const NANOS_END: usize = 29;
    let fraction_end = fraction_end(text.as_bytes())?;
    let timestamp: Timestamp = if fraction_end > NANOS_END {
        format!("{}{}", text.get(..NANOS_END)?, text.get(fraction_end..)?).parse().ok()?
    } else {
        text.parse().ok()?
    };
    let ms = timestamp.as_nanosecond().div_euclid(1_000_000);
    i64::try_from(ms).ok().filter(|ms| (TIME_MIN_MS..=TIME_MAX_MS).contains(ms))
}

/// Where the seconds of a text that has the shape of RFC 3339 end with their fraction; `None` where it has another, of which
/// jiff takes many.
fn fraction_end(bytes: &[u8]) -> Option<usize> {
    let (stamp, rest) = bytes.split_at_checked(19)?;
    let offset_at = rest.iter().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))?;
    let (fraction, offset) = rest.split_at_checked(offset_at)?;
    let is_offset = match offset {
        [b'Z' | b'z'] => true,
        [_, hours @ .., b':', tens, _] => has_shape(offset, b"+00:00") && *hours <= b"23"[..] && *tens < b'6',
        _ => false,
    };
    (has_shape(stamp, b"0000-00-00T00:00:00") && is_fraction(fraction) && is_offset).then_some(19 + offset_at)
}

/// Whether there is nothing, or a point and digits.
fn is_fraction(bytes: &[u8]) -> bool {
    match bytes {
        [] => true,
        [b'.', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// Whether a text looks so: `0` is any digit, `T` what may stand between date and time, `+` a sign.
fn has_shape(bytes: &[u8], shape: &[u8]) -> bool {
    let is_like = |(&byte, &like): (&u8, &u8)| match like {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        b'+' => matches!(byte, b'+' | b'-'),
        _ => byte == like,
    };
    bytes.len() == shape.len() && bytes.iter().zip(shape).all(is_like)
}

/// A date as days since the epoch.
#[must_use]
pub fn parse_date(text: &str) -> Option<i64> {
    if text.len() != 10 {
        return None;
    }
    let date: civil::Date = text.parse().ok()?;
    let days = date_of(i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    Some(days).filter(|days| (TIME_MIN_MS / DAY_MS..=TIME_MAX_MS / DAY_MS).contains(days))
}

/// A time of day as milliseconds since midnight: `HH:MM`, `HH:MM:SS`, or with milliseconds.
#[must_use]
pub fn parse_local_time(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let fits = match bytes.split_at_checked(8) {
        Some((clock, fraction)) => has_shape(clock, b"00:00:00") && is_fraction(fraction),
        None => has_shape(bytes, b"00:00"),
    };
    if !fits {
        return None;
    }
    let time: civil::Time = text.parse().ok()?;
    let ms = i64::from(time.hour()) * HOUR_MS + i64::from(time.minute()) * MINUTE_MS + i64::from(time.second()) * SECOND_MS;
    Some(ms + i64::from(time.millisecond()))
}

#[cfg(test)]
#[path = "scalar_tests.rs"]
mod tests;
