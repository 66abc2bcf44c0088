//! A payload's JSON straight into the heap of a step, directed by its schema.

use super::envelope::{describe, plain, shorten, unquote};
use super::{Reason, scalar, scalar::NumberError};
use journey_compiler::Program;
use journey_compiler::machine::{Context, FaultKind, civil};
use journey_compiler::mir::GlobalId;
use journey_compiler::types::{EnumId, FieldDef, RecordId, Type, TypeId, Types};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt::{self, Write};

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
    path: Vec<Part<'p>>,
    /// Words of the records and lists that are being read, innermost last; `None` is a field not seen.
    slots: Vec<Option<u64>>,
    /// Why it does not fit, once that is known.
    failure: Option<Reason>,
}

impl<'p, 'c> Decoder<'p, 'c> {
    fn new(program: &'p Program, cx: &'c mut Context) -> Self {
        Self { program, types: &program.module.types, cx, path: Vec::new(), slots: Vec::new(), failure: None }
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
        let mut text = String::from("data");
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
        if self.types.inner(field.ty).is_some() {
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

/// A value of a type.
struct Value<'d, 'p, 'c> {
    decoder: &'d mut Decoder<'p, 'c>,
    ty: TypeId,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_, '_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<u64, D::Error> {
        let Self { decoder, ty } = self;
        let types = decoder.types;
        match types.get(ty) {
            Type::List(_) | Type::Map(..) | Type::Record(_) => json.deserialize_any(Compound { decoder, ty }),
            Type::Enum(id) if types.enum_def(id).has_fields() => json.deserialize_any(Compound { decoder, ty }),
            Type::Optional(of) => json.deserialize_option(Maybe { decoder, of }),
            Type::Enum(id) => {
                let raw = <&RawValue>::deserialize(json)?;
                decoder.bare_variant(id, raw.get()).map_err(|()| D::Error::custom(""))
            }
            _ => {
                let raw = <&RawValue>::deserialize(json)?;
                decoder.scalar(ty, raw.get()).map_err(|()| D::Error::custom(""))
            }
        }
    }
}

/// `T?`.
struct Maybe<'d, 'p, 'c> {
    decoder: &'d mut Decoder<'p, 'c>,
    of: TypeId,
}

impl<'de> Visitor<'de> for Maybe<'_, '_, '_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decoder.types.expected(self.of))
    }

    fn visit_none<E>(self) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(0)
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<u64, D::Error> {
        let is_reference = self.decoder.types.is_reference(self.of);
        let word = Value { decoder: self.decoder, ty: self.of }.deserialize(json)?;
        let made = self.decoder.cx.new_some(word, is_reference);
        self.decoder.made(made).map_err(|()| D::Error::custom(""))
    }
}

macro_rules! refuse_scalars {
    () => {
        fn visit_bool<E: serde::de::Error>(self, found: bool) -> Result<Self::Value, E> {
            self.refuse(&found.to_string())
        }
        fn visit_i64<E: serde::de::Error>(self, found: i64) -> Result<Self::Value, E> {
            self.refuse(&format!("the number {found}"))
        }
        fn visit_u64<E: serde::de::Error>(self, found: u64) -> Result<Self::Value, E> {
            self.refuse(&format!("the number {found}"))
        }
        fn visit_f64<E: serde::de::Error>(self, found: f64) -> Result<Self::Value, E> {
            self.refuse(&format!("the number {found}"))
        }
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            self.refuse("null")
        }
    };
}

/// A list, map, record, or enum with fields.
struct Compound<'d, 'p, 'c> {
    decoder: &'d mut Decoder<'p, 'c>,
    ty: TypeId,
}

impl Compound<'_, '_, '_> {
    fn refuse<E: serde::de::Error>(self, found: &str) -> Result<u64, E> {
        let expected = self.decoder.types.expected(self.ty);
        self.decoder.mismatch(&expected, found);
        Err(E::custom(""))
    }
}

impl<'de> Visitor<'de> for Compound<'_, '_, '_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decoder.types.expected(self.ty))
    }

    refuse_scalars!();

    fn visit_str<E: serde::de::Error>(self, found: &str) -> Result<u64, E> {
        let Type::Enum(id) = self.decoder.types.get(self.ty) else {
            return self.refuse(&format!("the text \"{}\"", shorten(found)));
        };
        let quoted = serde_json::to_string(found).map_err(E::custom)?;
        self.decoder.bare_variant(id, &quoted).map_err(|()| E::custom(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let Type::List(of) = self.decoder.types.get(self.ty) else { return self.refuse("a list") };
        let decoder = self.decoder;
        let start = decoder.slots.len();
        loop {
            let index = decoder.slots.len() - start;
            decoder.path.push(Part::Index(index));
            let Some(word) = seq.next_element_seed(Value { decoder: &mut *decoder, ty: of })? else { break };
            decoder.path.pop();
            decoder.slots.push(Some(word));
        }
        decoder.path.pop();
        let words: Vec<u64> = decoder.slots.drain(start..).flatten().collect();
        let made = decoder.cx.new_list(&words);
        decoder.made(made).map_err(|()| A::Error::custom(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<u64, A::Error> {
        let decoder = self.decoder;
        let made = match decoder.types.get(self.ty) {
            Type::Record(id) => {
                let fields: &[FieldDef] = &decoder.types.record(id).fields;
                let start = decoder.open_slots(fields.len());
                ObjectVisitor { decoder: &mut *decoder, fields, start }.visit_map(map)?;
                decoder.close(start, fields)
            }
            Type::Map(key, value) => return decoder.map(map, key, value),
            Type::Enum(id) => return decoder.tagged(map, id),
            _ => return Compound { decoder, ty: self.ty }.refuse("an object"),
        };
        made.map_err(|()| A::Error::custom(""))
    }
}

impl<'p> Decoder<'p, '_> {
    /// A map: the keys are texts on the wire. A key that comes twice has its last value, at its first place.
    fn map<'de, A: MapAccess<'de>>(&mut self, mut map: A, key: TypeId, value: TypeId) -> Result<u64, A::Error> {
        let mut entries: Vec<u64> = Vec::new();
        let mut places: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
        while let Some(name) = map.next_key::<String>()? {
            let key_word = self.map_key(key, &name).map_err(|()| A::Error::custom(""))?;
            let word = map.next_value_seed(Value { decoder: &mut *self, ty: value });
            let word = word.inspect_err(|_| self.in_map(&name))?;
            match places.get(&name).and_then(|&at| entries.get_mut(at)) {
                Some(place) => *place = word,
                None => {
                    entries.extend([key_word, word]);
                    places.insert(name, entries.len() - 1);
                }
            }
        }
        let made = self.cx.new_map(&entries);
        self.made(made).map_err(|()| A::Error::custom(""))
    }

    /// Says in the reason under which key the value stands.
    fn in_map(&mut self, name: &str) {
        if let Some(failure) = &mut self.failure {
            failure.text = format!("under the key \"{}\": {}", shorten(name), failure.text);
        }
    }

    fn map_key(&mut self, ty: TypeId, name: &str) -> Result<u64, ()> {
        match self.types.get(ty) {
            Type::Int => self.number(ty, name, 0),
            Type::Enum(id) => {
                let quoted = serde_json::to_string(name).unwrap_or_default();
                self.bare_variant(id, &quoted)
            }
            _ => {
                let made = self.cx.new_string(name);
                self.made(made)
            }
        }
    }

    /// `{"card": {"last4": "1234"}}`
    fn tagged<'de, A: MapAccess<'de>>(&mut self, mut map: A, id: EnumId) -> Result<u64, A::Error> {
        let types = self.types;
        let def = types.enum_def(id);
        let Some(name) = map.next_key::<String>()? else {
            self.mismatch(&types.variants(id), "an empty object");
            return Err(A::Error::custom(""));
        };
        let Some((tag, variant)) = def.variants.iter().enumerate().find(|(_, variant)| variant.name == name) else {
            self.mismatch(&types.variants(id), &format!("the variant \"{}\"", shorten(&name)));
            return Err(A::Error::custom(""));
        };
        self.path.push(Part::Field(&variant.name));
        let start = self.open_slots(variant.fields.len());
        map.next_value_seed(ObjectVisitor { decoder: &mut *self, fields: &variant.fields, start })?;
        let word = self.variant(tag, start, &variant.fields).map_err(|()| A::Error::custom(""))?;
        self.path.pop();
        if map.next_key::<serde::de::IgnoredAny>()?.is_some() {
            self.fail("expected one variant, found several");
            return Err(A::Error::custom(""));
        }
        Ok(word)
    }
}

/// The fields of an object, into the slots from `start`; what is not declared is passed over.
struct ObjectVisitor<'d, 'p, 'c> {
    decoder: &'d mut Decoder<'p, 'c>,
    fields: &'p [FieldDef],
    start: usize,
}

impl ObjectVisitor<'_, '_, '_> {
    fn refuse<E: serde::de::Error>(self, found: &str) -> Result<(), E> {
        self.decoder.mismatch("an object", found);
        Err(E::custom(""))
    }
}

impl<'de> DeserializeSeed<'de> for ObjectVisitor<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ObjectVisitor<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    refuse_scalars!();

    fn visit_str<E: serde::de::Error>(self, found: &str) -> Result<(), E> {
        self.refuse(&format!("the text \"{}\"", shorten(found)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        self.refuse("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { decoder, fields, start } = self;
        let mut next = 0;
        while let Some(found) = map.next_key_seed(FieldName { fields, next })? {
            let Some(index) = found else {
                map.next_value::<serde::de::IgnoredAny>()?;
                continue;
            };
            let Some(field) = fields.get(index) else { continue };
            next = index + 1;
            decoder.path.push(Part::Field(&field.name));
            let word = map.next_value_seed(Value { decoder: &mut *decoder, ty: field.ty })?;
            decoder.path.pop();
            if let Some(slot) = decoder.slots.get_mut(start + index) {
                *slot = Some(word);
            }
        }
        Ok(())
    }
}

/// Which field a name is; the one after the last is tried first.
struct FieldName<'p> {
    fields: &'p [FieldDef],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for FieldName<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<usize>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldName<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Option<usize>, E> {
        if self.fields.get(self.next).is_some_and(|field| field.name == name) {
            return Ok(Some(self.next));
        }
        Ok(self.fields.iter().position(|field| field.name == name))
    }
}
