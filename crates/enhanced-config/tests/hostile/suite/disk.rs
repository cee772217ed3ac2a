//! What is no ordinary file, or is not where it seems to be.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    let case = |name: &str| Case::new("disk", name).names("app.yaml");
    let link = |name: &str, target: &'static str| {
        case(name).arranged(move |dir| done(symlink(target, dir.join("app.yaml"))))
    };
    vec![
        case("a pipe").arranged(|dir| make("mkfifo", &[], dir, &[])).refused_whole("app.yaml"),
        case("a device").arranged(|dir| make("mknod", &[], dir, &["c", "1", "5"])).refused_whole("app.yaml"),
        case("a socket")
            .arranged(|dir| done(UnixListener::bind(dir.join("app.yaml")).map(drop)))
            .refused_whole("app.yaml"),
        case("a directory")
            .arranged(|dir| done(fs::create_dir(dir.join("app.yaml"))))
            .refused_whole("app.yaml"),
        case("a terabyte of nothing")
            .arranged(|dir| done(File::create(dir.join("app.yaml")).and_then(|file| file.set_len(1 << 40))))
            .refused_whole("4194304"),
        link("a link to /dev/zero", "/dev/zero").refused_whole("app.yaml"),
        link("a link to /dev/stdin", "/dev/stdin").refused_whole("app.yaml"),
        link("a link to /proc/self/mem", "/proc/self/mem").refused_whole("app.yaml"),
        link("a link to /proc/kmsg", "/proc/kmsg").refused_whole("app.yaml"),
        link("a link to /etc/passwd", "/etc/passwd").refused_whole("app.yaml"),
        link("a link out of the directory", "../how").refused_whole("app.yaml"),
        link("a link out of the directory and back", "../config/other.yaml").refused_whole("app.yaml"),
        link("a link to itself", "app.yaml").refused_whole("app.yaml"),
        link("a link to nothing", "nothing.yaml").refused_whole("app.yaml"),
        case("links in a circle")
            .arranged(|dir| {
                done(symlink("b", dir.join("app.yaml")).and_then(|()| symlink("app.yaml", dir.join("b"))))
            })
            .refused_whole("app.yaml"),
        case("a link by another link out of the directory")
            .arranged(|dir| {
                done(symlink("out/how", dir.join("app.yaml")).and_then(|()| symlink("..", dir.join("out"))))
            })
            .refused_whole("app.yaml"),
        link("a chain of 100 links", "l0").arranged(chain).refused_whole("app.yaml"),
        link("a link that stays", "real.yaml").beside("real.yaml", "a: 1\n").loads(),
        Case::text("disk", "a profile that is a pipe", "app.yaml", "a: 1\n")
            .how("prod")
            .arranged(|dir| make("mkfifo", &["app.prod.yaml"], dir, &[]))
            .names("app.prod.yaml")
            .refused_whole(""),
        Case::text("disk", "drop-ins that are a file", "app.yaml", "a: 1\n")
            .beside("app.d", "x")
            .names("app.d")
            .refused_whole(""),
        Case::text("disk", "a drop-in that is a pipe", "app.yaml", "a: 1\n")
            .beside("app.d/1.yaml", "b: 1\n")
            .arranged(|dir| make("mkfifo", &["app.d/2.yaml"], dir, &[]))
            .names("2.yaml")
            .refused_whole(""),
        Case::text("disk", "a .env that is a pipe", "app.yaml", "a: 1\n")
            .how("dotenv")
            .arranged(|dir| make("mkfifo", &[".env"], dir, &[]))
            .names(".env")
            .refused_whole(""),
        Case::text("disk", "a schema that is a pipe", "app.yaml", "a: 1\n")
            .arranged(|dir| make("mkfifo", &["app.schema.json"], dir, &[]))
            .names("app.schema.json")
            .refused_whole(""),
        Case::new("disk", "no directory").arranged(|dir| done(fs::remove_dir(dir))).refused_whole("config"),
        Case::new("disk", "a directory that is a file")
            .arranged(|dir| done(fs::remove_dir(dir).and_then(|()| fs::write(dir, "a: 1\n"))))
            .refused_whole("config"),
        Case::new("disk", "a directory that is empty").refused_whole("app"),
    ]
}

fn done(outcome: std::io::Result<()>) -> Result<(), String> {
    outcome.map_err(|error| error.to_string())
}

/// A file that a program makes; `app.yaml` if it has no name.
fn make(program: &str, name: &[&str], dir: &Path, how: &[&str]) -> Result<(), String> {
    let path = dir.join(name.first().unwrap_or(&"app.yaml"));
    let made = Command::new(program).arg(path).args(how).output().map_err(|error| error.to_string())?;
    made.status
        .success()
        .then_some(())
        .ok_or_else(|| format!("{program}: {}", String::from_utf8_lossy(&made.stderr).trim()))
}

fn chain(dir: &Path) -> Result<(), String> {
    for n in 0..100 {
        done(symlink(format!("l{}", n + 1), dir.join(format!("l{n}"))))?;
    }
    done(fs::write(dir.join("l100"), "a: 1\n"))
}
