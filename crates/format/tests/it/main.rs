//! The crate through its public interface.

mod json;
