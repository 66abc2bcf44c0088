//! The types of a program: interned, so that a type is a small number that compares by value.

use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// A type; an index into [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

/// A record: a `type`, an event's payload, the profile, or a channel's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u32);

/// An enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumId(pub u32);

/// What a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// The type of what is wrong: fits everything, so that one mistake is reported once.
    Error,
    /// The type of `none` before it is known what it could have been.
    None,
    Bool,
    Int,
    Decimal,
    Float,
    String,
    Duration,
    Time,
    Date,
    LocalTime,
    Timezone,
    /// Never of an optional: `T??` is `T?`.
    Optional(TypeId),
    List(TypeId),
    Map(TypeId, TypeId),
    Record(RecordId),
    Enum(EnumId),
}

/// A field of a record or variant.
#[derive(Debug, Clone)]
pub struct FieldDef {
    pub name: String,
    pub ty: TypeId,
    /// The default, as a constant (see `hir::Program::consts`); an optional without one defaults to `none`.
    pub default: Option<crate::hir::ConstId>,
    pub doc: Option<String>,
    /// Personal data: `@pii`.
    pub pii: bool,
    /// Where it is declared, as a whole; empty for a field that the language itself gives.
    pub span: Span,
}

/// A record type.
#[derive(Debug, Clone)]
pub struct RecordDef {
    /// Its name as designers see it (`CartItem`, `cart_updated`, `profile`).
    pub name: String,
    pub fields: Vec<FieldDef>,
}

/// An enum type.
#[derive(Debug, Clone)]
pub struct EnumDef {
    pub name: String,
    pub variants: Vec<VariantDef>,
}

impl EnumDef {
    /// Whether any variant carries fields; decides the representation (see `heap`).
    #[must_use]
    pub fn has_fields(&self) -> bool {
        self.variants.iter().any(|v| !v.fields.is_empty())
    }
}

/// A variant of an enum.
#[derive(Debug, Clone)]
pub struct VariantDef {
    pub name: String,
    pub fields: Vec<FieldDef>,
}

/// All types of a program.
#[derive(Debug, Clone)]
pub struct Types {
    table: Vec<Type>,
    ids: FxHashMap<Type, TypeId>,
    pub records: Vec<RecordDef>,
    pub enums: Vec<EnumDef>,
}

macro_rules! well_known {
    ($($name:ident = $index:literal $kind:ident),* $(,)?) => {
        impl TypeId { $(
            #[doc = concat!("The type `", stringify!($kind), "`.")]
            pub const $name: TypeId = TypeId($index);
        )* }
        const WELL_KNOWN: &[Type] = &[$(Type::$kind),*];
    };
}

well_known! {
    ERROR = 0 Error, NONE = 1 None, BOOL = 2 Bool, INT = 3 Int, DECIMAL = 4 Decimal, FLOAT = 5 Float,
    STRING = 6 String, DURATION = 7 Duration, TIME = 8 Time, DATE = 9 Date, LOCAL_TIME = 10 LocalTime,
    TIMEZONE = 11 Timezone,
}

impl Default for Types {
    fn default() -> Self {
        let mut types = Self { table: Vec::new(), ids: FxHashMap::default(), records: Vec::new(), enums: Vec::new() };
        for &ty in WELL_KNOWN {
            types.intern(ty);
        }
        types
    }
}

impl Types {
    /// The id of a type; the same type always has the same id.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        if let Some(&id) = self.ids.get(&ty) {
            return id;
        }
        let id = TypeId(u32::try_from(self.table.len()).unwrap_or(u32::MAX));
        self.table.push(ty);
        self.ids.insert(ty, id);
        id
    }

    /// What a type is.
    #[must_use]
    pub fn get(&self, id: TypeId) -> Type {
        self.table.get(id.0 as usize).copied().unwrap_or(Type::Error)
    }

    /// All types that were named so far, in the order of their numbers.
    pub(crate) fn all(&self) -> &[Type] {
        &self.table
    }

    /// Takes the numbers of `other`, which has given these types the same ones, and perhaps more types theirs.
    pub(crate) fn number_as(&mut self, other: Self) {
        self.table = other.table;
        self.ids = other.ids;
    }

    /// `T?`; of an optional, of `none` and of the error type, itself.
    pub fn optional(&mut self, of: TypeId) -> TypeId {
        match self.get(of) {
            Type::Optional(_) | Type::None | Type::Error => of,
            _ => self.intern(Type::Optional(of)),
        }
    }

    /// `List<T>`.
    pub fn list(&mut self, of: TypeId) -> TypeId {
        self.intern(Type::List(of))
    }

    /// `Map<K, V>`.
    pub fn map(&mut self, key: TypeId, value: TypeId) -> TypeId {
        self.intern(Type::Map(key, value))
    }

    /// What is left of `T?` without the `?`; `None` where it is no optional.
    #[must_use]
    pub fn inner(&self, id: TypeId) -> Option<TypeId> {
        match self.get(id) {
            Type::Optional(of) => Some(of),
            _ => None,
        }
    }

    /// A record's definition.
    #[must_use]
    pub fn record(&self, id: RecordId) -> &RecordDef {
        &self.records[id.0 as usize]
    }

    /// An enum's definition.
    #[must_use]
    pub fn enum_def(&self, id: EnumId) -> &EnumDef {
        &self.enums[id.0 as usize]
    }

    /// Whether a word of this type is a reference into the heap (see `heap`), as opposed to the value itself.
    #[must_use]
    pub fn is_reference(&self, id: TypeId) -> bool {
        match self.get(id) {
            Type::String | Type::Timezone | Type::Optional(_) | Type::None | Type::List(_) | Type::Map(..) | Type::Record(_) => true,
            Type::Enum(e) => self.enum_def(e).has_fields(),
            _ => false,
        }
    }

    /// The type as a designer writes it: `List<CartItem>?`.
    #[must_use]
    pub fn name(&self, id: TypeId) -> String {
        match self.get(id) {
            Type::Error => "?".into(),
            Type::None => "none".into(),
            Type::Optional(of) => format!("{}?", self.name(of)),
            Type::List(of) => format!("List<{}>", self.name(of)),
            Type::Map(k, v) => format!("Map<{}, {}>", self.name(k), self.name(v)),
            Type::Record(r) => self.record(r).name.clone(),
            Type::Enum(e) => self.enum_def(e).name.clone(),
            simple => format!("{simple:?}"),
        }
    }
}
