//! A journey: its body as one graph, the frames of its pauses, and the segments between them.

use super::builder::Builder;
use super::closure::{Equality, Open, closure, next_of};
use super::sends_ahead::sends_ahead;
use super::standing::standing;
use super::stmt::Body;
use super::{Lowerer, number};
use crate::hir::{self, EndOn, EventId, InstanceKey, JourneyId, OperationId, ServiceId, VarId};
use crate::mir::liveness::{Liveness, PauseFlow};
use crate::mir::segments::{Graph, Rests, cut};
use crate::mir::shared;
use crate::mir::{Arm, BlockId, Branch, Child, Closure, Correlation, End, Enter, Fork, FrameVar, FunctionId};
use crate::mir::{Journey, Key, Local, Pause, Terminator, Undo};
use journey_grammar::Span;

/// A pause before its frame is known.
pub(super) struct Draft {
    pub identity: String,
    pub step: String,
    /// See [`Pause::takes_kept`].
    pub takes_kept: bool,
    pub arms: Vec<ArmDraft>,
    pub fork: Option<ForkDraft>,
    /// Whether the main fiber sleeps here, and not a branch or an undo block.
    pub is_main: bool,
    /// Where a fault goes on that comes while it sleeps.
    pub caught: Option<BlockId>,
    pub span: Span,
}

/// Branches before their segments are cut.
pub(super) struct ForkDraft {
    pub race: bool,
    pub branches: Vec<(String, BlockId)>,
    pub resume: BlockId,
}

/// An undo block before its segment is cut.
pub(super) struct UndoDraft {
    /// In order of their identities.
    pub kept: Vec<Local>,
    pub start: BlockId,
    pub span: Span,
}

impl Draft {
    /// Where it goes on, and the local that holds what woke it there.
    fn resumes(&self) -> Vec<(BlockId, Option<Local>)> {
        let arms = self.arms.iter().map(|arm| (arm.resume, arm.kind.payload()));
        let fork = self.fork.iter().flat_map(|fork| fork.branches.iter().map(|(_, start)| *start).chain([fork.resume]));
        arms.chain(fork.chain(self.caught).map(|block| (block, None))).collect()
    }
}

/// An arm before its segment is cut.
pub(super) struct ArmDraft {
    pub kind: ArmKind,
    /// Where the body goes on.
    pub resume: BlockId,
}

pub(super) enum ArmKind {
    Event {
        event: hir::EventId,
        payload: Local,
        filter: Option<Open>,
        correlation: Option<Equality>,
    },
    Deadline,
    /// With the function of its next instant.
    When(Open, Option<FunctionId>),
    Answer {
        service: ServiceId,
        operation: OperationId,
        answer: Option<Local>,
    },
    Unanswered {
        why: Local,
    },
    Ended {
        journey: JourneyId,
        ended: Local,
    },
}

impl ArmKind {
    /// What the resume function takes behind the frame.
    fn payload(&self) -> Option<Local> {
        match self {
            Self::Event { payload, .. } => Some(*payload),
            Self::Deadline | Self::When(..) => None,
            Self::Answer { answer, .. } => *answer,
            Self::Unanswered { why: word } | Self::Ended { ended: word, .. } => Some(*word),
        }
    }
}

/// Lowers a journey.
pub(super) fn lower<'h>(lowerer: &mut Lowerer<'h>, journey: &'h hir::Journey) -> Journey {
    let experiments = number(lowerer.module.experiments.len());
    lowerer.module.experiments.extend(journey.experiments.iter().cloned());
    let ends = ends(lowerer, journey);
    let enters = enters(lowerer, journey);
    // Who asks whether a journey begins or ends seldom needs the rest of it.
    lowerer.piece();
    let mut body = Body::new(Builder::new(lowerer), journey, experiments);
    // What the conditions of goals and exits and the entries name exists in every body.
    for var in journey.enters.iter().filter_map(|enter| Some(enter.on.event()?.binder)).chain(journey.params.iter().copied()) {
        body.b.var(var);
    }
    body.block(&journey.body);
    let completed = journey.outcomes.iter().position(|outcome| outcome == "completed").unwrap_or(0);
    body.b.statement = None;
    body.b.end(Terminator::Finish(number(completed)), journey.span);
    let key = child_key(body.b.lowerer, journey);
    let Segments { starts, standing: standing_start, pauses, undos } = segments(body, journey, &ends);
    let on_events = journey.enters.iter().filter_map(|enter| enter.on.event());
    let enters = on_events.zip(enters).zip(starts.iter().copied());
    let standing = standing_start.map(|start| standing(lowerer, journey, start)).unwrap_or_default();
    Journey {
        name: journey.name.clone(),
        title: journey.title.clone(),
        version: super::version::version(lowerer.hir, journey),
        enters: enters.map(|((on, (filter, key)), start)| Enter { event: on.event, filter, key, start }).collect(),
        standing,
        key: match journey.key {
            InstanceKey::Customer => Key::Customer,
            InstanceKey::Expr(_) => Key::Expr,
            InstanceKey::Unlimited => Key::Unlimited,
        },
        cooldown_ms: journey.cooldown_ms,
        on_change: journey.on_change,
        child: child(journey, key, &starts, &ends),
        kept: kept(&pauses),
        priority: journey.priority.clone(),
        ends: ends.into_iter().map(|(end, _)| end).collect(),
        outcomes: journey.outcomes.clone(),
        pauses,
        undos,
    }
}

/// Goals and exits, with the variables that their conditions take.
fn ends(lowerer: &mut Lowerer<'_>, journey: &hir::Journey) -> Vec<(End, Vec<VarId>)> {
    let lower = |end: &hir::End| {
        let outcome = journey.outcomes.get(end.outcome.index()).map_or("", |name| name);
        let name = format!("{}::{outcome}", journey.name);
        let (event, condition) = match &end.on {
            EndOn::Event(on) => {
                let filter = on.filter.as_ref().map(|filter| closure(lowerer, name.clone(), Some(on.binder), filter));
                (Some(on.event), filter)
            }
            EndOn::When(condition) => (None, Some(closure(lowerer, name.clone(), None, condition))),
        };
        let next = match (&end.on, &condition) {
            (EndOn::When(when), Some(open)) => next_of(lowerer, &name, open, when),
            _ => None,
        };
        let (condition, captures) = condition.map(|open| (open.function, open.captures)).unzip();
        (End { outcome: end.outcome.0, goal: end.goal, event, condition, next }, captures.unwrap_or_default())
    };
    journey.ends.iter().map(lower).collect()
}

/// Filter and key of each entry; both take the payload alone.
fn enters(lowerer: &mut Lowerer<'_>, journey: &hir::Journey) -> Vec<(Option<FunctionId>, Option<FunctionId>)> {
    let lower = |enter: &hir::Enter| {
        let on = enter.on.event()?;
        let params = [on.binder];
        let name = format!("{}::enter", journey.name);
        let filter = on.filter.as_ref().map(|filter| lowerer.closed(name.clone(), &params, filter));
        let key = match &journey.key {
            InstanceKey::Expr(key) => {
                let mut b = Builder::new(lowerer);
                let payload = b.var(on.binder);
                let text = b.shown(key);
                Some(b.finish(format!("{}::key", journey.name), true, &[payload], text, key.span))
            }
            InstanceKey::Customer | InstanceKey::Unlimited => None,
        };
        Some((filter, key))
    };
    journey.enters.iter().filter_map(lower).collect()
}

/// The key of a journey that others start, from its parameters.
fn child_key(lowerer: &mut Lowerer<'_>, journey: &hir::Journey) -> Option<FunctionId> {
    let InstanceKey::Expr(key) = &journey.key else { return None };
    journey.result?;
    let mut b = Builder::new(lowerer);
    let params: Vec<Local> = journey.params.iter().map(|&param| b.var(param)).collect();
    let text = b.shown(key);
    Some(b.finish(format!("{}::key", journey.name), true, &params, text, key.span))
}

/// How others start it.
fn child(journey: &hir::Journey, key: Option<FunctionId>, starts: &[FunctionId], ends: &[(End, Vec<VarId>)]) -> Option<Child> {
    let place = |var: &VarId| journey.params.iter().position(|param| param == var).map(number);
    Some(Child {
        params: journey.params.iter().filter_map(|param| journey.vars.get(param.index())).map(|var| var.ty).collect(),
        key,
        start: *starts.last()?,
        end_captures: ends.iter().map(|(_, captures)| captures.iter().map(place).collect()).collect(),
        result: journey.result?,
    })
}

/// The events that a `wait for` of the journey names.
fn kept(pauses: &[Pause]) -> Vec<EventId> {
    let arms = pauses.iter().filter(|pause| pause.takes_kept).flat_map(|pause| &pause.arms);
    let mut kept: Vec<EventId> = arms
        .filter_map(|arm| match arm {
            Arm::Event { event, .. } => Some(*event),
            _ => None,
        })
        .collect();
    kept.sort_unstable();
    kept.dedup();
    kept
}

/// What a journey's body is cut into.
struct Segments {
    /// The start of each entry by an event.
    starts: Vec<FunctionId>,
    /// The start without an event, where there is such an entry.
    standing: Option<FunctionId>,
    /// With their arms' segments.
    pauses: Vec<Pause>,
    undos: Vec<Undo>,
}

fn segments(mut body: Body<'_, '_>, journey: &hir::Journey, ends: &[(End, Vec<VarId>)]) -> Segments {
    let names = body.names();
    let drafts = std::mem::take(&mut body.pauses);
    let end_captures: Vec<Vec<Local>> = ends.iter().map(|(_, vars)| vars.iter().map(|&var| body.b.var(var)).collect()).collect();
    let flows: Vec<PauseFlow> = drafts.iter().map(|draft| flow(&mut body, draft, &end_captures)).collect();
    shared::split(&mut body.b.blocks);
    let live = body.b.liveness(&flows);
    let frames = frames(&mut body, &live);
    let locals: Vec<Vec<Local>> = frames.iter().map(|frame| frame.iter().map(|(_, local)| *local).collect()).collect();
    let rests = rests(&mut body, journey, &flows, &live, &locals);
    let starts = starts(&mut body, journey, &locals, &rests);
    let ahead = sends_ahead(body.b.hir, &journey.body);
    let standing = journey.enters.iter().any(|enter| enter.on.event().is_none()).then(|| {
        let graph = Graph { blocks: &body.b.blocks, frames: &locals, rests: &rests };
        let function = cut(format!("{}::start", journey.name), true, &graph, BlockId(0), &[]);
        body.b.lowerer.add(function)
    });
    let mut pauses = Vec::new();
    for (index, draft) in drafts.into_iter().enumerate() {
        let frame = frames.get(index).map(Vec::as_slice).unwrap_or_default();
        let own = locals.get(index).map(Vec::as_slice).unwrap_or_default();
        let slots = |locals: &[Local]| locals.iter().filter_map(|local| own.iter().position(|l| l == local)).map(number).collect();
        let of_end = |captures: &Vec<Local>| if draft.is_main { slots(captures) } else { Vec::new() };
        let end_captures = end_captures.iter().map(of_end).collect();
        let name = format!("{}::{}", journey.name, draft.identity);
        let arms = draft.arms.into_iter().map(|arm| {
            let payload = arm.kind.payload();
            let params: Vec<Local> = own.iter().copied().chain(payload).collect();
            let graph = Graph { blocks: &body.b.blocks, frames: &locals, rests: &rests };
            let function = cut(name.clone(), true, &graph, arm.resume, &params);
            let resume = body.b.lowerer.add(function);
            let mut captured = |open: Open| {
                let captures: Vec<Local> = open.captures.iter().map(|&var| body.b.var(var)).collect();
                Closure { function: open.function, captures: slots(&captures) }
            };
            match arm.kind {
                ArmKind::Event { event, filter, correlation, .. } => Arm::Event {
                    event,
                    filter: filter.map(&mut captured),
                    resume,
                    correlation: correlation
                        .map(|equality| Correlation { event_side: equality.event_side, frame_side: captured(equality.frame_side) }),
                },
                ArmKind::Deadline => Arm::Deadline { resume },
                ArmKind::When(open, next) => Arm::When { condition: captured(open), next, resume },
                ArmKind::Answer { service, operation, .. } => Arm::Answer { service, operation, resume },
                ArmKind::Unanswered { .. } => Arm::Unanswered { resume },
                ArmKind::Ended { journey, .. } => Arm::Ended { journey, resume },
            }
        });
        let arms = arms.collect();
        let mut segment = |start: BlockId| {
            let graph = Graph { blocks: &body.b.blocks, frames: &locals, rests: &rests };
            let function = cut(name.clone(), true, &graph, start, own);
            body.b.lowerer.add(function)
        };
        let fork = draft.fork.map(|fork| Fork {
            race: fork.race,
            branches: fork.branches.into_iter().map(|(name, start)| Branch { name, start: segment(start) }).collect(),
            resume: segment(fork.resume),
        });
        let caught = draft.caught.map(segment);
        let frame = frame.iter().map(|(var, _)| var.clone()).collect();
        let sends = ahead.contains(&draft.identity);
        pauses.push(Pause {
            identity: draft.identity,
            step: draft.step,
            takes_kept: draft.takes_kept,
            frame,
            arms,
            fork,
            caught,
            end_captures,
            sends,
            span: draft.span,
        });
    }
    let undos = std::mem::take(&mut body.undos).into_iter().map(|undo| {
        let graph = Graph { blocks: &body.b.blocks, frames: &locals, rests: &rests };
        let function = cut(format!("{}::undo", journey.name), true, &graph, undo.start, &undo.kept);
        let frame = undo.kept.iter().filter_map(|local| names.get(local).cloned()).collect();
        Undo { frame, start: body.b.lowerer.add(function), span: undo.span }
    });
    let undos = undos.collect();
    Segments { starts, standing, pauses, undos }
}

fn flow(body: &mut Body<'_, '_>, draft: &Draft, end_captures: &[Vec<Local>]) -> PauseFlow {
    // Goals and exits are asked where the main fiber sleeps.
    let reads = if draft.is_main { end_captures.concat() } else { Vec::new() };
    let mut flow = PauseFlow { resumes: draft.resumes(), reads };
    for arm in &draft.arms {
        let opens = match &arm.kind {
            ArmKind::Event { filter, correlation, .. } => [filter.as_ref(), correlation.as_ref().map(|equality| &equality.frame_side)],
            ArmKind::When(open, _) => [Some(open), None],
            ArmKind::Deadline | ArmKind::Answer { .. } | ArmKind::Unanswered { .. } | ArmKind::Ended { .. } => [None, None],
        };
        for open in opens.into_iter().flatten() {
            flow.reads.extend(open.captures.iter().map(|&var| body.b.var(var)));
        }
    }
    flow
}

/// What each pause keeps, in order of identity.
fn frames(body: &mut Body<'_, '_>, live: &Liveness) -> Vec<Vec<(FrameVar, Local)>> {
    let names = body.names();
    let frame = |set: &crate::mir::liveness::LocalSet| {
        let mut frame: Vec<(FrameVar, Local)> = set.iter().filter_map(|local| names.get(&local).map(|var| (var.clone(), local))).collect();
        frame.sort_by(|a, b| a.0.id.cmp(&b.0.id));
        frame
    };
    live.pauses.iter().map(frame).collect()
}

/// The functions that several segments share.
fn rests(body: &mut Body<'_, '_>, journey: &hir::Journey, flows: &[PauseFlow], live: &Liveness, frames: &[Vec<Local>]) -> Rests {
    let resumes = flows.iter().flat_map(|flow| flow.resumes.iter().map(|(block, _)| *block));
    let undos = body.undos.iter().map(|undo| undo.start);
    let starts: Vec<BlockId> = std::iter::once(BlockId(0)).chain(resumes).chain(undos).collect();
    let mut rests = Rests::default();
    for block in shared::rests(&mut body.b.blocks, &starts) {
        let params: Vec<Local> = live.blocks.get(block.0 as usize).map(|set| set.iter().collect()).unwrap_or_default();
        let id = body.b.lowerer.next_function();
        rests.insert(block, (id, params.clone()));
        let graph = Graph { blocks: &body.b.blocks, frames, rests: &rests };
        let function = cut(format!("{}::rest", journey.name), false, &graph, block, &params);
        body.b.lowerer.add(function);
    }
    rests
}

/// One for each entry, or the one of a journey that others start.
fn starts(body: &mut Body<'_, '_>, journey: &hir::Journey, frames: &[Vec<Local>], rests: &Rests) -> Vec<FunctionId> {
    let mut known: Vec<(VarId, FunctionId)> = Vec::new();
    for enter in &journey.enters {
        let Some(binder) = enter.on.event().map(|on| on.binder) else { continue };
        if known.iter().any(|(var, _)| *var == binder) {
            continue;
        }
        let payload = body.b.var(binder);
        let graph = Graph { blocks: &body.b.blocks, frames, rests };
        let function = cut(format!("{}::start", journey.name), true, &graph, BlockId(0), &[payload]);
        known.push((binder, body.b.lowerer.add(function)));
    }
    if journey.result.is_some() {
        let params: Vec<Local> = journey.params.iter().map(|&param| body.b.var(param)).collect();
        let graph = Graph { blocks: &body.b.blocks, frames, rests };
        let function = cut(format!("{}::start", journey.name), true, &graph, BlockId(0), &params);
        return vec![body.b.lowerer.add(function)];
    }
    let start =
        |enter: &hir::Enter| known.iter().find(|(var, _)| Some(*var) == enter.on.event().map(|on| on.binder)).map(|(_, start)| *start);
    journey.enters.iter().filter_map(start).collect()
}
