//! A program's own tests: `test` blocks on virtual time.

mod expect;
mod outside;
mod timeline;

use crate::engine::{Engine, Offer, Payload, record};
use crate::store::{MemoryStore, Store, StoreError};
use crate::world::{Accepted, World};
use expect::Found;
use journey_compiler::hir::{EventId, MessageId};
use journey_compiler::machine::{Fault, FaultKind, Status, codec, text::format_time};
use journey_compiler::mir::{FunctionId, Test, TestStmt, TestStmtKind};
use journey_compiler::{Program, Sources, Span};
use outside::Told;
use std::sync::Arc;
use timeline::Timeline;

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestReport {
    pub title: String,
    /// Of the test.
    pub span: Span,
    /// `None` where it passed.
    pub failure: Option<TestFailure>,
}

/// Where and why a test failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFailure {
    /// Of the statement.
    pub span: Span,
    /// In words: what the statement says.
    pub expected: String,
    /// In words: what was there instead.
    pub found: String,
    /// What happened to the statement's customer up to there, a dated line each.
    pub timeline: Vec<String>,
}

/// Runs the tests whose titles contain `filter`, in the order in which they are written; each step may take so many turns.
#[must_use]
pub fn run(program: &Arc<Program>, sources: &Arc<Sources>, filter: Option<&str>, budget: i64) -> Vec<TestReport> {
    let wanted = |test: &&Test| filter.is_none_or(|filter| test.title.contains(filter));
    program.module.tests.iter().filter(wanted).map(|test| run_test(program, sources, test, budget)).collect()
}

fn run_test(program: &Arc<Program>, sources: &Arc<Sources>, test: &Test, budget: i64) -> TestReport {
    let engine = Engine::new(Arc::clone(program), Arc::clone(sources), budget, &[], &[]);
    let mut store = MemoryStore::new();
    let failure = match World::new(engine, &mut store, (Timeline::default(), Told::default()), Some(test.start_ms), i64::MAX) {
        Ok(world) => Runner { world, program, now_ms: test.start_ms, events: 0 }.run(test),
        Err(error) => Some(broken(test.span, &Broken::Store(error))),
    };
    TestReport { title: test.title.clone(), span: test.span, failure }
}

/// Why a statement cannot be run at all.
#[derive(Debug)]
enum Broken {
    Store(StoreError),
    Fault(Fault),
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn broken(span: Span, why: &Broken) -> TestFailure {
    let found = match why {
        Broken::Store(error) => error.to_string(),
        Broken::Fault(fault) => format!("it failed: {}", fault.kind),
    };
    TestFailure { span, expected: "the statement runs".into(), found, timeline: Vec::new() }
}

/// A test under way.
struct Runner<'t> {
    world: World<&'t mut MemoryStore, Timeline, Told>,
    program: &'t Arc<Program>,
    /// Virtual time. What an event sets due at once waits until something looks, as it would for the other events of its instant.
    now_ms: i64,
    /// Numbers the events.
    events: u64,
}

impl Runner<'_> {
    fn run(mut self, test: &Test) -> Option<TestFailure> {
        test.body.iter().find_map(|statement| match self.statement(statement) {
            Ok(failure) => failure,
            Err(why) => Some(TestFailure { timeline: self.world.observer.of(&statement.customer), ..broken(statement.span, &why) }),
        })
    }

    fn statement(&mut self, statement: &TestStmt) -> Result<Option<TestFailure>, Broken> {
        let customer = statement.customer.as_str();
        match &statement.kind {
            TestStmtKind::Profile(fields) => self.profile(customer, fields)?,
            TestStmtKind::Event { broadcast, event, payload, at } => {
                let at_ms = at.map(|at| self.number(at)).transpose()?;
                let bytes = self.payload(*event, *payload, None)?;
                self.event(customer, *broadcast, *event, &bytes, at_ms.unwrap_or(self.now_ms))?;
            }
            &TestStmtKind::Report { message, event, payload, at } => {
                let at_ms = at.map(|at| self.number(at)).transpose()?;
                return self.report(statement, message, (event, payload), at_ms.unwrap_or(self.now_ms));
            }
            TestStmtKind::Advance(duration) => {
                let duration = self.number(*duration)?;
                self.advance(self.now_ms.saturating_add(duration))?;
                self.fire_due()?;
            }
            TestStmtKind::AdvanceUntil(time) => {
                let time = self.number(*time)?;
                self.advance(time)?;
                self.fire_due()?;
            }
            TestStmtKind::Variant { experiment, variant } => {
                let slot = self.world.store.open(customer)?;
                let key = Arc::clone(&self.world.store.customer(slot).key);
                self.world.engine.force_variant(&key, experiment, variant);
            }
            TestStmtKind::Answer { service, operation, args, reply } => {
                self.answer(customer, (*service, *operation), args.as_deref(), *reply)?;
            }
            TestStmtKind::Expect(expect) => {
                self.fire_due()?;
                let found = self.judge(customer, expect)?;
                return Ok(found.map(|Found { expected, found }| {
                    let timeline = self.world.observer.of(customer);
                    TestFailure { span: statement.span, expected, found, timeline }
                }));
            }
        }
        Ok(None)
    }

    /// What became of the last message of that name.
    fn report(
        &mut self,
        statement: &TestStmt,
        message: MessageId,
        (event, payload): (EventId, FunctionId),
        at_ms: i64,
    ) -> Result<Option<TestFailure>, Broken> {
        let customer = statement.customer.as_str();
        self.advance(at_ms)?;
        if self.world.observer.last_key(customer, message).is_none() {
            // One that is held up to this very instant leaves before anything can become of it.
            self.fire_due()?;
        }
        let Some(key) = self.world.observer.last_key(customer, message) else {
            let expected = format!("{} has been sent", self.message_name(message));
            let timeline = self.world.observer.of(customer);
            return Ok(Some(TestFailure { span: statement.span, expected, found: "none was sent".into(), timeline }));
        };
        let bytes = self.payload(event, payload, Some(&key))?;
        self.event(customer, false, event, &bytes, at_ms)?;
        Ok(None)
    }

    /// Virtual time goes on: timers that are due before it fire.
    fn advance(&mut self, to_ms: i64) -> Result<(), Broken> {
        self.now_ms = self.now_ms.max(to_ms);
        while self.world.fire_before(self.now_ms)? {
            self.spread()?;
        }
        self.world.clock_ms = self.world.clock_ms.max(Some(self.now_ms));
        Ok(())
    }

    /// What is due by now happens.
    fn fire_due(&mut self) -> Result<(), Broken> {
        while self.world.fire_until(self.now_ms)? {
            self.spread()?;
        }
        Ok(())
    }

    fn event(&mut self, customer: &str, broadcast: bool, event: EventId, bytes: &[u8], at_ms: i64) -> Result<(), Broken> {
        self.advance(at_ms)?;
        let name = self.program.module.events.get(event.index()).map_or("", |event| &event.name);
        let offer = Offer::new(event, Payload::Encoded(bytes));
        self.events += 1;
        if !broadcast {
            self.world.observer.note(customer, at_ms, &format!("event {name}"));
            self.world.handle(customer, Accepted::Event(offer), self.events, at_ms)?;
            return self.spread();
        }
        self.world.observer.note_all(at_ms, &format!("broadcast {name}"));
        for key in self.world.concerned(offer)? {
            self.world.broadcast_to(&key, offer, at_ms)?;
        }
        self.spread()
    }

    /// Offers what steps have broadcast to all whom it can concern.
    fn spread(&mut self) -> Result<(), Broken> {
        while self.world.spread()? {}
        Ok(())
    }

    fn profile(&mut self, customer: &str, fields: &[(usize, FunctionId)]) -> Result<(), Broken> {
        self.advance(self.now_ms)?;
        let slot = self.world.store.open(customer)?;
        let module = &self.program.module;
        let defs = module.profile.as_ref().map_or(&[][..], |profile| &module.types.record(profile.record).fields);
        let mut values = Vec::new();
        for &(index, function) in fields {
            let Some(def) = defs.get(index) else { continue };
            let bytes = self.world.engine.compute(None, self.now_ms, |program, cx| {
                let word = value(program.call(function, &[], cx))?;
                let mut bytes = Vec::new();
                codec::encode(&program.module.types, def.ty, word, cx, &mut bytes).map_err(|_| corrupt())?;
                Ok::<_, Fault>(bytes)
            })?;
            values.push((index, bytes));
        }
        self.world.observer.note(customer, self.now_ms, "the profile is set");
        let now_ms = self.now_ms;
        let customer = self.world.store.customer(slot);
        let moved = self.world.engine.profile_encoded(customer, &values, now_ms, &mut self.world.observer);
        self.world.after(slot, moved);
        self.spread()
    }

    /// A payload as it is kept; of a report, with the key of the message.
    fn payload(&mut self, event: EventId, function: FunctionId, key: Option<&str>) -> Result<Vec<u8>, Fault> {
        let record = self.program.module.events.get(event.index()).map(|event| event.record).ok_or_else(corrupt)?;
        self.world.engine.compute(None, self.now_ms, |program, cx| {
            let key = key.map(|key| cx.new_string(key)).transpose().map_err(|kind| Fault { kind, span: Span::default() })?;
            let word = value(program.call(function, key.as_slice(), cx))?;
            let mut bytes = Vec::new();
            record::encode(&program.module.types, record, word, cx, &mut bytes).map_err(|_| corrupt())?;
            Ok(bytes)
        })
    }

    /// A Time or Duration.
    fn number(&mut self, function: FunctionId) -> Result<i64, Fault> {
        self.world.engine.compute(None, self.now_ms, |program, cx| value(program.call(function, &[], cx)).map(u64::cast_signed))
    }
}

fn value(status: Status) -> Result<u64, Fault> {
    match status {
        Status::Returned(word) => Ok(word),
        Status::Faulted(fault) => Err(fault),
        Status::Suspended { .. } | Status::Finished { .. } => Err(corrupt()),
    }
}

fn corrupt() -> Fault {
    Fault { kind: FaultKind::CorruptState, span: Span::default() }
}

/// A dated line.
fn dated(at_ms: i64, text: &str) -> String {
    format!("{}  {text}", format_time(at_ms))
}
