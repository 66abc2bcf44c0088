//! `journey init DIR`

use crate::failure::Failure;
use crate::output::{Format, Output};
use clap::Args;
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Make a small project that works: a journey, its messages, tests and recorded events
///
/// The project wins back shopping carts that were left behind. It passes `journey check` and `journey test`, and
/// brings a few recorded events to run it on. Change it from there.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey init shop           a project in the new folder shop
  journey init .              in the current folder, if it is empty

No file is ever overwritten.")]
pub struct Init {
    /// The folder, which is made; one that exists must be empty
    dir: PathBuf,
}

/// The files of a new project.
const FILES: &[(&str, &str)] = &[
    ("shop.journey", include_str!("../template/shop.journey")),
    ("messages.journey", include_str!("../template/messages.journey")),
    ("cart_recovery.journey", include_str!("../template/cart_recovery.journey")),
    ("tests.journey", include_str!("../template/tests.journey")),
    ("events.ndjson", include_str!("../template/events.ndjson")),
];

pub fn run(command: &Init, output: &Output) -> Result<(), Failure> {
    let dir = &command.dir;
    let name = project_name(dir);
    let manifest = format!("# A project: every .journey file below this folder is part of one program.\nname = {}\n", json!(name));
    prepare(dir)?;
    let mut written = vec!["journey.toml"];
    write(&dir.join("journey.toml"), &manifest)?;
    for (file, text) in FILES {
        write(&dir.join(file), text)?;
        written.push(file);
    }
    let mut out = output.out();
    match output.format {
        Format::Json => writeln!(out, "{}", json!({"dir": dir.display().to_string(), "name": name, "files": written}))?,
        Format::Text => out.write_all(told(dir, &written).as_bytes())?,
    }
    Ok(out.flush()?)
}

/// The folder's name, also of `.`.
fn project_name(dir: &Path) -> String {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let absolute = || std::path::absolute(dir).ok().as_deref().and_then(name);
    name(dir).or_else(absolute).filter(|name| !name.trim().is_empty()).unwrap_or_else(|| String::from("shop"))
}

/// Makes the folder, or sees that it is empty.
fn prepare(dir: &Path) -> Result<(), Failure> {
    match fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Failure::Usage(format!("`{}` isn't empty; name a folder that doesn't exist yet", dir.display()))),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|error| Failure::io(format!("`{}` can't be made", dir.display()), &error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(Failure::Usage(format!("`{}` is a file; name a folder that doesn't exist yet", dir.display())))
        }
        Err(error) => Err(Failure::io(format!("`{}` can't be read", dir.display()), &error)),
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::io(format!("`{}` can't be written", path.display()), &error))
}

fn told(dir: &Path, written: &[&str]) -> String {
    let here = dir == Path::new(".");
    let mut text = format!("made {}:\n", if here { String::from("a project here") } else { format!("`{}`", dir.display()) });
    for file in written {
        text.push_str(&format!("  {file}\n"));
    }
    let path = if here { String::new() } else { format!(" {}", quoted(dir)) };
    let events = if here { String::from("events.ndjson") } else { quoted(&dir.join("events.ndjson")) };
    text.push_str(&format!("\nnext:\n  journey check{path}\n  journey test{path}\n  journey run{path} --events {events} --drain\n",));
    text
}

/// A path as it can be pasted into a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "-_./~+:@%,".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
