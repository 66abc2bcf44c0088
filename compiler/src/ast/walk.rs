//! What stands directly inside a statement.

use super::{Stmt, StmtKind as S, Wait};

impl Stmt {
    /// The blocks directly inside, in order.
    #[must_use]
    pub fn blocks(&self) -> Vec<&[Stmt]> {
        match &self.kind {
            S::If { then, otherwise, .. } => std::iter::once(then.as_slice()).chain(otherwise.as_deref()).collect(),
            S::Match { arms, .. } => arms.iter().map(|arm| arm.body.as_slice()).collect(),
            S::For { body, .. } | S::While { body, .. } | S::Loop { body } | S::Step { body, .. } => vec![body],
            S::Experiment { variants, .. } => variants.iter().map(|variant| variant.body.as_slice()).collect(),
            S::Branches { branches, .. } => branches.iter().map(|branch| branch.body.as_slice()).collect(),
            S::Try { body, handler, .. } => vec![body, handler],
            S::Undo { body } => vec![body],
            S::Wait { wait, .. } => wait.blocks(),
            S::Let { .. } | S::Assign { .. } | S::AddAssign { .. } | S::Break | S::Continue | S::Send { .. } => Vec::new(),
            S::Call { .. } | S::Emit { .. } | S::Start { .. } | S::Run { .. } => Vec::new(),
            S::Finish(_) | S::Fail(_) | S::Unsupported { .. } | S::Error => Vec::new(),
        }
    }
}

impl Wait {
    fn blocks(&self) -> Vec<&[Stmt]> {
        match self {
            Self::For(_) | Self::Until(_) | Self::UntilLocal { .. } | Self::UntilWithin { .. } => Vec::new(),
            Self::Without { body, .. } => body.as_deref().into_iter().collect(),
            Self::ForEvent { body, otherwise, .. } => body.as_deref().into_iter().chain(otherwise.as_deref()).collect(),
            Self::ForAny(arms) => arms.iter().map(|arm| arm.body.as_slice()).collect(),
        }
    }
}
