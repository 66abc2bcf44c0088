//! What is known of a project after changes is what is known of it when it is looked at for the first time.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../benches/support/project.rs"]
mod project;

use journey_compiler::analysis::{Analysis, analyse};
use journey_compiler::mir::Module;
use journey_compiler::project::Project;
use journey_compiler::{Backend, Program};
use proptest::prelude::*;
use std::collections::HashMap;

/// A change of one line.
#[derive(Debug, Clone)]
enum Edit {
    Delete,
    Double,
    /// An empty line before it.
    Push,
    /// Another number in place of the first one in it.
    Number(u8),
    /// Its nth word becomes the nth word of another line.
    Word {
        nth: usize,
        file: usize,
        line: usize,
    },
    /// The file is again what it was in the beginning.
    Restore,
}

fn edits() -> impl Strategy<Value = Vec<(usize, usize, Edit)>> {
    let edit = prop_oneof![
        1 => Just(Edit::Delete),
        1 => Just(Edit::Double),
        2 => Just(Edit::Push),
        5 => (1..200u8).prop_map(Edit::Number),
        2 => Just(Edit::Number(0)),
        3 => (0..6usize, any::<usize>(), any::<usize>()).prop_map(|(nth, file, line)| Edit::Word { nth, file, line }),
        6 => Just(Edit::Restore),
    ];
    prop::collection::vec((any::<usize>(), any::<usize>(), edit), 1..14)
}

fn words(line: &str) -> Vec<&str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}

fn apply(files: &mut [(String, String)], first: &[(String, String)], file: usize, line: usize, edit: &Edit) {
    let file = file % files.len();
    let mut lines: Vec<String> = files[file].1.lines().map(str::to_owned).collect();
    let line = line % lines.len().max(1);
    if lines.is_empty() {
        lines.push(String::new());
    }
    match edit {
        Edit::Delete => {
            lines.remove(line);
        }
        Edit::Double => lines.insert(line, lines[line].clone()),
        Edit::Push => lines.insert(line, String::new()),
        Edit::Number(number) => {
            let old = words(&lines[line]).into_iter().find(|word| word.chars().all(|c| c.is_ascii_digit())).map(str::to_owned);
            if let Some(old) = old {
                lines[line] = lines[line].replacen(&old, &number.to_string(), 1);
            }
        }
        Edit::Word { nth, file, line: other } => {
            let (_, text) = &files[file % files.len()];
            let other = text.lines().nth(other % text.lines().count().max(1)).unwrap_or_default().to_owned();
            if let (Some(old), Some(new)) = (words(&lines[line]).get(*nth), words(&other).get(*nth)) {
                lines[line] = lines[line].replacen(old, new, 1);
            }
        }
        Edit::Restore => lines = first[file].1.lines().map(str::to_owned).collect(),
    }
    files[file].1 = lines.join("\n") + "\n";
}

/// A program in words that don't depend on the order in which it was made.
fn told(program: &Program) -> String {
    let module = &program.module;
    let mut teller = Teller { module, numbers: HashMap::new(), functions: Vec::new() };
    let mut told = String::new();
    for journey in &module.journeys {
        told += &teller.tell(&format!("{journey:?}\n"));
    }
    for test in &module.tests {
        told += &teller.tell(&format!("{test:?}\n"));
    }
    let mut next = 0;
    while let Some(&function) = teller.functions.get(next) {
        next += 1;
        told += &teller.tell(&format!("{:?}\n", module.functions[function]));
    }
    told + &format!("{:?}\n{:?}\n{:?}", module.messages, module.events, module.channels)
}

struct Teller<'m> {
    module: &'m Module,
    /// Functions in order of first mention.
    numbers: HashMap<usize, usize>,
    functions: Vec<usize>,
}

impl Teller<'_> {
    fn tell(&mut self, text: &str) -> String {
        let mut told = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("Id(") {
            let (before, behind) = rest.split_at(at + 3);
            let name = before.trim_end_matches('(').rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let digits = behind.find(')').unwrap();
            let number: usize = behind[..digits].parse().unwrap();
            told += before;
            told += &match name {
                "FunctionId" => {
                    let next = self.functions.len();
                    let known = *self.numbers.entry(number).or_insert(next);
                    if known == next {
                        self.functions.push(number);
                    }
                    known.to_string()
                }
                "TextId" => format!("{:?}", self.module.texts[number]),
                "EffectId" => format!("{:?}", self.module.effects[number]),
                "TypeId" => self.module.types.name(journey_compiler::types::TypeId(u32::try_from(number).unwrap())),
                _ => number.to_string(),
            };
            rest = &behind[digits..];
        }
        let told = told + rest;
        let mut out = String::new();
        let mut rest = told.as_str();
        while let Some(at) = rest.find("Variant(") {
            let (before, behind) = rest.split_at(at + "Variant(".len());
            let digits = behind.find(')').unwrap();
            let number: usize = behind[..digits].parse().unwrap();
            out += &format!("{before}{:?}", self.module.experiments[number]);
            rest = &behind[digits..];
        }
        out + rest
    }
}

fn read(files: &[(String, String)]) -> Project {
    Project::of_texts("again", files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

fn agree(after: &mut Analysis, project: &Project) {
    after.update(project);
    let mut fresh = analyse(project);
    assert_eq!(after.diagnostics, fresh.diagnostics);
    let built = after.build(Backend::Interpreter);
    let freshly = fresh.build(Backend::Interpreter);
    assert_eq!(after.diagnostics, fresh.diagnostics);
    let (built, freshly) = (built.as_ref().map(told).unwrap_or_default(), freshly.as_ref().map(told).unwrap_or_default());
    if let Some((built, freshly)) = built.lines().zip(freshly.lines()).find(|(built, freshly)| built != freshly) {
        let same = built.bytes().zip(freshly.bytes()).take_while(|(a, b)| a == b).count();
        let shown = |line: &str| line.chars().skip(same.saturating_sub(200)).take(400).collect::<String>();
        assert_eq!(shown(built), shown(freshly));
    }
    assert_eq!(built.len(), freshly.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn after_any_changes_a_project_is_understood_as_if_it_were_new(edits in edits()) {
        edited(&project::project(8, 50), &edits);
    }

    #[test]
    fn after_any_changes_an_example_is_understood_as_if_it_were_new(example in prop::sample::select(examples()), edits in edits()) {
        edited(&example, &edits);
    }
}

fn edited(first: &[(String, String)], edits: &[(usize, usize, Edit)]) {
    let mut files = first.to_vec();
    let mut analysis = analyse(&read(&files));
    analysis.build(Backend::Interpreter).unwrap();
    for (file, line, edit) in edits {
        apply(&mut files, first, *file, *line, edit);
        agree(&mut analysis, &read(&files));
    }
}

/// The examples that need nothing but their `.journey` files.
fn examples() -> Vec<Vec<(String, String)>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    let mut examples: Vec<Vec<(String, String)>> = Vec::new();
    for example in std::fs::read_dir(folder).unwrap() {
        let files = std::fs::read_dir(example.unwrap().path()).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<(String, String)> = files
            .filter(|path| path.extension().is_some_and(|extension| extension == "journey"))
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
            .collect();
        files.sort();
        examples.push(files);
    }
    examples.retain(|files| !analyse(&read(files)).has_errors());
    examples.sort();
    assert!(examples.len() >= 10, "{}", examples.len());
    examples
}

/// The project, with one text in place of another in a file.
fn replaced(files: &[(String, String)], file: &str, old: &str, new: &str) -> Vec<(String, String)> {
    let mut files = files.to_vec();
    let (_, text) = files.iter_mut().find(|(name, _)| name.contains(file)).unwrap();
    assert!(text.contains(old), "{old}");
    *text = text.replacen(old, new, 1);
    files
}

#[test]
fn a_change_of_a_journey_its_message_or_its_event_reaches_all_that_it_means_something_for() {
    let first = project::project(8, 50);
    let mut analysis = analyse(&read(&first));
    analysis.build(Backend::Interpreter).unwrap();
    for (file, old, new) in [
        ("journeys_0002", "finish lost", "finish gone"),
        ("journeys_0004", "\n  var reminders", "\n\n  var reminders"),
        ("messages", "this is hello", "this was hello"),
        ("messages", "message hello_0(b: began_0, count: Int)", "message hello_0(b: began_0, number: Int)"),
        ("messages", "message hello_0", "\nmessage hello_0"),
        ("events", "id: String, total: Decimal, items", "id: String, total: Float, items"),
        ("shared", "const many = 8", "const many = 9"),
        ("shared", "consent profile.consent.marketing", "consent profile.consent.news"),
        ("journeys_0000", "with bought", "with lost"),
        ("journeys_0000", "finish lost", "finish bought"),
        ("journeys_0006", "experiment e6", "experiment e7"),
        // What only a look at the whole journey shows.
        ("journeys_0002", "  wait 3d\n", "  loop { send hello_0(b, count: 1) via email }\n"),
        ("journeys_0004", "  wait 3d\n", "  wait 0d\n"),
        ("journeys_0000", "  wait 3d\n", "  if 1 > 2 { finish lost }\n  wait 3d\n"),
        ("shared", "consent profile.consent.marketing }\nchannel sms", "consent false }\nchannel sms"),
    ] {
        let files = replaced(&first, file, old, new);
        agree(&mut analysis, &read(&files));
        agree(&mut analysis, &read(&first));
    }
}

#[test]
fn a_file_more_and_a_file_less_give_the_project_that_they_make() {
    let first = project::project(8, 50);
    let mut analysis = analyse(&read(&first));
    let mut more = first.clone();
    more.insert(0, (String::from("a.journey"), String::from("\n")));
    agree(&mut analysis, &read(&more));
    let less: Vec<_> = first.iter().filter(|(name, _)| !name.contains("journeys_0004")).cloned().collect();
    agree(&mut analysis, &read(&less));
    agree(&mut analysis, &read(&first));
}
