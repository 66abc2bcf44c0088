//! What is published to an editor about the project of a document.

use crate::position::{Encoding, range};
use gen_lsp_types::{Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message, Uri};
use journey_compiler::analysis::{Analysis, analyse};
use journey_compiler::diagnostics::Label;
use journey_compiler::project::{self, Overlay, Project};
use journey_compiler::{FileId, Severity, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The diagnostics of each file of a project, those without any included.
pub type Published = BTreeMap<Uri, Vec<Diagnostic>>;

/// How files are named to the editor.
pub struct Naming<'a> {
    pub encoding: Encoding,
    /// The names that the editor uses for its open documents, by path.
    pub open: &'a BTreeMap<PathBuf, Uri>,
}

/// What is known of projects, by their folder, or of files that are programs of their own.
pub type Known = BTreeMap<PathBuf, Analysis>;

/// All diagnostics of the project around a document.
pub fn of_project(uri: &Uri, path: &Path, overlay: &Overlay, naming: &Naming<'_>, known: &mut Known) -> Published {
    match project::load_with(Some(path), overlay) {
        Ok(project) => {
            let key = match project.paths.as_slice() {
                [only] => canonical(only),
                _ => canonical(&project.root),
            };
            let analysis = known.entry(key).or_default();
            analysis.update(&project);
            of_analysis(&project, analysis, naming, None)
        }
        Err(error) => BTreeMap::from([(uri.clone(), vec![unplaced(error.to_string())])]),
    }
}

/// The diagnostics of a document that is no file: a program of its own.
pub fn of_text(uri: &Uri, text: &str, naming: &Naming<'_>) -> Published {
    let project = Project::of_text(uri.as_str(), text);
    of_analysis(&project, &analyse(&project), naming, Some(uri))
}

fn of_analysis(project: &Project, analysis: &Analysis, naming: &Naming<'_>, only: Option<&Uri>) -> Published {
    let uris: Vec<Option<Uri>> = project.paths.iter().map(|path| only.cloned().or_else(|| naming.uri(path))).collect();
    let view = View { project, uris: &uris, encoding: naming.encoding };
    let mut published: Published = uris.iter().flatten().map(|uri| (uri.clone(), Vec::new())).collect();
    for diagnostic in &analysis.diagnostics {
        let Some(place) = view.location(diagnostic.primary.span) else { continue };
        published.entry(place.uri.clone()).or_default().push(view.diagnostic(diagnostic, place));
    }
    published
}

impl Naming<'_> {
    /// The editor's own name of a file, or one made of its path.
    fn uri(&self, path: &Path) -> Option<Uri> {
        let path = canonical(path);
        self.open.get(&path).cloned().or_else(|| Uri::from_file_path(&path).ok())
    }
}

/// A path without links and dots; of a file that isn't on disk, its folder's.
pub fn canonical(path: &Path) -> PathBuf {
    if let Ok(path) = std::fs::canonicalize(path) {
        return path;
    }
    let folder = path.parent().and_then(|parent| std::fs::canonicalize(parent).ok());
    folder.zip(path.file_name()).map_or_else(|| path.to_owned(), |(folder, name)| folder.join(name))
}

/// A project with the names of its files.
struct View<'a> {
    project: &'a Project,
    uris: &'a [Option<Uri>],
    encoding: Encoding,
}

impl View<'_> {
    fn location(&self, span: Span) -> Option<Location> {
        let FileId(file) = span.file;
        let uri = self.uris.get(file as usize)?.clone()?;
        let text = &self.project.sources.files().get(file as usize)?.text;
        Some(Location { uri, range: range(text, span.start, span.end, self.encoding) })
    }

    fn diagnostic(&self, diagnostic: &journey_compiler::Diagnostic, place: Location) -> Diagnostic {
        let mut message = diagnostic.message.clone();
        for part in [Some(diagnostic.primary.text.as_str()), diagnostic.help.as_deref()].into_iter().flatten() {
            if !part.is_empty() {
                message.push('\n');
                message.push_str(part);
            }
        }
        let related: Vec<DiagnosticRelatedInformation> = diagnostic
            .secondary
            .iter()
            .filter_map(|Label { span, text }| Some(DiagnosticRelatedInformation::new(self.location(*span)?, text.clone())))
            .collect();
        Diagnostic {
            range: place.range,
            severity: Some(match diagnostic.severity {
                Severity::Error => DiagnosticSeverity::Error,
                Severity::Warning => DiagnosticSeverity::Warning,
            }),
            code: Some(Code::String(diagnostic.code.to_owned())),
            related_information: (!related.is_empty()).then_some(related),
            ..unplaced(message)
        }
    }
}

/// An error at the start of a document.
fn unplaced(message: String) -> Diagnostic {
    Diagnostic::new(
        range("", 0, 0, Encoding::Utf16),
        Some(DiagnosticSeverity::Error),
        None,
        None,
        Some(String::from("journey")),
        Message::String(message),
        None,
        None,
        None,
    )
}
