//! What is said of personal data in a place that may not have it: the way that it has come, and what to do.

use super::marked::unmarked;
use super::taint::Taint;
use super::trail::Trail;
use super::values::Values;
use crate::diagnostics::Diagnostic;
use crate::hir::{EventId, Expr, Operation, Place, PlaceRoot, Program, Service};
use crate::types::FieldDef;

fn told(diagnostic: Diagnostic, trail: &Trail) -> Diagnostic {
    trail.stations().into_iter().fold(diagnostic, |diagnostic, (span, text)| diagnostic.and(span, text))
}

pub(super) fn in_fail(why: &Expr, trail: &Trail) -> Diagnostic {
    let message = format!("`{}` is personal, and goes into the reason of a failure", trail.field());
    told(Diagnostic::error("E0475", why.span, message, "logs and reports show this text"), trail)
        .help("leave it out: reports name the customer by their key anyway")
}

pub(super) fn in_event(program: &Program, event: EventId, field: &Expr, trail: &Trail) -> Diagnostic {
    let event = program.events.get(event.index()).map_or("", |event| &event.name);
    let message = format!("`{}` is personal, and goes into an event", trail.field());
    told(Diagnostic::error("E0476", field.span, message, format!("every reader of `{event}` gets this")), trail)
        .help("leave it out: whoever gets the event can read the profile, and another journey takes it as an argument of `start` or `run`")
}

pub(super) fn to_service(service: &Service, operation: &Operation, arg: &Expr, trail: &Trail) -> Diagnostic {
    let message = format!("`{}` is personal, and goes to the service `{}`", trail.field(), service.name);
    let label = format!("`{}.{}` may not have this", service.name, operation.name);
    told(Diagnostic::error("E0477", arg.span, message, label), trail)
        .and(operation.span, "this does not say `accepts pii`")
        .help(format!("leave it out, or write `accepts pii` behind `service {}` if it may have personal data", service.name))
}

/// `None` where a marked field protects it.
pub(super) fn in_profile(values: &Values, place: &Place, value: &Expr, taint: &Taint) -> Option<Diagnostic> {
    let types = &values.program.types;
    let fields = written(values.program, place);
    if fields.iter().any(|field| field.pii) {
        return None;
    }
    let trail = unmarked(types, taint, value.ty)?;
    let into = fields.last()?;
    let message = format!("`{}` is personal, and goes into `{}`, which is not", trail.field(), into.name);
    let diagnostic = Diagnostic::error("E0478", place.span, message, "from here on, nothing tells that it is personal")
        .and(into.span, "this field is not marked")
        .help(format!("mark it: `{}: {} @pii`", into.name, types.name(into.ty)))
        .fix("add `@pii`", journey_grammar::Span::new(into.span.file, into.span.end, into.span.end), " @pii");
    Some(told(diagnostic, trail))
}

/// The fields from the profile's down to the one that is assigned.
fn written<'h>(program: &'h Program, place: &Place) -> Vec<&'h FieldDef> {
    let mut fields = Vec::new();
    if let (PlaceRoot::Profile(at), Some(profile)) = (place.root, &program.profile) {
        fields.extend(program.types.record(profile.record).fields.get(at));
    }
    fields.extend(place.path.iter().filter_map(|&(record, at)| program.types.record(record).fields.get(at)));
    fields
}

pub(super) fn in_key(key: &Expr, trail: &Trail) -> Diagnostic {
    let message = format!("`{}` is personal, and tells the instances of a journey apart", trail.field());
    told(Diagnostic::error("E0479", key.span, message, "this becomes a part of their ids, which logs and reports show"), trail)
        .help("take a number that says nothing of a person, such as that of an order; to have one per customer, leave the line out")
}
