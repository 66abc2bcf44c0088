//! Reading one file of a project, and what is wrong with it as such.

use super::{FILE_BYTES_MAX, LoadError, Overlay, Project};
use crate::diagnostics::Diagnostic;
use journey_grammar::{FileId, Span};
use std::fs;
use std::path::Path;

impl Project {
    /// Reads a file into the sources; `None` where it isn't text, which is reported.
    pub(super) fn read(&mut self, path: &Path, overlay: &Overlay) -> Result<Option<FileId>, LoadError> {
        if !overlay.is_empty()
            && let Some(text) = overlaid(path, overlay)
        {
            return Ok(Some(self.source(path, text.as_str())));
        }
        let unreadable = |error| LoadError::Unreadable(path.to_owned(), error);
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.len() > FILE_BYTES_MAX {
            self.too_large(path, metadata.len());
            return Ok(None);
        }
        let bytes = fs::read(path).map_err(unreadable)?;
        match std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes)) {
            Ok(text) => Ok(Some(self.source(path, text))),
            Err(error) => {
                self.not_utf8(path, &bytes, error);
                Ok(None)
            }
        }
    }

    fn too_large(&mut self, path: &Path, bytes: u64) {
        let file = self.source(path, "");
        let (megabytes, limit) = (bytes.div_ceil(1 << 20), FILE_BYTES_MAX >> 20);
        let message = format!("the file has {megabytes} MiB; {limit} MiB are the most that a source file may have");
        let diagnostic = Diagnostic::error("E0121", Span::new(file, 0, 0), message, "it wasn't read")
            .help("is this data? Events belong into `.ndjson` files, and journeys into several files that are small enough to read");
        self.diagnostics.push(diagnostic);
    }

    fn not_utf8(&mut self, path: &Path, bytes: &[u8], error: std::str::Utf8Error) {
        let marked = bytes.len() - bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).len();
        let at = error.valid_up_to();
        let text = String::from_utf8_lossy(&bytes[marked..]);
        let file = self.source(path, &text);
        let wrong = bytes.get(marked + at).copied().unwrap_or_default();
        let line = self.sources.get(file).position(u32::try_from(at).unwrap_or(u32::MAX)).line;
        let before = &bytes[marked..marked + at];
        let in_line = at - before.iter().rposition(|&byte| byte == b'\n').map_or(0, |feed| feed + 1);
        let utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        let diagnostic = Diagnostic::error(
            "E0701",
            Span::new(file, start, start.saturating_add(3)),
            format!("the file isn't UTF-8: line {line}, byte {} of the line, byte {} of the file", in_line + 1, marked + at + 1),
            format!("the byte 0x{wrong:02X} can't stand here"),
        )
        .help(if utf16 {
            "it looks like UTF-16: save it as UTF-8"
        } else {
            "save the file as UTF-8; editors call it the file's encoding"
        });
        self.diagnostics.push(diagnostic);
    }
}

/// The text that stands in for a file.
pub(super) fn overlaid<'o>(path: &Path, overlay: &'o Overlay) -> Option<&'o String> {
    let canonical = fs::canonicalize(path).ok().or_else(|| Some(fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?)));
    overlay.get(canonical.as_deref().unwrap_or(path))
}
