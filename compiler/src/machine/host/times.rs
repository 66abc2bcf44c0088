//! Times, dates and zones; what they mean stands in [`crate::machine::civil`].

use super::Args;
use crate::machine::{Context, DATE_MAX_DAYS, DATE_MIN_DAYS, FaultKind, civil};
use crate::mir::HostOp;
use jiff::tz::TimeZone;

pub(super) fn call(op: HostOp, args: Args<'_>, cx: &Context) -> Result<u64, FaultKind> {
    let first = args.int(0);
    let value = match op {
        HostOp::TimeDate => civil::local(first, &zone(args.word(1), cx)?).0,
        HostOp::TimeTime => civil::local(first, &zone(args.word(1), cx)?).1,
        HostOp::TimeHour => civil::local(first, &zone(args.word(1), cx)?).1 / 3_600_000,
        HostOp::TimeWeekday => civil::weekday(civil::local(first, &zone(args.word(1), cx)?).0),
        HostOp::DateAt => civil::at(first, args.int(1), &zone(args.word(2), cx)?)?,
        HostOp::DatePlusDays => date(first.checked_add(args.int(1)))?,
        HostOp::DatePlusMonths => plus_months(first, args.int(1))?,
        HostOp::DateNextAnniversary => next_anniversary(first, args.int(1))?,
        HostOp::NextLocal => civil::next_local(first, args.int(1), args.int(2), &zone(args.word(3), cx)?)?,
        HostOp::NextWithin => civil::next_within(first, args.int(1), args.int(2), &zone(args.word(3), cx)?)?,
        _ => return Err(FaultKind::Internal),
    };
    Ok(value.cast_unsigned())
}

pub(super) fn zone(reference: u64, cx: &Context) -> Result<TimeZone, FaultKind> {
    if reference == 0 {
        return Err(FaultKind::NoTimezone);
    }
    civil::zone(cx.string(reference)).ok_or(FaultKind::UnknownTimezone)
}

fn date(days: Option<i64>) -> Result<i64, FaultKind> {
    days.filter(|days| (DATE_MIN_DAYS..=DATE_MAX_DAYS).contains(days)).ok_or(FaultKind::TimeOutOfRange)
}

/// The same day some months later; past the month's end, its last day.
fn plus_months(days: i64, months: i64) -> Result<i64, FaultKind> {
    let (year, month, day) = civil::date_parts(date(Some(days))?);
    let month = (year * 12 + month - 1).checked_add(months).ok_or(FaultKind::TimeOutOfRange)?;
    let year = month.div_euclid(12);
    if !(0..=10_000).contains(&year) {
        return Err(FaultKind::TimeOutOfRange);
    }
    date(Some(civil::date_of(year, month.rem_euclid(12) + 1, day)))
}

/// The first anniversary later than `after`; the day itself is none.
fn next_anniversary(days: i64, after: i64) -> Result<i64, FaultKind> {
    let (year, month, day) = civil::date_parts(date(Some(days))?);
    let (first, ..) = civil::date_parts(date(Some(after))?);
    let first = first.max(year + 1);
    let on = |year| civil::date_of(year, month, day);
    date(Some(if on(first) > after { on(first) } else { on(first + 1) }))
}
