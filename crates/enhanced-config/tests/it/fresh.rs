//! What is served follows the files, or does not, as the builder says; and stays whole in little memory.

use std::sync::Arc;
use std::time::Duration;

use enhanced_config::clock::ManualClock;
use enhanced_config::{EnhancedConfigSystem, Freshness};
use serde_json::json;

use crate::dir::Dir;

const SECOND: Duration = Duration::from_secs(1);

fn system(dir: &Dir, freshness: Freshness) -> (EnhancedConfigSystem, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new());
    let system = dir.builder().freshness(freshness).clock(Arc::<ManualClock>::clone(&clock)).build().unwrap();
    (system, clock)
}

fn port(system: &EnhancedConfigSystem) -> (u64, u16) {
    let config = system.load_config("app").unwrap();
    (config.version(), config.get("port").unwrap())
}

#[test]
fn a_change_is_seen_when_it_is_time_to_look() {
    for freshness in [Freshness::Watched, Freshness::Checked] {
        let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
        let (system, clock) = system(&dir, freshness);
        assert_eq!(port(&system), (1, 1));
        dir.write("app.yaml", "port: 22\n");
        assert_eq!(port(&system), (1, 1), "nobody looks before it is time");
        clock.advance(SECOND);
        assert_eq!(port(&system), (2, 22));
        dir.write("app.local.yaml", "port: 333\n");
        clock.advance(SECOND);
        assert_eq!(port(&system), (3, 333), "a file that comes");
        dir.write("app.yaml", "port: 22 # the same\n");
        clock.advance(SECOND);
        assert_eq!(port(&system), (3, 333), "the same data is the same version");
    }
}

#[test]
fn a_bad_change_leaves_what_is_served() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let (system, clock) = system(&dir, Freshness::Checked);
    assert_eq!(port(&system), (1, 1));
    for text in ["port: [", "", "a: 1\na: 2\n"] {
        dir.write("app.yaml", text);
        clock.advance(SECOND);
        assert_eq!(port(&system), (1, 1), "{text:?}");
    }
    std::fs::remove_file(dir.path().join("app.yaml")).unwrap();
    clock.advance(SECOND);
    assert_eq!(port(&system), (1, 1), "a file that is gone");
    dir.write("app.yaml", "port: 2\n");
    clock.advance(SECOND);
    assert_eq!(port(&system), (2, 2));
}

#[test]
fn what_is_never_looked_at_stays() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let (system, clock) = system(&dir, Freshness::Never);
    assert_eq!(port(&system), (1, 1));
    dir.write("app.yaml", "port: 22\n");
    clock.advance(100 * SECOND);
    assert_eq!(port(&system), (1, 1));
}

#[test]
fn an_override_outlives_a_change_of_the_files() {
    let dir = Dir::new(&[("app.yaml", "port: 1\nname: a\n")]);
    let (system, clock) = system(&dir, Freshness::Checked);
    let guard = system.override_config("app", &json!({"port": 9})).unwrap();
    assert_eq!(port(&system).1, 9);
    dir.write("app.yaml", "port: 22\nname: bb\n");
    clock.advance(SECOND);
    let config = system.load_config("app").unwrap();
    assert_eq!((config.get::<u16>("port").unwrap(), config.get::<&str>("name").unwrap()), (9, "bb"));
    drop(guard);
    assert_eq!(port(&system).1, 22);
}

#[cfg(feature = "cache")]
mod cache {
    use enhanced_config::cache::{CacheOptions, TierLimits};

    use super::*;

    #[test]
    fn what_does_not_fit_is_compressed_and_comes_back_whole() {
        let names: Vec<String> = (0..40).map(|at| format!("app-{at}")).collect();
        let dir = Dir::new(&[]);
        for name in &names {
            let text: String =
                (0..200).map(|at| format!("key-{at}: {{name: {name}, port: {at}}}\n")).collect();
            dir.write(&format!("{name}.yaml"), text);
            dir.write(&format!("{name}.local.yaml"), "key-0: {port: 7}\n");
        }
        let options = CacheOptions::default().with_hot(TierLimits { bytes: 256 << 10, entries: 100 });
        let system = dir.builder().cache(options).freshness(Freshness::Never).build().unwrap();
        let explained = |name: &str| {
            let config = system.load_config(name).unwrap();
            let port: u16 = config.get("key-199.port").unwrap();
            (config.version(), port, dir.anonymous(&config.explain("key-0.port").unwrap().to_string()))
        };
        let before: Vec<_> = names.iter().map(|name| explained(name)).collect();
        let after: Vec<_> = names.iter().map(|name| explained(name)).collect();
        assert_eq!(before, after);
        let stats = system.cache_stats();
        assert!(stats.cold.hits > 0 && stats.hot.bytes <= 256 << 10, "{stats}");
        assert!(stats.compression_ratio() < 0.25, "{stats}");
    }

    #[test]
    fn each_read_is_one_request_of_the_cache() {
        let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
        let system = dir.builder().build().unwrap();
        (0..3).for_each(|_| drop(system.load_config("app").unwrap()));
        assert!(system.load_config("other").is_err());
        let stats = system.cache_stats();
        assert_eq!((stats.hot.hits, stats.cold.hits, stats.misses), (2, 0, 2), "{stats}");
    }

    #[test]
    fn what_is_forgotten_is_read_again() {
        let dir = Dir::new(&[("app.yaml", "port: 1\n"), ("other.yaml", "a: 1\n")]);
        let nothing = TierLimits { bytes: 0, entries: 0 };
        let options = CacheOptions::default().with_hot(nothing).with_cold(nothing);
        let system = dir.builder().cache(options).build().unwrap();
        assert_eq!(port(&system).1, 1);
        let guard = system.override_config("app", &json!({"port": 2})).unwrap();
        assert_eq!(port(&system).1, 2, "overrides are not forgotten");
        drop(guard);
        assert_eq!(port(&system).1, 1);
    }
}
