//! How names are written: `PascalCase` for types, `snake_case` for all else. Names in scripts without case are exempt.

use super::Checker;
use super::names::Decl;
use crate::diagnostics::Diagnostic;
use journey_grammar::Span;

impl Checker {
    /// Warns where the name of a value is not in `snake_case`.
    pub(super) fn lint_snake(&mut self, name: &str, span: Span) {
        if name.chars().any(char::is_uppercase) {
            self.warn_style(name, span, "snake_case", &snake(name));
        }
    }

    /// Warns where the name of a type is not in `PascalCase`.
    pub(super) fn lint_pascal(&mut self, name: &str, span: Span) {
        let good = !name.trim_start_matches('_').starts_with(char::is_lowercase) && !name.trim_matches('_').contains('_');
        if !good && name.chars().any(|c| c.is_lowercase() || c.is_uppercase()) {
            self.warn_style(name, span, "PascalCase", &pascal(name));
        }
    }

    fn warn_style(&mut self, name: &str, span: Span, style: &str, better: &str) {
        self.report(
            Diagnostic::warning("W0201", span, format!("`{name}` is not in {style}"), format!("names like this one are in {style}"))
                .help(format!("call it `{better}`")),
        );
    }

    /// Warns where a variable hides a top-level name that is a value.
    pub(super) fn warn_shadowed_global(&mut self, name: &str, span: Span) {
        let Some(global) = self.globals.get(name) else { return };
        if !matches!(global.decl, Decl::Const(_) | Decl::Trait(_) | Decl::Segment(_)) {
            return;
        }
        let diagnostic =
            Diagnostic::warning("W0203", span, format!("`{name}` shadows an earlier `{name}`"), "from here on, the name means this")
                .and(global.span, "and no longer this")
                .help("give it a name of its own");
        self.report(diagnostic);
    }

    /// Warns of events, messages, constants, functions, services, channels, traits and segments that nothing names.
    pub(super) fn warn_unused(&mut self) {
        let mut unused: Vec<(&String, Span, &str)> = self
            .globals
            .iter()
            .filter(|(name, global)| !global.used && !name.starts_with('_'))
            .filter_map(|(name, global)| match global.decl {
                Decl::Event(_) => Some((name, global.span, "event")),
                Decl::Message(_) => Some((name, global.span, "message")),
                Decl::Const(_) => Some((name, global.span, "constant")),
                Decl::Fn(_) => Some((name, global.span, "function")),
                Decl::Service(_) => Some((name, global.span, "service")),
                Decl::Channel(_) => Some((name, global.span, "channel")),
                Decl::Trait(_) => Some((name, global.span, "trait")),
                Decl::Segment(_) => Some((name, global.span, "segment")),
                _ => None,
            })
            .collect();
        unused.sort_by_key(|(_, span, _)| (span.file, span.start));
        let warnings: Vec<Diagnostic> = unused
            .into_iter()
            .map(|(name, span, what)| {
                Diagnostic::warning("W0204", span, format!("the {what} `{name}` is never used"), "nothing in the program names it")
                    .help("remove it, or use it")
            })
            .collect();
        self.diagnostics.extend(warnings);
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut after_capital = true;
    for c in name.chars() {
        if c.is_uppercase() && !after_capital && !out.ends_with('_') {
            out.push('_');
        }
        after_capital = c.is_uppercase();
        out.extend(c.to_lowercase());
    }
    out
}

fn pascal(name: &str) -> String {
    let mut out = String::new();
    for word in name.split('_') {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            out.push_str(chars.as_str());
        }
    }
    out
}
