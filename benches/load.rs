//! How long is it from a file, or from text, to a configuration that can be read?
//!
//! Ours knows the position of every value and refuses duplicate keys; no rival does.

use std::fs;

use enhanced_config_benches::{
    corpus::{Corpus, Format, Input},
    harness::Suite,
    ours, peers,
};

fn main() -> std::io::Result<()> {
    let corpus = Corpus::new()?;
    let mut suite = Suite::from_args();
    for format in Format::ALL {
        suite.table(&format!("{} to an untyped configuration", format.name()));
        for input in corpus.of(format) {
            from_file(&mut suite, input);
            from_text(&mut suite, input);
        }
    }
    Ok(())
}

fn from_file(suite: &mut Suite, input: &Input) {
    let read = || fs::read_to_string(&input.path).expect("the corpus wrote it");
    let question = suite
        .ask(format!("format/load/{}/{}", input.format.name(), input.name))
        .ours(|| ours::load(&input.path, input.format));
    let question = match input.format {
        Format::Json => question.peer("serde_json", move || json(&read())),
        Format::Yaml => question.peer("serde_yaml", move || yaml(&read())),
        Format::Toml => question.peer("toml", move || toml(&read())),
    };
    let question =
        question.peer("config", || peers::config_file(input)).peer("figment", || peers::figment_file(input));
    match (input.format, input.name.as_str()) {
        (Format::Json, "1KB") => question.at_most(0.8, "serde_json"),
        (Format::Json, "50KB" | "1MB") => question.at_most(0.5, "serde_json"),
        (Format::Yaml, "1KB" | "50KB" | "1MB") => {
            question.at_most(1.0 / 5.0, "serde_yaml").at_most(1.0 / 1.6, "config")
        }
        (Format::Toml, "1KB" | "50KB" | "1MB") => question.at_most(0.9, "toml").at_most(1.0 / 1.5, "config"),
        _ => question,
    }
    .run();
}

fn from_text(suite: &mut Suite, input: &Input) {
    let Input { format, text, .. } = input;
    let question = suite
        .ask(format!("format/parse/{}/{}", format.name(), input.name))
        .ours(|| ours::parse(text, *format));
    let question = match format {
        Format::Json => question.peer("serde_json", || json(text)),
        Format::Yaml => question.peer("serde_yaml", || yaml(text)),
        Format::Toml => question.peer("toml", || toml(text)),
    };
    question
        .peer("config", || peers::config_text(text, *format))
        .peer("figment", || peers::figment_text(text, *format))
        .run();
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("valid JSON")
}

fn yaml(text: &str) -> serde_yaml::Value {
    serde_yaml::from_str(text).expect("valid YAML")
}

fn toml(text: &str) -> toml::Table {
    toml::from_str(text).expect("valid TOML")
}
