//! How values lie in memory, and the safe ways to make and read them.
//!
//! The heap is an array of 64-bit words. A reference is an index into it; 0 is never a value, so it stands for
//! `none`. Scalars are the word itself: Bool 0/1; Int, Decimal (millionths), Duration and Time (ms), Date (days),
//! LocalTime (ms since midnight) as i64; Float as its bits; an enum without fields as its variant's number.
//!
//! | type | at the reference |
//! | --- | --- |
//! | String, Timezone | byte length, then the UTF-8 bytes, little-endian in words, zero-padded |
//! | `T?` | 0 is `none`; where T is itself a reference, that reference; else a reference to one word with the scalar |
//! | `List<T>` | length, then that many words |
//! | `Map<K, V>` | length, then key and value in turn |
//! | record | one word for each field |
//! | enum with fields in any variant | tag, then one word for each field of the variant |
//!
//! Values never change once made, but for the profile record. The first words of every heap are the program's
//! constants; a step allocates behind them, and all of that goes when the step ends.

use super::{Context, FaultKind};

/// Reading and making values. Whatever the reference, nothing here panics: a bad one reads as 0, empty or nothing.
impl Context {
    /// Word `index` of what the reference names; 0 where there is none.
    #[must_use]
    pub fn word(&self, reference: u64, index: usize) -> u64 {
        let place = reference.wrapping_add(index as u64);
        usize::try_from(place).ok().and_then(|place| self.words.get(place)).copied().unwrap_or(0)
    }

    /// Sets word `index` of what the reference names; without effect on constants and outside the heap.
    pub fn set_word(&mut self, reference: u64, index: usize, value: u64) {
        let place = reference.wrapping_add(index as u64);
        if place < self.constants as u64 {
            return;
        }
        if let Some(word) = usize::try_from(place).ok().and_then(|place| self.words.get_mut(place)) {
            *word = value;
        }
    }

    /// The `n` words at the reference: the fields of a record, or none where they do not lie in the heap.
    #[must_use]
    pub fn words(&self, reference: u64, n: usize) -> &[u64] {
        let start = usize::try_from(reference).unwrap_or(usize::MAX);
        self.words.get(start..start.saturating_add(n)).unwrap_or_default()
    }

    /// Makes a String (or Timezone).
    ///
    /// # Errors
    /// [`FaultKind::MemoryExhausted`].
    pub fn new_string(&mut self, text: &str) -> Result<u64, FaultKind> {
        let reference = self.alloc_string(text.len())?;
        if let Some(bytes) = self.bytes_mut(reference, text.len()) {
            bytes.copy_from_slice(text.as_bytes());
        }
        Ok(reference)
    }

    /// Joins Strings to one, without copying any outside the heap.
    ///
    /// # Errors
    /// [`FaultKind::MemoryExhausted`].
    pub fn concat(&mut self, parts: &[u64]) -> Result<u64, FaultKind> {
        let total = parts.iter().fold(0usize, |sum, &part| sum.saturating_add(self.string_bytes(part).len()));
        let reference = self.alloc_string(total)?;
        let mut at = byte_start(reference);
        for &part in parts {
            let len = self.string_bytes(part).len();
            let from = byte_start(part);
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
            if len > 0 && from + len <= bytes.len() && at + len <= bytes.len() {
                bytes.copy_within(from..from + len, at);
                at += len;
            }
        }
        Ok(reference)
    }

    /// A String (or Timezone); empty where the reference names none.
    #[must_use]
    pub fn string(&self, reference: u64) -> &str {
        std::str::from_utf8(self.string_bytes(reference)).unwrap_or_default()
    }

    /// The bytes of a String.
    #[must_use]
    pub fn string_bytes(&self, reference: u64) -> &[u8] {
        if reference == 0 {
            return &[];
        }
        let len = usize::try_from(self.word(reference, 0)).unwrap_or(usize::MAX);
        let words = self.words(reference.wrapping_add(1), len.div_ceil(8));
        bytemuck::cast_slice(words).get(..len).unwrap_or_default()
    }

    /// Makes a list of these words.
    ///
    /// # Errors
    /// [`FaultKind::MemoryExhausted`].
    pub fn new_list(&mut self, elements: &[u64]) -> Result<u64, FaultKind> {
        let reference = self.alloc(elements.len().saturating_add(1))?;
        self.set_word(reference, 0, elements.len() as u64);
        self.copy_in(reference + 1, elements);
        Ok(reference)
    }

    /// The elements of a list; none where the reference names no list.
    #[must_use]
    pub fn list(&self, reference: u64) -> &[u64] {
        if reference == 0 {
            return &[];
        }
        let len = usize::try_from(self.word(reference, 0)).unwrap_or(usize::MAX);
        self.words(reference.wrapping_add(1), len)
    }

    /// The keys and values of a map in turn.
    #[must_use]
    pub fn map(&self, reference: u64) -> &[u64] {
        if reference == 0 {
            return &[];
        }
        let len = usize::try_from(self.word(reference, 0)).unwrap_or(usize::MAX);
        self.words(reference.wrapping_add(1), len.saturating_mul(2))
    }

    /// Makes a map of keys and values in turn; the keys must differ.
    ///
    /// # Errors
    /// [`FaultKind::MemoryExhausted`].
    pub fn new_map(&mut self, entries: &[u64]) -> Result<u64, FaultKind> {
        let reference = self.alloc(entries.len().saturating_add(1))?;
        self.set_word(reference, 0, (entries.len() / 2) as u64);
        self.copy_in(reference + 1, entries);
        Ok(reference)
    }

    /// Makes a record of its fields; never 0, even without fields.
    ///
    /// # Errors
    /// [`FaultKind::MemoryExhausted`].
    pub fn new_record(&mut self, fields: &[u64]) -> Result<u64, FaultKind> {
        let reference = self.alloc(fields.len().max(1))?;
        self.copy_in(reference, fields);
        Ok(reference)
    }

    /// A value as the optional that holds it; `is_reference` as [`crate::types::Types::is_reference`] says of its type.
    ///
    /// # Errors
    /// [`FaultKind::MemoryExhausted`].
    pub fn new_some(&mut self, word: u64, is_reference: bool) -> Result<u64, FaultKind> {
        if is_reference { Ok(word) } else { self.new_record(&[word]) }
    }

    /// What an optional that is not `none` holds.
    #[must_use]
    pub fn some(&self, optional: u64, is_reference: bool) -> u64 {
        if is_reference { optional } else { self.word(optional, 0) }
    }

    fn copy_in(&mut self, reference: u64, from: &[u64]) {
        let start = usize::try_from(reference).unwrap_or(usize::MAX);
        if let Some(to) = self.words.get_mut(start..start.saturating_add(from.len())) {
            to.copy_from_slice(from);
        }
    }

    /// Room for a String of `len` bytes: length and padding are set, the bytes are still to be written.
    fn alloc_string(&mut self, len: usize) -> Result<u64, FaultKind> {
        let words = len.div_ceil(8);
        let reference = self.alloc(words + 1)?;
        self.set_word(reference, 0, len as u64);
        if words > 0 {
            self.set_word(reference, words, 0);
        }
        Ok(reference)
    }

    fn bytes_mut(&mut self, reference: u64, len: usize) -> Option<&mut [u8]> {
        let start = byte_start(reference);
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.words);
        bytes.get_mut(start..start.saturating_add(len))
    }
}

/// Where the bytes of a String stand in the heap seen as bytes.
fn byte_start(reference: u64) -> usize {
    usize::try_from(reference.saturating_add(1).saturating_mul(8)).unwrap_or(usize::MAX)
}
