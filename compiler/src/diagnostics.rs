//! Diagnostics are data; how they look on a terminal is in [`render`], the long texts of the codes in [`codes`].
//!
//! Texts: the message is one fact in lower case without a full stop, names in backticks, understandable alone.
//! The primary label says what is here, secondary labels why that matters, `help` what to do, as an imperative.

pub mod cascade;
pub mod codes;
pub mod json;
pub mod render;

use journey_grammar::Span;

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}

/// A place with a few words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// A change of the text that mends what is diagnosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What an editor shows: `write \`gold\``.
    pub title: String,
    /// Replaced by `replacement`; may be empty (an insertion).
    pub span: Span,
    pub replacement: String,
}

/// What was asked of a value that can't give it. In a template it is answered in other words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// To be there; a record has parts of its own.
    Presence { is_record: bool },
    /// A text of a list, with the type of its elements.
    TextOfList(String),
    /// A field of a list.
    FieldOfList,
    /// A method, by name.
    Method(String),
    /// The sum of a list, with the type of its elements.
    Sum(String),
    /// To be reckoned with.
    Arithmetic,
}

/// One thing that the compiler has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// `E0301`, `W0402`: E01 syntax, E02 names, E03 types, E04 flow, E06 limits and what is not supported yet. Each has a
    /// page `diagnostics/codes/CODE.md`.
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    pub primary: Label,
    pub secondary: Vec<Label>,
    pub help: Option<String>,
    pub fix: Option<Fix>,
    pub asked: Option<Asked>,
}

impl Diagnostic {
    /// An error with its primary label.
    #[must_use]
    pub fn error(code: &'static str, span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: Label { span, text: label.into() },
            secondary: Vec::new(),
            help: None,
            fix: None,
            asked: None,
        }
    }

    /// A warning with its primary label.
    #[must_use]
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message, label) }
    }

    /// With a further place.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With what was asked, for those who say it in other words.
    #[must_use]
    pub fn asking(mut self, asked: impl Into<Option<Asked>>) -> Self {
        self.asked = asked.into();
        self
    }

    /// With a change that mends it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), span, replacement: replacement.into() });
        self
    }
}
