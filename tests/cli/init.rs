use crate::support::Folder;

#[test]
fn a_new_project_passes_check_and_test_and_runs() {
    let folder = Folder::with(&[]);
    let made = folder.journey(&["init", "shop"]);
    insta::assert_snapshot!("init", made.all());
    let check = folder.journey(&["check", "shop", "--deny", "warnings"]);
    assert_eq!(check.all(), "status 0\n--- out\nshop: 1 journey, 2 messages, 4 tests: no problems\n--- err\n");
    let fmt = folder.journey(&["fmt", "shop", "--check"]);
    assert_eq!(fmt.status, 0, "{}", fmt.all());
    let test = folder.journey(&["test", "shop"]);
    assert_eq!((test.status, test.out.lines().last()), (0, Some("4 passed, 0 failed")), "{test:?}");
    let run = folder.journey(&["run", "shop", "--events", "shop/events.ndjson", "--drain"]);
    insta::assert_snapshot!("init_run", run.all());
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = Folder::with(&[("shop/notes.txt", "mine")]);
    let ran = folder.journey(&["init", "shop"]);
    assert_eq!(ran.all(), "status 2\n--- out\n--- err\nerror: `shop` isn't empty; name a folder that doesn't exist yet\n");
    let ran = folder.journey(&["init", "shop/notes.txt"]);
    assert_eq!(ran.all(), "status 2\n--- out\n--- err\nerror: `shop/notes.txt` is a file; name a folder that doesn't exist yet\n");
    assert_eq!(folder.read("shop/notes.txt"), "mine");
}

#[test]
fn an_empty_folder_becomes_a_project_of_its_name() {
    let folder = Folder::with(&[("my shop/x", "")]);
    std::fs::remove_file(folder.path().join("my shop/x")).unwrap();
    assert_eq!(folder.journey(&["init", "my shop"]).status, 0);
    assert!(folder.read("my shop/journey.toml").contains("name = \"my shop\""));
    let ran = folder.journey(&["init", "my shop"]);
    assert_eq!(ran.status, 2);
}
