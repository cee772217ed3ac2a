//! Placeholder head until the crate lands.
