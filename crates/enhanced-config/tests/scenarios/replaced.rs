//! Files whose place another one takes.

use crate::running::scenario;

#[test]
fn moved_into_place() {
    scenario("", |run| {
        for number in 2..5 {
            run.sh(&format!("cp ../{number} app.yaml.new; mv app.yaml.new app.yaml"));
            run.delivers(number, &[]);
        }
    });
}

#[test]
fn moved_from_another_directory() {
    scenario("", |run| {
        run.sh("mv ../2 app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn twice_at_once() {
    scenario("", |run| {
        run.sh("mv ../2 app.yaml; mv ../3 app.yaml");
        run.delivers(3, &[2]);
    });
}

#[test]
fn edited_by_sed() {
    scenario("", |run| {
        run.sh("sed -i 's/^\\(first\\|last\\): 1/\\1: 2/' app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn checked_out_by_git() {
    if !crate::running::has("git") {
        return;
    }
    let git = "git init -q . && git config user.email a@b && git config user.name a \
               && git add app.yaml && git commit -qm 1 && git checkout -qb other && cp ../2 app.yaml \
               && git commit -qam 2 && git checkout -q -";
    scenario(git, |run| {
        run.sh("git checkout -q other");
        run.delivers(2, &[]);
        run.sh("git checkout -q -");
        run.delivers(1, &[]);
    });
}

#[test]
fn a_thousand_times_in_a_burst() {
    scenario("", |run| {
        let (from, to) = (run.dir().join("../new"), run.dir().join("app.yaml"));
        for step in 0..1000 {
            let number = if step == 999 { 9 } else { 2 + step % 2 };
            std::fs::copy(run.dir().join(format!("../{number}")), &from).unwrap();
            std::fs::rename(&from, &to).unwrap();
        }
        run.follows_a_burst(9, &[2, 3]);
    });
}

#[test]
fn a_file_prepared_under_another_name_is_nobody_s_business() {
    scenario("", |run| {
        run.sh(
            "cp ../2 app.yaml.new; cp ../3 app.yml~; cp ../4 .app.yaml.swp; mkdir sub; cp ../5 sub/app.yaml",
        );
        run.stays();
    });
}

#[test]
fn copied_with_its_name_exchanged() {
    scenario("", |run| {
        // As programs do that keep the old one: link it away, then move the new one over.
        run.sh("ln app.yaml app.yaml.bak; mv ../2 app.yaml");
        run.delivers(2, &[]);
    });
}
