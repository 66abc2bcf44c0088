//! Doc comments: the `///` lines before a declaration, field, variant or step.

use journey_grammar::Syntax;

/// The `///` lines seen since the last declaration.
#[derive(Default)]
pub(super) struct Documents {
    lines: Vec<String>,
}

impl Documents {
    pub fn comment(&mut self, node: Syntax<'_>) {
        if let Some(line) = node.text().strip_prefix("///").filter(|line| !line.starts_with('/')) {
            self.lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_string());
        }
    }

    pub fn take(&mut self) -> Option<String> {
        let lines = std::mem::take(&mut self.lines);
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
