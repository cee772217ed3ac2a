//! Links, and what they lead to.

use crate::running::scenario;

/// As Kubernetes mounts a ConfigMap.
const CONFIG_MAP: &str = "rm app.yaml; mkdir ..one; cp ../1 ..one/app.yaml 2>/dev/null || true; \
    printf 'first: 1\\nlast: 1\\n' > ..one/app.yaml; ln -s ..one ..data; ln -s ..data/app.yaml app.yaml";

/// As the kubelet changes one: a new directory, the link led there at once, the old directory removed.
fn swap(number: u32) -> String {
    format!(
        "old=$(readlink ..data); mkdir ..v{number}; cp ../{number} ..v{number}/app.yaml; \
         ln -s ..v{number} ..data_tmp; mv -T ..data_tmp ..data; rm -r $old"
    )
}

#[test]
fn a_config_map_swapped_three_times() {
    scenario(CONFIG_MAP, |run| {
        for number in 2..5 {
            run.sh(&swap(number));
            run.delivers(number, &[]);
        }
    });
}

#[test]
fn a_config_map_swapped_twice_at_once() {
    scenario(CONFIG_MAP, |run| {
        run.sh(&format!("{}; {}", swap(2), swap(3)));
        run.delivers(3, &[2]);
    });
}

#[test]
fn a_link_led_elsewhere() {
    scenario("mv app.yaml one.txt; ln -s one.txt app.yaml; cp ../2 two.txt", |run| {
        run.sh("ln -sfn two.txt app.yaml");
        run.delivers(2, &[]);
        run.sh("ln -sfn one.txt app.yaml");
        run.delivers(1, &[]);
    });
}

#[test]
fn what_a_link_leads_to_written_in_place() {
    scenario("mkdir real; mv app.yaml real/; ln -s real/app.yaml app.yaml", |run| {
        run.sh("cat ../2 > real/app.yaml");
        run.delivers(2, &[]);
    });
}

#[test]
fn what_a_link_leads_to_replaced() {
    scenario("mkdir real; mv app.yaml real/; ln -s real/app.yaml app.yaml", |run| {
        run.sh("cp ../2 real/new; mv real/new real/app.yaml");
        run.delivers(2, &[]);
        run.sh("cp ../3 real/new; mv real/new real/app.yaml");
        run.delivers(3, &[]);
    });
}

#[test]
fn the_directory_itself_behind_a_link_that_is_led_elsewhere() {
    scenario(
        "cd ..; mv config release-1; cp -r release-1 release-2; cp 2 release-2/app.yaml; ln -s release-1 config",
        |run| {
            run.sh("cd ..; ln -s release-2 next; mv -T next config");
            run.delivers(2, &[]);
            run.sh("cd ..; cat 3 > release-2/app.yaml");
            run.delivers(3, &[]);
        },
    );
}

#[test]
fn a_link_out_of_the_directory_is_refused() {
    scenario("", |run| {
        run.sh("cp ../2 ../outside.yaml; ln -s ../outside.yaml link; mv -T link app.yaml");
        run.refuses();
        run.sh("rm app.yaml; cp ../3 app.yaml");
        run.comes_to_deliver(3, &[]);
    });
}
