//! What the parser is held to.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

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
