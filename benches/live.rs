//! What does it cost to read a value of a configuration that may change at any moment?
//!
//! Everybody reads the same field, while a writer swaps a thousand times a second, which is a thousand times more often
//! than configurations change.

use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use arc_swap::{ArcSwap, Cache};
use enhanced_config_benches::harness::Suite;
use enhanced_config_reload::Board;

/// Part of what a program reads.
struct Config {
    _name: String,
    db: Db,
}

struct Db {
    _host: String,
    port: u64,
}

fn config(port: u64) -> Arc<Config> {
    Arc::new(Config { _name: "app".to_owned(), db: Db { _host: "db.example".to_owned(), port } })
}

/// One of each kind.
struct Places {
    board: Board<Config>,
    swap: ArcSwap<Config>,
    std: RwLock<Arc<Config>>,
    parking_lot: parking_lot::RwLock<Arc<Config>>,
}

impl Places {
    fn new() -> Self {
        Self {
            board: Board::new(config(0)),
            swap: ArcSwap::new(config(0)),
            std: RwLock::new(config(0)),
            parking_lot: parking_lot::RwLock::new(config(0)),
        }
    }

    fn swap(&self, port: u64) {
        self.board.prepare(config(port)).expect("nothing refuses").exchange();
        self.swap.store(config(port));
        *self.std.write().expect("not poisoned") = config(port);
        *self.parking_lot.write() = config(port);
    }
}

fn main() {
    let (places, done) = (Places::new(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            for port in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                places.swap(port);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let mut suite = Suite::from_args();
        suite.table("one field, while a writer swaps, by a handle of each thread");
        [1, 2].into_iter().for_each(|threads| reader(&mut suite, &places, threads));
        suite.table("one field, while a writer swaps, by a handle that all threads share");
        [1, 2].into_iter().for_each(|threads| load(&mut suite, &places, threads));
        drop(suite);
        done.store(true, Ordering::Relaxed);
    });
}

fn id(operation: &str, threads: usize) -> String {
    format!("reload/{operation}/{threads} thread{}", if threads == 1 { "" } else { "s" })
}

fn reader(suite: &mut Suite, places: &Places, threads: usize) {
    let live = places.board.whole();
    suite
        .ask(id("reader", threads))
        .threads_with("ours", threads, |_| live.reader(), |reader| reader.read().db.port)
        .threads_with("arc_swap Cache", threads, |_| Cache::new(&places.swap), |cache| cache.load().db.port)
        .threads("ArcSwap load", threads, |_| places.swap.load().db.port)
        .threads("parking_lot RwLock", threads, |_| places.parking_lot.read().db.port)
        .threads("std RwLock", threads, |_| places.std.read().expect("not poisoned").db.port)
        // 1.5 ns where it takes 13.6.
        .at_most(1.5 / 13.6, "ArcSwap load")
        .run();
}

fn load(suite: &mut Suite, places: &Places, threads: usize) {
    let live = places.board.whole();
    let section = live.section(|config| &config.db);
    suite
        .ask(id("load", threads))
        .threads("ours", threads, |_| live.load().db.port)
        .threads("ArcSwap load", threads, |_| places.swap.load().db.port)
        .threads("ArcSwap load_full", threads, |_| places.swap.load_full().db.port)
        .threads("parking_lot RwLock", threads, |_| places.parking_lot.read().db.port)
        .threads("RwLock, Arc cloned", threads, |_| Arc::clone(&places.parking_lot.read()).db.port)
        // 15 ns where it takes 13.6.
        .at_most(15.0 / 13.6, "ArcSwap load")
        .run();
    suite
        .ask(id("section", threads))
        .threads("ours", threads, |_| section.load().port)
        .threads("ArcSwap load", threads, |_| places.swap.load().db.port)
        .threads("ours, whole", threads, |_| live.load().db.port)
        .run();
}
