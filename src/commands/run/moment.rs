//! Times on the command line.

use journey_compiler::project::duration_ms;
use journey_runtime::Until;
use journey_runtime::wire::scalar::parse_time;

/// `2026-11-22T09:00:00Z`, in milliseconds since the epoch.
pub fn instant(text: &str) -> Result<i64, String> {
    parse_time(text).ok_or_else(|| String::from("a time is written 2026-11-22T09:00:00Z, or with an offset: 2026-11-22T09:00:00+01:00"))
}

/// An instant, or `+7d`.
pub fn until(text: &str) -> Result<Until, String> {
    match text.strip_prefix('+') {
        Some(duration) => duration_ms(duration).map(Until::After).ok_or_else(|| String::from("a duration is written +7d, +12h or +1h30m")),
        None => instant(text).map(Until::At).map_err(|words| format!("{words}; so much after the last event is +7d")),
    }
}
