//! What is refused before parsing, so that no input costs more than it should: its size and its nesting.
//!
//! The nesting is counted by a scan of its own, since a grammar that descends 100,000 levels to count them has
//! already used the stack.

/// The largest source file, in bytes.
pub const MAX_SOURCE_BYTES: usize = 4 * 1024 * 1024;
/// How deep brackets, blocks, types and interpolations may stand in one another.
pub const MAX_NESTING: usize = 128;

/// Why a text is not parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than [`MAX_SOURCE_BYTES`].
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// The bracket at this byte is one level too deep.
    TooDeep {
        /// Offset of the bracket.
        at: u32,
        /// Offset of the outermost bracket around it.
        outermost: u32,
    },
}

/// What is open at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Bracket,
    Short,
    Long,
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    open: Vec<(Open, usize)>,
    /// `<` with nothing but names and commas between: how many, and whether a type can still go on.
    angles: usize,
}

/// Looks whether `text` is small and flat enough.
pub(crate) fn check(text: &str) -> Option<Refusal> {
    if text.len() > MAX_SOURCE_BYTES {
        return Some(Refusal::TooLarge { bytes: text.len() });
    }
    Scan { bytes: text.as_bytes(), at: 0, open: Vec::new(), angles: 0 }.run()
}

impl Scan<'_> {
    fn run(&mut self) -> Option<Refusal> {
        while self.at < self.bytes.len() {
            match self.open.last() {
                Some((Open::Short, _)) => self.in_string(false),
                Some((Open::Long, _)) => self.in_string(true),
                _ => self.in_code(),
            }
            if self.open.len() + self.angles > MAX_NESTING {
                let outermost = self.open.first().map_or(self.at - 1, |&(_, at)| at);
                return Some(Refusal::TooDeep { at: to_u32(self.at - 1), outermost: to_u32(outermost) });
            }
        }
        None
    }

    fn looking_at(&self, what: &[u8]) -> bool {
        self.bytes[self.at..].starts_with(what)
    }

    fn open(&mut self, what: Open, width: usize) {
        self.open.push((what, self.at));
        self.at += width;
    }

    fn in_code(&mut self) {
        let byte = self.bytes[self.at];
        match byte {
            b'<' => self.angles += 1,
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b'_' | 0x80.. => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => self.angles = 0,
        }
        match byte {
            b'"' if self.looking_at(b"\"\"\"") => self.open(Open::Long, 3),
            b'"' => self.open(Open::Short, 1),
            b'(' | b'[' | b'{' => self.open(Open::Bracket, 1),
            b')' | b']' | b'}' => {
                if matches!(self.open.last(), Some((Open::Bracket, _))) {
                    self.open.pop();
                }
                self.at += 1;
            }
            b'/' if self.looking_at(b"//") => self.skip_line(),
            b'\n' => {
                self.end_short_strings();
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }

    fn skip_line(&mut self) {
        self.at += self.bytes[self.at..].iter().position(|&byte| byte == b'\n').unwrap_or(self.bytes.len() - self.at);
    }

    /// A string in simple quotes ends with its line, and all that was opened in it.
    fn end_short_strings(&mut self) {
        if let Some(first) = self.open.iter().position(|&(open, _)| open == Open::Short) {
            self.open.truncate(first);
        }
    }

    fn in_string(&mut self, long: bool) {
        match self.bytes[self.at] {
            b'\\' if self.bytes.get(self.at + 1) != Some(&b'\n') => self.at += 2,
            b'{' => self.open(Open::Bracket, 1),
            b'"' if !long => {
                self.open.pop();
                self.at += 1;
            }
            b'"' if self.looking_at(b"\"\"\"") => {
                self.open.pop();
                self.at += 3;
            }
            b'\n' => {
                self.end_short_strings();
                self.at += 1;
            }
            _ => self.at += 1,
        }
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
