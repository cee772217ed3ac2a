//! No loss, whatever is killed and whatever fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod mount;
#[cfg(target_os = "linux")]
mod strace;

fn main() {
    #[cfg(target_os = "linux")]
    strace::main(linux::work, &linux::TESTS);
}
