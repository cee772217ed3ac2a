//! Follows the files of configurations: notices changes, lets them settle, and publishes what they say in two phases.
//!
//! | to | take |
//! |---|---|
//! | be told that files have changed and settled | [`ConfigHotReloader`], which has an example |
//! | read a value that changes, in any thread | [`Board`] and its [`Live`] handles |
//! | ask and tell everybody about a change, and take it back | [`Subscribers`], one attempt at a time by a [`Turn`] |
//! | hear what became of each attempt | [`Events`] |
//! | start with what was good last | [`StateDir`] |
//!
//! None of them needs another. The facade, `enhanced-config`, wires them to layers, schemas and types.

mod chore;
mod closures;
mod engine;
mod event;
mod follow;
mod followed;
mod jobs;
mod last_known_good;
mod live;
mod options;
mod publish;
mod reloader;
mod settle;
mod shared;
mod sync;
mod trails;
mod watch;

pub use event::{Cause, Outcome, ReloadEvent, ShownChange};
pub use follow::{Attempt, Follow, Input, Trigger};
pub use last_known_good::{LastKnownGood, Saved, StateDir, StateError, Unusable};
pub use live::{Board, Guard, Live, Prepared, Reader, Section, SectionGuard};
pub use options::ReloadOptions;
pub use publish::{
    Callback, CallbackKind, Calls, EventReceiver, Events, NotReceived, Overdue, Publication, Received,
    Stopped, Subscribers, Subscription, Turn,
};
pub use reloader::ConfigHotReloader;
