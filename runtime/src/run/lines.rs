//! Lines of the inputs, one after another, in bounded memory.

use super::{Input, RunError};
use std::io::{self, Read};

/// Longer lines, their ends not counted, are rejected unread.
pub const LINE_BYTES_MAX: usize = 1 << 20;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// What comes next.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// Part of a line that is too long; more of it follows.
    Part(&'a [u8]),
    Line(Line<'a>),
}

/// A line.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Name of its input.
    pub input: &'a str,
    /// From 1.
    pub number: u64,
    /// Its bytes and its line end; of a line that is too long, the last part.
    pub raw: &'a [u8],
    pub is_too_long: bool,
}

/// Reads lines.
#[derive(Debug)]
pub struct LineReader<'a> {
    inputs: std::vec::IntoIter<Input<'a>>,
    current: Option<Input<'a>>,
    buffer: Vec<u8>,
    /// What of the buffer is still to be given out.
    start: usize,
    end: usize,
    number: u64,
    /// Whether a line is under way that is too long.
    skipping: bool,
}

impl<'a> LineReader<'a> {
    /// A reader at the beginning of the first input.
    pub fn new(inputs: Vec<Input<'a>>) -> Self {
        let mut inputs = inputs.into_iter();
        let current = inputs.next();
        Self { inputs, current, buffer: vec![0; CHUNK_BYTES], start: 0, end: 0, number: 0, skipping: false }
    }

    /// What comes next; `None` at the end of the last input.
    ///
    /// # Errors
    /// An input that cannot be read.
    pub fn next_piece(&mut self) -> Result<Option<Piece<'_>>, RunError> {
        let mut searched = 0;
        loop {
            let window = self.buffer.get(self.start + searched..self.end).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', window) {
                return Ok(Some(self.line(searched + at + 1)));
            }
            searched = self.end - self.start;
            // One more may be the first half of a line end.
            if searched > LINE_BYTES_MAX + 1 {
                self.skipping = true;
                let start = std::mem::replace(&mut self.start, self.end);
                return Ok(Some(Piece::Part(self.buffer.get(start..).unwrap_or_default())));
            }
            if self.fill()? > 0 {
                continue;
            }
            if searched > 0 || self.skipping {
                return Ok(Some(self.line(searched)));
            }
            self.current = self.inputs.next();
            self.number = 0;
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }

    fn line(&mut self, len: usize) -> Piece<'_> {
        let start = self.start;
        self.start += len;
        self.number += 1;
        let input = self.current.as_ref().map_or("", |input| &input.name);
        let raw = self.buffer.get(start..self.start).unwrap_or_default();
        let text = raw.strip_suffix(b"\n").map_or(raw, |text| text.strip_suffix(b"\r").unwrap_or(text));
        let is_too_long = std::mem::take(&mut self.skipping) || text.len() > LINE_BYTES_MAX;
        Piece::Line(Line { input, number: self.number, raw, is_too_long })
    }

    /// Reads more behind what is there.
    fn fill(&mut self) -> Result<usize, RunError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK_BYTES / 2 {
            self.buffer.resize(self.end + CHUNK_BYTES, 0);
        }
        let Some(input) = &mut self.current else { return Ok(0) };
        loop {
            match input.reader.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(RunError::Input { input: input.name.clone(), error }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    /// Gives few bytes at a time.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let (now, later) = self.0.split_at(self.0.len().min(3));
            to[..now.len()].copy_from_slice(now);
            self.0 = later;
            Ok(now.len())
        }
    }

    fn all(inputs: Vec<Input<'_>>) -> Vec<(String, u64, usize, bool)> {
        let mut reader = LineReader::new(inputs);
        let mut lines = Vec::new();
        let mut skipped = 0;
        while let Some(piece) = reader.next_piece().unwrap() {
            match piece {
                Piece::Part(part) => skipped += part.len(),
                Piece::Line(line) => {
                    lines.push((line.input.to_owned(), line.number, skipped + line.raw.len(), line.is_too_long));
                    skipped = 0;
                }
            }
        }
        lines
    }

    #[test]
    fn lines_are_numbered_in_each_input() {
        let inputs = vec![Input::new("a", Drip(b"one\n\nthree")), Input::new("b", Drip(b"")), Input::new("c", Drip(b"x\n"))];
        let found = all(inputs);
        let expected = [("a", 1, 4, false), ("a", 2, 1, false), ("a", 3, 5, false), ("c", 1, 2, false)];
        assert_eq!(found, expected.map(|(name, number, len, long)| (name.to_owned(), number, len, long)));
    }

    #[test]
    fn the_end_of_a_line_does_not_count_to_its_length() {
        for end in ["", "\n", "\r\n"] {
            for (len, is_too_long) in [(LINE_BYTES_MAX, false), (LINE_BYTES_MAX + 1, true)] {
                let text = "x".repeat(len) + end;
                let found = all(vec![Input::new("a", text.as_bytes())]);
                assert_eq!(found, [("a".to_owned(), 1, len + end.len(), is_too_long)], "{len} {end:?}");
            }
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_in_parts() {
        let mut text = vec![b'x'; 3 * LINE_BYTES_MAX];
        text.extend_from_slice(b"\nshort\n");
        let found = all(vec![Input::new("a", text.as_slice())]);
        assert_eq!(found, [("a".to_owned(), 1, 3 * LINE_BYTES_MAX + 1, true), ("a".to_owned(), 2, 6, false)]);
    }
}
