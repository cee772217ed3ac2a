//! Files that go, and may come back.

use enhanced_config::EnhancedConfigSystem;
use enhanced_config::reload::Received;

use crate::running::{PATIENCE, options, scenario};

#[test]
fn removed_and_back_with_the_same_bytes() {
    scenario("", |run| {
        run.sh("cp -p app.yaml ../kept; rm app.yaml");
        run.misses();
        run.sh("cp ../kept app.yaml");
        run.recovers();
    });
}

#[test]
fn removed_and_back_with_other_bytes() {
    scenario("", |run| {
        run.sh("rm app.yaml");
        run.misses();
        run.sh("cp ../2 app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn removed_and_back_within_the_grace() {
    scenario("", |run| {
        run.sh("rm app.yaml; sleep 0.1; cp ../2 app.yaml");
        run.delivers(2, &[]);
        run.sh("mv app.yaml away; sleep 0.1; mv away app.yaml");
        run.stays();
    });
}

#[test]
fn the_directory_removed_and_made_again() {
    scenario("", |run| {
        run.sh("cd ..; rm -r config");
        run.misses();
        run.sh_above("mkdir config; cp 2 config/app.yaml");
        run.comes_to_deliver(2, &[]);
        run.sh("cat ../3 > app.yaml");
        run.delivers(3, &[]);
    });
}

#[test]
fn the_directory_of_a_configuration_without_a_schema_moved_away_and_made_again() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("config");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("app.yaml"), "number: 1").unwrap();
    let system = EnhancedConfigSystem::builder(&dir).reload_options(options()).build().unwrap();
    system.load_config("app").unwrap();
    system.start_hot_reload().unwrap();
    let events = system.events();
    let next = || match events.recv_timeout(PATIENCE) {
        Ok(Received::Event(event)) => (event.outcome.name(), event.new_version),
        other => panic!("{other:?}"),
    };
    std::fs::rename(&dir, temp.path().join("elsewhere")).unwrap();
    assert_eq!(next(), ("missing", 1));
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("app.yaml"), "number: 2").unwrap();
    assert_eq!(next(), ("recovered", 2));
    std::fs::write(dir.join("app.yaml"), "number: 3").unwrap();
    assert_eq!(next(), ("applied", 3));
}

#[test]
fn the_directory_exchanged_for_another() {
    scenario("", |run| {
        run.sh_above("mkdir next; cp 2 next/app.yaml; mv config old; mv next config");
        run.delivers(2, &[]);
        run.sh("cat ../3 > app.yaml");
        run.delivers(3, &[]);
        run.sh_above("cat 4 > old/app.yaml");
        run.stays();
    });
}

#[test]
fn stopped_then_saved_then_started() {
    scenario("", |run| {
        // While nobody watches, readers look themselves now and then: the reader of this scenario may be faster.
        run.system.stop_hot_reload();
        run.sh("cat ../2 > app.yaml");
        run.system.start_hot_reload().unwrap();
        run.delivers(2, &[]);
    });
}
