//! `--answers FILE`

use crate::failure::Failure;
use journey_compiler::Program;
use journey_runtime::answers::Recorded;
use std::path::Path;

/// The answers of a file; none where there is none.
pub fn read(path: Option<&Path>, program: &Program) -> Result<Recorded, Failure> {
    let Some(path) = path else { return Ok(Recorded::default()) };
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io(format!("the answers `{name}` can't be read"), &error))?;
    Recorded::read(&text, program).map_err(|error| Failure::Usage(format!("the answers `{name}` can't be used: {error}")))
}
