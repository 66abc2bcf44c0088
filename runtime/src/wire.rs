//! What crosses the boundary: CloudEvents in, JSON lines out.

pub mod envelope;
pub mod json;
pub mod payload;
pub mod scalar;

use std::fmt;

/// Why an input is rejected: where in it, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Path of the field, as `data.items[2].price`; empty where the whole line is meant.
    pub path: String,
    pub text: String,
}

impl Reason {
    /// Of the whole line.
    pub fn whole(text: impl Into<String>) -> Self {
        Self { path: String::new(), text: text.into() }
    }

    /// Of a field.
    pub fn at(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.text) } else { write!(f, "{}: {}", self.path, self.text) }
    }
}
