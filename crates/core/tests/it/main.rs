//! Behaviour of the crate through its public interface.
mod extract;
mod merge;
