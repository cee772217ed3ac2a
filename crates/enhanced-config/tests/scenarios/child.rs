//! A system in a process of its own, whose limits can be set and which can be stopped.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use enhanced_config::EnhancedConfigSystem;

use crate::running::{has, ms, options, sh, text};

const DIRECTORY: &str = "SCENARIO_DIRECTORY";

/// What the child does; nothing in the parent. It follows the variables of its process too, and changes one when it is
/// told a line, or takes all descriptors that there are until it is told another one.
#[test]
fn in_a_child() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let options = options().with_environment_interval(ms(50));
    let builder = EnhancedConfigSystem::builder(directory).env_prefix("CHILD").reload_options(options);
    let system = builder.build().unwrap();
    system.load_config("app").unwrap();
    let told = system.on_change("app", ["first"], |change| {
        println!("\ndelivered {}", change.new_value().get::<u32>("first").unwrap());
        Ok(())
    });
    let heard = system.on_reload("app", |event| println!("\nbecame {}", event.outcome.name()));
    system.start_hot_reload().unwrap();
    println!("\nready {}", system.is_polling().unwrap_or_default());
    let line = || {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        line.trim().to_owned()
    };
    match &*line() {
        "" => {}
        "take all descriptors" => {
            let all: Vec<File> =
                std::iter::repeat_with(|| File::open("/dev/null")).map_while(Result::ok).collect();
            println!("\ntook all");
            line();
            drop(all);
            line();
        }
        value => {
            temp_env::with_var("CHILD_FIRST", Some(value), line);
            line();
        }
    }
    drop((told, heard));
}

struct Process {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
    dir: tempfile::TempDir,
}

impl Process {
    /// Starts a child by a command line that begins with `wrap`.
    fn start(wrap: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("app.yaml"), text(1)).unwrap();
        let exe = std::env::current_exe().unwrap();
        let mut command: Vec<&std::ffi::OsStr> = wrap.iter().map(|word| word.as_ref()).collect();
        command.push(exe.as_os_str());
        command.extend(
            ["--exact", "child::in_a_child", "--nocapture"]
                .iter()
                .map(|word| -> &std::ffi::OsStr { word.as_ref() }),
        );
        let mut child = Command::new(command[0])
            .args(&command[1..])
            .env(DIRECTORY, dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, dir }
    }

    /// The rest of the next line that starts with `word`.
    fn await_line(&mut self, word: &str) -> String {
        loop {
            let line = self.lines.next().expect("the child says it before it ends").unwrap();
            if let Some(rest) = line.strip_prefix(word) {
                return rest.trim().to_owned();
            }
        }
    }

    fn write(&self, number: u32) {
        std::fs::write(self.dir.path().join("app.yaml"), text(number)).unwrap();
    }

    fn tell(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
    }

    fn signal(&self, signal: &str) {
        sh(self.dir.path(), &format!("kill -{signal} {}", self.child.id()));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.stdin.take().map(|mut stdin| stdin.write_all(b"\n"));
        let _ = self.child.wait();
    }
}

/// Whether limits can be set for a process; says so where they cannot.
fn limits_can_be_set() -> bool {
    let probe = Command::new("unshare").args(["-Ur", "true"]).status();
    let can = has("unshare") && probe.is_ok_and(|status| status.success());
    if !can {
        eprintln!("SKIPPED: this scenario needs user namespaces");
    }
    can
}

#[test]
fn a_system_without_watches_polls_and_says_which_limit_to_raise() {
    if !limits_can_be_set() {
        return;
    }
    for (limit, setting) in [("watches", "max_user_watches"), ("instances", "max_user_instances")] {
        let script = format!("echo 0 > /proc/sys/user/max_inotify_{limit}; exec \"$@\"");
        let mut process = Process::start(&["unshare", "-Ur", "sh", "-ec", &script, "sh"]);
        let why = process.await_line("ready");
        assert!(why.contains(setting), "{why}");
        process.write(2);
        assert_eq!(process.await_line("delivered"), "2");
        std::fs::write(process.dir.path().join("new"), text(3)).unwrap();
        std::fs::rename(process.dir.path().join("new"), process.dir.path().join("app.yaml")).unwrap();
        assert_eq!(process.await_line("delivered"), "3");
    }
}

#[test]
fn an_overflowing_queue_loses_no_change() {
    let mut process = Process::start(&["env"]);
    assert_eq!(process.await_line("ready"), "");
    process.signal("STOP");
    let (from, to) = (process.dir.path().join("from"), process.dir.path().join("to"));
    std::fs::write(&from, "").unwrap();
    // More than /proc/sys/fs/inotify/max_queued_events, two for each.
    for _ in 0..10_000 {
        std::fs::rename(&from, &to).unwrap();
        std::fs::rename(&to, &from).unwrap();
    }
    process.write(2);
    process.signal("CONT");
    assert_eq!(process.await_line("delivered"), "2");
    process.write(3);
    assert_eq!(process.await_line("delivered"), "3");
}

#[test]
fn a_process_that_was_stopped_catches_up() {
    let mut process = Process::start(&["env"]);
    assert_eq!(process.await_line("ready"), "");
    process.signal("STOP");
    process.write(2);
    process.write(3);
    process.signal("CONT");
    assert_eq!(process.await_line("delivered"), "3");
}

#[test]
fn variables_of_the_process_are_followed() {
    let mut process = Process::start(&["env"]);
    process.await_line("ready");
    process.tell("7");
    assert_eq!(process.await_line("delivered"), "7");
    process.tell("the variable is unset again");
    assert_eq!(process.await_line("delivered"), "1");
}

#[test]
fn what_cannot_be_read_for_want_of_descriptors_is_read_when_there_are_some() {
    let mut process = Process::start(&["sh", "-ec", "ulimit -n 64; exec \"$@\"", "sh"]);
    process.await_line("ready");
    process.tell("take all descriptors");
    process.await_line("took all");
    let new = process.dir.path().join("new");
    std::fs::write(&new, text(2)).unwrap();
    std::fs::rename(new, process.dir.path().join("app.yaml")).unwrap();
    assert_eq!(process.await_line("became"), "refused");
    process.tell("let go");
    // Nothing about the file changes any more.
    assert_eq!(process.await_line("delivered"), "2");
    assert_eq!(process.await_line("became"), "recovered");
}
