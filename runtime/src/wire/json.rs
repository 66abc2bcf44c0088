//! Values as JSON text: Decimals as exact numbers, durations as `1h30m`, times in UTC.

use journey_compiler::machine::{Context, text as show};
use journey_compiler::types::{FieldDef, RecordId, Type, TypeId, Types};
use std::fmt::Write;

/// Deeper values are written as null; the checker allows none, only a damaged frame could have one.
const DEPTH_MAX: usize = 128;

/// Writes a text with its quotes.
pub fn text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// Writes an instant, in quotes.
pub fn time(out: &mut String, ms: i64) {
    quoted(out, &show::format_time(ms));
}

/// Writes a value of the heap.
pub fn value(out: &mut String, types: &Types, ty: TypeId, word: u64, cx: &Context) {
    value_at(out, types, ty, word, cx, DEPTH_MAX);
}

/// Writes a record of the heap.
pub fn record(out: &mut String, types: &Types, record: RecordId, word: u64, cx: &Context) {
    fields(out, types, &types.record(record).fields, word, cx, DEPTH_MAX);
}

fn value_at(out: &mut String, types: &Types, ty: TypeId, word: u64, cx: &Context, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return out.push_str("null") };
    let signed = word.cast_signed();
    match types.get(ty) {
        Type::Error | Type::None => out.push_str("null"),
        Type::Bool => out.push_str(if word == 0 { "false" } else { "true" }),
        Type::Int => {
            let _ = write!(out, "{signed}");
        }
        Type::Decimal => out.push_str(&show::format_decimal(signed)),
        Type::Float => match serde_json::Number::from_f64(f64::from_bits(word)) {
            Some(number) => {
                let _ = write!(out, "{number}");
            }
            None => out.push_str("null"),
        },
        Type::String | Type::Timezone => text(out, cx.string(word)),
        Type::Duration => quoted(out, &show::format_duration(signed)),
        Type::Time => time(out, signed),
        Type::Date => quoted(out, &show::format_date(signed)),
        Type::LocalTime => quoted(out, &show::format_local_time(signed)),
        Type::Optional(_) if word == 0 => out.push_str("null"),
        Type::Optional(of) => value_at(out, types, of, cx.some(word, types.is_reference(of)), cx, depth),
        Type::List(of) => {
            out.push('[');
            for (index, &element) in cx.list(word).iter().enumerate() {
                comma(out, index);
                value_at(out, types, of, element, cx, depth);
            }
            out.push(']');
        }
        Type::Map(key, of) => {
            out.push('{');
            for (index, entry) in cx.map(word).chunks_exact(2).enumerate() {
                let &[name, element] = entry else { continue };
                comma(out, index);
                map_key(out, types, key, name, cx);
                out.push(':');
                value_at(out, types, of, element, cx, depth);
            }
            out.push('}');
        }
        Type::Record(id) => fields(out, types, &types.record(id).fields, word, cx, depth),
        Type::Enum(id) => {
            let def = types.enum_def(id);
            let tag = if def.has_fields() { cx.word(word, 0) } else { word };
            let Some(variant) = usize::try_from(tag).ok().and_then(|tag| def.variants.get(tag)) else { return out.push_str("null") };
            if variant.fields.is_empty() {
                return text(out, &variant.name);
            }
            out.push('{');
            text(out, &variant.name);
            out.push(':');
            fields(out, types, &variant.fields, word.wrapping_add(1), cx, depth);
            out.push('}');
        }
    }
}

fn fields(out: &mut String, types: &Types, fields: &[FieldDef], at: u64, cx: &Context, depth: usize) {
    out.push('{');
    for (index, field) in fields.iter().enumerate() {
        comma(out, index);
        text(out, &field.name);
        out.push(':');
        value_at(out, types, field.ty, cx.word(at, index), cx, depth);
    }
    out.push('}');
}

fn map_key(out: &mut String, types: &Types, ty: TypeId, word: u64, cx: &Context) {
    match types.get(ty) {
        Type::Int => quoted(out, &word.cast_signed().to_string()),
        _ => value(out, types, ty, word, cx),
    }
}

/// A comma before every element but the first.
pub fn comma(out: &mut String, index: usize) {
    if index > 0 {
        out.push(',');
    }
}

/// Writes what needs no escapes, in quotes.
fn quoted(out: &mut String, plain: &str) {
    out.push('"');
    out.push_str(plain);
    out.push('"');
}
