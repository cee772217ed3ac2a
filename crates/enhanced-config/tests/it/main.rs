//! The system as an application uses it: the wiring, and what its errors look like to a person.
mod dir;
mod errors;
#[cfg(target_os = "linux")]
mod hostile;
mod load;
mod secrets;
