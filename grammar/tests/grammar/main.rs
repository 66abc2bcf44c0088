//! The tree keeps every byte, reads the whole language, and stays cheap on hostile input.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod hostile;
mod lossless;
mod recovery;

/// The code blocks of the language's contract, by name.
const BLOCKS: &[(&str, &str)] = &[
    ("cart_recovery", include_str!("../blocks/cart_recovery.journey")),
    ("match_payment", include_str!("../blocks/match_payment.journey")),
    ("declarations", include_str!("../blocks/declarations.journey")),
    ("test_buyer", include_str!("../blocks/test_buyer.journey")),
    ("migrate", include_str!("../blocks/migrate.journey")),
    ("customer_layer", include_str!("../blocks/customer_layer.journey")),
    ("route", include_str!("../blocks/route.journey")),
    ("everything", include_str!("../blocks/everything.journey")),
];

/// The texts of the nodes that stand for what could not be read.
fn errors(source: &str) -> Vec<String> {
    fn collect(node: journey_grammar::Syntax<'_>, into: &mut Vec<String>) {
        if journey_grammar::is_error(node.kind()) || node.kind() == journey_grammar::Rule::unclosed {
            into.push(format!("{:?}: {}", node.kind(), node.text()));
        }
        for child in node.children() {
            collect(child, into);
        }
    }
    let tree = journey_grammar::parse(source, journey_grammar::FileId(0));
    let mut found = Vec::new();
    collect(tree.root(source), &mut found);
    found
}
