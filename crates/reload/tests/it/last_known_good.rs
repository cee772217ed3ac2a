//! The last good documents on a real disk.

use enhanced_config_core::{Document, Layer, LayerKind, Severity};
use enhanced_config_reload::{Saved, StateDir, StateError, Unusable};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// A state directory that goes away with the test.
struct Scene {
    dir: TempDir,
    state: StateDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let state = StateDir::open(dir.path().join("state")).unwrap();
        Self { dir, state }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.state.path().join(file)
    }

    fn save(&self, name: &str, value: &Value) -> Saved {
        self.state.save(name, &document(value), 1, noon()).unwrap()
    }

    fn load(&self, name: &str) -> Option<Value> {
        self.state.load(name).unwrap().map(|found| value(&found.document))
    }

    fn refused(&self, name: &str) -> Unusable {
        match self.state.load(name) {
            Err(StateError::Unusable { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    }
}

const FILE: &str = "last-good.app.bin";

fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

fn document(value: &Value) -> Document {
    let text = "# a file\nport: 8080\n";
    Document::from_serialize(value, Layer::of_text(LayerKind::Base, "app.yaml", text)).unwrap()
}

fn value(document: &Document) -> Value {
    serde_json::to_value(document.root()).unwrap()
}

#[test]
fn what_was_saved_is_found_by_the_next_process() {
    let scene = Scene::new();
    assert_eq!(scene.load("app"), None);
    let sample =
        json!({"port": 8080, "db": {"password": "hunter2", "hosts": ["a", "b"], "ratio": 0.5, "none": null}});
    assert_eq!(scene.state.save("app", &document(&sample), 7, noon()).unwrap(), Saved::Written);

    let found = StateDir::open(scene.state.path()).unwrap().load("app").unwrap().unwrap();
    assert_eq!(value(&found.document), sample);
    assert_eq!((found.version, found.saved, found.path), (7, noon(), scene.path(FILE)));
    assert_eq!(scene.load("other"), None);
}

#[test]
fn every_value_says_that_it_comes_from_here() {
    let scene = Scene::new();
    scene.save("app", &json!({"port": 8080}));
    let found = scene.state.load("app").unwrap().unwrap().document;
    let origin = || found.get("port").unwrap().origin();
    assert_eq!(origin().to_string(), "last known good of app.yaml:1:1");
    assert_eq!(origin().layer.kind(), LayerKind::Base);
    // Also when the restored document is itself kept.
    scene.state.save("app", &found, 2, noon()).unwrap();
    let again = scene.state.load("app").unwrap().unwrap().document;
    assert_eq!(again.get("port").unwrap().origin(), origin());
}

#[test]
fn the_same_document_is_not_written_again() {
    let scene = Scene::new();
    let (one, two) = (json!({"port": 1}), json!({"port": 2}));
    let modified = || fs::metadata(scene.path(FILE)).unwrap().modified().unwrap();
    assert_eq!(scene.save("app", &one), Saved::Written);
    let first = modified();
    assert_eq!(scene.state.save("app", &document(&one), 9, SystemTime::now()).unwrap(), Saved::Unchanged);
    assert_eq!(modified(), first);
    assert_eq!(scene.state.load("app").unwrap().unwrap().version, 1);
    assert_eq!(scene.save("app", &two), Saved::Written);
    assert_eq!(scene.save("app", &one), Saved::Written);
    // Whatever was done to the file meanwhile is put right.
    fs::write(scene.path(FILE), "damage").unwrap();
    assert_eq!(scene.save("app", &one), Saved::Written);
    assert_eq!(scene.load("app"), Some(one));
}

#[test]
fn what_is_not_usable_is_named_and_replaced_by_the_next_save() {
    let scene = Scene::new();
    let sample = json!({"port": 8080});
    scene.save("app", &sample);
    let whole = fs::read(scene.path(FILE)).unwrap();
    let check = |bytes: &[u8], expected: Unusable| {
        fs::write(scene.path(FILE), bytes).unwrap();
        assert_eq!(scene.refused("app"), expected);
        let warning = scene.state.load("app").unwrap_err().warning();
        assert_eq!(warning.severity, Severity::Warning);
        assert_eq!(warning.to_string(), format!("{} is not used: {expected}", scene.path(FILE).display()));
        assert_eq!(scene.save("app", &sample), Saved::Written);
        assert_eq!(scene.load("app"), Some(sample.clone()));
    };
    check(b"", Unusable::Foreign);
    check(b"port: 8080\n", Unusable::Foreign);
    check(&whole[..whole.len() / 2], Unusable::Damaged);
    let mut later = whole.clone();
    later[4] = 2;
    check(&later, Unusable::TooNew(2));
    let mut longer = whole.clone();
    longer.push(0);
    check(&longer, Unusable::Damaged);
    scene.save("other", &json!({"port": 1}));
    let other = fs::read(scene.path("last-good.other.bin")).unwrap();
    check(&other, Unusable::OtherName { found: "other".into() });
}

#[test]
fn names_are_never_paths() {
    let scene = Scene::new();
    let names =
        ["../../app", "/etc/app", "a\\b", "App", "app", "", ".", "..", "x\0y", "größe", &"long".repeat(100)];
    for (at, name) in names.iter().enumerate() {
        scene.save(name, &json!({ "at": at }));
    }
    for (at, name) in names.iter().enumerate() {
        assert_eq!(scene.load(name), Some(json!({ "at": at })), "{name:?}");
    }
    assert_eq!(fs::read_dir(scene.state.path()).unwrap().count(), names.len());
    assert_eq!(fs::read_dir(scene.dir.path()).unwrap().count(), 1);
}

/// Who loads while two write finds one of the documents, whole.
#[test]
fn two_processes_share_a_directory() {
    const ROUNDS: usize = 50;
    let scene = Scene::new();
    let states = [0, 1].map(|_| StateDir::open(scene.state.path()).unwrap());
    let sample =
        |writer: usize, round: usize| json!({"writer": writer, "round": round, "long": vec![writer; 500]});
    scene.save("app", &sample(0, 0));
    std::thread::scope(|scope| {
        for (writer, state) in states.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    state.save("app", &document(&sample(writer, round)), 1, noon()).unwrap();
                }
            });
        }
        for _ in 0..10 * ROUNDS {
            let found = scene.load("app").unwrap();
            let writer = found["writer"].as_u64().unwrap() as usize;
            assert_eq!(found["long"], json!(vec![writer; 500]));
        }
    });
    assert_eq!(fs::read_dir(scene.state.path()).unwrap().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever happens to a file, it is the same document or none.
    #[test]
    fn no_damage_gives_another_document(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 1..=255u8), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let scene = Scene::new();
        let sample = json!({"port": 8080, "hosts": ["a", "b", "c"], "deep": {"er": {"ratio": 0.25}}});
        scene.save("app", &sample);
        let mut bytes = fs::read(scene.path(FILE)).unwrap();
        for (at, change) in changes {
            let at = at.index(bytes.len());
            bytes[at] ^= change;
        }
        bytes.truncate(cut.map_or(bytes.len(), |at| at.index(bytes.len())));
        fs::write(scene.path(FILE), bytes).unwrap();
        // Two changes can take each other back.
        if let Ok(found) = scene.state.load("app") {
            prop_assert_eq!(value(&found.unwrap().document), sample);
        }
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown};

    fn chmod(path: impl AsRef<std::path::Path>, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: impl AsRef<std::path::Path>) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn nobody_else_may_read_what_is_kept() {
        let scene = Scene::new();
        scene.save("app", &json!({"password": "hunter2"}));
        assert_eq!((mode(scene.state.path()), mode(scene.path(FILE))), (0o700, 0o600));
        assert!(scene.state.warning().is_none());
        chmod(scene.path(FILE), 0o644);
        assert_eq!(scene.save("app", &json!({"password": "hunter2"})), Saved::Written);
        assert_eq!(mode(scene.path(FILE)), 0o600);
    }

    #[test]
    fn a_directory_that_others_may_look_into_is_used_with_a_warning() {
        let scene = Scene::new();
        for readable in [0o755, 0o750, 0o711] {
            chmod(scene.state.path(), readable);
            let state = StateDir::open(scene.state.path()).unwrap();
            let warning = state.warning().unwrap().to_string();
            assert!(
                warning.contains(&format!("mode {readable:04o}")) && warning.contains("chmod"),
                "{warning}"
            );
            state.save("app", &json_document(readable), 1, noon()).unwrap();
        }
    }

    fn json_document(number: u32) -> Document {
        document(&json!({ "number": number }))
    }

    #[test]
    fn what_others_may_have_written_is_not_used() {
        let scene = Scene::new();
        scene.save("app", &json!({"port": 1}));
        for writable in [0o620, 0o602, 0o666] {
            chmod(scene.path(FILE), writable);
            let error = scene.state.load("app").unwrap_err();
            assert!(matches!(error, StateError::Untrusted { .. }), "{writable:o}: {error}");
        }
        for writable in [0o770, 0o707, 0o1777] {
            chmod(scene.state.path(), writable);
            let error = StateDir::open(scene.state.path()).unwrap_err();
            assert!(error.warning().to_string().contains(&format!("mode {writable:04o}")), "{error}");
        }
        if chown(scene.path(FILE), Some(1234), None).is_ok() {
            chmod(scene.path(FILE), 0o600);
            assert!(matches!(scene.state.load("app"), Err(StateError::Untrusted { .. })));
            chown(scene.state.path(), Some(1234), None).unwrap();
            chmod(scene.state.path(), 0o700);
            assert!(matches!(StateDir::open(scene.state.path()), Err(StateError::Untrusted { .. })));
        }
    }

    #[test]
    fn what_is_no_file_and_no_directory_is_a_warning() {
        let scene = Scene::new();
        fs::write(scene.dir.path().join("file"), "").unwrap();
        for path in ["file", "file/below"] {
            let error = StateDir::open(scene.dir.path().join(path)).unwrap_err();
            assert!(error.warning().to_string().contains("is not a directory"), "{}", error.warning());
        }
        fs::create_dir(scene.path(FILE)).unwrap();
        assert!(scene.state.load("app").unwrap_err().warning().to_string().contains("is a directory"));
        let error = scene.state.save("app", &json_document(1), 1, noon()).unwrap_err();
        assert!(matches!(error, StateError::Write(_)));
        fs::remove_dir(scene.path(FILE)).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", scene.path(FILE)).unwrap();
        assert!(scene.state.load("app").is_err());
        assert!(scene.state.save("app", &json_document(1), 1, noon()).is_err());
    }

    #[test]
    fn a_directory_that_is_gone_is_a_warning() {
        let scene = Scene::new();
        fs::remove_dir(scene.state.path()).unwrap();
        let error = scene.state.save("app", &json_document(1), 1, noon()).unwrap_err();
        assert_eq!(
            error.warning().to_string(),
            format!(
                "the last known good configuration is not kept: the configuration directory {} does not exist",
                scene.state.path().display()
            )
        );
    }
}
