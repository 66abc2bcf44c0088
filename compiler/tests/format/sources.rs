//! Every journey text that the project holds, right and wrong ones.

use journey_compiler::diagnostics::codes;
use std::fs;
use std::path::{Path, PathBuf};

/// With names to find them by.
pub fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["examples", "src/template", "compiler/tests/ui", "compiler/tests/format/cases", "grammar/tests/blocks"] {
        for path in files(&root.join(folder)) {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    for document in ["README.md", "grammar/REFERENCE.md"] {
        found.extend(blocks(document, &fs::read_to_string(root.join(document)).unwrap()));
    }
    for (code, page) in codes::pages() {
        found.extend(blocks(code, page));
    }
    found
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "journey") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The blocks of journey code in a document; statements stand in a journey, and expectations in a test.
fn blocks(name: &str, document: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String, String)> = None;
    for (at, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(fence), None) => open = Some((format!("{name}:{}", at + 1), fence.to_owned(), String::new())),
            (Some(_), Some(_)) => {
                let Some((name, fence, code)) = open.take() else { continue };
                match fence.split_once(' ').unwrap_or((&fence, "")) {
                    ("journey", "statements") => found.push((name, format!("journey example {{\n{code}}}\n"))),
                    ("journey", "expect") => found.push((name, format!("test \"example\" {{\n{code}}}\n"))),
                    ("journey", _) => found.push((name, code)),
                    _ => {}
                }
            }
            (None, Some((_, _, code))) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}
