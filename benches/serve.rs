//! What does it cost to ask for a configuration that is loaded, at one and at two threads?

use std::{hint::black_box, num::NonZeroUsize, path::Path, sync::Arc};

use enhanced_config::{EnhancedConfigSystem, Freshness};
use enhanced_config_benches::{
    corpus::{Family, Format},
    generate::Size,
    harness::Suite,
    peers,
};
use parking_lot::Mutex;

const NAME: &str = "checkout-service";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut suite = Suite::from_args();
    let dir = tempfile::tempdir()?;
    let text = Family::of(Size::Small).base;
    let names: Vec<String> =
        (0..100).map(|number| format!("service-{number}")).chain([NAME.to_owned()]).collect();
    for name in &names {
        std::fs::write(dir.path().join(format!("{name}.json")), &text)?;
    }
    let never = system(dir.path(), Freshness::Never, &names)?;
    let one_each =
        [system(dir.path(), Freshness::Never, &names)?, system(dir.path(), Freshness::Never, &names)?];
    let checked = system(dir.path(), Freshness::Checked, &names)?;

    let config = Arc::new(peers::config_text(&text, Format::Json));
    let moka = moka::sync::Cache::new(1000);
    let quick = quick_cache::sync::Cache::new(1000);
    let mut lru = lru::LruCache::new(NonZeroUsize::new(1000).expect("not zero"));
    for name in &names {
        moka.insert(name.clone(), Arc::clone(&config));
        quick.insert(name.clone(), Arc::clone(&config));
        lru.put(name.clone(), Arc::clone(&config));
    }
    let lru = Mutex::new(lru);
    let name = || black_box(NAME);

    suite.table("a loaded configuration by its name, all threads asking for the same one");
    suite
        .ask("load_config/never/1 thread")
        .ours(|| never.load_config(name()))
        .peer("Mutex<lru>", || lru.lock().get(name()).cloned())
        .peer("moka", || moka.get(name()))
        .peer("quick_cache", || quick.get(name()))
        .peer("config clone", || config::Config::clone(&config))
        // 30 ns where it takes 24.
        .at_most(1.25, "Mutex<lru>")
        .run();
    suite
        .ask("load_config/never/2 threads")
        .threads("ours", 2, |_| never.load_config(name()))
        .threads("Mutex<lru>", 2, |_| lru.lock().get(name()).cloned())
        .threads("moka", 2, |_| moka.get(name()))
        .threads("quick_cache", 2, |_| quick.get(name()))
        .threads("ours, 1 thread", 1, |_| never.load_config(name()))
        // Tells contention from what two busy cores cost each other anyway.
        .threads("ours, a system each", 2, |number| one_each[number].load_config(name()))
        .at_most(1.2, "ours, 1 thread")
        .run();

    suite.table("the same, with a look at the clock for whether it is time to compare with the files");
    suite
        .ask("load_config/checked/1 thread")
        .ours(|| checked.load_config(name()))
        .peer("never", || never.load_config(name()))
        .peer("stat + Mutex<lru>", || {
            (std::fs::metadata(dir.path().join("checkout-service.json")), lru.lock().get(name()).cloned())
        })
        .run();
    suite
        .ask("load_config/checked/2 threads")
        .threads("ours", 2, |_| checked.load_config(name()))
        .threads("ours, 1 thread", 1, |_| checked.load_config(name()))
        .at_most(1.2, "ours, 1 thread")
        .run();
    Ok(())
}

fn system(
    dir: &Path,
    freshness: Freshness,
    names: &[String],
) -> Result<EnhancedConfigSystem, Box<dyn std::error::Error>> {
    let system = EnhancedConfigSystem::builder(dir).freshness(freshness).build()?;
    for name in names {
        system.load_config(name)?;
    }
    Ok(system)
}
