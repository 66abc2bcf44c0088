//! Collects the pages of the diagnostic codes, so that a new code is one new file.

use std::{env, error::Error, fmt::Write, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/diagnostics/codes");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut codes: Vec<String> = fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".md").map(String::from))
        .collect();
    codes.sort();
    let mut out = String::from("static PAGES: &[(&str, &str)] = &[\n");
    for code in &codes {
        writeln!(out, "({code:?}, include_str!({:?})),", folder.join(format!("{code}.md")))?;
    }
    out.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("codes.rs"), out)?;
    Ok(())
}
