//! The cache beside a naive model of what its documentation says: lists instead of tables, and no threads.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use enhanced_config_cache::{CacheOptions, ConfigCache, Tier, TierLimits};
use enhanced_config_clock::ManualClock;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::item::{Cache, Item, overheads};

const KEYS: u32 = 8;
const TIME_TO_LIVE: u64 = 60;

/// An entry in one of the tiers.
#[derive(Debug, Clone)]
struct Entry {
    key: u32,
    item: Item,
    expires: u64,
    /// By whole uses and by when it was put in its tier.
    used: u64,
    age: u64,
    /// Hot, and packed already, with a copy of that in the cold tier.
    copy: bool,
}

#[derive(Debug, Clone)]
struct Model {
    hot_limits: TierLimits,
    cold_limits: TierLimits,
    overheads: (usize, usize),
    lives: bool,
    hot: Vec<Entry>,
    cold: Vec<Entry>,
    now: u64,
    /// The time by which uses are ordered, and how many hits of hot values there were.
    uses: u64,
    hits: u64,
    next_age: u64,
    next_number: u32,
    /// What the last call has to give: a number, if anything.
    expected: Option<u32>,
    /// What was put in last for each key, unless it was invalidated since.
    valid: HashMap<u32, u32>,
}

#[derive(Debug, Clone)]
enum Call {
    Insert(u32, Item),
    Get(u32),
    /// So often in a row that it moves the time of uses on.
    GetOften(u32),
    GetOrLoad(u32, Item),
    Invalidate(u32),
    InvalidateAll,
    Advance(u64),
}

impl Model {
    fn expire(&mut self, key: u32) {
        let (now, lives) = (self.now, self.lives);
        let old = |entry: &Entry| lives && entry.key == key && entry.expires <= now;
        self.hot.retain(|entry| !old(entry));
        self.cold.retain(|entry| !old(entry));
    }

    fn forget(&mut self, key: u32) {
        self.hot.retain(|entry| entry.key != key);
        self.cold.retain(|entry| entry.key != key);
    }

    fn insert(&mut self, key: u32, item: Item) {
        self.valid.insert(key, item.number);
        self.forget(key);
        let expires = self.now + TIME_TO_LIVE;
        self.admit(Entry { key, item, expires, used: 0, age: 0, copy: false });
    }

    /// Puts an entry in the hot tier, or in the cold one if it is too large.
    fn admit(&mut self, mut entry: Entry) {
        // Two steps: later than what was used before, earlier than what is used after.
        entry.used = self.uses + 1;
        self.uses += 2;
        self.next_age += 1;
        entry.age = self.next_age;
        if !holds(self.hot_limits, self.hot_weight(&entry.item)) {
            return self.admit_cold(vec![entry]);
        }
        let mut leaving = Vec::new();
        while !self.hot_has_room(&entry.item) {
            let oldest = take_oldest(&mut self.hot);
            match oldest.copy {
                true => self.cold.push(oldest),
                false => leaving.push(oldest),
            }
        }
        if entry.copy {
            entry.copy = self.copy_has_room(&entry.item);
        }
        self.hot.push(entry);
        // What was displaced last is packed first.
        leaving.reverse();
        self.admit_cold(leaving);
    }

    fn admit_cold(&mut self, entries: Vec<Entry>) {
        for mut entry in entries {
            entry.copy = false;
            let weight = self.cold_weight(&entry.item);
            if !holds(self.cold_limits, weight) {
                continue;
            }
            while !self.copy_has_room(&entry.item) {
                take_oldest(&mut self.cold);
            }
            self.cold.push(entry);
        }
    }

    /// Whether there is room in the cold tier, for which copies are given up, those that were made last first.
    fn copy_has_room(&mut self, item: &Item) -> bool {
        let weight = self.cold_weight(item);
        loop {
            let (bytes, entries) = self.cold_usage();
            if entries < self.cold_limits.entries && bytes + weight <= self.cold_limits.bytes {
                return true;
            }
            let copies = self.hot.iter_mut().filter(|entry| entry.copy);
            match copies.max_by_key(|entry| entry.age) {
                Some(last) => last.copy = false,
                None => return false,
            }
        }
    }

    fn hot_has_room(&self, item: &Item) -> bool {
        let (bytes, entries) = self.hot_usage();
        entries < self.hot_limits.entries && bytes + self.hot_weight(item) <= self.hot_limits.bytes
    }

    fn hot_weight(&self, item: &Item) -> usize {
        item.weight + self.overheads.0
    }

    fn cold_weight(&self, item: &Item) -> usize {
        item.packed + self.overheads.1
    }

    fn hot_usage(&self) -> (usize, usize) {
        (self.hot.iter().map(|entry| self.hot_weight(&entry.item)).sum(), self.hot.len())
    }

    fn cold_usage(&self) -> (usize, usize) {
        let copies = self.hot.iter().filter(|entry| entry.copy);
        let weights = self.cold.iter().chain(copies).map(|entry| self.cold_weight(&entry.item));
        (weights.clone().sum(), weights.count())
    }

    fn get(&mut self, key: u32) -> Option<u32> {
        self.expire(key);
        if let Some(entry) = self.hot.iter_mut().find(|entry| entry.key == key) {
            entry.used = self.uses;
            self.hits += 1;
            if self.hits.is_multiple_of(256) {
                self.uses += 2;
            }
            return Some(entry.item.number);
        }
        let at = self.cold.iter().position(|entry| entry.key == key)?;
        let mut entry = self.cold.remove(at);
        if entry.item.damaged {
            return None;
        }
        let number = entry.item.number;
        entry.copy = true;
        self.admit(entry);
        Some(number)
    }
}

fn holds(limits: TierLimits, weight: usize) -> bool {
    limits.entries > 0 && limits.bytes > 0 && weight <= limits.bytes
}

fn take_oldest(entries: &mut Vec<Entry>) -> Entry {
    let oldest = entries.iter().enumerate().min_by_key(|(_, entry)| (entry.used, entry.age)).unwrap().0;
    entries.remove(oldest)
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Call;

    fn init_state() -> BoxedStrategy<Self> {
        let overheads = overheads();
        let hot = (0..5usize, 0..6usize)
            .prop_map(move |(entries, of)| TierLimits { bytes: of * (500 + overheads.0), entries });
        let cold = (0..5usize, 0..6usize)
            .prop_map(move |(entries, of)| TierLimits { bytes: of * (100 + overheads.1), entries });
        let model = move |(hot_limits, cold_limits, lives)| Self {
            hot_limits,
            cold_limits,
            overheads,
            lives,
            hot: Vec::new(),
            cold: Vec::new(),
            now: 0,
            uses: 0,
            hits: 0,
            next_age: 0,
            next_number: 0,
            expected: None,
            valid: HashMap::new(),
        };
        (hot, cold, any::<bool>()).prop_map(model).boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Call> {
        let number = model.next_number;
        let item = (0..1500usize, 0..300usize, prop::bool::weighted(0.05));
        let item =
            item.prop_map(move |(weight, packed, damaged)| Item { number, weight, packed, damaged }).boxed();
        prop_oneof![
            4 => (0..KEYS, item.clone()).prop_map(|(key, item)| Call::Insert(key, item)),
            6 => (0..KEYS).prop_map(Call::Get),
            1 => (0..KEYS).prop_map(Call::GetOften),
            4 => (0..KEYS, item).prop_map(|(key, item)| Call::GetOrLoad(key, item)),
            2 => (0..KEYS).prop_map(Call::Invalidate),
            1 => (0..TIME_TO_LIVE).prop_map(Call::Advance),
            1 => prop::bool::weighted(0.2).prop_map(|all| if all { Call::InvalidateAll } else { Call::Advance(0) }),
        ]
        .boxed()
    }

    fn apply(mut model: Self, call: &Call) -> Self {
        model.next_number += 1;
        model.expected = None;
        match call {
            Call::Insert(key, item) => model.insert(*key, item.clone()),
            Call::Get(key) => model.expected = model.get(*key),
            Call::GetOften(key) => model.expected = (0..65).filter_map(|_| model.get(*key)).last(),
            Call::GetOrLoad(key, item) => {
                model.expected = model.get(*key).or(Some(item.number));
                if model.expected == Some(item.number) {
                    model.insert(*key, item.clone());
                }
            }
            Call::Invalidate(key) => {
                model.forget(*key);
                model.valid.remove(key);
            }
            Call::InvalidateAll => {
                model.hot.clear();
                model.cold.clear();
                model.valid.clear();
            }
            Call::Advance(seconds) => model.now += seconds,
        }
        model
    }
}

struct Test {
    cache: Cache,
    clock: Arc<ManualClock>,
}

impl StateMachineTest for Test {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(model: &Model) -> Self {
        let clock = Arc::new(ManualClock::new());
        let options = CacheOptions::default().with_hot(model.hot_limits).with_cold(model.cold_limits);
        let options = match model.lives {
            true => options.with_time_to_live(Duration::from_secs(TIME_TO_LIVE)),
            false => options,
        };
        Self { cache: ConfigCache::with_clock(options, clock.clone()), clock }
    }

    fn apply(test: Self, model: &Model, call: Call) -> Self {
        let cache = &test.cache;
        let got = match call {
            Call::Insert(key, item) => return test.insert(key, item),
            Call::Get(key) => cache.get(&key),
            Call::GetOften(key) => (0..65).filter_map(|_| cache.get(&key)).last(),
            Call::GetOrLoad(key, item) => Some(cache.get_or_load(&key, || Ok::<_, ()>(item)).unwrap()),
            Call::Invalidate(key) => {
                cache.invalidate(&key);
                assert!(cache.get(&key).is_none());
                None
            }
            Call::InvalidateAll => {
                cache.invalidate_all();
                None
            }
            Call::Advance(seconds) => {
                test.clock.advance(Duration::from_secs(seconds));
                None
            }
        };
        assert_eq!(got.map(|item| item.number), model.expected);
        test
    }

    fn check_invariants(test: &Self, model: &Model) {
        let stats = test.cache.stats();
        assert!(stats.hot.bytes <= model.hot_limits.bytes && stats.hot.entries <= model.hot_limits.entries);
        assert!(
            stats.cold.bytes <= model.cold_limits.bytes && stats.cold.entries <= model.cold_limits.entries
        );
        for key in 0..KEYS {
            let is_in = |entries: &[Entry]| entries.iter().any(|entry| entry.key == key);
            let tier = match (is_in(&model.hot), is_in(&model.cold)) {
                (true, _) => Some(Tier::Hot),
                (_, true) => Some(Tier::Cold),
                _ => None,
            };
            assert_eq!(test.cache.tier(&key), tier, "{key}\n{model:#?}");
        }
        assert_eq!((stats.hot.bytes, stats.hot.entries), model.hot_usage());
        assert_eq!((stats.cold.bytes, stats.cold.entries), model.cold_usage());
        assert_eq!(stats.cold.copies, model.hot.iter().filter(|entry| entry.copy).count());
        let newest = |entry: &Entry| model.valid.get(&entry.key) == Some(&entry.item.number);
        assert!(model.hot.iter().chain(&model.cold).all(newest), "the model itself serves something stale");
    }
}

impl Test {
    fn insert(self, key: u32, item: Item) -> Self {
        let number = item.number;
        assert_eq!(self.cache.insert(key, item).number, number);
        self
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn it_does_what_its_documentation_says(sequential 1..60 => Test);
}
