//! A payload's JSON straight into the heap of a step, directed by its schema.

mod visit;

use super::envelope::{describe, plain, shorten, unquote};
use super::{Reason, scalar, scalar::NumberError};
use journey_compiler::Program;
use journey_compiler::check::nearest;
use journey_compiler::machine::{Context, FaultKind, civil};
use journey_compiler::mir::GlobalId;
use journey_compiler::types::{EnumId, FieldDef, RecordId, Type, TypeId, Types};
use serde::Deserializer;
use serde::de::DeserializeSeed;
use std::fmt::Write;
use visit::ObjectVisitor;

/// Reads a payload of a record type into the heap.
///
/// # Errors
/// The field that does not fit, and what was expected there.
pub fn decode(program: &Program, record: RecordId, data: &str, cx: &mut Context) -> Result<u64, Reason> {
    let types = &program.module.types;
    let fields = &types.record(record).fields;
    let mut decoder = Decoder::new(program, cx);
    let start = decoder.open_slots(fields.len());
    decoder.object(data, fields)?;
    decoder.close(start, fields).map_err(|()| decoder.reason(None))
}

/// Reads those fields of a record that are given: index and word of each.
///
/// # Errors
/// As [`decode`].
pub fn decode_given(program: &Program, record: RecordId, data: &str, cx: &mut Context) -> Result<Vec<(usize, u64)>, Reason> {
    let fields = &program.module.types.record(record).fields;
    let mut decoder = Decoder::new(program, cx);
    let start = decoder.open_slots(fields.len());
    decoder.object(data, fields)?;
    let slots = decoder.slots.get(start..).unwrap_or_default();
    Ok(slots.iter().enumerate().filter_map(|(index, slot)| slot.map(|word| (index, word))).collect())
}

/// Reads a value of any type, such as the answer of a call, into the heap.
///
/// # Errors
/// As [`decode`]; paths begin with `answer`.
pub fn decode_answer(program: &Program, ty: TypeId, data: &str, cx: &mut Context) -> Result<u64, Reason> {
    let mut decoder = Decoder { root: "answer", ..Decoder::new(program, cx) };
    let mut json = serde_json::Deserializer::from_str(data);
    let read = visit::Value { decoder: &mut decoder, ty }.deserialize(&mut json);
    read.and_then(|word| json.end().map(|()| word)).map_err(|error| decoder.reason(Some(&error)))
}

/// Whether what was written down as the answer of a call fits; unlike those that come, it gives no field that isn't declared.
///
/// # Errors
/// As [`decode_answer`].
pub fn check_answer(program: &Program, ty: TypeId, data: &str, cx: &mut Context) -> Result<(), Reason> {
    Decoder { root: "answer", strictness: Strictness::Declared, ..Decoder::new(program, cx) }.value(ty, data)
}

/// Whether what was written down as a part of an argument can be found in one: its fields may be left out.
///
/// # Errors
/// As [`decode`]; paths begin with `args`.
pub fn check_arg(program: &Program, (name, ty): (&str, TypeId), data: &str, cx: &mut Context) -> Result<(), Reason> {
    let mut decoder = Decoder { root: "args", strictness: Strictness::Part, ..Decoder::new(program, cx) };
    decoder.path.push(Part::Field(name));
    decoder.value(ty, data)
}

/// What is made of fields that aren't declared, and of those that aren't given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// What comes from outside may have more fields.
    Open,
    Declared,
    /// It may have fewer, too.
    Part,
}

/// A step of a path into the payload.
#[derive(Clone, Copy)]
enum Part<'p> {
    Field(&'p str),
    Index(usize),
}

struct Decoder<'p, 'c> {
    program: &'p Program,
    types: &'p Types,
    cx: &'c mut Context,
    /// What paths begin with.
    root: &'static str,
    strictness: Strictness,
    path: Vec<Part<'p>>,
    /// Words of the records and lists that are being read, innermost last; `None` is a field not seen.
    slots: Vec<Option<u64>>,
    /// Why it does not fit, once that is known.
    failure: Option<Reason>,
}

impl<'p, 'c> Decoder<'p, 'c> {
    fn new(program: &'p Program, cx: &'c mut Context) -> Self {
        Self {
            program,
            types: &program.module.types,
            cx,
            root: "data",
            strictness: Strictness::Open,
            path: Vec::new(),
            slots: Vec::new(),
            failure: None,
        }
    }

    /// Reads a value that nobody keeps.
    fn value(&mut self, ty: TypeId, data: &str) -> Result<(), Reason> {
        let mark = self.cx.mark();
        let mut json = serde_json::Deserializer::from_str(data);
        let read = visit::Value { decoder: self, ty }.deserialize(&mut json);
        self.cx.rewind(mark);
        read.map(drop).map_err(|error| self.reason(Some(&error)))
    }

    /// A field that isn't declared; whether it may be passed over.
    fn undeclared(&mut self, name: &str, fields: &[FieldDef]) -> bool {
        if self.strictness == Strictness::Open {
            return true;
        }
        let known = fields.iter().map(|field| field.name.as_str());
        let why = match (nearest(name, known.clone()), fields.len()) {
            (Some(better), _) => format!("did you mean `{better}`?"),
            (None, 0) => String::from("it has none"),
            (None, _) => format!("it has {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
        };
        self.fail(format!("there is no field `{}`; {why}", shorten(name)));
        false
    }

    fn open_slots(&mut self, count: usize) -> usize {
        let start = self.slots.len();
        self.slots.resize(start + count, None);
        start
    }

    /// Reads an object's fields into the slots at the end.
    fn object(&mut self, data: &str, fields: &'p [FieldDef]) -> Result<(), Reason> {
        let mut json = serde_json::Deserializer::from_str(data);
        let start = self.slots.len() - fields.len();
        let result = json.deserialize_any(ObjectVisitor { decoder: self, fields, start });
        result.map_err(|error| self.reason(Some(&error)))
    }

    fn reason(&mut self, error: Option<&serde_json::Error>) -> Reason {
        let path = self.path_text();
        self.failure.take().unwrap_or_else(|| Reason::at(path, error.map_or_else(|| "does not fit".into(), plain)))
    }

    fn path_text(&self) -> String {
        let mut text = String::from(self.root);
        for part in &self.path {
            let _ = match part {
                Part::Field(name) => write!(text, ".{name}"),
                Part::Index(index) => write!(text, "[{index}]"),
            };
        }
        text
    }

    /// Notes why the value at the path does not fit.
    fn fail(&mut self, text: impl Into<String>) {
        if self.failure.is_none() {
            self.failure = Some(Reason::at(self.path_text(), text));
        }
    }

    fn mismatch(&mut self, expected: &str, found: &str) {
        self.fail(format!("expected {expected}, found {found}"));
    }

    fn made(&mut self, word: Result<u64, FaultKind>) -> Result<u64, ()> {
        word.map_err(|_| self.fail("does not fit into the memory of a step"))
    }

    /// Makes the record of the slots from `start`, with defaults for what was not given.
    fn close(&mut self, start: usize, fields: &'p [FieldDef]) -> Result<u64, ()> {
        let reference = self.cx.alloc(fields.len().max(1));
        let reference = self.made(reference)?;
        for (index, field) in fields.iter().enumerate() {
            let word = match self.slots.get(start + index).copied().flatten() {
                Some(word) => word,
                None => self.absent(field)?,
            };
            self.cx.set_word(reference, index, word);
        }
        self.slots.truncate(start);
        Ok(reference)
    }

    fn absent(&mut self, field: &'p FieldDef) -> Result<u64, ()> {
        if let Some(default) = field.default {
            return Ok(self.program.global(GlobalId(default.0)));
        }
        if self.types.inner(field.ty).is_some() || self.strictness == Strictness::Part {
            return Ok(0);
        }
        self.path.push(Part::Field(&field.name));
        self.fail(format!("is missing; expected {}", self.types.expected(field.ty)));
        Err(())
    }

    fn scalar(&mut self, ty: TypeId, raw: &str) -> Result<u64, ()> {
        let text = unquote(raw);
        let word = match (self.types.get(ty), text.as_deref()) {
            (Type::Bool, None) if raw == "true" => Some(1),
            (Type::Bool, None) if raw == "false" => Some(0),
            (Type::Int, None) if is_number(raw) => return self.number(ty, raw, 0),
            (Type::Decimal, None) if is_number(raw) => return self.number(ty, raw, scalar::DECIMAL_DIGITS),
            (Type::Decimal, Some(text)) => return self.number(ty, text, scalar::DECIMAL_DIGITS),
            (Type::Float, None) => raw.parse::<f64>().ok().filter(|f| f.is_finite()).map(f64::to_bits),
            (Type::String, Some(text)) => {
                let made = self.cx.new_string(text);
                return self.made(made);
            }
            (Type::Timezone, Some(text)) if civil::zone(text).is_some() => {
                let made = self.cx.new_string(text);
                return self.made(made);
            }
            (Type::Duration, Some(text)) => scalar::parse_duration(text).map(i64::cast_unsigned),
            (Type::Time, Some(text)) => scalar::parse_time(text).map(i64::cast_unsigned),
            (Type::Date, Some(text)) => scalar::parse_date(text).map(i64::cast_unsigned),
            (Type::LocalTime, Some(text)) => scalar::parse_local_time(text).map(i64::cast_unsigned),
            _ => None,
        };
        word.ok_or_else(|| self.mismatch(&self.types.expected(ty), &describe(raw)))
    }

    fn number(&mut self, ty: TypeId, text: &str, scale: i32) -> Result<u64, ()> {
        scalar::exact(text, scale).map(i64::cast_unsigned).map_err(|error| {
            let found = shorten(text);
            match error {
                NumberError::OutOfRange => self.fail(format!("the number {found} is out of the range of {}", self.types.name(ty))),
                NumberError::TooPrecise if scale > 0 => {
                    self.fail(format!("the number {found} has more than {scale} digits after the point"))
                }
                NumberError::NotANumber => self.mismatch(&self.types.expected(ty), &format!("the text \"{found}\"")),
                NumberError::TooPrecise => self.mismatch(&self.types.expected(ty), &format!("the number {found}")),
            }
        })
    }

    /// A variant that carries nothing, by its name.
    fn bare_variant(&mut self, id: EnumId, raw: &str) -> Result<u64, ()> {
        let def = self.types.enum_def(id);
        let Some(name) = unquote(raw) else {
            self.mismatch(&self.types.variants(id), &describe(raw));
            return Err(());
        };
        let Some(tag) = def.variants.iter().position(|variant| variant.name == name) else {
            self.mismatch(&self.types.variants(id), &describe(raw));
            return Err(());
        };
        if !def.has_fields() {
            return Ok(tag as u64);
        }
        let fields = def.variants.get(tag).map_or(&[][..], |variant| &variant.fields);
        let start = self.open_slots(fields.len());
        self.variant(tag, start, fields)
    }

    /// Makes a variant of the slots from `start`.
    fn variant(&mut self, tag: usize, start: usize, fields: &'p [FieldDef]) -> Result<u64, ()> {
        let reference = self.cx.alloc(fields.len() + 1);
        let reference = self.made(reference)?;
        self.cx.set_word(reference, 0, tag as u64);
        for (index, field) in fields.iter().enumerate() {
            let word = match self.slots.get(start + index).copied().flatten() {
                Some(word) => word,
                None => self.absent(field)?,
            };
            self.cx.set_word(reference, index + 1, word);
        }
        self.slots.truncate(start);
        Ok(reference)
    }
}

fn is_number(raw: &str) -> bool {
    raw.as_bytes().first().is_some_and(|&byte| byte == b'-' || byte.is_ascii_digit())
}

/// How types are called in reasons.
trait Expected {
    fn expected(&self, ty: TypeId) -> String;
    fn variants(&self, id: EnumId) -> String;
}

impl Expected for Types {
    fn expected(&self, ty: TypeId) -> String {
        match self.get(ty) {
            Type::Bool => "true or false".into(),
            Type::Int => "an Int".into(),
            Type::Decimal => "a Decimal".into(),
            Type::Float => "a Float".into(),
            Type::String => "a text".into(),
            Type::Duration => "a duration such as \"1h30m\"".into(),
            Type::Time => "a time such as \"2026-11-22T09:00:00Z\"".into(),
            Type::Date => "a date such as \"2026-11-22\"".into(),
            Type::LocalTime => "a time of day such as \"09:00\"".into(),
            Type::Timezone => "a time zone such as \"Europe/Paris\"".into(),
            Type::Optional(of) => self.expected(of),
            Type::List(_) => "a list".into(),
            Type::Map(..) | Type::Record(_) => format!("an object ({})", self.name(ty)),
            Type::Enum(id) => self.variants(id),
            Type::Error | Type::None => "null".into(),
        }
    }

    fn variants(&self, id: EnumId) -> String {
        let names: Vec<String> = self.enum_def(id).variants.iter().map(|variant| format!("\"{}\"", variant.name)).collect();
        format!("one of {}", names.join(", "))
    }
}
