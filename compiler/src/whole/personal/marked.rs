//! What types say of themselves: which hold a field that is marked `@pii`, at any depth.

use super::taint::{Part, Taint};
use super::trail::Trail;
use crate::hir::Program;
use crate::types::{EnumId, FieldDef, RecordId, Type, TypeId, Types};

/// For each record and enum, a marked field that it holds.
#[derive(Debug)]
pub(super) struct Marked {
    records: Vec<Option<Trail>>,
    enums: Vec<Option<Trail>>,
}

impl Marked {
    pub fn of(program: &Program) -> Self {
        let types = &program.types;
        let mut marked = Self { records: vec![None; types.records.len()], enums: vec![None; types.enums.len()] };
        while marked.spread(types) {}
        marked
    }

    /// From fields to what holds them; whether there was anything new.
    fn spread(&mut self, types: &Types) -> bool {
        let mut changed = false;
        for (at, record) in types.records.iter().enumerate().filter(|(at, _)| self.records[*at].is_none()).collect::<Vec<_>>() {
            self.records[at] = record.fields.iter().find_map(|field| self.field(types, field));
            changed |= self.records[at].is_some();
        }
        for (at, def) in types.enums.iter().enumerate().filter(|(at, _)| self.enums[*at].is_none()).collect::<Vec<_>>() {
            self.enums[at] = def.variants.iter().flat_map(|variant| &variant.fields).find_map(|field| self.field(types, field));
            changed |= self.enums[at].is_some();
        }
        changed
    }

    fn field(&self, types: &Types, field: &FieldDef) -> Option<Trail> {
        if field.pii { Some(Trail::at(field.span, &field.name)) } else { self.ty(types, field.ty) }
    }

    /// Whether nothing in the program is marked.
    pub fn is_empty(&self) -> bool {
        self.records.iter().chain(&self.enums).all(Option::is_none)
    }

    /// A marked field in a value of this type.
    pub fn ty(&self, types: &Types, ty: TypeId) -> Option<Trail> {
        match types.get(ty) {
            Type::Optional(of) | Type::List(of) => self.ty(types, of),
            Type::Map(key, value) => self.ty(types, key).or_else(|| self.ty(types, value)),
            Type::Record(RecordId(at)) => self.records.get(at as usize)?.clone(),
            Type::Enum(EnumId(at)) => self.enums.get(at as usize)?.clone(),
            _ => None,
        }
    }
}

/// The field of a record or variant that a part is, in what a type is made of.
pub(super) fn part_of(types: &Types, ty: TypeId, part: Part) -> Option<&FieldDef> {
    match types.get(ty) {
        Type::Optional(of) | Type::List(of) | Type::Map(_, of) => part_of(types, of, part),
        Type::Record(id) => types.record(id).fields.get(part.field),
        Type::Enum(id) => types.enum_def(id).variants.get(part.variant)?.fields.get(part.field),
        _ => None,
    }
}

/// What is personal in a value outside the fields of its type that are marked.
pub(super) fn unmarked<'t>(types: &Types, taint: &'t Taint, ty: TypeId) -> Option<&'t Trail> {
    taint.whole().or_else(|| {
        taint.parts().find_map(|(part, taint)| match part_of(types, ty, part) {
            Some(field) if field.pii => None,
            Some(field) => unmarked(types, taint, field.ty),
            None => taint.any(),
        })
    })
}
