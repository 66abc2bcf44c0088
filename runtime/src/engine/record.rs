//! Records that stand on their own, such as payloads, as bytes: their fields, one after another.

use journey_compiler::machine::Context;
use journey_compiler::machine::codec::{self, CodecError};
use journey_compiler::types::{RecordId, Types};

/// Appends a record of the heap to `out`.
///
/// # Errors
/// As [`codec::encode`].
pub fn encode(types: &Types, record: RecordId, word: u64, cx: &Context, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let fields = &types.record(record).fields;
    fields.iter().enumerate().try_for_each(|(index, field)| codec::encode(types, field.ty, cx.word(word, index), cx, out))
}

/// Reads a record into the heap.
///
/// # Errors
/// As [`codec::decode`].
pub fn decode(types: &Types, record: RecordId, bytes: &mut &[u8], cx: &mut Context) -> Result<u64, CodecError> {
    let fields = &types.record(record).fields;
    let reference = cx.alloc(fields.len().max(1))?;
    for (index, field) in fields.iter().enumerate() {
        let word = codec::decode(types, field.ty, bytes, cx)?;
        cx.set_word(reference, index, word);
    }
    Ok(reference)
}
