//! Behaviour of the crate through its public interface.
mod diff;
mod extract;
mod merge;
mod pack;
mod prepared;
mod tree;
