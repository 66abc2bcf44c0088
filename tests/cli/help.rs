use crate::support::{Folder, run};

#[test]
fn help_of_every_command_teaches() {
    let folder = Folder::with(&[]);
    insta::assert_snapshot!("help", folder.journey(&["--help"]).out);
    for command in ["init", "check", "fmt", "test", "run", "serve", "graph", "explain", "completions", "lsp"] {
        let ran = folder.journey(&[command, "--help"]);
        assert_eq!(ran.status, 0);
        assert!(ran.out.contains("Examples:"), "{command} shows no example");
        insta::assert_snapshot!(format!("help_{command}"), ran.out);
    }
}

#[test]
fn nothing_typed_shows_the_commands() {
    let ran = Folder::with(&[]).journey(&[]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("Commands:"), "{}", ran.err);
}

#[test]
fn what_makes_no_sense_is_usage() {
    let folder = Folder::with(&[]);
    for args in [&["chekc"][..], &["check", "--nope"], &["check", "--format", "xml"], &["check", "a", "b"], &["completions", "tcl"]] {
        let ran = folder.journey(args);
        assert_eq!(ran.status, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
    }
    assert!(folder.journey(&["chekc"]).err.contains("'check'"));
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(Folder::with(&[]).journey(&["--version"]).out, format!("journey {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_know_the_commands() {
    let folder = Folder::with(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = folder.journey(&["completions", shell]);
        assert_eq!(ran.status, 0);
        assert!(ran.out.contains("explain"), "{shell}");
    }
}

#[test]
fn output_that_nobody_reads_is_no_error() {
    let folder = Folder::with(&[]);
    let script = format!("'{}' explain | head -n 1; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_journey"));
    let ran = run(std::process::Command::new("bash").args(["-c", &script]).current_dir(folder.path()));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
}
