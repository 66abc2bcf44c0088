use super::{context, host, host_text};
use crate::hir::{Experiment, ExperimentVariant};
use crate::machine::host::call;
use crate::mir::{HostOp, Module};
use crate::types::{Type, TypeId, Types};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_sort_goes_up_and_is_stable(keys in prop::collection::vec(0u64..6, 0..40)) {
        let mut cx = context();
        let places: Vec<u64> = (0..keys.len() as u64).collect();
        let (key_list, place_list) = (cx.new_list(&keys).unwrap(), cx.new_list(&places).unwrap());
        let sorted = host(HostOp::ListSortBy(TypeId::INT), &[key_list, place_list], &mut cx).unwrap();
        let mut expected: Vec<(u64, u64)> = keys.iter().copied().zip(places).collect();
        expected.sort_unstable();
        let expected: Vec<u64> = expected.into_iter().map(|(_, place)| place).collect();
        prop_assert_eq!(cx.list(sorted), expected.as_slice());
    }

    #[test]
    fn taking_gives_the_front(list in prop::collection::vec(any::<u64>(), 0..10), n in -3i64..12) {
        let mut cx = context();
        let word = cx.new_list(&list).unwrap();
        let taken = host(HostOp::ListTake, &[word, n.cast_unsigned()], &mut cx).unwrap();
        let count = usize::try_from(n.max(0)).unwrap().min(list.len());
        prop_assert_eq!(cx.list(taken), &list[..count]);
    }

    #[test]
    fn a_map_keeps_the_first_place_and_the_last_value_of_a_key(entries in prop::collection::vec((0u64..5, any::<u64>()), 0..12)) {
        let mut cx = context();
        let words: Vec<u64> = entries.iter().flat_map(|&(key, value)| [key, value]).collect();
        let map = host(HostOp::MapNew(TypeId::INT), &words, &mut cx).unwrap();
        let mut expected: Vec<(u64, u64)> = Vec::new();
        for &(key, value) in &entries {
            match expected.iter_mut().find(|(known, _)| *known == key) {
                Some(known) => known.1 = value,
                None => expected.push((key, value)),
            }
        }
        let keys = host(HostOp::MapKeys, &[map], &mut cx).unwrap();
        let values = host(HostOp::MapValues, &[map], &mut cx).unwrap();
        let found: Vec<(u64, u64)> = cx.list(keys).iter().copied().zip(cx.list(values).iter().copied()).collect();
        prop_assert_eq!(&found, &expected);
        for key in 0..5 {
            let place = host(HostOp::MapFind(TypeId::INT), &[map, key], &mut cx).unwrap();
            let value = expected.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
            prop_assert_eq!(value, (place != 0).then(|| cx.word(place, 0)));
        }
    }

    #[test]
    fn a_change_of_shares_moves_only_customers_between_the_changed_variants(customers in prop::collection::vec("[a-z]{1,8}", 100)) {
        let pick = |shares: [u32; 3], customer: &str| {
            let names = ["a", "b", "c"];
            let variants = names.iter().zip(shares).map(|(name, share)| ExperimentVariant { name: (*name).into(), basis_points: share });
            let experiment = Experiment { name: "coupon".into(), variants: variants.collect() };
            let module = Module { experiments: vec![experiment], ..Module::default() };
            let mut cx = context();
            cx.begin(0, customer, 10);
            call(HostOp::PickVariant(0), &[], &mut cx, &module.types, &module).unwrap()
        };
        for customer in &customers {
            let (before, after) = (pick([4500, 4500, 1000], customer), pick([4500, 3500, 2000], customer));
            prop_assert!(before == after || (before, after) == (1, 2));
        }
    }
}

#[test]
fn equality_looks_into_values_and_floats_are_equal_as_ieee_says() {
    let mut types = Types::default();
    let floats = types.list(TypeId::FLOAT);
    let maybe = types.optional(floats);
    let module = Module { types, ..Module::default() };
    let mut cx = context();
    let lists: Vec<u64> =
        [[1.0, 0.0], [1.0, -0.0], [1.0, f64::NAN]].iter().map(|pair| cx.new_list(&pair.map(f64::to_bits)).unwrap()).collect();
    let mut equal = |a: u64, b: u64| call(HostOp::Equal(maybe), &[a, b], &mut cx, &module.types, &module).unwrap() == 1;
    assert!(equal(lists[0], lists[1]) && equal(0, 0));
    assert!(!equal(lists[2], lists[2]) && !equal(lists[0], 0) && !equal(0, lists[0]));
}

#[test]
fn comparing_values_that_share_their_parts_ends() {
    let mut types = Types::default();
    let mut ty = TypeId::INT;
    let mut cx = context();
    let mut word = 1;
    for _ in 0..100 {
        ty = types.list(ty);
        word = cx.new_list(&[word, word]).unwrap();
    }
    let module = Module { types, ..Module::default() };
    let fault = call(HostOp::Equal(ty), &[word, word], &mut cx, &module.types, &module);
    assert_eq!(fault, Err(crate::machine::FaultKind::BudgetExhausted));
}

#[test]
fn a_test_can_fix_the_variant() {
    let variants = ["a", "b"].map(|name| ExperimentVariant { name: name.into(), basis_points: 5000 }).to_vec();
    let module = Module { experiments: vec![Experiment { name: "coupon".into(), variants }], ..Module::default() };
    let mut cx = context();
    cx.begin(0, "ann", 10);
    for (name, index) in [("b", 1), ("a", 0)] {
        cx.forced_variants.push(("coupon".into(), name.into()));
        assert_eq!(call(HostOp::PickVariant(0), &[], &mut cx, &module.types, &module), Ok(index));
    }
}

#[test]
fn an_enum_without_fields_prints_its_variant() {
    let mut types = Types::default();
    let variant = |name: &str| crate::types::VariantDef { name: name.into(), fields: vec![] };
    types.enums.push(crate::types::EnumDef { name: "Tier".into(), variants: vec![variant("basic"), variant("gold")] });
    let tier = types.intern(Type::Enum(crate::types::EnumId(0)));
    let module = Module { types, ..Module::default() };
    let mut cx = context();
    let word = call(HostOp::Format(tier), &[1], &mut cx, &module.types, &module).unwrap();
    assert_eq!(cx.string(word), "gold");
    assert_eq!(host_text(HostOp::Format(TypeId::BOOL), &[1], &mut cx), "true");
}
