use crate::Scene;
use enhanced_config_files::{ConfigRoot, FileKind, ReadError, RootError};
use std::fs::{self, File};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn reads_a_file_with_its_fingerprint_and_path() {
    let scene = Scene::new();
    scene.write("conf.d/app.yaml", "port: 8080\n");
    let file = scene.root.read("conf.d/app.yaml", 100).unwrap();
    assert_eq!(file.bytes, b"port: 8080\n");
    assert_eq!(file.fingerprint, scene.root.fingerprint("conf.d/app.yaml").unwrap());
    assert_eq!(file.fingerprint.size(), 11);
    assert_eq!(file.path, scene.path("conf.d/app.yaml"));
    assert!(scene.root.exists("conf.d/app.yaml").unwrap());
}

#[test]
fn reads_files_of_every_size_up_to_the_limit() {
    let scene = Scene::new();
    for size in [0, 1, 2, 4095, 4096, 4097, 1 << 20] {
        let bytes: Vec<u8> = (0..=250).cycle().take(size).collect();
        scene.write("blob", &bytes);
        assert!(scene.root.read("blob", size).unwrap().bytes == bytes, "{size} bytes");
        if size > 0 {
            let Err(ReadError::TooLarge { size: found, limit, .. }) = scene.root.read("blob", size - 1)
            else {
                panic!("{size} bytes were read");
            };
            assert_eq!((found, limit), (size as u64, size - 1));
        }
    }
}

#[test]
fn debug_output_does_not_show_the_contents() {
    let scene = Scene::new();
    scene.write("app.yaml", "password: canary");
    let shown = format!("{:?}", scene.root.read("app.yaml", 100).unwrap());
    assert!(shown.contains("app.yaml"), "{shown}");
    assert!(!shown.contains("canary") && !shown.contains("99, 97, 110"), "{shown}");
}

#[test]
fn every_kind_of_change_shows_in_the_fingerprint() {
    let scene = Scene::new();
    scene.write("app.yaml", "one");
    let mut last = scene.root.fingerprint("app.yaml").unwrap();
    assert_eq!(scene.root.fingerprint("app.yaml").unwrap(), last);
    let mut changed = |what: &str| {
        let now = scene.root.fingerprint("app.yaml").unwrap();
        assert_ne!(now, last, "{what}");
        last = now;
    };

    scene.write("app.yaml", "longer");
    changed("another size");
    let file = File::options().append(true).open(scene.path("app.yaml")).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    changed("another time");
    scene.write("new", "longer");
    fs::rename(scene.path("new"), scene.path("app.yaml")).unwrap();
    changed("another file renamed onto it");
}

/// Each attempt takes about a hundred times as long as one of the writes.
#[test]
fn a_file_that_grows_while_it_is_read_is_an_error_until_it_stops() {
    let scene = Scene::new();
    scene.write("log", vec![b'x'; 1 << 20]);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = File::options().append(true).open(scene.path("log")).unwrap();
            while !done.load(Ordering::Relaxed) {
                file.write_all(b"x").unwrap();
            }
        });
        let start = Instant::now();
        let noticed = loop {
            match scene.root.read("log", usize::MAX) {
                Err(ReadError::Changing { .. }) => break true,
                Err(error) => panic!("{error}"),
                Ok(file) => assert_eq!(file.bytes.len() as u64, file.fingerprint.size()),
            }
            if start.elapsed() > Duration::from_secs(10) {
                break false;
            }
        };
        done.store(true, Ordering::Relaxed);
        assert!(noticed, "nothing was noticed in ten seconds");
    });
    assert!(scene.root.read("log", usize::MAX).is_ok());
}

#[test]
fn missing_files_say_what_is_missing() {
    let scene = Scene::new();
    scene.write("conf.d/10-a.yaml", "");
    assert_eq!(scene.read("app.yaml"), Err("config/app.yaml does not exist".into()));
    assert_eq!(scene.read("conf.d/20-b.yaml"), Err("config/conf.d/20-b.yaml does not exist".into()));
    assert_eq!(
        scene.read("etc/app.yaml"),
        Err("config/etc/app.yaml does not exist: there is no config/etc".into())
    );
    assert!(!scene.root.exists("etc/app.yaml").unwrap());
}

#[test]
fn directories_are_not_files_and_files_are_not_directories() {
    let scene = Scene::new();
    scene.write("conf.d/a", "");
    assert_eq!(scene.read("conf.d"), Err("config/conf.d is a directory: expected a regular file".into()));
    assert!(
        matches!(scene.read(""), Err(message) if message.ends_with("is a directory: expected a regular file"))
    );
    assert!(matches!(
        scene.root.fingerprint("conf.d"),
        Err(ReadError::NotRegular { kind: FileKind::Directory, .. })
    ));
    assert_eq!(
        scene.read("conf.d/a/b"),
        Err("config/conf.d/a/b cannot be opened: config/conf.d/a is not a directory".into())
    );
}

#[test]
fn what_lies_outside_is_refused_by_its_path() {
    let scene = Scene::new();
    fs::write(scene.dir.path().join("secret"), "secret").unwrap();
    assert_eq!(
        scene.read("../secret"),
        Err("config/../secret is outside of the configuration directory".into())
    );
    for absolute in [scene.path("app.yaml"), "/etc/passwd".into()] {
        assert!(matches!(scene.root.read(absolute, 100), Err(ReadError::Absolute { .. })));
    }
}

#[test]
fn a_root_must_be_a_directory() {
    let scene = Scene::new();
    scene.write("file", "");
    let open = |path: &str| ConfigRoot::open(scene.path(path)).unwrap_err();
    assert!(matches!(open("file"), RootError::NotADirectory { .. }));
    assert!(matches!(open("file/x"), RootError::NotADirectory { .. }));
    let error = open("nothing");
    assert!(matches!(&error, RootError::Missing { path } if *path == scene.path("nothing")));
    assert_eq!(
        error.to_string(),
        format!("the configuration directory {} does not exist", scene.path("nothing").display())
    );
}

#[test]
fn a_root_is_looked_up_anew_each_time() {
    let scene = Scene::new();
    scene.write("app.yaml", "old");
    fs::rename(scene.root.path(), scene.dir.path().join("retired")).unwrap();
    assert!(matches!(scene.root.read("app.yaml", 100), Err(ReadError::Root(RootError::Missing { .. }))));
    assert!(
        matches!(scene.root.exists("app.yaml"), Err(ReadError::Root(_))),
        "not the same as a missing file"
    );
    scene.write("app.yaml", "new");
    assert_eq!(scene.read("app.yaml"), Ok("new".into()));
}
