//! No loss, whatever is killed and whatever fails, through the system as an application uses it. What is below it, the
//! writing of one file, has tests of its own in the same manner, whose tools are used here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail the test"
)]

#[cfg(all(target_os = "linux", feature = "yaml", feature = "migrate", feature = "reload"))]
mod access;
#[cfg(all(target_os = "linux", feature = "yaml", feature = "migrate", feature = "reload"))]
mod disk;
#[cfg(all(target_os = "linux", feature = "yaml", feature = "migrate", feature = "reload"))]
mod faults;
#[cfg(all(target_os = "linux", feature = "yaml", feature = "migrate", feature = "reload"))]
#[path = "../../../files/tests/crash/mount.rs"]
mod mount;
#[cfg(all(target_os = "linux", feature = "yaml", feature = "migrate", feature = "reload"))]
#[path = "../../../files/tests/crash/strace.rs"]
mod strace;
#[cfg(all(target_os = "linux", feature = "yaml", feature = "migrate", feature = "reload"))]
mod task;

fn main() {
    #[cfg(all(target_os = "linux", feature = "yaml", feature = "migrate", feature = "reload"))]
    strace::main(
        task::prepare,
        &[
            ("a_save_is_whole_or_nothing_at_every_call", faults::save),
            ("a_migration_is_whole_or_nothing_and_as_private_as_the_file_at_every_call", faults::migrate),
            ("a_roll_back_is_whole_or_nothing_at_every_call", faults::roll_back),
            ("of_two_processes_that_save_at_once_one_learns_of_the_conflict", faults::race),
            ("what_an_editor_writes_during_a_save_is_not_lost", faults::editor),
            ("a_power_loss_leaves_old_or_new_and_the_backup_at_every_call", disk::power_loss),
            ("a_full_disk_leaves_the_file_as_it_was", disk::full),
            ("a_file_system_that_is_read_only_leaves_the_file_as_it_was", disk::read_only),
            ("a_directory_of_somebody_else_leaves_the_file_as_it_was", access::denied),
        ],
    );
}
