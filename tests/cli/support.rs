//! Running the binary on files that a test writes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder of its own for a test, from which commands are run.
pub struct Folder(TempDir);

/// What a command printed, and its exit status.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub status: i32,
}

impl Folder {
    /// With these files; folders in their names are made.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// `journey` with these arguments, in this folder.
    pub fn journey(&self, args: &[&str]) -> Ran {
        run(self.command().args(args))
    }

    /// The command, to be run in this folder with nothing of the tester's environment that changes what is printed.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_journey"));
        command.current_dir(self.path()).stdin(Stdio::null()).env_remove("NO_COLOR").env("TERM", "xterm").env("COLUMNS", "100");
        command
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { out: text(stdout), err: text(stderr), status: status.code().unwrap_or_else(|| panic!("{status}")) }
}

impl Ran {
    /// Everything, for a snapshot.
    pub fn all(&self) -> String {
        format!("status {}\n--- out\n{}--- err\n{}", self.status, self.out, self.err)
    }
}
