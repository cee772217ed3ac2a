//! The documents at the root of the repository say where things are: they are there.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What stands between an opening and the next closing mark, each time.
fn between<'t>(text: &'t str, open: &str, close: char) -> Vec<&'t str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

/// `a/{b,c.rs}` is `a/b` and `a/c.rs`.
fn spelt_out(path: &str) -> Vec<String> {
    match path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (choices, after))) => {
            choices.split(',').map(|choice| format!("{before}{choice}{after}")).collect()
        }
        None => vec![path.to_owned()],
    }
}

fn missing<'t>(document: &str, paths: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let paths: Vec<String> = paths.into_iter().flat_map(spelt_out).collect();
    assert!(!paths.is_empty(), "{document} names no path");
    paths
        .into_iter()
        .filter(|path| !root().join(path).exists())
        .map(|path| format!("{document}: {path}"))
        .collect()
}

#[test]
fn every_path_of_the_architecture_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let is_path =
        |span: &&str| ["crates/", "fuzz/", "benches/", "examples/"].iter().any(|top| span.starts_with(top));
    let spans: Vec<&str> =
        text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).filter(is_path).collect();
    assert_eq!(missing("ARCHITECTURE.md", spans), Vec::<String>::new());
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let is_ours = |target: &&str| !target.contains("://") && !target.starts_with('#');
    let broken = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md"].into_iter().flat_map(
        |document| {
            let text = fs::read_to_string(root().join(document)).unwrap();
            missing(document, between(&text, "](", ')').into_iter().filter(is_ours))
        },
    );
    assert_eq!(broken.collect::<Vec<_>>(), Vec::<String>::new());
}
