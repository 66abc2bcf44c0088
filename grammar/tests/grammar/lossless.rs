//! Leaves and gaps give the source back.

use crate::{BLOCKS, errors};
use journey_grammar::{FileId, Syntax, parse};

#[test]
fn every_block_of_the_contract_is_read_without_error() {
    for (name, source) in BLOCKS {
        assert_eq!(errors(source), Vec::<String>::new(), "{name}");
    }
}

/// The leaves with what lies between them; panics where leaves overlap or cut a character.
pub fn rebuilt(source: &str) -> String {
    fn leaves(node: Syntax<'_>, into: &mut Vec<(usize, usize)>) {
        let mut inner = node.all_children().peekable();
        if inner.peek().is_none() {
            into.push((node.span().start as usize, node.span().end as usize));
        }
        for child in inner {
            let (outer, span) = (node.span(), child.span());
            assert!(outer.start <= span.start && span.end <= outer.end, "{child:?} lies outside {node:?}");
            leaves(child, into);
        }
    }
    let tree = parse(source, FileId(0));
    let mut found = Vec::new();
    leaves(tree.root(source), &mut found);
    let mut out = String::new();
    let mut at = 0;
    for (start, end) in found {
        assert!(at <= start, "leaves overlap at byte {start}");
        out.push_str(&source[at..start]);
        out.push_str(&source[start..end]);
        at = end;
    }
    out.push_str(&source[at..]);
    out
}

#[test]
fn leaves_and_gaps_are_the_source() {
    for (_, source) in BLOCKS {
        assert_eq!(&rebuilt(source), source);
    }
}
