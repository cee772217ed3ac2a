//! How long does YAML take in each of the styles that people write?
//!
//! `block` is what most files are, `mixed` has brackets, folded texts and scalars of several lines wherever they fit, and
//! `full` starts with a directive, for which the fast path leaves the whole text to the full parser.

use enhanced_config_benches::{
    corpus::Format,
    emit,
    generate::{Size, generate},
    harness::Suite,
    ours, peers,
};

fn main() {
    let mut suite = Suite::from_args();
    for (style, title) in [
        ("block", "YAML in block style to an untyped configuration"),
        ("mixed", "YAML with flow, block scalars and scalars of several lines"),
        ("full", "YAML for the full parser alone"),
    ] {
        suite.table(title);
        for size in Size::ALL {
            ask(&mut suite, style, size);
        }
    }
}

fn ask(suite: &mut Suite, style: &str, size: Size) {
    let tree = generate(size);
    let text = match style {
        "block" => emit::yaml(&tree),
        "mixed" => emit::mixed_yaml(&tree),
        _ => format!("%YAML 1.2\n---\n{}", emit::yaml(&tree).replacen("---\n", "", 1)),
    };
    let question = suite
        .ask(format!("format/yaml/{style}/{}", size.name()))
        .ours(|| ours::parse(&text, Format::Yaml))
        .peer("full parser", || ours::parse_yaml_fully(&text))
        .peer("serde_yaml", || serde_yaml::from_str::<serde_yaml::Value>(&text).expect("valid YAML"))
        .peer("config", || peers::config_text(&text, Format::Yaml))
        .peer("figment", || peers::figment_text(&text, Format::Yaml));
    match style {
        "block" => question.at_most(1.0 / 5.0, "serde_yaml"),
        "mixed" => question.at_most(1.0 / 3.0, "serde_yaml"),
        _ => question.at_most(1.05, "full parser"),
    }
    .run();
}
