//! The types of generated expressions.

use crate::differential::random::Random;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ty {
    Bool,
    Int,
    Decimal,
    Float,
    String,
    Duration,
    Time,
    Date,
    LocalTime,
    /// An enum without fields.
    Tier,
    /// An enum with fields.
    Payment,
    /// A record.
    Item,
    Optional(Box<Ty>),
    List(Box<Ty>),
    /// By String, Int or Tier.
    Map(Box<Ty>, Box<Ty>),
    /// The payload of an event; only ever in variables.
    Began,
    Ping,
    /// Of a message, likewise.
    Handle,
}

pub const SCALARS: [Ty; 12] = [
    Ty::Bool,
    Ty::Int,
    Ty::Decimal,
    Ty::Float,
    Ty::String,
    Ty::Duration,
    Ty::Time,
    Ty::Date,
    Ty::LocalTime,
    Ty::Tier,
    Ty::Payment,
    Ty::Item,
];

impl Ty {
    pub fn optional(of: Ty) -> Ty {
        Ty::Optional(Box::new(of))
    }

    pub fn list(of: Ty) -> Ty {
        Ty::List(Box::new(of))
    }

    pub fn map(key: Ty, value: Ty) -> Ty {
        Ty::Map(Box::new(key), Box::new(value))
    }

    pub fn scalar(random: &mut Random) -> Ty {
        random.pick(&SCALARS)
    }

    /// Any type that an expression may have.
    pub fn any(random: &mut Random) -> Ty {
        match random.below(10) {
            0 | 1 => Ty::optional(Ty::scalar(random)),
            2 | 3 => Ty::list(Ty::scalar(random)),
            4 => Ty::map(Ty::key(random), Ty::scalar(random)),
            _ => Ty::scalar(random),
        }
    }

    pub fn key(random: &mut Random) -> Ty {
        random.pick(&[Ty::String, Ty::Int, Ty::Tier])
    }

    /// As a designer writes it.
    pub fn name(&self) -> String {
        match self {
            Ty::Optional(of) => format!("{}?", of.name()),
            Ty::List(of) => format!("List<{}>", of.name()),
            Ty::Map(key, value) => format!("Map<{}, {}>", key.name(), value.name()),
            Ty::Began => "began".into(),
            Ty::Ping => "ping".into(),
            // Never written: it has no name.
            Ty::Handle => "handle".into(),
            simple => format!("{simple:?}"),
        }
    }

    /// Can be interpolated.
    pub fn prints(&self) -> bool {
        !matches!(self, Ty::Payment | Ty::Item | Ty::Optional(_) | Ty::List(_) | Ty::Map(..) | Ty::Began | Ty::Ping | Ty::Handle)
    }

    /// Can be compared by `<`.
    pub fn ordered(&self) -> bool {
        self.prints() && *self != Ty::Bool
    }

    /// Has `+`, `sum` and the like.
    pub fn adds(&self) -> bool {
        matches!(self, Ty::Int | Ty::Decimal | Ty::Float | Ty::Duration)
    }
}
