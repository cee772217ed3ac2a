//! When what files say is read again, by whom, and what is made of what comes of it.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use enhanced_config_files::Presence;
use enhanced_config_reload::{Attempt, Cause, ConfigHotReloader, Follow, Input, ReloadOptions, Trigger};
use tempfile::TempDir;

use crate::subscribers::problem;

const HOUR: Duration = Duration::from_secs(3600);
/// Until something that has to happen has not.
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(10);

/// What a [`Follow`] does when it is asked.
type Answer = Box<dyn FnOnce(&Trigger) -> Attempt + Send>;

/// Tells what each attempt is told, and answers as it should, or that all is done.
struct Answers {
    inputs: Vec<PathBuf>,
    told: Mutex<Sender<Trigger>>,
    answers: Mutex<VecDeque<Answer>>,
}

impl Follow for Answers {
    fn follow(&self, trigger: &Trigger) -> Attempt {
        let _ = self.told.lock().unwrap().send(trigger.clone());
        let answer = self.answers.lock().unwrap().pop_front();
        answer.map_or_else(|| Attempt::Done(now(&self.inputs)), |answer| answer(trigger))
    }

    fn slow(&self, _: Duration) {}
}

fn now(paths: &[PathBuf]) -> Vec<Input> {
    paths.iter().map(Input::now).collect()
}

/// A directory with files, and a reloader that follows some of them.
struct Scene {
    dir: TempDir,
    reloader: ConfigHotReloader,
}

impl Scene {
    fn new(options: ReloadOptions) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), reloader: ConfigHotReloader::start(options).unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// As an editor does it that leaves no half of a file to be seen.
    fn replace(&self, name: &str, text: &str) {
        self.write("other", text);
        fs::rename(self.path("other"), self.path(name)).unwrap();
    }

    fn follow(&self, name: &str, files: &[&str]) -> Receiver<Trigger> {
        self.follow_answering(name, files, [])
    }

    fn follow_answering<const N: usize>(
        &self,
        name: &str,
        files: &[&str],
        answers: [Answer; N],
    ) -> Receiver<Trigger> {
        let (tell, told) = channel();
        let inputs: Vec<_> = files.iter().map(|file| self.path(file)).collect();
        let (read, answers) = (now(&inputs), Mutex::new(answers.into()));
        let follow = Answers { inputs, told: Mutex::new(tell), answers };
        self.reloader.follow(name, Arc::new(follow), read);
        self.reloader.wait_ready();
        told
    }

    /// Returns when the thread that watches has looked often enough for anything that was due to have begun.
    fn looks(&self) {
        let (tell, told) = channel();
        self.reloader.set_chore(move || tell.send(()).is_ok().then_some(SHORT));
        (0..20).for_each(|_| told.recv_timeout(LONG).unwrap());
    }

    #[track_caller]
    fn is_quiet(&self, told: &Receiver<Trigger>) {
        self.looks();
        assert!(matches!(told.try_recv(), Err(TryRecvError::Empty)));
    }
}

#[track_caller]
fn next(told: &Receiver<Trigger>) -> Trigger {
    told.recv_timeout(LONG).expect("an attempt")
}

/// Whether what is at these paths now is what had settled.
fn covers(trigger: &Trigger, paths: &[&Path]) -> bool {
    let found: Vec<_> = paths.iter().map(|path| (*path, Presence::of(path))).collect();
    trigger.covers(found.iter().map(|(path, was)| (*path, was)))
}

#[test]
fn an_attempt_is_told_what_changed_and_what_has_settled() {
    let scene = Scene::new(ReloadOptions::default());
    ["a", "b", "stranger"].iter().for_each(|name| scene.write(name, "1"));
    let told = scene.follow("app", &["a", "b", "absent"]);
    scene.write("b", "22");
    let trigger = next(&told);
    let [a, b, absent, stranger] = ["a", "b", "absent", "stranger"].map(|name| scene.path(name));
    assert_eq!(*trigger.cause(), Cause::Files(vec![b.clone()]));
    assert!(covers(&trigger, &[&a, &b, &absent]));
    assert!(covers(&trigger, &[&scene.path("absent too")]), "what is not there is not half written");
    assert!(!covers(&trigger, &[&a, &stranger]), "nobody waited for it");
    scene.write("absent", "1");
    assert!(!covers(&trigger, &[&absent]), "it came later");
}

#[test]
fn whatever_appears_changes_or_goes_is_noticed() {
    type Do = fn(&Scene);
    let cases: [(&str, Do); 6] = [
        ("file", |scene| scene.write("file", "22")),
        ("file", |scene| scene.replace("file", "1")),
        ("file", |scene| fs::remove_file(scene.path("file")).unwrap()),
        ("missing", |scene| scene.write("missing", "1")),
        ("dir", |scene| scene.write("dir/10.yaml", "1")),
        ("no/such/dir", |scene| fs::create_dir_all(scene.path("no/such/dir")).unwrap()),
    ];
    for (at, (name, change)) in cases.into_iter().enumerate() {
        let scene = Scene::new(ReloadOptions::default().with_missing_grace(SHORT));
        scene.write("file", "1");
        fs::create_dir(scene.path("dir")).unwrap();
        let told = scene.follow("app", &[name]);
        scene.is_quiet(&told);
        change(&scene);
        assert_eq!(*next(&told).cause(), Cause::Files(vec![scene.path(name)]), "{at}");
        scene.is_quiet(&told);
        assert_eq!(scene.reloader.queued(), 0, "{at}");
    }
}

#[test]
fn what_changed_before_it_was_followed_is_noticed() {
    let scene = Scene::new(ReloadOptions::default());
    scene.write("a", "1");
    let (read, path) = (Input::now(scene.path("a")), scene.path("a"));
    scene.write("a", "22");
    let (tell, told) = channel();
    let follow = Answers { inputs: vec![path], told: Mutex::new(tell), answers: Mutex::default() };
    scene.reloader.follow("app", Arc::new(follow), vec![read]);
    assert!(covers(&next(&told), &[&scene.path("a")]));
}

#[test]
fn what_goes_may_come_back() {
    let scene = Scene::new(ReloadOptions::default().with_missing_grace(HOUR));
    scene.write("a", "1");
    let told = scene.follow("app", &["a"]);
    fs::remove_file(scene.path("a")).unwrap();
    scene.is_quiet(&told);
    assert_eq!(scene.reloader.queued(), 1);
    scene.write("a", "22");
    assert!(covers(&next(&told), &[&scene.path("a")]));
}

/// On Linux, which tells the one from the other.
#[cfg(target_os = "linux")]
#[test]
fn a_finished_file_need_not_settle_unless_there_are_others() {
    // A poll that sees it before the event is heard knows nothing of its being finished.
    let patient = || ReloadOptions::default().with_settle(HOUR).with_max_wait(HOUR).with_poll_interval(HOUR);
    let alone = Scene::new(patient());
    alone.write("a", "1");
    let told = alone.follow("app", &["a", "absent"]);
    alone.replace("a", "2");
    next(&told);
    alone.is_quiet(&told);
    // Not so soon after another, which may have been of several.
    alone.replace("a", "3");
    alone.is_quiet(&told);
    assert_eq!(alone.reloader.queued(), 1);

    let several = Scene::new(patient());
    ["a", "b"].iter().for_each(|name| several.write(name, "1"));
    let told = several.follow("app", &["a", "b"]);
    several.replace("a", "2");
    several.is_quiet(&told);
    assert_eq!(several.reloader.queued(), 1);
}

/// Only the file itself says so, as nothing happens in its directory.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_open_under_another_name_is_waited_for() {
    use std::io::Write;
    let options = ReloadOptions::default().with_settle(SHORT).with_max_wait(SHORT).with_open_wait(HOUR);
    let scene = Scene::new(options);
    scene.write("a", "1");
    let elsewhere = TempDir::new_in(scene.dir.path()).unwrap();
    fs::hard_link(scene.path("a"), elsewhere.path().join("b")).unwrap();
    let told = scene.follow("app", &["a"]);
    let mut file = fs::File::options().append(true).open(elsewhere.path().join("b")).unwrap();
    file.write_all(b"2").unwrap();
    scene.is_quiet(&told);
    assert_eq!(scene.reloader.queued(), 1);
    drop(file);
    assert!(covers(&next(&told), &[&scene.path("a")]));
}

/// `/sys` over a directory, for as long as this is kept: whatever is left behind, nothing in it can be removed.
#[cfg(target_os = "linux")]
struct Mounted(PathBuf);

#[cfg(target_os = "linux")]
impl Mounted {
    /// None where that is not allowed.
    fn at(target: PathBuf) -> Option<Self> {
        let mut mount = std::process::Command::new("mount");
        let done = mount.args(["-t", "sysfs", "-o", "ro", "sysfs"]).arg(&target).output();
        done.is_ok_and(|done| done.status.success()).then_some(Self(target))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

/// What is mounted has not changed for long, and no event tells of it.
#[cfg(target_os = "linux")]
#[test]
fn what_no_event_tells_is_noticed_at_the_next_poll() {
    let scene = Scene::new(ReloadOptions::default().with_poll_interval(SHORT));
    fs::create_dir(scene.path("under")).unwrap();
    let told = scene.follow("app", &["under/kernel"]);
    scene.is_quiet(&told);
    let Some(_mounted) = Mounted::at(scene.path("under")) else {
        eprintln!("SKIPPED: this test needs the right to mount");
        return;
    };
    assert_eq!(*next(&told).cause(), Cause::Files(vec![scene.path("under/kernel")]));
}

/// The system keeps so many events for whoever is busy, and drops the rest.
#[cfg(target_os = "linux")]
#[test]
fn what_the_system_did_not_tell_is_looked_for() {
    let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap_or_default();
    let Some(most @ ..100_000) = most.trim().parse::<u32>().ok() else {
        eprintln!("SKIPPED: this test needs a queue of events that can be filled");
        return;
    };
    let scene = Scene::new(ReloadOptions::default().with_poll_interval(HOUR));
    ["a", "x"].iter().for_each(|name| scene.write(name, "1"));
    let told = scene.follow("app", &["a"]);
    let ((begin, begins), (end, ends)) = (channel(), channel::<()>());
    scene.reloader.set_chore(move || {
        let _ = begin.send(());
        let _ = ends.recv();
        None
    });
    begins.recv_timeout(LONG).unwrap();
    // Two events each.
    let [x, y] = ["x", "y"].map(|name| scene.path(name));
    for at in 0..=most / 2 {
        let (from, to) = if at.is_multiple_of(2) { (&x, &y) } else { (&y, &x) };
        fs::rename(from, to).unwrap();
    }
    scene.write("a", "22");
    drop(end);
    assert_eq!(*next(&told).cause(), Cause::Files(vec![scene.path("a")]));
}

#[test]
fn an_attempt_that_could_not_be_made_is_made_again() {
    type Fails = fn(PathBuf) -> Attempt;
    let cases: [Fails; 3] = [
        |_| Attempt::Busy,
        |path| Attempt::Moved(vec![Input::now(path)]),
        |path| Attempt::Failed(vec![Input::now(path)]),
    ];
    for (at, fails) in cases.into_iter().enumerate() {
        let scene = Scene::new(ReloadOptions::default().with_poll_interval(SHORT));
        scene.write("a", "1");
        let path = scene.path("a");
        let told = scene.follow_answering("app", &["a"], [Box::new(move |_| fails(path))]);
        scene.write("a", "22");
        next(&told);
        assert!(covers(&next(&told), &[&scene.path("a")]), "{at}");
        scene.is_quiet(&told);
        assert_eq!(scene.reloader.queued(), 0, "{at}");
    }
}

#[test]
fn one_that_failed_waits_for_the_next_poll() {
    let scene = Scene::new(ReloadOptions::default().with_poll_interval(HOUR));
    scene.write("a", "1");
    let path = scene.path("a");
    let fails = move |_: &Trigger| Attempt::Failed(vec![Input::now(path)]);
    let told = scene.follow_answering("app", &["a"], [Box::new(fails)]);
    scene.write("a", "22");
    next(&told);
    scene.is_quiet(&told);
    assert_eq!(scene.reloader.queued(), 1);
}

/// Whether that is while it runs or later.
#[test]
fn one_that_panics_is_made_again_when_something_changes() {
    for meanwhile in [false, true] {
        let scene = Scene::new(ReloadOptions::default());
        scene.write("a", "1");
        let (end, ends) = channel::<()>();
        let panics = move |_: &Trigger| -> Attempt {
            let _ = ends.recv();
            panic!("an attempt that panics")
        };
        let told = scene.follow_answering("app", &["a"], [Box::new(panics)]);
        scene.write("a", "22");
        next(&told);
        if meanwhile {
            scene.write("a", "333");
            scene.is_quiet(&told);
            drop(end);
        } else {
            drop(end);
            scene.is_quiet(&told);
            scene.write("a", "333");
        }
        assert!(covers(&next(&told), &[&scene.path("a")]), "{meanwhile}");
        scene.is_quiet(&told);
        assert_eq!(scene.reloader.queued(), 0);
    }
}

#[test]
fn as_many_attempts_are_made_at_once_as_may_be_unless_they_are_slow() {
    for (slow, begins) in [(HOUR, false), (Duration::ZERO, true)] {
        let scene = Scene::new(ReloadOptions::default().with_at_once(1).with_slow(slow));
        ["a", "b"].iter().for_each(|name| scene.write(name, "1"));
        let (end, ends) = channel::<()>();
        let path = scene.path("a");
        let waits = move |_: &Trigger| {
            let read = vec![Input::now(path)];
            let _ = ends.recv();
            Attempt::Done(read)
        };
        let a = scene.follow_answering("a", &["a"], [Box::new(waits)]);
        let b = scene.follow("b", &["b"]);
        scene.write("a", "22");
        next(&a);
        scene.write("b", "22");
        if begins {
            next(&b);
        } else {
            scene.is_quiet(&b);
            assert_eq!(scene.reloader.queued(), 1);
        }
        scene.write("a", "333");
        scene.is_quiet(&a);
        drop(end);
        assert!(covers(&next(&a), &[&scene.path("a")]), "there is one attempt of a name at a time");
        if !begins {
            next(&b);
        }
    }
}

#[test]
fn what_is_followed_under_a_name_is_what_came_last() {
    let scene = Scene::new(ReloadOptions::default());
    ["a", "b"].iter().for_each(|name| scene.write(name, "1"));
    let (first, other) = (scene.follow("app", &["a"]), scene.follow("other", &["a"]));
    let second = scene.follow("app", &["b"]);
    ["a", "b"].iter().for_each(|name| scene.write(name, "22"));
    assert_eq!(*next(&second).cause(), Cause::Files(vec![scene.path("b")]));
    assert_eq!(*next(&other).cause(), Cause::Files(vec![scene.path("a")]));
    assert!(first.recv().is_err(), "nobody asks it any more");

    scene.reloader.forget("app");
    scene.reloader.wait_ready();
    ["a", "b"].iter().for_each(|name| scene.write(name, "333"));
    next(&other);
    assert!(second.recv().is_err());
}

#[test]
fn two_functions_follow_files_and_may_refuse() {
    let scene = Scene::new(ReloadOptions::default());
    scene.write("motd", "1");
    let (path, (tell, told)) = (scene.path("motd"), channel());
    let read = move || match fs::read_to_string(&path).unwrap_or_default() {
        text if text == "unreadable" => Err(problem("unreadable").into()),
        text => Ok(text),
    };
    let apply = move |text: String| {
        tell.send(text.clone()).unwrap();
        if text == "no" { Err(problem("refused").into()) } else { Ok(()) }
    };
    scene.reloader.follow_files("motd", [scene.path("motd")], read, apply);
    for text in ["22", "no", "unreadable", "333"] {
        scene.replace("motd", text);
        if text == "unreadable" {
            scene.looks();
        } else {
            assert_eq!(told.recv_timeout(LONG).unwrap(), text);
        }
    }
    scene.looks();
    assert!(told.try_recv().is_err(), "each is told once");
}

#[test]
fn variables_that_stay_as_they_are_start_nothing() {
    let options = ReloadOptions::default().with_environment_interval(Duration::ZERO);
    let scene = Scene::new(options.with_poll_interval(HOUR).with_settle(Duration::ZERO));
    scene.write("a", "1");
    let told = scene.follow("app", &["a"]);
    // Wakes to compare them, and not for the chore.
    let (tell, wakes) = channel();
    scene.reloader.set_chore(move || {
        let _ = tell.send(());
        None
    });
    (0..10).for_each(|_| wakes.recv_timeout(LONG).unwrap());
    assert!(told.try_recv().is_err());
}

#[test]
fn the_thread_sleeps_while_nothing_happens() {
    let options = ReloadOptions::default().with_poll_interval(HOUR).with_environment_interval(HOUR);
    let scene = Scene::new(options.with_settle(HOUR).with_max_wait(HOUR));
    ["a", "b"].iter().for_each(|name| scene.write(name, "1"));
    let _told = scene.follow("app", &["a", "b"]);
    scene.write("a", "22");
    (0..2).for_each(|_| scene.reloader.wait_ready());
    assert_eq!(scene.reloader.queued(), 1);
    let wakes = Arc::new(Mutex::new(0));
    let counts = Arc::clone(&wakes);
    scene.reloader.set_chore(move || {
        *counts.lock().unwrap() += 1;
        Some(HOUR)
    });
    // Each wakes it once.
    (0..200).for_each(|_| scene.reloader.wait_ready());
    let wakes = *wakes.lock().unwrap();
    assert!((1..=210).contains(&wakes), "{wakes}");
}

#[test]
fn each_option_is_set_alone() {
    let default = ReloadOptions::default();
    let changed = |options: ReloadOptions| {
        let [serde_json::Value::Object(old), serde_json::Value::Object(new)] =
            [&default, &options].map(|options| serde_json::to_value(options).unwrap())
        else {
            unreachable!("options are a map")
        };
        assert_eq!(serde_json::from_value::<ReloadOptions>(new.clone().into()).unwrap(), options);
        new.into_iter().filter(|(key, value)| old.get(key) != Some(value)).collect::<Vec<_>>()
    };
    let hour = serde_json::json!({ "secs": 3600, "nanos": 0 });
    for (options, key) in [
        (default.clone().with_settle(HOUR), "settle"),
        (default.clone().with_max_wait(HOUR), "max_wait"),
        (default.clone().with_open_wait(HOUR), "open_wait"),
        (default.clone().with_missing_grace(HOUR), "missing_grace"),
        (default.clone().with_poll_interval(HOUR), "poll_interval"),
        (default.clone().with_environment_interval(HOUR), "environment_interval"),
        (default.clone().with_slow(HOUR), "slow"),
    ] {
        assert_eq!(changed(options), [(key.to_owned(), hour.clone())]);
    }
    assert_eq!(changed(default.clone().with_at_once(7)), [("at_once".to_owned(), 7.into())]);
}

#[test]
fn a_reloader_says_whether_it_hears() {
    let reloader = ConfigHotReloader::start(ReloadOptions::default()).unwrap();
    assert_eq!(reloader.is_polling(), None);
    assert_eq!(format!("{reloader:?}"), "ConfigHotReloader { polling: None, .. }");
}
