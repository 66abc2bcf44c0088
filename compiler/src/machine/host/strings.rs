//! Strings, and how values become text.

use super::Args;
use crate::machine::{Context, FaultKind, STEP_WORDS_MAX, text};
use crate::mir::HostOp;
use crate::types::{Type, TypeId, Types};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) fn call(op: HostOp, args: Args<'_>, cx: &mut Context, types: &Types) -> Result<u64, FaultKind> {
    if !matches!(op, HostOp::Format(_) | HostOp::Concat | HostOp::ListJoin) {
        let bytes = args.0.iter().fold(0, |bytes, &arg| bytes + cx.string_bytes(arg).len() as u64);
        cx.spend(bytes / 8)?;
    }
    let subject = cx.string(args.word(0));
    match op {
        HostOp::Format(ty) => format(types, ty, args.word(0), cx),
        HostOp::Concat => cx.concat(args.0),
        HostOp::CompareStrings => {
            let order = cx.string_bytes(args.word(0)).cmp(cx.string_bytes(args.word(1)));
            Ok((order as i64).cast_unsigned())
        }
        HostOp::StringLength => Ok(subject.chars().count() as u64),
        HostOp::StringLower => {
            let lower = subject.to_lowercase();
            cx.new_string(&lower)
        }
        HostOp::StringUpper => {
            let upper = subject.to_uppercase();
            cx.new_string(&upper)
        }
        HostOp::StringTrim => {
            let trimmed = subject.trim().to_owned();
            cx.new_string(&trimmed)
        }
        HostOp::StringContains => Ok(u64::from(subject.contains(cx.string(args.word(1))))),
        HostOp::StringStartsWith => Ok(u64::from(subject.starts_with(cx.string(args.word(1))))),
        HostOp::StringEndsWith => Ok(u64::from(subject.ends_with(cx.string(args.word(1))))),
        HostOp::StringReplace => {
            let replaced = replace(subject, cx.string(args.word(1)), cx.string(args.word(2)))?;
            cx.new_string(&replaced)
        }
        HostOp::StringSplit => split(args, cx),
        HostOp::EscapeHtml => {
            let escaped = escape_html(subject)?;
            cx.new_string(&escaped)
        }
        HostOp::ListJoin => join(args, cx),
        _ => Err(FaultKind::Internal),
    }
}

/// What stays as it is in a part of a path; all else is encoded.
const PATH_PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one part of the path of a URL.
pub(super) fn encode_path(args: Args<'_>, cx: &mut Context) -> Result<u64, FaultKind> {
    cx.spend(cx.string_bytes(args.word(0)).len() as u64 / 8)?;
    let encoded = utf8_percent_encode(cx.string(args.word(0)), PATH_PART).to_string();
    cx.new_string(&encoded)
}

/// How a printable value is shown in text.
pub(super) fn format(types: &Types, ty: TypeId, word: u64, cx: &mut Context) -> Result<u64, FaultKind> {
    let int = word.cast_signed();
    let shown = match types.get(ty) {
        Type::String | Type::Timezone => return Ok(word),
        Type::Optional(of) if word != 0 => {
            let inner = cx.some(word, types.is_reference(of));
            return format(types, of, inner, cx);
        }
        Type::Optional(_) | Type::None => "none".into(),
        Type::Bool => (word != 0).to_string(),
        Type::Int => int.to_string(),
        Type::Decimal => text::format_decimal(int),
        Type::Float => text::format_float(f64::from_bits(word)),
        Type::Duration => text::format_duration(int),
        Type::Time => text::format_time(int),
        Type::Date => text::format_date(int),
        Type::LocalTime => text::format_local_time(int),
        Type::Enum(id) => {
            let def = types.enum_def(id);
            let tag = if def.has_fields() { cx.word(word, 0) } else { word };
            let variant = usize::try_from(tag).ok().and_then(|tag| def.variants.get(tag));
            variant.map(|variant| variant.name.clone()).unwrap_or_default()
        }
        Type::Error | Type::List(_) | Type::Map(..) | Type::Record(_) => return Err(FaultKind::Internal),
    };
    cx.new_string(&shown)
}

/// Replaces every occurrence; the length is known to fit before anything is made.
fn replace(subject: &str, from: &str, to: &str) -> Result<String, FaultKind> {
    let count = subject.matches(from).count();
    let added = count.checked_mul(to.len()).ok_or(FaultKind::MemoryExhausted)?;
    if subject.len().saturating_add(added) / 8 > STEP_WORDS_MAX {
        return Err(FaultKind::MemoryExhausted);
    }
    Ok(subject.replace(from, to))
}

fn escape_html(subject: &str) -> Result<String, FaultKind> {
    let mut escaped = String::with_capacity(subject.len());
    for character in subject.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    if escaped.len() / 8 > STEP_WORDS_MAX { Err(FaultKind::MemoryExhausted) } else { Ok(escaped) }
}

fn split(args: Args<'_>, cx: &mut Context) -> Result<u64, FaultKind> {
    let subject = cx.string(args.word(0)).to_owned();
    let separator = cx.string(args.word(1)).to_owned();
    let mut parts = Vec::new();
    if separator.is_empty() {
        for character in subject.chars() {
            parts.push(cx.new_string(character.encode_utf8(&mut [0; 4]))?);
        }
    } else {
        for part in subject.split(&separator) {
            parts.push(cx.new_string(part)?);
        }
    }
    cx.new_list(&parts)
}

fn join(args: Args<'_>, cx: &mut Context) -> Result<u64, FaultKind> {
    let mut parts = Vec::new();
    for &part in cx.list(args.word(0)) {
        if !parts.is_empty() {
            parts.push(args.word(1));
        }
        parts.push(part);
    }
    cx.concat(&parts)
}
