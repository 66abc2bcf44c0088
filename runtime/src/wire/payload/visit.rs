//! How the reader of JSON walks a schema: a visitor for each shape of type.

use super::{Decoder, Expected, Part};
use crate::wire::envelope::shorten;
use journey_compiler::types::{EnumId, FieldDef, Type, TypeId};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A value of a type.
pub(super) struct Value<'d, 'p, 'c> {
    pub decoder: &'d mut Decoder<'p, 'c>,
    pub ty: TypeId,
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
    /// A map: the keys are texts on the wire. A key that comes twice is refused, as is a field: which is meant can't be told.
    fn map<'de, A: MapAccess<'de>>(&mut self, mut map: A, key: TypeId, value: TypeId) -> Result<u64, A::Error> {
        let mut entries: Vec<u64> = Vec::new();
        let mut keys: rustc_hash::FxHashSet<String> = rustc_hash::FxHashSet::default();
        while let Some(name) = map.next_key::<String>()? {
            if keys.contains(&name) {
                self.fail(format!("the key \"{}\" is given twice", shorten(&name)));
                return Err(A::Error::custom(""));
            }
            let key_word = self.map_key(key, &name).map_err(|()| A::Error::custom(""))?;
            let word = map.next_value_seed(Value { decoder: &mut *self, ty: value });
            let word = word.inspect_err(|_| self.in_map(&name))?;
            entries.extend([key_word, word]);
            keys.insert(name);
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
pub(super) struct ObjectVisitor<'d, 'p, 'c> {
    pub decoder: &'d mut Decoder<'p, 'c>,
    pub fields: &'p [FieldDef],
    pub start: usize,
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
        while let Some(found) = map.next_key_seed(FieldName { decoder: &mut *decoder, fields, next })? {
            let Some(index) = found else {
                map.next_value::<serde::de::IgnoredAny>()?;
                continue;
            };
            let Some(field) = fields.get(index) else { continue };
            next = index + 1;
            decoder.path.push(Part::Field(&field.name));
            if decoder.slots.get(start + index).is_some_and(Option::is_some) {
                decoder.fail("given twice");
                return Err(A::Error::custom(""));
            }
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
struct FieldName<'d, 'p, 'c> {
    decoder: &'d mut Decoder<'p, 'c>,
    fields: &'p [FieldDef],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for FieldName<'_, '_, '_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<usize>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldName<'_, '_, '_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Option<usize>, E> {
        if self.fields.get(self.next).is_some_and(|field| field.name == name) {
            return Ok(Some(self.next));
        }
        match self.fields.iter().position(|field| field.name == name) {
            None if !self.decoder.undeclared(name, self.fields) => Err(E::custom("")),
            found => Ok(found),
        }
    }
}
