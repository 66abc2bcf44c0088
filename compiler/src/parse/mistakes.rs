//! What is said about text that the grammar could not read.
//!
//! One walk over the tree finds every error node and explains it; the other rooms only leave it out. The slips that
//! the grammar reads as meant (`&&`, a single `=`) are reported where they are read.

mod blocks;
mod braces;
mod calendar;
mod conditions;
mod expectations;
mod expected;
mod explain;
mod forms;
mod habits;
mod instead;
mod marks;
mod misplaced;
mod others;
mod places;
mod quotes;
mod sayings;
mod shapes;
mod slips;
mod values;
mod words;

pub(super) use misplaced::Torn;

use super::{Reader, journeys::is_clause};
use crate::ast::ItemKind;
use journey_grammar::{Rule, Syntax, is_error};

/// How many broken places of a file are explained; who has more mends these first.
const MAX_EXPLAINED: usize = 40;

/// Something broken, with what it stands in.
#[derive(Clone, Copy)]
struct Broken<'t> {
    node: Syntax<'t>,
    /// What was read just before it in the same list: where that stopped too early, the cause lies in it.
    before: Option<Syntax<'t>>,
    parent: Syntax<'t>,
}

impl<'t> Reader<'t> {
    /// Explains every error node below `root`.
    pub(super) fn mistakes(&mut self, root: Syntax<'t>) {
        let mut explained = 0;
        let mut open = vec![root];
        while let Some(parent) = open.pop() {
            let mut before = None;
            for node in parent.children() {
                match node.kind() {
                    Rule::semicolon => self.semicolon(node),
                    Rule::unclosed | Rule::test_unclosed => self.unclosed_brace(parent, node),
                    kind if is_error(kind) => {
                        explained += 1;
                        if explained <= MAX_EXPLAINED {
                            self.explain(Broken { node, before, parent });
                        }
                    }
                    _ => open.push(node),
                }
                before = Some(node).filter(|node| is_whole(node.kind()));
            }
        }
        self.forget_torn(root);
        self.open_texts(root);
    }

    /// A declaration that cannot be read still declares its name, so that uses of it are not reported too.
    pub(super) fn broken_item(&self, node: Syntax<'t>) -> Option<ItemKind> {
        let mut words = node.text().split(|c: char| c.is_whitespace() || matches!(c, '(' | '{' | ':' | '=' | '"'));
        let (what, name) = (words.next()?, words.next()?);
        if !words::is_item_word(what) && words::meant(what, words::ITEMS).is_none() {
            return None;
        }
        let start = node.span().start + u32::try_from(name.as_ptr() as usize - node.text().as_ptr() as usize).ok()?;
        let name_span = self.word_at(start);
        let name = words::is_name(self.slice(name_span)).then(|| self.ident_at(name_span));
        Some(ItemKind::Unsupported { what: what.to_string(), what_span: self.word_at(node.span().start), name })
    }
}

/// Whether a node is something complete that a broken part may belong to.
fn is_whole(kind: Rule) -> bool {
    !is_error(kind) && !matches!(kind, Rule::open | Rule::close | Rule::semicolon | Rule::comma)
}

/// The rule that a broken part is read again by, from its place and from what stands before it.
fn probe_of(broken: Broken<'_>) -> Option<Rule> {
    let after_clause = broken.before.is_some_and(|before| is_clause(before.kind()));
    Some(match (broken.node.kind(), broken.parent.kind()) {
        (Rule::error_stmt, _) if after_clause => Rule::probe_clause,
        (Rule::error_item, _) => Rule::probe_item,
        (Rule::error_stmt, _) | (Rule::error_arm, Rule::stmt_arm) => Rule::probe_stmt,
        (Rule::error_clause, _) => Rule::probe_clause,
        (Rule::error_test_stmt, _) => Rule::probe_test,
        (Rule::error_channel_clause, _) => Rule::probe_channel,
        (Rule::error_operation, _) => Rule::probe_operation,
        (Rule::error_head, _) => Rule::probe_head,
        (Rule::error_field, Rule::enum_item) => Rule::probe_enum_variant,
        (Rule::error_field, Rule::message_item) => Rule::probe_message_variant,
        (Rule::error_field, Rule::message_variant) => Rule::probe_content,
        (Rule::error_field, Rule::fields) => Rule::probe_field,
        (Rule::error_arm, Rule::match_stmt) => Rule::probe_match_arm,
        (Rule::error_arm, Rule::wait_any) => Rule::probe_wait_arm,
        (Rule::error_arm, Rule::experiment_stmt) => Rule::probe_variant,
        (Rule::error_arm, Rule::parallel_stmt | Rule::race_stmt) => Rule::probe_branch,
        _ => return None,
    })
}
