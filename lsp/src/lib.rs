//! The Journey language server.
