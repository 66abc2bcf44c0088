//! Ways into a journey that no event opens.

use super::Lowerer;
use super::builder::Builder;
use super::version::meaning;
use crate::hir::{self, EnterOn, InstanceKey};
use crate::mir::{FunctionId, Standing, StandingOn};

/// The ways into a journey beside events; `start` is where such an instance begins.
pub(super) fn standing(lowerer: &mut Lowerer<'_>, journey: &hir::Journey, start: FunctionId) -> Vec<Standing> {
    let mut lower = |enter: &hir::Enter| {
        let (on, segment) = match enter.on {
            EnterOn::Event(_) => return None,
            EnterOn::Segment { segment, including_present } => (StandingOn::Segment { segment, including_present }, Some(segment)),
            EnterOn::Every { schedule, segment } => (StandingOn::Every { schedule, segment }, segment),
        };
        let key = match &journey.key {
            InstanceKey::Expr(key) => {
                let mut b = Builder::new(lowerer);
                let text = b.shown(key);
                Some(b.finish(format!("{}::key", journey.name), true, &[], text, key.span))
            }
            InstanceKey::Customer | InstanceKey::Unlimited => None,
        };
        let meaning = meaning(lowerer.hir, |told| {
            told.word(&journey.name);
            match &enter.on {
                EnterOn::Every { schedule, .. } => told.word(&format!("{schedule:?}")),
                EnterOn::Event(_) | EnterOn::Segment { .. } => segment.into_iter().for_each(|segment| told.segment(segment)),
            }
        });
        Some(Standing { on, meaning, key, start })
    };
    journey.enters.iter().filter_map(&mut lower).collect()
}
