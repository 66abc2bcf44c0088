//! What the host computes for code.

use crate::hir::CompareOp;
use crate::types::TypeId;

/// What is computed by the host, in safe Rust, for interpreter and machine code alike. Pure, but for its allocations and the
/// places under caps that are taken in the step's context.
/// Shapes are given as `(arguments) -> result`; `fault` where it can fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostOp {
    /// `(T, T) -> Bool`: deep equality. Of Floats inside: IEEE equality.
    Equal(TypeId),
    /// `(String, String) -> Int`: -1, 0, 1 by code points.
    CompareStrings,
    /// `(Decimal, Decimal) -> Decimal`, fault: the general case, in 128 bits.
    DecimalMul,
    /// `(Decimal, Decimal) -> Decimal`, fault.
    DecimalDiv,
    /// `(Float, Float) -> Float`
    FloatRem,
    /// `(Int|Decimal|Float) -> …`: conversions by types; fault where out of range.
    Convert {
        from: TypeId,
        to: TypeId,
    },
    /// `(number, digits: Int) -> number`; Decimal or Float; fault on overflow. Digits are taken as 0..=6 for Decimals, 0..=15 for Floats.
    Round(TypeId),
    /// `(number) -> Int`, fault
    Floor(TypeId),
    Ceil(TypeId),
    /// `(number, digits: Int) -> String`
    Fixed(TypeId),
    /// `(Int|Decimal|Float|Duration) -> same`, fault (of the smallest Int)
    Abs(TypeId),
    /// `(Float, Float) -> Float`
    FloatMin,
    FloatMax,
    /// `(T) -> String`: how a printable value is shown in text.
    Format(TypeId),
    /// `(String…) -> String`: any number of arguments. Fault when the step's memory is full.
    Concat,
    StringLength,
    StringLower,
    StringUpper,
    StringTrim,
    /// `(String, part) -> Bool`
    StringContains,
    StringStartsWith,
    StringEndsWith,
    /// `(String, from, to) -> String`
    StringReplace,
    /// `(String, separator) -> List<String>`; an empty separator gives the characters
    StringSplit,
    /// `(List<String>, separator) -> String`
    ListJoin,
    /// `(List<T>, T) -> Bool`, by `Equal` of the element type
    ListContains(TypeId),
    /// `(List<T>, n: Int) -> List<T>`
    ListTake,
    /// `(List<K>, List<T>) -> List<T>`: the second list stably sorted by the keys in the first; K is ordered.
    ListSortBy(TypeId),
    /// `(Map<K, V>, K) -> word reference`: where the value stands in the heap, 0 if it does not. K's type.
    MapFind(TypeId),
    /// `(Map<K, V>) -> List<K>`
    MapKeys,
    MapValues,
    /// `(K, V, K, V, …) -> Map<K, V>`: a later equal key replaces the value at the earlier place. K's type.
    MapNew(TypeId),
    /// `(Time, Timezone) -> Date`, fault on an unknown zone
    TimeDate,
    /// `-> LocalTime`
    TimeTime,
    /// `-> Int`
    TimeHour,
    TimeWeekday,
    /// `(Date, LocalTime, Timezone) -> Time`, fault; a time that is skipped is the first instant after the gap, one that comes twice the first
    DateAt,
    /// `(Date, Int) -> Date`, fault out of range
    DatePlusDays,
    DatePlusMonths,
    /// `(Date, after: Date) -> Date`: the first anniversary later than `after`; 29 February falls on 28 February in common years
    DateNextAnniversary,
    /// `(now: Time, LocalTime, weekday: Int or 0, Timezone?) -> Time`: the next such moment strictly later than now; fault where the zone is none or unknown
    NextLocal,
    /// `(now: Time, from: LocalTime, to: LocalTime, Timezone?) -> Time`: now if it is inside, else the next start; fault likewise
    NextWithin,
    /// `() -> T`: the customer's trait; index into [`super::Module::traits`]. Fault where it does not fit into its type.
    Trait(u32),
    /// `() -> Time`: the instant at which the next event leaves the trait's window, [`super::NEVER`] where none does.
    TraitNext(u32),
    /// `(a, b, speed: Int) -> Time`: Times, Durations or LocalTimes, of which `a - b` grows by `speed` while time goes by. The first
    /// instant later than now at which the comparison changes, or `NEVER`.
    NextCompare(CompareOp),
    /// `(Time, Timezone, speed: Int, other: Int) -> Time`: the first instant at which the comparison of what a clock shows at
    /// a Time that moves so with `other` can change, or `NEVER`; fault on an unknown zone.
    NextClock(Clock, CompareOp),
    /// `(Time, Timezone, speed: Int) -> Time`: the first instant at which the clock shows something else, likewise.
    NextTick(Clock),
    /// `() -> Int`: the index of the variant into which the customer falls. Index into [`Module::experiments`].
    PickVariant(u32),
    /// `() -> String`: what was caught last, in words.
    CaughtMessage,
    /// `() -> Int`: in which line it happened.
    CaughtLine,
    /// `(String) -> String`: encoded as one part of the path of a URL.
    EncodePath,
    /// `() -> 0`, fault where too many emits have led to this step.
    MayEmit,
    /// `(String) -> never`: always the fault of a call that failed, with that text.
    CallFailed,
    /// `(String) -> String`: with `& < > " '` written as HTML writes them in text.
    EscapeHtml,
    /// `() -> Bool`: whether another live journey of the group goes before the instance that runs.
    Outranked,
    /// `() -> Bool`: takes a place under the cap of that [`crate::hir::ChannelId`]; false where none is left.
    TakePlace(u32),
    /// `() -> String`: the idempotency key of the effect that is added next.
    SendKey,
    /// `(a crate::mir::Suppression as a number) -> String`
    SuppressionName,
}

/// What is read off a clock in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    /// Days since the epoch.
    Date,
    Hour,
    /// 1 is Monday.
    Weekday,
    /// Milliseconds since midnight; it ticks where it does not simply go on: at midnight, and where the clock is changed.
    Time,
}
