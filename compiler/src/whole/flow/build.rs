//! From the statements of a journey to its graph.

use super::{Act, Flow, Fork, Moment, Passes, Spot, SpotKind, View, Way};
use crate::hir::{
    Arm, Branches, Deadline, EventMatch, Expr, ExprKind, Journey, PlaceRoot, Program, Stmt, StmtKind, VarId, Wait, WaitArmKind, WaitKind,
};
use crate::whole::known::{Known, Value};
use journey_grammar::Span;
use rustc_hash::FxHashMap;

const DAY_MS: i64 = 86_400_000;

struct Builder<'h> {
    program: &'h Program,
    journey: &'h Journey,
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
    let flow = Flow {
        spots: Vec::new(),
        spans: Vec::new(),
        undone: Vec::new(),
        ways: Vec::new(),
        entry: 0,
        end: 1,
        fixed: fixed(body),
        counters: 0,
        forks: Vec::new(),
    };
    let mut builder =
        Builder { program, journey, flow, loops: Vec::new(), catches: Vec::new(), undoes: false, depth: 0, branches: Vec::new() };
    let entry = builder.spot(SpotKind::Plain, journey.name_span);
    let end = builder.spot(SpotKind::Plain, journey.name_span);
    if let Some(last) = builder.block(body, entry) {
        builder.step(last, end);
    }
    builder.flow
}

/// The variables that are set once, at their declaration, with their values.
fn fixed(body: &[Stmt]) -> FxHashMap<VarId, &Expr> {
    let (mut found, mut assigned) = (FxHashMap::default(), Vec::new());
    let mut open = vec![body];
    while let Some(stmts) = open.pop() {
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Let(var, value) => drop(found.insert(*var, value)),
                StmtKind::Assign(place, _) => assigned.push(place.root),
                _ => {}
            }
            open.extend(stmt.kind.blocks());
        }
    }
    for root in assigned {
        if let PlaceRoot::Var(var) = root {
            found.remove(&var);
        }
    }
    found
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
                PlaceRoot::Profile(_) => from,
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
            StmtKind::Start { journey, .. } => self.next(from, SpotKind::Start(*journey), span),
            StmtKind::Run(run) => {
                let spot = self.next(from, SpotKind::Run(run.journey), span);
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

    fn wait(&mut self, wait: &'h Wait, span: Span, from: Spot) -> Option<Spot> {
        let spot = self.next(from, SpotKind::Wait(wait), span);
        let out = self.wait_from(spot, wait, span);
        // Whatever comes, comes before the first deadline.
        let most_ms = self.flow.ways[spot].iter().filter(|way| way.pauses).filter_map(|way| way.most_ms).min();
        for way in self.flow.ways[spot].iter_mut().filter(|way| way.pauses) {
            way.most_ms = most_ms;
        }
        out
    }

    fn wait_from(&mut self, spot: Spot, wait: &'h Wait, span: Span) -> Option<Spot> {
        let join = self.spot(SpotKind::Plain, span);
        self.ends_here(spot);
        match &wait.kind {
            WaitKind::Until(deadline) => self.deadline(spot, join, deadline),
            WaitKind::Without { duration, on, body } => {
                self.lasting(spot, join, duration);
                self.event(spot, on, body, spot);
            }
            WaitKind::ForEvent { on, within, result, body, otherwise } => {
                let (behind, join) = match result {
                    Some(result) => (self.acting(join, Act::Set(*result, None), span), join),
                    None => (join, join),
                };
                self.event(spot, on, body, join);
                if let Some(within) = within {
                    let late = self.spot(SpotKind::Plain, span);
                    self.lasting(spot, late, within);
                    self.leads(otherwise, late, join);
                }
                return Some(behind);
            }
            WaitKind::ForAny(arms) => {
                for arm in arms {
                    match &arm.kind {
                        WaitArmKind::On(on) => self.event(spot, on, &arm.body, join),
                        WaitArmKind::Deadline(deadline) => {
                            let start = self.spot(SpotKind::Plain, arm.span);
                            self.deadline(spot, start, deadline);
                            self.leads(&arm.body, start, join);
                        }
                        WaitArmKind::When(when) => {
                            let start = self.spot(SpotKind::Plain, arm.span);
                            let way = self.step(spot, start);
                            (way.pauses, way.most_ms) = (true, None);
                            (way.passes, way.act) = (Passes::Yes, Act::Assume(when, true));
                            self.leads(&arm.body, start, join);
                        }
                    }
                }
            }
        }
        Some(join)
    }

    /// The event comes, unless its filter can never hold.
    fn event(&mut self, from: Spot, on: &'h EventMatch, body: &'h [Stmt], join: Spot) {
        let start = self.spot(SpotKind::Plain, self.flow.spans[from]);
        let never = on.filter.as_ref().is_some_and(|filter| self.known(filter) == Value::Bool(false));
        if !never {
            let way = self.step(from, start);
            (way.pauses, way.most_ms) = (true, None);
            (way.on, way.act) = (Some(on), Act::Set(on.binder, None));
        }
        self.leads(body, start, join);
    }

    fn known(&self, expr: &Expr) -> Value {
        Known { program: self.program, fixed: &self.flow.fixed }.value(expr, &|_| Value::Unknown)
    }

    fn constant(&self, expr: &Expr) -> Option<i64> {
        match self.known(expr) {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    fn lasting(&mut self, from: Spot, to: Spot, duration: &'h Expr) {
        let length = self.constant(duration);
        let way = self.step(from, to);
        (way.pauses, way.least_ms, way.most_ms) = (true, length.unwrap_or(0).max(0), length.map(|ms| ms.max(0)));
        if length.is_some_and(|ms| ms <= 0) {
            way.passes = Passes::Yes;
        }
    }

    fn deadline(&mut self, from: Spot, to: Spot, deadline: &'h Deadline) {
        match deadline {
            Deadline::After(duration) => self.lasting(from, to, duration),
            Deadline::At(Expr { kind: ExprKind::Arith(crate::hir::ArithOp::Add, now, duration), .. })
                if matches!(now.kind, ExprKind::Now) =>
            {
                self.lasting(from, to, duration);
            }
            Deadline::Local { weekday, time, zone } => {
                let moment = self.moment(*weekday, time, zone);
                let way = self.step(from, to);
                let most_ms = if weekday.is_some() { 8 * DAY_MS } else { 2 * DAY_MS };
                (way.pauses, way.moment, way.most_ms) = (true, moment, Some(most_ms));
            }
            Deadline::At(time) => {
                let passes = if self.is_over(time) { Passes::Yes } else { Passes::No };
                let way = self.step(from, to);
                (way.pauses, way.passes, way.most_ms) = (true, passes, None);
            }
            Deadline::Within { .. } => {
                let way = self.step(from, to);
                (way.pauses, way.passes, way.most_ms) = (true, Passes::Sometimes, Some(2 * DAY_MS));
            }
        }
    }

    /// Whether an instant is over whenever it is waited for, be it from a day on: a time that is reached does not pause.
    fn is_over(&self, time: &Expr) -> bool {
        match &time.kind {
            ExprKind::Now | ExprKind::Time(_) => true,
            ExprKind::Var(var) => self.flow.fixed.get(var).is_some_and(|fixed| self.is_over(fixed)),
            ExprKind::Const(id) => self.program.consts.get(id.index()).is_some_and(|constant| self.is_over(&constant.value)),
            ExprKind::Arith(crate::hir::ArithOp::Sub, of, by) => self.is_over(of) && self.constant(by).is_some_and(|ms| ms >= 0),
            _ => false,
        }
    }

    fn moment(&self, weekday: Option<u8>, time: &'h Expr, zone: &'h Expr) -> Option<Moment<'h>> {
        let ExprKind::LocalTime(ms) = time.kind else { return None };
        let zone = match &zone.kind {
            ExprKind::Str(name) => Some(name.as_str()),
            ExprKind::Field(of, _) if matches!(of.kind, ExprKind::Profile) => None,
            _ => return None,
        };
        let days = weekday.map_or(0, |weekday| i64::from(weekday).saturating_sub(1));
        Some(Moment { at_ms: days * DAY_MS + ms, weekly: weekday.is_some(), zone })
    }

    fn fork(&mut self, written: &'h Branches, race: bool, span: Span, from: Spot) -> Spot {
        let number = self.flow.forks.len();
        let spot = self.next(from, SpotKind::Fork(number), span);
        self.flow.forks.push(Fork { spot, branches: Vec::new(), race });
        let out = self.spot(SpotKind::Plain, span);
        let around = std::mem::take(&mut self.loops);
        self.depth += 1;
        for branch in &written.branches {
            let start = self.spot(SpotKind::Plain, branch.span);
            let end = self.spot(SpotKind::BranchEnd(number), branch.span);
            self.step(spot, start).view = View::Flow;
            self.step(end, out).view = View::Flow;
            self.leads(&branch.body, start, end);
            self.flow.forks[number].branches.push((start, end));
            self.branches.push(start..self.flow.spots.len());
        }
        self.depth -= 1;
        self.loops = around;
        self.bursts(spot, out, span);
        out
    }

    /// All at the start, or all at the end; or the journey ends in its midst, by a `finish` in a branch, a goal or an exit.
    fn bursts(&mut self, spot: Spot, out: Spot, span: Span) {
        let end = self.flow.end;
        let ends = !self.journey.ends.is_empty() || self.flow.ways[spot..].iter().flatten().any(|way| way.to == end);
        for _ in 0..2 {
            let burst = self.spot(SpotKind::Burst(spot), span);
            let way = self.step(spot, burst);
            (way.view, way.most_ms) = (View::Bounds, None);
            let way = self.step(burst, out);
            (way.view, way.most_ms) = (View::Bounds, None);
            if ends {
                self.step(burst, end).view = View::Bounds;
            }
        }
    }

    /// Whatever is done, the next thing may be a fault. What branches have sent until then counts as all that they send at once.
    fn attempt(&mut self, body: &'h [Stmt], handler: &'h [Stmt], span: Span, from: Spot) -> Option<Spot> {
        let (caught, join) = (self.spot(SpotKind::Plain, span), self.spot(SpotKind::Plain, span));
        let first = self.next(from, SpotKind::Plain, span);
        self.catches.push((caught, self.depth));
        let through = self.block(body, first);
        self.catches.pop();
        for spot in first..self.flow.spots.len() {
            let in_branch = self.branches.iter().any(|branch| branch.start > first && branch.contains(&spot));
            let view = match self.flow.spots[spot] {
                SpotKind::BranchEnd(_) => continue,
                SpotKind::Burst(_) if in_branch => continue,
                SpotKind::Burst(_) => View::Bounds,
                _ if in_branch => View::Flow,
                _ => View::Both,
            };
            let way = self.step(spot, caught);
            (way.act, way.view) = (Act::Fault, view);
        }
        if let Some(last) = through {
            self.step(last, join);
        }
        let handled = self.block(handler, caught);
        if let Some(last) = handled {
            self.step(last, join);
        }
        (through.is_some() || handled.is_some()).then_some(join)
    }
}
