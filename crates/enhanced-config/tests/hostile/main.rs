//! Input that is made to hang, to swell, to crash or to lead out of the directory. Each is given to a process of its own,
//! whose time and peak of memory are those that the kernel says, and which is killed when it does not end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

// What the kernel says is read from `/proc`.
#[cfg(target_os = "linux")]
mod suite;

fn main() {
    #[cfg(target_os = "linux")]
    suite::main();
}
