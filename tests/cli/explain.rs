use crate::support::Folder;

#[test]
fn a_page_is_shown_in_any_case_of_its_code() {
    let folder = Folder::with(&[]);
    let page = folder.journey(&["explain", "E0703"]);
    assert_eq!(page.status, 0);
    insta::assert_snapshot!("explain", page.out);
    assert_eq!(folder.journey(&["explain", "e0703"]).out, page.out);
}

#[test]
fn an_unknown_code_is_met_with_a_near_one() {
    let ran = Folder::with(&[]).journey(&["explain", "E0730"]);
    assert_eq!(ran.status, 2);
    assert_eq!(ran.err, "error: there is no code `E0730`; did you mean E0703 (journey.toml can't be read)?\n");
    let ran = Folder::with(&[]).journey(&["explain", "banana"]);
    assert_eq!(ran.err, "error: there is no code `banana`; `journey explain` lists all codes\n");
}

#[test]
fn without_a_code_all_are_listed() {
    let ran = Folder::with(&[]).journey(&["explain"]);
    assert_eq!(ran.status, 0);
    for (code, _) in journey_compiler::diagnostics::codes::pages() {
        assert_eq!(ran.out.lines().filter(|line| line.starts_with(code)).count(), 1, "{code}");
    }
}
