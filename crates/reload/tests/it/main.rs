//! What the crate does, through its public interface.
