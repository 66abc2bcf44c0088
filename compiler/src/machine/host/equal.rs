//! Deep equality, and the order of keys.

use crate::machine::{Context, FaultKind};
use crate::types::{FieldDef, Type, TypeId, Types};
use std::cmp::Ordering;

/// How deeply values are compared.
const DEPTH_MAX: usize = 256;
/// Whether two values of a type are the same; Floats by IEEE 754.
///
/// # Errors
/// [`FaultKind::BudgetExhausted`] where there is too much to compare: shared parts are looked at each time that they
/// occur, so a small heap can hold values that take for ever.
pub(super) fn equal(types: &Types, ty: TypeId, a: u64, b: u64, cx: &mut Context) -> Result<bool, FaultKind> {
    let mut comparison = Comparison { types, cx, work: cx.work };
    let answer = comparison.equal(ty, a, b, DEPTH_MAX);
    cx.work = comparison.work;
    answer
}

struct Comparison<'a> {
    types: &'a Types,
    cx: &'a Context,
    work: u64,
}

impl Comparison<'_> {
    fn equal(&mut self, ty: TypeId, a: u64, b: u64, depth: usize) -> Result<bool, FaultKind> {
        let depth = depth.checked_sub(1).ok_or(FaultKind::BudgetExhausted)?;
        self.spend(1)?;
        let cx = self.cx;
        Ok(match self.types.get(ty) {
            Type::Float => f64::from_bits(a) == f64::from_bits(b),
            Type::String | Type::Timezone => {
                let (a, b) = (cx.string_bytes(a), cx.string_bytes(b));
                if a.len() == b.len() {
                    self.spend(a.len() as u64 / 8)?;
                }
                a == b
            }
            Type::Optional(of) => {
                let reference = self.types.is_reference(of);
                match (a, b) {
                    (0, 0) => true,
                    (0, _) | (_, 0) => false,
                    _ => self.equal(of, cx.some(a, reference), cx.some(b, reference), depth)?,
                }
            }
            Type::List(of) => self.all([of].into_iter().cycle(), cx.list(a), cx.list(b), depth)?,
            // Maps keep their order, and it belongs to the value.
            Type::Map(key, value) => self.all([key, value].into_iter().cycle(), cx.map(a), cx.map(b), depth)?,
            Type::Record(id) => self.fields(&self.types.record(id).fields, a, b, depth)?,
            Type::Enum(id) if self.types.enum_def(id).has_fields() => {
                let tag = cx.word(a, 0);
                let variant = usize::try_from(tag).ok().and_then(|tag| self.types.enum_def(id).variants.get(tag));
                let fields = variant.map_or(&[][..], |variant| &variant.fields);
                tag == cx.word(b, 0) && self.fields(fields, a.wrapping_add(1), b.wrapping_add(1), depth)?
            }
            _ => a == b,
        })
    }

    fn spend(&mut self, work: u64) -> Result<(), FaultKind> {
        self.work = self.work.checked_sub(work).ok_or(FaultKind::BudgetExhausted)?;
        Ok(())
    }

    fn fields(&mut self, fields: &[FieldDef], a: u64, b: u64, depth: usize) -> Result<bool, FaultKind> {
        let (a, b) = (self.cx.words(a, fields.len()), self.cx.words(b, fields.len()));
        self.all(fields.iter().map(|field| field.ty), a, b, depth)
    }

    fn all(&mut self, tys: impl Iterator<Item = TypeId>, a: &[u64], b: &[u64], depth: usize) -> Result<bool, FaultKind> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (ty, (&a, &b)) in tys.zip(a.iter().zip(b)) {
            if !self.equal(ty, a, b, depth)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The order of two values of a type that has one; NaN stands behind all other Floats.
pub(super) fn order(types: &Types, ty: TypeId, a: u64, b: u64, cx: &Context) -> Ordering {
    match types.get(ty) {
        Type::Float => {
            let (a, b) = (f64::from_bits(a), f64::from_bits(b));
            a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
        }
        Type::String | Type::Timezone => cx.string_bytes(a).cmp(cx.string_bytes(b)),
        _ => a.cast_signed().cmp(&b.cast_signed()),
    }
}
