//! Follows the files of configurations: notices changes, lets them settle, and publishes what they say in two phases.

mod event;
mod live;
mod sync;
#[allow(dead_code, unused_imports, reason = "the reloader that listens comes next")]
mod watch;

pub use event::{Cause, Outcome, ReloadEvent, ShownChange};
pub use live::{Board, Guard, Live, Prepared, Reader, Section, SectionGuard};
