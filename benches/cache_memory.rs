//! How much memory does a cache hold that serves many configurations, and how small is what is cold?
//!
//! Bytes as requested from the allocator, without its own overhead, which favours those with many small blocks.

use std::convert::Infallible;

use enhanced_config_benches::{
    corpus::{Family, Format},
    harness::Suite,
    ours::{self, Document},
    zipf,
};
use enhanced_config_cache::{CacheOptions, Compressible, ConfigCache, TierLimits};
use serde_json::Value;

type Cache = ConfigCache<String, Document>;

fn main() {
    let mut suite = Suite::from_args();
    suite.table("bytes live after 100,000 requests by Zipf's law for 256 configurations of 1 to 200 KB");
    let texts = zipf::texts();
    let requests = zipf::requests(100_000);
    let weight: usize = texts.iter().map(|text| ours::parse(text, Format::Json).weight()).sum();
    let all_texts = texts.iter().map(|text| text.len() as u64).sum::<u64>();
    for (name, hot) in [("10 % of it hot", weight / 10), ("all of it hot", usize::MAX)] {
        let limits = |bytes| TierLimits { bytes, entries: 1 << 14 };
        let options = CacheOptions::default().with_hot(limits(hot)).with_cold(limits(usize::MAX));
        let question = suite
            .ask(format!("cache/memory/{name}"))
            .bytes("ours", || live(|| serve(options, &texts, &requests)))
            .bytes("all serde_json::Value", || {
                live(|| texts.iter().map(|text| value(text)).collect::<Vec<_>>())
            })
            .bytes("all texts", || all_texts);
        match hot {
            usize::MAX => question,
            _ => question.at_most(0.08, "all serde_json::Value"),
        }
        .run();
    }
    suite.table("bytes of one cold configuration, what the cache needs for it included | its text");
    for Family { size, base: text, .. } in &Family::all() {
        let question = suite
            .ask(format!("cache/cold_bytes/{}", size.name()))
            .bytes("ours", || cold(text) as u64)
            .bytes("text", || text.len() as u64);
        match size.name() {
            "1KB" => question,
            _ => question.at_most(0.25, "text"),
        }
        .run();
    }
}

fn live<T>(make: impl Fn() -> T) -> u64 {
    // Once unmeasured, so that what is allocated for good is not counted.
    drop(make());
    let mut kept = None;
    let info = allocation_counter::measure(|| kept = Some(make()));
    drop(kept);
    info.bytes_current.unsigned_abs()
}

fn serve(options: CacheOptions, texts: &[String], requests: &[usize]) -> Cache {
    let cache = Cache::new(options);
    for &request in requests {
        let load = || Ok::<_, Infallible>(ours::parse(&texts[request], Format::Json));
        let Ok(_) = cache.get_or_load(&format!("service-{request}"), load);
    }
    cache
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("valid JSON")
}

fn cold(text: &str) -> usize {
    let cache = Cache::new(CacheOptions::default().with_hot(TierLimits { bytes: 0, entries: 0 }));
    cache.insert("service".to_owned(), ours::parse(text, Format::Json));
    cache.stats().cold.bytes
}
