//! Locks between threads, and what stands in the place of a lock.

use crate::Scene;
use enhanced_config_files::{AtomicWrite, Expect, FileLock, WriteError};
use std::fs;
use std::thread;
use std::time::Duration;

const NO_TIME: Duration = Duration::ZERO;

#[test]
fn one_at_a_time_and_the_other_learns_who_has_it() {
    let scene = Scene::new();
    let lock = FileLock::acquire(&scene.root, "app.yaml", NO_TIME).unwrap();
    assert_eq!(lock.path(), scene.path("app.yaml"));
    assert_eq!(lock.fingerprint().unwrap(), None);
    let Err(WriteError::Locked { path, lock: file, holder, .. }) =
        FileLock::acquire(&scene.root, "app.yaml", NO_TIME)
    else {
        panic!("it was locked twice");
    };
    assert_eq!((path, file), (scene.path("app.yaml"), scene.path("app.yaml.lock")));
    assert_eq!(holder, Some(std::process::id()));
    FileLock::acquire(&scene.root, "other.yaml", NO_TIME).unwrap();
    drop(lock);
    FileLock::acquire(&scene.root, "app.yaml", NO_TIME).unwrap();
    assert_eq!(scene.names(), [""; 0]);
}

#[test]
fn who_waits_gets_it_when_it_is_free() {
    let scene = Scene::new();
    let lock = FileLock::acquire(&scene.root, "app.yaml", NO_TIME).unwrap();
    thread::scope(|scope| {
        let waiting =
            scope.spawn(|| AtomicWrite::new().write(&scene.root, "app.yaml", b"second").map(|_| ()));
        fs::write(scene.path("app.yaml"), "first").unwrap();
        drop(lock);
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(scene.read("app.yaml"), Ok("second".into()));
}

#[test]
fn what_a_killed_process_left_is_taken_over() {
    let scene = Scene::new();
    for left in ["", "locked by proc", "locked by process 1\n", "locked by process 4294967295\n"] {
        scene.write("app.yaml.lock", left);
        assert_eq!(scene.save(&AtomicWrite::new(), "app.yaml", left), Ok(left.into()));
        assert_eq!(scene.names(), ["app.yaml"]);
    }
}

#[test]
fn a_file_that_only_looks_like_a_lock_is_left_alone() {
    let scene = Scene::new();
    for theirs in ["[[package]]\nname = \"x\"\n", "locked by process one\n", "12\n"] {
        scene.write("Cargo.lock", theirs);
        assert_eq!(
            scene.save(&AtomicWrite::new(), "Cargo", "new"),
            Err("config/Cargo cannot be locked: config/Cargo.lock is not a lock file of this program, and is left \
                 alone; rename one of the two"
                .into())
        );
        assert_eq!(scene.read("Cargo.lock"), Ok(theirs.into()));
    }
}

#[cfg(unix)]
#[test]
fn two_links_to_one_file_have_one_lock() {
    let scene = Scene::new();
    scene.write("real.yaml", "old");
    scene.link("a.yaml", "real.yaml");
    scene.link("b.yaml", "a.yaml");
    let _lock = FileLock::acquire(&scene.root, "a.yaml", NO_TIME).unwrap();
    for path in ["b.yaml", "real.yaml"] {
        assert!(matches!(FileLock::acquire(&scene.root, path, NO_TIME), Err(WriteError::Locked { .. })));
    }
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_is_not_followed() {
    let scene = Scene::new();
    scene.write("precious", "");
    scene.link("app.yaml.lock", "precious");
    assert!(FileLock::acquire(&scene.root, "app.yaml", NO_TIME).is_err());
    assert_eq!(scene.read("precious"), Ok(String::new()));
}

/// Each adds one to the number that it read, and starts over when somebody else was faster.
#[test]
fn of_two_who_write_at_once_one_learns_of_the_conflict() {
    const ROUNDS: u32 = 50;
    let scene = Scene::new();
    scene.write("count", "0");
    let add = || {
        let mut conflicts = 0;
        loop {
            let read = scene.root.read("count", 100).unwrap();
            let count: u32 = String::from_utf8(read.bytes).unwrap().parse().unwrap();
            let write = AtomicWrite::new().with_expect(Expect::Unchanged(read.fingerprint));
            match write.write(&scene.root, "count", (count + 1).to_string().as_bytes()) {
                Ok(_) => return conflicts,
                Err(WriteError::Conflict { .. }) => conflicts += 1,
                Err(error) => panic!("{error}"),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..ROUNDS).map(|_| add()).sum::<u32>());
        }
    });
    assert_eq!(scene.read("count"), Ok((4 * ROUNDS).to_string()));
    assert_eq!(scene.names(), ["count"]);
}
