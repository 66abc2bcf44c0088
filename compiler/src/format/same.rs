//! Whether two texts say the same: the same tree but for commas, with the same comments between the same words.

use journey_grammar::{FileId, Rule, Syntax};

/// Whether `printed` says what the tree says.
pub(super) fn same(root: Syntax<'_>, printed: &str) -> bool {
    let tree = journey_grammar::parse(printed, FileId(0));
    let (this, other) = (Said::of(root), Said::of(tree.root(printed)));
    this.comments == other.comments
        && this.nodes.len() == other.nodes.len()
        && this.nodes.iter().zip(&other.nodes).all(|(&this, &other)| equal(this, other))
}

fn equal(this: Syntax<'_>, other: Syntax<'_>) -> bool {
    let is_exact = this.first().is_none() && this.kind() != Rule::file;
    this.kind() == other.kind()
        && (!is_exact || this.text() == other.text())
        && (this.kind() != Rule::string || this.text() == other.text())
}

/// What a text says.
#[derive(Default)]
struct Said<'t> {
    /// All nodes but commas and comments, each before those in it.
    nodes: Vec<Syntax<'t>>,
    /// The comments, each with how many words stand before it.
    comments: Vec<(usize, &'t str)>,
    words: usize,
}

impl<'t> Said<'t> {
    fn of(root: Syntax<'t>) -> Self {
        let mut said = Self::default();
        said.add(root);
        said
    }

    fn add(&mut self, node: Syntax<'t>) {
        match node.kind() {
            Rule::comma => return,
            Rule::COMMENT => return self.comments.push((self.words, node.text().trim_end())),
            _ => self.nodes.push(node),
        }
        if node.first().is_none() {
            self.words += 1;
        }
        for child in node.all_children() {
            self.add(child);
        }
    }
}
