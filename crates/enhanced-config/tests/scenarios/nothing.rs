//! What changes nothing, and delivers nothing.

use crate::running::scenario;

#[test]
fn other_rights() {
    scenario("", |run| {
        run.sh("chmod 600 app.yaml");
        run.stays();
    });
}

#[test]
fn the_same_bytes() {
    scenario("", |run| {
        run.sh("cp app.yaml ../same; cat ../same > app.yaml");
        run.stays();
        run.sh("mv ../same app.yaml");
        run.stays();
    });
}

#[test]
fn other_times() {
    scenario("", |run| {
        run.sh("touch app.yaml; touch -d '2001-01-01' app.yaml");
        run.stays();
    });
}

#[test]
fn a_comment_more() {
    scenario("", |run| {
        run.sh("echo '# a comment' >> app.yaml");
        run.stays();
    });
}

#[test]
fn there_and_back_again() {
    scenario("", |run| {
        run.sh("cp app.yaml ../before; cat ../2 > app.yaml; cat ../before > app.yaml");
        run.stays();
    });
}

#[test]
fn being_read() {
    scenario("", |run| {
        run.sh("cat app.yaml > /dev/null; ls -l . > /dev/null; head -c 1 app.yaml > /dev/null");
        run.stays();
    });
}
