//! Every example in `grammar/REFERENCE.md` compiles, and every test in it passes.
//!
//! Blocks marked `program` are whole programs. `prelude` is the shop that the others are about: `statements` stand in
//! a journey of it, `expect` in a test.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

struct Block {
    kind: String,
    /// Where its first line of code stands in the reference.
    line: usize,
    code: String,
}

fn blocks() -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/REFERENCE.md");
    let text = fs::read_to_string(path).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        if let Some(fence) = line.strip_prefix("```") {
            inside = !inside && (fence.starts_with("journey") || fence.starts_with("jinja "));
            if inside {
                let kind = fence.trim_start_matches("journey").trim();
                blocks.push(Block { kind: kind.to_owned(), line: index + 2, code: String::new() });
            }
        } else if inside {
            let block = blocks.last_mut().unwrap();
            block.code.push_str(line);
            block.code.push('\n');
        }
    }
    blocks
}

/// The block as a program of its own.
fn program(block: &Block, prelude: &str) -> String {
    let code = &block.code;
    match block.kind.as_str() {
        "program" | "prelude" => code.clone(),
        "statements" => format!("{prelude}\njourney example {{\n  enter on cart_updated as var cart\n{code}}}\n"),
        "expect" => format!("{prelude}\ntest \"line {}\" {{\n{code}}}\n", block.line),
        kind => panic!("REFERENCE.md:{}: what is a block of kind `{kind}`?", block.line),
    }
}

#[test]
fn every_example_in_the_reference_compiles_and_passes_its_tests() {
    let blocks = blocks();
    assert!(blocks.len() > 30, "the examples of the reference are not found");
    let prelude = &blocks.iter().find(|block| block.kind == "prelude").expect("a prelude").code;
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = String::new();
    for block in &blocks {
        // A template, for the programs behind it.
        if let Some(name) = block.kind.strip_prefix("jinja ") {
            fs::write(folder.path().join(name), &block.code).unwrap();
            continue;
        }
        let program = program(block, prelude);
        let file = folder.path().join(format!("line_{}.journey", block.line));
        fs::write(&file, &program).unwrap();
        let command = if program.contains("\ntest \"") { "test" } else { "check" };
        let output = Command::new(env!("CARGO_BIN_EXE_journey")).arg(command).arg(&file).output().unwrap();
        if !output.status.success() {
            let printed = [output.stdout, output.stderr].concat();
            wrong.push_str(&format!("REFERENCE.md:{}\n{}\n", block.line, String::from_utf8_lossy(&printed)));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
