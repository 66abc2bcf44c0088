//! Days, times of day and lengths of time as one writes them elsewhere: `11/22/2026`, `9 am`, `2.5h`, `every year on …`.

use super::{super::Reader, values::unit_meant, words};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span, Syntax};

pub(super) const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

impl<'t> Reader<'t> {
    /// `11/22/2026`, `22.11.2026`, `2026-1-5`, `2026-11-22x`
    pub(in super::super) fn foreign_date(&mut self, node: Syntax<'t>) {
        let (span, text) = (node.span(), node.text());
        let diagnostic =
            Diagnostic::error("E0111", span, format!("`{text}` is not a date"), "a date is written year first, as in `2026-11-22`");
        let behind = "a sum has spaces around its signs";
        self.report(match dates(text).as_slice() {
            [one] if text.starts_with(one.as_str()) => {
                diagnostic.help(format!("write `{one}`")).fix(format!("write `{one}`"), span, one.clone())
            }
            [one] => diagnostic.help(format!("write `{one}`; {behind}")).fix(format!("write `{one}`"), span, one.clone()),
            [first, second, ..] => diagnostic.help(format!("write `{first}` or `{second}`, whichever day is meant")),
            [] => diagnostic.help(format!("write year, month and day, as in `2026-11-22`; {behind}")),
        });
    }

    /// `9:00`, `9:00 pm`, `9 am`, `9 Uhr`
    pub(in super::super) fn foreign_time(&mut self, node: Syntax<'t>) {
        let (span, text) = (node.span(), node.text());
        if text.chars().all(|c| c.is_ascii_digit() || c == ':') {
            return self.short_time(span);
        }
        let diagnostic =
            Diagnostic::error("E0111", span, format!("`{text}` is not a time of day"), "a time of day goes from 00:00 to 23:59");
        self.report(match on_the_clock(text) {
            Some(time) => diagnostic.help(format!("write `{time}`")).fix(format!("write `{time}`"), span, time),
            None => diagnostic.help("write it as in `09:00`"),
        });
    }

    /// `2.5h`, `1.5 hours`, `2.5x`
    pub(in super::super) fn bad_fraction(&mut self, node: Syntax<'t>) {
        let (span, text) = (node.span(), node.text());
        let digits = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(text.len());
        let (number, unit) = (text.get(..digits).unwrap_or(""), text.get(digits..).unwrap_or("").trim());
        let diagnostic = Diagnostic::error("E0110", span, format!("`{text}` is not a duration"), "the numbers of a duration are whole");
        self.report(match unit_meant(unit).and_then(|unit| whole_parts(number, unit)) {
            Some(length) => diagnostic.help(format!("write `{length}`")).fix(format!("write `{length}`"), span, length),
            None if unit_meant(unit).is_some() => diagnostic.help("write a smaller unit, as in `90m` for one and a half hours"),
            None => Diagnostic::error("E0110", span, format!("`{text}` is not a number"), format!("`{unit}` is not a unit of time"))
                .help(format!("write `{number}`"))
                .fix(format!("write `{number}`"), span, number),
        });
    }

    /// `wait until Monday 09:00`, `wait until tomorrow 09:00`.
    pub(in super::super) fn no_weekday(&mut self, word: Syntax<'t>, time: Span) {
        let text = word.text();
        let time = self.slice(time);
        let time = on_the_clock(time).unwrap_or_else(|| time.to_string());
        let lower = text.to_lowercase();
        let begins = (lower.len() >= 3).then(|| WEEKDAYS.into_iter().find(|day| day.starts_with(&lower))).flatten();
        let diagnostic =
            Diagnostic::error("E0104", word.span(), format!("`{text}` is no weekday"), format!("a weekday stands before `{time}`"));
        self.report(match begins.or_else(|| words::near(&lower, WEEKDAYS.into_iter())) {
            Some(day) => diagnostic.help(format!("did you mean `{day}`?")).fix(format!("write `{day}`"), word.span(), day),
            None if matches!(lower.as_str(), "tomorrow" | "today") => {
                diagnostic.help(format!("write `{time}` alone for the next time that the clock shows it, or a weekday before it"))
            }
            None => diagnostic.help("the weekdays are `monday` to `sunday`"),
        });
    }

    /// `enter every year on 2026-12-24`, `every week on monday`, `every month on the 1st`
    pub(in super::super) fn no_day(&mut self, every: Syntax<'t>, on: Syntax<'t>) {
        let start = every.child(Rule::kw_every).map_or(every.span(), Syntax::span);
        let period = self.span(self.skip_space(start.end), on.span().start);
        let whole = self.span(period.start, on.span().end);
        let (period, day) = (self.slice(period).trim(), on.text().trim_start_matches("on").trim());
        let shown = format!("{period} {}", on.text().trim());
        let diagnostic =
            Diagnostic::error("E0462", whole, format!("there is no schedule `every {shown}`"), "this is no day on which it happens");
        let lower = day.to_lowercase();
        let weekday = WEEKDAYS.into_iter().find(|name| lower.trim_end_matches('s') == *name);
        let number: String = day.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        self.report(match (weekday, period) {
            (Some(name), _) => diagnostic.help(format!("write `every {name} at 09:00`")).fix(format!("write `{name}`"), whole, name),
            (None, "month") if number.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day)) => diagnostic
                .help(format!("write the day as a number: `every month on {number} at 09:00`"))
                .fix(format!("write `month on {number}`"), whole, format!("month on {number}")),
            (None, "month") => diagnostic.help("write the day as a number: `every month on 1 at 09:00`"),
            (None, "year") => diagnostic.help(format!(
                "write `segment NAME = {}`, and here `enter on segment NAME`: who comes to that day, enters",
                anniversary(day)
            )),
            _ => diagnostic.help("write `every day at 09:00`, `every monday at 09:00` or `every month on 1 at 09:00`"),
        });
    }
}

/// The condition that today is the day of a year that is meant.
fn anniversary(day: &str) -> String {
    let today = "now.date(profile.timezone)";
    if day.parse::<jiff::civil::Date>().is_ok() {
        format!("{day}.next_anniversary({today}.plus_days(-1)) == {today}")
    } else {
        let of = if day.starts_with("profile.") { day } else { "profile.birthday" };
        format!("{of} != none and {of}.next_anniversary({today}.plus_days(-1)) == {today}")
    }
}

/// The days that may be meant, as they are written here: two where month and day can't be told apart.
fn dates(text: &str) -> Vec<String> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| Some((part.len(), part.parse::<i16>().ok()?)));
    let (Some(first), Some(second), Some(third)) = (numbers.next(), numbers.next(), numbers.next()) else { return Vec::new() };
    let day = |year: i16, month: i16, day: i16| {
        let date = jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some(date.to_string())
    };
    let mut found = if first.0 == 4 {
        vec![day(first.1, second.1, third.1)]
    } else if text.contains('/') {
        vec![day(third.1, first.1, second.1), day(third.1, second.1, first.1)]
    } else {
        vec![day(third.1, second.1, first.1)]
    };
    found.dedup();
    found.into_iter().flatten().collect()
}

/// The time of day that `9am`, `9:30 pm`, `9 Uhr` and `9:00` mean.
pub(super) fn on_the_clock(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let digits = lower.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(lower.len());
    let (time, half) = lower.split_at(digits);
    let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let twelve = (1..=12).contains(&hour);
    let hour = match half.trim() {
        "am" if twelve => hour % 12,
        "pm" if twelve => hour % 12 + 12,
        "am" | "pm" => return None,
        _ => hour,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// `2.5` of a unit in whole numbers: `2h30m`.
fn whole_parts(number: &str, unit: &str) -> Option<String> {
    const UNITS: [(&str, u64); 6] = [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let of = UNITS.iter().find(|(name, _)| *name == unit)?.1;
    let (whole, fraction) = number.split_once('.')?;
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let count = whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(fraction.parse().ok()?)?;
    let total = count.checked_mul(of)?;
    let mut rest = (total % scale == 0).then_some(total / scale)?;
    let mut length = String::new();
    for (name, size) in UNITS {
        if rest >= size && (name != "w" || unit == "w") {
            length.push_str(&format!("{}{name}", rest / size));
            rest %= size;
        }
    }
    (!length.is_empty()).then_some(length)
}
