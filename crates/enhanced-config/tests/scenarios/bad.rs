//! What cannot be used, and what comes after it.

use crate::running::scenario;

#[test]
fn bad_then_good() {
    scenario("", |run| {
        run.sh("echo 'first: [' > app.yaml");
        run.refuses();
        run.sh("echo 'first: [' > app.yaml");
        run.stays_bad();
        run.sh("cat ../2 > app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn bad_then_what_it_was() {
    scenario("", |run| {
        run.sh("cp app.yaml ../before; echo 'first: x' > app.yaml");
        run.refuses();
        run.sh("cat ../before > app.yaml");
        run.recovers();
    });
}

#[test]
fn empty() {
    scenario("", |run| {
        run.sh(": > app.yaml");
        run.refuses();
        run.sh("cat ../2 > app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn a_directory_a_pipe_a_device() {
    for other in ["mkdir app.yaml", "mkfifo app.yaml", "ln -s /dev/zero app.yaml"] {
        scenario("", |run| {
            run.sh(&format!("rm app.yaml; {other}"));
            run.refuses();
            run.sh("rm -r app.yaml; cp ../2 app.yaml");
            run.comes_to_deliver(2, &[]);
        });
    }
}

#[test]
fn not_readable() {
    // Root reads everything.
    if crate::running::is_root_user() {
        return;
    }
    scenario("", |run| {
        run.sh("chmod 000 app.yaml");
        run.refuses();
        run.sh("chmod 600 app.yaml; cat ../2 > app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn two_files_for_one_name() {
    scenario("", |run| {
        run.sh("echo '{}' > app.json");
        run.refuses();
        run.sh("rm app.json");
        run.recovers();
    });
}
