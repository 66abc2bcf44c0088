use super::*;

fn decimal(text: &str) -> Result<i64, NumberError> {
    exact(text, DECIMAL_DIGITS)
}

#[test]
fn decimals_are_read_exactly() {
    assert_eq!(decimal("80.00"), Ok(80_000_000));
    assert_eq!(decimal("0.1"), Ok(100_000));
    assert_eq!(decimal("-0.000001"), Ok(-1));
    assert_eq!(decimal("1.5e3"), Ok(1_500_000_000));
    assert_eq!(decimal("15E-1"), Ok(1_500_000));
    assert_eq!(decimal("1.00000000000"), Ok(1_000_000));
    assert_eq!(decimal("9223372036854.775807"), Ok(i64::MAX));
    assert_eq!(decimal("-9223372036854.775808"), Ok(i64::MIN));
    assert_eq!(decimal("0e999999999999"), Ok(0));
}

#[test]
fn decimals_that_do_not_fit_are_refused() {
    assert_eq!(decimal("0.0000001"), Err(NumberError::TooPrecise));
    assert_eq!(decimal("9223372036854.775808"), Err(NumberError::OutOfRange));
    assert_eq!(decimal("1e400"), Err(NumberError::OutOfRange));
    assert_eq!(decimal("1e-400"), Err(NumberError::TooPrecise));
    for text in ["", "-", ".5", "5.", "1e", "1e+", "abc", "1_000", "+1", "0x10", "1.2.3", "--1"] {
        assert_eq!(decimal(text), Err(NumberError::NotANumber), "{text}");
    }
}

#[test]
fn whole_numbers_have_no_fraction() {
    assert_eq!(exact("42", 0), Ok(42));
    assert_eq!(exact("42.0", 0), Ok(42));
    assert_eq!(exact("42.5", 0), Err(NumberError::TooPrecise));
    assert_eq!(exact("9223372036854775808", 0), Err(NumberError::OutOfRange));
}

#[test]
fn durations_go_both_ways() {
    assert_eq!(parse_duration("1h30m"), Some(90 * MINUTE_MS));
    assert_eq!(parse_duration("PT1H30M"), Some(90 * MINUTE_MS));
    assert_eq!(parse_duration("P1DT2H"), Some(26 * HOUR_MS));
    assert_eq!(parse_duration("P1W"), Some(7 * DAY_MS));
    assert_eq!(parse_duration("500ms"), Some(500));
    assert_eq!(parse_duration("-2d"), Some(-2 * DAY_MS));
    for text in ["", "1", "h", "1y", "P1M", "P1Y", "1h 30m", "99999999999999999999h", "999999999999w"] {
        assert_eq!(parse_duration(text), None, "{text}");
    }
}

#[test]
fn times_are_rfc_3339() {
    assert_eq!(parse_time("1970-01-01T00:00:01Z"), Some(1_000));
    assert_eq!(parse_time("1970-01-01T01:00:00.0019+01:00"), Some(1));
    for text in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-11-22", "2026-11-22T08:00:00", "1795334400"] {
        assert_eq!(parse_time(text), None, "{text}");
    }
}

#[test]
fn of_times_all_that_rfc_3339_allows_is_taken() {
    for text in ["1970-01-01t00:00:01z", "1970-01-01 00:00:01Z", "1969-12-31T23:00:01-01:00", "1970-01-01T23:59:01.000+23:59"] {
        assert_eq!(parse_time(text), Some(1_000), "{text}");
    }
    assert_eq!(parse_time("1970-01-01T00:00:00.1239999999999999999Z"), Some(123));
    assert_eq!(parse_time("1970-01-01T01:00:00.123999999999+01:00"), Some(123));
    assert_eq!(parse_time("1969-12-31T23:59:59.9999999999Z"), Some(-1));
    assert_eq!(parse_time("2016-12-31T23:59:60Z"), parse_time("2016-12-31T23:59:59Z"));
}

#[test]
fn of_times_no_more_than_rfc_3339_allows_is_taken() {
    for text in [
        "2026-11-22T08:00+01:00",
        "2026-11-22T08:00:00+01",
        "2026-11-22T08:00:00+0100",
        "2026-11-22T08:00:00+01:00:30",
        "2026-11-22T08:00:00+24:00",
        "2026-11-22T08:00:00+01:60",
        "2026-11-22T24:00:00Z",
        "2026-11-22T08:00:00,5Z",
        "2026-11-22T08:00:00.Z",
        "2026-11-22T08:00:00Z[Europe/Paris]",
        "2026-11-22T08:00:00+01:00[Europe/Paris]",
        "2026-11-22T08:00:00Z ",
        "2026-11-22T08:00:00\u{661}Z",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
    }
}

#[test]
fn dates_and_times_of_day_go_both_ways() {
    assert_eq!(parse_date("1970-01-02"), Some(1));
    assert_eq!(parse_date("1969-12-31"), Some(-1));
    assert_eq!(parse_date("2026-02-30"), None);
    assert_eq!(parse_local_time("09:00"), Some(9 * HOUR_MS));
    assert_eq!(parse_local_time("21:30:15"), Some(21 * HOUR_MS + 30 * MINUTE_MS + 15 * SECOND_MS));
    assert_eq!(parse_local_time("09:00:00.25"), Some(9 * HOUR_MS + 250));
    for text in ["24:00", "9:00", "09:00+01:00", "09:00:00+01:00", "09:00Z", "09:00[UTC]", "09:00:00,5", "09:00:00.", "T09:00", "09:60"] {
        assert_eq!(parse_local_time(text), None, "{text}");
    }
}
