//! The file of effects of a server: every line at least once.
//!
//! How far the file has them lastingly is noted in the data folder, now and then; what the journal holds beyond that is written
//! again after a crash.

use journey_runtime::journal::Position;
use journey_runtime::node::Sink;
use journey_runtime::store::StoreError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long lines may be without a note.
const NOTE_AFTER: Duration = Duration::from_millis(200);

fn note_path(data: &Path) -> PathBuf {
    data.join("effects.position")
}

/// Up to where the effects of a data folder are in their file; `None` where nobody has noted it. Where there is no such file
/// this time, the note is void from here on.
pub fn noted(data: &Path, is_wanted: bool) -> Option<Position> {
    let path = note_path(data);
    if !is_wanted {
        // One that is not there is as good.
        let _ = fs::remove_file(&path);
        return None;
    }
    fs::read_to_string(path).ok()?.trim().parse().ok().map(Position)
}

/// See the module.
pub struct EffectsLog {
    /// The file, and the note about it.
    files: Option<(File, File)>,
    written: Position,
    noted: Position,
    noted_at: Instant,
}

impl EffectsLog {
    /// Opens the file, where one is wanted; its lines go up to `from`.
    ///
    /// # Errors
    /// Of the file system.
    pub fn open(path: Option<&Path>, data: &Path, from: Position) -> io::Result<Self> {
        let files = match path {
            Some(path) => {
                let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
                end_whole(&mut file)?;
                let note = OpenOptions::new().write(true).create(true).truncate(false).open(note_path(data))?;
                Some((file, note))
            }
            None => None,
        };
        let mut log = Self { files, written: from, noted: from, noted_at: Instant::now() };
        log.note()?;
        Ok(log)
    }

    /// First the lines must last, then the note.
    fn note(&mut self) -> io::Result<()> {
        if let Some((file, note)) = &mut self.files {
            file.sync_data()?;
            note.rewind()?;
            note.write_all(format!("{:020}\n", self.written.0).as_bytes())?;
            note.sync_data()?;
        }
        (self.noted, self.noted_at) = (self.written, Instant::now());
        Ok(())
    }

    fn write(&mut self, lines: &str, end: Position) -> io::Result<()> {
        if let Some((file, _)) = &mut self.files {
            file.write_all(lines.as_bytes())?;
        }
        self.written = end;
        if self.noted_at.elapsed() >= NOTE_AFTER { self.note() } else { Ok(()) }
    }
}

/// Takes away a last line that a crash has torn: it is written again.
fn end_whole(file: &mut File) -> io::Result<()> {
    const TAIL: u64 = 16 << 20;
    let length = file.metadata()?.len();
    let start = length.saturating_sub(TAIL);
    file.seek(io::SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    match tail.iter().rposition(|&byte| byte == b'\n') {
        Some(last) => file.set_len(start + last as u64 + 1),
        None if length == 0 => Ok(()),
        // It may be what somebody else wrote.
        None => file.write_all(b"\n"),
    }
}

impl Sink for EffectsLog {
    fn effects(&mut self, lines: String, end: Position) -> Result<(), StoreError> {
        self.write(&lines, end).map_err(|error| StoreError::Failed(format!("the effects cannot be written: {error}")))
    }

    fn safe(&self) -> Position {
        self.noted
    }
}

impl Drop for EffectsLog {
    fn drop(&mut self) {
        // Where it fails, the lines are written again.
        let _ = self.note();
    }
}
