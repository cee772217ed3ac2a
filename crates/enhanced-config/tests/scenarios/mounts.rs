//! File systems that hide what happens to a file.

use std::path::PathBuf;

use crate::running::{Running, is_root, scenario, sh};

/// What has to be undone before the directory can go.
struct Mounted(PathBuf);

impl Mounted {
    fn new(run: &Running, script: &str, at: &str) -> Self {
        run.sh(script);
        Self(run.dir().join(at))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        sh("/".as_ref(), &format!("umount -l '{}'", self.0.display()));
    }
}

#[test]
fn a_bind_mount_written_at_its_source() {
    if !is_root() {
        return;
    }
    scenario("", |run| {
        let _mounted =
            Mounted::new(run, "cp app.yaml ../source; mount --bind ../source app.yaml", "app.yaml");
        run.stays();
        run.sh("cat ../2 > ../source");
        run.delivers(2, &[]);
        // The mount is of the inode: what takes its name elsewhere is not seen, and what it was stays.
        run.sh("cp ../3 ../new; mv ../new ../source");
        run.stays();
    });
}

#[test]
fn a_directory_mounted_over() {
    if !is_root() {
        return;
    }
    scenario("", |run| {
        run.sh("mkdir ../source; cp ../2 ../source/app.yaml");
        let mounted = Mounted::new(run, "cd ..; mount --bind source config", "");
        run.delivers(2, &[]);
        run.sh("cd ..; cat 3 > source/app.yaml");
        run.delivers(3, &[]);
        drop(mounted);
        run.delivers(1, &[]);
    });
}

#[test]
fn copied_up_in_an_overlay() {
    if !is_root() {
        return;
    }
    let mount = "cd ..; mkdir lower upper work; cp config/app.yaml lower/; \
                 mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work config";
    // What an overlay lies on decides whether it can.
    let probe = Running::start("", |builder| builder);
    if std::process::Command::new("sh")
        .args(["-ec", mount])
        .current_dir(probe.dir())
        .status()
        .unwrap()
        .success()
    {
        drop(Mounted(probe.dir().to_owned()));
    } else {
        eprintln!("SKIPPED: this scenario needs overlayfs");
        return;
    }
    drop(probe);
    scenario("", |run| {
        let mounted = Mounted::new(run, mount, "");
        run.stays();
        run.sh("cat ../2 > app.yaml");
        run.delivers(2, &[]);
        run.sh("cp ../3 new; mv new app.yaml");
        run.delivers(3, &[]);
        drop(mounted);
        run.delivers(1, &[]);
    });
}

#[test]
fn a_disk_that_is_full() {
    if !is_root() {
        return;
    }
    scenario("", |run| {
        run.sh("mkdir ../small");
        let mounted =
            Mounted::new(run, "cd ..; mount -t tmpfs -o size=16k tmpfs config; cat 2 > config/app.yaml", "");
        run.delivers(2, &[]);
        run.sh("dd if=/dev/zero of=filler bs=4k count=3 2>/dev/null || true; cat ../3 ../3 ../3 ../3 > app.yaml 2>/dev/null || true; rm filler");
        run.refuses();
        run.sh("cat ../4 > app.yaml");
        run.delivers(4, &[]);
        drop(mounted);
        run.delivers(1, &[]);
    });
}
