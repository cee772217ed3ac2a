//! What must not be read, and what must be although it looks suspicious.

use crate::Scene;
use enhanced_config_files::{ConfigRoot, FileKind, Link, ReadError};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[test]
fn a_mounted_config_map_works_and_its_swap_is_seen() {
    let scene = Scene::new();
    scene.write("..2026_01/app.yaml", "old");
    scene.write("..2026_02/app.yaml", "new");
    scene.link("..data", "..2026_01");
    scene.link("app.yaml", "..data/app.yaml");
    let before = scene.root.fingerprint("app.yaml").unwrap();
    assert_eq!(scene.read("app.yaml"), Ok("old".into()));

    scene.link("..data_tmp", "..2026_02");
    fs::rename(scene.path("..data_tmp"), scene.path("..data")).unwrap();
    assert_eq!(scene.read("app.yaml"), Ok("new".into()));
    assert_ne!(scene.root.fingerprint("app.yaml").unwrap(), before);
    assert_eq!(scene.root.list("").unwrap(), [std::path::PathBuf::from("app.yaml")]);
}

#[test]
fn the_root_may_be_a_link_that_is_switched() {
    let scene = Scene::new();
    scene.write("1/app.yaml", "one");
    scene.write("2/app.yaml", "two");
    scene.link("current", "1");
    let root = ConfigRoot::open(scene.path("current")).unwrap();
    assert_eq!(root.read("app.yaml", 100).unwrap().bytes, b"one");
    scene.link("next", "2");
    fs::rename(scene.path("next"), scene.path("current")).unwrap();
    assert_eq!(root.read("app.yaml", 100).unwrap().bytes, b"two");
}

#[test]
fn links_that_leave_the_root_are_named() {
    let scene = Scene::new();
    fs::write(scene.dir.path().join("secret"), "secret").unwrap();
    scene.link("absolute.yaml", "/etc/passwd");
    scene.link("upward.yaml", "../secret");
    scene.link("chain.yaml", "upward.yaml");
    assert_eq!(
        scene.read("absolute.yaml"),
        Err("config/absolute.yaml is outside of the configuration directory: config/absolute.yaml is a link to \
             /etc/passwd; only links that stay inside are followed"
            .into())
    );
    for path in ["upward.yaml", "chain.yaml"] {
        let Err(ReadError::Outside { link: Some(link), .. }) = scene.root.read(path, 100) else {
            panic!("{path} was followed");
        };
        let Link { path, target, .. } = link;
        assert_eq!((path, target), (scene.path("upward.yaml"), "../secret".into()));
    }
}

#[test]
fn an_absolute_link_that_stays_inside_is_followed() {
    let scene = Scene::new();
    scene.write("parts/app.yaml", "inside");
    fs::write(scene.dir.path().join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink(scene.root.path(), scene.dir.path().join("other-way")).unwrap();
    let here = |path: &str| scene.path(path).to_string_lossy().into_owned();
    scene.link("app.yaml", here("parts/app.yaml"));
    scene.link("up.yaml", here("parts/../../secret"));
    assert_eq!(scene.read("app.yaml"), Ok("inside".into()));
    assert!(matches!(scene.root.read("up.yaml", 100), Err(ReadError::Outside { .. })));
    // The link names the real directory, and the root was given by another way.
    let root = ConfigRoot::open(scene.dir.path().join("other-way")).unwrap();
    assert_eq!(root.read("app.yaml", 100).unwrap().bytes, b"inside");
}

#[test]
fn links_to_nothing_and_circles_are_named() {
    let scene = Scene::new();
    scene.link("dangling.yaml", "nothing.yaml");
    scene.link("circle.yaml", "circle.yaml");
    assert_eq!(
        scene.read("dangling.yaml"),
        Err("config/dangling.yaml does not exist: config/dangling.yaml is a link to nothing.yaml, where there is nothing"
            .into())
    );
    assert!(scene.root.exists("dangling.yaml").is_err(), "somebody meant it to exist");
    assert_eq!(
        scene.read("circle.yaml"),
        Err("config/circle.yaml leads through too many links, perhaps in a circle: config/circle.yaml is a link to \
             circle.yaml"
            .into())
    );
}

/// Fails rather than hangs.
fn within_ten_seconds<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(10)).expect("it hangs")
}

#[test]
fn pipes_sockets_and_devices_are_refused_without_waiting() {
    let scene = Scene::new();
    assert!(Command::new("mkfifo").arg(scene.path("pipe")).status().unwrap().success());
    let _listener = UnixListener::bind(scene.path("socket")).unwrap();
    let (pipe, socket) = within_ten_seconds({
        let root = scene.root.clone();
        move || (root.read("pipe", 100).unwrap_err(), root.read("socket", 100).unwrap_err())
    });
    assert_eq!(scene.shorten(&pipe), "config/pipe is a named pipe: expected a regular file");
    assert_eq!(scene.shorten(&socket), "config/socket is a socket: expected a regular file");

    for device in ["zero", "null", "tty"] {
        let error =
            within_ten_seconds(move || ConfigRoot::open("/dev").unwrap().read(device, 100).unwrap_err());
        assert_eq!(error.to_string(), format!("/dev/{device} is a device: expected a regular file"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn virtual_files_are_refused() {
    let process = ConfigRoot::open("/proc/self").unwrap();
    for path in ["status", "environ"] {
        assert!(matches!(
            process.read(path, 1 << 20),
            Err(ReadError::NotRegular { kind: FileKind::Virtual, .. })
        ));
    }
    // These links lead to open files by magic, not by their text.
    assert!(process.read("fd/0", 100).is_err());
    assert!(process.read("exe", 100).is_err());
    assert!(process.read("root/etc/passwd", 100).is_err());
}

#[cfg(target_os = "linux")]
#[test]
fn denied_files_and_directories_tell_their_mode_and_owner() {
    let scene = Scene::new();
    scene.write("app.yaml", "secret");
    scene.write("closed/app.yaml", "secret");
    // The directory above is private to whoever runs the test.
    fs::set_permissions(scene.dir.path(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(scene.path("app.yaml"), Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(scene.path("closed"), Permissions::from_mode(0o600)).unwrap();

    let root = scene.root.clone();
    let (user, [file, below, listing]) = thread::spawn(move || {
        give_up_root();
        let errors = [
            root.read("app.yaml", 100).unwrap_err(),
            root.read("closed/app.yaml", 100).unwrap_err(),
            root.list("closed").unwrap_err(),
        ];
        assert_eq!(root.fingerprint("app.yaml").unwrap().size(), 6, "needs no right to read");
        (rustix::process::geteuid().as_raw(), errors)
    })
    .join()
    .unwrap();

    let (owner, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let whose = |mode| {
        format!(
            "has mode {mode} and belongs to user {owner} and group {group}, while this process runs as user {user}; \
             allow it with chmod or chown"
        )
    };
    assert_eq!(
        scene.shorten(&file),
        format!("permission denied: config/app.yaml may not be read: it {}", whose("0000"))
    );
    assert_eq!(
        scene.shorten(&below),
        format!("permission denied: config/closed/app.yaml may not be read: config/closed {}", whose("0600"))
    );
    if owner == 0 {
        assert_eq!(
            scene.shorten(&listing),
            format!("permission denied: config/closed may not be read: it {}", whose("0600"))
        );
    }
}

/// Root may read everything. Linux keeps users per thread, so that one thread can become nobody by itself.
#[cfg(target_os = "linux")]
pub(crate) fn give_up_root() {
    use rustix::thread::{Uid, set_thread_res_uid};
    if rustix::process::geteuid().is_root() {
        let nobody = Uid::from_raw(65534);
        set_thread_res_uid(nobody, nobody, nobody).unwrap();
    }
}
