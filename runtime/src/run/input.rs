//! Where events come from, and where effects go.

use super::EffectsPlace;
use std::fmt;
use std::io::{self, Read, Write};

/// Events, one a line.
pub struct Input<'a> {
    /// As people are told: the path, or `standard input`.
    pub name: String,
    pub reader: Box<dyn Read + 'a>,
}

impl<'a> Input<'a> {
    /// An input.
    pub fn new(name: impl Into<String>, reader: impl Read + 'a) -> Self {
        Self { name: name.into(), reader: Box::new(reader) }
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Where committed effects go.
pub trait Sink {
    /// Says, once before the first release, where the effects of the store went until now and how many bytes of them there
    /// are; gives back where they will go from now on, if that must be known after a crash.
    ///
    /// # Errors
    /// Where it cannot write.
    fn start(&mut self, last: Option<&EffectsPlace>, offset: u64) -> io::Result<Option<EffectsPlace>>;

    /// Writes lines that begin at this offset. A sink that outlives the process must hold nothing but them from there on
    /// when it returns: after a crash the same lines are released again.
    ///
    /// # Errors
    /// Where it cannot write.
    fn release(&mut self, offset: u64, lines: &str) -> io::Result<()>;
}

/// Writes effects as they come.
#[derive(Debug)]
pub struct WriterSink<W>(pub W);

impl<W: Write> Sink for WriterSink<W> {
    fn start(&mut self, _: Option<&EffectsPlace>, _: u64) -> io::Result<Option<EffectsPlace>> {
        Ok(None)
    }

    fn release(&mut self, _: u64, lines: &str) -> io::Result<()> {
        self.0.write_all(lines.as_bytes())
    }
}
