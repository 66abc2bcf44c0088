//! Branches that run side by side, children, and blocks that catch what fails in them.

use super::Builder;
use crate::hir::{Branches, Expr, InstanceKey, JourneyId, Stmt, VarId};
use crate::whole::flow::{Act, Fork, Spot, SpotKind, View};
use journey_grammar::Span;

impl<'h> Builder<'h> {
    pub(super) fn fork(&mut self, written: &'h Branches, race: bool, span: Span, from: Spot) -> Spot {
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

    /// Notes where the child has one key, whatever has happened until then.
    pub(super) fn note_key(&mut self, spot: Spot, child: JourneyId, args: &'h [Expr]) {
        let Some(declared) = self.program.journeys.get(child.index()) else { return };
        let one = match &declared.key {
            InstanceKey::Customer => true,
            InstanceKey::Unlimited => false,
            InstanceKey::Expr(key) => {
                let given = |var: VarId| declared.params.iter().position(|param| *param == var).and_then(|at| args.get(at));
                self.stays(key, &|builder, var| given(var).is_some_and(|arg| builder.stays_here(arg)))
            }
        };
        if one {
            self.flow.one_key.insert(spot);
        }
    }

    /// All at the start, or all at the end; or the journey ends in its midst, by a `finish` in a branch, a goal or an exit.
    pub(super) fn bursts(&mut self, spot: Spot, out: Spot, span: Span) {
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

    /// Whether what stands at a spot may fault once it is begun, or what comes next before it has done anything.
    fn may_fail(&self, spot: Spot) -> bool {
        let works = |spot: Spot| {
            !matches!(self.flow.spots[spot], SpotKind::Plain | SpotKind::Write(..) | SpotKind::Loop(_) | SpotKind::BranchEnd(_))
        };
        let rests = works(spot)
            && !matches!(self.flow.spots[spot], SpotKind::Send(_) | SpotKind::Emit(..) | SpotKind::Broadcast(..) | SpotKind::Start(_));
        rests || self.flow.ways[spot].iter().any(|way| works(way.to) || way.act.may_fault())
    }

    /// Whatever is done, the next thing may be a fault, unless nothing in it can fail. What branches have sent until then counts as all that they send at once.
    pub(super) fn attempt(&mut self, body: &'h [Stmt], handler: &'h [Stmt], span: Span, from: Spot) -> Option<Spot> {
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
            if self.may_fail(spot) {
                let way = self.step(spot, caught);
                (way.act, way.view) = (Act::Fault, view);
            }
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
