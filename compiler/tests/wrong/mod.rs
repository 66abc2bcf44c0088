//! Wrong programs by topic: each document in `wrong/` has a prelude and many small programs, and everything that is said
//! about each stands in one snapshot, to be read aloud.

use super::said_behind;
use std::path::Path;

/// A program with its title.
struct Wrong<'t> {
    title: &'t str,
    text: String,
    /// Where the program itself begins.
    own: usize,
}

/// The programs of a document.
fn programs(document: &str) -> Vec<Wrong<'_>> {
    let prelude = block(document, "```journey prelude\n").unwrap_or_default();
    let wrong = |section: &'_ str| -> Option<(usize, String)> {
        let own = block(section, "```journey\n")?;
        Some((prelude.len(), format!("{prelude}{own}")))
    };
    let sections = document.split("\n## ").skip(1);
    sections
        .filter_map(|section| wrong(section).map(|(own, text)| Wrong { title: section.lines().next().unwrap_or_default(), text, own }))
        .collect()
}

fn block<'t>(text: &'t str, fence: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(fence)?;
    rest.split_once("```").map(|(inside, _)| inside)
}

#[test]
fn each_wrong_program_is_answered_as_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrong");
    let mut count = 0;
    insta::glob!("*.md", |path| {
        let document = std::fs::read_to_string(path).unwrap_or_default();
        let mut answers = String::new();
        for wrong in programs(&document) {
            let answer = said_behind("shop.journey", &wrong.text, wrong.own);
            assert!(!answer.trim().is_empty(), "{}: `{}` is not answered at all", path.display(), wrong.title);
            let program = wrong.text.get(wrong.own..).unwrap_or_default();
            answers.push_str(&format!("## {}\n{program}\n{answer}\n", wrong.title));
            count += 1;
        }
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "."}, {
            insta::assert_snapshot!("said", answers);
        });
    });
    assert!(count >= 300, "{count} programs in {}", folder.display());
}
