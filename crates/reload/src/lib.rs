//! Follows the files of configurations: notices changes, lets them settle, and publishes what they say in two phases.

mod event;

pub use event::{Cause, Outcome, ReloadEvent, ShownChange};
