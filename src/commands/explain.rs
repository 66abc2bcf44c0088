//! `journey explain CODE`

use crate::failure::Failure;
use crate::markdown;
use crate::output::{Format, Output, Style, paint};
use clap::Args;
use journey_compiler::diagnostics::codes;
use serde_json::json;
use std::io::Write;

/// Explain a code such as E0301, with an example and how it is put right
///
/// Every diagnostic has a code, and every code a page: what it means, a program that shows it, why it is so, and
/// the same program put right. Codes that start with E are errors, with W warnings, with R faults of a running journey.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey explain E0301       the page of a code; e0301 and 301 do as well
  journey explain             every code with its title")]
pub struct Explain {
    /// The code; without it, all codes are listed
    code: Option<String>,
}

pub fn run(command: &Explain, output: &Output) -> Result<(), Failure> {
    match &command.code {
        Some(code) => explain(code, output),
        None => list(output),
    }
}

fn explain(asked: &str, output: &Output) -> Result<(), Failure> {
    let Some((code, page)) = find(asked) else {
        return Err(unknown(asked));
    };
    let mut out = output.out();
    match output.format {
        Format::Text => out.write_all(markdown::render(page, output.color_out()).as_bytes())?,
        Format::Json => writeln!(out, "{}", json!({"code": code, "title": title(page), "page": page}))?,
    }
    Ok(out.flush()?)
}

fn list(output: &Output) -> Result<(), Failure> {
    let color = output.color_out();
    let mut out = output.out();
    for (code, page) in codes::pages() {
        match output.format {
            Format::Text => writeln!(out, "{}  {}", paint(color, Style::Strong, code), title(page))?,
            Format::Json => writeln!(out, "{}", json!({"code": code, "title": title(page)}))?,
        }
    }
    Ok(out.flush()?)
}

/// A code in any case, with or without its letter and leading zeros.
fn find(asked: &str) -> Option<(&'static str, &'static str)> {
    let wanted = asked.trim().trim_matches(['[', ']']).to_uppercase();
    let exact = codes::pages().iter().find(|(code, _)| *code == wanted);
    let by_number = || {
        let digits = wanted.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let (letters, number) = (&wanted[..wanted.len() - digits.len()], digits.parse::<u32>().ok()?);
        codes::pages().iter().find(|(code, _)| code.starts_with(letters) && code[1..].parse() == Ok(number))
    };
    exact.or_else(by_number).copied()
}

/// The title of a page: its first line without mark and code.
fn title(page: &str) -> &str {
    let line = page.lines().next().unwrap_or_default();
    line.split_once(": ").map_or(line, |(_, title)| title)
}

fn unknown(asked: &str) -> Failure {
    let wanted = asked.trim().to_uppercase();
    let digits = |code: &str| code.chars().filter(char::is_ascii_digit).collect::<String>();
    let similar = |code: &str| strsim::jaro_winkler(code, &wanted) + strsim::jaro_winkler(&digits(code), &digits(&wanted));
    let nearest = codes::pages().iter().map(|(code, page)| (similar(code), *code, title(page))).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest {
        Some((similarity, code, title)) if similarity > 1.6 => format!("did you mean {code} ({title})?"),
        _ => String::from("`journey explain` lists all codes"),
    };
    Failure::Usage(format!("there is no code `{asked}`; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_in_any_case_and_by_number() {
        for asked in ["E0600", "e0600", "[E0600]", "0600", "600", "e600"] {
            assert_eq!(find(asked).map(|(code, _)| code), Some("E0600"), "{asked}");
        }
        assert_eq!(find("E9999"), None);
        assert_eq!(find("é"), None);
    }
}
