//! The system as an application uses it: the wiring, and what its errors look like to a person.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]
#![cfg(all(feature = "yaml", feature = "toml"))]

mod backups;
mod dir;
mod documents;
#[cfg(feature = "render")]
mod errors;
#[cfg(all(feature = "fault-tolerance", feature = "reload", unix))]
mod flaky;
#[cfg(feature = "migrate")]
mod former;
mod fresh;
mod jsonc;
#[cfg(all(feature = "reload", unix))]
mod last_known_good;
#[cfg(feature = "reload")]
mod live;
mod load;
#[cfg(feature = "migrate")]
mod migrate;
#[cfg(feature = "monitor")]
mod monitor;
#[cfg(feature = "reload")]
mod reload;
mod save;
#[cfg(feature = "render")]
mod secrets;
#[cfg(feature = "schema")]
mod trace;
#[cfg(feature = "schema")]
mod validate;
