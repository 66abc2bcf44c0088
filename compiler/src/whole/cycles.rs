//! E0466 and W0404: journeys that start each other without a pause.
//!
//! A *trigger* is a place where something sets a journey going: its entry, or an event that a wait in a loop takes. A link leads from
//! one to another where the journey, before it rests, emits the event that the other takes, or starts or runs the other's
//! journey. A circle of links goes round within one instant. No circle is made by
//!
//! - an event that the other's `where` excludes by what the payload says literally;
//! - an entry of a journey that is still there (`one per …`) or cools down when its event comes again.
//!
//! A link that a condition guards may be cut by it. Where nothing on a circle is guarded, it is an error. Where the conditions
//! read only what the customer is (the profile, traits, the time), a warning; a condition that reads the payload, a parameter or a
//! variable is taken for the bound that it most often is (`where attempt < 3`). What goes on in the same instant, `instant` says.
//! Costs: a search for each trigger, and one for each guard on a circle that was found.

use super::Whole;
use super::flow::{Spot, SpotKind, View};
use super::instant::{Guard, Instants, reads};
use super::known::{Known, Value};
use crate::diagnostics::Diagnostic;
use crate::hir::{CompareOp, EnterOn, EventId, EventMatch, Expr, ExprKind, InstanceKey};
use journey_grammar::Span;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;

/// Where a journey is set going.
struct Trigger<'h> {
    journey: usize,
    start: Spot,
    /// `None`: only other journeys start it.
    on: Option<&'h EventMatch>,
    /// The wait that it takes the event in; `None` is the entry.
    wait: Option<Spot>,
    span: Span,
}

/// Where a journey must be for a trigger to set it going again.
enum Again {
    /// Anywhere.
    AtOnce,
    From(Spot),
    /// Not in the same instant.
    Later,
}

/// From one trigger to another.
#[derive(Debug, Clone, Copy)]
struct Link {
    from: usize,
    to: usize,
    /// Where it is emitted or started.
    spot: Spot,
}

impl<'h> Whole<'h> {
    pub(super) fn cycles(&mut self) {
        let instants = Instants::of(&self.bounds.flows);
        let triggers = self.triggers();
        let links = self.links(&instants, &triggers);
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        for _ in &triggers {
            graph.add_node(());
        }
        for link in &links {
            graph.add_edge(NodeIndex::new(link.from), NodeIndex::new(link.to), ());
        }
        let mut component_of = vec![0; triggers.len()];
        let components = kosaraju_scc(&graph);
        for (number, component) in components.iter().enumerate() {
            component.iter().for_each(|node| component_of[node.index()] = number);
        }
        let mut inside: Vec<Vec<(Link, Guard)>> = vec![Vec::new(); components.len()];
        for link in links.iter().filter(|link| component_of[link.from] == component_of[link.to]) {
            inside[component_of[link.from]].push((*link, self.guard(&instants, &triggers, link)));
        }
        for links in inside {
            let up_to = |most: Guard| -> Vec<Link> { links.iter().filter(|(_, guard)| *guard <= most).map(|(link, _)| *link).collect() };
            let found = match circle(&up_to(Guard::Open)) {
                Some(circle) => Some(self.circle(&triggers, &circle, "E0466")),
                None => circle(&up_to(Guard::Customer)).map(|circle| self.circle(&triggers, &circle, "W0404")),
            };
            self.found.extend(found);
        }
    }

    fn triggers(&self) -> Vec<Trigger<'h>> {
        let mut triggers = Vec::new();
        for journey in self.journeys() {
            let flow = &self.bounds.flows[journey];
            let declared = &self.program.journeys[journey];
            let entry = |on, span| Trigger { journey, start: flow.entry, on, wait: None, span };
            for enter in &declared.enters {
                if let EnterOn::Event(on) = &enter.on {
                    triggers.push(entry(Some(on), enter.span));
                }
            }
            if declared.enters.is_empty() {
                triggers.push(entry(None, declared.name_span));
            }
            for (wait, kind) in flow.spots.iter().enumerate() {
                if !matches!(kind, SpotKind::Wait(_)) {
                    continue;
                }
                for way in flow.ways(wait, View::Flow) {
                    if let Some(on) = way.on {
                        let span = super::first_word(flow.spans[wait], "wait");
                        triggers.push(Trigger { journey, start: way.to, on: Some(on), wait: Some(wait), span });
                    }
                }
            }
        }
        triggers
    }

    fn links(&self, instants: &Instants, triggers: &[Trigger<'h>]) -> Vec<Link> {
        let mut by_event: Vec<Vec<usize>> = vec![Vec::new(); self.program.events.len()];
        let mut entries: Vec<Vec<usize>> = vec![Vec::new(); self.program.journeys.len()];
        for (at, trigger) in triggers.iter().enumerate() {
            if let Some(takers) = trigger.on.and_then(|on| by_event.get_mut(on.event.index())) {
                takers.push(at);
            }
            if trigger.wait.is_none() {
                entries[trigger.journey].push(at);
            }
        }
        let mut links = Vec::new();
        for (from, trigger) in triggers.iter().enumerate() {
            let flow = &self.bounds.flows[trigger.journey];
            let leads =
                |kind: &SpotKind| matches!(kind, SpotKind::Emit(..) | SpotKind::Broadcast(..) | SpotKind::Start(_) | SpotKind::Run(_));
            if !flow.spots.iter().any(leads) {
                continue;
            }
            let reached = instants.reached(flow, trigger.start, None);
            for spot in (0..flow.spots.len()).filter(|&spot| reached[spot]) {
                match flow.spots[spot] {
                    SpotKind::Emit(event, payload) | SpotKind::Broadcast(event, payload) if self.takes_again(instants, trigger, spot) => {
                        // What is broadcast starts nothing.
                        let starts = matches!(flow.spots[spot], SpotKind::Emit(..));
                        let takers = by_event.get(event.index()).into_iter().flatten().filter(|&&to| starts || triggers[to].wait.is_some());
                        let taken = takers.filter(|&&to| self.fits(trigger, &triggers[to], payload) != Some(false));
                        links.extend(taken.map(|&to| Link { from, to, spot }));
                    }
                    SpotKind::Start(child) | SpotKind::Run(child) => {
                        let children = entries.get(child.index()).into_iter().flatten();
                        links.extend(children.map(|&to| Link { from, to, spot }));
                    }
                    _ => {}
                }
            }
        }
        links
    }

    /// Whether what was set going here can be set going by an event again as soon as the step is done.
    fn takes_again(&self, instants: &Instants, trigger: &Trigger, spot: Spot) -> bool {
        match self.again_from(trigger) {
            Again::AtOnce => true,
            Again::From(to) => instants.reached(&self.bounds.flows[trigger.journey], spot, None)[to],
            Again::Later => false,
        }
    }

    fn again_from(&self, trigger: &Trigger) -> Again {
        let declared = &self.program.journeys[trigger.journey];
        match trigger.wait {
            Some(wait) => Again::From(wait),
            None if matches!(declared.key, InstanceKey::Unlimited) => Again::AtOnce,
            None if declared.cooldown_ms.unwrap_or(0) > 0 => Again::Later,
            None => Again::From(self.bounds.flows[trigger.journey].end),
        }
    }

    /// Whether a trigger takes what is emitted with this payload, as far as it is known.
    fn fits(&self, from: &Trigger, to: &Trigger, payload: &Expr) -> Option<bool> {
        let known = |trigger: &Trigger| self.bounds.flows[trigger.journey].known(self.program);
        Offer { from: known(from), payload, to: known(to), on: to.on? }.fits()
    }

    fn guard(&self, instants: &Instants, triggers: &[Trigger<'h>], link: &Link) -> Guard {
        let (from, to) = (&triggers[link.from], &triggers[link.to]);
        let flow = &self.bounds.flows[from.journey];
        let filter = match flow.spots[link.spot] {
            SpotKind::Emit(_, payload) | SpotKind::Broadcast(_, payload) => {
                let again = match self.again_from(from) {
                    Again::From(to) => instants.guard(flow, link.spot, to).unwrap_or(Guard::Open),
                    Again::AtOnce | Again::Later => Guard::Open,
                };
                // What the payload fulfils by what is written is no guard.
                match to.on.and_then(|on| on.filter.as_ref()) {
                    Some(filter) if self.fits(from, to, payload) != Some(true) => again.max(reads(filter)),
                    _ => again,
                }
            }
            _ => Guard::Open,
        };
        filter.max(instants.guard(flow, from.start, link.spot).unwrap_or(Guard::Open))
    }

    fn circle(&self, triggers: &[Trigger<'h>], circle: &[Link], code: &'static str) -> Diagnostic {
        let name = |trigger: usize| self.program.journeys[triggers[trigger].journey].name.as_str();
        let mut names: Vec<String> = circle.iter().map(|link| format!("`{}`", name(link.from))).collect();
        names.dedup();
        let message = match (code, names.as_slice()) {
            ("E0466", [only]) => format!("{only} sets itself going again and again, without a pause"),
            ("E0466", all) => format!("{} set each other going without a pause", all.join(" and ")),
            (_, [only]) => format!("{only} may set itself going again and again"),
            (_, all) => format!("{} may set each other going without a pause", all.join(" and ")),
        };
        let said = |link: &Link| {
            let flow = &self.bounds.flows[triggers[link.from].journey];
            let text = match flow.spots[link.spot] {
                SpotKind::Emit(event, _) => format!("emits `{}`", self.event(event)),
                SpotKind::Broadcast(event, _) => format!("broadcasts `{}`", self.event(event)),
                _ => format!("starts `{}`", name(link.to)),
            };
            (flow.spans[link.spot], text)
        };
        let taken = |link: &Link| {
            let to = &triggers[link.to];
            match (to.on, to.wait) {
                (Some(on), None) => {
                    format!("which starts `{}`", name(link.to)) + if on.filter.is_some() { ", where this holds" } else { "" }
                }
                (Some(_), Some(_)) => format!("which `{}` waits for", name(link.to)),
                (None, _) => "this journey".to_owned(),
            }
        };
        let help = match code {
            "E0466" => {
                "put a pause between, such as `wait 1d`, or a condition that ends it, such as `where attempt < 3`; the runtime stops such a chain after 32 events"
            }
            _ => {
                "let a condition read what is handed on, such as `where attempt < 3`, or put a pause between; the runtime stops such a chain after 32 events"
            }
        };
        let (span, text) = circle.first().map(said).unwrap_or_default();
        let mut diagnostic = match code {
            "E0466" => Diagnostic::error("E0466", span, message, text),
            _ => Diagnostic::warning("W0404", span, message, text),
        };
        for (at, link) in circle.iter().enumerate() {
            if at > 0 {
                let (span, text) = said(link);
                diagnostic = diagnostic.and(span, text);
            }
            diagnostic = diagnostic.and(triggers[link.to].span, taken(link));
        }
        diagnostic.help(help)
    }

    fn event(&self, event: EventId) -> &str {
        self.program.events.get(event.index()).map_or("", |event| &event.name)
    }
}

/// A circle, as short as there is one from its first link on.
fn circle(links: &[Link]) -> Option<Vec<Link>> {
    (0..links.len()).find_map(|first| circle_from(links, first))
}

/// The shortest way round that begins with a link.
fn circle_from(links: &[Link], first: usize) -> Option<Vec<Link>> {
    let mut before: FxHashMap<usize, usize> = FxHashMap::default();
    let mut open = VecDeque::from([first]);
    while let Some(at) = open.pop_front() {
        if links[at].to == links[first].from {
            let mut way = vec![links[at]];
            let mut at = at;
            while at != first {
                at = *before.get(&at)?;
                way.push(links[at]);
            }
            way.reverse();
            return Some(way);
        }
        for (next, _) in links.iter().enumerate().filter(|(next, link)| link.from == links[at].to && *next != first) {
            if let Entry::Vacant(entry) = before.entry(next) {
                entry.insert(at);
                open.push_back(next);
            }
        }
    }
    None
}

/// An event that is emitted, and whoever may take it.
struct Offer<'o, 'h> {
    /// Where it is emitted: each journey numbers its variables for itself.
    from: Known<'o>,
    payload: &'h Expr,
    to: Known<'o>,
    on: &'h EventMatch,
}

impl Offer<'_, '_> {
    /// Whether it is taken, as far as what is written in both says it.
    fn fits(&self) -> Option<bool> {
        self.on.filter.as_ref().map_or(Some(true), |filter| self.holds(filter))
    }

    fn holds(&self, filter: &Expr) -> Option<bool> {
        match &filter.kind {
            ExprKind::And(a, b) => match (self.holds(a), self.holds(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (a, b) => Some(a? && b?),
            },
            ExprKind::Or(a, b) => match (self.holds(a), self.holds(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (a, b) => Some(a? || b?),
            },
            ExprKind::Not(of) => Some(!self.holds(of)?),
            ExprKind::Compare(op @ (CompareOp::Eq | CompareOp::Ne), a, b) => {
                Some((self.side(a)? == self.side(b)?) == (*op == CompareOp::Eq))
            }
            ExprKind::Compare(op, a, b) => match (self.side(a)?, self.side(b)?) {
                (Literal::Value(Value::Int(a)), Literal::Value(Value::Int(b))) => Some(op.holds(&a, &b)),
                _ => None,
            },
            _ => match self.side(filter)? {
                Literal::Value(Value::Bool(value)) => Some(value),
                _ => None,
            },
        }
    }

    /// The value of a side of a comparison, where it is written there or in the payload.
    fn side(&self, expr: &Expr) -> Option<Literal> {
        match &expr.kind {
            ExprKind::Wrap(of) | ExprKind::Unwrap(of) => self.side(of),
            ExprKind::Field(of, field) if matches!(of.kind, ExprKind::Var(var) if var == self.on.binder) => match &self.payload.kind {
                ExprKind::Record(_, fields) => literal(&self.from, fields.get(*field)?),
                _ => None,
            },
            _ => literal(&self.to, expr),
        }
    }
}

/// What is written.
#[derive(PartialEq)]
enum Literal {
    Value(Value),
    Text(String),
}

fn literal(known: &Known, expr: &Expr) -> Option<Literal> {
    match &expr.kind {
        ExprKind::Str(text) => Some(Literal::Text(text.clone())),
        ExprKind::Wrap(of) => literal(known, of),
        _ => match known.value(expr, &|_| Value::Unknown) {
            Value::Unknown | Value::Present => None,
            value => Some(Literal::Value(value)),
        },
    }
}
