//! How does the cost grow: with the size of a file, with the number of files, with that of those who depend on them?
//!
//! A cost that grows in proportion is the same in every row; one that grows with the square is ten times larger in the next
//! one.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use enhanced_config::EnhancedConfigSystem;
use enhanced_config::format::{Format, Limits, ParseOptions, parse};
use enhanced_config_benches::figures::{self, Figure};

fn main() -> Result<(), Box<dyn Error>> {
    let mut figures = sizes();
    figures.extend(files()?);
    figures.extend(subscribers()?);
    Ok(figures::keep(figures)?)
}

/// A text of so many KiB, in nanoseconds a byte; the rival is held against ours at the same size.
fn sizes() -> Vec<Figure> {
    println!(
        "\nA text, in nanoseconds of the processor for each byte\n\n| KiB | YAML | JSON | TOML | serde_json |"
    );
    println!("|---|---|---|---|---|");
    let mut limits = Limits::default();
    (limits.text_bytes, limits.values) = (32 << 20, 10_000_000);
    let options = ParseOptions::default().with_limits(limits);
    let mut figures = Vec::new();
    for size in [1, 16, 256, 4096, 16 << 10] {
        let [yaml, json, toml] = texts(size << 10);
        let ours = |text: &str, format| {
            let read = || parse(text.as_bytes(), format, "growth", &options).expect("it was made to be read");
            per(text.len(), median(read))
        };
        let (of_yaml, of_json, of_toml) =
            (ours(&yaml, Format::Yaml), ours(&json, Format::Json), ours(&toml, Format::Toml));
        let theirs =
            per(json.len(), median(|| serde_json::from_str::<serde_json::Value>(&json).expect("it is JSON")));
        println!("| {size} | {of_yaml:.2} | {of_json:.2} | {of_toml:.2} | {theirs:.2} |");
        for (format, value) in [("yaml", of_yaml), ("json", of_json), ("toml", of_toml)] {
            let ours = format!("{value:.2} ns a byte");
            let id = format!("growth/parse/{format}/{size} KiB");
            figures.push(match format {
                "json" => Figure::alone(id, ours).beside(
                    "serde_json",
                    format!("{theirs:.2} ns a byte"),
                    value / theirs,
                ),
                _ => Figure::alone(id, ours),
            });
        }
    }
    figures
}

/// So many configurations loaded for the first time, found again, and all compared with their files.
fn files() -> Result<Vec<Figure>, Box<dyn Error>> {
    println!(
        "\nFiles, in time for each\n\n| files | first load | found again | reloaded, unchanged |\n|---|---|---|---|"
    );
    let mut figures = Vec::new();
    for count in [10, 100, 1_000, 10_000] {
        let dir = tempfile::tempdir()?;
        for number in 0..count {
            fs::write(dir.path().join(format!("c{number}.yaml")), "server:\n  host: here\n  port: 8080\n")?;
        }
        let system = system(dir.path())?;
        let names: Vec<String> = (0..count).map(|number| format!("c{number}")).collect();
        let first = each(&names, |name| drop(black_box(system.load_config(name))));
        let again = each(&names, |name| drop(black_box(system.load_config(name))));
        let start = Instant::now();
        drop(black_box(system.reload_all()));
        let reloaded = start.elapsed() / count;
        println!("| {count} | {first:.2?} | {again:.2?} | {reloaded:.2?} |");
        for (what, time) in [("load, first", first), ("load, again", again), ("reload, unchanged", reloaded)]
        {
            figures.push(Figure::alone(format!("growth/{what}/{count} files"), format!("{time:.2?} each")));
        }
    }
    Ok(figures)
}

/// A change that so many callbacks are told of, and what it takes to register them and to let them go.
fn subscribers() -> Result<Vec<Figure>, Box<dyn Error>> {
    println!(
        "\nSubscribers, in time for each\n\n| subscribers | registered | told of a change | let go |\n|---|---|---|---|"
    );
    let mut figures = Vec::new();
    for count in [1, 10, 100, 1_000, 10_000] {
        let dir = tempfile::tempdir()?;
        let file = dir.path().join("app.yaml");
        fs::write(&file, "port: 0\n")?;
        let system = system(dir.path())?;
        system.load_config("app")?;
        let start = Instant::now();
        let subscribe = |_| system.on_change("app", ["port"], |_| Ok(()));
        let subscriptions: Vec<_> = (0..count).map(subscribe).collect::<Result<_, _>>()?;
        let registered = start.elapsed() / count;
        let mut told = Vec::new();
        for port in 1..=9 {
            fs::write(&file, format!("port: {port}\n"))?;
            let start = Instant::now();
            assert!(system.reload("app")?.outcome.is_applied());
            told.push(start.elapsed() / count);
        }
        told.sort_unstable();
        let told = told[told.len() / 2];
        let start = Instant::now();
        drop(subscriptions);
        let dropped = start.elapsed() / count;
        println!("| {count} | {registered:.2?} | {told:.2?} | {dropped:.2?} |");
        for (what, time) in [("subscribe", registered), ("change", told), ("unsubscribe", dropped)] {
            figures.push(Figure::alone(
                format!("growth/{what}/{count} subscribers"),
                format!("{time:.2?} each"),
            ));
        }
    }
    Ok(figures)
}

fn system(dir: &Path) -> Result<EnhancedConfigSystem, Box<dyn Error>> {
    Ok(EnhancedConfigSystem::builder(dir).env_variables::<&str, &str>([]).build()?)
}

/// The same data as YAML, JSON and TOML, each of at least so many bytes.
fn texts(bytes: usize) -> [String; 3] {
    let [mut yaml, mut json, mut toml] = [String::new(), "{".to_owned(), String::new()];
    let mut number = 0;
    while yaml.len() < bytes {
        let host = format!("host-{number}.example.org");
        yaml +=
            &format!("section{number}:\n  host: {host}\n  port: {number}\n  on: true\n  tags: [a, b, c]\n");
        json += &format!(
            "\n\"section{number}\": {{\"host\": \"{host}\", \"port\": {number}, \"on\": true, \"tags\": [\"a\", \"b\", \"c\"]}},"
        );
        toml += &format!(
            "[section{number}]\nhost = \"{host}\"\nport = {number}\non = true\ntags = ['a', 'b', 'c']\n"
        );
        number += 1;
    }
    json.pop();
    json += "\n}";
    [yaml, json, toml]
}

/// The middle of some measurements of the thread's own time.
fn median<R>(run: impl Fn() -> R) -> Duration {
    drop(black_box(run()));
    let mut taken: Vec<Duration> = (0..9)
        .map(|_| {
            let start = ThreadTime::now();
            let result = black_box(run());
            let taken = start.elapsed();
            drop(result);
            taken
        })
        .collect();
    taken.sort_unstable();
    taken[taken.len() / 2]
}

fn per(bytes: usize, time: Duration) -> f64 {
    time.as_nanos() as f64 / bytes as f64
}

fn each(names: &[String], run: impl Fn(&str)) -> Duration {
    let start = Instant::now();
    names.iter().for_each(|name| run(name));
    start.elapsed() / names.len() as u32
}
