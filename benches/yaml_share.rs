//! How much of the YAML that there is takes the fast path?
//!
//! `cargo bench --bench yaml_share` looks at the files of this repository, at the table of small texts that the two
//! readers are compared with, and at `/usr`; `-- DIRECTORY...` elsewhere. A share is of what the full parser reads:
//! files of several documents, with tags of some program or templates are no configurations.

use std::{fs, path::Path};

use enhanced_config_format::{Agreement, Format, ParseOptions, parse, yaml_agreement};

fn main() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let directories: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("{:<40} {:>7} {:>9} {:>7} {:>8} {:>8}", "", "files", "readable", "fast", "files %", "bytes %");
    if directories.is_empty() {
        print(
            "examples, benchmarks",
            &count(&[repository.join("examples"), repository.join("benches/data")]),
        );
        print("small texts", &small_texts(&repository));
        print("/usr", &count(&["/usr"]));
    }
    for directory in directories {
        print(&directory, &count(&[&directory]));
    }
}

/// Files and their bytes.
#[derive(Default)]
struct Counts {
    all: usize,
    readable: usize,
    readable_bytes: usize,
    fast: usize,
    fast_bytes: usize,
}

fn print(title: &str, counts: &Counts) {
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    println!(
        "{title:<40} {:>7} {:>9} {:>7} {:>8.1} {:>8.1}",
        counts.all,
        counts.readable,
        counts.fast,
        percent(counts.fast, counts.readable),
        percent(counts.fast_bytes, counts.readable_bytes),
    );
}

impl Counts {
    fn add(&mut self, name: &str, text: &[u8]) {
        self.all += 1;
        if parse(text, Format::Yaml, name, &ParseOptions::default()).is_err() {
            return;
        }
        self.readable += 1;
        self.readable_bytes += text.len();
        match yaml_agreement(text, &ParseOptions::default()) {
            Agreement::Same => {
                self.fast += 1;
                self.fast_bytes += text.len();
            }
            Agreement::Different(what) => panic!("{name}: {what}"),
            _ => {}
        }
    }

    /// Links are not followed, so that no file counts twice.
    fn add_all(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            let is_yaml = Format::of_path(&path) == Some(Format::Yaml);
            if kind.is_dir() {
                self.add_all(&path);
            } else if kind.is_file()
                && is_yaml
                && let Ok(text) = fs::read(&path)
            {
                self.add(&path.to_string_lossy(), &text);
            }
        }
    }
}

fn count(directories: &[impl AsRef<Path>]) -> Counts {
    let mut counts = Counts::default();
    for directory in directories {
        counts.add_all(directory.as_ref());
    }
    counts
}

fn small_texts(repository: &Path) -> Counts {
    let mut counts = Counts::default();
    let table = repository.join("crates/format/tests/it/yaml_agreement.txt");
    for line in fs::read_to_string(table).expect("it is in the repository").lines() {
        if let Some(text) = line.strip_prefix(['+', '-']) {
            let text: String = serde_json::from_str(text).expect("a JSON string");
            counts.add("small text", text.as_bytes());
        }
    }
    counts
}
