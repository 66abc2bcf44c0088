//! What a send asks of the step that it belongs to: who goes first, and how many places are left.

use super::Args;
use crate::machine::{Context, FaultKind};
use crate::mir::{HostOp, Suppression};

pub(super) fn call(op: HostOp, args: Args<'_>, cx: &mut Context) -> Result<u64, FaultKind> {
    match op {
        HostOp::Outranked => Ok(u64::from(cx.outranked)),
        HostOp::TakePlace(channel) => Ok(u64::from(take_place(channel, cx))),
        HostOp::SendKey => {
            let key = format!("{}/{}", cx.key_prefix, cx.effects.len());
            cx.new_string(&key)
        }
        HostOp::SuppressionName => {
            let reason = Suppression::of(args.word(0)).ok_or(FaultKind::Internal)?;
            cx.new_string(reason.name())
        }
        _ => Err(FaultKind::Internal),
    }
}

fn take_place(channel: u32, cx: &mut Context) -> bool {
    let Some(left) = cx.places.get_mut(channel as usize) else { return false };
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
}
