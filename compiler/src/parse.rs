//! From source to syntax: the grammar's tree, read into [`crate::ast`], with what is wrong in the text.
//!
//! One room for each part of the language. A room takes the nodes of its rules and gives the AST; what the grammar
//! could not read is explained in [`mistakes`].

mod declarations;
mod documents;
mod expressions;
mod journeys;
mod literals;
mod mistakes;
mod operators;
mod patterns;
mod services;
mod statements;
mod strings;
mod tests;
mod unsupported;
mod waits;

#[cfg(test)]
mod specs;

use crate::{
    ast::{File, Ident, Item},
    diagnostics::Diagnostic,
    source::Sources,
};
use documents::Documents;
use journey_grammar::{FileId, Rule, Span, Syntax, Tree};
use unicode_normalization::UnicodeNormalization;

/// How deep expressions and blocks may stand in one another once precedence is known; a chain of operators counts too.
const MAX_DEPTH: usize = 256;

/// Reads a file of `sources`. Never fails: what is broken is left out and reported.
#[must_use]
pub fn parse(sources: &Sources, file: FileId) -> (File, Vec<Diagnostic>) {
    let text = &sources.get(file).text;
    read(&journey_grammar::parse(text, file), text)
}

/// Reads a tree that was made of `text`.
#[must_use]
pub fn read(tree: &Tree, text: &str) -> (File, Vec<Diagnostic>) {
    let root = tree.root(text);
    let mut reader = Reader {
        text,
        file: root.span().file,
        diagnostics: Vec::new(),
        depth: 0,
        too_deep: false,
        odd_quotes: Vec::new(),
        torn: Vec::new(),
    };
    if let Some(refusal) = tree.refusal() {
        reader.refused(refusal);
        return (File::default(), reader.diagnostics);
    }
    let file = reader.file(root);
    reader.mistakes(root);
    let mut diagnostics = reader.diagnostics;
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.primary.span.end));
    (file, diagnostics)
}

/// What the rooms share.
struct Reader<'t> {
    text: &'t str,
    file: FileId,
    diagnostics: Vec<Diagnostic>,
    depth: usize,
    /// Set once nesting has been reported, so that it is said once.
    too_deep: bool,
    /// The lines with something broken on which a `"` has no fellow: where the text starts that is not closed.
    odd_quotes: Vec<Span>,
    /// Blocks in which a declaration stands.
    torn: Vec<mistakes::Torn>,
}

impl<'t> Reader<'t> {
    fn file(&mut self, root: Syntax<'t>) -> File {
        let mut docs = Documents::default();
        let mut items = Vec::new();
        for node in root.all_children() {
            match node.kind() {
                Rule::COMMENT => docs.comment(node),
                Rule::semicolon | Rule::EOI => {}
                _ => items.extend(self.documented_item(node, docs.take())),
            }
        }
        File { items }
    }

    fn documented_item(&mut self, node: Syntax<'t>, doc: Option<String>) -> Option<Item> {
        let kind = if node.kind() == Rule::error_item { self.broken_item(node)? } else { self.item(node) };
        Some(Item { doc, span: node.span(), kind })
    }

    /// A name as written, in normalisation form C.
    fn ident(&self, node: Syntax<'t>) -> Ident {
        Ident { name: node.text().nfc().collect(), span: node.span() }
    }

    /// The `at`-th name in a node, without what stands deeper. The grammar puts one there; else it is the empty name.
    fn nth_name(&self, node: Syntax<'t>, at: usize) -> Ident {
        self.names(node).nth(at).unwrap_or_else(|| Ident { name: String::new(), span: node.span() })
    }

    fn name(&self, node: Syntax<'t>) -> Ident {
        self.nth_name(node, 0)
    }

    fn names(&self, node: Syntax<'t>) -> impl Iterator<Item = Ident> {
        let names = node.children().filter(|child| matches!(child.kind(), Rule::ident | Rule::word));
        names.map(|child| self.ident(child)).collect::<Vec<_>>().into_iter()
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Goes `levels` deeper for `f`; `None`, and reported once, where that is too deep.
    fn deeper<T>(&mut self, levels: usize, at: Span, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth + levels > MAX_DEPTH {
            self.nested_too_deep(at);
            return None;
        }
        self.depth += levels;
        let result = f(self);
        self.depth -= levels;
        Some(result)
    }
}
