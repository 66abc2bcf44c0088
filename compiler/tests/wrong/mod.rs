//! Wrong programs by topic: each document in `wrong/` has a prelude and many small programs, and everything that is said
//! about each stands in one snapshot, to be read aloud.

use super::{said_behind, said_of};
use journey_compiler::project::Project;
use std::path::Path;

/// A program with its title.
struct Wrong<'t> {
    title: &'t str,
    text: String,
    /// Where the program itself begins.
    own: usize,
    /// The template `offer.html` beside the prelude, where it is that which is wrong.
    template: Option<&'t str>,
}

impl Wrong<'_> {
    fn answer(&self) -> String {
        let Some(template) = self.template else { return said_behind("shop.journey", &self.text, self.own) };
        let mut project = Project::of_text("shop.journey", &self.text);
        project.add_template("offer.html", template);
        said_of(&project, 0)
    }

    fn shown(&self) -> &str {
        self.template.unwrap_or_else(|| self.text.get(self.own..).unwrap_or_default())
    }
}

/// The programs of a document.
fn programs(document: &str) -> Vec<Wrong<'_>> {
    let prelude = block(document, "```journey prelude\n").unwrap_or_default();
    let wrong = |section: &'_ str, template: Option<&str>| -> Option<(usize, String)> {
        let own = block(section, "```journey\n").or(template.map(|_| ""))?;
        Some((prelude.len(), format!("{prelude}{own}")))
    };
    let sections = document.split("\n## ").skip(1);
    sections
        .filter_map(|section| {
            let template = block(section, "```jinja offer.html\n");
            let (own, text) = wrong(section, template)?;
            Some(Wrong { title: section.lines().next().unwrap_or_default(), text, own, template })
        })
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
            let answer = wrong.answer();
            assert!(!answer.trim().is_empty(), "{}: `{}` is not answered at all", path.display(), wrong.title);
            let program = wrong.shown();
            answers.push_str(&format!("## {}\n{program}\n{answer}\n", wrong.title));
            count += 1;
        }
        insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "."}, {
            insta::assert_snapshot!("said", answers);
        });
    });
    assert!(count >= 300, "{count} programs in {}", folder.display());
}
