//! What does a cache hit cost, at one and at two threads, hot and cold?

use std::{
    collections::HashSet,
    convert::Infallible,
    hint::black_box,
    io::{Read, Write},
    num::NonZeroUsize,
    sync::Arc,
    time::Instant,
};

use cpu_time::ThreadTime;
use enhanced_config_benches::{
    corpus::{Family, Format},
    generate::Size,
    harness::Suite,
    ours::{self, Document},
    zipf,
};
use enhanced_config_cache::{CacheOptions, CacheStats, Compressible, ConfigCache, TierLimits};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use parking_lot::Mutex;
use serde_json::Value;

type Cache = ConfigCache<String, Document>;

const UNLIMITED: TierLimits = TierLimits { bytes: usize::MAX, entries: 1 << 14 };
const NOTHING: TierLimits = TierLimits { bytes: 0, entries: 0 };

fn main() {
    let mut suite = Suite::from_args();
    suite.table("a hot value by its name, all threads asking for the same one");
    hot(&mut suite);
    suite.table("a cold value: inflate, unpack | zlib of the text and a parser");
    cold(&mut suite);
    drop(suite);
    if std::env::args().skip(1).all(|arg| arg.starts_with('-') || "cache/zipf".contains(&arg)) {
        zipf_workload();
    }
}

const NAME: &str = "checkout-service";

fn hot(suite: &mut Suite) {
    let document = || Arc::new(ours::parse(&Family::of(Size::Small).base, Format::Json));
    let names = || (0..100).map(|number| format!("service-{number}")).chain([NAME.to_owned()]);
    let new = || {
        let cache = Cache::new(CacheOptions::default());
        names().for_each(|name| drop(cache.insert(name, document())));
        cache
    };
    let ours = new();
    let one_each = [new(), new()];
    let moka = moka::sync::Cache::new(1000);
    let quick = quick_cache::sync::Cache::new(1000);
    let mut lru = lru::LruCache::new(NonZeroUsize::new(1000).expect("not zero"));
    for name in names() {
        moka.insert(name.clone(), document());
        quick.insert(name.clone(), document());
        lru.put(name, document());
    }
    let lru = Mutex::new(lru);
    let name = || black_box(NAME);
    suite
        .ask("cache/hot_get/1 thread")
        .ours(|| ours.get(name()))
        .peer("Mutex<lru>", || lru.lock().get(name()).cloned())
        .peer("moka", || moka.get(name()))
        .peer("quick_cache", || quick.get(name()))
        // 30 ns where it takes 24.
        .at_most(1.25, "Mutex<lru>")
        .run();
    suite
        .ask("cache/hot_get/2 threads")
        .threads("ours", 2, |_| ours.get(name()))
        .threads("Mutex<lru>", 2, |_| lru.lock().get(name()).cloned())
        .threads("moka", 2, |_| moka.get(name()))
        .threads("quick_cache", 2, |_| quick.get(name()))
        .threads("ours, 1 thread", 1, |_| ours.get(name()))
        // Tells contention from what two busy cores cost each other anyway.
        .threads("ours, a cache each", 2, |number| one_each[number].get(name()))
        .at_most(1.2, "ours, 1 thread")
        .run();
    suite
        .ask("cache/hot_get_arc/2 threads")
        .threads("ours", 2, |_| ours.get(name()).map(|hit| Arc::clone(hit.arc())))
        .threads("Mutex<lru>", 2, |_| lru.lock().get(name()).cloned())
        .run();
}

fn cold(suite: &mut Suite) {
    for Family { size, base: text, .. } in &Family::all() {
        // With no room for anything hot, every hit is a cold one.
        let cache = Cache::new(CacheOptions::default().with_hot(NOTHING));
        cache.insert(NAME.to_owned(), ours::parse(text, Format::Json));
        let zipped = deflate(text.as_bytes());
        let question = suite
            .ask(format!("cache/cold_get/{}", size.name()))
            .ours(move || cache.get(NAME).expect("cold"))
            .peer("zlib, serde_json", move || parse(&inflate(&zipped)));
        match size.name() {
            "1MB" => question.at_most(0.3, "zlib, serde_json"),
            _ => question,
        }
        .run();
    }
}

/// A million requests for 256 configurations of 1 to 200 KB, with the loader parsing JSON text that is in memory.
fn zipf_workload() {
    let texts = zipf::texts();
    let requests = zipf::requests(1_000_000);
    let asked: HashSet<_> = requests.iter().collect();
    let weight: usize = texts.iter().map(|text| ours::parse(text, Format::Json).weight() + 2048).sum();
    println!("\na million requests by Zipf's law for {} configurations of 1 to 200 KB\n", asked.len());
    println!(
        "| hot budget       | hit ratio | hot     | mean     | p50      | p99      | target              | met |"
    );
    println!(
        "|------------------|-----------|---------|----------|----------|----------|---------------------|-----|"
    );
    for (name, hot) in [("working set", 2 * weight), ("10 % of that", weight / 10)] {
        let options =
            CacheOptions::default().with_hot(TierLimits { bytes: hot, ..UNLIMITED }).with_cold(UNLIMITED);
        let (mean, stats) = run(&Cache::new(options), &texts, &requests);
        let spread = spread(&Cache::new(options), &texts, &requests);
        let hot_ratio = 100.0 * stats.hot.hits as f64 / stats.requests() as f64;
        let met = stats.hit_ratio() > 0.95 && mean < 1e-6;
        let (target, met) = match name {
            "working set" => ("95 %, mean 1 µs", if met { "yes" } else { "NO" }),
            _ => ("", ""),
        };
        println!(
            "| {name:<16} | {:>7.2} % | {hot_ratio:>5.1} % | {:>5.2} µs | {:>5.2} µs | {:>5.1} µs | {target:<19} | {met:<3} |",
            100.0 * stats.hit_ratio(),
            1e6 * mean,
            1e6 * spread[0],
            1e6 * spread[1],
        );
        println!("\n{stats}\n");
    }
}

/// Seconds of processor time for a request, loading included.
fn run(cache: &Cache, texts: &[String], requests: &[usize]) -> (f64, CacheStats) {
    let names = names(texts.len());
    let start = ThreadTime::now();
    for &request in requests {
        black_box(ask(cache, &names, texts, request));
    }
    (start.elapsed().as_secs_f64() / requests.len() as f64, cache.stats())
}

/// The median and the 99th percentile of a request in seconds, reading the clock included.
fn spread(cache: &Cache, texts: &[String], requests: &[usize]) -> [f64; 2] {
    let names = names(texts.len());
    let mut taken: Vec<f64> = Vec::with_capacity(requests.len());
    for &request in requests {
        let start = Instant::now();
        black_box(ask(cache, &names, texts, request));
        taken.push(start.elapsed().as_secs_f64());
    }
    taken.sort_by(f64::total_cmp);
    [taken[taken.len() / 2], taken[taken.len() * 99 / 100]]
}

fn ask(
    cache: &Cache,
    names: &[String],
    texts: &[String],
    request: usize,
) -> enhanced_config_cache::Cached<Document> {
    let load = || Ok::<_, Infallible>(ours::parse(&texts[request], Format::Json));
    let Ok(hit) = cache.get_or_load(names[request].as_str(), load);
    hit
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("service-{number}")).collect()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    ZlibDecoder::new(bytes).read_to_end(&mut out).expect("deflated a moment ago");
    out
}

fn parse(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("valid JSON")
}
