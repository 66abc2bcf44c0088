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
