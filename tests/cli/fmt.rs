//! `journey fmt`: files, standard input, `--check`, and what is never damaged.

use crate::support::{Folder, Ran};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Stdio;

const MANIFEST: (&str, &str) = ("shop/journey.toml", "");
const UNTIDY: &str = "event  visit{ id:String } // why\n";
const TIDY: &str = "event visit { id: String } // why\n";

/// `journey` with something on standard input.
fn with_input(folder: &Folder, args: &[&str], input: &[u8]) -> Ran {
    let mut child = folder.command().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { out: text(output.stdout), err: text(output.stderr), status: output.status.code().unwrap() }
}

#[test]
fn files_are_laid_out_once() {
    let folder = Folder::with(&[MANIFEST, ("shop/a.journey", UNTIDY), ("shop/below/b.journey", TIDY)]);
    let first = folder.journey(&["fmt", "shop"]);
    assert_eq!(first.all(), "status 0\n--- out\nshop/a.journey: formatted\n1 of 2 files formatted\n--- err\n");
    assert_eq!(folder.read("shop/a.journey"), TIDY);
    let again = folder.journey(&["fmt", "shop"]);
    assert_eq!(again.all(), "status 0\n--- out\n2 files: laid out already\n--- err\n");
}

#[test]
fn a_file_alone_a_folder_and_the_project_around_are_meant_by_their_paths() {
    let files = [MANIFEST, ("shop/a.journey", UNTIDY), ("shop/below/b.journey", UNTIDY), ("shop/below/c.journey", UNTIDY)];
    let folder = Folder::with(&files);
    assert!(folder.journey(&["fmt", "--check", "shop/a.journey"]).out.ends_with("1 of 1 file would change; `journey fmt` formats them\n"));
    assert!(folder.journey(&["fmt", "--check", "shop/below"]).out.ends_with("2 of 2 files would change; `journey fmt` formats them\n"));
    assert!(folder.journey(&["fmt", "--check", "."]).out.ends_with("3 of 3 files would change; `journey fmt` formats them\n"));
    let below = crate::support::run(folder.command().current_dir(folder.path().join("shop/below")).args(["fmt", "--check"]));
    assert!(below.out.ends_with("3 of 3 files would change; `journey fmt` formats them\n"), "{}", below.all());
    assert_eq!(folder.journey(&["fmt", "nowhere"]).status, 3);
    assert_eq!(folder.journey(&["fmt", "shop/journey.toml"]).status, 3);
}

#[test]
fn several_files_and_folders_are_laid_out_each_file_once() {
    let files = [MANIFEST, ("shop/a.journey", UNTIDY), ("shop/below/b.journey", UNTIDY), ("shop/below/c.journey", UNTIDY)];
    let folder = Folder::with(&files);
    let ran = folder.journey(&["fmt", "shop/a.journey", "shop/below/b.journey", "shop/below"]);
    let names = "shop/a.journey: formatted\nshop/below/b.journey: formatted\nshop/below/c.journey: formatted\n";
    assert_eq!(ran.all(), format!("status 0\n--- out\n{names}3 of 3 files formatted\n--- err\n"));
    assert_eq!(folder.journey(&["fmt", "-", "shop"]).status, 1);
}

#[test]
fn check_names_what_would_change_and_changes_nothing() {
    let folder = Folder::with(&[MANIFEST, ("shop/a.journey", UNTIDY), ("shop/b.journey", TIDY)]);
    let ran = folder.journey(&["fmt", "--check", "shop"]);
    insta::assert_snapshot!("fmt_check", ran.all());
    assert_eq!(folder.read("shop/a.journey"), UNTIDY);
    folder.write("shop/a.journey", TIDY);
    assert_eq!(folder.journey(&["fmt", "--check", "shop"]).all(), "status 0\n--- out\n2 files: laid out already\n--- err\n");
}

#[test]
fn a_long_difference_is_cut_short() {
    let folder = Folder::with(&[("a.journey", &"event  a{}\n".repeat(200))]);
    let ran = folder.journey(&["fmt", "--check", "a.journey"]);
    assert!(ran.out.lines().count() < 60, "{}", ran.out);
    assert!(ran.out.contains("more lines\n"), "{}", ran.out);
}

#[test]
fn json_has_one_object_a_file() {
    let folder = Folder::with(&[MANIFEST, ("shop/a.journey", UNTIDY), ("shop/b.journey", "event  x {\n  id String\n}\n")]);
    let ran = folder.journey(&["fmt", "--check", "--format", "json", "shop"]);
    let lines: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((ran.status, lines.len()), (1, 2));
    assert_eq!((&lines[0]["file"], &lines[0]["changed"], &lines[0]["broken"]), (&"shop/a.journey".into(), &true.into(), &false.into()));
    assert!(lines[0]["diff"].as_str().unwrap().contains("+ event visit"));
    assert_eq!((&lines[1]["changed"], &lines[1]["broken"]), (&true.into(), &true.into()));
    let ran = folder.journey(&["fmt", "--format", "json", "shop"]);
    assert_eq!((ran.status, ran.out.lines().count()), (0, 2));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::with(&[]);
    let ran = with_input(&folder, &["fmt", "-"], UNTIDY.as_bytes());
    assert_eq!(ran.all(), format!("status 0\n--- out\n{TIDY}--- err\n"));
    assert_eq!(with_input(&folder, &["fmt", "--check", "-"], UNTIDY.as_bytes()).status, 1);
    assert_eq!(with_input(&folder, &["fmt", "--check", "-"], TIDY.as_bytes()).status, 0);
    let ran = with_input(&folder, &["fmt", "-"], b"event a {}\xff");
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
}

#[test]
fn what_is_broken_is_told_and_left_as_it_is() {
    let folder = Folder::with(&[("a.journey", "event  a{}\nevnt   b  {}\nevent  c{}\n")]);
    let ran = folder.journey(&["fmt", "a.journey"]);
    assert_eq!(folder.read("a.journey"), "event a {}\nevnt   b  {}\nevent c {}\n");
    assert_eq!(ran.status, 0);
    assert_eq!(ran.err, "a.journey: what can't be read in it was left as it is; `journey check` says why\n");
}

#[test]
fn a_file_that_is_no_text_is_told_and_the_others_are_laid_out() {
    let folder = Folder::with(&[MANIFEST, ("shop/b.journey", UNTIDY)]);
    folder.write("shop/a.journey", b"event a {}\xff");
    let ran = folder.journey(&["fmt", "shop"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("E0701"), "{}", ran.err);
    assert_eq!(std::fs::read(folder.path().join("shop/a.journey")).unwrap(), b"event a {}\xff");
    assert_eq!(folder.read("shop/b.journey"), TIDY);
}

#[test]
fn carriage_returns_and_the_mark_go() {
    let folder = Folder::with(&[]);
    folder.write("a.journey", "\u{FEFF}event visit { id: String } // why\n");
    folder.write("b.journey", "event visit { id: String } // why\r\n");
    assert!(folder.journey(&["fmt", "."]).out.ends_with("2 of 2 files formatted\n"));
    assert_eq!((folder.read("a.journey").as_str(), folder.read("b.journey").as_str()), (TIDY, TIDY));
}

#[test]
fn permissions_and_links_stay_and_nothing_else_is_left_behind() {
    let folder = Folder::with(&[("real/a.journey", UNTIDY)]);
    let real = folder.path().join("real/a.journey");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/a.journey", folder.path().join("link.journey")).unwrap();
    assert_eq!(folder.journey(&["fmt", "link.journey"]).status, 0);
    assert_eq!(folder.read("real/a.journey"), TIDY);
    assert_eq!(real.metadata().unwrap().mode() & 0o777, 0o640);
    assert!(folder.path().join("link.journey").is_symlink());
    let names = |path: &Path| path.read_dir().unwrap().count();
    assert_eq!((names(folder.path()), names(&folder.path().join("real"))), (2, 1));
}

#[test]
fn a_read_only_file_is_told_and_left_alone() {
    let folder = Folder::with(&[("a.journey", UNTIDY)]);
    std::fs::set_permissions(folder.path().join("a.journey"), std::fs::Permissions::from_mode(0o444)).unwrap();
    let ran = folder.journey(&["fmt", "a.journey"]);
    assert_eq!((ran.status, ran.err.as_str()), (3, "error: `a.journey` can't be written: it is read-only\n"));
    assert_eq!(folder.read("a.journey"), UNTIDY);
}
