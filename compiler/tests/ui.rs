//! What the compiler says, to the letter: a snapshot for each program in `ui/`, for each in the documents in `wrong/`, and for the
//! erroneous program of each page.

mod wrong;

use journey_compiler::analysis::analyse;
use journey_compiler::diagnostics::{codes, render::Renderer};
use journey_compiler::project::Project;
use journey_compiler::{Backend, Diagnostic};
use std::path::Path;

/// All that is said about a program with these templates beside it.
fn said(name: &str, text: &str, templates: &[(String, String)]) -> String {
    let mut project = Project::of_text(name, text);
    for (name, text) in templates {
        project.add_template(name, text);
    }
    said_of(&project, 0)
}

/// All that is said about a program from that byte on.
fn said_behind(name: &str, text: &str, start: usize) -> String {
    said_of(&Project::of_text(name, text), start)
}

fn said_of(project: &Project, start: usize) -> String {
    let mut analysis = analyse(project);
    let _ = analysis.build(Backend::Interpreter);
    let mut renderer = Renderer::new(&project.sources, false);
    let behind = |diagnostic: &&Diagnostic| diagnostic.primary.span.start as usize >= start;
    analysis.diagnostics.iter().filter(behind).map(|diagnostic| renderer.diagnostic(diagnostic)).collect::<Vec<_>>().join("\n")
}

/// The templates beside a program that it names.
fn beside(path: &Path, text: &str) -> Vec<(String, String)> {
    let read = |name: &str| Some((name.to_owned(), std::fs::read_to_string(path.with_file_name(name)).ok()?));
    journey_compiler::template::named(text).filter_map(read).collect()
}

#[test]
fn each_program_is_answered_as_before() {
    insta::glob!("ui/*.journey", |path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "ui", input_file => name.clone()}, {
            insta::assert_snapshot!("said", said(&name, &text, &beside(path, &text)));
        });
    });
}

#[test]
fn the_erroneous_program_of_each_page_is_answered_as_before() {
    for (code, page) in codes::pages() {
        let Some(text) = codes::block(page, "erroneous") else { continue };
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "ui/pages"}, {
            let template = codes::template(page, "erroneous").map(|(name, text)| (name.to_owned(), text.to_owned()));
            insta::assert_snapshot!(*code, format!("{text}\n{}", said("shop.journey", text, template.as_slice())));
        });
    }
}
