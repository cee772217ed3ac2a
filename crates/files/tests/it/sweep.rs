//! What killed processes left, and what only looks like it.

use crate::Scene;
use enhanced_config_files::{AtomicWrite, FileLock, ReadError};
use std::time::Duration;

const LEFT: &str = ".app.yaml.ec-0123456789abcdef.tmp";

#[test]
fn what_killed_processes_left_goes_and_nothing_else() {
    let scene = Scene::new();
    let kept = [
        "app.yaml",
        "Cargo.lock",
        ".app.yaml.tmp",
        ".app.yaml.ec-01.tmp",
        "blank.lock",
        "x.ec-0123456789abcdef.tmp",
    ];
    for name in kept {
        scene.write(name, "");
    }
    scene.write("Cargo.lock", "[[package]]");
    for name in [LEFT, ".app.yaml.ec-ffffffffffffffff.tmp", ".other.yaml.ec-0000000000000000.tmp"] {
        scene.write(name, "half a f");
    }
    scene.write("third.yaml.lock", "locked by process 77\n");
    assert_eq!(scene.root.sweep("").unwrap(), 3);
    let mut kept = kept.map(String::from);
    kept.sort_unstable();
    assert_eq!(scene.names(), kept);
    assert_eq!(scene.root.sweep("").unwrap(), 0);
}

#[cfg(unix)]
#[test]
fn what_was_left_beside_a_file_that_a_link_leads_to_goes() {
    let scene = Scene::new();
    std::fs::create_dir_all(scene.root.path().join("parts/deep")).unwrap();
    for name in [
        "parts/real.yaml",
        "parts/.real.yaml.ec-0123456789abcdef.tmp",
        "parts/deep/.x.ec-0123456789abcdef.tmp",
    ] {
        scene.write(name, "");
    }
    for (link, target) in
        [("app.yaml", "parts/real.yaml"), ("b.yaml", "parts/real.yaml"), ("none.yaml", "../x")]
    {
        std::os::unix::fs::symlink(target, scene.root.path().join(link)).unwrap();
    }
    assert_eq!(scene.root.sweep("").unwrap(), 1);
    assert_eq!(scene.root.sweep("parts/deep").unwrap(), 1);
}

#[test]
fn what_is_being_written_is_not_touched() {
    let scene = Scene::new();
    let lock = FileLock::acquire(&scene.root, "app.yaml", Duration::ZERO).unwrap();
    scene.write(LEFT, "half a f");
    assert_eq!(scene.root.sweep("").unwrap(), 0);
    assert_eq!(scene.names(), [LEFT, "app.yaml.lock"]);
    drop(lock);
    assert_eq!(scene.root.sweep("").unwrap(), 1);
    assert_eq!(scene.names(), [""; 0]);
}

#[test]
fn the_next_to_write_sweeps_its_own_file() {
    let scene = Scene::new();
    scene.write(LEFT, "half a f");
    scene.write("app.yaml.lock", "locked by process 77\n");
    scene.write(".other.yaml.ec-0000000000000000.tmp", "not its own");
    assert_eq!(scene.save(&AtomicWrite::new(), "app.yaml", "new"), Ok("new".into()));
    assert_eq!(scene.names(), [".other.yaml.ec-0000000000000000.tmp", "app.yaml"]);
}

#[test]
fn only_directories_beneath_the_root_are_swept() {
    let scene = Scene::new();
    scene.write("dir/app.yaml", "x");
    scene.write(format!("dir/{LEFT}"), "x");
    assert_eq!(scene.root.sweep("").unwrap(), 0);
    assert_eq!(scene.root.sweep("dir").unwrap(), 1);
    assert!(matches!(scene.root.sweep(".."), Err(ReadError::Outside { .. })));
    assert!(scene.root.sweep("nothing").is_err());
    assert!(scene.root.sweep("dir/app.yaml").is_err());
}
