//! The cache used alone: eight configurations where there is room for a few decoded, and the table that says how
//! it went.

use std::error::Error;

use enhanced_config::Document;
use enhanced_config::format::{Format, ParseOptions, parse};
use enhanced_config_cache::{CacheOptions, ConfigCache, TierLimits};

/// What stands for a file here.
fn text(name: &str) -> String {
    let service =
        "  - {name: NAME-api, host: NAME.internal, port: 8080, timeout_ms: 250, tags: [eu, public]}\n";
    format!("owner: team-{name}\nservices:\n{}", service.replace("NAME", name).repeat(150))
}

fn load(name: &str) -> Result<Document, Box<dyn Error>> {
    let parsed = parse(text(name).as_bytes(), Format::Yaml, name, &ParseOptions::default());
    Ok(parsed.map_err(|problems| format!("{name}: {problems:?}"))?.document)
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = CacheOptions::default()
        .with_hot(TierLimits { bytes: 96 << 10, entries: 100 })
        .with_cold(TierLimits { bytes: 64 << 10, entries: 100 });
    let cache = ConfigCache::<String, Document>::new(options);

    let names = ["audit", "basket", "billing", "catalogue", "delivery", "identity", "offers", "search"];
    for name in names {
        cache.get_or_load(name, || load(name))?;
    }
    // Some are asked for all the time, the others now and then.
    for round in 0..1000 {
        for name in ["billing", "search"].into_iter().chain(names.get(round / 100).copied()) {
            let config = cache.get_or_load(name, || load(name))?;
            assert_eq!(
                config.get("owner").and_then(|owner| owner.as_str()),
                Some(format!("team-{name}").as_str())
            );
        }
    }
    // Restored from its packed form, a value still knows where it was written.
    let basket = cache.get_or_load("basket", || load("basket"))?;
    let port = basket.get("services[7].port").ok_or("a key is gone")?;
    println!("services[7].port is at {} and basket is {:?}\n", port.origin(), cache.tier("basket"));

    // Changed, so the next call loads it again.
    cache.invalidate("search");
    cache.get_or_load("search", || load("search"))?;
    println!("{}", cache.stats());
    Ok(())
}
