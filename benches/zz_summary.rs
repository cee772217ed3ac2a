//! Everything that was measured, in one table: the last of all, since cargo runs benchmarks in the order of their names.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench zz_summary -- --write
//! ```
//! writes it to `BENCHMARKS.md`, with the machine, and with `floors.md`, which says of what is not met why not.

use std::fmt::Write as _;
use std::process::Command;
use std::{env, fs, io};

use enhanced_config_benches::figures::{self, Figure};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../BENCHMARKS.md");
const FLOORS: &str = include_str!("floors.md");

fn main() -> io::Result<()> {
    let all = figures::all()?;
    let (mut promised, mut other) = (Vec::new(), Vec::new());
    for (_, questions) in &all {
        for figure in questions.iter().flat_map(|(_, figures)| figures) {
            if figure.is_met.is_some() { promised.push(figure) } else { other.push(figure) }
        }
    }
    let promises = table(&promised);
    println!("\nAll that was promised\n\n{promises}");
    let missed = promised.iter().filter(|figure| figure.is_met == Some(false)).count();
    println!("{} of {} are met", promised.len() - missed, promised.len());
    if env::args().any(|argument| argument == "--write") {
        fs::write(FILE, page(&promises, promised.len() - missed, promised.len(), &table(&other)))?;
        println!("written to BENCHMARKS.md");
    }
    Ok(())
}

fn page(promises: &str, met: usize, of: usize, others: &str) -> String {
    format!(
        "# Benchmarks\n\nOurs beside its rivals, each pair measured in one process, in turns; a ratio below 1 says that ours is \
         faster or smaller. Ours carries the position of every value and refuses duplicate keys. Times of a shared machine mean \
         little, ratios of one run do.\n\n```sh\ncargo bench --manifest-path benches/Cargo.toml\ncargo bench --manifest-path \
         benches/Cargo.toml --bench zz_summary -- --write\n```\n\nThe first measures, for about an hour, and the second writes \
         this page.\n\n{machine}\n\n## What was promised\n\n{met} of {of} are met.\n\n{promises}\n{floors}\n## What else was \
         measured\n\n{others}",
        machine = machine(),
        floors = FLOORS.trim_start(),
    )
}

fn table(figures: &[&Figure]) -> String {
    let mut text =
        "| what | ours | rival | theirs | ratio | target | met |\n|---|---|---|---|---|---|---|\n".to_owned();
    for Figure { id, ours, rival, theirs, ratio, target, is_met } in figures {
        let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
        let is_met = is_met.map_or("", |is_met| if is_met { "yes" } else { "**no**" });
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {id} | {ours} | {rival} | {theirs} | {ratio} | {target} | {is_met} |");
    }
    text
}

/// What it was measured on.
fn machine() -> String {
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = processor.map_or("an unknown processor", |(_, name)| name).to_owned();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = output("rustc", &["--version"]).unwrap_or_default();
    let kernel = output("uname", &["-sr"]).unwrap_or_default();
    // Who built it does not matter.
    let kernel = kernel.split('-').next().unwrap_or_default();
    let date = output("date", &["-u", "+%F"]).unwrap_or_default();
    format!("Measured on {date}: {processor}, {cores} cores, {kernel}, {rustc}.")
}
