//! What leads out of a program: channels, messages, services, and the effects of a step.

use super::FunctionId;
use crate::hir::{Cap, ChannelId, EventId, HttpMethod, JourneyId, MessageId, OperationId, ServiceId};
use crate::types::{RecordId, TypeId};

/// What the engine must know of a channel.
#[derive(Debug, Clone)]
pub struct Channel {
    pub name: String,
    /// A record of Strings.
    pub content: RecordId,
    pub cap: Option<Cap>,
    /// `() -> String?`: where a held send leaves to; `None` where the channel declares no address.
    pub address: Option<FunctionId>,
    /// `() -> Bool`: whether it may still leave; `None` where no consent is needed.
    pub consent: Option<FunctionId>,
}

/// What the engine must know of a message to write its effects.
#[derive(Debug, Clone)]
pub struct Message {
    pub name: String,
    /// Names and types of the parameters.
    pub params: Vec<(String, TypeId)>,
    pub transactional: bool,
}

/// What the engine must know of a service to call it.
#[derive(Debug, Clone)]
pub struct Service {
    pub name: String,
    /// By [`OperationId`].
    pub operations: Vec<Operation>,
}

/// See [`crate::hir::Operation`].
#[derive(Debug, Clone)]
pub struct Operation {
    pub name: String,
    /// Names and types of the parameters.
    pub params: Vec<(String, TypeId)>,
    /// `None`: the answer is not looked at.
    pub ret: Option<TypeId>,
    pub method: HttpMethod,
    pub body: RequestBody,
    pub timeout_ms: i64,
    pub retry: u32,
    pub backoff_ms: (i64, i64),
}

/// What goes into the body of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestBody {
    None,
    /// A value of its own: an argument of the effect.
    Value(TypeId),
    /// An object of these parameters.
    Params(Vec<usize>),
}

/// What an effect means and what its arguments are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Arguments: address (String), content (a record of type `content`), then the message's parameters.
    Send { message: MessageId, channel: ChannelId, content: RecordId },
    /// A send in quiet hours. Arguments: the Time when they end, then those of a send.
    Held { message: MessageId, channel: ChannelId, content: RecordId },
    /// One argument for each channel: its [`Suppression`] as a number. With `first_of` the reason is `unreachable`.
    Suppressed { message: MessageId, channels: Vec<ChannelId>, first_of: bool },
    /// Argument: the new value of the whole field (its index in the profile).
    ProfileWrite { field: usize },
    /// Registers the journey's undo block of that index. Arguments: the block's frame.
    Undo { block: u32 },
    /// Always the last of its step, which ends at a pause with [`Arm::Answer`]. Arguments: path (String), the body where it is a
    /// [`RequestBody::Value`], then the operation's parameters.
    Call { service: ServiceId, operation: OperationId },
    /// Argument: the payload. `broadcast`: to all customers.
    Emit { event: EventId, broadcast: bool },
    /// Arguments: the journey's parameters. With `run` always the last of its step, which ends at a pause with [`Arm::Ended`].
    Start { journey: JourneyId, run: bool },
}

/// Why a channel does not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suppression {
    NoAddress = 1,
    NoConsent = 2,
    /// Another journey of the group goes first.
    Outranked = 3,
    /// A channel with quiet hours, and a customer whose zone is not known.
    NoTimezone = 4,
    /// No place is left under the channel's cap.
    Capped = 5,
}

impl Suppression {
    /// Those that one channel can give, in the order in which they are looked for.
    pub const ALL: [Self; 5] = [Self::Outranked, Self::NoAddress, Self::NoConsent, Self::NoTimezone, Self::Capped];

    /// As it is written in effects and tests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outranked => "outranked",
            Self::NoAddress => "no_address",
            Self::NoConsent => "no_consent",
            Self::NoTimezone => "no_timezone",
            Self::Capped => "capped",
        }
    }

    /// From its number.
    #[must_use]
    pub fn of(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|&reason| reason as u64 == number)
    }
}

/// The one reason of a `first of` of which no channel takes the message.
pub const UNREACHABLE: &str = "unreachable";
