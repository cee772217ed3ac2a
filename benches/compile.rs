//! What does a user compile who adds the product, and what one who puts the same kit together from its rivals?
//!
//! Each is a package of its own with nothing in it, built into an empty directory: first as for tests, then as for
//! production. The versions are those of this workspace. Both use all cores, and take turns.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use enhanced_config_benches::figures::{self, Figure};

/// The product with everything on.
const OURS: &str = r#"enhanced-config = { path = "PRODUCT" }"#;

/// What one takes for the same: layers, watching, schemas and their making, a cache, compression, patches, versions, policies,
/// metrics, the process's own figures, messages that show the line.
const KIT: &str = r#"
annotate-snippets = "0.12"
arc-swap = "1"
backon = { version = "1", default-features = false, features = ["std-blocking-sleep"] }
config = { version = "0.15", default-features = false, features = ["json", "toml", "yaml"] }
flate2 = { version = "1", default-features = false, features = ["zlib-rs"] }
governor = { version = "0.10", default-features = false, features = ["std", "quanta"] }
json-patch = "5"
jsonschema = { version = "0.60.2", default-features = false }
moka = { version = "0.12", features = ["sync"] }
notify-debouncer-full = "0.7.0"
prometheus-client = { version = "0.26", default-features = false }
recloser = "1"
schemars = "1"
semver = "1"
serde = { version = "1", features = ["derive"] }
serde_json = "1"
sysinfo = { version = "0.38", default-features = false, features = ["system"] }
tracing = { version = "0.1", default-features = false }
"#;

/// How much of the kit's time and crates ours may take.
const TIME: f64 = 0.8;
const CRATES: usize = 110;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let product = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/enhanced-config");
    let ours = OURS.replace("PRODUCT", &product.display().to_string());
    let packages = [("ours", ours.as_str()), ("kit", KIT)].map(|(name, dependencies)| {
        let package = directory.path().join(name);
        write(&package, dependencies).map(|()| package)
    });
    let [ours, kit] = packages;
    let (ours, kit) = (ours?, kit?);
    let crates = [crates(&ours)?, crates(&kit)?];
    println!("\nWhat a user compiles\n\n| | ours | the kit | ratio |\n|---|---|---|---|");
    println!("| crates | {} | {} | {:.2} |", crates[0], crates[1], crates[0] as f64 / crates[1] as f64);
    let mut figures = vec![
        Figure::alone("compile/crates", crates[0].to_string())
            .beside("the kit by hand", crates[1].to_string(), crates[0] as f64 / crates[1] as f64)
            .promised(CRATES.to_string(), crates[0] <= CRATES),
    ];
    for profile in ["dev", "release"] {
        let (ours, kit) = (build(&ours, profile)?, build(&kit, profile)?);
        let ratio = ours.as_secs_f64() / kit.as_secs_f64();
        println!("| {profile} | {ours:.1?} | {kit:.1?} | {ratio:.2} |");
        figures.push(
            Figure::alone(format!("compile/{profile}"), format!("{ours:.1?}"))
                .beside("the kit by hand", format!("{kit:.1?}"), ratio)
                .promised(format!("{TIME:.2}"), ratio <= TIME),
        );
    }
    Ok(figures::keep(figures)?)
}

/// An empty library with these dependencies, in the versions of this workspace.
fn write(package: &Path, dependencies: &str) -> std::io::Result<()> {
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("src/lib.rs"), "")?;
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"), package.join("Cargo.lock"))?;
    let head =
        "[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n";
    fs::write(package.join("Cargo.toml"), format!("{head}{dependencies}\n"))
}

/// How many crates are compiled, without the empty one that asks for them.
fn crates(package: &Path) -> Result<usize, Box<dyn Error>> {
    let output = cargo(package, &["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let listed = String::from_utf8(output.stdout)?;
    // Some stand there with their path, or as one that makes code; a name and a version tell them apart.
    let mut crates: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split(' ').take(2).collect())
        .filter(|words: &Vec<_>| words.len() == 2)
        .collect();
    crates.sort_unstable();
    crates.dedup();
    Ok(crates.len().saturating_sub(1))
}

/// How long a build of everything takes.
fn build(package: &Path, profile: &str) -> Result<Duration, Box<dyn Error>> {
    eprint!("\r\x1b[2Kcompile/{profile}");
    let start = Instant::now();
    let status =
        cargo(package, &["build", "--quiet", "--profile", profile]).stdout(Stdio::null()).status()?;
    let taken = start.elapsed();
    eprint!("\r\x1b[2K");
    if status.success() {
        Ok(taken)
    } else {
        Err(format!("a {profile} build of {} failed", package.display()).into())
    }
}

/// What is downloaded is what it may use: the measurement is of compiling alone.
fn cargo(package: &Path, arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(arguments)
        .arg("--offline")
        .current_dir(package)
        .env("CARGO_TARGET_DIR", package.join("target"));
    // As what comes from a registry is compiled; ours comes from a path here.
    cargo.env("CARGO_INCREMENTAL", "0");
    // The profile of the program that measures is not that of what it measures.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_BUILD_RUSTFLAGS");
    cargo
}
