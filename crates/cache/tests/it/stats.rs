use enhanced_config_cache::{CacheOptions, CacheStats, Cached, ConfigCache};
use enhanced_config_clock::ManualClock;
use enhanced_config_core::Document;
use std::sync::Arc;
use std::time::Duration;

use crate::item::{Item, entries, overheads};

fn stats() -> CacheStats {
    let clock = Arc::new(ManualClock::new());
    let options = CacheOptions::default().with_hot(entries(1));
    let cache = ConfigCache::with_clock(options, clock.clone());
    for number in 0..2 {
        let load = || {
            clock.advance(Duration::from_millis(3));
            Ok::<_, ()>(Item { packed: 4096, ..Item::new(number) })
        };
        cache.get_or_load(&number, load).unwrap();
    }
    (0..5).for_each(|_| drop(cache.get(&1)));
    cache.get(&0);
    cache.get(&9);
    cache.get_or_load(&9, || Err::<Item, _>(())).unwrap_err();
    cache.stats()
}

#[test]
fn every_call_counts_once() {
    let stats = stats();
    assert_eq!((stats.hot.hits, stats.cold.hits, stats.misses, stats.requests()), (5, 1, 4, 10));
    assert_eq!((stats.loads, stats.load_failures, stats.waits), (2, 1, 0));
    assert_eq!(stats.time.loading, Duration::from_millis(6));
    assert_eq!((stats.hit_ratio(), stats.compression_ratio()), (0.6, 1.0));
}

#[test]
fn the_table_is_read_at_a_glance() {
    let expected = "\
tier        hits   entries      bytes      limit    evicted
hot            5         1    HOTBYTE    1.0 GiB          2
cold           1         2    8.5 KiB   64.0 MiB          0
hit ratio    60.0 % of 10 requests
misses       4 (2 loads, 1 failed; 0 waited; 0 expired, 0 damaged, 0 invalidated)
compression  8.0 KiB to 8.0 KiB, 100.0 %
time         0.0ns compressing 2, 0.0ns inflating 1, 6.0ms loading";
    let stats = stats();
    // How much an entry weighs depends on the processors of the machine.
    let hot = format!("{:.1} KiB", stats.hot.bytes as f64 / 1024.0);
    assert_eq!(stats.to_string(), expected.replace("HOTBYTE", &hot));
}

#[test]
fn statistics_and_options_are_data() {
    let json = serde_json::to_value(stats()).unwrap();
    assert_eq!((&json["hot"]["hits"], &json["cold"]["limits"]["entries"]), (&5.into(), &(1 << 14).into()));
    let options: CacheOptions = serde_json::from_str(r#"{ "level": 9 }"#).unwrap();
    assert_eq!(options, CacheOptions::default().with_level(9));
    assert!(serde_json::from_str::<CacheOptions>(r#"{ "levle": 9 }"#).is_err());
}

#[test]
fn an_empty_cache_has_statistics() {
    let stats = ConfigCache::<u32, Item>::new(CacheOptions::default()).stats();
    assert_eq!((stats.hit_ratio(), stats.compression_ratio()), (0.0, 1.0));
}

#[test]
fn nothing_secret_is_shown() {
    let cache = ConfigCache::<String, Item>::new(CacheOptions::default());
    cache.insert("hunter2".to_owned(), Item::new(1));
    assert!(!format!("{cache:?}").contains("hunter2"));
}

#[test]
fn a_value_is_shown_as_itself() {
    let item = Item::new(1);
    let cached = ConfigCache::new(CacheOptions::default()).insert(1, item.clone());
    assert_eq!(format!("{cached:?}"), format!("{item:?}"));
}

/// Eight counters on cache lines of their own, a pointer to each, and a little for the tables.
#[test]
fn an_entry_weighs_what_the_cache_needs_for_it() {
    let (hot, cold) = overheads();
    assert!((8 * (128 + 8)..2048).contains(&hot), "{hot}");
    assert!((1..512).contains(&cold), "{cold}");
}

#[test]
fn types_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<(ConfigCache<String, Document>, Cached<Document>, CacheStats, CacheOptions)>();
}
