//! How long does finding ten changes take, or none?

use enhanced_config_benches::{
    corpus::{Family, Format},
    harness::Suite,
    ours,
};
use serde_json::Value;

fn main() {
    let mut suite = Suite::from_args();
    let families = Family::all();
    suite.table("ten changes between two decoded configurations");
    for Family { size, base, changed, .. } in &families {
        let (before, after) = (ours::parse(base, Format::Json), ours::parse(changed, Format::Json));
        let (old, new) = (value(base), value(changed));
        assert_eq!(ours::diff(&before, &after).len(), json_patch::diff(&old, &new).0.len());
        let question = suite
            .ask(format!("core/diff/{}", size.name()))
            .ours(|| ours::diff(&before, &after))
            .peer("json_patch", move || json_patch::diff(&old, &new));
        match size.name() {
            "1MB" => question.at_most(0.4 / 2.1, "json_patch"),
            _ => question,
        }
        .run();
    }
    suite.table("no change between two configurations decoded one by one");
    for Family { size, base, .. } in &families {
        let (before, after) = (ours::parse(base, Format::Json), ours::parse(base, Format::Json));
        let (old, new) = (value(base), value(base));
        suite
            .ask(format!("core/diff_equal/{}", size.name()))
            .ours(|| ours::diff(&before, &after))
            .peer("json_patch", move || json_patch::diff(&old, &new))
            .run();
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("valid JSON")
}
