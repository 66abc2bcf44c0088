//! Which locals an instruction reads and sets.

use super::{Local, Op, Terminator};

/// What an instruction does to a local.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Read,
    Set,
}

impl Op {
    /// Shows each local to `f`: first those that are read, then the one that is set.
    pub(crate) fn each_local(&mut self, f: &mut impl FnMut(&mut Local, Role)) {
        let dst = match self {
            Self::Const { dst, .. }
            | Self::Text { dst, .. }
            | Self::Global { dst, .. }
            | Self::Input { dst, .. }
            | Self::Alloc { dst, .. } => dst,
            Self::Copy { dst, src: a }
            | Self::Not { dst, src: a }
            | Self::IntToFloat { dst, src: a }
            | Self::IntToDecimal { dst, src: a }
            | Self::Load { dst, base: a, .. }
            | Self::AllocList { dst, len: a } => {
                f(a, Role::Read);
                dst
            }
            Self::Arith { dst, a, b, .. }
            | Self::DecimalTimesInt { dst, decimal: a, int: b }
            | Self::FloatArith { dst, a, b, .. }
            | Self::Compare { dst, a, b, .. }
            | Self::FloatCompare { dst, a, b, .. }
            | Self::LoadElement { dst, list: a, index: b } => {
                f(a, Role::Read);
                f(b, Role::Read);
                dst
            }
            Self::Call { dst, args, .. } | Self::Host { dst, args, .. } => {
                args.iter_mut().for_each(|arg| f(arg, Role::Read));
                dst
            }
            Self::Store { base: a, src: b, .. } | Self::TruncateList { list: a, len: b } => {
                f(a, Role::Read);
                f(b, Role::Read);
                return;
            }
            Self::StoreElement { list, index, src } => {
                [list, index, src].into_iter().for_each(|local| f(local, Role::Read));
                return;
            }
            Self::Effect { args, .. } => {
                args.iter_mut().for_each(|arg| f(arg, Role::Read));
                return;
            }
            Self::Turns { count } => {
                f(count, Role::Read);
                return;
            }
            Self::Turn => return,
        };
        f(dst, Role::Set);
    }
}

impl Terminator {
    /// Shows each local that is read to `f`.
    pub(crate) fn each_local(&mut self, f: &mut impl FnMut(&mut Local, Role)) {
        match self {
            Self::Branch { cond: local, .. } | Self::Switch { value: local, .. } | Self::Return(local) | Self::Fail(local) => {
                f(local, Role::Read);
            }
            Self::Suspend { frame, deadlines, .. } => {
                frame.iter_mut().chain(deadlines).for_each(|local| f(local, Role::Read));
            }
            Self::Continue { args, .. } => args.iter_mut().for_each(|arg| f(arg, Role::Read)),
            Self::Goto(_) | Self::Finish(_) | Self::Unreachable => {}
        }
    }

    /// Shows each block that may come next to `f`.
    pub(crate) fn each_target(&mut self, f: &mut impl FnMut(&mut super::BlockId)) {
        match self {
            Self::Goto(to) => f(to),
            Self::Branch { then, otherwise, .. } => {
                f(then);
                f(otherwise);
            }
            Self::Switch { cases, default, .. } => {
                cases.iter_mut().for_each(|(_, to)| f(to));
                f(default);
            }
            Self::Return(_) | Self::Suspend { .. } | Self::Finish(_) | Self::Fail(_) | Self::Continue { .. } | Self::Unreachable => {}
        }
    }
}
