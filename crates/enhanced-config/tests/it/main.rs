//! The system as an application uses it: the wiring, and what its errors look like to a person.
#![cfg(all(feature = "yaml", feature = "toml"))]

mod dir;
#[cfg(feature = "render")]
mod errors;
#[cfg(target_os = "linux")]
mod hostile;
mod load;
#[cfg(feature = "render")]
mod secrets;
