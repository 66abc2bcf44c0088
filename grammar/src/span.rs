//! Places in the source: byte ranges of one file.

/// The number of a source file within one program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A range of bytes `start..end` of one file. Always on character boundaries: spans are made by the
/// parser and joined with [`Span::to`], never computed by adding numbers to offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file` from byte `start` up to, but without, byte `end`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// From the start of `self` to the end of `other`, in one file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start, end: other.end.max(self.start) }
    }

    /// The empty place just behind this one.
    #[must_use]
    pub fn after(self) -> Self {
        Self { file: self.file, start: self.end, end: self.end }
    }
}
