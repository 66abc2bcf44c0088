//! Values as bytes, by their type: how frames and profiles sleep.
//!
//! Numbers are varints (signed ones in zigzag), so that small values are small; Floats are 8 bytes, little-endian;
//! Strings have their length before them; an optional has a byte 0 or 1 before it. A record is its fields, one after another (a
//! single 0 where it has none, so that every value takes at least one byte and a length never promises more
//! values than there are bytes). Bytes that no value has are refused, never read as something else.

use super::{Context, DATE_MAX_DAYS, DATE_MIN_DAYS, DAY_MS, FaultKind, TIME_MAX_MS, TIME_MIN_MS};
use crate::types::{FieldDef, Type, TypeId, Types};

/// How deeply values may nest.
pub const DEPTH_MAX: usize = 128;
/// How long an encoded value may be: shared parts are written each time that they occur, so a small heap can hold a
/// value that is very long when written out.
pub const ENCODED_BYTES_MAX: usize = 64 << 20;

/// Why bytes could not be read, or a value not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    #[error("the value ends too early")]
    Truncated,
    #[error("the bytes are not a value of this type")]
    Invalid,
    #[error("the value nests more than {DEPTH_MAX} deep")]
    TooDeep,
    #[error("the value does not fit into memory")]
    Memory,
}

impl From<FaultKind> for CodecError {
    fn from(_: FaultKind) -> Self {
        Self::Memory
    }
}

/// Appends a value to `out`.
///
/// # Errors
/// [`CodecError::TooDeep`], [`CodecError::Memory`], and [`CodecError::Invalid`] for a word that is no value of the type (of a damaged frame).
pub fn encode(types: &Types, ty: TypeId, word: u64, cx: &Context, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode_at(types, ty, word, cx, out, DEPTH_MAX)
}

/// Reads a value from the front of `bytes` into the heap of `cx`.
///
/// # Errors
/// See [`CodecError`]; `bytes` is then anywhere.
pub fn decode(types: &Types, ty: TypeId, bytes: &mut &[u8], cx: &mut Context) -> Result<u64, CodecError> {
    decode_at(types, ty, bytes, cx, DEPTH_MAX)
}

fn encode_at(types: &Types, ty: TypeId, word: u64, cx: &Context, out: &mut Vec<u8>, depth: usize) -> Result<(), CodecError> {
    let depth = depth.checked_sub(1).ok_or(CodecError::TooDeep)?;
    if out.len() > ENCODED_BYTES_MAX {
        return Err(CodecError::Memory);
    }
    match types.get(ty) {
        Type::Bool => out.push(u8::from(word != 0)),
        Type::Int | Type::Decimal | Type::Duration | Type::Time | Type::Date => put_signed(out, word.cast_signed()),
        Type::LocalTime => put(out, word),
        Type::Float => out.extend_from_slice(&word.to_le_bytes()),
        Type::String | Type::Timezone => {
            let text = cx.string_bytes(word);
            put(out, text.len() as u64);
            out.extend_from_slice(text);
        }
        Type::None => out.push(0),
        Type::Optional(of) => {
            out.push(u8::from(word != 0));
            if word != 0 {
                encode_at(types, of, cx.some(word, types.is_reference(of)), cx, out, depth)?;
            }
        }
        Type::List(of) => {
            let elements = cx.list(word);
            put(out, elements.len() as u64);
            for &element in elements {
                encode_at(types, of, element, cx, out, depth)?;
            }
        }
        Type::Map(key, value) => {
            let entries = cx.map(word);
            put(out, (entries.len() / 2) as u64);
            for (&entry, ty) in entries.iter().zip([key, value].into_iter().cycle()) {
                encode_at(types, ty, entry, cx, out, depth)?;
            }
        }
        Type::Record(id) => encode_fields(types, &types.record(id).fields, word, cx, out, depth)?,
        Type::Enum(id) => {
            let def = types.enum_def(id);
            let tag = if def.has_fields() { cx.word(word, 0) } else { word };
            let variant = usize::try_from(tag).ok().and_then(|tag| def.variants.get(tag)).ok_or(CodecError::Invalid)?;
            put(out, tag);
            if !variant.fields.is_empty() {
                encode_fields(types, &variant.fields, word.wrapping_add(1), cx, out, depth)?;
            }
        }
        Type::Error => return Err(CodecError::Invalid),
    }
    Ok(())
}

fn encode_fields(types: &Types, fields: &[FieldDef], at: u64, cx: &Context, out: &mut Vec<u8>, depth: usize) -> Result<(), CodecError> {
    if fields.is_empty() {
        out.push(0);
    }
    for (index, field) in fields.iter().enumerate() {
        encode_at(types, field.ty, cx.word(at, index), cx, out, depth)?;
    }
    Ok(())
}

fn decode_at(types: &Types, ty: TypeId, bytes: &mut &[u8], cx: &mut Context, depth: usize) -> Result<u64, CodecError> {
    let depth = depth.checked_sub(1).ok_or(CodecError::TooDeep)?;
    match types.get(ty) {
        Type::Bool => flag(bytes).map(u64::from),
        Type::Int | Type::Decimal | Type::Duration => signed(bytes, i64::MIN..=i64::MAX),
        Type::Time => signed(bytes, TIME_MIN_MS..=TIME_MAX_MS),
        Type::Date => signed(bytes, DATE_MIN_DAYS..=DATE_MAX_DAYS),
        Type::LocalTime => number(bytes, DAY_MS.cast_unsigned()),
        Type::Float => {
            let (value, rest) = bytes.split_first_chunk::<8>().ok_or(CodecError::Truncated)?;
            *bytes = rest;
            Ok(u64::from_le_bytes(*value))
        }
        Type::String | Type::Timezone => {
            let len = usize::try_from(take(bytes)?).map_err(|_| CodecError::Invalid)?;
            let (text, rest) = bytes.split_at_checked(len).ok_or(CodecError::Truncated)?;
            *bytes = rest;
            Ok(cx.new_string(std::str::from_utf8(text).map_err(|_| CodecError::Invalid)?)?)
        }
        Type::None => {
            if flag(bytes)? {
                Err(CodecError::Invalid)
            } else {
                Ok(0)
            }
        }
        Type::Optional(of) => {
            if !flag(bytes)? {
                return Ok(0);
            }
            let word = decode_at(types, of, bytes, cx, depth)?;
            Ok(cx.new_some(word, types.is_reference(of))?)
        }
        Type::List(of) => decode_many(types, [of].into_iter().cycle(), 1, bytes, cx, depth),
        Type::Map(key, value) => decode_many(types, [key, value].into_iter().cycle(), 2, bytes, cx, depth),
        Type::Record(id) => {
            let fields = &types.record(id).fields;
            if fields.is_empty() {
                number(bytes, 1)?;
            }
            let reference = cx.alloc(fields.len().max(1))?;
            decode_fields(types, fields, reference, bytes, cx, depth)?;
            Ok(reference)
        }
        Type::Enum(id) => {
            let def = types.enum_def(id);
            let tag = number(bytes, def.variants.len() as u64)?;
            if !def.has_fields() {
                return Ok(tag);
            }
            let fields = usize::try_from(tag).ok().and_then(|tag| def.variants.get(tag)).map_or(&[][..], |v| &v.fields);
            let reference = cx.alloc(fields.len() + 1)?;
            cx.set_word(reference, 0, tag);
            decode_fields(types, fields, reference + 1, bytes, cx, depth)?;
            Ok(reference)
        }
        Type::Error => Err(CodecError::Invalid),
    }
}

/// A length, then that many times as many values as `arity` says.
fn decode_many(
    types: &Types,
    tys: impl Iterator<Item = TypeId>,
    arity: usize,
    bytes: &mut &[u8],
    cx: &mut Context,
    depth: usize,
) -> Result<u64, CodecError> {
    let len = usize::try_from(take(bytes)?).map_err(|_| CodecError::Invalid)?;
    let count = len.checked_mul(arity).filter(|&count| count <= bytes.len()).ok_or(CodecError::Truncated)?;
    let reference = cx.alloc(count + 1)?;
    cx.set_word(reference, 0, len as u64);
    for (index, ty) in (1..=count).zip(tys) {
        let word = decode_at(types, ty, bytes, cx, depth)?;
        cx.set_word(reference, index, word);
    }
    Ok(reference)
}

fn decode_fields(types: &Types, fields: &[FieldDef], at: u64, bytes: &mut &[u8], cx: &mut Context, depth: usize) -> Result<(), CodecError> {
    for (index, field) in fields.iter().enumerate() {
        let word = decode_at(types, field.ty, bytes, cx, depth)?;
        cx.set_word(at, index, word);
    }
    Ok(())
}

/// Appends a number, seven bits a byte, the lowest first.
pub fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Appends a signed number; those near 0 are short.
pub fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Takes a number off the front; only the shortest form of it is one.
///
/// # Errors
/// [`CodecError::Truncated`], [`CodecError::Invalid`].
pub fn take(bytes: &mut &[u8]) -> Result<u64, CodecError> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(CodecError::Truncated)?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if (shift == 63 && byte > 1) || (shift > 0 && byte == 0) {
            return Err(CodecError::Invalid);
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(CodecError::Invalid)
}

/// Takes a signed number off the front.
///
/// # Errors
/// [`CodecError::Truncated`], [`CodecError::Invalid`].
pub fn take_signed(bytes: &mut &[u8]) -> Result<i64, CodecError> {
    let value = take(bytes)?;
    Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
}

fn signed(bytes: &mut &[u8], range: std::ops::RangeInclusive<i64>) -> Result<u64, CodecError> {
    let value = take_signed(bytes)?;
    if range.contains(&value) { Ok(value.cast_unsigned()) } else { Err(CodecError::Invalid) }
}

/// A number below `bound`.
fn number(bytes: &mut &[u8], bound: u64) -> Result<u64, CodecError> {
    let value = take(bytes)?;
    if value < bound { Ok(value) } else { Err(CodecError::Invalid) }
}

fn flag(bytes: &mut &[u8]) -> Result<bool, CodecError> {
    number(bytes, 2).map(|value| value == 1)
}
