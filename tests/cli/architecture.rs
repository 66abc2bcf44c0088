//! What keeps the house as it is drawn: which crate is named where, and that every code is explained.

use journey_compiler::analysis::analyse;
use journey_compiler::diagnostics::codes;
use journey_compiler::project::{self, Project};
use journey_compiler::{Backend, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Crates that define a boundary, and where alone they are named.
const BOUNDARIES: &[(&str, &str)] = &[
    ("cranelift_codegen", "compiler/src/codegen"),
    ("cranelift_frontend", "compiler/src/codegen"),
    ("cranelift_jit", "compiler/src/codegen"),
    ("cranelift_module", "compiler/src/codegen"),
    ("cranelift_native", "compiler/src/codegen"),
    ("rust_sugiyama", "compiler/src/graph/layout.rs"),
    ("ariadne", "compiler/src/diagnostics/render"),
    ("pest", "grammar/src"),
    ("sled", "runtime/src/store"),
    ("gen_lsp_types", "lsp/src"),
    ("lsp_server", "lsp/src"),
    ("clap", "src"),
    ("comfy_table", "src"),
    ("indicatif", "src"),
];

/// Every Rust file of the crates, with its path from the root.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["src", "grammar/src", "compiler/src", "runtime/src", "lsp/src"] {
        collect(&Path::new(ROOT).join(folder), &mut files);
    }
    let shown = |path: &Path| path.strip_prefix(ROOT).unwrap().to_str().unwrap().replace('\\', "/");
    let mut sources: Vec<(String, String)> = files.iter().map(|path| (shown(path), fs::read_to_string(path).unwrap())).collect();
    sources.sort();
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The lines of a file that aren't comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether a line has this word, not as a part of another.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name)
        .any(|(at, _)| line[at..].starts_with(&format!("{name}::")) && !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn a_crate_that_defines_a_boundary_is_named_in_one_module_only() {
    let mut outside = Vec::new();
    for (path, text) in sources() {
        for (line, code) in code(&text) {
            let wrong = BOUNDARIES.iter().filter(|(name, home)| names_crate(code, name) && !path.starts_with(home));
            outside.extend(wrong.map(|(name, home)| format!("{path}:{line}: {name} belongs into {home}")));
        }
    }
    assert!(outside.is_empty(), "{}", outside.join("\n"));
}

#[test]
fn unsafe_lives_in_the_code_generator_alone() {
    let files = sources();
    let outside = files.iter().filter(|(path, _)| !path.starts_with("compiler/src/codegen"));
    let found: Vec<String> = outside
        .flat_map(|(path, text)| code(text).filter(|(_, line)| has_word(line, "unsafe")).map(move |(at, _)| format!("{path}:{at}")))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(files.iter().any(|(path, text)| path.starts_with("compiler/src/codegen") && has_word(text, "unsafe")));
}

/// The codes that stand in quotes in the source, tests aside, with one place each.
fn codes_used() -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    let tests = |path: &str| path.contains("/tests/") || ["tests.rs", "specs.rs"].iter().any(|end| path.ends_with(end));
    for (path, text) in sources().into_iter().filter(|(path, _)| !tests(path)) {
        let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (line, code) in code(production) {
            for part in code.split('"').skip(1).step_by(2).filter(|part| is_code(part)) {
                used.entry(part.to_owned()).or_insert_with(|| format!("{path}:{line}"));
            }
        }
    }
    used
}

fn is_code(text: &str) -> bool {
    text.len() == 5 && text.starts_with(['E', 'W', 'R']) && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let used = codes_used();
    let pages: BTreeSet<&str> = codes::pages().iter().map(|(code, _)| *code).collect();
    let unexplained: Vec<_> = used.iter().filter(|(code, _)| !pages.contains(code.as_str())).collect();
    assert!(unexplained.is_empty(), "codes without a page: {unexplained:?}");
    let unused: Vec<_> = pages.iter().filter(|code| !used.contains_key(**code)).collect();
    assert!(unused.is_empty(), "pages without a code: {unused:?}");
}

/// Codes of all that is said about a program, and how many of it are errors.
fn said(project: &Project) -> (BTreeSet<&'static str>, usize) {
    let mut analysis = analyse(project);
    let _ = analysis.build(Backend::Machine);
    let errors = analysis.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    (analysis.diagnostics.iter().map(|diagnostic| diagnostic.code).collect(), errors)
}

#[test]
fn every_page_has_its_title_and_its_programs() {
    for (code, page) in codes::pages() {
        assert!(page.starts_with(&format!("# {code}: ")), "{code} has no title");
        let kinds: &[&str] = match &code[..3] {
            "R10" => &["journey faulting"],
            // Not UTF-8, and too large in two ways: none can be shown.
            _ if ["E0701", "E0121", "E0603"].contains(code) => &[],
            "E07" => &["toml erroneous", "toml fixed"],
            _ => &["journey erroneous", "journey fixed"],
        };
        for kind in kinds {
            assert!(page.contains(&format!("```{kind}\n")), "{code} has no block `{kind}`");
        }
    }
}

/// The program of a page, with its template where it has one.
fn program(page: &str, kind: &str, text: &str) -> Project {
    let mut project = Project::of_text("page.journey", text);
    if let Some((name, text)) = codes::template(page, kind) {
        project.add_template(name, text);
    }
    project
}

#[test]
fn the_erroneous_program_of_a_page_gives_its_code_and_the_fixed_one_no_error() {
    let mut wrong = Vec::new();
    for (code, page) in codes::pages() {
        if let Some(text) = codes::block(page, "erroneous") {
            let (said, errors) = said(&program(page, "erroneous", text));
            let others = said.iter().any(|other| other != code && !other.starts_with('W'));
            if !said.contains(code) || others || (errors == 0 && code.starts_with('E')) {
                wrong.push(format!("{code}: the erroneous program gives {said:?}"));
            }
        }
        for kind in ["fixed", "faulting"] {
            let Some(text) = codes::block(page, kind) else { continue };
            let (said, errors) = said(&program(page, kind, text));
            if errors > 0 || said.contains(code) {
                wrong.push(format!("{code}: the {kind} program gives {said:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pages_about_journey_toml_hold_too() {
    let folder = crate::support::Folder::with(&[("a.journey", "event visit {}\n")]);
    for (code, page) in codes::pages() {
        for (kind, expected) in [("erroneous", vec![*code]), ("fixed", vec![])] {
            let Some((_, rest)) = page.split_once(&format!("```toml {kind}\n")) else { continue };
            folder.write("journey.toml", rest.split_once("```").unwrap().0);
            let project = project::load(Some(folder.path())).unwrap();
            assert_eq!(project.diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), expected, "{code} {kind}");
        }
    }
}

#[test]
fn files_are_rooms_that_can_be_seen_across() {
    // Some four hundred lines are meant; this is the wall behind that.
    let long: Vec<String> = sources()
        .iter()
        .filter(|(_, text)| text.lines().count() > 600)
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();
    // The tables that name the whole language: cutting them would hide what belongs together.
    let tables = ["compiler/src/ast.rs", "compiler/src/hir.rs", "compiler/src/mir.rs"];
    let long: Vec<_> = long.iter().filter(|path| !tables.iter().any(|table| path.starts_with(table))).collect();
    assert!(long.is_empty(), "{long:?}");
}
