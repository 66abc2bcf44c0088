//! The profile as it sleeps: those fields that are not at their defaults, each with its index and length.
//!
//! A schema numbers the fields. When a program changes its profile, fields of the same name and type keep their values.

use journey_compiler::Program;
use journey_compiler::machine::codec::{self, CodecError};
use journey_compiler::machine::{Context, FaultKind};
use journey_compiler::mir::GlobalId;
use journey_compiler::types::{FieldDef, Type, TypeId, Types};

/// Names and types of the fields of a profile, in order; types by their structure.
pub type Schema = Vec<(String, String)>;

/// All schemas that a store has seen, and how to read them.
#[derive(Debug)]
pub struct Profiles {
    table: Vec<Schema>,
    /// The program's schema.
    current: u32,
    /// Words of the fields' defaults: constants of the program.
    defaults: Vec<u64>,
    /// For each schema, which field of the program each of its fields is.
    fields: Vec<Vec<Option<usize>>>,
}

impl Profiles {
    pub(super) fn new(program: &Program, known: &[Schema]) -> Self {
        let types = &program.module.types;
        let defs = defs(program);
        let schema: Schema = defs.iter().map(|field| (field.name.clone(), structure(types, field.ty, 8))).collect();
        let mut table = known.to_vec();
        let current = table.iter().position(|known| *known == schema).unwrap_or_else(|| {
            table.push(schema.clone());
            table.len() - 1
        });
        let fields = |old: &Schema| old.iter().map(|field| schema.iter().position(|new| new == field)).collect();
        Self {
            fields: table.iter().map(fields).collect(),
            current: u32::try_from(current).unwrap_or(u32::MAX),
            defaults: defs.iter().map(|field| field.default.map_or(0, |id| program.global(GlobalId(id.0)))).collect(),
            table,
        }
    }

    /// The schemas, by number.
    #[must_use]
    pub fn table(&self) -> &[Schema] {
        &self.table
    }

    pub(super) fn current(&self) -> u32 {
        self.current
    }

    /// Reads a profile into the heap.
    pub(super) fn decode(&self, program: &Program, schema: u32, mut bytes: &[u8], cx: &mut Context) -> Result<u64, CodecError> {
        let reference = cx.new_record(&self.defaults)?;
        let map = self.fields.get(schema as usize).ok_or(CodecError::Invalid)?;
        let defs = defs(program);
        while !bytes.is_empty() {
            let index = usize::try_from(codec::take(&mut bytes)?).map_err(|_| CodecError::Invalid)?;
            let len = usize::try_from(codec::take(&mut bytes)?).map_err(|_| CodecError::Invalid)?;
            let (mut value, rest) = bytes.split_at_checked(len).ok_or(CodecError::Truncated)?;
            bytes = rest;
            let Some(field) = map.get(index).copied().flatten() else { continue };
            let Some(def) = defs.get(field) else { continue };
            let word = codec::decode(&program.module.types, def.ty, &mut value, cx)?;
            cx.set_word(reference, field, word);
        }
        Ok(reference)
    }

    /// Writes the profile that stands in the heap; `scratch` is room for one field.
    pub(super) fn encode(
        &self,
        program: &Program,
        cx: &Context,
        reference: u64,
        scratch: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        for (index, (def, &default)) in defs(program).iter().zip(&self.defaults).enumerate() {
            let word = cx.word(reference, index);
            if word == default {
                continue;
            }
            scratch.clear();
            codec::encode(&program.module.types, def.ty, word, cx, scratch)?;
            codec::put(out, index as u64);
            codec::put(out, scratch.len() as u64);
            out.extend_from_slice(scratch);
        }
        Ok(())
    }

    /// A profile at its defaults.
    pub(super) fn fresh(&self, cx: &mut Context) -> Result<u64, FaultKind> {
        cx.new_record(&self.defaults)
    }
}

fn defs(program: &Program) -> &[FieldDef] {
    let module = &program.module;
    module.profile.as_ref().map_or(&[][..], |profile| &module.types.record(profile.record).fields)
}

/// A type by its structure, names and all, so that a changed one is another.
fn structure(types: &Types, ty: TypeId, depth: usize) -> String {
    let Some(depth) = depth.checked_sub(1) else { return types.name(ty) };
    let fields = |fields: &[FieldDef]| -> String {
        fields.iter().map(|field| format!("{}: {}, ", field.name, structure(types, field.ty, depth))).collect()
    };
    match types.get(ty) {
        Type::Optional(of) => format!("{}?", structure(types, of, depth)),
        Type::List(of) => format!("List<{}>", structure(types, of, depth)),
        Type::Map(key, value) => format!("Map<{}, {}>", structure(types, key, depth), structure(types, value, depth)),
        Type::Record(id) => format!("{{ {}}}", fields(&types.record(id).fields)),
        Type::Enum(id) => {
            let variant = |variant: &journey_compiler::types::VariantDef| format!("{} {{ {}}}, ", variant.name, fields(&variant.fields));
            format!("enum {{ {}}}", types.enum_def(id).variants.iter().map(variant).collect::<String>())
        }
        _ => types.name(ty),
    }
}
