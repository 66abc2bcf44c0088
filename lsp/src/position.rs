//! Places as editors count them: lines from 0, columns in the units that were agreed on.

use gen_lsp_types::{Position, PositionEncodingKind, Range};

/// The units of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// UTF-8 where the editor offers it, else UTF-16, which every editor must understand.
    pub fn agree(offered: Option<&[PositionEncodingKind]>) -> Self {
        if offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8)) { Self::Utf8 } else { Self::Utf16 }
    }

    /// As it is written in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn units(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }
}

/// The range of the bytes `start..end`, which are cut to the text and to characters.
pub fn range(text: &str, start: u32, end: u32, encoding: Encoding) -> Range {
    Lines::of(text).range(start as usize, end as usize, encoding)
}

/// A text with the starts of its lines, which end in `\n`, `\r\n` or `\r`, as the protocol has it.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Those of a text.
    pub fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends_line = |at: usize| bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        let starts = std::iter::once(0).chain((0..bytes.len()).filter(|&at| ends_line(at)).map(|at| at + 1)).collect();
        Self { text, starts }
    }

    /// The range of the bytes `start..end`, which are cut to the text and to characters.
    pub fn range(&self, start: usize, end: usize, encoding: Encoding) -> Range {
        let start = self.text.floor_char_boundary(start.min(self.text.len()));
        let end = self.text.floor_char_boundary(end.min(self.text.len())).max(start);
        Range::new(self.position(start, encoding), self.position(end, encoding))
    }

    fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let to_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position::new(to_u32(line), to_u32(encoding.units(&self.text[start..offset])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, part: &str, encoding: Encoding) -> ((u32, u32), (u32, u32)) {
        let start = text.find(part).unwrap_or(text.len());
        let range = range(text, start as u32, (start + part.len()) as u32, encoding);
        ((range.start.line, range.start.character), (range.end.line, range.end.character))
    }

    #[test]
    fn columns_count_the_units_that_were_agreed_on() {
        let text = "// 日本\n旅程 😀x\n";
        assert_eq!(of(text, "x", Encoding::Utf16), ((1, 5), (1, 6)));
        assert_eq!(of(text, "x", Encoding::Utf8), ((1, 11), (1, 12)));
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        assert_eq!(of("a\r\nb\rc\nx", "x", Encoding::Utf16), ((3, 0), (3, 1)));
    }

    #[test]
    fn wrong_spans_are_cut_to_the_text() {
        for start in 0..9 {
            for end in 0..9 {
                let range = range("é日\n", start, end, Encoding::Utf16);
                assert!((range.start.line, range.start.character) <= (range.end.line, range.end.character));
            }
        }
    }
}
