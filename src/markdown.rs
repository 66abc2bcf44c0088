//! The pages of the codes on a terminal: headings, paragraphs, lists, blocks of code and backticks.

use crate::output::{Style, paint};
use std::fmt::Write;

/// Columns of a paragraph.
const WIDTH: usize = 88;

/// The page as plain text, or with styles.
pub fn render(page: &str, color: bool) -> String {
    let mut out = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut code = false;
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            flush(&mut out, &mut paragraph, color);
            code = !code;
            if code {
                heading_of_block(&mut out, info.trim(), page.starts_with("# W"), color);
            }
        } else if code {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        } else if let Some(heading) = line.strip_prefix('#') {
            flush(&mut out, &mut paragraph, color);
            let _ = writeln!(out, "{}", paint(color, Style::Strong, heading.trim_start_matches('#').trim()));
        } else if line.trim().is_empty() {
            flush(&mut out, &mut paragraph, color);
            out.push('\n');
        } else {
            if is_item(line) {
                flush(&mut out, &mut paragraph, color);
            }
            paragraph.push(line);
        }
    }
    flush(&mut out, &mut paragraph, color);
    out
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ") || line.starts_with("* ") || line.starts_with('|')
}

/// What a block of code shows, by the second word of its mark.
fn heading_of_block(out: &mut String, info: &str, warning: bool, color: bool) {
    let words = match info.split_whitespace().nth(1) {
        Some("erroneous") if warning => "What is warned of:",
        Some("erroneous") => "What is refused:",
        Some("faulting") => "A program in which it happens:",
        Some("fixed") => "Put right:",
        _ => return,
    };
    let _ = writeln!(out, "{}\n", paint(color, Style::Faint, words));
}

/// Writes the paragraph that has been gathered, wrapped.
fn flush(out: &mut String, paragraph: &mut Vec<&str>, color: bool) {
    if paragraph.is_empty() {
        return;
    }
    let hanging = if is_item(paragraph[0]) { 2 } else { 0 };
    let mut column = 0;
    for (at, word) in paragraph.iter().flat_map(|line| line.split_whitespace()).enumerate() {
        let width = word.chars().count();
        if at > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(&" ".repeat(hanging));
            column = hanging;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
    paragraph.clear();
    if color {
        emphasise(out);
    }
}

/// Makes what stands in backticks of the last paragraph strong.
fn emphasise(out: &mut String) {
    let start = out.trim_end_matches('\n').rfind("\n\n").map_or(0, |at| at + 2);
    let paragraph = out.split_off(start);
    for (at, part) in paragraph.split('`').enumerate() {
        if at % 2 == 1 { out.push_str(&paint(true, Style::Strong, part)) } else { out.push_str(part) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_not_called_a_refusal() {
        let text = render("# W0001: title\n\n```journey erroneous\nevent a {}\n```\n", false);
        assert!(text.contains("What is warned of:") && !text.contains("refused"), "{text}");
    }

    #[test]
    fn a_page_is_wrapped_and_its_code_is_indented() {
        let page = format!("# E0001: title\n\n{}\n\n```journey erroneous\nevent a {{}}\n\nevent b {{}}\n```\n", "word ".repeat(30));
        let text = render(&page, false);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("What is refused:\n\n    event a {}\n\n    event b {}\n"), "{text}");
        assert!(!text.contains('\u{1b}'));
    }
}
