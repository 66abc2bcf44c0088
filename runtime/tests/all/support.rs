//! Programs from text, and runs over lines.

use journey_compiler::analysis;
use journey_compiler::project::{self, Project};
use journey_compiler::{Backend, Program, Severity, Sources};
use journey_runtime::run::WriterSink;
use journey_runtime::store::MemoryStore;
use journey_runtime::summary::Rejected;
use journey_runtime::{Input, Options, Summary, Until};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// A program that can run.
pub struct Compiled {
    pub program: Arc<Program>,
    pub sources: Arc<Sources>,
}

/// Compiles a program of one file.
pub fn compile(text: &str) -> Compiled {
    compiled(&Project::of_text("test.journey", text), Backend::Machine)
}

/// Compiles a program of one file with a template beside it.
pub fn compile_with(text: &str, template: (&str, &str)) -> Compiled {
    let mut project = Project::of_text("test.journey", text);
    project.add_template(template.0, template.1);
    compiled(&project, Backend::Machine)
}

/// Compiles a program and runs its tests, which must pass: by machine code, and by the interpreter.
pub fn tests_pass(text: &str) {
    for backend in [Backend::Machine, Backend::Interpreter] {
        let Compiled { program, sources } = compiled(&Project::of_text("test.journey", text), backend);
        let reports = journey_runtime::test::run(&program, &sources, None, journey_compiler::machine::BUDGET_DEFAULT);
        assert!(!reports.is_empty(), "there are no tests");
        for report in reports {
            assert_eq!(report.failure, None, "{}", report.title);
        }
    }
}

/// Compiles a project of this repository.
pub fn compile_example(name: &str) -> Compiled {
    compile_example_for(name, Backend::Machine)
}

/// The same, to be run by machine code or by the interpreter.
pub fn compile_example_for(name: &str, backend: Backend) -> Compiled {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
    compiled(&project::load(Some(&path)).expect("the example is there"), backend)
}

fn compiled(project: &Project, backend: Backend) -> Compiled {
    let mut analysis = analysis::analyse(project);
    let program = analysis.build(backend);
    let errors: Vec<String> = analysis
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| {
            let span = diagnostic.primary.span;
            format!("{}: {} at {:?}: {}", diagnostic.code, diagnostic.message, project.sources.start(span), project.sources.text(span))
        })
        .collect();
    let program = program.unwrap_or_else(|| panic!("the program has errors:\n{}", errors.join("\n")));
    program.make_code().expect("there is code for all of it");
    Compiled { program: Arc::new(program), sources: Arc::new(project.sources.clone()) }
}

/// What a run gave.
pub struct Ran {
    pub summary: Summary,
    pub effects: Vec<Value>,
}

impl Ran {
    /// The effects of a kind.
    pub fn of_kind<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = &'r Value> {
        self.effects.iter().filter(move |effect| effect["kind"] == kind)
    }

    /// Effects in short: `send ann reminder`, `finished ann bought`, in order.
    pub fn story(&self) -> Vec<String> {
        let short = |effect: &Value| {
            let what = ["message", "outcome", "reason", "field", "error"].iter().find_map(|&name| effect[name].as_str());
            let (kind, customer) = (effect["kind"].as_str().unwrap(), effect["customer"].as_str().unwrap());
            format!("{kind} {customer} {}", what.unwrap_or("")).trim_end().to_owned()
        };
        self.effects.iter().map(short).collect()
    }

    /// `path: reason` of the rejected inputs.
    pub fn reasons(&self) -> Vec<String> {
        let text = |rejected: &Rejected| {
            if rejected.path.is_empty() { rejected.reason.clone() } else { format!("{}: {}", rejected.path, rejected.reason) }
        };
        self.summary.rejected.iter().map(text).collect()
    }
}

/// Runs lines in memory, and checks what must hold of every run.
pub fn run(compiled: &Compiled, lines: &str, options: &Options) -> Ran {
    run_bytes(compiled, lines.as_bytes(), options)
}

/// The same of bytes that may be no text.
pub fn run_bytes(compiled: &Compiled, lines: &[u8], options: &Options) -> Ran {
    let mut effects = Vec::new();
    let mut sink = WriterSink(&mut effects);
    let inputs = vec![Input::new("events.ndjson", lines)];
    let mut store = MemoryStore::new();
    let summary =
        journey_runtime::run(&compiled.program, &compiled.sources, options, inputs, &mut store, Some(&mut sink), &mut |_| {}).unwrap();
    assert!(summary.adds_up(), "somebody has vanished: {summary:?}");
    let events = summary.events;
    assert_eq!(events.read, events.handled + events.unmatched + events.duplicate + events.rejected, "{events:?}");
    let effects = String::from_utf8(effects).unwrap();
    let effects = effects.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    Ran { summary, effects }
}

/// A line: an event of a customer at a time of 1 January 2026, such as `10:00:00`.
pub fn event(id: &str, kind: &str, customer: &str, time: &str, data: &str) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"test\",\"type\":\"{kind}\",\"time\":\"2026-01-01T{time}Z\",\"subject\":\"{customer}\",\"data\":{data}}}\n"
    )
}

/// A line: a broadcast.
pub fn broadcast(id: &str, kind: &str, time: &str, data: &str) -> String {
    format!(
        "{{\"specversion\":\"1.0\",\"id\":\"{id}\",\"source\":\"test\",\"type\":\"{kind}\",\"time\":\"2026-01-01T{time}Z\",\"data\":{data}}}\n"
    )
}

/// Goes on for so many hours after the last event.
pub fn hours(hours: i64) -> Options {
    Options { until: Some(Until::After(hours * 3_600_000)), ..Options::default() }
}
