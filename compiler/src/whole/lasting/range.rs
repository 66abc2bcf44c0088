//! Ranges of whole numbers: of an Int, of milliseconds, or of a time as milliseconds from now on.

use crate::hir::CompareOp;

/// From the least to the most that a number can be; where it has no least or no most, the ends of `i64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub least: i64,
    pub most: i64,
}

impl Range {
    pub const ANY: Self = Self { least: i64::MIN, most: i64::MAX };
    /// Of what is never there: `none`.
    pub const NONE: Self = Self { least: i64::MAX, most: i64::MIN };

    pub fn of(value: i64) -> Self {
        Self { least: value, most: value }
    }

    pub fn between(least: i64, most: i64) -> Self {
        Self { least, most }
    }

    pub fn is_none(self) -> bool {
        self.least > self.most
    }

    /// What is in either.
    pub fn or(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// What is in both.
    pub fn and(self, other: Self) -> Self {
        Self { least: self.least.max(other.least), most: self.most.min(other.most) }
    }

    pub fn plus(self, other: Self) -> Self {
        self.by(other, |a, b| Self { least: low(a.least, b.least, i64::saturating_add), most: high(a.most, b.most, i64::saturating_add) })
    }

    pub fn negated(self) -> Self {
        let end = |of: i64| if of == i64::MAX { i64::MIN } else { of.saturating_neg() };
        self.by(self, |of, _| Self { least: end(of.most), most: end(of.least) })
    }

    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    pub fn times(self, other: Self) -> Self {
        self.ends(other, i64::saturating_mul)
    }

    /// Toward zero; by a number that is positive.
    pub fn divided(self, by: Self) -> Self {
        if by.least < 1 && !by.is_none() { Self::ANY } else { self.ends(by, |a, b| if b == i64::MAX { 0 } else { a / b.max(1) }) }
    }

    pub fn abs(self) -> Self {
        if self.least >= 0 { self } else { self.by(self.negated(), |a, b| Self { least: 0, most: a.most.max(b.most) }) }
    }

    pub fn lower_of(self, other: Self) -> Self {
        self.by(other, |a, b| Self { least: a.least.min(b.least), most: a.most.min(b.most) })
    }

    pub fn higher_of(self, other: Self) -> Self {
        self.by(other, |a, b| Self { least: a.least.max(b.least), most: a.most.max(b.most) })
    }

    /// Those that stand so to some number of the other.
    pub fn that(self, op: CompareOp, other: Self) -> Self {
        let below = |most: i64| Self { least: i64::MIN, most };
        let above = |least: i64| Self { least, most: i64::MAX };
        if self.is_none() || other.is_none() {
            return self;
        }
        self.and(match op {
            CompareOp::Eq => other,
            CompareOp::Ne => Self::ANY,
            CompareOp::Lt if other.most == i64::MAX => Self::ANY,
            CompareOp::Lt => below(other.most.saturating_sub(1)),
            CompareOp::Le => below(other.most),
            CompareOp::Gt if other.least == i64::MIN => Self::ANY,
            CompareOp::Gt => above(other.least.saturating_add(1)),
            CompareOp::Ge => above(other.least),
        })
    }

    /// This one made so wide, where it has grown to another, that it soon grows no more.
    pub fn widened(self, grown: Self) -> Self {
        let least = match grown.least {
            least if least >= self.least => self.least,
            0.. => 0,
            _ => i64::MIN,
        };
        Self { least, most: if grown.most > self.most { i64::MAX } else { self.most } }
    }

    fn by(self, other: Self, of: impl FnOnce(Self, Self) -> Self) -> Self {
        if self.is_none() || other.is_none() { Self::NONE } else { of(self, other) }
    }

    fn ends(self, other: Self, of: impl Fn(i64, i64) -> i64) -> Self {
        self.by(other, |a, b| {
            let all = [of(a.least, b.least), of(a.least, b.most), of(a.most, b.least), of(a.most, b.most)];
            all.into_iter().fold(Self::NONE, |range, end| range.or(Self::of(end)))
        })
    }
}

/// What has no end keeps none.
fn low(a: i64, b: i64, of: fn(i64, i64) -> i64) -> i64 {
    if a == i64::MIN || b == i64::MIN { i64::MIN } else { of(a, b) }
}

fn high(a: i64, b: i64, of: fn(i64, i64) -> i64) -> i64 {
    if a == i64::MAX || b == i64::MAX { i64::MAX } else { of(a, b) }
}
