//! The file of effects.

use crate::failure::Failure;
use journey_runtime::run::{EffectsFile, Sink, WriterSink};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// Opens the sink for effects, which must be none of these events and sources. Beside a data folder what the file holds stays; without one it begins anew. A pipe or a terminal
/// takes the lines as they come.
pub fn open(path: &Path, events: &[PathBuf], sources: &[PathBuf], has_data: bool) -> Result<Box<dyn Sink>, Failure> {
    if events.iter().any(|events| is_same(path, events)) {
        return Err(Failure::Usage(format!("`{}` can't hold both the events and the effects", path.display())));
    }
    if sources.iter().any(|source| is_same(path, source)) {
        return Err(Failure::Usage(format!("`{}` is a file of the project; write the effects to another", path.display())));
    }
    let is_stream = path.metadata().is_ok_and(|data| !data.is_file() && !data.is_dir());
    let sink = if is_stream {
        OpenOptions::new().write(true).open(path).map(|file| Box::new(WriterSink(file)) as Box<dyn Sink>)
    } else {
        let file = if has_data { EffectsFile::append(path) } else { EffectsFile::create(path) };
        file.map(|file| Box::new(file) as Box<dyn Sink>)
    };
    sink.map_err(|error| Failure::io(format!("the effects can't be written to `{}`", path.display()), &error))
}

/// Whether both are one file, by whatever links. A pipe isn't opened for that, which could wait for long.
fn is_same(one: &Path, other: &Path) -> bool {
    let is_linked = || one.is_file() && other.is_file() && same_file::is_same_file(one, other).unwrap_or(false);
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other)) || is_linked()
}
