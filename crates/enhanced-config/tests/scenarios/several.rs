//! Configurations of several files.

use crate::running::{Running, scenario};

#[test]
fn three_files_saved_at_once() {
    scenario("mkdir app.d; echo 'a: 1' > app.d/1.yaml; echo 'b: 1' > app.local.yaml", |run| {
        run.sh("cp ../2 new; mv new app.yaml; sleep 0.02; echo 'a: 2' > app.d/1.yaml; sleep 0.02; echo 'b: 2' > app.local.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn a_drop_in_that_appears_changes_and_goes() {
    scenario("", |run| {
        run.sh("mkdir app.d; printf 'first: 2\\nlast: 2\\n' > app.d/10.yaml");
        run.delivers(2, &[]);
        run.sh("printf 'first: 3\\nlast: 3\\n' > app.d/10.yaml");
        run.delivers(3, &[]);
        run.sh("printf 'first: 4\\nlast: 4\\n' > app.d/20.yaml");
        run.delivers(4, &[]);
        run.sh("rm app.d/20.yaml");
        run.delivers(3, &[]);
        run.sh("rm -r app.d");
        run.delivers(1, &[]);
    });
}

#[test]
fn a_drop_in_written_slowly() {
    scenario("mkdir app.d", |run| {
        run.sh("(printf 'first: 2\\n'; sleep 0.3; printf 'last: 2\\n') > app.d/10.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn a_local_file_and_an_environment_file_that_appear() {
    let mut run = Running::start("", |builder| builder.env_prefix("APP").env_file(".env"));
    run.sh("cp ../2 app.local.yaml");
    run.delivers(2, &[]);
    run.sh("printf 'APP_FIRST=3\\nAPP_LAST=3\\n' > .env");
    run.delivers(3, &[]);
    run.sh("rm .env");
    run.delivers(2, &[]);
}

#[test]
fn an_include_that_is_added_and_then_edited() {
    let mut run = Running::start("", |builder| builder.includes(true));
    run.sh("printf 'first: 2\\nlast: 2\\n' > part.txt.yaml; printf 'include: [part.txt.yaml]\\n' > new; mv new app.yaml");
    run.delivers(2, &[]);
    run.sh("printf 'first: 3\\nlast: 3\\n' > part.txt.yaml");
    run.delivers(3, &[]);
    run.sh("printf 'include: [deeper.yaml]\\n' > part.txt.yaml; (printf 'first: 4\\n'; sleep 0.3; printf 'last: 4\\n') > deeper.yaml");
    run.comes_to_deliver(4, &[]);
}

#[test]
fn a_schema_that_changes() {
    let run = Running::start("", |builder| builder);
    run.sh("echo 'port: 1' > other.yaml");
    run.system.load_config("other").unwrap();
    let version = || run.system.status("other").unwrap();
    assert!(!version().is_degraded());
    run.sh("echo '{\"properties\": {\"port\": {\"type\": \"string\"}}}' > other.schema.json");
    run.awaits(|system| system.status("other").unwrap().is_degraded());
    run.sh("echo '{\"properties\": {\"port\": {\"type\": \"integer\"}}}' > other.schema.json");
    run.awaits(|system| !system.status("other").unwrap().is_degraded());
}
