//! What a run says beside its summary, on standard error.

use crate::output::Format;
use crate::report::plural;
use journey_compiler::diagnostics::render::visible;
use journey_compiler::machine::text::format_time;
use journey_compiler::mir::Module;
use journey_runtime::Summary;
use journey_runtime::answers::UNANSWERED;
use journey_runtime::summary::ThisRun;
use serde_json::json;
use std::io;

/// Rejected events that are shown to people.
const REJECTED_SHOWN: usize = 10;
/// Reasons of failures that are shown to people.
const FAILURES_SHOWN: usize = 10;
/// Characters of a rejected event that are shown.
const REJECTED_CHARS: usize = 120;

/// The first rejected events with their reasons.
pub fn rejected(summary: &Summary, format: Format) -> io::Result<String> {
    if summary.rejected.is_empty() {
        return Ok(String::new());
    }
    let mut out = String::new();
    if format == Format::Json {
        for rejected in &summary.rejected {
            let line = json!({"rejected": {
                "input": rejected.input, "line": rejected.line, "path": rejected.path, "reason": rejected.reason,
            }});
            out.push_str(&serde_json::to_string(&line)?);
            out.push('\n');
        }
        return Ok(out);
    }
    out.push_str("\nrejected:\n");
    for rejected in summary.rejected.iter().take(REJECTED_SHOWN) {
        out.push_str(&format!("  {}\n", visible(&rejected.to_string())));
        let line = rejected.text.trim();
        if !line.is_empty() {
            let cut: String = line.chars().take(REJECTED_CHARS).collect();
            let more = if line.chars().nth(REJECTED_CHARS).is_some() { "…" } else { "" };
            out.push_str(&format!("    {}{more}\n", visible(&cut)));
        }
    }
    let left = usize::try_from(summary.this_run.rejected).unwrap_or(usize::MAX).saturating_sub(REJECTED_SHOWN);
    if left > 0 {
        out.push_str(&format!("  … and {} more; `--format json` shows up to 100\n", plural(left, "event")));
    }
    Ok(out)
}

/// Why instances failed; as JSON it stands in the effects.
pub fn failed(run: &ThisRun, format: Format) -> String {
    if run.failures.is_empty() || format == Format::Json {
        return String::new();
    }
    let shown = run.failures.iter().take(FAILURES_SHOWN);
    let mut out = String::from("\nfailed:\n");
    shown.for_each(|failures| out.push_str(&format!("  {}\n", visible(&failures.to_string()))));
    let left = run.failures.len().saturating_sub(FAILURES_SHOWN);
    if left > 0 {
        out.push_str(&format!("  … and {} more; `--effects FILE` has them all\n", plural(left, "reason")));
    }
    if run.failures.iter().any(|failures| failures.error.contains(UNANSWERED)) {
        out.push_str("`--answers FILE` says what services answer in a run\n");
    }
    out
}

/// That time alone may bring customers in behind the end of a drained run.
pub fn of_drain(module: &Module, format: Format) -> String {
    let journeys: Vec<&str> =
        module.journeys.iter().filter(|journey| !journey.standing.is_empty()).map(|journey| journey.name.as_str()).collect();
    if journeys.is_empty() || format == Format::Json {
        return String::new();
    }
    format!("time alone may bring customers into {} later: `--until +90d` lets the clock go on\n", journeys.join(", "))
}

/// What may surprise in a run that went on from another, or in its end.
pub fn of_run(run: &ThisRun, format: Format) -> String {
    let mut out = String::new();
    if run.resumed && format == Format::Text {
        if run.nothing_new {
            out.push_str("nothing new in the events: they were run before\n");
        }
        out.push_str("counts are since the beginning of the data folder\n");
    }
    if !run.other_journeys.is_empty() {
        let names: Vec<String> = run.other_journeys.iter().map(|name| format!("`{}`", visible(name))).collect();
        out.push_str(&format!("the data folder is of other journeys, none of which is in this project: {}\n", names.join(", ")));
    }
    if let Some(clock_ms) = run.until_passed_ms {
        out.push_str(&format!("`--until` had no effect: the clock stood at {} by then\n", format_time(clock_ms)));
    }
    out
}
