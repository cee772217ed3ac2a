//! Many files, and systems that are asked much.

use crate::running::{Running, scenario};

#[test]
fn ten_thousand_files_beside_it() {
    let mut run = Running::start("seq -f 'file-%g.txt' 10000 | xargs touch", |builder| builder);
    run.sh("cat ../2 > app.yaml");
    run.delivers(2, &[]);
    run.sh("cp ../3 new; mv new app.yaml; seq -f 'file-%g.txt' 10000 | xargs rm");
    run.delivers(3, &[]);
}

#[test]
fn a_thousand_configurations_followed_at_once() {
    let names: Vec<String> = (0..1000).map(|number| format!("config-{number}")).collect();
    let mut run =
        Running::start("for n in $(seq 0 999); do echo 'value: 1' > config-$n.yaml; done", |builder| builder);
    for name in &names {
        run.system.load_config(name).unwrap();
    }
    run.sh("for n in $(seq 0 999); do echo 'value: 2' > config-$n.yaml; done");
    let value = |name: &String| run.system.load_config(name).unwrap().get::<u32>("value").unwrap();
    run.awaits(|_| names.iter().all(|name| value(name) == 2));
    let versions = names.iter().map(|name| run.system.load_config(name).unwrap().version());
    assert!(versions.into_iter().all(|version| version == 2), "each was delivered once");
    run.sh("cat ../2 > app.yaml");
    run.comes_to_deliver(2, &[]);
}

#[test]
fn saved_again_and_again() {
    scenario("", |run| {
        for round in 0..20 {
            let number = 2 + round % 3;
            run.sh(&format!("cp ../{number} new; mv new app.yaml"));
            run.delivers_soon(number);
        }
        run.stays_quiet();
    });
}
