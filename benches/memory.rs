//! How much memory does a decoded configuration hold, and how much does decoding take?
//!
//! Bytes as requested from the allocator, without its own overhead, which favours those with many small blocks.

use enhanced_config_benches::{
    corpus::{Family, Format},
    harness::{Question, Suite},
    ours, peers,
};

fn main() {
    let mut suite = Suite::from_args();
    let families = Family::all();
    suite.table("bytes live while a decoded configuration is kept, positions included in ours");
    for family in &families {
        let Family { size, base: text, .. } = family;
        let question = compare(&mut suite, format!("core/memory_live/{}", size.name()), text, Measure::Live);
        match size.name() {
            "1KB" => question,
            _ => question.at_most(0.16, "serde_json"),
        }
        .run();
    }
    suite.table("bytes live at the worst moment of decoding JSON text (a grown vector counts old and new)");
    for Family { size, base: text, .. } in &families {
        compare(&mut suite, format!("core/memory_peak/{}", size.name()), text, Measure::Peak).run();
    }
    suite.table("allocations while decoding JSON text");
    for Family { size, base: text, .. } in &families {
        compare(&mut suite, format!("core/allocations/{}", size.name()), text, Measure::Count).run();
    }
}

#[derive(Clone, Copy)]
enum Measure {
    Live,
    Peak,
    Count,
}

fn compare<'a>(suite: &'a mut Suite, id: String, text: &'a str, measure: Measure) -> Question<'a> {
    // The other formats are read from the same data, re-encoded as compactly as they allow: it is not their text
    // that is measured but what they keep of it.
    let json = || serde_json::from_str::<serde_json::Value>(text).expect("valid JSON");
    let question = suite.ask(id);
    let question = measured(question, "ours", measure, || ours::parse(text, Format::Json));
    let question = measured(question, "serde_json", measure, json);
    let question = measured(question, "config", measure, || peers::config_text(text, Format::Json));
    let question = measured(question, "figment", measure, || peers::figment_text(text, Format::Json));
    let question =
        measured(question, "toml", measure, || serde_json::from_str::<toml::Value>(text).expect("no nulls"));
    measured(question, "serde_yaml", measure, || {
        serde_json::from_str::<serde_yaml::Value>(text).expect("valid JSON")
    })
}

fn measured<'a, T>(
    question: Question<'a>,
    name: &'static str,
    measure: Measure,
    decode: impl Fn() -> T + 'a,
) -> Question<'a> {
    let run = move || {
        // Once unmeasured, so that what a parser allocates for good is not counted.
        drop(decode());
        let mut kept = None;
        let info = allocation_counter::measure(|| kept = Some(decode()));
        drop(kept);
        match measure {
            Measure::Live => info.bytes_current.unsigned_abs(),
            Measure::Peak => info.bytes_max,
            Measure::Count => info.count_total,
        }
    };
    match measure {
        Measure::Count => question.count(name, run),
        _ => question.bytes(name, run),
    }
}
