//! Runs cases, judges what comes of them, and prints a table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::case::{Case, Expected};

/// The argument that makes this program the process that is given a directory.
pub(crate) const CHILD: &str = "--child";
/// What stands before the report of such a process.
pub(crate) const DONE: &str = "<<done>>";
/// Processor time of a case in seconds. A compiler that does not optimise makes it several times slower.
const SECONDS: f64 = if cfg!(debug_assertions) { 5.0 } else { 1.0 };
/// Then it hangs.
const KILLED: Duration = Duration::from_secs(30);
/// Memory of a case, beside three times what the input weighs.
const MEMORY: usize = 64 << 20;
/// Nobody reads a longer error.
const LONGEST_ERROR: usize = 64 << 10;

/// What a process has to say.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    loaded: bool,
    outcome: String,
    /// Processor time in seconds.
    seconds: f64,
    /// The most memory that was resident, in bytes.
    peak: usize,
}

impl Report {
    pub(crate) fn of((loaded, outcome): (bool, String)) -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak = peak.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024;
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        // After the name, which may have blanks: user and system time are the 12th and 13th, in hundredths.
        let times = stat.rsplit_once(')').unwrap().1.split_whitespace().skip(11).take(2);
        let ticks: u32 = times.map(|ticks| ticks.parse::<u32>().unwrap()).sum();
        Self { loaded, outcome, seconds: f64::from(ticks) / 100.0, peak }
    }
}

/// Whether an error names a line and a column of a file.
pub(crate) fn has_place(error: &str, file: &str) -> bool {
    error.match_indices(file).any(|(at, _)| {
        let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
        let rest = error[at + file.len()..].strip_prefix(':').unwrap_or_default();
        let line = digits(rest);
        line > 0 && rest[line..].strip_prefix(':').is_some_and(|rest| digits(rest) > 0)
    })
}

/// Runs all, as many at once as there are processors, and ends the process with an error where one is not as it should
/// be.
pub(crate) fn all(cases: &[Case]) {
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(vec![String::new(); cases.len()]);
    let work = || {
        while let Some((at, case)) =
            Some(next.fetch_add(1, Relaxed)).and_then(|at| Some((at, cases.get(at)?)))
        {
            let row = judge(case);
            rows.lock().unwrap()[at] = row;
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let (mut group, mut table) = ("", String::new());
    let rows = rows.into_inner().unwrap();
    for (case, row) in cases.iter().zip(&rows) {
        if case.group != std::mem::replace(&mut group, case.group) {
            let _ = writeln!(table, "\n{group}");
        }
        let _ = writeln!(table, "  {:<50} {row}", case.name);
    }
    let count = |mark: &str| rows.iter().filter(|row| row.starts_with(mark)).count();
    println!("{table}\n{} hostile inputs: {} ok, {} skipped", cases.len(), count("ok"), count("SKIPPED"));
    let failed = count("FAILED");
    assert!(failed == 0, "{failed} inputs are not met as they should be");
}

fn judge(case: &Case) -> String {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    fs::create_dir(&config).unwrap();
    fs::write(dir.path().join("how"), case.how).unwrap();
    fs::write(dir.path().join("name"), &case.config).unwrap();
    if let Err(why) = case.arrange(&config) {
        return format!("SKIPPED {why}");
    }
    let (report, time) = match run(dir.path(), case) {
        Ok(ended) => ended,
        Err(why) => return format!("FAILED {why}"),
    };
    let mark = wrong(case, &report).map_or("ok    ".to_owned(), |why| format!("FAILED ({why})"));
    let shown = report.outcome.replace(&dir.path().display().to_string(), "DIR").replace('\n', " ");
    let shown: String = shown.chars().map(|c| if c.is_control() { '?' } else { c }).take(110).collect();
    format!(
        "{mark} {:>5.2} s of {:>5.2} s, {:>3} MB  {shown}",
        report.seconds,
        time.as_secs_f64(),
        report.peak >> 20
    )
}

/// What is wrong with what came of a case.
fn wrong(case: &Case, report: &Report) -> Option<String> {
    let Report { loaded, outcome, seconds, peak } = report;
    let names = |file: &str| outcome.contains(file);
    let is_expected = match case.expected {
        Expected::Loads => *loaded,
        Expected::Refused(why) | Expected::RefusedWhole(why) => !loaded && outcome.contains(why),
    };
    let file = case.file.as_deref();
    let has_no_place =
        matches!(case.expected, Expected::Refused(_)) && file.is_some_and(|file| !has_place(outcome, file));
    let most = MEMORY + 3 * case.weight;
    match () {
        () if !is_expected => Some(format!("expected {:?}", case.expected)),
        () if file.is_some_and(|file| !names(file)) => Some(format!("the file is not named: {outcome}")),
        () if has_no_place => Some("no line and column".to_owned()),
        () if outcome.len() > LONGEST_ERROR => Some(format!("an error of {} bytes", outcome.len())),
        () if *peak > most => Some(format!("{peak} bytes of memory, of {most}")),
        () if *seconds > SECONDS => Some("too slow".to_owned()),
        () => None,
    }
}

/// What a process comes to that is given a case, and how long that took.
fn run(dir: &Path, case: &Case) -> Result<(Report, Duration), String> {
    let started = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg(CHILD)
        .arg(dir)
        .envs(case.variables.iter().cloned())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let output = thread::spawn(move || read(stdout));
    let errors = thread::spawn(move || read(stderr));
    let ended = wait(&mut child, started);
    let (output, errors) = (output.join().unwrap(), errors.join().unwrap());
    ended?;
    let report = output.split_once(DONE).and_then(|(_, report)| serde_json::from_str(report.trim()).ok());
    let last = errors.chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    report
        .map(|report| (report, started.elapsed()))
        .ok_or_else(|| format!("died: {}", last.replace('\n', " ")))
}

fn read(pipe: Option<impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    pipe.unwrap().read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(child: &mut Child, started: Instant) -> Result<(), String> {
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > KILLED {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err(format!("did not end within {} s", KILLED.as_secs()));
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
