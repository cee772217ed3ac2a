use std::sync::Arc;
use std::time::Duration;

use enhanced_config_cache::{CacheOptions, ConfigCache, Tier, TierLimits};
use enhanced_config_clock::ManualClock;

use crate::item::{ANY, Cache, Item, cache, entries, overheads};

fn fill(cache: &Cache, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        cache.insert(number, Item::new(number));
    }
}

/// The keys in each tier, of those below 20.
#[track_caller]
fn check(cache: &Cache, hot: &[u32], cold: &[u32]) {
    let of = |tier| (0..20).filter(|key| cache.tier(key) == Some(tier)).collect::<Vec<_>>();
    assert_eq!((of(Tier::Hot), of(Tier::Cold)), (hot.to_vec(), cold.to_vec()));
}

#[test]
fn the_least_recently_used_go_from_hot_to_cold_to_nowhere() {
    let cache = cache(entries(2), entries(2));
    fill(&cache, 0..2);
    check(&cache, &[0, 1], &[]);
    fill(&cache, 2..4);
    check(&cache, &[2, 3], &[0, 1]);
    fill(&cache, 4..5);
    check(&cache, &[3, 4], &[1, 2]);
    assert!(cache.get(&0).is_none());
}

#[test]
fn a_look_is_neither_a_use_nor_a_request() {
    let clock = Arc::new(ManualClock::new());
    let options = CacheOptions::default().with_hot(entries(2)).with_cold(entries(2));
    let cache = ConfigCache::with_clock(options.with_time_to_live(Duration::from_secs(9)), clock.clone());
    fill(&cache, 0..3);
    for key in 0..3 {
        assert_eq!(cache.peek(&key).unwrap().number, key);
    }
    assert!(cache.peek(&9).is_none());
    check(&cache, &[1, 2], &[0]);
    cache.peek(&1).unwrap();
    fill(&cache, 3..4);
    check(&cache, &[2, 3], &[0, 1]);
    cache.insert(4, Item { damaged: true, ..Item::new(4) });
    fill(&cache, 5..7);
    assert!(cache.peek(&4).is_none(), "damaged");
    clock.advance(Duration::from_secs(9));
    assert!((0..7).all(|key| cache.peek(&key).is_none()), "too old");
    assert_eq!((cache.stats().requests(), cache.stats().expired), (0, 0));
}

#[test]
fn a_use_keeps_a_value_hot() {
    let cache = cache(entries(2), entries(9));
    fill(&cache, 0..2);
    cache.get(&0).unwrap();
    fill(&cache, 2..3);
    check(&cache, &[0, 2], &[1]);
}

#[test]
fn a_cold_hit_makes_a_value_hot_again() {
    let cache = cache(entries(2), entries(9));
    fill(&cache, 0..3);
    assert_eq!(*cache.get(&0).unwrap(), Item::new(0));
    check(&cache, &[0, 2], &[1]);
    let stats = cache.stats();
    assert_eq!((stats.hot.hits, stats.cold.hits, stats.misses), (0, 1, 0));
}

#[test]
fn packing_is_paid_for_once() {
    let cache = cache(entries(1), ANY);
    fill(&cache, 0..2);
    for _ in 0..10 {
        cache.get(&0).unwrap();
        cache.get(&1).unwrap();
    }
    let stats = cache.stats();
    assert_eq!((stats.time.compressions, stats.time.inflations), (2, 20));
    assert_eq!((stats.cold.entries, stats.cold.copies), (2, 1));
}

#[test]
fn copies_make_room_for_what_is_only_cold() {
    let cache = cache(entries(2), entries(2));
    fill(&cache, 0..3);
    cache.get(&0).unwrap();
    // Hot are 2 and 0, cold are 1 and a copy of 0.
    assert_eq!((cache.stats().cold.entries, cache.stats().cold.copies), (2, 1));
    fill(&cache, 3..4);
    check(&cache, &[0, 3], &[1, 2]);
    assert_eq!((cache.stats().cold.copies, cache.stats().cold.evictions), (0, 0));
}

#[test]
fn limits_in_bytes_hold() {
    let (overhead, cold_overhead) = overheads();
    let hot = TierLimits { bytes: 3 * (1000 + overhead), entries: 99 };
    let cold = TierLimits { bytes: 2 * (100 + cold_overhead), entries: 99 };
    let cache = cache(hot, cold);
    fill(&cache, 0..10);
    check(&cache, &[7, 8, 9], &[5, 6]);
    assert_eq!((cache.stats().hot.bytes, cache.stats().cold.bytes), (hot.bytes, cold.bytes));
}

#[test]
fn a_value_too_large_for_the_hot_tier_is_cold_from_the_start() {
    let cache = cache(TierLimits { bytes: 5000, entries: 9 }, ANY);
    let large = Item { weight: 5000, ..Item::new(1) };
    fill(&cache, 0..1);
    assert_eq!(*cache.insert(1, large.clone()), large);
    check(&cache, &[0], &[1]);
    assert_eq!(*cache.get(&1).unwrap(), large);
    assert_eq!(*cache.get(&1).unwrap(), large);
    check(&cache, &[0], &[1]);
    assert_eq!((cache.stats().cold.hits, cache.stats().time.compressions), (2, 1));
}

#[test]
fn what_no_tier_can_hold_is_not_kept() {
    let cache = cache(TierLimits { bytes: 5000, entries: 9 }, TierLimits { bytes: 5000, entries: 9 });
    let large = Item { weight: 5000, packed: 5000, ..Item::new(0) };
    fill(&cache, 0..2);
    assert_eq!(*cache.insert(0, large.clone()), large);
    assert!(cache.get(&0).is_none(), "nor is what was there before");
    check(&cache, &[1], &[]);
    assert_eq!(cache.stats().cold.evictions, 1);
}

#[test]
fn without_a_cold_tier_nothing_is_packed() {
    let cache = cache(entries(1), entries(0));
    fill(&cache, 0..3);
    check(&cache, &[2], &[]);
    assert_eq!((cache.stats().time.compressions, cache.stats().hot.evictions), (0, 2));
}

#[test]
fn without_any_tier_everything_is_loaded() {
    let cache = cache(entries(0), entries(0));
    for number in 0..3 {
        assert_eq!(cache.get_or_load(&0, || Ok::<_, ()>(Item::new(number))).unwrap().number, number);
    }
    assert_eq!((cache.stats().loads, cache.stats().misses), (3, 3));
}

#[test]
fn a_new_value_replaces_the_old_one_in_either_tier() {
    let cache = cache(entries(1), ANY);
    fill(&cache, 0..2);
    cache.insert(0, Item::new(10));
    cache.insert(0, Item::new(11));
    assert_eq!(cache.get(&0).unwrap().number, 11);
    fill(&cache, 1..2);
    assert_eq!(cache.get(&0).unwrap().number, 11);
    assert_eq!(cache.stats().invalidated, 0);
}

#[test]
fn what_was_invalidated_is_gone_from_either_tier() {
    let cache = cache(entries(1), ANY);
    fill(&cache, 0..3);
    assert!(cache.invalidate(&0) && cache.invalidate(&2) && !cache.invalidate(&2));
    check(&cache, &[], &[1]);
    cache.invalidate_all();
    check(&cache, &[], &[]);
    let stats = cache.stats();
    assert_eq!((stats.hot.bytes, stats.cold.bytes, stats.cold.raw_bytes, stats.invalidated), (0, 0, 0, 3));
}

#[test]
fn a_value_outlives_its_entry() {
    let cache = cache(entries(1), entries(0));
    let value = cache.insert(0, Item::new(0));
    let other = cache.get(&0).unwrap();
    cache.invalidate_all();
    drop(cache);
    assert_eq!((value.number, other.number), (0, 0));
    assert!(value.ptr_eq(&other) && Arc::ptr_eq(value.arc(), other.clone().arc()));
}

#[test]
fn a_damaged_value_is_a_miss_and_forgotten() {
    let cache = cache(entries(1), ANY);
    cache.insert(0, Item { damaged: true, ..Item::new(0) });
    fill(&cache, 1..2);
    assert!(cache.get(&0).is_none());
    check(&cache, &[1], &[]);
    let stats = cache.stats();
    assert_eq!((stats.damaged, stats.misses, stats.cold.hits, stats.cold.bytes), (1, 1, 0, 0));
}

#[test]
fn a_damaged_value_is_loaded_again() {
    let cache = cache(entries(1), ANY);
    cache.insert(0, Item { damaged: true, ..Item::new(0) });
    fill(&cache, 1..2);
    assert_eq!(cache.get_or_load(&0, || Ok::<_, ()>(Item::new(5))).unwrap().number, 5);
    assert_eq!(cache.get(&0).unwrap().number, 5);
}

#[test]
fn entries_live_as_long_as_they_may() {
    let clock = Arc::new(ManualClock::new());
    let minute = Duration::from_secs(60);
    let options = CacheOptions::default().with_hot(entries(1)).with_time_to_live(minute);
    let cache = ConfigCache::with_clock(options, clock.clone());
    fill(&cache, 0..2);
    clock.advance(minute - Duration::from_nanos(1));
    assert!(cache.get(&1).is_some() && cache.get(&0).is_some(), "use and promotion do not prolong it");
    clock.advance(Duration::from_nanos(1));
    assert!(cache.get(&0).is_none() && cache.get(&1).is_none());
    assert_eq!((cache.stats().expired, cache.stats().misses), (2, 2));
    check(&cache, &[], &[]);
    let load = || Ok::<_, ()>(Item::new(7));
    cache.get_or_load(&0, load).unwrap();
    assert!(cache.get(&0).is_some());
    clock.advance(minute);
    cache.get_or_load(&0, load).unwrap();
    assert_eq!(cache.stats().loads, 2);
}

#[test]
fn order_is_right_to_within_256_uses() {
    let cache = cache(entries(2), ANY);
    fill(&cache, 0..2);
    cache.get(&1).unwrap();
    (0..256).for_each(|_| drop(cache.get(&0).unwrap()));
    // 0 became hot first, but was used later by so much that it counts.
    fill(&cache, 2..3);
    check(&cache, &[0, 2], &[1]);
}
