use super::{context, host, host_text};
use crate::machine::{Context, FaultKind};
use crate::mir::HostOp;
use crate::types::TypeId;
use proptest::prelude::*;

fn strings(cx: &Context, list: u64) -> Vec<String> {
    cx.list(list).iter().map(|&word| cx.string(word).to_owned()).collect()
}

proptest! {
    #[test]
    fn a_string_comes_back_from_the_heap(texts in prop::collection::vec(".{0,40}", 0..8)) {
        let mut cx = context();
        let words: Vec<u64> = texts.iter().map(|text| cx.new_string(text).unwrap()).collect();
        for (text, &word) in texts.iter().zip(&words) {
            prop_assert_eq!(cx.string(word), text);
        }
        let joined = host_text(HostOp::Concat, &words, &mut cx);
        prop_assert_eq!(joined, texts.concat());
    }

    #[test]
    fn what_is_split_joins_to_what_it_was(text in "[ab,]{0,20}", separator in "[ab,]{1,2}") {
        let mut cx = context();
        let (text_word, separator_word) = (cx.new_string(&text).unwrap(), cx.new_string(&separator).unwrap());
        let parts = host(HostOp::StringSplit, &[text_word, separator_word], &mut cx).unwrap();
        prop_assert_eq!(host_text(HostOp::ListJoin, &[parts, separator_word], &mut cx), text);
    }

    #[test]
    fn strings_are_ordered_by_code_points(a in ".{0,4}", b in ".{0,4}") {
        let mut cx = context();
        let words = [cx.new_string(&a).unwrap(), cx.new_string(&b).unwrap()];
        let order = host(HostOp::CompareStrings, &words, &mut cx).unwrap().cast_signed();
        prop_assert_eq!(order, a.chars().cmp(b.chars()) as i64);
    }
}

#[test]
fn text_is_counted_in_scalar_values_and_split_into_them() {
    let mut cx = context();
    let text = cx.new_string("旅程🙂").unwrap();
    let empty = cx.new_string("").unwrap();
    assert_eq!(host(HostOp::StringLength, &[text], &mut cx), Ok(3));
    let parts = host(HostOp::StringSplit, &[text, empty], &mut cx).unwrap();
    assert_eq!(strings(&cx, parts), ["旅", "程", "🙂"]);
}

#[test]
fn a_string_that_doubles_exhausts_the_steps_memory() {
    let mut cx = context();
    let mut text = cx.new_string("doubled ").unwrap();
    let fault = (0..64).find_map(|_| match host(HostOp::Concat, &[text, text], &mut cx) {
        Ok(longer) => {
            text = longer;
            None
        }
        Err(fault) => Some(fault),
    });
    assert_eq!(fault, Some(FaultKind::MemoryExhausted));
}

#[test]
fn a_replacement_that_would_not_fit_is_refused_before_it_is_made() {
    let mut cx = context();
    let many = cx.new_string(&"a".repeat(1 << 20)).unwrap();
    let one = cx.new_string("a").unwrap();
    assert_eq!(host(HostOp::StringReplace, &[many, one, many], &mut cx), Err(FaultKind::MemoryExhausted));
}

#[test]
fn a_reference_to_nothing_reads_as_empty() {
    let mut cx = context();
    for bad in [0, 1 << 20, u64::MAX, u64::MAX - 1] {
        assert_eq!(cx.string(bad), "");
        assert!(cx.list(bad).is_empty() && cx.map(bad).is_empty() && cx.words(bad, 3).is_empty() || bad == 0);
        cx.set_word(bad, 5, 7);
        assert_eq!(host(HostOp::StringLength, &[bad], &mut cx), Ok(0));
    }
    assert_eq!(host(HostOp::Format(TypeId::ERROR), &[1], &mut cx), Err(FaultKind::Internal));
}

#[test]
fn reading_long_text_again_and_again_exhausts_the_budget() {
    let mut cx = context();
    let long = cx.new_string(&"a".repeat(16 << 20)).unwrap();
    let other = cx.new_string(&"a".repeat(16 << 20)).unwrap();
    let ops: [(HostOp, [u64; 2]); 4] = [
        (HostOp::StringLength, [long, 0]),
        (HostOp::StringContains, [long, other]),
        (HostOp::Equal(TypeId::STRING), [long, other]),
        (HostOp::CompareStrings, [long, other]),
    ];
    for (op, args) in ops {
        cx.work = super::super::HOST_WORK_MAX;
        let fault = (0..100).find_map(|_| host(op, &args, &mut cx).err());
        assert_eq!(fault, Some(FaultKind::BudgetExhausted), "{op:?}");
    }
}
