//! How editors save. Those that cannot be had everywhere are followed step by step, as `strace` shows them.

use crate::running::{has, scenario};

#[test]
fn vim() {
    if !has("vim") {
        return;
    }
    for options in ["backupcopy=no", "backupcopy=yes", "nobackup nowritebackup", "backup"] {
        scenario("", |run| {
            run.sh(&format!(
                "vim -u NONE -n -es -c 'set {options}' -c '%s/^\\(first\\|last\\): 1/\\1: 2/' -c 'wq' app.yaml </dev/null"
            ));
            run.delivers(2, &[]);
        });
    }
}

#[test]
fn vim_with_a_swap_file_and_saving_twice() {
    if !has("vim") {
        return;
    }
    scenario("", |run| {
        run.sh("vim -u NONE -es -c 'set backupcopy=no' -c '%s/^\\(first\\|last\\): 1/\\1: 2/' -c 'w' \
             -c '%s/^\\(first\\|last\\): 2/\\1: 3/' -c 'wq' app.yaml </dev/null");
        run.delivers(3, &[2]);
    });
}

#[test]
fn emacs_moves_the_old_file_away_and_writes_a_new_one() {
    scenario("", |run| {
        run.sh(
            "ln -s 'user@host.123:1' .#app.yaml; mv app.yaml app.yaml~; cat ../2 > app.yaml; rm .#app.yaml",
        );
        run.delivers(2, &[]);
    });
}

#[test]
fn jetbrains_exchange_two_files() {
    scenario("", |run| {
        run.sh("cp ../2 app.yaml___jb_tmp___; mv app.yaml app.yaml___jb_old___; \
             mv app.yaml___jb_tmp___ app.yaml; rm app.yaml___jb_old___");
        run.delivers(2, &[]);
    });
}

#[test]
fn visual_studio_code_writes_in_place() {
    scenario("", |run| {
        // Truncates, writes, and sets the times.
        run.sh("cat ../2 > app.yaml; touch app.yaml; chmod 644 app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn gedit_and_kate_move_a_temporary_file_into_place() {
    scenario("", |run| {
        run.sh("cp ../2 .goutputstream-X; chmod 600 .goutputstream-X; mv .goutputstream-X app.yaml");
        run.delivers(2, &[]);
    });
}
