//! Numbers, durations, times and dates.

use super::Reader;
use crate::ast::{ExprKind, Share};
use jiff::{Timestamp, civil};
use journey_grammar::{Rule, Span, Syntax};

/// The units of a duration with their milliseconds.
const UNITS: [(&str, i64); 6] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000)];
const MILLION: i64 = 1_000_000;

impl<'t> Reader<'t> {
    pub(super) fn literal(&mut self, node: Syntax<'t>) -> ExprKind {
        match node.kind() {
            Rule::int | Rule::decimal | Rule::duration => self.number(node, false, node.span()).unwrap_or(ExprKind::Error),
            Rule::time => self.time(node),
            Rule::date => self.date(node),
            Rule::local_time => self.local_time(node),
            Rule::spaced_duration => {
                self.spaced_duration(node);
                ExprKind::Error
            }
            Rule::foreign_date => {
                self.foreign_date(node);
                ExprKind::Error
            }
            Rule::foreign_time => {
                self.foreign_time(node);
                ExprKind::Error
            }
            Rule::bad_fraction => {
                self.bad_fraction(node);
                ExprKind::Error
            }
            _ => {
                self.bad_number(node);
                ExprKind::Error
            }
        }
    }

    /// A number behind a minus, read as one; `None` where `literal` is no number.
    pub(super) fn negative(&mut self, literal: Syntax<'t>, whole: Span) -> Option<ExprKind> {
        matches!(literal.kind(), Rule::int | Rule::decimal | Rule::duration)
            .then(|| self.number(literal, true, whole).unwrap_or(ExprKind::Error))
    }

    fn number(&mut self, node: Syntax<'t>, negative: bool, whole: Span) -> Option<ExprKind> {
        let digits = node.text().replace('_', "");
        let sign = if negative { -1 } else { 1 };
        let kind = match node.kind() {
            Rule::int => digits.parse::<i128>().ok().and_then(|value| i64::try_from(sign * value).ok()).map(ExprKind::Int),
            Rule::decimal => return self.decimal(&digits, negative, whole),
            _ => duration_millis(&digits).and_then(|value| i64::try_from(sign * value).ok()).map(ExprKind::Duration),
        };
        if kind.is_none() {
            self.out_of_range(whole, node.kind());
        }
        kind
    }

    /// A number of the grammar's own, as in `times 3`; `None` where it is too large, which is reported.
    pub(super) fn whole_number(&mut self, int: Syntax<'t>) -> Option<i64> {
        let number = int.text().replace('_', "").parse().ok();
        if number.is_none() {
            self.out_of_range(int.span(), Rule::int);
        }
        number
    }

    fn decimal(&mut self, digits: &str, negative: bool, whole: Span) -> Option<ExprKind> {
        let (units, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let short = fraction.trim_end_matches('0');
        let scaled = || {
            let units = units.parse::<i128>().ok()?.checked_mul(i128::from(MILLION))?;
            let fraction: i128 = format!("{short:0<6}").parse().ok()?;
            let value = units.checked_add(fraction)?;
            i64::try_from(if negative { -value } else { value }).ok()
        };
        if short.len() <= 6
            && let Some(value) = scaled()
        {
            return Some(ExprKind::Decimal(value));
        }
        // No Decimal, but perhaps a Float is expected.
        let float = digits.parse::<f64>().ok().filter(|value| value.is_finite());
        if float.is_none() {
            self.out_of_range(whole, Rule::decimal);
        }
        float.map(|value| ExprKind::LongFraction(if negative { -value } else { value }))
    }

    fn time(&mut self, node: Syntax<'t>) -> ExprKind {
        let text = node.text();
        let has_zone = text.ends_with('Z') || text.get(11..).is_some_and(|rest| rest.contains(['+', '-']));
        let parsed = if has_zone { text.parse::<Timestamp>().map_err(|error| error.to_string()) } else { Err(String::new()) };
        match parsed {
            Ok(time) => ExprKind::Time(time.as_millisecond()),
            Err(_) => {
                self.impossible_moment(node, has_zone);
                ExprKind::Error
            }
        }
    }

    fn date(&mut self, node: Syntax<'t>) -> ExprKind {
        match node.text().parse::<civil::Date>() {
            Ok(date) => ExprKind::Date(days_since_epoch(date)),
            Err(_) => {
                self.impossible_moment(node, true);
                ExprKind::Error
            }
        }
    }

    fn local_time(&mut self, node: Syntax<'t>) -> ExprKind {
        let mut parts = node.text().split(':').map(|part| part.parse::<i64>().unwrap_or(i64::MAX));
        let (hour, minute, second) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if hour > 23 || minute > 59 || second > 59 {
            self.impossible_moment(node, true);
            return ExprKind::Error;
        }
        ExprKind::LocalTime(((hour * 60 + minute) * 60 + second) * 1_000)
    }

    pub(super) fn share(&mut self, node: Syntax<'t>) -> Share {
        let span = node.span();
        let Some(number) = node.children().find(|child| matches!(child.kind(), Rule::int | Rule::decimal)) else {
            return Share::Rest(span);
        };
        if !node.has(Rule::percent) {
            self.no_percent(number.span());
        }
        let digits = number.text().replace('_', "");
        let (units, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > 2 {
            self.share_too_fine(span);
        }
        let hundredths: u32 = format!("{fraction:0<2}").get(..2).and_then(|two| two.parse().ok()).unwrap_or(0);
        let points = units.parse::<u32>().ok().and_then(|units| units.checked_mul(100)).map_or(u32::MAX, |units| units + hundredths);
        if points > 10_000 {
            self.share_too_large(span);
        }
        Share::BasisPoints(points.min(10_000), span)
    }
}

fn duration_millis(text: &str) -> Option<i128> {
    let mut rest = text;
    let mut total = 0_i128;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (count, tail) = rest.split_at(digits);
        let (unit, millis) = UNITS.iter().find(|(unit, _)| tail.starts_with(unit))?;
        total = total.checked_add(count.parse::<i128>().ok()?.checked_mul(i128::from(*millis))?)?;
        rest = tail.get(unit.len()..)?;
    }
    Some(total)
}

fn days_since_epoch(date: civil::Date) -> i64 {
    let epoch = civil::date(1970, 1, 1);
    date.since(epoch).map(|span| i64::from(span.get_days())).unwrap_or(0)
}
