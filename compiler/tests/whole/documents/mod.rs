//! Documents of whole programs, each with the codes of what is said of it: of right ones nothing.

use journey_compiler::analysis::analyse;
use journey_compiler::project::Project;

const TURNING: &str = include_str!("turning.md");
const PLAUSIBLE: &str = include_str!("plausible.md");
const WRONG: &str = include_str!("wrong.md");

/// What the declarations of a document are for is not each program's to use.
fn is_unused(code: &str) -> bool {
    code.starts_with("W02")
}

/// The parts of a document that stand between fences, and what stands behind each until the next title.
fn program(part: &str) -> Option<(&str, &str)> {
    let (_, rest) = part.split_once("```journey\n")?;
    rest.split_once("```")
}

/// What is said otherwise than a document says it.
fn said_otherwise(document: &str) -> Vec<String> {
    let mut parts = document.split("\n## ");
    let (declared, _) = parts.next().and_then(program).expect("the declarations of a document");
    let mut wrong = Vec::new();
    for part in parts {
        let title = part.lines().next().unwrap_or_default();
        let (text, expected) = program(part).unwrap_or_else(|| panic!("`{title}` has no program"));
        let expected: Vec<&str> = expected.split_whitespace().filter(|word| *word != "none").collect();
        let analysis = analyse(&Project::of_text("shop.journey", &format!("{declared}{text}")));
        let said = analysis.diagnostics.iter().map(|diagnostic| diagnostic.code).filter(|code| !is_unused(code));
        let mut said: Vec<&str> = said.collect();
        said.sort_unstable();
        said.dedup();
        if said != expected {
            wrong.push(format!("{title}: {said:?}, not {expected:?}"));
        }
    }
    wrong
}

#[test]
fn loops_send_without_bound_only_where_nothing_keeps_their_turns_apart() {
    assert_eq!(said_otherwise(TURNING), [""; 0]);
}

#[test]
fn nothing_is_said_of_journeys_as_designers_write_them() {
    assert_eq!(said_otherwise(PLAUSIBLE), [""; 0]);
}

#[test]
fn what_goes_wrong_with_them_is_said() {
    assert_eq!(said_otherwise(WRONG), [""; 0]);
}
