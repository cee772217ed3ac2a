use crate::faults::names;
use crate::strace::{self, Injection};
use crate::task::OLD;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Makes the file one that its owner alone may read, somebody else's where we may give it away, behind a link.
pub(crate) fn arrange(dir: &Path, text: &str) {
    fs::create_dir(dir.join("parts")).unwrap();
    let real = dir.join("parts/real.yaml");
    fs::write(&real, text).unwrap();
    fs::set_permissions(&real, Permissions::from_mode(0o600)).unwrap();
    if is_root() {
        chown(&real, Some(OTHERS.0), Some(OTHERS.1)).unwrap();
    }
    symlink("parts/real.yaml", dir.join("app.yaml")).unwrap();
}

/// Whatever there is of a killed process, which has no umask: the link is kept, and what the file says is in none that
/// more may read than may read the file.
pub(crate) fn check(dir: &Path, injection: &Injection) {
    let parts = dir.join("parts");
    let owner = if is_root() { OTHERS } else { owner_of(dir) };
    for name in names(&parts).iter().filter(|name| !name.ends_with(".lock")) {
        let path = parts.join(name);
        let mode = fs::metadata(&path).unwrap().mode() & 0o7777;
        assert_eq!(mode, 0o600, "{injection:?}: the mode of {name} is {mode:o}");
        // One that is not finished may still be ours alone.
        assert!(name.ends_with(".tmp") || owner_of(&path) == owner, "{injection:?}: the owner of {name}");
    }
    assert_eq!(fs::read_link(dir.join("app.yaml")).unwrap(), Path::new("parts/real.yaml"));
}

const OTHERS: (u32, u32) = (1234, 1235);

fn is_root() -> bool {
    owner_of(Path::new("/proc/self")).0 == 0
}

fn owner_of(path: &Path) -> (u32, u32) {
    let file = fs::metadata(path).unwrap();
    (file.uid(), file.gid())
}

/// Root may write anywhere, so that the process is somebody else's.
pub(crate) fn denied() {
    const NOBODY: u32 = 65534;
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.path().join("app.yaml"), OLD).unwrap();
    for task in ["change", "migrate"] {
        let mut process: Command = strace::process(task, dir.path());
        if !is_root() {
            fs::set_permissions(dir.path(), Permissions::from_mode(0o555)).unwrap();
        } else {
            process.uid(NOBODY).gid(NOBODY);
        }
        let Ok(output) = process.output() else {
            return println!("  SKIPPED: this program may not be run by somebody else");
        };
        let error = String::from_utf8(output.stdout).unwrap();
        println!("  {task}: {}", error.trim());
        assert!(error.contains("app.yaml") && error.contains("Permission denied"), "{error}");
        assert!(error.contains("cannot be written and is as it was"), "{error}");
        assert_eq!(fs::read_to_string(dir.path().join("app.yaml")).unwrap(), OLD);
        assert_eq!(names(dir.path()), ["app.yaml"]);
    }
}
