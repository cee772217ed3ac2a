//! How long is it from a configuration, or from text, to the structs of an application?

use enhanced_config_benches::{
    corpus::{Corpus, Family, Format, Input},
    harness::Suite,
    ours, peers,
    typed::Platform,
};
use serde::Deserialize;

fn main() -> std::io::Result<()> {
    let mut suite = Suite::from_args();
    suite.table("a decoded configuration to structs (serde_json from text, as the target says)");
    for family in Family::all() {
        decoded(&mut suite, &family);
    }
    let corpus = Corpus::new()?;
    for format in Format::ALL {
        suite.table(&format!("{} text to structs", format.name()));
        for input in corpus.of(format).filter(|input| input.name.ends_with('B')) {
            from_text(&mut suite, input);
        }
    }
    Ok(())
}

fn decoded(suite: &mut Suite, family: &Family) {
    let text = &family.base;
    let document = ours::parse(text, Format::Json);
    let value: serde_json::Value = serde_json::from_str(text).expect("valid JSON");
    let config = peers::config_text(text, Format::Json);
    let figment = peers::figment_text(text, Format::Json);
    let expected: Platform = serde_json::from_str(text).expect("the structs hold the data");
    assert!(ours::typed::<Platform>(&document) == expected);
    suite
        .ask(format!("core/typed/{}", family.size.name()))
        .ours(|| ours::typed::<Platform>(&document))
        .peer("serde_json text", || serde_json::from_str::<Platform>(text))
        .peer("&serde_json::Value", || Platform::deserialize(&value))
        .peer_with("config", || config.clone(), |config| config.try_deserialize::<Platform>())
        .peer("figment", || figment.extract::<Platform>())
        .at_most(0.7, "serde_json text")
        .run();
}

fn from_text(suite: &mut Suite, input: &Input) {
    let Input { format, text, .. } = input;
    let question = suite
        .ask(format!("format/typed/{}/{}", format.name(), input.name))
        .ours(|| ours::typed::<Platform>(&ours::parse(text, *format)));
    let question = match format {
        Format::Json => question.peer("serde_json", || serde_json::from_str::<Platform>(text)),
        Format::Yaml => question.peer("serde_yaml", || serde_yaml::from_str::<Platform>(text)),
        Format::Toml => question.peer("toml", || toml::from_str::<Platform>(text)),
    };
    question
        .peer("config", || peers::config_text(text, *format).try_deserialize::<Platform>())
        .peer("figment", || peers::figment_text(text, *format).extract::<Platform>())
        .run();
}
