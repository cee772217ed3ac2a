use std::num::NonZeroUsize;

use enhanced_config::SaveError;
use enhanced_config::files::{Backup, BackupError, Backups};
use serde_json::json;

use crate::dir::Dir;

#[test]
fn the_builder_says_how_many_backups_stay() {
    let check = |backups: Option<usize>, expected| {
        let dir = Dir::new(&[("app.yaml", "a: 1\n")]);
        let builder = match backups {
            Some(most) => dir.builder().backups(Backups::new().with_most(NonZeroUsize::new(most).unwrap())),
            None => dir.builder(),
        };
        let system = builder.build().unwrap();
        for _ in 0..13 {
            system.save_config("app", &json!({"a": 1, "b": 2})).unwrap();
            // A key that goes makes a backup.
            assert!(system.save_config("app", &json!({"a": 1})).unwrap().backup.is_some());
        }
        assert_eq!(system.list_backups("app").unwrap().len(), expected);
    };
    check(None, 10);
    check(Some(12), 12);
    check(Some(1), 1);
}

/// A configuration whose file was removed, and the backup of its first text.
fn removed() -> (Dir, enhanced_config::EnhancedConfigSystem, Backup) {
    let dir = Dir::new(&[("app.yaml", "# ours\na: 1\nb: 2\n")]);
    let system = dir.system();
    let loaded = system.load_config("app").unwrap();
    let backup = system.save_since(&loaded, &json!({"a": 1})).unwrap().backup.unwrap();
    std::fs::remove_file(dir.path().join("app.yaml")).unwrap();
    (dir, system, backup)
}

#[test]
fn a_file_that_is_gone_has_its_backups_and_comes_back() {
    let (dir, system, backup) = removed();
    assert_eq!(system.list_backups("app").unwrap(), std::slice::from_ref(&backup));
    let loaded = system.load_config("app").unwrap();
    let error = system.save_changes(&loaded, &json!({"a": 2})).unwrap_err();
    assert_eq!(
        dir.anonymous(&error.to_string()),
        "configuration app has no base file to edit: expected app.yaml, .yml, .json, .jsonc or .toml in DIR; \
         there is a backup of it, which rollback_config makes the file again"
    );
    let saved = system.rollback_config("app", &backup).unwrap();
    assert!(saved.is_written && saved.backup.is_none() && saved.refused.is_none());
    assert_eq!(std::fs::read_to_string(dir.path().join("app.yaml")).unwrap(), "# ours\na: 1\nb: 2\n");
    assert_eq!(system.load_config("app").unwrap().get::<u8>("b").unwrap(), 2);
    // Another process, that never saw the file.
    std::fs::remove_file(dir.path().join("app.yaml")).unwrap();
    let other = dir.system();
    let newest = other.list_backups("app").unwrap().remove(0);
    other.rollback_config("app", &newest).unwrap();
    assert_eq!(other.load_config("app").unwrap().get::<u8>("b").unwrap(), 2);
}

#[cfg(unix)]
#[test]
fn a_file_that_comes_back_may_be_used_by_those_who_could_before() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::new(&[("app.yaml", "a: 1\nb: 2\n")]);
    let path = dir.path().join("app.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let system = dir.system();
    let loaded = system.load_config("app").unwrap();
    let backup = system.save_since(&loaded, &json!({"a": 1})).unwrap().backup.unwrap();
    std::fs::remove_file(&path).unwrap();
    system.rollback_config("app", &backup).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_file_does_not_come_back_from_what_is_none_of_its_backups_or_would_not_be_served() {
    let (dir, system, backup) = removed();
    let error = system.rollback_config("other", &backup).unwrap_err();
    assert!(matches!(&error, SaveError::NoFile { name, .. } if name == "other"), "{error}");
    let error = system.list_backups("other").unwrap_err();
    assert!(matches!(error, SaveError::NoFile { .. }), "{error}");
    std::fs::write(&backup.path, "a: 2\n").unwrap();
    let error = system.rollback_config("app", &backup).unwrap_err();
    assert!(matches!(error, SaveError::Backup(BackupError::Damaged { .. })), "{error}");
    assert!(!dir.path().join("app.yaml").exists());
    // A file of another format is in its place by now.
    dir.write("app.toml", "a = 3\n");
    let error = system.rollback_config("app", &backup).unwrap_err();
    assert!(matches!(error, SaveError::Backup(BackupError::OtherFile { .. })), "{error}");
}
