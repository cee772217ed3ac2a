//! How long does laying a profile and a local file over a decoded base take?
//!
//! The base stays as it is, because the next reload and `explain` need it: json_patch, which merges in place, has to
//! copy it first. The column "in place" shows what is left without that copy.

use config::Config;
use enhanced_config_benches::{
    corpus::{Family, Format},
    harness::Suite,
    ours, peers,
};
use figment::Figment;
use serde_json::Value;

fn main() {
    let mut suite = Suite::from_args();
    suite.table("three decoded layers to one configuration");
    for family in &Family::all() {
        let texts = [&family.base, &family.profile, &family.local];
        let documents = texts.map(|text| ours::parse(text, Format::Json));
        let [base, profile, local] =
            texts.map(|text| serde_json::from_str::<Value>(text).expect("valid JSON"));
        let configs = texts.map(|text| peers::config_text(text, Format::Json));
        let builder =
            configs.into_iter().fold(Config::builder(), |builder, config| builder.add_source(config));
        let figments = texts.map(|text| peers::figment_text(text, Format::Json));
        let over = |mut base: Value| {
            json_patch::merge(&mut base, &profile);
            json_patch::merge(&mut base, &local);
            base
        };
        assert!(ours::json(&ours::merge(&documents)) == over(base.clone()));
        let question = suite
            .ask(format!("core/merge/{}", family.size.name()))
            .ours(|| ours::merge(&documents))
            .peer("json_patch", || over(base.clone()))
            .peer_with("json_patch in place", || base.clone(), over)
            .peer("config", || builder.build_cloned())
            .peer("figment", || figments.iter().fold(Figment::new(), |all, layer| all.merge(layer)));
        match family.size.name() {
            "1MB" => question.at_most(0.3, "json_patch"),
            _ => question,
        }
        .run();
    }
}
