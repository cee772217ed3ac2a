//! Guides, one for each thing that is done with configurations. Each begins with the shortest program that does it.
//!
//! | to | read |
//! |---|---|
//! | make one typed configuration of files, profiles and variables | [`loading`] |
//! | understand what is refused, show it, and check more | [`errors`] |
//! | follow files while the program runs | [`reloading`] |
//! | change the layout of files, and save values to them | [`migrating`] |
//! | have many configurations in little memory | [`caching`] |
//! | know how it goes: health, alerts, metrics | [`monitoring`] |
//! | keep going while files, disks and services do not | [`resilience`] |
//! | keep secrets in and hostile files out | [`security`] |
//! | come from the crate `config` | [`from_config_rs`] |
//! | come from the crate `figment` | [`from_figment`] |
//!
//! In the snippets `dir` is the directory of the configurations, and a `?` wants a function that returns
//! `Result<(), Box<dyn std::error::Error>>`. Later ones of a guide use what the first one imports. All of them are run as
//! tests, but for the programs of other crates. They need `serde` with its feature `derive`, and some `serde_json`.

#[doc = include_str!("loading.md")]
pub mod loading {}

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("reloading.md")]
pub mod reloading {}

#[doc = include_str!("migrating.md")]
pub mod migrating {}

#[doc = include_str!("caching.md")]
pub mod caching {}

#[doc = include_str!("monitoring.md")]
pub mod monitoring {}

#[doc = include_str!("resilience.md")]
pub mod resilience {}

#[doc = include_str!("security.md")]
pub mod security {}

#[doc = include_str!("from_config_rs.md")]
pub mod from_config_rs {}

#[doc = include_str!("from_figment.md")]
pub mod from_figment {}
