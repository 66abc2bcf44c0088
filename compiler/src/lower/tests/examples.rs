use super::{both, project};
use std::path::Path;

#[test]
fn every_example_becomes_sound_segments_and_machine_code() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut seen = 0;
    for folder in std::fs::read_dir(examples).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let files = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.path());
        let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ext| ext == "journey")).collect();
        files.sort();
        let texts: Vec<String> = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
        if texts.is_empty() {
            continue;
        }
        let module = project(&texts);
        for journey in &module.journeys {
            assert!(!(journey.enters.is_empty() && journey.standing.is_empty()) && journey.version.len() == 16, "{}", journey.name);
            for pause in &journey.pauses {
                assert!(pause.arms.is_empty() == pause.fork.is_some(), "{}", pause.identity);
                assert_eq!(pause.end_captures.len(), journey.ends.len(), "{}", pause.identity);
            }
        }
        both(&module);
        seen += 1;
    }
    assert!(seen >= 6, "{seen} examples");
}
