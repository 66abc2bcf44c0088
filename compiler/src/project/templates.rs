//! The templates that the messages of a project name.

use super::reading::overlaid;
use super::{Overlay, Project, reason};
use crate::template::{self, TEMPLATE_BYTES_MAX, Template, Templates, Unread};
use journey_grammar::{FileId, Span};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Project {
    /// Adds a template to a program of one text, beside it.
    pub fn add_template(&mut self, name: &str, text: &str) {
        let Some(&file) = self.files.first() else { return };
        let template = self.source(Path::new(name), text);
        let template = Template { name: name.to_owned(), read: Ok((template, Arc::from(text))) };
        self.templates.entry(file).or_default().push(template);
    }

    /// What the messages of a source file name as templates.
    #[must_use]
    pub fn templates_of(&self, file: FileId) -> Templates {
        self.templates.get(&file).cloned().unwrap_or_default()
    }

    /// What stands in a template there; `None` where the span lies in another file.
    #[must_use]
    pub fn template_text(&self, span: Span) -> Option<&str> {
        let all = self.templates.values().flatten();
        let is_template = all.filter_map(|template| template.read.as_ref().ok()).any(|(file, _)| *file == span.file);
        is_template.then(|| self.sources.text(span))
    }

    /// Reads what the source files name as templates, each file once.
    pub(super) fn read_templates(&mut self, overlay: &Overlay) {
        let root = fs::canonicalize(&self.root).ok();
        let mut known: HashMap<PathBuf, Result<(FileId, Arc<str>), Unread>> = HashMap::new();
        for file in self.files.clone() {
            let text = Arc::clone(&self.sources.get(file).text);
            let folder = self.paths.get(file.0 as usize).and_then(|path| path.parent()).unwrap_or(Path::new("")).to_owned();
            for name in template::named(&text) {
                let path = folder.join(name);
                let read = match known.get(&path) {
                    Some(read) => read.clone(),
                    None => {
                        let read = self.read_template(&path, root.as_deref(), overlay);
                        read.map(|file| (file, Arc::clone(&self.sources.get(file).text)))
                    }
                };
                known.insert(path, read.clone());
                self.templates.entry(file).or_default().push(Template { name: name.to_owned(), read });
            }
        }
    }

    fn read_template(&mut self, path: &Path, root: Option<&Path>, overlay: &Overlay) -> Result<FileId, Unread> {
        if let Some(text) = overlaid(path, overlay).filter(|_| !overlay.is_empty()) {
            return Ok(self.source(path, text));
        }
        let refused = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Unread::Missing,
            _ => Unread::Refused(reason(&error)),
        };
        let real = fs::canonicalize(path).map_err(refused)?;
        if root.is_some_and(|root| !real.starts_with(root)) {
            return Err(Unread::Elsewhere);
        }
        let metadata = fs::metadata(path).map_err(refused)?;
        if !metadata.is_file() {
            return Err(Unread::Refused(String::from("this is no file")));
        }
        if metadata.len() > TEMPLATE_BYTES_MAX {
            return Err(Unread::TooLarge);
        }
        let bytes = fs::read(path).map_err(refused)?;
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes)).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            Unread::NotUtf8 { line: 1 + before.iter().filter(|&&byte| byte == b'\n').count() }
        })?;
        Ok(self.source(path, text))
    }
}
