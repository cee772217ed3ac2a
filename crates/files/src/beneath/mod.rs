//! Opening what a path beneath a root leads to, and nothing outside of it.

#[cfg(any(not(unix), test))]
mod portable;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
use portable as system;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::path::Path;
#[cfg(unix)]
use unix as system;
#[cfg(unix)]
pub(crate) use unix::LOOK;

use crate::dir::Dir;
use crate::{ConfigRoot, ReadError, RootError};

/// One entry of a directory.
pub(crate) struct Entry {
    pub(crate) name: OsString,
    pub(crate) is_directory: bool,
    pub(crate) is_link: bool,
}

/// Whether the root is there and may be used.
pub(crate) fn check_root(root: &ConfigRoot) -> Result<(), RootError> {
    system::check_root(root)
}

/// Opens `path` for reading without ever waiting. It need not be a regular file.
pub(crate) fn open(root: &ConfigRoot, path: &Path) -> Result<File, ReadError> {
    system::open(root, path)
}

/// What is known of `path` without reading it.
pub(crate) fn metadata(root: &ConfigRoot, path: &Path) -> Result<Metadata, ReadError> {
    system::metadata(root, path)
}

/// The entries of the directory `path`, in no order. More than `limit` are an error.
pub(crate) fn entries(root: &ConfigRoot, path: &Path, limit: usize) -> Result<Vec<Entry>, ReadError> {
    system::entries(root, path, limit)
}

/// The directory of what `path` leads to, and its name there, where there may be nothing. It is no link.
pub(crate) fn place(root: &ConfigRoot, path: &Path) -> Result<(Dir, OsString), ReadError> {
    system::place(root, path)
}

/// The directory `path`, for making, renaming and removing files in it.
pub(crate) fn dir(root: &ConfigRoot, path: &Path) -> Result<Dir, ReadError> {
    system::dir(root, path)
}

/// Every way to open a path gives the same answers.
#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    /// `root` with files and links, and a `secret` beside it.
    fn scene() -> (TempDir, ConfigRoot) {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join("root").join(path);
        fs::create_dir_all(at("conf.d/deep")).unwrap();
        fs::create_dir(at("..2026_11_20")).unwrap();
        fs::write(dir.path().join("secret"), "secret").unwrap();
        fs::write(at("app.yaml"), "app").unwrap();
        fs::write(at("conf.d/10.yaml"), "ten").unwrap();
        fs::write(at("..2026_11_20/mounted.yaml"), "mounted").unwrap();
        for (link, target) in [
            ("..data", "..2026_11_20"),
            ("mounted.yaml", "..data/mounted.yaml"),
            ("inside.yaml", "conf.d/../app.yaml"),
            ("conf.d/deep/up.yaml", "../../app.yaml"),
            ("conf.d/deep/back", "../.."),
            ("around", "../root/app.yaml"),
            ("outside", "../secret"),
            ("outside-dir", ".."),
            ("absolute", "/etc/passwd"),
            ("absolute-inside", &at("conf.d/10.yaml").to_string_lossy()),
            ("conf.d/deep/absolute-dir", &at("conf.d/deep/..").to_string_lossy()),
            ("absolute-root", &at("").to_string_lossy()),
            ("absolute-up", &at("conf.d/../../secret").to_string_lossy()),
            ("absolute-beside", &at("../secret").to_string_lossy()),
            ("chain", "conf.d/deep/escape"),
            ("conf.d/deep/escape", "../../../secret"),
            ("dangling", "nothing"),
            ("loop-a", "loop-b"),
            ("loop-b", "loop-a"),
            ("self", "self/x"),
        ] {
            symlink(target, at(link)).unwrap();
        }
        let root = ConfigRoot::open(dir.path().join("root")).unwrap();
        (dir, root)
    }

    /// The contents at `path`, or the name of the error.
    fn outcome(opened: Result<File, ReadError>) -> String {
        let mut text = String::new();
        match opened {
            Ok(file) if file.metadata().unwrap().is_dir() => "a directory".into(),
            Ok(mut file) => file.read_to_string(&mut text).map(|_| text).unwrap(),
            Err(error) => format!("{error:?}").split([' ', '(']).next().unwrap_or_default().into(),
        }
    }

    /// Who answers what to a path: kernel and walk, and then the portable way where it is less exact.
    const ANSWERS: [(&str, &str, &str); 35] = [
        ("app.yaml", "app", "app"),
        ("./app.yaml", "app", "app"),
        ("conf.d//10.yaml", "ten", "ten"),
        ("conf.d/../app.yaml", "app", "app"),
        ("conf.d/deep/../../app.yaml", "app", "app"),
        ("mounted.yaml", "mounted", "mounted"),
        ("inside.yaml", "app", "app"),
        ("conf.d/deep/up.yaml", "app", "app"),
        ("conf.d/deep/back/app.yaml", "app", "app"),
        ("", "a directory", "NotRegular"),
        (".", "a directory", "NotRegular"),
        ("conf.d", "a directory", "NotRegular"),
        ("conf.d/..", "a directory", "NotRegular"),
        ("..", "Outside", "Outside"),
        ("../secret", "Outside", "Outside"),
        ("conf.d/../../secret", "Outside", "Outside"),
        ("../root/app.yaml", "Outside", "app"),
        ("around", "Outside", "app"),
        ("/etc/passwd", "Absolute", "Absolute"),
        ("outside", "Outside", "Outside"),
        ("outside-dir/secret", "Outside", "Outside"),
        ("absolute", "Outside", "Outside"),
        ("absolute-inside", "ten", "ten"),
        ("conf.d/deep/absolute-dir/../app.yaml", "app", "app"),
        ("absolute-root/absolute-root/app.yaml", "app", "app"),
        ("absolute-up", "Outside", "Outside"),
        ("absolute-beside", "Outside", "Outside"),
        ("chain", "Outside", "Outside"),
        ("nothing", "Missing", "Missing"),
        ("nothing/app.yaml", "Missing", "Missing"),
        ("conf.d/deep/back/nothing", "Missing", "Missing"),
        ("dangling", "DanglingLink", "Missing"),
        ("loop-a", "LinkLoop", "Io"),
        ("self", "LinkLoop", "Io"),
        ("app.yaml/x", "NotADirectory", "NotADirectory"),
    ];

    #[test]
    fn kernel_walk_and_portable_way_agree() {
        let (_dir, root) = scene();
        for (path, expected, portably) in ANSWERS {
            let path = Path::new(path);
            assert_eq!(outcome(unix::open(&root, path)), expected, "{path:?} by kernel");
            assert_eq!(outcome(unix::open_by_walk(&root, path)), expected, "{path:?} by walk");
            assert_eq!(outcome(portable::open(&root, path)), portably, "{path:?} portably");
        }
    }

    #[test]
    fn metadata_is_that_of_the_file_behind_the_links() {
        let (_dir, root) = scene();
        for metadata in [unix::metadata, portable::metadata] {
            assert_eq!(metadata(&root, Path::new("mounted.yaml")).unwrap().len(), 7);
        }
    }

    #[test]
    fn entries_are_the_same_everywhere() {
        let (_dir, root) = scene();
        for entries in [unix::entries, portable::entries] {
            let found = entries(&root, Path::new("conf.d"), 2).unwrap();
            let mut found: Vec<_> =
                found.iter().map(|entry| (entry.name.to_str().unwrap(), entry.is_directory)).collect();
            found.sort_unstable();
            assert_eq!(found, [("10.yaml", false), ("deep", true)]);
            assert!(matches!(
                entries(&root, Path::new("conf.d"), 1),
                Err(ReadError::TooManyEntries { limit: 1, .. })
            ));
        }
    }

    #[test]
    fn a_root_that_disappears_is_noticed() {
        let (dir, root) = scene();
        for check in [unix::check_root, portable::check_root] {
            check(&root).unwrap();
        }
        drop(dir);
        for check in [unix::check_root, portable::check_root] {
            assert!(matches!(check(&root), Err(RootError::Missing { .. })));
        }
        assert_eq!(outcome(open(&root, Path::new("app.yaml"))), "Root");
    }

    #[test]
    fn a_link_is_followed_forty_times() {
        let (_dir, root) = scene();
        let mut target = "app.yaml".to_owned();
        for hop in 1..=41 {
            let link = format!("hop-{hop}");
            symlink(&target, root.path().join(&link)).unwrap();
            target = link;
        }
        for open in [unix::open, unix::open_by_walk] {
            assert_eq!(outcome(open(&root, Path::new("hop-40"))), "app");
            assert_eq!(outcome(open(&root, Path::new("hop-41"))), "LinkLoop");
        }
    }
}
