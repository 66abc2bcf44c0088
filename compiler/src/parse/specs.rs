//! What the parser is held to.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod hostile;
mod meaning;

use crate::{ast::File, diagnostics::Diagnostic, source::Sources};

const BLOCKS: &[&str] = &[
    include_str!("../../../grammar/tests/blocks/cart_recovery.journey"),
    include_str!("../../../grammar/tests/blocks/match_payment.journey"),
    include_str!("../../../grammar/tests/blocks/declarations.journey"),
    include_str!("../../../grammar/tests/blocks/test_buyer.journey"),
    include_str!("../../../grammar/tests/blocks/migrate.journey"),
    include_str!("../../../grammar/tests/blocks/customer_layer.journey"),
    include_str!("../../../grammar/tests/blocks/route.journey"),
    include_str!("../../../grammar/tests/blocks/everything.journey"),
];

fn read(source: &str) -> (File, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("a.journey", source);
    super::parse(&sources, file)
}

#[test]
fn the_blocks_of_the_contract_give_nothing_but_what_is_not_supported_yet() {
    for source in BLOCKS {
        let (_, diagnostics) = read(source);
        let wrong: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.code != "E0600").collect();
        assert!(wrong.is_empty(), "{wrong:#?}\n{source}");
    }
}

/// A diagnostic on one line: `code message [underlined] label; secondary…; help`.
fn shown(source: &str) -> Vec<String> {
    let (_, diagnostics) = read(source);
    let text = |span: crate::Span| &source[span.start as usize..span.end as usize];
    diagnostics
        .iter()
        .map(|d| {
            let secondary: String = d.secondary.iter().map(|label| format!(" + [{}] {}", text(label.span), label.text)).collect();
            let fix = d.fix.as_ref().map(|fix| format!(" => {:?}", fix.replacement)).unwrap_or_default();
            format!(
                "{} {} [{}] {}{secondary}; {}{fix}",
                d.code,
                d.message,
                text(d.primary.span),
                d.primary.text,
                d.help.as_deref().unwrap_or("")
            )
        })
        .collect()
}

/// Broken statements, one a program.
const STATEMENTS: &[&str] = &[
    "let x = ",
    "let = 3",
    "let x 3",
    "wait",
    "wait 5 minutes",
    "wait 5 apples",
    "wait 3dd",
    "wait 3days",
    "sned a via b",
    "send a vai b",
    "send a",
    "send a via",
    "send a(1, 2 via b",
    "send via b",
    "if x = 3 { }",
    "if x && y || !z { }",
    "x == 3",
    "x -= 3",
    "let x = 1;",
    "let y = 'a'",
    "let y = \"abc",
    "let y = \"a {} b\"",
    "let y = \"a\\q\"",
    "let t = 2026-13-40",
    "let t = 25:00",
    "let t = 2026-01-01T00:00:00",
    "let t = 99999999999999999999",
    "let t = 1.5 < 2 < 3",
    "match x { a = b }",
    "match x { a b }",
    "match x { a => finish b, c => finish d }",
    "match x { Tier.a => finish b }",
    "experiment e { variant a 45 { } holdot 10% { } }",
    "wait for any { onn x { } }",
    "wait for x wihtin 2d",
    "finish",
    "goal a on b",
    "expect sent x",
    "let via = 3",
    "for x of xs { }",
    "step { }",
    "foo bar",
    "wait until 9:00",
    "wait until within 09:00",
    "if x { } esle { }",
    "return 3",
    "x = [1, 2",
    "x = (1 + 2",
    "let a = f(a b)",
    "experiment e { variant a 33.333% { } }",
    "while { }",
    "let x = a ? b : c",
    "x = 5 apples",
    "let x = a.1",
    "let m = Foo { a: 1 b c }",
    "wait 1_",
    "finish done done",
    "x = y z",
    "@foo",
    "emit x",
    "parallel { branh a { } }",
    "let x = a ? 1 : 2",
    "wait 2 months",
    "wait 1 day",
    "let t = 1 < 2 < 3",
    "x = y +",
    "send a(1) via first of b, c,",
    "if a { wait 1d } else wait 2d",
    "let x = \"{1 +}\"",
    "let x = \"\"\"abc",
];

/// Broken files.
const FILES: &[&str] = &[
    "journy a { }",
    "event {\n}\nevent b { a String }\nevent c { a: }\nevent d { a: Strin? = }",
    "}\nevent a {}",
    "journey a {\n  step b {\n    wait 1d\n\n  finish x\n}\njourney c {}\n",
    "journey a {\n  wait 1d\n",
    "send x via y",
    "fn f(a) -> Int { 1 }",
    "fn f(a: Int) { 1 }",
    "fn f(a: Int) -> Int { let x = 1 }",
    "const a 3",
    "enum T { a b: Int }",
    "channel e { adress x }",
    "message m(a: x) { email { subject \"a\" } }",
    "message m { email subject: \"a\" }",
    "test { }",
    "test \"a\" { expct sent x\n advance\n event a { b 1 }\n send m via x }",
    "journey a { enter om b }",
    "journey a { entr on b\n one per }",
    "test \"a {x}\" {}",
    "function f() {}",
    "garbage",
    "event x { a: Int } }\nevent y {}",
    "const a = 1 2",
    "type A { a: String @foo b: Int = 1 = 2 }",
    "journey a \"t\" enter on b",
    "journey 旅程 { sned x }",
    "event a {\n  b: List<Int\n  c: Int\n}",
    "const a =\n\nevent x {}\n\nprofile { b: a }",
    "const a = 10 +\n\nprofile { b: Int }",
    "journey a {\n  wait 1d\n  goal x on y\n  step b { exit c when d }\n}",
];

#[test]
fn broken_source_is_explained_as_before() {
    let mut out = String::new();
    for stmt in STATEMENTS {
        let said = shown(&format!("journey a {{\n  enter on e as e\n  {stmt}\n  finish ok\n}}\n"));
        out.push_str(&format!("{stmt}\n    {}\n", said.join("\n    ")));
    }
    for file in FILES {
        out.push_str(&format!("{file}\n    {}\n", shown(file).join("\n    ")));
    }
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "specs"}, {
        insta::assert_snapshot!("broken_source", out);
    });
}
