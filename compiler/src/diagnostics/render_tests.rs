#![expect(clippy::panic, clippy::cast_possible_truncation, reason = "a test says what is wrong by panicking; its texts are short")]

use super::*;

/// The report of a span of `text` that starts with `from` and has `bytes` bytes.
fn drawn(text: &str, start: usize, end: usize) -> String {
    let mut sources = Sources::default();
    let file = sources.add("shop.journey", text);
    let diagnostic =
        Diagnostic::error("E0201", Span::new(file, start as u32, end as u32), "unknown name `x`", "not declared").help("declare it");
    Renderer::new(&sources, false).diagnostic(&diagnostic)
}

fn of(text: &str, part: &str) -> String {
    let start = text.find(part).unwrap_or_else(|| panic!("{part} is not in {text}"));
    drawn(text, start, start + part.len())
}

#[test]
fn shows_code_message_place_label_and_help() {
    insta::assert_snapshot!(of("let y = x\n", "x"));
}

#[test]
fn double_width_characters_keep_the_underline_below_the_name() {
    insta::assert_snapshot!(of("送信 挨拶(顧客) 経由 メール // 注\n", "メール"));
}

#[test]
fn tabs_and_carriage_returns_keep_columns() {
    insta::assert_snapshot!(of("a\r\n\tlet y = x\r\n", "x"));
}

#[test]
fn the_end_of_a_file_is_a_place() {
    insta::assert_snapshot!(drawn("journey a {\n", 12, 12));
}

#[test]
fn an_empty_file_has_a_place() {
    insta::assert_snapshot!(drawn("", 0, 0));
}

#[test]
fn wrong_spans_never_fail() {
    let text = "é日\n本";
    for start in 0..12 {
        for end in 0..12 {
            assert!(drawn(text, start, end).contains("unknown name"));
        }
    }
}

#[test]
fn a_span_in_an_unknown_file_never_fails() {
    let diagnostic = Diagnostic::error("E0201", Span::new(FileId(7), 1, 2), "unknown name `x`", "here");
    assert!(Renderer::new(&Sources::default(), false).diagnostic(&diagnostic).contains("unknown name"));
}

#[test]
fn escape_sequences_of_the_source_do_not_reach_the_terminal() {
    let text = of("let y = \u{1b}[31m x\u{2028}\u{202e}\n", "x");
    assert!(!text.contains(['\u{1b}', '\u{2028}', '\u{202e}']), "{text}");
    assert!(text.contains("shop.journey:1:15"), "{text}");
}

#[test]
fn colours_are_there_only_when_asked_for() {
    let mut sources = Sources::default();
    let file = sources.add("shop.journey", "x");
    let diagnostic = Diagnostic::warning("W0501", Span::new(file, 0, 1), "`x` is never used", "here");
    assert!(!Renderer::new(&sources, false).diagnostic(&diagnostic).contains('\u{1b}'));
    assert!(Renderer::new(&sources, true).diagnostic(&diagnostic).contains('\u{1b}'));
}

#[test]
fn of_a_very_long_line_only_the_part_around_the_label_is_shown() {
    let text = format!("\n{}x{}", "(".repeat(100_000), ")".repeat(100_000));
    insta::assert_snapshot!(of(&text, "x"));
}

#[test]
fn labels_in_other_files_and_before_the_primary_one_are_shown() {
    let mut sources = Sources::default();
    let a = sources.add("a.journey", "event purchase {}\nevent visit {}\n\nevent purchase {}\n");
    let b = sources.add("b.journey", "event purchase {}\n");
    let diagnostic = Diagnostic::error("E0202", Span::new(a, 40, 48), "`purchase` is declared twice", "declared again")
        .and(Span::new(a, 6, 14), "first here")
        .and(Span::new(b, 6, 14), "and here");
    insta::assert_snapshot!(Renderer::new(&sources, false).diagnostic(&diagnostic));
}

#[test]
fn a_span_of_several_lines_shows_its_ends() {
    insta::assert_snapshot!(of("journey a {\n  wait 1h\n  wait 2h\n}\n", "journey a {\n  wait 1h\n  wait 2h\n}"));
}
