//! The last good document is never lost, whatever is killed and whatever fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
#[path = "../../../files/tests/crash/strace.rs"]
#[allow(dead_code, reason = "shared with the tests of another crate, which need more of it")]
mod strace;

fn main() {
    #[cfg(target_os = "linux")]
    strace::main(linux::prepare, &linux::TESTS);
}
