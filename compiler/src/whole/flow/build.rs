//! From the statements of a journey to its graph.

mod forks;
mod waits;

use super::{Act, Flow, Passes, Spot, SpotKind, View, Way};
use crate::hir::{Arm, Expr, Journey, PlaceRoot, Program, Stmt, StmtKind, VarId};
use journey_grammar::Span;
use rustc_hash::{FxHashMap, FxHashSet};

struct Builder<'h> {
    program: &'h Program,
    journey: &'h Journey,
    /// What the journey was started with, and never sets.
    given: FxHashSet<VarId>,
    flow: Flow<'h>,
    /// The loops around, innermost last: where `continue` and `break` lead.
    loops: Vec<(Spot, Spot)>,
    /// The blocks around that catch what fails, innermost last: where they begin, and how many forks stood around then.
    catches: Vec<(Spot, usize)>,
    /// Whether an `undo` block stands around.
    undoes: bool,
    /// How many branches stand around.
    depth: usize,
    /// From the first to the last spot of each branch so far.
    branches: Vec<std::ops::Range<Spot>>,
}

pub(super) fn flow<'h>(program: &'h Program, journey: &'h Journey, body: &'h [Stmt]) -> Flow<'h> {
    let (fixed, assigned) = fixed(body);
    let binders = journey.enters.iter().filter_map(|enter| Some(enter.on.event()?.binder));
    let given = journey.params.iter().copied().chain(binders).filter(|var| !assigned.contains(var)).collect();
    let flow = Flow {
        spots: Vec::new(),
        spans: Vec::new(),
        undone: Vec::new(),
        ways: Vec::new(),
        entry: 0,
        end: 1,
        fixed,
        counters: 0,
        one_key: FxHashSet::default(),
        hours: Vec::new(),
        forks: Vec::new(),
    };
    let mut builder =
        Builder { program, journey, given, flow, loops: Vec::new(), catches: Vec::new(), undoes: false, depth: 0, branches: Vec::new() };
    let entry = builder.spot(SpotKind::Plain, journey.name_span);
    let end = builder.spot(SpotKind::Plain, journey.name_span);
    if let Some(last) = builder.block(body, entry) {
        builder.step(last, end);
    }
    builder.flow
}

/// The variables that are set once, at their declaration, with their values; and those that are assigned to.
fn fixed(body: &[Stmt]) -> (FxHashMap<VarId, &Expr>, FxHashSet<VarId>) {
    let (mut found, mut assigned) = (FxHashMap::default(), FxHashSet::default());
    let mut open = vec![body];
    while let Some(stmts) = open.pop() {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Let(var, value) => drop(found.insert(*var, value)),
                StmtKind::Assign(place, _) => {
                    if let PlaceRoot::Var(var) = place.root {
                        assigned.insert(var);
                    }
                }
                _ => {}
            }
            open.extend(stmt.kind.blocks());
        }
    }
    found.retain(|var, _| !assigned.contains(var));
    (found, assigned)
}

impl<'h> Builder<'h> {
    fn spot(&mut self, kind: SpotKind<'h>, span: Span) -> Spot {
        self.flow.spots.push(kind);
        self.flow.spans.push(span);
        self.flow.undone.push(self.undoes);
        self.flow.ways.push(Vec::new());
        self.flow.spots.len() - 1
    }

    /// A way on which nothing happens; to be changed.
    fn step(&mut self, from: Spot, to: Spot) -> &mut Way<'h> {
        let ways = &mut self.flow.ways[from];
        ways.push(Way {
            to,
            least_ms: 0,
            most_ms: Some(0),
            rests: None,
            apart: false,
            hours: None,
            moment: None,
            pauses: false,
            passes: Passes::No,
            on: None,
            act: Act::None,
            view: View::Both,
        });
        let last = ways.len() - 1;
        &mut ways[last]
    }

    /// A new spot behind another.
    fn next(&mut self, from: Spot, kind: SpotKind<'h>, span: Span) -> Spot {
        let to = self.spot(kind, span);
        self.step(from, to);
        to
    }

    fn acting(&mut self, from: Spot, act: Act<'h>, span: Span) -> Spot {
        let to = self.spot(SpotKind::Plain, span);
        self.step(from, to).act = act;
        to
    }

    /// Statements behind `from`; where they come out, if they do.
    fn block(&mut self, stmts: &'h [Stmt], from: Spot) -> Option<Spot> {
        stmts.iter().try_fold(from, |from, stmt| self.stmt(stmt, from))
    }

    /// A block that leads to `join`.
    fn leads(&mut self, stmts: &'h [Stmt], from: Spot, join: Spot) {
        if let Some(last) = self.block(stmts, from) {
            self.step(last, join);
        }
    }

    fn stmt(&mut self, stmt: &'h Stmt, from: Spot) -> Option<Spot> {
        let span = stmt.span;
        Some(match &stmt.kind {
            StmtKind::Let(var, value) => self.acting(from, Act::Set(*var, Some(value)), span),
            StmtKind::Assign(place, value) => match place.root {
                PlaceRoot::Var(var) => self.acting(from, Act::Set(var, Some(value).filter(|_| place.path.is_empty())), span),
                PlaceRoot::Profile(field) => {
                    let spot = self.spot(SpotKind::Write(field, value), span);
                    self.step(from, spot).act = Act::Store(value);
                    spot
                }
            },
            StmtKind::If { .. } | StmtKind::Match { .. } | StmtKind::Experiment { .. } => return self.choice(stmt, from),
            StmtKind::For { .. } | StmtKind::While { .. } | StmtKind::Loop { .. } => self.turning(stmt, from),
            StmtKind::Break | StmtKind::Continue => {
                if let Some(&(head, out)) = self.loops.last() {
                    self.step(from, if matches!(stmt.kind, StmtKind::Break) { out } else { head });
                }
                return None;
            }
            StmtKind::Step { body, .. } => return self.block(body, from),
            StmtKind::Wait(wait) => return self.wait(wait, span, from),
            StmtKind::Send(send) => {
                let spot = self.next(from, SpotKind::Send(send), span);
                send.handle.map_or(spot, |handle| self.acting(spot, Act::Set(handle, None), span))
            }
            StmtKind::Call(call) => {
                let spot = self.next(from, SpotKind::Call, span);
                self.resting(spot, call.result, span)
            }
            StmtKind::Emit { event, payload, broadcast: false } => self.next(from, SpotKind::Emit(*event, payload), span),
            StmtKind::Emit { event, payload, broadcast: true } => self.next(from, SpotKind::Broadcast(*event, payload), span),
            StmtKind::Start { journey, args } => {
                let spot = self.next(from, SpotKind::Start(*journey), span);
                self.note_key(spot, *journey, args);
                spot
            }
            StmtKind::Run(run) => {
                let spot = self.next(from, SpotKind::Run(run.journey), span);
                self.note_key(spot, run.journey, &run.args);
                let out = self.resting(spot, run.result, span);
                self.flow.ways[spot].iter_mut().for_each(|way| way.view = View::Flow);
                self.bursts(spot, out, span);
                out
            }
            StmtKind::Parallel(branches) => self.fork(branches, false, span, from),
            StmtKind::Race(branches) => self.fork(branches, true, span, from),
            StmtKind::Try { body, handler, .. } => return self.attempt(body, handler, span, from),
            StmtKind::Undo { body } => {
                // What may run later counts here, where it is said.
                let join = self.next(from, SpotKind::Plain, span);
                let around = std::mem::replace(&mut self.undoes, true);
                self.leads(body, from, join);
                self.undoes = around;
                join
            }
            StmtKind::Finish(_) => {
                self.step(from, self.flow.end);
                return None;
            }
            StmtKind::Fail(_) => {
                if let Some(&(caught, depth)) = self.catches.last() {
                    let view = if self.depth > depth { View::Flow } else { View::Both };
                    self.step(from, caught).view = view;
                }
                return None;
            }
        })
    }

    /// The journey rests until something comes, and keeps it.
    fn resting(&mut self, from: Spot, result: Option<VarId>, span: Span) -> Spot {
        let to = self.spot(SpotKind::Plain, span);
        let way = self.step(from, to);
        (way.pauses, way.most_ms) = (true, None);
        if let Some(result) = result {
            way.act = Act::Set(result, None);
        }
        self.ends_here(from);
        to
    }

    /// While it rests, a goal or an exit may end it.
    fn ends_here(&mut self, from: Spot) {
        if !self.journey.ends.is_empty() {
            let end = self.flow.end;
            let way = self.step(from, end);
            (way.pauses, way.most_ms) = (true, None);
        }
    }

    fn choice(&mut self, stmt: &'h Stmt, from: Spot) -> Option<Spot> {
        let ways: Vec<(Act<'h>, &'h [Stmt])> = match &stmt.kind {
            StmtKind::If { cond, then, otherwise } => {
                vec![(Act::Assume(cond, true), then), (Act::Assume(cond, false), otherwise)]
            }
            StmtKind::Match { scrutinee, arms } => {
                let arm = |(at, arm): (usize, &'h Arm<Vec<Stmt>>)| (Act::Arm(scrutinee, arms, at), arm.body.as_slice());
                arms.iter().enumerate().map(arm).collect()
            }
            StmtKind::Experiment { bodies, .. } => bodies.iter().map(|body| (Act::None, body.as_slice())).collect(),
            _ => return Some(from),
        };
        let join = self.spot(SpotKind::Plain, stmt.span);
        let mut reached = false;
        for (act, body) in ways {
            let start = self.acting(from, act, stmt.span);
            if let Some(last) = self.block(body, start) {
                self.step(last, join);
                reached = true;
            }
        }
        reached.then_some(join)
    }

    fn turning(&mut self, stmt: &'h Stmt, from: Spot) -> Spot {
        let span = stmt.span;
        let word = match &stmt.kind {
            StmtKind::For { .. } => "for",
            StmtKind::While { .. } => "while",
            _ => "loop",
        };
        let (head, out) = (self.spot(SpotKind::Loop(word), span), self.spot(SpotKind::Plain, span));
        let (body, start) = match &stmt.kind {
            StmtKind::For { var, iter, body } => {
                let counter = self.flow.counters;
                self.flow.counters += 1;
                self.step(from, head).act = Act::Begin(counter);
                self.step(head, out).act = Act::Done(counter, iter);
                (body, self.acting(head, Act::Turn(counter, *var, iter), span))
            }
            StmtKind::While { cond, body } => {
                self.step(from, head);
                self.step(head, out).act = Act::Assume(cond, false);
                (body, self.acting(head, Act::Assume(cond, true), span))
            }
            StmtKind::Loop { body } => {
                self.step(from, head);
                (body, head)
            }
            _ => return from,
        };
        self.loops.push((head, out));
        self.leads(body, start, head);
        self.loops.pop();
        out
    }
}
