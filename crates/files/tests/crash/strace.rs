//! Ends a process, or fails it, at every system call of a piece of its work, by `strace --inject`.
//!
//! The process is the test program itself, started with a task. A first run finds the calls between two markers; each of
//! them is then the last of a run by SIGKILL, and the one that fails in a run each by EIO, ENOSPC and EINTR. Nothing is
//! killed by chance, and nothing depends on time. There is no umask, which would close files that are open. Calls are counted for each thread, so that one thread must do the work.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

const DIR: &str = "ENHANCED_CONFIG_CRASH_DIR";
const TASK: &str = "ENHANCED_CONFIG_CRASH_TASK";
/// Paths that are looked at where the work begins and ends.
const BEGIN: &str = "/marker-of-the-begin";
const END: &str = "/marker-of-the-end";

/// How the process came to its end.
#[derive(Debug, PartialEq)]
pub(crate) enum End {
    /// It was killed, or gave up without an answer.
    Killed,
    /// The work was done or not, and it says so.
    Answered(String),
}

/// What was done to the process.
#[derive(Debug)]
pub(crate) struct Injection {
    /// The name of the system call.
    pub(crate) call: String,
    /// Which of the calls of this name since the process began, from 1.
    nth: usize,
    /// `signal=KILL` or `error=EIO`.
    pub(crate) fault: &'static str,
}

/// Each ends a process or fails one call of it.
const FAULTS: [&str; 4] = ["signal=KILL", "error=EIO", "error=ENOSPC", "error=EINTR"];

/// Runs the tests, or what `prepare` makes of the task in a directory if that is what this process was started for, and
/// prints what it says. To be called first of all by `main`.
pub(crate) fn main(prepare: impl FnOnce(&str, &Path) -> Box<dyn FnOnce() -> String>, tests: &[(&str, fn())]) {
    if let (Ok(task), Some(dir)) = (env::var(TASK), env::var_os(DIR)) {
        let work = prepare(&task, Path::new(&dir));
        let _ = fs::metadata(BEGIN);
        let answer = work();
        let _ = fs::metadata(END);
        return println!("{answer}");
    }
    let wanted: Vec<String> = env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, test) in tests {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(&**wanted)) {
            println!("test {name}");
            test();
        }
    }
}

/// How many processes are at work at once.
const AT_ONCE: usize = 2;

/// Does `task` once for each system call and fault. Before each run `arrange` fills an empty directory, after each `check`
/// looks at it.
pub(crate) fn at_every_call(
    task: &str,
    arrange: impl Fn(&Path) + Sync,
    check: impl Fn(&Path, &Injection, &End) + Sync,
) {
    let scenes = [(); AT_ONCE].map(|()| tempfile::tempdir().unwrap());
    let dirs = scenes.each_ref().map(|scene| scene.path().join("dir"));
    at_every_call_of(&dirs, task, is_told, arrange, check);
}

/// Whether a call can fail so, and anybody is told. Rust drops errors of `close`, and calls `fcntl` before only where
/// debug assertions are on; what only looks needs no room on the disk.
pub(crate) fn is_told(call: &str, fault: &str) -> bool {
    const NEVER: [&str; 4] = ["close", "fcntl", "getpid", "geteuid"];
    const LOOK: [&str; 6] = ["open", "openat2", "statx", "readlinkat", "read", "getdents64"];
    match fault {
        "signal=KILL" => true,
        "error=ENOSPC" => !NEVER.contains(&call) && !LOOK.contains(&call),
        _ => !NEVER.contains(&call),
    }
}

/// As [`at_every_call`], one run at a time with a directory of its own that is to be made at `dir`, for the calls and
/// faults that are meant.
pub(crate) fn at_every_call_in(
    dir: &Path,
    task: &str,
    is_meant: impl Fn(&str, &str) -> bool,
    arrange: impl Fn(&Path) + Sync,
    check: impl Fn(&Path, &Injection, &End) + Sync,
) {
    at_every_call_of(&[dir.to_owned()], task, is_meant, arrange, check);
}

fn at_every_call_of(
    dirs: &[PathBuf],
    task: &str,
    is_meant: impl Fn(&str, &str) -> bool,
    arrange: impl Fn(&Path) + Sync,
    check: impl Fn(&Path, &Injection, &End) + Sync,
) {
    let run = |dir: &Path, injection: Option<&Injection>| {
        let _ = fs::remove_dir_all(dir);
        fs::create_dir(dir).unwrap();
        arrange(dir);
        let scene = tempfile::tempdir().unwrap();
        let log = scene.path().join("log");
        let output = strace(task, dir, &log, injection)?;
        Some((fs::read_to_string(log).unwrap(), end_of(&output)))
    };
    let Some((log, end)) = dirs.first().and_then(|dir| run(dir, None)) else {
        return println!("  SKIPPED: needs strace and the right to trace");
    };
    assert!(matches!(end, End::Answered(_)), "{end:?} without any fault: {log}");
    let calls = calls_between_markers(&log);
    assert!(calls.len() > 10, "{calls:?}");
    let injections = calls
        .iter()
        .flat_map(|(call, nth)| FAULTS.map(|fault| Injection { call: call.clone(), nth: *nth, fault }));
    let injections: Vec<_> =
        injections.filter(|injection| is_meant(&injection.call, injection.fault)).collect();
    let injections = Mutex::new(injections.into_iter());
    let next = || injections.lock().unwrap().next();
    let runs = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for dir in dirs {
            let (run, check, next, runs) = (&run, &check, &next, &runs);
            scope.spawn(move || {
                while let Some(injection) = next() {
                    let (log, end) = run(dir, Some(&injection)).unwrap();
                    assert!(log.contains(BEGIN) && has_hit(&log), "{injection:?} missed: {log}");
                    check(dir, &injection, &end);
                    runs.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    println!("  {} faults", runs.into_inner());
}

/// Does `task` in `dir`, and `meanwhile` when the process is at its first `call` and stands still.
pub(crate) fn meanwhile(call: &str, task: &str, dir: &Path, meanwhile: impl FnOnce()) -> Option<End> {
    let scene = tempfile::tempdir().unwrap();
    let log = scene.path().join("log");
    let stop = Injection { call: call.into(), nth: 1, fault: "signal=STOP" };
    let mut strace = traced(task, dir, &log, Some(&stop)).stdout(Stdio::piped()).spawn().ok()?;
    let process = loop {
        let said = fs::read_to_string(&log).unwrap_or_default();
        if let Some(line) = said.lines().find(|line| line.ends_with("--- stopped by SIGSTOP ---")) {
            break line.split(' ').next().unwrap().to_owned();
        }
        if strace.try_wait().unwrap().is_some() {
            return None;
        }
        std::thread::yield_now();
    };
    meanwhile();
    assert!(Command::new("kill").args(["-CONT", &process]).status().unwrap().success());
    Some(end_of(&strace.wait_with_output().unwrap()))
}

/// A process that does `task` in `dir`, with no fault.
pub(crate) fn process(task: &str, dir: &Path) -> Command {
    let mut process = Command::new(env::current_exe().unwrap());
    process.env(DIR, dir).env(TASK, task);
    process
}

fn strace(task: &str, dir: &Path, log: &Path, injection: Option<&Injection>) -> Option<Output> {
    let output = traced(task, dir, log, injection).output().ok()?;
    // Without the right to trace there is no log.
    fs::metadata(log).is_ok_and(|log| log.len() > 0).then_some(output)
}

fn traced(task: &str, dir: &Path, log: &Path, injection: Option<&Injection>) -> Command {
    let mut strace = Command::new("sh");
    strace.args(["-c", "umask 000; exec strace \"$@\"", "strace", "-f", "-qq", "-o"]).arg(log);
    if let Some(Injection { call, nth, fault }) = injection {
        // Stopping at nothing else is quicker, and not how strace can send signals.
        if fault.starts_with("error=") {
            strace.arg("--seccomp-bpf").arg(format!("--trace=statx,{call}"));
        }
        strace.arg(format!("--inject={call}:{fault}:when={nth}"));
    }
    strace.arg(env::current_exe().unwrap()).env(DIR, dir).env(TASK, task);
    strace
}

fn end_of(output: &Output) -> End {
    match String::from_utf8_lossy(&output.stdout).trim() {
        "" => End::Killed,
        answer => End::Answered(answer.into()),
    }
}

/// Each call between the markers: its name, and which of its name it is since the beginning. Without those for memory:
/// how many there are depends on where the system puts the heap, which is another place each time, and to die at one is to
/// die at the next call.
fn calls_between_markers(log: &str) -> Vec<(String, usize)> {
    let mut counts = std::collections::HashMap::new();
    let mut calls = Vec::new();
    let mut is_between = false;
    for line in log.lines() {
        let Some((name, _)) = line.split_once(' ').and_then(|(_, call)| call.trim_start().split_once('('))
        else {
            continue;
        };
        let count = counts.entry(name).or_insert(0);
        *count += 1;
        if line.contains(END) {
            return calls;
        }
        if is_between && name != "brk" {
            calls.push((name.to_owned(), *count));
        }
        is_between |= line.contains(BEGIN);
    }
    panic!("no marker of the end: {log}");
}

fn has_hit(log: &str) -> bool {
    let after = log.split_once(BEGIN).map_or("", |(_, after)| after);
    let within = after.split_once(END).map_or(after, |(within, _)| within);
    within.contains("(INJECTED)") || within.contains("killed by SIGKILL")
}
