//! What is written on nodes and edges: the designer's own words where they say it, on one line.

use crate::hir::{Deadline, EnterOn, EventMatch, Expr, ExprKind, HttpMethod, Pattern, Program, Schedule, Send};
use crate::source::Sources;
use journey_grammar::Span;

/// Characters of a text at most; the rest becomes `…`.
const TEXT_MAX: usize = 120;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The names and the source of a program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'p> {
    pub program: &'p Program,
    pub sources: &'p Sources,
}

impl Words<'_> {
    /// What stands in the source there, without comments and line breaks.
    pub fn source(self, span: Span) -> String {
        let lines = self.sources.text(span).lines().map(str::trim).filter(|line| !line.starts_with("//"));
        short(&lines.collect::<Vec<_>>().join(" "))
    }

    pub fn expr(self, expr: &Expr) -> String {
        self.source(expr.span)
    }

    /// `purchase where p.total > 100.00`
    pub fn event(self, on: &EventMatch) -> String {
        let name = self.program.events.get(on.event.index()).map_or("", |event| &event.name);
        match &on.filter {
            // What the compiler adds has no place in the source.
            Some(filter) if !self.source(filter.span).is_empty() => short(&format!("{name} where {}", self.expr(filter))),
            _ => name.to_owned(),
        }
    }

    pub fn enter(self, on: &EnterOn) -> String {
        let segment = |id: crate::hir::SegmentId| self.program.segments.get(id.index()).map_or("", |segment| &segment.name);
        match on {
            EnterOn::Event(on) => format!("on {}", self.event(on)),
            EnterOn::Segment { segment: id, .. } => format!("comes into {}", segment(*id)),
            EnterOn::Every { schedule, segment: None } => every(*schedule),
            EnterOn::Every { schedule, segment: Some(id) } => format!("{} for {}", every(*schedule), segment(*id)),
        }
    }

    pub fn deadline(self, deadline: &Deadline) -> String {
        match deadline {
            Deadline::After(duration) => self.expr(duration),
            Deadline::At(time) => format!("until {}", self.expr(time)),
            Deadline::Local { weekday, time, zone } => {
                let day = weekday.and_then(|day| WEEKDAYS.get(usize::from(day).wrapping_sub(1)));
                format!("until {}{}{}", day.map_or(String::new(), |day| format!("{day} ")), self.expr(time), self.zone(zone))
            }
            Deadline::Within { from, to, zone } => {
                format!("until within {}..{}{}", self.expr(from), self.expr(to), self.zone(zone))
            }
        }
    }

    /// The zone, where one is written out.
    fn zone(self, zone: &Expr) -> String {
        match &zone.kind {
            ExprKind::Str(name) => format!(" in {name}"),
            ExprKind::Wrap(inner) => self.zone(inner),
            _ => String::new(),
        }
    }

    pub fn patterns(self, patterns: &[Pattern]) -> String {
        let pattern = |pattern: &Pattern| match pattern {
            Pattern::Any => "anything else".to_owned(),
            Pattern::None => "none".to_owned(),
            Pattern::Variant { enum_id, variant, .. } => {
                self.program.types.enum_def(*enum_id).variants.get(*variant).map_or(String::new(), |variant| variant.name.clone())
            }
            Pattern::Literal(expr) => self.expr(expr),
        };
        short(&patterns.iter().map(pattern).collect::<Vec<_>>().join(", "))
    }

    pub fn send(self, send: &Send) -> String {
        let message = self.program.messages.get(send.message.index()).map_or("", |message| &message.name);
        let channel = |id: &crate::hir::ChannelId| self.program.channels.get(id.index()).map_or("", |channel| &channel.name);
        let channels: Vec<&str> = send.channels.iter().map(channel).collect();
        format!("{message} via {}{}", if send.first_of { "first of " } else { "" }, channels.join(", "))
    }

    /// `loyalty.points (GET)`
    pub fn operation(self, service: crate::hir::ServiceId, operation: crate::hir::OperationId) -> String {
        let Some(service) = self.program.services.get(service.index()) else { return String::new() };
        let Some(operation) = service.operations.get(operation.index()) else { return service.name.clone() };
        let method = match operation.method {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
            HttpMethod::Put => "PUT",
            HttpMethod::Patch => "PATCH",
            HttpMethod::Delete => "DELETE",
            HttpMethod::Head => "HEAD",
        };
        format!("{}.{} ({method})", service.name, operation.name)
    }
}

fn every(schedule: Schedule) -> String {
    let clock = |ms: i64| format!("{:02}:{:02}", ms / 3_600_000, ms / 60_000 % 60);
    match schedule {
        Schedule::Period { ms } => format!("every {}", crate::machine::text::format_duration(ms)),
        Schedule::Daily { time_ms } => format!("every day at {}", clock(time_ms)),
        Schedule::Weekly { weekday, time_ms } => {
            let day = WEEKDAYS.get(usize::from(weekday).wrapping_sub(1)).copied().unwrap_or("week");
            format!("every {day} at {}", clock(time_ms))
        }
        Schedule::Monthly { day, time_ms } => format!("every month on {day} at {}", clock(time_ms)),
    }
}

/// One line of bounded length.
pub(super) fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= TEXT_MAX {
        return line;
    }
    let mut cut: String = line.chars().take(TEXT_MAX - 1).collect();
    cut.push('…');
    cut
}
