//! Whole programs, from source to effects.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "all/support.rs"]
mod support;

#[path = "all/examples.rs"]
mod examples;

#[path = "all/accounting.rs"]
mod accounting;

#[path = "all/bounds.rs"]
mod bounds;

#[path = "all/branches.rs"]
mod branches;

#[path = "all/broadcasts.rs"]
mod broadcasts;

#[path = "all/calls.rs"]
mod calls;

#[path = "all/children.rs"]
mod children;

#[path = "all/clock.rs"]
mod clock;

#[path = "all/crashes.rs"]
mod crashes;

#[path = "all/emits.rs"]
mod emits;

#[path = "all/entries.rs"]
mod entries;

#[path = "all/rules.rs"]
mod rules;

#[path = "all/decoding.rs"]
mod decoding;

#[path = "all/own_tests.rs"]
mod own_tests;

#[path = "all/sleeping.rs"]
mod sleeping;

#[path = "all/profiles.rs"]
mod profiles;

#[path = "all/limits.rs"]
mod limits;

#[path = "all/handles.rs"]
mod handles;

#[path = "all/templates.rs"]
mod templates;

#[path = "all/traits.rs"]
mod traits;

#[path = "all/standing.rs"]
mod standing;

#[path = "all/kept.rs"]
mod kept;

#[path = "all/lost.rs"]
mod lost;

#[path = "all/simulator/mod.rs"]
mod simulator;
