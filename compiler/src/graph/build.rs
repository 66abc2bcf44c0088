//! From a typed journey to its flow.
//!
//! Statements are taken in order; what each leaves *loose* (ways that go on behind it) is tied to the next node.

use super::label::Words;
use super::{Edge, Graph, Node, NodeKind};
use crate::hir::{Branches, EndOn, Experiment, Iter, Journey, PlaceRoot, Program, Stmt, StmtKind, Wait, WaitArmKind, WaitKind};
use crate::lower;
use crate::source::Sources;
use journey_grammar::Span;

/// The flow of a journey.
#[must_use]
pub fn graph(program: &Program, journey: &Journey, sources: &Sources) -> Graph {
    let graph = Graph {
        journey: journey.name.clone(),
        title: journey.title.clone(),
        version: lower::version_of(program, journey),
        nodes: Vec::new(),
        edges: Vec::new(),
    };
    let mut build = Build { words: Words { program, sources }, journey, graph, steps: Vec::new(), loops: Vec::new() };
    let loose = build.starts();
    let loose = build.block(&journey.body, loose);
    if !loose.is_empty() {
        build.node(NodeKind::Outcome, "completed".into(), journey.span.after(), loose);
    }
    build.ends();
    build.graph
}

/// A way that goes on behind a node.
#[derive(Debug, Clone)]
struct Loose {
    from: usize,
    label: String,
    exceptional: bool,
}

/// A loop that is being built.
struct Loop {
    head: usize,
    breaks: Vec<Loose>,
}

struct Build<'p> {
    words: Words<'p>,
    journey: &'p Journey,
    graph: Graph,
    steps: Vec<String>,
    loops: Vec<Loop>,
}

fn way(from: usize, label: impl Into<String>) -> Vec<Loose> {
    vec![Loose { from, label: label.into(), exceptional: false }]
}

impl Build<'_> {
    /// Adds a node and ties the loose ways to it.
    fn node(&mut self, kind: NodeKind, text: String, span: Span, loose: Vec<Loose>) -> usize {
        let id = self.graph.nodes.len();
        let source = self.words.sources.get(span.file);
        self.graph.nodes.push(Node {
            id,
            kind,
            text,
            step: self.steps.join("."),
            pause: None,
            file: source.name.clone(),
            line: source.position(span.start).line,
        });
        self.tie(loose, id);
        id
    }

    fn pause(&mut self, text: String, identity: &str, span: Span, loose: Vec<Loose>) -> usize {
        let id = self.node(NodeKind::Pause, text, span, loose);
        self.name_pause(id, identity);
        id
    }

    fn name_pause(&mut self, id: usize, identity: &str) {
        if let Some(node) = self.graph.nodes.get_mut(id) {
            node.pause = Some(identity.to_owned());
        }
    }

    fn tie(&mut self, loose: Vec<Loose>, to: usize) {
        let edges = loose.into_iter().map(|Loose { from, label, exceptional }| Edge { from, to, label, exceptional });
        self.graph.edges.extend(edges);
    }

    fn starts(&mut self) -> Vec<Loose> {
        let journey = self.journey;
        if journey.enters.is_empty() {
            let params = journey.params.iter().filter_map(|param| journey.vars.get(param.index()));
            let params: Vec<&str> = params.map(|var| var.name.as_str()).collect();
            let text = if params.is_empty() { "started".into() } else { format!("started with {}", params.join(", ")) };
            return way(self.node(NodeKind::Start, text, journey.span, Vec::new()), "");
        }
        let start = |enter: &crate::hir::Enter| {
            let text = self.words.enter(&enter.on);
            self.node(NodeKind::Start, text, enter.span, Vec::new())
        };
        let starts: Vec<usize> = journey.enters.iter().map(start).collect();
        starts.into_iter().flat_map(|id| way(id, "")).collect()
    }

    /// Goals and exits: each by itself, as it can come anywhere.
    fn ends(&mut self) {
        let journey = self.journey;
        for end in &journey.ends {
            let outcome = self.outcome(end.outcome.index());
            let text = match &end.on {
                EndOn::Event(on) => format!("on {}", self.words.event(on)),
                EndOn::When(condition) => format!("when {}", self.words.expr(condition)),
            };
            let kind = if end.goal { NodeKind::Goal } else { NodeKind::Exit };
            let id = self.node(kind, text, end.span, Vec::new());
            self.node(NodeKind::Outcome, outcome, end.span, way(id, ""));
        }
    }

    fn outcome(&self, index: usize) -> String {
        self.journey.outcomes.get(index).cloned().unwrap_or_default()
    }

    fn block(&mut self, stmts: &[Stmt], loose: Vec<Loose>) -> Vec<Loose> {
        stmts.iter().fold(loose, |loose, stmt| if loose.is_empty() { loose } else { self.stmt(stmt, loose) })
    }

    fn stmt(&mut self, stmt: &Stmt, loose: Vec<Loose>) -> Vec<Loose> {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Let(..) => loose,
            StmtKind::Assign(place, _) => match place.root {
                PlaceRoot::Var(_) => loose,
                PlaceRoot::Profile(_) => way(self.node(NodeKind::Write, self.words.source(span), span, loose), ""),
            },
            StmtKind::If { cond, then, otherwise } => {
                let head = self.node(NodeKind::Branch, self.words.expr(cond), cond.span, loose);
                let mut out = self.block(then, way(head, "yes"));
                out.extend(self.block(otherwise, way(head, "no")));
                out
            }
            StmtKind::Match { scrutinee, arms } => {
                let head = self.node(NodeKind::Branch, self.words.expr(scrutinee), scrutinee.span, loose);
                arms.iter().flat_map(|arm| self.block(&arm.body, way(head, self.words.patterns(&arm.patterns)))).collect()
            }
            StmtKind::For { var, iter, body } => {
                let name = self.journey.vars.get(var.index()).map_or("", |var| &var.name);
                let text = match iter {
                    Iter::List(list) => format!("for {name} in {}", self.words.expr(list)),
                    Iter::Range(from, to) => format!("for {name} in {}..{}", self.words.expr(from), self.words.expr(to)),
                };
                self.looped(text, span, body, ("each", Some("done")), loose)
            }
            StmtKind::While { cond, body } => {
                self.looped(format!("while {}", self.words.expr(cond)), cond.span, body, ("yes", Some("no")), loose)
            }
            StmtKind::Loop { body } => self.looped("again and again".into(), span, body, ("", None), loose),
            StmtKind::Break => {
                if let Some(inner) = self.loops.last_mut() {
                    inner.breaks.extend(loose);
                }
                Vec::new()
            }
            StmtKind::Continue => {
                if let Some(head) = self.loops.last().map(|inner| inner.head) {
                    self.tie(loose, head);
                }
                Vec::new()
            }
            StmtKind::Step { name, title, body } => {
                self.steps.push(name.clone());
                let head = self.node(NodeKind::Step, title.as_ref().unwrap_or(name).clone(), span, loose);
                let out = self.block(body, way(head, ""));
                self.steps.pop();
                out
            }
            StmtKind::Wait(wait) => self.wait(wait, span, loose),
            StmtKind::Finish(outcome) => {
                self.node(NodeKind::Outcome, self.outcome(outcome.index()), span, loose);
                Vec::new()
            }
            StmtKind::Fail(text) => {
                self.node(NodeKind::Fail, self.words.expr(text), span, loose);
                Vec::new()
            }
            StmtKind::Experiment { experiment, bodies } => self.experiment(experiment.index(), bodies, span, loose),
            _ => self.effect(stmt, loose),
        }
    }

    /// What reaches beyond the journey, and what is made of several flows.
    fn effect(&mut self, stmt: &Stmt, loose: Vec<Loose>) -> Vec<Loose> {
        let (span, program) = (stmt.span, self.words.program);
        let journey_name = |id: crate::hir::JourneyId| program.journeys.get(id.index()).map_or("", |journey| &journey.name);
        match &stmt.kind {
            StmtKind::Send(send) => way(self.node(NodeKind::Send, self.words.send(send), span, loose), ""),
            StmtKind::Call(call) => {
                let id = self.node(NodeKind::Call, self.words.operation(call.service, call.operation), span, loose);
                self.name_pause(id, &call.identity);
                way(id, "")
            }
            StmtKind::Emit { event, broadcast, .. } => {
                let name = program.events.get(event.index()).map_or("", |event| &event.name);
                let text = format!("{} {name}", if *broadcast { "broadcast" } else { "emit" });
                way(self.node(NodeKind::Emit, text, span, loose), "")
            }
            StmtKind::Start { journey, .. } => {
                way(self.node(NodeKind::Child, format!("start {}", journey_name(*journey)), span, loose), "")
            }
            StmtKind::Run(run) => {
                let id = self.node(NodeKind::Child, format!("run {}", journey_name(run.journey)), span, loose);
                self.name_pause(id, &run.identity);
                way(id, "")
            }
            StmtKind::Parallel(all) => self.fork(all, ("all of", "all done"), span, loose),
            StmtKind::Race(all) => self.fork(all, ("first of", "first done"), span, loose),
            StmtKind::Try { body, handler, .. } => {
                let head = self.node(NodeKind::Branch, "try".into(), span, loose);
                let mut out = self.block(body, way(head, ""));
                out.extend(self.block(handler, vec![Loose { from: head, label: "if it fails".into(), exceptional: true }]));
                out
            }
            StmtKind::Undo { body } => {
                let aside = loose.iter().map(|way| Loose { label: "if cancelled".into(), exceptional: true, ..way.clone() }).collect();
                let head = self.node(NodeKind::Undo, "undo".into(), span, aside);
                self.block(body, way(head, ""));
                loose
            }
            _ => loose,
        }
    }

    fn looped(&mut self, text: String, span: Span, body: &[Stmt], labels: (&str, Option<&str>), loose: Vec<Loose>) -> Vec<Loose> {
        let head = self.node(NodeKind::Branch, text, span, loose);
        self.loops.push(Loop { head, breaks: Vec::new() });
        let back = self.block(body, way(head, labels.0));
        self.tie(back, head);
        let mut out = self.loops.pop().map_or_else(Vec::new, |inner| inner.breaks);
        out.extend(labels.1.into_iter().flat_map(|label| way(head, label)));
        out
    }

    fn experiment(&mut self, index: usize, bodies: &[Vec<Stmt>], span: Span, loose: Vec<Loose>) -> Vec<Loose> {
        let Some(Experiment { name, variants }) = self.journey.experiments.get(index) else { return loose };
        let head = self.node(NodeKind::Branch, format!("experiment {name}"), span, loose);
        let share = |points: u32| crate::machine::text::format_decimal(i64::from(points) * 10_000);
        let body = |(variant, body): (&crate::hir::ExperimentVariant, &Vec<Stmt>)| {
            self.block(body, way(head, format!("{} {}%", variant.name, share(variant.basis_points))))
        };
        variants.iter().zip(bodies).flat_map(body).collect()
    }

    fn fork(&mut self, all: &Branches, (split, join): (&str, &str), span: Span, loose: Vec<Loose>) -> Vec<Loose> {
        let head = self.node(NodeKind::Fork, split.into(), span, loose);
        let out: Vec<Loose> = all.branches.iter().flat_map(|branch| self.block(&branch.body, way(head, branch.name.clone()))).collect();
        if out.is_empty() {
            return out;
        }
        let id = self.node(NodeKind::Join, join.into(), span, out);
        self.name_pause(id, &all.identity);
        way(id, "")
    }

    fn wait(&mut self, wait: &Wait, span: Span, loose: Vec<Loose>) -> Vec<Loose> {
        match &wait.kind {
            WaitKind::Until(deadline) => {
                way(self.pause(format!("wait {}", self.words.deadline(deadline)), &wait.identity, span, loose), "")
            }
            WaitKind::Without { duration, on, body } => {
                let event = self.words.event(on);
                let text = format!("wait {} without {event}", self.words.expr(duration));
                let head = self.pause(text, &wait.identity, span, loose);
                let back = self.block(body, way(head, "it came: again"));
                self.tie(back, head);
                way(head, "none came")
            }
            WaitKind::ForEvent { on, within, body, otherwise, .. } => {
                let event = self.words.event(on);
                let head = self.pause(format!("wait for {event}"), &wait.identity, span, loose);
                let Some(within) = within else { return self.block(body, way(head, "")) };
                let mut out = self.block(body, way(head, "it came"));
                out.extend(self.block(otherwise, way(head, format!("not within {}", self.words.expr(within)))));
                out
            }
            WaitKind::ForAny(arms) => {
                let head = self.pause("wait for the first of".into(), &wait.identity, span, loose);
                let arm = |arm: &crate::hir::WaitArm| {
                    let label = match &arm.kind {
                        WaitArmKind::On(on) => self.words.event(on),
                        WaitArmKind::Deadline(deadline) => format!("after {}", self.words.deadline(deadline)).replace("after until", "at"),
                        WaitArmKind::When(condition) => format!("when {}", self.words.expr(condition)),
                    };
                    self.block(&arm.body, way(head, label))
                };
                arms.iter().flat_map(arm).collect()
            }
        }
    }
}
