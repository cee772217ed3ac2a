//! Writing real files.

use crate::Scene;
use enhanced_config_files::{AtomicWrite, ConfigRoot, Expect, FileLock, ReadError, Step, Target, WriteError};
use std::fs;
use std::time::Duration;

impl Scene {
    /// Writes with little patience: what became of the file, or the message of the error, with a short path of the root.
    pub(crate) fn save(&self, write: &AtomicWrite, path: &str, bytes: &str) -> Result<String, String> {
        match write.clone().with_patience(Duration::ZERO).write(&self.root, path, bytes.as_bytes()) {
            Ok(written) => Ok(fs::read_to_string(written.path).unwrap()),
            Err(error) => Err(self.shorten(&error)),
        }
    }

    /// The names in the root directory, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }
}

#[test]
fn a_file_is_made_and_replaced_and_nothing_stays_beside_it() {
    let scene = Scene::new();
    let write = AtomicWrite::new();
    assert_eq!(scene.save(&write, "app.yaml", "one"), Ok("one".into()));
    assert_eq!(scene.save(&write, "app.yaml", "two and more"), Ok("two and more".into()));
    assert_eq!(scene.save(&write, "app.yaml", ""), Ok(String::new()));
    assert_eq!(scene.names(), ["app.yaml"]);
}

#[test]
fn what_was_written_has_the_fingerprint_that_is_read() {
    let scene = Scene::new();
    for bytes in ["one", "two"] {
        let written = AtomicWrite::new().write(&scene.root, "app.yaml", bytes.as_bytes()).unwrap();
        let read = scene.root.read("app.yaml", 100).unwrap();
        assert_eq!((written.path, written.fingerprint), (read.path, read.fingerprint));
    }
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_left_alone() {
    let scene = Scene::new();
    scene.write("app.yaml", "mine");
    let read = scene.root.fingerprint("app.yaml").unwrap();
    let write = AtomicWrite::new().with_expect(Expect::Unchanged(read));
    scene.write("app.yaml", "theirs");
    assert_eq!(
        scene.save(&write, "app.yaml", "new"),
        Err("config/app.yaml was changed since it was read: it is left as it is".into())
    );
    assert_eq!(scene.read("app.yaml"), Ok("theirs".into()));
    fs::remove_file(scene.path("app.yaml")).unwrap();
    assert_eq!(
        scene.save(&write, "app.yaml", "new"),
        Err("config/app.yaml was removed since it was read: it is left as it is".into())
    );
    assert_eq!(scene.names(), [""; 0]);
}

#[test]
fn a_new_file_takes_nobodys_place() {
    let scene = Scene::new();
    let write = AtomicWrite::new().with_expect(Expect::Nothing);
    assert_eq!(scene.save(&write, "app.yaml", "new"), Ok("new".into()));
    assert_eq!(
        scene.save(&write, "app.yaml", "newer"),
        Err("config/app.yaml is there already: it is left as it is".into())
    );
    assert_eq!(scene.read("app.yaml"), Ok("new".into()));
    assert_eq!(scene.names(), ["app.yaml"]);
}

#[test]
fn what_is_no_place_for_a_file_is_refused() {
    let scene = Scene::new();
    scene.write("dir/app.yaml", "old");
    scene.write("app.yaml", "old");
    let write = |path: &str| AtomicWrite::new().write(&scene.root, path, b"new").unwrap_err();
    for path in ["dir", "", ".", "dir/.."] {
        assert!(matches!(write(path), WriteError::Place(ReadError::NotRegular { .. })), "{path}");
    }
    for path in ["..", "../app.yaml", "dir/../../app.yaml"] {
        assert!(matches!(write(path), WriteError::Place(ReadError::Outside { .. })), "{path}");
    }
    assert!(matches!(write("/tmp/app.yaml"), WriteError::Place(ReadError::Absolute { .. })));
    assert!(matches!(write("nothing/app.yaml"), WriteError::Place(ReadError::Missing { .. })));
    assert!(matches!(write("app.yaml/x"), WriteError::Place(ReadError::NotADirectory { .. })));
    for (length, expected) in [(252, Step::Lock), (240, Step::Create)] {
        let WriteError::Failed { step, target: Target::Untouched, .. } = write(&"x".repeat(length)) else {
            panic!("a name of {length} characters");
        };
        assert_eq!(step, expected);
    }
    assert_eq!(scene.names(), ["app.yaml", "dir"]);
    assert_eq!(scene.read("dir/app.yaml"), Ok("old".into()));
}

#[test]
fn a_panic_while_a_lock_is_held_lets_go_of_it() {
    let scene = Scene::new();
    let panicked = std::panic::catch_unwind(|| {
        let _lock = FileLock::acquire(&scene.root, "app.yaml", Duration::ZERO).unwrap();
        std::panic::resume_unwind(Box::new("whatever"));
    });
    assert!(panicked.is_err());
    assert_eq!(scene.save(&AtomicWrite::new(), "app.yaml", "new"), Ok("new".into()));
    assert_eq!(scene.names(), ["app.yaml"]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::process::Command;

    impl Scene {
        fn mode(&self, path: &str) -> u32 {
            fs::metadata(self.path(path)).unwrap().mode() & 0o7777
        }

        /// Why somebody with few rights may not write in the root directory, which has this mode.
        #[cfg(target_os = "linux")]
        fn write_as_nobody(&self, mode: u32) -> WriteError {
            self.chmod("", mode);
            fs::set_permissions(self.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
            let write = || {
                crate::refuse::give_up_root();
                AtomicWrite::new().write(&self.root, "app.yaml", b"new").unwrap_err()
            };
            std::thread::scope(|scope| scope.spawn(write).join().unwrap())
        }

        fn chmod(&self, path: &str, mode: u32) {
            fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    #[test]
    fn new_files_are_private_and_old_ones_keep_their_mode() {
        let scene = Scene::new();
        scene.save(&AtomicWrite::new(), "app.yaml", "new").unwrap();
        assert_eq!(scene.mode("app.yaml"), 0o600);
        for mode in [0o600, 0o644, 0o640, 0o444, 0o777] {
            scene.chmod("app.yaml", mode);
            scene.save(&AtomicWrite::new().with_new_mode(0o666), "app.yaml", "newer").unwrap();
            assert_eq!(scene.mode("app.yaml"), mode);
        }
        scene.save(&AtomicWrite::new().with_new_mode(0o664), "other.yaml", "new").unwrap();
        assert_eq!(scene.mode("other.yaml"), 0o664);
    }

    #[test]
    fn what_must_stay_private_loses_a_mode_that_it_was_given() {
        let scene = Scene::new();
        scene.write("app.yaml", "old");
        scene.chmod("app.yaml", 0o666);
        scene.save(&AtomicWrite::new().with_new_access(), "app.yaml", "new").unwrap();
        assert_eq!(scene.mode("app.yaml"), 0o600);
    }

    #[test]
    fn a_private_directory_is_made_for_its_user_alone() {
        let scene = Scene::new();
        let root = ConfigRoot::create_private(scene.path("state/app")).unwrap();
        let access = root.access("").unwrap().unwrap();
        assert_eq!((access.mode, access.others_may_read(), access.is_others_word()), (0o700, false, false));
        for (mode, readable, others) in [(0o755, true, false), (0o711, true, false), (0o720, false, true)] {
            scene.chmod("state/app", mode);
            let access = ConfigRoot::create_private(root.path()).unwrap().access("").unwrap().unwrap();
            assert_eq!(
                (access.mode, access.others_may_read(), access.is_others_word()),
                (mode, readable, others)
            );
        }
        scene.write("file", "");
        for path in ["file", "file/below"] {
            ConfigRoot::create_private(scene.path(path)).unwrap_err();
        }
    }

    #[test]
    fn owner_and_group_are_kept() {
        if !rustix::process::geteuid().is_root() {
            return crate::skip("giving files away needs root");
        }
        let scene = Scene::new();
        scene.write("app.yaml", "old");
        chown(scene.path("app.yaml"), Some(1234), Some(4321)).unwrap();
        scene.chmod("app.yaml", 0o640);
        scene.save(&AtomicWrite::new(), "app.yaml", "new").unwrap();
        let file = fs::metadata(scene.path("app.yaml")).unwrap();
        assert_eq!((file.uid(), file.gid(), file.mode() & 0o7777), (1234, 4321, 0o640));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn who_may_not_keep_the_owner_changes_nothing() {
        if !rustix::process::geteuid().is_root() {
            return crate::skip("a file of somebody else needs root");
        }
        let scene = Scene::new();
        scene.write("app.yaml", "old");
        let error = scene.write_as_nobody(0o777);
        assert!(matches!(error, WriteError::Failed { step: Step::Access, target: Target::Untouched, .. }));
        assert_eq!(scene.read("app.yaml"), Ok("old".into()));
        assert_eq!(scene.names(), ["app.yaml"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn access_control_lists_are_kept_and_none_is_inherited() {
        use rustix::fs::{XattrFlags, getxattr, setxattr};
        const OWN: &str = "system.posix_acl_access";
        /// Version 2; owner rw, user 1234 rw, group none, mask rw, others none. See acl(5) and linux/posix_acl_xattr.h.
        fn list() -> Vec<u8> {
            let entries = [(0x01, 6, u32::MAX), (0x02, 6, 1234), (0x04, 0, u32::MAX), (0x10, 6, u32::MAX)];
            let entries = entries.into_iter().chain([(0x20u16, 0u16, u32::MAX)]);
            let mut list = 2u32.to_le_bytes().to_vec();
            for (tag, rights, id) in entries {
                list.extend(tag.to_le_bytes());
                list.extend(rights.to_le_bytes());
                list.extend(id.to_le_bytes());
            }
            list
        }
        let scene = Scene::new();
        scene.write("listed.yaml", "old");
        scene.write("plain.yaml", "old");
        scene.chmod("plain.yaml", 0o660);
        let set = |path, list_of| setxattr(scene.path(path), list_of, &list(), XattrFlags::empty());
        if set("listed.yaml", OWN).is_err() {
            return crate::skip("this file system has no access control lists");
        }
        set("", "system.posix_acl_default").unwrap();
        for file in ["listed.yaml", "plain.yaml"] {
            scene.save(&AtomicWrite::new(), file, "new").unwrap();
            assert_eq!(scene.mode(file), 0o660);
        }
        let mut found = [0; 64];
        let length = getxattr(scene.path("listed.yaml"), OWN, found.as_mut_slice()).unwrap();
        assert_eq!(found[..length], list());
        assert!(getxattr(scene.path("plain.yaml"), OWN, found.as_mut_slice()).is_err());
    }

    #[test]
    fn the_file_behind_a_link_is_replaced_and_the_link_stays() {
        let scene = Scene::new();
        scene.write("parts/real.yaml", "old");
        scene.link("app.yaml", "other.yaml");
        scene.link("other.yaml", "parts/real.yaml");
        let written = AtomicWrite::new().write(&scene.root, "app.yaml", b"new").unwrap();
        assert_eq!(written.path, scene.path("parts/real.yaml"));
        assert!(fs::symlink_metadata(scene.path("app.yaml")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(scene.path("parts/real.yaml")).unwrap(), "new");
        assert_eq!(fs::read_dir(scene.path("parts")).unwrap().count(), 1);
    }

    #[test]
    fn a_link_to_nothing_leads_to_where_the_file_is_made() {
        let scene = Scene::new();
        scene.write("parts/other.yaml", "old");
        scene.link("app.yaml", "parts/app.yaml");
        scene.link("lost.yaml", "nowhere/app.yaml");
        scene.save(&AtomicWrite::new(), "app.yaml", "new").unwrap();
        assert_eq!(fs::read_to_string(scene.path("parts/app.yaml")).unwrap(), "new");
        let error = AtomicWrite::new().write(&scene.root, "lost.yaml", b"new").unwrap_err();
        assert!(matches!(error, WriteError::Place(ReadError::DanglingLink { .. })));
    }

    #[test]
    fn nothing_is_written_outside_of_the_root() {
        let scene = Scene::new();
        fs::write(scene.dir.path().join("outside.yaml"), "outside").unwrap();
        scene.link("app.yaml", "../outside.yaml");
        scene.link("new.yaml", "../new.yaml");
        scene.link("way", "..");
        for path in ["app.yaml", "new.yaml", "way/outside.yaml"] {
            let error = AtomicWrite::new().write(&scene.root, path, b"new").unwrap_err();
            assert!(matches!(error, WriteError::Place(ReadError::Outside { .. })), "{path}");
        }
        assert_eq!(fs::read_to_string(scene.dir.path().join("outside.yaml")).unwrap(), "outside");
        assert_eq!(fs::read_dir(scene.dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_pipe_is_neither_replaced_nor_waited_for() {
        let scene = Scene::new();
        assert!(Command::new("mkfifo").arg(scene.path("pipe")).status().unwrap().success());
        assert!(Command::new("mkfifo").arg(scene.path("app.yaml.lock")).status().unwrap().success());
        assert_eq!(
            scene.save(&AtomicWrite::new(), "pipe", "new"),
            Err("config/pipe is a named pipe: expected a regular file".into())
        );
        assert_eq!(
            scene.save(&AtomicWrite::new(), "app.yaml", "new"),
            Err(
                "config/app.yaml cannot be written and is as it was: the lock file beside it cannot be made or taken"
                    .into()
            )
        );
        assert_eq!(scene.names(), ["app.yaml.lock", "pipe"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_directory_that_may_not_be_written_leaves_the_file_as_it_was() {
        let scene = Scene::new();
        scene.write("app.yaml", "old");
        let error = scene.write_as_nobody(0o555);
        let WriteError::Failed { step: Step::Lock, target: Target::Untouched, source, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(source.kind(), std::io::ErrorKind::PermissionDenied);
        assert_eq!(scene.read("app.yaml"), Ok("old".into()));
        assert_eq!(scene.names(), ["app.yaml"]);
    }
}
