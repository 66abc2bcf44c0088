use super::context;
use crate::machine::codec::{CodecError, decode, encode, put, put_signed, take, take_signed};
use crate::machine::{Context, DATE_MAX_DAYS, TIME_MAX_MS, TIME_MIN_MS};
use crate::types::{EnumDef, EnumId, FieldDef, RecordDef, RecordId, Type, TypeId, Types, VariantDef};
use journey_grammar::Span;
use proptest::prelude::*;

/// A value outside any heap.
#[derive(Debug, Clone)]
enum Value {
    Word(u64),
    Text(String),
    None,
    Some(Box<Value>),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Fields(Vec<Value>),
    Variant(usize, Vec<Value>),
}

/// All kinds of types in one record: `item`.
fn types() -> (Types, TypeId) {
    let mut types = Types::default();
    let field = |name: &str, ty| FieldDef { name: name.into(), ty, default: None, doc: None, pii: false, span: Span::default() };
    types.enums.push(EnumDef { name: "Tier".into(), variants: variants(&[("basic", vec![]), ("gold", vec![])]) });
    let card = vec![field("last4", TypeId::STRING), field("limit", TypeId::DECIMAL)];
    types.enums.push(EnumDef { name: "Payment".into(), variants: variants(&[("card", card), ("cash", vec![])]) });
    types.records.push(RecordDef { name: "empty".into(), fields: vec![] });
    let (tier, payment) = (types.intern(Type::Enum(EnumId(0))), types.intern(Type::Enum(EnumId(1))));
    let empty = types.intern(Type::Record(RecordId(0)));
    let (maybe_int, maybe_text) = (types.optional(TypeId::INT), types.optional(TypeId::STRING));
    let payments = types.list(payment);
    let empties = types.list(empty);
    let map = types.map(TypeId::STRING, maybe_int);
    let all = [
        TypeId::BOOL,
        TypeId::INT,
        TypeId::DECIMAL,
        TypeId::FLOAT,
        TypeId::STRING,
        TypeId::DURATION,
        TypeId::TIME,
        TypeId::DATE,
        TypeId::LOCAL_TIME,
        TypeId::TIMEZONE,
        tier,
        maybe_text,
        maybe_int,
        payments,
        empties,
        map,
    ];
    let fields = all.iter().enumerate().map(|(index, &ty)| field(&format!("f{index}"), ty)).collect();
    types.records.push(RecordDef { name: "item".into(), fields });
    let item = types.intern(Type::Record(RecordId(1)));
    (types, item)
}

fn variants(of: &[(&str, Vec<FieldDef>)]) -> Vec<VariantDef> {
    of.iter().map(|(name, fields)| VariantDef { name: (*name).into(), fields: fields.clone() }).collect()
}

/// Values of a type.
fn values(types: &Types, ty: TypeId) -> BoxedStrategy<Value> {
    let signed = |range: std::ops::RangeInclusive<i64>| range.prop_map(|value| Value::Word(value.cast_unsigned())).boxed();
    match types.get(ty) {
        Type::Bool => (0u64..2).prop_map(Value::Word).boxed(),
        Type::Time => signed(TIME_MIN_MS..=TIME_MAX_MS),
        Type::Date => signed(-700_000..=DATE_MAX_DAYS),
        Type::LocalTime => signed(0..=86_399_999),
        Type::Float => any::<f64>().prop_map(|value| Value::Word(value.to_bits())).boxed(),
        Type::String | Type::Timezone => ".{0,20}".prop_map(Value::Text).boxed(),
        Type::Optional(of) => prop_oneof![Just(Value::None), values(types, of).prop_map(|value| Value::Some(Box::new(value)))].boxed(),
        Type::List(of) => prop::collection::vec(values(types, of), 0..5).prop_map(Value::List).boxed(),
        Type::Map(key, value) => prop::collection::vec((values(types, key), values(types, value)), 0..4).prop_map(Value::Map).boxed(),
        Type::Record(id) => fields(types, &types.record(id).fields).prop_map(Value::Fields).boxed(),
        Type::Enum(id) => {
            let variants = types.enum_def(id).variants.iter().enumerate();
            let of = variants.map(|(tag, v)| fields(types, &v.fields).prop_map(move |f| Value::Variant(tag, f)).boxed());
            prop::strategy::Union::new(of).boxed()
        }
        _ => any::<u64>().prop_map(Value::Word).boxed(),
    }
}

fn fields(types: &Types, fields: &[FieldDef]) -> BoxedStrategy<Vec<Value>> {
    fields.iter().map(|field| values(types, field.ty)).collect::<Vec<_>>().boxed()
}

/// Puts a value into a heap.
fn build(types: &Types, ty: TypeId, value: &Value, cx: &mut Context) -> u64 {
    match (value, types.get(ty)) {
        (Value::Text(text), _) => cx.new_string(text).unwrap(),
        (Value::Some(value), Type::Optional(of)) => {
            let word = build(types, of, value, cx);
            cx.new_some(word, types.is_reference(of)).unwrap()
        }
        (Value::List(values), Type::List(of)) => {
            let words: Vec<u64> = values.iter().map(|value| build(types, of, value, cx)).collect();
            cx.new_list(&words).unwrap()
        }
        (Value::Map(entries), Type::Map(key, value)) => {
            let words: Vec<u64> = entries.iter().flat_map(|(k, v)| [build(types, key, k, cx), build(types, value, v, cx)]).collect();
            cx.new_map(&words).unwrap()
        }
        (Value::Fields(values), Type::Record(id)) => {
            let defs = types.record(id).fields.iter().zip(values);
            let words: Vec<u64> = defs.map(|(field, value)| build(types, field.ty, value, cx)).collect();
            cx.new_record(&words).unwrap()
        }
        (Value::Variant(tag, values), Type::Enum(id)) => {
            let def = types.enum_def(id);
            if !def.has_fields() {
                return *tag as u64;
            }
            let mut words = vec![*tag as u64];
            words.extend(def.variants[*tag].fields.iter().zip(values).map(|(field, value)| build(types, field.ty, value, cx)));
            cx.new_record(&words).unwrap()
        }
        (Value::Word(word), _) => *word,
        _ => 0,
    }
}

proptest! {
    #[test]
    fn a_value_comes_back_from_its_bytes(value in values(&types().0, types().1)) {
        let (types, ty) = types();
        let mut cx = context();
        let word = build(&types, ty, &value, &mut cx);
        let mut bytes = Vec::new();
        encode(&types, ty, word, &cx, &mut bytes).unwrap();
        let mut other = context();
        let mut rest = bytes.as_slice();
        let back = decode(&types, ty, &mut rest, &mut other).unwrap();
        prop_assert!(rest.is_empty());
        let mut again = Vec::new();
        encode(&types, ty, back, &other, &mut again).unwrap();
        prop_assert_eq!(bytes, again);
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_as_another_value_but_never_harm(
        value in values(&types().0, types().1), at: prop::sample::Index, with: u8, cut: prop::sample::Index,
    ) {
        let (types, ty) = types();
        let mut cx = context();
        let word = build(&types, ty, &value, &mut cx);
        let mut bytes = Vec::new();
        encode(&types, ty, word, &cx, &mut bytes).unwrap();
        let shorter = &bytes[..cut.index(bytes.len())];
        prop_assert!(decode(&types, ty, &mut &*shorter, &mut context()).is_err());
        let place = at.index(bytes.len());
        bytes[place] = with;
        let mut other = context();
        let mut rest = bytes.as_slice();
        if let Ok(back) = decode(&types, ty, &mut rest, &mut other) {
            let mut again = Vec::new();
            encode(&types, ty, back, &other, &mut again).unwrap();
            prop_assert_eq!(&bytes[..bytes.len() - rest.len()], again.as_slice());
        }
    }

    #[test]
    fn numbers_come_back(value: u64, shift in 0u32..64) {
        let value = value >> shift;
        let mut bytes = Vec::new();
        put(&mut bytes, value);
        put_signed(&mut bytes, value.cast_signed());
        let mut rest = bytes.as_slice();
        prop_assert_eq!(take(&mut rest), Ok(value));
        prop_assert_eq!(take_signed(&mut rest), Ok(value.cast_signed()));
        prop_assert!(rest.is_empty());
    }
}

#[test]
fn a_length_that_the_bytes_do_not_hold_allocates_nothing() {
    let mut types = Types::default();
    let list = types.list(TypeId::INT);
    let mut bytes = Vec::new();
    put(&mut bytes, 1 << 40);
    let mut cx = context();
    let before = cx.top;
    assert_eq!(decode(&types, list, &mut bytes.as_slice(), &mut cx), Err(CodecError::Truncated));
    assert_eq!(cx.top, before);
}

#[test]
fn a_value_that_shares_its_parts_is_not_written_out_without_end() {
    let mut types = Types::default();
    let mut ty = TypeId::INT;
    let mut cx = context();
    let mut word = 1;
    for _ in 0..100 {
        ty = types.list(ty);
        word = cx.new_list(&[word, word]).unwrap();
    }
    assert_eq!(encode(&types, ty, word, &cx, &mut Vec::new()), Err(CodecError::Memory));
}

#[test]
fn values_nest_to_a_bound() {
    let mut types = Types::default();
    types.records.push(RecordDef { name: "node".into(), fields: vec![] });
    let node = types.intern(Type::Record(RecordId(0)));
    let next = types.optional(node);
    types.records[0].fields.push(FieldDef { name: "next".into(), ty: next, default: None, doc: None, pii: false, span: Span::default() });
    let mut cx = context();
    let mut word = 0;
    for _ in 0..1000 {
        word = cx.new_record(&[word]).unwrap();
    }
    assert_eq!(encode(&types, node, word, &cx, &mut Vec::new()), Err(CodecError::TooDeep));
    let deep = vec![1u8; 1000];
    assert_eq!(decode(&types, node, &mut deep.as_slice(), &mut cx), Err(CodecError::TooDeep));
}
