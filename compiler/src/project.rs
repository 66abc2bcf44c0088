//! Finding and reading a project: a folder with a `journey.toml` and every `.journey` file below it, or a file of its own.
//!
//! What the user must mend in the files is a diagnostic with its place; what the machine refuses is a [`LoadError`].

mod reading;
mod settings;
mod templates;

pub use settings::{BUDGET_MAX, DEDUPE_WINDOW_MAX_MS, Settings, duration_ms};

use crate::diagnostics::{Diagnostic, render::visible};
use crate::source::Sources;
use crate::template::Templates;
use journey_grammar::FileId;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Bytes that a source file may have.
pub const FILE_BYTES_MAX: u64 = 4 << 20;
/// Source files that a project may have.
pub const FILES_MAX: usize = 10_000;
/// Folders within one another that are looked into.
const DEPTH_MAX: usize = 64;
/// The file that makes a folder a project.
pub const MANIFEST: &str = "journey.toml";
/// What the names of source files end in.
pub const EXTENSION: &str = "journey";

/// A project as read, before it is parsed.
#[derive(Debug, Clone)]
pub struct Project {
    /// As `journey.toml` says, else the folder's or the file's name.
    pub name: String,
    /// The folder that holds the project's files.
    pub root: PathBuf,
    /// Its files, and `journey.toml` where there is something to say about it.
    pub sources: Sources,
    /// The `.journey` files among the sources, in the order of their paths; those that couldn't be read as text are left out.
    pub files: Vec<FileId>,
    /// What messages name as templates, by the source file.
    templates: HashMap<FileId, Templates>,
    /// Where each source was read from; as many as there are sources.
    pub paths: Vec<PathBuf>,
    pub settings: Settings,
    /// What is wrong with the files as such.
    pub diagnostics: Vec<Diagnostic>,
}

/// What keeps a project from being read at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("there is no file or folder `{}`", visible(&.0.display().to_string()))]
    NotFound(PathBuf),
    #[error("`{}` is neither a folder, nor a file that ends in `.journey`", visible(&.0.display().to_string()))]
    NotSource(PathBuf),
    #[error("`{}` has no `.journey` file; write one, or let `journey init` make a project", visible(&.0.display().to_string()))]
    NoFiles(PathBuf),
    /// A project without source files; what is wrong with its `journey.toml` stands in its diagnostics.
    #[error("this project has no `.journey` file yet; write one (`journey init` shows how)")]
    NoFilesYet(Box<Project>),
    #[error("{}", not_one_program(.0, *.1))]
    NoManifest(PathBuf, usize),
    #[error("`{}` isn't a project; it holds several of them, such as `{}`: name one", visible(&.0.display().to_string()), visible(&.1.display().to_string()))]
    Several(PathBuf, PathBuf),
    #[error("`{}` is a link that leads back to `{}`: remove it", visible(&.0.display().to_string()), visible(&.1.display().to_string()))]
    Loop(PathBuf, PathBuf),
    #[error("`{}` has more than {FILES_MAX} `.journey` files; is this the right folder?", visible(&.0.display().to_string()))]
    TooManyFiles(PathBuf),
    #[error("`{}` can't be read: {}", visible(&.0.display().to_string()), reason(.1))]
    Unreadable(PathBuf, io::Error),
}

/// Texts that stand in for what is on disk, by canonical path: what an editor has open.
pub type Overlay = HashMap<PathBuf, String>;

/// Reads the project at a path (a folder, a `.journey` file or a `journey.toml`), or the one around the current folder.
///
/// # Errors
/// Where there is no project, or where a file or folder can't be read.
pub fn load(path: Option<&Path>) -> Result<Project, LoadError> {
    load_with(path, &Overlay::new())
}

/// Like [`load`], with the texts of `overlay` in place of those on disk.
///
/// # Errors
/// As [`load`].
pub fn load_with(path: Option<&Path>, overlay: &Overlay) -> Result<Project, LoadError> {
    match locate(path, overlay)? {
        Located::Folder { root, manifest } => load_folder(root, manifest, overlay),
        Located::File(file) => load_file(&file, overlay),
    }
}

/// Reads the source files at a path (one file, or all below a folder), or those of the project around the current folder:
/// for what concerns each file alone, whether they are one program or not.
///
/// # Errors
/// Where there are none, or where a file or folder can't be read.
pub fn load_files(path: Option<&Path>) -> Result<Project, LoadError> {
    let around = path.is_none().then(|| project_above(Path::new("."))).flatten();
    let path = path.or(around.as_deref()).unwrap_or(Path::new("."));
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => LoadError::NotFound(path.to_owned()),
        _ => LoadError::Unreadable(path.to_owned(), error),
    })?;
    let is_source = path.extension().is_some_and(|extension| extension == EXTENSION);
    let paths = match (metadata.is_dir(), metadata.is_file() && is_source) {
        (true, _) => source_files(path, is_hidden)?,
        (_, true) => vec![path.to_owned()],
        _ => return Err(LoadError::NotSource(path.to_owned())),
    };
    if paths.is_empty() {
        return Err(LoadError::NoFiles(path.to_owned()));
    }
    let mut project = Project::new(path.to_owned());
    for path in paths {
        project.add(&path, &Overlay::new())?;
    }
    Ok(project)
}

/// What a path means.
enum Located {
    Folder { root: PathBuf, manifest: bool },
    File(PathBuf),
}

fn locate(path: Option<&Path>, overlay: &Overlay) -> Result<Located, LoadError> {
    let path = path.unwrap_or(Path::new("."));
    let (is_dir, is_file) = match fs::metadata(path) {
        Ok(metadata) => (metadata.is_dir(), metadata.is_file()),
        Err(_) if overlay.contains_key(path) => (false, true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(LoadError::NotFound(path.to_owned())),
        Err(error) => return Err(LoadError::Unreadable(path.to_owned(), error)),
    };
    if is_dir {
        let above = project_above(path);
        let manifest = above.is_some();
        return Ok(Located::Folder { root: above.unwrap_or_else(|| path.to_owned()), manifest });
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.file_name().is_some_and(|name| name == MANIFEST) {
        return Ok(Located::Folder { root: parent.to_owned(), manifest: true });
    }
    if !is_file || path.extension().is_none_or(|extension| extension != EXTENSION) {
        return Err(LoadError::NotSource(path.to_owned()));
    }
    Ok(match project_above(parent) {
        Some(root) => Located::Folder { root, manifest: true },
        None => Located::File(path.to_owned()),
    })
}

/// The folder itself, or the nearest one above it, that has a `journey.toml`; as few `..` away as it can be named.
fn project_above(folder: &Path) -> Option<PathBuf> {
    if folder.join(MANIFEST).is_file() {
        return Some(folder.to_owned());
    }
    let absolute = fs::canonicalize(folder).ok()?;
    absolute.ancestors().skip(1).find(|above| above.join(MANIFEST).is_file()).map(Path::to_owned)
}

fn load_folder(root: PathBuf, manifest: bool, overlay: &Overlay) -> Result<Project, LoadError> {
    let mut project = Project::new(root);
    if manifest {
        let path = project.root.join(MANIFEST);
        if let Some(file) = project.read(&path, overlay)? {
            let text = project.sources.get(file).text.clone();
            project.settings = settings::parse(file, &text, &mut project.diagnostics);
        }
    }
    if let Some(name) = &project.settings.name {
        project.name.clone_from(name);
    }
    let mut paths = source_files(&project.root, is_elsewhere)?;
    if let Ok(root) = fs::canonicalize(&project.root) {
        // What an editor has open and hasn't saved yet.
        let unsaved = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == EXTENSION) && !path.exists();
        paths.extend(overlay.keys().filter(unsaved).filter_map(|path| Some(project.root.join(path.strip_prefix(&root).ok()?))));
        paths.sort();
    }
    match paths.as_slice() {
        [] if manifest => return Err(LoadError::NoFilesYet(Box::new(project))),
        [] => {
            return Err(match nested_project(&project.root) {
                Some(nested) => LoadError::Several(project.root, nested),
                None => LoadError::NoFiles(project.root),
            });
        }
        [only] if !manifest && only.parent() == Some(&project.root) => return load_file(only, overlay),
        several if !manifest => return Err(LoadError::NoManifest(project.root, several.len())),
        _ => {}
    }
    for path in paths {
        project.add(&path, overlay)?;
    }
    project.read_templates(overlay);
    Ok(project)
}

fn load_file(path: &Path, overlay: &Overlay) -> Result<Project, LoadError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut project = Project::new(parent.to_owned());
    project.name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    project.add(path, overlay)?;
    project.read_templates(overlay);
    Ok(project)
}

impl Project {
    /// A program of one text that is no file.
    #[must_use]
    pub fn of_text(name: &str, text: &str) -> Self {
        Self::of_texts(name, [(name, text)])
    }

    /// A program of texts that are no files, by name.
    #[must_use]
    pub fn of_texts<'t>(name: &str, texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let mut project = Self::new(PathBuf::from("."));
        name.clone_into(&mut project.name);
        for (name, text) in texts {
            project.paths.push(PathBuf::from(name));
            project.files.push(project.sources.add(name, text));
        }
        project
    }

    fn new(root: PathBuf) -> Self {
        let absolute = fs::canonicalize(&root).unwrap_or_else(|_| root.clone());
        let name = absolute.file_name().map_or_else(|| String::from("project"), |name| name.to_string_lossy().into_owned());
        Self {
            name,
            root,
            sources: Sources::default(),
            files: Vec::new(),
            templates: HashMap::new(),
            paths: Vec::new(),
            settings: Settings::default(),
            diagnostics: Vec::new(),
        }
    }

    /// Adds a source file to the program.
    fn add(&mut self, path: &Path, overlay: &Overlay) -> Result<(), LoadError> {
        if let Some(file) = self.read(path, overlay)? {
            self.files.push(file);
        }
        Ok(())
    }

    fn source(&mut self, path: &Path, text: &str) -> FileId {
        self.paths.push(path.to_owned());
        self.sources.add(shown(path), text)
    }
}

/// The source files of a folder, by path, without what is `skipped`.
fn source_files(root: &Path, skipped: fn(&walkdir::DirEntry) -> bool) -> Result<Vec<PathBuf>, LoadError> {
    let mut paths = Vec::new();
    let entries = WalkDir::new(root).follow_links(true).max_depth(DEPTH_MAX).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !skipped(entry)) {
        let entry = entry.map_err(|error| walk_error(root, error))?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == EXTENSION) {
            paths.push(entry.into_path());
        }
        if paths.len() > FILES_MAX {
            return Err(LoadError::TooManyFiles(root.to_owned()));
        }
    }
    paths.sort();
    Ok(paths)
}

fn is_hidden(entry: &walkdir::DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

/// Hidden files and folders, and folders that are projects of their own, whose files are theirs.
fn is_elsewhere(entry: &walkdir::DirEntry) -> bool {
    is_hidden(entry) || (entry.file_type().is_dir() && entry.path().join(MANIFEST).is_file())
}

/// A project somewhere below a folder that isn't one.
fn nested_project(root: &Path) -> Option<PathBuf> {
    let entries = WalkDir::new(root).min_depth(1).max_depth(4).sort_by_file_name().into_iter();
    entries.filter_map(Result::ok).find(|entry| entry.file_name() == MANIFEST)?.path().parent().map(Path::to_owned)
}

fn walk_error(root: &Path, error: walkdir::Error) -> LoadError {
    let path = error.path().unwrap_or(root).to_owned();
    if let Some(ancestor) = error.loop_ancestor() {
        return LoadError::Loop(path, ancestor.to_owned());
    }
    LoadError::Unreadable(path, error.into_io_error().unwrap_or_else(|| io::Error::other("it can't be listed")))
}

/// A path as people are shown it: relative to the current folder where it lies below it.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").unwrap_or(path);
    let current = std::env::current_dir().ok();
    let relative = current.as_deref().and_then(|current| path.strip_prefix(current).ok()).unwrap_or(path);
    relative.display().to_string()
}

/// Files that nothing makes one program: in a folder such as `/tmp` they have nothing to do with each other.
fn not_one_program(folder: &Path, files: usize) -> String {
    let its = if files == 1 { String::from("its file a project") } else { format!("its {files} files one project") };
    let folder = visible(&folder.display().to_string());
    format!(
        "`{folder}` is no project: it has no `{MANIFEST}`; name one file, or write a `{MANIFEST}` (one line, `name = \"…\"`, is enough) to make {its}"
    )
}

/// The system's words without its number.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
