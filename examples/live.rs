//! Three threads read a typed configuration while its file changes: each reads one snapshot for one piece of work, and
//! none of them ever waits.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use enhanced_config::EnhancedConfigSystem;
use serde::Deserialize;

#[derive(Deserialize)]
struct Shop {
    prices: Prices,
}

/// The file says that these add up to 100: half of a change would show.
#[derive(Deserialize)]
struct Prices {
    net: u32,
    tax: u32,
}

fn save(file: &Path, tax: u32) -> std::io::Result<()> {
    // Written beside it and moved into place: there from one moment to the next.
    let new = file.with_extension("new");
    fs::write(&new, format!("prices: {{net: {}, tax: {tax}}}\n", 100 - tax))?;
    fs::rename(new, file)
}

fn main() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("shop.yaml");
    save(&file, 0)?;

    let system = EnhancedConfigSystem::builder(dir.path()).build()?;
    let shop = system.live::<Shop>("shop")?;
    system.start_hot_reload()?;

    let closed = AtomicBool::new(false);
    thread::scope(|scope| {
        let read = || {
            // Costs about a nanosecond as long as nothing changes.
            let (mut reader, mut sales, mut versions) = (shop.reader(), 0_u64, 0);
            let mut version = 0;
            while !closed.load(Ordering::Relaxed) {
                let Prices { net, tax } = reader.read().prices;
                assert_eq!(net + tax, 100);
                sales += 1;
                versions += u32::from(std::mem::replace(&mut version, reader.version()) != version);
            }
            (sales, versions)
        };
        let readers: Vec<_> = (0..3).map(|_| scope.spawn(read)).collect();

        // A part of it, for code that need not know the whole.
        let tax = shop.section(|shop| &shop.prices.tax);
        for rate in [7, 19, 20] {
            save(&file, rate)?;
            while *tax.load() != rate {
                thread::yield_now();
            }
            println!("the tax is {rate} % as of version {}", shop.version());
        }
        closed.store(true, Ordering::Relaxed);
        for reader in readers {
            let (sales, versions) = reader.join().map_err(|_| "a reader saw half of a change")?;
            println!("a reader read {sales} times and saw {versions} versions");
        }
        Ok(())
    })
}
