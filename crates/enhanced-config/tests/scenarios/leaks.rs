//! What a long life leaves behind: nothing. In a process of its own, because it counts all that the process has.

use std::fs;
use std::process::Command;

use enhanced_config::{Config, EnhancedConfigSystem};

use crate::running::{options, text};

const IN_CHILD: &str = "SCENARIO_LEAKS";

/// Threads, descriptors and bytes of memory that this process has.
#[derive(Debug, Clone, Copy)]
struct Held {
    threads: usize,
    descriptors: usize,
    resident: usize,
}

impl Held {
    fn now() -> Self {
        let count = |path: &str| fs::read_dir(path).unwrap().count();
        let pages = fs::read_to_string("/proc/self/statm").unwrap();
        let pages: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            threads: count("/proc/self/task"),
            descriptors: count("/proc/self/fd"),
            resident: pages * 4096,
        }
    }
}

#[test]
fn a_thousand_reloads_leave_what_ten_do_and_dropping_leaves_nothing() {
    if std::env::var_os(IN_CHILD).is_none() {
        let name = "leaks::a_thousand_reloads_leave_what_ten_do_and_dropping_leaves_nothing";
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(IN_CHILD, "1")
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
        return;
    }
    let before = Held::now();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("app.yaml");
    fs::write(&file, text(1)).unwrap();
    let system = EnhancedConfigSystem::builder(dir.path())
        .reload_options(options())
        .state_dir(dir.path().join("state"))
        .build()
        .unwrap();
    let live = system.live::<serde_json::Value>("app").unwrap();
    system.start_hot_reload().unwrap();
    let mut reader = live.reader();
    let mut reload = |number: u32| {
        let new = dir.path().join("new");
        fs::write(&new, text(number)).unwrap();
        fs::rename(&new, &file).unwrap();
        // Who watches may be faster.
        system.reload("app").unwrap();
        let first = |config: &Config| config.get::<u32>("first").unwrap();
        assert_eq!(first(&system.load_config("app").unwrap()), number);
        assert_eq!(reader.read()["first"], number);
        // What is forgotten, or replaced, is let go of.
        drop(system.on_change("app", ["first"], |_| Ok(())).unwrap());
        drop(system.events());
    };
    (0..10).for_each(&mut reload);
    let ten = Held::now();
    (10..1000).for_each(&mut reload);
    let thousand = Held::now();
    // An attempt may be under way, on a thread of its own.
    assert!(thousand.threads <= ten.threads + 1, "{ten:?} {thousand:?}");
    assert!(thousand.descriptors <= ten.descriptors + 1, "{ten:?} {thousand:?}");
    assert!(thousand.resident < ten.resident + (1 << 20), "{ten:?} {thousand:?}");
    drop((system, live, dir));
    let after = Held::now();
    assert_eq!((after.threads, after.descriptors), (before.threads, before.descriptors));
    println!("{ten:?}\n{thousand:?}\n{after:?}");
}
