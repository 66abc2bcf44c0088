//! From a project to its typed program and everything that there is to say about it: what `check` prints and an editor shows.

use crate::ast;
use crate::change::{Changed, Facet, Kind, changed};
use crate::check::{Checked, Fresh, Known, check_again};
use crate::diagnostics::cascade::causes_only;
use crate::diagnostics::{Diagnostic, Severity};
use crate::hir;
use crate::lower::Lowered;
use crate::parse;
use crate::program::{Backend, Program};
use crate::project::Project;
use crate::template::{self, Templates};
use crate::whole;
use journey_grammar::{FileId, Span};
use rustc_hash::FxHashSet;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Warn of what nothing reads or names: only of a program without errors is that known, as what is broken names nothing.
const UNUSED: [&str; 2] = ["W0202", "W0204"];

/// Variables that an instance may keep while it sleeps.
const FRAME_VARIABLES_MAX: usize = 1_000;
/// Files that are worth a thread.
const FILES_A_THREAD: usize = 8;

/// A project, understood. After a change, [`Analysis::update`] looks only at what can have changed.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Complete only where no diagnostic is an error.
    pub program: hir::Program,
    /// By file, place and code; each once.
    pub diagnostics: Vec<Diagnostic>,
    files: Vec<Arc<Parsed>>,
    /// What the check found; its program is `program`.
    checked: Checked,
    /// What the whole-program checks know of each journey.
    whole: whole::Memory,
    /// What [`Analysis::build`] made last, and what has changed since.
    lowered: Option<Lowered>,
    since: Since,
}

/// A file as read.
#[derive(Debug)]
struct Parsed {
    file: FileId,
    text: Arc<str>,
    /// What its messages name as templates.
    templates: Templates,
    syntax: ast::File,
    diagnostics: Vec<Diagnostic>,
    /// Parallel to the items.
    facets: Vec<Facet>,
}

/// What is to be lowered again.
#[derive(Debug, Default)]
enum Since {
    #[default]
    Everything,
    Bodies {
        fresh: Fresh,
        messages: FxHashSet<usize>,
    },
}

impl Analysis {
    /// Whether the program can't be run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Makes code of the program; `None` where it has errors, also such as only computing its constants shows.
    pub fn build(&mut self, backend: Backend) -> Option<Program> {
        if self.has_errors() {
            return None;
        }
        let lowered = match (self.lowered.take(), std::mem::take(&mut self.since)) {
            (Some(lowered), Since::Bodies { fresh, messages }) => lowered.again(&self.program, &fresh, &messages),
            _ => Lowered::new(&self.program),
        };
        self.since = Since::Bodies { fresh: Fresh::default(), messages: FxHashSet::default() };
        let module = self.lowered.insert(lowered).module.clone();
        let large = module.journeys.iter().flat_map(|journey| &journey.pauses).filter(|pause| pause.frame.len() > FRAME_VARIABLES_MAX);
        let large: Vec<Diagnostic> = large.map(|pause| large_frame(pause.span, pause.frame.len())).collect();
        if !large.is_empty() {
            self.diagnostics.extend(large);
            sort(&mut self.diagnostics);
            return None;
        }
        match Program::new(module, backend) {
            Ok(program) => Some(program),
            Err(fault) => {
                let message = format!("a constant can't be computed: {}", fault.kind);
                let diagnostic = Diagnostic::error("E0610", fault.span, message, "this has no value")
                    .help(format!("change what it is computed from; `journey explain {}` tells more about the fault", fault.kind.code()));
                self.diagnostics.push(diagnostic);
                sort(&mut self.diagnostics);
                None
            }
        }
    }
}

impl Analysis {
    /// Parses and checks what has changed in a project since the last time, and all that this can have changed.
    pub fn update(&mut self, project: &Project) {
        let files = self.parsed(project);
        let known = |file: &Arc<Parsed>, at: usize| self.files.get(at).is_some_and(|before| Arc::ptr_eq(before, file));
        let before: Vec<&Facet> = self.files.iter().flat_map(|file| &file.facets).collect();
        let now = files.iter().enumerate().flat_map(|(at, file)| file.facets.iter().map(move |facet| (facet, known(file, at))));
        let now: Vec<(&Facet, bool)> = now.collect();
        let changed = changed(&before, &now);
        let items: Vec<&ast::Item> = files.iter().flat_map(|file| &file.syntax.items).collect();
        let before = Checked { program: std::mem::take(&mut self.program), ..std::mem::take(&mut self.checked) };
        let known = match &changed {
            Changed::Items(changed) => Some(Known { before, changed }),
            Changed::Everything => None,
        };
        let mut checked = check_again(&items, known);
        self.whole.forget(checked.fresh.as_ref().map(|fresh| fresh.journeys.as_slice()));
        let since = Since::of(&changed, &now, checked.fresh.take());
        self.since = std::mem::take(&mut self.since).and(since);
        self.program = std::mem::take(&mut checked.program);
        self.diagnostics.clone_from(&project.diagnostics);
        self.diagnostics.extend(files.iter().flat_map(|file| &file.diagnostics).cloned());
        self.diagnostics.append(&mut checked.diagnostics);
        template::translate(project, &mut self.diagnostics);
        self.checked = checked;
        if self.diagnostics.is_empty() && items.is_empty() {
            self.diagnostics.push(nothing_declared(project));
        }
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        let errors: Vec<Span> = errors.map(|diagnostic| diagnostic.primary.span).collect();
        if !errors.is_empty() {
            self.diagnostics.retain(|diagnostic| !UNUSED.contains(&diagnostic.code));
        }
        self.diagnostics.extend(whole::check_again(&self.program, &errors, &mut self.whole));
        causes_only(&mut self.diagnostics, &project.sources);
        sort(&mut self.diagnostics);
        self.files = files;
    }

    /// The files of a project; those that are as before are not parsed again, the others on all processors.
    fn parsed(&self, project: &Project) -> Vec<Arc<Parsed>> {
        let known = |at: usize, file: FileId| {
            let before = self.files.get(at)?;
            let same = before.file == file && before.text == project.sources.get(file).text;
            (same && before.templates == project.templates_of(file)).then(|| Arc::clone(before))
        };
        let mut files: Vec<Option<Arc<Parsed>>> = project.files.iter().enumerate().map(|(at, &file)| known(at, file)).collect();
        let open: Vec<usize> = files.iter().enumerate().filter(|(_, file)| file.is_none()).map(|(at, _)| at).collect();
        let (next, parsed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let work = || {
            while let Some(&at) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(&file) = project.files.get(at) else { continue };
                let file = Parsed::new(project, file);
                parsed.lock().unwrap_or_else(PoisonError::into_inner).push((at, file));
            }
        };
        thread::scope(|scope| {
            let threads = thread::available_parallelism().map_or(1, usize::from).min(open.len() / FILES_A_THREAD);
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        for (at, file) in parsed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            if let Some(slot) = files.get_mut(at) {
                *slot = Some(Arc::new(file));
            }
        }
        files.into_iter().flatten().collect()
    }
}

impl Parsed {
    fn new(project: &Project, file: FileId) -> Self {
        let text = Arc::clone(&project.sources.get(file).text);
        let (mut syntax, mut diagnostics) = parse::parse(&project.sources, file);
        let broken = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        let templates = project.templates_of(file);
        let facets = syntax.items.iter().map(|item| Facet::of(item, &text, &template::beside(item, &templates), broken)).collect();
        diagnostics.extend(template::resolve(&project.sources, &templates, &mut syntax));
        Self { file, text, templates, syntax, diagnostics, facets }
    }
}

impl Since {
    /// What a change has made new. Only journeys, tests and messages are lowered alone.
    fn of(changed: &Changed, items: &[(&Facet, bool)], fresh: Option<Fresh>) -> Self {
        let (Changed::Items(changed), Some(fresh)) = (changed, fresh) else { return Self::Everything };
        let kinds = || items.iter().map(|(facet, _)| facet.kind).zip(changed.iter().copied());
        if kinds().any(|(kind, changed)| changed && !kind.is_body()) {
            return Self::Everything;
        }
        let messages = kinds().filter(|(kind, _)| *kind == Kind::Message).map(|(_, changed)| changed);
        Self::Bodies { fresh, messages: messages.enumerate().filter(|(_, changed)| *changed).map(|(number, _)| number).collect() }
    }

    fn and(self, more: Self) -> Self {
        match (self, more) {
            (Self::Bodies { mut fresh, mut messages }, Self::Bodies { fresh: more, messages: more_messages }) => {
                fresh.add(more);
                messages.extend(more_messages);
                Self::Bodies { fresh, messages }
            }
            _ => Self::Everything,
        }
    }
}

/// Parses and checks all files of a project together.
#[must_use]
pub fn analyse(project: &Project) -> Analysis {
    let mut analysis = Analysis::default();
    analysis.update(project);
    analysis
}

fn large_frame(place: Span, variables: usize) -> Diagnostic {
    let message = format!("{variables} variables live on across this pause; {FRAME_VARIABLES_MAX} are the most");
    Diagnostic::error("E0603", place, message, "all of them are kept for every customer who waits here")
        .help("put what belongs together into a record or a list, or reckon it where it is used")
}

fn nothing_declared(project: &Project) -> Diagnostic {
    let place = Span::new(project.files.first().copied().unwrap_or_default(), 0, 0);
    Diagnostic::warning("W0701", place, "the program declares nothing", "no declaration stands here")
        .help("begin with an event: `event purchase { total: Decimal }`; `journey init DIR` makes a project that works")
}

/// By place, and each once.
fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| seen.insert((diagnostic.code, diagnostic.primary.span, diagnostic.message.clone())));
}

fn key(diagnostic: &Diagnostic) -> (FileId, u32, u32, &str) {
    let span = diagnostic.primary.span;
    (span.file, span.start, span.end, diagnostic.code)
}
