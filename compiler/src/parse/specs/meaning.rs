//! What is read out of the text: precedence, line breaks, texts, doc comments.

use super::read;
use crate::ast::{Expr, ExprKind, File, Item, ItemKind, MatchArm, PatternKind, Stmt, StmtKind, StrPart, UnaryOp, Wait};

fn items(source: &str) -> Vec<Item> {
    let (file, diagnostics) = read(source);
    assert_eq!(diagnostics, [], "{source}");
    let File { items } = file;
    items
}

fn constant(value: &str) -> Expr {
    match items(&format!("const a = {value}\n")).pop().unwrap().kind {
        ItemKind::Const { value, .. } => value,
        other => panic!("{other:?}"),
    }
}

fn body(statements: &str) -> Vec<Stmt> {
    match items(&format!("journey a {{\n{statements}\n}}\n")).pop().unwrap().kind {
        ItemKind::Journey(journey) => journey.body,
        other => panic!("{other:?}"),
    }
}

/// The grouping of an expression, in parentheses.
fn grouped(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Binary(op, _, left, right) => format!("({} {op:?} {})", grouped(left), grouped(right)),
        ExprKind::Unary(UnaryOp::Not, inner) => format!("(not {})", grouped(inner)),
        ExprKind::Unary(UnaryOp::Neg, inner) => format!("(- {})", grouped(inner)),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Field(of, name) => format!("{}.{}", grouped(of), name.name),
        ExprKind::Method { recv, name, .. } => format!("{}.{}()", grouped(recv), name.name),
        other => format!("{other:?}"),
    }
}

#[track_caller]
fn assert_grouped(source: &str, expected: &str) {
    assert_eq!(grouped(&constant(source)), expected);
}

#[test]
fn operators_group_by_precedence() {
    assert_grouped("a or b and not c == d", "(a Or (b And (not (c Eq d))))");
    assert_grouped("a + b * c - d", "((a Add (b Mul c)) Sub d)");
    assert_grouped("a ?? b ?? c + 1", "(a Coalesce (b Coalesce (c Add 1)))");
    assert_grouped("a not in 1..b + 1", "(a NotIn (1 Range (b Add 1)))");
    assert_grouped("-a.b * -2", "((- a.b) Mul -2)");
    assert_grouped("not a and b", "((not a) And b)");
    assert_grouped("-9223372036854775808", "-9223372036854775808");
}

#[test]
fn a_line_that_starts_with_a_point_or_an_operator_goes_on() {
    assert_grouped("a\n  // why\n  .b\n  .c()\n  + d", "(a.b.c() Add d)");
}

#[test]
fn statements_on_lines_of_their_own_stay_apart() {
    let read: Vec<String> = body("x = a\ny = b\nlet z = c\nsend d via e\nfinish f").iter().map(|stmt| format!("{:?}", stmt.kind)).collect();
    assert_eq!(read.len(), 5, "{read:#?}");
}

#[test]
fn words_of_the_language_are_free_as_names() {
    body("var step = 1\nstep = wait.send + finish.for\nwait = step\nemit = call(via: 1, in: 2)");
}

#[test]
fn braces_open_the_block_in_a_head_and_a_record_elsewhere() {
    let read = body("if a { x = B { c: 1 } }\nwait 1h without d as e where e { }\nif (B { c: 1 }) == a { }");
    assert!(matches!(read[0].kind, StmtKind::If { .. }));
    assert!(matches!(read[1].kind, StmtKind::Wait { wait: Wait::Without { .. }, .. }));
}

fn arms(source: &str) -> Vec<MatchArm<Vec<Stmt>>> {
    match body(source).pop().unwrap().kind {
        StmtKind::Match { arms, .. } => arms,
        other => panic!("{other:?}"),
    }
}

#[test]
fn channels_and_operators_end_before_the_next_arm() {
    let read = arms("match a {\n b => send m via first of c, d\n e, f => x = g\n -1 => break\n h { i: j } => { }\n _ => continue\n}");
    assert_eq!(read.iter().map(|arm| arm.patterns.len()).collect::<Vec<_>>(), [1, 2, 1, 1, 1]);
    assert!(matches!(&read[2].patterns[0].kind, PatternKind::Literal(Expr { kind: ExprKind::Int(-1), .. })));
    assert!(matches!(&read[4].patterns[0].kind, PatternKind::Wildcard));
}

fn text(source: &str) -> String {
    match constant(source).kind {
        ExprKind::Str(parts) => parts.iter().map(|part| if let StrPart::Text(text) = part { text.as_str() } else { "·" }).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn texts_resolve_escapes_and_values() {
    assert_eq!(text(r#""a\n\t\"\\\{\u{1F600}} {b} {"{c}"}""#), "a\n\t\"\\{\u{1F600}} · ·");
}

#[test]
fn long_texts_lose_the_indentation_of_their_closing_quotes() {
    assert_eq!(text("\"\"\"\n    a\n      {b} c\n\n    d\n    \"\"\""), "a\n  · c\n\nd");
    assert_eq!(text("\"\"\"\r\n  a\r\n  b\r\n  \"\"\""), "a\nb");
    assert_eq!(text("\"\"\"a \"b\" c\"\"\""), "a \"b\" c");
}

#[test]
fn escapes_in_long_texts_are_no_layout() {
    assert_eq!(text("\"\"\"\n    a\\n b\n    \"\"\""), "a\n b");
    assert_eq!(text("\"\"\"\n  \\n  a\\n\n  \"\"\""), "\n  a\n");
    assert_eq!(text("\"\"\"\\na\n  \"\"\""), "\na");
}

#[test]
fn literals_are_read_by_longest_match() {
    let kind = |source: &str| format!("{:?}", constant(source).kind);
    assert_eq!(kind("1h30m"), "Duration(5400000)");
    assert_eq!(kind("-1d"), "Duration(-86400000)");
    assert_eq!(kind("500ms"), "Duration(500)");
    assert_eq!(kind("1_000"), "Int(1000)");
    assert_eq!(kind("12.50"), "Decimal(12500000)");
    assert_eq!(kind("0.1234567"), "LongFraction(0.1234567)");
    assert_eq!(kind("9_223_372_036_854.775807"), "Decimal(9223372036854775807)");
    assert_eq!(kind("9_223_372_036_854.775808"), "LongFraction(9223372036854.775)");
    assert_eq!(kind("21:30:15"), "LocalTime(77415000)");
    assert_eq!(kind("1970-01-02"), "Date(1)");
    assert_eq!(kind("1969-12-31"), "Date(-1)");
    assert_eq!(kind("1970-01-01T09:00:00.5+09:00"), "Time(500)");
}

#[test]
fn names_are_compared_in_normalisation_form_c() {
    let read = items("const e\u{301}te\u{301} = 1\n");
    assert!(matches!(&read[0].kind, ItemKind::Const { name, .. } if name.name == "\u{e9}t\u{e9}"));
}

#[test]
fn doc_comments_belong_to_what_follows() {
    let read = items("/// One.\n/// Two.\nevent a {\n  /// Field.\n  b: Int // no doc\n  c: Int\n}\n//// no doc\nevent d {}\n");
    assert_eq!(read[0].doc.as_deref(), Some("One.\nTwo."));
    assert_eq!(read[1].doc, None);
    let ItemKind::Event { fields, .. } = &read[0].kind else { panic!("{:?}", read[0]) };
    assert_eq!(fields.iter().map(|field| field.doc.as_deref()).collect::<Vec<_>>(), [Some("Field."), None]);
}

#[test]
fn a_broken_declaration_hides_no_other_and_keeps_its_name() {
    let (file, diagnostics) = read("event a {}\n\nfn b(c) -> Int { 1 }\n\n/// Kept.\nevent d {}\n");
    assert_eq!(diagnostics.len(), 1);
    assert!(matches!(&file.items[1].kind, ItemKind::Unsupported { name: Some(name), .. } if name.name == "b"));
    assert_eq!(file.items[2].doc.as_deref(), Some("Kept."));
}

#[test]
fn a_binding_of_what_is_not_supported_yet_keeps_its_name() {
    let (file, diagnostics) = read("journey a { let b = decide d() }");
    assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), ["E0600"]);
    let ItemKind::Journey(journey) = &file.items[0].kind else { panic!("{:?}", file.items) };
    assert!(matches!(&journey.body[0].kind, StmtKind::Unsupported { binds, .. } if binds[0].name == "b"));
}

#[test]
fn what_is_broken_is_reported_once_and_poisons_what_it_binds() {
    let source =
        "event e { a: Int }\njourney j {\n  enter om e as x\n  wait 2 dayz\n  let y = x.a z\n  match y { 1 = break  _ => break }\n}\n";
    let (file, diagnostics) = read(source);
    assert_eq!(diagnostics.iter().map(|said| said.code).collect::<Vec<_>>(), ["E0104", "E0110", "E0101", "E0101"]);
    let ItemKind::Journey(journey) = &file.items[1].kind else { panic!("{:?}", file.items) };
    assert!(matches!(&journey.body[0].kind, StmtKind::Unsupported { binds, .. } if binds[0].name == "x"));
    assert!(matches!(&journey.body[1].kind, StmtKind::Error));
    assert!(
        matches!(&journey.body[3].kind, StmtKind::Let { name, value, .. } if name.name == "y" && matches!(value.kind, ExprKind::Error))
    );
}
