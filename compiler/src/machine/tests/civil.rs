use super::{context, host};
use crate::machine::civil::{at, date_of, date_parts, local, next_local, next_within, weekday, zone};
use crate::machine::{DATE_MAX_DAYS, DATE_MIN_DAYS, FaultKind};
use crate::mir::HostOp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;

fn tz(name: &str) -> TimeZone {
    zone(name).unwrap()
}

/// An instant as RFC 3339.
fn t(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn date(text: &str) -> i64 {
    t(&format!("{text}T00:00:00Z")).div_euclid(86_400_000)
}

proptest! {
    #[test]
    fn dates_and_their_parts_agree_with_jiff(days in DATE_MIN_DAYS..=DATE_MAX_DAYS) {
        let (year, month, day) = date_parts(days);
        let other = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        prop_assert_eq!((year, month, day), (i64::from(other.year()), i64::from(other.month()), i64::from(other.day())));
        prop_assert_eq!(date_of(year, month, day), days);
        prop_assert_eq!(weekday(days), i64::from(other.weekday().to_monday_one_offset()));
    }

    #[test]
    fn the_next_local_time_is_later_and_less_than_two_days_away(
        now in 0i64..4_000_000_000_000, time in 0i64..86_400_000, name in prop::sample::select(vec!["America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]),
    ) {
        let zone = tz(name);
        let next = next_local(now, time, 0, &zone).unwrap();
        prop_assert!(next > now && next - now <= 25 * HOUR + 24 * HOUR);
        let (date, shown) = local(next, &zone);
        prop_assert!(shown == time || at(date, time, &zone).unwrap() == next, "shows {shown} for {time}");
    }

    #[test]
    fn a_window_is_entered_at_its_first_instant(
        now in 0i64..4_000_000_000_000, from in 0i64..1440, to in 0i64..1440, name in prop::sample::select(vec!["America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]),
    ) {
        let zone = tz(name);
        let (from, to) = (from * MINUTE, to * MINUTE);
        let inside = |ms: i64| {
            let (_, time) = local(ms, &zone);
            if from < to { (from..to).contains(&time) } else { time >= from || time < to }
        };
        let now = now / MINUTE * MINUTE;
        let next = next_within(now, from, to, &zone).unwrap();
        prop_assert!(inside(next));
        let first = (0..).map(|minute| now + minute * MINUTE).find(|&ms| inside(ms));
        prop_assert_eq!(first, Some(next));
    }
}

#[test]
fn a_skipped_local_time_is_the_first_instant_after_the_gap() {
    // New York goes from 02:00 to 03:00 on 8 March 2026, Lord Howe from 02:00 to 02:30 on 4 October.
    let new_york = at(date("2026-03-08"), 2 * HOUR + 30 * MINUTE, &tz("America/New_York"));
    assert_eq!(new_york, Ok(t("2026-03-08T07:00:00Z")));
    let lord_howe = at(date("2026-10-04"), 2 * HOUR + 10 * MINUTE, &tz("Australia/Lord_Howe"));
    assert_eq!(lord_howe, Ok(t("2026-10-03T15:30:00Z")));
}

#[test]
fn a_local_time_that_comes_twice_is_the_first() {
    let new_york = at(date("2026-11-01"), HOUR + 30 * MINUTE, &tz("America/New_York"));
    assert_eq!(new_york, Ok(t("2026-11-01T05:30:00Z")));
    let lord_howe = at(date("2026-04-05"), HOUR + 45 * MINUTE, &tz("Australia/Lord_Howe"));
    assert_eq!(lord_howe, Ok(t("2026-04-04T14:45:00Z")));
}

#[test]
fn until_a_local_time_is_strictly_later_than_now() {
    let tokyo = tz("Asia/Tokyo");
    let nine = 9 * HOUR;
    assert_eq!(next_local(t("2026-11-22T00:00:00Z"), nine, 0, &tokyo), Ok(t("2026-11-23T00:00:00Z")));
    assert_eq!(next_local(t("2026-11-21T23:59:59Z"), nine, 0, &tokyo), Ok(t("2026-11-22T00:00:00Z")));
    // A Sunday: the next Monday is tomorrow, and from Monday 09:00 on, in a week.
    assert_eq!(next_local(t("2026-11-22T00:00:00Z"), nine, 1, &tokyo), Ok(t("2026-11-23T00:00:00Z")));
    assert_eq!(next_local(t("2026-11-23T00:00:00Z"), nine, 1, &tokyo), Ok(t("2026-11-30T00:00:00Z")));
}

#[test]
fn a_window_holds_its_first_instant_and_not_its_last_and_may_cross_midnight() {
    let utc = tz("UTC");
    let (eight, twenty) = (8 * HOUR, 20 * HOUR);
    let within = |now: &str, from, to| next_within(t(now), from, to, &utc).unwrap();
    assert_eq!(within("2026-01-01T08:00:00Z", eight, twenty), t("2026-01-01T08:00:00Z"));
    assert_eq!(within("2026-01-01T20:00:00Z", eight, twenty), t("2026-01-02T08:00:00Z"));
    assert_eq!(within("2026-01-01T23:00:00Z", twenty, eight), t("2026-01-01T23:00:00Z"));
    assert_eq!(within("2026-01-01T08:00:00Z", twenty, eight), t("2026-01-01T20:00:00Z"));
}

#[test]
fn a_zone_that_is_not_known_is_a_fault_that_says_which() {
    let mut cx = context();
    let nowhere = cx.new_string("Mars/Olympus").unwrap();
    assert_eq!(host(HostOp::NextLocal, &[0, 0, 0, nowhere], &mut cx), Err(FaultKind::UnknownTimezone));
    assert_eq!(host(HostOp::NextLocal, &[0, 0, 0, 0], &mut cx), Err(FaultKind::NoTimezone));
    assert_eq!(host(HostOp::TimeHour, &[0, nowhere], &mut cx), Err(FaultKind::UnknownTimezone));
}

#[test]
fn months_end_at_their_last_day_and_leap_days_recur() {
    let mut cx = context();
    let mut days = |op, day: &str, n: i64| host(op, &[date(day).cast_unsigned(), n.cast_unsigned()], &mut cx).map(u64::cast_signed);
    assert_eq!(days(HostOp::DatePlusMonths, "2026-01-31", 1), Ok(date("2026-02-28")));
    assert_eq!(days(HostOp::DatePlusMonths, "2026-01-31", -2), Ok(date("2025-11-30")));
    assert_eq!(days(HostOp::DatePlusMonths, "2026-01-31", i64::MAX), Err(FaultKind::TimeOutOfRange));
    assert_eq!(days(HostOp::DatePlusDays, "2026-01-31", i64::MAX), Err(FaultKind::TimeOutOfRange));
    let mut anniversary = |after: &str| days(HostOp::DateNextAnniversary, "2024-02-29", date(after));
    assert_eq!(anniversary("2025-02-27"), Ok(date("2025-02-28")));
    assert_eq!(anniversary("2025-02-28"), Ok(date("2026-02-28")));
    assert_eq!(anniversary("2028-01-01"), Ok(date("2028-02-29")));
}
