//! Handles of messages: what `let m = send …` gives, and what can become of a message: `wait for m.clicked`.

use super::Checker;
use super::body::Body;
use super::coerce::poison;
use super::journey::JourneyBody;
use super::lookup::{article, nearest, unknown};
use super::names::number;
use crate::ast;
use crate::diagnostics::Diagnostic;
use crate::hir::{CompareOp, Event, EventId, Expr, ExprKind, MessageId, Send, VarId};
use crate::types::{FieldDef, RecordDef, RecordId, Type, TypeId};
use journey_grammar::Span;

/// What can become of a message, and what is told of it beside its key.
const REPORTS: [(&str, Option<&str>); 5] =
    [("delivered", None), ("opened", None), ("clicked", Some("url")), ("replied", Some("text")), ("bounced", Some("reason"))];
/// How the type of a handle is shown.
const HANDLE: &str = "sent message";
/// The field of a handle, and the first one of a report, that says which message it is about.
const KEY: &str = "key";

/// What handles of messages are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Handles {
    /// Their type.
    record: RecordId,
    /// The first of the events, in the order of [`REPORTS`].
    events: EventId,
}

impl Default for Handles {
    fn default() -> Self {
        Self { record: RecordId(u32::MAX), events: EventId(u32::MAX) }
    }
}

impl Checker {
    /// Enters what handles are made of, behind all that the program declares.
    pub(super) fn enter_handles(&mut self) {
        let optional = self.hir.types.optional(TypeId::STRING);
        let fields = vec![given("sent", TypeId::BOOL), given("reason", optional), given(KEY, TypeId::STRING)];
        let record = self.built_in(HANDLE.into(), fields);
        let events = EventId(number(self.hir.events.len()));
        for (report, more) in REPORTS {
            let name = format!("message.{report}");
            self.wire_is_free(&name);
            let fields = std::iter::once(given(KEY, TypeId::STRING)).chain(more.map(|more| given(more, optional))).collect();
            let record = self.built_in(name.clone(), fields);
            self.hir.events.push(Event { wire: name.clone(), name, record });
        }
        self.handles = Handles { record, events };
    }

    /// `if m.clicked`: what becomes of a message is told later.
    pub(super) fn later(&self, body: &Body, of: &Expr, name: &str) -> Option<String> {
        let is_report = self.record_in(of.ty) == Some(self.handles.record) && REPORTS.iter().any(|(report, _)| *report == name);
        let handle = self.described(body, of)?;
        is_report.then(|| format!("whether it was {name} shows later: write `wait for {handle}.{name} within 2d {{ … }} else {{ … }}`"))
    }

    /// The type of a handle.
    fn handle(&mut self) -> TypeId {
        self.hir.types.intern(Type::Record(self.handles.record))
    }

    fn built_in(&mut self, name: String, fields: Vec<FieldDef>) -> RecordId {
        let id = RecordId(number(self.hir.types.records.len()));
        self.hir.types.records.push(RecordDef { name, fields });
        id
    }

    /// Reports an event of the program's that takes the wire type of a built-in one.
    fn wire_is_free(&mut self, wire: &str) {
        let Some(taken) = self.hir.events.iter().find(|event| event.wire == wire).map(|event| event.name.clone()) else { return };
        let span = self.globals.get(&taken).map(|global| global.span).unwrap_or_default();
        self.report(
            Diagnostic::error("E0451", span, format!("events with the type `{wire}` are built in"), "a second event of that type").help(
                format!(
                    "remove it; what becomes of a message is asked of what `send` gives: `let m = send …`, `wait for m.{}`",
                    wire.trim_start_matches("message.")
                ),
            ),
        );
    }

    /// Binds the handle of a `send`; the send is `None` where it is broken.
    pub(super) fn handled(&mut self, cx: &mut JourneyBody, binding: Option<&ast::Binding>, send: Option<Send>, span: Span) -> Option<Send> {
        if binding.is_none() {
            return send;
        }
        let ty = match &send {
            Some(_) => self.handle(),
            None => TypeId::ERROR,
        };
        let handle = self.bind(cx, binding, ty, (span, span));
        send.map(|send| Send { handle, ..send })
    }

    /// The handle in `m.clicked`; `None` where it is none, which is reported.
    pub(super) fn handle_named(&mut self, body: &mut Body, name: &ast::Ident, report: &ast::Ident) -> Option<Expr> {
        let ty = self.handle();
        let handle = |id: VarId| Expr { kind: ExprKind::Var(id), ty, span: name.span };
        let Some(id) = body.read(&name.name) else {
            let known: Vec<String> =
                body.names().filter(|name| body.find(name).is_some_and(|id| body.var(id).ty == ty)).map(String::from).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let mut diagnostic = unknown("E0201", name, "sent message named", nearest(&name.name, known.iter().copied()), &known);
            if self.globals.contains_key(&name.name) || diagnostic.help.is_none() {
                diagnostic = diagnostic.help(format!("bind the message that is meant: `let {} = send …`, before this", name.name));
            }
            self.report(diagnostic);
            return None;
        };
        let (found, declared) = (body.var(id).ty, body.var(id).span);
        if found == ty {
            return Some(handle(id));
        }
        if found != TypeId::ERROR {
            let shown = self.hir.types.name(found);
            let message = format!("`{}` is {} `{shown}`, not a message that was sent", name.name, article(&shown));
            self.report(
                Diagnostic::error("E0445", name.span, message, format!("nothing is ever {}", report.name))
                    .and(declared, "it is declared here")
                    .help(format!("bind the message: `let m = send …`, then `wait for m.{}`", report.name)),
            );
        }
        None
    }

    /// The event behind the point in `m.clicked`, and the type of its payload.
    pub(super) fn report_awaited(&mut self, word: &ast::Ident) -> (EventId, TypeId) {
        match self.report_named(word) {
            Some(id) => (id, self.payload(id)),
            None => (EventId(u32::MAX), TypeId::ERROR),
        }
    }

    fn report_named(&mut self, word: &ast::Ident) -> Option<EventId> {
        let events = self.handles.events;
        if let Some(at) = REPORTS.iter().position(|(name, _)| *name == word.name) {
            return Some(EventId(events.0 + number(at)));
        }
        let names = REPORTS.map(|(name, _)| name);
        let data = ["sent", "reason", KEY].contains(&word.name.as_str());
        let diagnostic = unknown("E0446", word, "report of a message named", nearest(&word.name, names.into_iter()), &names);
        self.report(if data { diagnostic.help("this is known at once: read it in an `if`, without waiting") } else { diagnostic });
        None
    }

    /// The condition that a report is about a handle's message, and what was written.
    pub(super) fn of_handle(&mut self, handle: Expr, binder: VarId, payload: TypeId, written: Option<Expr>) -> Expr {
        let span = handle.span;
        if payload == TypeId::ERROR {
            return written.unwrap_or_else(|| poison(span));
        }
        let field = |of: Expr, at| Expr { kind: ExprKind::Field(Box::new(of), at), ty: TypeId::STRING, span };
        let told = field(Expr { kind: ExprKind::Var(binder), ty: payload, span }, 0);
        let same = ExprKind::Compare(CompareOp::Eq, Box::new(told), Box::new(field(handle, 2)));
        let same = Expr { kind: same, ty: TypeId::BOOL, span };
        match written {
            Some(written) => Expr { kind: ExprKind::And(Box::new(same), Box::new(written)), ty: TypeId::BOOL, span },
            None => same,
        }
    }

    /// The event of an `enter`, which no handle can be known at.
    pub(super) fn entered(&mut self, on: &ast::EventPattern) -> (EventId, TypeId) {
        let Some(handle) = &on.handle else { return self.awaited(&on.event) };
        self.report(
            Diagnostic::error(
                "E0445",
                handle.span.to(on.event.span),
                "a journey can't start with what becomes of a message",
                "no message is sent before it starts",
            )
            .help("name an event: `enter on EVENT as x`"),
        );
        (EventId(u32::MAX), TypeId::ERROR)
    }

    /// `event cart_reminder.clicked { url: "…" }` in a test.
    pub(super) fn test_report(
        &mut self,
        body: &mut Body,
        message: &ast::Ident,
        word: &ast::Ident,
        fields: &[(ast::Ident, ast::Expr)],
        span: Span,
    ) -> Option<(MessageId, EventId, VarId, Expr)> {
        let message = self.message_named(message);
        let event = self.report_named(word)?;
        let record = self.hir.events[event.index()].record;
        let key = body.declare("", TypeId::STRING, false, span);
        if let Some((name, _)) = fields.iter().find(|(name, _)| name.name == KEY) {
            self.report(
                Diagnostic::error(
                    "E0445",
                    name.span,
                    "the key is that of the message that was sent last",
                    "this is known without being said",
                )
                .help("remove it"),
            );
            return None;
        }
        // The checker's own name, which no source can hold.
        let own = ast::Ident { name: KEY.into(), span };
        let text = ast::Expr { kind: ast::ExprKind::Str(Vec::new()), span };
        let all: Vec<(ast::Ident, ast::Expr)> = std::iter::once((own, text)).chain(fields.iter().cloned()).collect();
        let mut values = self.record_fields(body, record, &all, span);
        if let Some(first) = values.first_mut() {
            first.kind = ExprKind::Var(key);
        }
        let ty = self.hir.types.intern(Type::Record(record));
        Some((message?, event, key, Expr { kind: ExprKind::Record(record, values), ty, span }))
    }
}

fn given(name: &str, ty: TypeId) -> FieldDef {
    FieldDef { name: name.into(), ty, default: None, doc: None, pii: false, span: Span::default() }
}
