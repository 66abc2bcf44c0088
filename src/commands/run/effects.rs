//! The file of effects.

use crate::failure::Failure;
use journey_runtime::run::Sink;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Writes effects to a file, each once: what follows the offset of a release was written by a run that ended before it
/// could note so, and is written again.
#[derive(Debug)]
pub struct FileSink {
    file: File,
    /// Whether what is written must outlive a loss of power, as the state does.
    durable: bool,
}

impl FileSink {
    /// Opens the file; without a data folder it begins anew.
    pub fn open(path: &Path, events: &[PathBuf], durable: bool) -> Result<Self, Failure> {
        let canonical = path.canonicalize().ok();
        if canonical.is_some() && events.iter().any(|events| events.canonicalize().ok() == canonical) {
            return Err(Failure::Usage(format!("`{}` can't hold both the events and the effects", path.display())));
        }
        let file = OpenOptions::new().write(true).create(true).truncate(!durable).open(path);
        let file = file.map_err(|error| Failure::io(format!("the effects can't be written to `{}`", path.display()), &error))?;
        Ok(Self { file, durable })
    }
}

impl Sink for FileSink {
    fn release(&mut self, offset: u64, lines: &str) -> io::Result<()> {
        let regular = self.file.metadata()?.is_file();
        if regular {
            let length = self.file.metadata()?.len();
            if length < offset {
                return Err(io::Error::other(format!(
                    "the file has {length} bytes, but runs on this data folder wrote {offset}; name the file that they wrote to"
                )));
            }
            self.file.set_len(offset)?;
            self.file.seek(SeekFrom::Start(offset))?;
        }
        self.file.write_all(lines.as_bytes())?;
        if self.durable && regular { self.file.sync_data() } else { Ok(()) }
    }
}
