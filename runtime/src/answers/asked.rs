//! Arguments that a line asks for, as a call writes them: a time is the same however it is written.

use crate::wire::{json, payload};
use journey_compiler::Program;
use journey_compiler::machine::Context;
use journey_compiler::types::{FieldDef, Type, TypeId};
use serde_json::{Map, Value};

/// A value, or a part of one, that fits its type.
pub(super) fn as_called(program: &Program, ty: TypeId, wanted: Value, cx: &mut Context) -> Value {
    let types = &program.module.types;
    match (types.get(ty), wanted) {
        (Type::Optional(of), wanted) => as_called(program, of, wanted, cx),
        (Type::List(of), Value::Array(elements)) => elements.into_iter().map(|element| as_called(program, of, element, cx)).collect(),
        (Type::Map(_, of), Value::Object(entries)) => {
            entries.into_iter().map(|(key, value)| (key, as_called(program, of, value, cx))).collect()
        }
        (Type::Record(id), Value::Object(given)) => fields(program, &types.record(id).fields, given, cx),
        (Type::Enum(id), Value::Object(given)) => {
            let variants = &types.enum_def(id).variants;
            let one = |(name, value): (String, Value)| match (variants.iter().find(|variant| variant.name == name), value) {
                (Some(variant), Value::Object(given)) => {
                    let given = fields(program, &variant.fields, given, cx);
                    (name, given)
                }
                (_, value) => (name, value),
            };
            given.into_iter().map(one).collect()
        }
        (Type::Decimal | Type::Duration | Type::Time | Type::Date | Type::LocalTime, text @ Value::String(_)) => {
            scalar(program, ty, &text, cx).unwrap_or(text)
        }
        (_, wanted) => wanted,
    }
}

fn fields(program: &Program, defs: &[FieldDef], given: Map<String, Value>, cx: &mut Context) -> Value {
    let field = |(name, value): (String, Value)| match defs.iter().find(|field| field.name == name) {
        Some(field) => {
            let value = as_called(program, field.ty, value, cx);
            (name, value)
        }
        None => (name, value),
    };
    given.into_iter().map(field).collect()
}

fn scalar(program: &Program, ty: TypeId, text: &Value, cx: &mut Context) -> Option<Value> {
    let mark = cx.mark();
    let word = payload::decode_answer(program, ty, &text.to_string(), cx).ok()?;
    let mut written = String::new();
    json::value(&mut written, &program.module.types, ty, word, cx);
    cx.rewind(mark);
    serde_json::from_str(&written).ok()
}
