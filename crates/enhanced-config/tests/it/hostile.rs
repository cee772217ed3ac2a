//! Input that is made to hang or to swell: each is loaded in a process of its own, whose peak memory is read from the
//! kernel, and which is killed when it does not end.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::dir::Dir;

struct Input {
    name: &'static str,
    file: &'static str,
    text: String,
    /// Part of the error, or nothing when it must load.
    refused: Option<&'static str>,
}

fn inputs() -> Vec<Input> {
    let refused = |name, file, text, why| Input { name, file, text, refused: Some(why) };
    let laughs: String =
        (1..10).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))).collect();
    let merges: String = (1..30)
        .map(|n| format!("m{n}: &m{n} {{<<: [*m{0}, *m{0}], k{n}: {{<<: *m{0}}}}}\n", n - 1))
        .collect();
    let keys = |format: fn(usize) -> String| (0..300_000).map(format).collect::<String>();
    vec![
        refused("800 kB of `{a: `", "app.yaml", "{a: ".repeat(200_000), "levels of nesting"),
        refused("40 kB of `- ` at the root", "app.yaml", "- ".repeat(20_000), "found list"),
        refused(
            "40 kB of `- ` under a key",
            "app.yaml",
            format!("a:\n  {}", "- ".repeat(20_000)),
            "levels of nesting",
        ),
        refused("40 kB of `? `", "app.yaml", "? ".repeat(20_000), ""),
        refused(
            "nested block maps",
            "app.yaml",
            (0..1000).fold(String::new(), |mut text, n| {
                let _ = writeln!(text, "{}a:", " ".repeat(n));
                text
            }),
            "levels of nesting",
        ),
        refused(
            "10,000 nested `[` in YAML",
            "app.yaml",
            format!("a: {}", "[".repeat(10_000)),
            "levels of nesting",
        ),
        refused(
            "10,000 nested `[` in JSON",
            "app.json",
            format!("{{\"a\": {}", "[".repeat(10_000)),
            "levels of nesting",
        ),
        refused(
            "10,000 nested `[` in TOML",
            "app.toml",
            format!("a = {}", "[".repeat(10_000)),
            "levels of nesting",
        ),
        refused(
            "10,000 nested tables in TOML",
            "app.toml",
            format!("[{}]", vec!["a"; 10_000].join(".")),
            "levels of nesting",
        ),
        refused("200,000 `{` in JSON", "app.json", "{\"a\":".repeat(200_000), "levels of nesting"),
        refused(
            "9^10 aliases",
            "app.yaml",
            format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{laughs}"),
            "made by aliases",
        ),
        refused("merge keys that double", "app.yaml", format!("m0: &m0 {{a: 1}}\n{merges}"), ""),
        refused("an alias of itself", "app.yaml", "a: &a [*a]\n".to_owned(), ""),
        refused(
            "a scalar of 100 kB aliased 5,000 times",
            "app.yaml",
            format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 5000].join(", ")),
            "made by aliases",
        ),
        refused(
            "a quote of 1.2 MB that never ends, YAML",
            "app.yaml",
            format!("a: \"{}", "x\n".repeat(600_000)),
            "",
        ),
        refused(
            "a quote of 1.2 MB that never ends, JSON",
            "app.json",
            format!("{{\"a\": \"{}", "x".repeat(1_200_000)),
            "",
        ),
        refused(
            "a quote of 1.2 MB that never ends, TOML",
            "app.toml",
            format!("a = \"\"\"{}", "x\n".repeat(600_000)),
            "",
        ),
        refused("300,000 keys, YAML", "app.yaml", keys(|n| format!("k{n}: 1\n")), "250000 values"),
        refused(
            "300,000 keys, JSON",
            "app.json",
            format!("{{{}\"z\": 1}}", keys(|n| format!("\"k{n}\": 1,\n"))),
            "250000 values",
        ),
        refused("300,000 keys, TOML", "app.toml", keys(|n| format!("k{n} = 1\n")), "250000 values"),
        refused("the same key 200,000 times", "app.yaml", "k: 1\n".repeat(200_000), "duplicate key"),
        Input {
            name: "200,000 keys on one line",
            file: "app.json",
            text: format!(
                "{{{}\"z\": 1}}",
                (0..200_000).map(|n| format!("\"k{n}\": 1,")).collect::<String>()
            ),
            refused: None,
        },
        Input {
            name: "a comment of 4 MB",
            file: "app.yaml",
            text: format!("# {}\na: 1\n", "x".repeat(4_000_000)),
            refused: None,
        },
        Input {
            name: "4 MB of blank lines",
            file: "app.yaml",
            text: format!("{}a: 1\n", "\n".repeat(4_000_000)),
            refused: None,
        },
        refused("a key of 3 MB", "app.yaml", format!("{}: 1\n", "k".repeat(3_000_000)), ""),
        refused(
            "a key of 3 MB, JSON",
            "app.json",
            format!("{{\"{}\": 1}}", "k".repeat(3_000_000)),
            "bytes in one key",
        ),
        refused("500,000 documents", "app.yaml", "---\n".repeat(500_000), ""),
        refused("a million anchors", "app.yaml", format!("a: {}", "&a ".repeat(1_000_000)), ""),
        refused(
            "a number of 1 MB",
            "app.json",
            format!("{{\"a\": {}}}", "9".repeat(1_000_000)),
            "a number that",
        ),
        refused("5 MB", "app.yaml", "#\n".repeat(2_500_000), "4194304"),
    ]
}

#[test]
fn none_hangs_or_swells() {
    if let Some(dir) = std::env::var_os("ENHANCED_CONFIG_HOSTILE_DIR") {
        return load(Path::new(&dir));
    }
    let mut table = String::new();
    let mut failed = false;
    for input in inputs() {
        let dir = Dir::new(&[(input.file, &input.text)]);
        let verdict = judge(&input, &dir);
        failed |= verdict.contains("FAILED");
        let _ = writeln!(table, "{:<42} {verdict}", input.name);
    }
    println!("{table}");
    assert!(!failed, "\n{table}");
}

/// Memory that a load may take: 64 MiB and three times the input.
fn allowed(input: &Input) -> usize {
    (64 << 20) + 3 * input.text.len()
}

fn judge(input: &Input, dir: &Dir) -> String {
    let (output, time) = match run(dir.path()) {
        Some(ended) => ended,
        None => return "FAILED: did not end within 20 s".to_owned(),
    };
    let Some((outcome, peak)) =
        output.split_once("<<<").and_then(|(_, rest)| rest.split_once(">>>")?.0.split_once("|||"))
    else {
        return format!(
            "FAILED: died: {}",
            output.chars().rev().take(300).collect::<String>().chars().rev().collect::<String>()
        );
    };
    let peak: usize = peak.parse().unwrap();
    let fits = peak < allowed(input);
    let as_expected = match input.refused {
        Some(why) => outcome.starts_with("refused") && outcome.contains(why) && outcome.contains(input.file),
        None => outcome == "loaded",
    };
    let mark = if fits && as_expected { "ok" } else { "FAILED" };
    let shown: String = outcome.chars().take(160).collect();
    format!(
        "{mark:<6} {:>5} ms {:>4} MB  {}",
        time.as_millis(),
        peak >> 20,
        dir.anonymous(&shown).replace('\n', " ")
    )
}

/// The output of a process that loads the directory, and its time; nothing if it had to be killed.
fn run(dir: &Path) -> Option<(String, Duration)> {
    let started = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["hostile::none_hangs_or_swells", "--exact", "--nocapture"])
        .env("ENHANCED_CONFIG_HOSTILE_DIR", dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let time = started.elapsed();
    let output = child.wait_with_output().unwrap();
    Some((
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        time,
    ))
}

fn load(dir: &Path) {
    let system = enhanced_config::EnhancedConfigSystem::builder(dir).build().unwrap();
    let outcome = match system.load_config("app") {
        Ok(_) => "loaded".to_owned(),
        Err(error) => format!("refused: {}", error.to_string().lines().take(3).collect::<String>()),
    };
    println!("<<<{outcome}|||{}>>>", peak_memory());
}

/// The most memory that this process had resident.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}
