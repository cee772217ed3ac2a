use enhanced_config_clock::{Clock, SystemClock};
use enhanced_config_monitor::resource::{Measured, Process, ProcessError};
use std::fs;
use std::process::{Child, Command};

fn sleeper() -> Child {
    Command::new("sleep").arg("60").spawn().unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A process that has the number `pid`, where the kernel lets us choose: it continues from the number it gave out last.
fn reuse(pid: u32) -> Option<Child> {
    for _ in 0..100 {
        fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).ok()?;
        let child = sleeper();
        if child.id() == pid {
            return Some(child);
        }
        end(child);
    }
    None
}

#[test]
fn a_number_that_is_used_again_is_another_process() {
    let first = sleeper();
    let pid = first.id();
    let mut process = Process::open(pid).unwrap();
    assert!(process.sample(SystemClock.now()).is_ok());
    end(first);
    assert!(
        matches!(process.sample(SystemClock.now()), Err(ProcessError::Gone { pid: gone }) if gone == pid)
    );

    if let Some(second) = reuse(pid) {
        let mut other = Process::open(pid).unwrap();
        assert!(other.sample(SystemClock.now()).is_ok());
        assert!(matches!(process.sample(SystemClock.now()), Err(ProcessError::Gone { .. })));
        assert_eq!(process.storage(), Measured::NotAvailable);
        end(second);
    }
}

#[test]
fn a_process_that_never_was_is_gone() {
    // One more than the largest number that Linux gives out.
    let error = Process::open(4_194_305).unwrap_err();
    assert!(matches!(error, ProcessError::Gone { .. }), "{error}");
    assert_eq!(error.to_string(), "process 4194305 has ended");
}
