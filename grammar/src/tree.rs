//! The tree: every node in one arena, no text of its own.

use crate::{FileId, Rule, Span, limits::Refusal};

/// A syntax tree. Its nodes are made by the rules of the grammar; what could not be read stands in nodes whose
/// kind is an `error_…` rule. Leaves and the gaps between them give the source back byte for byte.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// The children of all nodes, those of one node side by side.
    pub(crate) links: Vec<u32>,
    pub(crate) root: u32,
    pub(crate) file: FileId,
    /// Why the text was not read at all; then the tree is one error node.
    pub(crate) refusal: Option<Refusal>,
}

/// A node: which rule made it, where it stands, which of the links are its children.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub kind: Rule,
    pub start: u32,
    pub end: u32,
    pub links: (u32, u32),
}

impl Tree {
    /// The node of the whole file. `text` is the text that the tree was made of.
    #[must_use]
    pub fn root<'t>(&'t self, text: &'t str) -> Syntax<'t> {
        Syntax { tree: self, text, id: self.root }
    }

    /// Why the text was not read, where it was refused as a whole.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes; never so, the root is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// A node of a tree, with the text.
#[derive(Clone, Copy)]
pub struct Syntax<'t> {
    tree: &'t Tree,
    text: &'t str,
    id: u32,
}

impl<'t> Syntax<'t> {
    fn node(self) -> Node {
        self.tree.nodes[self.id as usize]
    }

    /// The rule that made it.
    #[must_use]
    pub fn kind(self) -> Rule {
        self.node().kind
    }

    /// Where it stands, without white space and comments at its end.
    #[must_use]
    pub fn span(self) -> Span {
        let node = self.node();
        Span::new(self.tree.file, node.start, node.end)
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'t str {
        let node = self.node();
        self.text.get(node.start as usize..node.end as usize).unwrap_or("")
    }

    /// Its children in order, comments included.
    pub fn all_children(self) -> impl DoubleEndedIterator<Item = Syntax<'t>> + Clone {
        let (from, to) = self.node().links;
        let (tree, text) = (self.tree, self.text);
        tree.links[from as usize..to as usize].iter().map(move |&id| Syntax { tree, text, id })
    }

    /// Its children in order, without comments.
    pub fn children(self) -> impl DoubleEndedIterator<Item = Syntax<'t>> + Clone {
        self.all_children().filter(|child| child.kind() != Rule::COMMENT)
    }

    /// The first child that was made by `kind`.
    #[must_use]
    pub fn child(self, kind: Rule) -> Option<Syntax<'t>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// All children that were made by `kind`.
    pub fn all(self, kind: Rule) -> impl DoubleEndedIterator<Item = Syntax<'t>> + Clone {
        self.children().filter(move |child| child.kind() == kind)
    }

    /// Whether it has a child that was made by `kind`.
    #[must_use]
    pub fn has(self, kind: Rule) -> bool {
        self.child(kind).is_some()
    }

    /// The first child that is no comment.
    #[must_use]
    pub fn first(self) -> Option<Syntax<'t>> {
        self.children().next()
    }
}

impl std::fmt::Debug for Syntax<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.kind(), self.text())
    }
}
