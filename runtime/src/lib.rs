//! The Journey runtime: customers, timers, effects and the store.
