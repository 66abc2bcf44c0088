//! The file of effects.

use crate::failure::Failure;
use journey_runtime::run::{EffectsFile, Sink, WriterSink};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// Opens the sink for effects. Beside a data folder what the file holds stays; without one it begins anew. A pipe or a terminal
/// takes the lines as they come.
pub fn open(path: &Path, events: &[PathBuf], has_data: bool) -> Result<Box<dyn Sink>, Failure> {
    let canonical = path.canonicalize().ok();
    if canonical.is_some() && events.iter().any(|events| events.canonicalize().ok() == canonical) {
        return Err(Failure::Usage(format!("`{}` can't hold both the events and the effects", path.display())));
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
