//! Channels over which nobody can be reached: an address or a consent that no profile can have.

use super::constant::{Constants, Value};
use crate::diagnostics::Diagnostic;
use crate::hir::{Channel, Expr, Program, Send, Stmt, StmtKind};
use journey_grammar::Span;

/// The first sends over a channel.
#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    any: Option<Span>,
    /// Of a promotional message: it needs consent.
    promotional: Option<Span>,
}

/// Reports each channel that a send needs and that can reach nobody.
pub(super) fn check(program: &Program, constants: &Constants, found: &mut Vec<Diagnostic>) {
    let mut sent = vec![Sent::default(); program.channels.len()];
    for journey in &program.journeys {
        sends(&journey.body, &mut |send, span| note(program, &mut sent, send, span));
    }
    for (channel, sent) in program.channels.iter().zip(sent) {
        if let (Some(address), Some(span)) = (&channel.address, sent.any)
            && has_none(constants, address)
        {
            found.push(no_address(channel, address, span));
        } else if let (Some(consent), Some(span)) = (&channel.consent, sent.promotional)
            && constants.value(consent) == Some(Value::Bool(false))
        {
            found.push(no_consent(channel, consent, span));
        }
    }
}

fn note(program: &Program, sent: &mut [Sent], send: &Send, span: Span) {
    let promotional = program.messages.get(send.message.index()).is_some_and(|message| !message.transactional);
    for channel in &send.channels {
        if let Some(sent) = sent.get_mut(channel.index()) {
            sent.any.get_or_insert(span);
            if promotional {
                sent.promotional.get_or_insert(span);
            }
        }
    }
}

fn sends(stmts: &[Stmt], seen: &mut impl FnMut(&Send, Span)) {
    for stmt in stmts {
        if let StmtKind::Send(send) = &stmt.kind {
            seen(send, stmt.span);
        }
        for block in stmt.kind.blocks() {
            sends(block, seen);
        }
    }
}

/// Whether an address is never there: `none`, or an empty text, which counts as none.
fn has_none(constants: &Constants, address: &Expr) -> bool {
    match constants.value(address) {
        Some(Value::None) => true,
        Some(Value::Text(text)) => text.trim().is_empty(),
        _ => false,
    }
}

fn no_address(channel: &Channel, address: &Expr, send: Span) -> Diagnostic {
    let name = &channel.name;
    Diagnostic::error("E0480", address.span, format!("nobody has an address for `{name}`"), "this is never an address")
        .and(send, format!("what is sent over `{name}` here never leaves"))
        .help("name the field of the profile that holds the address, or remove the line: then the customer's key is the address")
}

fn no_consent(channel: &Channel, consent: &Expr, send: Span) -> Diagnostic {
    let name = &channel.name;
    Diagnostic::error("E0481", consent.span, format!("nobody can agree to be written to over `{name}`"), "this is never true")
        .and(send, format!("what is sent over `{name}` here never leaves"))
        .help("name the field of the profile that says whether the customer has agreed; service messages are `transactional` and need none")
}
