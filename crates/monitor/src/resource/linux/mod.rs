//! What `/proc` and `/sys` tell.

mod cgroup;
mod cpu_meter;
mod devices;
mod fields;
mod file;
mod machine;
mod process;

pub(super) use machine::Machine;
pub(super) use process::ProcessSource;
